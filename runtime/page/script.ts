/** `runtimeScript`: the browser runtime as a response. */
import { clientParts, clientSource, clientTag } from "../client.gen.ts";
import { ifNoneMatch } from "../deps.ts";
import { encode, type Encoding, encodingFor } from "./encoding.ts";

/** What was compressed, by its tag: each source once in each encoding. */
const packed = new Map<string, Uint8Array<ArrayBuffer> | undefined>();

function packedAs(source: string, tag: string, encoding: Encoding): Uint8Array<ArrayBuffer> | undefined {
  if (!packed.has(tag)) packed.set(tag, encode(source, encoding, true));
  return packed.get(tag);
}

/**
 * The browser runtime, an ES module (and with `?part=` the parts of it that it loads when an app needs them): for
 * `<script type="module" src="/nacre/runtime.mjs">`. It is compressed by Brotli or gzip for a browser that accepts that. Asked for again with
 * the tag of the same content it answers 304 without a body, so that a browser always has the one that fits the server.
 *
 * @example
 * ```ts
 * import { runtimeScript } from "@nacre/nacre";
 *
 * const response = runtimeScript(new Request("http://localhost/nacre/runtime.mjs", { headers: { "accept-encoding": "br" } }));
 * console.log(response.headers.get("content-type")); // text/javascript; charset=utf-8
 * console.log(response.headers.get("content-encoding")); // br
 * ```
 */
export function runtimeScript(request: Request): Response {
  // A `Host` that is none makes a URL that is none.
  const name = URL.parse(request.url)?.searchParams.get("part") ?? null;
  const part = name !== null && Object.hasOwn(clientParts, name) ? clientParts[name] : undefined;
  const { source, tag } = part ?? { source: clientSource, tag: clientTag };
  const encoding = encodingFor(request);
  const bytes = encoding && packedAs(source, `${tag}-${encoding}`, encoding);
  // Of other bytes another tag.
  const etag = bytes ? `"${tag}-${encoding}"` : `"${tag}"`;
  const headers = new Headers({
    "cache-control": "public, no-cache",
    "content-type": "text/javascript; charset=utf-8",
    etag,
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
  });
  if (!ifNoneMatch(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  if (bytes) headers.set("content-encoding", encoding!);
  return new Response(request.method === "HEAD" ? null : bytes ?? source, { headers });
}
