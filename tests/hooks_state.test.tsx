/** `useState` and `useReducer`, beside Preact: when a component is rendered again, what it then sees, and whose state it is. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ComponentChildren } from "preact";
import { type Dispatch, type StateUpdater, useEffect, useErrorBoundary, useLayoutEffect, useReducer, useState } from "preact/hooks";
import { type Log, Twin } from "./twin.ts";

type Set<T> = Dispatch<StateUpdater<T>>;

/** A subject with one setter, that of the component rendered last. */
function counting<Props>(use: (log: Log, props: Props) => [number, Set<number>]) {
  return (log: Log) => {
    const setters: Set<number>[] = [];
    function Count(props: { readonly of: Props }) {
      const [n, setN] = use(log, props.of);
      setters.push(setN);
      log(`n ${n}`);
      return <p>{n}</p>;
    }
    return { setters, set: (to: StateUpdater<number>) => setters.at(-1)!(to), view: (props: Props) => <Count of={props} /> };
  };
}

Deno.test("useState() keeps its value through renderings from above", () => {
  using twin = new Twin(counting<number>(() => useState(7)));
  twin.render(1);
  assertEquals(twin.html, "<p>7</p>");
  twin.act((s) => s.set(8));
  twin.render(2);
  assertEquals(twin.html, "<p>8</p>");
  assertEquals(twin.log, ["n 8"]);
});

Deno.test("useState() calls its initializer once, at the first rendering", () => {
  using twin = new Twin(counting<number>((log) =>
    useState(() => {
      log("initialized");
      return 3;
    })
  ));
  twin.render(1);
  assertEquals(twin.log, ["initialized", "n 3"]);
  twin.render(2);
  twin.act((s) => s.set(4));
  assertEquals(twin.log, ["n 4"]);
});

Deno.test("useState() is undefined without a value to begin with", () => {
  using twin = new Twin(() => {
    function Empty() {
      const [value] = useState();
      return <p>{String(value)}</p>;
    }
    return { view: () => <Empty /> };
  });
  twin.render(0);
  assertEquals(twin.html, "<p>undefined</p>");
});

Deno.test("A setter renders its component and nothing around it, and one hole is sent", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Inner() {
      const [n, setN] = useState(0);
      set = setN;
      log("inner");
      return <b>{n}</b>;
    }
    function Outer() {
      useState(0);
      log("outer");
      return <div>text {[<Inner key="inner" />]}</div>;
    }
    return { set: (n: number) => set(n), view: () => <Outer /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["outer", "inner"]);
  twin.act((s) => s.set(5));
  assertEquals(twin.log, ["inner"]);
  // Hole 0 of the root is the list; of it item 0; of that hole 0.
  assertEquals(twin.sent, ['{"0":{"0":{"0":5}}}']);
  assertEquals(twin.html, "<div>text <b>5</b></div>");
});

Deno.test("A setter with a function gives it the latest value, also one that is not rendered yet", () => {
  using twin = new Twin(counting<number>(() => useState(1)));
  twin.render(0);
  twin.act((s) => {
    s.set((n) => n + 1);
    s.set((n) => n * 10);
  });
  // (1 + 1) * 10: in one rendering.
  assertEquals(twin.log, ["n 20"]);
  assertEquals(twin.sent, ['{"0":20}']);
});

Deno.test("Several settings together are one rendering with the last value", () => {
  using twin = new Twin(counting<number>(() => useState(0)));
  twin.render(0);
  twin.act((s) => [1, 2, 3].forEach(s.set));
  assertEquals(twin.log, ["n 3"]);
});

Deno.test("Setting the value that is there renders nothing and sends nothing", () => {
  using twin = new Twin(counting<number>(() => useState(4)));
  twin.render(0);
  twin.act((s) => s.set(4));
  assertEquals([twin.log, twin.sent], [[], []]);
  twin.act((s) => s.set((n) => n));
  assertEquals([twin.log, twin.sent], [[], []]);
});

Deno.test("Setting NaN twice renders once: values are compared by Object.is", () => {
  using twin = new Twin(counting<number>(() => useState(0)));
  twin.render(0);
  twin.act((s) => s.set(NaN));
  assertEquals([twin.log, twin.html], [["n NaN"], "<p>NaN</p>"]);
  twin.act((s) => s.set(NaN));
  assertEquals(twin.log, []);
  twin.act((s) => s.set(0));
  twin.act((s) => s.set(-0));
  assertEquals(twin.log, ["n 0"], "-0 is another value than 0");
});

Deno.test("A value set and set back before it was rendered renders nothing", () => {
  using twin = new Twin(counting<number>(() => useState(1)));
  twin.render(0);
  twin.act((s) => {
    s.set(2);
    s.set(1);
  });
  assertEquals([twin.log, twin.sent], [[], []]);
  twin.act((s) => s.set(2));
  assertEquals(twin.log, ["n 2"], "and it can be set afterwards");
});

Deno.test("A value set back is rendered when another hook of the component has changed", () => {
  using twin = new Twin((log) => {
    let set!: [Set<number>, Set<number>];
    function Two() {
      const [a, setA] = useState(1);
      const [b, setB] = useState(1);
      set = [setA, setB];
      log(`${a} ${b}`);
      return <p>{a}{b}</p>;
    }
    return { set: (which: 0 | 1, n: number) => set[which](n), view: () => <Two /> };
  });
  twin.render(0);
  twin.act((s) => {
    s.set(0, 2);
    s.set(0, 1);
    s.set(1, 5);
  });
  assertEquals([twin.log, twin.html], [["1 5"], "<p>15</p>"]);
});

Deno.test("The setter is the same function at every rendering", () => {
  using twin = new Twin(counting<number>(() => useState(0)));
  twin.render(1);
  twin.render(2);
  twin.act((s) => s.set(1));
  for (const { setters } of [twin.ours, twin.preacts]) {
    assertEquals(setters.length, 3);
    for (const setter of setters) assertStrictEquals(setter, setters[0]);
  }
});

Deno.test("An object mutated and set again renders nothing; a copy does", () => {
  using twin = new Twin((log) => {
    let change!: (copy: boolean) => void;
    function Names() {
      const [names, setNames] = useState(["a"]);
      change = (copy) => {
        names.push("b");
        setNames(copy ? [...names] : names);
      };
      log(names.join());
      return <p>{names}</p>;
    }
    return { change: (copy: boolean) => change(copy), view: () => <Names /> };
  });
  twin.render(0);
  twin.act((s) => s.change(false));
  assertEquals([twin.log, twin.html], [[], "<p>a</p>"]);
  twin.act((s) => s.change(true));
  assertEquals([twin.log, twin.html], [["a,b,b"], "<p>abb</p>"]);
});

Deno.test("A state set while its component is rendered is there before anything in it is", () => {
  using twin = new Twin((log) => {
    function Shown({ n }: { n: number }) {
      useState(0);
      log(`shown ${n}`);
      return <b>{n}</b>;
    }
    function Follow({ to }: { to: number }) {
      const [n, setN] = useState(to);
      log(`follow ${n}`);
      if (n !== to) setN(to);
      return (
        <p>
          <Shown n={n} />
        </p>
      );
    }
    return { view: (to: number) => <Follow to={to} /> };
  });
  twin.render(1);
  assertEquals(twin.log, ["follow 1", "shown 1"]);
  twin.render(2);
  assertEquals(twin.log, ["follow 1", "follow 2", "shown 2"]);
  assertEquals(twin.sent.length, 1);
});

Deno.test("A state set at the first rendering, until it is enough", () => {
  using twin = new Twin(counting<number>(() => {
    const [n, setN] = useState(0);
    if (n < 5) setN(n + 1);
    return [n, setN];
  }));
  twin.render(0);
  assertEquals(twin.log, ["n 0", "n 1", "n 2", "n 3", "n 4", "n 5"]);
  assertEquals(twin.html, "<p>5</p>");
  twin.act((s) => s.set(3));
  assertEquals(twin.log, ["n 3", "n 4", "n 5"]);
});

Deno.test("A component sets the state of the one above it while it is rendered", () => {
  using twin = new Twin((log) => {
    function Child({ n, up }: { n: number; up: Set<number> }) {
      log(`child ${n}`);
      if (n === 0) up(1);
      return <b>{n}</b>;
    }
    function Parent() {
      const [n, setN] = useState(0);
      log(`parent ${n}`);
      return (
        <p>
          <Child n={n} up={setN} />
        </p>
      );
    }
    return { view: () => <Parent /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["parent 0", "child 0", "parent 1", "child 1"]);
  assertEquals(twin.html, "<p><b>1</b></p>");
});

Deno.test("A component sets the state of its neighbour", () => {
  using twin = new Twin((log) => {
    let setOther!: Set<string>;
    function Other() {
      const [text, setText] = useState("old");
      setOther = setText;
      log(`other ${text}`);
      return <i>{text}</i>;
    }
    function One() {
      const [n, setN] = useState(0);
      log(`one ${n}`);
      useEffect(() => setOther(`from ${n}`), [n]);
      press = () => setN((n) => n + 1);
      return <b>{n}</b>;
    }
    let press!: () => void;
    return {
      press: () => press(),
      view: () => (
        <p>
          <One />
          <Other />
        </p>
      ),
    };
  });
  twin.render(0);
  assertEquals(twin.html, "<p><b>0</b><i>from 0</i></p>");
  twin.act((s) => s.press());
  assertEquals(twin.log, ["one 1", "other from 1"]);
});

Deno.test("Settings in several components are rendered from above, each once", () => {
  using twin = new Twin((log) => {
    const set: Record<string, Set<number>> = {};
    function Node({ name, children }: { name: string; children?: ComponentChildren }) {
      const [n, setN] = useState(0);
      set[name] = setN;
      log(`${name} ${n}`);
      return <div>{n}{children}</div>;
    }
    function Top() {
      const [n, setN] = useState(0);
      set.top = setN;
      log(`top ${n}`);
      return (
        <Node name="middle">
          <Node name="leaf" />
        </Node>
      );
    }
    return { set: (names: string[], n: number) => names.forEach((name) => set[name]!(n)), view: () => <Top /> };
  });
  twin.render(0);
  twin.act((s) => s.set(["leaf", "middle", "top"], 1));
  assertEquals(twin.log, ["top 1", "middle 1", "leaf 1"]);
  assertEquals(twin.html, "<div>1<div>1</div></div>");
  // The leaf was made by the top: it is not rendered with the middle.
  twin.act((s) => s.set(["middle"], 2));
  assertEquals(twin.log, ["middle 2"]);
});

Deno.test("A setter of a component that has gone is ignored", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Gone() {
      const [n, setN] = useState(0);
      set = setN;
      log(`n ${n}`);
      return <p>{n}</p>;
    }
    return { set: (n: number) => set(n), view: (shown: boolean) => <main>{shown && <Gone />}</main> };
  });
  twin.render(true);
  twin.render(false);
  twin.act((s) => s.set(1));
  assertEquals([twin.log, twin.sent, twin.html], [[], [], "<main></main>"]);
  twin.render(true);
  assertEquals(twin.html, "<main><p>0</p></main>", "the new one has a state of its own");
});

Deno.test("A setting on its way is dropped when its component goes in the same moment", () => {
  using twin = new Twin((log) => {
    let set!: [Set<number>, Set<boolean>];
    function Inner() {
      const [n, setN] = useState(0);
      set[0] = setN;
      log(`inner ${n}`);
      return <b>{n}</b>;
    }
    function Outer() {
      const [shown, setShown] = useState(true);
      set = [() => {}, setShown];
      log(`outer ${shown}`);
      return <p>{shown && <Inner />}</p>;
    }
    return {
      act() {
        set[0](1);
        set[1](false);
      },
      view: () => <Outer />,
    };
  });
  twin.render(0);
  twin.act((s) => s.act());
  assertEquals([twin.log, twin.html], [["outer false"], "<p></p>"]);
});

// ---- useReducer --------------------------------------------------------------------------------

type Step = { by: number } | "reset";
const step = (n: number, action: Step) => action === "reset" ? 0 : n + action.by;

Deno.test("useReducer() folds actions, several into one rendering", () => {
  using twin = new Twin((log) => {
    let dispatch!: Dispatch<Step>;
    function Count() {
      const [n, send] = useReducer(step, 10);
      dispatch = send;
      log(`n ${n}`);
      return <p>{n}</p>;
    }
    return { dispatch: (action: Step) => dispatch(action), view: () => <Count /> };
  });
  twin.render(0);
  assertEquals(twin.html, "<p>10</p>");
  twin.act((s) => {
    s.dispatch({ by: 1 });
    s.dispatch({ by: 2 });
  });
  assertEquals(twin.log, ["n 13"]);
  twin.act((s) => s.dispatch({ by: 0 }));
  assertEquals(twin.log, [], "the same state: not rendered");
  twin.act((s) => s.dispatch("reset"));
  assertEquals(twin.html, "<p>0</p>");
});

Deno.test("useReducer() makes its first state of a value by a function, once", () => {
  using twin = new Twin((log) => {
    let dispatch!: Dispatch<Step>;
    function Count({ from }: { from: string }) {
      const [n, send] = useReducer(step, from, (text) => {
        log(`read ${text}`);
        return Number(text);
      });
      dispatch = send;
      return <p>{n}</p>;
    }
    return { dispatch: (action: Step) => dispatch(action), view: (from: string) => <Count from={from} /> };
  });
  twin.render("5");
  assertEquals([twin.log, twin.html], [["read 5"], "<p>5</p>"]);
  twin.render("6");
  twin.act((s) => s.dispatch({ by: 1 }));
  assertEquals([twin.log, twin.html], [[], "<p>6</p>"]);
});

Deno.test("useReducer() asks the reducer of the latest rendering, and its dispatch stays the same function", () => {
  using twin = new Twin(() => {
    const dispatches = new Set<Dispatch<number>>();
    function Count({ times }: { times: number }) {
      const [n, send] = useReducer((n: number, by: number) => n + by * times, 0);
      dispatches.add(send);
      return <p>{n}</p>;
    }
    return { dispatches, dispatch: (by: number) => [...dispatches][0]!(by), view: (times: number) => <Count times={times} /> };
  });
  twin.render(1);
  twin.act((s) => s.dispatch(1));
  twin.render(100);
  twin.act((s) => s.dispatch(1));
  assertEquals(twin.html, "<p>101</p>");
  assertEquals([twin.ours.dispatches.size, twin.preacts.dispatches.size], [1, 1]);
});

Deno.test("An action sent while the component is rendered, and one sent by an effect, are folded in order", () => {
  using twin = new Twin((log) => {
    function Steps() {
      const [said, say] = useReducer((said: string, word: string) => said + word, "");
      if (said === "") say("a");
      useLayoutEffect(() => say("b"), []);
      useEffect(() => say("c"), []);
      log(`said ${said}`);
      return <p>{said}</p>;
    }
    return { view: () => <Steps /> };
  });
  twin.render(0);
  // The layout effect makes it render again at once. Effects that wait run before that, so "c" is there already, and asks once more.
  assertEquals(twin.log, ["said ", "said a", "said abc", "said abc"]);
  assertEquals(twin.sent.length, 1);
});

// ---- whose state it is -------------------------------------------------------------------------

/** Rows that count for themselves. */
function rows(log: Log) {
  const set: Record<string, Set<number>> = {};
  function Row({ name }: { name: string }) {
    const [n, setN] = useState(0);
    set[name] = setN;
    useLayoutEffect(() => {
      log(`+${name}`);
      return () => log(`-${name}`);
    }, []);
    return <li>{name}{n}</li>;
  }
  return { set: (name: string, n: number) => set[name]!(n), Row };
}

Deno.test("A component with a key takes its state along when it is moved", () => {
  using twin = new Twin((log) => {
    const { set, Row } = rows(log);
    return { set, view: (names: string[]) => <ul>{names.map((name) => <Row key={name} name={name} />)}</ul> };
  });
  twin.render(["a", "b", "c"]);
  twin.act((s) => ["a", "b", "c"].forEach((name, i) => s.set(name, i + 1)));
  twin.render(["c", "a", "b"]);
  assertEquals([twin.log, twin.html], [[], "<ul><li>c3</li><li>a1</li><li>b2</li></ul>"]);
  twin.act((s) => s.set("a", 9));
  assertEquals(twin.sent, ['{"0":{"1":{"1":9}}}'], "and is patched where it is now");
});

Deno.test("When a component of a list goes, the others keep their states", () => {
  using twin = new Twin((log) => {
    const { set, Row } = rows(log);
    return { set, view: (names: string[]) => <ul>{names.map((name) => <Row key={name} name={name} />)}</ul> };
  });
  twin.render(["a", "b", "c"]);
  twin.act((s) => ["a", "b", "c"].forEach((name, i) => s.set(name, i + 1)));
  twin.render(["a", "c"]);
  assertEquals([twin.log, twin.html], [["-b"], "<ul><li>a1</li><li>c3</li></ul>"]);
  twin.render(["a", "b", "c"]);
  assertEquals([twin.log, twin.html], [["+b"], "<ul><li>a1</li><li>b0</li><li>c3</li></ul>"]);
  twin.act((s) => s.set("c", 7));
  assertEquals(twin.html, "<ul><li>a1</li><li>b0</li><li>c7</li></ul>");
});

Deno.test("Without keys states stay with the place", () => {
  using twin = new Twin((log) => {
    const { set, Row } = rows(log);
    // deno-lint-ignore jsx-key -- that there is none is what is tested
    return { set, view: (names: string[]) => <ul>{names.map((name) => <Row name={name} />)}</ul> };
  });
  twin.render(["a", "b"]);
  twin.act((s) => s.set("a", 1));
  twin.render(["b"]);
  assertEquals([twin.log, twin.html], [["-b"], "<ul><li>b1</li></ul>"]);
});

Deno.test("Another key is another component", () => {
  using twin = new Twin((log) => {
    const { set, Row } = rows(log);
    return {
      set,
      view: (name: string) => (
        <ul>
          <Row key={name} name={name} />
        </ul>
      ),
    };
  });
  twin.render("a");
  twin.act((s) => s.set("a", 5));
  twin.render("b");
  assertEquals([twin.log, twin.html], [["-a", "+b"], "<ul><li>b0</li></ul>"]);
  twin.render("a");
  assertEquals(twin.html, "<ul><li>a0</li></ul>");
});

Deno.test("Another component in the same place has no state of the one before, though both show the same", () => {
  using twin = new Twin((log) => {
    const show = (n: number) => <p>{n}</p>;
    const set: Set<number>[] = [];
    function A() {
      const [n, setN] = useState(1);
      set[0] = setN;
      log(`A ${n}`);
      return show(n);
    }
    function B() {
      const [n, setN] = useState(2);
      set[1] = setN;
      log(`B ${n}`);
      return show(n);
    }
    return { set: (which: number, n: number) => set[which]!(n), view: (b: boolean) => <main>{b ? <B /> : <A />}</main> };
  });
  twin.render(false);
  twin.act((s) => s.set(0, 10));
  twin.render(true);
  assertEquals([twin.log, twin.html], [["B 2"], "<main><p>2</p></main>"]);
  twin.render(false);
  assertEquals(twin.log, ["A 1"]);
});

Deno.test("A component that had no hook may begin to have one: what is in it goes on", () => {
  using twin = new Twin((log) => {
    let setInner!: Set<number>, setLate!: Set<number>;
    function Inner() {
      const [n, setN] = useState(0);
      setInner = setN;
      useEffect(() => {
        log("inner begins");
        return () => log("inner ends");
      }, []);
      return <b>{n}</b>;
    }
    function Late({ stateful }: { stateful: boolean }) {
      let late = 0;
      if (stateful) {
        // deno-lint-ignore react-rules-of-hooks -- Preact allows hooks to be added at the end
        [late, setLate] = useState(100);
        // deno-lint-ignore react-rules-of-hooks -- the same
        useEffect(() => {
          log("late begins");
          return () => log("late ends");
        }, []);
      }
      return (
        <p>
          {late}
          <Inner />
        </p>
      );
    }
    return {
      set: (inner: number) => setInner(inner),
      late: (n: number) => setLate(n),
      view: (stateful: boolean | null) => <main>{stateful !== null && <Late stateful={stateful} />}</main>,
    };
  });
  twin.render(false);
  twin.act((s) => s.set(1));
  assertEquals(twin.html, "<main><p>0<b>1</b></p></main>");
  twin.render(true);
  assertEquals([twin.log, twin.html], [["late begins"], "<main><p>100<b>1</b></p></main>"]);
  twin.act((s) => s.set(2));
  assertEquals(twin.html, "<main><p>100<b>2</b></p></main>");
  twin.act((s) => {
    s.late(101);
    s.set(3);
  });
  assertEquals(twin.html, "<main><p>101<b>3</b></p></main>");
  twin.render(null);
  assertEquals(twin.log, ["late ends", "inner ends"]);
});

Deno.test("States below a component that shows something else at times", () => {
  using twin = new Twin((log) => {
    const { set, Row } = rows(log);
    function Switch({ on }: { on: boolean }) {
      useState(0);
      return on
        ? (
          <ul>
            <Row name="x" />
          </ul>
        )
        : null;
    }
    return { set, view: (on: boolean) => <Switch on={on} /> };
  });
  twin.render(true);
  twin.act((s) => s.set("x", 1));
  twin.render(false);
  assertEquals([twin.log, twin.html], [["-x"], ""]);
  twin.render(true);
  assertEquals([twin.log, twin.html], [["+x"], "<ul><li>x0</li></ul>"]);
});

Deno.test("The same vnode is not rendered again, but states in it are", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>, setOuter!: Set<number>;
    function Inner() {
      const [n, setN] = useState(0);
      set = setN;
      log(`inner ${n}`);
      return <b>{n}</b>;
    }
    const constant = <Inner />;
    function Outer() {
      const [n, setN] = useState(0);
      setOuter = setN;
      log(`outer ${n}`);
      return <p>{n}{constant}</p>;
    }
    return { set: (n: number) => set(n), outer: (n: number) => setOuter(n), view: () => <Outer /> };
  });
  twin.render(0);
  twin.act((s) => s.outer(1));
  assertEquals(twin.log, ["outer 1"]);
  twin.act((s) => {
    s.outer(2);
    s.set(2);
  });
  assertEquals([twin.log, twin.html], [["outer 2", "inner 2"], "<p>2<b>2</b></p>"]);
});

Deno.test("A first rendering that failed leaves no state behind", () => {
  using twin = new Twin((log) => {
    let fails = true;
    let retry!: () => void;
    function Fails() {
      const [n] = useState(() => {
        log("initialized");
        return 1;
      });
      if (fails) throw new Error("not yet");
      return <p>{n}</p>;
    }
    function Boundary() {
      const [error, reset] = useErrorBoundary();
      retry = reset;
      return error ? <i>{(error as Error).message}</i> : <Fails />;
    }
    return {
      mend() {
        fails = false;
        retry();
      },
      view: () => <Boundary />,
    };
  });
  twin.render(0);
  assertEquals([twin.log, twin.html], [["initialized"], "<i>not yet</i>"]);
  twin.act((s) => s.mend());
  assertEquals([twin.log, twin.html], [["initialized"], "<p>1</p>"]);
});
