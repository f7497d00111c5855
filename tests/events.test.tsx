// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** The rules of events, by number, from a click to the message that `update` hears. Rule 12, and the browser's side of 3 and 9, are in the browser's tests. */
import { assert, assertEquals, assertNotEquals, assertObjectMatch } from "@std/assert";
import { app, effect, next, type Send, serve } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import type { ComponentChildren } from "../runtime/deps.ts";
import { Caller } from "./caller.ts";
import { serveOn0 } from "./kit.ts";
import { h } from "preact";
import { RecordedLink } from "./recorded_link.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

/** A message of the server's own, or what a user did. */
type Msg<Model> = { show: Model } | string;

interface Stage<Model> extends AsyncDisposable {
  readonly world: VirtualWorld;
  readonly runtime: Runtime<Msg<Model>>;
  /** What users did, as update heard it. */
  readonly heard: string[];
  readonly model: Model;
  readonly renders: number;
  /** Shows another model. */
  show(model: Model): void;
}

/** Runs a view; what users do is only written down, so that a test alone decides what changes. */
function stage<Model>(model: Model, view: (model: Model, send: Send<Msg<Model>>) => ComponentChildren): Stage<Model> {
  const world = new VirtualWorld();
  const heard: string[] = [];
  let renders = 0;
  let latest = model;
  const runtime = run<Model, Msg<Model>, void, unknown>(
    app<Model, Msg<Model>>({
      init: () => model,
      update(model, msg) {
        if (typeof msg !== "string") return latest = msg.show;
        heard.push(msg);
        return model;
      },
      view(model, send) {
        renders++;
        return view(model, send);
      },
    }),
    undefined,
    {
      world,
      onError(error) {
        throw error;
      },
    },
  );
  return {
    world,
    runtime,
    heard,
    get model() {
      return latest;
    },
    get renders() {
      return renders;
    },
    show(model) {
      runtime.dispatch({ show: model });
      world.settle();
    },
    [Symbol.asyncDispose]: () => runtime.stop(),
  };
}

const keyedList = (names: string[]) =>
  stage(names, (names, send) => <ul>{names.map((name) => <li key={name} onClick={send(`delete ${name}`)}>{name}</li>)}</ul>);
const unkeyedList = (names: string[]) =>
  stage(names, (names, send) => <ul>{names.map((name) => <li onClick={send(`delete ${name}`)}>{name}</li>)}</ul>);

/** What a visitor was told of events that came to nothing. */
const refusals = (visitor: Visitor) => visitor.reader.refused.map(({ number, reason }) => `${number} ${reason}`);

Deno.test("Rule 1: a mount tells the epoch and the version, and each patch is one version more", async () => {
  await using one = keyedList(["a"]);
  await using other = stage(0, (n) => n);
  const visitor = new Visitor(one.runtime);
  assertEquals([visitor.reader.epoch, visitor.reader.version], ["name0001", 0]);
  one.show(["a", "b"]);
  one.show(["b"]);
  visitor.read();
  assertEquals(visitor.reader.version, 2);
  assertEquals(one.runtime.status().version, 2);
  const late = new Visitor(one.runtime, "visitor-2");
  assertEquals([late.reader.epoch, late.reader.version], [visitor.reader.epoch, 2]);
  assertEquals(new Visitor(other.runtime).reader.version, 0);
});

Deno.test("Rule 1: two runtimes of the real world have different epochs", async () => {
  const make = () => run(app({ init: () => 0, update: (model: number, _msg: never) => model, view: (model) => model }), undefined);
  await using one = make();
  await using two = make();
  const [first, second] = [new RecordedLink("visitor-1"), new RecordedLink("visitor-1")];
  one.connect(first);
  two.connect(second);
  const epoch = (link: RecordedLink) => (JSON.parse(link.messages[0]!) as unknown[])[1];
  assertNotEquals(epoch(first), epoch(second));
});

Deno.test("Rule 2: the version of an event is the patches received since the last event, and its number is implied", async () => {
  await using one = keyedList(["a", "b", "c"]);
  const visitor = new Visitor(one.runtime);
  one.show(["a", "b", "c", "d"]);
  one.show(["a", "b", "c"]);
  visitor.read();
  // Two patches came: [2, ...], and nothing since: [0, ...].
  assertEquals(visitor.say("[2,[0,1,1]]"), "taken");
  assertEquals(visitor.say("[0,[0,0,1]]"), "taken");
  one.world.settle();
  assertEquals(one.heard, ["delete b", "delete a"]);
});

Deno.test("Rule 2: an event seen earlier has a negative number, and lowers nothing", async () => {
  await using one = unkeyedList(["a", "b"]);
  new Visitor(one.runtime, "slow-one");
  const visitor = new Visitor(one.runtime);
  const path = visitor.find("b").handlers.click!.path;
  one.show(["b", "c"]);
  visitor.read();
  assertEquals(visitor.tell(), "taken");
  // Debounced: it was seen at version 0; the next one is again counted from version 1.
  one.show(["c", "d"]);
  assertEquals(visitor.say(JSON.stringify([-1, path])), "taken");
  assertEquals(visitor.say(JSON.stringify([0, path])), "taken");
  one.world.settle();
  assertEquals(one.heard, ["delete b", "delete c"]);
});

Deno.test("Rule 4: a click on its way while a keyed list changes under it means what the user saw", async () => {
  await using one = keyedList(["a", "b", "c"]);
  const visitor = new Visitor(one.runtime);
  one.show(["b", "c"]);
  visitor.press("b");
  visitor.press("c");
  one.world.settle();
  assertEquals(one.heard, ["delete b", "delete c"]);
});

Deno.test("Rule 4: a click on its way while an unkeyed list changes under it means what the user saw", async () => {
  await using one = unkeyedList(["a", "b", "c"]);
  const visitor = new Visitor(one.runtime);
  one.show(["b", "c"]);
  visitor.press("b");
  one.world.settle();
  assertEquals(one.heard, ["delete b"]);
});

Deno.test("Rule 4: a click on a detail pane that changes from Anna to Bob is about Anna", async () => {
  await using one = stage("Anna", (name, send) => (
    <section>
      <h2>{name}</h2>
      <button onClick={send(`delete ${name}`)}>Delete</button>
    </section>
  ));
  const visitor = new Visitor(one.runtime);
  one.show("Bob");
  visitor.press("Delete");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.text, "BobDelete");
  visitor.press("Delete");
  one.world.settle();
  assertEquals(one.heard, ["delete Anna", "delete Bob"]);
});

Deno.test("Rule 4: each of two clients means what it saw itself", async () => {
  await using one = unkeyedList(["a", "b", "c"]);
  const slow = new Visitor(one.runtime, "slow-one");
  const quick = new Visitor(one.runtime, "quick-one");
  one.show(["b", "c", "d"]);
  quick.read();
  slow.press("b");
  quick.press("b");
  one.world.settle();
  assertEquals(one.heard, ["delete b", "delete b"]);
});

Deno.test("Rule 5: an item that moved still hears its event", async () => {
  await using one = keyedList(["a", "b", "c", "d"]);
  const visitor = new Visitor(one.runtime);
  one.show(["d", "c", "x", "b", "a"]);
  one.show(["y", "a", "z", "d", "b", "c"]);
  for (const name of ["a", "b", "c", "d"]) visitor.press(name);
  one.world.settle();
  assertEquals(one.heard, ["delete a", "delete b", "delete c", "delete d"]);
  assertObjectMatch(one.runtime.status().refused, { version: 0, gone: 0, payload: 0 });
});

Deno.test("Rule 5: a list inside a list that moved still hears its event", async () => {
  await using one = stage(
    [["a", ["1", "2"]], ["b", ["3"]]] as [string, string[]][],
    (groups, send) =>
      groups.map(([name, items]) => <ul key={name}>{items.map((item) => <li key={item} onClick={send(`${name}${item}`)}>{item}</li>)}</ul>),
  );
  const visitor = new Visitor(one.runtime);
  one.show([["b", ["4", "3"]], ["a", ["2", "1"]]]);
  visitor.press("3");
  visitor.press("1");
  one.world.settle();
  assertEquals(one.heard, ["b3", "a1"]);
});

Deno.test("Rule 5: an element that has become one of several, or alone again, still hears its event", async () => {
  await using one = stage(["a"], (names, send) => {
    const buttons = names.map((name) => h("button", { key: name, onClick: send(`press ${name}`) }, name));
    return h("p", null, buttons.length === 1 ? buttons[0]! : buttons);
  });
  const alone = new Visitor(one.runtime);
  one.show(["x", "a"]);
  alone.press("a");
  const among = new Visitor(one.runtime);
  one.show(["a"]);
  among.press("a");
  // Its place has gone: nothing takes its part.
  among.press("x");
  one.world.settle();
  assertEquals(one.heard, ["press a", "press a"]);
  assertObjectMatch(one.runtime.status().refused, { version: 0, gone: 1, payload: 0 });
});

Deno.test("Rule 5: a place that was removed refuses, also when one like it has come back", async () => {
  await using one = keyedList(["a", "b"]);
  const visitor = new Visitor(one.runtime);
  one.show(["a"]);
  visitor.press("b");
  one.world.settle();
  one.show(["a", "b"]);
  visitor.press("b");
  one.world.settle();
  visitor.read();
  assertEquals(refusals(visitor), ["1 gone", "2 gone"]);
  visitor.press("b");
  one.world.settle();
  assertEquals(one.heard, ["delete b"]);
});

Deno.test("Rule 5: a handler that was emptied refuses; one that went and came back delivers what the user saw", async () => {
  const show = (label: string | undefined) => label;
  await using one = stage<string | undefined>(show("first"), (label, send) => (
    <p>
      <button name="it" onClick={label === undefined ? undefined : send(label)}>x</button>
    </p>
  ));
  const visitor = new Visitor(one.runtime);
  one.show(undefined);
  visitor.press("it");
  one.world.settle();
  one.show("second");
  visitor.press("it");
  one.world.settle();
  visitor.read();
  assertEquals(refusals(visitor), ["1 gone"]);
  assertEquals(one.heard, ["first"]);
});

Deno.test("Rule 5: a handler in a spread obeys the same rule", async () => {
  await using one = stage<{ name: string; click: boolean }>(
    { name: "a", click: true },
    ({ name, click }, send) => <button {...{ name, ...(click ? { onClick: send(name) } : {}) }}>x</button>,
  );
  const visitor = new Visitor(one.runtime);
  one.show({ name: "b", click: true });
  visitor.press("a");
  one.world.settle();
  one.show({ name: "b", click: false });
  visitor.press("a");
  one.world.settle();
  visitor.read();
  assertEquals(one.heard, ["a"]);
  assertEquals(refusals(visitor), ["2 gone"]);
});

Deno.test("Rule 5: an instance that was replaced, by another key, refuses", async () => {
  await using one = stage("anna", (name, send) => <div>{[<button key={name} name={name} onClick={send(name)}>x</button>]}</div>);
  const visitor = new Visitor(one.runtime);
  one.show("bob");
  visitor.press("anna");
  one.world.settle();
  visitor.read();
  assertEquals([one.heard, refusals(visitor)], [[], ["1 gone"]]);
});

Deno.test("Rule 5: component A to B with the same template refuses, A to A delivers", async () => {
  const Button = ({ name, onClick }: { name: string; onClick: (event: Event) => void }) => <button name={name} onClick={onClick}>x</button>;
  const A = (props: { name: string; onClick: (event: Event) => void }) => <Button {...props} />;
  const B = (props: { name: string; onClick: (event: Event) => void }) => <Button {...props} />;
  await using one = stage(
    { name: "a1", b: false },
    ({ name, b }, send) => <div>{b ? <B name={name} onClick={send(name)} /> : <A name={name} onClick={send(name)} />}</div>,
  );
  const visitor = new Visitor(one.runtime);
  one.show({ name: "a2", b: false });
  visitor.press("a1");
  one.world.settle();
  one.show({ name: "b1", b: true });
  visitor.press("a1");
  one.world.settle();
  visitor.read();
  assertEquals([one.heard, refusals(visitor)], [["a1"], ["2 gone"]]);
});

Deno.test("Rule 5: a path to no handler is refused: a text, an empty hole, an item that never was", async () => {
  await using one = keyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  for (const path of [[0], [0, 0], [0, 0, 0], [0, 7, 2], [0, 0, 1, 0], [0, 0, 1, "click"], [9], [9, "click"]]) {
    assertEquals(visitor.say(JSON.stringify([0, path])), "taken");
  }
  one.world.settle();
  visitor.read();
  assertEquals(visitor.reader.refused.length, 8);
  assertEquals(visitor.reader.done, 8);
  assertEquals(one.runtime.status().refused.gone, 8);
});

Deno.test("Rule 6: a plain function is taken from the present tree, and refused when its instance was replaced", async () => {
  const called: string[] = [];
  await using one = stage({ name: "a", key: 1 }, ({ name, key }) => (
    <div>
      {[<button key={key} name="it" title={name} onClick={() => called.push(name)}>x</button>]}
    </div>
  ));
  const visitor = new Visitor(one.runtime);
  one.show({ name: "b", key: 1 });
  visitor.press("it");
  one.world.settle();
  assertEquals(called, ["b"]);
  one.show({ name: "c", key: 2 });
  visitor.press("it");
  one.world.settle();
  visitor.read();
  assertEquals([called, refusals(visitor)], [["b"], ["2 gone"]]);
});

Deno.test("Rule 6: a plain function may call a handler, and what it sends comes from its client", async () => {
  const heard: (string | undefined)[] = [];
  const world = new VirtualWorld();
  await using runtime = run(
    app<number, string, void, string>({
      init: () => 0,
      update(model, msg, from) {
        heard.push(`${msg} of ${from?.user}`);
        return model + 1;
      },
      view(model, send) {
        const up = send("up");
        return <button name="it" onClick={(event) => (up(event), up(event))}>{model}</button>;
      },
    }),
    undefined,
    { world },
  );
  const visitor = new Visitor(runtime, "visitor-1", "anna");
  visitor.press("it");
  world.settle();
  assertEquals(heard, ["up of anna", "up of anna"]);
});

Deno.test("Rule 7: events that arrived together become messages before the first update, are folded in order, and rendered once", async () => {
  // The first deletes the place of the second: both mean what the user saw.
  const world = new VirtualWorld();
  let renders = 0;
  const heard: string[] = [];
  await using runtime = run(
    app<string[], string>({
      init: () => ["a", "b", "c"],
      update(model, msg) {
        heard.push(`${msg} of ${model}`);
        return model.filter((name) => name !== msg);
      },
      view(model, send) {
        renders++;
        return <ul>{model.map((name) => <li key={name} onClick={send(name)}>{name}</li>)}</ul>;
      },
    }),
    undefined,
    { world },
  );
  const anna = new Visitor(runtime, "anna-anna");
  const bob = new Visitor(runtime, "bob-bob-bob");
  assertEquals(renders, 1);
  anna.press("b");
  bob.press("b");
  anna.press("a");
  world.settle();
  assertEquals(heard, ["b of a,b,c", "b of a,c", "a of a,c"]);
  assertEquals(renders, 2);
  anna.read();
  bob.read();
  assertEquals([anna.text, anna.reader.done, anna.reader.version], ["c", 2, 1]);
  assertEquals([bob.text, bob.reader.done, bob.reader.version], ["c", 1, 1]);
});

Deno.test("Rule 8: an event that changes nothing is acknowledged alone, at once, and nothing is rendered", async () => {
  await using one = keyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  visitor.press("a");
  visitor.press("a");
  assertEquals(visitor.unread, []);
  one.world.settle();
  assertEquals(visitor.unread, ["[2]"]);
  assertEquals(one.renders, 1);
});

Deno.test("Rule 8: an event that renders the same is acknowledged alone, one that changes something in the head of its patch", async () => {
  const world = new VirtualWorld();
  await using runtime = run(
    app<{ shown: number }, "up" | "same">({
      init: () => ({ shown: 0 }),
      update: (model, msg) => ({ shown: model.shown + (msg === "up" ? 1 : 0) }),
      view: (model, send) => (
        <p>
          <button onClick={send("same")}>same</button>
          <button onClick={send("up")}>up</button>
          {model.shown}
        </p>
      ),
    }),
    undefined,
    { world },
  );
  const visitor = new Visitor(runtime);
  visitor.press("same");
  world.settle();
  assertEquals(visitor.unread, ["[1]"]);
  visitor.read();
  visitor.press("same");
  visitor.press("up");
  world.settle();
  assertEquals(visitor.unread, ['[2,{"0":1}]']);
});

Deno.test("Rule 8: the body of a patch is the same for all clients, the head is each one's own", async () => {
  const world = new VirtualWorld();
  await using runtime = run(
    app<number, "up">({
      init: () => 0,
      update: (model) => model + 1,
      view: (model, send) => [<button onClick={send("up")}>up</button>, model > 0 && <p>{model}</p>],
    }),
    undefined,
    { world },
  );
  const [anna, bob, carl] = ["anna-anna", "bob-bob-bob", "carl-carl"].map((name) => new Visitor(runtime, name)) as [
    Visitor,
    Visitor,
    Visitor,
  ];
  anna.press("up");
  anna.press("up");
  bob.press("up");
  world.settle();
  const bodies = [anna, bob, carl].map(({ unread }) => {
    assertEquals(unread.length, 1);
    return /^\[(\d+),(.*)$/s.exec(unread[0]!)!.slice(1);
  });
  assertEquals(bodies.map(([head]) => head), ["2", "1", "0"]);
  assertEquals(new Set(bodies.map(([, body]) => body)).size, 1);
});

Deno.test("Rule 9: a bare number tells a version, frees what no client can see, and is no event", async () => {
  await using one = keyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  for (const name of ["b", "c", "d"]) one.show([name]);
  assertEquals(one.runtime.status().kept, 4);
  visitor.read();
  assertEquals(visitor.say("2"), "taken");
  assertEquals(one.runtime.status().kept, 2);
  assertEquals(visitor.say("1"), "taken");
  assertEquals(one.runtime.status().kept, 1);
  one.world.settle();
  assertEquals(visitor.unread, []);
});

Deno.test("Rule 9: with two clients the slower one decides what is kept", async () => {
  await using one = keyedList(["a"]);
  const slow = new Visitor(one.runtime, "slow-one");
  const quick = new Visitor(one.runtime, "quick-one");
  one.show(["b"]);
  one.show(["c"]);
  quick.read();
  quick.tell();
  one.show(["d"]);
  assertEquals(one.runtime.status().kept, 4);
  slow.read();
  slow.tell();
  one.show(["e"]);
  assertEquals(one.runtime.status().kept, 3);
});

Deno.test("Rule 10: 32 versions are kept, and an event of an older one is refused", async () => {
  await using one = unkeyedList(["a0"]);
  const visitor = new Visitor(one.runtime);
  for (let i = 1; i <= 31; i++) one.show([`a${i}`]);
  assertEquals(one.runtime.status().kept, 32);
  visitor.press("a0");
  one.world.settle();
  assertEquals(one.heard, ["delete a0"]);
  one.show(["a32"]);
  assertEquals(one.runtime.status().kept, 32);
  visitor.press("a0");
  one.world.settle();
  visitor.read();
  assertEquals(one.heard, ["delete a0"]);
  assertEquals(refusals(visitor), ["2 version"]);
  assertEquals(one.runtime.status().refused.version, 1);
  // It has read all since: its next event is good again.
  visitor.press("a32");
  one.world.settle();
  assertEquals(one.heard, ["delete a0", "delete a32"]);
});

Deno.test("Rule 10: a version is kept for 10 s after the next took its place", async () => {
  await using one = unkeyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  one.world.advance(60_000);
  visitor.press("a");
  one.show(["b"]);
  one.world.advance(9_999);
  visitor.press("a");
  one.world.advance(1);
  visitor.press("a");
  one.world.settle();
  visitor.read();
  assertEquals(one.heard, ["delete a", "delete a"]);
  assertEquals(refusals(visitor), ["3 version"]);
});

Deno.test("Rule 10: a version is kept for 10 s also for a client that has been away for longer", async () => {
  await using one = unkeyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  const path = visitor.find("a").handlers.click!.path;
  const other = new Visitor(one.runtime, "other-one");
  visitor.leave();
  one.world.advance(11_000);
  one.show(["b"]);
  other.read();
  other.tell();
  one.world.advance(9_000);
  one.show(["c"]);
  visitor.comeBack();
  visitor.say(JSON.stringify([-2, path]));
  one.world.settle();
  visitor.read();
  assertEquals([one.heard, refusals(visitor)], [["delete a"], []]);
});

Deno.test("Rule 10: 200,000 holes are kept, the oldest go first", async () => {
  // Each version makes some 20,000 holes anew; each row has two and itself.
  const Row = ({ n, i }: { n: number; i: number }) => <p title={String(i)}>{n}</p>;
  await using one = stage(0, (n, send) => (
    <div>
      <button name="it" onClick={send(String(n))}>x</button>
      {Array.from({ length: 5_000 }, (_, i) => <Row n={n} i={i} />)}
    </div>
  ));
  const visitor = new Visitor(one.runtime);
  for (let n = 1; n <= 30; n++) one.show(n);
  const { kept } = one.runtime.status();
  assert(kept >= 9 && kept <= 12, `${kept} versions of 20,000 holes are kept`);
  visitor.press("it");
  one.world.settle();
  visitor.read();
  assertEquals(refusals(visitor), ["1 version"]);
});

Deno.test("Rule 10: trees whose handlers alone are new count as well", async () => {
  const Row = ({ n, i, onClick }: { n: number; i: number; onClick: () => void }) => <p title={String(i)} onClick={onClick}>{n}</p>;
  const noop = () => {};
  await using one = stage({ n: 0, rows: 0, click: noop }, ({ n, rows, click }) => (
    <div>
      <b>{n}</b>
      {Array.from({ length: 5_000 }, (_, i) => <Row n={rows} i={i} onClick={click} />)}
    </div>
  ));
  new Visitor(one.runtime);
  for (let n = 1; n <= 40; n++) {
    // A patch of one text; then the same page with 5,000 other handlers.
    const click = () => {};
    one.show({ n, rows: 0, click: one.model.click });
    one.show({ n, rows: 0, click });
  }
  for (let rows = 1; rows <= 30; rows++) one.show({ ...one.model, rows });
  const { kept } = one.runtime.status();
  assert(kept <= 12, `${kept} versions of 20,000 holes are kept`);
});

Deno.test("Rule 10: a view of more than 200,000 holes refuses nothing for its size: what is on the page is no history", async () => {
  const Rows = ({ length }: { length: number }) => Array.from({ length }, (_, i) => <p title={String(i)}>{i}</p>);
  await using one = stage("a", (name, send) => (
    <div>
      <button name={name} onClick={send(name)}>x</button>
      <Rows length={70_000} />
    </div>
  ));
  const visitor = new Visitor(one.runtime);
  one.show("b");
  visitor.press("a");
  one.world.settle();
  visitor.read();
  assertEquals([one.heard, refusals(visitor)], [["a"], []]);
});

Deno.test("Rule 11: a refused event is told by number and reason before its acknowledgement, and counted", async () => {
  await using one = stage({ name: "a", typed: true }, ({ name, typed }, send) => (
    <div>
      <button name={name} onClick={send(`press ${name}`)}>x</button>
      {typed && <input name="typed" onInput={send((event) => `typed ${event.currentTarget.id}`)} />}
    </div>
  ));
  const visitor = new Visitor(one.runtime);
  visitor.press("a");
  visitor.press("typed", "input", {}, { id: 7 });
  visitor.press("a");
  one.world.settle();
  assertEquals(visitor.unread, ['["emit","nacre:refused",{"event":2,"reason":"payload"}]', "[3]"]);
  visitor.read();
  one.show({ name: "a", typed: false });
  visitor.press("typed", "input");
  one.world.settle();
  assertEquals(visitor.unread, ['[0,{"0":null}]', '["emit","nacre:refused",{"event":4,"reason":"gone"}]', "[1]"]);
  visitor.read();
  assertEquals(visitor.reader.done, 4);
  assertEquals(one.heard, ["press a", "press a"]);
  assertObjectMatch(one.runtime.status().refused, { version: 0, gone: 1, payload: 1 });
});

Deno.test("Rule 11: only the client that sent it is told of a refusal", async () => {
  await using one = keyedList(["a"]);
  const anna = new Visitor(one.runtime, "anna-anna");
  const bob = new Visitor(one.runtime, "bob-bob-bob");
  anna.act([5]);
  one.world.settle();
  assertEquals(anna.unread, ['["emit","nacre:refused",{"event":1,"reason":"gone"}]', "[1]"]);
  assertEquals(bob.unread, []);
});

Deno.test("A handler that answers nothing is acknowledged, and neither refused nor heard", async () => {
  await using one = stage("a", (_, send) => <button name="it" onClick={send(() => undefined)}>x</button>);
  const visitor = new Visitor(one.runtime);
  visitor.press("it");
  one.world.settle();
  assertEquals([one.heard, visitor.unread], [[], ["[1]"]]);
});

// ---- numbers, and what a link that was cut leaves -----------------------------------------------

Deno.test("Numbering: a mount with the same epoch says the last event taken, and the rest can be sent again", async () => {
  await using one = unkeyedList(["a", "b", "c"]);
  const visitor = new Visitor(one.runtime);
  visitor.press("a");
  visitor.press("b");
  one.world.settle();
  // The acknowledgement is lost with the link, and so was the third event on its way.
  const seen = visitor.reader.version;
  const path = visitor.find("c").handlers.click!.path;
  visitor.leave();
  one.show(["b", "c"]);
  visitor.comeBack();
  assertEquals(visitor.reader.done, 2);
  assertEquals(visitor.reader.version, 1);
  assertEquals(visitor.say(JSON.stringify([seen - 1, path])), "taken");
  one.world.settle();
  visitor.read();
  assertEquals(one.heard, ["delete a", "delete b"]);
  // Unkeyed: the third place is gone.
  assertEquals(refusals(visitor), ["3 gone"]);
  assertEquals(visitor.reader.done, 3);
});

Deno.test("Numbering: an event that was on its way when the link was cut means what the user saw before", async () => {
  await using one = keyedList(["a", "b"]);
  const visitor = new Visitor(one.runtime);
  const path = visitor.find("b").handlers.click!.path;
  visitor.leave();
  one.show(["b", "a", "c"]);
  one.world.advance(5_000);
  visitor.comeBack();
  visitor.say(JSON.stringify([-1, path]));
  one.world.settle();
  assertEquals(one.heard, ["delete b"]);
});

Deno.test("Numbering: another epoch begins at 0", async () => {
  await using one = keyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  visitor.press("a");
  one.world.settle();
  visitor.leave();
  visitor.comeBack("elsewhere");
  assertEquals(visitor.reader.done, 0);
  visitor.press("a");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.reader.done, 1);
});

Deno.test("Numbering: a client that was forgotten gets another epoch, so that no event is taken twice", async () => {
  await using one = keyedList(["a"]);
  const visitor = new Visitor(one.runtime);
  visitor.press("a");
  one.world.settle();
  const { epoch } = visitor.reader;
  visitor.leave();
  // It is remembered for a minute; another that leaves makes the runtime look.
  one.world.advance(61_000);
  new Visitor(one.runtime, "other-one").leave();
  visitor.comeBack();
  assertEquals(visitor.reader.done, 0);
  assertNotEquals(visitor.reader.epoch, epoch, "the same epoch says that the events before are known");
  // And that one it can resume.
  visitor.press("a");
  one.world.settle();
  visitor.leave();
  const second = visitor.reader.epoch;
  visitor.comeBack();
  assertEquals([visitor.reader.epoch, visitor.reader.done], [second, 1]);
});

Deno.test("Numbering: events taken and not yet dealt with when a client comes back are acknowledged once, by the mount", async () => {
  await using one = stage({ n: 0 }, ({ n }, send) => <button name="it" onClick={send("press")}>{n}</button>);
  const visitor = new Visitor(one.runtime);
  visitor.press("it");
  visitor.press("it");
  one.runtime.dispatch({ show: { n: 2 } });
  visitor.comeBack();
  assertEquals([visitor.reader.done, visitor.text], [2, "2"]);
  visitor.press("it");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.reader.done, 3);
  assertEquals(one.heard.length, 3);
});

Deno.test("Numbering: a newer link of the same client replaces the older, which is read no more", async () => {
  await using one = keyedList(["a"]);
  const older = new Visitor(one.runtime, "same-client");
  older.press("a");
  one.world.settle();
  const newer = new Visitor(one.runtime, `same-client.${older.reader.epoch}`);
  assertEquals(older.link.closed?.code, 4409);
  assertEquals(newer.reader.done, 1);
  const count = older.link.messages.length;
  assertEquals(older.say("[0,[0,0,1]]"), "refused");
  older.leave();
  one.show(["b"]);
  assertEquals(older.link.messages.length, count);
  assertEquals(one.heard, ["delete a"]);
  assertEquals(one.runtime.status().clients, 1);
  newer.read();
  assertEquals(newer.text, "b");
});

Deno.test("Numbering: who a client is, is asked anew with each link", async () => {
  const world = new VirtualWorld();
  const heard: unknown[] = [];
  await using runtime = run(
    app<number, (id: string) => void, void, string>({
      init: () => 0,
      update(model, _msg, from) {
        heard.push(from?.user);
        return model;
      },
      view: (_, send) => <button name="it" onClick={send((_event, client) => () => client.id)}>x</button>,
    }),
    undefined,
    { world },
  );
  const before = new Visitor(runtime, "same-client", "anna");
  before.press("it");
  // Anna logs out, Bob logs in, and the element goes on with a new socket.
  const after = new Visitor(runtime, `same-client.${before.reader.epoch}`, "bob");
  after.press("it");
  world.settle();
  assertEquals(heard, ["anna", "bob"]);
});

Deno.test("A version that this client was never sent closes its link, also one that others have seen", async () => {
  await using one = unkeyedList(["a"]);
  const early = new Visitor(one.runtime, "early-one");
  one.show(["b"]);
  one.show(["c"]);
  const late = new Visitor(one.runtime, "late-one");
  assertEquals(late.act([0, 0, 1]), "taken");
  assertEquals(late.say("[-1,[0,0,1]]"), "refused");
  assertEquals(late.link.closed?.code, 4409);
  assertEquals(early.say("[3,[0,0,1]]"), "refused");
  assertEquals(early.link.closed?.code, 4409);
  one.world.settle();
  assertEquals(one.heard, ["delete c"]);
});

Deno.test("A client that comes back may still mean versions that it saw before", async () => {
  await using one = unkeyedList(["a"]);
  new Visitor(one.runtime, "other-one");
  const visitor = new Visitor(one.runtime, "visitor-1");
  one.show(["b"]);
  visitor.leave();
  one.show(["c"]);
  visitor.comeBack();
  assertEquals(visitor.say("[-2,[0,0,1]]"), "taken");
  one.world.settle();
  assertEquals(one.heard, ["delete a"]);
});

Deno.test("Messages of the server and events of clients are folded in the order in which they came", async () => {
  const world = new VirtualWorld();
  await using runtime = run(
    app<string, string>({
      init: () => "",
      update: (model, msg) => next(model + msg, ...(msg === "b" ? [effect.emit("b")] : [])),
      view: (model, send) => <button name="it" onClick={send("b")}>{model}</button>,
    }),
    undefined,
    { world },
  );
  const visitor = new Visitor(runtime);
  runtime.dispatch("a");
  visitor.press("it");
  runtime.dispatch("c");
  world.settle();
  visitor.read();
  assertEquals([visitor.text, visitor.reader.emitted], ["abc", [{ name: "b", detail: null }]]);
});

Deno.test("Rule 7: events that came together over a real socket are folded together: a burst is not refused for its length", async () => {
  let renders = 0;
  const live = serve(app<number, "up">({
    init: () => 0,
    update: (model) => model + 1,
    view(model, send) {
      renders++;
      return <button name="it" onClick={send("up")}>{model}</button>;
    },
  }));
  await using server = serveOn0(live);
  await using caller = await Caller.open(server.ws);
  const { path } = caller.reader.find("it", "click").handlers.click!;
  // As after a cut: they waited for a link, and all were seen at one version.
  for (let i = 0; i < 500; i++) caller.socket.send(JSON.stringify([0, path]));
  await caller.until(() => caller.reader.done === 500);
  assertEquals([caller.text, caller.reader.refused.length], ["500", 0]);
  assert(renders < 30, `${renders} renders`);
});

Deno.test("Rule 11: a refusal that was lost with its link is told again, and one that was heard is not", async () => {
  await using one = keyedList(["a", "b"]);
  const visitor = new Visitor(one.runtime);
  const { epoch } = visitor.reader;
  const path = visitor.find("b").handlers.click!.path;
  one.show(["a"]);
  visitor.say(JSON.stringify([0, path]));
  one.world.settle();
  assertEquals(one.runtime.status().refused.gone, 1);
  // The link was cut before the refusal came: the browser knows of no event that is done.
  visitor.leave();
  visitor.comeBack(`${epoch}.0`);
  assertEquals(visitor.reader.refused, [{ number: 1, reason: "gone" }]);
  visitor.leave();
  visitor.comeBack(`${epoch}.1`);
  assertEquals(visitor.reader.refused.length, 1);
});

Deno.test("Rule 11: a refusal comes before the mount that acknowledges its event, so that a link which is cut between them loses no refusal", async () => {
  await using one = keyedList(["a", "b"]);
  const visitor = new Visitor(one.runtime);
  const { epoch } = visitor.reader;
  const path = visitor.find("b").handlers.click!.path;
  one.show(["a"]);
  visitor.say(JSON.stringify([0, path]));
  one.world.settle();
  visitor.leave();
  const link = new RecordedLink(`visitor-1.${epoch}.0`);
  one.runtime.connect(link);
  const [refusal, mount] = link.messages.map((text) => JSON.parse(text));
  assertEquals(refusal, ["emit", "nacre:refused", { event: 1, reason: "gone" }]);
  assertEquals(mount.slice(0, 4), ["mount", epoch, 1, 1]);
});
