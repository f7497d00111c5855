/** The error of a view that cannot be shown by a server. */

/** Thrown where a view contains something that cannot work on a server. */
export class UnsupportedError extends Error {
  override name = "UnsupportedError";

  /** `problem` says what it is and where, without the words that every such message begins with. */
  constructor(readonly problem: string) {
    super(`Cannot render the view: ${problem}`);
  }
}
