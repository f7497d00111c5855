/** A page: a vnode as an HTML response. */
import { Fragment, h, renderToString, renderToStringAsync, type VNode } from "../deps.ts";

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
export function page(vnode: VNode, init: ResponseInit = {}): Response {
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
export async function pageAsync(vnode: VNode, init: ResponseInit = {}): Promise<Response> {
  // What waits is rendered anew by the component around it: there has to be one.
  return responseOf(await renderToStringAsync(h(Fragment, null, vnode)), init);
}

function responseOf(html: string, init: ResponseInit): Response {
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8");
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-cache");
  return new Response(`<!DOCTYPE html>${html}`, { ...init, headers });
}
