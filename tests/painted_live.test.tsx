/** A painted page and the server that goes on with it: nothing is mounted, what was done too early counts, and a request for a page leaves nothing. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { app, effect, next, page, runtimeScript, serve, ServerComponent } from "../mod.ts";
import type { Page } from "playwright-core";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { Program } from "./program.ts";

let started = 0;
const counter = app({
  init: (start: number) => next({ count: start, name: "" }, effect.from(() => void started++)),
  update: (model, msg: "up" | { readonly name: string }) => msg === "up" ? { ...model, count: model.count + 1 } : { ...model, ...msg },
  view: (model, send) => (
    <div>
      <button id="up" onClick={send("up")}>{model.count}</button>
      <input value={model.name} onInput={send((event) => ({ name: event.currentTarget.value }))} />
      <output>{model.name}</output>
    </div>
  ),
  name: "counter",
});

for (const method of ["ws", "sse", "http"] as const) {
  Deno.test(`${method}: a painted page is gone on with by another process, in at most 64 bytes, with what was done before its script was there`, async () => {
    started = 0;
    const secret = "one secret for all processes";
    const [painting, answering] = [serve(counter, { secret, flags: 5 }), serve(counter, { secret, flags: 5, linger: 0 })];
    await using server = serveOn0((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/ws") return answering(request);
      if (pathname === "/runtime.mjs") return runtimeScript(request);
      if (pathname !== "/") return new Response(null, { status: 404 });
      return page(
        <html>
          <body>
            <ServerComponent of={painting} request={request} route="/ws" method={method} />
          </body>
        </html>,
      );
    });
    await using browser = await launch();
    const frames: string[] = [];
    await visit(browser, `${server.url}/`, async (page, seen) => {
      seen.errors.length = 0;
      await page.waitForSelector("#up");
      assertEquals(started, 0);
      await page.evaluate(`nodes = [...document.querySelectorAll("server-component :not(script)")]`);
      await page.click("#up");
      await page.click("#up");
      await page.focus("input");
      await page.keyboard.type("early");
      await page.addScriptTag({ url: "/runtime.mjs", type: "module" });
      await page.waitForSelector("server-component[status=live]");
      await page.waitForFunction(
        `document.querySelector("#up").textContent === "7" && document.querySelector("output").textContent === "early"`,
      );
      assertEquals(
        await page.evaluate(
          `[nodes.every((node) => node.isConnected), document.activeElement.value, document.querySelectorAll("script").length]`,
        ),
        [true, "early", 2],
      );
      await page.click("#up");
      await page.waitForFunction(`document.querySelector("#up").textContent === "8"`);
      // Those of `init`, by the process that has taken it over: for requests that is the first.
      await until(() => started === 1);
      if (method === "ws") {
        assertMatch(frames[0]!, /^\["resume","[\w-]{8}",0,0\]$/);
        assert(frames[0]!.length <= 64);
        // Nothing else comes before what was done too early is answered.
        assertMatch(frames[1]!, /^\[\d,/);
        assert(!frames.some((frame) => frame.includes("mount")));
      }
    }, {
      before: async (page) => {
        page.on("websocket", (socket) => void socket.on("framereceived", ({ payload }) => void frames.push(String(payload))));
        await Promise.resolve();
      },
    });
    assertEquals(painting.running, 0);
    await until(() => answering.running === 0);
  });
}

for (const mode of ["open", "closed"] as const) {
  Deno.test(`a view in a shadow root (${mode}) is taken over where it stands; the children of the element stay in its slots`, async () => {
    const shady = app({
      init: () => ({ count: 0, name: "" }),
      update: (model, msg: "up" | { readonly name: string }) => msg === "up" ? { ...model, count: model.count + 1 } : { ...model, ...msg },
      view: (model, send) => (
        <>
          <button id="up" style="display:block;width:300px;height:100px" onClick={send("up")}>{model.count}</button>
          <input value={model.name} onInput={send((event) => ({ name: event.currentTarget.value }))} />
          <p>
            <slot />
          </p>
          {model.name}
          {model.count > 1 && "many"}
        </>
      ),
      name: "shady",
      shadow: mode,
    });
    const live = serve(shady);
    await using server = serveOn0((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/ws") return live(request);
      if (pathname === "/runtime.mjs") return runtimeScript(request);
      if (pathname !== "/") return new Response(null, { status: 404 });
      return page(
        <html>
          <head>
            <style>{`p { color: green }`}</style>
          </head>
          <body style="margin:0">
            <ServerComponent of={live} request={request} route="/ws" id="here">
              <b id="mine">mine</b>
            </ServerComponent>
          </body>
        </html>,
      );
    });
    await using browser = await launch();
    const frames: string[] = [];
    await visit(browser, `${server.url}/`, async (page, seen) => {
      seen.errors.length = 0;
      const cdp = await page.context().newCDPSession(page);
      /** The nodes in the root, whether the page may see them or not: elements by their identity, texts by what they say. */
      const nodes = async () => {
        const { root } = await cdp.send("DOM.getDocument", { depth: -1, pierce: true });
        const found: (string | number)[] = [];
        const walk = (node: typeof root, isIn: boolean) => {
          if (isIn && node.nodeType === 1) found.push(node.backendNodeId);
          if (isIn && node.nodeType === 3) found.push(node.nodeValue);
          for (const child of node.children ?? []) walk(child, isIn);
          for (const child of node.shadowRoots ?? []) if (child.shadowRootType === mode) walk(child, true);
        };
        walk(root, false);
        return found;
      };
      const before = await nodes();
      assertEquals(before.filter((node) => typeof node === "string"), ["0"]);
      await page.mouse.click(100, 50);
      await page.mouse.click(50, 110);
      await page.keyboard.type("early");
      await page.addScriptTag({ url: "/runtime.mjs", type: "module" });
      await page.waitForSelector("server-component[status=live]");
      // What happens in a closed root nobody outside can tell: a click there is lost, and a control tells by itself.
      const clicks = mode === "open" ? 1 : 0;
      const texts = async () => (await nodes()).filter((node) => typeof node === "string").join();
      await until(async () => await texts() === `${clicks},early`);
      await page.keyboard.type("!");
      await page.mouse.click(100, 50);
      await page.mouse.click(100, 50);
      await until(async () => await texts() === `${clicks + 2},early!,many`);
      const after = await nodes();
      // But for a copy of the page's styles before them.
      const elements = (nodes: (string | number)[]) => nodes.filter((node) => typeof node === "number");
      assertEquals(elements(after).slice(-elements(before).length), elements(before));
      assertEquals(await page.evaluate(`[here.children.length, mine.textContent, getComputedStyle(mine).color]`), [
        1,
        "mine",
        "rgb(0, 128, 0)",
      ]);
      assertMatch(frames[0]!, /^\["resume","[\w-]{8}",0,0\]$/);
      assert(!frames.some((frame) => frame.includes("mount")));
      assertEquals(seen.errors, []);
    }, {
      before: async (page) => {
        page.on("websocket", (socket) => void socket.on("framereceived", ({ payload }) => void frames.push(String(payload))));
        await Promise.resolve();
      },
    });
  });
}

Deno.test("a page of a room that is open is gone on with, and sent what it has missed", async () => {
  const room = app({
    init: () => [] as readonly string[],
    update: (lines, line: string) => [...lines, line],
    view: (lines, send) => (
      <main>
        <form onSubmit={send((event) => event.formData.get("line") as string)}>
          <input name="line" />
        </form>
        {lines.map((line) => <p key={line}>{line}</p>)}
      </main>
    ),
  });
  const live = serve(room, { key: () => "lobby", linger: 0 });
  let isWanted = Promise.withResolvers<void>();
  await using server = serveOn0(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/runtime.mjs") {
      if (search === "") await isWanted.promise;
      return runtimeScript(request);
    }
    if (pathname !== "/") return new Response(null, { status: 404 });
    return page(
      <body>
        <script type="module" async src="/runtime.mjs"></script>
        <ServerComponent of={live} request={request} route="/ws" />
      </body>,
    );
  });
  await using browser = await launch();
  const frames: string[][] = [];
  const before = async (page: Page) => {
    page.on("websocket", (socket) => {
      const heard: string[] = [];
      frames.push(heard);
      socket.on("framereceived", ({ payload }) => void heard.push(String(payload)));
    });
    await Promise.resolve();
  };
  const enter = async (page: Page) => {
    isWanted.resolve();
    await page.waitForSelector("server-component[status=live]");
  };
  // The first opens the room: of it there was nothing to go on with.
  await visit(browser, `${server.url}/`, async (first) => {
    await enter(first);
    live.runtime("lobby")!.dispatch("one");
    await first.waitForSelector("p");
    isWanted = Promise.withResolvers();
    await visit(browser, `${server.url}/`, async (second, seen) => {
      seen.errors.length = 0;
      await second.waitForSelector("p");
      await second.evaluate(`nodes = [...document.querySelectorAll("server-component :not(script)")]`);
      await second.fill("input", "three");
      await second.keyboard.press("Enter");
      live.runtime("lobby")!.dispatch("two");
      await enter(second);
      for (const page of [first, second]) {
        await page.waitForFunction(`[...document.querySelectorAll("p")].map((p) => p.textContent).join() === "one,two,three"`);
      }
      assertEquals(await second.evaluate(`[nodes.length, nodes.every((node) => node.isConnected)]`), [4, true]);
      await second.fill("input", "four");
      await second.keyboard.press("Enter");
      await first.waitForFunction(`document.querySelectorAll("p").length === 4`);
      assertEquals(seen.errors, []);
    }, { before, waitUntil: "commit" });
  }, { before, waitUntil: "commit" });
  assertMatch(frames[0]![0]!, /^\["mount",/);
  assertMatch(frames[1]![0]!, /^\["resume","~[\w-]{8}~1",1,0,0,\{.*"two".*\},\[\],0\]$/);
  assert(!frames[1]!.some((frame) => frame.includes("mount")));
});

Deno.test("a request for a painted page starts nothing and leaves nothing", async () => {
  started = 0;
  const live = serve(counter, { flags: 1 });
  const request = new Request("http://localhost/");
  for (let i = 0; i < 1_000; i++) await live.paint(request);
  assertEquals([live.running, started], [0, 0]);
});

Deno.test("10,000 requests for a painted page leave the heap of their server where it was, no runtime and no timer", async () => {
  await using program = new Program("page_memory.tsx", ["--allow-net", "--v8-flags=--expose-gc"]);
  const url = `http://127.0.0.1:${await program.port}`;
  let users = 0;
  const textOf = async (address: string) => await (await fetch(address)).text();
  const ask = async (pages: number) => {
    const last = users + pages;
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (users < last) {
        const user = ++users;
        assertStringIncludes(await textOf(`${url}/?user=${user}`), `<h1>${user}</h1>`);
      }
    }));
  };
  const look = async () => JSON.parse(await textOf(`${url}/heap`)) as { readonly heap: number; readonly running: number };
  await ask(2_000);
  const before = await look();
  await ask(10_000);
  const after = await look();
  console.log(`10,000 pages: ${before.heap} bytes of heap before, ${after.heap} after: ${(after.heap - before.heap) / 10_000} each`);
  assertEquals(after.running, 0);
  // V8 goes on compiling what runs: 3 to 6 bytes each were seen. Of an object that is kept for each it would be 24 at least, and its place.
  assert(after.heap - before.heap < 20 * 10_000);
  await textOf(`${url}/end`);
  // Its app asks for timers of a minute: one of them would hold it.
  let status: Deno.CommandStatus | undefined;
  void program.status.then((ended) => status = ended);
  assertEquals((await until(() => status)).code, 0);
});
