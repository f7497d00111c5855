/**
 * Templates: what is static in one piece of JSX, with numbered holes for the rest. A `Place` is a template at one place of
 * the source. Templates are made once and cached by the statics; numbers on the wire belong to a runtime, never to this file.
 */
import type { AttributeDefinition, Definition, HandlerOptions, NodeDefinition } from "../wire/message.ts";
import { type AttributeName, attributeName, attributeValue } from "./attribute.ts";
import { type AnySignal, isSignal } from "./signal.ts";
import { type Attribute, type Element, type Node, readStatics, voidElements } from "./statics.ts";

/** What a hole of a template is filled from. */
export type Hole =
  | { readonly kind: "child"; readonly source: number }
  | { readonly kind: "attribute"; readonly source: number; readonly name: AttributeName }
  /** A bare boolean: its name is known once it was true. */
  | { readonly kind: "bare"; readonly source: number; name: string }
  | { readonly kind: "constant"; readonly value: string | number | boolean; readonly site: Attribute }
  | { readonly kind: "spread"; readonly source: number; readonly tag: string; readonly only?: "attributes" | "properties" }
  | { readonly kind: "handler"; readonly source: number; readonly event: string; readonly tag: string };

/** The same for all places with the same content. */
export interface Template {
  /** Its whole content as text: two templates with one content are one. */
  readonly content: string;
  /** The definition, given the usual options of each handler hole. */
  define(options: (hole: number) => HandlerOptions | null): Definition;
}

/** A template at one place of the source. */
export interface Place {
  readonly template: Template;
  readonly holes: readonly Hole[];
  /** Which dynamic value is the key of the root element, or -1. */
  readonly key: number;
  readonly staticKey: string | undefined;
  /** Dynamic values that are keys of inner elements: the instance is another when one changes. */
  readonly innerKeys: readonly number[];
  /** Which dynamic values are refs. */
  readonly refs: readonly number[];
  readonly roots: readonly Node[];
  /** The holes of the values of selects, each with the holes inside the select: which option is chosen depends on both. */
  readonly selects: readonly Select[];
  /** By hole, for those of children: how Preact would come to it. */
  readonly steps: readonly (Step | undefined)[];
}

/** How Preact comes to a child hole: it matches all children of an element before it renders the first of them. */
export interface Step {
  /** How many vnodes deep, from that of the template. */
  readonly level: number;
  /** It is all that its element has: an array in it is no vnode of its own. */
  readonly isAlone: boolean;
  /** The holes that are matched after the hole before was rendered, and before this one is. */
  readonly match: readonly number[];
}

/** A `<select>` with a value. */
export interface Select {
  readonly value: number;
  readonly inside: readonly number[];
}

/** A dynamic attribute, as `jsxAttr` leaves it for the template. */
export class DynamicAttribute {
  constructor(readonly name: string, readonly value: unknown) {}
}

const places = new WeakMap<readonly string[], Place>();
const templates = new Map<string, Template>();
let lastStatics: readonly string[] | undefined;
let lastPlace: Place | undefined;

/** The place of these statics; `dynamic` are the values of any one rendering, for the names of the attributes. */
export function placeOf(statics: readonly string[], dynamic: readonly unknown[]): Place {
  // The rows of a table come one after the other.
  if (statics === lastStatics) return lastPlace!;
  let place = places.get(statics);
  if (!place) places.set(statics, place = compile(readStatics(statics), dynamic));
  lastStatics = statics;
  return lastPlace = place;
}

const elements = new Map<string, Place>();
const none: readonly never[] = [];
const tagName = /^[a-zA-Z][^\s/>"'<=\0]*$/;

/**
 * The place of an element that was written as a plain vnode: one template for each tag, its children in hole 0 and all its
 * attributes in the hole after; without a child hole when its content is raw HTML.
 *
 * @throws {TypeError} when the tag is no name of an element.
 */
export function placeOfElement(tag: string, raw: boolean): Place {
  const id = raw ? `${tag} raw` : tag;
  let place = elements.get(id);
  if (!place) {
    if (!tagName.test(tag)) throw new TypeError(`Cannot render <${tag}>: this is not the name of an element`);
    const childless = raw || voidElements.has(tag);
    // The first option of a select that is not multiple yet is chosen at once: its attributes come before its children.
    const isSelect = tag === "select" && !childless;
    const holes: Hole[] = isSelect
      ? [{ kind: "spread", source: 1, tag, only: "attributes" }, { kind: "child", source: 0 }, {
        kind: "spread",
        source: 1,
        tag,
        only: "properties",
      }]
      : [{ kind: "spread", source: 1, tag }];
    if (!isSelect && !childless) holes.unshift({ kind: "child", source: 0 });
    const definition: Definition = [
      isSelect ? [tag, [["...", 0], ["...", 2]], 1] : childless ? [tag, [["...", 0]]] : [tag, [["...", 1]], 0],
    ];
    place = {
      template: template(definition, []),
      holes,
      key: -1,
      staticKey: undefined,
      innerKeys: [],
      refs: [],
      roots: [{ tag, attributes: [], children: [] }],
      selects: isSelect ? [{ value: 2, inside: [1] }] : none,
      steps: holes.map((hole, at) => hole.kind === "child" ? { level: 1, isAlone: true, match: [at] } : undefined),
    };
    elements.set(id, place);
  }
  return place;
}

/** One template for each content. */
function template(definition: Definition, handlers: readonly AttributeDefinition[]): Template {
  const content = JSON.stringify(definition);
  let found = templates.get(content);
  if (!found) {
    found = {
      content,
      define(options) {
        if (handlers.length === 0) return definition;
        return fillIn(definition, options);
      },
    };
    templates.set(content, found);
  }
  return found;
}

/** The definition with the options of its handlers in it. */
function fillIn(nodes: readonly NodeDefinition[], options: (hole: number) => HandlerOptions | null): NodeDefinition[] {
  return nodes.map((node) => {
    if (typeof node !== "object") return node;
    const [tag, attributes, ...children] = node;
    return [
      tag,
      attributes.map((attribute): AttributeDefinition =>
        attribute[0][0] === "@" && typeof attribute[1] === "number" ? [attribute[0], attribute[1], options(attribute[1])] : attribute
      ),
      ...fillIn(children as NodeDefinition[], options),
    ];
  });
}

function compile(roots: readonly Node[], dynamic: readonly unknown[]): Place {
  const compiler = new Compiler(dynamic);
  const only = roots.length === 1 && isElement(roots[0]!) ? roots[0] : undefined;
  compiler.collect(roots, only);
  const order = ["early", "child", "attribute", "property", "handler"] as const;
  const holes: Hole[] = [];
  const numbers = new Map<object, number>();
  for (const group of order) {
    for (const found of compiler.found) {
      if (found.group !== group) continue;
      numbers.set(found.site, holes.length);
      holes.push(found.hole);
    }
  }
  const handlers: AttributeDefinition[] = [];
  const selects: Select[] = [];
  const define = (nodes: readonly Node[]): NodeDefinition[] =>
    nodes.map((node): NodeDefinition => {
      if (typeof node === "string") return node;
      if (!isElement(node)) return numbers.get(node)!;
      const attributes: AttributeDefinition[] = [];
      let value = -1;
      for (const attribute of node.attributes) {
        const number = numbers.get(attribute);
        const name = compiler.names.get(attribute);
        if (name === undefined) continue;
        if (number === undefined) attributes.push([name, (attribute as { text: string }).text]);
        else attributes.push([name, number]);
        if (name[0] === "@") handlers.push(attributes.at(-1)!);
        if (name === ".value" && node.tag === "select") value = number!;
      }
      if (value >= 0) {
        selects.push({
          value,
          inside: sitesIn(node).map((site) => numbers.get(site)).filter((number) => number !== undefined),
        });
      }
      return [node.tag, attributes, ...define(node.children)];
    });
  return {
    template: template(define(roots), handlers),
    holes,
    key: compiler.key,
    staticKey: compiler.staticKey,
    innerKeys: compiler.innerKeys,
    refs: compiler.refs,
    roots,
    selects: selects.length > 0 ? selects : none,
    steps: stepsOf(roots, numbers),
  };
}

function stepsOf(roots: readonly Node[], numbers: ReadonlyMap<object, number>): (Step | undefined)[] {
  const steps: (Step | undefined)[] = [];
  let match: number[] = [];
  const walk = (nodes: readonly Node[], level: number) => {
    for (const node of nodes) if (typeof node !== "string" && !isElement(node)) match.push(numbers.get(node)!);
    for (const node of nodes) {
      if (typeof node === "string") continue;
      if (isElement(node)) walk(node.children, level + 1);
      else {
        steps[numbers.get(node)!] = { level, isAlone: nodes.length === 1, match };
        match = [];
      }
    }
  };
  // What has one element is this element; else it is a fragment.
  walk(roots, roots.length === 1 && isElement(roots[0]!) ? 0 : 1);
  return steps;
}

/** Where there may be holes in an element, at any depth. */
function sitesIn({ children }: Element): object[] {
  return children.flatMap((node) => typeof node === "string" ? [] : isElement(node) ? [...node.attributes, ...sitesIn(node)] : [node]);
}

function isElement(node: Node): node is Element {
  return typeof node === "object" && "tag" in node;
}

interface Found {
  readonly site: object;
  readonly hole: Hole;
  readonly group: "early" | "child" | "attribute" | "property" | "handler";
}

/** Walks the roots once and notes each hole where it stands. */
class Compiler {
  readonly found: Found[] = [];
  /** The wire name of each attribute that the definition has. */
  readonly names = new Map<object, string>();
  readonly innerKeys: number[] = [];
  readonly refs: number[] = [];
  key = -1;
  staticKey: string | undefined;

  constructor(readonly dynamic: readonly unknown[]) {}

  collect(nodes: readonly Node[], root: Element | undefined): void {
    for (const node of nodes) {
      if (typeof node === "string") continue;
      if (!isElement(node)) {
        this.found.push({ site: node, hole: { kind: "child", source: node.place }, group: "child" });
        continue;
      }
      for (const attribute of node.attributes) {
        if ("place" in attribute) this.dynamicAttribute(node, attribute, node === root);
        else this.staticAttribute(node, attribute, node === root);
      }
      this.collect(node.children, undefined);
    }
  }

  staticAttribute(element: Element, attribute: { name: string; text: string }, isRoot: boolean): void {
    if (attribute.name === "key") {
      if (isRoot) this.staticKey = attribute.text;
      return;
    }
    const name = attributeName(element.tag, attribute.name);
    switch (name.kind) {
      case "handler":
      case "ignored":
        return;
      case "property": {
        // A clone does not always keep what a property was set to, so it is written into each instance.
        const value = name.wire === ".value" || name.wire === ".defaultValue"
          ? attribute.text
          : attribute.text === ""
          ? true
          : attribute.text;
        this.names.set(attribute, name.wire);
        this.found.push({ site: attribute, hole: { kind: "constant", value, site: attribute }, group: "property" });
        return;
      }
      case "custom":
        this.names.set(attribute, attribute.name);
        return;
      default:
        this.names.set(attribute, name.wire);
    }
  }

  dynamicAttribute(element: Element, attribute: { place: number }, isRoot: boolean): void {
    const source = attribute.place;
    const given = this.dynamic[source];
    if (!(given instanceof DynamicAttribute)) {
      this.names.set(attribute, "...");
      this.found.push({
        site: attribute,
        hole: { kind: "bare", source, name: "" },
        group: element.tag === "select" ? "early" : "property",
      });
      return;
    }
    if (given.name === "key") {
      if (isRoot) this.key = source;
      else this.innerKeys.push(source);
      return;
    }
    if (given.name === "ref") {
      this.refs.push(source);
      return;
    }
    const name = attributeName(element.tag, given.name);
    if (name.kind === "ignored") return;
    this.names.set(attribute, name.wire);
    if (name.kind === "handler") {
      this.found.push({
        site: attribute,
        hole: { kind: "handler", source, event: name.wire.slice(1), tag: element.tag },
        group: "handler",
      });
    } else {
      const late = name.kind === "property" || name.kind === "custom";
      this.found.push({
        site: attribute,
        hole: { kind: "attribute", source, name },
        group: late ? "property" : element.tag === "select" ? "early" : "attribute",
      });
    }
  }
}

/** The value of a bare boolean: `""`, or its name with the mark of its kind, `!` before it for false. */
export function bareValue(hole: { name: string }, given: unknown): string {
  if (typeof given === "string" && given !== "") {
    if (hole.name === "") {
      const name = attributeName("", given);
      hole.name = name.kind === "property" ? name.wire : given;
    }
    return hole.name;
  }
  return hole.name === "" ? "" : `!${hole.name}`;
}

/** All attributes of a plain vnode's element, by wire name: properties after the others, functions for handlers. What follows a signal is noted. */
export function spreadValue(
  { tag, only }: { readonly tag: string; readonly only?: "attributes" | "properties" },
  props: Readonly<Record<string, unknown>>,
  signals: AnySignal[],
): Readonly<Record<string, unknown>> | null {
  let spread: Record<string, unknown> | null = null;
  let late: Record<string, unknown> | null = null;
  for (const key in props) {
    let given = props[key];
    if (key === "children" || given === undefined) continue;
    if (isSignal(given)) {
      signals.push(given);
      given = given.peek();
    }
    if (key === "dangerouslySetInnerHTML") {
      const html = (given as { __html?: unknown } | null)?.__html;
      if (html !== undefined && html !== null) (late ??= {})[".innerHTML"] = String(html);
      continue;
    }
    const name = attributeName(tag, key);
    if (name.kind === "ignored") continue;
    const value = name.kind === "handler" ? (typeof given === "function" ? given : null) : attributeValue(name, given);
    if (value === null) continue;
    if (name.kind === "property" || name.kind === "custom") (late ??= {})[name.wire] = value;
    else (spread ??= {})[name.wire] = value;
  }
  if (only) return only === "attributes" ? spread : late;
  return late ? Object.assign(spread ?? {}, late) : spread;
}
