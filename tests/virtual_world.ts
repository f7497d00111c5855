/** A world whose time passes only when a test says so. Everything in it happens in one order, so a run can be had again. */
import type { World } from "../runtime/world.ts";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly task: () => void;
}

/** Virtual time, timers and names. `soon` is after the present step: what a test does before {@link settle} arrived together. */
export class VirtualWorld implements World {
  #now = 0;
  #order = 0;
  #names = 0;
  #soon: (() => void)[] = [];
  readonly #timers = new Set<Timer>();

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, task: () => void): unknown {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, task };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** `name0001`, `name0002`, ... */
  randomName(): string {
    return `name${String(++this.#names).padStart(4, "0")}`;
  }

  /** Runs what is to happen soon, until there is no more of it. */
  settle(): void {
    while (this.#soon.length > 0) for (const task of this.#soon.splice(0)) task();
  }

  /** Lets `ms` milliseconds pass; the timers that fall due run in order, each in its own step. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.task();
      this.settle();
    }
    this.#now = end;
  }

  /** Settles together with the promises of effects. */
  async rest(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      this.settle();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.settle();
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
    }
    return next;
  }
}
