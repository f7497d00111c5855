/**
 * An app as a page is painted with it: `init` and `view` for one request. It starts no effect and no subscription, and
 * must never keep anything.
 */
import type { Config } from "../wire/message.ts";
import { Definitions } from "../view/definitions.ts";
import { Lowering } from "../view/lower.ts";
import { descriptionHtml, paint, type Painting } from "../view/paint.ts";
import type { SavedState } from "../view/saved.ts";
import type { Node } from "../view/tree.ts";
import type { App } from "./app.ts";
import { configOf } from "./fact.ts";
import { createSend } from "./send.ts";

/** What stands in the element of a painted app. */
export interface Painted {
  /** The view, and the description beside it; empty where there was nothing to paint. */
  readonly html: string;
}

/** What whoever takes the page over goes on from. */
export interface PaintedState {
  readonly model: unknown;
  /** The view of it. */
  readonly tree: Node;
  /** The templates in it, numbered. */
  readonly definitions: Definitions;
  /** What the ids of `useId` begin with. */
  readonly ids: string;
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
  /** Makes the snapshot of the description: a text that means something to the server alone. */
  seal?(state: PaintedState): string;
}

/**
 * Paints an app.
 *
 * @throws whatever `init`, `view` or a component throws.
 */
export function paintApp<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: PaintOptions): Painted {
  const { ids, development, warn, seal } = options;
  const { model } = app.init(flags);
  // Nobody is there to call a handler; one that a component calls while it is rendered says nothing.
  const send = createSend<Msg, User>(() => {}, () => undefined as never);
  const lowering = new Lowering({ development, warn, ids });
  try {
    const tree = lowering.lower(app.view(model, send));
    const definitions = new Definitions();
    const snapshot = () => seal?.({ model, tree, definitions, ids, components: lowering.state() });
    return paintedOf(paint(tree, definitions), configOf(app), snapshot, warn);
  } finally {
    // What a layout effect has begun ends with it.
    lowering.end(() => {});
  }
}

/** What stands in the element: the view and its description. In a shadow root the view is not taken over: the element brings its styles. */
export function paintedOf(
  { html, parts, problem }: Painting,
  config: Config | undefined,
  snapshot: () => string | undefined,
  warn: (message: string) => void,
): Painted {
  const shadow = config?.shadow;
  if (shadow) {
    const focus = shadow.delegatesFocus ? " shadowrootdelegatesfocus" : "";
    return { html: `<template shadowrootmode="${shadow.mode}"${focus}>${html}</template>` };
  }
  if (parts) return { html: html + descriptionHtml(parts, snapshot() ?? "", config) };
  warn(`a browser cannot take the painted page over, and will mount: ${problem}`);
  return { html };
}
