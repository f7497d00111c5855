// deno-lint-ignore-file no-import-prefix -- a module that is imported by URL has no import map
/**
 * Every dependency of the library, in one place, by its full specifier: a module that is imported by URL has no import map.
 * Ranges, so that an app and the library share one Preact; the lock file pins.
 */
import * as etag from "npm:deno-std@^1.4.0/http/etag.js";

export { cloneElement, Component, Fragment, h, hydrate, isValidElement, options, render } from "npm:preact@^11.2.0";
export type { ComponentChildren, ComponentType, HTMLAttributes, JSX as PreactJSX, VNode } from "npm:preact@^11.2.0";
export { jsx as vnode, jsxTemplate } from "npm:preact@^11.2.0/jsx-runtime";
export { renderToString, renderToStringAsync } from "npm:preact-render-to-string@^6.8.0";

/** `@std/http/etag`, here by npm, where it has no types; from its own registry it is `jsr:@std/http@^1/etag`. */
export const ifNoneMatch: (ifNoneMatch: string | null, etag: string) => boolean = etag.ifNoneMatch;
