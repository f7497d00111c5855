/**
 * A template as ordinary vnodes, for Preact in a browser and for `preact-render-to-string`. Not used when a view is lowered.
 */
import { type ComponentChildren, h, type VNode } from "../deps.ts";
import type { Attribute, Element, Node } from "./statics.ts";
import { tagsAround } from "./preact.ts";
import { propValue } from "./element_props.ts";
import { isRawText, isUnsafeProperty, readingInAll, safeRawText } from "./raw_text.ts";
import { DynamicAttribute, type Place } from "./template.ts";

/** Preact knows these with capitals only. */
const propertyNames: Readonly<Record<string, string>> = {
  allowfullscreen: "allowFullscreen",
  defaultchecked: "defaultChecked",
  defaultvalue: "defaultValue",
  formnovalidate: "formNoValidate",
  ismap: "isMap",
  nomodule: "noModule",
  novalidate: "noValidate",
  playsinline: "playsInline",
  readonly: "readOnly",
};
/** Booleans that are no property of an element: an empty attribute says yes. */
const attributesOnly: ReadonlySet<string> = new Set(["itemscope"]);
/** The root nodes of a template with these dynamic values. */
export function expand(place: Place, dynamic: readonly unknown[]): ComponentChildren {
  const roots = place.roots.map((node) => expandNode(node, dynamic));
  return roots.length === 1 ? roots[0] : roots;
}

function expandNode(node: Node, dynamic: readonly unknown[]): ComponentChildren {
  if (typeof node === "string") return node;
  if ("place" in node) return dynamic[node.place] as ComponentChildren;
  const props: Record<string, unknown> = {};
  for (const attribute of node.attributes) addAttribute(props, attribute, dynamic);
  if (isRawText(node.tag)) {
    // A renderer to text would escape it, which the parser of HTML does not undo here.
    const html = node.children.map((child) => typeof child === "string" ? child : "place" in child ? textOf(dynamic[child.place]) : "")
      .join("");
    return html === "" ? create(node, props, []) : h(RawText, { element: node, props, text: html });
  }
  return create(node, props, node.children.map((child) => expandNode(child, dynamic)));
}

/** A `<style>` or `<script>` with a text. A renderer to text would escape that, which the parser of HTML does not undo where it reads it raw. */
function RawText(this: unknown, { element, props, text }: { element: Element; props: Record<string, unknown>; text: string }): VNode {
  const { tag } = element;
  const around = tagsAround(this);
  // In a page it is a text, which nothing parses; as inner HTML it would be markup in SVG.
  if (!around) return create(element, props, [text]);
  const reading = readingInAll(around);
  if (reading === "raw") return create(element, { ...props, dangerouslySetInnerHTML: { __html: safeRawText(tag, text) } }, []);
  return create(element, props, reading === "escaped" ? [text] : []);
}

function create(element: Element, props: Record<string, unknown>, children: ComponentChildren[]): VNode {
  return h(element.tag, props as Record<never, never>, ...children);
}

function addAttribute(props: Record<string, unknown>, attribute: Attribute, dynamic: readonly unknown[]): void {
  if ("name" in attribute) {
    add(props, attribute.name, attribute.text);
    return;
  }
  const given = dynamic[attribute.place];
  if (given instanceof DynamicAttribute) {
    if (!isUnsafeProperty(given.name, given.value)) props[propertyNames[given.name] ?? given.name] = propValue(given.name, given.value);
  } else if (typeof given === "string" && given !== "") add(props, given, "");
}

function add(props: Record<string, unknown>, name: string, text: string): void {
  if (text === "" && isBoolean.test(name)) props[propertyNames[name] ?? name] = attributesOnly.has(name) ? "" : true;
  else props[propertyNames[name] ?? name] = text;
}

const isBoolean =
  /^(?:allowfullscreen|async|autofocus|autoplay|checked|controls|default|defer|disabled|formnovalidate|hidden|inert|ismap|itemscope|loop|multiple|muted|nomodule|novalidate|open|playsinline|readonly|required|reversed|selected)$/;

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join("");
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : "";
}
