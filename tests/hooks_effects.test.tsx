/** `useEffect` and `useLayoutEffect`, beside Preact: when they run and are undone, in which order, and what of one that throws. */
import { assertEquals, assertThrows } from "@std/assert";
import { Component, type ComponentChildren } from "preact";
import { memo } from "preact/compat";
import { type Dispatch, type StateUpdater, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import { type Log, Twin } from "./twin.ts";

type Set<T> = Dispatch<StateUpdater<T>>;
type Use = typeof useEffect;

/** Notes when an effect runs, and when it is undone. */
function noted(use: Use, log: Log, name: string, inputs?: readonly unknown[]): void {
  use(() => {
    log(`+${name}`);
    return () => log(`-${name}`);
  }, inputs);
}

for (const [name, use] of [["useEffect()", useEffect], ["useLayoutEffect()", useLayoutEffect]] as const) {
  Deno.test(`${name} without inputs runs after each rendering, and is undone before it runs again and at the end`, () => {
    using twin = new Twin((log) => {
      function Each({ n }: { n: number }) {
        useState(0);
        noted(use, log, String(n));
        log(`render ${n}`);
        return <p>{n}</p>;
      }
      return { view: (n: number | null) => <main>{n !== null && <Each n={n} />}</main> };
    });
    twin.render(1);
    assertEquals(twin.log, ["render 1", "+1"]);
    twin.render(2);
    assertEquals(twin.log, ["render 2", "-1", "+2"]);
    twin.render(null);
    assertEquals(twin.log, ["-2"]);
  });

  Deno.test(`${name} runs again when one of its inputs is another value, and only then`, () => {
    using twin = new Twin((log) => {
      function Inputs({ a, b }: { a: unknown; b: unknown }) {
        noted(use, log, `${a} ${b}`, [a, b]);
        return <p />;
      }
      return { view: ([a, b]: [unknown, unknown]) => <Inputs a={a} b={b} /> };
    });
    twin.render([1, "x"]);
    assertEquals(twin.log, ["+1 x"]);
    twin.render([1, "x"]);
    assertEquals(twin.log, []);
    twin.render([1, "y"]);
    assertEquals(twin.log, ["-1 x", "+1 y"]);
    twin.render([NaN, "y"]);
    assertEquals(twin.log, ["-1 y", "+NaN y"]);
    twin.render([NaN, "y"]);
    assertEquals(twin.log, [], "NaN is the same as NaN");
  });

  Deno.test(`${name} with no inputs in its list runs once, and is undone once`, () => {
    using twin = new Twin((log) => {
      function Once({ n }: { n: number }) {
        noted(use, log, "once", []);
        return <p>{n}</p>;
      }
      return { view: (n: number) => <main>{n > 0 && <Once n={n} />}</main> };
    });
    twin.render(1);
    twin.render(2);
    assertEquals(twin.log, []);
    twin.render(0);
    assertEquals(twin.log, ["-once"]);
    twin.render(0);
    assertEquals(twin.log, []);
  });

  Deno.test(`${name} with a longer or shorter list of inputs runs again`, () => {
    using twin = new Twin((log) => {
      function Inputs({ list }: { list: readonly unknown[] }) {
        noted(use, log, list.join(), list);
        return <p />;
      }
      return { view: (list: readonly unknown[]) => <Inputs list={list} /> };
    });
    twin.render([1]);
    twin.render([1, 2]);
    assertEquals(twin.log, ["-1", "+1,2"]);
    twin.render([1]);
    assertEquals(twin.log, ["-1,2", "+1"]);
  });

  Deno.test(`${name}: those of children come before their parent's, in the order of the document; undone from the top`, () => {
    using twin = new Twin((log) => {
      function Node({ name, children }: { name: string; children?: ComponentChildren }) {
        noted(use, log, name);
        noted(use, log, `${name}'`, []);
        return <div>{children}</div>;
      }
      return {
        view: (shown: boolean) => (
          <main>
            {shown && (
              <Node name="top">
                <Node name="a">
                  <Node name="a1" />
                </Node>
                <Node name="b" />
              </Node>
            )}
          </main>
        ),
      };
    });
    twin.render(true);
    assertEquals(twin.log, ["+a1", "+a1'", "+a", "+a'", "+b", "+b'", "+top", "+top'"]);
    twin.render(true);
    assertEquals(twin.log, ["-a1", "+a1", "-a", "+a", "-b", "+b", "-top", "+top"]);
    twin.render(false);
    assertEquals(twin.log, ["-top", "-top'", "-a", "-a'", "-a1", "-a1'", "-b", "-b'"]);
  });

  Deno.test(`${name}: all that undoes in a component comes before what runs anew in it`, () => {
    using twin = new Twin((log) => {
      function Two({ n }: { n: number }) {
        noted(use, log, `a${n}`, [n]);
        noted(use, log, `b${n}`, [n]);
        return <p />;
      }
      return { view: (n: number) => <Two n={n} /> };
    });
    twin.render(1);
    twin.render(2);
    assertEquals(twin.log, ["-a1", "-b1", "+a2", "+b2"]);
  });

  Deno.test(`${name} sees the state of its own rendering`, () => {
    using twin = new Twin((log) => {
      let set!: Set<number>;
      function Sees() {
        const [n, setN] = useState(0);
        set = setN;
        use(() => {
          log(`sees ${n}`);
          return () => log(`saw ${n}`);
        }, [n]);
        return <p>{n}</p>;
      }
      return { set: (n: number) => set(n), view: () => <Sees /> };
    });
    twin.render(0);
    twin.act((s) => s.set(1));
    assertEquals(twin.log, ["saw 0", "sees 1"]);
  });

  Deno.test(`${name} that answers no function is not undone`, () => {
    using twin = new Twin((log) => {
      function Answers({ n }: { n: number }) {
        // deno-lint-ignore no-explicit-any -- what JavaScript may answer
        use((() => [null, 5, "text", {}][n]) as any, [n]);
        log(`render ${n}`);
        return <p />;
      }
      return { view: (n: number) => <Answers n={n} /> };
    });
    for (const n of [0, 1, 2, 3]) twin.render(n);
    twin.end();
    assertEquals(twin.log, []);
  });

  Deno.test(`${name} that throws is caught by the boundary above it, and the others are undone`, () => {
    using twin = new Twin((log) => {
      function Throws() {
        noted(use, log, "before");
        use(() => {
          throw new Error("broken");
        });
        return <b />;
      }
      function Fine() {
        noted(use, log, "fine", []);
        return <i />;
      }
      function Boundary() {
        const [error] = useErrorBoundary((error: Error) => log(error.message));
        return error ? <p>caught</p> : (
          <main>
            <Fine />
            <Throws />
          </main>
        );
      }
      return { view: () => <Boundary /> };
    });
    twin.render(0);
    assertEquals(twin.log, ["+fine", "+before", "broken", "-fine", "-before"]);
    assertEquals(twin.html, "<p>caught</p>");
  });

  Deno.test(`${name}: what undoes it throws: the boundary that stays is told`, () => {
    using twin = new Twin((log) => {
      function Throws() {
        use(() => () => {
          throw new Error("cannot end");
        }, []);
        noted(use, log, "other", []);
        return <b />;
      }
      function Boundary({ shown }: { shown: boolean }) {
        const [error] = useErrorBoundary((error: Error) => log(error.message));
        return error ? <p>caught</p> : <main>{shown && <Throws />}</main>;
      }
      return { view: (shown: boolean) => <Boundary shown={shown} /> };
    });
    twin.render(true);
    twin.render(false);
    assertEquals(twin.html, "<p>caught</p>");
  });

  Deno.test(`${name} that throws without a boundary throws to who renders`, () => {
    function Throws() {
      use(() => {
        throw new Error("nobody");
      });
      return <b />;
    }
    const lowering = new Lowering({ development: false, warn() {} });
    assertThrows(
      () => {
        lowering.lower(<Throws />);
        lowering.effects();
      },
      Error,
      "nobody",
    );
  });
}

Deno.test("What undoes a layout effect throws: the effects of the same component, and what is in it, are undone all the same", () => {
  using twin = new Twin((log) => {
    function Throws({ children }: { children?: ComponentChildren }) {
      noted(useEffect, log, "before", []);
      useLayoutEffect(() => () => {
        throw new Error("cannot end");
      }, []);
      noted(useEffect, log, "after", []);
      noted(useLayoutEffect, log, "layout", []);
      return <b>{children}</b>;
    }
    function Inside() {
      noted(useEffect, log, "inside", []);
      return null;
    }
    function Boundary({ shown }: { shown: boolean }) {
      const [error] = useErrorBoundary((error: Error) => log(error.message));
      return error ? <p>caught</p> : (
        <main>
          {shown && (
            <Throws>
              <Inside />
            </Throws>
          )}
        </main>
      );
    }
    return { view: (shown: boolean) => <Boundary shown={shown} /> };
  });
  twin.render(true);
  twin.render(false);
  assertEquals([twin.log, twin.html], [["-layout", "cannot end", "-before", "-after", "-inside"], "<p>caught</p>"]);
});

Deno.test("Layout effects run before the view is sent, effects after it", () => {
  using twin = new Twin((log) => {
    function Both() {
      const [layout, setLayout] = useState("no");
      const [effect, setEffect] = useState("no");
      useLayoutEffect(() => setLayout("yes"), []);
      useEffect(() => setEffect("yes"), []);
      log(`${layout} ${effect}`);
      return <p>{layout}{effect}</p>;
    }
    function Only() {
      const [effect, setEffect] = useState("no");
      useEffect(() => setEffect("yes"), []);
      return <p>{effect}</p>;
    }
    return { view: (which: "both" | "only") => which === "both" ? <Both /> : <Only /> };
  });
  twin.render("only");
  assertEquals(twin.sent, ['[1,"no"]', '{"0":"yes"}']);
  twin.render("both");
  // The second rendering, for the layout effect, runs what waits first: all is in one message.
  assertEquals(twin.log, ["no no", "yes yes", "yes yes"]);
  assertEquals(twin.sent.length, 1);
});

Deno.test("A state set in a layout effect is in the same patch", () => {
  using twin = new Twin((log) => {
    function Measured({ width }: { width: number }) {
      const [twice, setTwice] = useState(0);
      useLayoutEffect(() => setTwice(width * 2), [width]);
      log(`${width} ${twice}`);
      return <p>{width} {twice}</p>;
    }
    return { view: (width: number) => <Measured width={width} /> };
  });
  twin.render(1);
  assertEquals(twin.sent, ["[1,1,2]"]);
  twin.render(5);
  assertEquals(twin.log, ["5 2", "5 10"]);
  assertEquals(twin.sent, ['{"0":5,"1":10}']);
});

Deno.test("A state set in an effect makes a patch of its own", () => {
  using twin = new Twin(() => {
    function Later({ n }: { n: number }) {
      const [seen, setSeen] = useState(0);
      useEffect(() => setSeen(n), [n]);
      return <p>{n} {seen}</p>;
    }
    return { view: (n: number) => <Later n={n} /> };
  });
  twin.render(1);
  assertEquals(twin.sent, ["[1,1,0]", '{"1":1}']);
  twin.render(2);
  assertEquals(twin.sent, ['{"0":2}', '{"1":2}']);
});

Deno.test("An effect may set a state until it is enough", () => {
  using twin = new Twin((log) => {
    function Counts() {
      const [n, setN] = useState(0);
      useEffect(() => {
        log(`effect ${n}`);
        if (n < 3) setN(n + 1);
      });
      return <p>{n}</p>;
    }
    return { view: () => <Counts /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["effect 0", "effect 1", "effect 2", "effect 3"]);
  assertEquals(twin.sent.length, 4);
});

Deno.test("All layout effects of a rendering run before any effect of it", () => {
  using twin = new Twin((log) => {
    function Node({ name, children }: { name: string; children?: ComponentChildren }) {
      noted(useEffect, log, `effect ${name}`, []);
      noted(useLayoutEffect, log, `layout ${name}`, []);
      return <div>{children}</div>;
    }
    return {
      view: (shown: boolean) => (
        <main>
          {shown && (
            <Node name="a">
              <Node name="b" />
            </Node>
          )}
        </main>
      ),
    };
  });
  twin.render(true);
  assertEquals(twin.log, ["+layout b", "+layout a", "+effect b", "+effect a"]);
  twin.render(false);
  assertEquals(twin.log, ["-layout a", "-layout b", "-effect a", "-effect b"]);
});

Deno.test("What undoes a removed component's effects runs before new effects, and layout effects before the new view's", () => {
  using twin = new Twin((log) => {
    function Node({ name }: { name: string }) {
      noted(useEffect, log, `effect ${name}`, []);
      noted(useLayoutEffect, log, `layout ${name}`, []);
      log(`render ${name}`);
      return <div>{name}</div>;
    }
    return {
      view: (name: string) => (
        <main>
          <Node key={name} name={name} />
        </main>
      ),
    };
  });
  twin.render("old");
  twin.render("new");
  assertEquals(twin.log, ["-layout old", "render new", "+layout new", "-effect old", "+effect new"]);
});

Deno.test("An effect that waits runs before its component is rendered again", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Slow() {
      const [n, setN] = useState(0);
      set = setN;
      noted(useEffect, log, `effect ${n}`, [n]);
      log(`render ${n}`);
      return <p>{n}</p>;
    }
    function Parent() {
      const [, again] = useState(0);
      useLayoutEffect(() => {
        log("layout sets");
        set(1);
        again(1);
      }, []);
      return (
        <div>
          <Slow />
        </div>
      );
    }
    return { view: () => <Parent /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["render 0", "layout sets", "+effect 0", "render 1", "-effect 0", "+effect 1"]);
});

Deno.test("Effects of a component that goes before they ran are never run", () => {
  using twin = new Twin((log) => {
    function Short() {
      noted(useEffect, log, "effect", []);
      noted(useLayoutEffect, log, "layout", []);
      return <b />;
    }
    function Parent() {
      const [shown, setShown] = useState(true);
      useLayoutEffect(() => setShown(false), []);
      return <p>{shown && <Short />}</p>;
    }
    return { view: () => <Parent /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["+layout", "-layout"]);
  assertEquals(twin.html, "<p></p>");
});

Deno.test("Inputs of a rendering that was not finished are forgotten", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Twice() {
      const [n, setN] = useState(0);
      set = setN;
      noted(useLayoutEffect, log, `layout ${n}`, [n]);
      noted(useEffect, log, `effect ${n}`, [n]);
      // Rendered once more, in which nothing of the first time counts.
      if (n === 1) setN(2);
      return <p>{n}</p>;
    }
    return { set: (n: number) => set(n), view: () => <Twice /> };
  });
  twin.render(0);
  twin.act((s) => s.set(1));
  assertEquals(twin.log, ["-layout 0", "+layout 2", "-effect 0", "+effect 2"]);
});

Deno.test("An effect sets the state of a parent, and of a component that it shows only then", () => {
  using twin = new Twin((log) => {
    function Child({ done, isDone }: { done: (is: boolean) => void; isDone: boolean }) {
      useEffect(() => {
        log(`child ${isDone}`);
        done(true);
      });
      return <b>{isDone ? <More /> : "waits"}</b>;
    }
    function More() {
      noted(useEffect, log, "more", []);
      return <i>more</i>;
    }
    function Parent() {
      const [is, setIs] = useState(false);
      return (
        <p>
          <Child isDone={is} done={setIs} />
        </p>
      );
    }
    return { view: () => <Parent /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["child false", "+more", "child true"]);
  assertEquals(twin.html, "<p><b><i>more</i></b></p>");
});

Deno.test("Effects come in order through a memo and a component that says no", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Leaf({ name }: { name: string }) {
      const [n, setN] = useState(0);
      if (name === "leaf") set = setN;
      noted(useEffect, log, `${name} ${n}`, [n]);
      return <b>{n}</b>;
    }
    const Kept = memo(({ children }: { children: ComponentChildren }) => <i>{children}</i>, () => true);
    class Never extends Component<{ children?: ComponentChildren }> {
      override shouldComponentUpdate() {
        return false;
      }
      render() {
        return this.props.children;
      }
    }
    function Top({ n }: { n: number }) {
      noted(useEffect, log, `top ${n}`, [n]);
      return (
        <main>
          <Kept>
            <Leaf name="leaf" />
          </Kept>
          <Never>
            <Leaf name="other" />
          </Never>
        </main>
      );
    }
    return { set: (n: number) => set(n), view: (n: number) => <Top n={n} /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["+leaf 0", "+other 0", "+top 0"]);
  twin.render(1);
  assertEquals(twin.log, ["-top 0", "+top 1"]);
  twin.act((s) => s.set(1));
  assertEquals(twin.log, ["-leaf 0", "+leaf 1"]);
  twin.end();
  assertEquals(twin.log, ["-top 1", "-leaf 1", "-other 0"]);
});

Deno.test("The same vnode that useMemo keeps is not rendered, so its effects do not run again", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    function Leaf({ name }: { name: string }) {
      noted(useEffect, log, name);
      return <b>{name}</b>;
    }
    function Top() {
      const [n, setN] = useState(0);
      set = setN;
      const leaf = useMemo(() => <Leaf name={`leaf ${n > 1}`} />, [n > 1]);
      return <p>{n}{leaf}</p>;
    }
    return { set: (n: number) => set(n), view: () => <Top /> };
  });
  twin.render(0);
  twin.act((s) => s.set(1));
  assertEquals(twin.log, []);
  twin.act((s) => s.set(2));
  assertEquals(twin.log, ["-leaf false", "+leaf true"]);
});

Deno.test("Every effect is undone once when all ends, children after parents, whatever throws", () => {
  const log: string[] = [];
  function Node({ name, children }: { name: string; children?: ComponentChildren }) {
    useLayoutEffect(() => () => {
      log.push(`layout ${name}`);
      if (name === "b") throw new Error("layout of b");
    }, []);
    useEffect(() => () => {
      log.push(`effect ${name}`);
      if (name === "a") throw new Error("effect of a");
    }, []);
    return <div>{children}</div>;
  }
  const lowering = new Lowering({ development: false, warn() {} });
  lowering.lower(
    <Node name="a">
      <Node name="b" />
      <Node name="c" />
    </Node>,
  );
  lowering.effects();
  assertThrows(() => lowering.end(), Error, "layout of b");
  const all = ["layout a", "layout b", "layout c", "effect a", "effect b", "effect c"];
  assertEquals(log, all);
  lowering.end();
  assertEquals(log, all, "ending twice does nothing");
});
