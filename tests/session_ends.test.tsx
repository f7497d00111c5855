/** What becomes of sessions when their links or their process end, on real sockets where that counts; and what is left of them in a store. */
import { assertEquals } from "@std/assert";
import { app, memoryStore, type Send, serve } from "../mod.ts";
import { serveOn0, until } from "./kit.ts";
import { processOf } from "./process.ts";
import { ResumingClient } from "./resuming_client.ts";
import { SocketProcess } from "./socket_process.ts";
import { VirtualWorld } from "./virtual_world.ts";

const counter = app({
  init: () => ({ count: 0 }),
  update: (model, _msg: "up") => ({ count: model.count + 1 }),
  view: (model, send: Send<"up">) => (
    <p>
      <button onClick={send("up")}>+</button>
      {model.count}
    </p>
  ),
  name: "counter",
});

interface Ending {
  readonly live: { close(): Promise<void> };
  readonly server: { shutdown(): Promise<void> };
  readonly socket: WebSocket;
}

const endings: readonly (readonly [how: string, end: (ending: Ending) => unknown])[] = [
  ["by live.close()", ({ live }) => live.close()],
  ["by server.shutdown() alone", ({ server }) => server.shutdown()],
  ["with 4415, for a binary frame", ({ socket }) => socket.send(new Uint8Array(1))],
  ["with 4400, for what is no message", ({ socket }) => socket.send("{}")],
  ["with a code that no page gives, by what is between", ({ socket }) => socket.close(3012)],
];

for (const [how, end] of endings) {
  Deno.test(`a session whose link is closed ${how} goes on in another process from what is in the store`, async () => {
    const options = { secret: "the secret of all processes", store: memoryStore() };
    const live = serve(counter, options), other = serve(counter, options);
    await using server = serveOn0(live);
    await using elsewhere = serveOn0(other);
    const client = new ResumingClient("anna-0001");
    const process = new SocketProcess(server.ws);
    client.open(process);
    await until(() => client.reader.mounts);
    client.click("+");
    client.click("+");
    // Saved: the browser has a claim, and no events beside it.
    await until(() => client.reader.covered.last === 2);
    await end({ live, server, socket: process.socket });
    await until(() => client.closed !== undefined);
    client.open(new SocketProcess(elsewhere.ws));
    await until(() => client.reader.mounts + client.reader.resumed > 1);
    assertEquals([client.text, client.reader.mounts, client.reader.resumed], ["+2", 1, 1]);
    client.cut();
    await Promise.all([live.close(), other.close()]);
  });
}

for (const what of ["session", "room"]) {
  Deno.test(`nothing begins in a process that has closed, of those that were on their way: ${what}`, async () => {
    const asked = Promise.withResolvers<void>(), answer = Promise.withResolvers<void>();
    const live = serve(counter, {
      secret: "the secret of all processes",
      ...(what === "room" && { key: () => "room" }),
      authorize: () => (asked.resolve(), answer.promise),
    });
    await using server = serveOn0(live);
    const client = new ResumingClient("anna-0001");
    client.open(new SocketProcess(server.ws));
    const request = what === "session" ? fetch(`${server.url}/?nacre=bert-0001`, { method: "POST" }) : undefined;
    await asked.promise;
    await live.close();
    answer.resolve();
    await until(() => client.closed !== undefined);
    const response = await request;
    await response?.body?.cancel();
    assertEquals([client.messages, live.running, response?.status], [[], 0, what === "session" ? 503 : undefined]);
  });
}

Deno.test("a link that says what it goes on with when its process has closed is sent elsewhere", async () => {
  const world = new VirtualWorld();
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world));
  client.click("+");
  world.advance(2_000);
  client.cut();
  const here = processOf(counter, world);
  let closed: number | undefined;
  const connection = here.connect({ resume: client.resume, send() {}, close: (code) => void (closed = code) }, undefined);
  await here.leave();
  connection.receive(client.resumeMessage());
  assertEquals([closed, here.size], [4503, 0]);
});

Deno.test("what is saved of a page that has left is forgotten after a minute, unless it has come back", async () => {
  const world = new VirtualWorld();
  const keys = new Set<string>();
  const inner = memoryStore({ now: () => world.now() });
  const store: typeof inner = { ...inner, set: (key, ...rest) => (keys.add(key), inner.set(key, ...rest)) };
  const kept = async () => (await Promise.all([...keys].map((key) => inner.get(key)))).filter(Boolean).length;
  const here = processOf(counter, world, { store });
  const gone = new ResumingClient("anna-0001"), back = new ResumingClient("bert-0001");
  const connections = [gone, back].map((client) => client.open(here));
  for (const client of [gone, back]) client.click("+");
  world.advance(2_000);
  await world.rest();
  for (const connection of connections) connection.disconnect("left");
  world.advance(59_000);
  await world.rest();
  assertEquals([keys.size, await kept(), here.size], [2, 2, 0]);
  back.open(here);
  await world.rest();
  world.advance(2_000);
  await world.rest();
  assertEquals([back.text, back.reader.mounts, await kept()], ["+1", 1, 1]);
  await here.leave();
});
