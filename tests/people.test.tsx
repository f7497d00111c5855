/** The demo for everybody: what axe-core finds (nothing), the keyboard, the focus, and words where the connection is lost. In a real browser. */
import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { page as pageOf, runtimeScript, serve } from "../mod.ts";
import { Document } from "../components/document.tsx";
import { counter } from "../components/counter.tsx";
import { launch, serveOn0, startDemo, until, visit } from "./kit.ts";

const live = "server-component[status=live]";

/** What axe-core finds, best practices and all, as texts that name the place. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- axe-core's types are those of a page that has it
    const { violations } = await (globalThis as any).axe.run(document);
    return violations.flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
    );
  });
}

const paths = ["/", "/rating", "/chat", "/whiteboard", "/sketchpad", "/guarded"];

Deno.test("axe-core finds nothing on any page of the demo, live, light and dark, with something in it", async () => {
  await using demo = await startDemo();
  await using browser = await launch();
  for (const path of paths) {
    await visit(browser, demo.url + path, async (page, seen) => {
      await page.waitForSelector(live);
      if (path === "/chat") {
        await page.keyboard.type("Hello");
        await page.keyboard.press("Enter");
        await page.waitForSelector("li.bot");
      }
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assertEquals(await findings(page), [], `${path}, ${colorScheme}`);
      }
      assertEquals(seen.console.filter((line) => line.startsWith("error")), []);
    });
  }
  // It finds what is wrong.
  await visit(browser, demo.url, async (page) => {
    await page.waitForSelector(live);
    await page.evaluate(() => document.querySelector("main")!.append(document.createElement("img")));
    assert((await findings(page)).some((line) => line.startsWith("image-alt: <img>")));
  });
});

Deno.test("the boards are drawn on with the keyboard, and the focus goes to the field when a line of the chat is removed", async () => {
  await using demo = await startDemo();
  await using browser = await launch();
  for (const path of ["/whiteboard", "/sketchpad"]) {
    await visit(browser, demo.url + path, async (page) => {
      await page.waitForSelector(live);
      // The last link of the page's list, then the board.
      await page.focus("nav a:last-child");
      await page.keyboard.press("Tab");
      assertEquals(await page.evaluate(() => document.activeElement!.localName), "svg");
      assertEquals(await page.locator("svg path").evaluate((path) => getComputedStyle(path).visibility), "visible");
      for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Space", "ArrowLeft", "Space"]) await page.keyboard.press(key);
      await page.waitForFunction(() => document.querySelectorAll("circle").length === 2);
      const dots = await page.locator("circle").evaluateAll((all) => all.map((dot) => [dot.getAttribute("cx"), dot.getAttribute("cy")]));
      assertEquals(dots, [["220", "160"], ["210", "160"]]);
      // The next stop is the first colour.
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[aria-label=crimson][aria-pressed=true]");
    });
  }
  await visit(browser, `${demo.url}/chat`, async (page) => {
    await page.waitForSelector(live);
    await page.keyboard.type("Hello");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[role=log] li.you");
    await page.focus("li.you button");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !document.querySelector("li.you") && document.activeElement?.localName === "textarea");
  });
});

Deno.test("where the connection is lost the page says so in words, and nothing fades; where it is back, the words go", async () => {
  let isThere = true;
  const route = serve(counter, { flags: 0 });
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    if (pathname === "/ws") return isThere ? route(request) : new Response(null, { status: 503 });
    return pageOf(Document({ title: "Test", live: route, request }));
  });
  await using browser = await launch();
  let cut = () => {};
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    assertEquals(await page.locator("[role=status]").innerText(), "");
    isThere = false;
    cut();
    await page.waitForFunction(() => document.querySelector("[role=status]")!.textContent!.startsWith("The connection is lost."));
    assertEquals(await page.locator("server-component").evaluate((element) => getComputedStyle(element).opacity), "1");
    assertEquals(await findings(page), []);
    isThere = true;
    await page.waitForSelector(live, { timeout: 20_000 });
    await page.waitForFunction(() => document.querySelector("[role=status]")!.textContent === "");
  }, {
    before: (page) =>
      page.routeWebSocket(/\/ws/, (socket) => {
        if (!isThere) return void socket.close();
        const server = socket.connectToServer();
        cut = () => void Promise.all([socket.close({ code: 4999 }), server.close()]);
      }),
  });
  await route.close();
  await until(() => route.running === 0);
});
