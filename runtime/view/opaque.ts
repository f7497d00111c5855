/** `<Opaque>`: a part of a view that belongs to a script of the page once it is there. */
import type { ComponentChildren } from "../deps.ts";
import { type Kept, kept } from "./kept.ts";

/** What {@link Opaque} takes. */
export interface OpaqueProps {
  /** What is there at first. */
  children?: ComponentChildren;
}

/**
 * A part of a view that is rendered once: patches leave it alone until it is removed or its `key` is another. A script of the page may do
 * what it likes inside the elements in it (a map, a chart, an editor); the elements themselves it leaves where they are. Handlers in it
 * are heard, as they were made at first.
 *
 * @example
 * ```tsx
 * import { app, Opaque, simulate } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const places = app({
 *   init: () => ({ city: "Oslo", clicks: 0 }),
 *   update: (model, _msg: "click") => ({ ...model, clicks: model.clicks + 1 }),
 *   view: ({ city, clicks }, send) => (
 *     <div>
 *       <button onClick={send("click")}>{clicks}</button>
 *       <Opaque key={city}><div class="map" data-city={city} data-clicks={clicks}></div></Opaque>
 *     </div>
 *   ),
 * });
 * const test = simulate(places);
 * test.html();
 * test.event("click", { tag: "button" });
 * assertEquals(test.html(), '<div><button>1</button><div class="map" data-city="Oslo" data-clicks="0"></div></div>');
 * ```
 */
export const Opaque: Kept<OpaqueProps> = kept<OpaqueProps>("Opaque", ({ children }) => children, () => true);
