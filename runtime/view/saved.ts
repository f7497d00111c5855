/**
 * The state of components as plain data, by their position: what of a view can be taken to another process. Where a state is not
 * plain, or a component is no longer where it was, it starts fresh.
 */
import { nameOf } from "./component_name.ts";
import { Following, Living } from "./living.ts";
import { isPlain } from "./plain.ts";
import { type HookData, hookData } from "./preact.ts";
import { ComponentNode, forEachSpot, Instance, List, type Node, spotOf } from "./tree.ts";

/** A component that lives, and those in it, in the order of the document. */
export interface SavedComponent {
  readonly name: string;
  readonly key: string | null;
  /** By position; `null` for what has no state, or none that is plain data. */
  readonly hooks: readonly HookData[];
  readonly inside: readonly SavedComponent[];
}

/** The states of the components of a view. */
export interface SavedState {
  readonly components: readonly SavedComponent[];
  /** How many ids `useId` had given. */
  readonly ids: number;
}

/** The components that live in a node, none of them in another that is named here. */
export function savedIn(node: Node): SavedComponent[] {
  const spot = spotOf(node);
  if (spot === null) return [];
  if (node instanceof List) return node.items.flatMap(savedIn);
  if (node instanceof Instance) {
    return node.place.holes.flatMap((hole, i) => hole.kind === "child" ? savedIn(node.holes[i] as Node) : []);
  }
  const { type, key, child } = node as ComponentNode;
  if (!(spot instanceof Living)) return savedIn(child);
  // What is shown in place of what waits would be taken for that.
  const inside = spot.suspension?.isSuspended ? [] : savedIn(child);
  const hooks = hookData(spot.backing).map((hook) => hook === null || "id" in hook || isPlain(hook.state) ? hook : null);
  return [{ name: nameOf(type), key: keyText(key), hooks, inside }];
}

/** Whether what is saved of a node is all that lives in it: states of hooks and ids, all of them plain data, and nothing that runs. */
export function isSavedWhole(node: Node): boolean {
  let isWhole = true;
  forEachSpot(node, (spot) => {
    if (spot instanceof Following || spot.watches || (spot instanceof Living && !hasOnlyStates(spot))) isWhole = false;
  });
  return isWhole;
}

/** An effect, a ref, a memo, a class: what is no state is not saved, and may be what a component lives by. */
function hasOnlyStates({ backing, suspension, subscribers, refCleanup }: Living): boolean {
  const hooks = hookData(backing);
  return hooks.length > 0 && !suspension && !subscribers && !refCleanup &&
    hooks.every((hook) => hook !== null && ("id" in hook || isPlain(hook.state)));
}

/**
 * Saved states as they came from outside; undefined for what cannot be any. Of the components in it each is looked at when it is met:
 * what is wrong starts fresh. It never throws.
 */
export function readSaved(given: unknown): SavedState | undefined {
  if (!isObject(given)) return undefined;
  const { components, ids } = given as Partial<SavedState>;
  return Array.isArray(components) && Number.isSafeInteger(ids) && ids! >= 0 ? { components, ids: ids! } : undefined;
}

/** The saved components of one level that have not been met yet. */
export class SavedLevel {
  readonly #components: readonly unknown[];
  /** By name and key, in order. */
  #waiting: Map<string, SavedComponent[]> | undefined;

  constructor(components: readonly unknown[]) {
    this.#components = components;
  }

  /** What is saved of the next component with this name and key. */
  find(type: unknown, key: unknown): SavedComponent | undefined {
    if (this.#components.length === 0) return undefined;
    this.#waiting ??= Map.groupBy(this.#components.map(readComponent).filter((saved) => saved !== undefined), placeOf);
    return this.#waiting.get(placeOf({ name: nameOf(type), key: keyText(key) }))?.shift();
  }
}

function placeOf({ name, key }: { readonly name: string; readonly key: string | null }): string {
  return JSON.stringify([name, key]);
}

function readComponent(given: unknown): SavedComponent | undefined {
  if (!isObject(given)) return undefined;
  const { name, key, hooks, inside } = given as Partial<SavedComponent>;
  if (typeof name !== "string" || !(key === null || typeof key === "string")) return undefined;
  if (!Array.isArray(hooks) || !Array.isArray(inside)) return undefined;
  return { name, key, hooks: hooks.map(readHook), inside };
}

function readHook(given: unknown): HookData {
  if (!isObject(given)) return null;
  const { id, state } = given as { readonly id?: unknown; readonly state?: unknown };
  return id === undefined ? { state } : typeof id === "string" ? { id } : null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keyText(key: unknown): string | null {
  return key === null || key === undefined ? null : String(key);
}
