/** Large messages: what is compressed, to what, for whom, and that a browser reads it in order. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { app, effect, next, page, runtimeScript, serve, start } from "../mod.ts";
import { operations, type TableModel, type TableMsg, tableViews } from "../bench/table_view.tsx";
import { stored } from "../runtime/app/body.ts";
import { deflate as deflateOrNone } from "../runtime/transport/deflate.ts";
import { Caller } from "./caller.ts";
import { launch, Random, seeded, serveOn0, until, visit } from "./kit.ts";
import { Reader } from "./reader.ts";

const deflate = deflateOrNone!;
const text = app({ init: () => "", update: (_, text: string) => text, view: (text, send) => <p onClick={send("clicked")}>{text}</p> });

/** A link that compresses, and what came on it. */
class Packed {
  readonly frames: (string | Uint8Array)[] = [];
  readonly reader = new Reader();
  readonly deflate?: (text: string) => Uint8Array;
  constructor(compress: ((text: string) => Uint8Array) | undefined = deflate) {
    if (compress) this.deflate = compress;
  }
  send(message: string | Uint8Array) {
    this.frames.push(message);
    this.reader.receive(typeof message === "string" ? message : inflateRawSync(message).toString());
  }
  close() {}
}

Deno.test("the table of 1,000 rows arrives in 7,000 bytes or less, definitions included, as a patch and as a mount", async () => {
  for (const { view } of tableViews) {
    const create = operations.find(({ name }) => name === "create 1,000")!;
    const table = app<TableModel, TableMsg | "go", TableModel>({
      init: (before) => before,
      update: (model, msg) => msg === "go" ? create.after : model,
      view,
    });
    await using runtime = start(table, create.before);
    const [first, second] = [new Packed(), new Packed()];
    runtime.connect(first);
    runtime.dispatch("go");
    await until(() => first.frames.length === 2);
    runtime.connect(second);
    for (const frame of [first.frames[1]!, second.frames[0]!]) {
      assert(frame instanceof Uint8Array && frame.length <= 7_000, `${frame.length} bytes`);
    }
    assertEquals(first.reader.text, second.reader.text);
  }
});

Deno.test("what has more than 1,024 units is compressed, what has not is text, and a link that cannot inflate gets text", async () => {
  await using runtime = start(text);
  const [packed, plain] = [new Packed(), new Packed(() => new Uint8Array())];
  delete (plain as { deflate?: unknown }).deflate;
  runtime.connect(packed);
  runtime.connect(plain);
  const around = '[0,{"0":""}]'.length;
  for (const [length, isBinary] of [[1024 - around, false], [1025 - around, true], [200_000, true], [0, false]] as const) {
    const count = packed.frames.length;
    runtime.dispatch("x".repeat(length));
    await until(() => packed.frames.length > count);
    assertEquals([packed.frames.at(-1) instanceof Uint8Array, typeof plain.frames.at(-1)], [isBinary, "string"], `${length}`);
    assertEquals([packed.reader.text.length, plain.reader.text.length], [length, length]);
  }
});

Deno.test("a patch is compressed once for all clients, though their heads differ; so is the mount of those that come back together", async () => {
  let compressed = 0;
  const counting = (text: string) => {
    compressed++;
    return deflate(text);
  };
  await using runtime = start(text);
  const links = Array.from({ length: 10 }, () => new Packed(counting));
  const connections = links.map((link) => runtime.connect(link));
  connections[3]!.receive("[0,[1]]");
  runtime.dispatch("é\n\u2028𝄞".repeat(1_000));
  await until(() => links[9]!.frames.length > 1);
  assertEquals(compressed, 1);
  assertEquals([links[3]!.reader.done, links[4]!.reader.done, links[3]!.reader.text], [1, 0, links[4]!.reader.text]);
  for (let i = 0; i < 10; i++) runtime.connect(new Packed(counting));
  assertEquals(compressed, 2);
});

seeded("the bytes of docs/protocol.md: a stored head, shared blocks, an empty last block; any inflater reads them", (random: Random) => {
  const frame = (head: string, body: string) => {
    const bytes = new Uint8Array([0, head.length, 0, ~head.length & 255, 255, ...new TextEncoder().encode(head), ...deflate(body), 3, 0]);
    return inflateRawSync(bytes).toString();
  };
  for (let i = 0; i < 50; i++) {
    const body = Array.from({ length: random.below(3_000) }, () => String.fromCharCode(32 + random.below(900))).join("");
    const head = `[${random.below(1e9)},`;
    assertEquals(frame(head, body), head + body);
  }
});

Deno.test("a socket's frames are these: a patch above 1 KB is binary, and smaller than its text", async () => {
  await using runtime = start(text);
  await using server = serveOn0(serve(runtime));
  const socket = new WebSocket(server.ws);
  socket.binaryType = "arraybuffer";
  const frames: (string | ArrayBuffer)[] = [];
  socket.onmessage = ({ data }) => frames.push(data);
  await until(() => frames.length === 1);
  runtime.dispatch("word ".repeat(1_000));
  runtime.dispatch("word ".repeat(1_001));
  await until(() => frames.length === 2);
  runtime.dispatch("small");
  await until(() => frames.length === 3);
  const [mount, large, small] = frames;
  assertEquals([typeof mount, typeof large, small], ["string", "object", '[0,{"0":"small"}]']);
  assert((large as ArrayBuffer).byteLength < 200);
  assertEquals(inflateRawSync(large as ArrayBuffer).toString(), `[0,{"0":"${"word ".repeat(1_001)}"}]`);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

const documentOf = (route: string) => page(<server-component route={route}></server-component>);

Deno.test("Chromium: small patches wait for the large ones before them, and a frame that is no deflate is healed by a mount", async () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => i);
  const list = app({
    init: () => 0,
    update: (_, count: number) => count,
    view: (count) => <ul title={`${count}`}>{rows(count).map((i) => <li key={i}>row {i * 7919 % 1009}</li>)}</ul>,
  });
  await using runtime = start(list);
  const live = serve(runtime);
  let broken = 0;
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/runtime.mjs") return runtimeScript(request);
    if (pathname === "/broken") {
      // The first link is broken, after its mount; the next is whole.
      if (broken++ > 0) return live(request);
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        socket.send('["mount","e",0,0,[],"before"]');
        socket.send(new Uint8Array([255, 1, 2, 3]));
        socket.send('[0,"never"]');
      };
      return response;
    }
    return documentOf(new URL(request.url).searchParams.get("route")!);
  });
  await using browser = await launch();
  await visit(browser, `${server.url}/?route=/ws`, async (page) => {
    await page.addScriptTag({ url: "/runtime.mjs", type: "module" });
    await page.waitForSelector("ul", { state: "attached" });
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      const note = () => seen.push(`${document.querySelector("ul")!.title}:${document.querySelectorAll("li").length}`);
      new MutationObserver(note).observe(document.querySelector("ul")!, { attributes: true });
    });
    const counts = [1_000, 999, 0, 2_000, 1_999, 1_998, 5, 3_000, 2_999];
    for (const count of counts) {
      const { version } = runtime.status();
      runtime.dispatch(count);
      await until(() => runtime.status().version > version);
    }
    await page.waitForFunction(() => document.querySelectorAll("li").length === 2_999);
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    // Observers are told after a task: of patches that came together only the last is seen, and never one before another.
    const order = seen.map((each) => counts.indexOf(Number(each.split(":")[0])));
    assertEquals(order, order.toSorted((a, b) => a - b));
    for (const each of seen) assertEquals(each.split(":")[0], each.split(":")[1]);
    assertEquals(await page.locator("li").nth(2_998).textContent(), `row ${2_998 * 7919 % 1009}`);
  });
  await visit(browser, `${server.url}/?route=/broken`, async (page, seen) => {
    await page.addScriptTag({ url: "/runtime.mjs", type: "module" });
    await page.waitForSelector("ul", { state: "attached" });
    assertEquals(broken, 2);
    assertFalse((await page.content()).includes("never"));
    assert(seen.console.some((line) => line.startsWith("error:")));
  });
});

Deno.test("stored blocks hold a text of any length", () => {
  for (const length of [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 300_000]) {
    const text = "0123456789".repeat(30_000).slice(0, length);
    const blocks = stored(text);
    assertEquals(blocks.length, text.length + 5 * Math.max(1, Math.ceil(length / 65_535)));
    assert(inflateRawSync(new Uint8Array([...blocks, 3, 0])).toString() === text, `${length}`);
  }
});

Deno.test("a stream that is compressed carries what a session says while it resumes elsewhere, however long", async () => {
  const teller = app({
    name: "teller",
    init: () => 0,
    update: (n: number, _msg: "tell") => next(n + 1, effect.emit("told", "x".repeat(100_000))),
    view: (n, send) => <button type="button" onClick={send("tell")}>{n}</button>,
  });
  const secret = "only for these tests, 16 or more";
  const [first, second] = [serve(teller, { secret }), serve(teller, { secret })];
  await using server = serveOn0((request) => new URL(request.url).pathname === "/first" ? first(request) : second(request));
  let token: string;
  {
    await using caller = await Caller.open(`${server.ws}/first?nacre=somebody-1....0`);
    [, token] = JSON.parse(caller.messages[0]!)[3];
  }
  // A version that comes of no mark: it is mounted, and told what it missed after that.
  const url = `${server.url}/second?nacre=somebody-1.x.0.5.1&link=${"l".repeat(20)}`;
  const response = await fetch(url, { headers: { accept: "text/event-stream", "accept-encoding": "gzip" } });
  const posted = await fetch(url, { method: "POST", body: `0\n${JSON.stringify(["resume", token, 5, [], [[0, [1]]]])}` });
  assertEquals(posted.status, 204);
  let heard = "";
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    heard += part;
    if (/"told","x{100000}"\]\n\n/.test(heard) && heard.includes('["mount"')) break;
  }
  assert(heard.includes('["emit","told"'), heard.slice(0, 300));
  await Promise.all([first.close(), second.close()]);
});
