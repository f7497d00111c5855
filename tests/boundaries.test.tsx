/** Error boundaries: what they catch, when, and what becomes of all that is in them. Preact does the same beside them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Component, type ComponentChildren, type ComponentType, Fragment, h } from "preact";
import { useEffect, useErrorBoundary, useLayoutEffect, useMemo, useReducer, useState } from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import { type Log, Twin } from "./twin.ts";

type Props = Record<string, unknown>;
interface BoundaryProps {
  readonly children?: ComponentChildren;
}

/** Boundaries of each kind: they show what they have caught, and can be reset. */
function boundaries(log: Log) {
  const resets: (() => void)[] = [];
  class Catches extends Component<BoundaryProps, { error: Error | null }> {
    override state = { error: null as Error | null };
    override componentDidCatch(error: Error) {
      log(`caught ${error.message}`);
      this.setState({ error });
    }
    override render() {
      resets[0] = () => this.setState({ error: null });
      return this.state.error ? <em>{this.state.error.message}</em> : this.props.children;
    }
  }
  class Derives extends Component<BoundaryProps, { error: Error | null }> {
    static override getDerivedStateFromError(error: Error) {
      log(`caught ${error.message}`);
      return { error };
    }
    override state = { error: null as Error | null };
    override render() {
      resets[0] = () => this.setState({ error: null });
      return this.state.error ? <em>{this.state.error.message}</em> : this.props.children;
    }
  }
  const Hook = ({ children }: BoundaryProps) => {
    const [error, reset] = useErrorBoundary((error) => log(`caught ${error.message}`));
    resets[0] = reset;
    return error ? <em>{error.message}</em> : children;
  };
  return { Catches, Derives, Hook, reset: () => resets[0]!() };
}

const kinds = ["Catches", "Derives", "Hook"] as const;

/** Components that throw `when` it is true, each somewhere else. */
const throwing: Record<string, (log: Log) => ComponentType<{ when: boolean }>> = {
  "a function": () => ({ when }) => {
    if (when) throw new Error("oops");
    return <b>fine</b>;
  },
  "a function with hooks": () => ({ when }) => {
    const [n] = useState(1);
    if (when) throw new Error("oops");
    return <b>fine{n}</b>;
  },
  "a memo": () => ({ when }) => {
    const text = useMemo(() => {
      if (when) throw new Error("oops");
      return "fine";
    }, [when]);
    return <b>{text}</b>;
  },
  "a layout effect": (log) => ({ when }) => {
    useLayoutEffect(() => {
      if (when) throw new Error("oops");
      return () => log("layout undone");
    }, [when]);
    return <b>fine</b>;
  },
  "an effect": (log) => ({ when }) => {
    useEffect(() => {
      if (when) throw new Error("oops");
      return () => log("effect undone");
    }, [when]);
    return <b>fine</b>;
  },
  "the cleanup of a layout effect": () => {
    let now = false;
    return ({ when }) => {
      now = when;
      useLayoutEffect(() => () => {
        if (now) throw new Error("oops");
      }, [when]);
      return <b>fine</b>;
    };
  },
  "the cleanup of an effect": () => {
    let now = false;
    return ({ when }) => {
      now = when;
      useEffect(() => () => {
        if (now) throw new Error("oops");
      }, [when]);
      return <b>fine</b>;
    };
  },
  "render()": () => throwsIn("render"),
  "shouldComponentUpdate()": () => throwsIn("shouldComponentUpdate"),
  "componentWillReceiveProps()": () => throwsIn("componentWillReceiveProps"),
  "componentWillUpdate()": () => throwsIn("componentWillUpdate"),
  "getSnapshotBeforeUpdate()": () => throwsIn("getSnapshotBeforeUpdate"),
  "componentDidUpdate()": () => throwsIn("componentDidUpdate"),
  "getDerivedStateFromProps()": () =>
    class extends Component<{ when: boolean }> {
      static override getDerivedStateFromProps(props: { when: boolean }) {
        if (props.when) throw new Error("oops");
        return null;
      }
      override render() {
        return <b>fine</b>;
      }
    },
};

function throwsIn(method: string): ComponentType<{ when: boolean }> {
  class Throws extends Component<{ when: boolean }> {
    check(at: string, when: boolean) {
      if (at === method && when) throw new Error("oops");
    }
    override componentWillReceiveProps(next: { when: boolean }) {
      this.check("componentWillReceiveProps", next.when);
    }
    override shouldComponentUpdate(next: { when: boolean }) {
      this.check("shouldComponentUpdate", next.when);
      return true;
    }
    override componentWillUpdate(next: { when: boolean }) {
      this.check("componentWillUpdate", next.when);
    }
    override getSnapshotBeforeUpdate() {
      this.check("getSnapshotBeforeUpdate", this.props.when);
      return null;
    }
    override componentDidUpdate() {
      this.check("componentDidUpdate", this.props.when);
    }
    override render() {
      this.check("render", this.props.when);
      return <b>fine</b>;
    }
  }
  return Throws;
}

/** A neighbour that notes how it lives. */
function neighbour(log: Log, name: string): ComponentType {
  return class extends Component {
    override componentDidMount() {
      log(`${name} did mount`);
    }
    override componentWillUnmount() {
      log(`${name} will unmount`);
    }
    override render() {
      return <i>{name}</i>;
    }
  };
}

for (const [where, make] of Object.entries(throwing)) {
  Deno.test(`an error of ${where} goes to the boundary above, whatever its kind, and what is in that ends`, () => {
    for (const kind of kinds) {
      const twin = new Twin((log) => {
        const all = boundaries(log);
        const Boundary = all[kind] as ComponentType<BoundaryProps>;
        const Bad = make(log);
        const [Before, After, Outside] = ["before", "after", "outside"].map((name) => neighbour(log, name)) as [
          ComponentType,
          ComponentType,
          ComponentType,
        ];
        return {
          view: ({ when }: { when: boolean }) => (
            <p>
              <Boundary>
                <Before />
                <Bad when={when} />
                <After />
              </Boundary>
              <Outside />
            </p>
          ),
          reset: all.reset,
        };
      });
      twin.render({ when: false });
      assert(twin.html.includes("<i>after</i>"), kind);
      twin.render({ when: true });
      assertEquals(twin.html, "<p><em>oops</em><i>outside</i></p>", kind);
      assertEquals(twin.log.filter((entry) => entry.startsWith("caught")), ["caught oops"], kind);
      assertEquals(twin.log.filter((entry) => / will /.test(entry)), ["before will unmount", "after will unmount"], kind);
      twin.render({ when: false });
      twin.act((it) => it.reset());
      assert(twin.html.includes("<i>before</i><b>fine"), kind);
      assertEquals(twin.log.filter((entry) => /did mount/.test(entry)), ["before did mount", "after did mount"], kind);
      twin.end();
    }
  });
}

for (const where of ["constructor", "componentWillMount", "componentDidMount", "render", "first effect", "first layout effect"]) {
  Deno.test(`an error of the first ${where} is caught while all is mounted`, () => {
    for (const kind of kinds) {
      const twin = new Twin((log) => {
        const all = boundaries(log);
        const Boundary = all[kind] as ComponentType<BoundaryProps>;
        const fail = (at: string) => {
          if (at === where) throw new Error(at);
        };
        class OfClass extends Component {
          constructor(props: Props) {
            super(props);
            fail("constructor");
          }
          override componentWillMount() {
            fail("componentWillMount");
          }
          override componentDidMount() {
            fail("componentDidMount");
          }
          override render() {
            fail("render");
            return <b>never</b>;
          }
        }
        const OfHooks = () => {
          useEffect(() => fail("first effect"), []);
          useLayoutEffect(() => fail("first layout effect"), []);
          return <b>never</b>;
        };
        const Bad = where.startsWith("first") ? OfHooks : OfClass;
        const Before = neighbour(log, "before");
        return {
          view: () => (
            <p>
              <Boundary>
                <div>
                  <Before />
                  <Bad />
                </div>
              </Boundary>
            </p>
          ),
        };
      });
      twin.render({});
      assertEquals(twin.html, `<p><em>${where}</em></p>`, kind);
      twin.end();
    }
  });
}

Deno.test("an error when a component ends goes to the boundary above what was removed", () => {
  for (const kind of kinds) {
    const twin = new Twin((log) => {
      const all = boundaries(log);
      const Boundary = all[kind] as ComponentType<BoundaryProps>;
      class Bad extends Component {
        override componentWillUnmount() {
          throw new Error("gone");
        }
        override render() {
          return <b>fine</b>;
        }
      }
      return {
        view: ({ on }: { on: boolean }) => (
          <p>
            <Boundary>{on && <Bad />}</Boundary>
          </p>
        ),
      };
    });
    twin.render({ on: true });
    twin.render({ on: false });
    assertEquals([twin.html, twin.log], ["<p><em>gone</em></p>", ["caught gone"]], kind);
  }
});

Deno.test("an error in the effects of a component that ends goes to the boundary above what was removed", () => {
  for (const useAnEffect of [useEffect, useLayoutEffect]) {
    const twin = new Twin((log) => {
      const { Catches } = boundaries(log);
      const Bad = () => {
        useAnEffect(() => () => {
          throw new Error("undone");
        }, []);
        return <b>fine</b>;
      };
      return {
        view: ({ on }: { on: boolean }) => (
          <p>
            <Catches>
              {on && (
                <div>
                  <Bad />
                </div>
              )}
            </Catches>
          </p>
        ),
      };
    });
    twin.render({ on: true });
    twin.render({ on: false });
    assertEquals([twin.html, twin.log], ["<p><em>undone</em></p>", ["caught undone"]]);
  }
});

Deno.test("an error when a state is set by itself goes to the boundary, which is all that is rendered anew", () => {
  const twin = new Twin((log) => {
    const { Hook, reset } = boundaries(log);
    let add!: () => void;
    const Bad = () => {
      const [n, step] = useReducer((n: number) => n + 1, 0);
      add = () => step(undefined as never);
      log(`bad ${n}`);
      if (n === 2) throw new Error("two");
      return <b>{n}</b>;
    };
    const Other = () => {
      useState(0);
      log("other");
      return <i />;
    };
    return {
      view: () => (
        <p>
          <Hook>
            <Bad />
          </Hook>
          <Other />
        </p>
      ),
      add: () => add(),
      reset,
    };
  });
  twin.render({});
  twin.act((it) => it.add());
  assertEquals([twin.html, twin.log], ["<p><b>1</b><i></i></p>", ["bad 1"]]);
  twin.act((it) => it.add());
  assertEquals([twin.html, twin.log], ["<p><em>two</em><i></i></p>", ["bad 2", "caught two"]]);
  twin.act((it) => it.reset());
  assertEquals([twin.html, twin.log], ["<p><b>0</b><i></i></p>", ["bad 0"]]);
});

Deno.test("the nearest boundary catches; one that shows its children all the same gives up to the next", () => {
  const twin = new Twin((log) => {
    const { Catches, Hook } = boundaries(log);
    const Bad = ({ when }: { when: boolean }) => {
      if (when) throw new Error("deep");
      return <b>fine</b>;
    };
    class Stubborn extends Component<BoundaryProps, Props> {
      override componentDidCatch(error: Error) {
        log(`stubborn ${error.message}`);
        this.setState({ error });
      }
      override render() {
        return this.props.children;
      }
    }
    class Watches extends Component<BoundaryProps> {
      override componentDidCatch(error: Error) {
        log(`watches ${error.message}`);
      }
      override render() {
        return this.props.children;
      }
    }
    return {
      view: ({ how, when }: { how: string; when: boolean }) => {
        const bad = <Bad when={when} />;
        return how === "nearest"
          ? (
            <p key={how}>
              <Catches>
                1<Hook>2{bad}</Hook>
              </Catches>
            </p>
          )
          : how === "stubborn"
          ? (
            <p key={how}>
              <Catches>
                1<Stubborn>2{bad}</Stubborn>
              </Catches>
            </p>
          )
          : (
            <p key={how}>
              <Catches>
                1<Watches>2{bad}</Watches>
              </Catches>
            </p>
          );
      },
    };
  });
  for (const when of [false, true]) twin.render({ how: "nearest", when });
  assertEquals([twin.html, twin.log], ["<p>1<em>deep</em></p>", ["caught deep"]]);
  for (const when of [false, true]) twin.render({ how: "stubborn", when });
  assertEquals([twin.html, twin.log], ["<p><em>deep</em></p>", ["stubborn deep", "caught deep"]]);
  // It has set no state: it has not handled it.
  for (const when of [false, true]) twin.render({ how: "watches", when });
  assertEquals([twin.html, twin.log], ["<p><em>deep</em></p>", ["watches deep", "caught deep"]]);
});

Deno.test("a boundary that throws while it catches, or while it shows what it caught, gives its own error to the next", () => {
  for (const where of ["componentDidCatch", "getDerivedStateFromError", "render"]) {
    const twin = new Twin((log) => {
      const { Catches } = boundaries(log);
      const Bad = ({ when }: { when: boolean }) => {
        if (when) throw new Error("first");
        return <b>fine</b>;
      };
      class Worse extends Component<BoundaryProps, { error?: Error }> {
        static override getDerivedStateFromError(error: Error) {
          if (where === "getDerivedStateFromError") throw new Error("second");
          return { error };
        }
        override componentDidCatch() {
          if (where === "componentDidCatch") throw new Error("second");
        }
        override render() {
          if (this.state.error) throw new Error("second");
          return this.props.children;
        }
      }
      return {
        view: ({ when }: { when: boolean }) => (
          <p>
            <Catches>
              1<Worse>
                2<Bad when={when} />
              </Worse>
            </Catches>
          </p>
        ),
      };
    });
    twin.render({ when: false });
    twin.render({ when: true });
    assertEquals([twin.html, twin.log], ["<p><em>second</em></p>", ["caught second"]], where);
  }
});

Deno.test("a boundary does not catch its own errors", () => {
  for (const kind of kinds) {
    const twin = new Twin((log) => {
      const { Catches } = boundaries(log);
      const Own = ({ when }: { when: boolean }) => {
        const [error] = useErrorBoundary(() => log("never"));
        if (when) throw new Error(`own ${error}`);
        return <b>fine</b>;
      };
      return {
        view: ({ when }: { when: boolean }) => (
          <p>
            <Catches>
              <Own when={when} />
            </Catches>
          </p>
        ),
      };
    });
    twin.render({ when: false });
    twin.render({ when: true });
    assertEquals([twin.html, twin.log], ["<p><em>own undefined</em></p>", ["caught own undefined"]], kind);
  }
});

Deno.test("several errors below one boundary are each caught, and the last is shown", () => {
  const twin = new Twin((log) => {
    const { Derives } = boundaries(log);
    const Bad = ({ name }: { name: string }) => {
      throw new Error(name);
    };
    return {
      view: () => (
        <p>
          <Derives>
            <Bad name="a" />
            <Bad name="b" />
          </Derives>
        </p>
      ),
    };
  });
  twin.render({});
  assertEquals([twin.html, twin.log], ["<p><em>b</em></p>", ["caught a", "caught b"]]);
});

Deno.test("what is thrown need not be an error", () => {
  const twin = new Twin((log) => {
    class Any extends Component<BoundaryProps, { what: unknown }> {
      override state = { what: undefined as unknown };
      override componentDidCatch(what: unknown) {
        log(String(what));
        this.setState({ what: `caught ${what}` });
      }
      override render() {
        return this.state.what ? String(this.state.what) : this.props.children;
      }
    }
    const Bad = ({ what }: { what: unknown }) => {
      throw what;
    };
    return {
      view: ({ what }: { what: unknown }) => (
        <p>
          <Any key={String(what)}>
            <Bad what={what} />
          </Any>
        </p>
      ),
    };
  });
  for (const what of ["text", null, undefined, 0]) {
    twin.render({ what });
    assertEquals([twin.html, twin.log], [`<p>caught ${what}</p>`, [String(what)]]);
  }
});

Deno.test("a boundary that is told of an error is rendered before the effects of what is beside it", () => {
  const twin = new Twin((log) => {
    const { Hook } = boundaries(log);
    const Bad = () => {
      throw new Error("x");
    };
    const Beside = () => {
      useEffect(() => log("effect"), []);
      useLayoutEffect(() => log("layout"), []);
      return <i />;
    };
    return {
      view: () => (
        <p>
          <Beside />
          <Hook>
            <Beside />
            <Bad />
          </Hook>
        </p>
      ),
    };
  });
  twin.render({});
  assertEquals([twin.html, twin.log], ["<p><i></i><em>x</em></p>", ["caught x", "layout", "layout", "effect"]]);
});

Deno.test("an error beside a component that has just become one of several leaves that to end once, with the others", () => {
  const twin = new Twin((log) => {
    const { Catches } = boundaries(log);
    const A = neighbour(log, "a"), B = neighbour(log, "b");
    const Bad = () => {
      throw new Error("x");
    };
    const Shows = ({ more }: { more: boolean }) =>
      more ? h(Fragment, null, h(A, { key: "a" }), h(B, null), h(Bad, null)) : h(A, { key: "a" });
    return {
      view: ({ more }: { more: boolean }) => (
        <p>
          <Catches>
            <Shows more={more} />
          </Catches>
        </p>
      ),
    };
  });
  twin.render({ more: false });
  twin.render({ more: true });
  assertEquals([twin.html, twin.log], ["<p><em>x</em></p>", ["caught x", "b did mount", "a will unmount", "b will unmount"]]);
  twin.end();
  assertEquals(twin.log, []);
});

// ---- nothing above -----------------------------------------------------------------------------

Deno.test("an error without a boundary comes out of lower(), of update() or of effects(), as it was thrown; then all may go on", () => {
  const error = new Error("mine");
  let fail = "";
  let again!: () => void;
  const Bad = () => {
    const [n, step] = useReducer((n: number) => n + 1, 0);
    again = () => step(undefined as never);
    if (fail === "render") throw error;
    useLayoutEffect(() => {
      if (fail === "layout") throw error;
    });
    useEffect(() => {
      if (fail === "effect") throw error;
    });
    return <b>{n}</b>;
  };
  const caught = (task: () => void) => assertEquals(assertThrows(task) === error, true);
  const lowering = new Lowering({ development: false, warn() {} });
  const view = () => (
    <p>
      <Bad />
    </p>
  );

  fail = "render";
  caught(() => lowering.lower(view()));
  fail = "";
  lowering.lower(view());
  lowering.effects();
  fail = "effect";
  again();
  lowering.update();
  caught(() => lowering.effects());
  fail = "render";
  again();
  caught(() => lowering.update());
  fail = "layout";
  again();
  caught(() => lowering.update());
  fail = "";
  lowering.lower(view());
  lowering.effects();
  lowering.end();
});

Deno.test("an error of a boundary that has no boundary above it comes out as it was thrown", () => {
  const second = new Error("second");
  class Worse extends Component<BoundaryProps> {
    override componentDidCatch() {
      throw second;
    }
    override render() {
      return this.props.children;
    }
  }
  const Bad = () => {
    throw new Error("first");
  };
  const lowering = new Lowering({ development: false, warn() {} });
  assert(
    assertThrows(() =>
      lowering.lower(
        <Worse>
          <Bad />
        </Worse>,
      )
    ) === second,
  );
});
