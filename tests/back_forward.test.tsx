/** Pages that leave and come back through the history, in a Chromium that keeps them (Playwright's flags switch its cache off). */
import { assert, assertEquals } from "@std/assert";
import { chromium } from "playwright-core";
import { app, runtimeScript, serve } from "../mod.ts";
import { findChromium } from "./chromium.ts";
import { serveOn0, until } from "./kit.ts";

const counter = app({
  name: "counter",
  init: () => 0,
  update: (n: number, _msg: "up") => n + 1,
  view: (n, send) => <button type="button" id="up" onClick={send("up")}>{n}</button>,
});

Deno.test("a page that comes back goes on where it was, at once, and its session has not ended", async (test) => {
  await using browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ["--no-sandbox", "--disable-gpu"],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  for (const method of ["ws", "sse", "http"]) {
    await test.step(method, async () => {
      // Without a secret there is no snapshot: what the page finds again was in the memory of the server. Requests have nothing else.
      const live = serve(counter, method === "http" ? { secret: "only for these tests, 16 or more" } : {});
      const streams = new Set<Request>();
      await using server = serveOn0((request, { completed }) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/ws") {
          if (request.headers.get("accept") === "text/event-stream") {
            streams.add(request);
            const over = () => streams.delete(request);
            completed.then(over, over);
          }
          return live(request);
        }
        if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
        const html = pathname === "/other"
          ? "<!doctype html><title>Other</title>Other"
          : `<!doctype html><title>One</title><script type="module" src="/nacre/runtime.mjs"></script>
            <script>
              said = []; persisted = [];
              document.addEventListener("nacre:status", (event) => said.push(event.detail));
              addEventListener("pageshow", (event) => persisted.push(event.persisted));
            </script>
            <server-component route="/ws" method="${method}"></server-component>`;
        return new Response(html, { headers: { "content-type": "text/html" } });
      });
      await using context = await browser.newContext();
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      await page.goto(server.url);
      await page.waitForSelector("#up");
      for (let n = 1; n <= 3; n++) {
        await page.click("#up");
        await page.waitForFunction((n) => document.querySelector("#up")!.textContent === n, String(n));
      }
      await until(() => page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.endsWith('=watch'))"), 10_000);
      await page.goto(`${server.url}/other`);
      await page.evaluate(() => history.back());
      await page.waitForFunction(() => document.title === "One");
      await page.click("#up");
      await page.waitForFunction(() => document.querySelector("#up")!.textContent === "4");
      const [persisted, said] = await page.evaluate("[persisted, said]") as [boolean[], string[]];
      assertEquals(persisted, [false, true], "Chromium did not keep the page: nothing was tested");
      assertEquals(said, ["connecting", "live"]);
      assert(await page.evaluate(() => document.querySelector("server-component")!.getAttribute("status") === "live"));
      await page.close();
      // The server has noticed that nobody reads any more.
      await until(() => streams.size === 0, 10_000);
      await live.close();
    });
  }
});
