/**
 * Lowers what a view returns to a view tree, beside the tree of the version before: what did not change is the same object
 * there and here, and is not visited again. Only this file, `identity.ts` and `jsx.ts` know what a vnode looks like.
 */
import { type ComponentChildren, Fragment, isValidElement } from "../deps.ts";
import { attributeValue, domEvents, numberText } from "./attribute.ts";
import { refuseHooks } from "./hooks.ts";
import { type AnyVNode, hasRawHtml, matching, sameKey } from "./identity.ts";
import { Template, type TemplateProps } from "./jsx.ts";
import { match } from "./match.ts";
import { sameLook } from "./purity.ts";
import type { Node as StaticNode } from "./statics.ts";
import { bareValue, DynamicAttribute, type Hole, type Place, placeOfElement, spreadValue } from "./template.ts";
import { ComponentNode, Instance, List, type Node, unwarned, Warned } from "./tree.ts";
import { UnsupportedError } from "./unsupported.ts";
import { warningBox } from "./warning.ts";

type FunctionType = (props: Readonly<Record<string, unknown>>, context: Record<string, never>) => ComponentChildren;

/** How a lowering goes about what is doubtful. */
export interface LoweringOptions {
  /** Show a problem in the page, where it is, and go on; else throw. */
  readonly development: boolean;
  /** Told of each problem once for each place. */
  warn(message: string): void;
}

/** Lowers the views of one runtime, one after the other. */
export class Lowering {
  /** Holes that the last lowering made new, for the bound of the history. */
  made = 0;
  #id = 0;
  #renders = 0;
  readonly #options: LoweringOptions;
  readonly #told = new Set<string>();
  /** The components that are running, the innermost last. */
  readonly #running: FunctionType[] = [];

  constructor(options: LoweringOptions) {
    this.#options = options;
  }

  /**
   * The view tree of `view`; the same object as `old` when nothing changed.
   *
   * @throws {UnsupportedError} for what cannot work on a server, except in development.
   * @throws whatever a component throws.
   */
  lower(view: ComponentChildren, old: Node | undefined): Node {
    this.made = 0;
    this.#renders++;
    this.#running.length = 0;
    const restore = refuseHooks(() => this.#owner() ?? "the view");
    try {
      return this.#child(view, old);
    } finally {
      restore();
    }
  }

  #child(child: unknown, old: Node | undefined): Node {
    switch (typeof child) {
      case "string":
        return child === "" ? null : child;
      case "number":
        return numberText(child);
      case "bigint":
        return String(child);
      case "object":
        if (child === null) return null;
        if (Array.isArray(child)) return this.#list(child, undefined, old);
        if (isValidElement(child)) return this.#vnode(child as AnyVNode, old);
        if (child instanceof String) return this.#child(String(child), old);
        return this.#problem(`an object ({${Object.keys(child).slice(0, 3).join(", ")}}) is no child: show its parts, or a text of it`);
      case "symbol":
        return this.#problem("a symbol is no child");
      default:
        return null;
    }
  }

  #vnode(vnode: AnyVNode, old: Node | undefined): Node {
    const { type, props } = vnode;
    if (typeof type === "string") return this.#element(type, vnode, old);
    if (type === Template as unknown) return this.#template(props as unknown as TemplateProps, vnode.key, old);
    if (type === Fragment) {
      if ("tpl" in props) {
        return this.#problem(`JSX compiled for Preact's own precompiled templates: set "jsxImportSource": "@nacre/nacre"`);
      }
      const { children } = props;
      return this.#list(Array.isArray(children) ? children : [children], vnode.key, old);
    }
    return this.#component(type as FunctionType, vnode, old);
  }

  #component(type: FunctionType, vnode: AnyVNode, old: Node | undefined): Node {
    const { props, key } = vnode;
    const before = old instanceof ComponentNode && old.type === type && sameKey(old.key, key) ? old : undefined;
    const unchanged = before !== undefined && shallowEqual(before.props, props);
    // In development one render in eight is done twice, to find components that are not pure.
    if (unchanged && !(this.#options.development && this.#renders % 8 === 0)) return before;
    if (typeof type.prototype?.render === "function") {
      return this.#problem(`${nameOf(type)} is a class component: these are not supported on the server yet; write a function`);
    }
    this.#running.push(type);
    try {
      const made = this.made;
      const child = this.#child(type.call(undefined, props, {}), before?.child);
      if (unchanged) {
        if (this.made !== made && !sameLook(unwarned(child), unwarned(before.child))) {
          const message = `${
            nameOf(type)
          } is impure: with the same props it shows something else; what it shows must follow from its props`;
          this.#warn(message);
          return new ComponentNode(type, key, props, this.#warned(unwarned(child), message, before.child));
        }
        return before;
      }
      return new ComponentNode(type, key, props, child);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      return this.#problem(error.message);
    } finally {
      this.#running.pop();
    }
  }

  #template({ place, dynamic }: TemplateProps, key: unknown, shown: Node | undefined): Node {
    const old = unwarned(shown);
    const before = old instanceof Instance && old.place === place && sameKey(old.key, key) ? old : undefined;
    const instance = this.#instance(place, key, dynamic, before);
    for (const ref of place.refs) {
      const given = dynamic[ref];
      if (given instanceof DynamicAttribute && given.value) return this.#beside(instance, refWarning(place), shown);
    }
    if (this.#options.development && place.roots.some(hasFileField)) return this.#beside(instance, fileFieldWarning, shown);
    return instance;
  }

  #element(tag: string, vnode: AnyVNode, shown: Node | undefined): Node {
    const { props, key } = vnode;
    const old = unwarned(shown);
    const place = placeOfElement(tag, hasRawHtml(props));
    const before = old instanceof Instance && old.place === place && sameKey(old.key, key) ? old : undefined;
    const instance = this.#instance(place, key, [props.children, props], before);
    if (vnode.ref) return this.#beside(instance, refWarning(place), shown);
    if (this.#options.development && tag === "input" && props.type === "file") return this.#beside(instance, fileFieldWarning, shown);
    if (this.#options.development && tag.includes("-")) {
      for (const name in props) {
        if (/^on.*[A-Z]/.test(name) && typeof props[name] === "function" && !domEvents.has(name.slice(2).toLowerCase())) {
          return this.#beside(instance, `<${tag} ${name}>: a custom event's name must be in lower case, as in onmy-event`, shown);
        }
      }
    }
    return instance;
  }

  #instance(place: Place, key: unknown, dynamic: readonly unknown[], match: Instance | undefined): Instance {
    const { holes } = place;
    let before = match;
    if (before && place.innerKeys.length > 0) {
      const kept = before.holes.at(-1) as readonly unknown[];
      if (place.innerKeys.some((source, i) => !sameKey(kept[i], attributeGiven(dynamic[source])))) before = undefined;
    }
    let values: unknown[] | undefined;
    for (let i = 0; i < holes.length; i++) {
      const value = this.#hole(holes[i]!, dynamic, before?.holes[i]);
      if (values) values[i] = value;
      else if (!before || !Object.is(value, before.holes[i])) {
        values = before ? before.holes.slice(0, i) : [];
        values[i] = value;
      }
    }
    if (before && !values) return before;
    values ??= [];
    if (place.innerKeys.length > 0) values[holes.length] = place.innerKeys.map((source) => attributeGiven(dynamic[source]));
    this.made += holes.length + 1;
    return new Instance(place, key, values, before ? before.id : ++this.#id);
  }

  #hole(hole: Hole, dynamic: readonly unknown[], old: unknown): unknown {
    switch (hole.kind) {
      case "child":
        return this.#child(dynamic[hole.source], old as Node | undefined);
      case "attribute":
        return attributeValue(hole.name, attributeGiven(dynamic[hole.source]));
      case "bare":
        return bareValue(hole, dynamic[hole.source]);
      case "handler": {
        const given = attributeGiven(dynamic[hole.source]);
        return typeof given === "function" ? given : null;
      }
      case "spread": {
        const spread = spreadValue(hole, dynamic[hole.source] as Record<string, unknown>);
        return spread && old && shallowEqual(spread, old as Record<string, unknown>) ? old : spread;
      }
      case "constant":
        return hole.value;
      default:
        return hole satisfies never;
    }
  }

  #list(children: readonly unknown[], key: unknown, old: Node | undefined): List {
    const before = old instanceof List && !(old instanceof Warned) && sameKey(old.key, key) ? old : undefined;
    const count = children.length;
    const items: Node[] = new Array(count);
    let changed = before === undefined;
    let from: Int32Array | null = null;
    let index = 0;
    if (before) {
      // Most lists are as they were, or as far as the first change: these need no search.
      const kept = before.items;
      const common = Math.min(count, kept.length);
      for (; index < common; index++) {
        const child = children[index], item = kept[index]!;
        if (this.#isKept(child, item)) items[index] = item;
        else if (matching.same(child, item)) {
          if ((items[index] = this.#child(child, item)) !== item) changed = true;
        } else break;
      }
      if (index < count || index < kept.length) {
        from = match(children, kept, matching, index);
        changed = true;
      }
    }
    for (; index < count; index++) {
      const at = from ? from[index]! : -1;
      items[index] = this.#child(children[index], at < 0 ? undefined : before!.items[at]);
    }
    if (!changed) return before!;
    this.made += items.length;
    return new List(key, items, from, before ? before.id : ++this.#id);
  }

  /** Whether a child is a component that need not be run: the short way to what `#component` would find. */
  #isKept(child: unknown, item: Node): boolean {
    if (!(item instanceof ComponentNode) || this.#options.development) return false;
    if (typeof child !== "object" || child === null) return false;
    const { type, key, props } = child as AnyVNode;
    return type === item.type && sameKey(item.key, key) && shallowEqual(item.props, props);
  }

  /** A problem in the place of what has it. */
  #problem(message: string): Node {
    const owner = this.#owner();
    const text = owner && !message.startsWith(owner) ? `In ${owner}: ${message}` : message;
    if (!this.#options.development) throw new UnsupportedError(`Cannot render the view: ${text}`);
    this.#warn(text);
    return this.#child(warningBox(text), undefined);
  }

  /** A problem that leaves what has it as it is: told, and in development shown before it. */
  #beside(instance: Instance, message: string, old: Node | undefined): Node {
    this.#warn(message);
    return this.#options.development ? this.#warned(instance, message, old) : instance;
  }

  #warned(node: Node, message: string, old: Node | undefined): Warned {
    const before = old instanceof Warned ? old : undefined;
    if (before?.node === node) return before;
    return new Warned(before?.warning ?? this.#child(warningBox(message), undefined), node, before ? before.id : ++this.#id);
  }

  #owner(): string | undefined {
    const type = this.#running.at(-1);
    return type && nameOf(type);
  }

  #warn(message: string): void {
    if (this.#told.has(message) || this.#told.size >= 1_000) return;
    this.#told.add(message);
    this.#options.warn(message);
  }
}

function nameOf(type: FunctionType): string {
  return `<${(type as { displayName?: string }).displayName || type.name || "a component"}>`;
}

function attributeGiven(dynamic: unknown): unknown {
  return dynamic instanceof DynamicAttribute ? dynamic.value : undefined;
}

const fileFieldWarning =
  "a file field: of a file its name, size and type arrive, its contents do not; post the form to a route of its own for those";

function hasFileField(node: StaticNode): boolean {
  if (typeof node === "string" || !("tag" in node)) return false;
  if (
    node.tag === "input" &&
    node.attributes.some((attribute) => "name" in attribute && attribute.name === "type" && attribute.text === "file")
  ) {
    return true;
  }
  return node.children.some(hasFileField);
}

function refWarning(place: Place): string {
  const root = place.roots.find((node) => typeof node === "object" && "tag" in node) as { tag: string } | undefined;
  return `a ref in <${root?.tag ?? "a fragment"}>: there are no elements on the server; use a browser effect or a custom element`;
}

function shallowEqual(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name in a) {
    const value = a[name];
    if (!Object.is(value, b[name]) || (value === undefined && !(name in b))) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}
