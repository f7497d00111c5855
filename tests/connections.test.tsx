/** Six connections to a host are all that a browser opens over HTTP/1.1, for all of its tabs together: what streams leave of them, in Chromium. */
import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { app, runtimeScript, serve } from "../mod.ts";
import { launch, serveOn0, until } from "./kit.ts";

const counter = app({
  name: "counter",
  init: () => 0,
  update: (n: number, _msg: "up") => n + 1,
  view: (n, send) => <button type="button" class="up" onClick={send("up")}>{n}</button>,
});

/** More than a browser has connections. */
const many = 7;

Deno.test("with seven streams wanted, in seven tabs or in one page, no click waits behind them, and pages load", async (test) => {
  await using browser = await launch();
  for (const [tabs, elements] of [[many, 1], [1, many]] as const) {
    await test.step(`${tabs} tabs of ${elements}`, async () => {
      const live = serve(counter, { secret: "only for these tests, 16 or more" });
      const streams = new Set<Request>();
      let mostStreams = 0;
      await using server = serveOn0((request, { completed }) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
        if (pathname === "/ws") {
          if (request.headers.get("accept") === "text/event-stream") {
            streams.add(request);
            mostStreams = Math.max(mostStreams, streams.size);
            const over = () => streams.delete(request);
            completed.then(over, over);
          }
          return live(request);
        }
        const html = `<!doctype html><title>Many</title><script type="module" src="/nacre/runtime.mjs"></script>
          ${'<server-component route="/ws" method="sse"></server-component>'.repeat(elements)}`;
        return new Response(html, { headers: { "content-type": "text/html" } });
      });
      const context = await browser.newContext();
      const pages: Page[] = [];
      for (let i = 0; i < tabs; i++) {
        const page = await context.newPage();
        // Far below the 15 s after which a link without an answer is given up.
        page.setDefaultTimeout(12_000);
        await page.goto(server.url);
        await page.waitForFunction((elements) => document.querySelectorAll(".up").length === elements, elements);
        pages.push(page);
      }
      for (const page of pages) {
        for (let i = 0; i < elements; i++) {
          const up = page.locator(".up").nth(i);
          await up.click();
          await page.waitForFunction((i) => document.querySelectorAll(".up")[i]!.textContent === "1", i);
        }
      }
      assert(mostStreams > 0 && mostStreams <= 4, `${mostStreams} streams`);
      await context.close();
      await until(() => streams.size === 0, 10_000);
      await live.close();
    });
  }
});
