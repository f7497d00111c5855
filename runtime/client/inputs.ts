/**
 * Controlled inputs of a mounted app. As in the browser runtime (`runtime/browser/input.ts`) what the model says is never written over
 * what the user has put in and no message has told of yet. Preact would: so, while a view is rendered, such an element does not take it.
 */
import { isFocused } from "../browser/caret.ts";
import { isUnfinished, keepCaret } from "../browser/caret.ts";
import type { Entry } from "../browser/event.ts";

/** What stands against writing an element. */
interface Hold {
  /** The last event made of its input, until the app has dealt with it; also while it waits for a debounce. */
  pending: Entry | undefined;
  /** An input method is at work. */
  composing: boolean;
  /** The user has put in what no handler has taken. */
  typed: boolean;
  /** Writing was wanted and has been put off. */
  late: boolean;
}

/** The inputs below one element. */
export class Inputs {
  /** A view is being rendered: what is written comes from the model. */
  rendering = false;
  readonly #holds = new WeakMap<EventTarget, Hold>();
  readonly #root: Element | ShadowRoot;
  /** Has the view rendered again. */
  readonly #again: () => void;

  constructor(root: Element | ShadowRoot, again: () => void) {
    this.#root = root;
    this.#again = again;
    for (const type of eventTypes) root.addEventListener(type, this.#hear, true);
  }

  /** Notes that an event's entry tells the app what is in an input: the model is waited for. */
  take({ type, target, currentTarget }: Event, entry: Entry): void {
    const hold = target && this.#holds.get(target);
    // A click tells where it is what checks a box.
    const tells = type === "click" ? currentTarget === target : type === "input" || type === "change";
    if (!hold || !tells) return;
    hold.typed = false;
    hold.pending = entry;
  }

  /** Says that an entry has been dealt with: at the next rendering the model has its way, unless the user was quicker. */
  free(entry: Entry): void {
    const hold = this.#holds.get(entry.target_!);
    if (hold?.pending === entry) hold.pending = undefined;
  }

  /** Listens no more. */
  stop(): void {
    for (const type of eventTypes) this.#root.removeEventListener(type, this.#hear, true);
  }

  /** While the event goes down: nobody can have stopped it. */
  readonly #hear = (event: Event): void => {
    const target = event.target as HTMLElement;
    if (!("value" in target)) return;
    const hold = this.#hold(target);
    if (event.type === "focusin" || event.type === "click") return;
    if (event.type === "input") {
      hold.typed = true;
      hold.composing = (event as InputEvent).isComposing;
      return;
    }
    // After the handlers of this event, and after the `input` that some browsers fire when a composition has ended.
    setTimeout(() => {
      hold.composing = false;
      if (event.type === "change") hold.typed = false;
      if (hold.late) this.#again();
    });
  };

  #hold(element: HTMLElement): Hold {
    let hold = this.#holds.get(element);
    if (!hold) {
      this.#holds.set(element, hold = { pending: undefined, composing: false, typed: false, late: false });
      this.#watch(element, "value", hold);
      this.#watch(element, "checked", hold);
    }
    return hold;
  }

  /** Stands between a rendering and a property of an element. */
  #watch(element: HTMLElement, name: "value" | "checked", hold: Hold): void {
    let from: object | null = Object.getPrototypeOf(element);
    while (from && !Object.hasOwn(from, name)) from = Object.getPrototypeOf(from);
    const own = from && Object.getOwnPropertyDescriptor(from, name);
    if (!own?.get || !own.set || Object.hasOwn(element, name)) return;
    const write = (value: unknown) => {
      if (!this.rendering) return own.set!.call(element, value);
      hold.late = hold.pending !== undefined || hold.composing || hold.typed && isFocused(element) || isUnfinished(element, value);
      if (!hold.late) keepCaret(element, () => own.set!.call(element, value));
    };
    Object.defineProperty(element, name, { configurable: true, get: () => own.get!.call(element), set: write });
  }
}

/** The first two come before the others, and are only to know the element. */
const eventTypes = ["focusin", "click", "input", "change", "compositionend", "blur"] as const;
