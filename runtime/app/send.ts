/** `send`: makes the handlers of a view. A handler is a real function, with what it was made from on it (`view/handler.ts`). */
import { asHandler, conditionOf, type EventOptions, type Handler, sourceOf } from "../view/handler.ts";
import { atOnce } from "../view/promise_error.ts";
import type { Client } from "./client.ts";

type EventField =
  | "type"
  | "detail"
  | "key"
  | "code"
  | "repeat"
  | "altKey"
  | "ctrlKey"
  | "metaKey"
  | "shiftKey"
  | "button"
  | "buttons"
  | "clientX"
  | "clientY"
  | "pageX"
  | "pageY"
  | "offsetX"
  | "offsetY"
  | "movementX"
  | "movementY"
  | "pointerId"
  | "pointerType"
  | "pressure"
  | "deltaX"
  | "deltaY"
  | "data"
  | "inputType"
  | "isComposing"
  | "newState"
  | "oldState"
  | "propertyName"
  | "animationName";
/** Fields with the pasted or dropped text, for `include`. */
type TransferField = "clipboardData" | "dataTransfer";
/** What crosses of one: its text. */
interface SentTransfer {
  /** The text; `""` for any type but `text/plain`. */
  getData(type: string): string;
}
type TargetField =
  | "id"
  | "name"
  | "type"
  | "value"
  | "valueAsNumber"
  | "checked"
  | "open"
  | "dataset"
  | "scrollTop"
  | "scrollLeft"
  | "currentTime"
  | "duration"
  | "paused";
type Sendable = string | number | boolean | null;
/** What `include` may name: a field of the event, or `currentTarget.` and a field of the element. */
export type FieldPath<E, T> =
  | { [K in keyof E & string]: E[K] extends Sendable ? K : never }[keyof E & string]
  | (keyof E & TransferField)
  | `currentTarget.${{ [K in keyof T & string]: T[K] extends Sendable ? K : never }[keyof T & string]}`;
/** The element that a handler of this event listens on. */
export type TargetOf<E> = E extends { currentTarget: infer T } ? T : never;

/** The part of an event that a handler on the server sees: the useful fields, what `include` names, and `formData` on submit. */
export type Sent<E extends Event, I extends string = never> =
  & Pick<E, Exclude<keyof E & (EventField | I), TransferField>>
  & { readonly [K in keyof E & I & TransferField]: SentTransfer | null }
  & {
    readonly currentTarget:
      & Pick<TargetOf<E>, keyof TargetOf<E> & (TargetField | (I extends `currentTarget.${infer K}` ? K : never))>
      & ("selectedOptions" extends keyof TargetOf<E> ? { readonly selectedOptions: Iterable<{ readonly value: string }> } : unknown);
  }
  & (E extends SubmitEvent ? { readonly formData: FormData } : unknown);

type ConditionField = "key" | "code" | "repeat" | "button" | "buttons" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey";
interface AllFields {
  key: string;
  code: string;
  repeat: boolean;
  button: number;
  buttons: number;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}
/** The fields that a condition may name: those that the event has; all, where it is not known which it is. */
type FieldsFor<E> = Event extends E ? AllFields : Pick<AllFields, keyof AllFields & keyof E>;

/**
 * What an event has to be like: each field that is named has to have this value, or one of these. It is looked at in the browser.
 * `key` and `code` are never met by what belongs to an input method (the Enter that ends a composition).
 */
export type When<E = Event> =
  & { readonly [K in keyof FieldsFor<E>]?: FieldsFor<E>[K] extends boolean ? boolean : FieldsFor<E>[K] | readonly FieldsFor<E>[K][] }
  & {
    /** Whether it happened to the element itself, and not to one in it. */
    readonly self?: boolean;
  };

/** How the browser treats the event, beside telling the app. */
export interface SendOptions<I extends string = never, E = Event> {
  /**
   * Hear only such events: another is neither sent nor prevented nor stopped. `"plain"` is an event of the main button without alt, ctrl, cmd or
   * shift: with these a user opens a link in another tab or window.
   */
  when?: When<E> | "plain";
  /**
   * Prevent the browser's own action, always or when the event is such a one. On by default for `submit`, off for the rest. With `true` on a click
   * of an `<a>`, `when` is `"plain"` unless you say otherwise (`when: {}` hears every click).
   */
  preventDefault?: boolean | "plain" | When<E>;
  /** Stop the event from going on to other listeners of the page, always or when it is such a one. */
  stopPropagation?: boolean | "plain" | When<E>;
  /** The browser need not wait for this handler before it scrolls. (Where an app is mounted in the page, it waits.) */
  passive?: boolean;
  /** Only the first event of each instance of the element. */
  once?: boolean;
  /**
   * Hear a `submit` while the same submit (of the form, by the same button) waits for its acknowledgement. By default a second one is dropped,
   * unless something has been typed, chosen or clicked since. Only a live app has anything to wait for.
   */
  resubmit?: boolean;
  /** Wait until no such event came for this many milliseconds, then send the last; at once at the element's `blur` or its form's `submit`. */
  debounce?: number;
  /** At most one event in this many milliseconds: the first at once, the last at the end (with `debounce`: when that says so). */
  throttle?: number;
  /** More fields of the event, or of its element as `currentTarget.name`. */
  include?: readonly I[];
}

/** Makes handlers for a view. */
export interface Send<Msg, User = unknown> {
  /**
   * A handler that sends a message, or what a function makes of the event (`undefined`: nothing).
   *
   * @throws {TypeError} for a delay that is not a number of milliseconds, a field name that is no text, or a condition that no event can meet.
   */
  <E extends Event = Event, const I extends FieldPath<E, TargetOf<E>> = never>(
    message: Msg | ((event: Sent<E, I>, client: Client<User>) => Msg | undefined),
    options?: SendOptions<I, NoInfer<E>>,
  ): (event: E) => void;
  /** A `send` for a part of the view that speaks `Child`. */
  map<Child>(to: (message: Child) => Msg): Send<Child, User>;
}

const noOptions: EventOptions = {};

/** What becomes of a handler that is called as a function. */
export type Call = (handler: Handler, event: unknown) => void;

/**
 * A `send` whose handlers, when they are called as functions, give their message to `dispatch`. On the server the runtime does
 * not call them: it looks at what they were made from. `client` tells who is at the other end. In a page it is Preact who calls them,
 * and `call` deals with it instead.
 */
export function createSend<Msg, User>(dispatch: (message: Msg) => void, client: () => Client<User>, call?: Call): Send<Msg, User> {
  call ??= (handler, event) => {
    const made = messageOf(sourceOf(handler)!, event, client());
    if (made !== undefined) dispatch(made as Msg);
  };
  return mapped<Msg, User>([], call);
}

type Maps = readonly ((message: never) => unknown)[];

function mapped<Msg, User>(maps: Maps, call: Call): Send<Msg, User> {
  const send = (message: unknown, options: EventOptions = noOptions) => {
    if (options !== noOptions) checkOptions(options);
    const handler: Handler = asHandler((event: unknown) => call(handler, event), { message, options, maps });
    return handler;
  };
  send.map = <Child>(to: (message: Child) => Msg): Send<Child, User> => mapped([to, ...maps] as Maps, call);
  return send as unknown as Send<Msg, User>;
}

const handlerMend = "send makes a message at once; wait in an effect (effect.from) of update";

/** The message that a handler makes of an event; undefined for none. */
export function messageOf(source: { message: unknown; maps: Maps }, event: unknown, client: Client | undefined): unknown {
  const { message, maps } = source;
  if (typeof message !== "function" && maps.length === 0) return message;
  let made = typeof message === "function" ? message(event, client) : message;
  for (const to of maps) if (made !== undefined) made = to(atOnce(made, "A handler", handlerMend) as never);
  return atOnce(made, "A handler", handlerMend);
}

const conditionKinds: Readonly<Record<ConditionField | "self", "string" | "number" | "boolean">> = {
  key: "string",
  code: "string",
  repeat: "boolean",
  button: "number",
  buttons: "number",
  altKey: "boolean",
  ctrlKey: "boolean",
  metaKey: "boolean",
  shiftKey: "boolean",
  self: "boolean",
};

function checkCondition(option: string, given: unknown): void {
  const condition = conditionOf(given);
  if (typeof condition !== "object" || condition === null || Array.isArray(condition)) {
    throw new TypeError(`Cannot make a handler: ${option} is "plain", or names fields of the event, as in { key: "Enter" }`);
  }
  for (const [field, value] of Object.entries(condition)) {
    if (!Object.hasOwn(conditionKinds, field)) {
      const fields = Object.keys(conditionKinds).join(", ");
      throw new TypeError(`Cannot make a handler: ${option} knows no field "${field}"; it knows ${fields}`);
    }
    const kind = conditionKinds[field as ConditionField];
    const values: unknown[] = Array.isArray(value) && kind !== "boolean" ? value : [value];
    if (values.length > 0 && values.every((one) => typeof one === kind)) continue;
    throw new TypeError(`Cannot make a handler: ${option}.${field} is a ${kind}${kind === "boolean" ? "" : ", or a list of them"}`);
  }
}

function checkOptions(options: EventOptions): void {
  if (options.when !== undefined) checkCondition("when", options.when);
  for (const name of ["preventDefault", "stopPropagation"] as const) {
    const given = options[name];
    if (given !== undefined && typeof given !== "boolean") checkCondition(name, given);
  }
  if (options.passive && options.preventDefault) {
    throw new TypeError("Cannot make a handler: a passive one can prevent nothing; leave out passive or preventDefault");
  }
  for (const name of ["debounce", "throttle"] as const) {
    const ms = options[name];
    if (ms !== undefined && !(Number.isFinite(ms) && ms >= 0)) {
      throw new TypeError(`Cannot make a handler: ${name} is a number of milliseconds, not ${ms}`);
    }
  }
  if (options.include?.some((name) => typeof name !== "string")) {
    throw new TypeError("Cannot make a handler: include is a list of names of fields");
  }
}
