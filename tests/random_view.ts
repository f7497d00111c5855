/**
 * Random views: a description of one as plain data, that evolves by random edits and is shown by pieces. A description is never
 * changed, only made anew where it differs, so that two versions can be compared. This file must know no DOM.
 */
import type { ComponentChildren } from "preact";
import type { Random } from "./random.ts";
import type { PieceName, PieceProps, Show } from "./pieces.tsx";

/** A part of a view: what stands in one hole for children. */
export type Part = null | undefined | boolean | string | number | bigint | Piece | readonly Part[];

/** What of a piece's props is plain data. */
export type Data = Pick<PieceProps, "id" | "mark" | "word" | "other" | "number" | "on">;

/** A piece of a view, with what it shows. */
export interface Piece {
  readonly name: PieceName;
  /** Written as a plain vnode, not as a template. */
  readonly plain: boolean;
  readonly data: Data;
  readonly one: Part;
  readonly two: Part;
}

/** What may stand in a hole, as the content model of HTML would say it. */
type Kind = "flow" | "phrasing" | "items" | "rows" | "cells" | "options" | "choices" | "svg" | "math";

/** For each piece where it may stand, and what its two holes hold. */
const places: Record<PieceName, readonly [Kind, Kind?, Kind?]> = {
  box: ["flow", "flow"],
  twoBoxes: ["flow", "flow", "flow"],
  title: ["flow", "flow"],
  choice: ["flow", "phrasing"],
  roots: ["flow", "flow", "flow"],
  textRoots: ["flow", "flow"],
  keyedRoots: ["flow", "flow"],
  keyedChildren: ["flow", "flow", "flow"],
  nested: ["flow", "flow", "flow"],
  statics: ["flow"],
  inner: ["flow", "flow"],
  spread: ["flow", "flow"],
  raw: ["flow"],
  sometimesRaw: ["flow", "flow"],
  styled: ["flow"],
  styleText: ["flow"],
  list: ["flow", "items"],
  table: ["flow", "rows"],
  svg: ["flow", "svg"],
  math: ["flow", "math"],
  details: ["flow", "flow"],
  definitions: ["flow", "flow"],
  frame: ["flow", "flow"],
  frameOfMany: ["flow", "flow", "flow"],
  either: ["flow", "flow"],
  several: ["flow", "flow"],
  switched: ["flow", "flow"],
  paragraph: ["flow", "phrasing"],
  emphasis: ["phrasing", "phrasing"],
  words: ["phrasing"],
  leaf: ["phrasing"],
  link: ["phrasing"],
  enumerated: ["phrasing"],
  button: ["phrasing"],
  label: ["phrasing"],
  image: ["phrasing"],
  empty: ["phrasing"],
  text: ["phrasing"],
  check: ["phrasing"],
  spreadCheck: ["phrasing"],
  area: ["phrasing"],
  select: ["phrasing", "options"],
  multiple: ["phrasing", "choices"],
  video: ["phrasing"],
  progress: ["phrasing"],
  thing: ["phrasing", "phrasing"],
  unknownThing: ["phrasing"],
  unset: ["phrasing"],
  item: ["items", "flow"],
  plainItem: ["items"],
  itemPair: ["items"],
  row: ["rows"],
  cells: ["rows", "cells"],
  cell: ["cells", "flow"],
  heading: ["cells"],
  option: ["options"],
  selectedOption: ["choices"],
  group: ["options", "options"],
  circle: ["svg"],
  shapes: ["svg", "svg"],
  svgText: ["svg"],
  gradient: ["svg"],
  foreign: ["svg", "flow"],
  mathRow: ["math", "math"],
  mathWord: ["math"],
  mathText: ["math", "phrasing"],
};

/** Pieces that a renderer to HTML cannot show as the DOM has them: what they say is in properties. */
const onlyInDom: ReadonlySet<PieceName> = new Set(
  [
    "text",
    "check",
    "spreadCheck",
    "area",
    "select",
    "multiple",
    "video",
    "thing",
    "unknownThing",
    "unset",
    "selectedOption",
    "progress",
  ] as const,
);
/** Pieces that show a hole of theirs in one place or another, or twice. */
const moody: ReadonlySet<PieceName> = new Set(
  ["choice", "sometimesRaw", "frameOfMany", "either", "switched", "inner", "definitions"] as const,
);

/** Pieces that have no key, whatever their data say. */
const keyless: ReadonlySet<PieceName> = new Set(["roots", "textRoots", "empty"] as const);

const names = Object.keys(places) as PieceName[];

const words = [undefined, "", "a", "b", "c", "a<b", "x&amp;y", '"q"', "'", " ", "  two  spaces ", "<script>", "0", "ä😀", "]]>", "--"];
const keys = ["a", "b", "c", "d", "e", "f", 1, 2, 3, "1", "__proto__", "a b", ""];
const texts: readonly Part[] = [
  "",
  "a",
  "b",
  "<b>",
  "&amp;",
  " ",
  "long text",
  0,
  -0,
  1,
  2.5,
  NaN,
  Infinity,
  7n,
  null,
  undefined,
  true,
  false,
];

/** How views are made. */
export interface Taste {
  /** Only what an HTML parser reads back as it was. */
  readonly tidy?: boolean;
  /** Pieces to do without: what a simulated DOM gets wrong. */
  readonly without?: readonly PieceName[];
}

/** Makes views and edits them, by chance. */
export class ViewMaker {
  #marks = 0;
  readonly #random: Random;
  readonly #tidy: boolean;
  readonly #byKind = new Map<Kind, PieceName[]>();

  constructor(random: Random, { tidy = false, without = [] }: Taste = {}) {
    this.#random = random;
    this.#tidy = tidy;
    for (const name of names) {
      if (tidy && onlyInDom.has(name) || without.includes(name)) continue;
      const kind = places[name][0];
      const kinds: Kind[] = kind === "phrasing" ? ["phrasing", "flow"] : [kind];
      for (const each of kinds) this.#byKind.set(each, [...this.#byKind.get(each) ?? [], name]);
    }
  }

  /** A view from nothing. */
  make(): Part {
    return this.#part("flow", 3);
  }

  /** The next version of a view: like it, with one to three edits. */
  edit(view: Part): Part {
    let edited = view;
    for (let edits = 1 + this.#random.below(3); edits > 0; edits--) edited = this.#editPart(edited, "flow", 3);
    return edited;
  }

  #part(kind: Kind, depth: number): Part {
    const draw = this.#random.next();
    if (depth <= 0 || draw < 0.1) return this.#text(kind);
    if (draw < 0.45) return this.#piece(kind, depth, this.#random.chance(0.2));
    return this.#items(kind, depth);
  }

  #text(kind: Kind): Part {
    // A table or a list cannot have texts for the parser.
    const bare = this.#tidy && kind !== "flow" && kind !== "phrasing";
    return bare ? this.#random.pick([null, undefined, true, false]) : this.#random.pick(texts);
  }

  #items(kind: Kind, depth: number): readonly Part[] {
    const keyed = this.#random.chance(0.6);
    return Array.from({ length: this.#random.below(6) }, () => this.#item(kind, depth, keyed));
  }

  #item(kind: Kind, depth: number, keyed: boolean): Part {
    if (this.#random.chance(keyed ? 0.05 : 0.25)) return this.#text(kind);
    if (this.#random.chance(0.04)) return this.#items(kind, depth - 1);
    return this.#piece(kind, depth, this.#random.chance(keyed ? 0.95 : 0.1));
  }

  #piece(kind: Kind, depth: number, keyed: boolean): Piece {
    const random = this.#random;
    const candidates = this.#byKind.get(kind)!;
    const name = random.pick(candidates);
    const [, one, two] = places[name];
    return {
      name,
      plain: random.chance(0.4),
      data: {
        id: keyed ? random.pick(keys) : undefined,
        mark: `m${this.#marks++}`,
        word: this.#word(),
        other: this.#word(),
        number: random.below(10),
        on: random.chance(0.5),
      },
      one: one && this.#part(one, depth - 1),
      two: two && this.#part(two, depth - 1),
    };
  }

  #word(): string | undefined {
    return this.#random.pick(words);
  }

  #editPart(part: Part, kind: Kind, depth: number): Part {
    if (this.#random.chance(0.08)) return this.#part(kind, depth);
    if (isPiece(part)) return this.#editPiece(part, kind, depth);
    if (isList(part)) return this.#editItems(part, kind, depth);
    return this.#random.chance(0.5) ? this.#text(kind) : this.#part(kind, depth);
  }

  #editPiece(piece: Piece, kind: Kind, depth: number): Part {
    const random = this.#random;
    const [, one, two] = places[piece.name];
    if (one && random.chance(0.6)) {
      return two && random.chance(0.4)
        ? { ...piece, two: this.#editPart(piece.two, two, depth - 1) }
        : { ...piece, one: this.#editPart(piece.one, one, depth - 1) };
    }
    const { data } = piece;
    switch (random.below(8)) {
      case 0:
        return { ...piece, data: { ...data, word: this.#word() } };
      case 1:
        return { ...piece, data: { ...data, other: this.#word() } };
      case 2:
        return { ...piece, data: { ...data, number: random.below(10) } };
      case 3:
      case 4:
        return { ...piece, data: { ...data, on: !data.on } };
      case 5:
        return { ...piece, data: { ...data, word: this.#word(), other: this.#word(), number: random.below(10), on: random.chance(0.5) } };
      case 6:
        return random.chance(0.5)
          ? { ...piece, data: { ...data, id: random.pick([undefined, ...keys]), mark: this.#mark() } }
          : [piece, this.#item(kind, depth, false)];
      default:
        return random.chance(0.5) ? this.#piece(kind, depth, data.id !== undefined) : null;
    }
  }

  #editItems(items: readonly Part[], kind: Kind, depth: number): readonly Part[] | Part {
    const random = this.#random;
    const keyed = items.some((item) => isPiece(item) && item.data.id !== undefined);
    const at = random.below(items.length + 1);
    switch (random.below(12)) {
      case 0:
        return items.toSpliced(at, 0, this.#item(kind, depth, keyed));
      case 1:
        return items.toSpliced(at, 1);
      case 2:
        return random.shuffled(items);
      case 3: {
        const [moved] = items.slice(at, at + 1);
        return items.toSpliced(at, 1).toSpliced(random.below(items.length), 0, moved);
      }
      case 4:
        return random.chance(0.5) ? items.toReversed() : [...items.slice(at), ...items.slice(0, at)];
      case 5:
        // Twice the same key: an app's mistake that must not break a page.
        return at < items.length ? items.toSpliced(random.below(items.length), 0, this.#copy(items[at])) : items;
      case 6:
        return random.chance(0.2) ? [] : items.slice(0, at);
      case 7:
        return [...items, ...this.#items(kind, depth)];
      case 8:
        return at < items.length ? items.with(at, this.#item(kind, depth, keyed)) : items;
      default:
        return at < items.length ? items.with(at, this.#editPart(items[at], kind, depth)) : items;
    }
  }

  #copy(part: Part): Part {
    if (isList(part)) return part.map((item) => this.#copy(item));
    if (!isPiece(part)) return part;
    return { ...part, data: { ...part.data, mark: this.#mark() }, one: this.#copy(part.one), two: this.#copy(part.two) };
  }

  #mark(): string {
    return `m${this.#marks++}`;
  }
}

/** What shows the pieces of a view, by name, in one of the ways that they can be written. */
export type Pieces = Record<PieceName, Show>;

/** A view as vnodes. The arrays in it are frozen: they are an app's own. */
export function show(part: Part, pick: (piece: Piece) => Pieces): ComponentChildren {
  if (isList(part)) return Object.freeze(part.map((item) => show(item, pick))) as ComponentChildren;
  if (!isPiece(part)) return part;
  return pick(part)[part.name]({ ...part.data, one: show(part.one, pick), two: show(part.two, pick) });
}

/**
 * The marks of the keyed pieces that have to keep their nodes from one version to the next: same key, same way of writing, in the
 * same place, once in both versions; and so all above them.
 */
export function kept(old: Part, now: Part): string[] {
  const marks: string[] = [];
  walk(old, now);
  return marks;

  function walk(old: Part, now: Part): void {
    if (isPiece(old) && isPiece(now)) walkPiece(old, now);
    else if (isList(old) && isList(now)) {
      const [before, after] = [once(old), once(now)];
      for (const [key, piece] of after) {
        const kept = before.get(key);
        if (kept) walkPiece(kept, piece);
      }
    }
  }

  function walkPiece(old: Piece, now: Piece): void {
    if (old.name !== now.name || old.plain !== now.plain || String(old.data.id) !== String(now.data.id)) return;
    const same = old.data.on === now.data.on && old.data.word === now.data.word && old.data.number === now.data.number;
    if (moody.has(now.name) && !same) return;
    if (old.data.mark === now.data.mark) marks.push(now.data.mark);
    // What has no key goes by what stands beside it: when that is of another sort, Preact may find another match.
    const parts = (piece: Piece) => [piece.one, piece.two, piece.data.word, piece.data.other].map(sortOf);
    const sorts = parts(old);
    if (parts(now).some((sort, i) => sort !== sorts[i])) return;
    walk(old.one, now.one);
    walk(old.two, now.two);
  }
}

function sortOf(part: Part): string {
  if (isList(part)) return "list";
  if (isPiece(part)) return `${part.name} ${part.plain} ${part.data.id}`;
  return part === "" || part === null || part === undefined || typeof part === "boolean" ? "nothing" : "text";
}

/** The keyed pieces of a list whose keys are there once, by key. */
function once(items: readonly Part[]): Map<string, Piece> {
  const pieces = new Map<string, Piece>();
  const twice = new Set<string>();
  for (const item of items) {
    if (!isPiece(item) || item.data.id === undefined || keyless.has(item.name)) continue;
    const key = String(item.data.id);
    if (pieces.has(key)) twice.add(key);
    pieces.set(key, item);
  }
  for (const key of twice) pieces.delete(key);
  return pieces;
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}

function isPiece(part: Part): part is Piece {
  return typeof part === "object" && part !== null && !Array.isArray(part);
}
