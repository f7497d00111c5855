/** `Suspense`, in place of what compat does with Preact's vnodes and the document: what it waits for, and what it puts aside meanwhile. */
import { Living, type Suspension } from "./living.ts";
import { type BackingVNode, ownerOf, parkEffects, setForced, type Thenable } from "./preact.ts";
import { forEachSpot, type Made, type Node, spotOf } from "./tree.ts";

/** Makes a component of compat's `Suspense` one that waits for the promises that are thrown in it. */
export function suspend(living: Living): void {
  const { backing } = living;
  const suspension: Suspension = { count: 0, isSuspended: false, parked: undefined, waiting: [] };
  living.suspension = suspension;
  backing.render = () => null;
  backing.__c = (promise: Thenable, vnode: BackingVNode) => {
    const waits = ownerOf(vnode.__c!) as Living | undefined;
    let isResolved = false;
    const resolved = () => {
      if (isResolved || living.isGone) return;
      isResolved = true;
      if (waits) waits.backing.__R = null;
      if (--suspension.count > 0) return;
      suspension.isSuspended = false;
      backing.setState({});
      // The last that began to wait goes on first, as in Preact.
      for (let one; (one = suspension.waiting.pop());) {
        one.isWaiting = false;
        one.backing.forceUpdate();
      }
    };
    if (waits) {
      waits.isWaiting = true;
      waits.backing.__R = resolved;
      suspension.waiting.push(waits);
    }
    if (suspension.count++ === 0) {
      suspension.isSuspended = true;
      backing.setState({});
    }
    promise.then(resolved, resolved);
  };
}

/** Puts a node aside: it lives on, but is not shown, and its effects are undone. */
export function park(node: Node): void {
  const spot = spotOf(node);
  if (!spot) return;
  spot.isParked = true;
  forEachSpot(node, (one) => {
    if (one instanceof Living) parkEffects(one.backing);
  });
}

/** What was put aside, all of which is rendered anew. */
export function reveal(parked: Node, made: Made): Node {
  const spot = spotOf(parked);
  if (!spot) return parked;
  spot.isParked = false;
  const node = spot.fresh(made);
  forEachSpot(node, (one) => {
    one.original = 0;
    if (one instanceof Living) setForced(one.backing, true);
  });
  return node;
}
