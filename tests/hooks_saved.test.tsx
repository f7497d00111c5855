/** The state of hooks as plain data: what of it is taken to another process, and what starts fresh there. */
import { assertEquals } from "@std/assert";
import { Component, type ComponentChildren, createContext, type VNode } from "preact";
import { Suspense } from "preact/compat";
import {
  type Dispatch,
  type StateUpdater,
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import type { SavedState } from "../runtime/view/saved.ts";
import { encode } from "../runtime/view/diff.ts";
import { Definitions } from "../runtime/view/definitions.ts";

type Set<T> = Dispatch<StateUpdater<T>>;

/** One life of a view: it ends when the next begins. */
class Life {
  readonly lowering: Lowering;
  #tree: ReturnType<Lowering["lower"]> | undefined;

  constructor(saved?: unknown) {
    this.lowering = new Lowering({ development: false, warn() {}, saved: saved as SavedState | undefined });
  }

  /** What the page shows of a view, as values of holes. */
  shows(view: ComponentChildren): string {
    this.#tree = this.lowering.lower(view);
    this.lowering.effects();
    return this.now;
  }

  get now(): string {
    while (this.lowering.isWaiting) {
      this.#tree = this.lowering.update();
      this.lowering.effects();
    }
    return JSON.stringify(encode(this.#tree!, new Definitions()));
  }

  /** The state as it is read again, after it was written down. */
  get state(): SavedState {
    return JSON.parse(JSON.stringify(this.lowering.state()));
  }
}

/** The view in a new life, with the state that it had. */
function again(life: Life, view: ComponentChildren): string {
  return new Life(life.state).shows(view);
}

const set: Record<string, Set<unknown>> = {};

/** As a draft of immer is, when it was kept too long. */
function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

function show(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "an object";
  }
}

/** Shows its state, which begins as `from`. */
function Field({ name, from = "fresh" }: { name: string; from?: unknown }) {
  const [value, setValue] = useState<unknown>(from);
  set[name] = setValue;
  return <i>{show(value)}</i>;
}

/** A life in which `Field`s have got these values. */
function lived(view: ComponentChildren, values: Record<string, unknown>): Life {
  const life = new Life();
  life.shows(view);
  for (const [name, value] of Object.entries(values)) set[name]!(() => value);
  void life.now;
  return life;
}

Deno.test("state() is nothing of a view without state", () => {
  const life = new Life();
  assertEquals(life.lowering.state(), { components: [], ids: 0 });
  life.shows(
    <main>
      <p>text</p>
    </main>,
  );
  assertEquals(life.state, { components: [], ids: 0 });
});

Deno.test("state() has the state of each component by name, key and the position of its hooks", () => {
  function Form() {
    const [name] = useState("Ann");
    useEffect(() => {});
    const [count, add] = useReducer((n: number, by: number) => n + by, 1);
    useMemo(() => "made", []);
    useRef("held");
    useCallback(() => {}, []);
    const id = useId();
    useLayoutEffect(() => add(1), []);
    return (
      <form id={id}>
        {name}
        {count}
        <Field key="k" name="in" />
      </form>
    );
  }
  const life = new Life();
  life.shows(
    <main>
      <Form />
    </main>,
  );
  assertEquals(life.lowering.state(), {
    components: [{
      name: "<Form>",
      key: null,
      hooks: [{ state: "Ann" }, null, { state: 2 }, null, null, null, { id: "P0-0" }, null],
      inside: [{ name: "<Field>", key: "k", hooks: [{ state: "fresh" }], inside: [] }],
    }],
    ids: 1,
  });
  // Written down and read again it is the same.
  assertEquals(life.state, life.lowering.state());
});

Deno.test("A view with its state put back shows the same, and goes on from there", () => {
  const view = (
    <main>
      <Field name="a" />
      <p>
        <Field name="b" />
      </p>
    </main>
  );
  const life = lived(view, { a: ["one", "two"], b: 7 });
  assertEquals(life.now, '[1,[2,"one,two"],[2,"7"]]');
  const next = new Life(life.state);
  assertEquals(next.shows(view), life.now);
  set.b!((b: unknown) => b as number + 1);
  assertEquals(next.now, '[1,[2,"one,two"],[2,"8"]]');
});

Deno.test("Saved data that is plain comes back as it was", () => {
  const seen: unknown[] = [];
  function Sees() {
    const [value, setValue] = useState<unknown>(null);
    set.sees = setValue;
    seen.push(value);
    return null;
  }
  const bare = Object.assign(Object.create(null), { a: 1 });
  const values = ["", "text", 0, -1.5, true, false, null, [], [[1, { a: [null] }]], {}, { deep: { er: "x" } }, bare];
  for (const value of values) {
    const life = lived(<Sees />, { sees: value });
    seen.length = 0;
    again(life, <Sees />);
    assertEquals(seen, [value === bare ? { a: 1 } : value]);
  }
});

Deno.test("What is not plain starts fresh, and nothing else does", () => {
  class Money {
    constructor(readonly cents: number) {}
  }
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const strange: unknown[] = [
    () => 1,
    new Map([["a", 1]]),
    new Set([1]),
    new Date(0),
    new Money(5),
    Symbol("s"),
    10n,
    NaN,
    Infinity,
    cycle,
    [1, [NaN]],
    { a: { b: () => 1 } },
    { [Symbol("hidden")]: 1 },
    { toJSON: () => 1 },
    [1, undefined],
    [, 1],
    Object.assign([1], { extra: 2 }),
    Object.defineProperty({}, "hidden", { value: 1 }),
    Object.defineProperty({}, "computed", { get: () => 1, enumerable: true }),
    revoked(),
  ];
  for (const value of strange) {
    const view = (
      <p>
        <Field name="before" />
        <Field name="strange" />
        <Field name="after" />
      </p>
    );
    const life = lived(view, { before: "b", strange: value, after: "a" });
    assertEquals(again(life, view), '[1,[2,"b"],[2,"fresh"],[2,"a"]]', String(typeof value));
  }
});

Deno.test("A state of undefined, and a name of an object that is undefined", () => {
  const life = lived(<Field name="a" />, { a: undefined });
  assertEquals(again(life, <Field name="a" />), '[1,"undefined"]');
});

Deno.test("A very deep state starts fresh: it cannot be written down", () => {
  let deep: unknown = null;
  for (let i = 0; i < 50_000; i++) deep = [deep];
  const view = (
    <p>
      <Field name="deep" />
      <Field name="other" />
    </p>
  );
  const life = new Life();
  life.shows(view);
  set.deep!([deep]);
  set.other!("kept");
  void life.now;
  assertEquals(life.lowering.state().components.map(({ hooks }) => hooks), [[null], [{ state: "kept" }]]);
});

Deno.test("A setter, a reducer and a memo of a component put back are its own", () => {
  let add!: (by: number) => void;
  const made: string[] = [];
  function Sum({ times }: { times: number }) {
    const [sum, dispatch] = useReducer((sum: number, by: number) => sum + by * times, 0, (from) => {
      made.push("first state");
      return from;
    });
    add = dispatch;
    const text = useMemo(() => {
      made.push(`text of ${sum}`);
      return `sum ${sum}`;
    }, [sum]);
    return <p>{text}</p>;
  }
  const life = new Life();
  life.shows(<Sum times={1} />);
  add(5);
  assertEquals(life.now, '[1,"sum 5"]');
  made.length = 0;
  const next = new Life(life.state);
  assertEquals(next.shows(<Sum times={10} />), '[1,"sum 5"]');
  add(1);
  assertEquals(next.now, '[1,"sum 15"]');
  // The first state is made, and is not what is used.
  assertEquals(made, ["first state", "text of 5", "text of 15"]);
});

Deno.test("Effects run anew in the new life, and see the state that was put back", () => {
  const log: unknown[] = [];
  function Watches() {
    const [n, setN] = useState<unknown>(0);
    set.n = setN;
    useEffect(() => void log.push(n), [n]);
    return <p>{n as number}</p>;
  }
  const life = lived(<Watches />, { n: 3 });
  again(life, <Watches />);
  assertEquals(log, [0, 3, 3]);
});

Deno.test("A component that has gone, or was not there before, has nothing to do with the others", () => {
  function Other() {
    return <b>{useState("other")[0]}</b>;
  }
  const life = lived([<Field key="1" name="a" />, <Other key="2" />, <Field key="3" name="c" />], { a: "A", c: "C" });
  const shows = (view: ComponentChildren) => new Life(life.state).shows(view);
  assertEquals(shows([<Other key="2" />, <Field key="3" name="c" />]), '[0,[1,"other"],[2,"C"]]');
  assertEquals(
    shows([<Field key="0" name="z" />, <Field key="1" name="a" />, <Field key="3" name="c" />]),
    '[0,[1,"fresh"],[1,"A"],[1,"C"]]',
  );
  assertEquals(shows([<Field key="4" name="d" />]), '[0,[1,"fresh"]]', "another key");
  assertEquals(shows(<Field name="a" />), '[1,"fresh"]', "no key");
});

Deno.test("Without keys states are taken in order, by name", () => {
  // deno-lint-ignore jsx-key -- that there is none is what is tested
  const life = lived([<Field name="a" />, <Field name="b" />], { a: "A", b: "B" });
  assertEquals(new Life(life.state).shows(<Field name="first" />), '[1,"A"]');
  const Stateless = () => <Field name="b" />;
  assertEquals(new Life(life.state).shows(<Stateless />), '[1,"A"]', "a component without state is no level of its own");
});

Deno.test("With keys states are found wherever they are now", () => {
  const names = ["a", "b", "c"];
  const life = lived(names.map((name) => <Field key={name} name={name} />), { a: "A", b: "B", c: "C" });
  assertEquals(
    again(life, ["c", "x", "a", "b"].map((name) => <Field key={name} name={name} />)),
    '[0,[1,"C"],[1,"fresh"],[1,"A"],[1,"B"]]',
  );
});

Deno.test("States inside a component that is gone are gone", () => {
  function Outer({ children }: { children?: ComponentChildren }) {
    useState("outer");
    return <p>{children}</p>;
  }
  function Another({ children }: { children?: ComponentChildren }) {
    useState("another");
    return <p>{children}</p>;
  }
  const life = lived(
    <Outer>
      <Field name="a" />
    </Outer>,
    { a: "A" },
  );
  assertEquals(
    again(
      life,
      <Outer>
        <Field name="a" />
      </Outer>,
    ),
    '[1,[2,"A"]]',
  );
  assertEquals(
    again(
      life,
      <Another>
        <Field name="a" />
      </Another>,
    ),
    '[1,[2,"fresh"]]',
  );
  assertEquals(
    again(
      life,
      <main>
        <Field name="a" />
      </main>,
    ),
    '[1,[2,"fresh"]]',
  );
});

Deno.test("A component that is mounted later in the new life does not take what was saved", () => {
  const life = lived(<Field name="a" />, { a: "A" });
  const next = new Life(life.state);
  next.shows(<p />);
  assertEquals(next.shows(<Field name="a" />), '[1,"fresh"]');
});

Deno.test("A component that a layout effect mounts in the new life does not take what was saved of another", () => {
  function Opens() {
    const [isOpen, open] = useState(false);
    useLayoutEffect(() => open(true), []);
    return <p>{isOpen && <Field name="b" />}</p>;
  }
  const life = lived(<Field name="a" />, { a: "A" });
  assertEquals(again(life, <Opens />), '[1,[2,"fresh"]]');
});

Deno.test("What is in a component that was not there takes nothing of what stands beside that, whatever makes it live", () => {
  const Theme = createContext("none");
  class Framed extends Component<{ children?: ComponentChildren }> {
    render() {
      return this.props.children;
    }
  }
  function Outer({ children }: { children?: ComponentChildren }) {
    useState("outer");
    return children as VNode;
  }
  const life = lived([
    <Outer key="1">
      <Field name="a" />
    </Outer>,
    <Field key={null} name="b" />,
  ], { a: "A", b: "B" });
  const beside = (first: VNode) => again(life, [first, <Field key={null} name="b" />]);
  const field = <Field name="new" />;
  assertEquals(beside(<Outer key="1">{field}</Outer>), '[0,[1,"A"],[1,"B"]]', "it was there");
  assertEquals(beside(<Outer key="2">{field}</Outer>), '[0,[1,"fresh"],[1,"B"]]', "hooks");
  assertEquals(beside(<Framed key="2">{field}</Framed>), '[0,[1,"fresh"],[1,"B"]]', "a class");
  assertEquals(beside(<Theme.Provider key="2" value="dark">{field}</Theme.Provider>), '[0,[1,"fresh"],[1,"B"]]', "a provider");
});

Deno.test("What is shown in place of what waits leaves nothing to what waited", () => {
  let waits = true;
  function Waits() {
    if (waits) throw new Promise<void>(() => {});
    return <Field name="child" />;
  }
  const view = [
    <Suspense key="s" fallback={<Field name="fallback" />}>
      <Waits />
    </Suspense>,
    <Field key="f" name="a" />,
  ];
  const life = lived(view, { fallback: "F", a: "A" });
  assertEquals(life.now, '[0,[0,null,[0,[1,"F"]]],[1,"A"]]');
  assertEquals(again(life, view), '[0,[0,null,[0,[1,"fresh"]]],[1,"A"]]', "it waits again");
  waits = false;
  assertEquals(again(life, view), '[0,[0,[0,[1,"fresh"]],null],[1,"A"]]', "it does not wait");
});

Deno.test("useId() has its ids back, and goes on after the last that was given", () => {
  function Id({ name }: { name: string }) {
    return <b title={name}>{useId()}</b>;
  }
  const life = new Life();
  assertEquals(life.shows([<Id key="a" name="a" />, <Id key="b" name="b" />]), '[0,[1,"P0-0","a"],[1,"P0-1","b"]]');
  const next = new Life(life.state);
  assertEquals(next.shows([<Id key="c" name="c" />, <Id key="b" name="b" />]), '[0,[1,"P0-2","c"],[1,"P0-1","b"]]');
});

Deno.test("A hook that is another now takes nothing of the one before that it cannot use", () => {
  const Theme = createContext("none");
  // What each hook does in the place of each: it must be what it does alone.
  const hooks: Record<string, () => unknown> = {
    state: () => useState("first")[0],
    reducer: () => useReducer((n: number) => n, 5)[0],
    memo: () => useMemo(() => "memo", []),
    pair: () => useMemo(() => ["left", () => "right"], [])[0],
    ref: () => useRef("ref").current,
    callback: () => useCallback(() => "called", [])(),
    effect: () => {
      useEffect(() => void ran.push("effect"), []);
      return "effect";
    },
    layout: () => {
      useLayoutEffect(() => void ran.push("layout"), []);
      return "layout";
    },
    context: () => useContext(Theme),
    id: () => useId(),
  };
  const ran: string[] = [];
  let which = "";
  function Changes() {
    return <b>{String(hooks[which]!())}</b>;
  }
  function Wall() {
    useState(0);
    return wall;
  }
  const wall = <Changes />;
  const view = (theme: string) => (
    <Theme.Provider value={theme}>
      <Wall />
    </Theme.Provider>
  );
  for (const before in hooks) {
    which = before;
    const life = new Life();
    life.shows(view("A"));
    for (const after in hooks) {
      which = after;
      ran.length = 0;
      const fresh = new Life().shows(view("A"));
      const ranFresh = ran.splice(0);
      const next = new Life(life.state);
      const shown = next.shows(view("A"));
      const isState = (name: string) => name === "state" || name === "reducer";
      // A state is a state, whichever hook made it; so is an id. Ids that were given are not given again.
      const expected = isState(before) && isState(after) ? (before === "state" ? '[1,"first"]' : '[1,"5"]') : fresh;
      const message = `${after} in the place of ${before}`;
      assertEquals(shown.replace("P0-1", "P0-0"), expected, message);
      assertEquals(ran, ranFresh, message);
      if (after === "context") assertEquals(next.shows(view("B")), '[1,"B"]', `${message} follows its provider`);
    }
  }
});

Deno.test("More hooks than before, or fewer", () => {
  let count = 1;
  function Many() {
    return <b>{Array.from({ length: count }, (_, i) => useState(`${i} of ${count}`)[0]).join(", ")}</b>;
  }
  const life = new Life();
  count = 2;
  life.shows(<Many />);
  count = 3;
  assertEquals(again(life, <Many />), '[1,"0 of 2, 1 of 2, 2 of 3"]');
  count = 1;
  assertEquals(again(life, <Many />), '[1,"0 of 2"]');
});

Deno.test("A component that had a state and has no hook now", () => {
  let has = true;
  function Had() {
    return <b>{has ? useState("state")[0] : "none"}</b>;
  }
  const life = new Life();
  life.shows(<Had />);
  has = false;
  assertEquals(again(life, <Had />), '[1,"none"]');
});

Deno.test("Saved data that is no saved data starts fresh, and nothing throws", () => {
  const view = (
    <p>
      <Field name="a" />
      <Field name="b" key="k" />
    </p>
  );
  const fresh = '[1,[2,"fresh"],[2,"fresh"]]';
  const component = { name: "<Field>", key: null, hooks: [{ state: "saved" }], inside: [] };
  const garbage: unknown[] = [
    null,
    0,
    "text",
    [],
    {},
    { components: null, ids: 0 },
    { components: "Field", ids: 0 },
    { components: [null, 5, "x", [], {}], ids: 0 },
    { components: [{ ...component, name: 5 }], ids: 0 },
    { components: [{ ...component, key: 5 }], ids: 0 },
    { components: [{ ...component, hooks: null }], ids: 0 },
    { components: [{ ...component, hooks: "hooks" }], ids: 0 },
    { components: [{ ...component, inside: {} }], ids: 0 },
    { components: [{ ...component, hooks: [5, "x", [], true] }], ids: 0 },
    { components: [{ ...component, hooks: [{ id: 5 }] }], ids: 0 },
    { components: [component] },
    { components: [component], ids: -1 },
    { components: [component], ids: 1.5 },
    { components: [component], ids: "1" },
    { components: [component], ids: 1e300 },
  ];
  for (const saved of garbage) {
    const life = new Life(saved);
    assertEquals(life.shows(view), fresh, JSON.stringify(saved));
    set.a!("set");
    assertEquals(life.now, '[1,[2,"set"],[2,"fresh"]]', JSON.stringify(saved));
  }
  // What is right beside what is not is taken.
  assertEquals(new Life({ components: [null, component, 7], ids: 0 }).shows(view), '[1,[2,"saved"],[2,"fresh"]]');
});

Deno.test("Forged states are shown as what they are: text", () => {
  const forged = { components: [{ name: "<Field>", key: null, hooks: [{ state: "<script>alert(1)</script>" }], inside: [] }], ids: 0 };
  assertEquals(new Life(forged).shows(<Field name="a" />), '[1,"<script>alert(1)</script>"]');
});

Deno.test("A saved name such as that of a property of all objects is no name", () => {
  const life = new Life({ components: [{ name: "__proto__", key: null, hooks: [], inside: [] }], ids: 0 });
  assertEquals(life.shows(<Field name="a" />), '[1,"fresh"]');
});
