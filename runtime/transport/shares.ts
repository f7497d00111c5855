/** How many of something each user, or each address, has at the moment. It must never let those of whom nothing is known share a number. */

/** The parts of users or addresses, each up to a most. */
export class Shares {
  readonly #counts = new Map<string, number>();

  constructor(readonly most: number) {}

  /** Takes one; false where this one has the most already. Where nobody knows who it is, there is no bound. */
  take(who: string | undefined): boolean {
    if (who === undefined) return true;
    const count = this.#counts.get(who) ?? 0;
    if (count >= this.most) return false;
    this.#counts.set(who, count + 1);
    return true;
  }

  /** Gives one back. */
  release(who: string | undefined): void {
    if (who === undefined) return;
    const left = (this.#counts.get(who) ?? 0) - 1;
    if (left > 0) this.#counts.set(who, left);
    else this.#counts.delete(who);
  }
}
