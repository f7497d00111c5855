/** How deep in the page something lives. */
import { ComponentNode, Instance, isArray, type Node, type Spot } from "./tree.ts";

/** How deep a spot is, counted as Preact counts vnodes: shallower components are rendered first. */
export function depthOf(spot: Spot): number {
  let depth = 0;
  for (let child = spot, parent = spot.parent; parent !== null; child = parent, parent = parent.parent) {
    const step = parent.node instanceof Instance ? parent.node.place.steps[child.at] : undefined;
    depth += step?.level ?? 1;
    // An array that is all a component renders, or all an element has, is no vnode of its own, nor is a fragment that a component renders.
    const isAlone = step ? step.isAlone : parent.node instanceof ComponentNode;
    if (isAlone && (isArray(child.node) || !step && isFragment(child.node))) depth--;
  }
  return depth;
}

/** Whether a node is a template that is no element, as of `<>{children}</>`, and has no key. */
function isFragment(node: Node): boolean {
  if (!(node instanceof Instance) || (node.key ?? null) !== null) return false;
  const [root, ...others] = node.place.roots;
  return others.length > 0 || typeof root === "string" || root === undefined || !("tag" in root);
}
