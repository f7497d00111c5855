/**
 * How the HTML of a view tree is divided into holes, for a browser that takes it over: the shape, a checksum of the texts, and why the
 * parser would build something else, if it would. It walks what `html.ts` writes, and must never write anything itself.
 */
import type { Json, Rest, Shape, ShapeParts } from "../wire/message.ts";
import { ParserModel } from "./adoptable.ts";
import { attributeName } from "./attribute.ts";
import { checksum } from "./checksum.ts";
import { bareSpread } from "./diff.ts";
import type { Definitions, Numbered } from "./definitions.ts";
import { isUsual, sameOptions, wireOptions } from "./handler.ts";
import type { Attribute, Element, Node as StaticNode } from "./statics.ts";
import type { Hole, Place } from "./template.ts";
import { Instance, List, type Node, shown } from "./tree.ts";

/** What a browser needs beside the HTML and the definitions. */
export interface Shaped {
  readonly shape: Shape;
  readonly checksum: number;
  /** What the parser would not build as it is written, or what HTML cannot say. */
  readonly problem: string | undefined;
}

/** A text, until it is known whether another one follows it. */
class Text {
  isFollowed = false;
  constructor(readonly length: number) {}
}
/** A list, until its texts are known. */
class Items {
  constructor(readonly items: readonly Draft[]) {}
}
type Draft = 0 | Text | Items | readonly [number, ...(Draft | Rest)[]];

/** What an element is said to have. */
interface Said {
  /** Attributes that were written, each by the name of its hole. */
  readonly written: Map<string, string>;
  hasContent: boolean;
}

type FixedAttribute = Extract<Attribute, { text: string }>;

/** Properties that HTML says by an attribute, or by the text of a textarea. */
const inHtml: ReadonlySet<string> = new Set([".innerHTML", ".selected", ".muted", ".defaultValue"]);

/** What Firefox enables again after a reload, where a script had enabled it before. */
const restored: ReadonlySet<string> = new Set(["button", "input", "select", "textarea"]);

/** Divides a tree. Its templates are numbered by `definitions`, in the order in which the tree's encoding would number them. */
export function shapeOf(tree: Node, definitions: Definitions): Shaped {
  const walk = new Walk(definitions);
  const draft = walk.node(tree);
  return { shape: settled(draft), checksum: walk.sum, problem: walk.parser.problem };
}

class Walk {
  readonly parser = new ParserModel();
  sum = 0;
  /** The last text hole of the characters in a row. */
  #last: Text | undefined;

  constructor(readonly definitions: Definitions) {}

  node(node: Node): Draft {
    const what = shown(node);
    if (what === null) return 0;
    if (what instanceof List) return new Items(what.items.map((item) => this.node(item)));
    if (what instanceof Instance) return this.#instance(what);
    return this.#text(String(what));
  }

  #text(text: string): Draft {
    this.parser.text(text);
    // As the parser gives it back.
    this.sum = checksum(`${text.toWellFormed().replaceAll("\0", "\ufffd")}\0`, this.sum);
    if (this.#last) this.#last.isFollowed = true;
    return this.#last = new Text(text.length);
  }

  #instance(instance: Instance): Draft {
    const numbered = this.definitions.of(instance);
    const parts: Draft[] = [];
    const rest: Rest = {};
    for (const root of instance.place.roots) this.#static(root, instance, numbered, parts, rest);
    while (parts.at(-1) === 0) parts.pop();
    return Object.keys(rest).length > 0 ? [numbered.number, ...parts, rest] : [numbered.number, ...parts];
  }

  #static(node: StaticNode, instance: Instance, numbered: Numbered, parts: Draft[], rest: Rest): void {
    if (typeof node === "string") this.parser.text(node);
    else if ("tag" in node) this.#element(node, instance, numbered, parts, rest);
    else this.#child(instance, node.place, parts);
  }

  #child(instance: Instance, source: number, parts: Draft[]): void {
    const index = holeAt(instance.place, source);
    if (index >= 0) parts.push(this.node(instance.holes[index] as Node));
  }

  #element(element: Element, instance: Instance, numbered: Numbered, parts: Draft[], rest: Rest): void {
    const { tag } = element;
    const { holes } = instance.place;
    const { parser } = this;
    this.#last = undefined;
    parser.open(tag);
    const said: Said = { written: new Map(), hasContent: false };
    const isPlain = holes.some((hole) => hole.kind === "spread");
    if (isPlain) {
      for (const [index, hole] of holes.entries()) {
        if (hole.kind !== "spread") continue;
        const told: Record<string, Json> = {};
        for (const [name, value] of Object.entries(instance.holes[index] ?? {})) {
          if (name[0] === "@") told[name] = wireOptions(value, name.slice(1), tag);
          else if (this.#say(said, tag, name, value)) told[name] = value as Json;
        }
        if (Object.keys(told).length > 0) rest[index] = told;
      }
    } else {
      for (const attribute of element.attributes) {
        if ("place" in attribute) this.#hole(said, tag, holeAt(instance.place, attribute.place), instance, numbered, rest);
        else this.#fixed(said, tag, attribute, instance.place, rest);
      }
    }
    const before = this.sum;
    if (isPlain) { if (holes.some((hole) => hole.kind === "child")) this.#child(instance, 0, parts); }
    else for (const child of element.children) this.#static(child, instance, numbered, parts, rest);
    if (said.hasContent && (this.sum !== before || element.children.some((child) => typeof child === "string"))) {
      parser.problem ??= `<${tag}> has both a value and a text`;
    }
    parser.close();
    this.#last = undefined;
  }

  /** A static attribute: its template says it, but for what is a property. */
  #fixed(said: Said, tag: string, attribute: FixedAttribute, { holes }: Place, rest: Rest): void {
    const { kind, wire } = attributeName(tag, attribute.name);
    if (kind === "property") {
      const index = holes.findIndex((hole) => hole.kind === "constant" && hole.site === attribute);
      const { value } = holes[index] as Extract<Hole, { kind: "constant" }>;
      const mustBeTold = this.#say(said, tag, wire, value);
      if (mustBeTold && (tag === "select" || !isControlled(wire))) rest[index] = value;
    } else if (kind !== "ignored" && kind !== "handler") this.#say(said, tag, kind === "custom" ? attribute.name : wire, attribute.text);
  }

  #hole(said: Said, tag: string, index: number, { place, holes }: Instance, { options, usual }: Numbered, rest: Rest): void {
    const hole: Hole | undefined = place.holes[index];
    const held = holes[index];
    if (hole?.kind === "attribute") {
      const { wire } = hole.name;
      if (isControlled(wire) && tag !== "select") {
        // The browser takes what the HTML says for the model's; where that is nothing, it has to be told.
        if (held === null) rest[index] = null;
        else this.#say(said, tag, wire, held);
      } else if (held !== null && this.#say(said, tag, wire, held)) rest[index] = held as Json;
    } else if (hole?.kind === "handler") {
      if (isUsual(held, usual[index]!)) return;
      const own = wireOptions(held, hole.event, hole.tag);
      if (!sameOptions(own, options[index]!)) rest[index] = own;
    } else if (hole?.kind === "bare") {
      const bare = held as string;
      const name = bare.replace("!", "");
      if (bare !== "" && (bare[0] !== "!" || isControlled(name)) && this.#say(said, tag, name, bare[0] !== "!")) {
        rest[index] = bareSpread(bare);
      }
    }
  }

  /** Notes what HTML says of an element; true for what has to be told beside it. */
  #say(said: Said, tag: string, name: string, value: unknown): boolean {
    if (value === null) return false;
    const plain = name.replace(/^[.~]/, "");
    if (name === ".innerHTML" || tag === "textarea" && (name === ".value" || name === ".defaultValue")) {
      if (said.hasContent) this.parser.problem ??= `<${tag}> has both a value and a default value`;
      said.hasContent = true;
    } else {
      const other = said.written.get(plain);
      // A form that is reset goes back to the attribute, which cannot say both.
      if (other !== undefined && other !== name) this.parser.problem ??= `<${tag}> has ${plain} and a default for it`;
      said.written.set(plain, name);
      if (name === plain) this.parser.attribute(name);
    }
    return name[0] === "~" || name[0] === "." && !inHtml.has(name) || name === "disabled" && restored.has(tag);
  }
}

/** What belongs to the model and the user both. */
function isControlled(name: string): boolean {
  return name === ".value" || name === ".checked";
}

/** Which hole a dynamic value fills; -1 for one that fills none, as a key. */
function holeAt(place: Place, source: number): number {
  return place.holes.findIndex((hole) => "source" in hole && hole.source === source);
}

/** A shape in which all is known. */
function settled(draft: Draft): Shape {
  if (draft === 0) return 0;
  if (draft instanceof Text) return draft.isFollowed ? -1 - draft.length : 1;
  if (draft instanceof Items) {
    const list: ShapeParts = [0];
    for (const item of draft.items) {
      const shape = settled(item);
      if (list.length > 1 && isSame(list.at(-1), shape)) (list as number[])[list.length - 2]!++;
      else list.push(1, shape);
    }
    return list;
  }
  const [number, ...parts] = draft;
  return [number, ...parts.map((part) => isDraft(part) ? settled(part) : part)];
}

function isDraft(part: Draft | Rest): part is Draft {
  return part === 0 || part instanceof Text || part instanceof Items || Array.isArray(part);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame((a as Rest)[name as never], (b as Rest)[name as never]));
}
