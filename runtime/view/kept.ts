/**
 * Components that are left as they are while they themselves say so: neither run nor compared. A lowering asks them (`isKept`); in a
 * page it is Preact who asks, by `shouldComponentUpdate`.
 */
import type { ComponentChildren, VNode } from "../deps.ts";
import { sharesThis } from "./more_than_props.ts";
import { isFunctionBacking } from "./preact.ts";

const keeps = Symbol("keeps");

/** Whether a component with these props may stay as it is with those. */
type Keeps<P> = (before: P, after: P) => boolean;

/** Such a component. */
export type Kept<P> = (props: P) => VNode;

/** A component that shows `show(props)`, and is left as it is where `same` says so. */
export function kept<P>(name: string, show: (props: P) => ComponentChildren, same: Keeps<P>): Kept<P> {
  function Kept(this: { props: P; shouldComponentUpdate?: (after: P) => boolean }, props: P): ComponentChildren {
    if (!isFunctionBacking(this)) {
      this.shouldComponentUpdate = function (after) {
        return !same(this.props, after);
      };
    }
    return show(props);
  }
  return sharesThis(Object.assign(Kept, { displayName: name, [keeps]: same })) as unknown as Kept<P>;
}

/** Whether a component is left as it is, if that is its own to say. */
export function isKept(type: unknown, before: unknown, after: unknown): boolean | undefined {
  return (type as { [keeps]?: Keeps<unknown> })[keeps]?.(before, after);
}
