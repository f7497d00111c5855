/** What a client may say, and how much of that it still may. It must hold no more than two numbers: each client has one, each stream another. */

import type { Config } from "../wire/message.ts";
import { usualText } from "../wire/size.ts";

/** What a client may send. */
export const clientBounds = {
  /** Characters of one message, where the app does not say otherwise: see {@link mostMessage}. */
  message: 65_536,
  /** Messages at once, after a while of silence. */
  burst: 1_000,
  /** Messages a second in the long run. */
  rate: 200,
} as const;

/** The most characters of one message: those of an event, and some for its path and its names. */
export function mostMessage(config: Config | undefined): number {
  return (config?.limit ?? usualText) + clientBounds.message - usualText;
}

/** How much may still be said, within {@link clientBounds}. */
export class Allowance {
  #tokens: number = clientBounds.burst;
  #filled: number;

  constructor(now: number) {
    this.#filled = now;
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    this.#tokens = Math.min(clientBounds.burst, this.#tokens + (now - this.#filled) * clientBounds.rate / 1000);
    this.#filled = now;
    this.#tokens--;
    return this.#tokens >= 0;
  }
}
