/** Contexts, of createContext and of getChildContext. */
import { Component, createContext, h } from "preact";
import { use } from "preact/compat";
import { useContext, useState } from "preact/hooks";
import { act, type Any, beside, type Case, click, type Log, render } from "./case.ts";

const pure = (type: Any) =>
  class Pure extends Component<{ children?: Any }> {
    override shouldComponentUpdate() {
      return false;
    }
    override render() {
      return h(type, null);
    }
  };

/** Ways to read a context. */
const readers: Readonly<Record<string, (context: Any, log: Log) => Any>> = {
  useContext: (context, log) =>
    function Reader() {
      const value = useContext(context);
      log(`read ${value}`);
      return h("p", null, value as Any);
    },
  use: (context, log) =>
    function Reader() {
      const value = use(context as Any);
      log(`read ${value}`);
      return h("p", null, value as Any);
    },
  "use, after a condition": (context, log) =>
    function Reader() {
      const [on, set] = useState(false);
      const value = on ? use(context as Any) : "off";
      log(`read ${value}`);
      return h("button", { onClick: () => set(!on) }, value as Any);
    },
  Consumer: (context, log) => () =>
    h(context.Consumer, null, (value: Any) => {
      log(`read ${value}`);
      return h("p", null, value);
    }),
  contextType: (context, log) => {
    class Reader extends Component {
      static override contextType = context;
      override render() {
        log(`read ${this.context}`);
        return h("p", null, this.context as Any);
      }
    }
    return Reader;
  },
};

function* readerCases(): Iterable<Case> {
  for (const [name, make] of Object.entries(readers)) {
    const more = name.includes("condition") ? [click("button")] : [];
    yield beside(
      `${name}: reads the provider above, and hears of a new value`,
      (log) => {
        const context = createContext("none");
        const Reader = make(context, log);
        return { view: (value: string) => h(context.Provider, { value } as Any, h("div", null, h(Reader, null))) };
      },
      render("a"),
      ...more,
      render("b"),
      render("b"),
      render("c"),
    );
    yield beside(
      `${name}: past a component that is not run`,
      (log) => {
        const context = createContext("none");
        const Pure = pure(make(context, log));
        return { view: (value: string) => h(context.Provider, { value } as Any, h(Pure, null)) };
      },
      render("a"),
      ...more,
      render("b"),
      render("b"),
      render("c"),
    );
    yield beside(
      `${name}: without a provider`,
      (log) => {
        const Reader = make(createContext("default"), log);
        return { view: () => h("div", null, h(Reader, null)) };
      },
      render(1),
      ...more,
      render(2),
    );
    yield beside(
      `${name}: the nearest provider`,
      (log) => {
        const context = createContext("none");
        const Reader = make(context, log);
        return {
          view: ([outer, inner]: string[]) =>
            h(context.Provider, { value: outer } as Any, h(Reader, null), h(context.Provider, { value: inner } as Any, h(Reader, null))),
        };
      },
      render(["a", "b"]),
      render(["c", "b"]),
      render(["c", "d"]),
    );
  }
}

export const contexts: readonly Case[] = [
  ...readerCases(),
  beside(
    "a reader that has gone hears no more",
    (log) => {
      const context = createContext(0);
      const Reader = readers.useContext!(context, log);
      return { view: ([value, on]: Any[]) => h(context.Provider, { value } as Any, on ? h(Reader, null) : h("i", null)) };
    },
    render([1, true]),
    render([2, false]),
    render([3, false]),
    render([4, true]),
  ),
  beside(
    "two contexts in one reader",
    (log) => {
      const A = createContext("a"), B = createContext("b");
      const Reader = pure(() => {
        const text = `${useContext(A)} ${use(B as Any)}`;
        log(text);
        return h("p", null, text);
      });
      return { view: ([a, b]: string[]) => h(A.Provider, { value: a } as Any, h(B.Provider, { value: b } as Any, h(Reader, null))) };
    },
    render(["1", "2"]),
    render(["1", "3"]),
    render(["4", "3"]),
    render(["5", "6"]),
  ),
  beside(
    "the state of a provider's parent",
    (log) => {
      const context = createContext(0);
      const Reader = readers.use!(context, log);
      let set!: (n: number) => void;
      function Above({ children }: Any) {
        const [n, setN] = useState(1);
        set = setN;
        return h(context.Provider, { value: n } as Any, children);
      }
      return { view: () => h(Above, null, h("div", null, h(Reader, null))), set: (n) => set(n) };
    },
    act("set", 2),
    act("set", 2),
    act("set", 3),
  ),
  beside(
    "getChildContext gives a class and a function what they ask for",
    (log) => {
      class Above extends Component<{ n: number; children?: Any }> {
        override getChildContext() {
          return { n: this.props.n };
        }
        override render() {
          return h("div", null, this.props.children);
        }
      }
      class Reader extends Component {
        override render(_: Any, __: Any, context: Any) {
          log(`class ${context.n}`);
          return h("p", null, context.n);
        }
      }
      const Function = (_: Any, context: Any) => {
        log(`function ${context.n}`);
        return h("i", null, context.n);
      };
      return { view: (n: number) => h(Above, { n }, h(Reader, null), h(Function as Any, null)) };
    },
    render(1),
    render(2),
  ),
  beside(
    "getChildContext changes with a state while its children stay the same",
    (log) => {
      let set!: (n: number) => void;
      const Reader = (_: Any, context: Any) => {
        log(`function ${context.n}`);
        return h("i", null, context.n);
      };
      class Above extends Component<Any, Any> {
        override state = { n: 1 };
        override getChildContext() {
          return this.state;
        }
        override render() {
          set = (n) => this.setState({ n });
          return h("div", null, h(Reader as Any, null));
        }
      }
      return { view: () => h(Above, null), set: (n) => set(n) };
    },
    act("set", 2),
    act("set", 3),
  ),
  beside(
    "a value that is an object is another when its identity is",
    (log) => {
      const context = createContext<Any>({});
      const Reader = pure(() => {
        log(`read ${useContext(context).n}`);
        return h("p", null, useContext(context).n);
      });
      const same = { n: 1 };
      return { view: (other: boolean) => h(context.Provider, { value: other ? { n: 1 } : same } as Any, h(Reader, null)) };
    },
    render(false),
    render(false),
    render(true),
  ),
  beside(
    "Context itself is its provider",
    (log) => {
      const context = createContext("none");
      const Reader = readers.useContext!(context, log);
      return { view: (value: string) => h(context as Any, { value }, h(Reader, null)) };
    },
    render("a"),
    render("b"),
  ),
];
