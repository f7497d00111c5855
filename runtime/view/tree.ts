/**
 * The view tree: what a view lowers to. Nodes are immutable once they are made and shared between the trees of different
 * versions where nothing changed, and know no parents. What changes by itself (a component's state, a signal) finds its way up by its
 * spots, and only the nodes on that way are made anew. This file must know neither vnodes nor the wire.
 */
import type { Place } from "./template.ts";

/** Nothing, a text, or a node with an identity. */
export type Node = null | string | number | Instance | List | ComponentNode;

/** A template with the values of its holes. */
export class Instance {
  constructor(
    readonly place: Place,
    /** The key of its root element, as JSX gave it. */
    readonly key: unknown,
    /** One value for each hole of the template, in the order of the wire. */
    readonly holes: readonly unknown[],
    /** The same in all versions of this instance, and of no other node of its runtime. */
    readonly id: number,
    /** Where something in it lives between renderings; the same in all versions. */
    readonly spot: Spot | null = null,
  ) {}
}

/** Children in a row: an array or a fragment. */
export class List {
  constructor(
    readonly key: unknown,
    readonly items: readonly Node[],
    /** For each item the index that it had in the version before, -1 for a new one; `null` when nothing was added, removed or moved. */
    readonly from: Int32Array | null,
    readonly id: number,
    /** Where something in it lives between renderings; the same in all versions. */
    readonly spot: Spot | null = null,
    /** The turn in which it was made. */
    readonly turn: number = 0,
    /** Where all items are as in the version before but for a few: which. */
    readonly touched: readonly number[] | null = null,
  ) {}

  /** The same list with other items in these places. */
  withItems(items: readonly Node[], places: readonly number[], turn: number): List {
    if (this.turn !== turn) return new List(this.key, items, null, this.id, this.spot, turn, places);
    // This list is of the same turn, and nobody has seen it.
    return new List(this.key, items, this.from, this.id, this.spot, turn, this.touched && [...new Set([...this.touched, ...places])]);
  }
}

let hasWarned = false;

/** A node with a warning before it, in development: to its neighbours and to the next version the node alone. */
export class Warned extends List {
  constructor(readonly warning: Node, readonly node: Node, id: number, spot: Spot | null = null) {
    super(undefined, [warning, node], null, id, spot);
    hasWarned = true;
  }

  override withItems(items: readonly Node[]): Warned {
    return new Warned(items[0]!, items[1]!, this.id, this.spot);
  }
}

/** A node without its warning. */
export function unwarned(node: Node): Node;
export function unwarned(node: Node | undefined): Node | undefined;
export function unwarned(node: Node | undefined): Node | undefined {
  // Asked of every node before it is compared: where nobody was ever warned, that is nothing.
  if (!hasWarned) return node;
  return node instanceof Warned ? node.node : node;
}

/** A component, and what it rendered. Not on the wire: its child stands there. */
export class ComponentNode {
  constructor(
    readonly type: unknown,
    readonly key: unknown,
    readonly props: Readonly<Record<string, unknown>>,
    readonly child: Node,
    /** Where it, or something in it, lives between renderings. */
    readonly spot: Spot | null = null,
  ) {}
}

/** How many holes and items there are in a tree: what a rendering of all of it fills. */
export function holesIn(tree: Node): number {
  let count = 0;
  const left: Node[] = [tree];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node instanceof ComponentNode) left.push(node.child);
    else if (node instanceof List) {
      count += node.items.length;
      for (const item of node.items) left.push(item);
    } else if (node instanceof Instance) {
      count += node.holes.length;
      for (const hole of node.holes) if (hole instanceof ComponentNode || hole instanceof List || hole instanceof Instance) left.push(hole);
    }
  }
  return count;
}

/** What a node shows, past the components. */
export function shown(node: Node): Exclude<Node, ComponentNode> {
  while (node instanceof ComponentNode) node = node.child;
  return node;
}

/** Where an item of a list stands that shows the node with this number; -1 where there is none. */
export function indexOfId(list: List, id: number): number {
  return list.items.findIndex((item) => {
    const what = shown(item);
    return (what instanceof Instance || what instanceof List) && what.id === id;
  });
}

/** A node at or below which something lives; the same object in all versions of that node. */
export class Spot {
  parent: Spot | null = null;
  /** Which hole of its parent, or which item; a hint, since items move. */
  at = 0;
  /** What stands there now. */
  node: Node = null;
  /** For a component: the number of the vnode that it was rendered from last. The same vnode shows the same. */
  original = 0;
  /** It is not shown for a while: what changes in it changes nothing above. */
  isParked = false;
  /** Attributes that follow a signal. */
  watches: Watch[] | undefined;
  #stale: Spot[] | undefined;
  #isStale = false;

  /** Says that what stands here has changed: all that it stands in is to be made anew. */
  spoil(): void {
    if (this.parent === null || this.isParked || this.#isStale) return;
    this.#isStale = true;
    (this.parent.#stale ??= []).push(this);
    this.parent.spoil();
  }

  /** What stands here, with all changes below it. */
  fresh(made: Made): Node {
    const stale = this.#stale;
    this.#isStale = false;
    if (stale === undefined) return this.node;
    this.#stale = undefined;
    const node = this.node;
    if (node instanceof ComponentNode) {
      return this.node = new ComponentNode(node.type, node.key, node.props, stale[0]!.fresh(made), this);
    }
    if (node instanceof Instance) {
      const holes = node.holes.slice();
      for (const spot of stale) {
        spot.#isStale = false;
        holes[spot.at] = spot instanceof Watch ? spot.value(made) : spot.fresh(made);
      }
      made.holes += holes.length + 1;
      return this.node = new Instance(node.place, node.key, holes, node.id, this);
    }
    const list = node as List;
    const items = list.items.slice();
    const places = stale.map((spot) => spot.#index(list));
    for (const [i, place] of places.entries()) items[place] = stale[i]!.fresh(made);
    made.holes += items.length;
    return this.node = list.withItems(items, places, made.turn);
  }

  /** Which item of its list it is. */
  #index(list: List): number {
    if (spotOf(list.items[this.at]!) !== this) {
      // Items have moved: all are numbered anew.
      for (const [at, item] of list.items.entries()) {
        const spot = spotOf(item);
        if (spot) spot.at = at;
      }
    }
    return this.at;
  }
}

/** An attribute, or all of an element, that follows a signal: it has a value and no node. */
export class Watch extends Spot {
  /** Ends it. */
  dispose!: () => void;
  constructor(override readonly at: number, readonly signal: unknown, readonly value: (made: Made) => unknown) {
    super();
  }
}

/** What is noted of nodes that are made. */
export interface Made {
  /** Holes made new. */
  holes: number;
  /** The number of the turn: what was made in it is of a version that nobody has seen yet. */
  readonly turn: number;
}

/** The spot of a node, if anything lives at or below it. */
export function spotOf(node: Node | undefined): Spot | null {
  return typeof node === "object" && node !== null ? node.spot : null;
}

/** Whether a node that is alone is an array. (A fragment that is alone is the only item of one.) */
export function isArray(node: Node): boolean {
  return node instanceof List && (node.key ?? null) === null;
}

/** All that lives in a node, a component before what is in it. */
export function forEachSpot(node: Node, task: (spot: Spot) => void): void {
  const spot = spotOf(node);
  if (spot === null) return;
  task(spot);
  if (node instanceof ComponentNode) forEachSpot(node.child, task);
  else if (node instanceof List) { for (const item of node.items) forEachSpot(item, task); }
  else if (node instanceof Instance) {
    for (const [i, hole] of node.place.holes.entries()) if (hole.kind === "child") forEachSpot(node.holes[i] as Node, task);
  }
}
