/** Effects of the page: what an app asks a browser to do beside showing its view. A rejection says that it could not; nothing may depend on it. */
import type { Json } from "../wire/message.ts";
import type { World } from "./world.ts";

/** Does it. `routes`: the app is told of the page's URL, and may move it within its origin. */
export async function perform(world: World, root: ParentNode, routes: unknown, name: string, ...[first, second]: Json[]): Promise<void> {
  const { document, history, location } = world;
  const text = first as string;
  if (name == "title") document.title = text;
  else if (name == "copy") await world.navigator.clipboard.writeText(text);
  else if (/^[nd]/.test(name)) {
    const url = new URL(text, document.baseURI);
    const isDownload = name == "download";
    // Whatever else a URL may be, a script is none that an app has any use for.
    if (!/^https?:/.test(url.protocol) && !(isDownload && url.protocol == "data:")) throw new TypeError(`not a page: ${url}`);
    if (isDownload) {
      const link = document.createElement("a");
      link.href = url.href;
      link.download = second as string;
      link.click();
    } else if (routes && url.origin == location.origin) {
      history[second ? "replaceState" : "pushState"](null, "", url);
      world.dispatchEvent(new world.CustomEvent("nacre:url"));
    } else location[second ? "replace" : "assign"](url.href);
  } else {
    const found = root.querySelector(text)!;
    // Not by its own name: a control of a form may have that of a method.
    await Object.getPrototypeOf(found)[name == "scroll" ? "scrollIntoView" : name].call(found, second);
  }
}
