/**
 * Effects: plain descriptions of what to do beside changing the model. They do nothing until a runtime runs them
 * (`runtime/app/scope.ts`), and can be compared in a test.
 */

import type { Effect } from "./carries.ts";
import type { FormSaid, Json, PageEffect } from "../wire/message.ts";
import { type FormEffects, formEffects } from "./form.ts";
import { type PageEffects, pageEffects } from "./page_effect.ts";
import { checkSource, type Observable } from "./source.ts";

export type { Effect };

/** What an {@link Effect} is inside; a closed union. */
export type Description =
  | { readonly type: "batch"; readonly effects: readonly Description[] }
  | { readonly type: "map"; readonly effect: Description; readonly to: (message: unknown) => unknown }
  | { readonly type: "from"; readonly run: (signal: AbortSignal, info: EffectInfo) => unknown }
  | { readonly type: "after"; readonly ms: number; readonly message: unknown }
  | { readonly type: "every"; readonly ms: number; readonly message: unknown }
  | { readonly type: "listen"; readonly source: unknown; readonly event: string | undefined; readonly to: (value: unknown) => unknown }
  | { readonly type: "disconnect"; readonly client: string }
  | { readonly type: "emit"; readonly name: string; readonly detail: unknown; readonly to: string }
  | { readonly type: "page"; readonly name: PageEffect; readonly args: readonly Json[]; readonly to?: string }
  | { readonly type: "form"; readonly said: FormSaid }
  | { readonly type: "provide"; readonly key: string; readonly value: unknown }
  | { readonly type: "context"; readonly key: string; readonly to: (value: unknown) => unknown };

/** What `effect.listen` takes: a source, or a function that opens one; the signal is aborted when it is listened to no more. */
export type Listened<Source> = Source | ((signal: AbortSignal) => Source | Promise<Source>);

/** What an effect may know of itself. */
export interface EffectInfo {
  /**
   * Its name: the same when the event that it follows from is dealt with again in another process, after a crash. What must not happen
   * twice (a payment) is to be told apart by it. Random where it follows from no event.
   */
  readonly id: string;
}

/** Where an emitted event goes. */
export interface EmitOptions {
  /**
   * `"all"` as usual; `"cause"`: the client that this follows from, also by way of timers and promises (nobody, where the cause was no
   * client); or one client by its `id`.
   */
  readonly to?: "cause" | "all" | string;
}

/** Thrown by what is typed already and comes in a later version. */
export class NotYetError extends Error {
  /** `NotYetError`. */
  override name = "NotYetError";
  /** `what` is missing, and what to do instead. */
  constructor(what: string, instead: string) {
    super(`${what} is not supported yet: ${instead}`);
  }
}

/** The longest delay that timers take: 2^31 - 1 ms, some 24.8 days. */
const longest = 2 ** 31 - 1;

function checkDelay(name: string, ms: number): void {
  if (!(ms >= 0 && ms <= longest)) {
    throw new RangeError(`Cannot make effect.${name}(${ms}): the delay is a number of milliseconds from 0 to ${longest}`);
  }
}

function describe<Msg>(description: Description): Effect<Msg> {
  return Object.freeze(description) as Effect<Msg>;
}

const none = describe<never>({ type: "batch", effects: [] });

/**
 * The effects.
 *
 * @example A message a second later
 * ```ts
 * import { effect, next } from "@nacre/nacre";
 *
 * const saved = next({ state: "saved" }, effect.after(1000, "fade"));
 * ```
 */
export const effect: PageEffects & FormEffects & {
  /** Nothing to do. */
  none: Effect;
  /** Several effects as one, started in order. */
  batch<const Msg>(...effects: Effect<Msg>[]): Effect<Msg>;
  /** An effect of a part, whose messages become messages of the whole. */
  map<A, const B>(effect: Effect<A>, to: (message: A) => B): Effect<B>;
  /**
   * Runs a function; what it answers, or the promise that it answers comes to, is a message; `undefined` is none. The signal is
   * aborted when the runtime stops, or when the subscription goes. `info.id` names this effect, so that a service can tell that it comes
   * again (`docs/continuity.md`).
   */
  from<const Msg = never>(run: (signal: AbortSignal, info: EffectInfo) => Msg | void | Promise<Msg | void>): Effect<Exclude<Msg, void>>;
  /** A message after `ms` milliseconds. */
  after<const Msg>(ms: number, message: Msg): Effect<Msg>;
  /** A message every `ms` milliseconds (at least 1), until the runtime stops or the subscription goes. */
  every<const Msg>(ms: number, message: Msg): Effect<Msg>;
  /**
   * Messages from a store or a signal: of its present value at once, and of each one that comes. What is told before the subscription begins is not
   * missed, as it is with the sources below.
   */
  listen<T, const Msg>(source: Listened<Observable<T>>, to: (value: T) => Msg | undefined): Effect<Msg>;
  /**
   * Messages from a source: what `to` makes of each of its values; `undefined` is none. The source is released when the runtime stops or
   * the subscription goes: an iterator returns, a stream is cancelled, a listener removed. A source that ends is just over.
   *
   * @throws {TypeError} when it is nothing that can be listened to.
   */
  listen<T, const Msg>(source: Listened<AsyncIterable<T> | ReadableStream<T>>, to: (value: T) => Msg | undefined): Effect<Msg>;
  /** Messages from what a `BroadcastChannel` says: its data. A channel that a function has opened for this is closed in the end. */
  listen<const Msg>(source: Listened<BroadcastChannel>, to: (data: unknown) => Msg | undefined): Effect<Msg>;
  /** Messages from the events of this type of an `EventTarget`. */
  listen<const Msg>(source: Listened<EventTarget>, type: string, to: (event: Event) => Msg | undefined): Effect<Msg>;
  /** Dispatches a `CustomEvent` of this name on the element in the page (bubbling, composed); `detail` must be JSON. */
  emit(name: string, detail?: unknown, options?: EmitOptions): Effect;
  /** Provides a context to what is in the element, until the app ends; `value` must be JSON. What has asked for it is told again when it changes. */
  provide(key: string, value: unknown): Effect;
  /**
   * Asks the page for a context, as a subscription or else until the app ends: `to` makes a message (`undefined`: none) of each value, any
   * JSON, that a client is given by what stands above its element.
   */
  context<const Msg>(key: string, to: (value: unknown) => Msg | undefined): Effect<Msg>;
  /** Sends the client of this `id` away: it has left at once, and its element stays offline until it is put back or its route changes. */
  disconnect(client: string): Effect;
} = {
  ...pageEffects,
  ...formEffects,
  none,
  batch: <const Msg>(...effects: Effect<Msg>[]): Effect<Msg> => describe({ type: "batch", effects: effects as unknown as Description[] }),
  map: <A, const B>(effect: Effect<A>, to: (message: A) => B): Effect<B> =>
    describe({ type: "map", effect: effect as unknown as Description, to: to as (message: unknown) => unknown }),
  from: <const Msg = never>(run: (signal: AbortSignal, info: EffectInfo) => Msg | void | Promise<Msg | void>): Effect<Exclude<Msg, void>> =>
    describe({ type: "from", run }),
  after<const Msg>(ms: number, message: Msg): Effect<Msg> {
    checkDelay("after", ms);
    return describe({ type: "after", ms, message });
  },
  every<const Msg>(ms: number, message: Msg): Effect<Msg> {
    checkDelay("every", ms);
    return describe({ type: "every", ms: Math.max(1, ms), message });
  },
  listen<const Msg>(source: unknown, ...rest: [to: unknown] | [type: string, to: unknown]): Effect<Msg> {
    const [to, event] = rest.length > 1 ? [rest[1], rest[0] as string] : [rest[0], undefined];
    if (typeof to !== "function") throw new TypeError(`Cannot make effect.listen: its last argument must be a function, not ${typeof to}`);
    if (typeof source !== "function") checkSource(source, event);
    return describe({ type: "listen", source, event, to: to as (value: unknown) => unknown });
  },
  emit(name: string, detail: unknown = null, options: EmitOptions = {}): Effect {
    return describe({ type: "emit", name, detail, to: options.to ?? "all" });
  },
  provide: (key: string, value: unknown): Effect => describe({ type: "provide", key, value }),
  context: <const Msg>(key: string, to: (value: unknown) => Msg | undefined): Effect<Msg> => describe({ type: "context", key, to }),
  disconnect: (client: string): Effect => describe({ type: "disconnect", client }),
};
