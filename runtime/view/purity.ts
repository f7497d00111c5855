/** Tells a component that is not pure, in development: what it shows a second time for the same props must look the same. */
import { ComponentNode, Instance, List, type Node } from "./tree.ts";

/** Whether two trees show the same, whatever their handlers do. */
export function sameLook(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a instanceof ComponentNode) return b instanceof ComponentNode && a.type === b.type && sameLook(a.child, b.child);
  if (a instanceof List) {
    return b instanceof List && a.items.length === b.items.length && a.items.every((item, i) => sameLook(item, b.items[i]!));
  }
  if (!(a instanceof Instance) || !(b instanceof Instance) || a.place !== b.place) return false;
  return a.place.holes.every((hole, i) => {
    const [x, y] = [a.holes[i], b.holes[i]];
    switch (hole.kind) {
      case "child":
        return sameLook(x as Node, y as Node);
      case "handler":
        return true;
      case "spread":
        return Object.entries(x ?? {}).every(([name, value]) =>
          typeof value === "function" || Object.is(value, (y as Record<string, unknown> | null)?.[name])
        );
      default:
        return Object.is(x, y) || (typeof x === "object" && typeof y === "object");
    }
  });
}
