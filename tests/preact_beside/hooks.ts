/** Hooks of function components, and in which order they do what. */
import { createElement, Fragment, h } from "preact";
import {
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";
import { act, type Any, beside, type Case, click, input, render } from "./case.ts";
import { effectCases } from "./effects.ts";
import { counter } from "./pieces.ts";

export const hooks: readonly Case[] = [
  ...effectCases(),
  beside("useState: a click counts", () => ({ view: () => h(counter(), null) }), click("button"), click("button")),
  beside(
    "useState: a function of the state, and a first one made once",
    (log) => {
      let set!: (to: Any) => void;
      function It() {
        const [n, setN] = useState(() => {
          log("first");
          return 1;
        });
        set = setN;
        return h("p", null, n);
      }
      return {
        view: () => h(It, null),
        twice: () => {
          set((n: number) => n + 1);
          set((n: number) => n * 10);
        },
      };
    },
    act("twice"),
    act("twice"),
  ),
  beside(
    "useState: the same state does not run it",
    (log) => {
      let set!: (to: number) => void;
      const Inner = () => {
        log("inner");
        return h("i", null);
      };
      function It() {
        const [n, setN] = useState(1);
        set = setN;
        log(`run ${n}`);
        return h("p", null, n, h(Inner as Any, { n: {} }));
      }
      return { view: () => h(It, null), set: (n) => set(n) };
    },
    act("set", 1),
    act("set", 2),
    act("set", 2),
    act("set", 2),
  ),
  beside(
    "useState: there and back in one go",
    (log) => {
      let set!: (to: number) => void;
      function It() {
        const [n, setN] = useState(1);
        set = setN;
        log(`run ${n}`);
        return h("p", null, n);
      }
      return {
        view: () => h(It, null),
        both: () => {
          set(2);
          set(1);
        },
      };
    },
    act("both"),
    act("both"),
  ),
  beside(
    "useState set while it is rendered settles at once",
    (log) => {
      const It = ({ n }: { n: number }) => {
        const [most, set] = useState(n);
        if (n > most) set(n);
        log(`run ${n} ${most}`);
        return h("p", null, most);
      };
      return { view: (n) => h(It, { n }) };
    },
    render(1),
    render(3),
    render(2),
  ),
  beside(
    "useReducer: actions, a reducer that is another, and init",
    (log) => {
      let send!: (action: number) => void;
      const It = ({ by }: { by: number }) => {
        const [n, dispatch] = useReducer((n: number, action: number) => n + action * by, 1, (first) => {
          log(`init ${first}`);
          return first * 5;
        });
        send = dispatch;
        return h("p", null, n);
      };
      return { view: (by) => h(It, { by }), send: (n) => send(n) };
    },
    render(1),
    act("send", 2),
    render(10),
    act("send", 2),
    act("send", 0),
  ),
  beside(
    "useMemo and useCallback",
    (log) => {
      const It = ({ n, m }: { n: number; m: number }) => {
        const doubled = useMemo(() => {
          log(`memo ${n}`);
          return n * 2;
        }, [n]);
        const call = useCallback(() => n, [n]);
        const last = useRef<Any>(null);
        log(`same ${last.current === call}`);
        last.current = call;
        return h("p", null, doubled, m);
      };
      return { view: ([n, m]) => h(It, { n, m }) };
    },
    render([1, 1]),
    render([1, 2]),
    render([2, 2]),
  ),
  beside(
    "useMemo without dependencies",
    (log) => {
      const It = ({ n }: { n: number }) => {
        useMemo(() => log(`memo ${n}`), undefined as Any);
        return h("p", null, n);
      };
      return { view: (n) => h(It, { n }) };
    },
    render(1),
    render(1),
  ),
  beside(
    "useRef keeps what is put in it",
    () => {
      const It = ({ n }: { n: number }) => {
        const ref = useRef(0);
        ref.current += n;
        return h("p", null, ref.current);
      };
      return { view: (n) => h(It, { n }) };
    },
    render(1),
    render(2),
    render(3),
  ),
  beside(
    "useId: ids that differ and stay",
    () => {
      const It = () => h("label", { htmlFor: useId() }, h("input", { id: useId() }));
      return { view: (n: number) => h("div", null, Array.from({ length: n }, (_, key) => h(It, { key }))) };
    },
    render(2),
    render(3),
    render(1),
  ),
  beside(
    "useImperativeHandle gives and takes",
    (log) => {
      const It = ({ to, n }: Any) => {
        useImperativeHandle(to, () => ({ n }), [n]);
        return h("p", null, n);
      };
      const ref: Any = { current: null };
      function Above({ n }: { n: number }) {
        useLayoutEffect(() => log(`has ${ref.current?.n ?? null}`));
        return n < 3 ? h(It, { to: ref, n }) : h("i", null);
      }
      return { view: (n) => h(Above, { n }) };
    },
    render(1),
    render(2),
    render(3),
  ),
  beside(
    "useImperativeHandle with a function",
    (log) => {
      const It = ({ n }: Any) => {
        useImperativeHandle((it: Any) => log(`ref ${it?.n ?? null}`), () => ({ n }), [n]);
        return h("p", null, n);
      };
      return { view: (n) => n < 3 ? h(It, { n }) : null };
    },
    render(1),
    render(1),
    render(2),
    render(3),
  ),
  beside(
    "layout effects before effects, both before the next rendering",
    (log) => {
      let set!: (n: number) => void;
      const Inner = ({ n }: { n: number }) => {
        useEffect(() => log(`inner effect ${n}`));
        useLayoutEffect(() => log(`inner layout ${n}`));
        return h("i", null, n);
      };
      function It() {
        const [n, setN] = useState(0);
        set = setN;
        useEffect(() => log(`effect ${n}`));
        useLayoutEffect(() => log(`layout ${n}`));
        log(`run ${n}`);
        return h("p", null, h(Inner, { n }));
      }
      return { view: () => h(It, null), set: (n) => set(n) };
    },
    act("set", 1),
    act("set", 2),
  ),
  beside(
    "two states set together render once, in one component and in two",
    (log) => {
      const sets: Any[] = [];
      const It = ({ at, children }: Any) => {
        const [n, set] = useState(0);
        const [m, setM] = useState(0);
        sets[at] = (to: number) => {
          set(to);
          setM(to);
        };
        log(`run ${at}`);
        return h("div", null, n + m, children);
      };
      return { view: () => h(It, { at: 0 }, h(It, { at: 1 })), both: (n) => sets.forEach((set) => set(n)) };
    },
    act("both", 1),
    act("both", 2),
  ),
  beside(
    "a child's state is set before its parent renders it away",
    (log) => {
      let off!: () => void, set!: (n: number) => void;
      const Inner = () => {
        const [n, setN] = useState(0);
        set = setN;
        useEffect(() => () => log("gone"), []);
        log(`inner ${n}`);
        return h("i", null, n);
      };
      function It() {
        const [on, setOn] = useState(true);
        off = () => setOn(false);
        return h("p", null, on && h(Inner, null));
      }
      return {
        view: () => h(It, null),
        both: () => {
          set(1);
          off();
        },
        late: () => set(5),
      };
    },
    act("both"),
    act("late"),
  ),
  beside(
    "useErrorBoundary shows what it caught, and begins again",
    (log) => {
      let reset!: () => void;
      const Bad = ({ bad }: { bad: boolean }) => {
        if (bad) throw new Error("bad");
        return h("i", null, "good");
      };
      const Safe = ({ bad }: { bad: boolean }) => {
        const [error, again] = useErrorBoundary((error) => log(`caught ${error.message}`));
        reset = again;
        return error ? h("b", null, error.message) : h(Bad, { bad });
      };
      return { view: (bad) => h("div", null, h(Safe, { bad })), reset: () => reset() };
    },
    render(false),
    render(true),
    render(false),
    act("reset"),
    render(true),
  ),
  beside(
    "an input whose state is what was typed",
    () => {
      function It() {
        const [text, set] = useState("a");
        return h(
          Fragment,
          null,
          h("input", { value: text, onInput: (event: Any) => set(event.currentTarget.value.toUpperCase()) }),
          h("p", null, text),
        );
      }
      return { view: () => h(It, null) };
    },
    input("input", "hello"),
    input("input", "HELLO"),
    input("input", ""),
  ),
  beside(
    "hooks in a component that is passed through",
    (log) => {
      const Inner = () => {
        const [n, set] = useState(0);
        log(`inner ${n}`);
        return createElement("button", { onClick: () => set(n + 1) }, n);
      };
      function Outer({ children }: Any) {
        const [m, set] = useState(0);
        log(`outer ${m}`);
        return h("div", null, h("b", { onClick: () => set(m + 1) }, m), children);
      }
      return { view: () => h(Outer, null, h(Inner, null)) };
    },
    click("button"),
    click("b"),
    click("button"),
  ),
  beside("an effect that sets the state of the parent", (log) => {
    const Inner = ({ tell }: Any) => {
      useEffect(() => tell("told"), []);
      return h("i", null);
    };
    function It() {
      const [text, set] = useState("");
      log(`run ${text}`);
      return h("p", null, text, h(Inner, { tell: set }));
    }
    return { view: () => h(It, null) };
  }),
  beside(
    "an effect whose cleanup sets a state",
    (log) => {
      const Inner = ({ tell }: Any) => {
        useEffect(() => () => tell("gone"), []);
        return h("i", null);
      };
      const It = ({ on }: { on: boolean }) => {
        const [text, set] = useState("");
        log(`run ${text}`);
        return h("p", null, text, on && h(Inner, { tell: set }));
      };
      return { view: (on) => h(It, { on }) };
    },
    render(true),
    render(false),
  ),
  beside(
    "async: a promise sets a state later",
    () => {
      let set!: (n: number) => void;
      function It() {
        const [n, setN] = useState(0);
        set = setN;
        return h("p", null, n);
      }
      return { view: () => h(It, null), later: (n) => Promise.resolve().then(() => set(n)) };
    },
    act("later", 1),
    act("later", 2),
  ),
];
