/**
 * Handlers: an event of the DOM becomes an entry for the server, with its path and the version on the page taken at once. No
 * entry is made of an event that a patch itself has caused (a blur while a node moves), nor in a place that is gone.
 */
import type { HandlerOptions, Path } from "../wire/message.ts";
import { payload } from "./payload.ts";
import type { World } from "./world.ts";

/** An event on its way. */
export interface Entry {
  /** The version that was on the page. */
  seen_: number;
  /** Its message after the version, as text: what an object says may change before it is sent, or be no JSON at all. */
  text_: string;
  /** What it happened to; absent for a fact, which happened to nothing. */
  target_?: EventTarget;
}

/** What the handlers of a view share. */
export interface Events {
  /** Notes that an event's entry tells the server what is in a controlled input. */
  take_(event: Event, entry: Entry): void;
  /** Says that an entry has been dealt with. */
  free_(entry: Entry): void;
  version_: number;
  /** What sends an entry that waits for its time, the newest last. */
  waiting_: Set<() => void>;
  send_(entry: Entry): void;
  /** Sends what waits, now. */
  flush_(): void;
}

/**
 * Listens; a name that ends in `!` while the event goes down. `place` answers where the handler is, or nothing. What it answers
 * sets the options; there is no handler without.
 */
export function listen(
  world: World,
  events: Events,
  element: Pick<Element, "addEventListener">,
  name: string,
  place: () => Path | undefined,
): (options: HandlerOptions | null) => void {
  const { waiting_: waiting } = events;
  const type = name.replace("!", "");
  let options: HandlerOptions | null | undefined;
  let entry: Entry | null | undefined;
  let timer = 0;

  const flush = () => {
    waiting.delete(flush);
    events.send_(entry!);
    entry = null;
  };

  element.addEventListener(type, (event) => {
    if (options == null) return;
    const [flags, debounce, throttle, ...include] = [options].flat() as [number, number?, number?, ...string[]];
    if (flags & 1) event.preventDefault();
    if (flags & 2) event.stopPropagation();
    const path = place();
    if (!path) return;
    if (flags & 4) options = null;

    const message = flags & 8 ? [path, ...payload(world, event, include.join(" "))] : [path];

    const start = () => {
      world.clearTimeout(timer);
      timer = world.setTimeout(() => {
        timer = 0;
        if (entry) {
          events.flush_();
          if (!debounce) start();
        }
      }, debounce || throttle);
    };
    // The newest last.
    waiting.delete(flush);
    waiting.add(flush);
    entry = { seen_: events.version_, text_: JSON.stringify(message).slice(1), target_: event.target! };
    events.take_(event, entry);
    // What waits happened before: it goes first, and this one last. So the server never hears of a version after which one still comes
    // that was seen earlier, and whose view it would have forgotten.
    if (debounce) start();
    else if (!timer) {
      events.flush_();
      if (throttle) start();
    }
  }, type != name);
  return (changed) => options = changed;
}
