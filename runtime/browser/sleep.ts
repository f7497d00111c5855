/**
 * An element with `sleep="5m"` closes its link when the page has been hidden for so long and nothing waits to be dealt with, and goes on when
 * the page is shown, or when something happens in it. It must never leave what it has no snapshot to come back to. A part of its own.
 */
import { durationOf } from "./duration.ts";
import type { Linked, Part } from "./part.ts";

/** What closes and opens a link. */
export interface Sleep extends Part {
  /** Something has happened. */
  wake_(): void;
}

/** The close code that says that the page comes back to what it showed. */
const comesBack = 4000;

export function sleepHidden(
  { world_: world, element_: element, queue_: queue, kept_: kept, open_: open, stop_: stop, show_: show }: Linked,
): Sleep {
  const { document } = world;
  let timer = 0;

  const is = (status: string) => element.getAttribute("status") == status;
  const wake = () => is("asleep") && open();
  const rest = () => {
    // One that is lost looks again when it is back.
    if (!is("live")) return;
    if (queue[0] || !kept.snapshot_) timer = world.setTimeout(rest, 1000);
    else {
      stop(comesBack);
      show("asleep");
    }
  };
  const look = () => {
    world.clearTimeout(timer);
    const ms = durationOf(element, "sleep");
    if (!document.hidden) wake();
    else if (ms) timer = world.setTimeout(rest, ms);
  };
  const begin = () => {
    document.addEventListener("visibilitychange", look);
    look();
  };
  // Its link has begun already.
  begin();
  return {
    begin_: begin,
    end_() {
      world.clearTimeout(timer);
      if (!element.isConnected) document.removeEventListener("visibilitychange", look);
    },
    wake_: wake,
  };
}
