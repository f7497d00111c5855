/**
 * How much one replay may render. A client says how many marks there are, and each costs a rendering: so they are counted, in renderings and in the
 * holes of the view, and not in time, which a busy machine has less of. Others get their turn in between.
 */
import { holesIn, type Node } from "../view/tree.ts";

/** The most holes that all renderings of one replay may fill together: some two seconds of the server. */
const mostHoles = 4_000_000;
/** However large a view is, so many renderings are allowed: a browser has a snapshot after 64 events, and a mark for each patch since. */
const fewest = 96;
const most = 512;
/** So many holes, or renderings, and others get their turn. */
const holesInARow = 100_000;
const mostInARow = 64;

/** The budget of one replay. */
export class ReplayBudget {
  #left: number;
  #inARow: number;
  readonly #size: () => number;

  /** `tree` answers the view as it is at that moment. */
  constructor(tree: () => Node) {
    this.#size = () => Math.max(1, holesIn(tree()));
    const size = this.#size();
    this.#left = Math.min(most, Math.max(fewest, Math.floor(mostHoles / size)));
    this.#inARow = ReplayBudget.#row(size);
  }

  static #row(size: number): number {
    return Math.min(mostInARow, Math.max(1, Math.floor(holesInARow / size)));
  }

  /** Takes one rendering: `"spent"` where there is none left, `"pause"` where others should have their turn first. */
  take(): "go" | "pause" | "spent" {
    if (this.#left-- <= 0) return "spent";
    if (this.#inARow-- > 0) return "go";
    this.#inARow = ReplayBudget.#row(this.#size());
    return "pause";
  }
}
