/**
 * When is a child of a vnode the same thing as a node of the view tree before? When both have the same key and the same identity: the
 * place in the source, the type of the component, or being a text or a list.
 */
import { Fragment, isValidElement, type VNode } from "../deps.ts";
import { TemplateProps } from "./jsx.ts";
import type { Matching } from "./match.ts";
import { placeOfElement } from "./template.ts";
import { ComponentNode, Instance, List, type Node, unwarned } from "./tree.ts";

/** A vnode as Preact makes it: `type` and `props` are public. */
export type AnyVNode = VNode<Record<string, unknown>>;

/** Keys are compared as text: to Preact 1 and "1" are the same. */
export function sameKey(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? undefined) === (b ?? undefined);
  return typeof a !== typeof b && String(a) === String(b);
}

/** Whether an element has raw HTML for its content. */
export function hasRawHtml(props: Readonly<Record<string, unknown>>): boolean {
  const html = (props.dangerouslySetInnerHTML as { __html?: unknown } | null | undefined)?.__html;
  return html !== null && html !== undefined;
}

const text = Symbol("text");
const array = Symbol("list");

function keyGroup(key: unknown): string | number {
  return typeof key === "number" ? key : String(key);
}

/** How children match the items of the list before. */
export const matching: Matching<unknown, Node> = {
  same(child: unknown, item: Node): boolean {
    const old = unwarned(item);
    if (typeof child === "object" && child !== null) {
      if (Array.isArray(child)) return old instanceof List && (old.key ?? null) === null;
      if (!isValidElement(child)) return false;
      const { type, key, props } = child as AnyVNode;
      if (old === null || typeof old !== "object" || !sameKey(old.key, key)) return false;
      if (typeof type === "string") return old instanceof Instance && old.place === placeOfElement(type, hasRawHtml(props));
      if (props instanceof TemplateProps) return old instanceof Instance && old.place === props.place;
      return type === Fragment ? old instanceof List : old instanceof ComponentNode && old.type === type;
    }
    const isText = typeof child === "string" ? child !== "" : typeof child === "number" || typeof child === "bigint";
    return isText ? typeof old === "string" || typeof old === "number" : old === null;
  },
  group(child: unknown): unknown {
    if (typeof child === "object" && child !== null) {
      if (Array.isArray(child)) return array;
      if (!isValidElement(child)) return null;
      const { type, key, props } = child as AnyVNode;
      if (key !== null && key !== undefined) return keyGroup(key);
      if (typeof type === "string") return placeOfElement(type, hasRawHtml(props));
      if (props instanceof TemplateProps) return props.place;
      return type === Fragment ? array : type;
    }
    const isText = typeof child === "string" ? child !== "" : typeof child === "number" || typeof child === "bigint";
    return isText ? text : null;
  },
  oldGroup(item: Node): unknown {
    const old = unwarned(item);
    if (old === null) return null;
    if (typeof old !== "object") return text;
    if (old.key !== null && old.key !== undefined) return keyGroup(old.key);
    if (old instanceof Instance) return old.place;
    return old instanceof List ? array : old.type;
  },
};
