/** One contract for all transports, held against real servers by clients on the wire (`wire_driver.ts`), and in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { clientBounds } from "../runtime/app/allowance.ts";
import { app, effect, next, page, runtimeScript, serve, ServerComponent, start } from "../mod.ts";
import { slowBounds } from "../runtime/app/slow.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";
import { http, nameClient, plainSse, RequestWire, sse, type Transport, ws } from "./wire_driver.ts";

let renders = 0;
const large = "ä\u2028𝄞\r\n\n".repeat(50_000);
type Msg = "up" | "down" | "emit" | "fail" | "grow" | { text: string };
const counter = app<{ count: number; text: string; order: string }, Msg, void>({
  init: () => ({ count: 0, text: "", order: "" }),
  update: (model, msg) => {
    if (msg === "fail") throw new Error("a fault");
    if (msg === "emit") return next(model, effect.emit("changed", model.count, { to: "cause" }));
    if (msg === "grow") return { ...model, text: { "": "LARGE", LARGE: "small" }[model.text] ?? "LARGE!" };
    if (typeof msg === "object") return { ...model, text: msg.text };
    return { ...model, count: model.count + (msg === "up" ? 1 : -1), order: model.order + msg[0] };
  },
  view: ({ count, text, order }, send) => {
    renders++;
    return (
      <div>
        <button onClick={send("up")}>+</button>
        <button onClick={send("down")}>-</button>
        <button onClick={send("emit")}>e</button>
        <button onClick={send("fail")}>f</button>
        <button onClick={send("grow")}>g</button>
        <p>{count}</p>
        <i>{order}</i>
        <b>{text.replace("LARGE", large)}</b>
      </div>
    );
  },
});
const [up, down, emit, fail, grow] = ["[0,[3]]", "[0,[4]]", "[0,[5]]", "[0,[6]]", "[0,[7]]"] as const;
const quiet = { onError() {} };
/** Nothing waits for a client that has gone. */
const brief = { linger: 0 };
const noise = (length: number) =>
  Array.from({ length: length / 65_536 }, () => crypto.getRandomValues(new Uint8Array(49_152)).toBase64()).join("");

const links: readonly Transport[] = [ws, sse, plainSse];

/** A contract: something that holds for every transport, or for those of them that have what it is about. */
function holds(what: string, test: (transport: Transport) => Promise<void>, transports: readonly Transport[] = [...links, http]): void {
  for (const transport of transports) Deno.test(`${transport.name}: ${what}`, () => test(transport));
}

holds("the first message is a mount, and events come in order and are acknowledged", async ({ open }) => {
  await using server = serveOn0(serve(counter, brief));
  await using wire = await open(server.url);
  assertEquals([JSON.parse(wire.messages[0]!)[0], wire.reader.text], ["mount", "+-efg0"]);
  for (const [i, message] of [up, up, down, up].entries()) {
    await wire.say(message);
    await until(() => wire.reader.done === i + 1);
  }
  await wire.say(up, down, down, up, up);
  await until(() => wire.reader.done === 9);
  assertEquals(wire.reader.text, "+-efg3uuduudduu");
});

holds("events that arrive together are one render", async (transport) => {
  await using server = serveOn0(serve(counter, brief));
  await using wire = await transport.open(server.url);
  const before = renders;
  await wire.say(...Array<string>(50).fill(up));
  await until(() => wire.reader.done === 50);
  // Frames of a socket come in one read or in a few; a POST comes whole. What a request goes on from is rendered before.
  assert(renders - before <= (transport === ws ? 25 : transport === http ? 2 : 1), `${renders - before} renders`);
  assertEquals(wire.reader.text, `+-efg50${"u".repeat(50)}`);
});

for (
  const [what, messages, code, transports] of [
    ["no JSON", ["nonsense"], 4400],
    ["another shape", ['[0,"x"]'], 4400],
    // A request has a page of its own: what it has seen is its own affair, and such an event is refused.
    ["a version that was never sent", ["[7,[0]]"], 4409, links],
    ["a giant", ["x".repeat(65_537)], 4413, links],
    ["more than a POST may bring", ["x".repeat(1024 * 1024)], 4413],
    ["bytes", [new Uint8Array([1, 2, 255])], 4415],
    // Where nothing stays nothing is counted.
    ["a flood of events", Array<string>(1_100).fill(up), 4429, links],
    ["an event that makes the app fail", [fail], 4500],
  ] as const
) {
  holds(`a client that says ${what} is closed with ${code}`, async ({ open }) => {
    const live = serve(counter, quiet);
    await using server = serveOn0(live);
    await using wire = await open(server.url);
    await wire.say(...messages);
    await until(() => wire.closed !== undefined);
    // What crosses a close makes Deno drop the socket, and the code with it.
    if (code !== 4429 || wire.closed! > 4000) assertEquals(wire.closed, code);
    await until(() => live.running === 0);
  }, transports);
}

// A request leaves nothing to come back to, and what is shared needs a link: what holds for it is below.
holds("a client that comes back keeps its events: none is lost, none is taken twice", async ({ open }) => {
  await using runtime = start(counter);
  await using server = serveOn0(serve(runtime));
  const name = nameClient();
  const first = await open(server.url, `${name}..0`);
  await first.say(up, up);
  await until(() => first.reader.done === 2);
  await first.cut();
  await using second = await open(server.url, `${name}.${first.reader.epoch}.2`);
  assertEquals([second.reader.epoch, second.reader.done, second.reader.text], [first.reader.epoch, 2, "+-efg2uu"]);
  await second.say(up);
  await until(() => second.reader.done === 3);
  // A newer link of the same client takes the place of the older.
  await using third = await open(server.url, `${name}.${first.reader.epoch}.3`);
  await until(() => second.closed !== undefined);
  assertEquals([second.closed, third.reader.done], [4409, 3]);
}, links);

holds("what came to nothing is told, what is emitted comes after its patch", async ({ open }) => {
  await using server = serveOn0(serve(counter, brief));
  await using wire = await open(server.url);
  await wire.say(up, emit, "[0,[9]]");
  await until(() => wire.reader.done === 3 && wire.reader.emitted.length === 1);
  assertEquals(wire.reader.emitted, [{ name: "changed", detail: 1 }]);
  assertEquals(wire.reader.refused, [{ number: 3, reason: "gone" }]);
});

// Nobody but a page begins to speak where there is no link, and nothing is left running.
holds("an app that is stopped closes with 1000, and without linger a runtime of a link that is cut stops", async ({ open }) => {
  const live = serve(counter, brief);
  const runtime = start(counter);
  const shared = serve(runtime);
  await using server = serveOn0((request) => new URL(request.url).pathname === "/shared" ? shared(request) : live(request));
  await using wire = await open(`${server.url}/shared`);
  await runtime.stop();
  await until(() => wire.closed !== undefined);
  assertEquals(wire.closed, 1000);
  const other = await open(server.url);
  assertEquals(live.running, 1);
  await other.cut();
  await until(() => live.running === 0);
}, links);

holds("a page of another origin, and who is not authorized, get no link", async ({ open }) => {
  const live = serve(counter, {
    ...brief,
    authorize: (request) => request.headers.has("x-user") ? "anna" : new Response(null, { status: 401 }),
  });
  await using server = serveOn0(live);
  for (const headers of [{ origin: "https://evil.test", "x-user": "1" }, {}] as Record<string, string>[]) {
    await using wire = await open(server.url, undefined, headers);
    assert(wire.refused !== undefined && wire.refused >= 400);
    assertEquals([wire.reader.mounts, live.running], [0, 0]);
  }
  await using wire = await open(server.url, undefined, { origin: server.url, "x-user": "1" });
  assertEquals(wire.reader.mounts, 1);
});

holds("a large patch comes whole and in its place", async ({ open }) => {
  await using server = serveOn0(serve(counter, brief));
  await using wire = await open(server.url);
  for (let i = 0; i < 3; i++) await wire.say(grow);
  await until(() => wire.reader.done === 3);
  const { text } = wire.reader;
  assert(text === `+-efg0${large}!`, `${text.length} of ${large.length + 7}: ${text.slice(0, 60)}`);
});

holds("a large patch that no event has caused comes whole and in its place", async ({ open }) => {
  await using runtime = start(counter);
  await using server = serveOn0(serve(runtime));
  await using wire = await open(server.url);
  for (const text of ["LARGE", "small", "LARGE!"]) {
    const { version } = runtime.status();
    runtime.dispatch({ text });
    await until(() => runtime.status().version > version);
  }
  await until(() => wire.reader.version === 3);
  const { text } = wire.reader;
  assert(text === `+-efg0${large}!`, `${text.length} of ${large.length + 7}: ${text.slice(0, 60)}`);
}, links);

// Of an answer nothing waits on the server but what Deno sends: a page that does not read asks for no more.
for (
  const [name, request] of [
    ["ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    ["sse", "Accept: text/event-stream\r\nAccept-Encoding: gzip"],
    ["sse, not compressed", "Accept: text/event-stream"],
  ] as const
) {
  Deno.test(`${name}: a client that does not read is sent no more patches, delays nobody, and is up to date once it reads`, async () => {
    await using runtime = start(counter);
    await using server = serveOn0(serve(runtime));
    const { hostname, port } = new URL(server.url);
    const slow = await Deno.connect({ hostname, port: Number(port) });
    const head = `GET /?nacre=${nameClient()}..0&link=${crypto.randomUUID()} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${request}\r\n\r\n`;
    await slow.write(new TextEncoder().encode(head));
    await until(() => runtime.status().clients === 1);
    {
      await using other = await ws.open(server.url);
      for (let i = 0; i < 80; i++) {
        const text = noise(262_144);
        runtime.dispatch({ text });
        await until(() => other.reader.text.endsWith(text));
      }
      runtime.dispatch({ text: "the very end" });
      await until(() => other.reader.text.endsWith("the very end"));
    }
    assertEquals(runtime.status().clients, 1);
    let received = 0, tail = "";
    const buffer = new Uint8Array(262_144);
    while (!tail.includes("the very end")) {
      const count = await slow.read(buffer);
      received += count!;
      tail = tail.slice(-200) + new TextDecoder("latin1").decode(buffer.subarray(0, count!));
    }
    // 20 MiB were shown to the other: this one got what was on its way, and the last.
    assert(received < 12 * slowBounds.unsent, `${received} bytes`);
    slow.close();
    await until(() => runtime.status().clients === 0);
  });
}

// ---- server-sent events alone ------------------------------------------------------------------

Deno.test("sse: a POST that is sent twice is taken once, one that leaves something out is refused, and one for no stream gets 404", async () => {
  await using server = serveOn0(serve(counter));
  const link = crypto.randomUUID();
  const address = `${server.url}?nacre=${nameClient()}..0&link=${link}`;
  const stream = await fetch(address, { headers: { accept: "text/event-stream" } });
  const post = async (body: string, url = address, headers = {}) => {
    const response = await fetch(url, { method: "POST", body, headers });
    await response.body?.cancel();
    return response.status;
  };
  const statuses = [await post(`0\n${up}\n${up}`), await post(`0\n${up}\n${up}`), await post(`1\n${up}\n${down}`), await post("3")];
  assertEquals(statuses, [204, 204, 204, 204]);
  assertEquals([await post(`4\n${up}`), await post(`-1\n${up}`), await post(`x`)], [400, 400, 400]);
  assertEquals(await post(`3\n${up}`, address, { origin: "https://evil.test" }), 403);
  assertEquals(await post(`3\n${up}`, address.replace("client-", "client_")), 404);
  assertEquals(await post(`3\n${up}`, address.replace(link, crypto.randomUUID())), 404);
  // Without the name of a stream it is a request of its own, and goes on from nothing.
  assertEquals(await post(`3\n${up}`, address.replace("&link=", "&other=")), 400);
  let text = "";
  const reader = stream.body!.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  while (!text.includes('"uud"')) text += (await reader.read()).value!;
  assertEquals(await post("3\n" + "x".repeat(1024 * 1024)), 413);
  while (!text.includes("event: close")) text += (await reader.read()).value!;
  assert(text.includes("[4413,"));
  assertEquals(await post(`3\n${up}`), 404);
  // Encoded by gzip, a stream has no end of its own.
  await reader.cancel().catch(() => {});
});

Deno.test("sse: POSTs are counted as messages are, those with nothing in them too; too many end the stream with 4429", async () => {
  const live = serve(counter);
  await using server = serveOn0(live);
  await using wire = await plainSse.open(server.url, "client-who-posts..0", {});
  const { hostname, port } = new URL(server.url);
  using flood = await Deno.connect({ hostname, port: Number(port) });
  const path = `/${(wire as unknown as { url: string }).url.slice(server.url.length)}`;
  const post = `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n0`;
  const answers: Record<string, number> = {};
  void (async () => {
    for (let i = 0; i < 100 && wire.closed === undefined; i++) await flood.write(new TextEncoder().encode(post.repeat(50)));
  })().catch(() => {});
  let rest = "";
  const buffer = new Uint8Array(65_536);
  while (!answers["404"]) {
    const parts = (rest + new TextDecoder().decode(buffer.subarray(0, (await flood.read(buffer))!))).split("\r\n\r\n");
    rest = parts.pop()!;
    for (const part of parts) {
      const status = part.split(" ")[1]!;
      answers[status] = (answers[status] ?? 0) + 1;
    }
  }
  await until(() => wire.closed !== undefined && live.running === 0);
  assertEquals([wire.closed, answers["429"]], [4429, 1]);
  assert(answers["204"]! >= clientBounds.burst, `${answers["204"]} were taken`);
});

Deno.test("sse: the answers are private, are not changed on their way, and say nothing of other origins", async () => {
  await using server = serveOn0(serve(counter, { ...brief, origins: ["https://friend.test"] }));
  const abort = new AbortController();
  const response = await fetch(`${server.url}?nacre=${nameClient()}..0&link=${crypto.randomUUID()}`, {
    headers: { accept: "text/event-stream", origin: "https://friend.test" },
    signal: abort.signal,
  });
  const { headers } = response;
  assertEquals(headers.get("content-type"), "text/event-stream");
  assertEquals(headers.get("cache-control"), "no-store, no-transform");
  assertEquals([...headers.keys()].filter((name) => name.startsWith("access-control")), []);
  const closed = response.body!.pipeTo(new WritableStream()).catch(() => {});
  abort.abort();
  await closed;
});

Deno.test("sse: a session whose stream nobody reads any more waits for its client, and is then let go", async () => {
  const live = serve(counter, { linger: 200 });
  await using server = serveOn0(live);
  {
    using raw = await RawSocket.connect(server.url);
    await raw.write(`GET /?nacre=${nameClient()}..0&link=${crypto.randomUUID()} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
    await until(() => raw.received.includes("mount"));
    assertEquals([raw.status, live.running], [200, 1]);
  }
  assertEquals(live.running, 1);
  await until(() => live.running === 0);
});

// ---- plain HTTP alone -----------------------------------------------------------------------------

Deno.test("http: an answer that is lost is asked for again with the same words, of any process: nothing is lost, nothing is taken twice", async () => {
  const secret = "one secret for all processes";
  const named = app({ ...counter, name: "counter" });
  const processes = [serve(named, { secret }), serve(named, { secret })];
  let asked = 0;
  await using server = serveOn0((request) => processes[asked++ % 2]!(request));
  const wire = new RequestWire(server.url, nameClient());
  await wire.ask(wire.body());
  for (let round = 1; round <= 3; round++) {
    const body = wire.body(up, down, up);
    const before = wire.messages.length;
    for (let i = 0; i < round; i++) {
      const response = await fetch(wire.address, { method: "POST", body });
      assertEquals(response.status, 200);
      await response.body!.cancel();
    }
    await wire.ask(body);
    assert(wire.messages.length > before);
    assertEquals([wire.reader.done, wire.reader.text, wire.reader.mounts], [3 * round, `+-efg${round}${"udu".repeat(round)}`, 1]);
  }
  assertEquals(processes.map((live) => live.running), [0, 0]);
});

Deno.test("http: an event of a version that whoever answers does not know is refused, and counted", async () => {
  await using server = serveOn0(serve(counter));
  await using wire = await http.open(server.url);
  await wire.say("[7,[3]]", up);
  assertEquals(wire.reader.refused, [{ number: 1, reason: "version" }]);
  assertEquals([wire.reader.done, wire.reader.text], [2, "+-efg1u"]);
});

Deno.test("http: who brings what is not sealed here begins anew, and has lost nothing that was not its own", async () => {
  await using server = serveOn0(serve(counter));
  await using other = serveOn0(serve(counter));
  await using wire = await http.open(server.url);
  await wire.say(up, up);
  const body = wire.body(up);
  for (const [url, snapshot] of [[other.url, wire.reader.snapshots.at(-1)!], [server.url, "AQBzZWFsZWQ"]] as const) {
    await using stranger = new RequestWire(url, nameClient());
    await stranger.ask(body.replace(wire.reader.snapshots.at(-1)!, snapshot));
    assertEquals([stranger.reader.mounts, stranger.reader.done, stranger.reader.text], [1, 0, "+-efg0"]);
  }
  await wire.ask(body);
  assertEquals([wire.reader.mounts, wire.reader.done, wire.reader.text], [1, 3, "+-efg3uuu"]);
});

Deno.test("http: what is shared needs a link, and a server that shuts down says so", async () => {
  await using runtime = start(counter);
  const [shared, rooms, closing] = [serve(runtime), serve(counter, { key: () => "a room" }), serve(counter)];
  for (const [live, status] of [[shared, 409], [rooms, 409], [closing, 503]] as const) {
    await using server = serveOn0(live);
    if (live === closing) await live.close();
    await using wire = await http.open(server.url);
    assertEquals([wire.refused, wire.reader.mounts], [status, 0]);
  }
});

/** Where the app below fails, and only there. */
let weak: string | undefined;
const fails = (where: string) => {
  if (where === weak) throw new Error(`weak in ${where}`);
};
/** It fails there until the end of the block. */
const failingIn = (where: string): Disposable => {
  weak = where;
  return { [Symbol.dispose]: () => void (weak = undefined) };
};
const Weak = ({ count }: { count: number }) => {
  fails("component");
  return <b>{count}</b>;
};
const frail = app({
  init() {
    fails("init");
    return { count: 0 };
  },
  update(model, msg: "up" | "later") {
    if (msg === "up") return { count: model.count + 1 };
    fails("update");
    return next(model, effect.from(() => fails("effect")));
  },
  view(model, send) {
    fails("view");
    const heard = () => {
      fails("handler");
      return "up" as const;
    };
    return (
      <div>
        <button onClick={send("up")}>+</button>
        <button onClick={send(heard)}>h</button>
        <button onClick={send("later")}>l</button>
        <Weak count={model.count} />
      </div>
    );
  },
  resumed(model) {
    fails("resumed");
    return model;
  },
  onConnect(): "up" {
    fails("onConnect");
    return "up";
  },
  name: "frail",
});
const all = ["[0,[1]]", "[0,[2]]", "[0,[3]]"];

Deno.test("http: what fails in a request is told once, answered with 500, or 503 before the app, and leaves nothing; the page goes on from what it had", async () => {
  const told: string[] = [];
  const live = serve(frail, {
    secret: "one secret for all processes",
    authorize: () => fails("authorize"),
    key: () => fails("key") as undefined,
    flags: () => fails("flags"),
    onError: (error, where) => void told.push(`${where}: ${(error as Error).message}`),
  });
  await using server = serveOn0(live);
  /** Where it fails, and what that is called. */
  const places = {
    init: "init",
    update: "update",
    view: "view",
    component: "view",
    effect: "effect",
    resumed: "resumed",
    authorize: "request",
    key: "request",
    flags: "request",
  };
  for (const [where, as] of Object.entries(places)) {
    const wire = new RequestWire(server.url, nameClient());
    // It is called for who is new.
    const isFirst = where === "init";
    if (!isFirst) await wire.ask(wire.body());
    {
      using _ = failingIn(where);
      await wire.say(...all);
    }
    assertEquals([wire.refused, live.running, told.splice(0)], [as === "request" ? 503 : 500, 0, [`${as}: weak in ${where}`]], where);
    await wire.say(...all);
    assertEquals(wire.reader.text, isFirst ? "+hl1" : "+hl3", where);
    assertEquals(told, []);
  }
});

Deno.test("http: a handler or an onConnect that throws is told to onError, refuses its event alone, and the request is answered", async () => {
  const told: string[] = [];
  const live = serve(frail, {
    secret: "one secret for all processes",
    onError: (error, where) => void told.push(`${where}: ${(error as Error).message}`),
  });
  await using server = serveOn0(live);
  // Of three events one is refused, and another counts nothing. Who is new is mounted first, and here has not joined.
  for (const [where, text, done] of [["handler", "+hl2", 3], ["onConnect", "+hl0", 0]] as const) {
    const wire = new RequestWire(server.url, nameClient());
    if (where === "handler") await wire.ask(wire.body());
    {
      using _ = failingIn(where);
      await wire.say(...all);
    }
    assertEquals([wire.refused, live.running, told.splice(0)], [undefined, 0, [`handler: weak in ${where}`]], where);
    assertEquals([wire.reader.text, wire.reader.done], [text, done], where);
  }
});

for (
  const [restart, shown] of [
    ["fresh", { update: 1, effect: 1, resumed: 1 }],
    ["last", { update: 2, effect: 4, resumed: 4 }],
  ] as const
) {
  Deno.test(`http: with restart "${restart}" what has failed begins again within its request, and does not fail the next one`, async () => {
    const told: string[] = [];
    const live = serve(frail, { restart, onError: (error, where) => void told.push(`${where}: ${(error as Error).message}`) });
    await using server = serveOn0(live);
    for (const [where, count] of Object.entries(shown)) {
      const wire = new RequestWire(server.url, nameClient());
      await wire.ask(wire.body());
      await wire.say(all[0]!);
      assertEquals(wire.reader.text, "+hl2");
      const { epoch } = wire.reader;
      {
        using _ = failingIn(where);
        await wire.say(...all);
      }
      assertEquals([wire.refused, live.running, told.splice(0)], [undefined, 0, [`${where}: weak in ${where}`]]);
      // A new epoch: what waits in it is refused by the page, as over a link.
      assert(wire.reader.epoch !== epoch && wire.reader.done === 0, where);
      assertEquals(wire.reader.text, `+hl${count}`, where);
      await wire.say(all[0]!);
      assertEquals([wire.reader.text, wire.reader.done], [`+hl${count + 1}`, 1], where);
    }
  });
}

Deno.test("http: the answers are private, are not kept, and say nothing of other origins", async () => {
  await using server = serveOn0(serve(counter, { origins: ["https://friend.test"] }));
  for (const [body, status] of [["", 200], ["nonsense", 400], ["x".repeat(1024 * 1024 + 1), 413]] as const) {
    const response = await fetch(`${server.url}?nacre=${nameClient()}..0`, {
      method: "POST",
      body,
      headers: { origin: "https://friend.test" },
    });
    await response.body?.cancel();
    const { headers } = response;
    assertEquals([response.status, headers.get("cache-control")], [status, "private, no-store"]);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals([...headers.keys()].filter((name) => name.startsWith("access-control")), []);
    if (status === 200) assertEquals(headers.get("content-type"), "text/plain; charset=utf-8");
  }
});

// ---- in a browser ------------------------------------------------------------------------------

Deno.test("Chromium: an element with method sse, and one whose sockets are refused, show the app, send events and come back", async () => {
  let sockets = 0, posts = 0, streams = 0, isDown = false;
  const runtime = start(counter);
  await using _runtime = runtime;
  const live = serve(runtime);
  await using server = serveOn0((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/runtime.mjs") return runtimeScript(request);
    if (pathname !== "/ws") {
      return page(
        <div>
          <ServerComponent route="/ws" {...(searchParams.has("method") ? { method: "sse" as const } : {})} />
          <script type="module" src="/runtime.mjs"></script>
        </div>,
      );
    }
    if (isDown) return new Response(null, { status: 503 });
    if (request.headers.has("upgrade")) {
      sockets++;
      return new Response("No sockets here", { status: 403 });
    }
    if (request.method === "POST") posts++;
    // It also asks, plainly, why it was let in nowhere.
    else if (request.headers.get("accept")?.includes("event-stream")) streams++;
    return live(request);
  });
  await using browser = await launch();
  for (const [path, refused] of [["/?method", 0], ["/", 2]] as const) {
    sockets = posts = streams = 0;
    await visit(browser, server.url + path, async (page) => {
      await page.waitForSelector("p");
      assertEquals([sockets, streams], [refused, 1]);
      const before = Number(await page.textContent("p"));
      await page.evaluate(() => {
        for (let i = 0; i < 5; i++) document.querySelector("button")!.click();
      });
      await page.waitForFunction((count) => document.querySelector("p")!.textContent === String(count), before + 5);
      assertEquals(posts, 1);
      const large = "large and small, ".repeat(1_000);
      runtime.dispatch({ text: large });
      await page.waitForFunction((text) => document.querySelector("b")!.textContent === text, large);
      // The server goes away, and what is clicked meanwhile is not lost.
      isDown = true;
      // Another link of the same client: the stream is closed by the server.
      await page.evaluate(() => document.querySelector("server-component")!.setAttribute("route", "/ws?again"));
      await page.evaluate(() => document.body.append(document.querySelector("server-component")!));
      await page.waitForSelector("[status=offline]");
      await page.click("button");
      isDown = false;
      await page.waitForSelector("[status=live]");
      await page.waitForFunction((count) => document.querySelector("p")!.textContent === String(count), before + 6);
      assertEquals(sockets, refused);
    });
  }
});

Deno.test("sse: a client that reads its last message late leaves no timer behind", async () => {
  const live = serve(counter, brief);
  const request = new Request(`http://localhost/?nacre=${nameClient()}..0&link=${crypto.randomUUID()}`, {
    headers: { accept: "text/event-stream" },
  });
  const response = await live(request);
  await live.close();
  // The leak sanitizer of this test sees the timer.
  assert((await response.text()).includes("event: close\ndata: [4503,"));
});
