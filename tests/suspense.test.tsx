/** `Suspense`, `lazy` and `use` of `preact/compat`: what is shown while a component waits, and what lives on meanwhile. */
import { assertEquals, assertThrows } from "@std/assert";
import { Component, type ComponentChildren, type ComponentType, createContext, h } from "preact";
import { lazy, Suspense, use } from "preact/compat";
import { useContext, useEffect, useErrorBoundary, useLayoutEffect, useState } from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import { type Log, type Subject, Twin } from "./twin.ts";

type Props = Record<string, unknown>;

/** Something to wait for. */
interface Later<T = void> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function later<T = void>(): Later<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { promise, resolve, reject };
}

/** A component that waits whenever it is told to, and else shows what it holds. */
function waiter(log: Log, name: string) {
  let waits: Later | undefined;
  let set!: (n: number) => void;
  function Waits({ n }: { n?: number }): ComponentChildren {
    const [own, setOwn] = useState(0);
    set = setOwn;
    useEffect(() => {
      log(`${name} effect`);
      return () => log(`${name} undone`);
    }, []);
    useLayoutEffect(() => {
      log(`${name} layout`);
      return () => log(`${name} layout undone`);
    }, []);
    log(`${name} run`);
    if (waits) throw waits.promise;
    return <b>{name}{n}{own}</b>;
  }
  return {
    Waits,
    set: (n: number) => set(n),
    wait: () => waits = later(),
    /** It is run again, and waits. */
    waitAt: (n: number) => {
      waits = later();
      set(n);
    },
    come: () => {
      const { resolve } = waits!;
      waits = undefined;
      resolve();
    },
    fail: (error: unknown) => {
      const { reject } = waits!;
      waits = undefined;
      reject(error);
    },
  };
}

/** A component with a state and effects that waits for nothing. */
function steady(log: Log, name: string) {
  let set!: (n: number) => void;
  function Steady() {
    const [n, setN] = useState(0);
    set = setN;
    useEffect(() => {
      log(`${name} effect`);
      return () => log(`${name} undone`);
    }, []);
    useLayoutEffect(() => {
      log(`${name} layout`);
      return () => log(`${name} layout undone`);
    }, []);
    return <i>{name}{n}</i>;
  }
  return { Steady, set: (n: number) => set(n) };
}

/** A component that shows an error of what is in it. */
function boundary(log: Log) {
  return function Boundary({ children }: { children?: ComponentChildren }) {
    const [error] = useErrorBoundary((error) => log(`caught ${error.message}`));
    return error ? <em>{error.message}</em> : children;
  };
}

/** What was waited for comes, or fails; then all that follows from it. */
async function comes<Props, S extends Subject<Props>>(twin: Twin<Props, S>, what: (it: S) => void): Promise<void> {
  twin.act(what);
  await twin.settle();
}

// ---- lazy --------------------------------------------------------------------------------------

Deno.test("lazy() shows the fallback until its module is there, then the component that is its default", async () => {
  const twin = new Twin((log) => {
    const module = later<{ default: ComponentType<{ n: number }> }>();
    let loads = 0;
    const Lazy = lazy(() => {
      log(`load ${++loads}`);
      return module.promise;
    });
    return {
      view: ({ n }: { n: number }) => (
        <p>
          {n}
          <Suspense fallback={<i>wait</i>}>
            <Lazy n={n} />
          </Suspense>
        </p>
      ),
      load: () => module.resolve({ default: ({ n }) => <b>lazy {n}</b> }),
    };
  });
  twin.render({ n: 1 });
  assertEquals([twin.html, twin.log], ["<p>1<i>wait</i></p>", ["load 1"]]);
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.log], ["<p>2<i>wait</i></p>", []]);
  await comes(twin, (it) => it.load());
  assertEquals(twin.html, "<p>2<b>lazy 2</b></p>");
  twin.render({ n: 3 });
  assertEquals([twin.html, twin.log, twin.sent], ["<p>3<b>lazy 3</b></p>", [], ['{"0":3,"1":{"0":{"0":{"0":3}}}}']]);
});

Deno.test("lazy() takes a component that is no default export, and one that is there at once is shown without a fallback", async () => {
  const twin = new Twin(() => {
    const module = later<ComponentType>();
    const Lazy = lazy(() => module.promise as never) as ComponentType;
    return {
      view: ({ at }: { at: number }) => (
        <p>
          {at > 0 && (
            <Suspense key={at} fallback="wait">
              <Lazy />
            </Suspense>
          )}
        </p>
      ),
      load: () => module.resolve(() => <b>it</b>),
    };
  });
  twin.render({ at: 1 });
  assertEquals(twin.html, "<p>wait</p>");
  await comes(twin, (it) => it.load());
  assertEquals(twin.html, "<p><b>it</b></p>");
  twin.render({ at: 2 });
  assertEquals(twin.html, "<p><b>it</b></p>");
});

Deno.test("lazy() that cannot load gives its error to the boundary above", async () => {
  for (const isInside of [true, false]) {
    const twin = new Twin((log) => {
      const module = later<{ default: ComponentType }>();
      const Lazy = lazy(() => module.promise);
      const Boundary = boundary(log);
      return {
        view: () =>
          isInside
            ? (
              <p>
                <Suspense fallback="wait">
                  <Boundary>
                    <Lazy />
                  </Boundary>
                </Suspense>
              </p>
            )
            : (
              <p>
                <Boundary>
                  <Suspense fallback="wait">
                    <Lazy />
                  </Suspense>
                </Boundary>
              </p>
            ),
        fail: () => module.reject(new Error("no module")),
      };
    });
    twin.render({});
    assertEquals(twin.html, "<p>wait</p>");
    await comes(twin, (it) => it.fail());
    assertEquals([twin.html, twin.log], ["<p><em>no module</em></p>", ["caught no module"]]);
  }
});

// ---- waiting -----------------------------------------------------------------------------------

Deno.test("a component that waits when it is mounted is shown when its promise comes, with what is beside it", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    a.wait();
    const { Steady } = steady(log, "s");
    return {
      view: () => (
        <p>
          <Suspense fallback={<u>wait</u>}>
            <Steady />
            <a.Waits />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  twin.render({});
  // What does not wait was mounted before the fallback took its place.
  assertEquals([twin.html, twin.log], ["<p><u>wait</u></p>", ["a run", "s layout", "s layout undone"]]);
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><i>s0</i><b>a0</b></p>");
});

Deno.test("what is in a Suspense keeps its state while it waits; its effects are undone, and run again when it is back", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), s = steady(log, "s");
    return {
      view: ({ n }: { n: number }) => (
        <p>
          <Suspense fallback={<u>wait</u>}>
            <s.Steady />
            <a.Waits n={n} />
          </Suspense>
        </p>
      ),
      a,
      s,
    };
  });
  twin.render({ n: 1 });
  assertEquals(twin.log, ["a run", "s layout", "a layout", "s effect", "a effect"]);
  twin.act((it) => {
    it.s.set(5);
    it.a.set(6);
  });
  assertEquals(twin.html, "<p><i>s5</i><b>a16</b></p>");
  twin.act((it) => it.a.waitAt(7));
  assertEquals(twin.html, "<p><u>wait</u></p>");
  assertEquals(twin.log.filter((entry) => entry.endsWith("undone")), ["s undone", "s layout undone", "a undone", "a layout undone"]);
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><i>s5</i><b>a17</b></p>");
});

Deno.test("a Suspense waits for all in it, and shows what has come only when the last has", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    a.wait();
    b.wait();
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <a.Waits />
            <div>
              <b.Waits />
            </div>
          </Suspense>
        </p>
      ),
      a,
      b,
    };
  });
  twin.render({});
  assertEquals([twin.html, twin.log], ["<p>wait</p>", ["a run", "b run"]]);
  await comes(twin, (it) => it.b.come());
  assertEquals(twin.html, "<p>wait</p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><b>a0</b><div><b>b0</b></div></p>");
});

Deno.test("the innermost Suspense shows its fallback; those outside stay as they are", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), s = steady(log, "s");
    return {
      view: () => (
        <p>
          <Suspense fallback="outer">
            <s.Steady />
            <Suspense fallback="inner">
              <a.Waits />
            </Suspense>
          </Suspense>
        </p>
      ),
      a,
      s,
    };
  });
  twin.render({});
  twin.act((it) => it.a.waitAt(1));
  assertEquals([twin.html, twin.log], ["<p><i>s0</i>inner</p>", ["a run", "a undone", "a layout undone"]]);
  twin.act((it) => it.s.set(3));
  assertEquals(twin.html, "<p><i>s3</i>inner</p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><i>s3</i><b>a1</b></p>");
});

Deno.test("a fallback that waits itself is waited for by its own Suspense, which shows nothing meanwhile", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    a.wait();
    b.wait();
    return {
      view: () => (
        <p>
          <Suspense fallback="outer">
            <Suspense fallback={<b.Waits />}>
              <a.Waits />
            </Suspense>
          </Suspense>
        </p>
      ),
      a,
      b,
    };
  });
  twin.render({});
  assertEquals(twin.html, "<p></p>");
  await comes(twin, (it) => it.b.come());
  assertEquals(twin.html, "<p></p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><b>a0</b></p>");
});

Deno.test("a component may wait again and again", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <a.Waits />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  twin.render({});
  for (const n of [1, 2, 3]) {
    twin.act((it) => it.a.waitAt(n));
    assertEquals(twin.html, "<p>wait</p>");
    await comes(twin, (it) => it.a.come());
    assertEquals(twin.html, `<p><b>a${n}</b></p>`);
  }
});

Deno.test("the view goes on while a component waits, and what waits is shown with its last props", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    a.wait();
    return {
      view: ({ n }: { n: number }) => (
        <p>
          {n}
          <Suspense fallback={<u>wait {n}</u>}>
            <a.Waits n={n} />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  for (const n of [1, 2, 3]) {
    twin.render({ n });
    assertEquals(twin.html, `<p>${n}<u>wait ${n}</u></p>`);
  }
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p>3<b>a30</b></p>");
});

Deno.test("a Suspense that goes while it waits takes all with it; what comes then changes nothing", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), s = steady(log, "s");
    return {
      view: ({ on }: { on: boolean }) => (
        <p>
          {on && (
            <Suspense fallback="wait">
              <s.Steady />
              <a.Waits />
            </Suspense>
          )}
        </p>
      ),
      a,
    };
  });
  twin.render({ on: true });
  twin.act((it) => it.a.waitAt(1));
  assertEquals(twin.html, "<p>wait</p>");
  twin.render({ on: false });
  assertEquals([twin.html, twin.log], ["<p></p>", []]);
  await comes(twin, (it) => it.a.come());
  assertEquals([twin.html, twin.log], ["<p></p>", []]);
  twin.render({ on: true });
  assertEquals(twin.html, "<p><i>s0</i><b>a0</b></p>");
});

Deno.test("a component that goes while it waits lets the others in its Suspense be shown", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    let show!: (on: boolean) => void;
    const Maybe = ({ children }: { children?: ComponentChildren }) => {
      const [on, setOn] = useState(true);
      show = setOn;
      return on ? children : "gone";
    };
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <div>
              <Maybe>
                <a.Waits />
              </Maybe>
            </div>
            <b.Waits />
          </Suspense>
        </p>
      ),
      a,
      b,
      show: (on: boolean) => show(on),
    };
  });
  twin.render({});
  twin.act((it) => it.a.waitAt(1));
  assertEquals(twin.html, "<p>wait</p>");
  // What is in there is rendered by itself, and is where it was waited for.
  twin.act((it) => it.show(false));
  assertEquals(twin.html, "<p><div>gone</div><b>b0</b></p>");
  await comes(twin, (it) => it.a.come());
  assertEquals([twin.html, twin.sent], ["<p><div>gone</div><b>b0</b></p>", []]);
});

Deno.test("a promise that fails has its component run once more, which then says what it makes of it", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    a.wait();
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <a.Waits />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  twin.render({});
  await comes(twin, (it) => it.a.fail(new Error("late")));
  assertEquals([twin.html, twin.log.filter((entry) => entry === "a run")], ["<p><b>a0</b></p>", ["a run"]]);
});

Deno.test("a context that changes while a component waits is what it is shown with", async () => {
  const twin = new Twin((log) => {
    const Context = createContext("none");
    let waits: Later | undefined = later();
    const Reads = () => {
      const value = useContext(Context);
      log(`run ${value}`);
      if (waits) throw waits.promise;
      return <b>{value}</b>;
    };
    return {
      view: ({ value }: { value: string }) => (
        <p>
          <Context.Provider value={value}>
            <Suspense fallback="wait">
              <Reads />
            </Suspense>
          </Context.Provider>
        </p>
      ),
      come: () => {
        const { resolve } = waits!;
        waits = undefined;
        resolve();
      },
    };
  });
  twin.render({ value: "a" });
  twin.render({ value: "b" });
  assertEquals(twin.html, "<p>wait</p>");
  await comes(twin, (it) => it.come());
  assertEquals([twin.html, twin.log], ["<p><b>b</b></p>", ["run b"]]);
});

Deno.test("a class component that waits keeps its state and its fields", async () => {
  const twin = new Twin((log) => {
    let waits: Later | undefined;
    let it!: Component<Props, { n: number }>;
    class Holds extends Component<Props, { n: number }> {
      override state = { n: 0 };
      field = "f";
      override componentDidMount() {
        log("did mount");
      }
      override componentWillUnmount() {
        log("will unmount");
      }
      override render() {
        it = this;
        if (waits) throw waits.promise;
        return <b>{this.field}{this.state.n}</b>;
      }
    }
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <Holds />
          </Suspense>
        </p>
      ),
      wait: () => {
        waits = later();
        (it as unknown as { field: string }).field = "g";
        it.setState({ n: 4 });
      },
      come: () => {
        const { resolve } = waits!;
        waits = undefined;
        resolve();
      },
    };
  });
  twin.render({});
  assertEquals(twin.log, ["did mount"]);
  twin.act((it) => it.wait());
  assertEquals([twin.html, twin.log], ["<p>wait</p>", []]);
  await comes(twin, (it) => it.come());
  assertEquals([twin.html, twin.log], ["<p><b>g4</b></p>", []]);
  twin.end();
  assertEquals(twin.log, ["will unmount"]);
});

Deno.test("use() shows what a promise brings, or gives its error to a boundary, or reads a context", async () => {
  const twin = new Twin((log) => {
    const Context = createContext("none");
    const good = later<string>(), bad = later<string>();
    const Shows = ({ of }: { of: Promise<string> }) => <b>{use(of)} {use(Context)}</b>;
    const Boundary = boundary(log);
    return {
      view: ({ value }: { value: string }) => (
        <Context.Provider value={value}>
          <Suspense fallback="wait">
            <Shows of={good.promise} />
          </Suspense>
          <Boundary>
            <Suspense fallback="wait">
              <Shows of={bad.promise} />
            </Suspense>
          </Boundary>
        </Context.Provider>
      ),
      good: () => good.resolve("good"),
      bad: () => bad.reject(new Error("bad")),
    };
  });
  twin.render({ value: "x" });
  assertEquals(twin.html, "waitwait");
  await comes(twin, (it) => it.good());
  assertEquals(twin.html, "<b>good x</b>wait");
  await comes(twin, (it) => it.bad());
  assertEquals([twin.html, twin.log], ["<b>good x</b><em>bad</em>", ["caught bad"]]);
  twin.render({ value: "y" });
  assertEquals(twin.html, "<b>good y</b><em>bad</em>");
});

Deno.test("a component in a Suspense that fails when it is back gives its error to the boundary above", async () => {
  const twin = new Twin((log) => {
    let waits: Later | undefined = later();
    let isBad = false;
    const Bad = () => {
      if (waits) throw waits.promise;
      if (isBad) throw new Error("after all");
      return <b>fine</b>;
    };
    const Boundary = boundary(log);
    return {
      view: () => (
        <p>
          <Boundary>
            <Suspense fallback="wait">
              <Bad />
            </Suspense>
          </Boundary>
        </p>
      ),
      come: () => {
        const { resolve } = waits!;
        waits = undefined;
        isBad = true;
        resolve();
      },
    };
  });
  twin.render({});
  await comes(twin, (it) => it.come());
  assertEquals([twin.html, twin.log], ["<p><em>after all</em></p>", ["caught after all"]]);
});

Deno.test("a list in a Suspense keeps its components by their keys, though it changed while it waited", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    let count = 0;
    class Item extends Component<{ name: string }> {
      readonly number = ++count;
      override render() {
        return <i>{this.props.name}{this.number}</i>;
      }
    }
    return {
      view: ({ names }: { names: string }) => (
        <p>
          <Suspense fallback="wait">
            {[...names].map((name) => <Item key={name} name={name} />)}
            <a.Waits />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  twin.render({ names: "xyz" });
  assertEquals(twin.html, "<p><i>x1</i><i>y2</i><i>z3</i><b>a0</b></p>");
  twin.act((it) => it.a.waitAt(1));
  assertEquals(twin.html, "<p>wait</p>");
  twin.render({ names: "zwx" });
  assertEquals(twin.html, "<p>wait</p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><i>z3</i><i>w4</i><i>x1</i><b>a1</b></p>");
});

Deno.test("what is put aside while another waits may change by itself; it is rendered once more when all is back", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    return { view: () => <p>{h(Suspense, { fallback: "wait" }, h(a.Waits, null), h("div", null, h(b.Waits, null)))}</p>, a, b };
  });
  twin.render({});
  twin.act((it) => it.a.waitAt(1));
  twin.act((it) => it.b.set(5));
  assertEquals([twin.html, twin.sent, twin.log], ["<p>wait</p>", [], ["b run", "b layout", "b effect"]]);
  // What waits itself is not even run.
  twin.act((it) => it.a.set(2));
  assertEquals([twin.html, twin.log], ["<p>wait</p>", []]);
  await comes(twin, (it) => it.a.come());
  assertEquals([twin.html, twin.log], ["<p><b>a2</b><div><b>b5</b></div></p>", ["a run", "b run", "a layout", "a effect"]]);
});

Deno.test("a Suspense that waits moves in its list with what it has put aside", async () => {
  const twin = new Twin((log) => {
    const waiters = { a: waiter(log, "a"), b: waiter(log, "b"), c: waiter(log, "c") };
    const view = ({ names }: { names: string }) => (
      <p>
        {[...names].map((name) => {
          const { Waits } = waiters[name as "a"];
          return (
            <Suspense key={name} fallback={`wait ${name}`}>
              <Waits />
            </Suspense>
          );
        })}
      </p>
    );
    return { view, ...waiters };
  });
  twin.render({ names: "abc" });
  twin.act((it) => it.b.waitAt(1));
  twin.render({ names: "cba" });
  assertEquals(twin.html, "<p><b>c0</b>wait b<b>a0</b></p>");
  twin.render({ names: "bc" });
  await comes(twin, (it) => it.b.come());
  assertEquals(twin.html, "<p><b>b1</b><b>c0</b></p>");
});

Deno.test("a component that waits and is removed is waited for all the same, as by Preact", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    return {
      view: ({ on }: { on: boolean }) => (
        <p>
          <Suspense fallback="wait">
            {on && <a.Waits />}
            <b.Waits />
          </Suspense>
        </p>
      ),
      a,
    };
  });
  twin.render({ on: true });
  twin.act((it) => it.a.waitAt(1));
  // What is in the Suspense is not looked at before it is back.
  twin.render({ on: false });
  assertEquals(twin.html, "<p>wait</p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><b>b0</b></p>");
});

Deno.test("an error in what is put aside goes to the boundary in there, which is shown when all is back", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a");
    let fail!: () => void;
    const Bad = () => {
      const [isBad, setBad] = useState(false);
      fail = () => setBad(true);
      if (isBad) throw new Error("aside");
      return <i>ok</i>;
    };
    const Boundary = boundary(log);
    return {
      view: () => (
        <p>
          <Suspense fallback="wait">
            <a.Waits />
            <Boundary>
              <Bad />
            </Boundary>
          </Suspense>
        </p>
      ),
      a,
      fail: () => fail(),
    };
  });
  twin.render({});
  twin.act((it) => it.a.waitAt(1));
  twin.act((it) => it.fail());
  assertEquals([twin.html, twin.log], ["<p>wait</p>", ["caught aside"]]);
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><b>a1</b><em>aside</em></p>");
});

Deno.test("a Suspense in another waits for its own while both wait", async () => {
  const twin = new Twin((log) => {
    const a = waiter(log, "a"), b = waiter(log, "b");
    return {
      view: () => (
        <p>
          <Suspense fallback="outer">
            <a.Waits />
            <Suspense fallback="inner">
              <b.Waits />
            </Suspense>
          </Suspense>
        </p>
      ),
      a,
      b,
    };
  });
  twin.render({});
  twin.act((it) => it.b.waitAt(1));
  assertEquals(twin.html, "<p><b>a0</b>inner</p>");
  twin.act((it) => it.a.waitAt(1));
  assertEquals(twin.html, "<p>outer</p>");
  await comes(twin, (it) => it.b.come());
  assertEquals(twin.html, "<p>outer</p>");
  await comes(twin, (it) => it.a.come());
  assertEquals(twin.html, "<p><b>a1</b><b>b1</b></p>");
});

// ---- without -----------------------------------------------------------------------------------

Deno.test("a component that waits without a Suspense above is a clear error, of lower() and of update()", () => {
  let waits: Promise<void> | undefined = Promise.resolve();
  let set!: (n: number) => void;
  const Waits = () => {
    const [n, setN] = useState(0);
    set = setN;
    if (waits) throw waits;
    return <b>{n}</b>;
  };
  const message =
    "Cannot render the view: a component waits for something (it threw a promise), and no <Suspense> of preact/compat is around it";
  const lowering = new Lowering({ development: false, warn() {} });
  assertThrows(() => lowering.lower(<Waits />), Error, message);
  waits = undefined;
  lowering.lower(<Waits />);
  waits = Promise.resolve();
  set(1);
  assertThrows(() => lowering.update(), Error, message);
  lowering.end();
});
