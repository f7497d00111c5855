/**
 * The private parts of Preact that `runtime/view/preact.ts` rests on, asked of the Preact that is installed. Where one of these fails, a
 * new Preact has changed something; what it was, and where to look, is in the message.
 */
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Window } from "happy-dom";
import * as signals from "@preact/signals";
import { Component, type ComponentChildren, type ComponentType, createContext, h, isValidElement, options, render } from "preact";
import * as compat from "preact/compat";
import * as hooks from "preact/hooks";

// deno-lint-ignore no-explicit-any -- private parts have no types
type Any = any;

const isTen = !("__g" in new (Component as Any)({}, {}));
const version = /preact[/@](\d+\.\d+\.\d+)/.exec(import.meta.resolve("preact"))?.[1] ?? "of an unknown version";

const window = new Window();
// It begins with timers of its own, which would be taken for a test's.
await window.happyDOM.waitUntilComplete();

/** Preact's hooks, as they are called in a test: the name and what they are given. */
type Called = [name: string, ...given: Any[]];

/** Preact, rendering into a page. */
class Page {
  readonly called: Called[] = [];
  readonly element: Element = window.document.createElement("main") as unknown as Element;
  readonly #before: Record<string, unknown>;
  #rerender: (() => void) | undefined;
  readonly #frames: (() => void)[] = [];

  constructor() {
    const all = options as Any;
    this.#before = { ...all };
    // Preact 10 makes its nodes by the global document.
    (globalThis as Any).document = window.document;
    all.debounceRendering = (run: () => void) => this.#rerender = run;
    all.requestAnimationFrame = (run: () => void) => this.#frames.push(run);
    for (const name of ["__b", "__r", "diffed", "__c", "unmount", "__e"]) {
      const before = all[name];
      all[name] = (...given: Any[]) => {
        this.called.push([name, ...given]);
        return before?.(...given);
      };
    }
  }

  /** Renders, and answers the object behind the first component of this type. */
  show<P>(type: ComponentType<P>, props?: Any, ...children: ComponentChildren[]): Any {
    render(h(type as Any, props ?? null, ...children), this.element);
    return this.backing(type);
  }

  backing(type: unknown): Any {
    return this.called.findLast(([name, vnode]) => name === "__r" && vnode.type === type)?.[1].__c;
  }

  /** What waits to be rendered is. */
  rerender(): void {
    for (let task; (task = this.#rerender);) {
      this.#rerender = undefined;
      task();
    }
  }

  /** Effects run. */
  frame(): void {
    for (let task; (task = this.#frames.shift());) task();
  }

  [Symbol.dispose](): void {
    try {
      render(null, this.element);
      this.rerender();
      this.frame();
    } finally {
      for (const name in options) delete (options as Any)[name];
      Object.assign(options, this.#before);
      delete (globalThis as Any).document;
    }
  }
}

/** Tests a fact; its failure says of what it is one, and where it matters. */
function fact(what: string, where: string, check: (page: Page) => void | Promise<void>): void {
  Deno.test(`Preact: ${what}`, async () => {
    using page = new Page();
    try {
      await check(page);
    } catch (cause) {
      throw new Error(`Preact ${version} does not do what runtime/view/preact.ts rests on: ${what}. Look at ${where} there.`, { cause });
    }
  });
}

const Plain = ({ children }: { children?: ComponentChildren }) => h("p", null, children);

class Counter extends Component<{ n?: number }, { n: number }> {
  override state = { n: 0 };
  override render(): ComponentChildren {
    return h("b", null, this.state.n);
  }
}

// ---- options -----------------------------------------------------------------------------------

fact(
  "options.__b, __r, diffed, __c and unmount are called with vnodes, in this order around a component",
  "beforeDiff, beforeRender, afterDiff, commit, unmount and the type Options",
  (page) => {
    page.show(() => {
      page.called.push(["run"]);
      hooks.useLayoutEffect(() => void page.called.push(["layout effect"]), []);
      return "text";
    });
    const names = page.called.filter(([name, vnode]) => !vnode || name === "__c" || typeof vnode.type === "function").map(([name]) => name);
    // The component is in a Fragment of Preact's own.
    assertEquals(names, ["__b", "__r", "__b", "__r", "run", "diffed", "diffed", "__c", "layout effect"]);
    const [, root, queue] = page.called.find(([name]) => name === "__c")!;
    assert(isValidElement(root) || typeof root.type === "function", "__c is given the root");
    assert(Array.isArray(queue), "__c is given a queue");
    page.called.length = 0;
    render(null, page.element);
    assert(page.called.some(([name, vnode]) => name === "unmount" && typeof vnode.type === "function"));
  },
);

fact("a layout effect waits in the __h of its component as the state of its hook, until options.__c", "commit and Backing.__h", (page) => {
  const Effectful = () => {
    hooks.useLayoutEffect(() => {}, []);
    return null;
  };
  const seen: Any[] = [];
  const before = (options as Any).__c;
  (options as Any).__c = (root: Any, queue: Any[]) => {
    seen.push(...queue.map((backing) => [backing, backing.__h.slice()]));
    before(root, queue);
  };
  const backing = page.show(Effectful);
  const [, waiting] = seen.find(([one]) => one === backing);
  assertEquals(waiting, [backing.__H.__[0]]);
  assertEquals(typeof waiting[0].__, "function");
  assertEquals(backing.__h, []);
});

fact(
  "options.__e is given an error, the vnode that failed, and the vnode before, which has no __c when it was mounted",
  "catchError",
  (page) => {
    const error = new Error("thrown");
    const Fails = ({ fails }: { fails: boolean }) => {
      if (fails) throw error;
      return null;
    };
    for (const isMount of [true, false]) {
      page.called.length = 0;
      if (!isMount) page.show(Fails, { fails: false });
      try {
        page.show(Fails, { fails: true });
      } catch (thrown) {
        assertStrictEquals(thrown, error);
      }
      const [, given, vnode, old] = page.called.find(([name]) => name === "__e")!;
      assertStrictEquals(given, error);
      assertStrictEquals(vnode.type, Fails);
      assertEquals(Boolean(old.__c), !isMount);
      render(null, page.element);
    }
  },
);

fact("options.__e goes up the __ of vnodes, asks the boundaries at their __c, and leaves the one that takes it dirty", "catchError", () => {
  const caught: unknown[] = [];
  class Boundary extends Component {
    override componentDidCatch(error: unknown) {
      caught.push(error);
      this.setState({});
    }
    override render() {
      return null;
    }
  }
  const backing = new Boundary({}, {}) as Any;
  const of = (parent: Any, component: Any) => ({ type: Boundary, props: {}, __: parent, __b: 0, __c: component, __u: 0 });
  backing.__v = of(null, backing);
  (options as Any).__e("error", of(of(backing.__v, null), null), { __c: null });
  assertEquals(caught, ["error"]);
  assert(isTen ? backing.__d : backing.__g & 8, "the boundary is dirty");
  assert(isTen ? backing.__E === backing : backing.__g & 2, "the boundary has an error that waits");
});

// ---- the object behind a component -------------------------------------------------------------

fact("a component's object has its vnode at __v, all contexts at __n and its callbacks at __h", "the type Backing and begin", (page) => {
  const backing = page.show(Plain);
  assertStrictEquals(backing.__v.type, Plain);
  assertStrictEquals(backing.__v.__c, backing);
  assertEquals([typeof backing.__n, backing.__h], ["object", []]);
  assertStrictEquals(backing.constructor, Plain);
});

fact("a component's object says that it is dirty: 8 of __g, or __d of Preact 10", "isDirty, setDirty and setClean", (page) => {
  const backing = page.show(Counter);
  const isDirty = () => Boolean(isTen ? backing.__d : backing.__g & 8);
  assertEquals(isDirty(), false);
  backing.setState({ n: 1 });
  assertEquals(isDirty(), true);
  page.rerender();
  assertEquals([isDirty(), page.element.innerHTML], [false, "<b>1</b>"]);
});

fact("forceUpdate() passes shouldComponentUpdate: 4 of __g, or __e of Preact 10", "isForced and setForced", (page) => {
  class Stays extends Counter {
    override shouldComponentUpdate() {
      return false;
    }
  }
  const backing = page.show(Stays);
  const isForced = () => Boolean(isTen ? backing.__e : backing.__g & 4);
  backing.setState({ n: 1 });
  assertEquals(isForced(), false);
  page.rerender();
  backing.forceUpdate();
  assertEquals(isForced(), true);
  page.rerender();
  assertEquals([isForced(), page.element.innerHTML], [false, "<b>1</b>"]);
  if (isTen) backing.__e = true;
  else backing.__g |= 4;
  page.show(Stays);
  assertEquals(isForced(), false, "it is forced from outside, too");
});

fact(
  "a boundary with an error has 2 of __g, and 1 while it is rendered anew (__E and __ in Preact 10)",
  "beginRetry and endRetry",
  (page) => {
    const states: unknown[] = [];
    class Boundary extends Component<{ children?: ComponentChildren }> {
      static override getDerivedStateFromError(error: unknown) {
        return { error };
      }
      override state: { error?: unknown } = {};
      override render() {
        const own = this as Any;
        states.push(isTen ? [Boolean(own.__E), Boolean(own.__)] : [Boolean(own.__g & 2), Boolean(own.__g & 1)]);
        return this.state.error ? "failed" : this.props.children;
      }
    }
    const Fails = () => {
      throw new Error("thrown");
    };
    page.show(Boundary, null, h(Fails, null));
    page.rerender();
    assertEquals(page.element.innerHTML, "failed");
    const own = page.backing(Boundary);
    states.push(isTen ? [Boolean(own.__E), Boolean(own.__)] : [Boolean(own.__g & 2), Boolean(own.__g & 1)]);
    assertEquals(states, [[false, false], [true, true], [false, false]]);
  },
);

fact("the next state is at __s until it is the state", "the use of __s in components.ts", (page) => {
  const backing = page.show(Counter);
  backing.setState({ n: 5 });
  assertEquals([backing.state, backing.__s], [{ n: 0 }, { n: 5 }]);
  page.rerender();
  assertEquals(backing.state, { n: 5 });
});

fact("the callbacks of setState() wait at __k, or _sb in Preact 10, if the object has a vnode", "takeStateCallbacks and begin", () => {
  const backing = new Counter({}, {}) as Any;
  const name = isTen ? "_sb" : "__k";
  backing[name] = [];
  const callback = () => {};
  backing.setState({ n: 1 }, callback);
  assertEquals(backing[name], [], "without a vnode it is forgotten");
  backing.__v = { __b: 0 };
  backing.setState({ n: 2 }, callback);
  assertEquals(backing[name], [callback]);
});

fact(
  "Preact's own queue leaves alone what has no place in a page",
  "setState and forceUpdate, which are called on such objects",
  (page) => {
    const backing = new Counter({}, {}) as Any;
    backing.__v = { __b: 0, type: Counter, props: {}, __v: 1, __u: 0 };
    backing.__k = backing._sb = backing.__h = [];
    backing.setState({ n: 1 });
    page.rerender();
    assertEquals([isTen ? backing.__d : backing.__g & 8, backing.state], [isTen ? true : 8, { n: 0 }]);
  },
);

// ---- vnodes ------------------------------------------------------------------------------------

fact(
  "a vnode has its parent at __, its depth at __b, its component at __c and flags at __u",
  "the type BackingVNode and backingVNode",
  (page) => {
    const Inner = () => null;
    const outer = page.show(Plain, null, h(Inner, null)).__v;
    const inner = page.backing(Inner).__v;
    assertStrictEquals(inner.__.__, outer, "between the two is the <p>");
    assertEquals(inner.__b, outer.__b + 2);
    assertEquals(typeof inner.__u, "number");
    assertEquals([h("p", null)].map((vnode: Any) => [vnode.__, vnode.__b, vnode.__c, vnode.__e, vnode.__k]), [[null, 0, null, null, null]]);
  },
);

fact("a vnode has a number at __v, which its copies have too and no other vnode", "originalOf", (page) => {
  const shown: Any = h(Counter, null);
  const other: Any = h(Counter, null);
  assert(typeof shown.__v === "number" && shown.__v !== other.__v);
  page.show(Plain, null, shown);
  const { __v: original } = page.backing(Counter).__v;
  page.show(Plain, { again: true }, shown);
  assertEquals([original, page.backing(Counter).__v.__v], [shown.__v, shown.__v]);
  assertNotStrictEquals(shown, null);
});

fact("useId() makes ids of the __m of the topmost vnode, and counts in it", "withIds and backingVNode", (page) => {
  const ids: string[] = [];
  const Identified = () => {
    ids.push(hooks.useId(), hooks.useId());
    return null;
  };
  const root: Any = h(Plain, null, h(Identified, null));
  root.__m = ["mine", 3];
  render(root, page.element);
  const [first, second] = ids;
  assert(first!.includes("mine-3") && second!.includes("mine-4"), `${ids}`);
  assertEquals(root.__m, ["mine", 5]);
});

fact("a portal is known by the __P of its props, or containerInfo in Preact 10", "isPortal", (page) => {
  const portal: Any = compat.createPortal("text" as Any, page.element as Any);
  assert("__P" in portal.props || "containerInfo" in portal);
  assert(!("__P" in h(Plain, null).props));
});

// ---- hooks -------------------------------------------------------------------------------------

fact("the states of hooks are at __H.__, and effects that wait at __H.__h", "Backing.__H, afterDiff and runEffects", (page) => {
  const log: string[] = [];
  const effect = () => {
    log.push("effect");
    return () => void log.push("cleanup");
  };
  const Effectful = ({ n }: { n: number }) => {
    hooks.useEffect(effect, [n]);
    return null;
  };
  const backing = page.show(Effectful, { n: 1 });
  const [state] = backing.__H.__;
  assertEquals([backing.__H.__.length, backing.__H.__h], [1, [state]]);
  assertEquals([state.__, state.__H], [effect, [1]]);
  assertEquals(log, []);
  page.frame();
  assertEquals([log, backing.__H.__h, typeof state.__c], [["effect"], [], "function"]);
  page.show(Effectful, { n: 2 });
  page.frame();
  assertEquals(log, ["effect", "cleanup", "effect"]);
});

fact(
  "the state of an effect says at __P whether it is passive, in Preact 11",
  "parkEffects and what runs when a component goes",
  (page) => {
    const Effectful = () => {
      hooks.useEffect(() => {});
      hooks.useLayoutEffect(() => {});
      hooks.useState(0);
      return null;
    };
    const states = page.show(Effectful).__H.__;
    assertEquals(states.map((state: Any) => state.__P), isTen ? [undefined, undefined, undefined] : [true, false, undefined]);
  },
);

fact("options.__r runs the effects that wait at __H.__h", "afterDiff, which keeps them from options.diffed only", (page) => {
  const log: string[] = [];
  const Effectful = () => {
    hooks.useEffect(() => void log.push("effect"), []);
    return null;
  };
  const backing = page.show(Effectful);
  page.show(Effectful, { other: 1 });
  assertEquals([log, backing.__H.__h], [["effect"], []]);
});

fact(
  "the state of a reducer has the pair that it answers at __, the next one at __N, its reducer at t and its component at __c",
  "HookState, hookData and restoreHooks",
  (page) => {
    const Stateful = () => h("b", null, hooks.useState(1)[0]);
    const backing = page.show(Stateful);
    const [state] = backing.__H.__;
    assertEquals([state.__[0], typeof state.__[1], typeof state.t], [1, "function", "function"]);
    assertStrictEquals(state.__c, backing);
    state.__[1](2);
    assertEquals(state.__N[0], 2);
    page.rerender();
    assertEquals([state.__[0], state.__N, page.element.innerHTML], [2, undefined, "<b>2</b>"]);
  },
);

fact("a reducer whose state has no __c begins, and sets its __ once", "restoreHooks", (page) => {
  const written: unknown[] = [];
  const Stateful = () => h("b", null, hooks.useReducer((n: number) => n + 1, 1)[0]);
  const before = (options as Any).__r;
  (options as Any).__r = (vnode: Any) => {
    if (vnode.type === Stateful && !vnode.__c.__H) {
      const state = {
        set __(pair: unknown) {
          written.push(pair);
          Object.defineProperty(state, "__", { value: [7, (pair as Any)[1]], writable: true });
        },
      };
      vnode.__c.__H = { __: [state], __h: [] };
    }
    before(vnode);
  };
  page.show(Stateful);
  assertEquals([written.length, page.element.innerHTML], [1, "<b>7</b>"]);
});

fact("the state of useId() is its id at __, and has no __H as that of useMemo() has", "hookData", (page) => {
  const Both = () => {
    hooks.useMemo(() => "text", []);
    return h("b", null, hooks.useId());
  };
  const [memo, id] = page.show(Both).__H.__;
  assertEquals([memo.__, "__H" in memo], ["text", true]);
  assertEquals([id.__, "__H" in id], [page.element.textContent, false]);
  const Restored = () => h("b", null, hooks.useId());
  const before = (options as Any).__r;
  (options as Any).__r = (vnode: Any) => {
    if (vnode.type === Restored) vnode.__c.__H ??= { __: [{ __: "given" }], __h: [] };
    before(vnode);
  };
  page.show(Restored);
  assertEquals(page.element.textContent, "given");
});

fact("options.diffed without a component ends the rendering: a hook that is called then fails", "afterAll", (page) => {
  page.show(Plain);
  (options as Any).diffed({});
  let error: unknown;
  try {
    hooks.useState(0);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof TypeError);
});

fact("options.__s says that effects are skipped: none waits at __H.__h meanwhile", "withEffects", (page) => {
  const waits: number[] = [];
  const It = ({ n }: { n: number }) => {
    hooks.useEffect(() => {}, [n]);
    return null;
  };
  const before = (options as Any).diffed;
  (options as Any).diffed = (vnode: Any) => {
    if (vnode.type === It) waits.push(vnode.__c.__H.__h.length);
    before(vnode);
  };
  (options as Any).__s = true;
  page.show(() => h(It, { n: 1 }));
  (options as Any).__s = false;
  page.show(() => h(It, { n: 2 }));
  assertEquals(waits, [0, 1]);
});

fact("options.unmount undoes effects, and forgets the hooks", "unmount", (page) => {
  const log: string[] = [];
  const Effectful = () => {
    hooks.useLayoutEffect(() => () => void log.push("layout"), []);
    hooks.useEffect(() => () => void log.push("effect"), []);
    return null;
  };
  const backing = page.show(Effectful);
  page.frame();
  (options as Any).unmount(backing.__v);
  assertEquals([log, backing.__H], [isTen ? ["layout", "effect"] : ["layout"], undefined]);
  page.frame();
  assertEquals(log, ["layout", "effect"]);
});

// ---- contexts ----------------------------------------------------------------------------------

fact(
  "a provider has sub() and getChildContext(), and its shouldComponentUpdate() forces those who use it",
  "isProvider, AnyComponent.contextType and #isKept of components.ts",
  (page) => {
    const Theme = createContext("none") as Any;
    assertEquals([typeof Theme.__c, Theme.__], ["string", "none"]);
    const User = () => h("b", null, hooks.useContext(Theme) as string);
    page.show(Theme.Provider, { value: "light" }, h(User, null));
    const provider = page.backing(Theme.Provider), user = page.backing(User);
    assertEquals([typeof provider.sub, provider.getChildContext()], ["function", { [Theme.__c]: provider }]);
    assertStrictEquals(user.__n[Theme.__c], provider);
    assertEquals(typeof user.componentWillUnmount, "function");
    const answer = provider.shouldComponentUpdate({ value: "dark" }, {}, {});
    assertNotStrictEquals(answer, false);
    assert(isTen ? user.__d && user.__e : (user.__g & 12) === 12, "the user is dirty and forced");
  },
);

// ---- compat and signals ------------------------------------------------------------------------

fact("compat's memo() gives its component a shouldComponentUpdate of its own", "isUsed", (page) => {
  const Memo = compat.memo(() => null);
  assert(Object.hasOwn(page.show(Memo), "shouldComponentUpdate"));
  assert(!Object.hasOwn(page.show(Plain), "shouldComponentUpdate"));
});

fact(
  "compat's Suspense has __c on its prototype, which is called with a promise and the vnode that threw it",
  "isSuspense",
  async (page) => {
    const prototype = (compat.Suspense as Any).prototype;
    assertEquals(typeof prototype.__c, "function");
    assertEquals(typeof prototype.render, "function");
    let resolve!: () => void;
    let isThere = false;
    const promise = new Promise<void>((resolved) => resolve = resolved).then(() => void (isThere = true));
    const Waits = () => {
      if (!isThere) throw promise;
      return "there";
    };
    const given: Any[] = [];
    const before = prototype.__c;
    prototype.__c = function (...args: Any[]) {
      given.push(...args);
      return before.apply(this, args);
    };
    try {
      page.show(compat.Suspense, { fallback: "wait" }, h(Waits, null));
      page.rerender();
    } finally {
      prototype.__c = before;
    }
    assertStrictEquals(given[0], promise);
    assertStrictEquals(given[1].type, Waits);
    assertEquals(page.element.innerHTML, "wait");
    assertEquals(typeof given[1].__c.__R, "function", "__R is what is called when it goes, or the promise comes");
    resolve();
    await promise;
    await Promise.resolve();
    page.rerender();
    assertEquals([page.element.innerHTML, given[1].__c.__R], ["there", null]);
  },
);

fact("compat's options.unmount calls the __R of what waits", "Backing.__R and unmount", () => {
  let called = 0;
  const vnode = { type: Plain, props: {}, __u: 0, __c: { __R: () => called++ } };
  (options as Any).unmount(vnode);
  assertEquals(called, 1);
});

fact("forwardRef() gives the ref to its component as a prop, at the latest in options.__b", "takeForwardedRef", () => {
  const ref = {};
  const vnode: Any = h(compat.forwardRef(() => null) as Any, { ref });
  (options as Any).__b(vnode);
  assertStrictEquals(vnode.props.ref, ref);
  assert(!vnode.ref);
});

fact("a signal has the brand of signals, peek() and subscribe()", "signal.ts", () => {
  const signal: Any = signals.signal(1);
  assertStrictEquals(signal.brand, Symbol.for("preact-signals"));
  const seen: unknown[] = [];
  const end = signal.subscribe((value: unknown) => seen.push(value));
  signal.value = 2;
  end();
  signal.value = 3;
  assertEquals([seen, signal.peek()], [[1, 2], 3]);
  assertEquals(typeof signal.type, "function", "a signal as a child is a component of this type");
});

fact("a component that has read a signal has sources at __$u.s", "Backing.__$u and isUsed", (page) => {
  const signal = signals.signal("read");
  const Reads = () => h("b", null, signal.value);
  assert(page.show(Reads).__$u.s !== undefined);
  assertEquals(page.show(Plain).__$u?.s, undefined);
  page.show(Reads);
  signal.value = "changed";
  page.rerender();
  assertEquals(page.element.textContent, "changed");
});
