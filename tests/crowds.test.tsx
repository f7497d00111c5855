/** One crowd of strangers does not lock another out: slow bodies, rooms, links of one user, and pages that do not say what they have seen. */
import { assert, assertEquals } from "@std/assert";
import { app, serve } from "../mod.ts";
import { Sessions } from "../runtime/app/sessions.ts";
import { Sealer } from "../runtime/continuity/seal.ts";
import { RequestLimits } from "../runtime/transport/request_limits.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";
import { Reader } from "./reader.ts";

const secret = "only for these tests, 16 or more";
const counter = app({
  name: "counter",
  init: () => 0,
  update: (n: number, _msg: "up") => n + 1,
  view: (n, send) => <button type="button" onClick={send("up")}>{n}</button>,
});

Deno.test("bodies that never end give way to a request that needs their place", async () => {
  const live = serve(counter);
  await using server = serveOn0(live);
  const strangers = await Promise.all(Array.from({ length: 128 }, async (_, i) => {
    const raw = await RawSocket.connect(server.url);
    await raw.write(`POST /?nacre=stranger-${i}.x.0..0 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n[\r\n`);
    return raw;
  }));
  const ask = async (name: string) => {
    const response = await fetch(`${server.url}?nacre=${name}.x.0..0`, {
      method: "POST",
      body: "",
      headers: { "content-type": "text/plain" },
    });
    await response.body?.cancel();
    return response.status;
  };
  // Until all have arrived, and a quarter of a second longer, there is a place, or 503.
  await until(async () => await ask(`before-${crypto.randomUUID()}`) === 503, 2_000);
  await until(async () => await ask("somebody-1") === 200, 3_000);
  for (let i = 0; i < 5; i++) assertEquals(await ask(`somebody-${i + 2}`), 200);
  await until(() => strangers.filter(({ status }) => status === 408).length >= 1);
  for (const stranger of strangers) stranger[Symbol.dispose]();
  await live.close();
});

Deno.test("RequestLimits takes the place of the slowest body, and of none whose body is there or has just begun", async () => {
  let now = 0;
  const limits = new RequestLimits(() => now);
  const gaveWay: number[] = [];
  const enter = async (i: number) => {
    const place = await limits.enter(`client-${i}`, undefined);
    assert(typeof place === "object", `${i}: ${place}`);
    return Object.assign(place, { end: place.reads(() => void gaveWay.push(i)) });
  };
  const places = [];
  for (let i = 0; i < 128; i++) places.push(await enter(i));
  now = 249;
  assertEquals(await limits.enter("late-1", undefined), 503);
  now = 250;
  places[0]!.end();
  await enter(1_000);
  assertEquals(gaveWay, [1]);
  // Twice does no harm: there is one place, not two.
  places[1]!.leave();
  now = 300;
  await enter(1_001);
  assertEquals(gaveWay, [1, 2]);
  for (const { end } of places) end();
  assertEquals(await limits.enter("late-2", undefined), 503);
});

Deno.test("rooms that strangers open and leave do not keep others out; one where something happened, or somebody is, stays", async () => {
  const live = serve(counter, { key: (request) => new URL(request.url).pathname.slice(1), mostRooms: 4 });
  await using server = serveOn0(live);
  const open = (room: string) => Caller.open(`${server.ws}/${room}`);
  await using here = await open("here");
  {
    await using caller = await open("changed");
    caller.press("0");
    await caller.until(() => caller.text === "1");
  }
  for (let i = 0; i < 10; i++) {
    await using stranger = await open(`stranger-${i}`);
    assertEquals([stranger.closed, stranger.text], [undefined, "0"]);
  }
  assertEquals(live.running, 4);
  await using again = await open("changed");
  assertEquals(again.text, "1");
  await using one = await open("one"), two = await open("two");
  assertEquals([one.closed, two.closed, here.closed], [undefined, undefined, undefined]);
  using raw = await RawSocket.upgrade(server.url, {}, "/another");
  assertEquals(await until(() => raw.status), 503);
  await live.close();
});

Deno.test("links of one user, or of one address, are a tenth of mostSessions; others come in, and whoever leaves makes room", async () => {
  const options = { mostSessions: 20, secret };
  const user = (request: Request) => request.headers.get("cookie") ?? "nobody";
  const routes = {
    session: serve(counter, { ...options, authorize: user }),
    room: serve(counter, { ...options, authorize: user, key: () => "room" }),
    address: serve(counter, { ...options, address: user }),
    strangers: serve(counter, options),
  };
  await using server = serveOn0((request) => routes[new URL(request.url).pathname.slice(1) as keyof typeof routes](request));
  for (const path of Object.keys(routes)) {
    const ask = async (cookie: string, headers = {}) => {
      const socket = await RawSocket.upgrade(
        server.url,
        { cookie, ...headers },
        `/${path}?nacre=${crypto.randomUUID()}&link=${"l".repeat(20)}`,
      );
      await until(() => socket.status);
      return socket;
    };
    const stream = { upgrade: undefined, connection: undefined, accept: "text/event-stream" };
    const mine = [await ask("anna"), await ask("anna", stream)];
    assertEquals(mine.map(({ status }) => status), [101, 200], path);
    const more = [await ask("anna"), await ask("anna", stream), await ask("bob")];
    assertEquals(more.map(({ status }) => status), path === "strangers" ? [101, 200, 101] : [429, 429, 101], path);
    mine[0]![Symbol.dispose]();
    await until(async () => {
      using again = await ask("anna");
      return again.status === 101;
    });
    for (const socket of [...mine, ...more]) socket[Symbol.dispose]();
  }
  await Promise.all(Object.values(routes).map((live) => live.close()));
});

Deno.test("a page that does not say what it has seen gets a snapshot all the same, of what fits", async () => {
  const told: unknown[] = [];
  const random = () => crypto.getRandomValues(new Uint8Array(15_000)).toBase64();
  const sessions = new Sessions(
    app({
      name: "large",
      init: () => ({ n: 0, text: "" }),
      update: ({ n }, _msg: "up") => ({ n: n + 1, text: random() }),
      view: ({ n }, send) => <button type="button" onClick={send("up")}>{n}</button>,
    }),
    {
      sealer: new Sealer({ secret, app: "large", now: Date.now }),
      linger: 60_000,
      expires: 86_400_000,
      onError: (error) => void told.push(error),
    },
  );
  const reader = new Reader();
  const link = {
    user: undefined,
    resume: "somebody-1....0",
    send: (text: string | Uint8Array) => void reader.receive(text as string),
    close() {},
  };
  const connection = sessions.connect(link, undefined);
  // Each of these models fits into a token, and two of them do not.
  for (let i = 1; i <= 5; i++) {
    connection.receive("[0,[1]]");
    await until(() => reader.done === i);
  }
  await until(() => reader.covered.last === 5, 8_000);
  assertEquals(told, []);
  await sessions.leave();
});
