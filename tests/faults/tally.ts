/** What has happened in all rounds, for a report. It never decides anything. */
import type { Story } from "./actor.ts";

/** Counts. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  /** Counts what a page has lived through. */
  hear({ acts, shown, notes }: Story): void {
    this.add("pages");
    this.add("acts", acts.length);
    this.add("taken", shown.length);
    for (const { refused } of acts) for (const reason of refused) this.add(`refused: ${reason}`);
    this.add("links", notes.filter(([, , what]) => what.startsWith("status live")).length);
  }

  toString(): string {
    return [...this.counts].sort(([a], [b]) => a < b ? -1 : 1).map(([what, count]) => `${what} ${count}`).join(", ");
  }
}
