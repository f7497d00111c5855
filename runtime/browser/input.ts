/**
 * Controlled inputs: `value` and `checked` belong to the model, but never while the user's own input is on its way to it. What
 * the model says is remembered at once and written when the last input of the element has been acknowledged.
 */
import { isFocused, setProperty } from "./attribute.ts";
import type { Entry } from "./event.ts";
import type { World } from "./world.ts";

/** What the model says about one element, and what stands against writing it. */
export interface Control {
  model_: Record<string, unknown>;
  /** The last event made of its input, until it is acknowledged; also while it waits for a debounce. */
  pending_?: Entry | null;
  /** An input method is at work. */
  composing_?: boolean;
  /** The user has put in what no handler has taken. */
  typed_?: boolean;
  /** Writing was wanted and has been put off. */
  late_?: boolean | Entry | null | undefined;
}

/** The controlled inputs below a root. */
export interface Inputs {
  /** The model says so from now on. */
  set_(element: Element, name: string, value: unknown): void;
  /** As long as this is on, what the model says of an input is taken for what is in it already. */
  hold_(on: boolean): void;
  /** Writes what the model says, if the element is free. */
  write_(element: Element): void;
  /** Notes that an event's entry tells the server what is in an input: the model is waited for. */
  take_(event: Event, entry: Entry): void;
  /** Says that an entry has been dealt with: the model has its way, unless the user was quicker. */
  free_(entry: Entry): void;
}

export function watchInputs(world: World, root: ParentNode & Node): Inputs {
  const controls = new WeakMap<EventTarget, Control>();
  let held = false;

  const write = (element: Element) => {
    const control = controls.get(element);
    if (control && !(control.late_ = control.pending_ || control.composing_ || control.typed_ && isFocused(element))) {
      control.typed_ = false;
      for (const name in control.model_) {
        setProperty(element, name, control.model_[name]);
        // Reset, and from now on the user's alone.
        control.model_[name] ?? delete control.model_[name];
      }
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
            if (control.late_) write(event.target as Element);
          });
        }
      }
    }, true);
  }

  return {
    set_(element, name, value) {
      const control = controls.get(element) || { model_: {} };
      controls.set(element, control);
      control.model_[name] = value;
      if (!held) write(element);
      // The user's alone.
      else if (value == null) delete control.model_[name];
    },
    hold_(on) {
      held = on;
    },
    write_: write,
    take_({ type, target, currentTarget }, entry) {
      const control = controls.get(target!);
      // A click tells where it is what checks a box.
      if (control && (type == "click" ? currentTarget == target && "checked" in control.model_ : type == "input" || type == "change")) {
        control.typed_ = false;
        control.pending_ = entry;
      }
    },
    free_(entry) {
      const target = entry.target_ as HTMLInputElement;
      const control = target && controls.get(target);
      if (control?.pending_ == entry) {
        control.pending_ = null;
        write(target);
        // The click on a radio button has unchecked another one, which the model may still want.
        for (const other of root.querySelectorAll<HTMLInputElement>("[type=radio]")) if (other.name == target.name) write(other);
      }
    },
  };
}
