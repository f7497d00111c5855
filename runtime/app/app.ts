/** An app: `init`, `update`, `view` and options, as a plain value that can be started many times. Running it is `runtime.ts`'s. */
import { type ComponentChildren, type ComponentType, h } from "../deps.ts";
import type { Client } from "./client.ts";
import type { Effect } from "./effect.ts";
import type { FactHandlers } from "./fact.ts";
import type { FormHandlers } from "./form.ts";
import type { Send } from "./send.ts";
import { atOnce } from "../view/promise_error.ts";
import { shadowOf, type ShadowOptions } from "./shadow.ts";

/** A model with effects, as {@link next} makes it. */
export interface Next<out Model, out Msg = never> {
  /** The model. */
  readonly model: Model;
  /** What to do beside; in order. */
  readonly effects: readonly Effect<Msg>[];
}

/** What `init` and `update` may return. */
export type Returns<Model, Msg> = Model | Next<Model, Msg>;

/** What {@link app} is made from. */
export interface AppOptions<Model, Msg, Flags, User> {
  /** The first model, made from the flags. */
  init: (flags: Flags) => Model | Next<Model, NoInfer<Msg>>;
  /** The model after a message. The model given is not to be changed: what is the same object shows the same. */
  update: (model: Model, msg: Msg, from: Client<User> | undefined) => Model | Next<Model, NoInfer<Msg>>;
  /** What the model looks like. Pure: it follows from the model alone. */
  view: (model: Model, send: Send<Msg, User>) => ComponentChildren;
  /** What the app listens to, by name, as long as the model says so: a name that appears is started, one that goes is aborted. */
  subscriptions?: (model: Model) => Record<string, Effect<NoInfer<Msg>> | false | null | undefined>;
  /** The message for a client that joined, once it was shown the view; `update`'s `from` is that client. */
  onConnect?: (client: Client<User>) => NoInfer<Msg>;
  /** The message for a client that left: its link was cut and it did not come back within 5 s, it was sent away, or the app stops. */
  onDisconnect?: (client: Client<User>) => NoInfer<Msg>;
  /** The message for an attribute of the element, by its name (lower case): also for one that is there when it connects; `null` when it is removed. */
  onAttribute?: Readonly<Record<string, (value: string | null) => NoInfer<Msg> | undefined>>;
  /** The message for a property of the element, by its name: any JSON that the page has set. */
  onProperty?: Readonly<Record<string, (value: unknown) => NoInfer<Msg> | undefined>>;
  /** The message for the page's address: when the element connects, when the user goes back or forward, after `effect.navigate`. */
  onUrl?: (url: URL) => NoInfer<Msg> | undefined;
  /**
   * The messages for what a form around the element does to it: `effect.formValue` says what is sent for the element, `effect.validity` what is
   * wrong with that.
   */
  onForm?: FormHandlers<NoInfer<Msg>>;
  /**
   * The view stands in a shadow root of the element, with the style sheets of the page; without this it is in the light DOM. Children that the
   * page gives the element are shown where the view has a `<slot>`.
   */
  shadow?: ShadowOptions["mode"] | ShadowOptions;
  /** Named in errors; snapshots are told from those of other apps by it (`serve` with a `secret` needs one). `"app"` when absent. */
  name?: string;
  /**
   * The most characters (UTF-16 units) that one event may carry, its texts together: from 1,000 to 150,000, 65,000 by default. A longer text stays
   * in its field, the browser tells its user so, and the page gets `nacre:refused` with the reason `limit`.
   */
  mostText?: number;
  /** The version of the model, a whole number, 0 as usual: to be raised when the model takes another form. */
  version?: number;
  /**
   * Makes of a model of an earlier version one of this. Without it, or when it throws, a session of another version begins anew.
   * `docs/continuity.md` says more.
   */
  migrate?: (model: never, version: number) => Model;
  /**
   * The app continues with this model: in another process (`"process"`), in one request of `method="http"` (`"request"`), after it was asleep
   * (`"sleep"`), or from a painted page whose link has opened (`"page"`). Effects that ran before are gone: start again here what the model says is
   * pending. From a painted page nothing ran before, and `init` ran a while ago: read again what it has read, since nobody listened meanwhile.
   */
  resumed?: (model: Model, why: Resumed) => Model | Next<Model, NoInfer<Msg>>;
}

/** Why an app continues: it was in another process; it runs for one request; it was asleep; its page was painted and has a link now. */
export type Resumed = "process" | "request" | "sleep" | "page";

/** An app. `init` and `update` answer a {@link Next} always, so that an app can be a part of another. */
export interface App<Model, Msg, Flags = void, User = unknown> {
  /** The first model, and the effects to begin with. */
  init(flags: Flags): Next<Model, Msg>;
  /** The model after a message, and its effects; `from` is the client whose event it was. */
  update(model: Model, msg: Msg, from?: Client<User>): Next<Model, Msg>;
  /** What the model looks like. */
  view(model: Model, send: Send<Msg, User>): ComponentChildren;
  /** What the app listens to with this model; `{}` when it listens to nothing. */
  subscriptions(model: Model): Readonly<Record<string, Effect<Msg> | false | null | undefined>>;
  /** The message for a client that joined. */
  onConnect?(client: Client<User>): Msg;
  /** The message for a client that left. */
  onDisconnect?(client: Client<User>): Msg;
  /** The messages for what the page says of the element. */
  readonly facts: FactHandlers<Msg>;
  /** The shadow root that it wants; where there is none it is in the light DOM. */
  readonly shadow?: ShadowOptions;
  /** Named in errors, and what its snapshots are sealed for. */
  readonly name: string;
  /** The most characters of one event, where it is not the usual number. */
  readonly mostText?: number;
  /** The version of the model. */
  readonly version: number;
  /** Makes of a model of an earlier version one of this. */
  migrate?(model: unknown, version: number): Model;
  /** What comes of going on with a model. */
  resumed?(model: Model, why: Resumed): Next<Model, Msg>;
}

class NextValue<Model, Msg> implements Next<Model, Msg> {
  constructor(readonly model: Model, readonly effects: readonly Effect<Msg>[]) {}
}

/**
 * A model with effects, for `init` and `update` to return. A value of a kind of its own: a model that happens to look like it is
 * never mistaken for it.
 *
 * @example
 * ```ts
 * import { effect, next } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const { model, effects } = next({ count: 1 }, effect.emit("change", 1));
 * assertEquals(model.count, 1);
 * assertEquals(effects, [effect.emit("change", 1)]);
 * ```
 */
export function next<Model, const Msg = never>(model: Model, ...effects: Effect<Msg>[]): Next<Model, Msg> {
  return new NextValue(model, effects);
}

const noEffects: readonly never[] = [];

const waitInEffect = "it must answer at once; wait in an effect (effect.from), which sends a message";

function asNext<Model, Msg>(returned: Returns<Model, Msg>, who: string): Next<Model, Msg> {
  const next = returned instanceof NextValue ? returned : new NextValue(returned as Model, noEffects);
  atOnce(next.model, who, waitInEffect);
  for (const effect of next.effects) atOnce(effect, `${who} (an effect)`, "give what effect.from answers");
  return next;
}

/** A function that answers at once, or throws. */
function prompt<Args extends unknown[], Result>(who: string, run: (...args: Args) => Result): (...args: Args) => Result {
  return (...args) => atOnce(run(...args), who, waitInEffect);
}

/** The same for each function of a record. */
function promptAll<Functions extends object>(who: string, functions: Functions): Functions {
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [name, typeof run === "function" ? prompt(`${who}.${name}`, run) : run]),
  ) as Functions;
}

/** The flags of an app that is one component: its props; none where it needs none. */
export type FlagsOf<Props> = Record<never, never> extends Props ? Props | void : Props;

/**
 * Makes an app of its parts; or of one Preact component, whose props are the flags and the model, and which has no messages: what it
 * remembers is in its hooks.
 *
 * @throws {TypeError} when `init`, `update` or `view` is not a function, or `shadow` is no mode.
 * @throws {RangeError} when `version` is no whole number from 0, or `mostText` no whole number from 1,000 to 150,000.
 *
 * @example
 * ```ts
 * import { app } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = app({
 *   init: (start: number) => ({ count: start }),
 *   update: (model, _msg: "up") => ({ count: model.count + 1 }),
 *   view: (model) => `Count: ${model.count}`,
 * });
 * assertEquals(counter.update({ count: 1 }, "up").model, { count: 2 });
 * ```
 *
 * @example A component as a whole app
 * ```tsx
 * import { app, renderToString } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * function Greeting({ name }: { name: string }) {
 *   return <p>Hello {name}</p>;
 * }
 * assertEquals(renderToString(app(Greeting), { name: "Anna" }), "<p>Hello Anna</p>");
 * ```
 */
export function app<Props extends object>(component: ComponentType<Props>): App<Props, never, FlagsOf<Props>>;
export function app<Model, Msg, Flags = void, User = unknown>(options: AppOptions<Model, Msg, Flags, User>): App<Model, Msg, Flags, User>;
export function app<Model, Msg, Flags, User>(
  given: AppOptions<Model, Msg, Flags, User> | ComponentType<Record<never, never>>,
): App<Model, Msg, Flags, User> {
  return typeof given === "function" ? ofComponent(given) as unknown as App<Model, Msg, Flags, User> : ofOptions(given);
}

function ofComponent(component: ComponentType<Record<never, never>>): App<object, never, object | void> {
  return ofOptions<object, never, object | void, unknown>({
    init: (props) => props ?? {},
    update: (props) => props,
    view: (props) => h(component, props),
    name: component.displayName ?? component.name,
  });
}

function ofOptions<Model, Msg, Flags, User>(options: AppOptions<Model, Msg, Flags, User>): App<Model, Msg, Flags, User> {
  for (const part of ["init", "update", "view"] as const) {
    if (typeof options[part] !== "function") {
      throw new TypeError(`Cannot make an app: ${part} must be a function, not ${typeof options[part]}`);
    }
  }
  if (options.version !== undefined && !(Number.isSafeInteger(options.version) && options.version >= 0)) {
    throw new RangeError(`Cannot make an app: version must be a whole number from 0, not ${options.version}`);
  }
  const { mostText } = options;
  if (mostText !== undefined && !(Number.isInteger(mostText) && mostText >= 1_000 && mostText <= 150_000)) {
    throw new RangeError(`Cannot make an app: mostText must be a whole number from 1,000 to 150,000, not ${mostText}`);
  }
  const { init, update, view, subscriptions, onConnect, onDisconnect, onAttribute, onProperty, onUrl, onForm, migrate, resumed } = options;
  return Object.freeze({
    init: (flags: Flags) => asNext<Model, Msg>(init(flags), "init"),
    update: (model: Model, msg: Msg, from?: Client<User>) => asNext<Model, Msg>(update(model, msg, from), "update"),
    view: (model: Model, send: Send<Msg, User>) =>
      atOnce(view(model, send), "view", "show what there is, and wait in <Suspense> or an effect"),
    subscriptions: (model: Model) => {
      const wanted = atOnce(subscriptions?.(model) ?? {}, "subscriptions", waitInEffect);
      for (const name in wanted) atOnce(wanted[name], `subscriptions (${name})`, "give what effect.listen or effect.every answers");
      return wanted;
    },
    ...(onConnect ? { onConnect: prompt("onConnect", onConnect) } : {}),
    ...(onDisconnect ? { onDisconnect: prompt("onDisconnect", onDisconnect) } : {}),
    facts: {
      ...(onAttribute && { onAttribute: promptAll("onAttribute", onAttribute) }),
      ...(onProperty && { onProperty: promptAll("onProperty", onProperty) }),
      ...(onUrl && { onUrl: prompt("onUrl", onUrl) }),
      ...(onForm && { onForm: promptAll("onForm", onForm) }),
    },
    ...(options.shadow !== undefined && { shadow: shadowOf(options.shadow) }),
    name: options.name ?? "app",
    ...(mostText !== undefined && { mostText }),
    version: options.version ?? 0,
    ...(migrate ? { migrate: prompt("migrate", migrate as (model: unknown, version: number) => Model) } : {}),
    ...(resumed ? { resumed: (model: Model, why: Resumed) => asNext<Model, Msg>(resumed(model, why), "resumed") } : {}),
  });
}
