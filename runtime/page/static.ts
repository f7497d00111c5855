/** `renderToString`: an app as HTML, for a page that stays as it is or that an app is mounted in later. */
import { Fragment, h, renderToString as render, renderToStringAsync as renderAsync, type VNode } from "../deps.ts";
import { withIds } from "../view/preact.ts";
import type { App } from "../app/app.ts";
import { createSend } from "../app/send.ts";

/** How an app is rendered, beside its flags. */
export interface RenderOptions {
  /** What the ids of `useId` begin with: two apps in one page need two. */
  readonly ids?: string;
}

type Rest<Flags> = undefined extends Flags ? [flags?: Flags, options?: RenderOptions] : [flags: Flags, options?: RenderOptions];

/**
 * The HTML of an app's first model, rendered by `preact-render-to-string`. Its effects and subscriptions are not started, and its
 * handlers are not in it.
 *
 * @throws whatever `init`, `view` or a component throws.
 * @throws {Error} when a component waits for a promise.
 *
 * @example
 * ```tsx
 * import { app, renderToString } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = app({
 *   init: (start: number) => start,
 *   update: (count, _msg: "up") => count + 1,
 *   view: (count, send) => <button onClick={send("up")}>{count}</button>,
 * });
 * assertEquals(renderToString(counter, 7), "<button>7</button>");
 * ```
 */
export function renderToString<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, ...rest: Rest<Flags>): string {
  try {
    return render(viewOf(app, ...rest));
  } catch (error) {
    if (!(error instanceof Error && /renderToStringAsync/.test(error.message))) throw error;
    throw new Error(`Cannot render ${app.name} at once: a component waits for a promise; use renderToStringAsync`, { cause: error });
  }
}

/**
 * As {@link renderToString}, but waits for the promises that components wait for.
 *
 * @throws whatever `init`, `view` or a component throws, and what such a promise is rejected with.
 *
 * @example
 * ```tsx
 * import { app, renderToStringAsync } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const greeting = app({ init: (name: string) => name, update: (name) => name, view: (name) => <p>Hello {name}</p> });
 * assertEquals(await renderToStringAsync(greeting, "Anna"), "<p>Hello Anna</p>");
 * ```
 */
export async function renderToStringAsync<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  ...rest: Rest<Flags>
): Promise<string> {
  return await renderAsync(viewOf(app, ...rest));
}

function viewOf<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, ...[flags, options = {}]: Rest<Flags>): VNode {
  const { model } = app.init(flags as Flags);
  // Nobody is there to call a handler; one that a component calls while it is rendered says nothing.
  const send = createSend<Msg, User>(() => {}, () => undefined as never, () => {});
  const root = h(Fragment, null, app.view(model, send));
  return options.ids === undefined ? root : withIds(root, [options.ids, 0]);
}
