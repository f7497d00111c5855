/**
 * What turns one view tree into the next, in the words of the wire. Visits only what is not the same object in both.
 *
 * Identity is settled by the lowering: a node that goes on from an old one has its id, and is patched; any other is new, and
 * replaces.
 */
import type { Change, Json, Recipe, Value } from "../wire/message.ts";
import type { Definitions } from "./definitions.ts";
import { isUsual, sameOnWire, sameOptions, wireOptions } from "./handler.ts";
import type { Hole, Select } from "./template.ts";
import { stayingItems } from "./order.ts";
import { ComponentNode, indexOfId, Instance, List, type Node, shown } from "./tree.ts";

/**
 * The patch from `old` to `now`; undefined when they look the same. `isFar`: `now` was not lowered beside `old` but some versions later,
 * so that what its lists say of where their items were is not of `old`. `isItem`: they are items of a list, and not in a hole of their own.
 */
export function diff(old: Node, now: Node, definitions: Definitions, isFar = false, isItem = false): Value | Change | undefined {
  while (old instanceof ComponentNode && now instanceof ComponentNode && old.type === now.type) {
    if (old === now) return undefined;
    old = old.child;
    now = now.child;
  }
  if (old === now) return undefined;
  if (now instanceof Instance && old instanceof Instance && old.id === now.id) return diffInstance(old, now, definitions, isFar);
  if (now instanceof List && old instanceof List && old.id === now.id) return diffList(old, now, definitions, isFar);
  const [before, after] = [shown(old), shown(now)];
  if (before === after && typeof after !== "object" || before === null && after === null) return undefined;
  const kept = before instanceof Instance && after instanceof List
    ? isItem ? undefined : diffGrown(before, after, definitions, isFar)
    : before instanceof List && after instanceof Instance
    ? diffShrunk(before, after, definitions, isFar)
    : undefined;
  return kept ?? encode(after, definitions);
}

/** One child has become several: the patch that keeps it; undefined when it is not among them. */
function diffGrown(old: Instance, now: List, definitions: Definitions, isFar: boolean): Change | undefined {
  const at = indexOfId(now, old.id);
  if (at < 0) return undefined;
  const change: Change = { $: recipe(now, Int32Array.from(now.items, (_, i) => i === at ? 0 : -1), definitions) };
  const changed = diffInstance(old, shown(now.items[at]!) as Instance, definitions, isFar);
  if (changed !== undefined) change[at] = changed as Json;
  return change;
}

/** Several children have become one of them: the patch that keeps it; undefined when it was not among them. */
function diffShrunk(old: List, now: Instance, definitions: Definitions, isFar: boolean): Change | undefined {
  const at = indexOfId(old, now.id);
  if (at < 0) return undefined;
  const change: Change = { $: ~at };
  const changed = diffInstance(shown(old.items[at]!) as Instance, now, definitions, isFar);
  if (changed !== undefined) change[0] = changed as Json;
  return change;
}

function diffInstance(old: Instance, now: Instance, definitions: Definitions, isFar: boolean): Change | undefined {
  const { holes } = now.place;
  let change: Change | undefined;
  for (let i = 0; i < holes.length; i++) {
    const before = old.holes[i], after = now.holes[i];
    if (before === after) continue;
    const changed = diffHole(holes[i]!, before, after, definitions, isFar);
    if (changed !== undefined) (change ??= {})[i] = changed;
  }
  // Another option may have been chosen while the options changed: the value is written once more.
  if (change) { for (const select of now.place.selects) keepChosen(change, select, now.holes[select.value]); }
  return change;
}

function keepChosen(change: Change, { value, inside }: Select, held: unknown): void {
  if (held === null || !inside.some((hole) => hole in change)) return;
  if (typeof held !== "object") change[value] ??= held as Json;
  else if (".value" in held) change[value] = { ...change[value] as Spread, ".value": held[".value"] as Json } as Json;
}

function diffHole(hole: Hole, before: unknown, after: unknown, definitions: Definitions, isFar: boolean): Json | undefined {
  switch (hole.kind) {
    case "child":
      return diff(before as Node, after as Node, definitions, isFar) as Json | undefined;
    case "handler":
      return sameOnWire(before, after, hole.event, hole.tag) ? undefined : wireOptions(after, hole.event, hole.tag);
    case "spread":
      return diffSpread(before as Spread, after as Spread, hole.tag);
    case "bare":
      return before === "" && isUnset(after) ? undefined : bareSpread(after as string);
    default:
      return after as Json;
  }
}

type Spread = Readonly<Record<string, unknown>> | null;
const empty: Spread = {};

function diffSpread(before: Spread, after: Spread, tag: string): Json | undefined {
  let change: { [name: string]: Json } | undefined;
  for (const name in before ?? empty) {
    if (after !== null && name in after) continue;
    (change ??= {})[name] = null;
    // What a checkbox is worth stands in its attribute, also when it was set as a property.
    if (name === ".value" && !(after !== null && "value" in after)) change.value = null;
  }
  for (const name in after ?? empty) {
    const value = after![name];
    const old = before?.[name];
    if (name[0] === "@") {
      const event = name.slice(1);
      if (!sameOnWire(old ?? null, value, event, tag)) (change ??= {})[name] = wireOptions(value, event, tag);
    } else if (!Object.is(value, old)) (change ??= {})[name] = value as Json;
  }
  return change;
}

/** Nothing that a browser must be told of a new instance: what is not set, but for the property that a user can change. */
function isUnset(bare: unknown): boolean {
  const text = bare as string;
  return text === "" || (text[0] === "!" && text !== "!.checked");
}

/** A bare boolean as the spread of one that it is on the wire: `disabled` as `{"disabled":""}`, `!.checked` as `{".checked":false}`. */
export function bareSpread(bare: string): { [name: string]: Json } {
  const isOn = bare[0] !== "!";
  const name = isOn ? bare : bare.slice(1);
  return { [name]: name[0] === "." ? isOn : isOn ? "" : null };
}

function diffList(old: List, now: List, definitions: Definitions, isFar: boolean): Change | undefined {
  const from = isFar ? origins(old, now) : now.from;
  const touched = isFar ? undefined : now.touched;
  let change: Change | undefined;
  if (!from && touched) {
    for (const i of touched) {
      const changed = diff(old.items[i]!, now.items[i]!, definitions, isFar, true);
      if (changed !== undefined) (change ??= {})[i] = changed as Json;
    }
    return change;
  }
  if (from && isInPlace(old, from)) {
    for (let i = 0; i < from.length; i++) {
      const changed = from[i]! < 0 ? encode(now.items[i]!, definitions) : diff(old.items[i]!, now.items[i]!, definitions, isFar, true);
      if (changed !== undefined) (change ??= {})[i] = changed as Json;
    }
    return change;
  }
  if (from) change = { $: recipe(now, from, definitions) };
  for (let i = 0; i < now.items.length; i++) {
    const at = from ? from[i]! : i;
    if (at < 0 || old.items[at] === now.items[i]) continue;
    const changed = diff(old.items[at]!, now.items[i]!, definitions, isFar, true);
    if (changed !== undefined) (change ??= {})[i] = changed as Json;
  }
  return change;
}

/** For each item where the one that it goes on from stood some versions ago, by its id; -1 for what is new, as a text is. */
function origins(old: List, now: List): Int32Array {
  const places = new Map<number, number>();
  for (const [at, item] of old.items.entries()) {
    const what = shown(item);
    if (what instanceof Instance || what instanceof List) places.set(what.id, at);
  }
  return Int32Array.from(now.items, (item) => {
    const what = shown(item);
    return what instanceof Instance || what instanceof List ? places.get(what.id) ?? -1 : -1;
  });
}

/** Whether a few items were replaced where they stand and nothing else: then naming them is shorter than a recipe. */
function isInPlace(old: List, from: Int32Array): boolean {
  if (old.items.length !== from.length) return false;
  let replaced = 0, groups = 0;
  for (let i = 0; i < from.length; i++) {
    if (from[i] === i) continue;
    if (from[i] !== -1) return false;
    replaced++;
    if (i === 0 || from[i - 1] !== -1) groups++;
  }
  return 6 * replaced < 10 * groups + 8;
}

/** Runs of old items that stay or move, and groups of new ones: `[0,500,501,499]`, `[0,1000,[[2,"",1001,"..."]]]`, `[0,1,-999,2,996,-2,999,1]`. */
function recipe(now: List, from: Int32Array, definitions: Definitions): Recipe {
  const stay = stayingItems(from);
  const made: Recipe = [];
  for (let i = 0; i < from.length;) {
    const start = from[i]!;
    const begin = i;
    if (start < 0) {
      const group: Value[] = [];
      for (; i < from.length && from[i]! < 0; i++) group.push(encode(now.items[i]!, definitions));
      made.push(group);
      continue;
    }
    const stays = stay === null || stay[i] === 1;
    for (i++; i < from.length && from[i] === start + i - begin && (stay === null || (stay[i] === 1) === stays);) i++;
    const count = i - begin;
    if (stays) made.push(start, count);
    else if (count === 1) made.push(~start);
    else made.push(start, -count);
  }
  return made;
}

/** A node as a value of the wire. */
export function encode(node: Node, definitions: Definitions): Value {
  const what = shown(node);
  if (what instanceof Instance) return encodeInstance(what, definitions);
  if (what instanceof List) {
    const value: [number, ...Json[]] = [0];
    for (const item of what.items) value.push(encode(item, definitions) as Json);
    return value;
  }
  return what;
}

function encodeInstance(instance: Instance, definitions: Definitions): Value {
  const { place: { holes }, holes: held } = instance;
  const { number, options, usual } = definitions.of(instance);
  // What stands at the end and is as usual is not sent: handlers first, as they are the last, then what is nothing.
  let last = holes.length - 1;
  for (let hole; last >= 0 && (hole = holes[last]!).kind === "handler"; last--) {
    if (!isUsual(held[last], usual[last]!) && !sameOptions(wireOptions(held[last], hole.event, hole.tag), options[last]!)) break;
  }
  while (last >= 0 && isNothing(holes[last]!, held[last])) last--;
  const value: [number, ...Json[]] = [number];
  for (let i = 0; i <= last; i++) value.push(encodeHole(holes[i]!, held[i], definitions));
  return value;
}

function isNothing(hole: Hole, held: unknown): boolean {
  switch (hole.kind) {
    case "handler":
      return false;
    case "bare":
      return isUnset(held);
    case "child":
      return shown(held as Node) === null;
    default:
      return held === null;
  }
}

function encodeHole(hole: Hole, held: unknown, definitions: Definitions): Json {
  switch (hole.kind) {
    case "child":
      return encode(held as Node, definitions) as Json;
    case "handler":
      return wireOptions(held, hole.event, hole.tag);
    case "spread":
      return encodeSpread(held as Spread, hole.tag);
    case "bare":
      return isUnset(held) ? null : bareSpread(held as string);
    default:
      return held as Json;
  }
}

function encodeSpread(spread: Spread, tag: string): Json {
  if (spread === null) return null;
  const value: { [name: string]: Json } = {};
  for (const name in spread) value[name] = name[0] === "@" ? wireOptions(spread[name], name.slice(1), tag) : spread[name] as Json;
  return value;
}
