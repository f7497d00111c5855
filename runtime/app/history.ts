/**
 * The view trees of the versions that a client may still see, so that an event finds the handler that the user saw (rules 4 and
 * 10 of events). It must never grow past its bounds, whatever clients do.
 */
import type { Node } from "../view/tree.ts";

/** The bounds of a history. */
const historyBounds = { versions: 32, ms: 10_000, holes: 200_000 } as const;

/** A version that is kept. */
export interface Kept {
  readonly version: number;
  readonly tree: Node;
  /** What it shows. */
  readonly model: unknown;
  /** How many definitions a client has that was sent it. */
  readonly definitions: number;
}

interface Entry extends Kept {
  tree: Node;
  model: unknown;
  definitions: number;
  /** Holes that this version made new; what it shares with the one before costs nothing. Not counted for the oldest. */
  holes: number;
  /** When the next version took its place. */
  until: number;
}

/** The last versions of one runtime; the newest is always there. */
export class History {
  readonly #entries: Entry[] = [];
  #holes = 0;

  /** The newest tree; undefined before the first. */
  get tree(): Node | undefined {
    return this.#entries.at(-1)?.tree;
  }

  /** How many versions are kept. */
  get size(): number {
    return this.#entries.length;
  }

  /** Holes of all versions that the oldest does not have. */
  get holes(): number {
    return this.#holes;
  }

  /** A new version of this model, with which so many definitions are known. */
  add(version: number, tree: Node, model: unknown, definitions: number, holes: number, now: number): void {
    const last = this.#entries.at(-1);
    if (last) {
      last.until = now;
      this.#holes += holes;
    }
    this.#entries.push({ version, tree, model, definitions, holes, until: Infinity });
    this.#trim(now, 0);
  }

  /** With the newest version so many definitions are known: the first is numbered when somebody is shown it. */
  defined(definitions: number): void {
    this.#entries.at(-1)!.definitions = definitions;
  }

  /** The versions from this one on, the newest last. */
  from(version: number): readonly Kept[] {
    return this.#entries.filter((entry) => entry.version >= version);
  }

  /** The newest version's tree anew: the page is the same, its handlers are not. */
  replace(tree: Node, model: unknown, holes: number): void {
    const last = this.#entries.at(-1)!;
    last.tree = tree;
    last.model = model;
    // What it held before is held no more, but may be part of the new tree: the sum is kept, as an upper bound.
    if (holes <= last.holes) return;
    if (this.#entries.length > 1) this.#holes += holes - last.holes;
    last.holes = holes;
  }

  /** A version; undefined when it is no longer (or not yet) known. */
  at(version: number, now: number): Kept | undefined {
    this.#trim(now, 0);
    const first = this.#entries[0];
    return first && this.#entries[version - first.version];
  }

  /** Forgets the versions before this one: every client has seen a later one. */
  forgetBefore(version: number, now: number): void {
    this.#trim(now, version);
  }

  #trim(now: number, seen: number): void {
    const entries = this.#entries;
    let drop = 0;
    while (
      drop < entries.length - 1 &&
      (entries.length - drop > historyBounds.versions || this.#holes > historyBounds.holes ||
        entries[drop]!.until <= now - historyBounds.ms ||
        entries[drop]!.version < seen)
    ) {
      drop++;
      this.#holes -= entries[drop]!.holes;
    }
    if (drop > 0) entries.splice(0, drop);
  }
}
