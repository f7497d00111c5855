/** Handlers in Chromium, on a server: what crosses the wire, and what becomes of an event that waits while its element changes. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { app, Listen, runtimeScript, serve, start } from "../mod.ts";
import { launch, serveOn0, visit } from "./kit.ts";

interface Model {
  readonly heard: readonly string[];
  readonly shows: string;
}

/** How long an input waits, in ms. */
const WAIT = 500;

/** A field or an element for each test, by its id; `show:NAME` changes the view. */
const view = app<Model, string>({
  init: () => ({ heard: [], shows: "all" }),
  update: (model, msg) => msg.startsWith("show:") ? { ...model, shows: msg.slice(5) } : { ...model, heard: [...model.heard, msg] },
  view: ({ heard, shows }, send) => {
    const waits = (name: string) =>
      send<InputEvent & { currentTarget: HTMLInputElement }>((e) => `${name} ${e.currentTarget.value}`, { debounce: WAIT });
    const items = [
      <li key="1">
        <input id="moves" onInput={waits("moves")} />
      </li>,
      <li key="2" id="second">second</li>,
    ];
    return (
      <main>
        <input
          id="keys"
          onKeyDown={send((e) => e.key + (e.repeat ? "*" : ""), { when: { key: ["Enter", "j"] } })}
        />
        <input id="once" onKeyDown={send("once", { when: { key: "x" }, once: true })} />
        <ul>{shows === "moved" ? items.toReversed() : items}</ul>
        {shows !== "gone" && <input id="goes" onInput={waits("goes")} />}
        <input id="bare" onInput={shows === "bare" ? undefined : waits("bare")} />
        <div id="wheel" onWheel={send("wheel", { passive: shows !== "calm" })}>wheel</div>
        {shows === "window" && (
          <Listen
            on="window"
            onKeyDown={send((e) => `window ${e.key}`, { when: { key: "w" }, preventDefault: true })}
          />
        )}
        <p id="heard">{heard.join(", ")}</p>
        <p id="shows">{shows}</p>
      </main>
    );
  },
});

interface Scene {
  readonly page: Page;
  /** What went up, since this was asked last. */
  sent(): Promise<string[]>;
  heard(text: string): Promise<unknown>;
  /** Lets the server change the view without any event that would send what waits. */
  show(name: string): Promise<void>;
}

async function scene(act: (scene: Scene) => Promise<void>): Promise<void> {
  await using runtime = start(view, undefined);
  const live = serve(runtime);
  await using server = serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response(
          `<!doctype html><link rel="icon" href="data:,"><server-component route="/ws"></server-component>
<script>
sent = [];
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (text) { if (String(text)[0] === "[") sent.push(text); send.call(this, text); };
</script><script type="module" src="/r.mjs"></script>`,
          { headers: { "content-type": "text/html" } },
        );
      case "/r.mjs":
        return runtimeScript(request);
      default:
        return live(request);
    }
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("#shows");
    await act({
      page,
      sent: () => page.evaluate("sent.splice(0)"),
      heard: (text) => page.waitForFunction((text) => document.querySelector("#heard")!.textContent === text, text),
      async show(name) {
        runtime.dispatch(`show:${name}`);
        await page.waitForFunction((name) => document.querySelector("#shows")!.textContent === name, name);
      },
    });
  });
}

Deno.test("a key that nobody waits for does not cross the wire; one that is held comes again and again", () =>
  scene(async ({ page, sent, heard }) => {
    await page.focus("#keys");
    for (const key of ["a", "Shift+J", "Escape", "ArrowLeft"]) await page.keyboard.press(key);
    assertEquals(await sent(), []);
    await page.keyboard.down("j");
    await page.keyboard.down("j");
    await page.keyboard.down("j");
    await page.keyboard.up("j");
    await page.keyboard.press("Enter");
    await heard("j, j*, j*, Enter");
    assertEquals((await sent()).length, 4);
  }));

Deno.test("what does not meet `when` does not use up `once`", () =>
  scene(async ({ page, heard, sent }) => {
    await page.focus("#once");
    await page.keyboard.type("axxx");
    await heard("once");
    assertEquals((await sent()).length, 1);
  }));

Deno.test("what waits goes with its element when that moves", () =>
  scene(async ({ page, heard, show, sent }) => {
    await page.focus("#moves");
    await page.keyboard.type("a");
    await show("moved");
    assertEquals(await page.evaluate(() => document.querySelector("li")!.id), "second");
    assertEquals(await sent(), []);
    await heard("moves a");
  }));

Deno.test("what waits is dropped with its element, and with its handler; that of a handler that came back is sent", () =>
  scene(async ({ page, heard, show, sent }) => {
    for (const [name, field] of [["gone", "#goes"], ["bare", "#bare"]] as const) {
      await page.focus(field);
      await page.keyboard.type("a");
      await show(name);
      await page.waitForTimeout(WAIT + 100);
      assertEquals(await sent(), []);
      await show("all");
    }
    await page.focus("#bare");
    await page.keyboard.type("b");
    await show("bare");
    await show("all");
    await heard("bare ab");
  }));

Deno.test("what waits goes first when its element is left, though nobody listens to that", () =>
  scene(async ({ page, heard }) => {
    await page.focus("#moves");
    await page.keyboard.type("a");
    const before = performance.now();
    await page.focus("#keys");
    await heard("moves a");
    assertEquals(performance.now() - before < WAIT, true);
  }));

Deno.test("passive is what the listener is, also after it changed", () =>
  scene(async ({ page, show, heard }) => {
    const listeners = async () => {
      const devtools = await page.context().newCDPSession(page);
      const { result } = await devtools.send("Runtime.evaluate", { expression: `document.querySelector("#wheel")` });
      const { listeners } = await devtools.send("DOMDebugger.getEventListeners", { objectId: result.objectId! });
      return listeners.map(({ type, passive }) => [type, passive]);
    };
    assertEquals(await listeners(), [["wheel", true]]);
    await show("calm");
    assertEquals(await listeners(), [["wheel", false]]);
    await page.evaluate(() => document.querySelector("#wheel")!.dispatchEvent(new Event("wheel")));
    await heard("wheel");
  }));

Deno.test("Listen leaves nothing on the window when it goes, nor when its component is taken out of the page", () =>
  scene(async ({ page, show, heard, sent }) => {
    const listeners = async () => {
      const devtools = await page.context().newCDPSession(page);
      const { result } = await devtools.send("Runtime.evaluate", { expression: "window" });
      const { listeners } = await devtools.send("DOMDebugger.getEventListeners", { objectId: result.objectId! });
      return listeners.filter(({ type }) => type === "keydown").length;
    };
    await show("window");
    assertEquals(await listeners(), 1);
    assertEquals(
      await page.evaluate(() =>
        ["w", "v"].map((key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))
      ),
      [false, true],
    );
    await heard("window w");
    // A script moves it: it listens as before, once.
    await page.evaluate(() => document.querySelector("main")!.prepend(document.querySelector("nacre-listen")!));
    assertEquals(await listeners(), 1);
    await page.evaluate(() => {
      const element = document.querySelector("server-component")!;
      element.remove();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "w", bubbles: true }));
    });
    assertEquals(await listeners(), 0);
    assertEquals((await sent()).length, 1);
  }));
