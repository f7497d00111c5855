/**
 * Controlled inputs: `value` and `checked` belong to the model, but never while the user's own input is on its way to it. What
 * the model says is remembered at once and written when the last input of the element has been acknowledged.
 */
import { isFocused, setProperty } from "./attribute.ts";
import type { World } from "./world.ts";

/** What the model says about one element, and what stands against writing it. */
export interface Control {
  element_: HTMLInputElement;
  model_: Record<string, unknown>;
  /** Events made of its input that are not acknowledged, those that wait for a debounce too. */
  pending_: number;
  /** An input method is at work. */
  composing_: boolean;
  /** The user has put in what no handler has taken. */
  typed_: boolean;
  /** Writing was wanted and has been put off. */
  late_: boolean;
}

/** The controlled inputs below a root. */
export interface Inputs {
  /** The model says so from now on. */
  set_(element: Element, name: string, value: unknown): void;
  /** Waits if this event tells the server what is in an input; what it answers is called when the event has been dealt with. */
  take_(event: Event): (() => void) | undefined;
}

export function watchInputs(world: World, root: Element): Inputs {
  const controls = new WeakMap<EventTarget, Control>();

  /** Writes what the model says, if the element is free. */
  const write = (element: Element) => {
    const control = controls.get(element);
    if (control) {
      control.late_ = control.pending_ > 0 || control.composing_ || control.typed_ && isFocused(element);
      if (!control.late_) {
        control.typed_ = false;
        for (const name in control.model_) setProperty(element, name, control.model_[name]);
      }
    }
  };

  const release = (control: Control) => {
    const { element_: element } = control;
    if (!--control.pending_) {
      write(element);
      // The click on a radio button has unchecked another one, which the model may still want.
      for (const other of root.querySelectorAll<HTMLInputElement>("[type=radio]")) if (other.name == element.name) write(other);
    }
  };

  for (const type of ["input", "change", "compositionend"]) {
    // While the event goes down: nobody can have stopped it.
    root.addEventListener(type, (event) => {
      const control = controls.get(event.target!);
      if (control) {
        if (type == "input") {
          control.typed_ = true;
          control.composing_ = (event as InputEvent).isComposing;
        } else {
          // After the handlers of this event, and after the `input` that some browsers fire when a composition has ended.
          world.setTimeout(() => {
            control.composing_ = false;
            if (type == "change") control.typed_ = false;
            if (control.late_) write(control.element_);
          });
        }
      }
    }, true);
  }

  return {
    set_(element, name, value) {
      const control = controls.get(element) ??
        { element_: element as HTMLInputElement, model_: {}, pending_: 0, composing_: false, typed_: false, late_: false };
      controls.set(element, control);
      control.model_[name] = value;
      write(element);
    },
    take_({ type, target, currentTarget }) {
      const control = controls.get(target!);
      // A click tells where it is what checks a box.
      if (control && (type == "click" ? currentTarget == target && "checked" in control.model_ : type == "input" || type == "change")) {
        control.typed_ = false;
        control.pending_++;
        return () => release(control);
      }
    },
  };
}
