/**
 * `mount`: an app that runs in a page, shown by Preact itself. Messages, effects and subscriptions are the loop's, as on a server; this
 * file must not add a rule of its own about them.
 */
import { type ComponentChildren, h, hydrate, render } from "../deps.ts";
import { withIds } from "../view/preact.ts";
import { installListen } from "../browser/listen.ts";
import type { World as BrowserWorld } from "../browser/world.ts";
import type { World } from "../world.ts";
import type { App } from "../app/app.ts";
import type { Client } from "../app/client.ts";
import { Loop, type Owner, type Sender } from "../app/loop.ts";
import { FieldError } from "../app/payload.ts";
import { type OnError, report } from "../app/report.ts";
import { createSend } from "../app/send.ts";
import { Contexts } from "../app/contexts.ts";
import { Form } from "../app/form.ts";
import { configOf, messageOfFact } from "../app/fact.ts";
import { type Contexts as PageContexts, watchContexts } from "../browser/contexts.ts";
import { performEffects } from "../browser/effect.ts";
import { type FormPart, joinForm } from "../browser/form.ts";
import { watchFacts } from "../browser/facts.ts";
import type { Host } from "../browser/part.ts";
import type { Config, FactUp, Json, PageEffect, Refusal } from "../wire/message.ts";
import { adoptStyles } from "../browser/styles.ts";
import { rootOf } from "../browser/shadow.ts";
import { readUp } from "../wire/up.ts";
import { Boundary } from "./boundary.ts";
import { Events, type Heard } from "./events.ts";
import { Inputs } from "./inputs.ts";
import { pageWorld } from "./world.ts";

/** How an app is mounted, beside its flags. */
export interface MountOptions {
  /** Told of each error of the app: where it was (`init`, `update`, `view`, `handler`, `effect`, `subscriptions`) and what. The console as usual. */
  readonly onError?: (error: unknown, where: string) => void;
  /** What the ids of `useId` begin with: two apps in one page need two. The same as for `renderToString` where that has made the page. */
  readonly ids?: string;
  /** The target has what `renderToString` made of this app with these flags: its elements are kept. As with Preact's `hydrate` it has to be the same. */
  readonly hydrate?: boolean;
}

/** An app in a page. */
export interface Mounted<Msg> {
  /** Sends the app a message. Ignored once it has stopped. */
  dispatch(message: Msg): void;
  /** Ends the app: its effects are aborted, and what it shows is taken out of the page. */
  stop(reason?: unknown): Promise<void>;
  /** Settles when the app has ended, by `stop` or by an error. After an error what was shown stays, and does nothing. */
  readonly stopped: Promise<void>;
  /** Stops it: `await using mounted = mount(app, "#root")`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Runs an app in a page: with the effects, subscriptions and handlers that it has on a server, and Preact to show it. What is in the
 * target already is replaced; where the app wants a shadow root that is given to the target, and what is in it stays the page's.
 *
 * Events are dispatched on the target by `effect.emit`. There is one client, without a user.
 *
 * @throws {TypeError} when there is no such element, or an app is mounted in it.
 * @throws {DOMException} when the app wants a shadow root and the element can have none.
 *
 * @example In a module that is bundled for the browser
 * ```tsx ignore
 * import { mount } from "@nacre/nacre";
 * import { counter } from "./counter.tsx";
 *
 * const mounted = mount(counter, "#root", { start: 1 });
 * mounted.dispatch("up");
 * ```
 */
export function mount<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  target: Element | string,
  ...rest: undefined extends Flags ? [flags?: Flags, options?: MountOptions] : [flags: Flags, options?: MountOptions]
): Mounted<Msg> {
  const [flags, options = {}] = rest;
  const element = typeof target === "string" ? find(target) : target;
  if (typeof element?.addEventListener !== "function") throw new TypeError(`Cannot mount ${app.name}: the target is no element`);
  if (taken.has(element)) throw new TypeError(`Cannot mount ${app.name}: an app is mounted in this element; stop it first`);
  return new Mounting(app, element, flags as Flags, options);
}

/** {@link mount} in a custom element of ours, with what only that knows of itself. */
export function mountIn<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  element: Element,
  own: Own,
  flags: Flags,
  options: MountOptions,
): MountedIn<Msg> {
  return new Mounting(app, element, flags, options, own);
}

/** What a custom element of ours knows of itself. */
export type Own = Pick<Host, "internals_" | "formed_">;

/** An app in such an element. */
export interface MountedIn<Msg> extends Mounted<Msg> {
  /** A form has done this to the element. */
  hear: FormPart["hear_"];
}

function find(selector: string): Element {
  if (typeof document === "undefined") throw new TypeError(`Cannot mount in "${selector}": there is no page here; mount in a browser`);
  const element = document.querySelector(selector);
  if (!element) throw new TypeError(`Cannot mount in "${selector}": no element of the page fits; mount after it is there`);
  return element;
}

/** The page, for what the browser runtime does as well. */
const browser = globalThis as unknown as BrowserWorld;

/** What the page says of the element. */
interface Said {
  readonly fact: FactUp;
}

/** Elements with an app in them. */
const taken = new WeakSet<Element>();

class Mounting<Model, Msg, Flags, User> implements MountedIn<Msg>, Owner<Heard | Said, Sender> {
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #target: Element;
  /** Where the view is: the target, or its shadow root. */
  readonly #root: Element | ShadowRoot;
  /** Takes the styles of the page out of the shadow root again. */
  #undress: (() => void) | undefined;
  readonly #sender: Sender;
  readonly #loop: Loop<Model, Msg, Flags, User, Heard | Said, Sender>;
  readonly #inputs: Inputs;
  readonly #events: Events;
  readonly #config: Config;
  readonly #effects: ReturnType<typeof performEffects>;
  readonly #facts: ReturnType<typeof watchFacts>;
  readonly contexts: Contexts = new Contexts((message) => {
    const [kind, key, value] = message;
    if (!this.#early) this.#pageContexts.take_(kind, key, value);
  });
  readonly #pageContexts: PageContexts;
  readonly form: Form;
  /** An element that is none of ours is no part of a form. */
  readonly #pageForm: FormPart | undefined;
  /** What `useId` counts with. */
  readonly #ids: [prefix: string, count: number] | undefined;
  readonly #send = createSend<Msg, User>(
    (message) => this.dispatch(message),
    () => this.#sender.client as Client<User>,
    (handler, event) => this.#events.call(handler, event),
  );
  /** The first rendering finds what is in the page already. */
  #hydrates: boolean;
  #rendered: Model | undefined;
  /** Something was put in: it is shown anew, though the model may be the same. */
  #isStale = true;
  #dealtWith = 0;
  /** What was emitted before there was a view. */
  #early: (() => void)[] | undefined = [];

  constructor(
    app: App<Model, Msg, Flags, User>,
    target: Element,
    flags: Flags,
    options: MountOptions,
    { internals_: internals, formed_: formed }: Own = { internals_: undefined, formed_: {} },
  ) {
    this.#app = app;
    this.#target = target;
    this.#config = configOf(app) ?? {};
    const { shadow } = this.#config;
    const root = this.#root = shadow ? rootOf({ element_: target, internals_: internals }, shadow) : target;
    this.#sender = { client: { id: pageWorld.randomName(9), user: undefined } };
    this.#ids = options.ids === undefined ? undefined : [options.ids, 0];
    // What the user did is seen by the whole page before it is shown: a handler further up is that of the view that it was done in.
    const world: World = {
      ...pageWorld,
      soon: (task) => this.#events.isUnderWay ? void setTimeout(task) : pageWorld.soon(task),
    };
    this.#loop = new Loop(app, this, world, options.onError as OnError | undefined);
    this.#inputs = new Inputs(root, () => {
      this.#isStale = true;
      this.#loop.wake();
    });
    this.#events = new Events(root, this.#inputs, (heard) => this.#loop.hear(heard));
    this.form = new Form(app.facts.onForm, ([kind, ...said]) => {
      if (!this.#early) this.#pageForm?.take_(kind, ...said);
    });
    const tell = (text: string) => this.#loop.hear({ fact: readUp(`[0,${text}`) as FactUp });
    const host: Host = {
      world_: browser,
      element_: target,
      internals_: internals,
      root_: root,
      end_: root,
      formed_: formed,
      config_: this.#config,
      tell_: tell,
    };
    this.#facts = watchFacts(host);
    this.#effects = performEffects(host);
    this.#pageContexts = watchContexts(host);
    if (internals) this.#pageForm = joinForm(host);
    taken.add(target);
    installListen(globalThis as unknown as BrowserWorld);
    this.#hydrates = options.hydrate ?? false;
    this.#loop.begin(flags);
    if (this.#loop.ended) return;
    // Before the view is there, in which somebody may ask.
    this.#pageContexts.begin_(this.contexts.config, true);
    this.#loop.guarded("view", () => this.#begin());
    const early = this.#early!;
    this.#early = undefined;
    if (this.#loop.ended) return;
    for (const emit of early) emit();
    const { client } = this.#sender as { client: Client<User> };
    const joined = this.#loop.guarded("handler", () => app.onConnect?.(client));
    if (joined !== undefined) this.#loop.tell(joined, this.#sender);
    this.#pageForm?.begin_(this.form.config, true);
    this.#facts.begin_(this.#config, true);
  }

  get stopped(): Promise<void> {
    return this.#loop.stopped;
  }

  dispatch(message: Msg): void {
    this.#loop.dispatch(message);
  }

  stop(reason?: unknown): Promise<void> {
    const { client } = this.#sender as { client: Client<User> };
    const left = this.#loop.ended ? undefined : this.#loop.guarded("handler", () => this.#app.onDisconnect?.(client));
    const stopped = this.#loop.stop(reason, left === undefined ? [] : [[left, this.#sender]]);
    if (taken.delete(this.#target)) this.#unmount();
    return stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  hear(what: string, state?: string): void {
    this.#pageForm?.hear_(what, state);
  }

  // ---- the loop's owner ------------------------------------------------------------------------

  understand(heard: Heard | Said): void {
    if ("fact" in heard) return this.#take(heard.fact);
    const { handler, event, from } = heard;
    this.#dealtWith++;
    if (!from) return this.#loop.handle(this.#sender, handler, event);
    this.#loop.breathe();
    this.#inputs.free(from.entry);
    this.#isStale = true;
    if (!this.#events.has(from.element)) return this.#refuse("gone");
    try {
      this.#loop.handle(this.#sender, handler, event);
    } catch (error) {
      // As on a server: the model has not been touched, so this event alone is refused.
      if (!(error instanceof FieldError)) report(this.#loop.onError, error, "handler");
      this.#refuse("payload");
    }
  }

  show(): void {
    const { model } = this.#loop;
    if (!this.#isStale && Object.is(model, this.#rendered)) return;
    const view = this.#app.view(model, this.#send);
    this.#isStale = false;
    this.#rendered = model;
    this.#render(view);
  }

  shown(): void {}

  emit(name: string, detail: unknown, to: string, cause: Sender | undefined): void {
    // What no JSON can say fails here too, and what it says otherwise is said so here.
    const [said] = JSON.parse(JSON.stringify([detail]));
    this.#reach(() => this.#tell(name, said), to, cause);
  }

  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: Sender | undefined): void {
    this.#reach(() => this.#effects.take_("effect", name, ...args), to ?? "all", cause);
  }

  /** The page itself cannot be sent away. */
  disconnect(): void {}

  ended(): void {
    this.#facts.end_();
    this.#pageContexts.end_(true);
    this.#events.stop();
    this.#inputs.stop();
  }

  /** Speaks to the page, if it is meant. */
  #reach(act: () => void, to: string, cause: Sender | undefined): void {
    if (this.#early) this.#early.push(act);
    else if (to === "all" || to === this.#sender.client.id || to === "cause" && cause) act();
  }

  /** As on a server, where the element is its own client. */
  #take(fact: FactUp): void {
    this.#loop.breathe();
    if (fact[1] === "context") return void this.#loop.takeAll(this.#sender, () => this.contexts.hear(fact[2], fact[3]));
    const made = messageOfFact(this.#app.facts, fact);
    if ("refused" in made) {
      console.warn(`nacre: ${this.#app.name}: refused: ${made.refused}`);
      this.#dealtWith++;
      this.#refuse("payload");
    } else if (made.message !== undefined) this.#loop.understood(made.message, this.#sender);
  }

  // ---- the page --------------------------------------------------------------------------------

  #begin(): void {
    // Preact would leave what it has no use for.
    if (!this.#hydrates) this.#root.replaceChildren();
    this.show();
    // Not before: Preact takes what is there at its first rendering for its own.
    if (this.#app.shadow?.adoptStyles) this.#undress = adoptStyles(browser, this.#root as ShadowRoot);
  }

  #render(view: ComponentChildren): void {
    const root = h(Boundary, { failed: this.#failed }, view);
    if (this.#ids) withIds(root, this.#ids);
    this.#inputs.rendering = true;
    try {
      if (this.#hydrates) hydrate(root, this.#root);
      else render(root, this.#root);
      this.#hydrates = false;
    } finally {
      this.#inputs.rendering = false;
    }
  }

  readonly #failed = (error: unknown): void => this.#loop.failed(error, "view");

  #unmount(): void {
    // A component may stop its app while it is being rendered, which Preact does not take.
    if (this.#inputs.rendering) queueMicrotask(() => this.#unmount());
    else {
      render(null, this.#root);
      this.#undress?.();
    }
  }

  #refuse(reason: Refusal): void {
    this.#tell("nacre:refused", { event: this.#dealtWith, reason });
  }

  #tell(name: string, detail: unknown): void {
    this.#target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
