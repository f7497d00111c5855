/**
 * Real components of what `stateful.ts` defines, and the vnodes of a tree. All that is called is noted, and what a component does besides
 * is bounded by a budget for each step, so that every step ends.
 */
import { Component, type ComponentChildren, type ComponentType, createContext, Fragment, type FunctionComponent, h } from "preact";
import * as hooks from "preact/hooks";
import { forwardRef, memo, PureComponent, Suspense } from "preact/compat";
import {
  type Amount,
  type Deed,
  type Definition,
  type Deps,
  isParts,
  type Key,
  type Method,
  type Part,
  type RefKind,
  type Shown,
  type Taste,
} from "./stateful.ts";
import { pieces } from "./stateful_pieces.tsx";
import type { Log, Subject } from "./twin.ts";

/** What a step does to a component, by its number. */
export interface Action {
  readonly serial: number;
  /** Which of the things that can be done to it. */
  readonly what: number;
  readonly amount: number;
}

/** What is rendered in a step: a tree, after some actions. */
export interface Scene {
  readonly part: Part;
  readonly actions: readonly Action[];
}

/** A component that lives, for actions. */
export interface Actor {
  readonly serial: number;
  readonly deeds: readonly ((amount: number) => void)[];
  /** In Preact: whether it is mounted. */
  isMounted(): boolean;
  /** Whether it shows an error instead of what it should. */
  isBroken(): boolean;
}

interface LiveActor extends Actor {
  readonly deeds: ((amount: number) => void)[];
  broken?: boolean;
}

/** What the components of one definition are given. */
interface Given {
  readonly value: number;
  readonly children?: ComponentChildren;
  readonly tell?: (amount: number) => void;
  readonly ref?: unknown;
}

/** Where a part is shown. */
interface Scope {
  readonly own: number;
  readonly children: ComponentChildren;
  readonly tell: (amount: number) => void;
  readonly ref: (kind: RefKind) => unknown;
}

/** The components of one course, on one side. */
export class Stage implements Subject<Scene> {
  readonly actors: Actor[] = [];
  /** Nothing throws any more: at the end nobody is left to catch it. */
  isCalm = false;
  /** How often components may do something by themselves in one step. */
  budget = 12;
  /** Effects that have run and whose cleanup has not. */
  readonly open = new Map<string, number>();
  readonly #types: unknown[];
  readonly #contexts = [createContext(100), createContext(200)];
  readonly #promises = new Map<string, { isResolved: boolean; readonly then: unknown; readonly heard: (() => void)[] }>();
  readonly #hoisted = new WeakMap<object, ComponentChildren>();
  readonly #outer: ComponentType<{ children?: ComponentChildren }>;
  readonly #inner: ComponentType<{ children?: ComponentChildren }>;
  readonly #hasFailures: boolean;
  #left = 0;
  #serial = 0;

  constructor(readonly definitions: readonly Definition[], readonly taste: Taste, readonly log: Log) {
    this.#hasFailures = taste.errors || taste.suspense;
    this.#types = definitions.map((definition) => this.#type(definition));
    this.#outer = this.#root("Outer");
    this.#inner = this.#root("Inner");
  }

  readonly view = ({ part, actions }: Scene): ComponentChildren => {
    this.act(actions);
    const scope: Scope = { own: 0, children: null, tell: () => {}, ref: (kind) => this.#ref(kind, "root") };
    const shown = this.#children(part, scope);
    if (!this.taste.suspense) return h(this.#outer, null, h(this.#inner, null, shown));
    const other = this.#children({ kind: "component", at: 0, amount: 1, children: "beside", hoisted: false }, scope);
    return h(
      this.#outer,
      null,
      h(this.#inner, null, [
        h(Suspense, { fallback: "waiting" }, given(shown)),
        h(Suspense, { fallback: h("em", null, "waiting, too") }, given(other)),
      ]),
    );
  };

  act(actions: readonly Action[]): void {
    this.#left = this.budget;
    for (const { serial, what, amount } of actions) {
      const actor = this.actors.find((actor) => actor.serial === serial);
      if (actor) actor.deeds[what % actor.deeds.length]!(amount);
    }
  }

  /** What something waits for. */
  get pending(): string[] {
    return [...this.#promises].filter(([, { isResolved }]) => !isResolved).map(([name]) => name);
  }

  resolve(name: string): void {
    this.#left = this.budget;
    const promise = this.#promises.get(name)!;
    promise.isResolved = true;
    for (const heard of promise.heard.splice(0)) heard();
  }

  /** A promise that settles here and now, so that both sides do so at the same time. */
  #wait(name: string): void {
    let promise = this.#promises.get(name);
    if (!promise) {
      const heard: (() => void)[] = [];
      promise = { isResolved: false, heard, then: (settled: () => void) => heard.push(settled) };
      this.#promises.set(name, promise);
    }
    if (!promise.isResolved) throw promise;
  }

  // ---- trees ---------------------------------------------------------------------------------

  #show(part: Part, scope: Scope): ComponentChildren {
    if (typeof part !== "object" || part === null) return part;
    if (isParts(part)) return part.map((one) => this.#show(one, scope));
    if (part.kind === "component" && part.hoisted && !String(part.key).startsWith("own") && !this.#hasFailures && part.amount !== "own") {
      let vnode = this.#hoisted.get(part);
      if (vnode === undefined) this.#hoisted.set(part, vnode = this.#vnode(part, { ...scope, tell: () => {} }));
      return vnode;
    }
    return this.#vnode(part, scope);
  }

  /**
   * The children of a component: vnodes, or, where something may fail or wait, what makes them. A vnode that has failed once is to Preact never again
   * the same as it was: it is rendered each time that it is passed through, where we see that it is the same.
   */
  #children(part: Part, scope: Scope): ComponentChildren {
    return this.#hasFailures ? (() => this.#show(part, scope)) as unknown as ComponentChildren : this.#show(part, scope);
  }

  #vnode(part: Shown, scope: Scope): ComponentChildren {
    const amount = "amount" in part ? numberOf(part.amount, scope) : 0;
    const key = "key" in part && part.kind !== "piece" ? keyed(part.key, scope) : {};
    switch (part.kind) {
      case "children":
        return given(scope.children);
      case "element":
        return h(part.tag, { ...key, "data-n": amount }, part.children.map((one) => this.#show(one, scope)));
      case "piece":
        return pieces[part.name]({
          key: part.key,
          word: `w${amount}`,
          one: this.#show(part.one, scope),
          two: this.#show(part.two, scope),
        });
      case "fragment":
        return h(Fragment, key, part.children.map((one) => this.#show(one, scope)));
      case "provider":
        return h(this.#contexts[part.of]!.Provider, {
          ...key,
          value: amount,
          children: part.children.map((one) => this.#show(one, scope)),
        });
      case "component": {
        const ref = part.ref ? { ref: scope.ref(part.ref) } : {};
        const children = part.children === null ? {} : { children: this.#children(part.children, scope) };
        // A function that differs each time would spoil every comparison.
        const tell = amount % 2 === 0 ? { tell: scope.tell } : {};
        return h(this.#types[part.at] as ComponentType<Given>, { ...key, ...ref, value: amount, ...tell, ...children } as Given);
      }
    }
  }

  readonly #refs = new Map<string, unknown>();

  #ref(kind: RefKind, owner: string): unknown {
    const told = (how: string) => (value: unknown) => {
      this.log(`ref ${owner} ${how} ${value ? "set" : value}`);
    };
    if (kind === "fresh") return told("fresh");
    const name = `${owner} ${kind}`;
    if (!this.#refs.has(name)) {
      const cleaned = (value: unknown) => {
        told("cleaned")(value);
        return () => this.log(`ref ${owner} undone`);
      };
      this.#refs.set(name, kind === "object" ? { current: null } : kind === "cleaned" ? cleaned : told("stable"));
    }
    return this.#refs.get(name);
  }

  // ---- deeds ---------------------------------------------------------------------------------

  #actor(isMounted: () => boolean, isBroken: () => boolean): LiveActor {
    const actor: LiveActor = { serial: ++this.#serial, deeds: [], isMounted, isBroken };
    this.actors.push(actor);
    return actor;
  }

  /** Does what is to be done in `where`. */
  #do(deed: Deed, where: string, own: number, set: () => void, tell: ((amount: number) => void) | undefined): void {
    if (deed.sets && own % 4 < 3 && this.#left-- > 0) set();
    if (deed.tells && tell && this.#left-- > 0) tell(own % 4);
    this.#fail(deed.throwsAt, own, where);
  }

  #fail(throwsAt: number | undefined, own: number, where: string): void {
    if (throwsAt === undefined || throwsAt !== own % 6 || this.isCalm) return;
    this.log(`throw ${where}`);
    throw new Error(`in ${where}`);
  }

  #opened(name: string, by: number): void {
    this.open.set(name, (this.open.get(name) ?? 0) + by);
  }

  #type(definition: Definition): unknown {
    if (definition.kind === "pure") return this.#pure(definition);
    if (definition.kind === "class") return this.#class(definition);
    const plain = this.#function(definition);
    switch (definition.wrap) {
      case "memo":
        return memo(plain as FunctionComponent<Given>);
      case "compared":
        return memo(plain as FunctionComponent<Given>, (a, b) => a.value % 2 === b.value % 2);
      case "forward":
        return forwardRef(((given: Given, ref: unknown) => plain.call(undefined, given, undefined, ref)) as never);
      default:
        return plain;
    }
  }

  #shapes(definition: Definition, text: string, scope: Scope): ComponentChildren {
    const { shapes, isBare } = definition;
    const shape = this.#show(shapes[scope.own % shapes.length]!, scope);
    return isBare ? shape : [text, shape];
  }

  // ---- functions -----------------------------------------------------------------------------

  #pure(definition: Definition): unknown {
    const pure = ({ value, children, tell }: Given) =>
      this.#shapes(definition, `${definition.name}(${value})`, {
        own: value,
        children,
        tell: tell ?? (() => {}),
        ref: (kind) => this.#ref(kind, definition.name),
      });
    pure.displayName = definition.name;
    return pure;
  }

  #function(definition: Definition): FunctionOf {
    // deno-lint-ignore no-this-alias -- a component has a `this` of its own
    const stage = this;
    const { name } = definition;
    function shown(
      this: { __P?: unknown } | undefined,
      { value, children, tell }: Given,
      _context?: unknown,
      ref?: unknown,
    ): ComponentChildren {
      const self = hooks.useRef<LiveActor>(null);
      self.current ??= stage.#actor(() => this?.__P !== null, () => self.current!.broken === true);
      const { serial, deeds } = self.current;
      deeds.length = 0;
      const id = `${name}#${serial}`;
      const sets: ((amount: number) => void)[] = [];
      const shows: string[] = [];
      let own = value, context = 0;
      let failure: Error | undefined;
      const deps = (kind: Deps) => depsOf(kind, own, value, context);
      stage.log(`render ${id} ${value}`);
      for (const [at, hook] of definition.hooks.entries()) {
        switch (hook.kind) {
          case "state": {
            const first = () => {
              stage.log(`first ${id} ${at}`);
              return hook.first;
            };
            const [state, set] = hooks.useState(hook.lazy ? first : hook.first);
            own += state;
            shows.push(String(state));
            sets.push(set);
            deeds.push((amount) => set(amount), (amount) => set((old) => (old + amount) % 5));
            break;
          }
          case "reducer": {
            const reduce = (old: number, amount: number) => {
              stage.log(`reduce ${id} ${old} ${amount}`);
              return (old + amount) % 5;
            };
            const start = (first: number) => first + 1;
            const [state, send] = hook.lazy
              ? hooks.useReducer(reduce, hook.first, start)
              : hooks.useReducer<number, number>(reduce, hook.first);
            own += state;
            shows.push(String(state));
            sets.push((amount) => send(amount));
            deeds.push((amount) => send(amount));
            break;
          }
          case "effect": {
            const where = `${hook.layout ? "layout" : "effect"} ${at} ${id}`;
            (hook.layout ? hooks.useLayoutEffect : hooks.useEffect)(() => {
              stage.log(`${where} ${own}`);
              stage.#do(hook.does, where, own, () => sets[0]?.(own % 4 + 1), tell);
              if (!hook.cleans) return undefined;
              stage.#opened(where, 1);
              return () => {
                stage.#opened(where, -1);
                stage.log(`undo ${where} ${own}`);
                stage.#fail(hook.cleanupThrowsAt, own, `undo ${where}`);
              };
            }, deps(hook.deps));
            break;
          }
          case "memo":
            shows.push(`m${
              hooks.useMemo(() => {
                stage.log(`memo ${at} ${id} ${own}`);
                return own * 2;
              }, deps(hook.deps) as unknown[])
            }`);
            break;
          case "callback": {
            const now = own;
            shows.push(`k${hooks.useCallback(() => now, deps(hook.deps) as unknown[])()}`);
            break;
          }
          case "ref": {
            const count = hooks.useRef(0);
            stage.log(`renders ${id} ${++count.current}`);
            break;
          }
          case "context":
            context += hooks.useContext(stage.#contexts[hook.of]!);
            shows.push(`c${context}`);
            break;
          case "id":
            shows.push(hooks.useId());
            break;
          case "settle":
            if (sets.length > 0 && own % 4 < 2 && stage.#left-- > 0) sets[0]!(own % 4 + 1);
            break;
          case "follow": {
            const [followed, follow] = hooks.useState(value);
            if (followed !== value) {
              follow(value);
              sets[0]?.(value);
            }
            shows.push(`f${followed}`);
            break;
          }
          case "boundary": {
            const [error, reset] = hooks.useErrorBoundary((error) => stage.log(`caught ${id} ${(error as Error).message}`));
            failure = error as Error | undefined;
            self.current!.broken = failure !== undefined;
            deeds.unshift(() => reset());
            break;
          }
          case "handle":
            hooks.useImperativeHandle(ref as never, () => {
              stage.log(`handle ${id}`);
              return { id };
            }, deps(hook.deps) as unknown[]);
            break;
        }
      }
      if (deeds.length === 0) deeds.push(() => {});
      if (definition.waitsAt !== undefined && own % 4 === definition.waitsAt) stage.#wait(`${name} ${own % 4}`);
      stage.#fail(definition.throwsAt, own, id);
      stage.log(`shows ${id} ${shows.join(" ")}`);
      if (failure) return `${name} caught ${failure.message}`;
      return stage.#shapes(definition, `${name}(${value} ${shows.join(" ")})`, {
        own,
        children,
        tell: (amount) => sets[0]?.(amount),
        ref: (kind) => stage.#ref(kind, id),
      });
    }
    shown.displayName = name;
    return shown;
  }

  // ---- classes -------------------------------------------------------------------------------

  #class(definition: Definition): unknown {
    // deno-lint-ignore no-this-alias -- a component has a `this` of its own
    const stage = this;
    const { name, methods, boundary } = definition;
    interface State {
      n: number;
      seen?: number;
      error?: Error | null;
    }
    const Base = definition.isPureClass ? PureComponent : Component;
    class Shown extends (Base as typeof Component)<Given, State> {
      static override displayName = name;
      readonly self: LiveActor;
      readonly id: string;

      constructor(props: Given, context: unknown) {
        super(props, context);
        const self = this.self = stage.#actor(() => (this as { __P?: unknown }).__P !== null, () => Boolean(this.state.error));
        this.id = `${name}#${self.serial}`;
        this.state = { n: props.value % 3 };
        const isPlain = !boundary;
        self.deeds.push(
          (n) => this.setState({ n }),
          (amount) => this.setState(({ n }) => ({ n: (n + amount) % 5 }), () => stage.log(`callback ${this.id} ${this.state.n}`)),
          () => this.forceUpdate(() => stage.log(`forced ${this.id}`)),
          () => this.setState(() => null),
        );
        if (!isPlain) self.deeds.splice(1, 0, () => this.setState({ error: null }));
        this.#deed("constructor");
      }

      get own(): number {
        return this.props.value + this.state.n;
      }

      #deed(method: Method, ...told: unknown[]): void {
        const deed = methods.get(method);
        if (!deed) return;
        stage.log(`${method} ${this.id} ${this.own} ${told.map((one) => JSON.stringify(one)).join(" ")}`);
        stage.#do(deed, `${method} ${this.id}`, this.own, () => this.setState(({ n }) => ({ n: (n + 1) % 5 })), this.props.tell);
      }

      override render(): ComponentChildren {
        stage.log(`render ${this.id} ${this.props.value} ${this.state.n}`);
        stage.#fail(definition.throwsAt, this.own, this.id);
        const { error, n, seen } = this.state;
        const { value, children } = this.props;
        const context = definition.contextType === undefined ? (this.context as { said?: number }).said : this.context;
        if (error) return `${name} caught ${error.message}`;
        return stage.#shapes(definition, `${name}(${value} ${n} ${seen} ${context})`, {
          own: this.own,
          children,
          tell: (amount) => this.setState({ n: amount }),
          ref: (kind) => stage.#ref(kind, this.id),
        });
      }

      static add(): void {
        const prototype = this.prototype as unknown as Record<string, unknown>;
        const told: { readonly [M in Method]?: unknown } = {
          componentWillReceiveProps: (next: Given) => [next.value],
          componentWillUpdate: (next: Given, state: State) => [next.value, state.n],
          componentDidUpdate: (before: Given, state: State, snapshot: unknown) => [before.value, state.n, snapshot],
        };
        for (
          const method of [
            "componentWillMount",
            "componentDidMount",
            "componentWillReceiveProps",
            "componentWillUpdate",
            "componentDidUpdate",
            "componentWillUnmount",
          ] as const
        ) {
          if (!methods.has(method)) continue;
          prototype[method] = function (this: Shown, ...given: never[]) {
            this.#deed(method, ...(told[method] as ((...given: never[]) => unknown[]) | undefined)?.(...given) ?? []);
          };
        }
        if (methods.has("shouldComponentUpdate")) {
          prototype.shouldComponentUpdate = function (this: Shown, next: Given, state: State) {
            const should = (next.value + state.n) % 3 !== 0;
            stage.log(`should ${this.id} ${next.value} ${state.n} ${should}`);
            return should;
          };
        }
        if (methods.has("getSnapshotBeforeUpdate")) {
          prototype.getSnapshotBeforeUpdate = function (this: Shown, before: Given, state: State) {
            stage.log(`snapshot ${this.id} ${before.value} ${state.n}`);
            return before.value * 10 + state.n;
          };
        }
        if (methods.has("getChildContext")) {
          prototype.getChildContext = function (this: Shown) {
            stage.log(`context ${this.id}`);
            return { said: this.own };
          };
        }
        if (boundary === "catches" || boundary === "both" || boundary === "declines") {
          prototype.componentDidCatch = function (this: Shown, error: Error) {
            stage.log(`caught ${this.id} ${error.message}`);
            if (boundary === "catches") this.setState({ error });
          };
        }
        const statics = this as unknown as Record<string, unknown>;
        if (boundary === "derives" || boundary === "both") {
          statics.getDerivedStateFromError = (error: Error) => {
            stage.log(`derived ${name} ${error.message}`);
            return { error };
          };
        }
        if (methods.has("getDerivedStateFromProps")) {
          statics.getDerivedStateFromProps = (props: Given, state: State) => {
            stage.log(`derive ${name} ${props.value} ${state.n}`);
            return props.value % 2 === 0 ? null : { seen: props.value };
          };
        }
        if (definition.contextType !== undefined) statics.contextType = stage.#contexts[definition.contextType];
      }
    }
    Shown.add();
    return Shown;
  }

  /** What catches the errors that nothing else has caught. */
  #root(name: string): ComponentType<{ children?: ComponentChildren }> {
    // deno-lint-ignore no-this-alias -- a component has a `this` of its own
    const stage = this;
    return class extends Component<{ children?: ComponentChildren }, { message: string | null }> {
      override state = { message: null };
      readonly self = stage.#actor(() => true, () => this.state.message !== null);

      override componentWillMount(): void {
        this.self.deeds.push(() => this.setState({ message: null }));
      }

      override componentDidCatch(error: Error): void {
        stage.log(`caught ${name} ${error.message}`);
        this.setState({ message: error.message as never });
      }

      render(): ComponentChildren {
        return this.state.message === null ? given(this.props.children) : h("strong", null, `${name} caught ${this.state.message}`);
      }
    };
  }
}

type FunctionOf = (this: { __P?: unknown } | undefined, given: Given, context?: unknown, ref?: unknown) => ComponentChildren;

function depsOf(kind: Deps, own: number, value: number, context: number): unknown[] | undefined {
  switch (kind) {
    case "none":
      return undefined;
    case "empty":
      return [];
    case "own":
      return [own];
    case "coarse":
      return [own >> 1];
    case "value":
      return [value];
    case "context":
      return [context];
  }
}

function given(children: ComponentChildren): ComponentChildren {
  return typeof children === "function" ? (children as () => ComponentChildren)() : children;
}

function numberOf(amount: Amount, { own }: Scope): number {
  return amount === "own" ? own % 6 : amount;
}

function keyed(key: Key | undefined, { own }: Scope): { key?: Key } {
  return key === undefined ? {} : { key: typeof key === "string" && key.startsWith("own") ? `${key} ${own % 3}` : key };
}
