/**
 * The far end of a link while what a client has done is gone through again: it compares the patches that come of it with the marks that the
 * first ones have left in the browser, and keeps nothing else but what is to be said in the end.
 */
import { checksum } from "../view/checksum.ts";
import type { Mark } from "../wire/message.ts";
import type { Link } from "./member.ts";

/** What comes of a replay. */
export class Replay implements Link {
  /** What was said to the page beside patches and acknowledgements, since {@link Replay.listen}. */
  readonly said: string[] = [];
  /** What was said of refusals, from the beginning on: an event that was dealt with elsewhere, and can not be here, is lost, and must not be so unsaid. */
  readonly refusals: string[] = [];
  /** Of each patch its own, not one with those before: a browser may drop the first of them when it hears that they are saved. */
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
