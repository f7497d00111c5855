/**
 * The window of a whole DOM, happy-dom's, in the place of the small one: slower by far, and there to show that the small one does the same.
 * It must never be another one than the small one's users can use.
 */
import { Window } from "happy-dom";
import type { PageElement, PageWindow } from "./page.ts";

const windows: Window[] = [];
let defined = 0;

/** A window for the tab of this number; nothing is left in it of the tab before. */
export async function wholeWindow(number: number): Promise<PageWindow> {
  const window = windows[number] ??= new Window({ url: "https://chaos.example/" });
  // It begins with timers of its own.
  await window.happyDOM.waitUntilComplete();
  const { document, customElements } = window;
  document.body.textContent = "";
  (document.activeElement as { blur?(): void })?.blur?.();
  // A name is defined once: each tab has its own.
  const suffix = `-${++defined}`;
  const made: PageWindow = Object.assign(Object.create(window) as object, {
    document,
    canMove: false,
    observe: undefined,
    CustomEvent: window.CustomEvent,
    customElements: {
      get: (name: string) => customElements.get(name + suffix),
      define: (name: string, made: never) => customElements.define(name + suffix, made),
      upgrade() {},
    },
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
    dispatchEvent: window.dispatchEvent.bind(window),
    click: () => new window.MouseEvent("click", { bubbles: true, cancelable: true }),
    create(name: string) {
      const element = document.createElement(name + suffix);
      for (const method of ["setAttribute", "removeAttribute"] as const) {
        const original = element[method].bind(element) as (name: string, value: string) => void;
        element[method] = (name: string, value?: unknown) => {
          original(name, String(value));
          made.observe?.();
        };
      }
      return element as unknown as PageElement;
    },
  }) as unknown as PageWindow;
  return made;
}
