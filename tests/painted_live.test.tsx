/** A painted page and the server that goes on with it: nothing is mounted, what was done too early counts, and a request for a page leaves nothing. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { app, effect, next, page, runtimeScript, serve, ServerComponent } from "../mod.ts";
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
