/**
 * The custom element `<nacre-listen data-on="window">`: what is added to it as a listener listens on the window (or the document) while
 * the element is in the page. So the browser runtime, and Preact where an app is mounted, need know nothing of windows.
 */
import type { Host, Part } from "./part.ts";
import type { World } from "./world.ts";

/** Defines the element where a view has it. */
export const listenElsewhere = ({ world_: world }: Host): Part => {
  installListen(world);
  return {};
};

/** What the class of the element says of itself. */
export interface ListenClass {
  /** The element whose listener is being called. */
  hearing?: Element | undefined;
}

/** Its name. */
export const listenTag = "nacre-listen";

/** Defines the element, once. */
export function installListen(world: World): void {
  if (world.customElements.get(listenTag)) return;
  const Listen = class extends world.HTMLElement {
    static hearing: Element | undefined;
    /** By type and phase: what is added to the window, and taken from it. */
    private readonly listeners_: Record<string, Parameters<EventTarget["addEventListener"]>> = {};

    connectedCallback(act: "addEventListener" | "removeEventListener" = "addEventListener"): void {
      const target: EventTarget = this.dataset.on == "window" ? world as unknown as Window : world.document;
      for (const name in this.listeners_) target[act](...this.listeners_[name]!);
    }

    disconnectedCallback(): void {
      this.connectedCallback("removeEventListener");
    }

    override addEventListener(type: string, listener: unknown, given?: boolean | AddEventListenerOptions): void {
      // To a window some events are passive, if nobody says that they are not.
      const options = { capture: given as boolean, passive: false, ...given as AddEventListenerOptions };
      this.listeners_[type + options.capture] = [type, (event) => {
        Listen.hearing = this;
        (listener as EventListener).call(this, event);
        Listen.hearing = undefined;
      }, options];
      // What listens already is not added twice.
      if (this.isConnected) this.connectedCallback();
    }

    override removeEventListener(type: string, _: unknown, capture?: unknown): void {
      this.disconnectedCallback();
      delete this.listeners_[type + capture];
      if (this.isConnected) this.connectedCallback();
    }
  };
  world.customElements.define(listenTag, Listen);
}
