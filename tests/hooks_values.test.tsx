/** `useMemo`, `useCallback`, `useRef`, `useImperativeHandle`, `useId` and `useDebugValue`, beside Preact. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { options, type Ref } from "preact";
import { forwardRef } from "preact/compat";
import {
  type Dispatch,
  type StateUpdater,
  useCallback,
  useDebugValue,
  useEffect,
  useErrorBoundary,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import { Twin } from "./twin.ts";
import { Shown } from "./shown.ts";

type Set<T> = Dispatch<StateUpdater<T>>;

// ---- useMemo, useCallback ----------------------------------------------------------------------

Deno.test("useMemo() makes its value anew when one of its inputs is another", () => {
  using twin = new Twin((log) => {
    function Sum({ a, b }: { a: number; b: number }) {
      const sum = useMemo(() => {
        log(`${a} + ${b}`);
        return a + b;
      }, [a, b]);
      return <p>{sum}</p>;
    }
    return { view: ([a, b]: [number, number]) => <Sum a={a} b={b} /> };
  });
  twin.render([1, 1]);
  assertEquals([twin.log, twin.html], [["1 + 1"], "<p>2</p>"]);
  twin.render([1, 1]);
  assertEquals(twin.log, []);
  twin.render([1, 2]);
  assertEquals([twin.log, twin.html], [["1 + 2"], "<p>3</p>"]);
  twin.render([1, NaN]);
  twin.render([1, NaN]);
  assertEquals(twin.log, []);
});

Deno.test("useMemo() without inputs makes its value at each rendering, with an empty list once", () => {
  using twin = new Twin((log) => {
    function Made({ n }: { n: number }) {
      // deno-lint-ignore no-explicit-any -- its type wants a list
      const each = useMemo(() => n, undefined as any);
      const once = useMemo(() => n, []);
      log(`${each} ${once}`);
      return <p />;
    }
    return { view: (n: number) => <Made n={n} /> };
  });
  twin.render(1);
  twin.render(2);
  assertEquals(twin.log, ["2 1"]);
});

Deno.test("useMemo() keeps a value that is nothing, or a function", () => {
  using twin = new Twin((log) => {
    function Made({ n }: { n: number }) {
      const nothing = useMemo(() => {
        log("made nothing");
        return undefined;
      }, []);
      const twice = useMemo(() => (x: number) => x * 2, []);
      return <p>{twice(n)}{nothing}</p>;
    }
    return { view: (n: number) => <Made n={n} /> };
  });
  twin.render(1);
  twin.render(2);
  assertEquals([twin.log, twin.html], [[], "<p>4</p>"]);
});

Deno.test("useMemo() that throws is asked again when its component is rendered again", () => {
  using twin = new Twin((log) => {
    let retry!: () => void;
    function Risky({ fails }: { fails: boolean }) {
      const text = useMemo(() => {
        log(`fails ${fails}`);
        if (fails) throw new Error("no value");
        return "value";
      }, []);
      return <p>{text}</p>;
    }
    function Boundary({ fails }: { fails: boolean }) {
      const [error, reset] = useErrorBoundary();
      retry = reset;
      return error ? <i>caught</i> : <Risky fails={fails} />;
    }
    return { retry: () => retry(), view: (fails: boolean) => <Boundary fails={fails} /> };
  });
  twin.render(true);
  assertEquals([twin.log, twin.html], [["fails true"], "<i>caught</i>"]);
  twin.render(false);
  twin.act((s) => s.retry());
  assertEquals([twin.log, twin.html], [["fails false"], "<p>value</p>"]);
});

Deno.test("useMemo(): a vnode that it keeps is not rendered again", () => {
  using twin = new Twin((log) => {
    function Heavy({ n }: { n: number }) {
      useState(0);
      log(`heavy ${n}`);
      return <b>{n}</b>;
    }
    function Top({ n }: { n: number }) {
      const half = Math.floor(n / 2);
      return <p>{n}{useMemo(() => <Heavy n={half} />, [half])}</p>;
    }
    return { view: (n: number) => <Top n={n} /> };
  });
  twin.render(0);
  twin.render(1);
  assertEquals([twin.log, twin.html], [[], "<p>1<b>0</b></p>"]);
  twin.render(2);
  assertEquals([twin.log, twin.html], [["heavy 1"], "<p>2<b>1</b></p>"]);
});

Deno.test("useCallback() answers the function of the rendering in which an input changed last", () => {
  using twin = new Twin((log) => {
    const given: (() => number)[] = [];
    function Calls({ n, input }: { n: number; input: number }) {
      const callback = useCallback(() => n, [input]);
      given.push(callback);
      log(`calls ${callback()}`);
      return <p />;
    }
    return { given, view: ([n, input]: [number, number]) => <Calls n={n} input={input} /> };
  });
  twin.render([1, 0]);
  twin.render([2, 0]);
  assertEquals(twin.log, ["calls 1"]);
  twin.render([3, 1]);
  assertEquals(twin.log, ["calls 3"]);
  const [first, second, third] = twin.ours.given;
  assertStrictEquals(first, second);
  assertEquals(second === third, false);
});

// ---- useRef ------------------------------------------------------------------------------------

Deno.test("useRef() answers one object, which keeps what is put into it and renders nothing", () => {
  using twin = new Twin((log) => {
    const refs: object[] = [];
    function Holds({ n }: { n: number }) {
      const before = useRef(0);
      refs.push(before);
      log(`before ${before.current}`);
      useEffect(() => {
        before.current = n;
      });
      return <p>{n}</p>;
    }
    return { refs, view: (n: number) => <Holds n={n} /> };
  });
  twin.render(1);
  assertEquals(twin.log, ["before 0"]);
  twin.render(2);
  assertEquals(twin.log, ["before 1"]);
  assertStrictEquals(twin.ours.refs[0], twin.ours.refs[1]);
});

Deno.test("useRef() of undefined holds undefined", () => {
  using twin = new Twin((log) => {
    function Holds() {
      const ref = useRef(undefined);
      log(`${"current" in ref} ${ref.current}`);
      return <p />;
    }
    return { view: () => <Holds /> };
  });
  twin.render(0);
  assertEquals(twin.log, ["true undefined"]);
});

Deno.test("useRef() of an element stays null on a server, and a developer is told", () => {
  const seen: unknown[] = [];
  function Focus() {
    const input = useRef<HTMLInputElement>(null);
    useEffect(() => {
      seen.push(input.current);
    }, []);
    return (
      <label>
        Name <input ref={input} />
      </label>
    );
  }
  const warnings: string[] = [];
  const lowering = new Lowering({ development: false, warn: (text) => warnings.push(text) });
  lowering.lower(<Focus />);
  lowering.effects();
  assertEquals(seen, [null]);
  assertEquals(warnings, ["a ref in <label>: there are no elements on the server; use a browser effect or a custom element"]);
  const shown = new Shown({ development: true });
  shown.show(<Focus />);
  assertEquals(shown.warnings, warnings);
  assertEquals(shown.find("input").tagName, "INPUT", "what has it is shown all the same");
});

// ---- useImperativeHandle -----------------------------------------------------------------------

interface Handle {
  add(by: number): void;
}

/** A counter that another component counts with. */
function handled(inputs: (n: number) => readonly unknown[] | undefined) {
  const Count = forwardRef(function Count({ log }: { log: (entry: string) => void }, ref: Ref<Handle>) {
    const [n, setN] = useState(0);
    useImperativeHandle(ref, () => {
      log(`handle ${n}`);
      return { add: (by: number) => setN(n + by) };
    }, inputs(n));
    return <b>{n}</b>;
  });
  return Count;
}

Deno.test("useImperativeHandle() puts an object into a ref, without inputs a new one after each rendering", () => {
  const Count = handled(() => undefined);
  using twin = new Twin((log) => {
    const ref: { current: Handle | null } = { current: null };
    return { ref, view: (shown: boolean) => <main>{shown && <Count ref={ref} log={log} />}</main> };
  });
  twin.render(true);
  assertEquals(twin.log, ["handle 0"]);
  twin.act((s) => s.ref.current!.add(2));
  assertEquals([twin.log, twin.html], [["handle 2"], "<main><b>2</b></main>"]);
  twin.act((s) => s.ref.current!.add(3));
  assertEquals(twin.html, "<main><b>5</b></main>");
  twin.render(false);
  assertEquals([twin.ours.ref.current, twin.preacts.ref.current], [null, null]);
});

Deno.test("useImperativeHandle() makes a new object only when its inputs change", () => {
  const Count = handled((n) => [n > 3]);
  using twin = new Twin((log) => {
    const ref: { current: Handle | null } = { current: null };
    return { ref, view: () => <Count ref={ref} log={log} /> };
  });
  twin.render(0);
  twin.act((s) => s.ref.current!.add(2));
  assertEquals([twin.log, twin.html], [[], "<b>2</b>"]);
  // The handle is still that of the first rendering: 0 + 5.
  twin.act((s) => s.ref.current!.add(5));
  assertEquals([twin.log, twin.html], [["handle 5"], "<b>5</b>"]);
});

Deno.test("useImperativeHandle() with another ref fills that, and empties the one before", () => {
  const Count = handled(() => []);
  using twin = new Twin((log) => {
    const refs: { current: Handle | null }[] = [{ current: null }, { current: null }];
    return { refs, view: (which: 0 | 1) => <Count ref={refs[which]!} log={log} /> };
  });
  twin.render(0);
  twin.render(1);
  for (const { refs } of [twin.ours, twin.preacts]) assertEquals(refs.map(({ current }) => current === null), [true, false]);
});

Deno.test("useImperativeHandle() calls a ref that is a function, with null at the end, and what it answered", () => {
  const Count = handled(() => []);
  using twin = new Twin((log) => {
    const ref = (handle: Handle | null) => {
      log(handle ? "given" : "null");
      return () => log("undone");
    };
    return { view: (shown: boolean) => <main>{shown && <Count ref={ref} log={log} />}</main> };
  });
  twin.render(true);
  assertEquals(twin.log, ["handle 0", "given"]);
  twin.render(false);
  assertEquals(twin.log, ["null", "undone"]);
});

Deno.test("useImperativeHandle() is there for the layout effects of the parent", () => {
  const Count = handled(() => []);
  using twin = new Twin((log) => {
    function Parent() {
      const ref = useRef<Handle>(null);
      useLayoutEffect(() => ref.current!.add(7), []);
      return (
        <p>
          <Count ref={ref} log={log} />
        </p>
      );
    }
    return { view: () => <Parent /> };
  });
  twin.render(0);
  assertEquals(twin.html, "<p><b>7</b></p>");
  assertEquals(twin.sent.length, 1, "the state that it set was in the first message");
});

Deno.test("useImperativeHandle() without a ref does nothing", () => {
  const Count = handled(() => []);
  using twin = new Twin((log) => ({ view: (shown: boolean) => <main>{shown && <Count log={log} />}</main> }));
  twin.render(true);
  assertEquals(twin.log, []);
  twin.render(false);
});

// ---- useId -------------------------------------------------------------------------------------

Deno.test("useId() answers ids of which no two are the same, in the order of the document, and keeps them", () => {
  using twin = new Twin((log) => {
    const set: Record<string, Set<number>> = {};
    function Ids({ name }: { name: string }) {
      const [n, setN] = useState(0);
      set[name] = setN;
      log(`${name} ${useId()} ${useId()}`);
      return <li>{n}</li>;
    }
    return {
      set: (name: string, n: number) => set[name]!(n),
      view: (names: string[]) => names.map((name) => <Ids key={name} name={name} />),
    };
  });
  twin.render(["a", "b"]);
  assertEquals(twin.log, ["a P0-0 P0-1", "b P0-2 P0-3"]);
  twin.act((s) => s.set("b", 1));
  assertEquals(twin.log, ["b P0-2 P0-3"]);
  twin.render(["c", "b", "a"]);
  assertEquals(twin.log, ["c P0-4 P0-5", "b P0-2 P0-3", "a P0-0 P0-1"]);
  // An id that was given is not given again, though its component has gone.
  twin.render(["b"]);
  twin.render(["b", "d"]);
  assertEquals(twin.log, ["b P0-2 P0-3", "d P0-6 P0-7"]);
});

Deno.test("useId() joins a label and its field", () => {
  function Field() {
    const id = useId();
    return (
      <p>
        <label htmlFor={id}>Name</label>
        <input id={id} />
      </p>
    );
  }
  using twin = new Twin(() => ({ view: () => <Field /> }));
  twin.render(0);
  assertEquals(twin.html, '<p><label for="P0-0">Name</label><input id="P0-0"></p>');
});

Deno.test("useId() of two views with other prefixes never answers the same", () => {
  const ids: string[] = [];
  function Ids() {
    ids.push(useId());
    return <p />;
  }
  for (const prefix of ["left", "right"]) {
    const lowering = new Lowering({ development: false, warn() {}, ids: prefix });
    lowering.lower([<Ids key="1" />, <Ids key="2" />]);
  }
  assertEquals(ids, ["Pleft-0", "Pleft-1", "Pright-0", "Pright-1"]);
});

// ---- useDebugValue -----------------------------------------------------------------------------

Deno.test("useDebugValue() does nothing, until a tool asks for it through Preact's options", () => {
  const asked: unknown[] = [];
  function Watched({ n }: { n: number }) {
    useDebugValue(n);
    useDebugValue(n, (n) => `n is ${n}`);
    return <p>{n}</p>;
  }
  using twin = new Twin(() => ({ view: (n: number) => <Watched n={n} /> }));
  twin.render(1);
  assertEquals([twin.html, asked], ["<p>1</p>", []]);
  const tool = options as { useDebugValue?: (value: unknown) => void };
  tool.useDebugValue = (value) => asked.push(value);
  try {
    new Lowering({ development: false, warn() {} }).lower(<Watched n={2} />);
  } finally {
    delete tool.useDebugValue;
  }
  assertEquals(asked, [2, "n is 2"]);
});
