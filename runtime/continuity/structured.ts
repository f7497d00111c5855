/**
 * Structured data as text and back: a model, so that it can be sealed, kept, and gone on with elsewhere. It never leaves out what would not
 * come back: such a value is refused by its path. And it never reads anything but data: no class of an app's, no prototype.
 *
 * What is JSON is written as JSON. Anything else is an object with the one property `$`: a list that begins with the name of its kind, or
 * an empty one for `undefined`.
 */
import { expect, isNumber, isText, type Kind, kinds } from "./kind.ts";

/** Nested deeper it is refused: it would end in the engine's limit for calls. It is the bound of what crosses the wire, too. */
const deepest = 500;
/** The same in levels of JSON: two for each of data, where all is marked. */
const deepestText = 1_002;

/** What all begins with that is not JSON. Within a text it cannot stand: there its quotation marks are escaped. */
const mark = '{"$":';

/** What `JSON.rawJSON` made has no prototype and is no data: it would be written as what it says. TypeScript does not know of it yet. */
type Raw = typeof JSON & { isRawJSON(value: unknown): boolean };

/**
 * Thrown where a value cannot be written down as data.
 *
 * @example
 * ```ts
 * import { NotStructuredError } from "@nacre/nacre";
 *
 * export function explain(error: unknown): string {
 *   return error instanceof NotStructuredError ? `Make data of ${error.path}` : String(error);
 * }
 * ```
 */
export class NotStructuredError extends TypeError {
  /** `NotStructuredError`. */
  override readonly name = "NotStructuredError";
  /** Where the value is: `model.rows[3].onClick`. */
  readonly path: string;

  /** An error for the value at `path`, which is `why`. */
  constructor(path: string, why: string) {
    super(`Cannot keep ${path}: ${why}. A model that is to go on elsewhere holds data only`);
    this.path = path;
  }
}

/**
 * Writes data as text: what JSON knows; `undefined`, all numbers, bigints; `Date`, `Map`, `Set`, `RegExp` (its `lastIndex` is not kept),
 * `URL`, `ArrayBuffer`, typed arrays and `DataView` (with the bytes that they show, in a buffer of their own that is as long); arrays with
 * holes. Objects without a prototype come back as ordinary ones, and what stands at two places comes back twice.
 *
 * @throws NotStructuredError for all else: functions, symbols (as names, too), instances of other classes, getters, hidden properties,
 * properties of arrays that are not items, what is within itself, and what is nested deeper than 500.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readStructured, writeStructured } from "./structured.ts";
 *
 * const model = { count: 1, since: new Date(0), tags: new Set(["new"]) };
 * const text = writeStructured(model);
 * assertEquals(text, '{"count":1,"since":{"$":["Date",0]},"tags":{"$":["Set","new"]}}');
 * assertEquals(readStructured(text), model);
 * ```
 */
export function writeStructured(value: unknown): string {
  const way = new Way();
  try {
    return JSON.stringify(lower(way, value, 0));
  } catch (error) {
    if (error instanceof NotStructuredError) throw error;
    // What looks like a Map and is none, or a proxy, which may do anything; one that was revoked does nothing but throw.
    throw way.refuse(Math.max(way.depth, 0), "it cannot be read");
  }
}

/**
 * Reads what `writeStructured` wrote.
 *
 * @throws SyntaxError when the text is anything else. It says nothing of the text, which may be somebody's secret.
 */
export function readStructured(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return text.includes(mark) ? revive(json, 0) : json;
  } catch {
    throw new SyntaxError("Cannot read structured data: this is not what was written");
  }
}

/** The way from the model to the value that is looked at: containers, and the step out of each. */
class Way {
  readonly containers: object[] = [];
  /** The name of a property, the index of an item, or in a map the index in keys and values by turns. */
  readonly steps: (string | number)[] = [];
  /** How many steps lead to the last container that was begun and not ended. */
  depth = 0;

  /** The error for the value after `depth` steps. */
  refuse(depth: number, why: string): NotStructuredError {
    const steps = this.steps.slice(0, depth).map((step, index) => this.#step(this.containers[index]!, step));
    return new NotStructuredError(`model${steps.join("")}`, why);
  }

  /** The error for what is nested too deep: most often because it is within itself, which is looked for no earlier than here. */
  refuseDeep(value: object): NotStructuredError {
    const way = [...this.containers.slice(0, deepest + 1), value];
    const again = way.findIndex((container, index) => way.indexOf(container) < index);
    return again < 0 ? this.refuse(deepest + 1, `it is nested deeper than ${deepest}`) : this.refuse(again, "it is within itself");
  }

  #step(container: object, step: string | number): string {
    if (typeof step === "string") return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    if (container instanceof Set) return `.values()[${step}]`;
    if (!(container instanceof Map)) return `[${step}]`;
    const key: unknown = [...container.keys()][step >> 1];
    if (step % 2 === 0) return `.keys()[${step >> 1}]`;
    return typeof key === "string" || typeof key === "number" ? `.get(${JSON.stringify(key)})` : `.values()[${step >> 1}]`;
  }
}

/** A value as JSON has it. What is JSON already is answered as it is: for an ordinary model nothing is copied. */
function lower(way: Way, value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // NaN, both infinities and -0.
      return value - value !== 0 || (value === 0 && 1 / value < 0) ? { $: ["number", Object.is(value, -0) ? "-0" : String(value)] } : value;
    case "undefined":
      return { $: [] };
    case "bigint":
      return { $: ["bigint", String(value)] };
    case "object": {
      if (value === null) return value;
      if (depth > deepest) throw way.refuseDeep(value);
      way.containers[depth] = value;
      way.depth = depth;
      const lowered = lowerContainer(way, value, depth);
      way.depth = depth - 1;
      return lowered;
    }
    default:
      throw way.refuse(depth, `it is a ${typeof value}`);
  }
}

function lowerContainer(way: Way, value: object, depth: number): unknown {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype === Array.prototype) return lowerArray(way, value, depth);
  } else if (prototype === Object.prototype || (prototype === null && !(JSON as Raw).isRawJSON(value))) {
    return lowerObject(way, value, depth);
  } else {
    const kind = prototype && kinds().byPrototype.get(prototype);
    if (kind) return lowerKind(way, kind, value, depth);
  }
  const { name } = prototype?.constructor ?? {};
  throw way.refuse(depth, `it is an instance of ${typeof name === "string" && name ? name : "a class"}`);
}

function lowerKind(way: Way, kind: Kind, value: object, depth: number): unknown {
  if (kind.own < Infinity && Object.getOwnPropertyNames(value).length > kind.own) {
    throw way.refuse(depth, `it is a ${kind.name} with properties of its own`);
  }
  const parts = kind.write(value, (part, index) => {
    way.steps[depth] = index;
    return lower(way, part, depth + 1);
  });
  return { $: [kind.name, ...parts] };
}

function lowerObject(way: Way, object: object, depth: number): unknown {
  const names = Object.getOwnPropertyNames(object);
  const symbol = Object.getOwnPropertySymbols(object)[0];
  if (symbol) throw way.refuse(depth, `it has a property that is named by a symbol, ${String(symbol)}`);
  let changes: [name: string, value: unknown][] | undefined;
  for (const name of names) {
    const value = valueOf(way, object, name, depth);
    // Most are texts: it spares a call for each.
    if (typeof value === "string") continue;
    const lowered = lower(way, value, depth + 1);
    if (lowered !== value) (changes ??= []).push([name, lowered]);
  }
  let lowered = object as Record<string, unknown>;
  if (changes) {
    lowered = { ...lowered };
    // Each name is there already, so that `__proto__` is a property like any other.
    for (const [name, value] of changes) lowered[name] = value;
  }
  // It would be read as one of the marks.
  return names.length === 1 && names[0] === "$" ? { $: ["$", lowered.$] } : lowered;
}

function lowerArray(way: Way, array: readonly unknown[], depth: number): unknown {
  if (Object.getOwnPropertySymbols(array).length > 0) throw way.refuse(depth, "it has a property that is named by a symbol");
  // The names are the items' and `length`.
  if (Object.getOwnPropertyNames(array).length !== array.length + 1) return lowerSparse(way, array, depth);
  let changed: unknown[] | undefined;
  for (let index = 0; index < array.length; index++) {
    way.steps[depth] = index;
    // Not by its descriptor, which for items costs a fifth of the whole: nobody makes an item a getter unawares.
    const value = array[index];
    // As many holes as other properties: the count was right by chance.
    if (value === undefined && !Object.hasOwn(array, index)) return lowerSparse(way, array, depth);
    const lowered = lower(way, value, depth + 1);
    if (lowered !== value) (changed ??= [...array])[index] = lowered;
  }
  return changed ?? array;
}

/** The value of a property: not what a getter would answer, which may be another thing each time. */
function valueOf(way: Way, container: object, name: string, depth: number): unknown {
  way.steps[depth] = name;
  const property = Object.getOwnPropertyDescriptor(container, name)!;
  if (property.get || property.set) throw way.refuse(depth + 1, "it is a getter or a setter");
  if (!property.enumerable) throw way.refuse(depth + 1, "it is hidden (not enumerable)");
  return property.value;
}

/** An array with holes: its length, then indices and items by turns. */
function lowerSparse(way: Way, array: readonly unknown[], depth: number): unknown {
  const items: unknown[] = [];
  for (const name of Object.getOwnPropertyNames(array)) {
    if (name === "length") continue;
    const index = Number(name) >>> 0;
    way.steps[depth] = name;
    if (String(index) !== name || index >= array.length) throw way.refuse(depth + 1, "it is a property of an array, and no item of it");
    way.steps[depth] = index;
    items.push(index, lower(way, array[index], depth + 1));
  }
  return { $: ["Array", array.length, ...items] };
}

/** What was lowered, as it was. It is changed in place: nobody else has it. */
function revive(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > deepestText) throw new SyntaxError("Too deep");
  const names = Object.keys(value);
  const container = value as Record<string, unknown>;
  if (!Array.isArray(value) && names.length === 1 && names[0] === "$") return reviveMarked(container.$, depth);
  // Each name is its own, so that `__proto__` is a property like any other.
  for (const name of names) container[name] = revive(container[name], depth + 1);
  return container;
}

function reviveMarked(marked: unknown, depth: number): unknown {
  const [name, ...parts] = expect(Array.isArray, marked);
  for (let index = 0; index < parts.length; index++) parts[index] = revive(parts[index], depth + 2);
  switch (name) {
    case undefined:
      return undefined;
    case "$":
      return { $: parts[0] };
    case "number":
      return Number(expect(isText, parts[0]));
    case "bigint":
      return BigInt(expect(isText, parts[0]));
    case "Array":
      return reviveSparse(parts);
    default: {
      const kind = kinds().byName.get(name);
      if (!kind) throw new SyntaxError("Unknown kind");
      return kind.read(parts);
    }
  }
}

function reviveSparse([length, ...items]: readonly unknown[]): unknown[] {
  // What is no length of an array throws here.
  const array = new Array<unknown>(expect(isNumber, length));
  for (let at = 0; at < items.length; at += 2) {
    const index = expect(isNumber, items[at]);
    if (!Number.isInteger(index) || index < 0 || index >= array.length) throw new SyntaxError("No index of the array");
    array[index] = items[at + 1];
  }
  return array;
}
