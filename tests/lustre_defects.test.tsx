// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** What goes wrong with server components elsewhere, acted here: docs/lustre.md has the list, and says which tests show the rest of it. */
import { assertEquals } from "@std/assert";
import { h } from "preact";
import type { Page } from "playwright-core";
import { app, effect, next, runtimeScript, serve, start } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const element = `<server-component id="root" route="/ws"></server-component>`;
const script = `<script type="module" src="/nacre/runtime.mjs"></script>`;
const live = "server-component[status=live]";

/** Acts in a page of Chromium that has this in its body. */
async function inChromium(
  socket: (request: Request) => Response | Promise<Response>,
  body: string,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return socket(request);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    return new Response(`<!doctype html><link rel="icon" href="data:,"><body>${body}`, { headers: { "content-type": "text/html" } });
  });
  await using browser = await launch();
  await visit(browser, server.url, act);
}

Deno.test("Chromium: a select has its value when it is made, though its options come after it", async () => {
  const choice = app({
    init: () => "b",
    update: (_, chosen: string) => chosen,
    view: (chosen, send) => (
      <main>
        <select value={chosen}>{["a", "b", "c"].map((name) => <option value={name}>{name}</option>)}</select>
        <button onClick={send("c")}>Choose c</button>
      </main>
    ),
  });
  await inChromium(serve(choice), element + script, async (page) => {
    await page.waitForSelector(live);
    assertEquals(await page.inputValue("select"), "b");
    await page.click("button");
    await page.waitForFunction(`document.querySelector("select").value === "c"`);
  });
});

Deno.test("Chromium: a property that is removed is emptied, as Preact does it", async () => {
  const box = app({
    init: () => true,
    update: (isOn: boolean, _msg: "toggle") => !isOn,
    view: (isOn, send) => (
      <main>
        <input type="checkbox" {...(isOn ? { indeterminate: true, checked: true } : {})} />
        {h("x-box", isOn ? { items: [1, 2] } : {})}
        <button onClick={send("toggle")}>Toggle</button>
      </main>
    ),
  });
  const define = `<script>customElements.define("x-box", class extends HTMLElement { items = "none"; });</script>`;
  await inChromium(serve(box), define + element + script, async (page) => {
    const has = (text: string) =>
      page.waitForFunction((text) => {
        const input = document.querySelector("input");
        const box = document.querySelector("x-box") as HTMLElement & { items?: unknown } | null;
        return JSON.stringify([input?.indeterminate, input?.checked, box?.items]) === text;
      }, text);
    await has("[true,true,[1,2]]");
    await page.click("button");
    await has(`[false,false,""]`);
    await page.click("button");
    await has("[true,true,[1,2]]");
  });
});

Deno.test("Chromium: what init emits arrives once, after the view; each event on the element has its detail", async () => {
  const greeter = app({
    init: () => next("here", effect.emit("greeted", { by: "init" })),
    update: (model, _msg: never) => model,
    view: (model) => <p>{model}</p>,
  });
  const listen = `<script>
    heard = [];
    for (const name of ["greeted", "nacre:status"]) {
      document.addEventListener(name, (e) => heard.push([name, e.detail, document.querySelector("p")?.innerText ?? ""]));
    }
  </script>`;
  await inChromium(serve(greeter), listen + element + script, async (page) => {
    await page.waitForFunction("heard.length >= 3");
    await page.waitForTimeout(50);
    const heard = await page.evaluate("heard") as [name: string, detail: unknown, shown: string][];
    assertEquals(heard.map(([name, detail]) => [name, detail]), [
      ["nacre:status", "connecting"],
      ["nacre:status", "live"],
      ["greeted", { by: "init" }],
    ]);
    assertEquals(heard.at(-1)?.[2], "here");
  });
});

Deno.test("Chromium: a server that closes with 1000 is tried again, and is told the attributes and properties of then", async () => {
  const told = app({
    init: () => [] as readonly string[],
    update: (log, line: string) => [...log, line],
    view: (log) => <output>{log.join(" ")}</output>,
    onAttribute: { step: (step) => `step:${step}` },
    onProperty: { rows: (rows) => `rows:${JSON.stringify(rows)}` },
  });
  let runtime = start(told);
  await inChromium((request) => serve(runtime)(request), script, async (page) => {
    const shows = (text: string) => page.waitForFunction((text) => document.querySelector("output")?.textContent === text, text);
    // Changed after it was put into the page, and before the first view has come.
    await page.evaluate(() => {
      const root = Object.assign(document.createElement("server-component"), { id: "root", rows: [0] });
      root.setAttribute("route", "/ws");
      root.setAttribute("step", "1");
      document.body.append(root);
      root.setAttribute("step", "2");
      root.rows = [1];
    });
    await shows("step:2 rows:[1]");
    const closed = runtime;
    runtime = start(told);
    await closed.stop();
    await page.waitForSelector("server-component[status=offline], server-component[status=connecting]", { state: "attached" });
    await page.evaluate(`root.setAttribute("step", "3"); root.rows = [2]`);
    await shows("step:3 rows:[2]");
  });
  await runtime.stop();
});

Deno.test("Chromium: an element without a route, or outside of the page, asks for nothing", async () => {
  const hello = app({ init: () => "hello", update: (model, _msg: never) => model, view: (model) => <p>{model}</p> });
  const asked: string[] = [];
  const socket = serve(hello);
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    if (pathname !== "/") asked.push(pathname);
    if (request.headers.get("upgrade") === "websocket") return socket(request);
    return new Response(`<!doctype html><link rel="icon" href="data:,"><body><server-component id="root"></server-component>${script}`, {
      headers: { "content-type": "text/html" },
    });
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.evaluate(async () => {
      await customElements.whenDefined("server-component");
      const outside = document.createElement("server-component");
      outside.setAttribute("route", "/outside");
    });
    await page.waitForTimeout(300);
    assertEquals(asked, []);
    await page.evaluate(`root.setAttribute("route", "/ws")`);
    await page.waitForSelector(live);
    await page.evaluate(`root.removeAttribute("route")`);
    await until(() => socket.running === 0);
    await page.waitForTimeout(600);
    assertEquals(asked, ["/ws"]);
  });
});

Deno.test("Chromium: scrollTop of the model scrolls when it changes, and what the user scrolled stays when it does not", async () => {
  const scrolled = app({
    init: () => ({ top: 0, others: 0 }),
    update: (model, msg: "down" | "other") => msg === "down" ? { ...model, top: 200 } : { ...model, others: model.others + 1 },
    view: (model, send) => (
      <main>
        <div id="pane" {...{ scrollTop: model.top }} style="height: 100px; overflow: auto">
          <p style="height: 1000px">{model.others}</p>
        </div>
        <button id="down" onClick={send("down")}>Down</button>
        <button id="other" onClick={send("other")}>Other</button>
      </main>
    ),
  });
  await inChromium(serve(scrolled), element + script, async (page) => {
    await page.waitForSelector(live);
    await page.click("#down");
    await page.waitForFunction(`pane.scrollTop === 200`);
    await page.evaluate(`pane.scrollTop = 300`);
    await page.click("#other");
    await page.waitForFunction(`pane.innerText === "1"`);
    assertEquals(await page.evaluate(`pane.scrollTop`), 300);
  });
});

Deno.test("Chromium: an event that a debounce or a throttle holds back is prevented and stopped all the same", async () => {
  const held = app({
    init: () => [] as readonly string[],
    update: (heard, msg: string) => [...heard, msg],
    view: (heard, send) => (
      <main onClick={send("outside")}>
        {["debounce", "throttle"].map((name) => (
          <a
            id={name}
            key={name}
            href={`#${name}`}
            onClick={send(name, { preventDefault: true, stopPropagation: true, [name]: 500 })}
          >
            {name}
          </a>
        ))}
        <output>{heard.join(" ")}</output>
      </main>
    ),
  });
  await inChromium(serve(held), element + script, async (page) => {
    await page.waitForSelector(live);
    // In one go: a slow machine must not let the times pass between them.
    await page.evaluate(() => {
      for (const name of ["throttle", "throttle", "throttle", "debounce", "debounce", "debounce"]) document.getElementById(name)?.click();
    });
    await page.waitForFunction(`/^throttle (throttle debounce|debounce throttle)$/.test(document.querySelector("output").textContent)`);
    await page.waitForTimeout(50);
    assertEquals(await page.evaluate(`location.hash`), "");
    assertEquals((await page.innerText("output")).split(" ").sort(), ["debounce", "throttle", "throttle"]);
  });
});

/** Rows without keys, each with a button that deletes it. */
const rows = app({
  init: () => ["a", "b", "c", "d"] as readonly string[],
  update: (names, name: string) => names.filter((other) => other !== name),
  view: (names, send) => <ul>{names.map((name) => <button onClick={send(name)}>{name}</button>)}</ul>,
});

Deno.test("Two clients delete different rows of an unkeyed list at once: those go that each of them saw", async () => {
  const world = new VirtualWorld();
  await using runtime = run(rows, undefined, { world });
  const anna = new Visitor(runtime, "visitor-anna");
  const bob = new Visitor(runtime, "visitor-bob");
  anna.press("a");
  world.settle();
  // Bob has not read of it yet: his third row is the second by now.
  assertEquals(bob.press("c"), "taken");
  world.settle();
  for (const visitor of [anna, bob]) {
    visitor.read();
    assertEquals([visitor.text, visitor.reader.refused], ["bd", []]);
  }
});

Deno.test("Late events to each of several unkeyed rows that were removed together are refused, and reach no other", async () => {
  const world = new VirtualWorld();
  const heard: string[] = [];
  await using runtime = run(
    app({
      init: () => ["a", "b", "c", "d"] as readonly string[],
      update: (names, msg: string | number) => {
        if (typeof msg === "number") return names.slice(0, msg);
        heard.push(msg);
        return names;
      },
      view: (names, send) => <ul>{names.map((name) => <button onClick={send(name)}>{name}</button>)}</ul>,
    }),
    undefined,
    { world },
  );
  const visitor = new Visitor(runtime);
  runtime.dispatch(1);
  world.settle();
  for (const name of ["b", "c", "d"]) visitor.press(name);
  world.settle();
  visitor.read();
  assertEquals(visitor.reader.refused.map(({ reason }) => reason), ["gone", "gone", "gone"]);
  assertEquals([visitor.text, heard], ["a", []]);
});
