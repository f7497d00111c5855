/**
 * Handlers: the functions that `send` makes, with what they were made from on them. What a hole of the view tree holds, and
 * what of it crosses the wire. This file must not know how a message is dispatched.
 */
import type { Condition, Conditions, HandlerOptions } from "../wire/message.ts";

/** How the browser treats an event, beside telling the app. */
export interface EventOptions {
  readonly when?: EventCondition | "plain";
  readonly preventDefault?: boolean | "plain" | EventCondition;
  readonly stopPropagation?: boolean | "plain" | EventCondition;
  readonly passive?: boolean;
  readonly once?: boolean;
  readonly resubmit?: boolean;
  readonly debounce?: number;
  readonly throttle?: number;
  readonly include?: readonly string[];
}

/** What fields of an event have to be; checked when the handler is made. */
export type EventCondition = Readonly<Record<string, boolean | number | string | readonly (number | string)[]>>;

/** What a handler was made from. */
export interface HandlerSource {
  /** A message, or a function that makes one of the event (and of the client that it comes from). */
  readonly message: unknown;
  readonly options: EventOptions;
  /** From the message of a part to that of its whole, innermost first. */
  readonly maps: readonly ((message: never) => unknown)[];
}

/** A click or a key without a modifier, and of the main button: what `"plain"` stands for. */
const plain: EventCondition = { button: 0, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };

/** A condition with its words replaced. */
export function conditionOf<C>(given: C | "plain"): C | EventCondition {
  return given === "plain" ? plain : given;
}

const source = Symbol("nacre handler");

/** A function of the view tree: made by `send`, or a plain one. */
export type Handler = ((event: never) => unknown) & { [source]?: HandlerSource };

/** Marks a function as a handler made by `send`. */
export function asHandler<F extends (event: never) => unknown>(run: F, from: HandlerSource): F {
  (run as Handler)[source] = from;
  return run;
}

/** What a handler was made from; undefined for a plain function. */
export function sourceOf(handler: unknown): HandlerSource | undefined {
  return (handler as Handler)[source];
}

/** Flags of a handler on the wire. */
export const flags = { preventDefault: 1, stopPropagation: 2, once: 4, fields: 8, passive: 16, resubmit: 32 } as const;

/**
 * Fields that only some handlers are for: they are asked for by name. What most events have, and most elements, the browser sends of
 * itself (`runtime/browser/payload.ts`).
 */
const special: readonly (readonly [event: RegExp, tag: RegExp, fields: readonly string[]])[] = [
  [/pointer/, /^/, ["pointerId", "pointerType", "pressure"]],
  [/^wheel/, /^/, ["deltaX", "deltaY"]],
  [/toggle/, /^/, ["newState", "oldState"]],
  [/^transition/, /^/, ["propertyName"]],
  [/^animation/, /^/, ["animationName"]],
  [/^/, /^(?:audio|video)$/, ["currentTarget.currentTime", "currentTarget.duration", "currentTarget.paused"]],
];

const specialKnown = new Map<string, readonly string[]>();

function specialFields(event: string, tag: string): readonly string[] {
  const id = `${tag} ${event}`;
  let fields = specialKnown.get(id);
  if (!fields) {
    fields = special.filter(([events, tags]) => events.test(event) && tags.test(tag)).flatMap(([, , names]) => names);
    if (specialKnown.size < 2_000) specialKnown.set(id, fields);
  }
  return fields;
}

/** A handler's options as they cross the wire; `event` is its name there, `tag` that of its element. */
export function wireOptions(handler: unknown, event: string, tag: string): HandlerOptions | null {
  if (typeof handler !== "function") return null;
  const from = sourceOf(handler);
  const options = from?.options ?? none;
  // A form that a handler listens to would leave the page.
  const prevent = conditionOf(options.preventDefault ?? (event === "submit" || event === "submit!"));
  const stop = conditionOf(options.stopPropagation);
  // A handler that takes the place of a link takes that of a plain click alone: with ctrl, cmd or shift the user wants another tab or window.
  const when = conditionOf(options.when ?? (prevent === true && tag === "a" && /^click!?$/.test(event) ? "plain" : undefined));
  const bits = (prevent === true ? flags.preventDefault : 0) | (stop === true ? flags.stopPropagation : 0) |
    (options.once ? flags.once : 0) |
    (!from || typeof from.message === "function" ? flags.fields : 0) |
    (options.passive ? flags.passive : 0) |
    (options.resubmit ? flags.resubmit : 0);
  const include: (string | Conditions)[] = bits & flags.fields ? [...specialFields(event, tag), ...options.include ?? []] : [];
  if (when || typeof prevent === "object" || typeof stop === "object") include.unshift(conditions(when, prevent, stop));
  if (include.length > 0) return [bits, options.debounce ?? 0, options.throttle ?? 0, ...include];
  if (options.throttle) return [bits, options.debounce ?? 0, options.throttle];
  return options.debounce ? [bits, options.debounce] : bits;
}

const none: EventOptions = {};

function conditions(when: EventCondition | undefined, prevent: unknown, stop: unknown): Conditions {
  const made: Conditions = {};
  if (when) made.when = when as Condition;
  if (typeof prevent === "object") made.prevent = prevent as Condition;
  if (typeof stop === "object") made.stop = stop as Condition;
  return made;
}

/** What says at a glance that a handler's options are those of another: the object that holds them, and whether it wants the event. */
export interface Usual {
  readonly options: EventOptions;
  readonly hears: boolean;
}

/** What is usual, if a handler made by `send` is. */
export function usualOf(handler: unknown): Usual | null {
  const from = typeof handler === "function" ? sourceOf(handler) : undefined;
  return from ? { options: from.options, hears: typeof from.message === "function" } : null;
}

/** Whether a handler at the same place is seen to have the usual options. */
export function isUsual(handler: unknown, usual: Usual | null): boolean {
  const from = usual !== null && typeof handler === "function" ? sourceOf(handler) : undefined;
  return from !== undefined && from.options === usual!.options && (typeof from.message === "function") === usual!.hears;
}

/** Whether the browser need not be told of `after` in the place of `before`. */
export function sameOnWire(before: unknown, after: unknown, event: string, tag: string): boolean {
  if (typeof before !== "function" || typeof after !== "function") return before === after;
  const a = sourceOf(before), b = sourceOf(after);
  // Most handlers have no options, or the same as before.
  if (a && b && a.options === b.options) return (typeof a.message === "function") === (typeof b.message === "function");
  return sameOptions(wireOptions(before, event, tag), wireOptions(after, event, tag));
}

/** Whether two handlers' options are the same on the wire. */
export function sameOptions(a: HandlerOptions | null, b: HandlerOptions | null): boolean {
  return sameParts(a, b);
}

/** Whether two parts of options are the same: texts and numbers, lists of them, conditions. */
function sameParts(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameParts((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]));
}
