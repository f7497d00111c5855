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
  /** Events made of its input that are not acknowledged (those that wait for a debounce too), and one for a composition. */
  pending_: number;
  /** The user has put in what no handler has taken. */
  typed_?: boolean;
  /** Writing was wanted and has been put off. */
  late_?: boolean;
}

/** The controlled inputs below a root. */
export interface Inputs {
  /** The model says so from now on. */
  set_(element: Element, name: string, value: unknown): void;
  /** The inputs whose state this event tells the server: none or one, that now waits for `release_`. */
  take_(event: Event): Control[];
  /** An event that told the state of these has been dealt with. */
  release_(controls: Control[]): void;
}

export function watchInputs(world: World, root: Element): Inputs {
  const controls = new WeakMap<EventTarget, Control>();

  /** Writes what the model says, if the element is free. */
  const write = (control: Control) => {
    const { element_: element, model_: model } = control;
    control.late_ = !!control.pending_ || control.typed_ && isFocused(element);
    if (!control.late_) {
      control.typed_ = false;
      for (const name in model) setProperty(element, name, model[name]);
    }
  };
  const release = (control: Control) => {
    if (!--control.pending_) {
      write(control);
      // The click on a radio button has unchecked another one, which the model may still want.
      for (const other of root.querySelectorAll<HTMLInputElement>("[type=radio]")) {
        if (other.name == control.element_.name && controls.has(other)) write(controls.get(other)!);
      }
    }
  };

  for (const type of ["input", "compositionstart", "compositionend", "change", "focusout"]) {
    // While the event goes down: nobody can have stopped it.
    root.addEventListener(type, ({ target }) => {
      const control = controls.get(target!);
      if (control) {
        if (type == "input") control.typed_ = true;
        else if (type == "compositionstart") control.pending_++;
        // After the handlers of this event, and after the `input` that some browsers fire when a composition has ended.
        else {
          world.setTimeout(() => {
            if (type == "compositionend") release(control);
            else {
              control.typed_ = false;
              if (control.late_) write(control);
            }
          });
        }
      }
    }, true);
  }

  return {
    set_(element, name, value) {
      const control = controls.get(element) ?? { element_: element as HTMLInputElement, model_: {}, pending_: 0 };
      controls.set(element, control);
      control.model_[name] = value;
      write(control);
    },
    take_({ type, target, currentTarget }) {
      const control = controls.get(target!);
      // A click tells where it is what checks a box.
      if (!control || !(type == "click" ? currentTarget == target && "checked" in control.model_ : /^(input|change)$/.test(type))) {
        return [];
      }
      control.typed_ = false;
      control.pending_++;
      return [control];
    },
    release_(controls) {
      controls.forEach(release);
    },
  };
}
