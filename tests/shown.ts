/** A view in a simulated page: lowered, sent as JSON and applied, without an app and without a socket. */
import type { ComponentChildren } from "preact";
import { Window } from "happy-dom";
import { createView } from "../runtime/browser/view.ts";
import type { World } from "../runtime/browser/world.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import type { Node as Tree } from "../runtime/view/tree.ts";
import { controlsOf } from "./controls.ts";

const window = new Window();
// It begins with timers of its own, which would be taken for a test's.
await window.happyDOM.waitUntilComplete();
export const world = window as unknown as World;

/** Shows views, one after the other. */
export class Shown {
  readonly element: Element = world.document.createElement("main");
  /** What a developer was told. */
  readonly warnings: string[] = [];
  readonly definitions: Definitions = new Definitions();
  readonly #lowering: Lowering;
  readonly #view = createView(world, this.element, controlsOf(world, this.element));
  #tree: Tree | undefined;

  constructor(options: { development?: boolean } = {}) {
    this.#lowering = new Lowering({ development: options.development ?? false, warn: (message) => this.warnings.push(message) });
  }

  /** Shows a view; answers what was sent: the value at first, then patches, `undefined` for none. */
  show(view: ComponentChildren): unknown {
    const old = this.#tree;
    const now = this.#tree = this.#lowering.lower(view, old);
    const sent = old === undefined ? encode(now, this.definitions) : diff(old, now, this.definitions);
    if (sent === undefined) return undefined;
    const text = JSON.stringify([this.definitions.fresh(), sent]);
    const [fresh, value] = JSON.parse(text);
    if (old === undefined) this.#view.mount(fresh, value);
    else this.#view.patch(value, fresh);
    // Read once more: what was given to the page is the page's.
    return JSON.parse(text)[1];
  }

  /** What the page shows, without the comments that hold places. */
  get html(): string {
    return this.element.innerHTML.replaceAll("<!---->", "");
  }

  /** The first element that matches. */
  find(selector: string): HTMLElement & Record<string, unknown> {
    const found = this.element.querySelector(selector);
    if (!found) throw new Error(`Cannot find ${selector} in ${this.html}`);
    return found as HTMLElement & Record<string, unknown>;
  }
}

/** What a page shows of one view. */
export function htmlOf(view: ComponentChildren): string {
  const shown = new Shown();
  shown.show(view);
  return shown.html;
}
