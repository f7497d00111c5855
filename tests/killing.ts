/** A person who clicks and types in a real Chromium while the processes behind the page are killed, one after the other, without a word. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { launch, until, visit } from "./kit.ts";
import type { Program } from "./program.ts";
import { Proxy } from "./proxy.ts";

/** How it goes. */
export interface Killing {
  /** How the page is linked: its address has it as `?method=`. */
  readonly method: string;
  /** How many processes are killed. */
  readonly rounds: number;
  /** Starts a process. */
  start(): Program;
  /** Called before the page is opened. */
  watch?(page: Page): void;
  /** Called before a process is killed. */
  beforeKill?(page: Page): Promise<void>;
  /** Called when all has been shown; the scene still goes on. */
  then?(scene: Scene): Promise<void>;
}

/** What goes on. */
export interface Scene {
  readonly page: Page;
  /** Where the present process answers, without a slash at the end. */
  readonly url: string;
  /** How often was clicked, and what was typed. */
  readonly clicks: number;
  readonly text: string;
  /** Puts the focus where is typed: it has to stay there. */
  focus(): Promise<void>;
  /** Clicks once and types one letter. */
  act(): Promise<void>;
  /** Waits until the page shows all of it, each click once and in order; the focus is where it was, and nothing was refused. */
  check(): Promise<void>;
}

/** Clicks and types as long as it takes, and checks that all of it is shown in the end. */
export async function whileKilled({ method, rounds, start, watch, beforeKill, then }: Killing): Promise<void> {
  await using proxy = new Proxy();
  const programs = [start(), start()];
  try {
    proxy.port = await programs[0]!.port;
    await using browser = await launch();
    await visit(browser, `${proxy.url}/?method=${method}`, async (page, seen) => {
      await page.waitForSelector("server-component[status=live]");
      await page.evaluate(() => {
        Object.assign(globalThis, { refused: 0 });
        document.addEventListener("nacre:refused", () => (globalThis as unknown as { refused: number }).refused++);
      });
      const scene = sceneOn(page, proxy.url);
      await scene.focus();
      for (let round = 0; round < rounds; round++) {
        const killed = programs.shift()!;
        programs.push(start());
        for (let i = 0; i < 8; i++) {
          await scene.act();
          // Time enough for what the app does by itself.
          await page.waitForTimeout(150);
          if (i !== 3) continue;
          await beforeKill?.(page);
          await killed.kill();
          proxy.port = await programs[0]!.port;
          proxy.cut();
        }
      }
      await scene.check();
      await then?.(scene);
      seen.errors.length = 0;
    }, {
      before: async (page) => {
        await Promise.resolve();
        watch?.(page);
      },
    });
  } finally {
    await Promise.all(programs.map((program) => program.kill()));
  }
}

function sceneOn(page: Page, url: string): Scene {
  let clicks = 0, text = "";
  return {
    page,
    url,
    get clicks() {
      return clicks;
    },
    get text() {
      return text;
    },
    async focus() {
      await page.focus("#text");
      await page.evaluate(() => void Object.assign(globalThis, { input: document.activeElement }));
    },
    async act() {
      // As a click does that leaves the focus where it is; each waits until the one before is shown, or the button would say the same.
      await page.waitForFunction((count) => document.querySelector("#next")!.textContent === `${count}`, clicks, { timeout: 20_000 });
      await page.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
      clicks++;
      const letter = String.fromCharCode(97 + (clicks % 26));
      await page.keyboard.type(letter);
      text += letter;
    },
    async check() {
      await until(async () => await page.locator("output").innerText() === text, 20_000);
      await until(async () => await page.locator("#next").innerText() === `${clicks}`, 20_000);
      assertEquals(await page.locator("li").allInnerTexts(), Array.from({ length: clicks }, (_, i) => `${i}`));
      assertEquals(
        await page.evaluate(() => {
          const { refused, input } = globalThis as unknown as { refused: number; input: Element };
          return { refused, isSame: input === document.activeElement, value: (document.activeElement as HTMLInputElement).value };
        }),
        { refused: 0, isSame: true, value: text },
      );
    },
  };
}
