/**
 * What a hostile client may do, as tables: a new idea is a new line. After each: the documented answer, nothing of the input
 * in it, and a bystander on the same runtime and one on its own go on as if nothing had been.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { type App, app, effect, next, serve, start } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { Caller } from "./caller.ts";
import { serveOn0, type Serving, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";
import { RecordedLink } from "./recorded_link.ts";
import { Visitor } from "./visitor.ts";

/** It must come back to nobody. */
const marker = "ECHO";

interface Model {
  readonly count: number;
  readonly typed: string;
  readonly keys: number;
}
type Msg = "up" | "key" | { typed: string };

const target: App<Model, Msg> = app<Model, Msg>({
  name: "target",
  init: () => ({ count: 0, typed: "", keys: 0 }),
  update(model, msg) {
    if (msg === "up") return { ...model, count: model.count + 1 };
    return msg === "key" ? { ...model, keys: model.keys + 1 } : { ...model, typed: msg.typed };
  },
  view: ({ count, typed, keys }, send) => (
    <main>
      <button onClick={send("up")}>+</button>
      <input name="typed" onInput={send((event) => ({ typed: event.currentTarget.value }))} />
      <form name="form" onSubmit={send((event) => ({ typed: [...event.formData.keys()].join(" ") }))}></form>
      <div {...{ name: "spread", onKeyDown: send<KeyboardEvent>((event) => event.key === "Enter" ? "key" : undefined) }}></div>
      <p>
        {count}, {typed.length}, {keys}
      </p>
    </main>
  ),
});

/** Paths of the target's handlers, as texts. */
const at = (() => {
  const visitor = new Visitor(start(target) as Runtime<never>);
  const path = (name: string, event: string) => visitor.find(name, event).handlers[event]!.path;
  const spread = path("spread", "keydown");
  const texts = {
    up: path("+", "click"),
    typed: path("typed", "input"),
    form: path("form", "submit"),
    spread,
    noName: spread.slice(0, -1),
  };
  return Object.fromEntries(Object.entries(texts).map(([name, path]) => [name, JSON.stringify(path)])) as Record<
    keyof typeof texts,
    string
  >;
})();
/** The path of the spread's handler with another name at its end. */
const named = (name: string) => `[0,${at.noName.slice(0, -1)},"${name}"]]`;

interface Bed extends AsyncDisposable {
  readonly url: string;
  /** A client of the shared runtime; what is hostile goes there too. */
  readonly hostile: Caller;
  readonly errors: string[];
  /** Sessions of the route where each has its own. */
  running(): number;
  status(): { clients: number; refused: Readonly<Record<string, number>> };
  /** Throws unless all others go on untouched. */
  isWell(): Promise<void>;
}

/** A server with a target for all and one for each, and a bystander on both. */
async function bed(query = ""): Promise<Bed> {
  const errors: string[] = [];
  const shared = start(target);
  const onError = (error: unknown, where: string) => errors.push(`${where}: ${error}`);
  const forAll = serve(shared, { onError });
  const forEach = serve(target, { onError });
  const server = serveOn0((request) => new URL(request.url).pathname === "/all" ? forAll(request) : forEach(request));
  const beside = await Caller.open(`${server.ws}/all`);
  const apart = await Caller.open(`${server.ws}/each`);
  const hostile = await Caller.open(`${server.ws}/all${query}`);
  const shown = beside.text;
  return {
    url: server.url,
    hostile,
    errors,
    running: () => forEach.running,
    status: () => shared.status(),
    async isWell() {
      assertEquals(beside.text, shown, "the model of the shared runtime has changed");
      for (const [i, caller] of [beside, apart].entries()) {
        caller.press("+");
        await caller.until(() => caller.text === "+1, 0, 0");
        assertEquals(caller.closed, undefined, `bystander ${i}`);
        assertEquals(caller.reader.refused, []);
      }
      assertEquals([errors, forEach.running, forAll.running], [[], 1, 0]);
      assertEquals(Reflect.ownKeys(Object.prototype).length, 12, "Object.prototype has been written to");
    },
    async [Symbol.asyncDispose]() {
      for (const caller of [beside, apart, hostile]) await caller[Symbol.asyncDispose]();
      await shared.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

// ---- messages that close the socket --------------------------------------------------------------

const closing: Record<string, { say: (string | Uint8Array<ArrayBuffer>)[]; code: number; mayBeLost?: true }> = {
  "no JSON": { say: [`${marker}{`], code: 4400 },
  "nothing": { say: [""], code: 4400 },
  "half of a message": { say: [`[0,${at.up}`], code: 4400 },
  "JSON of another shape": { say: [`{"${marker}":1}`], code: 4400 },
  "a text": { say: [`"${marker}"`], code: 4400 },
  "null": { say: ["null"], code: 4400 },
  "no events": { say: ["[]"], code: 4400 },
  "a server's message": { say: [`["mount","${marker}",0,0,[],null]`], code: 4400 },
  "100,000 arrays in arrays": { say: ["[".repeat(60_000)], code: 4400 },
  "30,000 closed arrays in arrays": { say: [`${"[".repeat(30_000)}${"]".repeat(30_000)}`], code: 4400 },
  "a path in a path": { say: ["[0,[[0]]]"], code: 4400 },
  "a path of nothing": { say: ["[0,[]]"], code: 4400 },
  "a path of 300 steps": { say: [`[0,[${Array(300).fill(0)}]]`], code: 4400 },
  "a path of names": { say: [`[0,["${marker}","constructor"]]`], code: 4400 },
  "__proto__ as a path": { say: [`[0,["__proto__"]]`], code: 4400 },
  "an infinite number": { say: ["1e999"], code: 4400 },
  "an infinite step": { say: ["[0,[1e999]]"], code: 4400 },
  "a negative step": { say: ["[0,[-1]]"], code: 4400 },
  "half a step": { say: ["[0,[0.5]]"], code: 4400 },
  "a version of half": { say: [`[0.5,${at.up}]`], code: 4400 },
  "a version as text": { say: [`["0",${at.up}]`], code: 4400 },
  "a version of 2^53": { say: [`[9007199254740992,${at.up}]`], code: 4400 },
  "fields as a list": { say: [`[0,${at.typed},[]]`], code: 4400 },
  "fields as a text": { say: [`[0,${at.typed},"${marker}"]`], code: 4400 },
  "a form as an object": { say: [`[0,${at.form},0,0,{"${marker}":1}]`], code: 4400 },
  "a form's field without a value": { say: [`[0,${at.form},0,0,[["${marker}"]]]`], code: 4400 },
  "a form's field as a number": { say: [`[0,${at.form},0,0,[["${marker}",1]]]`], code: 4400 },
  "a file of a negative size": { say: [`[0,${at.form},0,0,[["f",{"name":"${marker}","size":-1,"type":""}]]]`], code: 4400 },
  "six parts": { say: [`[0,${at.up},0,0,[],"${marker}"]`], code: 4400 },
  "a version that was never sent": { say: [`[1,${at.up}]`], code: 4409 },
  "a version of 2^53 - 1": { say: ["9007199254740991"], code: 4409 },
  "a negative version": { say: [`[-1,${at.up}]`], code: 4409 },
  "a negative version of 2^53 - 1": { say: [`[-9007199254740991,${at.up}]`], code: 4409 },
  "a bare number that is negative": { say: ["-1"], code: 4400 },
  "a binary frame": { say: [new TextEncoder().encode(`[0,${at.up}]`)], code: 4415 },
  "an empty binary frame": { say: [new Uint8Array()], code: 4415 },
  "a message of 64 KiB and one": { say: [`[0,${at.up},{"key":"${marker.padEnd(65_536, "x")}"}]`], code: 4413 },
  "a message of 8 MiB": { say: ["x".repeat(2 ** 23)], code: 4413 },
  // Frames that come after a close make Deno drop the connection, and the code with it.
  "2,000 messages at once": { say: Array(2_000).fill("[0,[9]]"), code: 4429, mayBeLost: true },
};

for (const [what, { say, code, mayBeLost }] of Object.entries(closing)) {
  Deno.test(`A hostile client that sends ${what} is closed with ${code}`, async () => {
    await using one = await bed();
    const { hostile } = one;
    for (const message of say) hostile.socket.send(message);
    const closed = await hostile.end();
    if (!(mayBeLost && closed === 0)) assertEquals(closed, code);
    hostile.socket.send(`[0,${at.up}]`);
    assertFalse(`${hostile.messages.slice(1)} ${hostile.closed!.reason}`.includes(marker));
    assert(/^[a-z ]{0,60}$/.test(hostile.closed!.reason), hostile.closed!.reason);
    await one.isWell();
  });
}

// ---- events that come to nothing -----------------------------------------------------------------

const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;

const refused: Record<string, { say: string; reason: "gone" | "payload" | "version" }> = {
  "a hole that is none": { say: "[0,[99]]", reason: "gone" },
  "a hole of 2^53 - 1": { say: "[0,[9007199254740991]]", reason: "gone" },
  "a text": { say: "[0,[0]]", reason: "gone" },
  "a step into a text": { say: "[0,[0,0,0]]", reason: "gone" },
  "a step past a handler": { say: `[0,${at.up.slice(0, -1)},0]]`, reason: "gone" },
  "a name past a handler": { say: `[0,${at.up.slice(0, -1)},"${marker}"]]`, reason: "gone" },
  "no name for a spread": { say: `[0,${at.noName}]`, reason: "gone" },
  "a name that is none": { say: named(marker), reason: "gone" },
  "__proto__": { say: named("__proto__"), reason: "gone" },
  "the name constructor": { say: named("constructor"), reason: "gone" },
  "the name toString": { say: named("toString"), reason: "gone" },
  "an attribute of a spread": { say: named("name"), reason: "gone" },
  "a name with its mark": { say: named("@keydown"), reason: "gone" },
  "256 steps": { say: `[0,[${Array(256).fill(0)}]]`, reason: "gone" },
  "a value that is an object": { say: `[0,${at.typed},0,{"value":{"${marker}":1}}]`, reason: "payload" },
  "a value that is a list": { say: `[0,${at.typed},0,{"value":["${marker}"]}]`, reason: "payload" },
  "a value that is a truth": { say: `[0,${at.typed},0,{"value":true}]`, reason: "payload" },
  "a value that is null": { say: `[0,${at.typed},0,{"value":null}]`, reason: "payload" },
  "a value 10,000 deep": { say: `[0,${at.typed},0,{"value":${deep}}]`, reason: "payload" },
  "a key that is a number": { say: `[0,${at.spread},{"key":13}]`, reason: "payload" },
};

for (const [what, { say, reason }] of Object.entries(refused)) {
  Deno.test(`A hostile event with ${what} is refused: ${reason}`, async () => {
    await using one = await bed();
    const { hostile } = one;
    hostile.socket.send(say);
    await hostile.until(() => hostile.reader.done === 1);
    assertEquals(hostile.messages.slice(1), [`["emit","nacre:refused",{"event":1,"reason":"${reason}"}]`, "[1]"]);
    assertEquals(one.status().refused[reason], 1);
    await one.isWell();
  });
}

// ---- events that are read, and do no harm --------------------------------------------------------

const harmless: Record<string, { say: string; shows: string }> = {
  // The handler reads the value alone; a web component may keep anything in the others.
  "a checked that is a text": { say: `[0,${at.typed},0,{"checked":"${marker}","value":"abc"}]`, shows: "+0, 3, 0" },
  "a dataset of objects": { say: `[0,${at.typed},0,{"dataset":{"a":{}},"value":"abc"}]`, shows: "+0, 3, 0" },
  "a dataset that is a text": { say: `[0,${at.typed},0,{"dataset":"${marker}","value":"abc"}]`, shows: "+0, 3, 0" },
  "fields named __proto__ and constructor": {
    say:
      `[0,${at.typed},{"__proto__":{"polluted":1},"constructor":1},{"__proto__":{"value":"x"},"constructor":{"prototype":1},"value":"abc"}]`,
    shows: "+0, 3, 0",
  },
  "only a __proto__ in place of a value": { say: `[0,${at.typed},0,{"__proto__":{"value":"abc"}}]`, shows: "+0, 0, 0" },
  "a form's fields named __proto__ and constructor": {
    say: `[0,${at.form},0,0,[["__proto__","x"],["constructor","y"]]]`,
    shows: "+0, 21, 0",
  },
  "a form's file of a giant size that is not there": {
    say: `[0,${at.form},0,0,[["f",{"name":"../../x","size":9007199254740991,"type":"\\u0000<script>"}]]]`,
    shows: "+0, 1, 0",
  },
  "a detail 10,000 deep": { say: `[0,${at.spread},{"key":"Enter","detail":${deep}}]`, shows: "+0, 0, 1" },
  "fields that no event has": { say: `[0,${at.spread},{"key":"Enter","isTrusted":true,"currentTarget":1}]`, shows: "+0, 0, 1" },
  "half of a pair of surrogates": { say: `[0,${at.typed},0,{"value":"\\ud800"}]`, shows: "+0, 1, 0" },
};

for (const [what, { say, shows }] of Object.entries(harmless)) {
  Deno.test(`An event with ${what} does no harm`, async () => {
    const errors: string[] = [];
    const live = serve(target, { onError: (error, where) => errors.push(`${where}: ${error}`) });
    await using server = serveOn0(live);
    await using caller = await Caller.open(server.ws);
    caller.socket.send(say);
    await caller.until(() => caller.reader.done === 1);
    assertEquals([caller.text, caller.reader.refused, errors], [shows, [], []]);
    assertEquals(Reflect.ownKeys(Object.prototype).length, 12);
    assertFalse("polluted" in {});
  });
}

// ---- handshakes ----------------------------------------------------------------------------------

const handshakes: Record<string, { headers?: Record<string, string | undefined>; path?: string; status: number }> = {
  "of a foreign Origin": { headers: { origin: `https://${marker}.example` }, status: 403 },
  "of Origin null": { headers: { origin: "null" }, status: 403 },
  "of an Origin that is no URL": { headers: { origin: `${marker}` }, status: 403 },
  "of an empty Origin": { headers: { origin: "" }, status: 403 },
  "of our host on another port": { headers: { origin: "http://127.0.0.1:1" }, status: 403 },
  "of a page of another site that says no Origin": { headers: { "sec-fetch-site": "cross-site" }, status: 403 },
  "of a page of another host of the site that says no Origin": { headers: { "sec-fetch-site": "same-site" }, status: 403 },
  "without Upgrade": { headers: { upgrade: undefined }, status: 426 },
  "with another Upgrade": { headers: { upgrade: marker }, status: 426 },
  "without Connection": { headers: { connection: undefined }, status: 400 },
  "without a key": { headers: { "sec-websocket-key": undefined }, status: 400 },
  "with a Host that is none": { headers: { host: `a ${marker}` }, status: 400 },
  "with a Host that opens a bracket": { headers: { host: "[::" }, status: 400 },
};

for (const [what, { headers, path, status }] of Object.entries(handshakes)) {
  Deno.test(`A handshake ${what} is answered with ${status}, and the server goes on`, async () => {
    const live = serve(target);
    // Nothing before it, as where it is the only route.
    await using server = serveOn0(live);
    await using bystander = await Caller.open(server.ws);
    using raw = await RawSocket.upgrade(server.url, headers, path);
    await until(() => raw.status);
    assertEquals(raw.status, status);
    assertFalse(raw.received.includes(marker));
    await using later = await Caller.open(server.ws);
    for (const caller of [bystander, later]) {
      caller.press("+");
      await caller.until(() => caller.text === "+1, 0, 0");
    }
    assertEquals(live.running, 2);
  });
}

for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
  Deno.test(`A ${method} to the route is answered with 426`, async () => {
    const live = serve(target);
    await using server = serveOn0(live);
    const response = await fetch(server.url, { method, ...(method === "HEAD" ? {} : { body: marker }) });
    assertFalse((await response.text()).includes(marker));
    assertEquals([response.status, response.headers.get("upgrade"), live.running], [426, "websocket", 0]);
  });
}

for (
  const [what, name] of Object.entries({
    "junk": "%%%%%00<script>",
    "10 KB": marker.repeat(2_500),
    "nothing": "",
    "dots": "....",
    "a name that is too short": "a",
    "an epoch that was never": "visitor-1.unknown",
    "a giant epoch": `visitor-1.${marker.repeat(2_500)}`,
    "__proto__": "__proto__.__proto__",
  })
) {
  Deno.test(`A resume of ${what} gets a fresh mount`, async () => {
    await using one = await bed(`?nacre=${name}`);
    assertEquals([one.hostile.messages.length, one.hostile.reader.done], [1, 0]);
    assertFalse(one.hostile.last.includes(marker));
    assertEquals(one.status().clients, 2);
    await one.isWell();
  });
}

// ---- the first message of a link that goes on ------------------------------------------------------

const forged = "A".repeat(200);
const firsts: Record<string, { say: string | Uint8Array<ArrayBuffer>; gets: 4400 | "mount" }> = {
  "no JSON": { say: `${marker}{`, gets: 4400 },
  "nothing": { say: "", gets: 4400 },
  "bytes": { say: new Uint8Array([1, 2, 3]), gets: 4400 },
  "an event": { say: `[0,${at.up}]`, gets: 4400 },
  "marks of another shape": { say: `["resume","${forged}",0,[["${marker}"]],[]]`, gets: 4400 },
  "a negative version": { say: `["resume","${forged}",-1,[],[]]`, gets: 4400 },
  "5,000 marks": { say: `["resume","${forged}",0,[${Array(5_000).fill("[0,0,1]")}],[]]`, gets: 4400 },
  "5,000 events": { say: `["resume","${forged}",0,[],[${Array(5_000).fill(`[0,${at.up}]`)}]]`, gets: 4400 },
  "an event of more than 65,536 characters": {
    say: `["resume","${forged}",0,[],[[0,[0],0,{"value":"${"x".repeat(65_600)}"}]]]`,
    gets: 4400,
  },
  "an event that is 200,000 deep": {
    say: `["resume","${forged}",0,[],[[0,"property","x",${"[".repeat(200_000)}${"]".repeat(200_000)}]]]`,
    gets: 4400,
  },
  "more than 1 MiB": { say: `["resume","${"A".repeat(2 ** 20)}",0,[],[]]`, gets: 4400 },
  "4,000 events and a forged snapshot": { say: `["resume","${forged}",0,[],[${Array(4_000).fill(`[0,${at.up}]`)}]]`, gets: "mount" },
  "no snapshot": { say: '["resume","",0,[],[]]', gets: "mount" },
  "a snapshot of 900,000 characters": { say: `["resume","${"A".repeat(900_000)}",0,[],[]]`, gets: "mount" },
  "__proto__ as a snapshot": { say: '["resume","__proto__",0,[],[]]', gets: "mount" },
};

for (const [what, { say, gets }] of Object.entries(firsts)) {
  Deno.test(`A resume message with ${what} ${gets === 4400 ? "is closed with 4400" : "begins anew"}, and hurts nobody`, async () => {
    await using one = await bed();
    const socket = new WebSocket(`${one.url.replace("http", "ws")}/each?nacre=hostile-1.e1.0.0.1`);
    let first = "", closed = 0;
    socket.onmessage = ({ data }) => first ||= data;
    const ended = new Promise<void>((resolve) => socket.onclose = ({ code }) => resolve(void (closed = code)));
    await new Promise((resolve) => socket.onopen = resolve);
    socket.send(say);
    await until(() => first || closed);
    assertEquals([closed, first.startsWith('["mount"')], gets === 4400 ? [4400, false] : [0, true]);
    assertFalse(first.includes(marker));
    socket.close();
    await ended;
    await until(() => one.running() === 1);
    await one.isWell();
  });
}

// ---- the socket itself ---------------------------------------------------------------------------

Deno.test("A giant in small fragments is closed with 4413, and its runtime has stopped", async () => {
  const live = serve(target);
  await using server = serveOn0(live);
  using raw = await RawSocket.upgrade(server.url);
  await until(() => raw.received.includes("mount"));
  assertEquals(live.running, 1);
  await raw.frame("text", "x".repeat(65_000), false);
  for (let i = 0; i < 100; i++) await raw.frame("continuation", "x".repeat(65_000), i === 99);
  await until(() => raw.received.includes("message too large"));
  await until(() => live.running === 0);
});

Deno.test("A client that never answers the close of its socket holds no runtime", async () => {
  const live = serve(target);
  await using server = serveOn0(live);
  using raw = await RawSocket.upgrade(server.url);
  await until(() => raw.received.includes("mount"));
  await raw.frame("text", "nonsense");
  await until(() => raw.received.includes("malformed message"));
  await until(() => live.running === 0, 500);
  assert(raw.isOpen);
});

Deno.test("A client that vanishes without a close leaves nothing behind when it was waited for", async () => {
  const live = serve(target, { linger: 100 });
  await using server = serveOn0(live);
  await using bystander = await Caller.open(server.ws);
  {
    using raw = await RawSocket.upgrade(server.url);
    await until(() => raw.received.includes("mount"));
    assertEquals(live.running, 2);
  }
  await until(() => live.running === 1);
  {
    using raw = await RawSocket.upgrade(server.url);
    // In the middle of a frame.
    await raw.write(new Uint8Array([0x81, 0x85, 0, 0]));
    await until(() => live.running === 2);
  }
  await until(() => live.running === 1);
  bystander.press("+");
  await bystander.until(() => bystander.text === "+1, 0, 0");
});

Deno.test("A frame that breaks the rules of WebSocket ends its own connection alone", async () => {
  const live = serve(target, { linger: 0 });
  await using server = serveOn0(live);
  await using bystander = await Caller.open(server.ws);
  const broken: Record<string, Uint8Array> = {
    "invalid UTF-8": new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0xc0, 0x80]),
    "a reserved opcode": new Uint8Array([0x83, 0x80, 0, 0, 0, 0]),
    "a continuation of nothing": new Uint8Array([0x80, 0x80, 0, 0, 0, 0]),
    "a frame of 2^62 bytes": new Uint8Array([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    "a ping of 200 bytes": new Uint8Array([0x89, 0xfe, 0, 200, 0, 0, 0, 0, ...new Uint8Array(200)]),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    using raw = await RawSocket.upgrade(server.url);
    await until(() => raw.received.includes("mount"));
    await raw.write(bytes);
    await until(() => live.running === 1).catch(() => {
      throw new Error(`${what} is still connected`);
    });
  }
  bystander.press("+");
  await bystander.until(() => bystander.text === "+1, 0, 0");
});

Deno.test("A slow handshake, and one that is never finished, hold no runtime", async () => {
  const live = serve(target);
  await using server = serveOn0(live);
  using slow = await RawSocket.connect(server.url);
  using never = await RawSocket.connect(server.url);
  const text = `GET / HTTP/1.1\r\nhost: ${new URL(server.url).host}\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";
  await never.write(text.slice(0, 40));
  for (let i = 0; i < text.length; i += 40) {
    await slow.write(text.slice(i, i + 40));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await until(() => slow.received.includes("mount"));
  assertEquals(live.running, 1);
});

Deno.test("A socket that closes before it opens starts no runtime, or stops it", async () => {
  let asked = 0;
  const gate = Promise.withResolvers<void>();
  const live = serve(target, {
    linger: 0,
    async authorize() {
      asked++;
      await gate.promise;
      return {};
    },
  });
  await using server = serveOn0(live);
  {
    using _raw = await RawSocket.upgrade(server.url);
    await until(() => asked === 1);
  }
  gate.resolve();
  for (let i = 0; i < 20; i++) {
    const socket = new WebSocket(server.ws);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
  await until(() => live.running === 0);
  await using caller = await Caller.open(server.ws);
  assertEquals([caller.text, live.running], ["+0, 0, 0", 1]);
});

Deno.test("serve() stops a runtime when its socket closes: 1,000 opened and closed leave nothing", async () => {
  const ticking = app<number, "tick">({
    init: () =>
      next(
        0,
        effect.every(60_000, "tick"),
        effect.from((signal) => new Promise<void>((done) => signal.addEventListener("abort", () => done()))),
      ),
    update: (model) => model + 1,
    view: (model, send) => <button onClick={send("tick")}>{model}</button>,
    subscriptions: () => ({ clock: effect.every(50_000, "tick") }),
  });
  const live = serve(ticking);
  await using server = serveOn0(live);
  for (let i = 0; i < 20; i++) {
    const callers = await Promise.all(Array.from({ length: 50 }, () => Caller.open(server.ws)));
    assertEquals(live.running, 50);
    await Promise.all(callers.map((caller) => caller[Symbol.asyncDispose]()));
    await until(() => live.running === 0);
  }
});

// ---- apps that fail ------------------------------------------------------------------------------

type Fault =
  | "init"
  | "update"
  | "view"
  | "view later"
  | "handler"
  | "plain handler"
  | "async plain handler"
  | "effect"
  | "late effect"
  | "subscriptions";

function faulty(fault: Fault): App<number, "go"> {
  const fail = (where: Fault, go = true): void => {
    if (where === fault && go) throw new Error(`a fault: ${marker}`);
  };
  return app<number, "go">({
    init() {
      fail("init");
      return 0;
    },
    update(model) {
      fail("update");
      return next(
        model + 1,
        effect.from(() => fail("effect")),
        effect.from(async () => {
          await undefined;
          fail("late effect");
        }),
      );
    },
    view(model, send) {
      fail("view");
      fail("view later", model > 0);
      const go = send("go");
      return (
        <p>
          <button name="go" onClick={send(() => (fail("handler"), "go"))}>{model}</button>
          <button
            name="plain"
            onClick={async (event) => {
              go(event);
              await undefined;
              fail("async plain handler");
            }}
          >
            x
          </button>
          <button name="plain now" onClick={() => fail("plain handler")}>x</button>
        </p>
      );
    },
    subscriptions(model) {
      fail("subscriptions", model > 0);
      return {};
    },
  });
}

/** Where an event is made a message of: the model has not been touched. */
type InHandler = "handler" | "plain handler" | "async plain handler";
const faults: Record<Exclude<Fault, InHandler>, { where: string; press?: string }> = {
  "init": { where: "init" },
  "view": { where: "view" },
  "view later": { where: "view", press: "go" },
  "update": { where: "update", press: "go" },
  "effect": { where: "effect", press: "go" },
  "late effect": { where: "effect", press: "go" },
  "subscriptions": { where: "subscriptions", press: "go" },
};

for (
  const [fault, press, isRefused] of [
    ["handler", "go", true],
    ["plain handler", "plain now", true],
    // By then its event has been acknowledged.
    ["async plain handler", "plain", false],
  ] as const
) {
  for (const shape of ["a session", "a room"] as const) {
    Deno.test(`An error in ${/^a/.test(fault) ? "an" : "a"} ${fault} ends nothing: ${shape} goes on`, async () => {
      const told: string[] = [];
      const live = serve(faulty(fault), {
        onError: (error, where) => told.push(`${where}: ${(error as Error).message}`),
        ...(shape === "a room" && { key: () => "room" }),
      });
      await using server: Serving = serveOn0(live);
      await using bystander = await Caller.open(server.ws);
      await using caller = await Caller.open(server.ws);
      // More often than a restart is allowed.
      for (let i = 1; i <= 5; i++) {
        caller.press(press);
        await until(() => told.length === i);
      }
      await caller.until(() => caller.reader.done === 5);
      assertEquals(told, Array(5).fill(`handler: a fault: ${marker}`));
      const refusals = caller.messages.filter((message) => message.startsWith('["emit","nacre:refused"'));
      assertEquals(
        refusals,
        isRefused ? [1, 2, 3, 4, 5].map((event) => `["emit","nacre:refused",{"event":${event},"reason":"payload"}]`) : [],
      );
      assertEquals([caller.closed, bystander.closed], [undefined, undefined]);
      bystander.press("plain");
      await bystander.until(() => bystander.reader.done === 1);
      await live.close();
    });
  }
}

for (const [fault, { where, press }] of Object.entries(faults) as [Fault, { where: string; press?: string }][]) {
  Deno.test(`An app that throws in ${fault} ends alone with 4500, and onError is told where`, async () => {
    const told: string[] = [];
    const onError = (error: unknown, where: string) => told.push(`${where}: ${(error as Error).message}`);
    const live = serve(faulty(fault), { onError });
    const good = serve(target, { onError });
    await using server: Serving = serveOn0((request) => new URL(request.url).pathname === "/good" ? good(request) : live(request));
    await using bystander = await Caller.open(`${server.ws}/good`);
    await using caller = await Caller.open(server.ws);
    if (press) caller.press(press);
    assertEquals(await caller.end(), 4500);
    assertEquals(told, [`${where}: a fault: ${marker}`]);
    assertFalse(`${caller.messages} ${caller.closed!.reason}`.includes(marker));
    await until(() => live.running === 0);
    bystander.press("+");
    await bystander.until(() => bystander.text === "+1, 0, 0");
  });
}

Deno.test("An onError that fails itself, at once or later, ends nothing", async () => {
  const live = serve(faulty("update"), {
    onError: (async () => {
      await undefined;
      throw new Error("the report was not delivered");
    }) as () => void,
  });
  const other = serve(faulty("update"), {
    onError() {
      throw new Error("the report could not be made");
    },
  });
  const said: unknown[][] = [];
  const { error } = console;
  console.error = (...parts) => said.push(parts);
  try {
    await using server = serveOn0((request) => new URL(request.url).pathname === "/other" ? other(request) : live(request));
    for (const path of ["/", "/other"]) {
      await using caller = await Caller.open(server.ws + path);
      caller.press("go");
      assertEquals(await caller.end(), 4500);
    }
    await until(() => said.length === 2);
  } finally {
    console.error = error;
  }
});

Deno.test("authorize() and flags that throw are answered with 500, told to onError, and start nothing", async () => {
  const told: string[] = [];
  const onError = (error: unknown, where: string) => told.push(`${where}: ${(error as Error).message}`);
  const fail = (): never => {
    throw new Error(`no ${marker}`);
  };
  for (const live of [serve(target, { authorize: fail, onError }), serve(target, { flags: fail, onError })]) {
    await using server = serveOn0(live);
    using raw = await RawSocket.upgrade(server.url);
    await until(() => raw.status);
    assertEquals([raw.status, live.running, told.splice(0)], [500, 0, [`request: no ${marker}`]]);
    assertFalse(raw.received.includes(marker));
  }
});

Deno.test("authorize() that answers a Response refuses with it before the upgrade", async () => {
  const live = serve(target, { authorize: () => new Response("Who are you?", { status: 401 }) });
  await using server = serveOn0(live);
  using raw = await RawSocket.upgrade(server.url);
  await until(() => raw.status);
  assertEquals([raw.status, live.running], [401, 0]);
});

Deno.test("A link that throws when it is sent to, or closed, harms nobody else", async () => {
  const runtime = run(target, undefined);
  await using _runtime = runtime;
  const fail = (): never => {
    throw new Error("the link is broken");
  };
  const good = new RecordedLink("good-link");
  const connection = runtime.connect(good);
  const bad = runtime.connect({ send: fail, close: fail });
  connection.receive(`[0,${at.up}]`);
  assertEquals(bad.receive("nonsense"), "refused");
  await until(() => good.messages.length === 2);
  assertEquals([good.messages[1], runtime.status().clients], ['[1,{"1":1}]', 1]);
  // Said twice it is harmless.
  bad.disconnect();
  bad.disconnect();
  connection.disconnect();
  assertEquals(runtime.status().clients, 0);
});

Deno.test("An app that loops by its effects lets others have their turn", async () => {
  const looping = app<number, "again">({
    init: () => next(0, effect.from(() => "again")),
    update: (model) => next(model + 1, effect.from(() => "again")),
    view: (model) => <p>{model}</p>,
  });
  const good = serve(target);
  const live = serve(looping);
  await using server = serveOn0((request) => new URL(request.url).pathname === "/good" ? good(request) : live(request));
  // It sends without an end: nobody reads it.
  using loop = await RawSocket.upgrade(server.url);
  await until(() => loop.received.includes("mount"));
  await using bystander = await Caller.open(`${server.ws}/good`);
  for (let i = 1; i <= 5; i++) {
    bystander.press("+");
    await bystander.until(() => bystander.text === `+${i}, 0, 0`);
  }
  assert(loop.received.length > 1_000);
});
