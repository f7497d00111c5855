/** A client that does not read: what waits for it is bounded, others do not wait for it, and when it reads it is brought up to date. */
import { assert, assertEquals } from "@std/assert";
import { app, effect, next, serve, start } from "../mod.ts";
import type { Connection } from "../runtime/app/connection.ts";
import { run } from "../runtime/app/runtime.ts";
import { slowBounds } from "../runtime/app/slow.ts";
import { Caller } from "./caller.ts";
import { pieces } from "./pieces.tsx";
import { Random, seeded, serveOn0, until } from "./kit.ts";
import { type Part, show, ViewMaker } from "./random_view.ts";
import { RawSocket } from "./raw_socket.ts";
import { Reader } from "./reader.ts";
import { VirtualWorld } from "./virtual_world.ts";

/** A link whose backlog a test sets. */
class SlowLink {
  readonly reader = new Reader();
  readonly messages: string[] = [];
  unsent = 0;
  closed: number | undefined;
  constructor(readonly resume: string) {}
  send(message: string | Uint8Array) {
    this.messages.push(message as string);
    this.reader.receive(message as string);
  }
  close(code: number) {
    this.closed ??= code;
  }
  backlog = () => this.unsent;
}

type Msg = "up" | { add: string } | "tell";
const log = app<readonly string[], Msg>({
  init: () => [],
  update: (model, msg) =>
    msg === "up" ? model : msg === "tell" ? next(model, effect.emit("told", "x".repeat(10_000))) : [...model, msg.add],
  view: (model, send) => <ul onClick={send("up")}>{model.map((line, i) => <li key={i}>{line}</li>)}</ul>,
});

function twoLinks() {
  const world = new VirtualWorld();
  const runtime = run(log, undefined, { world });
  const [slow, other] = [new SlowLink("slow-one"), new SlowLink("other-one")];
  const connections: Connection[] = [runtime.connect(slow), runtime.connect(other)];
  const add = (line: string) => {
    runtime.dispatch({ add: line });
    world.settle();
  };
  return { world, runtime, slow, other, connection: connections[0]!, add };
}

Deno.test("A slow client gets acknowledgements and no patches, and one patch when it has read what waited", () => {
  const { world, slow, other, connection, add } = twoLinks();
  add("a");
  slow.unsent = slowBounds.unsent + 1;
  const { length } = slow.messages;
  for (const line of ["b", "c", "d"]) add(line);
  assertEquals([slow.reader.text, other.reader.text], ["a", "abcd"]);
  connection.receive("[1,[1]]");
  world.settle();
  assertEquals(slow.messages.slice(length), ["[1]"]);
  slow.unsent = slowBounds.drained + 1;
  world.advance(1_000);
  assertEquals(slow.reader.text, "a");
  slow.unsent = slowBounds.drained;
  world.advance(slowBounds.pause);
  assertEquals(slow.messages.slice(length + 1), ['[0,{"0":{"$":[0,1,[[2,"b"],[2,"c"],[2,"d"]]]}},[],2]']);
  assertEquals([slow.reader.version, other.reader.version, world.timers], [4, 4, 0]);
  add("e");
  assertEquals(slow.messages.at(-1), other.messages.at(-1));
  // What it saw before and what it sees now can both be clicked on.
  assertEquals(connection.receive("[3,[1]]"), "taken");
  world.settle();
  assertEquals([slow.messages.at(-1), slow.reader.refused], ["[1]", []]);
});

Deno.test("A slow client whose view is kept no longer gets all of it, and the definitions that it has missed", () => {
  const { world, slow, other, add } = twoLinks();
  slow.unsent = slowBounds.unsent + 1;
  // Its definition comes with the first line: this client has not got it.
  for (let i = 0; i < 40; i++) add(`${i} `);
  slow.unsent = 0;
  world.advance(slowBounds.pause);
  assertEquals([slow.reader.text, slow.reader.version], [other.reader.text, 40]);
  const [, patch, definitions, skipped] = JSON.parse(slow.messages.at(-1)!);
  assertEquals([Array.isArray(patch), definitions.length, skipped], [true, 1, 39]);
});

Deno.test("A slow client whose page went away and came back is told the version all the same", () => {
  const world = new VirtualWorld();
  const text = app({ init: () => 0, update: (_, now: number) => now, view: (now) => <p>{now}</p> });
  const runtime = run(text, undefined, { world });
  const slow = new SlowLink("slow-one");
  const connection = runtime.connect(slow);
  slow.unsent = slowBounds.unsent + 1;
  for (const now of [1, 0]) {
    runtime.dispatch(now);
    world.settle();
  }
  slow.unsent = 0;
  world.advance(slowBounds.pause);
  assertEquals(slow.messages.slice(1), ["[0,{},[],1]"]);
  assertEquals(connection.receive("2"), "taken");
});

Deno.test("What is emitted to a slow client comes after its patch, in order; too much of it ends the link with 4408", () => {
  const { world, runtime, slow, add } = twoLinks();
  slow.unsent = slowBounds.unsent + 1;
  add("a");
  runtime.dispatch("tell");
  add("b");
  runtime.dispatch("tell");
  world.settle();
  assertEquals(slow.reader.emitted, []);
  slow.unsent = 0;
  world.advance(slowBounds.pause);
  assertEquals(slow.messages.slice(1).map((text) => JSON.parse(text)[0]), [0, "emit", "emit"]);
  slow.unsent = slowBounds.unsent + 1;
  add("c");
  for (let i = 0; i < 200 && slow.closed === undefined; i++) {
    runtime.dispatch("tell");
    world.advance(1);
  }
  assertEquals([slow.closed, runtime.status().clients], [4408, 1]);
});

Deno.test("A client that reads nothing for 30 s is sent away with 4408; one that reads a little is not", () => {
  const { world, runtime, slow, other, add } = twoLinks();
  slow.unsent = other.unsent = slowBounds.unsent + 100;
  add("a");
  for (let i = 0; i < 29; i++) {
    world.advance(1_000);
    other.unsent--;
  }
  assertEquals([slow.closed, other.closed], [undefined, undefined]);
  world.advance(1_500);
  assertEquals([slow.closed, other.closed, runtime.status().clients], [4408, undefined, 1]);
  runtime.stop();
  assertEquals(world.timers, 0);
});

seeded("a slow client sees what all see, whatever happened while it was slow", (random: Random) => {
  for (let round = 0; round < 40; round++) {
    const world = new VirtualWorld();
    const maker = new ViewMaker(new Random(random.below(2 ** 31)), {});
    let part: Part = maker.make();
    const views = app<Part, Part>({ init: () => part, update: (_, next) => next, view: (part) => show(part, () => pieces) });
    const runtime = run(views, undefined, { world, development: false });
    const [slow, other] = [new SlowLink("slow-one"), new SlowLink("other-one")];
    runtime.connect(slow);
    runtime.connect(other);
    for (let step = 0; step < 60; step++) {
      slow.unsent = random.chance(0.3) ? 0 : slowBounds.unsent + 1;
      world.advance(slowBounds.pause);
      runtime.dispatch(part = maker.edit(part));
      world.settle();
    }
    slow.unsent = 0;
    world.advance(slowBounds.pause);
    assertEquals(settled(slow.reader.page), settled(other.reader.page));
    assertEquals(slow.reader.version, other.reader.version);
    runtime.stop();
  }
});

/** A page without the properties that were true and are not: who has missed that they were was told nothing of them. */
function settled(page: unknown): unknown {
  return JSON.parse(JSON.stringify(page, (name, value) => name.startsWith(".") && value === false ? undefined : value));
}

/** Bytes that do not compress, as text. */
const noise = (length: number) =>
  Array.from({ length: length / 65_536 }, () => crypto.getRandomValues(new Uint8Array(49_152)).toBase64()).join("");

Deno.test("A real client that does not read costs little more than 1 MiB, delays nobody, and is up to date once it reads", async () => {
  const big = app({ init: () => "", update: (_, text: string) => text, view: (text) => <p>{text}</p> });
  await using runtime = start(big);
  let held = 0;
  const live = serve(runtime);
  await using server = serveOn0((request) => {
    if (!new URL(request.url).searchParams.has("slow")) return live(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      const connection = runtime.connect({
        send(message) {
          socket.send(message as string);
          held = Math.max(held, socket.bufferedAmount);
        },
        close: (code) => socket.close(code),
        backlog: () => socket.bufferedAmount,
      });
      socket.onclose = socket.onerror = () => connection.disconnect();
    };
    return response;
  });
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = ["GET /?slow HTTP/1.1", `Host: ${hostname}:${port}`, "Upgrade: websocket", "Connection: Upgrade"];
  lines.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
  {
    await using other = await Caller.open(server.ws);
    await until(() => runtime.status().clients === 2);
    const size = 256 * 1024;
    for (let i = 0; i < 120; i++) {
      const text = noise(size);
      runtime.dispatch(text);
      // The other has it before the next one is made.
      await other.until(() => other.text === text);
    }
    assert(held > slowBounds.unsent && held < slowBounds.unsent + 2 * size, `${held} bytes`);
    runtime.dispatch("the end");
    await other.until(() => other.text === "the end");
    assertEquals(runtime.status().clients, 2);
  }
  let tail = "";
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65_536);
  while (!tail.includes("the end")) tail = tail.slice(-200) + decoder.decode(buffer.subarray(0, (await connection.read(buffer))!));
  connection.close();
  await until(() => runtime.status().clients === 0);
});

Deno.test("serve() sends a client away that does not read and asks for much, before it costs much more than 16 MiB", async () => {
  const loud = app<number, "go", void>({
    init: () => 0,
    update: (model) => next(model, effect.emit("noise", noise(512 * 1024), { to: "cause" })),
    view: (_, send) => <p onClick={send("go")}>x</p>,
  });
  const live = serve(loud);
  await using server = serveOn0(live);
  using raw = await RawSocket.upgrade(server.url);
  raw.stop();
  await until(() => live.running === 1);
  for (let i = 0; i < 200 && live.running === 1; i++) {
    await raw.frame("text", "[0,[0]]");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(live.running, 0);
});
