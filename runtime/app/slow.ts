/**
 * A client that does not read as fast as is written to it. It gets no patches until it has read what it was sent, then one that brings
 * it up to date. What is kept for it must never grow past the bounds here.
 */

/** When a client is slow, and for how long it may be. */
export const slowBounds = {
  /** Bytes that wait to be read: past them a client is slow. */
  unsent: 1024 * 1024,
  /** Bytes that may still wait when it is slow no more. */
  drained: 64 * 1024,
  /** UTF-16 units of the messages that come after the patch that it is to get, as those of `emit` do. */
  held: 1024 * 1024,
  /** Milliseconds in which it must have read something. */
  ms: 30_000,
  /** Milliseconds from one look at the slow clients to the next. */
  pause: 100,
} as const;

/** Bytes that wait to be read by a client, where its link knows that. */
export function backlogOf(link: { backlog?(): number }): number {
  try {
    return link.backlog?.() ?? 0;
  } catch {
    // The link broke; its transport says so.
    return 0;
  }
}

/** What is kept for one slow client. */
export class Slow {
  /** What is to be sent after the patch that brings it up to date, in order. */
  readonly held: string[] = [];
  #size = 0;
  #least = Infinity;
  #since: number;

  /** @param known the number of the definitions that it was sent. */
  constructor(readonly known: number, now: number) {
    this.#since = now;
  }

  /** Keeps a message for later. False when that is too much. */
  hold(message: string): boolean {
    this.held.push(message);
    return (this.#size += message.length) <= slowBounds.held;
  }

  /** How it stands with so many bytes that wait. */
  look(backlog: number, now: number): "drained" | "slow" | "stuck" {
    if (backlog <= slowBounds.drained) return "drained";
    if (backlog < this.#least) {
      this.#least = backlog;
      this.#since = now;
    }
    return now - this.#since >= slowBounds.ms ? "stuck" : "slow";
  }
}
