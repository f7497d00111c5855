/** What a page shows of an app that fails and begins again, of being sent away, and of being moved: a real server and a real browser. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { app, effect, next, page, serve, ServerComponent } from "../mod.ts";
import { clientSource } from "../runtime/client.gen.ts";
import type { Restart } from "../runtime/app/restart.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";

type Msg = "up" | "throw" | "leave";
const counter = app<number, Msg>({
  init: () => 0,
  update(count, msg, from) {
    if (msg === "throw") throw new Error("in update");
    if (msg === "leave") return next(count, effect.disconnect(from!.id));
    return count + 1;
  },
  view: (count, send) => (
    <div>
      <p>{count}</p>
      {(["up", "throw", "leave"] as const).map((name) => <button key={name} id={name} onClick={send(name)}>{name}</button>)}
    </div>
  ),
});

/** Looks at a page of the counter; `said` answers the statuses of its element since it was asked last. */
async function look(
  restart: Restart,
  test: (page: Page, said: () => Promise<string[]>, requests: () => number, errors: string[]) => Promise<void>,
) {
  const errors: string[] = [];
  let requests = 0;
  const live = serve(counter, { key: () => "room", restart, onError: (error, where) => errors.push(`${where}: ${error}`) });
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return requests++, live(request);
    if (pathname === "/r.mjs") return new Response(clientSource, { headers: { "content-type": "text/javascript" } });
    return page(<ServerComponent route="/ws" />);
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      const element = document.querySelector("server-component")!;
      new MutationObserver(() => said.push(element.getAttribute("status")!)).observe(element, { attributeFilter: ["status"] });
    });
    await page.addScriptTag({ url: "/r.mjs", type: "module" });
    const said = () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said.splice(0));
    await shows(page, "0");
    assertEquals((await said()).at(-1), "live");
    await test(page, said, () => requests, errors);
  });
  await live.runtime("room")?.stop();
  await until(() => live.running === 0);
}

const shows = (page: Page, text: string) => page.waitForFunction((text) => document.querySelector("p")?.textContent === text, text);

for (const [restart, after] of [["fresh", "0"], ["last", "2"]] as const) {
  Deno.test(`Chromium: restart: "${restart}" goes on at ${after} on the same link: the page is live all the while, and is heard`, async () => {
    await look(restart, async (page, said, requests, errors) => {
      await page.click("#up");
      await page.click("#up");
      await shows(page, "2");
      await page.evaluate(() => {
        for (const name of ["server-component", "p"]) document.querySelector(name)!.setAttribute("mark", "old");
      });
      await page.click("#throw");
      // The view is new, also where it says the same.
      await page.waitForSelector("p:not([mark])", { state: "attached" });
      await shows(page, after);
      await page.click("#up");
      await shows(page, String(Number(after) + 1));
      assertEquals(errors, ["update: Error: in update"]);
      assertEquals((await said()).filter((status) => status !== "live"), []);
      assertEquals([requests(), await page.locator("server-component").getAttribute("mark")], [1, "old"]);
    });
  });
}

Deno.test('Chromium: restart: "never" says failed, tries again, and is live with a new beginning', async () => {
  await look("never", async (page, said, requests) => {
    await page.click("#up");
    await shows(page, "1");
    await page.click("#throw");
    await shows(page, "0");
    assertEquals(await said(), ["failed", "live"]);
    assertEquals(requests(), 2);
  });
});

Deno.test("Chromium: a page that is sent away (4403) says offline, keeps what it showed, and does not come back by itself", async () => {
  await look("never", async (page, said, requests) => {
    await page.click("#up");
    await shows(page, "1");
    await page.click("#leave");
    await page.waitForSelector("server-component[status=offline]", { state: "attached" });
    // The first new attempt of a link that was merely cut comes within half a second.
    await page.waitForTimeout(1_500);
    await page.evaluate(() => globalThis.dispatchEvent(new Event("online")));
    await page.waitForTimeout(100);
    assertEquals([await said(), requests(), await page.textContent("p")], [["offline"], 1, "1"]);
    // Another route is another beginning.
    await page.evaluate(() => document.querySelector("server-component")!.setAttribute("route", "/ws?again"));
    await until(() => requests() === 2);
  });
});

for (const way of ["append", "moveBefore", "remove, and append in a promise"]) {
  Deno.test(`Chromium: an element that is moved keeps its link and its nodes: ${way}`, async () => {
    await look("never", async (page, said, requests) => {
      await page.click("#up");
      await shows(page, "1");
      await page.evaluate(async (way) => {
        document.querySelector("p")!.setAttribute("mark", "old");
        const element = document.querySelector("server-component")!;
        const place = document.body.appendChild(document.createElement("section"));
        if (way === "append") place.append(element);
        else if (way === "moveBefore") (place as unknown as { moveBefore(node: Node, before: null): void }).moveBefore(element, null);
        else {
          element.remove();
          await Promise.resolve();
          place.append(element);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }, way);
      await page.click("section #up");
      await shows(page, "2");
      assertEquals([await said(), requests(), await page.getAttribute("section p", "mark")], [[], 1, "old"]);
    });
  });
}
