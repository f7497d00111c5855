/** `simulate`: an app in a test, without a socket, a clock or a runtime. Effects are kept, never performed. */
import type { ComponentChildren } from "../deps.ts";
import { htmlOf } from "../view/html.ts";
import { Lowering } from "../view/lower.ts";
import type { Element, Node as StaticNode } from "../view/statics.ts";
import { sourceOf } from "../view/handler.ts";
import { Instance, List, type Node, shown } from "../view/tree.ts";
import type { FactUp, Fields, FormKind, Json } from "../wire/message.ts";
import type { App, Next } from "./app.ts";
import type { Client } from "./client.ts";
import type { Effect } from "./effect.ts";
import { messageOfFact } from "./fact.ts";
import { eventOf } from "./payload.ts";
import { createSend, messageOf } from "./send.ts";

/** Which element an event happens on: the first that has a handler for it and all of these. */
export interface Where {
  /** Its tag. */
  readonly tag?: string;
  /** Its `id`. */
  readonly id?: string;
  /** Its `name`. */
  readonly name?: string;
  /** All text in it, without white space at the ends. */
  readonly text?: string;
}

/** What an event brings: fields of the event, of `currentTarget`, and the form's data on submit. */
export interface Brings {
  /** Fields of the element that listens. */
  readonly currentTarget?: Readonly<Record<string, string | number | boolean | Readonly<Record<string, string>>>>;
  /** What the form holds, on `submit`. */
  readonly formData?: FormData;
  /** Fields of the event. */
  readonly [field: string]: unknown;
}

/** An app under test. */
export interface Simulation<Model, Msg> {
  /** The model now. */
  readonly model: Model;
  /** The effects that `init` and `update` answered, oldest first; none was performed. */
  readonly effects: readonly Effect<Msg>[];
  /** The messages that `update` was given, oldest first. */
  readonly messages: readonly Msg[];
  /** Gives `update` a message. */
  dispatch(message: Msg): void;
  /**
   * Lets an event happen in the view as it is now.
   *
   * @throws {Error} when no element fits.
   * @throws {TypeError} when a field has the wrong type, as the server would refuse it.
   */
  event(type: string, where?: Where, brings?: Brings): void;
  /**
   * The page sets an attribute of the element; `null` removes it.
   *
   * @throws {TypeError} when the app has not asked for it or it does not parse, as the server would refuse it.
   */
  attribute(name: string, value: string | null): void;
  /** The page sets a property of the element. Throws as {@link Simulation.attribute}. */
  property(name: string, value: Json): void;
  /** The page is at this URL. Throws as {@link Simulation.attribute}. */
  url(href: string): void;
  /** A form around the element does this to it: `form("disabled", true)`, `form("restore", "state")`. Throws as {@link Simulation.attribute}. */
  form(what: "reset"): void;
  form(what: "disabled", disabled: boolean): void;
  form(what: "restore" | "autofill", value: string): void;
  /** The view as vnodes, as it may also be put into a page. */
  view(): ComponentChildren;
  /** The view as HTML. */
  html(): string;
}

const nobody: Client = { id: "simulated", user: undefined };

/**
 * Runs an app in a test.
 *
 * @example
 * ```tsx
 * import { app, simulate } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = app({
 *   init: () => 0,
 *   update: (count: number, _msg: "up") => count + 1,
 *   view: (count, send) => <button onClick={send("up")}>{count}</button>,
 * });
 * const test = simulate(counter);
 * test.event("click", { tag: "button" });
 * assertEquals(test.model, 1);
 * assertEquals(test.html(), "<button>1</button>");
 * ```
 */
export function simulate<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  ...flags: undefined extends Flags ? [flags?: Flags] : [flags: Flags]
): Simulation<Model, Msg> {
  const effects: Effect<Msg>[] = [];
  const messages: Msg[] = [];
  let model!: Model;
  const take = (next: Next<Model, Msg>) => {
    model = next.model;
    effects.push(...next.effects);
  };
  const dispatch = (message: Msg, from?: Client<User>) => {
    messages.push(message);
    take(app.update(model, message, from));
  };
  const send = createSend<Msg, User>(dispatch, () => nobody as Client<User>);
  const lowering = new Lowering({ development: false, warn() {} });
  /** The view as it is now: the states of components, and what their effects have changed, are in it. */
  const look = (): Node => {
    let tree = lowering.lower(app.view(model, send));
    while (lowering.hasEffects || lowering.isWaiting) {
      lowering.effects();
      tree = lowering.update();
    }
    return tree;
  };
  const tell = (fact: FactUp) => {
    const made = messageOfFact(app.facts, fact);
    if ("refused" in made) throw new TypeError(`Cannot tell ${app.name} of this: ${made.refused}`);
    if (made.message !== undefined) dispatch(made.message, nobody as Client<User>);
  };
  take(app.init(flags[0] as Flags));
  return {
    get model() {
      return model;
    },
    effects,
    messages,
    dispatch: (message) => dispatch(message),
    attribute: (name, value) => tell([0, "attribute", name, value]),
    property: (name, value) => tell([0, "property", name, value]),
    url: (href) => tell([0, "url", href]),
    form: (what: FormKind, value: string | boolean | null = null) => tell([0, "form", what, value]),
    view: () => app.view(model, send),
    html: () => htmlOf(look()),
    event(type, where = {}, brings = {}) {
      const handler = [...handlersOf(look())].find((found) => found.type === type && fits(found, where))?.handler;
      if (!handler) throw new Error(`Cannot let "${type}" happen: no element with a handler for it fits ${JSON.stringify(where)}`);
      const { currentTarget, formData, ...fields } = brings;
      const source = sourceOf(handler);
      const event = eventOf(type, [0, [0], fields as Fields, (currentTarget ?? {}) as Fields], source?.options);
      if (formData) (event as Record<string, unknown>).formData = formData;
      if (!source) return void (handler as (event: unknown) => unknown)(event);
      const message = messageOf(source, event, nobody);
      if (message !== undefined) dispatch(message as Msg, nobody as Client<User>);
    },
  };
}

interface FoundHandler {
  readonly type: string;
  readonly handler: unknown;
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly text: string;
}

function fits(found: FoundHandler, { tag, id, name, text }: Where): boolean {
  return (tag === undefined || found.tag === tag) && (id === undefined || found.attributes.get("id") === id) &&
    (name === undefined || found.attributes.get("name") === name) && (text === undefined || found.text === text.trim());
}

/** All handlers of a tree, in the order of the document. */
function* handlersOf(node: Node): Generator<FoundHandler> {
  const what = shown(node);
  if (what instanceof List) { for (const item of what.items) yield* handlersOf(item); }
  else if (what instanceof Instance) { for (const root of what.place.roots) yield* handlersIn(root, what); }
}

function* handlersIn(node: StaticNode, instance: Instance): Generator<FoundHandler> {
  if (typeof node === "string") return;
  if (!("tag" in node)) {
    yield* handlersOf(child(instance, node.place));
    return;
  }
  const attributes = new Map<string, unknown>();
  const handlers = new Map<string, unknown>();
  const note = (
    name: string,
    value: unknown,
  ) => (name[0] === "@" ? handlers.set(name.slice(1).replace(/!$/, ""), value) : attributes.set(name, value));
  for (const attribute of node.attributes) {
    if ("name" in attribute) attributes.set(attribute.name, attribute.text);
    else {
      const index = instance.place.holes.findIndex((hole) => "source" in hole && hole.source === attribute.place);
      const hole = instance.place.holes[index];
      if (hole?.kind === "handler") note(`@${hole.event}`, instance.holes[index]);
      else if (hole?.kind === "attribute") note(hole.name.wire, instance.holes[index]);
    }
  }
  const spread = instance.place.holes.findIndex((hole) => hole.kind === "spread");
  if (spread >= 0) { for (const [name, value] of Object.entries(instance.holes[spread] ?? {})) note(name, value); }
  const found = { tag: node.tag, attributes, text: textOf(node, instance).trim() };
  for (const [type, handler] of handlers) if (typeof handler === "function") yield { type, handler, ...found };
  if (spread >= 0) yield* handlersOf(child(instance, 0));
  else for (const inner of node.children) yield* handlersIn(inner, instance);
}

function child(instance: Instance, source: number): Node {
  const index = instance.place.holes.findIndex((hole) => hole.kind === "child" && hole.source === source);
  return index < 0 ? null : instance.holes[index] as Node;
}

function textOf(node: Element, instance: Instance): string {
  if (instance.place.holes.some((hole) => hole.kind === "spread")) return treeText(child(instance, 0));
  return node.children.map((inner) =>
    typeof inner === "string" ? inner : "tag" in inner ? textOf(inner, instance) : treeText(child(instance, inner.place))
  ).join("");
}

function treeText(node: Node): string {
  const what = shown(node);
  if (what instanceof List) return what.items.map(treeText).join("");
  if (!(what instanceof Instance)) return what === null ? "" : String(what);
  return what.place.roots.map((root) =>
    typeof root === "string" ? root : "tag" in root ? textOf(root, what) : treeText(child(what, root.place))
  ).join("");
}
