/**
 * The versions of one incarnation of an app: the views that its clients may still see, the templates in them, and what leads from one to another,
 * as texts of the wire. It must never know who sees them.
 */
import { Definitions } from "../view/definitions.ts";
import { diff, encode } from "../view/diff.ts";
import { hashOf } from "../view/hash.ts";
import { paint, type Painting } from "../view/paint.ts";
import type { Node } from "../view/tree.ts";
import type { World } from "../world.ts";
import { History, type Kept } from "./history.ts";
import { Paintings } from "./paintings.ts";

/** What a client has been shown elsewhere. */
export interface Shown {
  /** The names of the definitions that it was sent, in the order of their numbers. */
  readonly templates: readonly string[];
  readonly version: number;
}

/** The versions of one incarnation. */
export class Versions {
  readonly #world: World;
  readonly #definitions: Definitions;
  readonly #history = new History();
  readonly #paintings = new Paintings();
  #newest: number;

  /** They go on from what was shown `elsewhere`, or begin with 0. */
  constructor(world: World, elsewhere?: Shown) {
    this.#world = world;
    this.#definitions = new Definitions(elsewhere?.templates);
    this.#newest = elsewhere?.version ?? 0;
  }

  /** The number of patches so far. */
  get newest(): number {
    return this.#newest;
  }

  /** How many versions are kept. */
  get kept(): number {
    return this.#history.size;
  }

  /** Holes of the versions that are kept beside the oldest. */
  get holes(): number {
    return this.#history.holes;
  }

  /** What is shown; undefined before the first. */
  get tree(): Node | undefined {
    return this.#history.tree;
  }

  /** What was shown as this version; undefined when it is no longer known. */
  at(version: number): Kept | undefined {
    return this.#history.at(version, this.#world.now());
  }

  /** The versions from this one on that are kept, the newest last. */
  from(version: number): readonly Kept[] {
    return this.#history.from(version);
  }

  /** How many definitions there are so far. */
  get definitions(): number {
    return this.#definitions.count;
  }

  /** Whether a mount leaves out some that a client was sent elsewhere. */
  get hasUnused(): boolean {
    return this.#definitions.hasUnused;
  }

  /** Their names, in the order of their numbers. */
  get templates(): readonly string[] {
    return this.#definitions.names();
  }

  /** The hash of a tree as a value of the wire, which what was shown elsewhere is compared by. */
  hash(tree: Node): string {
    return hashOf(JSON.stringify(encode(tree, this.#definitions)));
  }

  /** What was shown as this version, here or elsewhere; the newest last. */
  recall(version: number, tree: Node, model: unknown, made: number, definitions: number = this.#definitions.count): void {
    this.#newest = version;
    this.#history.add(version, tree, model, definitions, made, this.#world.now());
  }

  /**
   * The next tree, of which so many holes are new. Answers the patch that leads to it, with the definitions that are new; undefined when it is
   * the first, or looks as the one before, which it then takes the place of. `isFar`: it was not lowered beside that.
   */
  add(tree: Node, model: unknown, made: number, isFar: boolean): string | undefined {
    const old = this.#history.tree;
    if (old === undefined) {
      this.recall(this.#newest, tree, model, made);
      return undefined;
    }
    if (tree === old) return undefined;
    const patch = diff(old, tree, this.#definitions, isFar);
    if (patch === undefined) {
      this.#history.replace(tree, model, made);
      return undefined;
    }
    this.recall(this.#newest + 1, tree, model, made);
    const fresh = this.#definitions.fresh();
    return fresh.length > 0 ? `${JSON.stringify(patch)},${JSON.stringify(fresh)}` : JSON.stringify(patch);
  }

  /** All definitions, and the newest tree as a value. */
  whole(): string {
    const value = JSON.stringify(encode(this.#history.tree!, this.#definitions));
    this.#sent();
    return `${JSON.stringify(this.#definitions.all())},${value}`;
  }

  /** One patch in place of all from this version on, with the definitions after those that are known, and how many patches it skips. */
  difference(version: number, known: number): string {
    const tree = this.#history.tree!;
    const before = this.at(version)?.tree;
    // Without what was shown it is all of it, in place of that.
    let patch = before === undefined ? undefined : diff(before, tree, this.#definitions, true);
    if (patch === undefined) {
      patch = encode(tree, this.#definitions);
      // It looks as it did, and is another version all the same.
      if (before !== undefined && typeof patch === "object" && patch !== null) patch = {};
    }
    return `${JSON.stringify(patch)},${JSON.stringify(this.#definitions.after(known))},${this.#newest - version - 1}`;
  }

  /** The newest as HTML, and what describes it; a page may begin with it for a while. Without `parts` none can take it over. */
  paint(): Painting {
    const painting = paint(this.#history.tree!, this.#definitions);
    if (painting.parts) {
      this.#sent();
      this.#paintings.add(this.#newest, this.#world.now());
    }
    return painting;
  }

  /** Whether a page that was painted with this version may begin with it. */
  isPainted(version: number): boolean {
    return this.#paintings.has(version, this.#world.now()) && this.at(version) !== undefined;
  }

  /** Forgets those before this one, which every client is past, but for those that a page may come with. */
  forgetBefore(version: number): void {
    const now = this.#world.now();
    this.#history.forgetBefore(this.#paintings.oldest(version, now), now);
  }

  /** All definitions so far go out with the newest version. */
  #sent(): void {
    this.#definitions.fresh();
    this.#history.defined(this.#definitions.count);
  }
}
