/**
 * Handlers: an event of the DOM becomes an entry for the server, with its path and the version on the page taken at once. No
 * entry is made of an event that a patch itself has caused (a blur while a node moves), nor in a place that is gone; and none is sent of
 * a place that has gone while it waited.
 */
import type { Condition, Conditions, HandlerOptions, Path } from "../wire/message.ts";
import { own } from "./attribute.ts";
import { asText, payload } from "./payload.ts";
import type { World } from "./world.ts";

/** An event on its way. */
export interface Entry {
  /** The version that was on the page. */
  seen_: number;
  /** Its message after the version, as text: what an object says may change before it is sent, or be no JSON at all. */
  text_: string;
  /** What it happened to; absent for a fact, which happened to nothing. */
  target_?: EventTarget;
  /** Whose handler made it, of which event, and whether a submit may repeat; absent for a fact, and where events come in streams (`throttle`). */
  by_?: false | [element: Element, event: Event, mayRepeat: unknown];
}

/** What the handlers of a view share. */
export interface Events {
  /** Notes that an event's entry tells the server what is in a controlled input. */
  take_(event: Event, entry: Entry): void;
  /** Says that an entry has been dealt with. */
  free_(entry: Entry): void;
  version_: number;
  /** A patch is being applied, or has failed half way: no event of now is the user's. */
  busy_?: boolean;
  /** The entries that wait for their time, the newest last, each by what sends it. */
  waiting_: Map<() => void, Entry>;
  send_(entry: Entry): void;
}

/**
 * Sends what waits, now: all of it, or as far as the last entry that is asked for. What happened before goes first: so the server never
 * hears of a version after which one still comes that was seen earlier, and whose view it would have forgotten.
 */
export function flush({ waiting_: waiting }: Pick<Events, "waiting_">, isLast: (entry: Entry) => unknown = () => true): void {
  const all = [...waiting];
  for (const [send] of all.slice(0, 1 + all.findLastIndex(([, entry]) => isLast(entry)))) send();
}

/** At the `blur` of an element, or the `submit` of its form, what happened to it waits no more. */
export function settle(events: Pick<Events, "waiting_">, { target }: Event): void {
  flush(events, (entry) => [entry.target_, (entry.target_ as HTMLInputElement).form].includes(target));
}

/** Whether an event is as a condition says. What belongs to an input method is no key of the page's. */
function meets(event: Event, condition: Condition | undefined): boolean {
  const fields = event as unknown as Record<string, unknown>;
  for (const name in condition) {
    const value = name == "self" ? event.target == event.currentTarget : fields[name];
    if (![condition[name]].flat().includes(value as string)) return false;
    if (/^(key|code)$/.test(name) && (fields.isComposing || fields.keyCode == 229)) return false;
  }
  return true;
}

/**
 * Listens; a name that ends in `!` while the event goes down. `place` answers where the handler is, or nothing. What it answers
 * sets the options; there is no handler without.
 */
export function listen(
  world: World,
  events: Events,
  element: Element,
  name: string,
  place: () => Path | undefined,
): (options: HandlerOptions | null) => void {
  const { waiting_: waiting } = events;
  const type = name.replace("!", "");
  const capture = type != name;
  let flags: number, debounce: number | undefined, throttle: number | undefined, include: string[];
  let conditions: Conditions;
  let isWanted: boolean;
  let entry: Entry;
  let debounced = 0;
  let throttled = 0;

  // Said also where it is not passive: to a window some events are, else.
  const act = (method: "addEventListener" | "removeEventListener") =>
    own(element, method).call(element, type, hear, { capture, passive: !!(flags & 16) });
  const send = () => {
    waiting.delete(send);
    // Its element may have left the page meanwhile, or nobody listens any more.
    (isWanted && place() ? events.send_ : events.free_)(entry);
    if (throttle && !throttled) {
      throttled = world.setTimeout(() => {
        throttled = 0;
        debounce || flushOwn();
      }, throttle);
    }
  };
  const flushOwn = () => flush(events, (waits) => waits == entry);

  const hear = (event: Event) => {
    const { when, prevent, stop } = conditions;
    if (!meets(event, when)) return;
    if (prevent ? meets(event, prevent) : flags & 1) event.preventDefault();
    if (stop ? meets(event, stop) : flags & 2) event.stopPropagation();
    if (events.busy_ && event.isTrusted) return;
    if (flags & 4) act("removeEventListener");
    const fields = flags & 8 ? payload(world, event, include.join(" ")) : [];
    const make = () => {
      const path = place();
      if (!path) return;
      entry = {
        seen_: events.version_,
        text_: asText([path, ...fields]).slice(1),
        target_: event.target!,
        by_: !throttle && [element, event, flags & 32],
      };
      // The newest last.
      waiting.delete(send);
      waiting.set(send, entry);
      events.take_(event, entry);
      if (throttle ? !throttled : !debounce) flush(events);
      else if (debounce) {
        world.clearTimeout(debounced);
        debounced = world.setTimeout(flushOwn, debounce);
      }
    };
    // What an element dispatches while a patch writes or inserts it: its place, and the version on the page, are known when the patch is done.
    if (events.busy_) Promise.resolve().then(make);
    else make();
  };

  return (options) => {
    act("removeEventListener");
    isWanted = options != null;
    if (isWanted) {
      [flags, debounce, throttle, ...include] = [options].flat() as [number, number?, number?, ...string[]];
      // Among the names they are none.
      conditions = Object(include[0]);
      act("addEventListener");
    }
  };
}
