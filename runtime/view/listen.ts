/** `<Listen>`: handlers of the window or of the document, as a part of a view. */
import { h, type HTMLAttributes, type VNode } from "../deps.ts";

/** What events are called in JSX: those of elements, and those that only a window or a document has. */
type Name =
  | keyof HTMLAttributes<HTMLElement> & `on${string}`
  | "onAfterPrint"
  | "onBeforePrint"
  | "onBeforeUnload"
  | "onFullscreenChange"
  | "onHashChange"
  | "onLanguageChange"
  | "onMessage"
  | "onOffline"
  | "onOnline"
  | "onPageHide"
  | "onPageShow"
  | "onPopState"
  | "onSelectionChange"
  | "onStorage"
  | "onVisibilityChange";
type EventOf<N extends Name> = N extends `on${infer E}Capture` ? Lowercase<E> : N extends `on${infer E}` ? Lowercase<E> : never;

/** Handlers for all events of such a map. */
export type HandlersOf<Events, Target> = {
  readonly [N in Name as EventOf<N> extends keyof Events ? N : never]?:
    | ((event: Omit<Events[EventOf<N> & keyof Events], "currentTarget"> & { readonly currentTarget: Target }) => void)
    | undefined;
};

/** What {@link Listen} takes: whom it listens to, and handlers of its events. */
export type ListenProps =
  | { readonly on: "window" } & HandlersOf<WindowEventMap, Window>
  | { readonly on: "document" } & HandlersOf<DocumentEventMap, Document>;

/**
 * Handlers of the window or of the document, for as long as this is in the view. It is an element, `<nacre-listen data-on="window"
 * hidden>`, that shows nothing; it may stand wherever an element may.
 *
 * @throws {TypeError} when `on` is another.
 *
 * @example
 * ```tsx
 * import { app, Listen, simulate } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const dialog = app({
 *   init: () => ({ open: true, width: 0 }),
 *   update: (model, msg: "close" | { width: number }) => msg === "close" ? { ...model, open: false } : { ...model, ...msg },
 *   view: ({ open }, send) => (
 *     <main>
 *       {open && <Listen on="window" onKeyDown={send("close", { when: { key: "Escape" } })} />}
 *       <Listen
 *         on="window"
 *         onResize={send((e) => ({ width: Number(e.currentTarget.innerWidth) }), { include: ["currentTarget.innerWidth"], throttle: 200 })}
 *       />
 *     </main>
 *   ),
 * });
 * const test = simulate(dialog);
 * test.event("keydown");
 * test.event("resize", {}, { currentTarget: { innerWidth: 640 } });
 * assertEquals(test.model, { open: false, width: 640 });
 * ```
 */
export function Listen(props: ListenProps): VNode {
  const { on, ...handlers } = props;
  if (on !== "window" && on !== "document") throw new TypeError(`Cannot listen: on is "window" or "document", not ${JSON.stringify(on)}`);
  // With another `on` it is another element.
  const given: Record<string, unknown> = { key: on, "data-on": on, hidden: true };
  // An element has no handlers of these by name, so Preact would not know how they are spelled.
  for (const [name, handler] of Object.entries(handlers)) if (/^on./.test(name)) given[name.toLowerCase()] = handler;
  return h("nacre-listen", given as Record<never, never>);
}
