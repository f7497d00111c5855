/**
 * Builds a template from its definition, once, in an inert document: nothing loads, runs or upgrades there before it is
 * wanted. Never through `innerHTML`: the parser would repair tables, lose namespaces and fail under Trusted Types.
 */
import type { AttributeDefinition, Definition, HandlerOptions } from "../wire/message.ts";
import { isObject, own, setAttribute } from "./attribute.ts";

/** A hole of a template: where it is, and of what kind. */
export interface Hole {
  /** Child indexes from the fragment; of a child hole: to its end comment, or to the element that it fills alone. */
  path_: number[];
  /** Of the others: the name with its prefix. */
  name_?: string;
  /** The usual options of a handler. */
  options_?: HandlerOptions | null | undefined;
}

/** A definition that has been built for one namespace. */
export interface Template {
  content_: DocumentFragment;
  holes_: Hole[];
}

/** The namespace of what stands in an element: HTML in `foreignObject`, `annotation-xml` and the tokens of MathML (what else begins like them is HTML). */
export const spaceIn = (element: Element): string => {
  const space = own(element, "namespaceURI");
  return !space || /^(fo|annot|m([inos]|text)$)/.test(element.localName) ? "http://www.w3.org/1999/xhtml" : space;
};

/** The namespace of an element with this tag where that one is: its own, if it has one. */
export const spaceOf = (tag: string, space: string): string =>
  tag == "svg" ? "http://www.w3.org/2000/svg" : tag == "math" ? "http://www.w3.org/1998/Math/MathML" : space;

/** The nodes of a `<template>` are in its content. */
export const inside = (node: Node): ParentNode & Node => own(node as HTMLTemplateElement, "content") || node;

export function buildTemplate(inert: Document, definition: Definition, space: string): Template {
  const content = inert.createDocumentFragment();
  const holes: Hole[] = [];
  const fill = (parent: ParentNode & Node, nodes: Definition, space: string, path: number[], loose?: boolean) => {
    // All at once: a form that has a control may have lost its methods to that.
    const children: (Node | string)[] = [];
    const append = (node: Node | string) => [...path, children.push(node) - 1];
    const comment = () => append(inert.createComment(""));
    // The first and the last node of an instance are elements or comments, for ever, and no text has a hole for a neighbour: so
    // a range keeps its ends whatever stands in its holes, and `normalize()` or a translation by the page moves none of them.
    if (loose) comment();
    for (const node of nodes) {
      if (typeof node == "string") append(node);
      else if (node as number >= 0) {
        if (!isObject(children.at(-1) ?? children)) comment();
        holes[node as number] = { path_: loose || nodes[1] != null ? comment() : path };
      } else {
        const [tag, attributes, ...inner] = node as [string, AttributeDefinition[], ...Definition];
        const element = inert.createElementNS(spaceOf(tag, space), tag);
        const path = append(element);
        for (const [name, value, options] of attributes) {
          if (typeof value == "number") holes[value] = { path_: path, name_: name, options_: options };
          else setAttribute(element, name, value);
        }
        fill(inside(element), inner, spaceIn(element), path);
      }
    }
    if (loose) comment();
    parent.append(...children);
  };
  fill(content, definition, space, [], definition.length != 1 || !isObject(definition[0]));
  return { content_: content, holes_: holes };
}
