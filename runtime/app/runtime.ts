/**
 * An app that runs on a server: its loop (`loop.ts`), the view trees of its model, and its clients. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone, or it begins again with the same clients.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal } from "../wire/message.ts";
import { sourceOf } from "../view/handler.ts";
import { Lowering } from "../view/lower.ts";
import type { Node } from "../view/tree.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import { Audience, type AudienceOwner } from "./audience.ts";
import type { Client } from "./client.ts";
import { type Connection, deadConnection, type Host, Line } from "./connection.ts";
import type { Contexts } from "./contexts.ts";
import { isDevelopment } from "./development.ts";
import { configOf, messageOfFact } from "./fact.ts";
import { Loop, type Owner } from "./loop.ts";
import { closeCodes, closeLink, type Link, Member, readResume } from "./member.ts";
import { Members } from "./members.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { graceMs, Presence } from "./presence.ts";
import { type Restart, Restarting } from "./restart.ts";
import { createSend, type Send } from "./send.ts";

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
  /** What comes after an error of the app. */
  readonly restart?: Restart;
}

/** An event as it arrived. */
interface Arrived {
  readonly member: Member;
  readonly number: number;
  /** Of the version that was seen, or undefined: it is forgotten. Looked up at once, since what arrives later may make it forgotten. */
  readonly tree: Node | undefined;
  readonly up: EventUp | FactUp;
}

/** Starts an app. */
export function run<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions = {}): Runtime<Msg> {
  return new Running(app, flags, options);
}

class Running<Model, Msg, Flags, User> implements Runtime<Msg>, Owner<Arrived | Member, Member>, AudienceOwner, Host {
  readonly stopped: Promise<void>;
  readonly world: World;
  readonly members: Members;
  /** What the app wants to be told of, whatever its model. */
  readonly config: Config | undefined;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #flags: Flags;
  readonly #options: RuntimeOptions;
  readonly #development: boolean;
  /** Where the app wants to know who is here. */
  readonly #presence: Presence<Msg, User> | undefined;
  readonly #restarting: Restarting<Model, Msg, User>;
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  #isStopping = false;
  #resolveStopped!: () => void;
  // What follows is of one incarnation; `#open` makes it.
  #loop!: Loop<Model, Msg, Flags, User, Arrived | Member, Member>;
  #lowering!: Lowering;
  #audience!: Audience;
  #send!: Send<Msg, User>;
  /** The model that was rendered last. */
  #rendered: Model | undefined;
  /** Events are being dealt with: what has changed is shown after them. */
  #willShow = false;
  /** Whose events were understood in this turn. */
  readonly #understood: Member[] = [];

  constructor(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions) {
    this.#app = app;
    this.#flags = flags;
    this.#options = options;
    this.world = options.world ?? realWorld;
    this.members = new Members(this.world, this.world.randomName(6));
    this.config = configOf(app.facts);
    this.#development = options.development ?? isDevelopment();
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
    const { restart = "never" } = options;
    if (app.onConnect || app.onDisconnect) {
      this.#presence = new Presence<Msg, User>(app, this.world, (member) => this.#loop.hear(member), restart === "last");
    }
    this.#restarting = new Restarting<Model, Msg, User>(restart, this.world, this.#presence);
    this.#open();
    this.#loop.begin(flags);
  }

  dispatch(message: Msg): void {
    if (this.#restarting.isDue) this.#restarting.wait(message);
    else this.#loop.dispatch(message);
  }

  connect(link: Link): Connection {
    const { name, epoch, done } = readResume(link.resume, this.world);
    const sentAway = this.members.sentAway(name);
    if (sentAway !== undefined && sentAway > this.world.now() - graceMs) {
      // The code may have been lost with its link, and the browser have tried again.
      closeLink(link, closeCodes.sentAway, "sent away");
      return deadConnection;
    }
    do {
      this.#restart();
      if (this.#loop.ended) {
        closeLink(link, ...closingOf(this.#loop));
        return deadConnection;
      }
      // A mount says that all events up to `last` have been dealt with: those that have arrived have to be.
      this.#loop.catchUp();
      const before = this.members.get(name);
      if (before) this.drop(before, closeCodes.impossible, "replaced by a newer link");
      // Before the client is one of those that a patch goes to, and while what it saw is still kept for it.
      if (!this.#loop.ended && this.#isStale()) this.#loop.guarded("view", () => this.#render());
    } while (this.#loop.ended);
    const member = this.members.add(link, name, epoch, this.#audience.version);
    // A refusal may have been lost with the link that it was sent on. Before the mount, which says that the event has been dealt with: if it
    // came after, and this link was cut between them, nobody would tell it again.
    for (const [event, reason] of member.refusals) if (event > done) this.#audience.refused(member, event, reason);
    this.#audience.mount(member);
    this.#audience.tellEarly([member]);
    this.#presence?.came(member);
    this.#runEffects();
    return new Line(this, member, link);
  }

  stop(reason?: unknown): Promise<void> {
    if (this.#isStopping) return this.stopped;
    this.#isStopping = true;
    if (this.#restarting.isDue) this.#close(closeCodes.stopped, "stopped");
    else if (!this.#loop.ended) {
      const last = this.#loop.guarded("handler", () => this.#presence?.farewell(this.members));
      this.#loop.stop(reason, last);
    }
    return this.stopped;
  }

  status(): RuntimeStatus {
    const { version, kept } = this.#audience;
    return { clients: this.members.size, version, kept, refused: { ...this.#refused } };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // ---- beginning and ending --------------------------------------------------------------------

  /** All that an incarnation has of its own, as it is before the first model. */
  #open(): void {
    this.#audience = new Audience(this);
    this.#rendered = undefined;
    this.#willShow = false;
    this.#understood.length = 0;
    const loop = new Loop<Model, Msg, Flags, User, Arrived | Member, Member>(this.#app, this, this.world, this.#options.onError);
    this.#loop = loop;
    this.#send = createSend((message) => loop.dispatch(message), () => loop.cause?.client as Client<User>);
    this.#lowering = new Lowering({
      development: this.#development,
      warn: (message) => console.warn(`nacre: ${this.#app.name}: ${message}`),
      changed: () => {
        if (!this.#willShow) loop.wake();
      },
      // Two views on one page must not have the same ids.
      ids: this.members.epoch.slice(0, 4),
    });
  }

  /** Begins again, with all clients that are here, if that is due. */
  #restart(): void {
    if (!this.#restarting.isDue) return;
    const last = this.#restarting.begin(this.#loop);
    this.members.renew(this.world.randomName(6));
    this.#open();
    if (last) this.#loop.resume(last.model);
    else this.#loop.begin(this.#flags);
    this.#presence?.again(this.members);
    if (this.members.size > 0 && !this.#loop.ended) this.#loop.guarded("view", () => this.#render());
    if (this.#loop.ended) return;
    if (this.members.size > 0) {
      for (const member of this.members) this.#audience.mount(member);
      this.#audience.tellEarly(this.members);
      this.#runEffects();
    }
    for (const message of this.#restarting.waited()) this.dispatch(message);
  }

  ended(): void {
    this.#audience.end();
    const loop = this.#loop;
    if (!this.#isStopping && this.#restarting.isToBegin(loop)) this.world.soon(() => this.#restart());
    else this.#close(...closingOf(loop));
    this.#lowering.end((error) => loop.fail(error));
  }

  /** The end: no link is left, and nothing begins again. */
  #close(code: number, why: string): void {
    this.#isStopping = true;
    this.#restarting.end();
    this.#presence?.end();
    for (const member of this.members) closeLink(member.link, code, why);
    this.members.clear();
    this.#resolveStopped();
  }

  // ---- clients ---------------------------------------------------------------------------------

  drop(member: Member, code: number, why: string): void {
    this.remove(member);
    closeLink(member.link, code, why);
  }

  remove(member: Member): void {
    this.members.remove(member);
    this.#presence?.left(member);
  }

  disconnect(client: string): void {
    const member = this.members.find(client);
    if (!member) return;
    member.sentAway = this.world.now();
    this.drop(member, closeCodes.sentAway, "sent away");
    this.#presence?.leave(member);
  }

  get isDeaf(): boolean {
    return this.#restarting.isDue;
  }

  hear(member: Member, version: number, up: EventUp | FactUp): void {
    // It came from the event loop: others are let in.
    this.#loop.breathe();
    this.#loop.hear({ member, number: ++member.last, tree: this.#audience.treeAt(version), up });
  }

  seen(): void {
    // With more clients this waits for the next patch: each of thousands would look at all.
    if (this.members.size === 1) this.#audience.forget();
  }

  // ---- what effects say to the page ------------------------------------------------------------

  get contexts(): Contexts {
    return this.#audience.contexts;
  }

  emit(name: string, detail: unknown, to: string, cause: Member | undefined): void {
    this.#audience.reach(["emit", name, detail ?? null], to, cause);
  }

  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: Member | undefined): void {
    this.#audience.reach(["effect", name, ...args] satisfies Down, to ?? (cause ? "cause" : "all"), cause);
  }

  // ---- events ----------------------------------------------------------------------------------

  understand(arrived: Arrived | Member): void {
    if (arrived instanceof Member) {
      const message = this.#presence!.resolve(arrived);
      if (message !== undefined) this.#loop.understood(message, arrived);
      return;
    }
    const { member, number } = arrived;
    this.#willShow = true;
    const refusal = this.#understand(arrived);
    this.#understood.push(member);
    if (!refusal) return;
    this.#refused[refusal]++;
    member.refuse(number, refusal);
    this.#audience.refused(member, number, refusal);
  }

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
    const present = this.#audience.tree!;
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

  // ---- the view --------------------------------------------------------------------------------

  show(): void {
    this.#willShow = false;
    // Only now: what is rendered while events are understood says nothing of them. Their messages may fail, and then they have come to nothing.
    for (const member of this.#understood.splice(0)) this.#audience.handled(member);
    this.#presence?.folded();
    // Components that live go on though nobody sees them: their effects are part of the app.
    if ((this.members.size > 0 || this.#lowering.isAlive) && this.#isStale()) this.#render();
  }

  shown(): void {
    this.#audience.acknowledge();
    this.#runEffects();
  }

  /** Is there another model than what was rendered, or another state of a component? */
  #isStale(): boolean {
    return this.#hasNewModel() || this.#lowering.isWaiting;
  }

  #hasNewModel(): boolean {
    return this.#audience.tree === undefined || !Object.is(this.#loop.model, this.#rendered);
  }

  /** The effects of components come when what they belong to was sent. */
  #runEffects(): void {
    if (this.#lowering.hasEffects) this.#loop.guarded("effect", () => this.#lowering.effects());
  }

  /** Renders the model and the components, and sends what changed to everybody. */
  #render(): void {
    const { model } = this.#loop;
    const tree = this.#hasNewModel() ? this.#lowering.lower(this.#app.view(model, this.#send)) : this.#lowering.update();
    this.#rendered = model;
    this.#audience.show(tree, this.#lowering.made);
    this.#restarting.rendered(model);
    this.#presence?.rendered();
  }
}

function isFact(up: EventUp | FactUp): up is FactUp {
  return typeof up[1] === "string";
}

/** How the links of an app that has ended are closed. */
function closingOf({ ended }: { readonly ended: "stopped" | "failed" | undefined }): [code: number, why: string] {
  return ended === "failed" ? [closeCodes.failed, "the app failed"] : [closeCodes.stopped, "stopped"];
}
