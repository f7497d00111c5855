/**
 * The jsx-runtime: what `"jsxImportSource": "@nacre/nacre"` compiles JSX to, under both of Deno's transforms. Its vnodes are
 * Preact's; a template of the precompile transform is a vnode of the component `Template`, which renders anywhere that Preact
 * does. Values are kept as they are: nothing is escaped or turned into text here, and no array of an app is ever written to.
 *
 * @module
 */
import {
  cloneElement,
  type ComponentChildren,
  type ComponentType,
  Fragment,
  type HTMLAttributes,
  isValidElement,
  type PreactJSX,
  type VNode,
  vnode,
} from "../deps.ts";
import { elementProps } from "./element_props.ts";
import { expand } from "./expand.ts";
import { DynamicAttribute, type Place, placeOf } from "./template.ts";

export { Fragment };

/** The props of {@link Template}. A class: `cloneElement` copies props into an object of its own, with more of them. */
export class TemplateProps {
  constructor(readonly place: Place, readonly dynamic: readonly unknown[]) {}
}

/** A precompiled piece of JSX as a component: what lets a template be rendered by Preact itself. */
export function Template({ place, dynamic, ...added }: TemplateProps): ComponentChildren {
  const root = expand(place, dynamic);
  return Object.keys(added).length > 0 && isValidElement(root) ? cloneElement(root, added) : root;
}

/** Called by the precompile transform for each piece of JSX, with its statics and its dynamic values. */
// deno-lint-ignore no-explicit-any -- Preact's own type of an element
export function jsxTemplate(statics: string[], ...dynamic: unknown[]): VNode<any> {
  const place = placeOf(statics, dynamic);
  const key = place.key < 0 ? place.staticKey : (dynamic[place.key] as DynamicAttribute).value;
  return vnode(Template as unknown as ComponentType<TemplateProps>, new TemplateProps(place, dynamic), key as string);
}

/** Called by the precompile transform for each dynamic attribute. */
export function jsxAttr(name: string, value: unknown): DynamicAttribute {
  return new DynamicAttribute(name, value);
}

/** Called by the precompile transform for each dynamic child. Texts are escaped where they become HTML, which is not here. */
export function jsxEscape<T>(value: T): T {
  return value;
}

type Props = Record<string, unknown> & { children?: ComponentChildren };

/** Called by the automatic transform, and by the precompile transform for components and spreads. */
// deno-lint-ignore no-explicit-any -- Preact's own type of an element
export function jsx(type: string | ComponentType<any>, props: Props | null, key?: unknown): VNode<any> {
  return vnode(type as string, typeof type === "string" && props ? elementProps(type, props) : props ?? {}, key as string);
}

export { jsx as jsxDEV, jsx as jsxs };

/** The types of JSX: Preact's, with elements that an app may add by augmenting `IntrinsicElements`. */
// deno-lint-ignore no-namespace -- TypeScript looks for the JSX types in a namespace
export namespace JSX {
  /** What a piece of JSX is. */
  export interface Element extends PreactJSX.Element {}
  /** What may stand as a tag: an element's name or a component. */
  // deno-lint-ignore no-explicit-any -- TypeScript's own convention
  export type ElementType<P = any> =
    | { [K in keyof IntrinsicElements]: P extends IntrinsicElements[K] ? K : never }[keyof IntrinsicElements]
    | ComponentType<P>;
  /** What a component's class must be. */
  export type ElementClass = PreactJSX.ElementClass;
  /** Where the attributes of a component are found. */
  export interface ElementAttributesProperty extends PreactJSX.ElementAttributesProperty {}
  /** Where the children of a component are found. */
  export interface ElementChildrenAttribute extends PreactJSX.ElementChildrenAttribute {}
  /** Attributes of everything: the key. */
  export interface IntrinsicAttributes extends PreactJSX.IntrinsicAttributes {}
  /** Default props made optional. */
  export type LibraryManagedAttributes<C, P> = PreactJSX.LibraryManagedAttributes<C, P>;
  /** The elements: HTML's, SVG's, MathML's, and the server component's own. */
  export interface IntrinsicElements extends PreactJSX.IntrinsicElements {
    /** Preact's, and its event, which that does not know: what is in it has changed. */
    slot: PreactJSX.IntrinsicElements["slot"] & { onSlotChange?: HTMLAttributes<HTMLSlotElement>["onChange"] };
    "server-component": HTMLAttributes<HTMLElement> & {
      route?: string;
      method?: "ws" | "sse" | "http";
      name?: string;
      disabled?: boolean;
      form?: string;
    };
  }
}
