/** A component that lives between renderings, because it has hooks, is a class, or provides a context. */
import type { Backing, BackingVNode, Owner } from "./preact.ts";
import type { AnySignal } from "./signal.ts";
import { type Node, Spot } from "./tree.ts";

/** What is told that something wants to be rendered. */
export interface Queue {
  enqueue(spot: Living | Following): void;
}

/** A component that lives. */
export class Living extends Spot implements Owner {
  isGone = false;
  /** It waits for a promise; its suspense says when it goes on. */
  isWaiting = false;
  /** In which drain of the queue it was rendered last, and how often in it. */
  drain = 0;
  renders = 0;
  /** Of a provider: those that are rendered when its value changes. */
  subscribers: Set<Backing> | undefined;
  /** Of a `Suspense`. */
  suspension: Suspension | undefined;
  /** What its ref was answered by: called when it goes. */
  refCleanup: unknown;

  constructor(readonly backing: Backing, readonly vnode: BackingVNode, readonly queue: Queue) {
    super();
  }

  changed(): void {
    this.queue.enqueue(this);
  }
}

/** What a `Suspense` waits for, and what it has put aside meanwhile. */
export interface Suspension {
  /** Promises that have not come yet. */
  count: number;
  isSuspended: boolean;
  /** Its children, which live on while they are not shown. */
  parked: Node | undefined;
  /** The components that wait. */
  readonly waiting: Living[];
}

/** A child that is a signal: a text that changes without any component being run. */
export class Following extends Spot {
  isGone = false;
  isQueued = false;
  #dispose: (() => void) | undefined;
  #signal: AnySignal | undefined;

  constructor(readonly queue: Queue, readonly parentVNode: BackingVNode) {
    super();
  }

  get signal(): AnySignal {
    return this.#signal!;
  }

  /** Follows this signal and no other. */
  follow(signal: AnySignal): void {
    if (this.#signal === signal) return;
    this.#dispose?.();
    this.#signal = signal;
    this.#dispose = heard(signal, () => this.queue.enqueue(this));
  }

  end(): void {
    this.isGone = true;
    this.#dispose?.();
  }
}

/** Calls `changed` at each change of a signal from now on; answers what ends it. */
export function heard(signal: AnySignal, changed: () => void): () => void {
  let isFirst = true;
  const dispose = signal.subscribe(() => {
    if (!isFirst) changed();
  });
  isFirst = false;
  return dispose;
}
