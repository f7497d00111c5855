/** What all parts of one run share: time, chance, the trace and the counts. Nothing else may be shared by a tab and a process. */
import type { Random } from "../kit.ts";
import { Clock } from "./clock.ts";
import type { Totals } from "./totals.ts";

/** One run's ground. */
export class Stage {
  readonly clock: Clock = new Clock();
  /** What happened, oldest first; undefined where nobody wants to know. */
  readonly trace: string[] | undefined;
  /** Whether apps may throw. */
  mayFail = false;
  /** What went wrong outside of a step of the run: in a callback, whose throw nobody would catch. */
  failure: unknown;
  /** The run is over: what was on its way ends some time, and is no part of it. */
  isOver = false;

  constructor(readonly random: Random, readonly totals: Totals, isTraced: boolean) {
    this.trace = isTraced ? [] : undefined;
  }

  /** Notes what `who` did, or what became of it; `what` is not called when nobody wants to know. */
  note(who: string, what: () => string): void {
    if (!this.isOver) this.trace?.push(`${String(Math.round(this.clock.now)).padStart(7)} ${who.padEnd(10)} ${what()}`);
  }

  /** Fails the run. */
  fail(error: unknown): void {
    this.failure ??= error;
  }
}
