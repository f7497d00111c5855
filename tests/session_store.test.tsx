/** Sessions whose snapshots are in a store. Two or more `Sessions` with one store are as many processes; time is virtual. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type App, app, effect, memoryStore, next, type Send, serve, type Store } from "../mod.ts";
import type { SessionsOptions } from "../runtime/app/sessions.ts";
import { serveOn0, until } from "./kit.ts";
import { processOf as anyProcessOf } from "./process.ts";
import { type Connecting, ResumingClient } from "./resuming_client.ts";
import { VirtualWorld } from "./virtual_world.ts";

type Msg = "up" | "tick" | { readonly add: number };

const counter = app({
  init: () => ({ count: 0, ticks: 0 }),
  update(model, msg: Msg) {
    if (msg === "tick") return { ...model, ticks: model.ticks + 1 };
    return { ...model, count: model.count + (msg === "up" ? 1 : msg.add) };
  },
  view: (model, send: Send<Msg>) => (
    <p>
      <button onClick={send("up")}>+</button>
      <button onClick={send({ add: model.count })}>double</button>
      {model.count > 2 && <i>many</i>}
      {model.count} {model.ticks}
    </p>
  ),
  name: "counter",
});

function processOf<Model, M>(app: App<Model, M>, world: VirtualWorld, store: Store, options: Partial<SessionsOptions> = {}) {
  return anyProcessOf(app, world, { store, ...options });
}

/** Lets time pass, and the store answer. */
async function pass(world: VirtualWorld, ms: number): Promise<void> {
  await world.rest();
  world.advance(ms);
  await world.rest();
}

/** A store that does what a test says before it answers. */
function hooked(store: Store, before: { set?: () => unknown; get?: () => unknown; take?: () => unknown }): Store {
  return {
    get: async (key) => (await before.get?.(), await store.get(key)),
    take: async (key) => (await before.take?.(), await store.take(key)),
    set: async (key, value, epoch, ms) => (await before.set?.(), await store.set(key, value, epoch, ms)),
    delete: (key, epoch) => store.delete(key, epoch),
  };
}

Deno.test("with a store a browser keeps a claim, and goes on elsewhere from what is saved and what it has said since", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  assertMatch(client.messages.at(-1)!, /^\[\[0,"[\w-]{20,160}",1,1\]\]$/);
  client.click("+");
  client.click("+");
  await world.rest();
  client.cut(false);
  client.click("+");
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts, client.reader.resumed, client.reader.done], ["+doublemany4 0", 1, 1, 4]);
  assertEquals([client.reader.refused, client.waiting], [[], 0]);
  client.click("double");
  await pass(world, 2_000);
  assertEquals(client.text, "+doublemany8 0");
});

Deno.test("what is in the store cannot be read there, nor put in the place of a token", async () => {
  const world = new VirtualWorld();
  const values: Uint8Array[] = [];
  const inner = memoryStore({ now: () => world.now() });
  const store: Store = { ...inner, set: (key, value, epoch, ms) => (values.push(value), inner.set(key, value, epoch, ms)) };
  const secretive = app({ init: () => "a word that nobody else may read", update: (m: string) => m, view: String, name: "secretive" });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(secretive, world, store));
  await pass(world, 1_600);
  assert(values.length > 0);
  for (const value of values) assert(!new TextDecoder().decode(value).includes("word"));
  client.cut(false);
  client.snapshot = values[0]!.toBase64({ alphabet: "base64url", omitPadding: true });
  client.open(processOf(secretive, world, store));
  await world.rest();
  assertEquals(client.reader.mounts, 2);
});

Deno.test("a model of 1 MB works with a store", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const rows = Array.from({ length: 20_000 }, (_, i) => `row ${i} ${Math.sin(i)} ${"x".repeat(30)}`);
  const large = app({
    init: () => ({ rows, count: 0 }),
    update: (model, _msg: "up") => ({ ...model, count: model.count + 1 }),
    view: (model, send: Send<"up">) => <button onClick={send("up")}>{model.count} of {model.rows.length}</button>,
    name: "large",
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(large, world, store));
  client.click("0 of 20000");
  await pass(world, 1_600);
  assert(client.snapshot.length < 200);
  client.cut(false);
  client.click("1 of 20000");
  client.open(processOf(large, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["2 of 20000", 1]);
});

Deno.test("without a store a model that is too large is told once, with the mend", async () => {
  const world = new VirtualWorld();
  const errors: string[] = [];
  const noise = Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
  const large = app({ init: () => ({ noise }), update: (m: { noise: number[] }) => m, view: () => "large", name: "large" });
  const here = processOf(large, world, memoryStore(), { store: undefined, onError: (error) => void errors.push(String(error)) });
  new ResumingClient("anna-0001").open(here);
  new ResumingClient("bert-0001").open(here);
  await pass(world, 5_000);
  assertEquals(errors.length, 1);
  assertMatch(errors[0]!, /TooLargeError: .*give serve a store/);
});

Deno.test("split brain: once another process has taken a session over, the old one starts no effect and saves nothing", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const done: string[] = [];
  let here = "old";
  const paying = (where: string) =>
    app({
      init: () => 0,
      update: (paid, msg: "pay" | "tick") =>
        next(msg === "pay" ? paid + 1 : paid + 100, effect.from(() => void done.push(`${where} ${msg}`))),
      view: (paid, send: Send<"pay" | "tick">) => <button onClick={send("pay")}>pay {paid}</button>,
      subscriptions: () => where === "old" ? { tick: effect.every(3_000, "tick") } : {},
      name: "paying",
    });
  const old = processOf(paying(here), world, store);
  const client = new ResumingClient("anna-0001");
  client.open(old);
  client.click("pay 0");
  await pass(world, 1_600);
  assertEquals(done, ["old pay"]);
  // The old process hears nothing of it.
  client.cut(false);
  here = "new";
  client.open(processOf(paying(here), world, store));
  await world.rest();
  client.click("pay 1");
  await world.rest();
  assertEquals([client.text, done], ["pay 2", ["old pay", "new pay"]]);
  await pass(world, 3_000);
  await pass(world, 3_000);
  assertEquals([done, old.size], [["old pay", "new pay"], 0]);
  client.cut(false);
  client.open(processOf(paying("third"), world, store));
  await world.rest();
  assertEquals(client.text, "pay 2");
});

Deno.test("an old link that still lives is closed with 4409 when its process finds that another has taken over", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  // A copy of the page, with its name: as a proxy that says everything twice.
  const copy = new ResumingClient("anna-0001");
  copy.snapshot = client.snapshot;
  copy.reader.done = 1;
  copy.reader.version = 1;
  copy.reader.mounts = 1;
  const other = processOf(counter, world, store);
  copy.open(other);
  await world.rest();
  client.click("+");
  await pass(world, 1_600);
  assertEquals(client.closed, 4409);
  assertEquals(client.waiting, 0);
  // What it has said stays with the page, and is said to the new owner.
  client.open(other);
  await world.rest();
  assertEquals(client.text, "+double2 0");
});

Deno.test("a crash between the save and the message: what was saved is not done again, what came after is", async () => {
  const world = new VirtualWorld();
  const inner = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  let crash = false;
  const store: Store = {
    ...inner,
    async set(key, value, epoch, ms) {
      const isSaved = await inner.set(key, value, epoch, ms);
      if (crash) client.cut(false);
      return isSaved;
    },
  };
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  client.click("+");
  await world.rest();
  client.click("+");
  await world.rest();
  crash = true;
  await pass(world, 1_600);
  crash = false;
  client.click("+");
  client.open(processOf(counter, world, inner));
  await world.rest();
  assertEquals([client.text, client.reader.mounts, client.reader.done, client.reader.refused], ["+doublemany4 0", 1, 4, []]);
});

Deno.test("saved, and nothing of it has reached the page: it goes on from the version that it shows", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  // What the process says from here on does not arrive: three patches, the last with a template that is new.
  client.deaf = true;
  for (let i = 0; i < 3; i++) {
    client.click("+");
    await world.rest();
  }
  await pass(world, 1_600);
  client.cut(false);
  client.deaf = false;
  assertEquals([client.text, client.waiting], ["+double1 0", 3]);
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts, client.reader.done, client.waiting], ["+doublemany4 0", 1, 4, 0]);
});

Deno.test("an old token takes nothing back: the client gets what is there", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  const old = client.copy();
  client.click("+");
  client.click("+");
  await pass(world, 1_600);
  assertNotEquals(client.snapshot, old.snapshot);
  client.cut();
  old.click("double");
  old.open(processOf(counter, world, store));
  await world.rest();
  // Its one event is one of those that are known.
  assertEquals([old.text, old.reader.done, old.waiting], ["+doublemany3 0", 3, 0]);
  old.click("+");
  await world.rest();
  assertEquals(old.text, "+doublemany4 0");
});

Deno.test("a claim is of one client and one user", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001", "anna");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  for (const [name, user] of [["anna-0001", "thief"], ["anna-0002", "anna"]] as const) {
    const other = new ResumingClient(name, user);
    other.snapshot = client.snapshot;
    other.open(processOf(counter, world, store));
    await world.rest();
    assertEquals(other.text, "+double0 0");
  }
  client.click("+");
  await pass(world, 1_600);
  assertEquals([client.text, client.closed], ["+double2 0", undefined]);
});

Deno.test("what is saved of a silent page does not expire while it is linked", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  client.cut(false);
  // One that has taken it over cannot save it again, once it is gone.
  client.open(processOf(counter, world, store));
  for (let i = 0; i < 20; i++) await pass(world, 600_000);
  client.click("+");
  await pass(world, 1_600);
  assertEquals([client.text, client.closed, client.reader.mounts], ["+double2 0", undefined, 1]);
  client.cut(false);
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["+double2 0", 1]);
});

Deno.test("a process ends though its store never answers, and what it could not save is said again elsewhere", async () => {
  const world = new VirtualWorld();
  const inner = memoryStore({ now: () => world.now() });
  let hangs = false;
  const store = hooked(inner, { set: () => hangs ? new Promise(() => {}) : undefined });
  const client = new ResumingClient("anna-0001");
  const here = processOf(counter, world, store);
  client.open(here);
  client.click("+");
  await pass(world, 1_600);
  hangs = true;
  client.click("+");
  await world.rest();
  let hasEnded = false;
  here.leave().then(() => hasEnded = true);
  await pass(world, 9_000);
  assertEquals([hasEnded, client.closed], [false, undefined]);
  await pass(world, 1_000);
  await world.rest();
  assertEquals([hasEnded, client.closed], [true, 4503]);
  client.open(processOf(counter, world, inner));
  await world.rest();
  assertEquals([client.text, client.reader.mounts, client.reader.refused], ["+double2 0", 1, []]);
});

Deno.test("a store that fails is told once, and the session goes on and is saved when it works again", async () => {
  const world = new VirtualWorld();
  const errors: string[] = [];
  let isBroken = true;
  const store = hooked(memoryStore({ now: () => world.now() }), {
    set() {
      if (isBroken) throw new Error("no disk");
    },
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store, { onError: (error, where) => void errors.push(`${where} ${(error as Error).message}`) }));
  client.click("+");
  await pass(world, 1_100);
  client.click("+");
  for (let i = 0; i < 5; i++) await pass(world, 1_100);
  assertEquals([client.text, client.snapshot, errors], ["+double2 0", "", ["store no disk"]]);
  isBroken = false;
  for (let i = 0; i < 3; i++) await pass(world, 1_100);
  assertNotEquals(client.snapshot, "");
  client.cut(false);
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["+double2 0", 1]);
});

Deno.test("a refusal is told when it is saved, also of an app that has begun again before that", async () => {
  const world = new VirtualWorld();
  let saving: PromiseWithResolvers<void> | undefined;
  const store = hooked(memoryStore({ now: () => world.now() }), { set: () => saving?.promise });
  const failing = app({
    init: () => 0,
    update: (count, msg: "up" | "fail") => {
      if (msg === "fail") throw new Error("in update");
      return count + 1;
    },
    view: (count, send: Send<"up" | "fail">) => (
      <p>
        <button onClick={send("up")}>+</button>
        <button onClick={send("fail")}>fail</button>
        {count}
      </p>
    ),
    name: "failing",
  });
  const client = new ResumingClient("anna-0001");
  const connection = client.open(processOf(failing, world, store, { restart: "fresh", onError() {} }));
  const miss = () => connection.receive("[0,[99]]");
  const refused = () => client.messages.filter((text) => text.includes("refused"));
  await pass(world, 2_000);
  saving = Promise.withResolvers();
  client.click("+");
  miss();
  await pass(world, 2_000);
  assertEquals(refused(), []);
  // It waits for its save when the app begins again, where events are numbered from 1.
  client.click("fail");
  await world.rest();
  saving.resolve();
  saving = undefined;
  await pass(world, 2_000);
  assertEquals(refused(), []);
  miss();
  await pass(world, 2_000);
  assertEquals(refused(), ['["emit","nacre:refused",{"event":1,"reason":"gone"}]']);
});

Deno.test("a store that cannot be asked sends the client away to come back, and its session is not begun anew", async () => {
  const world = new VirtualWorld();
  const errors: string[] = [];
  let isBroken = false;
  const store = hooked(memoryStore({ now: () => world.now() }), {
    take() {
      if (isBroken) throw new Error("no network");
    },
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  client.cut(false);
  isBroken = true;
  const other = processOf(counter, world, store, { onError: (error, where) => void errors.push(`${where} ${(error as Error).message}`) });
  client.open(other);
  await world.rest();
  assertEquals([client.closed, errors, other.size], [4503, ["store no network"], 0]);
  isBroken = false;
  client.open(other);
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["+double1 0", 1]);
});

Deno.test("a store that does not answer holds a client for 10 s: it is sent away to come back, by a link and by a request", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 2_000);
  client.cut(false);
  const told: string[] = [];
  const silent = hooked(store, { take: () => new Promise(() => {}) });
  const here = processOf(counter, world, silent, { onError: (error, where) => told.push(`${where}: ${(error as Error).message}`) });
  client.open(here);
  const answer = here.answer(client.resume, undefined, undefined, client.resumeMessage(), 5_000);
  await pass(world, 9_900);
  assertEquals([client.closed, told], [undefined, []]);
  await pass(world, 200);
  assertEquals([client.closed, (await answer)!.isLost, here.size], [4503, true, 0]);
  assertEquals(told, Array(2).fill("store: The store has not answered for 10 s"));
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text.at(-3), client.reader.mounts], ["1", 1]);
});

Deno.test("what a store has lost of a page that is linked is saved again, and its session goes on", async () => {
  const world = new VirtualWorld();
  const keys: string[] = [];
  const inner = memoryStore({ now: () => world.now() });
  const store: Store = { ...inner, set: (key, ...rest) => (keys.push(key), inner.set(key, ...rest)) };
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 2_000);
  client.cut(false);
  // It has changed its process, and so has an epoch that nobody can begin with.
  const here = processOf(counter, world, store);
  client.open(here);
  await pass(world, 2_000);
  await inner.delete(keys[0]!, 1);
  assertEquals(await inner.get(keys[0]!), undefined);
  client.click("+");
  await pass(world, 2_000);
  assertEquals([client.text, client.closed, client.reader.covered.last], ["+double2 0", undefined, 2]);
  // Under another key: whoever was the owner before may find that there is nothing, too.
  assertEquals(new Set(keys).size, 2);
  client.cut(false);
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["+double2 0", 1]);
});

Deno.test("events that come while a save is under way are in the next", async () => {
  const world = new VirtualWorld();
  const waiting: (() => void)[] = [];
  const store = hooked(memoryStore({ now: () => world.now() }), { set: () => new Promise<void>((resolve) => waiting.push(resolve)) });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 100);
  assertEquals(waiting.length, 1);
  client.click("+");
  client.click("+");
  await pass(world, 5_000);
  // One at a time.
  assertEquals([waiting.length, client.snapshot], [1, ""]);
  waiting.shift()!();
  await world.rest();
  assertNotEquals(client.snapshot, "");
  await pass(world, 2_000);
  assertEquals(waiting.length, 1);
  client.cut(false);
  waiting.shift()!();
  await world.rest();
  const last = hooked(store, {});
  client.open(processOf(counter, world, last));
  await world.rest();
  assertEquals([client.text, client.reader.mounts, client.reader.done], ["+doublemany3 0", 1, 3]);
});

Deno.test("messages that come while a session is looked for in the store wait, and are heard", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world, store));
  client.click("+");
  await pass(world, 1_600);
  client.cut(false);
  let open!: () => void;
  const slow = hooked(store, { take: () => new Promise<void>((resolve) => open = resolve) });
  const other = processOf(counter, world, slow);
  const connection = client.open(other);
  assertEquals([connection.receive("[0,[0]]"), connection.receive("[0,[0]]")], ["taken", "taken"]);
  await world.rest();
  client.cut();
  open();
  await world.rest();
  assertEquals(other.size, 1);
  world.advance(30_000);
  await world.rest();
  assertEquals(other.size, 0);
});

Deno.test("a server that shuts down saves before it sends its clients away", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  const here = processOf(counter, world, store);
  client.open(here);
  client.click("+");
  client.click("+");
  await here.leave();
  assertEquals([client.closed, client.reader.done], [4503, 2]);
  assertMatch(client.messages.at(-1)!, /^\[\[0,"[\w-]+",2,\d\]\]$/);
  client.open(processOf(counter, world, store));
  await world.rest();
  assertEquals([client.text, client.reader.mounts], ["+double2 0", 1]);
});

Deno.test("a session with a store sleeps and wakes, and is not its owner any more where another has taken it", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const here = processOf(counter, world, store, { sleep: 60_000 });
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  await pass(world, 1_600);
  client.tell();
  await pass(world, 61_000);
  assertEquals(here.asleep, 1);
  client.click("+");
  await pass(world, 1_600);
  assertEquals([client.text, client.reader.mounts], ["+double2 0", 1]);
  client.tell();
  await pass(world, 121_000);
  assertEquals(here.asleep, 1);
  const copy = client.copy();
  copy.open(processOf(counter, world, store));
  await world.rest();
  client.click("+");
  await pass(world, 1_600);
  assertEquals(client.closed, 4409);
});

Deno.test("HTTP with a store: each request takes over, goes on, saves and answers; of two at once one comes to nothing", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  const ask = async (one: ResumingClient) => {
    const answer = processOf(counter, world, store).answer(one.resume, undefined, undefined, one.request(), 5_000);
    await world.rest();
    return (await answer)!;
  };
  const first = await ask(client);
  client.answered(first.messages);
  assertEquals([client.text, client.snapshot.length > 0, client.snapshot.length < 200], ["+double0 0", true, true]);
  client.click("+");
  client.click("+");
  client.answered((await ask(client)).messages);
  assertEquals([client.text, client.reader.mounts, client.reader.done], ["+double2 0", 1, 2]);
  client.click("double");
  const requests = [ask(client), ask(client)];
  const answers = await Promise.all(requests);
  assertEquals(answers.map(({ isLost }) => isLost).sort(), [false, true]);
  client.answered(answers.find(({ isLost }) => !isLost)!.messages);
  assertEquals([client.text, client.reader.done], ["+doublemany4 0", 3]);
});

Deno.test("HTTP: a request seals one snapshot, and saves once where there is a store", async () => {
  const saving = app({
    init: () => 0,
    onConnect: () => "saved" as const,
    update: (n, msg: "save" | "saved") => msg === "save" ? next(n, effect.from(() => "saved")) : n + 1,
    view: (n, send: Send<"save" | "saved">) => <button onClick={send("save")}>{n}</button>,
    name: "saving",
  });
  for (const hasStore of [false, true]) {
    const world = new VirtualWorld();
    let saves = 0;
    const inner = memoryStore({ now: () => world.now() });
    const store = hasStore ? hooked(inner, { set: () => saves++ }) : undefined;
    const client = new ResumingClient("anna-0001");
    for (let i = 0; i < 3; i++) {
      const answer = processOf(saving, world, store as Store, { store }).answer(
        client.resume,
        undefined,
        undefined,
        client.request(),
        5_000,
      );
      await world.rest();
      const { messages } = (await answer)!;
      client.answered(messages);
      assertEquals(client.reader.snapshots.length, i + 1, messages.join("\n"));
      assertEquals(saves, hasStore ? i + 1 : 0);
      assertEquals(client.text, `${i + 1}`);
      client.click(`${i + 1}`);
    }
  }
});

Deno.test("HTTP with a store that fails: an answer in which a refusal would be missing is none", async () => {
  const world = new VirtualWorld();
  let isDown = false;
  const store = hooked(memoryStore({ now: () => world.now() }), {
    set() {
      if (isDown) throw new Error("The database is somewhere else");
    },
  });
  const client = new ResumingClient("anna-0001");
  const ask = async (request: string) => {
    const answer = processOf(counter, world, store, { onError() {} }).answer(client.resume, undefined, undefined, request, 5_000);
    await world.rest();
    return (await answer)!;
  };
  client.answered((await ask("")).messages);
  // Of a version that nobody knows.
  const request = JSON.stringify(["resume", client.snapshot, 0, [], [[1_000_000_000, [3]]]]);
  isDown = true;
  assertEquals((await ask(request)).isLost, true);
  isDown = false;
  const { isLost, messages } = await ask(request);
  assertEquals([isLost, messages.filter((message) => message.includes("refused"))], [
    false,
    [`["emit","nacre:refused",{"event":1,"reason":"version"}]`],
  ]);
});

Deno.test("a page that shows another release's view is mounted, also where the one between them was never heard", async () => {
  const world = new VirtualWorld();
  const store = memoryStore({ now: () => world.now() });
  const client = new ResumingClient("anna-0001");
  const looking = (look: string) =>
    app({ init: () => 0, update: (n: number, _msg: Msg) => n + 1, view: (n) => <p>{n > 9 && <i />}{look}</p>, name: "counter" });
  const answer = async (look: string) => {
    const answer = processOf(looking(look), world, store).answer(client.resume, undefined, undefined, client.request(), 5_000);
    await pass(world, 0);
    return (await answer)!.messages;
  };
  client.answered(await answer("old"));
  client.answered(await answer("new"));
  assertEquals(client.text, "new");
  // This answer is lost.
  await answer("old");
  client.answered(await answer("old"));
  assertEquals([client.text, client.reader.mounts], ["old", 3]);
});

Deno.test("a page that has left its link finds what is saved for a minute, and then it is forgotten", async () => {
  for (const [ms, text] of [[30_000, "+doublemany3 0"], [70_000, "+double0 0"]] as const) {
    const world = new VirtualWorld();
    const store = memoryStore({ now: () => world.now() });
    const client = new ResumingClient("anna-0001");
    const connection = client.open(processOf(counter, world, store));
    await pass(world, 2_000);
    for (let i = 0; i < 3; i++) client.click("+");
    await pass(world, 2_000);
    // It could not read a patch, or will not come back: both look so.
    connection.disconnect("left");
    await pass(world, ms);
    client.cut();
    client.open(processOf(counter, world, store));
    await pass(world, 0);
    assertEquals(client.text, text);
  }
});

/** A process at the other end of a real socket. */
const overSocket = (url: string): Connecting => ({
  connect(link) {
    const socket = new WebSocket(`${url}?nacre=${link.resume}`);
    const waiting: string[] = [];
    const say = (text: string) => socket.readyState === 0 ? void waiting.push(text) : socket.send(text);
    socket.onopen = () => waiting.forEach((text) => socket.send(text));
    socket.onmessage = ({ data }) => link.send(data);
    socket.onclose = ({ code }) => link.close(code);
    return {
      receive: (text) => (say(text as string), "taken"),
      disconnect: () => socket.close(),
    };
  },
});

Deno.test("a server that shuts down closes its sockets, and what it has saved stays for who answers next", async () => {
  const options = { secret: "a secret that nobody knows", store: memoryStore() };
  const [old, young] = [serve(counter, options), serve(counter, options)];
  await using server = serveOn0((request) => new URL(request.url).pathname === "/old" ? old(request) : young(request));
  const page = new ResumingClient("anna-0001");
  page.open(overSocket(`${server.ws}/old`));
  await until(() => page.snapshot);
  page.click("+");
  await until(() => page.text.includes("1 0"));
  await old.close();
  await until(() => page.closed === 4503);
  // What is to be forgotten is asked of the store by now.
  await new Promise((resolve) => setTimeout(resolve, 20));
  page.open(overSocket(`${server.ws}/young`));
  await until(() => page.messages.length > 0);
  assertMatch(page.messages[0]!, /^\["resume","[\w-]+~1",/);
  await young.close();
  await until(() => page.closed === 4503);
});
