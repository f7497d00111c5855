/**
 * A second reader of the wire, made from `docs/protocol.md` alone, as strict as the document: what it does not say is an error.
 * It must import nothing of the runtime but types, or a mistake there would be made here too.
 */
import type {
  Change,
  Config,
  Covered,
  Definition,
  Down,
  FormSaid,
  HandlerOptions,
  Json,
  Path,
  Recipe,
  Value,
} from "../runtime/wire/message.ts";

/** What a handler on the page is. */
export interface Listening {
  readonly path: Path;
  readonly options: HandlerOptions;
}

/** An element as a user would see it. */
export interface Plain {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly handlers: Readonly<Record<string, Listening>>;
  readonly children: readonly (Plain | string)[];
}

type Kind = "child" | "attribute" | "spread" | "property" | "custom" | "handler";

interface Hole {
  readonly kind: Kind;
  readonly options: HandlerOptions | null;
}

interface Template {
  readonly roots: Definition;
  readonly holes: readonly Hole[];
}

class Instance {
  constructor(readonly template: Template, readonly holes: unknown[]) {}
}

class List {
  constructor(public items: Held[]) {}
}

type Held = null | string | number | Instance | List;

/** What one client sees, and has been told. */
export class Reader {
  epoch = "";
  version = 0;
  /** The number of the last event that was dealt with. */
  done = 0;
  mounts = 0;
  /** How often it has gone on without a mount. */
  resumed = 0;
  /** What the last snapshot covers: the last event, and the version. */
  covered: { readonly last: number; readonly version: number } = { last: 0, version: 0 };
  /** The snapshots that it was sent. */
  readonly snapshots: string[] = [];
  readonly refused: { readonly number: number; readonly reason: string }[] = [];
  readonly emitted: { readonly name: string; readonly detail: Json }[] = [];
  /** Effects of the page: name and arguments. */
  readonly effects: Json[][] = [];
  /** What the element was said to be to a form, since the mount. */
  readonly formed: FormSaid[] = [];
  /** Changes of what is provided and wanted. */
  readonly contexts: Down[] = [];
  /** What the last mount wants to be told of. */
  config: Config | undefined;
  #templates: Template[] = [];
  #root: Held = null;

  /** Takes one message. @throws {Error} for anything that the document does not describe. */
  receive(text: string): Down {
    const message = readDown(text);
    switch (message[0]) {
      case "mount": {
        const [, epoch, version, last, definitions, value, config] = message;
        this.config = config;
        this.#templates = definitions.map(readDefinition);
        this.#root = this.#value(value);
        this.epoch = epoch;
        this.version = version;
        this.done = 0;
        this.#covered(last);
        this.mounts++;
        break;
      }
      case "resume": {
        const [, epoch, version, last, config, patch, definitions, skipped] = message;
        this.#mounted();
        if (config) this.config = config;
        this.epoch = epoch;
        if (version !== this.version) throw new Error(`Cannot go on from version ${version}: this is ${this.version}`);
        this.done = last;
        this.resumed++;
        if (patch !== undefined) this.#change(patch, definitions, skipped);
        break;
      }
      case "form": {
        const [, ...said] = message;
        this.#mounted();
        this.formed.push(said);
        break;
      }
      case "provide":
      case "context":
        this.#mounted();
        this.contexts.push(message);
        break;
      case "effect": {
        const [, ...effect] = message;
        this.#mounted();
        this.effects.push(effect);
        break;
      }
      case "emit": {
        const [, name, detail] = message;
        this.#mounted();
        if (name !== "nacre:refused") this.emitted.push({ name, detail });
        else {
          const { event, reason } = detail as { event: number; reason: string };
          this.refused.push({ number: event, reason });
        }
        break;
      }
      default: {
        const [acknowledged, patch, definitions, skipped] = message as [Covered, (Value | Change)?, Definition[]?, number?];
        this.#mounted();
        if (patch !== undefined) this.#change(patch, definitions, skipped);
        this.#covered(acknowledged);
      }
    }
    return message;
  }

  #change(patch: Value | Change, definitions: Definition[] = [], skipped = 0): void {
    this.#templates.push(...definitions.map(readDefinition));
    this.#root = this.#patch(this.#root, patch);
    this.version += 1 + skipped;
  }

  #covered(covered: Covered): void {
    const [events, snapshot, last, version] = typeof covered === "number" ? [covered] : covered;
    this.done += events;
    if (snapshot === undefined) return;
    this.snapshots.push(snapshot);
    this.covered = { last: last ?? this.done, version: version ?? this.version };
  }

  /** What is on the page. */
  get page(): readonly (Plain | string)[] {
    return show(this.#root, []);
  }

  /** The page's text. */
  get text(): string {
    return textOf(this.page);
  }

  /** Every element that has a handler. */
  get listening(): readonly Plain[] {
    const found: Plain[] = [];
    const visit = (nodes: readonly (Plain | string)[]) => {
      for (const node of nodes) {
        if (typeof node === "string") continue;
        if (Object.keys(node.handlers).length > 0) found.push(node);
        visit(node.children);
      }
    };
    visit(this.page);
    return found;
  }

  /** The one element that listens to this event and shows exactly this text, or has it as its `name`. */
  find(text: string, event: string): Plain {
    const found = this.listening.filter((element) =>
      element.handlers[event] && (textOf(element.children) === text || element.attributes.name === text)
    );
    if (found.length !== 1) throw new Error(`${found.length} elements listen to ${event} and show "${text}"`);
    return found[0]!;
  }

  #mounted(): void {
    if (this.mounts === 0) throw new Error("The first message must be a mount");
  }

  #value(value: unknown): Held {
    if (value === null || typeof value === "string" || typeof value === "number") return value;
    if (!Array.isArray(value)) throw new Error(`Not a value: ${JSON.stringify(value)}`);
    const [number, ...rest] = value as unknown[];
    if (number === 0) return new List(rest.map((item) => this.#value(item)));
    const template = this.#templates[(number as number) - 1];
    if (!template) throw new Error(`Template ${number} was never defined`);
    if (rest.length > template.holes.length) throw new Error(`Template ${number} has ${template.holes.length} holes, not ${rest.length}`);
    return new Instance(
      template,
      template.holes.map((hole, i) =>
        i >= rest.length
          ? (hole.kind === "handler" ? hole.options : null)
          : hole.kind === "child"
          ? this.#value(rest[i])
          : checkHeld(hole, rest[i])
      ),
    );
  }

  #patch(held: Held, patch: unknown, isItem = false): Held {
    if (!isObject(patch)) return this.#value(patch);
    if (held instanceof Instance && "$" in patch) {
      if (isItem || !Array.isArray(patch.$)) throw new Error(`An instance cannot become a list here: ${JSON.stringify(patch)}`);
      return this.#patch(new List([held]), patch);
    }
    if (held instanceof Instance) {
      for (const [name, change] of Object.entries(patch)) {
        const i = Number(name);
        const hole = held.template.holes[i];
        if (!hole) throw new Error(`There is no hole ${name}`);
        if (hole.kind === "child") held.holes[i] = this.#patch(held.holes[i] as Held, change);
        else if (hole.kind === "spread") held.holes[i] = merge(held.holes[i] as Record<string, Json> | null, change);
        else held.holes[i] = checkHeld(hole, change);
      }
      return held;
    }
    if (held instanceof List) {
      const { $: recipe, ...changes } = patch;
      if (typeof recipe === "number") {
        const kept = held.items[-1 - recipe];
        if (!(kept instanceof Instance)) throw new Error(`A list cannot become its item ${-1 - recipe}`);
        if (Object.keys(changes).some((name) => name !== "0")) throw new Error(`There is one item: ${JSON.stringify(patch)}`);
        return "0" in changes ? this.#patch(kept, changes[0]) : kept;
      }
      if (recipe !== undefined) held.items = this.#cook(recipe as Recipe, held.items);
      for (const [name, change] of Object.entries(changes)) {
        const i = Number(name);
        if (!(Number.isInteger(i) && i >= 0 && i < held.items.length)) throw new Error(`There is no item ${name}`);
        held.items[i] = this.#patch(held.items[i]!, change, true);
      }
      return held;
    }
    throw new Error(`A change of nothing that can change: ${JSON.stringify(patch)}`);
  }

  #cook(recipe: Recipe, old: readonly Held[]): Held[] {
    const used = new Set<number>();
    const made: Held[] = [];
    let stayed = -1;
    const bad = (why: string) => new Error(`${why}: ${JSON.stringify(recipe)}`);
    for (let i = 0; i < recipe.length; i++) {
      const part = recipe[i]!;
      if (Array.isArray(part)) {
        for (const item of part) made.push(this.#value(item));
        continue;
      }
      const start = part < 0 ? -1 - part : part;
      const count = part < 0 ? -1 : recipe[++i];
      if (typeof count !== "number" || count === 0) throw bad("A run without a length");
      for (let at = start; at < start + Math.abs(count); at++) {
        if (used.has(at) || at >= old.length) throw bad(`Item ${at} is used twice, or is none`);
        used.add(at);
        made.push(old[at]!);
      }
      if (count < 0) continue;
      if (start < stayed) throw bad(`Item ${start} does not stay`);
      stayed = start + count;
    }
    return made;
  }
}

/** The text that a user reads. */
export function textOf(nodes: readonly (Plain | string)[]): string {
  return nodes.map((node) => typeof node === "string" ? node : textOf(node.children)).join("");
}

function show(held: Held, path: Path): (Plain | string)[] {
  if (held === null) return [];
  if (held instanceof List) return held.items.flatMap((item, i) => show(item, [...path, i]));
  if (held instanceof Instance) return held.template.roots.flatMap((node) => showNode(node, held, path));
  return [String(held)];
}

function showNode(node: Definition[number], instance: Instance, path: Path): (Plain | string)[] {
  if (typeof node === "string") return [node];
  if (typeof node === "number") return show(instance.holes[node] as Held, [...path, node]);
  const [tag, given, ...children] = node;
  const attributes: Record<string, Json> = {};
  const handlers: Record<string, Listening> = {};
  for (const [name, hole] of given) {
    if (typeof hole === "string") {
      attributes[name] = hole;
      continue;
    }
    const held = instance.holes[hole];
    if (held === null) continue;
    switch (kindOf(name)) {
      case "handler":
        handlers[name.slice(1)] = { path: [...path, hole], options: held as HandlerOptions };
        break;
      case "spread":
        for (const [inner, value] of Object.entries(held as Record<string, Json>)) {
          if (inner[0] !== "@") attributes[inner] = value;
          else if (value !== null) handlers[inner.slice(1)] = { path: [...path, hole, inner.slice(1)], options: value as HandlerOptions };
        }
        break;
      default:
        attributes[name] = held as Json;
    }
  }
  const nodes = (children as Definition).flatMap((child) => showNode(child, instance, path));
  return [{ tag, attributes, handlers, children: joined(nodes) }];
}

/** Texts side by side are one to a user. */
function joined(nodes: readonly (Plain | string)[]): (Plain | string)[] {
  const made: (Plain | string)[] = [];
  for (const node of nodes) {
    if (typeof node === "string" && typeof made.at(-1) === "string") made[made.length - 1] += node;
    else made.push(node);
  }
  return made;
}

function merge(held: Record<string, Json> | null, change: unknown): Record<string, Json> {
  if (!isObject(change)) throw new Error(`A spread's patch is an object, not ${JSON.stringify(change)}`);
  const made = { ...held };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete made[name];
    else made[name] = value as Json;
  }
  return made;
}

// ---- shapes ----------------------------------------------------------------------------------

/** A message from the server, checked. @throws {Error} for anything that the document does not describe. */
export function readDown(text: string): Down {
  const message: unknown = JSON.parse(text);
  const bad = () => new Error(`Not a message of the server: ${text}`);
  if (!Array.isArray(message)) throw bad();
  const [kind, ...rest] = message as unknown[];
  switch (kind) {
    case "mount": {
      const [epoch, version, last, definitions, value, config] = rest;
      if (
        rest.length !== (config === undefined ? 5 : 6) || typeof epoch !== "string" || !isCount(version) || !isCovered(last) ||
        !isDefinitions(definitions)
      ) throw bad();
      if (!isValue(value) || (config !== undefined && !isConfig(config))) throw bad();
      break;
    }
    case "resume": {
      const [epoch, version, last, config, ...change] = rest;
      if (typeof epoch !== "string" || !isCount(version) || !isCount(last)) throw bad();
      if (config !== undefined && config !== 0 && !isConfig(config, true)) throw bad();
      if (change.length > 0 && !(change.length === 3 && isPatch(change))) throw bad();
      break;
    }
    case "emit":
      if (rest.length !== 2 || typeof rest[0] !== "string") throw bad();
      if (rest[0] === "nacre:refused" && !isRefusal(rest[1])) throw bad();
      break;
    case "provide":
      if (rest.length !== 2 || !isText(rest[0])) throw bad();
      break;
    case "context":
      if (rest.length !== 2 || !isText(rest[0]) || (rest[1] !== 0 && rest[1] !== 1)) throw bad();
      break;
    case "form":
      if (!isFormSaid(rest)) throw bad();
      break;
    case "effect":
      if (!isEffect(rest)) throw bad();
      break;
    default:
      // Alone it says that events have been dealt with, or brings a snapshot, or answers a probe.
      if (!isCovered(kind) || rest.length > 0 && !isPatch(rest)) throw bad();
  }
  return message as Down;
}

function isPatch([patch, definitions, skipped, ...more]: unknown[]): boolean {
  return (isValue(patch) || isChange(patch, skipped !== undefined)) && (definitions === undefined || isDefinitions(definitions)) &&
    (skipped === undefined || isCount(skipped)) && more.length === 0;
}

function isCovered(value: unknown): boolean {
  if (!Array.isArray(value)) return isCount(value);
  return (value.length === 2 || (value.length === 4 && isCount(value[2]) && isCount(value[3]))) && isCount(value[0]) && isText(value[1]);
}

/** The arguments of each effect of the page. */
const effects: Readonly<Record<string, readonly ((value: unknown) => boolean)[]>> = {
  ...Object.fromEntries(
    ["focus", "select", "reset", "scroll", "showModal", "close", "play", "pause", "submit", "copy", "title"].map((
      name,
    ) => [name, [isText]]),
  ),
  navigate: [isText, (value) => value === 0 || value === 1],
  download: [isText, isText],
};

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isEffect([name, ...args]: unknown[]): boolean {
  const expected = Object.hasOwn(effects, name as string) ? effects[name as string]! : [];
  const more = name === "scroll" && isObject(args[1]) ? 1 : 0;
  return expected.length > 0 && args.length === expected.length + more && expected.every((is, i) => is(args[i]));
}

function isConfig(config: unknown, mayBeEmpty = false): boolean {
  const isNames = (names: unknown) => names === undefined || Array.isArray(names) && names.every(isText);
  if (!isObject(config) || (Object.keys(config).length === 0 && !mayBeEmpty)) return false;
  const { attributes, properties, url, contexts, provided, shadow, form, ...more } = config;
  return Object.keys(more).length === 0 && isNames(attributes) && isNames(properties) && isNames(contexts) &&
    (provided === undefined || isObject(provided)) && (url === undefined || url === 1) &&
    (shadow === undefined || isShadow(shadow)) && (form === undefined || isForm(form));
}

function isShadow(shadow: unknown): boolean {
  if (!isObject(shadow)) return false;
  const { mode, delegatesFocus = 1, adoptStyles = 1, ...more } = shadow;
  return (mode === "open" || mode === "closed") && delegatesFocus === 1 && adoptStyles === 1 && Object.keys(more).length === 0;
}

function isForm(form: unknown): boolean {
  return isObject(form) && Object.keys(form).join() === "hears,said" && Array.isArray(form.said) && form.said.every(isFormSaid) &&
    Array.isArray(form.hears) && form.hears.every((kind) => ["reset", "disabled", "restore", "autofill"].includes(kind as string));
}

function isFormSaid(said: unknown): boolean {
  const [kind, first, second, ...more] = Array.isArray(said) ? said as unknown[] : [];
  switch (kind) {
    case "value":
      return (first === null || isText(first) ||
        Array.isArray(first) && first.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText))) &&
        (second === null || isText(second)) && more.length === 0;
    case "validity":
      return Array.isArray(first) && first.every(isText) && isText(second) && more.length < 2 && more.every(isText);
    case "states":
      return isObject(first) && Object.values(first).every((is) => is === 0 || is === 1) && second === undefined;
    default:
      return false;
  }
}

function isRefusal(detail: unknown): boolean {
  return isObject(detail) && Object.keys(detail).length === 2 && isCount(detail.event) &&
    ["version", "gone", "payload"].includes(detail.reason as string);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isValue(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "number") return true;
  if (!Array.isArray(value) || !isCount(value[0])) return false;
  return value[0] > 0 || value.slice(1).every(isValue);
}

function isChange(value: unknown, mayBeEmpty = false): boolean {
  if (!isObject(value) || (Object.keys(value).length === 0 && !mayBeEmpty)) return false;
  return Object.entries(value).every(([name, change]) => name === "$" ? isRecipe(change) : /^(0|[1-9]\d*)$/.test(name));
}

function isRecipe(value: unknown): boolean {
  if (typeof value === "number") return isCount(-1 - value);
  return Array.isArray(value) &&
    value.every((part) => Number.isSafeInteger(part) || (Array.isArray(part) && part.length > 0 && part.every(isValue)));
}

function isDefinitions(value: unknown): value is Definition[] {
  return Array.isArray(value) && value.every((definition) => Array.isArray(definition) && definition.every(isNode));
}

function isNode(node: unknown): boolean {
  if (typeof node === "string" || isCount(node)) return true;
  if (!Array.isArray(node) || typeof node[0] !== "string" || !Array.isArray(node[1])) return false;
  return node[1].every(isAttribute) && node.slice(2).every(isNode);
}

function isAttribute(attribute: unknown): boolean {
  if (!Array.isArray(attribute) || typeof attribute[0] !== "string" || attribute[0] === "") return false;
  if (attribute[0][0] === "@") return attribute.length === 3 && isCount(attribute[1]) && isOptions(attribute[2]);
  return attribute.length === 2 && (typeof attribute[1] === "string" || isCount(attribute[1]));
}

function isConditions(conditions: unknown): boolean {
  return typeof conditions === "object" && conditions !== null && !Array.isArray(conditions) && Object.keys(conditions).length > 0 &&
    Object.entries(conditions).every(([name, condition]) => ["when", "prevent", "stop"].includes(name) && isCondition(condition));
}

function isCondition(condition: unknown): boolean {
  return typeof condition === "object" && condition !== null && !Array.isArray(condition) &&
    Object.values(condition).every((value) =>
      typeof value === "boolean" || [value].flat().every((one) => typeof one === "string" || typeof one === "number")
    );
}

function isOptions(options: unknown): boolean {
  if (options === null || isCount(options)) return true;
  return Array.isArray(options) && options.length > 1 &&
    options.every((part, i) => i < 3 ? isCount(part) : typeof part === "string" || i === 3 && isConditions(part));
}

function readDefinition(roots: Definition): Template {
  const holes: Hole[] = [];
  const put = (number: number, hole: Hole) => {
    if (holes[number]) throw new Error(`Hole ${number} stands twice`);
    holes[number] = hole;
  };
  const visit = (node: Definition[number]) => {
    if (typeof node === "string") return;
    if (typeof node === "number") return put(node, { kind: "child", options: null });
    const [, attributes, ...children] = node;
    for (const [name, hole, options] of attributes) {
      if (typeof hole === "number") put(hole, { kind: kindOf(name), options: options ?? null });
    }
    (children as Definition).forEach(visit);
  };
  roots.forEach(visit);
  for (let i = 0; i < holes.length; i++) if (!holes[i]) throw new Error(`Hole ${i} stands nowhere`);
  return { roots, holes };
}

function kindOf(name: string): Kind {
  if (name === "...") return "spread";
  switch (name[0]) {
    case ".":
      return "property";
    case "~":
      return "custom";
    case "@":
      return "handler";
    default:
      return "attribute";
  }
}

function checkHeld(hole: Hole, value: unknown): unknown {
  const fits = () => {
    switch (hole.kind) {
      case "attribute":
        return value === null || typeof value === "string" || typeof value === "number";
      case "spread":
        return value === null || isObject(value);
      case "handler":
        return isOptions(value);
      default:
        return value !== undefined;
    }
  };
  if (!fits()) throw new Error(`Not a value of a hole of kind ${hole.kind}: ${JSON.stringify(value)}`);
  return value;
}
