/** Drives Chromium by Playwright. */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "../chromium.ts";
import type { Driver, Engine, EngineOptions, Point } from "./engine.ts";
import { Tab } from "./tab.ts";

export async function launchChromium({ dark = false }: EngineOptions = {}): Promise<Engine> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    // Root in a container has no other way than without a sandbox.
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
    // Playwright's own default: without it a page comes back from the back/forward cache, as it does for users.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  return {
    name: "chromium",
    version: browser.version(),
    async newTab() {
      const context = await browser.newContext({ colorScheme: dark ? "dark" : "light" });
      return new Tab("chromium", new PlaywrightDriver(context, await context.newPage()));
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

class PlaywrightDriver implements Driver {
  constructor(readonly context: BrowserContext, readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }
  async reload(): Promise<void> {
    await this.page.reload();
  }
  async evaluate(expression: string): Promise<string> {
    return await this.page.evaluate<string>(expression);
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
    await this.page.keyboard.press(keys.join("+"));
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }
  async compose(texts: readonly string[], done: string): Promise<void> {
    const devtools = await this.context.newCDPSession(this.page);
    for (const text of texts) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
    await devtools.send("Input.insertText", { text: done });
    await devtools.detach();
  }
  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }
  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.page.screenshot());
  }
  async close(): Promise<void> {
    await this.context.close();
  }
}
