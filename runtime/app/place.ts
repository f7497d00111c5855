/**
 * Where an event belongs: its path is followed in the tree that the user saw, and the place that it led to is looked for in the
 * present tree (rules 4, 5 and 6 of events). Nodes that are the same through the versions have the same id.
 */
import type { Path } from "../wire/message.ts";
import { type Handler, sourceOf } from "../view/handler.ts";
import { indexOfId, Instance, List, type Node, shown } from "../view/tree.ts";

/** A handler in a tree. */
export interface Place {
  readonly handler: Handler;
  /** The event's name, without the mark of the capture phase. */
  readonly event: string;
  /** The nodes on the way, one for each step. */
  readonly trail: readonly (Instance | List)[];
}

/** The handler that a path leads to; undefined when there is none. */
export function placeAt(tree: Node, path: Path): Place | undefined {
  const trail: (Instance | List)[] = [];
  let node = shown(tree);
  for (const [at, step] of path.entries()) {
    if (typeof step !== "number" || node === null || typeof node !== "object") return undefined;
    trail.push(node);
    if (node instanceof List) {
      node = shown(node.items[step] ?? null);
      continue;
    }
    const hole = node.place.holes[step];
    const held = node.holes[step];
    switch (hole?.kind) {
      case "child":
        node = shown(held as Node);
        continue;
      case "handler":
        return at === path.length - 1 ? made(held, hole.event, trail) : undefined;
      case "spread": {
        const name = path[at + 1];
        if (at !== path.length - 2 || typeof name !== "string" || held === null) return undefined;
        const spread = held as Record<string, unknown>;
        return Object.hasOwn(spread, `@${name}`) ? made(spread[`@${name}`], name, trail) : undefined;
      }
      default:
        return undefined;
    }
  }
  return undefined;
}

function made(handler: unknown, event: string, trail: readonly (Instance | List)[]): Place | undefined {
  if (typeof handler !== "function") return undefined;
  return { handler: handler as Handler, event: event.endsWith("!") ? event.slice(0, -1) : event, trail };
}

/** The same place in the present tree, wherever it has moved; undefined when it was removed or replaced, or has no handler now. */
export function placeNow(tree: Node, path: Path, { trail }: Place): Place | undefined {
  const now: Path = [];
  let node = shown(tree);
  for (const [at, was] of trail.entries()) {
    const next = trail[at + 1];
    // Several children have become one of them, or one has become several.
    if (was instanceof List && node instanceof Instance && node.id === next?.id) continue;
    if (was instanceof Instance && node instanceof List) {
      const index = indexOfId(node, was.id);
      if (index < 0) return undefined;
      now.push(index);
      node = shown(node.items[index]!);
    }
    if (!(node instanceof Instance || node instanceof List) || node.id !== was.id) return undefined;
    if (next === undefined) break;
    if (node instanceof Instance) {
      now.push(path[at]!);
      node = shown(node.holes[path[at] as number] as Node);
    } else {
      const index: number = hasId(node.items[path[at] as number], next.id) ? path[at] as number : indexOfId(node, next.id);
      if (index < 0) return undefined;
      now.push(index);
      node = shown(node.items[index]!);
    }
  }
  return placeAt(tree, [...now, ...path.slice(trail.length - 1)]);
}

function hasId(node: Node | undefined, id: number): boolean {
  const what = node === undefined ? null : shown(node);
  return (what instanceof Instance || what instanceof List) && what.id === id;
}

/** The handler to call for an event seen at one place that is now at another: what the user saw, or for a plain function what is there now. */
export function handlerFor(seen: Place, now: Place): Handler {
  return sourceOf(seen.handler) ? seen.handler : now.handler;
}
