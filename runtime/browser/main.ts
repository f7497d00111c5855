/** The script that a page loads: the element in the page's own world. It must never hold anything else. */
import { install } from "./element.ts";

/** What follows the name of a part that could not be loaded: a browser may remember for ever that an address failed. */
const again: { [name: string]: string } = {};

install(
  globalThis as unknown as Window & typeof globalThis,
  // From where this script has come from.
  (name) =>
    import(import.meta.url.replace(/\?.*|$/, `?part=${name}${again[name] ??= ""}`)).catch((error) => {
      again[name] += "&";
      throw error;
    }),
);
