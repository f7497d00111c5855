/**
 * Handlers: an event of the DOM becomes an entry for the server, with its path and the version on the page taken at once. No
 * entry is made of an event that a patch itself has caused (a blur while a node moves), nor in a place that is gone.
 */
import type { HandlerOptions, Path } from "../wire/message.ts";
import type { Control, Inputs } from "./input.ts";
import { payload } from "./payload.ts";
import type { World } from "./world.ts";

/** An event on its way. */
export interface Entry {
  /** The version that was on the page. */
  seen_: number;
  /** Its message after the version, as text: what an object says may change before it is sent, or be no JSON at all. */
  text_: string;
  /** The inputs that wait for its acknowledgement. */
  inputs_: Control[];
}

/** The handler of one event of one element. */
export interface Handler {
  options_?: HandlerOptions | null | undefined;
}

/** What the handlers of a view share. */
export interface Events {
  world_: World;
  inputs_: Inputs;
  version_: number;
  /** What sends an entry that waits for its time, the newest last. */
  waiting_: Set<() => void>;
  send_(entry: Entry): void;
  /** Sends what waits, now. */
  flush_(): void;
}

/** Listens; a name that ends in `!` while the event goes down. `place` answers where the handler is, or nothing. */
export function listen(events: Events, element: Element, name: string, place: () => Path | undefined): Handler {
  const { world_: world, waiting_: waiting } = events;
  const handler: Handler = {};
  const type = name.replace("!", "");
  let entry: Entry | undefined;
  let timer = 0;

  const flush = () => {
    waiting.delete(flush);
    events.send_(entry!);
    entry = undefined;
  };

  element.addEventListener(type, (event) => {
    const { options_: options } = handler;
    if (options == null) return;
    const [flags, debounce, throttle, ...include] = [options].flat() as [number, number?, number?, ...string[]];
    if (flags & 1) event.preventDefault();
    if (flags & 2) event.stopPropagation();
    const path = place();
    if (!path) return;
    if (flags & 4) handler.options_ = null;

    const message: unknown[] = [path];
    if (flags & 8) message.push(...payload(world, event, include));
    while (!message.at(-1)) message.pop();

    const wait = debounce || throttle;
    if (!wait) events.flush_();
    const made = {
      seen_: events.version_,
      text_: JSON.stringify(message).slice(1),
      inputs_: [...entry?.inputs_ ?? [], ...events.inputs_.take_(event)],
    };
    const start = () => {
      world.clearTimeout(timer);
      timer = world.setTimeout(() => {
        timer = 0;
        if (entry) {
          flush();
          if (!debounce) start();
        }
      }, wait);
    };
    if (!wait || !debounce && !timer) events.send_(made);
    else {
      entry = made;
      waiting.delete(flush);
      waiting.add(flush);
    }
    if (debounce || wait && !timer) start();
  }, type != name);
  return handler;
}
