/** A tab that is hidden closes its link and goes on when it is shown: a real server, and a real tab behind another one. */
import { assert, assertEquals } from "@std/assert";
import { app, page, runtimeScript, serve, type ServeOptions, ServerComponent } from "../mod.ts";
import { serveOn0, until } from "./kit.ts";
import { openTab, type ShownTab } from "./shown_tab.ts";

const counter = app<number, "up">({
  name: "counter",
  init: () => 0,
  update: (count) => count + 1,
  view: (count, send) => <button onClick={send("up")}>{count}</button>,
});

/** Looks at a tab with a counter in it that sleeps after 300 ms. */
async function look(
  method: "ws" | "sse" | "http",
  options: ServeOptions<void, unknown>,
  test: (tab: ShownTab, has: (status: string, text: string) => Promise<void>, live: { readonly running: number }) => Promise<void>,
) {
  const live = serve(counter, { secret: "only a test: 0123456789", ...options });
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/r.mjs") return runtimeScript(request);
    return page(
      <html>
        <head>
          <script type="module" src="/r.mjs"></script>
        </head>
        <body>
          <ServerComponent route="/ws" method={method} sleep="300ms" poll="50ms" />
        </body>
      </html>,
    );
  });
  {
    await using tab = await openTab(server.url);
    const shown =
      `[document.querySelector("server-component")?.getAttribute("status"), document.querySelector("button")?.textContent].join()`;
    let last: unknown;
    const has = async (status: string, text: string) => {
      try {
        await until(async () => (last = await tab.evaluate(shown)) === `${status},${text}`);
      } catch {
        assertEquals(last, `${status},${text}`);
      }
    };
    await has("live", "0");
    await tab.evaluate(`document.querySelector("button").click()`);
    await has("live", "1");
    // What a mount would replace.
    await tab.evaluate(`document.querySelector("button").title = "old"`);
    // The snapshot of silence has to come.
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    await test(tab, has, live);
  }
  await live.close();
}

const title = `document.querySelector("button").title`;

for (
  const [method, linger, how] of [
    ["ws", 30_000, "in the process that still knows it"],
    ["sse", 30_000, "in the process that still knows it"],
    ["ws", 0, "from its snapshot"],
    ["sse", 0, "from its snapshot"],
    ["http", 0, "from its snapshot"],
  ] as const
) {
  Deno.test(`Chromium, ${method}: a tab behind another one sleeps, and goes on ${how} when it is shown`, async () => {
    await look(method, { linger }, async (tab, has, live) => {
      await tab.hide();
      await has("asleep", "1");
      if (!linger) await until(() => live.running === 0);
      // Nothing opens a link meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await has("asleep", "1");
      assertEquals(live.running, linger ? 1 : 0);
      await tab.show();
      await has("live", "1");
      await tab.evaluate(`document.querySelector("button").click()`);
      await has("live", "2");
      assertEquals(await tab.evaluate(title), "old");
    });
  });
}

Deno.test("Chromium: what happens in a hidden tab wakes it, and is not lost; then it sleeps again", async () => {
  await look("ws", { linger: 0 }, async (tab, has) => {
    await tab.hide();
    await has("asleep", "1");
    await tab.evaluate(`document.querySelector("button").click()`);
    await has("live", "2");
    await has("asleep", "2");
    await tab.show();
    await has("live", "2");
    assertEquals(await tab.evaluate(title), "old");
  });
});

Deno.test("Chromium: without a snapshot a hidden tab stays linked: in a room", async () => {
  await look("ws", { key: () => "room" }, async (tab, has, live) => {
    await tab.hide();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await has("live", "1");
    assert(live.running);
  });
});
