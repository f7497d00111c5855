/**
 * What a client has done since a snapshot, gone through again in the place of its link: the patches that come of it are compared with the marks
 * that the first ones have left in the browser (rule 6 of continuity). It keeps nothing else but what is to be said in the end.
 */
import { checksum } from "../view/checksum.ts";
import type { EventUp, FactUp, Mark } from "../wire/message.ts";
import type { Link } from "./member.ts";
import type { ReplayBudget } from "./replay_budget.ts";

/** Where events are heard once more. */
export interface ReplayStage {
  /** Hears one; its version is undefined where that is not known to be what its page showed. */
  hear(up: EventUp | FactUp, version: number | undefined): void;
  /** Deals with those that were heard. */
  settle(): void;
}

/** One replay, as the link of the client that it is of. */
export class Replay implements Link {
  /** What was said to the page beside patches and acknowledgements, since {@link Replay.listen}. */
  readonly said: string[] = [];
  /** What was said of refusals, from the beginning on: an event that was dealt with elsewhere, and can not be here, is lost, and must not be so unsaid. */
  readonly refusals: string[] = [];
  readonly #stage: ReplayStage;
  readonly #events: readonly (EventUp | FactUp)[];
  /** The number of the last event that was heard. */
  #last: number;
  readonly #from: number;
  /** The newest version of the page that is known. */
  #newest: number;
  /** Of each patch its own, not one with those before: a browser may drop the first of them when it hears that they are saved. */
  readonly #sums: number[] = [];
  #isListening = false;

  /** `events` come after the one numbered `last`; `newest` is the version of the snapshot, or less where that is not known here. */
  constructor(
    readonly user: unknown,
    stage: ReplayStage,
    events: readonly (EventUp | FactUp)[],
    last: number,
    newest: number,
  ) {
    this.#stage = stage;
    this.#events = events;
    this.#from = this.#last = last;
    this.#newest = newest;
  }

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

  /** Goes through events up to this number. */
  hear(last: number): void {
    for (let up; this.#last < last && (up = this.#events[this.#last - this.#from]); this.#last++) {
      this.#stage.hear(up, up[0] <= this.#newest ? up[0] : undefined);
    }
    this.#stage.settle();
  }

  /** The newest version of the page that is known. */
  get newest(): number {
    return this.#newest;
  }

  /**
   * Goes through the events up to each mark, as long as the patches are those that the page has, and as long as the budget lasts: what comes after
   * that is gone through at once, and mounted. Yields where others should get their turn first.
   */
  *follow(marks: readonly Mark[], budget: ReplayBudget): Generator<void, void, void> {
    for (const [i, [last, sum, version]] of marks.entries()) {
      const next = budget.take();
      if (next === "spent") return;
      if (next === "pause") yield;
      this.hear(last);
      if (version !== this.#newest + 1 || this.#sums[i] !== sum) return;
      this.#newest++;
    }
  }

  /** What is said from now on has not been said before. */
  listen(): void {
    this.#isListening = true;
  }
}
