/**
 * The life of components between renderings, as Preact has it (`src/diff/index.js`, `src/component.js`, `hooks/src/index.js`): what
 * runs when, and in which order. What they show is lowered by `lower.ts`; what Preact calls its private parts is in `preact.ts`.
 */
import { heed } from "./promise_error.ts";
import { type ComponentChildren, Fragment, h } from "../deps.ts";
import { nameOf } from "./component_name.ts";
import type { AnyVNode } from "./identity.ts";
import { Following, heard, Living } from "./living.ts";
import { usesMore } from "./more_than_props.ts";
import * as preact from "./preact.ts";
import type { AnyComponent, Backing, BackingVNode, Context, Props, Thenable } from "./preact.ts";
import { depthOf } from "./depth.ts";
import { type SavedComponent, SavedLevel } from "./saved.ts";
import type { AnySignal } from "./signal.ts";
import { park, reveal, suspend } from "./suspense.ts";
import { ComponentNode, forEachSpot, Instance, List, type Made, type Node, Spot, spotOf, Watch } from "./tree.ts";

/** What the components need of those who lower what they show. */
export interface Lowerer {
  child(child: unknown, old: Node | undefined): Node;
  /** All that a component shows. */
  shown(shows: unknown, old: Node | undefined): Node;
  /** A number that no node has had. */
  nextId(): number;
  /** What is noted of the nodes made now. */
  readonly made: Made;
  /** Something wants to be rendered. */
  changed(): void;
}

/** How a component did when it was run. */
type Outcome = { readonly shows: unknown } | { readonly error: unknown };

/** A component may set its state while it is rendered; after so many times it has not settled, and Preact takes it as it is. */
const mostSettling = 25;
/** A component that is rendered so often in a row will never end. */
const mostRenders = 100;

/** What runs when a component has gone, in place of Preact's moment after a frame. */
interface Leftover {
  readonly cleanup: () => void;
  readonly parent: BackingVNode;
}

/** The components of one view. */
export class Components {
  /** What lives and has not been told where it stands. */
  readonly orphans: Spot[] = [];
  /** The components that are being rendered, the innermost last. */
  readonly running: AnyComponent[] = [];
  readonly #lowerer: Lowerer;
  readonly #root: BackingVNode = preact.backingVNode(null);
  #parent: BackingVNode = this.#root;
  #context: Context = {};
  /** What a function component runs with; it keeps it if it uses it. */
  #spare: BackingVNode | undefined;
  /** The last that was no class, and wanted no context by its type. */
  #plain: AnyComponent | undefined;
  /** How often it has run again, since it has set its state while it ran. */
  #again = 0;
  #commits: Backing[] = [];
  #refs: [ref: unknown, living: Living][] = [];
  #queue: (Living | Following | Watch)[] = [];
  #isBusy = false;
  #drains = 0;
  #withEffects: Living[] = [];
  #leftovers: Leftover[] = [];
  #saved: SavedLevel | undefined;
  /** What went wrong while all ended. */
  #errors: unknown[] | undefined;
  #mask: [string, number];

  constructor(lowerer: Lowerer, ids: string) {
    preact.hearComponents();
    this.#lowerer = lowerer;
    this.#mask = [ids, 0];
    preact.withIds(this.#root, this.#mask);
  }

  /** How many ids `useId` has given. */
  get ids(): number {
    return this.#mask[1];
  }

  /** Whether something waits to be rendered. */
  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Whether effects wait to be run. */
  get hasEffects(): boolean {
    return this.#withEffects.length > 0 || this.#leftovers.length > 0;
  }

  /** The components that are mounted from now on take what these have left, by their position. */
  restore(saved: readonly SavedComponent[], ids: number): void {
    this.#saved = new SavedLevel(saved);
    this.#mask[1] = ids;
  }

  /** Renders the whole view by `task`, then what has changed on the way. */
  whole(task: () => void): void {
    this.#isBusy = true;
    this.#parent = this.#root;
    this.#context = {};
    this.running.length =
      this.orphans.length =
      this.#commits.length =
      this.#refs.length =
        0;
    try {
      task();
      // What is mounted from here on has no level that is its own.
      this.#saved = undefined;
      this.orphans.length = 0;
      this.#commit(this.#root);
      this.#drain();
    } catch (error) {
      this.#quietly(() => this.#abandon(0));
      throw error;
    } finally {
      this.#saved = undefined;
      this.#isBusy = false;
      preact.afterAll();
    }
  }

  /** Renders what has changed, the shallowest first, until nothing has. */
  changes(): void {
    this.#isBusy = true;
    try {
      this.#drain();
    } finally {
      this.#isBusy = false;
      preact.afterAll();
    }
  }

  /** Runs the effects of what was rendered (`useEffect`), and what undoes those of what is gone. */
  effects(): void {
    do {
      for (let left; (left = this.#leftovers.shift());) {
        try {
          left.cleanup();
        } catch (error) {
          this.#caught(error, preact.backingVNode(left.parent));
        }
      }
      for (let living; (living = this.#withEffects.shift());) {
        if (living.isGone || living.isWaiting) continue;
        try {
          preact.runEffects(living.backing);
        } catch (error) {
          preact.catchError(error, living.vnode);
        }
      }
    } while (this.#leftovers.length > 0);
  }

  // ---- in the tree -----------------------------------------------------------------------------

  /** What has no place yet, from `mark` on, stands among these nodes: at this spot, or at a new one. */
  adopt(mark: number, spot: Spot | null, among: readonly unknown[]): Spot {
    const { orphans } = this;
    const parent = spot ?? new Spot();
    for (let i = mark; i < orphans.length; i++) {
      const orphan = orphans[i]!;
      orphan.parent = parent;
      if (orphan instanceof Watch) (parent.watches ??= []).push(orphan);
    }
    orphans.length = mark;
    for (let at = 0; at < among.length; at++) {
      const own = spotOf(among[at] as Node);
      if (own) own.at = at;
    }
    if (spot === null) orphans.push(parent);
    return parent;
  }

  /** A node that goes on from one at another place has a place to be told again. */
  moved(node: Node, from: Node | undefined): void {
    const spot = spotOf(node);
    if (spot && spot === spotOf(from) && this.orphans.at(-1) !== spot) this.orphans.push(spot);
  }

  /** A node that is replaced, or removed: all that lives in it ends. */
  leave(node: Node | undefined): void {
    if (spotOf(node)) this.#end(node!, this.#parent);
  }

  /** Ends all: nothing of this view lives on. Answers what went wrong on the way. */
  end(tree: Node): readonly unknown[] {
    this.#isBusy = true;
    this.#queue.length = 0;
    this.#withEffects.length = 0;
    const errors: unknown[] = this.#errors = [];
    this.#end(tree, this.#root);
    this.effects();
    return errors;
  }

  /** Gives an error to a boundary; when all ends there is nobody to take it. */
  #caught(error: unknown, vnode: BackingVNode): void {
    if (this.#errors) this.#errors.push(error);
    else preact.catchError(error, vnode);
  }

  #end(node: Node, parent: BackingVNode): void {
    const spot = spotOf(node);
    if (spot === null) return;
    if (spot instanceof Living) this.#endLiving(spot, parent);
    else if (spot instanceof Following) spot.end();
    this.dropWatches(spot);
    if (node instanceof ComponentNode) this.#end(node.child, parent);
    else if (node instanceof List) { for (const item of node.items) this.#end(item, parent); }
    else if (node instanceof Instance) {
      const { holes } = node.place;
      for (let i = 0; i < holes.length; i++) if (holes[i]!.kind === "child") this.#end(node.holes[i] as Node, parent);
    }
  }

  #endLiving(living: Living, parent: BackingVNode): void {
    if (living.isGone) return;
    const { backing, vnode } = living;
    living.isGone = true;
    for (const cleanup of preact.takeCleanups(backing)) this.#leftovers.push({ cleanup, parent });
    try {
      preact.unmount(vnode);
    } catch (error) {
      // A boundary was asked already.
      if (!this.#errors) throw error;
      this.#errors.push(error);
    }
    const ref = vnode.ref as { current?: unknown } | null | undefined;
    if (ref && !ref.current) this.#applyRef(ref, null, living);
    try {
      heed(backing.componentWillUnmount?.());
    } catch (error) {
      this.#caught(error, preact.backingVNode(parent));
    }
    if (living.suspension?.parked !== undefined) this.#end(spotOf(living.suspension.parked)?.fresh(this.#lowerer.made) ?? null, parent);
  }

  // ---- signals ---------------------------------------------------------------------------------

  /** A child that is a signal. */
  signal(signal: AnySignal, old: Node | undefined): Node {
    const type = (signal as { type?: unknown }).type ?? Following;
    const before = old instanceof ComponentNode && old.type === type ? old : undefined;
    if (!before) this.leave(old);
    const following = before?.spot as Following | undefined ?? new Following(this, this.#parent);
    following.follow(signal);
    const node = this.#follow(following, before, type);
    if (!before) this.orphans.push(following);
    return node;
  }

  #follow(following: Following, before: ComponentNode | undefined, type: unknown): Node {
    const mark = this.orphans.length;
    const child = this.#lowerer.child(following.signal.peek(), before?.child);
    this.adopt(mark, following, [child]);
    if (before && before.child === child) return before;
    return following.node = new ComponentNode(type, undefined, {}, child, following);
  }

  /** The attribute in hole `at` follows a signal. */
  watch(at: number, signal: AnySignal, value: () => unknown): void {
    const watch = new Watch(at, signal, value);
    watch.dispose = heard(signal, () => this.#push(watch));
    this.orphans.push(watch);
  }

  /** The attributes of a node are rendered anew. */
  dropWatches(spot: Spot): void {
    if (spot.watches === undefined) return;
    for (const watch of spot.watches) {
      watch.dispose();
      // It may have changed already, and wait to be told of it.
      watch.parent = null;
    }
    spot.watches = undefined;
  }

  // ---- rendering -------------------------------------------------------------------------------

  /** A component, in the place of `before` when that is the same component. */
  component(vnode: AnyVNode, before: ComponentNode | undefined): Node {
    const { props, key } = vnode;
    const type = vnode.type as unknown as AnyComponent;
    if (vnode.ref) preact.takeForwardedRef(vnode);
    const living = before ? before.spot : null;
    if (living instanceof Living) return this.#render(living, props, preact.originalOf(vnode), before, vnode.ref);
    const saved = this.#saved?.find(type, key);
    // The rows of a table come one after the other.
    if (type !== this.#plain || saved) {
      if (saved || type.contextType || preact.isClass(type)) return this.#mount(type, vnode, before, saved);
      this.#plain = type;
    }

    // Most components have nothing that lives: they all run with one object, as long as none of them uses it.
    const own = this.#spare ??= this.#newSpare();
    const backing = own.__c!;
    own.__ = this.#parent;
    preact.reuse(backing, own, type, props, this.#context);
    backing.__n = this.#context;
    preact.beforeDiff(own);
    this.running.push(type);
    try {
      let outcome: Outcome | undefined;
      let shows: unknown;
      try {
        shows = this.#once(backing, own, type);
      } catch (error) {
        outcome = { error };
      }
      if (outcome === undefined && !preact.isUsed(backing) && !usesMore(type)) {
        preact.afterDiff(own);
        return this.#stateless(vnode, shows, before);
      }
      this.#spare = undefined;
      own.key = key;
      return this.#settle(new Living(backing, own, this), vnode, before, outcome ?? { shows });
    } finally {
      this.running.pop();
    }
  }

  #once(backing: Backing, vnode: BackingVNode, type: AnyComponent): unknown {
    let shows: unknown;
    this.#again = 0;
    do {
      preact.setClean(backing);
      preact.beforeRender(vnode);
      backing.state = backing.__s;
      shows = type.call(backing, backing.props, backing.context);
    } while (preact.isDirty(backing) && ++this.#again < mostSettling);
    return shows;
  }

  #newSpare(): BackingVNode {
    const vnode = preact.backingVNode(null);
    preact.functionBacking(vnode);
    return vnode;
  }

  #stateless(vnode: AnyVNode, shows: unknown, before: ComponentNode | undefined): Node {
    const { type, key, props } = vnode;
    const mark = this.orphans.length;
    let child: Node;
    try {
      child = this.#lowerer.shown(shows, before?.child);
    } catch (error) {
      // Most often there is nobody to take it, and it goes up.
      if (this.#parent === this.#root) throw error;
      this.#abandon(mark);
      preact.catchError(error, preact.backingVNode(this.#parent));
      child = before?.child ?? null;
    }
    const spot = this.orphans.length > mark ? this.adopt(mark, before?.spot ?? null, [child]) : before?.spot ?? null;
    const node = new ComponentNode(type, key, props, child, spot);
    if (spot) {
      spot.node = node;
      spot.original = preact.originalOf(vnode);
    }
    return node;
  }

  #mount(type: AnyComponent, vnode: AnyVNode, before: ComponentNode | undefined, saved: SavedComponent | undefined): Node {
    const own = preact.backingVNode(this.#parent);
    own.type = type;
    own.props = vnode.props;
    own.key = vnode.key;
    preact.beforeDiff(own);
    let backing: Backing;
    try {
      const { context, provider } = this.#contextOf(type);
      if (preact.isClass(type)) backing = preact.classBacking(own, context, this.#context);
      else {
        preact.reuse(backing = preact.functionBacking(own), own, type, vnode.props, context);
        backing.__n = this.#context;
      }
      provider?.sub?.(backing);
    } catch (error) {
      preact.catchError(error, own, true);
      return new ComponentNode(type, vnode.key, vnode.props, before?.child ?? null);
    }
    if (saved) preact.restoreHooks(backing, saved.hooks);
    const living = new Living(backing, own, this);
    if (preact.isSuspense(type)) suspend(living);
    return this.#settle(living, vnode, before, undefined, saved);
  }

  /** Renders a component for the first time. */
  #settle(
    living: Living,
    vnode: AnyVNode,
    before: ComponentNode | undefined,
    outcome: Outcome | undefined,
    saved?: SavedComponent,
  ): Node {
    preact.setOwner(living.backing, living);
    if (outcome) {
      // It was run already, when nobody was told yet that it wants to be run again: its turns count from then.
      if ("error" in outcome && preact.isDirty(living.backing)) this.#again++;
      for (; this.#again > 0; this.#again--) living.changed();
    }
    const mark = this.orphans.length;
    const level = this.#saved;
    // Of a component that was not there nothing is saved, nor of what is in it: what stands beside it is another's.
    if (level) this.#saved = new SavedLevel(saved?.inside ?? []);
    try {
      const node = this.#render(living, vnode.props, preact.originalOf(vnode), before, vnode.ref, true, outcome);
      this.orphans.length = mark;
      this.orphans.push(living);
      return node;
    } catch (error) {
      // No boundary takes it. Nobody will end this one: it stands nowhere.
      this.#quietly(() => this.#endLiving(living, this.#parent));
      throw error;
    } finally {
      this.#saved = level;
    }
  }

  #contextOf(type: AnyComponent): { context: unknown; provider: Backing | undefined } {
    const { contextType } = type;
    if (!contextType) return { context: this.#context, provider: undefined };
    const provider = this.#context[contextType.__c] as Backing | undefined;
    return { context: provider ? provider.props.value : contextType.__, provider };
  }

  /** Runs a component until it has settled. */
  #run(backing: Backing, vnode: BackingVNode, isClass: boolean): Outcome {
    let count = isClass ? mostSettling : 0;
    try {
      let shows: unknown;
      do {
        preact.setClean(backing);
        preact.beforeRender(vnode);
        backing.state = backing.__s;
        shows = backing.render(backing.props, backing.state, backing.context);
      } while (preact.isDirty(backing) && ++count < mostSettling);
      return { shows };
    } catch (error) {
      return { error };
    }
  }

  /** One rendering of a component, as Preact's `diff` goes about it. `original` is undefined when it renders itself. */
  #render(
    living: Living,
    props: Props,
    original: number | undefined,
    before: ComponentNode | undefined,
    ref: unknown,
    isMount = false,
    done?: Outcome,
  ): ComponentNode {
    const { backing, vnode } = living;
    const type = vnode.type as AnyComponent;
    const outside = { parent: this.#parent, context: this.#context, commits: this.#commits.length, mark: this.orphans.length };
    let child: Node = before?.child ?? null;
    if (!done) preact.beforeDiff(vnode);
    this.running.push(type);
    render: try {
      vnode.props = props;
      const isClass = preact.isClass(type);
      const { props: oldProps, state: oldState } = backing;
      const { context } = this.#contextOf(type);
      let outcome = done;
      let snapshot: unknown;
      if (!outcome) {
        if (!isMount) preact.beginRetry(backing);
        if (isClass) deriveState(backing, type, props);
        if (isMount) {
          if (isClass && !type.getDerivedStateFromProps) backing.componentWillMount?.();
          if (isClass && backing.componentDidMount) backing.__h.push(backing.componentDidMount);
        } else {
          if (isClass && props !== oldProps && !type.getDerivedStateFromProps) backing.componentWillReceiveProps?.(props, context);
          const isSame = original !== undefined && original === living.original;
          if (isSame && !preact.isDue(backing) || !preact.isForced(backing) && this.#isKept(living, props, context)) {
            if (!isSame) {
              backing.props = props;
              backing.state = backing.__s;
              preact.setClean(backing);
              if (original !== undefined) living.original = original;
            }
            preact.takeStateCallbacks(backing);
            if (backing.__h.length > 0) this.#commits.push(backing);
            break render;
          }
          backing.componentWillUpdate?.(props, backing.__s, context);
          if (isClass && backing.componentDidUpdate) backing.__h.push(() => backing.componentDidUpdate!(oldProps, oldState, snapshot));
        }
        backing.context = context;
        backing.props = props;
        preact.setForced(backing, false);
        living.isWaiting = false;
        outcome = this.#run(backing, vnode, isClass);
      }
      if ("error" in outcome) throw outcome.error;
      if (isClass) preact.takeStateCallbacks(backing);
      backing.state = backing.__s;
      if (backing.getChildContext) this.#context = { ...this.#context, ...backing.getChildContext() };
      if (!living.subscribers && preact.isProvider(backing)) this.#provide(living);
      if (isClass && !isMount && backing.getSnapshotBeforeUpdate) snapshot = backing.getSnapshotBeforeUpdate(oldProps, oldState);

      this.#parent = vnode;
      child = living.suspension ? this.#suspended(living, props, before) : this.#lowerer.shown(outcome.shows, before?.child);
      this.adopt(outside.mark, living, [child]);
      if (backing.__h.length > 0) this.#commits.push(backing);
      preact.endRetry(backing);
      if (original !== undefined) living.original = original;
    } catch (error) {
      this.#parent = outside.parent;
      this.#commits.length = outside.commits;
      this.#abandon(outside.mark);
      living.original = 0;
      if (!isThenable(error)) {
        preact.setForced(backing, true);
        if (before) forEachLiving(before.child, (one) => preact.setForced(one.backing, true));
      }
      preact.catchError(error, vnode, isMount);
    } finally {
      this.running.pop();
      this.#parent = outside.parent;
      this.#context = outside.context;
    }
    if (preact.afterDiff(vnode)) this.#withEffects.push(living);
    if (ref !== vnode.ref && original !== undefined) {
      if (vnode.ref) this.#applyRef(vnode.ref, null, living);
      vnode.ref = ref;
      if (ref) this.#refs.push([ref, living]);
    }
    if (before && before.spot === living && before.child === child) return before;
    const node = new ComponentNode(type, vnode.key, props, child, living);
    living.node = node;
    return node;
  }

  /** Whether `shouldComponentUpdate` says no. Of a provider it also says who is to be rendered, though not to us. */
  #isKept(living: Living, props: Props, context: unknown): boolean {
    const { backing, subscribers } = living;
    const clean = subscribers && [...subscribers].filter((subscriber) => !preact.isDirty(subscriber));
    const kept = backing.shouldComponentUpdate?.(props, backing.__s, context) === false;
    for (const subscriber of clean ?? []) if (preact.isDirty(subscriber)) preact.ownerOf(subscriber)?.changed();
    return kept;
  }

  #provide(provider: Living): void {
    const { backing } = provider;
    const subscribers = provider.subscribers = new Set<Backing>();
    const subscribe = backing.sub!;
    backing.sub = (subscriber) => {
      subscribe(subscriber);
      subscribers.add(subscriber);
      const { componentWillUnmount } = subscriber;
      subscriber.componentWillUnmount = () => {
        subscribers.delete(subscriber);
        componentWillUnmount?.call(subscriber);
      };
    };
  }

  /** What was rendered for nothing, since what it is in has failed. */
  #abandon(mark: number): void {
    for (const orphan of this.orphans.splice(mark)) {
      if (orphan instanceof Watch) orphan.dispose();
      // What has moved here is still where it was.
      else if (orphan.parent === null) this.#end(orphan.node, this.#parent);
    }
  }

  /** Ends something while an error is on its way that says more than what goes wrong here. */
  #quietly(task: () => void): void {
    const errors = this.#errors;
    this.#errors = [];
    task();
    this.#errors = errors;
  }

  #applyRef(ref: unknown, value: Backing | null, living: Living): void {
    try {
      if (typeof ref !== "function") (ref as { current: unknown }).current = value;
      else if (value) living.refCleanup = ref(value) ?? null;
      else if (typeof living.refCleanup === "function") living.refCleanup();
      else ref(null);
    } catch (error) {
      preact.catchError(error, living.vnode);
    }
  }

  #commit(root: BackingVNode): void {
    const commits = this.#commits, refs = this.#refs;
    this.#commits = [];
    this.#refs = [];
    for (const [ref, living] of refs) this.#applyRef(ref, living.backing, living);
    if (commits.length > 0) preact.commit(root, commits);
  }

  // ---- the queue -------------------------------------------------------------------------------

  enqueue(spot: Living | Following): void {
    if (spot.isGone) return;
    if (spot instanceof Following) {
      if (spot.isQueued) return;
      spot.isQueued = true;
    } else if (spot.isWaiting) return;
    // A component that was rendered since it came into the queue, and is to be rendered again, is in it twice, as in Preact.
    this.#push(spot);
  }

  #push(spot: Living | Following | Watch): void {
    this.#queue.push(spot);
    if (!this.#isBusy && this.#queue.length === 1) this.#lowerer.changed();
  }

  #drain(): void {
    this.#drains++;
    let sorted = 1;
    while (this.#queue.length > 0) {
      if (this.#queue.length > sorted) this.#sort();
      const next = this.#queue.shift()!;
      sorted = this.#queue.length;
      if (next instanceof Watch) next.spoil();
      else {
        if (next instanceof Following) next.isQueued = false;
        if (next.isGone) continue;
        if (next instanceof Following) this.#refollow(next);
        else if (!next.isWaiting && preact.isDirty(next.backing)) this.#rerender(next);
      }
    }
  }

  #sort(): void {
    const depths = new Map(this.#queue.map((spot) => [spot, depthOf(spot)]));
    this.#queue.sort((a, b) => depths.get(a)! - depths.get(b)!);
  }

  #rerender(living: Living): void {
    if (living.drain !== this.#drains) {
      living.drain = this.#drains;
      living.renders = 0;
    }
    if (++living.renders > mostRenders) {
      throw new RangeError(`${nameOf(living.vnode.type)} sets its state each time that it is rendered: this would never end`);
    }
    const before = living.fresh(this.#lowerer.made) as ComponentNode;
    this.#parent = living.vnode.__!;
    this.#context = living.backing.__n;
    this.#commits = [];
    this.orphans.length = 0;
    if (this.#render(living, living.backing.props, undefined, before, living.vnode.ref) !== before) living.spoil();
    this.#commit(living.vnode);
  }

  #refollow(following: Following): void {
    const before = following.fresh(this.#lowerer.made) as ComponentNode;
    this.#parent = following.parentVNode;
    this.orphans.length = 0;
    if (this.#follow(following, before, before.type) !== before) following.spoil();
    this.#commit(following.parentVNode);
  }

  // ---- suspense --------------------------------------------------------------------------------

  /** Two children: what is to be shown, and what is shown while that waits. */
  #suspended(living: Living, props: Props, before: ComponentNode | undefined): Node {
    const suspension = living.suspension!;
    const old = before?.child instanceof List ? before.child : undefined;
    const mark = this.orphans.length;
    const made = this.#lowerer.made;
    let [shown, fallback] = old?.items ?? [];
    if (suspension.isSuspended) {
      if (suspension.parked === undefined) {
        suspension.parked = shown ?? null;
        park(suspension.parked);
      }
      shown = null;
      fallback = this.#lowerer.child(h(Fragment, null, props.fallback as ComponentChildren), fallback);
    } else {
      this.leave(fallback);
      fallback = null;
      const { parked } = suspension;
      suspension.parked = undefined;
      if (parked !== undefined) shown = reveal(parked, made);
      shown = this.#lowerer.child(h(Fragment, null, props.children as ComponentChildren), shown);
    }
    const spot = this.adopt(mark, old?.spot ?? null, [shown, fallback]);
    const top = spotOf(shown);
    if (top) top.parent = spot;
    const list = new List(undefined, [shown, fallback], null, old?.id ?? this.#lowerer.nextId(), spot, made.turn);
    spot.node = list;
    return list;
  }
}

function deriveState(backing: Backing, type: AnyComponent, props: Props): void {
  backing.__s ||= backing.state;
  if (!type.getDerivedStateFromProps) return;
  if (backing.__s === backing.state) backing.__s = { ...backing.__s as object };
  Object.assign(backing.__s as object, type.getDerivedStateFromProps(props, backing.__s));
}

/** Whether something that was thrown is a promise: then a component waits for it. */
export function isThenable(value: unknown): value is Thenable {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function forEachLiving(node: Node, task: (living: Living) => void): void {
  forEachSpot(node, (spot) => spot instanceof Living && task(spot));
}
