/** A page: a vnode as an HTML response. */
import { Fragment, h, renderToString, renderToStringAsync, type VNode } from "../deps.ts";
import { encode, encodingFor } from "./encoding.ts";

/** How a page is answered: as any response, and perhaps compressed. */
export interface PageInit extends ResponseInit {
  /**
   * The request for the page: it is compressed then, by Brotli or gzip, where the browser accepts that. Not where another site has asked and the
   * request has cookies: who sees how long an answer to a made-up address is could guess at what else is in it (`docs/security.md`).
   */
  readonly request?: Request;
}

/**
 * An HTML document of a vnode, rendered by `preact-render-to-string`. Not to be stored by shared caches unless `init` says so.
 *
 * @throws whatever a component of the page throws.
 * @throws {Error} when a component waits for a promise: {@link pageAsync} waits with it.
 *
 * @example
 * ```ts
 * import { page } from "@nacre/nacre";
 * import { h } from "preact";
 *
 * const response = page(h("html", null, h("body", null, "a < b")));
 * console.log(await response.text()); // <!DOCTYPE html><html><body>a &lt; b</body></html>
 * ```
 */
export function page(vnode: VNode, init: PageInit = {}): Response {
  let html: string;
  try {
    html = renderToString(vnode);
  } catch (error) {
    if (!(error instanceof Promise) && !(error instanceof Error && /renderToStringAsync/.test(error.message))) throw error;
    throw new Error(
      "Cannot make the page at once: a component waits for a promise (a ServerComponent does where authorize or flags answer one); use pageAsync",
      { cause: error },
    );
  }
  return responseOf(html, init);
}

/**
 * As {@link page}, but waits for the promises that components wait for.
 *
 * @throws whatever a component of the page throws, and what such a promise is rejected with.
 *
 * @example
 * ```ts
 * import { app, pageAsync, serve, ServerComponent } from "@nacre/nacre";
 * import { h } from "preact";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const hello = app({ init: (name: string) => name, update: (name) => name, view: (name) => `Hello ${name}` });
 * const live = serve(hello, { flags: () => Promise.resolve("Anna") });
 * const request = new Request("http://localhost/");
 * const response = await pageAsync(h("body", null, h(ServerComponent, { of: live, request, route: "/ws" })));
 * assertStringIncludes(await response.text(), "Hello Anna");
 * ```
 */
export async function pageAsync(vnode: VNode, init: PageInit = {}): Promise<Response> {
  // What waits is rendered anew by the component around it: there has to be one.
  return responseOf(await renderToStringAsync(h(Fragment, null, vnode)), init);
}

function responseOf(html: string, { request, ...init }: PageInit): Response {
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8");
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-cache");
  const text = `<!DOCTYPE html>${html}`;
  const bytes = request && packed(text, request, headers);
  return new Response(bytes ?? text, { ...init, headers });
}

/** A page as the request accepts it; `undefined` where it is sent as it is. Its headers say so. */
function packed(text: string, request: Request, headers: Headers): Uint8Array<ArrayBuffer> | undefined {
  if (headers.has("content-encoding") || /\bno-transform\b/.test(headers.get("cache-control") ?? "")) return undefined;
  if (!/\baccept-encoding\b/i.test(headers.get("vary") ?? "")) headers.append("vary", "Accept-Encoding");
  const encoding = isFromElsewhere(request) ? undefined : encodingFor(request);
  const bytes = encoding && encode(text, encoding, false);
  if (!bytes) return undefined;
  headers.set("content-encoding", encoding);
  headers.delete("content-length");
  // A strong tag is of the bytes, and these are others.
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) headers.set("etag", `W/${etag}`);
  return bytes;
}

/** Whether another site has made this request, with something that says who the user is. */
function isFromElsewhere({ headers }: Request): boolean {
  return /^(?:cross|same)-site$/.test(headers.get("sec-fetch-site") ?? "") && (headers.has("cookie") || headers.has("authorization"));
}
