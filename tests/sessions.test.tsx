/** Sessions outlive links and processes. Two or more `Sessions` with one secret are as many processes; time is virtual. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { useState } from "preact/hooks";
import { app, effect, next, type Send, serve } from "../mod.ts";
import { memoryStore } from "../runtime/continuity/memory_store.ts";
import { Sealer } from "../runtime/continuity/seal.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { processOf } from "./process.ts";
import { ResumingClient } from "./resuming_client.ts";
import { VirtualWorld } from "./virtual_world.ts";

type Msg = "up" | "down" | "tick" | { readonly add: number };

/** The counter, in a version. */
const counterOf = (version: number) =>
  app({
    init: () => ({ count: 0, ticks: 0 }),
    update(model, msg: Msg) {
      if (msg === "tick") return { ...model, ticks: model.ticks + 1 };
      return { ...model, count: model.count + (msg === "up" ? 1 : msg === "down" ? -1 : msg.add) };
    },
    view: (model, send: Send<Msg>) => (
      <div>
        <button onClick={send("down")}>-</button>
        <p>{model.count} {model.ticks}</p>
        <button onClick={send("up")}>+</button>
        <button onClick={send({ add: model.count })}>double</button>
        {model.count > 1 && <button onClick={send({ add: -model.count })}>zero</button>}
      </div>
    ),
    name: "counter",
    version,
    migrate: (old: { readonly count: number; readonly ticks: number }) => old,
  });

const counter = counterOf(0);

Deno.test("a link that comes back to the process that knows it gets the patches that were missed, and nothing else", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.settle();
  assertEquals(client.text, "-1 0+double");
  client.cut();
  client.click("+");
  client.click("+");
  world.advance(2_000);
  client.open(here);
  world.settle();
  assertEquals(client.text, "-3 0+doublezero");
  const { epoch } = client.reader;
  assertEquals(client.messages[0], `["resume","${epoch}",1,1]`);
  assertEquals([client.reader.mounts, client.reader.resumed, client.reader.done], [1, 1, 3]);
  assertEquals(here.size, 1);
});

Deno.test("a client that comes to another process goes on there: nothing is lost, nothing done twice, and nothing mounted", () => {
  const world = new VirtualWorld();
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world));
  for (let i = 0; i < 5; i++) {
    client.click("+");
    world.settle();
  }
  client.click("-");
  // It never arrives.
  client.cut(false);
  client.click("-");
  client.open(processOf(counter, world));
  world.settle();
  assertEquals(client.text, "-3 0+doublezero");
  assertEquals([client.reader.mounts, client.reader.resumed, client.reader.done, client.waiting], [1, 1, 7, 0]);
  assertMatch(client.messages[0]!, /^\["resume","\w+",5,5\]$/);
  client.click("double");
  world.settle();
  assertEquals(client.text, "-6 0+doublezero");
});

Deno.test("an event of a version before the snapshot's is what was seen", () => {
  const world = new VirtualWorld();
  const first = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(first);
  client.click("+");
  world.settle();
  client.click("+");
  world.settle();
  client.click("double");
  client.cut(false);
  // Seen as 2 before the next; the click before has not been heard of.
  const other = processOf(counter, world);
  client.open(other);
  client.cut(false);
  client.open(processOf(counter, world));
  world.settle();
  assertEquals(client.text, "-4 0+doublezero");
  assertEquals(client.reader.refused, []);
});

Deno.test("what a component is rendered with between two events of a turn is shown at its end, in a patch that comes out elsewhere as well", () => {
  const world = new VirtualWorld();
  const Clicks = () => {
    const [clicks, setClicks] = useState(0);
    return (
      <div>
        <button onClick={() => setClicks(clicks + 1)}>more</button>
        <p>{clicks}</p>
      </div>
    );
  };
  const clicks = app({ init: () => 0, update: (model, _: never) => model, view: () => <Clicks />, name: "clicks" });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(clicks, world));
  // Both have arrived when the first is dealt with, and the second says what it says only when that is rendered.
  client.click("more");
  client.click("more");
  world.settle();
  assertEquals(client.text, "more2");
  assertEquals(client.messages.slice(1), ['[2,{"0":2}]']);
  client.cut(false);
  client.open(processOf(clicks, world));
  client.click("more");
  world.settle();
  assertEquals(client.text, "more3");
  assertEquals([client.reader.mounts, client.reader.resumed, client.reader.refused], [1, 1, []]);
});

Deno.test("a component that the view before had not is put back with its state", () => {
  const world = new VirtualWorld();
  let made = 0;
  const Named = () => <p>{useState(() => ++made)[0]}</p>;
  const opening = app({
    init: () => false,
    update: (open, _: "turn") => !open,
    view: (open, send) => (
      <div>
        <button onClick={send("turn")}>turn</button>
        {open && <Named />}
      </div>
    ),
    name: "opening",
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(opening, world));
  client.click("turn");
  // A snapshot comes, and with it the view before: nobody has said that the new one has been seen.
  world.advance(2_000);
  assertEquals(client.text, "turn1");
  client.cut(false);
  client.open(processOf(opening, world));
  world.settle();
  assertEquals(client.text, "turn1");
  assertEquals([client.reader.mounts, client.reader.resumed], [1, 1]);
});

const ticking = (ms: number) =>
  app({
    init: () => ({ count: 0, ticks: 0 }),
    update: (model, msg: Msg) => counter.update(model, msg),
    view: counter.view,
    subscriptions: () => ({ tick: effect.every(ms, "tick") }),
    name: "ticking",
  });

Deno.test("a patch that no event has caused comes with a snapshot in the same frame: after it nothing is unknown elsewhere", () => {
  const world = new VirtualWorld();
  const client = new ResumingClient("anna-0001");
  client.open(processOf(ticking(2_500), world));
  client.click("+");
  world.advance(2_500);
  assertMatch(client.messages.at(-1)!, /^\[\[0,"[\w-]+"\],\{/);
  client.click("+");
  client.cut(false);
  client.open(processOf(ticking(2_500), world));
  world.settle();
  assertEquals([client.text, client.reader.mounts, client.reader.refused], ["-2 1+doublezero", 1, []]);
});

Deno.test("between two snapshots a crash undoes what no event has caused, and what was seen after it is refused", () => {
  const world = new VirtualWorld();
  const client = new ResumingClient("anna-0001");
  client.open(processOf(ticking(400), world));
  client.click("+");
  // The first three ticks have one each, the next not: one a second, in the long run.
  world.advance(1_700);
  assertEquals(client.text, "-1 4+double");
  client.click("+");
  client.cut(false);
  client.open(processOf(ticking(400), world));
  world.settle();
  assertEquals([client.text, client.reader.mounts, client.reader.done], ["-1 3+double", 2, 2]);
  assertEquals(client.reader.refused, [{ number: 2, reason: "version" }]);
});

Deno.test("a new version of the app goes on with the model that migrate makes of the old one", () => {
  const world = new VirtualWorld();
  const client = new ResumingClient("anna-0001");
  client.open(processOf(counter, world));
  client.click("+");
  world.advance(1_500);
  client.cut();
  const newer = app({
    init: () => ({ n: 0 }),
    update: (model: { n: number }, _msg: Msg) => ({ n: model.n + 1 }),
    view: (model, send: Send<Msg>) => <button onClick={send("up")}>{model.n}</button>,
    version: 1,
    migrate: (old: { count: number }) => ({ n: old.count + 100 }),
    name: "counter",
  });
  client.open(processOf(newer, world));
  world.settle();
  assertEquals([client.text, client.reader.mounts], ["101", 2]);
});

Deno.test("a page that is silent for longer than a snapshot is good for goes on all the same, awake or asleep", () => {
  for (const sleep of [0, 60_000]) {
    const world = new VirtualWorld();
    const here = processOf(counter, world, { expires: 3_600_000, sleep });
    const client = new ResumingClient("anna-0001");
    client.open(here);
    client.click("+");
    world.settle();
    world.advance(10_000);
    client.tell();
    world.advance(100_000);
    assertEquals(here.asleep, sleep ? 1 : 0);
    const before = client.reader.snapshots.length;
    world.advance(5 * 3_600_000 + 100_000);
    // 31 minutes after the client was heard at 10 s (it is looked once a minute), and each 30 from then on.
    assertEquals(client.reader.snapshots.length - before, 10);
    assertEquals(here.asleep, sleep ? 1 : 0);
    client.cut(false);
    client.open(processOf(counter, world, { expires: 3_600_000 }));
    world.settle();
    assertEquals([client.text, client.reader.mounts], ["-1 0+double", 1]);
    here.leave();
  }
});

Deno.test("a session survives a clock on the wall that jumps a day ahead: its page has another snapshot within a minute", () => {
  for (const jump of [86_400_000, -86_400_000]) {
    const world = new VirtualWorld();
    let ahead = 0;
    const wall = () => 1e12 + world.now() + ahead;
    const sealer = () => new Sealer({ secret: "a secret that nobody knows", app: counter.name, now: wall });
    const here = processOf(counter, world, { expires: 3_600_000, sealer: sealer(), wall });
    const client = new ResumingClient("client-of-a-clock");
    client.open(here);
    client.click("+");
    world.advance(5_000);
    const before = client.snapshot;
    ahead = jump;
    world.advance(61_000);
    assertNotEquals(client.snapshot, before);
    // What was sealed before is over by now, where the clock has jumped ahead.
    client.cut(false);
    client.open(processOf(counter, world, { expires: 3_600_000, sealer: sealer(), wall }));
    world.settle();
    assertEquals([client.text, client.reader.mounts], ["-1 0+double", 1], `${jump}`);
    here.leave();
  }
});

Deno.test("serve() throws for a time that no snapshot can be good for", () => {
  for (const expires of [0, -1, 999, NaN, Infinity, 2 ** 42]) {
    assertThrows(() => serve(counter, { expires }), RangeError, `expires ${expires}`);
  }
  for (const expires of [1_000, 365 * 86_400_000]) assertEquals(serve(counter, { expires }).running, 0);
});

Deno.test("a page that a new version of the app has gone on with is sent elsewhere by an old one, and begins anew only after a minute", async () => {
  const world = new VirtualWorld();
  for (const store of [undefined, memoryStore({ now: () => world.now() })]) {
    const client = new ResumingClient("anna-0001");
    const [old, young] = [processOf(counter, world, { store }), processOf(counterOf(1), world, { store })];
    const settle = async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      world.settle();
    };
    client.open(young);
    client.click("+");
    world.advance(1_500);
    await settle();
    client.cut();
    client.open(old);
    client.click("+");
    await settle();
    assertEquals([client.closed, client.text, client.waiting], [4503, "-1 0+double", 1]);
    const answer = await old.answer(client.resume, undefined, undefined, client.request(), 5_000);
    assertEquals([answer!.isLost, answer!.messages], [true, []]);
    client.cut();
    client.open(young);
    await settle();
    if (store) {
      // Who was to go elsewhere has taken the session over all the same: its owner of before finds out.
      assertEquals(client.closed, 4409);
      client.open(young);
      await settle();
    }
    assertEquals([client.text, client.reader.mounts, client.waiting], ["-2 0+doublezero", 1, 0]);
    // Long after that it is none that was in vain.
    world.advance(600_000);
    for (let i = 0; i < 30; i++) {
      client.cut();
      client.open(old);
      await settle();
      assertEquals([client.closed, client.text], [4503, "-2 0+doublezero"]);
      world.advance(2_000);
    }
    // The new version was taken back: nobody else is there.
    client.cut();
    client.open(old);
    await settle();
    assertEquals([client.closed, client.text, client.reader.mounts], [undefined, "-0 0+double", 2]);
    client.cut();
    old.leave();
    young.leave();
  }
});

Deno.test("the snapshot of another user is none, nor of another app", () => {
  const world = new VirtualWorld();
  const anna = new ResumingClient("anna-0001", "anna");
  anna.open(processOf(counter, world));
  anna.click("+");
  world.advance(1_500);
  const thief = new ResumingClient("anna-0001", "thief");
  thief.snapshot = anna.snapshot;
  thief.open(processOf(counter, world));
  assertEquals([thief.text, thief.reader.mounts], ["-0 0+double", 1]);
  const clone = new ResumingClient("anna-0002", "anna");
  clone.snapshot = anna.snapshot;
  const other = processOf(app({ init: () => 0, update: (n: number) => n, view: String, name: "other" }), world);
  clone.open(other);
  assertEquals(clone.text, "0");
});

Deno.test("effects of events have names that are the same when they are started again elsewhere, and others for a copy", async () => {
  const world = new VirtualWorld();
  const ids: string[] = [];
  const paying = app({
    init: () => 0,
    update: (paid, msg: "pay" | "paid") =>
      msg === "paid"
        ? next(paid, effect.from((_signal, { id }) => void ids.push(`receipt ${id}`)))
        : next(paid + 1, effect.batch(effect.none, effect.from((_signal, { id }) => (ids.push(id), "paid" as const)))),
    view: (paid, send: Send<"pay" | "paid">) => <button onClick={send("pay")}>{paid}</button>,
    name: "paying",
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(paying, world));
  client.click("0");
  world.settle();
  // Before what comes of the effect is covered by a snapshot.
  client.cut(false);
  await world.rest();
  client.open(processOf(paying, world));
  await world.rest();
  const [first, receipt, again, receiptAgain] = ids;
  assertEquals([again, receiptAgain], [first, receipt]);
  assertNotEquals(receipt, `receipt ${first}`);
  assert(ids.length === 4, ids.join());
});

Deno.test("large events bring the next snapshot sooner: a browser cannot keep more than 300,000 characters of them", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  world.settle();
  const before = client.reader.snapshots.length;
  // Each counts as 31 of the 64 after which there is one.
  for (let clicks = 1; clicks <= 3; clicks++) {
    client.click("+", { data: "x".repeat(60_000) });
    world.settle();
    assertEquals(client.reader.snapshots.length - before, clicks < 3 ? 0 : 1);
  }
  client.cut();
  client.open(processOf(counter, world));
  world.settle();
  assertEquals([client.text, client.reader.mounts], ["-3 0+doublezero", 1]);
});

Deno.test("a link that has a snapshot and does not say so within 10 s is closed with 4409, and nothing is started for it", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const messages: unknown[] = [], codes: number[] = [];
  here.connect({
    resume: "anna-0001.e1.0.0.1",
    send: (message) => void messages.push(message),
    close: (code) => void codes.push(code),
  }, undefined);
  world.advance(9_999);
  assertEquals([codes, here.size], [[], 0]);
  world.advance(1);
  assertEquals([codes, messages, here.size, world.timers], [[4409], [], 0, 0]);
});

Deno.test("a definition that a client was mounted without is not taken for one that it has, in any process after that", () => {
  const first = new Definitions(["hash0001[]", "hash0002[]"]);
  first.all();
  // What is sealed for the next process.
  const next = first.names();
  assertEquals(next.length, 2);
  assert(!next.some((name) => name.startsWith("hash")), next.join());
  // It is read again as what it is.
  assertEquals(new Definitions(next).count, 2);
});

Deno.test("a template goes on elsewhere, whatever its first instance there is like", () => {
  const world = new VirtualWorld();
  const locks = app<number, number | "same">({
    name: "locks",
    init: () => 2,
    update: (model, msg) => msg === "same" ? model : msg,
    view: (locked, send) => (
      <ul>
        {[0, 1, 2].map((n) => <li key={n}>{<button onClick={n === locked ? undefined : send(n)}>{n}</button>}</li>)}
        <button onClick={send("same")}>same</button>
      </ul>
    ),
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(locks, world));
  client.click("0");
  world.settle();
  // It says that the version before is seen no more.
  client.click("same");
  world.advance(3_000);
  client.cut(false);
  // There the first button has no handler. Here it had one, and that is what the page takes for usual.
  client.click("1");
  client.open(processOf(locks, world));
  world.settle();
  assertEquals([client.reader.mounts, client.reader.resumed, client.reader.done, client.reader.refused], [1, 1, 3, []]);
});

Deno.test("an event that elsewhere came to something, and here comes to nothing, is told to be refused", () => {
  const world = new VirtualWorld();
  const ticking = app<{ rows: string[] }, string>({
    name: "ticking",
    init: () => ({ rows: ["a"] }),
    update: ({ rows }, msg) => ({ rows: msg === "tick" ? [...rows, `${rows.length}`] : rows.filter((row) => row !== msg) }),
    subscriptions: () => ({ tick: effect.every(400, "tick") }),
    view: ({ rows }, send) => <ul>{rows.map((row) => <li key={row}>{<button onClick={send(row)}>{row}</button>}</li>)}</ul>,
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(ticking, world));
  // Ticks, and not all of them with a snapshot.
  while (client.messages.at(-1)!.startsWith("[[") || client.messages.length < 3) world.advance(400);
  const { length } = client.messages;
  client.click(client.text.at(-1)!);
  world.settle();
  assertEquals([client.messages.length, client.reader.done, client.waiting], [length + 1, 1, 0]);
  client.cut(false);
  client.open(processOf(ticking, world));
  assertEquals(client.reader.refused, [{ number: 1, reason: "version" }]);
  assertMatch(client.messages[0]!, /nacre:refused/);
});

Deno.test("a link that breaks while its session goes on harms nobody, and its client goes on with the next", () => {
  const world = new VirtualWorld();
  const speaking = app({
    init: () => 0,
    update: (count, _msg: "up") => next(count + 1, effect.emit("counted", count + 1)),
    view: (count, send: Send<"up">) => (
      <p>
        <button onClick={send("up")}>+</button>
        {count}
      </p>
    ),
    name: "speaking",
  });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(speaking, world));
  client.click("+");
  world.advance(2_000);
  client.cut(false);
  client.click("+");
  const here = processOf(speaking, world);
  const broken = () => {
    throw new DOMException("The socket is closing", "InvalidStateError");
  };
  const [kind, token, version, , [event]] = JSON.parse(client.resumeMessage());
  // One that came to nothing, and one after which the view is another.
  const say = JSON.stringify([kind, token, version + 1, [], [[version, [7]], event]]);
  const connection = here.connect({ resume: client.resume, send: broken, close: broken }, undefined);
  assertEquals(connection.receive(say), "taken");
  connection.disconnect();
  client.open(here);
  assertEquals([client.text, client.closed, here.size], ["+2", undefined, 1]);
});

Deno.test("a link that is read slowly gets no snapshot of what it was not sent, but one with the patch that brings it up to date", () => {
  const world = new VirtualWorld();
  const messages: string[] = [];
  let backlog = 0;
  const connection = processOf(counter, world).connect({
    resume: "anna-0001",
    send: (message) => void messages.push(message as string),
    close() {},
    backlog: () => backlog,
  }, undefined);
  world.advance(5_000);
  messages.length = 0;
  backlog = 2 ** 21;
  connection.receive("[0,[3]]");
  world.advance(5_000);
  assertEquals(messages, ["[1]"]);
  backlog = 0;
  world.advance(200);
  assertEquals(messages.length, 2);
  assertMatch(messages[1]!, /^\[\[0,"[\w-]+"\],\{"0":-1\}/);
});

Deno.test("a template that a client was mounted without is sent to it where it is used, however many processes later", () => {
  const world = new VirtualWorld();
  /** Another view in each process: what was shown elsewhere is known nowhere, and all is mounted. */
  const show = (title: string) =>
    app<boolean, boolean | "same">({
      name: "show",
      init: () => true,
      update: (model, msg) => msg === "same" ? model : msg,
      view: (isOpen, send) => (
        <div title={title}>
          <button onClick={send(!isOpen)}>turn</button>
          <button onClick={send("same")}>same</button>
          {isOpen && <p>open</p>}
        </div>
      ),
    });
  const client = new ResumingClient("anna-0001");
  client.open(processOf(show("a"), world));
  client.click("turn");
  world.settle();
  // It says that the version before is seen no more.
  client.click("same");
  world.advance(3_000);
  client.cut(false);
  // Mounted, and closed: nothing here has the paragraph.
  client.open(processOf(show("b"), world));
  world.advance(3_000);
  assertEquals([client.text, client.reader.mounts], ["turnsame", 2]);
  client.cut(false);
  client.open(processOf(show("b"), world));
  client.click("turn");
  world.settle();
  assertEquals([client.text, client.reader.mounts], ["turnsameopen", 2]);
});
