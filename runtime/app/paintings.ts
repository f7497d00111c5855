/**
 * Pages that were painted with what a running app has shown. Each may begin with that in place of a mount, if it comes soon: it says the name
 * that it was given, as if it were the epoch. Nothing is kept of a page but the version that it shows.
 */

/** How long a page may take to come, in ms: less than a client that left is remembered, so that none can begin so twice. */
const openMs = 30_000;
const mostVersions = 32;

/** What pages were painted with, of one incarnation. */
export class Paintings {
  /** Until when a page of this version may come; the one painted last is the last. */
  readonly #until = new Map<number, number>();

  /** A page is painted with this version. */
  add(version: number, now: number): void {
    this.#until.delete(version);
    this.#until.set(version, now + openMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > mostVersions) this.#until.delete(oldest!);
  }

  /** Whether a page of this version may still come. */
  has(version: number, now: number): boolean {
    return (this.#until.get(version) ?? -Infinity) > now;
  }

  /** The oldest version that one may come with, if that is before this one. */
  oldest(version: number, now: number): number {
    for (const [painted, until] of this.#until) {
      if (until <= now) this.#until.delete(painted);
      else if (painted < version) version = painted;
    }
    return version;
  }
}

/** What a page says as its epoch that was painted with this version of this epoch. */
export function paintedEpoch(epoch: string, version: number): string {
  return `~${epoch}~${version}`;
}
