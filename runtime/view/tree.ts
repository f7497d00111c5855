/**
 * The view tree: what a view lowers to. Nodes are immutable once they are made and shared between the trees of different
 * versions where nothing changed. This file must know neither vnodes nor the wire.
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
  ) {}
}

/** A node with a warning before it, in development: to its neighbours and to the next version the node alone. */
export class Warned extends List {
  constructor(readonly warning: Node, readonly node: Node, id: number) {
    super(undefined, [warning, node], null, id);
  }
}

/** A node without its warning. */
export function unwarned(node: Node): Node;
export function unwarned(node: Node | undefined): Node | undefined;
export function unwarned(node: Node | undefined): Node | undefined {
  return node instanceof Warned ? node.node : node;
}

/** A component, and what it rendered. Not on the wire: its child stands there. */
export class ComponentNode {
  constructor(
    readonly type: unknown,
    readonly key: unknown,
    readonly props: Readonly<Record<string, unknown>>,
    readonly child: Node,
  ) {}
}

/** What a node shows, past the components. */
export function shown(node: Node): Exclude<Node, ComponentNode> {
  while (node instanceof ComponentNode) node = node.child;
  return node;
}
