/**
 * Installs the browsers that the tests drive, where that is possible, and prints which there are.
 *
 *     deno run -A tests/engines/install.ts
 *
 * Fails where one is missing and `CI` is set. Elsewhere the tests of a missing engine are skipped, and counted as skipped.
 */
import { installFromDebian } from "../debian.ts";
import { type EngineName, engineNames } from "./engine.ts";
import { isInstalled } from "./launch.ts";

/** Debian's packages of each; Chromium is found and installed by `tests/chromium.ts`. */
const packages: Record<EngineName, readonly string[]> = {
  chromium: ["chromium"],
  firefox: ["firefox-esr"],
  webkit: ["webkit2gtk-driver", "xvfb"],
};

let complete = true;
for (const name of engineNames) {
  const tried = await isInstalled(name) ? "" : await installFromDebian(...packages[name]);
  const there = tried === "" || await isInstalled(name);
  console.log(there ? `${name}: there` : `${name}: cannot be installed here\n${tried}`);
  complete &&= there;
}
if (!complete && Deno.env.get("CI")) {
  console.error("In CI no engine may be missing");
  Deno.exit(1);
}
