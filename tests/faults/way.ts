/** One direction of a connection: bytes that pass, are late, come in pieces, are held back, or vanish. It must never change their order. */
import type { Socket } from "node:net";

/** What happens to the bytes of one direction. */
export class Way {
  /** Every chunk waits so long, in ms. */
  delay = 0;
  /** Every chunk is written in pieces of at most so many bytes. */
  piece = Infinity;
  /** What comes is dropped, and so is the end. */
  isSwallowed = false;
  readonly #to: Socket;
  #held: Promise<void> | undefined;
  #release: (() => void) | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on("data", (bytes: Uint8Array) => this.#then(() => this.#pass(bytes)));
    from.on("end", () => this.#then(() => void (this.isSwallowed || to.destroyed || to.end())));
  }

  /** Holds everything back until {@link Way.release}. */
  hold(): void {
    if (this.#held) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    this.#release = resolve;
  }

  /** Delivers what was held back. */
  release(): void {
    this.#release?.();
    this.#held = this.#release = undefined;
  }

  /** Settled when nothing is on its way any more. */
  async end(): Promise<void> {
    this.isSwallowed = true;
    this.release();
    await this.#last;
  }

  /** One after the other, whatever each has to wait for. */
  #then(task: () => unknown): void {
    this.#last = this.#last.then(task);
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    if (this.delay > 0) await sleep(this.delay);
    // Several pieces in a row may be held back.
    for (let at = 0; at < bytes.length;) {
      while (this.#held) await this.#held;
      if (this.isSwallowed || this.#to.destroyed) return;
      const end = Math.min(bytes.length, at + this.piece);
      this.#to.write(bytes.subarray(at, end));
      at = end;
      // In a packet of its own.
      if (at < bytes.length) await sleep(1);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
