/** `send`: makes the handlers of a view. A handler is a real function, with what it was made from on it (`view/handler.ts`). */
import { asHandler, type EventOptions, type Handler, sourceOf } from "../view/handler.ts";
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
  | `currentTarget.${{ [K in keyof T & string]: T[K] extends Sendable ? K : never }[keyof T & string]}`;
/** The element that a handler of this event listens on. */
export type TargetOf<E> = E extends { currentTarget: infer T } ? T : never;

/** The part of an event that a handler on the server sees: the useful fields, what `include` names, and `formData` on submit. */
export type Sent<E extends Event, I extends string = never> =
  & Pick<E, keyof E & (EventField | I)>
  & { readonly currentTarget: Pick<TargetOf<E>, keyof TargetOf<E> & (TargetField | (I extends `currentTarget.${infer K}` ? K : never))> }
  & (E extends SubmitEvent ? { readonly formData: FormData } : unknown);

/** How the browser treats the event, beside telling the app. */
export interface SendOptions<I extends string = never> {
  /** Prevent the browser's own action. On by default for `submit`, off for the rest. */
  preventDefault?: boolean;
  /** Stop the event from going on to other listeners of the page. */
  stopPropagation?: boolean;
  /** Only the first event of each instance of the element. */
  once?: boolean;
  /** Wait until no such event came for this many milliseconds, then send the last. */
  debounce?: number;
  /** At most one event in this many milliseconds: the first at once, the last at the end. */
  throttle?: number;
  /** More fields of the event, or of its element as `currentTarget.name`. */
  include?: readonly I[];
}

/** Makes handlers for a view. */
export interface Send<Msg, User = unknown> {
  /**
   * A handler that sends a message, or what a function makes of the event (`undefined`: nothing).
   *
   * @throws {TypeError} for a delay that is not a number of milliseconds, or a field name that is no text.
   */
  <E extends Event = Event, const I extends FieldPath<E, TargetOf<E>> = never>(
    message: Msg | ((event: Sent<E, I>, client: Client<User>) => Msg | undefined),
    options?: SendOptions<I>,
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

/** The message that a handler makes of an event; undefined for none. */
export function messageOf(source: { message: unknown; maps: Maps }, event: unknown, client: Client | undefined): unknown {
  const { message, maps } = source;
  let made = typeof message === "function" ? message(event, client) : message;
  if (made === undefined) return undefined;
  for (const to of maps) made = to(made as never);
  return made;
}

function checkOptions(options: EventOptions): void {
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
