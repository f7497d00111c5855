/**
 * Preact's own objects and option hooks, as its hooks, compat and signals need them: the only file that knows their private names,
 * of Preact 10 and 11. What is said of them here comes from Preact's `src/diff/index.js`, `src/component.js` and
 * `hooks/src/index.js`; `tests/preact.test.ts` fails when a new Preact changes them.
 */
import { heed } from "./promise_error.ts";
import { Component, type ComponentChildren, options } from "../deps.ts";

/** The props of a component. */
export type Props = Readonly<Record<string, unknown>>;
/** What `getChildContext` of all components above says, by id: that of `createContext` holds the provider. */
export type Context = Readonly<Record<string, unknown>>;
/** A promise that a component has thrown. */
export type Thenable = PromiseLike<unknown>;

/** The type of a component: a function or a class. */
export interface AnyComponent {
  // deno-lint-ignore no-explicit-any -- a constructor or a function, as Preact calls it
  new (props: Props, context: unknown): any;
  (props: Props, context: unknown): ComponentChildren;
  readonly displayName?: string;
  readonly prototype: { readonly render?: unknown; readonly __c?: unknown } | undefined;
  readonly contextType?: { readonly __c: string; readonly __: unknown };
  getDerivedStateFromProps?(props: Props, state: unknown): object | null;
  getDerivedStateFromError?(error: unknown): object | null;
}

/** Preact's object behind a component that lives: an instance of its class, or one that only has its hooks. */
export interface Backing {
  constructor: AnyComponent;
  props: Props;
  state: unknown;
  context: unknown;
  render(props: Props, state: unknown, context: unknown): ComponentChildren;
  setState(update: unknown, callback?: () => void): void;
  forceUpdate(callback?: () => void): void;
  getChildContext?(): Context;
  shouldComponentUpdate?(props: Props, state: unknown, context: unknown): unknown;
  componentWillMount?(): void;
  componentDidMount?(): void;
  componentWillReceiveProps?(props: Props, context: unknown): void;
  componentWillUpdate?(props: Props, state: unknown, context: unknown): void;
  componentDidUpdate?(props: Props, state: unknown, snapshot: unknown): void;
  componentWillUnmount?(): void;
  componentDidCatch?(error: unknown, info: unknown): void;
  getSnapshotBeforeUpdate?(props: Props, state: unknown): unknown;
  /** Of a provider: adds a component that is told when the value changes. */
  sub?(subscriber: Backing): void;
  /** `_vnode` */
  __v: BackingVNode;
  /** `_nextState` */
  __s?: unknown;
  /** `_globalContext` */
  __n: Context;
  /** `_renderCallbacks`: layout effects as states of hooks, and functions. */
  __h: unknown[];
  /** `_stateCallbacks` of Preact 11 */
  __k?: unknown[];
  /** `_stateCallbacks` of Preact 10 */
  _sb?: unknown[];
  /** `__hooks` */
  __H?: { /** `_list` */ __: HookState[]; /** `_pendingEffects` */ __h: HookState[] } | undefined;
  /** `_bits` of Preact 11 */
  __g?: number;
  /** `_dirty`, `_force`, `_processingException` and `_pendingError` of Preact 10 */
  __d?: boolean;
  __e?: boolean;
  __?: unknown;
  __E?: unknown;
  /** `_onResolve`: what its suspense wants to know when it is unmounted. */
  __R?: (() => void) | null;
  /** `_childDidSuspend`, of compat's `Suspense` */
  __c?: (promise: Thenable, vnode: BackingVNode) => void;
  /** `_updater`, of signals, with its `_sources` */
  __$u?: { readonly s: unknown };
  /** What is told that it wants to be rendered. */
  [owner]?: Owner;
}

/** The state of one hook. */
interface HookState {
  /** `_value`: of a reducer the pair that it answers, of an effect its function, of an id the id. */
  __?: unknown;
  /** `_nextValue` of a reducer */
  __N?: readonly [unknown, unknown] | undefined;
  /** `_args` */
  __H?: unknown;
  /** `_reducer` */
  t?: unknown;
  /** `_cleanup` of an effect */
  __c?: unknown;
  /** `_passive`: whether it is a `useEffect`, in Preact 11 */
  __P?: unknown;
}

/** A vnode as far as hooks look at it. */
export interface BackingVNode {
  type: unknown;
  props: Props;
  key: unknown;
  ref: unknown;
  /** `_parent` */
  __: BackingVNode | null;
  /** `_depth` */
  __b: number;
  /** `_component` */
  __c: Backing | null;
  /** `_dom` */
  __e: null;
  /** `_children` */
  __k: null;
  /** `_original` */
  __v: number;
  /** `_flags` */
  __u: number;
  /** `_mask`: the two parts of the next id that `useId` answers */
  __m?: [prefix: string, count: number];
}

/** What is told that a component wants to be rendered. */
export interface Owner {
  changed(): void;
}

const owner = Symbol("nacre owner");

interface Options {
  event?(event: unknown): unknown;
  /** `_diff` */
  __b?(vnode: unknown): void;
  /** `_render` */
  __r?(vnode: unknown): void;
  diffed?(vnode: unknown): void;
  /** `_commit` */
  __c?(root: unknown, queue: Backing[]): void;
  unmount?(vnode: unknown): void;
  /** `_skipEffects` */
  __s?: boolean;
  /** `_catchError` */
  __e(error: unknown, vnode: unknown, old?: unknown, info?: unknown): void;
}

const hooked = options as unknown as Options;
const processing = 1, pending = 2, forced = 4, dirty = 8;

// ---- vnodes ------------------------------------------------------------------------------------

/** The vnode of a component, for those who look at it through Preact's options. */
export function backingVNode(parent: BackingVNode | null): BackingVNode {
  return { type: null, props: {}, key: null, ref: null, __: parent, __b: 0, __c: null, __e: null, __k: null, __v: 1, __u: 0 };
}

/** The number of a vnode: that of its copies too, and of no other. */
export function originalOf(vnode: object): number {
  return (vnode as { __v: number }).__v;
}

/** Gives `useId` in the tree of this vnode ids of its own: `mask` is their prefix and the count of those given, which goes on. */
export function withIds<V extends object>(vnode: V, mask: [prefix: string, count: number]): V {
  (vnode as { __m?: [string, number] }).__m = mask;
  return vnode;
}

/**
 * The tags of the elements around a component that is rendered to text, the outermost first; undefined where it is rendered into a page. `self` is
 * the component's `this`.
 */
export function tagsAround(self: unknown): string[] | undefined {
  const { __v: own, __P: container } = self as { __v?: BackingVNode; __P?: unknown };
  if (container) return undefined;
  const tags: string[] = [];
  for (let vnode = own; vnode; vnode = vnode.__ ?? undefined) if (typeof vnode.type === "string") tags.unshift(vnode.type);
  return tags;
}

/** Whether a vnode is a portal, which has a container of its own in the DOM. */
export function isPortal(vnode: { readonly props: Props }): boolean {
  return "__P" in vnode.props || "containerInfo" in vnode;
}

// ---- the object behind a component -------------------------------------------------------------

class FunctionBacking extends Component {
  override render(props: Props, _state: unknown, context?: unknown): ComponentChildren {
    return (this.constructor as unknown as AnyComponent)(props, context);
  }
}

/** Whether something is the object of a function component that Nacre runs, and not Preact itself. */
export function isFunctionBacking(of: unknown): boolean {
  return of instanceof FunctionBacking;
}

/** Whether a type is a class. */
export function isClass(type: AnyComponent): boolean {
  return Boolean(type.prototype?.render);
}

/** Whether a type is compat's `Suspense`. */
export function isSuspense(type: AnyComponent): boolean {
  return typeof type.prototype?.__c === "function";
}

/** The object of a function component. */
export function functionBacking(vnode: BackingVNode): Backing {
  const backing = new FunctionBacking({}, {}) as unknown as Backing;
  backing.constructor = vnode.type as AnyComponent;
  return begin(backing, vnode, {});
}

/** The object of a class component. `context` is what it is given, `all` what is there. */
export function classBacking(vnode: BackingVNode, context: unknown, all: Context): Backing {
  const type = vnode.type as AnyComponent;
  const backing = new type(vnode.props, context) as Backing;
  return begin(backing, vnode, all);
}

function begin(backing: Backing, vnode: BackingVNode, all: Context): Backing {
  vnode.__c = backing;
  backing.__v = vnode;
  backing.state ||= {};
  backing.__n = all;
  backing.__h = [];
  if (backing.__g === undefined) backing._sb = [];
  else backing.__k = [];
  setDirty(backing);
  return backing;
}

/** Puts a new function component into an object that no component has used. */
export function reuse(backing: Backing, vnode: BackingVNode, type: AnyComponent, props: Props, context: unknown): void {
  vnode.type = backing.constructor = type;
  vnode.props = backing.props = props;
  backing.context = context;
}

/** Whether a function component has left anything in its object: a hook, a context, a signal that it follows, a method. */
export function isUsed(backing: Backing): boolean {
  return backing.__H !== undefined || backing.getChildContext !== undefined || backing.__$u?.s !== undefined ||
    backing.shouldComponentUpdate !== (Component.prototype as Partial<Backing>).shouldComponentUpdate || backing.__h.length > 0 ||
    // Methods that a function has given to its `this`.
    backing.__c !== undefined || backing.componentDidCatch !== undefined || backing.componentWillUnmount !== undefined;
}

/** Names who is told when the component wants to be rendered. */
export function setOwner(backing: Backing, to: Owner): void {
  backing[owner] = to;
}

/** Who is told when the component wants to be rendered. */
export function ownerOf(backing: Backing): Owner | undefined {
  return backing[owner];
}

let isHeard = false;

/**
 * Lets components that have an owner tell it when they want to be rendered. On the prototype, since a class may bind or keep these
 * methods in its constructor, before its object is known here; and only where views are lowered, never by being imported.
 */
export function hearComponents(): void {
  if (isHeard) return;
  isHeard = true;
  const { setState, forceUpdate } = Component.prototype as unknown as Backing;
  const telling = (component: Backing, task: () => void) => {
    // One that is dirty already has been told of, and keeps its turn.
    const wasDirty = isDirty(component);
    task();
    if (!wasDirty && component[owner] !== undefined && isDirty(component)) component[owner].changed();
  };
  Object.assign(Component.prototype, {
    setState(this: Backing, update: unknown, callback?: () => void): void {
      telling(this, () => setState.call(this, update, callback));
    },
    forceUpdate(this: Backing, callback?: () => void): void {
      telling(this, () => forceUpdate.call(this, callback));
    },
  });
}

/** Whether it waits to be rendered. */
export function isDirty(backing: Backing): boolean {
  return backing.__g === undefined ? backing.__d === true : (backing.__g & dirty) !== 0;
}

/** Whether it is rendered with its parent though its vnode is the same. Preact 10 lets it wait for its turn. */
export function isDue(backing: Backing): boolean {
  return backing.__g !== undefined && (backing.__g & dirty) !== 0;
}

/** Says that it waits to be rendered. */
export function setDirty(backing: Backing): void {
  if (backing.__g === undefined) backing.__d = true;
  else backing.__g |= dirty;
}

/** Says that it has been rendered. */
export function setClean(backing: Backing): void {
  if (backing.__g === undefined) backing.__d = false;
  else backing.__g &= ~dirty;
}

/** Whether `shouldComponentUpdate` is not to be asked. */
export function isForced(backing: Backing): boolean {
  return backing.__g === undefined ? backing.__e === true : (backing.__g & forced) !== 0;
}

/** Says whether `shouldComponentUpdate` is not to be asked. */
export function setForced(backing: Backing, is: boolean): void {
  if (backing.__g === undefined) backing.__e = is;
  else if (is) backing.__g |= forced;
  else backing.__g &= ~forced;
}

/** A boundary that caught an error is rendered anew: meanwhile it catches none. */
export function beginRetry(backing: Backing): void {
  if (backing.__g === undefined) backing.__ = backing.__E;
  else if (backing.__g & pending) backing.__g |= processing;
}

/** A component was rendered to the end; a boundary may catch again. */
export function endRetry(backing: Backing): void {
  if (backing.__g === undefined) {
    if (backing.__) backing.__E = backing.__ = null;
  } else if (backing.__g & processing) backing.__g &= ~(processing | pending);
}

/** Moves the callbacks of `setState` to those that are called when all is rendered. */
export function takeStateCallbacks(backing: Backing): void {
  const callbacks = backing.__k ?? backing._sb!;
  if (callbacks.length === 0) return;
  backing.__h.push(...callbacks);
  callbacks.length = 0;
}

/** Whether it provides a context made by `createContext`. */
export function isProvider(backing: Backing): boolean {
  return typeof backing.sub === "function" && backing.getChildContext !== undefined;
}

// ---- option hooks ------------------------------------------------------------------------------

/** Before anything is done with the vnode of a component. */
export function beforeDiff(vnode: BackingVNode): void {
  hooked.__b?.(vnode);
}

/** Before a component runs: the hooks in it are its own from now on. */
export function beforeRender(vnode: BackingVNode): void {
  hooked.__r?.(vnode);
}

/** Lets a component have the ref of its vnode as a prop: `forwardRef` of Preact 10 does so before anything else. */
export function takeForwardedRef(vnode: object): void {
  hooked.__b?.(vnode);
}

/**
 * After a component and all in it have been rendered. Answers whether it has effects to run. Preact would run them after a frame that no
 * server has, so it does not get to see them.
 */
export function afterDiff(vnode: BackingVNode): boolean {
  const hooks = vnode.__c?.__H;
  const effects = hooks?.__h;
  if (!hooks || effects!.length === 0) {
    hooked.diffed?.(vnode);
    return false;
  }
  hooks.__h = [];
  hooked.diffed?.(vnode);
  hooks.__h = effects!;
  return true;
}

/** In place of what a hook throws where no component is rendered, which says nothing to who reads it; other errors are themselves. */
export function explained(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const [, read] = /of null \(reading '(.*)'\)$/.exec(error.message) ?? [];
  const [, place = ""] = error.stack?.split("\n    at ") ?? [];
  // `__hooks`, or with signals the flags that they keep; `useContext` reads a name that others may have too.
  if (!(read === "__H" || read === "__$f" || read === "context" && place.includes("hooks"))) return error;
  return new Error("a hook was called outside a component; call it in one, not in a view, a handler or an effect", { cause: error });
}

/** Renders components that live: also within a rendering to text, which has no effects, theirs are noted. */
export function withEffects<T>(render: () => T): T {
  if (!hooked.__s) return render();
  hooked.__s = false;
  try {
    return render();
  } finally {
    hooked.__s = true;
  }
}

/** An event as a handler gets it: `preact/compat`, where it is loaded, adds React's methods to it. They are no fields that an app would copy. */
export function asEvent(event: object): unknown {
  if (!hooked.event) return event;
  const own = Object.keys(event);
  const given = hooked.event(event);
  if (given === event) {
    for (const name of Object.keys(event)) if (!own.includes(name)) Object.defineProperty(event, name, { enumerable: false });
  }
  return given;
}

/** No component is being rendered: a hook that is called now fails. */
export function afterAll(): void {
  hooked.diffed?.({});
}

/** Runs the layout effects of these components, and then what they want to be called when all is rendered. */
export function commit(root: BackingVNode, queue: Backing[]): void {
  hooked.__c?.(root, queue);
  for (const backing of queue) {
    // What layout effects have answered stands where it would undo them.
    for (const state of backing.__H?.__ ?? []) if (state.__P === false) heed(state.__c);
    try {
      const callbacks = backing.__h;
      backing.__h = [];
      for (const callback of callbacks) heed((callback as () => unknown).call(backing));
    } catch (error) {
      catchError(error, backing.__v);
    }
  }
}

/**
 * Runs the effects that a component has left: first what undoes those before.
 *
 * @throws whatever they throw; those after it are not run.
 */
export function runEffects(backing: Backing): void {
  const hooks = backing.__H;
  if (!hooks) return;
  const effects = hooks.__h;
  hooks.__h = [];
  for (const effect of effects) cleanUp(effect);
  for (const effect of effects) {
    // One of them may have ended the whole view.
    if (backing.__H !== hooks) return;
    heed(effect.__c = (effect.__ as () => unknown)());
    if (backing.__H !== hooks) cleanUp(effect);
  }
}

function cleanUp(effect: HookState): void {
  const cleanup = effect.__c;
  if (typeof cleanup !== "function") return;
  effect.__c = undefined;
  heed(cleanup());
}

/**
 * Takes from a component that goes what undoes its effects, where it is to be called later: Preact 11 does so after a frame, which no
 * server has.
 */
export function takeCleanups(backing: Backing): (() => void)[] {
  const later: (() => void)[] = [];
  for (const state of backing.__H?.__ ?? []) {
    if (!state.__P) continue;
    const cleanup = state.__c;
    if (typeof cleanup === "function") later.push(() => heed(cleanup()));
    state.__c = undefined;
  }
  return later;
}

/**
 * Tells hooks that a component is gone.
 *
 * @throws what undoes a layout effect has thrown, when no boundary takes it.
 */
export function unmount(vnode: BackingVNode): void {
  hooked.unmount?.(vnode);
}

/** Undoes all effects of a component that is not shown for a while; they run again when it is. Preact 10 forgets all of its hooks. */
export function parkEffects(backing: Backing): void {
  const hooks = backing.__H;
  if (hooks) {
    const isTen = backing.__g === undefined;
    for (const state of hooks.__) {
      cleanUp(state);
      // (`__c` of a reducer is its component, which Preact 10 asks for even when it has forgotten the reducer.)
      if (typeof state.__P === "boolean") state.__c = state.__H = undefined;
    }
    hooks.__h = [];
    backing.__h = [];
    if (isTen) backing.__H = undefined;
  }
  setForced(backing, true);
}

/**
 * Gives an error to the boundary above a vnode, which is then dirty.
 *
 * @throws the error, or that of a boundary, when none takes it.
 */
export function catchError(error: unknown, vnode: BackingVNode, isMount = false): void {
  hooked.__e(error, vnode, isMount ? { __c: null } : { __c: vnode.__c });
}

// ---- the state of hooks as data ----------------------------------------------------------------

/** The state of one hook: of `useState` and `useReducer` the value, of `useId` the id; of others nothing. */
export type HookData = { readonly state: unknown } | { readonly id: string } | null;

/** The states of a component's hooks, by position. */
export function hookData(backing: Backing): HookData[] {
  return (backing.__H?.__ ?? []).map((state): HookData => {
    if (typeof state.t === "function" && Array.isArray(state.__)) return { state: (state.__N ?? state.__ as unknown[])[0] };
    return typeof state.__ === "string" && !("__H" in state) ? { id: state.__ } : null;
  });
}

/** Gives the hooks of a component that has not run yet the states that they had. */
export function restoreHooks(backing: Backing, data: readonly HookData[]): void {
  backing.__H = { __: data.map((hook) => hook === null ? {} : restored(hook)), __h: [] };
}

/**
 * A hook that has this for its state if it is of the kind that had it: a reducer takes the value for its first, whatever it is
 * initialized with, and `useId` finds its id. A hook of another kind is as if there were nothing.
 */
function restored(data: Exclude<HookData, null>): HookState {
  return Object.defineProperty({} as HookState, "__", {
    configurable: true,
    enumerable: true,
    get(this: HookState) {
      // A context names itself before it looks whether it follows its provider.
      return "id" in data && !("c" in this) ? data.id : undefined;
    },
    set(this: HookState, first: unknown) {
      // A reducer has its function before its state.
      const isState = "state" in data && this.t !== undefined;
      Object.defineProperty(this, "__", {
        value: isState ? [data.state, (first as unknown[])[1]] : first,
        writable: true,
        configurable: true,
        enumerable: true,
      });
    },
  });
}
