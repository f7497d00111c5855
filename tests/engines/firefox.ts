/** Drives Firefox by Puppeteer, which speaks WebDriver BiDi with it: no driver in between, and nothing of Firefox is patched. */
import { type BrowserContext, type KeyInput, launch, type Page } from "puppeteer-core";
import { placesOf, run } from "../command.ts";
import type { Driver, Engine, EngineOptions, Point } from "./engine.ts";
import { Tab } from "./tab.ts";

/** The path of a Firefox that starts: `FIREFOX`, or one on the PATH; undefined when there is none. */
export async function findFirefox(): Promise<string | undefined> {
  const named = Deno.env.get("FIREFOX");
  for (const path of named ? [named] : placesOf(["firefox-esr", "firefox"], "/usr/bin")) {
    try {
      if ((await Deno.stat(path)).isFile && (await run(path, ["--version"])).success) return path;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

export async function launchFirefox(path: string, { dark = false }: EngineOptions = {}): Promise<Engine> {
  const browser = await launch({
    browser: "firefox",
    executablePath: path,
    extraPrefsFirefox: {
      // 0 is dark, 1 is light, whatever the desktop says.
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
    },
  });
  return {
    name: "firefox",
    version: (await browser.version()).replace(/^firefox\//i, ""),
    async newTab() {
      const context = await browser.createBrowserContext();
      return new Tab("firefox", new PuppeteerDriver(context, await context.newPage()));
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

class PuppeteerDriver implements Driver {
  constructor(readonly context: BrowserContext, readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }
  async reload(): Promise<void> {
    await this.page.reload();
  }
  async evaluate(expression: string): Promise<string> {
    return await this.page.evaluate(expression) as string;
  }
  async mouse(points: readonly Point[], pressed: boolean): Promise<void> {
    const { mouse } = this.page;
    for (const [i, [x, y]] of points.entries()) {
      await mouse.move(x, y);
      if (pressed && i === 0) await mouse.down();
    }
    if (pressed) await mouse.up();
  }
  async press(keys: readonly string[]): Promise<void> {
    const held = keys.slice(0, -1) as KeyInput[];
    for (const key of held) await this.page.keyboard.down(key);
    await this.page.keyboard.press(keys.at(-1) as KeyInput);
    for (const key of held.reverse()) await this.page.keyboard.up(key);
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }
  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewport({ width, height });
  }
  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.page.screenshot());
  }
  async close(): Promise<void> {
    await this.context.close();
  }
}
