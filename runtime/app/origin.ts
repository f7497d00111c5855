/**
 * What effects follow from, so that each has a name: the same when what happened is gone through again in another process. It knows neither
 * clients nor messages.
 */

/** What effects follow from: an event, or an effect. */
export class Origin {
  #count = 0;

  constructor(readonly id: string) {}

  /** The next one that follows from this. */
  next(): Origin {
    return new Origin(`${this.id}.${this.#count++}`);
  }
}
