/** `runtimeScript`: the browser runtime as a response. */
import { clientParts, clientSource, clientTag } from "../client.gen.ts";
import { ifNoneMatch } from "../deps.ts";

/**
 * The browser runtime, an ES module (and with `?part=` the parts of it that it loads when an app needs them): for
 * `<script type="module" src="/nacre/runtime.mjs">`. Asked for again with the tag of the same content it answers 304 without a body, so
 * that a browser always has the one that fits the server.
 *
 * @example
 * ```ts
 * import { runtimeScript } from "@nacre/nacre";
 *
 * const response = runtimeScript(new Request("http://localhost/nacre/runtime.mjs"));
 * console.log(response.headers.get("content-type")); // text/javascript; charset=utf-8
 * ```
 */
export function runtimeScript(request: Request): Response {
  // A `Host` that is none makes a URL that is none.
  const name = URL.parse(request.url)?.searchParams.get("part") ?? null;
  const part = name !== null && Object.hasOwn(clientParts, name) ? clientParts[name] : undefined;
  const { source, tag } = part ?? { source: clientSource, tag: clientTag };
  const etag = `"${tag}"`;
  const headers = {
    "cache-control": "public, no-cache",
    "content-type": "text/javascript; charset=utf-8",
    etag,
    "x-content-type-options": "nosniff",
  };
  if (!ifNoneMatch(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : source, { headers });
}
