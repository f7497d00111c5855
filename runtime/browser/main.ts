/** The script that a page loads: the element in the page's own world. It must never hold anything else. */
import { install } from "./element.ts";

install(
  globalThis as unknown as Window & typeof globalThis,
  // From where this has come from.
  (name) => import(import.meta.url.replace(/\?.*|$/, "?part=" + name)),
);
