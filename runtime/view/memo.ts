/** `memo`: a part of a view that is neither run nor compared while what it depends on is the same. */
import { type ComponentChildren, type VNode, vnode } from "../deps.ts";
import { type Kept, kept } from "./kept.ts";

/** What a `memo` is made of. */
export interface MemoProps {
  readonly deps: readonly unknown[];
  readonly view: () => ComponentChildren;
}

/** The component that a `memo` is. */
export const Memo: Kept<MemoProps> = kept<MemoProps>(
  "memo",
  ({ view }) => view(),
  (before, after) => before.deps.length === after.deps.length && before.deps.every((dep, i) => Object.is(dep, after.deps[i])),
);

/**
 * A part of a view that is neither run nor compared as long as each of `deps` is what it was (`Object.is`). All that `view` uses of the
 * model has to be among them: what is not is shown as it was. Memos inside one that is kept are kept as well.
 *
 * @param key Tells it from others that may stand in its place, or beside it in a list. Two memos that take turns in one place need it:
 * with the same dependencies, and no key, one would be taken for the other.
 *
 * @example
 * ```tsx
 * import { app, memo, renderToString } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const people = app({
 *   init: () => ({ names: ["Anna", "Bob"], clicks: 0 }),
 *   update: (model, _msg: "click") => ({ ...model, clicks: model.clicks + 1 }),
 *   view: (model, send) => (
 *     <div>
 *       <button onClick={send("click")}>{model.clicks}</button>
 *       {memo([model.names], () => <ul>{model.names.map((name) => <li key={name}>{name}</li>)}</ul>)}
 *     </div>
 *   ),
 * });
 * assertEquals(renderToString(people), "<div><button>0</button><ul><li>Anna</li><li>Bob</li></ul></div>");
 * ```
 */
export function memo(deps: readonly unknown[], view: () => ComponentChildren, key?: string | number): VNode {
  return vnode(Memo, { deps, view }, key as string);
}
