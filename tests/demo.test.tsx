/** The real thing: the demo's program, its page in Chromium, and what people do to inputs while the network is slow. */
import { createPortal } from "preact/compat";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { app, effect, page as htmlPage, runtimeScript, serve, simulate } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { realWorld, type World } from "../runtime/world.ts";
import { counter } from "../components/counter.tsx";
import { Document } from "../components/document.tsx";
import { launch, serveOn0, type Serving, startDemo, until, visit } from "./kit.ts";

const live = "server-component[status=live]";

/** A page with a component, its script and its socket. */
function site(socket: (request: Request) => Response | Promise<Response>, html?: (request: Request) => Response): Serving {
  return serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return html?.(request) ?? htmlPage(Document({ title: "Test" }));
      case "/nacre/runtime.mjs":
        return runtimeScript(request);
      case "/ws":
        return socket(request);
      default:
        return new Response("Not found", { status: 404 });
    }
  });
}

function countOf(page: Page): Promise<string> {
  return page.locator("server-component p").innerText();
}

Deno.test("main.ts shows a counter that counts, with frames of a few bytes, and says nothing on the console", async () => {
  await using demo = await startDemo();
  {
    await using browser = await launch();
    const frames: string[] = [];
    await visit(browser, demo.url, async (page, seen) => {
      await page.waitForSelector(live);
      for (const [button, count] of [["+", 1], ["+", 2], ["+", 3], ["-", 2]] as const) {
        await page.click(`text=${button}`);
        // What a click has seen is a part of its frame.
        await page.waitForFunction((count) => document.querySelector("p")?.innerText === `Count: ${count}`, count);
      }
      // The page was painted: it is gone on with. A snapshot comes when it is quiet.
      assertMatch(frames.splice(0, 2).join("\n"), /^up \["resume","[\w-]+",0,\[\],\[\]\]\ndown \["resume","[\w-]{8}",0,0\]$/);
      assertEquals(frames.filter((frame) => !frame.startsWith("down [[0,")), [
        ...["up [0,[2]]", 'down [1,{"0":1}]', "up [1,[2]]", 'down [1,{"0":2}]'],
        ...["up [1,[2]]", 'down [1,{"0":3}]', "up [1,[1]]", 'down [1,{"0":2}]'],
      ]);
      assertEquals(seen.console, []);
      await visit(browser, demo.url, async (second) => {
        await second.waitForSelector(live);
        await second.click("text=-");
        await second.waitForFunction(() => document.querySelector("p")?.innerText === "Count: -1");
      });
      assertEquals(await countOf(page), "Count: 2", "another tab counts apart");
    }, {
      before: async (page) => {
        page.on("websocket", (socket) => {
          socket.on("framesent", ({ payload }) => frames.push(`up ${payload}`));
          socket.on("framereceived", ({ payload }) => frames.push(`down ${payload}`));
        });
        await Promise.resolve();
      },
    });
  }
  assertEquals(await demo.stop(), 0);
});

Deno.test("serve() stops a tab's runtime when the tab is closed, its timers too", async () => {
  let ticks = 0;
  const clock = app({
    init: () => 0,
    update: (seconds: number, _msg: "tick") => {
      ticks++;
      return seconds + 1;
    },
    subscriptions: () => ({ clock: effect.every(10, "tick") }),
    view: (seconds) => <p>{seconds}</p>,
  });
  // A tab that is closed by a test says no word.
  const socket = serve(clock, { linger: 200 });
  await using server = site(socket);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.waitForFunction(() => Number(document.querySelector("p")?.innerText) > 3);
    assertEquals(socket.running, 1);
    await visit(browser, server.url, async (second) => {
      await second.waitForSelector(live);
      assertEquals(socket.running, 2);
    });
    await until(() => socket.running === 1);
  });
  await until(() => socket.running === 0);
  const before = ticks;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(ticks, before);
});

/** A form whose model sees each letter late. */
const upper = app({
  init: () => ({ text: "", others: 0 }),
  update: (model, msg: { type: "typed"; text: string } | { type: "tick" }) =>
    msg.type === "typed" ? { ...model, text: msg.text } : { ...model, others: model.others + 1 },
  subscriptions: () => ({ ticks: effect.every(7, { type: "tick" }) }),
  view: (model, send) => (
    <main>
      <input id="name" value={model.text} onInput={send((e) => ({ type: "typed", text: e.currentTarget.value }))} />
      <p id="echo">{model.text}</p>
      <p id="others">{model.others}</p>
    </main>
  ),
});

/** A world in which everything that a runtime does comes this much later, until the end of the block. */
function slowWorld(ms: number): World & Disposable {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  return {
    ...realWorld,
    soon(task) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, ms);
      timers.add(timer);
    },
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

Deno.test("a controlled input loses no letter and no caret while its patches come late and others come all the time", async () => {
  using world = slowWorld(60);
  await using runtime = run(upper, undefined, { world });
  await using server = site(serve(runtime));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.click("#name");
    await page.keyboard.type("the quick brown fox", { delay: 12 });
    assertEquals(await page.inputValue("#name"), "the quick brown fox");
    await page.evaluate(() => (document.querySelector("#name") as HTMLInputElement).setSelectionRange(4, 9));
    await page.keyboard.type("slow", { delay: 12 });
    assertEquals(await page.inputValue("#name"), "the slow brown fox");
    await page.waitForFunction(() => document.querySelector("#echo")!.textContent === "the slow brown fox");
    assertEquals(await page.inputValue("#name"), "the slow brown fox");
    assertEquals(await page.evaluate(() => (document.querySelector("#name") as HTMLInputElement).selectionStart), 8);
    assertEquals(await page.evaluate(() => document.activeElement?.id), "name");
  });
});

Deno.test("a controlled input is left alone while a text is composed in it", async () => {
  using world = slowWorld(30);
  await using runtime = run(upper, undefined, { world });
  await using server = site(serve(runtime));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.click("#name");
    await page.keyboard.type("a");
    const devtools = await page.context().newCDPSession(page);
    for (const text of ["に", "にh", "にほ", "にほn", "にほん"]) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
      await page.waitForTimeout(45);
      assertEquals(await page.inputValue("#name"), `a${text}`);
    }
    await devtools.send("Input.insertText", { text: "日本" });
    await page.waitForFunction(() => document.querySelector("#echo")!.textContent === "a日本");
    assertEquals(await page.inputValue("#name"), "a日本");
  });
});

Deno.test("a model that refuses what was typed has its way once it has seen it", async () => {
  const four = app({
    init: () => "",
    update: (_, text: string) => text.slice(0, 4),
    view: (text, send) => <input id="pin" value={text} onInput={send((e) => e.currentTarget.value)} />,
  });
  await using server = site(serve(four));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.click("#pin");
    await page.keyboard.type("123456", { delay: 20 });
    await page.waitForFunction(() => (document.querySelector("#pin") as HTMLInputElement).value === "1234");
  });
});

Deno.test("<server-component> works in a hand-written page, under a strict policy of content", async () => {
  const html = `<!doctype html><meta charset="utf-8"><title>By hand</title><script type="module" src="/nacre/runtime.mjs"></script>
    <p>Before</p><server-component route="/ws"></server-component>`;
  const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
  const styled = app({
    init: () => 1,
    update: (n: number, _msg: "up") => n + 1,
    view: (n, send) => <button type="button" style={`width: ${n * 50}px`} onClick={send("up")}>{n}</button>,
  });
  await using server = site(
    serve(styled),
    () => new Response(html, { headers: { "content-type": "text/html", "content-security-policy": policy } }),
  );
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    await page.waitForSelector(live);
    await page.click("button");
    await page.waitForFunction(() => document.querySelector("button")?.style.width === "100px");
    assertEquals(seen.console.filter((line) => !line.includes("favicon")), []);
  });
});

Deno.test("a view that preact-render-to-string put into the page is shown until the component is there", async () => {
  const view = simulate(counter, 41).view();
  await using server = site(serve(counter, { flags: 41 }), () => htmlPage(Document({ title: "Painted", children: view })));
  await using browser = await launch();
  const html = await (await fetch(server.url)).text();
  assertStringIncludes(html, `<server-component route="/ws"><h1>Hi</h1><button type="button">-</button><p>Count: 41</p>`);
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.click("text=+");
    await page.waitForFunction(() => document.querySelectorAll("p").length === 1 && document.querySelector("p")!.innerText === "Count: 42");
  });
});

Deno.test("<server-component> shows its state, waits for the server, and mounts afresh when it is back", async () => {
  const statuses: string[] = [];
  let server = site(serve(counter, { flags: 0 }));
  const port = Number(new URL(server.url).port);
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    await page.exposeFunction("noteStatus", (status: string) => void statuses.push(status));
    await page.evaluate(() => {
      addEventListener(
        "nacre:status",
        (event) => (globalThis as unknown as { noteStatus(s: string): void }).noteStatus((event as CustomEvent).detail),
      );
    });
    await page.waitForSelector(live);
    await page.click("text=+");
    await page.waitForFunction(() => document.querySelector("p")?.innerText === "Count: 1");
    await server.shutdown();
    await page.waitForSelector("server-component[status=offline]");
    assertEquals(await countOf(page), "Count: 1", "what was shown stays");
    const again = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, serve(counter, { flags: 10 }));
    await page.waitForSelector(live, { timeout: 20_000 });
    assertEquals(await countOf(page), "Count: 10");
    assert(statuses.includes("offline") && statuses.at(-1) === "live", statuses.join());
    seen.errors.length = 0;
    await page.close();
    await again.shutdown();
  });
  await server[Symbol.asyncDispose]();
  server = undefined as never;
});

Deno.test("in development a problem of a view shows in the page, where it happened", async () => {
  const Legacy = () => createPortal(<p>elsewhere</p>, {} as Element);
  const broken = app({
    init: () => 0,
    update: (n: number, _msg: never) => n,
    view: () => (
      <section>
        <h2>Above</h2>
        <Legacy />
        <h2>Below</h2>
      </section>
    ),
  });
  await using runtime = run(broken, undefined, { development: true });
  await using server = site(serve(runtime));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    assertEquals(
      await page.locator("section").innerText(),
      "Above\nNacre: In <Legacy>: createPortal: there are no elements on the server; use a custom element, or a <dialog>\nBelow",
    );
  });
});
