/** How often each kind of trouble happened, over all runs: a simulation in which nothing goes wrong proves nothing. */

/** The kinds, and what was counted beside them. */
export class Totals {
  readonly #counts = new Map<string, number>();

  /** All, by kind. */
  get counts(): Iterable<[kind: string, count: number]> {
    return this.#counts;
  }

  /** One more of a kind. */
  note(kind: string, count = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  /** How often. */
  of(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  toString(): string {
    return [...this.#counts].sort(([a], [b]) => a < b ? -1 : 1).map(([kind, count]) => `${kind} ${count}`).join(", ");
  }
}
