/**
 * What a root element shows: it takes mounts and patches and hands over the entries of events. It knows neither the socket nor
 * the numbers of events, so a test can drive it alone; and it keeps no node of the page that may be another one tomorrow.
 */
import type { Change, Definition, Path, Recipe, Value } from "../wire/message.ts";
import { isObject, own, setAttribute, setProperty } from "./attribute.ts";
import { buildTemplate, inside, spaceIn, type Template } from "./definition.ts";
import { type Entry, type Events, listen, settle } from "./event.ts";
import { controls } from "./needed.ts";
import type { Parts } from "./parts.ts";
import { styleWriter } from "./style.ts";
import type { World } from "./world.ts";

/** A root that shows a value. */
export interface View extends Events {
  /** Shows a value in place of all that the root has. */
  mount(definitions: readonly Definition[], value: Value): void;
  /** Applies a change, with the definitions that are new in it. */
  patch(change: Value | Change, definitions?: Definition[]): void;

  // What makes parts of a view of nodes that are there.

  /** Knows these definitions and nothing else. */
  know_(definitions: readonly Definition[]): void;
  /** The definitions by their numbers. */
  known_: Definition[];
  readonly top_: Part;
  /** An instance without nodes. */
  blank_(part: Part, number: number): Instance;
  /** A hole of an instance: an element and a name, or a child hole that ends with this node. */
  hole_(instance: Instance, index: number, node: Node, name?: string): Part;
}

/** A child hole in the page: nothing, a text, an instance or a list, between two nodes that stay. */
export interface Part {
  /** The comment at its end, or the element that it fills alone. */
  end_: Node;
  /** What stands before it, if anything does. */
  start_: Node | null;
  /** The instance whose hole it is (the root has none), and the hole's number. */
  owner_: Instance | undefined;
  index_: number;
  items_: Instance[];
  list_?: boolean;
  text_?: Text;
}

/**
 * A template in the page with its holes written. Its first and last node never change, whatever its holes do; a value in a list
 * that is no instance is wrapped in one of template 0, which is a hole and nothing else.
 */
export interface Instance {
  part_: Part;
  wrapper_: boolean;
  first_: ChildNode;
  last_: ChildNode;
  /** Its nodes until they are inserted. */
  content_: Node | undefined;
  /** What writes its holes, by their numbers. */
  writers_: Writer[];
  /** Holes by their numbers. */
  patch_(changes: object): void;
}

/** Writes one hole. */
type Writer = (value: unknown) => void;

/** Of a value the number of its template (0: it is no instance), of a change -1. */
const templateOf = (value: unknown): number => !isObject(value) ? 0 : (value as unknown[]).map ? (value as number[])[0]! : -1;

/**
 * `parts` has the part that knows controls before a definition with one comes. `end`: the comment that it ends with, or the root when that is
 * the view's alone.
 */
export function createView(
  world: World,
  root: Element | ShadowRoot,
  parts: Pick<Parts, "custom" | "input">,
  send?: (entry: Entry) => void,
  end: Node = root,
): View {
  const { document, customElements } = world;
  const inert = document.implementation.createHTMLDocument();
  let templates: Record<string, Template>;

  // ---- child holes

  const createPart = (end: Node, index = 0, owner?: Instance): Part => ({
    end_: end,
    start_: end.nodeType == 8 ? end.previousSibling : null,
    index_: index,
    items_: [],
    owner_: owner,
  });
  /** The parent of what is in a hole, and the node that comes after it. */
  const around = ({ end_: end }: Part) =>
    (end.nodeType == 8 ? [end.parentNode, end] : [end, null]) as [ParentNode & Node & Pick<Element, "moveBefore">, ChildNode | null];

  const insert = (
    parent: Node,
    node: Node,
    next: Node | null,
    how: (node: Node, next: Node | null) => unknown = own(parent, "insertBefore"),
  ) => how.call(parent, node, next);
  const after = (node: ChildNode) => own(node, "nextSibling");
  /** Siblings from one node up to another, and whatever the page has put between them. */
  const each = (node: ChildNode | null, end: Node | null, act = (node: ChildNode) => own(node, "remove").call(node)) => {
    while (node != end) {
      const next: ChildNode | null = after(node!);
      act(node!);
      node = next;
    }
  };
  const remove = (item: Instance, act?: (node: ChildNode) => void) => each(item.first_, after(item.last_), act);

  const patchPart = (part: Part, change: Value | Change) => {
    const [parent, end] = around(part);
    parts.input?.touch_(parent as unknown as Element);
    if (templateOf(change) < 0) patchList(part, (part.list_ || (change as Change).$ ? change : [change]) as Change);
    else if (change == null) reorder(part, []);
    else if (isObject(change)) {
      part.list_ = !templateOf(change);
      reorder(part, [part.list_ ? (change as Value[]).slice(1) : [change as Value]]);
    } else if (!end && parts.input && /^[tp]/.test((parent as unknown as HTMLElement).contentEditable)) {
      // The user edits it: it is a control, whose text the browser divides as it likes. (In WebKit `isContentEditable` is false until the
      // element is in the page, and the text of the mount would not be noted.)
      parts.input.set_(parent as unknown as Element, "textContent", String(change));
    } else {
      // Translators and scripts replace texts: one that is elsewhere now is made anew.
      if (part.text_?.parentNode != parent) {
        reorder(part, []);
        insert(parent, part.text_ = document.createTextNode(""), end);
      }
      part.text_.data = change as string;
    }
  };

  const patchList = (part: Part, { $: recipe, ...changes }: Change) => {
    if (recipe) {
      part.list_ = isObject(recipe);
      reorder(part, part.list_ ? recipe as Recipe : [~recipe, 1]);
    }
    for (const index in changes) {
      const change = (changes as Record<string, Value | Change>)[index]!;
      const item = part.items_[+index]!;
      const number = templateOf(change);
      if (item.wrapper_ && number < 1) item.patch_([change]);
      else if (number < 0) item.patch_(change as Change);
      else {
        insert(around(part)[0], (part.items_[+index] = createInstance(part, change)).content_!, item.first_);
        remove(item);
      }
    }
  };

  const reorder = (part: Part, recipe: Recipe) => {
    const old = part.items_;
    const [parent, end] = around(part);
    const first = () => part.start_ ? after(part.start_ as ChildNode) : own(parent, "firstChild");
    /** The new order, and of each item whether it stays. */
    const items = new Map<Instance, boolean>();
    while (recipe.length) {
      const entry = recipe.shift() as number | Value[];
      if (isObject(entry)) { for (const value of entry as Value[]) items.set(createInstance(part, value), false); }
      else if (entry as number < 0) items.set(old[~entry]!, false);
      else {
        const count = recipe.shift() as number;
        for (const item of old.slice(entry as number, entry as number + Math.abs(count))) items.set(item, count > 0);
      }
    }
    if (old.some(items.has, items)) { for (const item of old) items.has(item) || remove(item); }
    // Nothing is kept: strangers go too.
    else each(first(), end);
    part.items_ = [...items.keys()];

    const move = own(parent, "moveBefore");
    let next = first();
    for (const [item, stays] of items) {
      if (stays) next = after(item.last_);
      // What is new is still in its fragment.
      else if (item.content_?.firstChild) insert(parent, item.content_, next);
      else remove(item, (node) => void insert(parent, node, next, move));
    }
  };

  // ---- instances

  const blank = (part: Part, number: number, content?: Node): Instance => {
    const writers: Writer[] = [];
    return {
      part_: part,
      wrapper_: !number,
      first_: content?.firstChild as ChildNode,
      last_: content?.lastChild as ChildNode,
      content_: content,
      writers_: writers,
      patch_(changes) {
        for (const index in changes) writers[+index]!((changes as Change)[+index]);
      },
    };
  };

  const addHole = (instance: Instance, index: number, node: Node, name?: string): Part => {
    const child = createPart(inside(node), index, instance);
    instance.writers_[index] = name ? createWriter(instance, node as Element, name, [index]) : (value) => patchPart(child, value as Value);
    return child;
  };

  const createInstance = (part: Part, value: Value | Change): Instance => {
    const number = templateOf(value);
    // What is not in its element yet will stand in that of its owner.
    let outer = part;
    while (outer.owner_ && around(outer)[0].nodeType != 1) outer = outer.owner_.part_;
    const space = spaceIn(around(outer)[0] as Element);
    const { content_: source, holes_: holes } = templates[number + space] ??= buildTemplate(inert, view.known_[number]!, space);
    const values: unknown[] = number ? (value as unknown[]).slice(1) : [value];
    // Clone, insert into a fragment of the live document, find the holes, upgrade, write: a property that is set before its element is
    // upgraded would hide the setter for ever. `adoptNode` of a whole fragment is not enough: WebKit upgrades nothing in it.
    const content = document.createDocumentFragment();
    content.append(source.cloneNode(true));
    const instance = blank(part, number, content);
    holes.forEach(({ path_: path, name_: name }, index) => {
      let node: Node = content;
      for (const step of path) node = own(inside(node), "childNodes")[step]!;
      addHole(instance, index, node, name!);
    });
    customElements.upgrade(content);
    // What is nothing stays as its element has it: an input without a value is the user's alone.
    instance.writers_.forEach((write, index) => {
      const value = index in values ? values[index] : holes[index]!.options_;
      if (value != null) write(value);
    });
    return instance;
  };

  /** Where a handler is, or nothing when that is no longer in the page. */
  const place = (instance: Instance | undefined, path: Path): Path | undefined => {
    while (instance) {
      const { items_: items, list_: list, owner_: owner, index_: index } = instance.part_;
      const at = items.indexOf(instance);
      if (at < 0) return;
      if (list) path = [at, ...path];
      if (owner && !owner.wrapper_) path = [index, ...path];
      instance = owner;
    }
    return path;
  };

  /** What writes a hole that is no child: the first character of its name tells its kind. */
  const createWriter = (instance: Instance, element: Element, name: string, path: Path): Writer => {
    const [kind] = name, rest = name.slice(1);
    if (name == "...") {
      const writers: Record<string, Writer> = { __proto__: null as never };
      return (values) => {
        for (const name in values as Record<string, unknown>) {
          (writers[name] ??= createWriter(instance, element, name, [...path, name.slice(1)]))((values as Record<string, unknown>)[name]);
        }
      };
    }
    if (kind == "@") return listen(world, view, element, rest, () => place(instance, path)) as Writer;
    if (kind == ".") {
      return (value) => {
        if (controls.test(name)) parts.input!.set_(element, rest, value);
        else setProperty(element, rest, value);
      };
    }
    if (kind == "~") return (value) => parts.custom!.write_(element, rest, value);
    if (name == "style") return styleWriter(element as HTMLElement);
    return (value) => {
      setAttribute(element, name, value);
      parts.input?.touch_(element);
    };
  };

  const view: View = {
    take_(event, entry) {
      parts.input?.take_(event, entry);
    },
    free_(entry) {
      // A fact happened to nothing.
      if (entry.target_) parts.input?.free_(entry);
    },
    version_: 0,
    busy_: false,
    waiting_: new Map(),
    send_: send!,
    know_(definitions) {
      view.known_ = [[0], ...definitions];
      templates = {};
    },
    known_: [],
    top_: createPart(end),
    blank_: blank,
    hole_: addHole,
    mount(definitions, value) {
      view.know_(definitions);
      view.patch(value);
    },
    patch(change, definitions = []) {
      view.busy_ = true;
      view.known_.push(...definitions);
      // In a shadow tree the document knows only its host.
      const focused = (root.getRootNode() as Document).activeElement as HTMLInputElement | undefined;
      patchPart(view.top_, change);
      // Where there is no `moveBefore` a node that moves loses the focus.
      if (document.activeElement == document.body) focused?.focus({ preventScroll: true });
      parts.input?.settle_();
      view.busy_ = false;
    },
  };
  for (const type of ["blur", "submit"]) root.addEventListener(type, (event) => view.busy_ || settle(view, event), true);
  return view;
}
