/** What a user did and the browser took: one event, numbered by its element within an epoch. What becomes of it is written down once. */
import type { UserMsg } from "./model.ts";
import type { Scene } from "./scene.ts";

/** One event. */
export class Entry {
  /** Within its epoch; known when it is queued. */
  number = 0;
  /** Why it came to nothing, as the page was told. */
  refused: string | undefined;
  /** Why, as the server says. */
  judged: string | undefined;
  /** Who has said so last. */
  judge: Scene | undefined;
  /** The page was told that it has been dealt with. */
  isDone = false;
  /** Its client was away for so long that the server knows nothing of it any more. */
  isForgotten = false;
  /** It was dealt with before anything was saved, by a process that has ended with all that it knew. */
  isUnsaved = false;
  /** Its page was mounted in another epoch since: what it was seen on is no version any more. */
  isMountedOver = false;

  constructor(
    /** Counts all that a user does. */
    readonly index: number,
    readonly place: string,
    /** What it meant to the user. */
    readonly means: UserMsg,
    /** The version on the page. */
    readonly seen: number,
    readonly scene: Scene,
    /** What it was seen on came in one patch for many, since the last snapshot: nobody can make that again. */
    readonly isSkipped: boolean,
    /** Its handler is a plain function: what it means is what the component says by now. */
    readonly isPlain: boolean,
  ) {}

  /** It is no event, but what the element says of itself: told anew in another epoch, and never refused. */
  get isFact(): boolean {
    return this.means.type === "step";
  }

  toString(): string {
    return `Event ${this.number} (${JSON.stringify(this.means)} at "${this.place}", seen at version ${this.seen} of ${this.scene.name})`;
  }
}
