/**
 * Effects of the page: what an app asks a browser to do beside showing its view. What it could not do the console says; nothing may depend on
 * it. A part of its own.
 */
import type { Json } from "../wire/message.ts";
import type { Host } from "./part.ts";

/** What takes the messages for effects. */
export const performEffects = (host: Host): { take_(kind: "effect", name: string, ...args: Json[]): void } => ({
  take_(_, name, ...args) {
    perform(host, name, ...args).catch((error) => host.world_.console.error(name, ...args, error));
  },
});

/** Does it. Where the app is told of the page's URL, it may move that within its origin. */
async function perform({ world_: world, root_: root, config_: config }: Host, name: string, ...[first, second]: Json[]): Promise<void> {
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
    } else if (config.url && url.origin == location.origin) {
      history[second ? "replaceState" : "pushState"](null, "", url);
      world.dispatchEvent(new world.CustomEvent("nacre:url"));
    } else location[second ? "replace" : "assign"](url.href);
  } else {
    const found = root.querySelector(text)!;
    // Not by its own name: a control of a form may have that of a method.
    await Object.getPrototypeOf(found)[name == "scroll" ? "scrollIntoView" : name].call(found, second);
  }
}
