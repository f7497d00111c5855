/** Components with state in a runtime: their handlers, their effects, their patches, and how they end. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { signal } from "@preact/signals";
import { Component, type ComponentChildren, createContext } from "preact";
import {
  type Dispatch,
  type StateUpdater,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";
import { app, type Send } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { realWorld, type World } from "../runtime/world.ts";
import { until } from "./kit.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

type Set<T> = Dispatch<StateUpdater<T>>;
/** The model is a number here. */
type Msg = number | { add: number };
type View = (model: number, send: Send<Msg>) => ComponentChildren;

interface Stage extends AsyncDisposable {
  readonly world: VirtualWorld;
  readonly runtime: Runtime<Msg>;
  /** What `onError` was told. */
  readonly errors: string[];
  /** What the developer was told. */
  readonly warnings: string[];
  /** Shows another model. */
  show(model: number): void;
  /** A new client. */
  visit(name?: string): Visitor;
}

function stage(view: View, options: { development?: boolean; world?: VirtualWorld } = {}): Stage {
  const world = options.world ?? new VirtualWorld();
  const errors: string[] = [], warnings: string[] = [];
  const { warn } = console;
  console.warn = (text) => warnings.push(text);
  const runtime = begin(view, errors, world, options.development);
  return {
    world,
    runtime,
    errors,
    warnings,
    show(model) {
      runtime.dispatch(model);
      world.settle();
    },
    visit: (name) => new Visitor(runtime as Runtime<never>, name),
    async [Symbol.asyncDispose]() {
      await runtime.stop();
      console.warn = warn;
    },
  };
}

function begin(view: View, errors: string[], world: World, development = false): Runtime<Msg> {
  return run(
    app<number, Msg>({ name: "test", init: () => 0, update: (n, msg) => typeof msg === "number" ? msg : n + msg.add, view }),
    undefined,
    { world, development, onError: (error, where) => errors.push(`${where}: ${(error as Error).message}`) },
  );
}

/** The texts of the messages that came since, without the mount. */
function unread(visitor: Visitor): string[] {
  const texts = [...visitor.unread];
  visitor.read();
  return texts;
}

const refusals = (visitor: Visitor) => visitor.reader.refused.map(({ number, reason }) => `${number} ${reason}`);

/** A counter with plain functions for handlers. */
function Counter({ name = "+", step = 1 }: { name?: string; step?: number }) {
  const [n, setN] = useState(0);
  return (
    <p>
      <button onClick={() => setN(n + step)}>{name}</button>
      <output>{n}</output>
    </p>
  );
}

// ---- plain handlers ----------------------------------------------------------------------------

Deno.test("A plain handler sets a state, and the patch says the one hole that changed", async () => {
  await using one = stage(() => (
    <main>
      <h1>Title</h1>
      <Counter />
    </main>
  ));
  const visitor = one.visit();
  assertEquals(visitor.text, "Title+0");
  for (const n of [1, 2]) {
    visitor.press("+");
    one.world.settle();
    // One event is dealt with; in the root hole 0 is the counter, of whose holes number 1 is the count.
    assertEquals(unread(visitor), [`[1,{"0":{"1":${n}}}]`]);
    assertEquals(visitor.text, `Title+${n}`);
  }
});

Deno.test("Two clicks that arrived together count twice, though each says n + 1: the second sees what the first did", async () => {
  await using one = stage(() => <Counter />);
  const visitor = one.visit();
  visitor.press("+");
  visitor.press("+");
  visitor.press("+");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.text, "+3");
  assertEquals(visitor.reader.done, 3);
  assertEquals(one.errors, []);
});

Deno.test("Clicks of two clients that arrived together count twice", async () => {
  await using one = stage(() => <Counter />);
  const [first, second] = [one.visit("visitor-1"), one.visit("visitor-2")];
  first.press("+");
  second.press("+");
  one.world.settle();
  for (const visitor of [first, second]) {
    visitor.read();
    assertEquals([visitor.text, visitor.reader.done], ["+2", 1]);
  }
});

Deno.test("A click and a message that arrived together: each has its effect, in one turn", async () => {
  await using one = stage((model, send) => (
    <main>
      {model}
      <Counter />
      <button onClick={send({ add: 10 })}>ten</button>
    </main>
  ));
  const visitor = one.visit();
  visitor.press("+");
  visitor.press("ten");
  visitor.press("+");
  one.world.settle();
  visitor.read();
  assertEquals([visitor.text, visitor.reader.done], ["10+2ten", 3]);
});

Deno.test("A click, and the word that a newer version is on the page, may arrive together", async () => {
  await using one = stage((model, send) => (
    <main>
      {model}
      <Counter />
      <button onClick={send({ add: 10 })}>ten</button>
    </main>
  ));
  const visitor = one.visit();
  one.show(1);
  visitor.press("+");
  visitor.press("ten");
  visitor.read();
  visitor.tell();
  one.world.settle();
  visitor.read();
  assertEquals([visitor.text, refusals(visitor)], ["11+1ten", []]);
});

Deno.test("A click that was seen before a removal is refused when its component has gone", async () => {
  await using one = stage((model) => <main>{model === 0 && <Counter />}</main>);
  const visitor = one.visit();
  one.show(1);
  visitor.press("+");
  one.world.settle();
  visitor.read();
  assertEquals(refusals(visitor), ["1 gone"]);
  assertEquals(one.runtime.status().refused, { version: 0, gone: 1, payload: 0 });
});

Deno.test("A click is refused when the component that it was meant for was replaced, by another key or another component", async () => {
  const calls: string[] = [];
  const show = (name: string) => <button onClick={() => calls.push(name)}>press</button>;
  function A({ name }: { name: string }) {
    useState(0);
    return show(name);
  }
  function B({ name }: { name: string }) {
    useState(0);
    return show(name);
  }
  await using one = stage((model) => (
    <main>{model === 0 ? <A key="0" name="first" /> : model === 1 ? <A key="1" name="second" /> : <B key="1" name="third" />}</main>
  ));
  const visitor = one.visit();
  for (const model of [1, 2]) {
    one.show(model);
    visitor.press("press");
    one.world.settle();
    visitor.read();
  }
  assertEquals([refusals(visitor), calls], [["1 gone", "2 gone"], []]);
  visitor.press("press");
  one.world.settle();
  assertEquals(calls, ["third"]);
});

Deno.test("A click finds its row wherever it has moved, with the state that it has there", async () => {
  const orders = [["a", "b", "c"], ["c", "a", "b"], ["b", "x", "c"]];
  await using one = stage((model) => <main>{orders[model]!.map((name) => <Counter key={name} name={name} />)}</main>);
  const visitor = one.visit();
  visitor.press("a");
  one.world.settle();
  visitor.read();
  one.show(1);
  one.show(2);
  // Seen two versions ago: a has gone since, b and c have moved.
  for (const name of ["a", "b", "c", "c"]) visitor.press(name);
  one.world.settle();
  visitor.read();
  assertEquals([visitor.text, refusals(visitor)], ["b1x0c2", ["2 gone"]]);
});

Deno.test("A plain handler is that of the present view, not that of the page: it sees the state of the moment", async () => {
  const calls: string[] = [];
  function Pane() {
    const [n, setN] = useState(0);
    set = setN;
    return <button onClick={() => calls.push(`of ${n}`)}>press</button>;
  }
  let set!: Set<number>;
  await using one = stage(() => <Pane />);
  const visitor = one.visit();
  set(1);
  one.world.settle();
  visitor.press("press");
  one.world.settle();
  assertEquals(calls, ["of 1"]);
  // Nothing of the page has changed, so there is no patch; and yet the handler is the new one.
  assertEquals(visitor.unread, ["[1]"]);
});

Deno.test("A click on a handler that went meanwhile is refused; one that came back is called", async () => {
  const calls: string[] = [];
  function Pane() {
    const [on, setOn] = useState(1);
    set = setOn;
    return <button onClick={on ? () => calls.push(`on ${on}`) : undefined}>press</button>;
  }
  let set!: Set<number>;
  await using one = stage(() => <Pane />);
  const visitor = one.visit();
  set(0);
  one.world.settle();
  visitor.press("press");
  one.world.settle();
  assertEquals(calls, []);
  set(2);
  one.world.settle();
  visitor.press("press");
  one.world.settle();
  visitor.read();
  assertEquals([calls, refusals(visitor)], [["on 2"], ["1 gone"]]);
});

Deno.test("A handler that a message makes is still the one that was seen", async () => {
  function Row({ name, send }: { name: number; send: Send<Msg> }) {
    useState(0);
    return <button onClick={send(name)}>press</button>;
  }
  await using one = stage((model, send) => (
    <main>
      {model}
      <Row name={model + 100} send={send} />
    </main>
  ));
  const visitor = one.visit();
  one.show(1);
  visitor.press("press");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.text, "100press");
});

Deno.test("A click that removes its own row, twice: the second is refused", async () => {
  function List() {
    const [names, setNames] = useState(["a", "b"]);
    return <ul>{names.map((name) => <li key={name} onClick={() => setNames(names.filter((other) => other !== name))}>{name}</li>)}</ul>;
  }
  await using one = stage(() => <List />);
  const visitor = one.visit();
  visitor.press("a");
  visitor.press("a");
  visitor.press("b");
  one.world.settle();
  visitor.read();
  assertEquals([visitor.text, refusals(visitor)], ["", ["2 gone"]]);
});

Deno.test("A plain handler that throws ends nothing: its event is refused; and one whose promise is rejected is told to onError", async () => {
  for (
    const fails of [() => Promise.reject(new Error("broken")), () => {
      throw new Error("broken");
    }]
  ) {
    await using one = stage(() => <button onClick={fails}>press</button>);
    const visitor = one.visit();
    visitor.press("press");
    await one.world.rest();
    assertEquals(one.errors, ["handler: broken"]);
    assertEquals(visitor.link.closed, undefined);
  }
});

Deno.test("What an event sets fails to render: the runtime ends there, and the events that came with it are not heard", async () => {
  const calls: number[] = [];
  function Fragile() {
    const [n, setN] = useState(0);
    if (n > 0) throw new Error("broken");
    return (
      <button
        onClick={() => {
          calls.push(n);
          setN(n + 1);
        }}
      >
        press
      </button>
    );
  }
  await using one = stage(() => <Fragile />);
  const visitor = one.visit();
  visitor.press("press");
  visitor.press("press");
  one.world.settle();
  assertEquals([calls, one.errors, visitor.link.closed?.code], [[0], ["view: broken"], 4500]);
});

Deno.test("A plain handler that waits sets its state when it has waited", async () => {
  function Waits() {
    const [text, setText] = useState("idle");
    const press = async () => {
      setText("waits");
      await Promise.resolve();
      setText("done");
    };
    return <button name="press" onClick={press}>{text}</button>;
  }
  await using one = stage(() => <Waits />);
  const visitor = one.visit();
  visitor.press("press");
  one.world.settle();
  assertEquals(unread(visitor), ['[1,{"0":"waits"}]']);
  await one.world.rest();
  assertEquals(unread(visitor), ['[0,{"0":"done"}]']);
});

Deno.test("preventDefault() comes too late on the server, and says so", async () => {
  await using one = stage(() => <button onClick={(event) => event.preventDefault()}>press</button>);
  one.visit().press("press");
  one.world.settle();
  assertEquals(one.warnings, ["nacre: preventDefault and stopPropagation come too late on the server: give them to send as options"]);
  assertEquals(one.errors, []);
});

Deno.test("A counter beside a warning of the development counts all the same", async () => {
  function Marked() {
    const mark = useRef<HTMLDivElement>(null);
    return (
      <div ref={mark}>
        <Counter />
      </div>
    );
  }
  await using one = stage((model) => (
    <main>
      {model}
      <Marked />
    </main>
  ), { development: true });
  const visitor = one.visit();
  for (let n = 1; n <= 10; n++) {
    visitor.press("+");
    if (n % 3 === 0) one.show(n);
    one.world.settle();
    visitor.read();
    assertStringIncludes(visitor.text, `+${n}`);
  }
  assertEquals(one.errors, []);
});

Deno.test("A plain handler gets the event's fields", async () => {
  const seen: unknown[] = [];
  function Field() {
    const [text, setText] = useState("");
    return (
      <label>
        <input
          name="field"
          value={text}
          onInput={(event) => {
            seen.push(event.type);
            setText(event.currentTarget.value);
          }}
        />
        {text}
      </label>
    );
  }
  await using one = stage(() => <Field />);
  const visitor = one.visit();
  visitor.press("field", "input", {}, { value: "typed" });
  one.world.settle();
  visitor.read();
  assertEquals([seen, visitor.text], [["input"], "typed"]);
});

// ---- effects and patches -----------------------------------------------------------------------

Deno.test("A state set in a layout effect is in the same patch; one set in an effect, a timer or a promise in a patch of its own", async () => {
  const world = new VirtualWorld();
  function Late({ n }: { n: number }) {
    const [layout, setLayout] = useState(0);
    const [effect, setEffect] = useState(0);
    const [timer, setTimer] = useState(0);
    const [promise, setPromise] = useState(0);
    useLayoutEffect(() => setLayout(n), [n]);
    useEffect(() => {
      // The layout effect's rendering runs what waits first: only the first time there is nothing to render for it.
      if (n === 0) return;
      world.setTimer(1_000, () => setTimer(n));
      Promise.resolve().then(() => setPromise(n));
      world.soon(() => setEffect(n));
    }, [n]);
    return <p>{n} {layout} {effect} {timer} {promise}</p>;
  }
  await using one = stage((model) => <Late n={model} />, { world });
  const visitor = one.visit();
  assertEquals(visitor.text, "0 0 0 0 0");
  one.show(5);
  assertEquals(unread(visitor), ['[0,{"0":5,"1":5}]', '[0,{"2":5}]']);
  await one.world.rest();
  assertEquals(unread(visitor), ['[0,{"4":5}]']);
  one.world.advance(1_000);
  assertEquals(unread(visitor), ['[0,{"3":5}]']);
});

Deno.test("Effects run after the patch was sent, layout effects before", async () => {
  const order: string[] = [];
  const visitors: Visitor[] = [];
  const sent = () => visitors[0]?.unread.length ?? "no client";
  function Notes({ n }: { n: number }) {
    useState(0);
    useLayoutEffect(() => void order.push(`layout ${n}, sent: ${sent()}`), [n]);
    useEffect(() => void order.push(`effect ${n}, sent: ${sent()}`), [n]);
    return <p>{n}</p>;
  }
  await using one = stage((model) => <Notes n={model} />);
  visitors.push(one.visit());
  one.show(1);
  assertEquals(order, ["layout 0, sent: no client", "effect 0, sent: no client", "layout 1, sent: 0", "effect 1, sent: 1"]);
});

Deno.test("Several states set together, in components apart from each other, are one patch", async () => {
  const set: Set<number>[] = [];
  function Cell({ at }: { at: number }) {
    const [n, setN] = useState(0);
    set[at] = setN;
    return <td>{n}</td>;
  }
  await using one = stage(() => (
    <table>
      <tr>{[0, 1, 2].map((at) => <Cell key={at} at={at} />)}</tr>
    </table>
  ));
  const visitor = one.visit();
  set[0]!(7);
  set[2]!(8);
  one.world.settle();
  assertEquals(unread(visitor), ['[0,{"0":{"0":{"0":7},"2":{"0":8}}}]']);
  assertEquals(visitor.reader.version, 1);
});

Deno.test("A state that shows nothing else sends nothing, and makes no version", async () => {
  let set!: Set<number>;
  function Parity() {
    const [n, setN] = useState(0);
    set = setN;
    return <p>{n % 2 === 0 ? "even" : "odd"}</p>;
  }
  await using one = stage(() => <Parity />);
  const visitor = one.visit();
  set(2);
  one.world.settle();
  assertEquals([unread(visitor), one.runtime.status().version], [[], 0]);
});

Deno.test("A message sent by an effect, and a state set by what is sent, are dealt with in turn", async () => {
  function Sends({ model, dispatch }: { model: number; dispatch: (msg: Msg) => void }) {
    const [said, say] = useState("nothing");
    useEffect(() => {
      if (model < 3) dispatch({ add: 1 });
      else say("three");
    }, [model]);
    return <p>{model} {said}</p>;
  }
  await using one: Stage = stage((model) => <Sends model={model} dispatch={(msg) => one.runtime.dispatch(msg)} />);
  const visitor = one.visit();
  one.world.settle();
  assertEquals(unread(visitor), ['[0,{"0":1}]', '[0,{"0":2}]', '[0,{"0":3}]', '[0,{"1":"three"}]']);
});

Deno.test("Moved rows and a new state of one of them are one patch, in which the row is named where it is now", async () => {
  const set: Record<string, Set<number>> = {};
  function Row({ name }: { name: string }) {
    const [n, setN] = useState(0);
    set[name] = setN;
    return <li>{name}{n}</li>;
  }
  const orders = [["a", "b", "c"], ["c", "b", "a"]];
  await using one = stage((model) => <ul>{orders[model]!.map((name) => <Row key={name} name={name} />)}</ul>);
  const visitor = one.visit();
  set.a!(9);
  one.runtime.dispatch(1);
  one.world.settle();
  visitor.read();
  assertEquals([visitor.text, visitor.reader.version], ["c0b0a9", 1]);
});

// ---- clients -----------------------------------------------------------------------------------

Deno.test("Nothing of a component runs before the first client is there", async () => {
  const log: string[] = [];
  function Watches() {
    log.push("rendered");
    useEffect(() => void log.push("effect"), []);
    return <p />;
  }
  await using one = stage(() => <Watches />);
  one.show(1);
  assertEquals(log, []);
  one.visit();
  assertEquals(log, ["rendered", "effect"]);
});

Deno.test("Without a client components go on: a timer of an effect ticks, and who comes sees the state of the moment", async () => {
  const world = new VirtualWorld();
  const log: string[] = [];
  function Clock() {
    const [seconds, setSeconds] = useState(0);
    useEffect(() => {
      log.push(`effect ${seconds}`);
      const timer = world.setTimer(1_000, () => setSeconds(seconds + 1));
      return () => world.clearTimer(timer);
    });
    return <p>{seconds} s</p>;
  }
  await using one = stage(() => <Clock />, { world });
  const visitor = one.visit();
  one.world.advance(1_000);
  visitor.leave();
  one.world.advance(3_000);
  assertEquals(log, ["effect 0", "effect 1", "effect 2", "effect 3", "effect 4"]);
  const newcomer = one.visit("visitor-2");
  assertEquals(newcomer.text, "4 s");
  one.world.advance(1_000);
  newcomer.read();
  assertEquals(newcomer.text, "5 s");
  await one.runtime.stop();
  assertEquals(one.world.timers, 0);
});

Deno.test("A client that comes back finds the state as it was", async () => {
  await using one = stage(() => <Counter />);
  const visitor = one.visit();
  visitor.press("+");
  one.world.settle();
  visitor.read();
  visitor.leave();
  visitor.comeBack();
  assertEquals(visitor.text, "+1");
  visitor.press("+");
  one.world.settle();
  visitor.read();
  assertEquals(visitor.text, "+2");
});

Deno.test("A client that comes between a setting and its rendering sees it, and is not sent it once more", async () => {
  let set!: Set<number>;
  function Shows() {
    const [n, setN] = useState(0);
    set = setN;
    return <p>{n}</p>;
  }
  await using one = stage(() => <Shows />);
  one.visit();
  set(1);
  const second = one.visit("visitor-2");
  assertEquals(second.text, "1");
  one.world.settle();
  assertEquals(second.unread, []);
});

Deno.test("All clients of a runtime share the state of its components", async () => {
  await using one = stage(() => <Counter />);
  const [first, second] = [one.visit("visitor-1"), one.visit("visitor-2")];
  first.press("+");
  one.world.settle();
  assertEquals([unread(first), unread(second)], [['[1,{"1":1}]'], ['[0,{"1":1}]']]);
});

Deno.test("useId() in a runtime begins with a part of its session's name, so that two on one page have different ids", async () => {
  function Field() {
    return <p>{useId()}</p>;
  }
  const ids = [realWorld, realWorld].map((real) => {
    const names: string[] = [];
    const world = { ...real, randomName: (bytes: number) => names[names.push(real.randomName(bytes)) - 1]! };
    const runtime = begin(() => <Field />, [], world);
    const visitor = new Visitor(runtime as Runtime<never>);
    void runtime.stop();
    // The epoch is named first; the session keeps its name where the epoch is another.
    assertEquals([visitor.reader.epoch.startsWith(names[0]!), visitor.text], [true, `P${names[1]!.slice(0, 4)}-0`]);
    // It is an id that CSS, ARIA and `for` can name.
    assertMatch(visitor.text, /^P[\w-]{4}-0$/);
    return visitor.text;
  });
  assertNotEquals(ids[0], ids[1]);
});

// ---- how it ends -------------------------------------------------------------------------------

/** Has one of each that has to be undone. */
function Held({ name, log, fails, children }: { name: string; log: string[]; fails?: string; children?: ComponentChildren }) {
  useState(0);
  useEffect(() => () => {
    log.push(`effect ${name}`);
    if (fails === "effect") throw new Error(`effect ${name} fails`);
  }, []);
  useLayoutEffect(() => () => {
    log.push(`layout ${name}`);
    if (fails === "layout") throw new Error(`layout ${name} fails`);
  }, []);
  return <div>{children}</div>;
}

Deno.test("stop() undoes every effect once", async () => {
  const log: string[] = [];
  await using one = stage(() => (
    <main>
      <Held name="a" log={log}>
        <Held name="b" log={log} />
      </Held>
    </main>
  ));
  one.visit();
  await one.runtime.stop();
  assertEquals(log, ["layout a", "layout b", "effect a", "effect b"]);
  await one.runtime.stop();
  assertEquals([log.length, one.errors], [4, []]);
});

Deno.test("stop() undoes every effect once, also when some throw; onError is told", async () => {
  const log: string[] = [];
  await using one = stage(() => (
    <main>
      <Held name="a" log={log} fails="layout">
        <Held name="b" log={log} fails="effect" />
      </Held>
      <Held name="c" log={log} />
    </main>
  ));
  one.visit();
  await one.runtime.stop();
  assertEquals(log, ["layout a", "layout b", "layout c", "effect a", "effect b", "effect c"]);
  assertEquals(one.errors, ["effect: layout a fails", "effect: effect b fails"]);
});

Deno.test("A component that throws ends its own runtime, undoes its effects once, and no other notices", async () => {
  const log: string[] = [];
  function Throws({ n }: { n: number }) {
    useState(0);
    if (n === 1) throw new Error("cannot render");
    return <p>{n}</p>;
  }
  const view: View = (model) => (
    <main>
      {model === 0 && <Held name="leaves" log={log} />}
      <Held name="stays" log={log} />
      {model === 1 && <Held name="new" log={log} />}
      <Throws n={model} />
    </main>
  );
  await using other = stage(view);
  await using one = stage(view);
  const visitors = [one.visit(), other.visit()];
  one.show(1);
  assertEquals(one.errors, ["view: cannot render"]);
  // What was made in the rendering that failed never had an effect to undo.
  assertEquals(log.toSorted(), ["effect leaves", "effect stays", "layout leaves", "layout stays"]);
  assertEquals(visitors.map(({ link }) => link.closed?.code), [4500, undefined]);
  other.show(2);
  visitors[1]!.read();
  assertEquals([other.errors, visitors[1]!.text], [[], "2"]);
});

for (
  const [where, Throws] of [
    ["view", () => {
      useLayoutEffect(() => {
        throw new Error("broken");
      }, []);
      return null;
    }],
    ["effect", () => {
      useEffect(() => {
        throw new Error("broken");
      }, []);
      return null;
    }],
    ["view", () => {
      useState(() => {
        throw new Error("broken");
      });
      return null;
    }],
  ] as [string, () => null][]
) {
  Deno.test(`What throws in a component is told to onError as "${where}": ${Throws.toString().match(/use\w+/)![0]}()`, async () => {
    await using one = stage((model) => <main>{model === 1 && <Throws />}</main>);
    const visitor = one.visit();
    one.show(1);
    assertEquals([one.errors, visitor.link.closed?.code], [[`${where}: broken`], 4500]);
  });
}

Deno.test("What was made in a rendering that failed follows no signal, and is told that it goes", async () => {
  let followers = 0;
  const log: string[] = [];
  const shared = signal(1, { watched: () => void followers++, unwatched: () => void followers-- });
  class Old extends Component {
    override componentWillUnmount() {
      log.push("gone");
    }
    render() {
      return shared.value;
    }
  }
  function Reads({ children }: { children?: ComponentChildren }) {
    useState(0);
    return <p title={shared as unknown as string}>{shared.value}{shared}{children}</p>;
  }
  function Throws(): null {
    useState(shared.value);
    throw new Error("broken");
  }
  for (
    const view of [
      () => (
        <main>
          {shared}
          <Reads />
          <Old />
          <Throws />
        </main>
      ),
      () => (
        <main>
          <Reads>
            <Old />
            <Throws />
          </Reads>
        </main>
      ),
      () => <Throws />,
      (model: number) => <main>{model === 1 ? <Reads /> : null}{model === 1 ? <Throws /> : <Old />}</main>,
    ]
  ) {
    await using one = stage(view);
    one.visit();
    one.show(1);
    assertEquals(one.errors, ["view: broken"]);
    assertEquals(followers, 0);
  }
  assertEquals(log, ["gone", "gone", "gone"]);
});

Deno.test("A setter that is called when the runtime has stopped does nothing", async () => {
  let set!: Set<number>, dispatch!: Dispatch<number>;
  const log: string[] = [];
  function Shows() {
    const [n, setN] = useState(0);
    const [, send] = useReducer((a: number, b: number) => a + b, 0);
    set = setN;
    dispatch = send;
    log.push(`rendered ${n}`);
    return <p>{n}</p>;
  }
  await using one = stage(() => <Shows />);
  one.visit();
  await one.runtime.stop();
  set(1);
  dispatch(1);
  one.world.settle();
  assertEquals([log, one.errors], [["rendered 0"], []]);
});

for (const where of ["a rendering", "a layout effect", "an effect", "a handler"]) {
  Deno.test(`stop() from within ${where}: all effects are undone once, and none begins later`, async () => {
    const log: string[] = [];
    const running: Runtime<Msg>[] = [];
    const stop = (here: string) => {
      if (here === where) void running[0]!.stop();
    };
    function Stops({ now }: { now: boolean }) {
      useState(0);
      if (now) stop("a rendering");
      useLayoutEffect(() => {
        if (now) stop("a layout effect");
        log.push("+layout");
        return () => log.push("-layout");
      }, [now]);
      useEffect(() => {
        if (now) stop("an effect");
        log.push("+effect");
        return () => log.push("-effect");
      }, [now]);
      noted("second");
      return <button onClick={() => stop("a handler")}>press</button>;
    }
    function noted(name: string) {
      useEffect(() => {
        log.push(`+${name}`);
        return () => log.push(`-${name}`);
      }, []);
      useLayoutEffect(() => {
        log.push(`+${name} layout`);
        return () => log.push(`-${name} layout`);
      }, []);
    }
    function Fresh() {
      noted("fresh");
      return null;
    }
    await using one = stage((model) => (
      <main>
        <Stops now={model === 1} />
        {model === 1 && <Fresh />}
      </main>
    ));
    running.push(one.runtime);
    const visitor = one.visit();
    if (where === "a handler") visitor.press("press");
    one.show(1);
    const count = (entry: string) => log.filter((one) => one === entry).length;
    for (const name of ["layout", "effect", "fresh", "fresh layout", "second", "second layout"]) {
      assertEquals(count(`-${name}`), count(`+${name}`), `${name} in ${log}`);
    }
    assertEquals(one.errors, []);
    assertEquals(visitor.link.closed?.reason, "stopped");
  });
}

// ---- what never ends ---------------------------------------------------------------------------

Deno.test("A state set at each rendering ends with a clear error, at the first rendering and later", async () => {
  function Endless({ on }: { on: boolean }) {
    const [n, setN] = useState(0);
    if (on) setN(n + 1);
    return <p>{n}</p>;
  }
  await using first = stage(() => <Endless on />);
  const visitor = first.visit();
  first.world.settle();
  assertEquals(first.errors, ["view: <Endless> sets its state each time that it is rendered: this would never end"]);
  assert(visitor.link.closed);
  await using later = stage((model) => <Endless on={model === 1} />);
  later.visit();
  later.show(1);
  assertEquals(later.errors, ["view: <Endless> sets its state each time that it is rendered: this would never end"]);
});

Deno.test("A state set at each layout effect ends with a clear error", async () => {
  function Endless() {
    const [n, setN] = useState(0);
    useLayoutEffect(() => setN(n + 1));
    return <p>{n}</p>;
  }
  await using one = stage(() => <Endless />);
  one.visit();
  assertEquals(one.errors, ["view: <Endless> sets its state each time that it is rendered: this would never end"]);
});

Deno.test("Two components that set each other's states for ever end with a clear error", async () => {
  const set: Set<number>[] = [];
  function Ball({ at }: { at: 0 | 1 }) {
    const [n, setN] = useState(0);
    set[at] = setN;
    useLayoutEffect(() => set[1 - at]?.((m) => m + 1), [n]);
    return <p>{n}</p>;
  }
  await using one = stage(() => (
    <main>
      <Ball at={0} />
      <Ball at={1} />
    </main>
  ));
  one.visit();
  assertEquals(one.errors, ["view: <Ball> sets its state each time that it is rendered: this would never end"]);
});

Deno.test("A component that renders often, but ends, is left alone", async () => {
  function Settles() {
    const [n, setN] = useState(0);
    useLayoutEffect(() => {
      if (n < 90) setN(n + 1);
    });
    return <p>{n}</p>;
  }
  await using one = stage(() => <Settles />);
  assertEquals([one.visit().text, one.errors], ["90", []]);
});

Deno.test("An effect that sets its state for ever runs for ever, and lets others in", async () => {
  let runs = 0;
  function Endless() {
    const [n, setN] = useState(0);
    useEffect(() => {
      runs++;
      setN(n + 1);
    });
    return <p>{n}</p>;
  }
  const errors: string[] = [];
  const busy = begin(() => <Endless />, errors, realWorld);
  const calm = begin((model) => <p>{model}</p>, errors, realWorld);
  const visitors = [busy, calm].map((runtime) => new Visitor(runtime as Runtime<never>));
  // Timers of others fall due, and others are rendered.
  let ticks = 0;
  for (const start = performance.now(); performance.now() - start < 100; ticks++) {
    calm.dispatch({ add: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  visitors[1]!.read();
  assert(ticks > 10 && Number(visitors[1]!.text) > 10, `${ticks} ticks, shown: ${visitors[1]!.text}`);
  assert(runs > 10, `${runs} runs`);
  await busy.stop();
  await calm.stop();
  const before = runs;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals([runs, errors], [before, []]);
});

// ---- misuse ------------------------------------------------------------------------------------

Deno.test("A hook in the view, in a handler, or in an effect fails and says where hooks belong", async () => {
  const wrong = "a hook was called outside a component";
  await using inView = stage(() => {
    useState(0);
    return null;
  });
  inView.visit();
  assertEquals(inView.errors.length, 1);
  assertStringIncludes(inView.errors[0]!, "view: ");
  assertStringIncludes(inView.errors[0]!, wrong);

  const Theme = createContext(0);
  await using inHandler = stage(() => <button onClick={() => void useContext(Theme)}>press</button>);
  inHandler.visit().press("press");
  inHandler.world.settle();
  assertStringIncludes(inHandler.errors[0]!, "handler: ");
  assertStringIncludes(inHandler.errors[0]!, wrong);

  function Misuses() {
    useEffect(() => void useRef(0), []);
    return null;
  }
  await using inEffect = stage(() => <Misuses />);
  inEffect.visit();
  assertStringIncludes(inEffect.errors[0]!, "effect: ");
  assertStringIncludes(inEffect.errors[0]!, wrong);
});

Deno.test("A hook in the view after components were rendered belongs to none of them", async () => {
  let calls = false;
  await using one = stage(() => {
    if (calls) useState(0);
    return <Counter />;
  });
  one.visit();
  calls = true;
  one.show(1);
  assertEquals(one.errors.length, 1);
});

Deno.test("A component may set the state of another runtime's component while it is rendered", async () => {
  let set!: Set<string>;
  function Told() {
    const [text, setText] = useState("nothing");
    set = setText;
    return <p>{text}</p>;
  }
  function Tells({ n }: { n: number }) {
    const [mine] = useState("mine");
    if (n > 0) set(`told ${n}`);
    const [also] = useState("also");
    return <p>{mine} {also} {n}</p>;
  }
  await using told = stage(() => <Told />);
  await using tells = stage((model) => <Tells n={model} />);
  const visitors = [told.visit(), tells.visit()];
  tells.show(1);
  told.world.settle();
  for (const visitor of visitors) visitor.read();
  assertEquals(visitors.map(({ text }) => text), ["told 1", "mine also 1"]);
  assertEquals([told.errors, tells.errors], [[], []]);
});

Deno.test("The same vnode in two runtimes has a state in each", async () => {
  const constant = <Counter />;
  await using one = stage(() => <main>{constant}</main>);
  await using other = stage(() => <main>{constant}{constant}</main>);
  const visitors = [one.visit(), other.visit()];
  visitors[0]!.press("+");
  one.world.settle();
  other.show(1);
  for (const visitor of visitors) visitor.read();
  assertEquals(visitors.map(({ text }) => text), ["+1", "+0+0"]);
});

Deno.test("A ref of an element stays empty, and development shows that", async () => {
  const seen: unknown[] = [];
  function Focus() {
    const input = useRef<HTMLInputElement>(null);
    useEffect(() => void seen.push(input.current), []);
    return <input name="field" ref={input} onInput={() => {}} />;
  }
  await using one = stage(() => <Focus />, { development: true });
  const visitor = one.visit();
  const told = "a ref in <input>: there are no elements on the server; use a browser effect or a custom element";
  assertEquals([one.warnings, seen, one.errors], [[`nacre: test: ${told}`], [null], []]);
  assertStringIncludes(visitor.text, told);
  assertEquals(visitor.find("field", "input").tag, "input");
});

// ---- what is left ------------------------------------------------------------------------------

/** Collects garbage now, which only the engine's own flag allows. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

Deno.test("Ten thousand components that came and went are forgotten, while their runtime lives", async () => {
  const Theme = createContext(0);
  const collected = new Set<number>();
  const registry = new FinalizationRegistry<number>((name) => collected.add(name));
  const shared = signal(0);
  let alive = 0;
  function Row({ name }: { name: number }) {
    const [state, setState] = useState({ name });
    useContext(Theme);
    useId();
    useLayoutEffect(() => setState((state) => ({ ...state })), []);
    useEffect(() => {
      alive++;
      return () => void alive--;
    }, []);
    registry.register(setState, name);
    return <li title={shared as unknown as string} onClick={() => setState(state)}>{state.name} {shared} {shared.value}</li>;
  }
  await using one = stage((model) => (
    <Theme.Provider value={model}>
      <ul>{Array.from({ length: model % 2 === 0 ? 0 : 1_000 }, (_, i) => <Row key={i} name={model * 1_000 + i} />)}</ul>
    </Theme.Provider>
  ));
  const visitor = one.visit();
  for (let model = 1; model <= 20; model++) {
    one.show(model);
    assertEquals(alive, model % 2 === 0 ? 0 : 1_000);
    visitor.read();
    // What it has seen need not be kept for it.
    visitor.tell();
  }
  assertEquals([one.runtime.status().kept, one.errors], [1, []]);
  // Preact's own queue lets go of them in its next microtask, finalizers come after that.
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
  await until(() => collected.size === 10_000);
});
