/**
 * The shadow root of an element, where an app wants its view to be in one. Nothing that the page can reach may lead to a root that is closed.
 * A part of its own.
 */
import type { Config } from "../wire/message.ts";
import type { Host, Part } from "./part.ts";
import { adoptStyles } from "./styles.ts";

type Shadow = NonNullable<Config["shadow"]>;

/** Of each element its root: a closed one is found again by nothing else. */
const roots = new WeakMap<Element, ShadowRoot>();

/** The root of an element, made where it has none; what a page has brought in one is there. One that is there stays as it was made. */
export function rootOf(
  { element_: element, internals_: internals }: Pick<Host, "element_" | "internals_">,
  { mode, delegatesFocus }: Shadow,
): ShadowRoot {
  const root = roots.get(element) || internals?.shadowRoot || element.shadowRoot ||
    element.attachShadow({ mode, delegatesFocus: !!delegatesFocus });
  roots.set(element, root);
  return root;
}

/** Puts the view into a shadow root. */
export function enterShadow(host: Host): Part & Required<Pick<Part, "begin_">> {
  const { world_: world, element_: element } = host;
  const { document } = world;
  /** The view is between two comments: copies of style sheets stand before them. */
  const [start, end] = [document.createComment(""), document.createComment("")];
  let leave: (() => void) | undefined;
  return {
    // An element that has a root shows nothing beside it: another app, which wants none, is in it too, and looks as it would without.
    begin_({ shadow = { mode: "open", adoptStyles: 1 } }, _, isPainted) {
      const root = host.root_ = rootOf(host, shadow);
      host.end_ = end;
      // At first, or where a script of the page has been at it.
      const isWhole = start.parentNode == root && end.parentNode == root && start.compareDocumentPosition(end) & 4;
      if (isPainted) {
        root.prepend(start);
        root.append(end);
      } else if (!isWhole) root.replaceChildren(start, end);
      // No element of a page is to be among those that it was painted with.
      if (shadow.adoptStyles && !isPainted) leave = adoptStyles(world, root);
      else leave?.();
    },
    end_() {
      // While it is only cut the page may still change its styles.
      if (!element.isConnected) leave?.();
    },
  };
}
