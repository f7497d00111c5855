/**
 * Processes that are killed, without a word, while a person types and clicks: a real Chromium, real processes that share nothing but a secret,
 * and a proxy between them that only passes bytes.
 */
import { assert, assertEquals } from "@std/assert";
import { launch, until, visit } from "./kit.ts";
import { Program } from "./program.ts";
import { Proxy } from "./proxy.ts";

const start = () => new Program("killed_program.tsx", ["--allow-net"]);

for (const method of ["ws", "sse", "http"]) {
  Deno.test(`${method}: processes are killed while a person clicks and types: nothing is lost, nothing comes twice, the focus stays`, async () => {
    await using proxy = new Proxy();
    const programs = [start(), start()];
    try {
      proxy.port = await programs[0]!.port;
      await using browser = await launch();
      await visit(browser, `${proxy.url}/?method=${method}`, async (page, seen) => {
        await page.waitForSelector("server-component[status=live]");
        await page.evaluate(() => {
          Object.assign(globalThis, { refused: 0, input: document.querySelector("#text") });
          document.addEventListener("nacre:refused", () => (globalThis as unknown as { refused: number }).refused++);
        });
        let clicks = 0, text = "";
        await page.focus("#text");
        for (let round = 0; round < 5; round++) {
          const killed = programs.shift()!;
          programs.push(start());
          for (let i = 0; i < 8; i++) {
            // As a click does that leaves the focus where it is; each waits until the one before is shown, or the button would say the same.
            await page.waitForFunction((count) => document.querySelector("#next")!.textContent === `${count}`, clicks, { timeout: 20_000 });
            await page.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
            clicks++;
            const letter = String.fromCharCode(97 + (clicks % 26));
            await page.keyboard.type(letter);
            text += letter;
            // Time enough for what the app does by itself.
            await page.waitForTimeout(150);
            if (i === 3) {
              await killed.kill();
              proxy.port = await programs[0]!.port;
              proxy.cut();
            }
          }
        }
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
        // What a request has no time for does not run in one.
        assert(method === "http" || Number(await page.locator("small").innerText()) > 0);
        seen.errors.length = 0;
      });
    } finally {
      await Promise.all(programs.map((program) => program.kill()));
    }
  });
}
