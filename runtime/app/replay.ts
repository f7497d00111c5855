/**
 * The far end of a link while what a client has done is gone through again: it compares the patches that come of it with the marks that the
 * first ones have left in the browser, and keeps nothing else but what is to be said in the end.
 */
import type { Mark } from "../wire/message.ts";
import type { Link } from "./member.ts";

/**
 * The checksum of a text: FNV-1a of 32 bits over UTF-16 units (Fowler, Noll, Vo), from 0. The browser has the same; it only has to tell a page
 * that shows something else, which harms nobody but itself. Each patch has its own, not one with those before: a browser may drop the first
 * of them when it hears that they are saved.
 */
export function checksum(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 16_777_619);
  return sum >>> 0;
}

/** What comes of a replay. */
export class Replay implements Link {
  /** What was said to the page beside patches and acknowledgements, since {@link Replay.listen}. */
  readonly said: string[] = [];
  /** What was said of refusals, from the beginning on: an event that was dealt with elsewhere, and can not be here, is lost, and must not be so unsaid. */
  readonly refusals: string[] = [];
  readonly #sums: number[] = [];
  #isListening = false;

  constructor(readonly user: unknown) {}

  send(message: string | Uint8Array): void {
    const text = message as string;
    if (text.startsWith('["emit","nacre:refused"')) return void this.refusals.push(text);
    if (text.startsWith('["')) {
      if (this.#isListening) this.said.push(text);
      return;
    }
    const comma = text.indexOf(",");
    if (comma >= 0) this.#sums.push(checksum(text.slice(comma + 1)));
  }

  close(): void {}

  /** What is said from now on has not been said before. */
  listen(): void {
    this.#isListening = true;
  }

  /** Whether the patch of this index has come out as it did before. */
  isAs(index: number, [, sum]: Mark): boolean {
    return this.#sums[index] === sum;
  }
}
