/**
 * Shows what waits for its acknowledgement: on the elements whose handlers were called, on their forms, and on the component. A part of `watch`,
 * which every link loads. It must never mark anything outside of the view, nor leave a mark behind.
 */
import { own } from "./attribute.ts";
import type { Entry } from "./event.ts";
import type { Linked } from "./part.ts";

/** The attribute of all of them. An element's `dataset` crosses with its events, so it is not one of these. */
const mark = "nacre-pending";

/** What a link tells of the events that wait. */
export interface Pending {
  /** Others wait now: the marks are made theirs. */
  sync_(): void;
  /** Whether this is a submit that waits already: of the same form, by the same button, with nothing typed, chosen or clicked since. */
  repeats_(entry: Entry): boolean;
}

/** Shows what waits. */
export function showPending(host: Linked): Pending & { begin_(): void } {
  const { element_: element, internals_: internals, queue_: queue } = host;
  const marked = new Set<Element>();
  /** The last submit of each form, and what had been done before it. */
  const submits = new WeakMap<EventTarget, [entry: Entry, event: Event, submitter: unknown, done: number]>();
  /** Counts what the user does that may make another submit of a form. */
  let done = 0;
  const count = () => {
    done++;
  };
  const formOf = (by: Element) => own(by as HTMLButtonElement, "form") ?? own(by, "closest").call(by, "form");

  const begin = () => {
    for (const type of ["input", "change"]) host.root_.addEventListener(type, count, true);
  };
  // What was done before there is a link counts too.
  begin();

  return {
    begin_: begin,
    sync_() {
      const waiting = new Set<Element>();
      for (const { by_ } of queue) {
        if (!by_) continue;
        const [by] = by_;
        const form = formOf(by);
        waiting.add(element).add(by);
        // The component may stand in a form of the page.
        if (form && host.root_.contains(form)) waiting.add(form);
      }
      for (const old of marked) if (!waiting.has(old)) own(old, "removeAttribute").call(old, mark);
      for (const one of waiting) if (!marked.has(one)) own(one, "setAttribute").call(one, mark, "");
      marked.clear();
      for (const one of waiting) marked.add(one);
      try {
        internals?.states?.[waiting.size ? "add" : "delete"]("pending");
      } catch { /* Before Chrome 125 a state's name began with two dashes. */ }
    },
    repeats_(entry) {
      const { by_, target_: target } = entry;
      if (!by_) return false;
      const [by, event, mayRepeat] = by_;
      if (event.type == "submit") {
        const { submitter } = event as SubmitEvent;
        const [before, other, button, at] = submits.get(target!) || [];
        // Another handler of the same event hears it too.
        if (!mayRepeat && queue.includes(before!) && other != event && button == submitter && at == done) return true;
        submits.set(target!, [entry, event, submitter, done]);
      } else if (event.type == "click" && (by as HTMLButtonElement).type != "submit") count();
      return false;
    },
  };
}
