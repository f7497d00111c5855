/**
 * Controls: `value`, `checked` and the like belong to the model, but never while the user's own input is on its way to it. The newest value of
 * the model is remembered at once and written when the last input of the element has been acknowledged. The same holds for an editable element
 * whose text is one hole. A part of its own: many pages have no control that the model writes.
 */
import { isFocused, isUnfinished, keepCaret } from "./caret.ts";
import type { Entry } from "./event.ts";
import { showLimit } from "./limit.ts";
import type { Host, Part } from "./part.ts";
import type { Tools } from "./tools.ts";

/** The model's values for one element, and the reasons not to write them now. */
export interface Control {
  model_: Record<string, unknown>;
  /** The last event made of its input, until it is acknowledged; also while it waits for a debounce. */
  pending_?: Entry | null;
  /** An input method is at work. */
  composing_?: boolean;
  /** The user has put in something that no handler has taken. */
  typed_?: boolean;
  /** A write was put off. */
  late_?: boolean | Entry | null | undefined;
}

/** The controls of a view. */
export interface Inputs extends Part {
  /** Shows on a field that its text was too long to be sent. */
  limit_(target: EventTarget | undefined): void;
  /** Listens in the root where the view is now. */
  enter_(): void;
  /** The model gives an element this value from now on. */
  set_(element: Element, name: string, value: unknown): void;
  /** As long as this is on, a value of the model is taken for the value that the control has already. */
  hold_(on: boolean): void;
  /** Writes the values of the model, if the element is free. */
  write_(element: Element): void;
  /** An attribute or a child of this element changes, and perhaps a control's value with it: its bounds, its type, its options. */
  touch_(element: Element): void;
  /** A patch has been applied: controls that were touched show the model's value again. */
  settle_(): void;
  /** A form was reset: in a moment all controls show the model's value again. */
  reset_(): void;
  /** Notes that an event's entry carries the value of a control to the server: the model is waited for. */
  take_(event: Event, entry: Entry): void;
  /** An entry was acknowledged: the model's value is written, unless the user was quicker. */
  free_(entry: Entry): void;
}

export function watchInputs(host: Pick<Host, "world_" | "root_" | "config_">, { own_: own, write_: setProperty }: Tools): Inputs {
  const { world_: world } = host;
  const controls = new WeakMap<EventTarget, Control>();
  const touched = new Set<Element>();
  let held = false;

  const write = (element: Element) => {
    const control = controls.get(element);
    if (
      control &&
      !(control.late_ = control.pending_ || control.composing_ || control.typed_ && isFocused(element) ||
        isUnfinished(element, control.model_.value))
    ) {
      control.typed_ = false;
      for (const name in control.model_) {
        keepCaret(element, () => setProperty(element, name, control.model_[name]));
        // Reset, and from now on the user's alone.
        control.model_[name] ?? delete control.model_[name];
      }
    }
    // Which of its options are selected depends on all of them.
    for (const option of own(element as HTMLSelectElement, "options") || []) write(option);
  };

  const reset = () =>
    world.setTimeout(() => {
      for (const element of host.root_.querySelectorAll("input,select,textarea")) {
        const control = controls.get(element);
        if (control) control.typed_ = false;
        write(element);
      }
    });

  const hear = (event: Event) => {
    const { type } = event;
    const control = controls.get(event.target!);
    if (type == "reset") reset();
    else if (control) {
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
  };

  const enter = () => {
    // In the capturing phase: no other listener can have stopped it. (What listens already is not added twice.)
    for (const type of ["input", "change", "compositionend", "blur", "reset"]) host.root_.addEventListener(type, hear, true);
  };
  enter();

  return {
    enter_: enter,
    limit_: (target) => showLimit(host, target),
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
    touch_(element) {
      const control = /^opt/.test(element.localName) ? element.closest("select")! : element;
      if (controls.has(control)) touched.add(control);
    },
    settle_() {
      touched.forEach(write);
      touched.clear();
    },
    reset_: reset,
    take_({ type, target, currentTarget }, entry) {
      const control = controls.get(target!);
      // A click on a checkbox carries its state where the handler is its own.
      if (control && (type == "click" ? currentTarget == target && "checked" in control.model_ : type == "input" || type == "change")) {
        control.typed_ = false;
        control.pending_ = entry;
      }
    },
    free_(entry) {
      const target = entry.target_ as HTMLInputElement;
      const control = controls.get(target);
      if (control?.pending_ == entry) control.pending_ = null;
      if (!control?.pending_) {
        write(target);
        // The click on a radio button has unchecked another one, which the model may still want.
        if (target.type == "radio") {
          for (const other of host.root_.querySelectorAll<HTMLInputElement>("[type=radio]")) if (other.name == target.name) write(other);
        }
      }
    },
  };
}
