/** Context, beside Preact: whose value a component sees, and who is rendered when it changes. */
import { assertEquals } from "@std/assert";
import { Component, type ComponentChildren, type Context, createContext } from "preact";
import { memo } from "preact/compat";
import { type Dispatch, type StateUpdater, useContext, useEffect, useLayoutEffect, useState } from "preact/hooks";
import { forEachSpot } from "../runtime/view/tree.ts";
import { Living } from "../runtime/view/living.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { type Log, Twin } from "./twin.ts";

type Set<T> = Dispatch<StateUpdater<T>>;

/** A component that is never rendered from above once it is there. */
class Wall extends Component<{ children?: ComponentChildren }> {
  override shouldComponentUpdate() {
    return false;
  }
  render() {
    return this.props.children;
  }
}

function reader<T>(context: Context<T>, log: Log, name = "reads") {
  return function Reads() {
    const value = useContext(context);
    log(`${name} ${value}`);
    return <b>{String(value)}</b>;
  };
}

Deno.test("useContext() answers the default where there is no provider", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("light"), Nothing = createContext<string | undefined>(undefined);
    const A = reader(Theme, log, "theme"), B = reader(Nothing, log, "nothing");
    return {
      view: () => (
        <p>
          <A />
          <B />
        </p>
      ),
    };
  });
  twin.render(0);
  assertEquals([twin.log, twin.html], [["theme light", "nothing undefined"], "<p><b>light</b><b>undefined</b></p>"]);
});

Deno.test("useContext() answers the value of the nearest provider, also when that is undefined", () => {
  using twin = new Twin((log) => {
    const Theme = createContext<string | undefined>("light");
    const Reads = reader(Theme, log);
    return {
      view: () => (
        <Theme.Provider value="dark">
          <p>
            <Reads />
            <Theme.Provider value="blue">
              <Reads />
            </Theme.Provider>
            <Theme.Provider value={undefined}>
              <Reads />
            </Theme.Provider>
          </p>
        </Theme.Provider>
      ),
    };
  });
  twin.render(0);
  assertEquals(twin.log, ["reads dark", "reads blue", "reads undefined"]);
});

Deno.test("The context itself is a provider, as in Preact 11", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("light");
    const Reads = reader(Theme, log);
    // deno-lint-ignore no-explicit-any -- the types are those of Preact 10 too
    const Direct = Theme as any;
    return {
      view: () => (
        <Direct value="direct">
          <Reads />
        </Direct>
      ),
    };
  });
  twin.render(0);
  assertEquals(twin.log, ["reads direct"]);
});

Deno.test("A new value renders those who read it, also behind a component that says no, and no other", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("light");
    const Reads = reader(Theme, log);
    function Bystander() {
      useState(0);
      log("bystander");
      return <i />;
    }
    return {
      view: (value: string) => (
        <Theme.Provider value={value}>
          <Wall>
            <Reads />
            <Bystander />
            <Wall>
              <Reads />
            </Wall>
          </Wall>
        </Theme.Provider>
      ),
    };
  });
  twin.render("dark");
  assertEquals(twin.log, ["reads dark", "bystander", "reads dark"]);
  twin.render("blue");
  assertEquals(twin.log, ["reads blue", "reads blue"]);
  // One patch, with both texts.
  assertEquals(twin.sent.length, 1);
  twin.render("blue");
  assertEquals([twin.log, twin.sent], [[], []]);
});

Deno.test("A new value reaches through memo(), and each who reads is rendered once", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("light");
    const Reads = reader(Theme, log);
    const Kept = memo(function Kept() {
      useState(0);
      log("kept");
      return (
        <p>
          <Reads />
        </p>
      );
    });
    return {
      view: (value: string) => (
        <Theme.Provider value={value}>
          <Kept />
          <Reads />
        </Theme.Provider>
      ),
    };
  });
  twin.render("a");
  assertEquals(twin.log, ["kept", "reads a", "reads a"]);
  twin.render("b");
  // From above the second; from the queue the one behind memo(): none twice.
  assertEquals(twin.log.toSorted(), ["reads b", "reads b"]);
  assertEquals(twin.html, "<p><b>b</b></p><b>b</b>");
});

Deno.test("A provider that a component above keeps sets the value by its state", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("light");
    const Reads = reader(Theme, log);
    let set!: Set<string>;
    function Themed({ children }: { children: ComponentChildren }) {
      const [theme, setTheme] = useState("dark");
      set = setTheme;
      return <Theme.Provider value={theme}>{children}</Theme.Provider>;
    }
    return {
      set: (theme: string) => set(theme),
      view: () => (
        <Themed>
          <p>
            <Reads />
          </p>
        </Themed>
      ),
    };
  });
  twin.render(0);
  twin.act((s) => s.set("blue"));
  assertEquals([twin.log, twin.html], [["reads blue"], "<p><b>blue</b></p>"]);
});

Deno.test("Several contexts at once, and one change of both renders a reader once", () => {
  using twin = new Twin((log) => {
    const A = createContext("a"), B = createContext("b");
    function Reads() {
      log(`reads ${useContext(A)} ${useContext(B)}`);
      return <b />;
    }
    return {
      view: ([a, b]: [string, string]) => (
        <A.Provider value={a}>
          <B.Provider value={b}>
            <Wall>
              <Reads />
            </Wall>
          </B.Provider>
        </A.Provider>
      ),
    };
  });
  twin.render(["1", "2"]);
  twin.render(["3", "4"]);
  assertEquals(twin.log, ["reads 3 4"]);
  twin.render(["3", "5"]);
  assertEquals(twin.log, ["reads 3 5"]);
});

Deno.test("A reader follows its own provider and not the one above that", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    const Outer = reader(Theme, log, "outer"), Inner = reader(Theme, log, "inner");
    return {
      view: ([outer, inner]: [string, string]) => (
        <Theme.Provider value={outer}>
          <Wall>
            <Outer />
          </Wall>
          <Theme.Provider value={inner}>
            <Wall>
              <Inner />
            </Wall>
          </Theme.Provider>
        </Theme.Provider>
      ),
    };
  });
  twin.render(["1", "2"]);
  twin.render(["3", "2"]);
  assertEquals(twin.log, ["outer 3"]);
  twin.render(["3", "4"]);
  assertEquals(twin.log, ["inner 4"]);
});

Deno.test("Where a provider is put in or taken out, what was in it is made anew", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("default");
    function Reads() {
      const theme = useContext(Theme);
      useLayoutEffect(() => {
        log(`+${theme}`);
        return () => log(`-${theme}`);
      }, []);
      return <b>{theme}</b>;
    }
    return {
      view: (provided: boolean) => (
        <main>
          {provided
            ? (
              <Theme.Provider value="given">
                <Reads />
              </Theme.Provider>
            )
            : <Reads />}
        </main>
      ),
    };
  });
  twin.render(true);
  assertEquals([twin.log, twin.html], [["+given"], "<main><b>given</b></main>"]);
  twin.render(false);
  assertEquals([twin.log, twin.html], [["-given", "+default"], "<main><b>default</b></main>"]);
});

Deno.test("A component that begins to read a context later follows it from then on", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    let set!: Set<boolean>;
    function Late() {
      const [reads, setReads] = useState(false);
      set = setReads;
      // deno-lint-ignore react-rules-of-hooks -- Preact allows hooks to be added at the end
      log(reads ? `reads ${useContext(Theme)}` : "does not");
      return <b />;
    }
    const late = <Late />;
    return { set: () => set(true), view: (value: string) => <Theme.Provider value={value}>{late}</Theme.Provider> };
  });
  twin.render("a");
  twin.render("b");
  assertEquals(twin.log, []);
  twin.act((s) => s.set());
  assertEquals(twin.log, ["reads b"]);
  twin.render("c");
  assertEquals(twin.log, ["reads c"]);
});

Deno.test("A value set in an effect below the provider comes back down", () => {
  using twin = new Twin((log) => {
    const Shared = createContext<{ n: number; setN: Set<number> }>({ n: -1, setN() {} });
    function Below() {
      const { n, setN } = useContext(Shared);
      useEffect(() => setN(10), []);
      log(`below ${n}`);
      return <b>{n}</b>;
    }
    function Above({ children }: { children: ComponentChildren }) {
      const [n, setN] = useState(0);
      return <Shared.Provider value={{ n, setN }}>{children}</Shared.Provider>;
    }
    return {
      view: () => (
        <Above>
          <Below />
        </Above>
      ),
    };
  });
  twin.render(0);
  assertEquals([twin.log, twin.html], [["below 0", "below 10"], "<b>10</b>"]);
});

Deno.test("A reader that goes with the very change is not rendered", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    const Reads = reader(Theme, log);
    return {
      view: (value: string) => (
        <Theme.Provider value={value}>
          <p>{value === "a" && <Reads />}</p>
        </Theme.Provider>
      ),
    };
  });
  twin.render("a");
  twin.render("b");
  assertEquals([twin.log, twin.html], [[], "<p></p>"]);
});

Deno.test("A provider forgets who has gone", () => {
  const Theme = createContext("none");
  let providers: Living[] = [];
  function Reads() {
    return <b>{useContext(Theme)}</b>;
  }
  class Typed extends Component {
    static override contextType = Theme;
    render() {
      return <i>{String(this.context)}</i>;
    }
  }
  const view = (count: number) => (
    <Theme.Provider value={`value ${count}`}>
      {Array.from({ length: count }, (_, i) => [<Reads key={`hook ${i}`} />, <Typed key={`class ${i}`} />])}
    </Theme.Provider>
  );
  const lowering = new Lowering({ development: false, warn() {} });
  const subscribers = (count: number) => {
    const tree = lowering.lower(view(count));
    providers = [];
    forEachSpot(tree, (spot) => {
      if (spot instanceof Living && spot.subscribers) providers.push(spot);
    });
    return providers.map((provider) => provider.subscribers!.size);
  };
  assertEquals(subscribers(100), [200]);
  assertEquals(subscribers(1), [2]);
  assertEquals(subscribers(0), [0]);
  lowering.end();
});

// ---- Consumer, contextType, getChildContext ----------------------------------------------------

Deno.test("A Consumer shows what its child makes of the value, and follows it behind a wall", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    return {
      view: (value: string) => (
        <main>
          <Theme.Provider value={value}>
            <Wall>
              <Theme.Consumer>
                {(theme) => {
                  log(`consumes ${theme}`);
                  return <b>{theme}</b>;
                }}
              </Theme.Consumer>
            </Wall>
          </Theme.Provider>
          <Theme.Consumer>{(theme) => <i>{theme}</i>}</Theme.Consumer>
        </main>
      ),
    };
  });
  twin.render("a");
  assertEquals([twin.log, twin.html], [["consumes a"], "<main><b>a</b><i>none</i></main>"]);
  twin.render("b");
  assertEquals([twin.log, twin.html], [["consumes b"], "<main><b>b</b><i>none</i></main>"]);
});

Deno.test("A Consumer takes a new child with the same value", () => {
  using twin = new Twin(() => {
    const Theme = createContext("none");
    return {
      view: (text: string) => (
        <Theme.Provider value="x">
          <Theme.Consumer>{(theme) => <b>{theme}{text}</b>}</Theme.Consumer>
        </Theme.Provider>
      ),
    };
  });
  twin.render("1");
  twin.render("2");
  assertEquals([twin.html, twin.sent], ["<b>x2</b>", ['{"1":"2"}']]);
});

Deno.test("contextType gives a class the value as its context, in its constructor, its methods and its rendering", () => {
  using twin = new Twin((log) => {
    const Theme = createContext("none");
    class Typed extends Component {
      static override contextType = Theme;
      constructor(props: object, context: unknown) {
        super(props, context);
        log(`made with ${context}`);
      }
      override shouldComponentUpdate(_props: object, _state: object, context: unknown) {
        log(`asked with ${context}`);
        return true;
      }
      override componentDidUpdate() {
        log(`updated with ${this.context}`);
      }
      render(_props?: object, _state?: object, context?: unknown) {
        log(`rendered with ${context}`);
        return <b>{String(this.context)}</b>;
      }
    }
    return {
      view: (value: string) => (
        <main>
          <Theme.Provider value={value}>
            <Wall>
              <Typed />
            </Wall>
          </Theme.Provider>
        </main>
      ),
    };
  });
  twin.render("a");
  assertEquals(twin.log, ["made with a", "rendered with a"]);
  twin.render("b");
  // Forced: it is not asked.
  assertEquals([twin.log, twin.html], [["rendered with b", "updated with b"], "<main><b>b</b></main>"]);
});

Deno.test("contextType without a provider is the default", () => {
  using twin = new Twin(() => {
    const Theme = createContext("none");
    class Typed extends Component {
      static override contextType = Theme;
      render() {
        return <b>{String(this.context)}</b>;
      }
    }
    return { view: () => <Typed /> };
  });
  twin.render(0);
  assertEquals(twin.html, "<b>none</b>");
});

Deno.test("getChildContext() is the context of all classes below, added to what is above", () => {
  using twin = new Twin((log) => {
    class Gives extends Component<{ of: Record<string, string>; children?: ComponentChildren }> {
      override getChildContext() {
        return this.props.of;
      }
      render() {
        return this.props.children;
      }
    }
    class Takes extends Component {
      render() {
        const { a, b } = this.context as Record<string, string>;
        log(`takes ${a} ${b}`);
        return <b>{a}{b}</b>;
      }
    }
    return {
      view: (a: string) => (
        <main>
          <Gives of={{ a, b: "outer" }}>
            <Takes />
            <Gives of={{ b: "inner" }}>
              <p>
                <Takes />
              </p>
            </Gives>
          </Gives>
          <Takes />
        </main>
      ),
    };
  });
  twin.render("1");
  assertEquals(twin.log, ["takes 1 outer", "takes 1 inner", "takes undefined undefined"]);
  twin.render("2");
  assertEquals(twin.html, "<main><b>2outer</b><p><b>2inner</b></p><b></b></main>");
});

Deno.test("getChildContext() reaches a component that renders itself later", () => {
  using twin = new Twin((log) => {
    let set!: Set<number>;
    class Gives extends Component<{ children?: ComponentChildren }> {
      override getChildContext() {
        return { given: "yes" };
      }
      render() {
        return this.props.children;
      }
    }
    class Takes extends Component<{ n: number }> {
      render() {
        return <b>{this.props.n}{(this.context as { given?: string }).given}</b>;
      }
    }
    function Between() {
      const [n, setN] = useState(0);
      set = setN;
      log(`between ${n}`);
      return <p>{n === 0 ? null : <Takes n={n} />}</p>;
    }
    return {
      set: (n: number) => set(n),
      view: () => (
        <Gives>
          <Between />
        </Gives>
      ),
    };
  });
  twin.render(0);
  twin.act((s) => s.set(3));
  assertEquals(twin.html, "<p><b>3yes</b></p>");
});
