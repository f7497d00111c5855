/** The six examples of the demo, in Chromium and on the program that serves them: each does what it is there to show. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { page as htmlPage, runtimeScript, serve } from "../mod.ts";
import { counter } from "../components/counter.tsx";
import { Document } from "../components/document.tsx";
import { launch, type Seen, serveOn0, startDemo, until, visit } from "./kit.ts";

const live = "server-component[status=live]";

/** Waits until the component's element of this selector shows this text. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(([selector, text]) => document.querySelector(`server-component ${selector!}`)?.textContent === text, [
    selector,
    text,
  ]);
}

type Look = (page: Page, seen: Seen) => Promise<void>;

/** Looks at a page of the demo; `open` opens another tab of a visitor of their own. */
function example(name: string, path: string, look: (page: Page, seen: Seen, open: (look: Look) => Promise<void>) => Promise<void>): void {
  Deno.test(name, async () => {
    await using demo = await startDemo();
    await using browser: Browser = await launch();
    const open = (look: Look) =>
      visit(browser, demo.url + path, async (page, seen) => {
        await page.waitForSelector(live);
        await look(page, seen);
      });
    await open((page, seen) => look(page, seen, open));
  });
}

example("01 counter: three clicks are 3, and a second tab starts at 0", "/", async (page, _seen, open) => {
  for (let i = 0; i < 3; i++) await page.click("text=+");
  await shows(page, "p", "Count: 3");
  await open((second) => shows(second, "p", "Count: 0"));
});

Deno.test("01 counter: its runtime stops when the tab is closed", async () => {
  const socket = serve(counter, { flags: 0 });
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return socket(request);
    return pathname === "/" ? htmlPage(Document({ title: "Counter" })) : runtimeScript(request);
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    assertEquals(socket.running, 1);
  });
  await until(() => socket.running === 0);
});

example("02 rating: it follows the attribute and the property, and the page hears what was submitted", "/rating", async (page) => {
  const element = page.locator("server-component");
  await shows(page, "output", "3");
  await element.evaluate((element) => element.setAttribute("value", "10"));
  await shows(page, "output", "10");
  await page.click("#attribute");
  await shows(page, "output", "7");
  await page.click("#property");
  await shows(page, "output", "5");
  assertEquals(await page.locator("[aria-pressed=true]").count(), 5);
  const heard = page.evaluate(() =>
    new Promise((resolve) =>
      document.querySelector("server-component")!.addEventListener("change", (event) => resolve((event as CustomEvent).detail))
    )
  );
  await page.click("text=Submit");
  assertEquals(await heard, 5);
  assertEquals(await page.inputValue("#heard").catch(() => page.innerText("#heard")), "5");
  await page.click("[aria-label='8 of 10']");
  await shows(page, "output", "8");
});

example(
  "03 chat: Enter sends, the input is empty and focused again, a reply comes; other keys do not reach the app",
  "/chat",
  async (page) => {
    const sent: string[] = [];
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    devtools.on("Network.webSocketFrameSent", ({ response }) => void sent.push(response.payloadData));
    const events = () => sent.filter((frame) => frame.startsWith("["));
    const name = () => page.evaluate(() => document.activeElement?.localName);
    assertEquals(await name(), "textarea", "autofocus");
    await page.keyboard.type("Hello");
    assertEquals(events(), [], "no key crossed");
    assertEquals(await page.locator("server-component li").count(), 0);
    await page.keyboard.press("Enter");
    await shows(page, "li.you", "Hello");
    await page.waitForFunction(() => document.querySelector("textarea")!.value === "");
    assertEquals(await name(), "textarea");
    await shows(page, "li.bot", "Hello! How may I help?");
    await page.keyboard.type("again");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("and again");
    assertEquals(events().length, 1);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("li").length === 4);
    assertEquals(await page.locator("li").allInnerTexts(), [
      "Hello",
      "Hello! How may I help?",
      "again\nand again",
      "Have you turned it off and on again?",
    ]);
    const [oldest, newest] = await Promise.all([page.locator("li").first().boundingBox(), page.locator("li").last().boundingBox()]);
    assert(newest!.y > oldest!.y, "the newest is at the bottom");
  },
);

/** Draws a stroke of the mouse, from left to right. */
async function draw(page: Page, y: number): Promise<void> {
  const box = (await page.locator("svg").boundingBox())!;
  await page.mouse.move(box.x + 20, box.y + y);
  await page.mouse.down();
  await page.mouse.move(box.x + 200, box.y + y, { steps: 12 });
  await page.mouse.up();
  await page.mouse.move(box.x + 20, box.y + y + 50, { steps: 12 });
}

/** A painted element has its attributes in another order than one that was mounted. */
const dots = (page: Page) =>
  page.locator("circle").evaluateAll((all) =>
    all.map((dot) => [...dot.attributes].map(({ name, value }) => `${name}="${value}"`).toSorted().join(" "))
  );

/** Waits until two pages show the same dots, at least so many, and answers them. */
async function same(a: Page, b: Page, least: number): Promise<string[]> {
  return await until(async () => {
    const [first, second] = [await dots(a), await dots(b)];
    return first.length >= least && first.join() === second.join() ? first : undefined;
  });
}

const picked = (page: Page) => page.locator("[aria-pressed=true]").getAttribute("aria-label");

example(
  "04 whiteboard: two tabs see the same dots and share the colour; a late tab sees what there is",
  "/whiteboard",
  async (page, _, open) => {
    await open(async (second) => {
      await draw(page, 60);
      const first = await same(page, second, 2);
      assertStringIncludes(first[0]!, 'fill="black"');
      await second.click("[aria-label=crimson]");
      await page.waitForSelector("[aria-label=crimson][aria-pressed=true]");
      await draw(second, 120);
      const both = await same(page, second, first.length + 2);
      assertStringIncludes(both.at(-1)!, 'fill="crimson"');
      assert(both.every((dot) => dot.includes('cy="')), "dots have places");
      await open(async (late) => assertEquals(await dots(late), await dots(page)));
    });
  },
);

example(
  "05 sketchpad: dots are shared as they are drawn, each tab has its own colour, a late tab begins empty",
  "/sketchpad",
  async (page, _, open) => {
    await open(async (second) => {
      await second.click("[aria-label=seagreen]");
      await second.waitForSelector("[aria-label=seagreen][aria-pressed=true]");
      assertEquals(await picked(page), "black");
      await draw(page, 60);
      const first = await same(page, second, 2);
      await draw(second, 120);
      const both = await same(page, second, first.length + 2);
      assertStringIncludes(both[0]!, 'fill="black"');
      assertStringIncludes(both.at(-1)!, 'fill="seagreen"');
      await open(async (late) => {
        assertEquals(await dots(late), []);
        await draw(late, 180);
        await until(async () => (await dots(page)).length > both.length);
        assertEquals((await dots(page)).slice(both.length), await dots(late));
      });
    });
  },
);

example(
  "06 guarded: the right token comes in; a wrong one is refused, the page says offline and does not hammer",
  "/guarded",
  async (page, seen) => {
    await page.click("text=+");
    await shows(page, "p", "Count: 1");
    assertStringIncludes(await page.innerText("h1"), "Welcome, visitor ");
    let attempts = 0;
    page.on("websocket", () => attempts++);
    const before = seen.console.length;
    await page.goto(`${new URL(page.url()).origin}/guarded?token=wrong`);
    await page.waitForSelector("server-component:is([status=offline], [status=refused])", { state: "attached" });
    await page.waitForFunction(() => document.querySelector("[role=status]")!.textContent !== "");
    await page.waitForTimeout(3_000);
    assert(attempts >= 2 && attempts <= 4, `${attempts} attempts in 3 seconds`);
    assertEquals(await page.locator("server-component > *").count(), 0, "nothing is shown");
    assert(seen.console.slice(before).every((line) => line.includes("403")), seen.console.join("\n"));
    assertEquals(seen.console.length > before, true);
  },
);
