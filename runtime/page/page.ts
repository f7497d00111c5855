/** A page: a vnode as an HTML response. */
import { renderToString, type VNode } from "../deps.ts";

/**
 * An HTML document of a vnode, rendered by `preact-render-to-string`. Not to be stored by shared caches unless `init` says so.
 *
 * @throws whatever a component of the page throws.
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
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8");
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-cache");
  return new Response(`<!DOCTYPE html>${renderToString(vnode)}`, { ...init, headers });
}
