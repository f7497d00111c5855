/**
 * An app that runs on a server: its loop (`loop.ts`), the view trees of its model, and its clients. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal } from "../wire/message.ts";
import { readUp } from "../wire/up.ts";
import { Definitions } from "../view/definitions.ts";
import { diff, encode } from "../view/diff.ts";
import { sourceOf } from "../view/handler.ts";
import { Lowering } from "../view/lower.ts";
import type { Node } from "../view/tree.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import type { Client } from "./client.ts";
import { isDevelopment } from "./development.ts";
import { Contexts } from "./contexts.ts";
import { configOf, messageOfFact } from "./fact.ts";
import { History } from "./history.ts";
import { Loop, type Owner } from "./loop.ts";
import { clientBounds, closeCodes, type Link, type Member, readResume } from "./member.ts";
import { Members } from "./members.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { createSend } from "./send.ts";

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

/** An event as it arrived. */
interface Arrived {
  readonly member: Member;
  readonly number: number;
  /** Of the version that was seen, or undefined: it is forgotten. Looked up at once, since what arrives later may make it forgotten. */
  readonly tree: Node | undefined;
  readonly up: EventUp | FactUp;
}

const mostEarlyEmits = 64;

/** Starts an app. */
export function run<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions = {}): Runtime<Msg> {
  return new Running(app, flags, options);
}

class Running<Model, Msg, Flags, User> implements Runtime<Msg>, Owner<Arrived, Member> {
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #world: World;
  readonly #loop: Loop<Model, Msg, Flags, User, Arrived, Member>;
  readonly #lowering: Lowering;
  readonly #definitions = new Definitions();
  readonly #history = new History();
  readonly #members: Members;
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  readonly #send = createSend<Msg, User>((message) => this.dispatch(message), () => this.#loop.cause?.client as Client<User>);
  readonly #development: boolean;
  /** What the app wants to be told of, whatever its model. */
  readonly #config: Config | undefined;
  readonly contexts: Contexts = new Contexts((message) => {
    for (const member of this.#members) this.#tell(member, JSON.stringify(message));
  });
  /** The model that was rendered last. */
  #rendered: Model | undefined;
  #version = 0;
  /** Events are being dealt with: what has changed is shown after them. */
  #willShow = false;
  /** Those of whom events were dealt with in this turn. */
  readonly #touched = new Set<Member>();
  /** Events for the page that were emitted before the first client was there, which hears them; undefined from then on. */
  #early: string[] | undefined = [];

  constructor(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions) {
    this.#app = app;
    this.#world = options.world ?? realWorld;
    this.#members = new Members(this.#world, this.#world.randomName(6));
    this.#development = options.development ?? isDevelopment();
    this.#config = configOf(app.facts);
    this.#lowering = new Lowering({
      development: this.#development,
      warn: (message) => console.warn(`nacre: ${app.name}: ${message}`),
      changed: () => {
        if (!this.#willShow) this.#loop.wake();
      },
      // Two views on one page must not have the same ids.
      ids: this.#members.epoch.slice(0, 4),
    });
    this.#loop = new Loop(app, this, this.#world, options.onError);
    this.#loop.begin(flags);
  }

  get stopped(): Promise<void> {
    return this.#loop.stopped;
  }

  dispatch(message: Msg): void {
    this.#loop.dispatch(message);
  }

  connect(link: Link): Connection {
    if (this.#loop.ended) return this.#refuse(link);
    // A mount says that all events up to `last` have been dealt with: those that have arrived have to be.
    this.#loop.catchUp();
    const { name, epoch, done } = readResume(link.resume, this.#world);
    const before = this.#members.get(name);
    if (before) this.#drop(before, closeCodes.impossible, "replaced by a newer link");
    // Before the client is one of those that a patch goes to, and while what it saw is still kept for it.
    if (!this.#loop.ended && this.#isStale()) this.#loop.guarded("view", () => this.#render());
    if (this.#loop.ended) return this.#refuse(link);
    const member = this.#members.add(link, name, epoch, this.#version);
    this.#mount(member, done);
    this.#runEffects();
    return this.#connection(member, link);
  }

  stop(reason?: unknown): Promise<void> {
    return this.#loop.stop(reason);
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
    closeLink(link, ...closingOf(this.#loop));
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
          this.#loop.breathe();
          const tree = this.#history.at(version, this.#world.now());
          this.#loop.hear({ member, number: ++member.last, tree, up });
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
    const config: Config = { ...this.#config, ...this.contexts.config };
    this.#tell(
      member,
      `["mount",${JSON.stringify(member.epoch)},${this.#version},${member.last},${definitions},${value}${
        Object.keys(config).length > 0 ? `,${JSON.stringify(config)}` : ""
      }]`,
    );
    for (const emitted of this.#early ?? []) this.#tell(member, emitted);
    this.#early = undefined;
    // A refusal may have been lost with the link that it was sent on.
    for (const [event, reason] of member.refusals) if (event > done) this.#tell(member, refusedMessage(event, reason));
  }

  // ---- the loop's owner ------------------------------------------------------------------------

  understand(arrived: Arrived): void {
    const { member, number } = arrived;
    this.#willShow = true;
    const refusal = this.#understand(arrived);
    member.handled++;
    this.#touched.add(member);
    if (!refusal) return;
    this.#refused[refusal]++;
    member.refuse(number, refusal);
    this.#tell(member, refusedMessage(number, refusal));
  }

  show(): void {
    this.#willShow = false;
    // Components that live go on though nobody sees them: their effects are part of the app.
    if ((this.#members.size > 0 || this.#lowering.isAlive) && this.#isStale()) this.#render();
  }

  shown(): void {
    for (const member of this.#touched) this.#acknowledge(member);
    this.#touched.clear();
    this.#runEffects();
  }

  emit(name: string, detail: unknown, to: string, cause: Member | undefined): void {
    this.#reach(JSON.stringify(["emit", name, detail ?? null]), to, cause);
  }

  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: Member | undefined): void {
    this.#reach(JSON.stringify(["effect", name, ...args] satisfies Down), to ?? (cause ? "cause" : "all"), cause);
  }

  /** Tells a page, or all of them. */
  #reach(message: string, to: string, cause: Member | undefined): void {
    if (this.#early) {
      if (this.#early.length < mostEarlyEmits) this.#early.push(message);
    } else if (to === "cause") {
      if (cause) this.#tell(cause, message);
    } else for (const member of this.#members) if (to === "all" || member.client.id === to) this.#tell(member, message);
  }

  ended(): void {
    for (const member of this.#members) closeLink(member.link, ...closingOf(this.#loop));
    this.#members.clear();
    this.#lowering.end((error) => this.#loop.fail(error));
  }

  // ---- events and patches ----------------------------------------------------------------------

  /** Makes messages of what an event means; answers why it means nothing. */
  #understand({ member, up, tree }: Arrived): Refusal | undefined {
    if (isFact(up)) return this.#take(member, up);
    if (tree === undefined) return "version";
    const path = up[1];
    const seen = placeAt(tree, path);
    if (!seen) return "gone";
    if (!sourceOf(seen.handler) && this.#lowering.isWaiting) {
      // A plain function knows the state that it was rendered with: what an event just before has set must be rendered, or is lost.
      this.#loop.guarded("view", () => this.#render());
      if (this.#loop.ended) return undefined;
    }
    const present = this.#history.tree!;
    const now = tree === present ? seen : placeNow(present, path, seen);
    if (!now) return "gone";
    const handler = handlerFor(seen, now);
    const source = sourceOf(handler);
    // A handler that is a message asks for nothing, and what came with the event all the same is not looked at.
    const event = source && typeof source.message !== "function" ? null : eventOf(seen.event, up, source?.options.include ?? []);
    if (event === undefined) return "payload";
    this.#loop.handle(member, handler, event);
    return undefined;
  }

  /** Makes a message of a fact, which means the same whatever its page shows. */
  #take(member: Member, fact: FactUp): Refusal | undefined {
    if (fact[1] === "context") return this.#loop.takeAll(member, () => this.contexts.hear(fact[2], fact[3])) ? undefined : "payload";
    const made = messageOfFact(this.#app.facts, fact);
    if ("refused" in made) {
      if (this.#development) console.warn(`nacre: ${this.#app.name}: refused: ${made.refused}`);
      return "payload";
    }
    if (made.message !== undefined) this.#loop.take(made.message, member);
    return undefined;
  }

  /** Is there another model than what was rendered, or another state of a component? */
  #isStale(): boolean {
    return this.#hasNewModel() || this.#lowering.isWaiting;
  }

  #hasNewModel(): boolean {
    return this.#history.tree === undefined || !Object.is(this.#loop.model, this.#rendered);
  }

  /** The effects of components come when what they belong to was sent. */
  #runEffects(): void {
    if (this.#lowering.hasEffects) this.#loop.guarded("effect", () => this.#lowering.effects());
  }

  /** Renders the model and the components, and sends what changed to everybody. */
  #render(): void {
    const old = this.#history.tree;
    const tree = this.#hasNewModel() ? this.#lowering.lower(this.#app.view(this.#loop.model, this.#send)) : this.#lowering.update();
    this.#rendered = this.#loop.model;
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
}

function isFact(up: EventUp | FactUp): up is FactUp {
  return typeof up[1] === "string";
}

function refusedMessage(event: number, reason: Refusal): string {
  return JSON.stringify(["emit", "nacre:refused", { event, reason }] satisfies Down);
}

/** How the links of an app that has ended are closed. */
function closingOf({ ended }: { readonly ended: "stopped" | "failed" | undefined }): [code: number, why: string] {
  return ended === "failed" ? [closeCodes.failed, "the app failed"] : [closeCodes.stopped, "stopped"];
}

const deadConnection: Connection = { receive: () => "refused", disconnect() {} };

function closeLink(link: Link, code: number, why: string): void {
  try {
    link.close(code, why);
  } catch {
    // It is closed already.
  }
}
