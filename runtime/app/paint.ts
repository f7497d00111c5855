/**
 * An app as a page is painted with it: `init` and `view` for one request. It starts no effect and no subscription, and
 * must never keep anything.
 */
import { Definitions } from "../view/definitions.ts";
import { Lowering } from "../view/lower.ts";
import { descriptionHtml, paint } from "../view/paint.ts";
import type { SavedState } from "../view/saved.ts";
import type { Node } from "../view/tree.ts";
import type { App } from "./app.ts";
import type { Description } from "./effect.ts";
import { configOf } from "./fact.ts";
import { createSend } from "./send.ts";
import type { ShadowOptions } from "./shadow.ts";
import { isObservable } from "./source.ts";

/** What stands in the element of a painted app. */
export interface Painted {
  /** The view, and the description at its end; empty where there was nothing to paint. */
  readonly html: string;
  /** Of a view in a shadow root: how much of it stands before the children of the element, in UTF-16 units. The description follows them. */
  readonly root?: number;
}

/** What whoever takes the page over goes on from. */
export interface PaintedState {
  readonly model: unknown;
  /** The view of it. */
  readonly tree: Node;
  /** The templates in it, numbered. */
  readonly definitions: Definitions;
  /** The states of the components in it. */
  readonly components: SavedState;
}

/** How an app is painted. */
export interface PaintOptions {
  /** What the ids of `useId` begin with: those of whoever takes the page over must begin so too. */
  readonly ids: string;
  readonly development: boolean;
  /** Told why a page cannot be taken over, and of what else a developer should know. */
  warn(message: string): void;
  /** Told of each error of a layout effect or a lifecycle method that does not stop the painting. */
  readonly failed?: (error: unknown) => void;
  /** Makes the snapshot of the description: a text that means something to the server alone. Without it the page is mounted. */
  seal?(state: PaintedState): string | undefined;
}

/**
 * Paints an app.
 *
 * @throws whatever `init`, `view` or a component throws.
 */
export function paintApp<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: PaintOptions): Painted {
  const { ids, development, warn, seal, failed } = options;
  const { model } = app.init(flags);
  // Nobody is there to call a handler; one that a component calls while it is rendered says nothing.
  const send = createSend<Msg, User>(() => {}, () => undefined as never);
  const lowering = new Lowering({ development, warn, ids, rejected: failed });
  try {
    const tree = lowering.lower(app.view(model, send));
    const definitions = new Definitions();
    const { html, parts, problem } = paint(tree, definitions);
    if (development && !app.resumed && missesMessages(app.subscriptions(model))) {
      warn(
        'messages between this painted page and its link are missed: read again in resumed(model, "page") what init has read, or listen to ' +
          "a store, which has a present value",
      );
    }
    if (!parts) warn(`a browser cannot take the painted page over, and will mount: ${problem}`);
    const snapshot = parts && seal?.({ model, tree, definitions, components: lowering.state() });
    return paintedOf(html, snapshot ? descriptionHtml(parts!, snapshot, configOf(app)) : "", app.shadow);
  } finally {
    // What a layout effect has begun ends with it.
    lowering.end(failed ?? (() => {}));
  }
}

/** Whether a subscription listens to what has no present value to begin with. */
function missesMessages(wanted: Readonly<Record<string, unknown>>): boolean {
  const misses = (effect: Description): boolean => {
    switch (effect.type) {
      case "batch":
        return effect.effects.some(misses);
      case "map":
        return misses(effect.effect);
      // What a function opens is not known here.
      case "listen":
        return !isObservable(effect.source);
      default:
        return false;
    }
  };
  return Object.values(wanted).some((effect) => effect && misses(effect as Description));
}

/**
 * What stands in the element: the view, with its description where it has one. Where it has none, a comment says so: a browser takes a script
 * of JSON at the end for the description, and the view, or the children of the element, may end with one.
 */
export function paintedOf(html: string, description: string, shadow: ShadowOptions | undefined): Painted {
  if (description === "" && (shadow || html.endsWith("</script>"))) description = "<!---->";
  if (!shadow) return { html: html + description };
  const focus = shadow.delegatesFocus ? " shadowrootdelegatesfocus" : "";
  const root = `<template shadowrootmode="${shadow.mode}"${focus}>${html}</template>`;
  return { html: root + description, root: root.length };
}
