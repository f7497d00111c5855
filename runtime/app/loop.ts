/**
 * The loop of a running app: a mailbox, the model that messages are folded into, effects and subscriptions. It is the same wherever an
 * app lives. It must not know what shows the model, nor where an event comes from: its owner does.
 */
import { ErrorLog } from "../log.ts";
import { type Handler, sourceOf } from "../view/handler.ts";
import type { FormSaid, Json, PageEffect } from "../wire/message.ts";
import type { World } from "../world.ts";
import type { App, Next } from "./app.ts";
import type { Client } from "./client.ts";
import type { Contexts } from "./contexts.ts";
import type { Form } from "./form.ts";
import type { Effect } from "./effect.ts";
import type { Origin } from "./origin.ts";
import { type OnError, report } from "./report.ts";
import { Scope, type Stage } from "./scope.ts";
import { messageOf } from "./send.ts";
import { isPromise } from "../view/promise_error.ts";

/** Whoever an event comes from. */
export interface Sender {
  /** As apps know it. */
  readonly client: Client;
}

/** Who has a loop: it hears events and shows the model. */
export interface Owner<Event, From extends Sender> {
  /** An event is to become messages, by `Loop.handle`. What throws here is an error of the app's `handler`. */
  understand(event: Event): void;
  /** The model is folded: it is shown, where it has to be. What throws here is an error of the app's `view`. Called in each turn. */
  show(): void;
  /** It was shown; effects come after this. */
  shown(): void;
  /** An effect speaks to the page. `cause` is who sent the event that it follows from, if one did. */
  emit(name: string, detail: unknown, to: string, cause: From | undefined): void;
  /** An effect sends a client away. */
  disconnect(client: string): void;
  /** An effect of the page, likewise; `to` is absent where it is the cause, and all where there is none. */
  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: From | undefined): void;
  /** Whether effects may still begin, where that has to be asked; absent where they always may. */
  admission?(): Promise<boolean> | undefined;
  /** The contexts of this app. */
  readonly contexts: Contexts;
  /** What it is to a form. */
  readonly form: Form;
  /** The loop has ended: nothing of it is heard again. */
  ended(): void;
}

/** A message on its way to `update`. A class, so that it is told from an event at once. */
class Message<Msg, From> {
  constructor(
    readonly message: Msg,
    /** Whose event it is. */
    readonly from: From | undefined,
    /** Who began what led to it: what an effect sends later has no `from`, and the cause of the effect. */
    readonly cause: From | undefined,
    /** What its effects follow from. */
    readonly origin: Origin | undefined,
  ) {}
}

type Done<Model, Msg, From> = [next: Next<Model, Msg>, cause: From | undefined, origin: Origin | undefined];
/** What the model listens to. */
type Wanted<Msg> = Readonly<Record<string, Effect<Msg> | false | null | undefined>>;

/** Turns in a row without one of the event loop: above it others are let in. */
const mostInARow = 100;

/** One app's loop. It begins with {@link Loop.begin}. */
export class Loop<Model, Msg, Flags, User, Event extends object, From extends Sender> implements Stage<From> {
  /** Settles when the loop has ended. */
  readonly stopped: Promise<void>;
  /** The model of the moment. */
  model!: Model;
  /** How it has ended; undefined while it runs. */
  ended: "stopped" | "failed" | undefined;
  /** Where it has failed. */
  failedIn: string | undefined;
  /** Does this turn fold messages that no event is? */
  isForeign = false;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #world: World;
  /** Told of errors. */
  readonly onError: OnError;
  readonly #owner: Owner<Event, From>;
  readonly #scope: Scope<From>;
  readonly #subscriptions = new Map<string, Scope<From>>();
  /** The model that the subscriptions follow. */
  #followed: Model | undefined;
  #mailbox: (Message<Msg, From> | Event)[] = [];
  #scheduled = false;
  #inARow = 0;
  #pause: unknown;
  /** Whose handler, or whose message's effects, run now. */
  #cause: From | undefined;
  #origin: Origin | undefined;
  /** Who waits for nothing to be under way. */
  #rest: (() => void) | undefined;
  /** The model is gone on with: what it listens to is started when that is done. */
  #isReplaying = false;
  /** Messages that came while it was replayed. */
  readonly #held: Message<Msg, From>[] = [];
  /** A handler runs: what it sends by calling other handlers is of this turn. */
  #handling = false;
  /** The messages of the turn. */
  #messages: Message<Msg, From>[] = [];
  #resolveStopped!: () => void;

  constructor(
    app: App<Model, Msg, Flags, User>,
    owner: Owner<Event, From>,
    world: World,
    onError: OnError | undefined,
    readonly isBrief: boolean = false,
  ) {
    this.#app = app;
    this.#owner = owner;
    this.#world = world;
    const log = new ErrorLog(() => world.now());
    this.onError = onError ?? ((error, where) => log.write(`${app.name} failed in`, where, error));
    this.#scope = new Scope(world, this);
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
  }

  /** Makes the first model, and starts what it asks for. */
  begin(flags: Flags): void {
    const next = this.guarded("init", () => this.#app.init(flags));
    if (!next) return;
    this.model = next.model;
    const wanted = this.guarded("subscriptions", () => this.#app.subscriptions(this.model));
    if (!this.ended) this.#perform([[next, undefined, undefined]], wanted);
  }

  /** Begins with a model that there was before, and what it listens to. */
  resume(model: Model): void {
    this.model = model;
    const wanted = this.guarded("subscriptions", () => this.#app.subscriptions(model));
    if (!this.ended) this.#perform([], wanted);
  }

  /** Has a model that there was elsewhere; what it listens to is not started before {@link Loop.goOn}. */
  replay(model: Model): void {
    this.model = model;
    this.#isReplaying = true;
  }

  /** Goes on with the model, which may be another after a replay, and with what the app makes of that. */
  goOn(next: Next<Model, Msg> | undefined): void {
    this.#isReplaying = false;
    this.#mailbox.push(...this.#held.splice(0));
    if (next) this.model = next.model;
    const wanted = this.guarded("subscriptions", () => this.#app.subscriptions(this.model));
    if (!this.ended) this.#perform(next ? [[next, undefined, undefined]] : [], wanted);
    this.wake();
  }

  /** Calls `rest` once nothing is under way: no message waits, and no effect will send one by itself. */
  whenQuiet(rest: () => void): void {
    this.#rest = rest;
    this.settled();
  }

  /** As {@link Stage} has it. */
  settled(): void {
    if (!this.#rest || (!this.ended && (this.#mailbox.length > 0 || this.#held.length > 0 || this.#scheduled || this.#scope.pending > 0))) {
      return;
    }
    const rest = this.#rest;
    this.#rest = undefined;
    rest();
  }

  /** Whether it listens to anything. */
  get isListening(): boolean {
    return this.#subscriptions.size > 0;
  }

  /** Whether nothing waits, nothing is under way, and nothing is listened to: without an event nothing would ever happen. */
  get isIdle(): boolean {
    return !this.ended && this.#mailbox.length === 0 && !this.#scheduled && !this.isListening && this.#scope.isIdle;
  }

  /** A message arrives: for the next turn, or for this one while a handler runs. Ignored once the loop has ended. */
  dispatch(message: Msg, cause?: From, origin?: Origin): void {
    if (this.ended) return;
    if (this.#handling) this.#messages.push(new Message(message, this.#cause, this.#cause, this.#origin));
    else this.#arrived(new Message<Msg, From>(message, undefined, cause, origin));
  }

  /** A message of a client arrives that is no event. */
  tell(message: Msg, from: From): void {
    if (!this.ended) this.#arrived(new Message(message, from, from, undefined));
  }

  /** While events are understood: one of them is this message, which what `origin` names is of. */
  understood(message: Msg, from: From, origin?: Origin): void {
    this.#messages.push(new Message(message, from, from, origin));
  }

  /** An event arrives. */
  hear(event: Event): void {
    if (!this.ended) this.#arrived(event);
  }

  /** Asks for a turn, though nothing arrives. */
  wake(): void {
    if (!this.ended) this.#schedule();
  }

  /** Something came from the event loop: others were let in. */
  breathe(): void {
    this.#inARow = 0;
  }

  /** Who is to blame for what runs now. */
  get cause(): From | undefined {
    return this.#cause;
  }

  /** Deals now with all that is under way, as far as it needs no time. */
  settle(): void {
    for (let i = 0; i < mostInARow && this.#scheduled && !this.ended; i++) this.#turn();
  }

  /** Deals now with what has arrived, if anything has. */
  catchUp(): void {
    if (this.#mailbox.length > 0) this.#turn();
  }

  /**
   * Calls a handler with an event that `from` sent. The messages that it makes, and that it sends by calling other handlers, belong to this turn;
   * none of them counts when it throws.
   *
   * @throws whatever the handler throws.
   */
  handle(from: From, handler: Handler, event: unknown, origin?: Origin): void {
    const source = sourceOf(handler);
    const before = this.#messages.length;
    this.#cause = from;
    this.#origin = origin;
    this.#handling = true;
    try {
      if (source) {
        const message = messageOf(source, event, from.client);
        if (message !== undefined) this.understood(message as Msg, from, origin);
      } else {
        const done = handler(event as never);
        if (isPromise(done)) Promise.resolve(done).catch((error) => report(this.onError, error, "handler"));
      }
    } catch (error) {
      // All of it or nothing.
      this.#messages.length = before;
      throw error;
    } finally {
      this.#handling = false;
      this.#cause = this.#origin = undefined;
    }
  }

  /** What is dispatched in `task` is of this turn, and `from` is its cause. */
  takeAll<T>(from: From, task: () => T): T {
    this.#cause = from;
    this.#handling = true;
    try {
      return task();
    } finally {
      this.#handling = false;
      this.#cause = undefined;
    }
  }

  /** Runs a part of the app; what it throws ends the loop. */
  guarded<T>(where: string, task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      this.failed(error, where);
      return undefined;
    }
  }

  /** The app has failed: the loop ends, and `onError` is told. */
  failed(error: unknown, where: string): void {
    if (this.ended) return;
    this.failedIn = where;
    this.#end("failed", error);
    report(this.onError, error, where);
  }

  /** Ends the loop, after some last messages: their effects are started, and aborted with all others. */
  stop(reason?: unknown, last: readonly (readonly [message: Msg, from: From])[] = []): Promise<void> {
    if (!this.ended && last.length > 0) {
      const turn = this.#fold(last.map(([message, from]) => new Message(message, from, from, undefined)));
      if (turn) this.#start(turn.done);
    }
    this.#end("stopped", reason);
    return this.stopped;
  }

  /** As {@link Stage} has it. */
  emit(name: string, detail: unknown, to: string, cause: From | undefined): void {
    this.#owner.emit(name, detail, to, cause);
  }

  /** As {@link Stage} has it. */
  admission(): Promise<boolean> | undefined {
    return this.#owner.admission?.();
  }

  /** As {@link Stage} has it. */
  disconnect(client: string): void {
    this.#owner.disconnect(client);
  }

  /** As {@link Stage} has it. */
  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: From | undefined): void {
    this.#owner.page(name, args, to, cause);
  }

  /** As {@link Stage} has it. */
  form(said: FormSaid): void {
    this.#owner.form.say(said);
  }

  /** As {@link Stage} has it. */
  provide(key: string, value: unknown): void {
    this.#owner.contexts.provide(key, value);
  }

  /** As {@link Stage} has it. */
  context(key: string, listener: (value: unknown) => void): () => void {
    return this.#owner.contexts.want(key, listener);
  }

  /** As {@link Stage} has it. */
  fail(error: unknown): void {
    // A listener of the signal may fail while all is ended.
    if (this.ended) report(this.onError, error, "effect");
    else this.failed(error, "effect");
  }

  #arrived(fact: Message<Msg, From> | Event): void {
    // A replay repeats the turns of before: what an effect sends meanwhile comes after them.
    if (this.#isReplaying && fact instanceof Message) return void this.#held.push(fact);
    this.#mailbox.push(fact);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // It may have been dealt with before that.
    const turn = () => {
      if (this.#scheduled) this.#turn();
    };
    if (++this.#inARow <= mostInARow) this.#world.soon(turn);
    else {
      this.#pause = this.#world.setTimer(0, () => {
        this.#inARow = 0;
        turn();
      });
    }
  }

  /** One turn: facts to messages, messages to a model, which is shown; then its effects. */
  #turn(): void {
    this.#scheduled = false;
    if (this.ended) return;
    const facts = this.#mailbox;
    this.#mailbox = [];
    const messages: Message<Msg, From>[] = this.#messages = [];
    this.isForeign = facts.some((fact) => fact instanceof Message);
    for (const fact of facts) {
      if (fact instanceof Message) {
        messages.push(fact);
        continue;
      }
      try {
        this.#owner.understand(fact);
      } catch (error) {
        this.failed(error, "handler");
      }
      if (this.ended) return;
    }
    const turn = this.#fold(messages);
    if (!turn) return;
    try {
      this.#owner.show();
    } catch (error) {
      this.failed(error, "view");
    }
    if (this.ended) return;
    this.#owner.shown();
    if (messages.length > 0) this.#perform(turn.done, turn.wanted);
    this.settled();
  }

  /** Folds messages into the model, which is left as it was when one of them fails; undefined then. */
  #fold(messages: readonly Message<Msg, From>[]): { done: Done<Model, Msg, From>[]; wanted: Wanted<Msg> | undefined } | undefined {
    const done: Done<Model, Msg, From>[] = [];
    let where = "update";
    try {
      let { model } = this;
      for (const { message, from, cause, origin } of messages) {
        const next = this.#app.update(model, message, from?.client as Client<User> | undefined);
        model = next.model;
        if (next.effects.length > 0) done.push([next, cause, origin]);
      }
      where = "subscriptions";
      const wanted = this.#isReplaying || Object.is(model, this.#followed) ? undefined : this.#app.subscriptions(model);
      if (this.ended) return undefined;
      this.model = model;
      return { done, wanted };
    } catch (error) {
      this.failed(error, where);
      return undefined;
    }
  }

  #perform(done: readonly Done<Model, Msg, From>[], wanted: Wanted<Msg> | undefined): void {
    this.#start(done);
    if (!this.ended && wanted) this.guarded("subscriptions", () => this.#subscribe(wanted));
  }

  #start(done: readonly Done<Model, Msg, From>[]): void {
    for (const [{ effects }, cause, origin] of done) {
      this.#cause = cause;
      this.guarded("effect", () => {
        for (const effect of effects) this.#scope.run(effect, cause, origin);
      });
      this.#cause = undefined;
    }
  }

  #subscribe(wanted: Wanted<Msg>): void {
    this.#followed = this.model;
    for (const [name, scope] of this.#subscriptions) {
      if (Object.hasOwn(wanted, name) && wanted[name]) continue;
      this.#subscriptions.delete(name);
      scope.end(new DOMException(`The subscription "${name}" ended`, "AbortError"));
    }
    for (const [name, effect] of Object.entries(wanted)) {
      if (!effect || this.#subscriptions.has(name)) continue;
      const scope = new Scope<From>(this.#world, this);
      this.#subscriptions.set(name, scope);
      scope.run(effect, undefined);
    }
  }

  #end(how: "stopped" | "failed", reason: unknown): void {
    if (this.ended) return;
    this.ended = how;
    this.#mailbox = [];
    this.#held.length = 0;
    this.#world.clearTimer(this.#pause);
    this.#scope.end(reason);
    for (const scope of this.#subscriptions.values()) scope.end(reason);
    this.#subscriptions.clear();
    this.#owner.ended();
    this.#resolveStopped();
    this.settled();
  }
}
