/**
 * A running app: mailbox, model, view trees, clients and effects. What happens to it is a fact in its mailbox; facts that
 * arrived together become messages first, then are folded, then rendered once. A throw of the app ends this runtime alone.
 */
import type { Down, Refusal, Up } from "../wire/message.ts";
import { readUp } from "../wire/up.ts";
import { Definitions } from "../view/definitions.ts";
import { diff, encode } from "../view/diff.ts";
import { sourceOf } from "../view/handler.ts";
import { Lowering } from "../view/lower.ts";
import { realWorld, type World } from "../world.ts";
import type { App, Next } from "./app.ts";
import type { Client } from "./client.ts";
import { isDevelopment } from "./development.ts";
import { NotYetError } from "./effect.ts";
import { History } from "./history.ts";
import { clientBounds, closeCodes, type Link, type Member, readResume } from "./member.ts";
import { Members } from "./members.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { type OnError, report } from "./report.ts";
import { Scope, type Stage } from "./scope.ts";
import { createSend, messageOf } from "./send.ts";

/** A client of a runtime, as its transport sees it. */
export interface Connection {
  /** Takes one message of the client. `"refused"` for what breaks the rules of the wire; the link is then closed. Never throws. */
  receive(message: string | Uint8Array): "taken" | "refused";
  /** The link is gone. Harmless when it is said twice. */
  disconnect(): void;
}

/** Numbers of a runtime, for an eye on it. */
export interface RuntimeStatus {
  /** Clients that are connected. */
  readonly clients: number;
  /** Patches so far. */
  readonly version: number;
  /** Versions that are kept for events on their way. */
  readonly kept: number;
  /** Events that came to nothing, by reason. */
  readonly refused: Readonly<Record<Refusal, number>>;
}

/** One running app. */
export interface Runtime<Msg> {
  /** Sends the app a message. Ignored once it has stopped. */
  dispatch(message: Msg): void;
  /** Adds a client, and shows it the view. */
  connect(link: Link): Connection;
  /** Ends the app: its effects are aborted, its links closed. */
  stop(reason?: unknown): Promise<void>;
  /** Settles when the app has ended, by `stop` or by an error. */
  readonly stopped: Promise<void>;
  /** Numbers of the moment. */
  status(): RuntimeStatus;
  /** Stops it: `await using runtime = start(app)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a runtime is started, beside its flags. */
export interface RuntimeOptions {
  /** Told of each error of the app: where it was (`init`, `update`, `view`, `handler`, `effect`, `subscriptions`) and what. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Where it runs; the real world when absent. */
  readonly world?: World;
  /** Check and show what a developer should know; by default where the environment says `development`. */
  readonly development?: boolean;
}

type Fact<Msg> =
  | { readonly kind: "MessageDispatched"; readonly message: Msg; readonly from: Member | undefined }
  | {
    readonly kind: "EventArrived";
    readonly member: Member;
    readonly number: number;
    readonly version: number;
    readonly event: Exclude<Up, number>;
  };

interface Folded<Msg> {
  readonly message: Msg;
  readonly from: Member | undefined;
}

/** Renderings in a row without a turn of the event loop: above it others are let in. */
const mostInARow = 100;
const mostEarlyEmits = 64;

/** Starts an app. */
export function run<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions = {}): Runtime<Msg> {
  if (app.later.length > 0) throw new NotYetError(`${app.name}: ${app.later.join(", ")}`, "leave it out for now");
  return new Running(app, flags, options);
}

class Running<Model, Msg, Flags, User> implements Runtime<Msg>, Stage {
  readonly stopped: Promise<void>;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #world: World;
  readonly #onError: OnError;
  readonly #lowering: Lowering;
  readonly #definitions = new Definitions();
  readonly #history = new History();
  readonly #members: Members;
  readonly #scope: Scope;
  readonly #subscriptions = new Map<string, Scope>();
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  readonly #send = createSend<Msg, User>((message) => this.dispatch(message), () => this.#cause?.client as Client<User>);
  #mailbox: Fact<Msg>[] = [];
  #model!: Model;
  /** The model that was rendered last. */
  #shown: Model | undefined;
  /** The model that the subscriptions follow. */
  #heard: Model | undefined;
  #version = 0;
  #scheduled = false;
  #inARow = 0;
  #pause: unknown;
  #ended = false;
  /** How the links of an app that has ended are closed. */
  #closing: [code: number, why: string] = [closeCodes.stopped, "stopped"];
  #resolveStopped!: () => void;
  /** Events for the page that were emitted before the first client was there, which hears them; undefined from then on. */
  #early: string[] | undefined = [];
  /** Messages that a handler sent by calling another handler. */
  #called: Folded<Msg>[] | undefined;
  #cause: Member | undefined;

  constructor(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions) {
    this.#app = app;
    this.#world = options.world ?? realWorld;
    this.#onError = options.onError ?? ((error, where) => console.error(`nacre: ${app.name} failed in ${where}:`, error));
    this.#members = new Members(this.#world, this.#world.randomName(6));
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
    this.#lowering = new Lowering({
      development: options.development ?? isDevelopment(),
      warn: (message) => console.warn(`nacre: ${app.name}: ${message}`),
    });
    this.#scope = new Scope(this.#world, this);
    this.#guarded("init", () => {
      const { model, effects } = app.init(flags);
      this.#model = model;
      this.#perform([[{ model, effects }, undefined]]);
    });
  }

  dispatch(message: Msg): void {
    if (this.#ended) return;
    if (this.#called) this.#called.push({ message, from: this.#cause });
    else this.#arrived({ kind: "MessageDispatched", message, from: undefined });
  }

  connect(link: Link): Connection {
    if (this.#ended) return this.#refuse(link);
    // A mount says that all events up to `last` have been dealt with: those that have arrived have to be.
    if (this.#mailbox.length > 0) this.#turn();
    const { name, epoch, done } = readResume(link.resume, this.#world);
    const before = this.#members.get(name);
    if (before) this.#drop(before, closeCodes.impossible, "replaced by a newer link");
    // Before the client is one of those that a patch goes to, and while what it saw is still kept for it.
    if (!this.#ended && (this.#history.tree === undefined || !Object.is(this.#model, this.#shown))) {
      this.#guarded("view", () => this.#render());
    }
    if (this.#ended) return this.#refuse(link);
    const member = this.#members.add(link, name, epoch, this.#version);
    this.#mount(member, done);
    return this.#connection(member, link);
  }

  stop(reason?: unknown): Promise<void> {
    this.#end(closeCodes.stopped, "stopped", reason);
    return this.stopped;
  }

  status(): RuntimeStatus {
    return { clients: this.#members.size, version: this.#version, kept: this.#history.size, refused: { ...this.#refused } };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // ---- clients ---------------------------------------------------------------------------------

  /** A link to an app that has ended. */
  #refuse(link: Link): Connection {
    closeLink(link, ...this.#closing);
    return deadConnection;
  }

  #connection(member: Member, link: Link): Connection {
    const isHere = () => member.link === link && this.#members.get(member.name) === member;
    const refuse = (code: number, why: string): "refused" => {
      this.#drop(member, code, why);
      return "refused";
    };
    return {
      receive: (message) => {
        if (!isHere()) return "refused";
        if (typeof message !== "string") return refuse(closeCodes.binary, "binary messages are not understood");
        if (message.length > clientBounds.message) return refuse(closeCodes.tooLarge, "message too large");
        if (!member.take(this.#world.now())) return refuse(closeCodes.tooMany, "too many messages");
        const up = readUp(message);
        if (up === undefined) return refuse(closeCodes.malformed, "malformed message");
        const ahead = typeof up === "number" ? up : up[0];
        const version = member.told + ahead;
        if (version < member.first || version > member.sent) return refuse(closeCodes.impossible, "a version that was never sent");
        if (ahead > 0) member.told = version;
        if (ahead >= 0) member.oldest = member.told;
        if (typeof up === "number") {
          // With more clients this waits for the next patch: each of thousands would look at all.
          if (this.#members.size === 1) this.#forget();
        } else {
          // It came from the event loop: others are let in.
          this.#inARow = 0;
          this.#arrived({ kind: "EventArrived", member, number: ++member.last, version, event: up });
        }
        return "taken";
      },
      disconnect: () => {
        if (isHere()) this.#members.remove(member);
      },
    };
  }

  /** Removes a client and closes its link. */
  #drop(member: Member, code: number, why: string): void {
    this.#members.remove(member);
    closeLink(member.link, code, why);
  }

  /** Shows a client the view; `done` is the number of the last event that it knows to be dealt with. */
  #mount(member: Member, done: number): void {
    const value = JSON.stringify(encode(this.#history.tree!, this.#definitions));
    this.#definitions.fresh();
    member.sent = member.told = this.#version;
    member.handled = 0;
    const definitions = JSON.stringify(this.#definitions.all());
    this.#tell(member, `["mount",${JSON.stringify(member.epoch)},${this.#version},${member.last},${definitions},${value}]`);
    for (const emitted of this.#early ?? []) this.#tell(member, emitted);
    this.#early = undefined;
    // A refusal may have been lost with the link that it was sent on.
    for (const [event, reason] of member.refusals) if (event > done) this.#tell(member, refusedMessage(event, reason));
  }

  // ---- the mailbox -----------------------------------------------------------------------------

  #arrived(fact: Fact<Msg>): void {
    this.#mailbox.push(fact);
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (++this.#inARow <= mostInARow) this.#world.soon(() => this.#turn());
    else {
      this.#pause = this.#world.setTimer(0, () => {
        this.#inARow = 0;
        this.#turn();
      });
    }
  }

  /** One turn: facts to messages, messages to a model, the model to a patch; then its effects. */
  #turn(): void {
    this.#scheduled = false;
    if (this.#ended) return;
    const facts = this.#mailbox;
    this.#mailbox = [];
    const messages: Folded<Msg>[] = [];
    const touched = new Set<Member>();
    for (const fact of facts) {
      switch (fact.kind) {
        case "MessageDispatched":
          messages.push({ message: fact.message, from: fact.from });
          break;
        case "EventArrived": {
          const refusal = this.#guarded("handler", () => this.#understand(fact, messages));
          if (this.#ended) return;
          fact.member.handled++;
          touched.add(fact.member);
          if (refusal) {
            this.#refused[refusal]++;
            fact.member.refuse(fact.number, refusal);
            this.#tell(fact.member, refusedMessage(fact.number, refusal));
          }
          break;
        }
        default:
          fact satisfies never;
      }
    }
    const done: [Next<Model, Msg>, Member | undefined][] = [];
    this.#guarded("update", () => {
      for (const { message, from } of messages) {
        const next = this.#app.update(this.#model, message, from?.client as Client<User> | undefined);
        this.#model = next.model;
        if (next.effects.length > 0) done.push([next, from]);
      }
    });
    if (this.#ended) return;
    if (this.#members.size > 0 && !Object.is(this.#model, this.#shown)) this.#guarded("view", () => this.#render());
    if (this.#ended) return;
    for (const member of touched) this.#acknowledge(member);
    if (messages.length > 0) this.#perform(done);
  }

  /** Puts what an event means into `messages`; answers why it means nothing. */
  #understand({ member, event: up, version }: Fact<Msg> & { kind: "EventArrived" }, messages: Folded<Msg>[]): Refusal | undefined {
    const tree = this.#history.at(version, this.#world.now());
    if (tree === undefined) return "version";
    const path = up[1];
    const seen = placeAt(tree, path);
    const present = this.#history.tree!;
    const now = seen && (tree === present ? seen : placeNow(present, path, seen));
    if (!now) return "gone";
    const handler = handlerFor(seen, now);
    const source = sourceOf(handler);
    // A handler that is a message asks for nothing, and what came with the event all the same is not looked at.
    const event = source && typeof source.message !== "function" ? null : eventOf(seen.event, up, source?.options.include ?? []);
    if (event === undefined) return "payload";
    this.#cause = member;
    this.#called = [];
    try {
      if (source) {
        const message = messageOf(source, event, member.client);
        if (message !== undefined) this.#called.push({ message: message as Msg, from: member });
      } else {
        const done = handler(event as never);
        if (done instanceof Promise) done.catch((error) => this.#failed(error, "handler"));
      }
      messages.push(...this.#called);
    } finally {
      this.#called = this.#cause = undefined;
    }
    return undefined;
  }

  /** Renders the model and sends what changed to everybody. */
  #render(): void {
    const old = this.#history.tree;
    const tree = this.#lowering.lower(this.#app.view(this.#model, this.#send), old);
    this.#shown = this.#model;
    const now = this.#world.now();
    if (old === undefined) {
      this.#history.add(this.#version, tree, this.#lowering.made, now);
      return;
    }
    if (tree === old) return;
    const patch = diff(old, tree, this.#definitions);
    if (patch === undefined) {
      this.#history.replace(tree, this.#lowering.made);
      return;
    }
    this.#history.add(++this.#version, tree, this.#lowering.made, now);
    const fresh = this.#definitions.fresh();
    const body = fresh.length > 0 ? `${JSON.stringify(patch)},${JSON.stringify(fresh)}]` : `${JSON.stringify(patch)}]`;
    for (const member of this.#members) {
      const message = `[${member.handled},${body}`;
      member.handled = 0;
      member.sent = this.#version;
      this.#tell(member, message);
    }
    this.#forget();
  }

  #acknowledge(member: Member): void {
    if (member.handled === 0 || member.left !== undefined) return;
    this.#tell(member, `[${member.handled}]`);
    member.handled = 0;
  }

  /** Forgets the versions that every client is past. */
  #forget(): void {
    if (this.#history.size > 1) this.#history.forgetBefore(this.#members.oldestSeen(this.#version), this.#world.now());
  }

  #tell(member: Member, message: string): void {
    if (member.left !== undefined) return;
    try {
      member.link.send(message);
    } catch {
      // The link broke; its transport says so by `disconnect`.
    }
  }

  // ---- effects ---------------------------------------------------------------------------------

  #perform(done: readonly [Next<Model, Msg>, Member | undefined][]): void {
    for (const [{ effects }, from] of done) {
      this.#cause = from;
      this.#guarded("effect", () => {
        for (const effect of effects) this.#scope.run(effect);
      });
      this.#cause = undefined;
    }
    if (!this.#ended) this.#guarded("subscriptions", () => this.#subscribe());
  }

  #subscribe(): void {
    if (Object.is(this.#model, this.#heard)) return;
    this.#heard = this.#model;
    const wanted = this.#app.subscriptions(this.#model);
    for (const [name, scope] of this.#subscriptions) {
      if (Object.hasOwn(wanted, name) && wanted[name]) continue;
      this.#subscriptions.delete(name);
      scope.end(new DOMException(`The subscription "${name}" ended`, "AbortError"));
    }
    for (const [name, effect] of Object.entries(wanted)) {
      if (!effect || this.#subscriptions.has(name)) continue;
      const scope = new Scope(this.#world, this);
      this.#subscriptions.set(name, scope);
      scope.run(effect);
    }
  }

  emit(name: string, detail: unknown, to: string): void {
    const message = JSON.stringify(["emit", name, detail ?? null]);
    if (this.#early) {
      if (this.#early.length < mostEarlyEmits) this.#early.push(message);
    } else if (to === "cause") {
      if (this.#cause) this.#tell(this.#cause, message);
    } else for (const member of this.#members) this.#tell(member, message);
  }

  fail(error: unknown): void {
    // A listener of the signal may fail while all is ended.
    if (this.#ended) report(this.#onError, error, "effect");
    else this.#failed(error, "effect");
  }

  // ---- the end ---------------------------------------------------------------------------------

  #guarded<T>(where: string, task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      this.#failed(error, where);
      return undefined;
    }
  }

  #failed(error: unknown, where: string): void {
    if (this.#ended) return;
    this.#end(closeCodes.failed, "the app failed", error);
    report(this.#onError, error, where);
  }

  #end(code: number, why: string, reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing = [code, why];
    this.#mailbox = [];
    this.#world.clearTimer(this.#pause);
    this.#scope.end(reason);
    for (const scope of this.#subscriptions.values()) scope.end(reason);
    this.#subscriptions.clear();
    for (const member of this.#members) closeLink(member.link, code, why);
    this.#members.clear();
    this.#resolveStopped();
  }
}

function refusedMessage(event: number, reason: Refusal): string {
  return JSON.stringify(["emit", "nacre:refused", { event, reason }] satisfies Down);
}

const deadConnection: Connection = { receive: () => "refused", disconnect() {} };

function closeLink(link: Link, code: number, why: string): void {
  try {
    link.close(code, why);
  } catch {
    // It is closed already.
  }
}
