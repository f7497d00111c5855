// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** Rooms, on real sockets: who shares one, how long it stays, and what strangers can do with keys. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { app, type Client, effect, next, serve } from "../mod.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";

type Msg = "up" | "go" | { joined: Client<string> } | { left: Client<string> } | { kick: string };
interface Model {
  readonly name: string;
  readonly n: number;
  readonly here: readonly Client<string>[];
}

/** What happened, in all rooms. */
const log: string[] = [];

const room = app<Model, Msg, string, string>({
  name: "room",
  init: (name) => ({ name, n: 0, here: [] }),
  onConnect: (client) => ({ joined: client }),
  onDisconnect: (client) => ({ left: client }),
  update(model, msg, from) {
    if (msg === "up") return { ...model, n: model.n + 1 };
    if (msg === "go") return next(model, effect.disconnect(from!.id));
    if ("kick" in msg) return next(model, effect.disconnect(model.here.find(({ user }) => user === msg.kick)?.id ?? ""));
    if ("joined" in msg) {
      log.push(`${msg.joined.user} joined`);
      return { ...model, here: [...model.here, msg.joined] };
    }
    log.push(`${msg.left.user} left`);
    return { ...model, here: model.here.filter(({ id }) => id !== msg.left.id) };
  },
  view: ({ name, n, here }, send) => [
    <p>{name} {n}: {here.map(({ user }) => user).join()}</p>,
    <button name="up" onClick={send("up")}></button>,
    <button name="go" onClick={send("go")}></button>,
  ],
});

function rooms(options: { linger?: number; mostRooms?: number } = {}) {
  log.length = 0;
  const errors: string[] = [];
  let opened = 0;
  const live = serve(room, {
    key: (request) => new URL(request.url).searchParams.get("room") ?? undefined,
    flags: (request) => {
      opened++;
      return new URL(request.url).searchParams.get("flags") ?? "";
    },
    authorize: (request) => new URL(request.url).searchParams.get("user") ?? "nobody",
    onError: (error, where) => errors.push(`${where}: ${error}`),
    linger: 0,
    ...options,
  });
  const server = serveOn0(live);
  return {
    live,
    errors,
    opened: () => opened,
    enter: (query: string) => Caller.open(`${server.ws}/?${query}`),
    status: async (query: string) => {
      const response = await fetch(`${server.url}/?${query}`, {
        headers: { upgrade: "websocket", connection: "upgrade", "sec-websocket-key": "a".repeat(22) + "==", "sec-websocket-version": "13" },
      });
      return [response.status, await response.text()] as const;
    },
    server,
    async [Symbol.asyncDispose]() {
      await until(() => live.running === 0);
      await server[Symbol.asyncDispose]();
      assertEquals(errors, []);
    },
  };
}

Deno.test("serve() with a key shares a runtime between all of that key, and no other", async () => {
  await using place = rooms();
  await using anna = await place.enter("room=a&user=anna&flags=one");
  await using bob = await place.enter("room=a&user=bob&flags=two");
  await using carl = await place.enter("room=b&user=carl&flags=three");
  await anna.until(() => anna.text === "one 0: anna,bob");
  anna.press("up");
  await bob.until(() => bob.text === "one 1: anna,bob");
  await carl.until(() => carl.text === "three 0: carl");
  assertEquals([place.live.running, place.opened()], [2, 2]);
  place.live.runtime("a")?.dispatch("up");
  await bob.until(() => bob.text === "one 2: anna,bob");
  assertEquals([place.live.runtime("c"), place.live.runtime("a")?.status().clients], [undefined, 2]);
  // One who comes later sees the view as it is, in the first message.
  await using dora = await place.enter("room=a&user=dora");
  assert(dora.messages[0]!.includes("anna,bob"));
});

Deno.test("serve() without a key for a request gives it a runtime of its own, whose client joins and leaves", async () => {
  await using place = rooms();
  {
    await using anna = await place.enter("user=anna&flags=mine");
    await using bob = await place.enter("user=bob&flags=his");
    await anna.until(() => anna.text === "mine 0: anna");
    await bob.until(() => bob.text === "his 0: bob");
    assertEquals(place.live.running, 2);
  }
  await until(() => log.length === 4);
  assertEquals(log.toSorted(), ["anna joined", "anna left", "bob joined", "bob left"]);
});

Deno.test("a room stays for its linger after the last has left, and then ends with nobody in it", async () => {
  await using place = rooms({ linger: 300 });
  {
    await using anna = await place.enter("room=a&user=anna&flags=x");
    anna.press("up");
    await anna.until(() => anna.text === "x 1: anna");
  }
  {
    await using bob = await place.enter("room=a&user=bob&flags=y");
    assertEquals(bob.text.slice(0, 3), "x 1");
    // Anna's link is gone for less than 5 s: she may come back.
    await bob.until(() => bob.text === "x 1: anna,bob");
    // And nobody ends a room in which somebody is.
    await new Promise((resolve) => setTimeout(resolve, 400));
    assertEquals(bob.closed, undefined);
  }
  await until(() => place.live.running === 0);
  assertEquals([place.live.runtime("a"), log.toSorted()], [undefined, ["anna joined", "anna left", "bob joined", "bob left"]]);
  await using carl = await place.enter("room=a&user=carl&flags=z");
  await carl.until(() => carl.text === "z 0: carl");
});

Deno.test("a client that vanishes without a word leaves all the same", async () => {
  await using place = rooms({ linger: 0 });
  const socket = await RawSocket.upgrade(place.server.url, {}, "/?room=a&user=anna");
  await until(() => log.includes("anna joined"));
  socket[Symbol.dispose]();
  await until(() => log.includes("anna left"));
});

Deno.test("effect.disconnect() closes a socket with 4403, and the others see it", async () => {
  await using place = rooms();
  await using anna = await place.enter("room=a&user=anna");
  await using bob = await place.enter("room=a&user=bob");
  await anna.until(() => anna.text.endsWith("anna,bob"));
  place.live.runtime("a")!.dispatch({ kick: "bob" });
  assertEquals(await bob.end(), 4403);
  await anna.until(() => anna.text.endsWith(": anna"));
  anna.press("go");
  assertEquals(await anna.end(), 4403);
});

Deno.test("keys of strangers: what is no key is a 400 with nothing of it, a long one too, any text of 256 is a room", async () => {
  await using place = rooms();
  assertEquals(await place.status(`room=${"k".repeat(257)}`), [400, "Bad Request: this is no key of a room"]);
  await using long = await place.enter(`room=${"k".repeat(256)}&user=a`);
  assertEquals(long.closed, undefined);
  for (const key of ["", "__proto__", "constructor", "\0", "\ud800"]) {
    await using caller = await place.enter(`room=${encodeURIComponent(key.toWellFormed())}&user=a`);
    await caller.until(() => caller.text.endsWith(": a"));
    assert(place.live.runtime(key.toWellFormed()));
  }
  const bad = serve(room, { key: () => 1 as never, flags: "", authorize: () => "x" });
  await using server = serveOn0(bad);
  const caller = await Caller.open(server.ws).catch(() => undefined);
  assert(caller?.closed);
  assertEquals([bad.running, bad.runtime("1")], [0, undefined]);
});

Deno.test("a key, or flags of a room, that throw are answered with 500, told, and leave no room", async () => {
  const errors: string[] = [];
  let fails = true;
  const onError = (error: unknown, where: string) => errors.push(`${where}: ${error}`);
  const badFlags = serve(room, {
    key: () => "a",
    flags: async () => {
      await undefined;
      if (fails) throw new Error("no flags");
      return "good";
    },
    authorize: () => "anna",
    linger: 0,
    onError,
  });
  const badKey = serve(room, {
    key: () => {
      throw new Error("no key");
    },
    flags: "",
    authorize: () => "anna",
    onError,
  });
  await using server = serveOn0((request) => new URL(request.url).pathname === "/key" ? badKey(request) : badFlags(request));
  await Promise.all(["/key", "/", "/"].map(async (path) => assert((await Caller.open(server.ws + path)).closed)));
  assertEquals(errors.toSorted(), ["request: Error: no flags", "request: Error: no flags", "request: Error: no key"]);
  fails = false;
  await using caller = await Caller.open(server.ws);
  await caller.until(() => caller.text === "good 0: anna");
});

Deno.test("flags() is given the user that authorize() found: of a room the first one, without a room each", async () => {
  const hello = app<string, never, string, { name: string }>({ init: (flags) => flags, update: (model) => model, view: (text) => text });
  const options = {
    authorize: (request: Request) => Promise.resolve({ name: new URL(request.url).searchParams.get("user")! }),
    flags: (request: Request, user: { name: string }) => `${user.name} opened ${new URL(request.url).pathname}`,
  };
  const [own, shared] = [serve(hello, options), serve(hello, { ...options, key: () => "room", linger: 0 })];
  await using server = serveOn0((request) => new URL(request.url).pathname === "/own" ? own(request) : shared(request));
  const texts: string[] = [];
  {
    await using callers = new AsyncDisposableStack();
    for (const query of ["own?user=anna", "own?user=bob", "room?user=anna", "room?user=bob"]) {
      texts.push(callers.use(await Caller.open(`${server.ws}/${query}`)).text);
    }
  }
  assertEquals(texts, ["anna opened /own", "bob opened /own", "anna opened /room", "anna opened /room"]);
  await until(() => own.running + shared.running === 0);
});

Deno.test("mostRooms bounds the rooms that strangers may open; those that are open can be entered", async () => {
  await using place = rooms({ mostRooms: 2 });
  await using a = await place.enter("room=a&user=a");
  await using b = await place.enter("room=b&user=b");
  assertEquals(await place.status("room=c"), [503, "Service Unavailable: too many rooms"]);
  await using also = await place.enter("room=a&user=c");
  assertEquals([a.closed, b.closed, also.closed, place.live.running], [undefined, undefined, undefined, 2]);
});

Deno.test("thousands of rooms that were opened and left leave nothing", async () => {
  await using place = rooms();
  for (let round = 0; round < 20; round++) {
    const callers = await Promise.all(Array.from({ length: 100 }, (_, i) => place.enter(`room=${round}-${i}&user=u`)));
    assertEquals(callers.filter(({ closed }) => closed), []);
    await Promise.all(callers.map((caller) => caller[Symbol.asyncDispose]()));
  }
  await until(() => place.live.running === 0);
  await until(() => log.length === 4_000);
  for (let round = 0; round < 20; round++) assertEquals(place.live.runtime(`${round}-0`), undefined);
});

Deno.test("serve() refuses a linger and a number of rooms that are none", () => {
  for (const linger of [-1, NaN, Infinity]) {
    assertThrows(() => serve(room, { flags: "", authorize: () => "", linger }), RangeError, "linger");
  }
  assertThrows(() => serve(room, { flags: "", authorize: () => "", mostRooms: NaN }), RangeError, "mostRooms");
});

Deno.test("development says once that rooms live in one process", async () => {
  const program = `
    import { app, serve } from "${new URL("../mod.ts", import.meta.url)}";
    const live = serve(app({ init: () => 0, update: (n) => n, view: () => "" }), { key: () => "k".repeat(9), linger: 0 });
    for (let i = 0; i < 2; i++) await live(new Request("http://x/", { headers: { upgrade: "websocket" } }));`;
  const said = async (env: Record<string, string>) => {
    const command = new Deno.Command(Deno.execPath(), { args: ["eval", program], env: { NO_COLOR: "1", ...env }, stderr: "piped" });
    return new TextDecoder().decode((await command.output()).stderr).match(/rooms live in this process/g)?.length ?? 0;
  };
  assertEquals(await Promise.all([said({ NACRE_ENV: "development" }), said({ NACRE_ENV: "" })]), [1, 0]);
});

Deno.test("Flags that fail for the one who opens a room fail for nobody who waits for it", async () => {
  const errors: string[] = [];
  const first = Promise.withResolvers<string>();
  const waiting: string[] = [];
  const live = serve(app({ init: (flags: string) => flags, update: (model, _: never) => model, view: (model) => <p>{model}</p> }), {
    key: (request) => {
      waiting.push(new URL(request.url).searchParams.get("user")!);
      return "one";
    },
    flags: (request) => new URL(request.url).searchParams.get("user") === "a" ? first.promise : "good",
    onError: (error, where) => errors.push(`${where}: ${error}`),
    linger: 0,
  });
  await using server = serveOn0(live);
  const opened = (user: string) => {
    const socket = new WebSocket(`${server.ws}/?user=${user}`);
    return new Promise<WebSocket | string>((resolve) => {
      socket.onmessage = () => resolve(socket);
      socket.onerror = () => resolve("refused");
    });
  };
  const a = opened("a");
  await until(() => waiting.length === 1);
  const others = [opened("b"), opened("c")];
  await until(() => waiting.length === 3);
  first.reject(new Error("not for a"));
  assertEquals(await a, "refused");
  for (const other of await Promise.all(others)) {
    assert(other instanceof WebSocket);
    const closed = new Promise((resolve) => other.onclose = resolve);
    other.close();
    await closed;
  }
  assertEquals(errors, ["request: Error: not for a"]);
  await until(() => live.running === 0);
  await live.close();
});
