/**
 * When a snapshot of a runtime is made (rule 4 of continuity): with each patch that its client's own events did not cause, once a second at
 * most; else when it is quiet, and after many events. It knows nothing of what is in one.
 */
import type { World } from "../world.ts";

/** Milliseconds from one snapshot to the next in the long run. */
const pauseMs = 1_000;
/** Snapshots at once: what ticks once a second must not find each time that the last one was 999 ms ago. */
const burst = 3;
/** Milliseconds of silence before one that nothing else asked for: by then a browser has told what it has seen, and earlier versions can be left out. */
const quietMs = 1_500;
/** Events that a browser has to keep before it gets a snapshot all the same. */
const mostEvents = 64;

/** When the snapshots of one runtime are made. */
export class Keeping {
  readonly #world: World;
  readonly #make: () => void;
  #events = 0;
  /** How many may be made at this moment, as of `#filled`. */
  #tokens = burst;
  #filled = -Infinity;
  #changed = -Infinity;
  #isForeign = false;
  #timer: unknown;

  /** `make` makes one, where no message goes out that it could ride on. */
  constructor(world: World, make: () => void) {
    this.#world = world;
    this.#make = make;
  }

  /** Something has happened that no snapshot covers: so many events, or what no event brought. True when one is due at once. */
  changed(events: number, isForeign: boolean): boolean {
    this.#events += events;
    this.#isForeign ||= isForeign;
    const now = this.#changed = this.#world.now();
    this.#fill(now);
    if (this.#events >= mostEvents || (this.#isForeign && this.#tokens >= 1)) return true;
    this.#timer ??= this.#world.setTimer(this.#due() - now, () => this.#look());
    return false;
  }

  /** Whether the last one covers all so far. */
  get isCovered(): boolean {
    return this.#events === 0 && !this.#isForeign;
  }

  /** One was made that covers all so far. */
  made(): void {
    this.#events = 0;
    this.#isForeign = false;
    this.#fill(this.#world.now());
    this.#tokens--;
    this.end();
  }

  /** None is made any more. */
  end(): void {
    this.#world.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filled) / pauseMs);
    this.#filled = now;
  }

  #due(): number {
    return this.#isForeign ? this.#filled + (1 - this.#tokens) * pauseMs : this.#changed + quietMs;
  }

  #look(): void {
    this.#timer = undefined;
    const left = this.#due() - this.#world.now();
    if (left > 0) this.#timer = this.#world.setTimer(left, () => this.#look());
    else this.#make();
  }
}
