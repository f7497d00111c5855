/** A script that defines its element while the page is being read. */
import { app, define } from "../mod.ts";

Object.assign(globalThis, { defined: document.readyState });
// The rest of the page comes then.
fetch("/defined");
define("my-early", app({ init: () => 0, update: (n: number, _msg: never) => n, view: () => <p>here</p> }));
