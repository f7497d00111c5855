/**
 * A view tree as HTML: what the browser runtime would build, written so that the parser builds the same. No markers, no comments. What
 * only a property can say (`scrollTop`, `indeterminate`) is left out.
 */
import { attributeName } from "./attribute.ts";
import { canBeRaw, isPageTag, isRawText, type Reading, readingIn } from "./raw_text.ts";
import type { Attribute, Element, Node as StaticNode } from "./statics.ts";
import { voidElements } from "./statics.ts";
import type { Hole, Place } from "./template.ts";
import { Instance, List, type Node, shown } from "./tree.ts";

/** What an element gets from its attributes and properties. */
interface Written {
  readonly attributes: Map<string, string>;
  /** Its content, where that is not its children: raw HTML, or the text of a textarea. */
  content: string | undefined;
  /** The value of a select: which of its options is chosen. */
  chosen: string | undefined;
}

/** What of the elements around says how a node is written. */
interface Around {
  /** The value of the select, until one of its options has it. */
  readonly select: { chosen: string | undefined } | undefined;
  /** It is of SVG or MathML, where no line feed is dropped. */
  readonly isForeign: boolean;
  /** How the parser reads a `<style>` or a `<script>` here. */
  readonly reading: Reading;
  /** Notes a text, or an element, that cannot be written here. */
  readonly leaveOut: (what: string) => void;
}

/** Properties that have an attribute, with its name. */
const reflected: Readonly<Record<string, string>> = { value: "value", checked: "checked", selected: "selected", muted: "muted" };
/** The parser drops a line feed at the start of these. */
const eatsLineFeed: ReadonlySet<string> = new Set(["pre", "listing", "textarea"]);
/** A tree as HTML. */
export interface Html {
  readonly html: string;
  /** The first thing that HTML cannot say where it stands, and that was left out; undefined where all is there. */
  readonly leftOut: string | undefined;
}

/** The HTML of a node, without that. */
export function htmlOf(node: Node): string {
  return writeHtml(node).html;
}

/** The HTML of a node. */
export function writeHtml(node: Node): Html {
  let leftOut: string | undefined;
  const html = nodeHtml(node, { select: undefined, isForeign: false, reading: "raw", leaveOut: (what) => leftOut ??= what });
  return { html, leftOut };
}

function nodeHtml(node: Node, around: Around): string {
  const what = shown(node);
  if (what === null) return "";
  if (what instanceof List) return what.items.map((item) => nodeHtml(item, around)).join("");
  if (what instanceof Instance) return what.place.roots.map((root) => staticHtml(root, what, around)).join("");
  return text(String(what));
}

function staticHtml(node: StaticNode, instance: Instance, around: Around): string {
  if (typeof node === "string") return text(node);
  if (!("tag" in node)) return nodeHtml(childAt(instance, node.place), around);
  return elementHtml(node, instance, around);
}

function elementHtml(element: Element, instance: Instance, around: Around): string {
  const { tag } = element;
  if (isPageTag(tag)) {
    around.leaveOut(`the parser builds no <${tag}> in a body`);
    return "";
  }
  const written: Written = { attributes: new Map(), content: undefined, chosen: undefined };
  const { holes } = instance.place;
  const isPlain = holes.some((hole) => hole.kind === "spread");
  if (isPlain) {
    for (const [index, hole] of holes.entries()) {
      if (hole.kind === "spread") {
        for (const [name, value] of Object.entries(instance.holes[index] ?? {})) write(written, tag, name, value);
      }
    }
  } else {
    for (const attribute of element.attributes) writeStatic(written, tag, attribute, instance);
  }
  const isForeign = isForeignIn(tag, around);
  const inner: Around = {
    ...around,
    select: tag === "select" ? { chosen: written.chosen } : around.select,
    isForeign,
    reading: readingIn(tag, around.reading),
  };
  const inside = written.content ??
    (isPlain
      ? holes.some((hole) => hole.kind === "child") ? nodeHtml(childAt(instance, 0), inner) : ""
      : element.children.map((child) => staticHtml(child, instance, inner)).join(""));
  const chosen = around.select?.chosen;
  if (tag === "option" && chosen !== undefined && chosen === (written.attributes.get("value") ?? inside.trim().replace(/\s+/g, " "))) {
    written.attributes.set("selected", "");
    around.select!.chosen = undefined;
  }
  let start = `<${tag}`;
  for (const [name, value] of written.attributes) start += value === "" ? ` ${name}` : ` ${name}="${value}"`;
  start += ">";
  if (voidElements.has(tag)) return start;
  if (isRawText(tag.toLowerCase()) && (around.reading !== "escaped" || written.content !== undefined)) {
    return `${start}${rawHtml(tag, written.content ?? rawTextOf(element, instance), around)}</${tag}>`;
  }
  if (around.isForeign) return `${start}${inside}</${tag}>`;
  return `${start}${eatsLineFeed.has(tag) && inside.startsWith("\n") ? "\n" : ""}${inside}</${tag}>`;
}

function writeStatic(written: Written, tag: string, attribute: Attribute, instance: Instance): void {
  if ("name" in attribute) {
    const { kind, wire } = attributeName(tag, attribute.name);
    const { text: value } = attribute;
    if (kind === "property") write(written, tag, wire, value === "" && wire !== ".value" && wire !== ".defaultValue" ? true : value);
    else if (kind === "custom") writeAttribute(written, attribute.name, value);
    else if (kind !== "ignored" && kind !== "handler") writeAttribute(written, wire, value);
    return;
  }
  const index = holeAt(instance.place, attribute.place);
  const hole = instance.place.holes[index];
  if (hole?.kind === "attribute") write(written, tag, hole.name.wire, instance.holes[index]);
  else if (hole?.kind === "bare") {
    const bare = instance.holes[index] as string;
    if (bare !== "" && bare[0] !== "!") write(written, tag, bare, bare[0] === "." ? true : "");
  }
}

/** Whether what is in an element is of SVG or MathML. */
function isForeignIn(tag: string, { isForeign }: Around): boolean {
  return tag === "svg" || tag === "math" || isForeign && !/^(?:foreignObject|annotation-xml|m(?:[inos]|text))$/.test(tag);
}

/** Writes what a hole of this name on the wire holds. */
function write(written: Written, tag: string, name: string, value: unknown): void {
  if (value === null || value === undefined || name[0] === "@") return;
  const rest = name.slice(1);
  if (name === ".innerHTML") written.content = String(value);
  else if (name === ".value" && tag === "select") written.chosen = attributeText(String(value));
  else if ((name === ".value" || name === ".defaultValue") && tag === "textarea") written.content = text(String(value));
  else if (name[0] === "." || name[0] === "~") {
    const attribute = name[0] === "~" ? rest : reflected[rest];
    if (attribute === undefined || value === false || typeof value === "object") return;
    writeAttribute(written, attribute, value === true ? "" : String(value));
  } else writeAttribute(written, name, String(value));
}

function writeAttribute(written: Written, name: string, value: string): void {
  written.attributes.set(name, attributeText(value));
}

/** The text of a script or a style where it can stand; else nothing, and the browser runtime writes it. */
function rawHtml(tag: string, raw: string, { reading, leaveOut }: Around): string {
  if (raw === "" || reading === "raw" && canBeRaw(tag.toLowerCase(), raw)) return raw;
  leaveOut(`the text of <${tag}> cannot be written here`);
  return "";
}

/** The text of a script or a style. */
function rawTextOf(element: Element, instance: Instance): string {
  const plain = (node: Node): string => {
    const what = shown(node);
    return what instanceof List ? what.items.map(plain).join("") : what === null || what instanceof Instance ? "" : String(what);
  };
  const children = instance.place.holes.some((hole) => hole.kind === "spread")
    ? plain(childAt(instance, 0))
    : element.children.map((child) => typeof child === "string" ? child : "tag" in child ? "" : plain(childAt(instance, child.place))).join(
      "",
    );
  return children;
}

function childAt(instance: Instance, source: number): Node {
  const index = holeAt(instance.place, source);
  return index < 0 ? null : instance.holes[index] as Node;
}

/** Which hole a dynamic value fills; -1 for one that fills none, as a key. */
function holeAt(place: Place, source: number): number {
  return place.holes.findIndex((hole: Hole) => "source" in hole && hole.source === source);
}

/** Text for the parser: a carriage return would be read as a line feed, and NUL not at all. */
function text(value: string): string {
  return /[&<>\r\0]/.test(value)
    ? value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;").replaceAll("\0", "\ufffd")
    : value;
}

function attributeText(value: string): string {
  return text(value).replaceAll('"', "&quot;");
}
