/**
 * Random stateful trees as plain data: definitions of components, what they show, and how the view goes on from step to step. Nothing here
 * runs a component; `stateful_stage.ts` makes real ones of this.
 */
import type { Random } from "./random.ts";
import { type PieceName, pieces } from "./stateful_pieces.tsx";

/** A number that a component is given, or that follows from its state where it is shown in one. */
export type Amount = number | "own";

/** A part of a tree: what stands in one hole for children. */
export type Part = null | false | string | number | readonly Part[] | Shown;

/** A part that is a vnode. */
export type Shown =
  | { readonly kind: "children" }
  | { readonly kind: "element"; readonly tag: string; readonly key?: Key; readonly amount: Amount; readonly children: readonly Part[] }
  | {
    readonly kind: "piece";
    readonly name: PieceName;
    readonly key: string;
    readonly amount: Amount;
    readonly one: Part;
    readonly two: Part;
  }
  | { readonly kind: "fragment"; readonly key?: Key; readonly children: readonly Part[] }
  | {
    readonly kind: "component";
    readonly at: number;
    readonly key?: Key;
    readonly amount: Amount;
    readonly ref?: RefKind;
    readonly children: Part;
    /** Its vnode is made once and used again. */
    readonly hoisted: boolean;
  }
  | { readonly kind: "provider"; readonly of: number; readonly key?: Key; readonly amount: Amount; readonly children: readonly Part[] };

/** A text that begins with `own` goes on with the amount. No two siblings have one key: of those Preact may choose another than we do. */
export type Key = string | number;
export type RefKind = "object" | "stable" | "fresh" | "cleaned";

/** On what an effect or a memo depends. */
export type Deps = "none" | "empty" | "own" | "coarse" | "value" | "context";

/** A hook of a function component. */
export type Hook =
  | { readonly kind: "state"; readonly first: number; readonly lazy: boolean }
  | { readonly kind: "reducer"; readonly first: number; readonly lazy: boolean }
  | {
    readonly kind: "effect";
    readonly layout: boolean;
    readonly deps: Deps;
    readonly cleans: boolean;
    readonly does: Deed;
    readonly cleanupThrowsAt?: number;
  }
  | { readonly kind: "memo" | "callback"; readonly deps: Deps }
  | { readonly kind: "ref" | "id" | "settle" | "follow" | "boundary" }
  | { readonly kind: "context"; readonly of: number }
  | { readonly kind: "handle"; readonly deps: Deps };

/** What is done on the way, besides logging: each only while the budget of the step lasts. */
export interface Deed {
  /** Sets a state of its own, as long as that is small. */
  readonly sets?: boolean;
  /** Calls what it was given by the component above. */
  readonly tells?: boolean;
  /** Throws when its amount is this. */
  readonly throwsAt?: number;
}

/** The methods of a class that something may be done in. */
export type Method =
  | "constructor"
  | "componentWillMount"
  | "componentDidMount"
  | "componentWillReceiveProps"
  | "getDerivedStateFromProps"
  | "shouldComponentUpdate"
  | "componentWillUpdate"
  | "getSnapshotBeforeUpdate"
  | "componentDidUpdate"
  | "componentWillUnmount"
  | "getChildContext"
  | "render";

export type Boundary = "catches" | "derives" | "both" | "declines";

/** A component. */
export interface Definition {
  readonly name: string;
  /** `pure`: a function without anything. */
  readonly kind: "pure" | "function" | "class";
  readonly wrap?: "memo" | "compared" | "forward";
  readonly hooks: readonly Hook[];
  readonly methods: ReadonlyMap<Method, Deed>;
  readonly contextType?: number;
  readonly boundary?: Boundary;
  readonly isPureClass?: boolean;
  /** Throws while it is rendered, when its amount is this. */
  readonly throwsAt?: number;
  /** Waits, when its amount is this, until the step that resolves it. */
  readonly waitsAt?: number;
  /** What it shows after its own text, by its amount. */
  readonly shapes: readonly Part[];
  /** Whether it shows its text, or nothing but its shape. */
  readonly isBare: boolean;
}

/** What may occur in a course. */
export interface Taste {
  readonly classes: boolean;
  readonly errors: boolean;
  /** Components that wait, in two of `Suspense` side by side. Of one in another that waits, too, Preact shows nodes in the wrong order. */
  readonly suspense: boolean;
  /** Only what comes back as it was from saved states. */
  readonly restorable: boolean;
}

const tags = ["i", "em", "span", "main"] as const;
const contexts = 2;

/** Makes trees, definitions and edits. */
export class StatefulMaker {
  readonly definitions: readonly Definition[];
  #inside: number | undefined;
  #keys = 0;

  constructor(readonly random: Random, readonly taste: Taste) {
    const count = 3 + random.below(4);
    const definitions: Definition[] = [];
    // A component shows none but those after it, so that every tree ends.
    for (let at = 0; at < count; at++) definitions.push(this.#definition(at, count));
    this.definitions = definitions;
    this.#inside = undefined;
  }

  // ---- components ----------------------------------------------------------------------------

  #definition(at: number, count: number): Definition {
    const { random, taste } = this;
    this.#inside = at;
    const roll = random.next();
    const kind = roll < 0.12 ? "pure" : roll < 0.4 && taste.classes ? "class" : "function";
    const name = `${kind === "pure" ? "P" : "C"}${at}`;
    const left = count - at - 1;
    const shapes: Part[] = [];
    for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) shapes.push(this.#part(left === 0 ? 1 : 2, at + 1, count, true));
    const isBare = random.chance(0.2);
    const none = new Map<Method, Deed>();
    if (kind === "pure") return { name, kind, hooks: [], methods: none, shapes, isBare };
    const throwsAt = taste.errors && random.chance(0.15) ? { throwsAt: random.below(6) } : {};
    if (kind === "class") {
      const contextType = random.chance(0.3) ? { contextType: random.below(contexts) } : {};
      const boundary = taste.errors && random.chance(0.3)
        ? { boundary: random.pick(["catches", "derives", "both", "declines"] as const) }
        : {};
      return {
        name,
        kind,
        hooks: [],
        methods: this.#methods(),
        shapes,
        isBare,
        isPureClass: random.chance(0.2),
        ...contextType,
        ...boundary,
        ...throwsAt,
      };
    }
    const wraps = taste.restorable
      ? [undefined, "forward"] as const
      : [undefined, undefined, undefined, "memo", "compared", "forward"] as const;
    const wrap = random.pick(wraps);
    const waitsAt = taste.suspense && random.chance(0.35) ? { waitsAt: random.below(4) } : {};
    return {
      name,
      kind,
      hooks: this.#hooks(wrap === "forward"),
      methods: none,
      shapes,
      isBare,
      ...(wrap ? { wrap } : {}),
      ...throwsAt,
      ...waitsAt,
    };
  }

  #hooks(isForward: boolean): Hook[] {
    const { random, taste } = this;
    const hooks: Hook[] = [];
    if (random.chance(0.8)) hooks.push(this.#state());
    for (let i = random.below(5); i > 0; i--) {
      const roll = random.next();
      if (roll < 0.15) hooks.push(this.#state());
      else if (roll < 0.55) hooks.push(this.#effect());
      else if (roll < 0.63) hooks.push({ kind: "memo", deps: taste.restorable ? "own" : this.#deps() });
      else if (roll < 0.68) hooks.push({ kind: "callback", deps: taste.restorable ? "own" : this.#deps() });
      else if (roll < 0.8) hooks.push({ kind: "context", of: random.below(contexts) });
      else if (roll < 0.88) {
        // Where something is put aside by a Suspense, Preact begins to count anew: ids come twice.
        if (!taste.suspense) hooks.push({ kind: "id" });
      } else if (roll < 0.91) hooks.push({ kind: "settle" });
      else if (roll < 0.94) hooks.push({ kind: "follow" });
      else if (roll < 0.96) hooks.push({ kind: "ref" });
      else if (taste.errors && !hooks.some(({ kind }) => kind === "boundary")) hooks.push({ kind: "boundary" });
    }
    if (isForward) hooks.push({ kind: "handle", deps: this.#deps() });
    if (hooks.length === 0) hooks.push(this.#state());
    return hooks;
  }

  #state(): Hook {
    const { random } = this;
    return { kind: random.chance(0.7) ? "state" : "reducer", first: random.below(3), lazy: random.chance(0.3) };
  }

  #effect(): Hook {
    const { random, taste } = this;
    const layout = random.chance(0.5);
    // None that undoes a layout effect: where a component has failed, what is in it has lost its parent to Preact, which then stops unmounting.
    const cleanup = taste.errors && !layout && random.chance(0.1) ? { cleanupThrowsAt: random.below(6) } : {};
    return {
      kind: "effect",
      layout,
      deps: this.#deps(),
      cleans: random.chance(0.7),
      does: this.#deed(),
      ...cleanup,
    };
  }

  #deps(): Deps {
    return this.random.pick(["none", "empty", "own", "coarse", "value", "context"] as const);
  }

  #deed(): Deed {
    const { random, taste } = this;
    // With Suspense nothing sets a state by itself: of what is put aside and then changes, Preact loses nodes.
    if (taste.restorable || taste.suspense) return {};
    return {
      ...(random.chance(0.15) ? { sets: true } : {}),
      ...(random.chance(0.1) ? { tells: true } : {}),
      ...(taste.errors && random.chance(0.08) ? { throwsAt: random.below(6) } : {}),
    };
  }

  #methods(): Map<Method, Deed> {
    const { random } = this;
    const methods = new Map<Method, Deed>();
    const often = random.next();
    const names = [
      "componentWillMount",
      "componentDidMount",
      "componentWillReceiveProps",
      "shouldComponentUpdate",
      "componentWillUpdate",
      "getSnapshotBeforeUpdate",
      "componentDidUpdate",
      "componentWillUnmount",
    ] as const;
    for (const name of names) if (random.chance(often)) methods.set(name, this.#deed());
    if (random.chance(0.2)) methods.set("getDerivedStateFromProps", this.#deed());
    if (random.chance(0.2)) methods.set("getChildContext", {});
    if (random.chance(0.2)) methods.set("constructor", this.#deed());
    return methods;
  }

  // ---- trees ---------------------------------------------------------------------------------

  /** A tree to begin with. */
  make(): Part {
    const { definitions } = this;
    return this.#part(3, 0, definitions.length, false);
  }

  #part(depth: number, from: number, to: number, isShape: boolean): Part {
    const { random } = this;
    const roll = random.next();
    if (depth === 0 || roll < 0.15) return this.#leaf(isShape);
    const amount = this.#amount(isShape);
    if (roll < 0.5 && from < to) return this.#component(depth - 1, from, to, isShape);
    if (roll < 0.58) {
      return {
        kind: "element",
        tag: random.pick(tags),
        ...this.#key(isShape),
        amount,
        children: this.#parts(depth - 1, from, to, isShape),
      };
    }
    if (roll < 0.72) {
      const name = random.pick(Object.keys(pieces).filter((name) => name !== "row") as PieceName[]);
      // Two holes side by side: Preact matches what is in them as siblings. Arrays match by place.
      const isPair = name === "two";
      const hole = () =>
        isPair ? random.chance(0.2) ? null : this.#parts(depth - 1, from, to, isShape) : this.#part(depth - 1, from, to, isShape);
      return { kind: "piece", name, key: String(++this.#keys), amount, one: hole(), two: hole() };
    }
    if (roll < 0.78) return { kind: "piece", name: "row", key: "", amount, one: this.#part(depth - 1, from, to, isShape), two: null };
    if (roll < 0.84) return { kind: "fragment", ...this.#key(isShape), children: this.#parts(depth - 1, from, to, isShape) };
    if (roll < 0.91) {
      return {
        kind: "provider",
        of: random.below(contexts),
        ...this.#key(isShape),
        amount,
        children: this.#parts(depth - 1, from, to, isShape),
      };
    }
    return this.#parts(depth - 1, from, to, isShape);
  }

  #parts(depth: number, from: number, to: number, isShape: boolean): Part[] {
    const { random } = this;
    const parts: Part[] = [];
    const isKeyed = random.chance(0.6);
    for (let i = random.below(isShape ? 3 : 4); i > 0; i--) {
      parts.push(isKeyed && from < to ? this.#component(depth, from, to, isShape, ++this.#keys) : this.#part(depth, from, to, isShape));
    }
    return parts;
  }

  #component(depth: number, from: number, to: number, isShape: boolean, key?: number): Part {
    const { random } = this;
    const ref = random.chance(0.15) ? { ref: random.pick(["object", "stable", "fresh", "cleaned"] as const) } : {};
    return {
      kind: "component",
      at: from + random.below(to - from),
      ...(key === undefined ? this.#key(isShape) : { key }),
      amount: this.#amount(isShape),
      ...(random.chance(0.1)
        ? { children: null, hoisted: true }
        : { children: random.chance(0.5) ? this.#part(depth, from, to, isShape) : null, hoisted: false }),
      ...ref,
    };
  }

  #leaf(isShape: boolean): Part {
    const { random } = this;
    if (isShape && random.chance(0.5)) return { kind: "children" };
    // No empty text: to Preact it is a text, here it is nothing, and where unkeyed neighbours move that is not the same.
    return random.pick([null, false, "word", "other", 0, 7]);
  }

  #key(isShape: boolean): { key?: Key } {
    const { random } = this;
    if (random.chance(0.75)) return {};
    return { key: isShape && random.chance(0.3) ? `own${++this.#keys}` : random.chance(0.5) ? ++this.#keys : `k${++this.#keys}` };
  }

  #amount(isShape: boolean): Amount {
    return isShape && this.random.chance(0.5) ? "own" : this.random.below(6);
  }

  // ---- edits ---------------------------------------------------------------------------------

  /** The tree with one to three changes. */
  edit(part: Part): Part {
    let edited = part;
    for (let i = 1 + this.random.below(3); i > 0; i--) edited = this.#edited(edited, 3);
    return edited;
  }

  #edited(part: Part, depth: number): Part {
    const { random } = this;
    const to = this.definitions.length;
    if (typeof part !== "object" || part === null || random.chance(0.08)) return this.#part(Math.max(depth, 0), 0, to, false);
    if (isParts(part)) return this.#editedParts(part, depth);
    switch (part.kind) {
      case "children":
        return part;
      case "component":
        return random.chance(0.5) ? { ...part, amount: random.below(6) } : { ...part, children: this.#edited(part.children, depth - 1) };
      case "element":
      case "provider":
        return random.chance(0.35)
          ? { ...part, amount: random.below(6) }
          : { ...part, children: this.#editedParts(part.children, depth - 1) };
      case "fragment":
        return { ...part, children: this.#editedParts(part.children, depth - 1) };
      case "piece": {
        const hole = random.pick(["one", "two"] as const);
        if (part.name !== "two") return { ...part, [hole]: this.#edited(part[hole], depth - 1) };
        const old = part[hole];
        return {
          ...part,
          [hole]: random.chance(0.2) ? null : isParts(old) ? this.#editedParts(old, depth - 1) : this.#parts(depth, 0, to, false),
        };
      }
    }
  }

  #editedParts(parts: readonly Part[], depth: number): Part[] {
    const { random } = this;
    const edited = [...parts];
    const at = random.below(edited.length + 1);
    const roll = random.next();
    if (edited.length === 0 || roll < 0.2) {
      const inserted = edited.some(hasKey)
        ? this.#component(1, 0, this.definitions.length, false, ++this.#keys)
        : this.#part(2, 0, this.definitions.length, false);
      edited.splice(at, 0, inserted);
    } else if (roll < 0.35) edited.splice(random.below(edited.length), 1);
    else if (roll < 0.5) edited.splice(at, 0, ...edited.splice(random.below(edited.length), 1));
    else if (roll < 0.56) return random.shuffled(edited);
    else if (roll < 0.6) edited.splice(at, 0, ...edited.filter((part) => !hasKey(part)).slice(0, 1));
    else {
      const index = random.below(edited.length);
      edited[index] = this.#edited(edited[index]!, depth);
    }
    return edited;
  }
}

/** Whether a part is several. */
export function isParts(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}

function hasKey(part: Part): boolean {
  return typeof part === "object" && part !== null && "key" in part && part.key !== "";
}
