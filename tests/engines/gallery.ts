/**
 * Takes a picture of every page of the demo in every engine that is there: as wide as a phone and as a desktop, light and dark, with its
 * server and without.
 *
 *     deno run -A tests/engines/gallery.ts [folder [engine ...]]
 *
 * It prints the folder. The names are `page-engine-scheme-width-server.png`. WebKitGTK's window cannot be as narrow as a phone.
 */
import { startDemo } from "../kit.ts";
import { type Engine, engineNames } from "./engine.ts";
import { isInstalled, launchEngine } from "./launch.ts";
import type { Tab } from "./tab.ts";

const widths = { phone: [390, 844], desktop: [1280, 800] } as const;

/** What a user does before the picture is taken. */
const pages: Readonly<Record<string, (tab: Tab) => Promise<void>>> = {
  "/": (tab) => tab.click("server-component button:last-of-type"),
  "/rating": (tab) => tab.click("button[aria-label='8 of 10']"),
  async "/chat"(tab) {
    for (const text of ["Hello there", "It does not work, and I have tried everything that I could think of since this morning"]) {
      await tab.click("textarea");
      await tab.type(text);
      await tab.press("Enter");
    }
    await tab.until(() => document.querySelectorAll(".bot").length === 2);
  },
  "/whiteboard": draw,
  "/sketchpad": draw,
  "/guarded": (tab) => tab.click("server-component button"),
  "/guarded?token=wrong": () => Promise.resolve(),
};

async function draw(tab: Tab): Promise<void> {
  for (const [colour, height] of [["crimson", 0.3], ["seagreen", 0.6]] as const) {
    await tab.click(`button[aria-label=${colour}]`);
    await tab.until((colour) => document.querySelector(`button[aria-label=${colour}]`)!.getAttribute("aria-pressed") === "true", colour);
    for (let i = 0; i < 8; i++) await tab.drag("svg", [0.1 + i / 10, height], [0.12 + i / 10, height + 0.05]);
  }
}

async function takeAll(engine: Engine, scheme: string, folder: string): Promise<void> {
  for (const [path, act] of Object.entries(pages)) {
    await using demo = await startDemo();
    await using tab = await engine.newTab();
    const take = async (server: string) => {
      for (const [name, [width, height]] of Object.entries(widths)) {
        await tab.resize(width, height);
        const page = path.replace(/\W+/g, "_").replace(/^_/, "") || "counter";
        await Deno.writeFile(`${folder}/${page}-${engine.name}-${scheme}-${name}-${server}.png`, await tab.screenshot());
      }
    };
    const isRefused = path.endsWith("wrong");
    const status = (wanted: string) =>
      tab.until((wanted) => document.querySelector("server-component")!.getAttribute("status") === wanted, wanted);
    await tab.resize(...widths.desktop);
    await tab.open(demo.url + path);
    await status(isRefused ? "refused" : "live");
    // The page says how its link is after a while.
    if (isRefused) await tab.until(() => document.querySelector("#link")!.textContent !== "");
    await act(tab);
    await take("there");
    if (isRefused) continue;
    await demo.stop();
    await status("offline");
    await tab.until(() => document.querySelector("#link")!.textContent !== "");
    await take("gone");
  }
}

if (import.meta.main) {
  const [folder = await Deno.makeTempDir({ prefix: "gallery-" }), ...wanted] = Deno.args;
  await Deno.mkdir(folder, { recursive: true });
  for (const name of engineNames) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!await isInstalled(name)) {
      console.log(`${name} is not installed: deno run -A tests/engines/install.ts`);
      continue;
    }
    for (const scheme of ["light", "dark"]) {
      await using engine = await launchEngine(name, { dark: scheme === "dark" });
      await takeAll(engine, scheme, folder);
    }
  }
  console.log(folder);
}
