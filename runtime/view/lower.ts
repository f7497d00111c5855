/**
 * Lowers what a view returns to a view tree, beside the tree of the version before: what did not change is the same object
 * there and here, and is not visited again. Only this file, `identity.ts` and `jsx.ts` know what a vnode looks like.
 */
import { type ComponentChildren, Fragment, isValidElement } from "../deps.ts";
import { attributeValue, domEvents, numberText } from "./attribute.ts";
import { nameOf } from "./component_name.ts";
import { Components, isThenable } from "./components.ts";
import { type AnyVNode, hasRawHtml, matching, sameKey } from "./identity.ts";
import { TemplateProps } from "./jsx.ts";
import { isKept } from "./kept.ts";
import { Living } from "./living.ts";
import { match } from "./match.ts";
import { Memo } from "./memo.ts";
import { Opaque } from "./opaque.ts";
import { isDue, isPortal, originalOf, withEffects } from "./preact.ts";
import { sameLook } from "./purity.ts";
import { isSavedWhole, readSaved, savedIn, type SavedState } from "./saved.ts";
import { type AnySignal, isSignal } from "./signal.ts";
import type { Node as StaticNode } from "./statics.ts";
import { bareValue, DynamicAttribute, type Hole, type Place, placeOfElement, spreadValue } from "./template.ts";
import { ComponentNode, Instance, isArray, List, type Node, type Spot, spotOf, unwarned, Warned } from "./tree.ts";
import { hearRejections, isPromise, PromiseError } from "./promise_error.ts";
import { UnsupportedError } from "./unsupported.ts";
import { warningBox } from "./warning.ts";

/** How a lowering goes about what is doubtful. */
export interface LoweringOptions {
  /** Show a problem in the page, where it is, and go on; else throw. */
  readonly development: boolean;
  /** Told of each problem once for each place. */
  warn(message: string): void;
  /** Told when the state of a component has changed, until it is rendered. */
  changed?(): void;
  /** Told when a promise that an effect or a lifecycle method answered is rejected; the console as usual. */
  readonly rejected?: ((error: unknown) => void) | undefined;
  /** What the ids of `useId` begin with; those of another view of the same page must begin with something else. */
  readonly ids?: string;
  /** What the components of this view had for their states when it was taken down elsewhere. */
  readonly saved?: SavedState | undefined;
}

/** Lowers the views of one runtime, one after the other, and keeps the components in them. */
export class Lowering {
  #id = 0;
  #renders = 0;
  #made = { holes: 0, turn: 0 };
  #tree: Node | undefined;
  #isTurning = false;
  /** What was asked to end while it was rendered. */
  #endNow: (() => void) | undefined;
  readonly #components: Components;
  readonly #options: LoweringOptions;
  readonly #told = new Set<string>();
  /** Signals among the attributes of the element that is lowered. */
  readonly #signals: AnySignal[] = [];

  constructor(options: LoweringOptions) {
    this.#options = options;
    const made = this.#made;
    this.#components = new Components({
      // A fragment without a key that is all a component shows is no vnode of its own.
      shown: (shows, old) => this.#alone(isPlainFragment(shows) ? childrenOf(shows) : shows, old),
      child: (child, old) => this.#child(child, old),
      nextId: () => ++this.#id,
      changed: () => options.changed?.(),
      made,
    }, options.ids ?? "0");
    const saved = readSaved(options.saved);
    if (saved) this.#components.restore(saved.components, saved.ids);
  }

  /** Holes that the last rendering made new, for the bound of the history. */
  get made(): number {
    return this.#made.holes;
  }

  /** Whether the state of a component has changed, which is not shown yet. */
  get isWaiting(): boolean {
    return this.#components.isWaiting;
  }

  /** Whether anything in the view lives between renderings, and so wants the view to be rendered though nobody sees it. */
  get isAlive(): boolean {
    return spotOf(this.#tree) !== null;
  }

  /** Whether components have effects to run. */
  get hasEffects(): boolean {
    return this.#components.hasEffects;
  }

  /**
   * The view tree of `view`; the same object as the one before when nothing changed. All that waits is rendered too, and layout
   * effects have run. It goes on from the tree before, or from another of this lowering (`from`) in which nothing lives.
   *
   * @throws {UnsupportedError} for what cannot work on a server, except in development.
   * @throws whatever a component throws.
   */
  lower(view: ComponentChildren, from?: Node): Node {
    this.#renders++;
    return this.#turn(() =>
      this.#components.whole(() => {
        this.#tree = this.#alone(view, from ?? this.#fresh());
      })
    );
  }

  /** The view tree after the states of components have changed; the same object as the one before when it shows the same. */
  update(): Node {
    return this.#turn(() => this.#components.changes());
  }

  /** Runs the effects of components that have been rendered: after the view has been shown. */
  effects(): void {
    hearRejections(this.#options.rejected, () => this.#components.effects());
  }

  /**
   * Ends all components: their effects are undone, at once or after the rendering that this is called in.
   *
   * @param failed Told of each error on the way; else the first is thrown.
   */
  end(failed: (error: unknown) => void = thrown): void {
    if (this.#isTurning) {
      this.#endNow = () => this.end(failed);
      return;
    }
    const tree = this.#fresh();
    if (tree === undefined) return;
    for (const error of hearRejections(this.#options.rejected, () => this.#components.end(tree))) failed(error);
  }

  /** The states of the components as plain data, for another `Lowering` of the same view. */
  state(): SavedState {
    return { components: this.#tree === undefined ? [] : savedIn(this.#fresh()!), ids: this.#components.ids };
  }

  /** Whether {@link Lowering.state} is all that lives in the view: another could go on with it as if nothing had been. */
  get isSavedWhole(): boolean {
    return this.#tree === undefined || isSavedWhole(this.#fresh()!);
  }

  #turn(render: () => void): Node {
    this.#made.holes = 0;
    this.#made.turn++;
    this.#isTurning = true;
    try {
      hearRejections(this.#options.rejected, () => withEffects(render));
    } catch (error) {
      if (!isThenable(error)) throw error;
      throw new UnsupportedError("a component waits for something (it threw a promise), and no <Suspense> of preact/compat is around it");
    } finally {
      this.#isTurning = false;
      this.#endNow?.();
    }
    return this.#fresh()!;
  }

  #fresh(): Node | undefined {
    const spot = spotOf(this.#tree);
    return spot ? this.#tree = spot.fresh(this.#made) : this.#tree;
  }

  #child(child: unknown, old: Node | undefined): Node {
    if (typeof child === "object" && child !== null) {
      if (Array.isArray(child)) {
        const list = this.#list(child, undefined, old);
        // Which fragment stood here says nothing of an array.
        if (list.spot) list.spot.original = 0;
        return list;
      }
      if (isSignal(child)) return this.#components.signal(child, old);
      if (isValidElement(child)) return this.#vnode(child as AnyVNode, old);
    }
    if (old !== undefined) this.#components.leave(old);
    switch (typeof child) {
      case "string":
        return child === "" ? null : child;
      case "number":
        return numberText(child);
      case "bigint":
        return String(child);
      case "object":
        if (child === null) return null;
        if (isPromise(child)) {
          throw new PromiseError("A component, or a view,", "show what there is, and let <Suspense> wait, or an effect", child);
        }
        if (child instanceof String) return this.#child(String(child), undefined);
        return this.#problem(`an object ({${Object.keys(child).slice(0, 3).join(", ")}}) is no child: show its parts, or a text of it`);
      case "symbol":
        return this.#problem("a symbol is no child");
      default:
        return null;
    }
  }

  /** All that an element has, or a component shows: one child, or an array of it and others. */
  #alone(given: unknown, old: Node | undefined): Node {
    // A fragment is one vnode, which others may join.
    const child = isFragment(given) ? [given] : given;
    return hasOtherForm(child, old) ? this.#other(child, old!) : this.#child(child, old);
  }

  /** An array where one child was, or the other way. */
  #other(child: unknown, shown: Node): Node {
    const old = unwarned(shown);
    if (!isArray(old)) return this.#list(child as readonly unknown[], undefined, undefined, [old]);
    const { items } = old as List;
    const from = match([child], items, matching);
    if (from) this.#leaveUnmatched(items, from);
    const item = items[from ? from[0]! : 0];
    const node = this.#child(child, item);
    this.#components.moved(node, item);
    return node;
  }

  #vnode(vnode: AnyVNode, old: Node | undefined): Node {
    const { type, props } = vnode;
    if (typeof type === "string") return this.#element(type, vnode, old);
    if (props instanceof TemplateProps) return this.#template(props, vnode.key, old);
    if (type === Fragment) {
      if ("tpl" in props) {
        return this.#problem(`JSX compiled for Preact's own precompiled templates: set "jsxImportSource": "@nacre/nacre"`);
      }
      // A fragment is a component to Preact: a fragment that is all it has is no vnode of its own.
      const children = isPlainFragment(props.children) ? props.children.props.children : props.children;
      const spot = spotOf(old), original = originalOf(vnode);
      // The same vnode shows the same: what has changed in it is rendered when its turn comes.
      if (spot !== null && spot.original === original && old instanceof List && sameKey(old.key, vnode.key)) return old;
      const list = this.#list(asArray(children), vnode.key, old);
      if (list.spot) list.spot.original = original;
      return list;
    }
    return this.#component(vnode, old);
  }

  #component(vnode: AnyVNode, shown: Node | undefined): Node {
    const { type, props, key } = vnode;
    const old = unwarned(shown);
    const before = old instanceof ComponentNode && old.type === type && sameKey(old.key, key) ? old : undefined;
    if (!before && old !== undefined) this.#components.leave(old);
    const isUnchanged = before !== undefined && this.#isUnchanged(vnode, before);
    // In development one render in eight is done twice, to find components that are not pure. (One that lives need not be.)
    const isAgain = this.#options.development && this.#renders % 8 === 0 && before?.spot === null && type as unknown !== Opaque;
    if (isUnchanged && !isAgain) return before;
    if (isPortal(vnode)) return this.#problem("createPortal: there are no elements on the server; use a custom element, or a <dialog>");
    try {
      const made = this.#made.holes;
      const node = this.#components.component(vnode, before);
      if (!isUnchanged) return node;
      const child = (node as ComponentNode).child;
      if (this.#made.holes === made || spotOf(node) !== null || sameLook(unwarned(child), unwarned(before.child))) return before;
      const message = type as unknown === Memo
        ? "a memo shows something else with the same dependencies: all that its view uses has to be among them"
        : `${nameOf(type)} is impure: with the same props it shows something else; what it shows must follow from its props`;
      this.#warn(message);
      return new ComponentNode(type, key, props, this.#warned(unwarned(child), message, before.child));
    } catch (error) {
      // The component in which it happened is named in it already.
      if (!(error instanceof UnsupportedError) || !this.#options.development) throw error;
      return this.#shownProblem(error.problem);
    }
  }

  /** Whether a component need not be run: the same vnode, or, where nothing in it lives, the same props. */
  #isUnchanged(vnode: AnyVNode, before: ComponentNode): boolean {
    const { spot } = before;
    const kept = isKept(vnode.type, before.props, vnode.props);
    if (kept !== undefined) return kept;
    if (spot === null) return shallowEqual(before.props, vnode.props);
    return spot.original === originalOf(vnode) && !(spot instanceof Living && (isDue(spot.backing) || derivesState(before.type)));
  }

  #template({ place, dynamic }: TemplateProps, key: unknown, shown: Node | undefined): Node {
    const old = unwarned(shown);
    const before = old instanceof Instance && old.place === place && sameKey(old.key, key) ? old : undefined;
    if (!before && old !== undefined) this.#components.leave(old);
    const instance = this.#instance(place, key, dynamic, before);
    for (const ref of place.refs) {
      const given = dynamic[ref];
      if (given instanceof DynamicAttribute && given.value) return this.#beside(instance, refWarning(place), shown);
    }
    if (this.#options.development && place.roots.some(hasFileField)) return this.#beside(instance, fileFieldWarning, shown);
    return old === shown ? instance : this.#withoutWarning(instance);
  }

  #element(tag: string, vnode: AnyVNode, shown: Node | undefined): Node {
    const { props, key } = vnode;
    const old = unwarned(shown);
    const place = placeOfElement(tag, hasRawHtml(props));
    const before = old instanceof Instance && old.place === place && sameKey(old.key, key) ? old : undefined;
    if (!before && old !== undefined) this.#components.leave(old);
    const instance = this.#instance(place, key, [props.children, props], before);
    if (vnode.ref) return this.#beside(instance, refWarning(place), shown);
    if (this.#options.development && tag === "input" && props.type === "file") return this.#beside(instance, fileFieldWarning, shown);
    if (this.#options.development && tag.includes("-")) {
      for (const name in props) {
        if (/^on.*[A-Z]/.test(name) && typeof props[name] === "function" && !domEvents.has(name.slice(2).toLowerCase())) {
          return this.#beside(instance, `<${tag} ${name}>: a custom event's name must be in lower case, as in onmy-event`, shown);
        }
      }
    }
    return old === shown ? instance : this.#withoutWarning(instance);
  }

  #instance(place: Place, key: unknown, dynamic: readonly unknown[], match: Instance | undefined): Instance {
    const { holes } = place;
    const components = this.#components;
    const { orphans } = components;
    let before = match;
    if (before && place.innerKeys.length > 0) {
      const kept = before.holes.at(-1) as readonly unknown[];
      if (place.innerKeys.some((source, i) => !sameKey(kept[i], attributeGiven(dynamic[source])))) {
        components.leave(before);
        before = undefined;
      }
    }
    const spot = before ? before.spot : null;
    if (spot) components.dropWatches(spot);
    const mark = orphans.length;
    let values: unknown[] | undefined;
    for (let i = 0; i < holes.length; i++) {
      const value = spot
        ? this.#aliveHole(i, dynamic, before!)
        : this.#hole(holes[i]!, i, dynamic, before === undefined ? undefined : before.holes[i], place.steps[i]?.isAlone);
      if (values) values[i] = value;
      else if (!before || !Object.is(value, before.holes[i])) {
        values = before ? before.holes.slice(0, i) : [];
        values[i] = value;
      }
    }
    const isAlive = orphans.length !== mark;
    if (before && !values && (!isAlive || spot)) {
      if (isAlive) components.adopt(mark, spot, before.holes as Node[]);
      return before;
    }
    values ??= before ? before.holes.slice(0, holes.length) : [];
    if (place.innerKeys.length > 0) values[holes.length] = place.innerKeys.map((source) => attributeGiven(dynamic[source]));
    this.#made.holes += holes.length + 1;
    const own: Spot | null = isAlive ? components.adopt(mark, spot, values as Node[]) : spot;
    const instance = new Instance(place, key, values, before ? before.id : ++this.#id, own);
    if (own) own.node = instance;
    return instance;
  }

  /** A hole of an instance in which something lives: what does not go on has to end, when Preact would end it. */
  #aliveHole(index: number, dynamic: readonly unknown[], before: Instance): unknown {
    const { place } = before;
    const hole = place.holes[index]!;
    const old = before.holes[index];
    const step = place.steps[index];
    if (!step) return this.#hole(hole, index, dynamic, old);
    this.#matchHoles(step.match, place, dynamic, before);
    const child = dynamic[(hole as { source: number }).source];
    if (step.isAlone) return this.#alone(child, isContinued(child, old as Node) ? old as Node : undefined);
    return this.#child(child, matching.same(child, old as Node) ? old as Node : undefined);
  }

  /** Ends what will not go on in these holes. */
  #matchHoles(match: readonly number[], { holes, steps }: Place, dynamic: readonly unknown[], before: Instance): void {
    for (const i of match) {
      const old = before.holes[i] as Node;
      if (spotOf(old) === null) continue;
      const child = dynamic[(holes[i] as { source: number }).source];
      if (!(steps[i]!.isAlone ? isContinued(child, old) : matching.same(child, old))) this.#components.leave(old);
    }
  }

  #hole(hole: Hole, index: number, dynamic: readonly unknown[], old: unknown, isAlone?: boolean): unknown {
    switch (hole.kind) {
      case "child": {
        const child = dynamic[hole.source];
        return isAlone ? this.#alone(child, old as Node | undefined) : this.#child(child, old as Node | undefined);
      }
      case "attribute": {
        const given = attributeGiven(dynamic[hole.source]);
        if (!isSignal(given)) return attributeValue(hole.name, given);
        this.#components.watch(index, given, () => attributeValue(hole.name, given.peek()));
        return attributeValue(hole.name, given.peek());
      }
      case "bare":
        return bareValue(hole, dynamic[hole.source]);
      case "handler": {
        const given = attributeGiven(dynamic[hole.source]);
        return typeof given === "function" ? given : null;
      }
      case "spread": {
        const props = dynamic[hole.source] as Record<string, unknown>;
        const spread = spreadValue(hole, props, this.#signals);
        if (this.#signals.length > 0) {
          for (const signal of this.#signals.splice(0)) this.#components.watch(index, signal, () => spreadValue(hole, props, []));
        }
        return spread && old && shallowEqual(spread, old as Record<string, unknown>) ? old : spread;
      }
      case "constant":
        return hole.value;
      default:
        return hole satisfies never;
    }
  }

  /** A list; `alone` is what goes on as one of its items though it was in no list. */
  #list(children: readonly unknown[], key: unknown, old: Node | undefined, alone?: readonly [Node]): List {
    const before = old instanceof List && !(old instanceof Warned) && sameKey(old.key, key) ? old : undefined;
    const components = this.#components;
    const { orphans } = components;
    if (!before && old !== undefined) components.leave(old);
    const spot = before ? before.spot : null;
    const count = children.length;
    const items: Node[] = new Array(count);
    const mark = orphans.length;
    let changed = before === undefined;
    let from: Int32Array | null = null;
    let index = 0;
    const kept = before ? before.items : alone;
    if (kept) {
      if (spot || alone) {
        // What does not go on ends before anything is rendered, as in Preact.
        from = match(children, kept, matching);
        if (from) this.#leaveUnmatched(kept, from);
        changed = from !== null;
      } else {
        // Most lists are as they were, or as far as the first change: these need no search.
        const common = Math.min(count, kept.length);
        for (; index < common; index++) {
          const child = children[index], item = kept[index]!;
          if (this.#isKept(child, item)) items[index] = item;
          else if (matching.same(child, item)) {
            if ((items[index] = this.#child(child, item)) !== item) changed = true;
          } else break;
        }
        if (index < count || index < kept.length) {
          from = match(children, kept, matching, index);
          changed = true;
        }
      }
    }
    for (; index < count; index++) {
      const at = from ? from[index]! : kept && (spot || alone) ? index : -1;
      const item = at < 0 ? undefined : kept![at]!;
      items[index] = this.#child(children[index], item);
      if (items[index] !== item) changed = true;
      if (alone) components.moved(items[index]!, item);
    }
    if (alone) {
      from = null;
      changed = true;
    }
    const isAlive = orphans.length !== mark;
    if (!changed) {
      if (isAlive) components.adopt(mark, spot, items);
      return before!;
    }
    this.#made.holes += items.length;
    const own = isAlive ? components.adopt(mark, spot, items) : spot;
    const turn = this.#made.turn;
    // What was made in this turn has been seen by nobody: where items come from is said of the version before it.
    if (before && before.turn === turn && before.from) from = from ? from.map((at) => at < 0 ? -1 : before.from![at]!) : before.from;
    const list = new List(key, items, from, before ? before.id : ++this.#id, own, turn);
    if (own) own.node = list;
    return list;
  }

  #leaveUnmatched(items: readonly Node[], from: Int32Array): void {
    const stays = new Uint8Array(items.length);
    for (const at of from) if (at >= 0) stays[at] = 1;
    for (const [at, item] of items.entries()) if (stays[at] === 0) this.#components.leave(item);
  }

  /** Whether a child is a component that need not be run: the short way to what `#component` would find. */
  #isKept(child: unknown, item: Node): boolean {
    if (!(item instanceof ComponentNode) || this.#options.development) return false;
    if (typeof child !== "object" || child === null) return false;
    const { type, key, props } = child as AnyVNode;
    return type === item.type && item.spot === null && sameKey(item.key, key) && shallowEqual(item.props, props);
  }

  /** A problem in the place of what has it. */
  #problem(message: string): Node {
    const owner = this.#owner();
    const text = owner && !message.startsWith(owner) ? `In ${owner}: ${message}` : message;
    if (!this.#options.development) throw new UnsupportedError(text);
    return this.#shownProblem(text);
  }

  #shownProblem(text: string): Node {
    this.#warn(text);
    return this.#child(warningBox(text), undefined);
  }

  /** A problem that leaves what has it as it is: told, and in development shown before it. */
  #beside(instance: Instance, message: string, old: Node | undefined): Node {
    this.#warn(message);
    return this.#options.development ? this.#warned(instance, message, old) : instance;
  }

  #warned(node: Node, message: string, old: Node | undefined): Warned {
    const before = old instanceof Warned ? old : undefined;
    if (before?.node === node) return before;
    const { orphans } = this.#components;
    const own = spotOf(node);
    let spot = before?.spot ?? null;
    if (own) {
      if (orphans.at(-1) !== own && spot === null) orphans.push(own);
      if (orphans.at(-1) === own) spot = this.#components.adopt(orphans.length - 1, spot, [null, node]);
    }
    const warned = new Warned(before?.warning ?? this.#child(warningBox(message), undefined), node, before ? before.id : ++this.#id, spot);
    if (spot) spot.node = warned;
    return warned;
  }

  /** A node that had a warning and has none now: what it stands in is another. */
  #withoutWarning(node: Instance): Instance {
    const { spot } = node;
    if (spot && this.#components.orphans.at(-1) !== spot) this.#components.orphans.push(spot);
    return node;
  }

  #owner(): string | undefined {
    const type = this.#components.running.at(-1);
    return type && nameOf(type);
  }

  #warn(message: string): void {
    if (this.#told.has(message) || this.#told.size >= 1_000) return;
    this.#told.add(message);
    this.#options.warn(message);
  }
}

function attributeGiven(dynamic: unknown): unknown {
  return dynamic instanceof DynamicAttribute ? dynamic.value : undefined;
}

/** Whether what goes on in an old node would be lost for its form: one child that is alone is the same as an array of it. */
function hasOtherForm(child: unknown, shown: Node | undefined): boolean {
  if (typeof shown !== "object" || shown === null) return false;
  if (Array.isArray(child) === isArray(unwarned(shown))) return false;
  // Nothing lives in it: only an element goes on.
  return shown.spot !== null || typeof child === "object" && child !== null;
}

/** Whether a child that is alone goes on from what was there, or something in it may. */
function isContinued(given: unknown, old: Node): boolean {
  const child = isFragment(given) ? [given] : given;
  return matching.same(child, old) || hasOtherForm(child, old);
}

/** To such a class Preact gives its props though they are the same. */
function derivesState(type: unknown): boolean {
  return Boolean((type as { getDerivedStateFromProps?: unknown }).getDerivedStateFromProps);
}

function isFragment(child: unknown): child is AnyVNode {
  return isValidElement(child) && child.type === Fragment && !("tpl" in child.props);
}

function isPlainFragment(child: unknown): child is AnyVNode {
  return isFragment(child) && (child.key ?? null) === null;
}

function childrenOf({ props }: AnyVNode): readonly unknown[] {
  return asArray(props.children);
}

function asArray(children: unknown): readonly unknown[] {
  return Array.isArray(children) ? children : [children];
}

const fileFieldWarning =
  "a file field: of a file its name, size and type arrive, its contents do not; post the form to a route of its own for those";

function hasFileField(node: StaticNode): boolean {
  if (typeof node === "string" || !("tag" in node)) return false;
  if (
    node.tag === "input" &&
    node.attributes.some((attribute) => "name" in attribute && attribute.name === "type" && attribute.text === "file")
  ) {
    return true;
  }
  return node.children.some(hasFileField);
}

function refWarning(place: Place): string {
  const root = place.roots.find((node) => typeof node === "object" && "tag" in node) as { tag: string } | undefined;
  return `a ref in <${root?.tag ?? "a fragment"}>: there are no elements on the server; use a browser effect or a custom element`;
}

function shallowEqual(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name in a) {
    const value = a[name];
    if (!Object.is(value, b[name]) || (value === undefined && !(name in b))) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

function thrown(error: unknown): never {
  throw error;
}
