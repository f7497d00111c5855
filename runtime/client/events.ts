/**
 * Events of a mounted app: what the browser runtime does with an event, its payload, its waiting and its order, done by the same code
 * (`runtime/browser/event.ts`), so that a handler sees the same in each life. Only the wire is left out.
 */
import { type Entry, type Events as Waiting, listen, settle } from "../browser/event.ts";
import { type ListenClass, listenTag } from "../browser/listen.ts";
import type { World as BrowserWorld } from "../browser/world.ts";
import type { EventUp, HandlerOptions } from "../wire/message.ts";
import { type Handler, sameOptions, sourceOf, wireOptions } from "../view/handler.ts";
import { eventOf } from "../app/payload.ts";
import type { Inputs } from "./inputs.ts";

/** A handler that was called. */
export interface Heard {
  /** The one that the user saw. */
  readonly handler: Handler;
  /** The event that it is called with. */
  readonly event: unknown;
  /** The element that listens, and what is freed when the event has been dealt with; nothing where another function called the handler. */
  readonly from?: { readonly element: Element; readonly entry: Entry };
}

/** One element's listener for one type of event. */
interface Listener {
  hear(event: Event): void;
  setOptions(options: HandlerOptions | null): void;
  options: HandlerOptions | null | undefined;
}

/** The events below one element. */
export class Events {
  readonly #root: Element | ShadowRoot;
  readonly #inputs: Inputs;
  readonly #tell: (heard: Heard) => void;
  readonly #listeners = new WeakMap<EventTarget, Map<string, Listener>>();
  readonly #heard = new WeakMap<Entry, Heard>();
  readonly #waiting: Waiting;
  /** The handler that is called, until its entry is made. */
  #calling: Handler | undefined;
  /** The event that is on its way through the page, as far as is known. */
  #current: Event | undefined;
  #ended = false;

  /** `tell` is told of each handler called, in the order in which the app is to know of it. */
  constructor(root: Element | ShadowRoot, inputs: Inputs, tell: (heard: Heard) => void) {
    this.#root = root;
    this.#inputs = inputs;
    this.#tell = tell;
    this.#waiting = {
      version_: 0,
      waiting_: new Map(),
      take_: (event, entry) => this.#take(event, entry),
      free_: (entry) => this.#inputs.free(entry),
      send_: (entry) => {
        if (!this.#ended) this.#tell(this.#heard.get(entry)!);
      },
    };
    for (const type of settling) root.addEventListener(type, this.#settle, true);
  }

  /** Whether an event is still on its way: a rendering now would show the handlers further up what its user has not seen. */
  get isUnderWay(): boolean {
    return this.#current !== undefined && this.#current.eventPhase !== 0;
  }

  /** A handler that `send` made was called, by Preact for an event or by another function. */
  call(handler: Handler, given: unknown): void {
    const event = given as Event | undefined;
    const element = typeof event?.preventDefault === "function" ? listening(event) : undefined;
    if (!event || !element) {
      this.#tell({ handler, event: given });
      return;
    }
    this.#current = event;
    const listener = this.#listener(element, event.type);
    const options = wireOptions(handler, event.type, element.localName);
    // As on the wire: what is the same is not said again, so that an event that comes but once does not come with each rendering.
    if (listener.options === undefined || !sameOptions(listener.options, options)) listener.setOptions(listener.options = options);
    this.#calling = handler;
    listener.hear(event);
    this.#calling = undefined;
  }

  /** Is this element in the page, below the root? */
  has(element: Element): boolean {
    return this.#root.contains(element) || this.#root.isConnected && element.isConnected;
  }

  /** What waits is forgotten. */
  stop(): void {
    this.#ended = true;
    this.#waiting.waiting_.clear();
    for (const type of settling) this.#root.removeEventListener(type, this.#settle, true);
  }

  readonly #settle = (event: Event): void => {
    if (this.#inputs.rendering) return;
    // Handlers of this event are still those that its user saw.
    if (this.#waiting.waiting_.size > 0) this.#current = event;
    settle(this.#waiting, event);
  };

  #listener(element: Element, type: string): Listener {
    let types = this.#listeners.get(element);
    if (!types) this.#listeners.set(element, types = new Map());
    let listener = types.get(type);
    if (!listener) types.set(type, listener = this.#listen(element, type));
    return listener;
  }

  /** The listener that the browser runtime would add to the element; Preact has one of its own there, which calls this. */
  #listen(element: Element, type: string): Listener {
    let hear: ((event: Event) => void) | undefined;
    const setOptions = listen(
      globalThis as unknown as BrowserWorld,
      this.#waiting,
      // As an element has them: by what it is made from, where none of its controls can take their place.
      Object.create({
        addEventListener: (_type: string, listener: unknown) => void (hear = listener as typeof hear),
        removeEventListener: () => void (hear = undefined),
      }),
      type,
      // No message is made of an event that a rendering itself has caused (a blur), nor in a place that is gone. What an element dispatches while
      // it is written or inserted is heard.
      () => this.#ended || (this.#inputs.rendering ? this.#current?.isTrusted : !this.has(element)) ? undefined : [],
    );
    return { hear: (event) => hear?.(event), setOptions, options: undefined };
  }

  #take(event: Event, entry: Entry): void {
    const handler = this.#calling!;
    const source = sourceOf(handler);
    const up = JSON.parse(`[0,${entry.text_}`) as EventUp;
    const made = typeof source?.message === "function" ? eventOf(event.type, up, source.options) : null;
    // The files themselves are here, which do not cross a wire.
    if (made && event.type === "submit") {
      (made as { formData: FormData }).formData = new FormData(event.target as HTMLFormElement, (event as SubmitEvent).submitter);
    }
    this.#heard.set(entry, { handler, event: made, from: { element: listening(event)!, entry } });
    this.#inputs.take(event, entry);
  }
}

/** At these what waits is heard before its time. */
const settling = ["blur", "submit"] as const;

/** The element that hears an event: of one of the window's or the document's, the `<nacre-listen>` that listens there for a view. */
function listening({ currentTarget }: Event): Element | undefined {
  if ((currentTarget as Element | null)?.localName) return currentTarget as Element;
  return currentTarget ? (customElements.get(listenTag) as ListenClass | undefined)?.hearing : undefined;
}
