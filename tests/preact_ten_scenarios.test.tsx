/**
 * What components do, beside Preact, under whichever Preact is installed: `preact_ten.test.ts` runs this file once more under Preact 10.
 * Each scenario is one that a difference between the two versions could break.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { signal } from "@preact/signals";
import { Component, type ComponentChildren, type ComponentType, createContext, createRef, type Ref } from "preact";
import { forwardRef, lazy, memo, PureComponent, Suspense, useImperativeHandle, useSyncExternalStore } from "preact/compat";
import { useContext, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Twin } from "./twin.ts";

Deno.test("useState() and useReducer() keep their state, and settle while they are rendered", () => {
  using twin = new Twin((log) => {
    const subject = {
      add: (_n: number) => {},
      send: (_action: string) => {},
      view: () => <Counter />,
    };
    function Counter() {
      const [n, setN] = useState(() => 1);
      const [sent, send] = useReducer((all: string, action: string) => all + action, "");
      const seen = useRef(0);
      if (n % 2 === 0) setN(n + 1);
      subject.add = (more) => setN((before) => before + more);
      subject.send = send;
      log(`render ${n} ${sent} ${seen.current++}`);
      return <p>{n} {sent}</p>;
    }
    return subject;
  });
  twin.render({});
  twin.act((s) => s.add(1));
  twin.act((s) => {
    s.add(2);
    s.send("a");
    s.send("b");
  });
  assertEquals(twin.html, "<p>5 ab</p>");
  twin.act((s) => s.add(0));
  assertEquals(twin.log, []);
});

Deno.test("useEffect() and useLayoutEffect() run, and are undone, in Preact's order", () => {
  using twin = new Twin((log) => {
    function Part({ name, n, children }: { name: string; n: number; children?: ComponentChildren }) {
      useEffect(() => {
        log(`effect ${name} ${n}`);
        return () => log(`undo effect ${name} ${n}`);
      }, [n]);
      useLayoutEffect(() => {
        log(`layout ${name} ${n}`);
        return () => log(`undo layout ${name} ${n}`);
      });
      return <div>{children}</div>;
    }
    return {
      view: ({ n, has }: { n: number; has: boolean }) => (
        <Part name="outer" n={n}>
          {has && <Part name="first" n={n} />}
          <Part name="second" n={1} />
        </Part>
      ),
    };
  });
  twin.render({ n: 1, has: true });
  twin.render({ n: 2, has: true });
  twin.render({ n: 2, has: false });
});

Deno.test("a context reaches those who use it, past a component that is not run", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    class Classic extends Component {
      static override contextType = Theme;
      override render() {
        log("class");
        return <i>{this.context as string}</i>;
      }
    }
    function Modern() {
      log("function");
      return <b>{useContext(Theme)}</b>;
    }
    const Between = memo(function Between() {
      log("between");
      return (
        <div>
          <Modern />
          <Classic />
          <Theme.Consumer>{(theme) => <u>{theme}</u>}</Theme.Consumer>
        </div>
      );
    });
    return {
      view: (theme: string) => (
        <main>
          <Theme.Provider value={theme}>
            <Between />
          </Theme.Provider>
          <Modern />
        </main>
      ),
    };
  });
  twin.render("light");
  twin.render("dark");
  assertEquals(twin.html, "<main><div><b>dark</b><i>dark</i><u>dark</u></div><b>none</b></main>");
  assertEquals(twin.log.includes("between"), false);
});

Deno.test("a class lives through its methods, with the states and snapshots that Preact gives them", () => {
  using twin = new Twin((log) => {
    const subject = {
      one: undefined as Life | undefined,
      view: ({ n }: { n: number }) => n < 0 ? null : <Life n={n} />,
    };
    interface State {
      n: number;
      twice: number;
    }
    class Life extends Component<{ n: number }, State> {
      override state = { n: 0, twice: 0 };
      static override getDerivedStateFromProps(props: { n: number }) {
        return { twice: props.n * 2 };
      }
      override componentDidMount() {
        subject.one = this;
        log("mounted");
        this.setState({ n: 1 }, () => log(`called back ${this.state.n}`));
      }
      override shouldComponentUpdate(next: { n: number }, state: State) {
        log(`should ${next.n} ${state.n} ${state.twice}`);
        return state.n !== 13;
      }
      override getSnapshotBeforeUpdate(props: { n: number }, state: State) {
        return `${props.n} ${state.n}`;
      }
      override componentDidUpdate(props: { n: number }, state: State, snapshot: unknown) {
        log(`updated from ${props.n} ${state.n}, snapshot ${snapshot}`);
      }
      override componentWillUnmount() {
        log("unmounted");
      }
      override render() {
        log("render");
        return <p>{this.props.n} {this.state.n} {this.state.twice}</p>;
      }
    }
    return subject;
  });
  twin.render({ n: 1 });
  twin.render({ n: 2 });
  twin.act((s) => s.one!.setState((state) => ({ n: state.n + 1 })));
  twin.act((s) => s.one!.setState({ n: 13 }, () => {}));
  twin.act((s) => s.one!.forceUpdate());
  assertEquals(twin.html, "<p>2 13 4</p>");
  twin.act((s) => s.one!.setState(() => null));
  twin.render({ n: -1 });
});

Deno.test("the old methods of a class are called too", () => {
  using twin = new Twin((log) => {
    class Old extends Component<{ n: number }> {
      override componentWillMount() {
        this.setState({ n: "will" });
      }
      override componentWillReceiveProps(next: { n: number }) {
        log(`receives ${next.n}`);
        this.setState({ n: `received ${next.n}` });
      }
      override componentWillUpdate(next: { n: number }, state: object) {
        log(`will update ${next.n} ${JSON.stringify(state)}`);
      }
      override render() {
        return <p>{JSON.stringify(this.state)}</p>;
      }
    }
    return { view: ({ n }: { n: number }) => <Old n={n} /> };
  });
  twin.render({ n: 1 });
  twin.render({ n: 2 });
});

/** A component that throws when it is told to: while it is rendered, or in an effect. */
type Failing = ComponentType<{ at: string }>;

function failing(log: (entry: string) => void): Failing {
  return function Fails({ at }) {
    const [n] = useState(0);
    if (at === "render") throw new Error("in render");
    useLayoutEffect(() => {
      if (at === "layout") throw new Error("in layout");
      return () => log("undo layout");
    }, [at]);
    useEffect(() => {
      if (at === "effect") throw new Error("in effect");
      return () => log("undo effect");
    }, [at]);
    return <span>{at} {n}</span>;
  };
}

for (const at of ["render", "layout", "effect"]) {
  Deno.test(`an error boundary shows what its class or its hook makes of an error in ${at}, and can begin again`, () => {
    using twin = new Twin((log) => {
      const Fails = failing(log);
      const subject = {
        resets: [] as (() => void)[],
        view: ({ at }: { at: string }) => (
          <main>
            <Classic>
              <Fails at={at} />
            </Classic>
            <Modern>
              <p>
                <Fails at="never" />
                <Fails at={at} />
              </p>
            </Modern>
          </main>
        ),
      };
      class Classic extends Component<{ children: ComponentChildren }, { error: Error | null }> {
        override state = { error: null };
        static override getDerivedStateFromError(error: Error) {
          log(`derived ${error.message}`);
          return { error };
        }
        override componentDidCatch(error: Error) {
          log(`caught ${error.message}`);
        }
        override render() {
          const { error } = this.state as { error: Error | null };
          subject.resets[0] = () => this.setState({ error: null });
          return error ? <em>{error.message}</em> : this.props.children;
        }
      }
      function Modern({ children }: { children: ComponentChildren }) {
        const [error, reset] = useErrorBoundary((error: Error) => log(`boundary ${error.message}`));
        subject.resets[1] = reset;
        return error ? <em>{(error as Error).message}</em> : <>{children}</>;
      }
      return subject;
    });
    twin.render({ at: "never" });
    twin.render({ at });
    assertStringIncludes(twin.html, `<em>in ${at}</em>`);
    twin.act((s) => s.resets.forEach((reset) => reset()));
    assertStringIncludes(twin.html, `<em>in ${at}</em>`);
    twin.render({ at: "never" });
    twin.act((s) => s.resets.forEach((reset) => reset()));
    assertEquals(twin.html, "<main><span>never 0</span><p><span>never 0</span><span>never 0</span></p></main>");
  });
}

Deno.test("memo() and PureComponent are not run for the same props, and are for a state of their own", () => {
  using twin = new Twin((log) => {
    const subject = {
      set: (_n: number) => {},
      view: ({ n }: { n: number }) => (
        <main>
          <Memo half={n >> 1} />
          <Picky n={n} />
          <Pure half={n >> 1} />
        </main>
      ),
    };
    const Memo = memo(function Inner({ half }: { half: number }) {
      const [n, setN] = useState(0);
      subject.set = setN;
      log(`memo ${half} ${n}`);
      return <b>{half} {n}</b>;
    });
    const Picky = memo(({ n }: { n: number }) => <i>{n}</i>, (a, b) => b.n - a.n < 2);
    class Pure extends PureComponent<{ half: number }> {
      override render() {
        log(`pure ${this.props.half}`);
        return <u>{this.props.half}</u>;
      }
    }
    return subject;
  });
  twin.render({ n: 2 });
  twin.render({ n: 3 });
  assertEquals([twin.log, twin.sent], [[], []]);
  twin.act((s) => s.set(1));
  assertEquals(twin.log, ["memo 1 1"]);
  twin.render({ n: 4 });
  assertEquals(twin.html, "<main><b>2 1</b><i>2</i><u>2</u></main>");
});

Deno.test("Suspense shows its fallback until lazy() has come, and what waited beside it is as Preact leaves it", async () => {
  using twin = new Twin((log) => {
    let resolve!: (module: { default: ComponentType }) => void;
    const Late = lazy(() => new Promise<{ default: ComponentType }>((resolved) => resolve = resolved));
    const subject = {
      set: (_n: number) => {},
      come: () => resolve({ default: () => <q>late</q> }),
      view: ({ late }: { late: boolean }) => (
        <Suspense fallback={<em>wait</em>}>
          {late && <Late />}
          <Beside />
        </Suspense>
      ),
    };
    function Beside() {
      const [n, setN] = useState(0);
      subject.set = setN;
      useEffect(() => {
        log(`effect ${n}`);
        return () => log(`undo effect ${n}`);
      }, [n]);
      useLayoutEffect(() => {
        log(`layout ${n}`);
        return () => log(`undo layout ${n}`);
      }, [n]);
      return <b>{n}</b>;
    }
    return subject;
  });
  twin.render({ late: false });
  twin.act((s) => s.set(7));
  assertEquals(twin.html, "<b>7</b>");
  twin.render({ late: true });
  assertEquals(twin.html, "<em>wait</em>");
  twin.act((s) => s.come());
  await twin.settle();
  await twin.settle();
  assertEquals(twin.html.startsWith("<q>late</q>"), true, twin.html);
  twin.act((s) => s.set(9));
  assertEquals(twin.html, "<q>late</q><b>9</b>");
});

Deno.test("useId() gives each component an id of its own, which stays", () => {
  using twin = new Twin(() => {
    const Field = () => <input id={useId()} name={useId()} />;
    return { view: ({ count }: { count: number }) => <form>{Array.from({ length: count }, (_, key) => <Field key={key} />)}</form> };
  });
  twin.render({ count: 2 });
  twin.render({ count: 3 });
});

Deno.test("a signal updates its hole without its component, and a component that reads it is run", () => {
  using twin = new Twin((log) => {
    const count = signal(1);
    function Reads() {
      log("reads");
      return <b>{count.value}</b>;
    }
    function Shows() {
      log("shows");
      return <i title={count as unknown as string}>{count}</i>;
    }
    return {
      count,
      view: () => (
        <main>
          <Reads />
          <Shows />
        </main>
      ),
    };
  });
  twin.render({});
  twin.act((s) => s.count.value = 2);
  assertEquals([twin.html, twin.log], ['<main><b>2</b><i title="2">2</i></main>', ["reads"]]);
});

Deno.test("refs to components, handles and stores", () => {
  using twin = new Twin((log) => {
    const listeners = new Set<() => void>();
    let stored = 1;
    const subject = {
      handle: createRef<{ ask(): string }>(),
      backing: createRef<Plain>(),
      store(n: number) {
        stored = n;
        for (const listener of listeners) listener();
      },
      view: ({ has }: { has: boolean }) => (
        <main>
          {has && <Handled ref={subject.handle} />}
          {has && <Plain ref={subject.backing} />}
          <Plain ref={(plain: Plain | null) => log(plain ? "ref" : "no ref")} />
          <Follows />
        </main>
      ),
    };
    const Handled = forwardRef(function Handled(_props: object, ref: Ref<{ ask(): string }>) {
      useImperativeHandle(ref, () => ({ ask: () => "asked" }), []);
      return <p>handled</p>;
    });
    class Plain extends Component {
      override render() {
        return <p>plain</p>;
      }
    }
    function Follows() {
      const value = useSyncExternalStore((listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }, () => stored);
      return <b>{value}</b>;
    }
    return subject;
  });
  twin.render({ has: true });
  for (const { handle, backing } of [twin.ours, twin.preacts]) {
    assertEquals([handle.current!.ask(), typeof backing.current!.setState], ["asked", "function"]);
  }
  twin.act((s) => s.store(2));
  twin.render({ has: false });
  const kept = [twin.ours, twin.preacts].map(({ handle, backing }) => [handle.current, typeof backing.current]);
  assertEquals(kept[0], kept[1]);
});

Deno.test("a component whose vnode stays the same waits for its turn, or does not, as in Preact", () => {
  using twin = new Twin((log) => {
    const sets: Record<string, (n: number) => void> = {};
    function use(name: string): number {
      const [n, setN] = useState(0);
      sets[name] = setN;
      log(`${name} ${n}`);
      return n;
    }
    const Child = () => <i>{use("child")}</i>;
    const Parent = () => {
      const n = use("parent");
      const child = useMemo(() => <Child />, []);
      return <p>{n}{child}</p>;
    };
    const Sibling = () => <b>{use("sibling")}</b>;
    return {
      sets,
      view: () => (
        <main>
          <Parent />
          <Sibling />
        </main>
      ),
    };
  });
  twin.render({});
  twin.act(({ sets }) => {
    for (const name of ["child", "parent", "sibling"]) sets[name]!(1);
  });
  assertEquals(twin.html, "<main><p>1<i>1</i></p><b>1</b></main>");
});

Deno.test("NaN set for NaN renders as often as Preact renders it", () => {
  using twin = new Twin((log) => {
    const subject = { set: (_n: number) => {}, view: () => <Shows /> };
    function Shows() {
      const [n, setN] = useState(NaN);
      subject.set = setN;
      log("render");
      return <p>{n}</p>;
    }
    return subject;
  });
  twin.render({});
  twin.act((s) => s.set(NaN));
});

Deno.test("a function that gives its `this` methods has them to itself", () => {
  using twin = new Twin((log) => {
    let isBroken = false;
    function CatchesUntyped(this: Component, { children }: { children?: ComponentChildren }) {
      this.componentDidCatch = (error) => {
        log(`caught ${(error as Error).message}`);
        isBroken = true;
        this.setState({});
      };
      return isBroken ? "broken" : children;
    }
    // A function with a `this` is no component to TypeScript.
    const Catches = CatchesUntyped as unknown as ComponentType<{ children?: ComponentChildren }>;
    const Throws = () => {
      throw new Error("oops");
    };
    const Stateful = ({ children }: { children?: ComponentChildren }) => <p>{useState(1)[0]}{children}</p>;
    return {
      view: ({ fails }: { fails: boolean }) => (
        <main>
          <Catches>
            <Catches>fine</Catches>
            <Stateful>{fails && <Throws />}</Stateful>
          </Catches>
        </main>
      ),
    };
  });
  twin.render({ fails: false });
  assertEquals(twin.html, "<main>fine<p>1</p></main>");
  twin.render({ fails: true });
  assertEquals([twin.html, twin.log], ["<main>broken</main>", ["caught oops"]]);
});
