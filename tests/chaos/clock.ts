/**
 * Virtual time for a whole system: every process, tab and link has its timers here, so what happens, happens in one order that a seed
 * repeats. It must never look at the time of the machine.
 */

/** A timer that is set. */
export interface Timer {
  readonly due: number;
  readonly order: number;
  /** Undefined once it has run or was forgotten. */
  task: (() => void) | undefined;
}

/** How often promises are let in between two timers: more than a chain of them has links that should end in one moment. */
const ticks = 12;

/** The time of one run. */
export class Clock {
  #now = 0;
  #order = 0;
  /** A binary heap: the next timer first. */
  readonly #timers: Timer[] = [];

  /** Milliseconds since the run began. */
  get now(): number {
    return this.#now;
  }

  /** Runs `task` once, `ms` milliseconds from now. */
  after(ms: number, task: () => void): Timer {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, task };
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(timer, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
    return timer;
  }

  /** Forgets a timer. */
  forget(timer: Timer | undefined): void {
    if (timer) timer.task = undefined;
  }

  /** Lets `ms` milliseconds pass: the timers that fall due run in order, and promises between them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.rest();
    for (let timer = this.#timers[0]; timer && timer.due <= end; timer = this.#timers[0]) {
      this.#shift();
      const { task } = timer;
      if (!task) continue;
      timer.task = undefined;
      this.#now = timer.due;
      task();
      await this.rest();
    }
    this.#now = end;
  }

  /** Until it is disposed of, what sets timers of the machine sets them here: transports do. */
  replaceTimers(): Disposable {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
    const timers = new Map<number, Timer>();
    let last = 1e9;
    const set = (task: () => void, ms = 0, again = false) => {
      const id = ++last;
      const later = () =>
        timers.set(
          id,
          this.after(ms, () => {
            timers.delete(id);
            if (again) later();
            task();
          }),
        );
      later();
      return id;
    };
    const clear = (id: number | undefined) => {
      this.forget(timers.get(id!));
      timers.delete(id!);
    };
    Object.assign(globalThis, {
      setTimeout: (task: () => void, ms?: number) => set(task, ms),
      setInterval: (task: () => void, ms?: number) => set(task, ms, true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    return { [Symbol.dispose]: () => void Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval }) };
  }

  /** Lets promises in. */
  async rest(): Promise<void> {
    for (let i = 0; i < ticks; i++) await undefined;
  }

  #shift(): void {
    const heap = this.#timers;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    while (true) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
