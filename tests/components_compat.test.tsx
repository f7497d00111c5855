// deno-lint-ignore-file jsx-key -- what has no key is what some of this is about
/** What `preact/compat` adds, and what it changes of Preact once it is loaded. Preact does the same beside it. */
import { assertEquals, assertThrows } from "@std/assert";
import { type ComponentChildren, type ComponentType, createContext, createElement as preactElement, h, type VNode } from "preact";
import {
  Children,
  cloneElement,
  Component,
  createElement,
  createPortal,
  createRef,
  flushSync,
  forwardRef,
  memo,
  PureComponent,
  type Ref,
  startTransition,
  StrictMode,
  unstable_batchedUpdates,
  useContext,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useInsertionEffect,
  useState,
  useSyncExternalStore,
  useTransition,
} from "preact/compat";
import { Definitions } from "../runtime/view/definitions.ts";
import { encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { Shown } from "./shown.ts";
import { Twin } from "./twin.ts";

type Props = Record<string, unknown>;
// deno-lint-ignore no-explicit-any -- compat's types are loose
type Any = any;

// ---- memo and PureComponent --------------------------------------------------------------------

Deno.test("memo() runs a component again when one of its props is another, or its own state or context is", () => {
  const twin = new Twin((log) => {
    const Context = createContext("c");
    let set!: (n: number) => void;
    const Kept = memo(({ n }: { n: number; list?: unknown }) => {
      const [own, setOwn] = useState(0);
      set = setOwn;
      log("run");
      return <b>{n}{own}{useContext(Context)}</b>;
    });
    return {
      view: ({ n, list, context }: { n: number; list?: unknown; context: string }) => (
        <Context.Provider value={context}>
          <p>
            {context}
            <Kept n={n} list={list} />
          </p>
        </Context.Provider>
      ),
      set: (n: number) => set(n),
    };
  });
  const list: unknown[] = [];
  twin.render({ n: 1, list, context: "c" });
  assertEquals(twin.log, ["run"]);
  twin.render({ n: 1, list, context: "c" });
  assertEquals(twin.log, []);
  twin.render({ n: 1, list: [], context: "c" });
  assertEquals(twin.log, ["run"]);
  twin.act((it) => it.set(2));
  assertEquals([twin.html, twin.log], ["<p>c<b>12c</b></p>", ["run"]]);
  twin.render({ n: 3, list, context: "d" });
  assertEquals([twin.html, twin.log], ["<p>d<b>32d</b></p>", ["run"]]);
});

Deno.test("memo() asks its comparer whether the props are the same", () => {
  const twin = new Twin((log) => {
    const Even = memo(({ n }: { n: number }) => {
      log(`run ${n}`);
      return <b>{n}</b>;
    }, (before, now) => {
      log(`${before.n}, ${now.n}?`);
      return now.n % 2 === 1;
    });
    return {
      view: ({ n }: { n: number }) => (
        <p>
          <Even n={n} />
        </p>
      ),
    };
  });
  const pages = [0, 1, 2, 3].map((n) => {
    twin.render({ n });
    return `${twin.html} ${twin.log.join(" ")}`;
  });
  assertEquals(pages, [
    "<p><b>0</b></p> run 0",
    "<p><b>0</b></p> 0, 1?",
    "<p><b>2</b></p> 1, 2? run 2",
    "<p><b>2</b></p> 2, 3?",
  ]);
});

Deno.test("memo() of memo(), of a class and of forwardRef() works, and is named after what it keeps", () => {
  const twin = new Twin((log) => {
    class OfClass extends Component<{ n: number }> {
      override render() {
        log(`class ${this.props.n}`);
        return <i>{this.props.n}</i>;
      }
    }
    const Twice = memo(memo(function Inner({ n }: { n: number }) {
      log(`inner ${n}`);
      return <b>{n}</b>;
    }));
    const Kept = memo(OfClass as Any) as ComponentType<{ n: number }>;
    const Forwards = memo(forwardRef(function Named({ n }: { n: number }) {
      log(`forwards ${n}`);
      return <u>{n}</u>;
    }) as Any) as ComponentType<{ n: number }>;
    const names = [Twice, Kept, Forwards].map((type) => (type as { displayName?: string }).displayName);
    return {
      view: ({ n }: { n: number }) => (
        <p>
          <Twice n={n} />
          <Kept n={n} />
          <Forwards n={n} />
        </p>
      ),
      names,
    };
  });
  twin.render({ n: 1 });
  assertEquals(twin.log, ["inner 1", "class 1", "forwards 1"]);
  twin.render({ n: 1 });
  assertEquals(twin.log, []);
  twin.render({ n: 2 });
  assertEquals(twin.html, "<p><b>2</b><i>2</i><u>2</u></p>");
  assertEquals(twin.ours.names, ["Memo(Memo(Inner))", "Memo(OfClass)", "Memo(ForwardRef(Named))"]);
});

Deno.test("PureComponent is rendered again when one of its props or of its state is another", () => {
  const twin = new Twin((log) => {
    let it!: Component<Props, Props>;
    class Pure extends PureComponent<Props, Props> {
      override state = { m: 1 };
      override render() {
        it = this as Any;
        log("run");
        return <b>{this.props.n as number}{this.state.m as number}</b>;
      }
    }
    return {
      view: (props: Props) => (
        <p>
          <Pure {...props} />
        </p>
      ),
      set: (state: Props) => it.setState(state),
    };
  });
  twin.render({ n: 1 });
  twin.render({ n: 1 });
  assertEquals(twin.log, []);
  // A prop that is undefined is noticed when it comes, and is not missed when it goes.
  twin.render({ n: 1, extra: undefined });
  assertEquals(twin.log, ["run"]);
  twin.render({ n: 1 });
  assertEquals(twin.log, []);
  twin.act((it) => it.set({ m: 1 }));
  assertEquals(twin.log, []);
  twin.act((it) => it.set({ m: 2 }));
  assertEquals([twin.html, twin.log], ["<p><b>12</b></p>", ["run"]]);
});

// ---- refs --------------------------------------------------------------------------------------

Deno.test("a ref of a class component is its object, there when componentDidMount is called", () => {
  const twin = new Twin((log) => {
    const ref = createRef<Component>();
    class Has extends Component<Props> {
      name = "it";
      override componentDidMount() {
        log(`own ${ref.current === this}`);
      }
      override render() {
        return <b />;
      }
    }
    class Parent extends Component<{ on: boolean }> {
      override componentDidMount() {
        log(`parent ${(ref.current as Any).name}`);
      }
      override render() {
        return <p>{this.props.on && <Has ref={ref as Any} />}</p>;
      }
    }
    return { view: ({ on }: { on: boolean }) => <Parent on={on} />, read: () => log(String(ref.current !== null)) };
  });
  twin.render({ on: true });
  assertEquals(twin.log, ["own true", "parent it"]);
  twin.render({ on: false });
  twin.act((it) => it.read());
  // Preact takes back a ref that holds an element or nothing, and leaves one that holds a component.
  assertEquals(twin.log, ["true"]);
});

Deno.test("a function that is a ref is called with the component, and with null or by what it answered when that goes", () => {
  for (const cleans of [false, true]) {
    const twin = new Twin((log) => {
      class Has extends Component<Props> {
        override componentDidMount() {
          log("did mount");
        }
        override componentWillUnmount() {
          log("will unmount");
        }
        override render() {
          return <b />;
        }
      }
      const ref = (it: unknown) => {
        log(it === null ? "null" : (it as object).constructor.name);
        return cleans ? () => log("cleaned") : undefined;
      };
      return { view: ({ on }: { on: boolean }) => <p>{on && h(Has as Any, { ref })}</p> };
    });
    twin.render({ on: true });
    assertEquals(twin.log, ["Has", "did mount"]);
    twin.render({ on: true });
    assertEquals(twin.log, []);
    twin.render({ on: false });
    assertEquals(twin.log, [cleans ? "cleaned" : "null", "will unmount"]);
    twin.render({ on: true });
    twin.end();
    assertEquals(twin.log, [cleans ? "cleaned" : "null", "will unmount"]);
  }
});

Deno.test("a ref that is replaced by another is taken back before the other is given", () => {
  const twin = new Twin((log) => {
    class Has extends Component<Props> {
      override render() {
        return <b />;
      }
    }
    const refs = ["a", "b"].map((name) => (it: unknown) => log(`${name} ${it === null ? "null" : "it"}`));
    return { view: ({ at }: { at: number | null }) => <p>{h(Has as Any, at === null ? null : { ref: refs[at] })}</p> };
  });
  twin.render({ at: 0 });
  assertEquals(twin.log, ["a it"]);
  twin.render({ at: 1 });
  assertEquals(twin.log, ["a null", "b it"]);
  twin.render({ at: null });
  assertEquals(twin.log, ["b null"]);
  twin.render({ at: 0 });
  assertEquals(twin.log, ["a it"]);
});

Deno.test("a ref that is a new function at each rendering is called each time", () => {
  const twin = new Twin((log) => {
    class Has extends Component<Props> {
      override render() {
        return <b />;
      }
    }
    return { view: ({ n }: { n: number }) => <p>{h(Has as Any, { ref: (it: unknown) => log(`${n} ${it === null ? "null" : "it"}`) })}</p> };
  });
  twin.render({ n: 1 });
  twin.render({ n: 2 });
  assertEquals(twin.log, ["1 null", "2 it"]);
});

Deno.test("forwardRef() gives its component the ref, which may make a handle of it or hand it on", () => {
  const twin = new Twin((log) => {
    class Inner extends Component<Props> {
      override render() {
        return <i />;
      }
    }
    const HandsOn = forwardRef((props: { n: number }, ref: Ref<unknown>) => {
      log(`${Object.keys(props)} ${ref !== null}`);
      return h(Inner as Any, { ref });
    });
    const Handle = forwardRef(({ n }: { n: number }, ref: Ref<unknown>) => {
      useImperativeHandle(ref, () => ({ n }), [n]);
      return <b>{n}</b>;
    });
    const a = createRef<Any>(), b = createRef<Any>();
    return {
      view: ({ n, on }: { n: number; on: boolean }) => (
        <p>{on && [<HandsOn n={n} ref={a} />, <Handle n={n} ref={b} />, <HandsOn n={n} />]}</p>
      ),
      read: () => log(`${a.current?.constructor.name} ${JSON.stringify(b.current)}`),
    };
  });
  twin.render({ n: 1, on: true });
  assertEquals([twin.html, twin.log], ["<p><i></i><b>1</b><i></i></p>", ["n true", "n false"]]);
  twin.act((it) => it.read());
  assertEquals(twin.log, ['Inner {"n":1}']);
  twin.render({ n: 2, on: true });
  twin.act((it) => it.read());
  assertEquals(twin.log, ['Inner {"n":2}']);
  twin.render({ n: 2, on: false });
  twin.act((it) => it.read());
  assertEquals(twin.log, ["Inner null"]);
});

// ---- props -------------------------------------------------------------------------------------

Deno.test("defaultProps are there where a prop is undefined", () => {
  const twin = new Twin(() => {
    const Shows: ComponentType<Props> & { defaultProps?: Props } = ({ a, b }) => [a as string, b as string];
    Shows.defaultProps = { a: "da", b: "db" };
    class OfClass extends Component<Props> {
      static override defaultProps = { a: "ca" };
      override render() {
        return this.props.a as string;
      }
    }
    return {
      view: (props: Props) => (
        <p>
          <Shows {...props} />
          <OfClass {...props} />
        </p>
      ),
    };
  });
  const pages = [{}, { a: "x" }, { a: undefined, b: null }].map((props) => {
    twin.render(props);
    return twin.html;
  });
  assertEquals(pages, ["<p>dadbca</p>", "<p>xdbx</p>", "<p>daca</p>"]);
});

Deno.test("the UNSAFE_ names of the older methods are called, too", () => {
  const twin = new Twin((log) => {
    class Old extends Component<Props> {
      UNSAFE_componentWillMount() {
        log("will mount");
      }
      UNSAFE_componentWillReceiveProps(next: Props) {
        log(`receives ${next.n}`);
      }
      UNSAFE_componentWillUpdate(next: Props) {
        log(`will update ${next.n}`);
      }
      override render() {
        return <b>{this.props.n as number}</b>;
      }
    }
    return { view: ({ n }: { n: number }) => <Old n={n} /> };
  });
  twin.render({ n: 1 });
  assertEquals(twin.log, ["will mount"]);
  twin.render({ n: 2 });
  assertEquals(twin.log, ["receives 2", "will update 2"]);
});

Deno.test("createElement() and h() know React's spellings: className, htmlFor, camelCase of SVG, style numbers", () => {
  const twin = new Twin(() => ({
    view: () => [
      createElement("label", { className: "a", htmlFor: "b" }),
      createElement("b", { class: "c", style: { width: 5, lineHeight: 2 } }),
      preactElement("svg", null, preactElement("path", { strokeWidth: 2, clipPath: "url(#x)" } as Props)),
      createElement("a", { download: true } as Props),
    ],
  }));
  twin.render({});
  assertEquals(
    twin.html,
    '<label for="b" class="a"></label><b style="width: 5px; line-height: 2;" class="c"></b>' +
      '<svg><path stroke-width="2" clip-path="url(#x)"></path></svg><a download=""></a>',
  );
});

Deno.test("onChange of a field is what its input event is once compat is loaded, in plain vnodes; a template keeps the name that is written", () => {
  const change = () => {};
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  const plain = JSON.stringify(encode(lowering.lower(h("input", { onChange: change } as Props)), definitions));
  assertEquals([plain.includes("@input"), plain.includes("@change")], [true, false]);
  encode(lowering.lower(<input onChange={change} />), definitions);
  const templates = JSON.stringify(definitions.fresh());
  assertEquals([templates.includes("@input"), templates.includes("@change")], [false, true]);
  lowering.end();
});

// ---- Children and clones -----------------------------------------------------------------------

Deno.test("Children sees each child of a plain vnode; those that the transform has compiled together are one, a template", () => {
  const twin = new Twin((log) => {
    const List = ({ children }: { children?: ComponentChildren }) => {
      let seen = 0;
      Children.forEach(children as Any, () => void seen++);
      log(`${Children.count(children as Any)} ${seen} ${Children.toArray(children as Any).length}`);
      return <ul>{Children.map(children as Any, (child, i) => <li>{i}:{child}</li>)}</ul>;
    };
    const Item = () => <b>i</b>;
    return {
      view: ({ isPlain }: { isPlain: boolean }) =>
        isPlain ? h(List, null, "text", [1, h(Item, null)], null, h("i", null, "t")) : (
          <List>
            text{1}
            <Item />
          </List>
        ),
    };
  });
  twin.render({ isPlain: true });
  assertEquals([twin.html, twin.log], ["<ul><li>0:text</li><li>1:1</li><li>2:<b>i</b></li><li>3:<i>t</i></li></ul>", ["4 4 4"]]);
  twin.render({ isPlain: false });
  assertEquals([twin.html, twin.log], ["<ul><li>0:text1</li><li>1:<b>i</b></li></ul>", ["2 2 2"]]);
});

Deno.test("Children.only() is the one child, and else an error that a boundary may take", () => {
  const twin = new Twin(() => {
    const Only = ({ children }: { children?: ComponentChildren }) => Children.only(children as Any);
    class Boundary extends Component<{ children?: ComponentChildren }, { error: unknown }> {
      override state = { error: undefined as unknown };
      override componentDidCatch(error: unknown) {
        this.setState({ error });
      }
      override render() {
        return this.state.error ? <em>{String(this.state.error)}</em> : this.props.children;
      }
    }
    return { view: ({ more }: { more?: string }) => h(Boundary, null, h(Only, null, <u>o</u>, more)) };
  });
  twin.render({});
  assertEquals(twin.html, "<u>o</u>");
  twin.render({ more: "p" });
  assertEquals(twin.html, "<em>Children.only</em>");
});

Deno.test("cloneElement() gives a component or a plain element other props, children and a key", () => {
  const twin = new Twin((log) => {
    let count = 0;
    class Item extends Component<Props> {
      readonly number = ++count;
      override render() {
        return <b>{this.props.a as string}{this.props.b as string}{this.number}{this.props.children as ComponentChildren}</b>;
      }
    }
    const item = <Item a="a" b="b">c</Item>;
    const plain = h("p", { title: "t", id: "i" }, "old");
    log("made");
    return {
      view: ({ key }: { key: string }) => [
        cloneElement(item as VNode<Any>, { key, b: "B" }),
        cloneElement(item as VNode<Any>, { a: "A" }, "new"),
        cloneElement(plain as VNode<Any>, { title: "T" }, "new"),
      ],
    };
  });
  twin.render({ key: "k" });
  assertEquals(twin.html, '<b>aB1c</b><b>Ab2new</b><p title="T" id="i">new</p>');
  twin.render({ key: "l" });
  assertEquals(twin.html, '<b>aB3c</b><b>Ab2new</b><p title="T" id="i">new</p>');
});

Deno.test("cloneElement() of an element that the transform has compiled gives it a key, other props and children", () => {
  const twin = new Twin(() => {
    const element = <p title="t">x</p>;
    return { view: ({ key }: { key: string }) => cloneElement(element as VNode<Any>, { key, title: "T" }, "new") };
  });
  twin.render({ key: "k" });
  assertEquals(twin.html, '<p title="T">new</p>');
  twin.render({ key: "l" });
  assertEquals(twin.html, '<p title="T">new</p>');
});

// ---- the rest ----------------------------------------------------------------------------------

Deno.test("useSyncExternalStore() follows a store, and leaves it when its component goes or the store is another", () => {
  const twin = new Twin((log) => {
    const store = (value: number) => {
      const listeners = new Set<() => void>();
      return {
        subscribe(listener: () => void) {
          log("subscribe");
          listeners.add(listener);
          return () => {
            log("leave");
            listeners.delete(listener);
          };
        },
        snapshot: () => value,
        set(to: number) {
          value = to;
          for (const listener of listeners) listener();
        },
      };
    };
    const stores = [store(1), store(10)];
    const Shows = ({ at }: { at: number }) => {
      log("run");
      return <b>{useSyncExternalStore(stores[at]!.subscribe, stores[at]!.snapshot)}</b>;
    };
    return { view: ({ at }: { at: number | null }) => at !== null && <Shows at={at} />, stores };
  });
  twin.render({ at: 0 });
  assertEquals([twin.html, twin.log], ["<b>1</b>", ["run", "subscribe"]]);
  twin.act(({ stores }) => stores[0]!.set(2));
  assertEquals([twin.html, twin.log], ["<b>2</b>", ["run"]]);
  twin.act(({ stores }) => stores[0]!.set(2));
  assertEquals(twin.log, []);
  twin.render({ at: 1 });
  assertEquals([twin.html, twin.log], ["<b>10</b>", ["run", "leave", "subscribe"]]);
  twin.render({ at: null });
  assertEquals(twin.log, ["leave"]);
});

Deno.test("useSyncExternalStore() notices what changed between the rendering and its effect", () => {
  const twin = new Twin(() => {
    let value = 1;
    const Shows = () => {
      const shown = useSyncExternalStore(() => () => {}, () => value);
      return <b>{shown}</b>;
    };
    const Sets = () => {
      useEffect(() => {
        value = 2;
      }, []);
      return null;
    };
    return { view: () => [<Sets />, <Shows />] };
  });
  twin.render({});
  assertEquals(twin.html, "<b>2</b>");
});

Deno.test("StrictMode, transitions, deferred values, batches and insertion effects are what they are in Preact", () => {
  const twin = new Twin((log) => {
    let set!: (n: number) => void;
    const Shows = () => {
      const [n, setN] = useState(0);
      const [isPending, start] = useTransition();
      useInsertionEffect(() => log(`insertion ${n}`), [n]);
      set = (n) => start(() => setN(n));
      log(`run ${isPending}`);
      return <b>{useDeferredValue(n)}</b>;
    };
    return {
      view: () => (
        <StrictMode>
          <Shows />
        </StrictMode>
      ),
      set: (n: number) => set(n),
      batch: (n: number) =>
        unstable_batchedUpdates(() => {
          set(n);
          startTransition(() => set(n + 1));
        }),
    };
  });
  twin.render({});
  assertEquals([twin.html, twin.log], ["<b>0</b>", ["run false", "insertion 0"]]);
  twin.act((it) => it.set(1));
  assertEquals([twin.html, twin.log], ["<b>1</b>", ["run false", "insertion 1"]]);
  twin.act((it) => it.batch(2));
  assertEquals([twin.html, twin.log], ["<b>3</b>", ["run false", "insertion 3"]]);
});

Deno.test("flushSync() calls its function; what that sets is shown with the next rendering, since a page is not written to from here", () => {
  let set!: (n: number) => void;
  const Shows = () => {
    const [n, setN] = useState(0);
    set = setN;
    return <b>{n}</b>;
  };
  const shown = new Lowering({ development: false, warn() {} });
  shown.lower(<Shows />);
  assertEquals(
    flushSync(() => {
      set(1);
      return "answer";
    }),
    "answer",
  );
  assertEquals(shown.isWaiting, true);
  assertEquals(JSON.stringify(encode(shown.update(), new Definitions())).includes("1"), true);
  shown.end();
});

Deno.test("createPortal() is a clear error, in development shown where it stands", () => {
  const view = () => <p>{createPortal(<b>x</b>, {} as Any)}</p>;
  const message = "createPortal: there are no elements on the server; use a custom element, or a <dialog>";
  const lowering = new Lowering({ development: false, warn() {} });
  assertThrows(() => lowering.lower(view()), Error, message);
  const shown = new Shown({ development: true });
  shown.show(view());
  assertEquals([shown.warnings, shown.html.includes("createPortal: there are no elements")], [[message], true]);
});
