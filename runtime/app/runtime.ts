/**
 * An app that runs on a server: its loop (`loop.ts`), the view trees of its model, and its clients. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone, or it begins again with the same clients.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal } from "../wire/message.ts";
import { readUp } from "../wire/up.ts";
import { Definitions } from "../view/definitions.ts";
import { diff, encode } from "../view/diff.ts";
import { sourceOf } from "../view/handler.ts";
import { Lowering } from "../view/lower.ts";
import { paint } from "../view/paint.ts";
import type { Node } from "../view/tree.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import { Body } from "./body.ts";
import type { Client } from "./client.ts";
import { isDevelopment } from "./development.ts";
import { Contexts } from "./contexts.ts";
import { configOf, messageOfFact } from "./fact.ts";
import { Form } from "./form.ts";
import { History } from "./history.ts";
import { Loop, type Owner } from "./loop.ts";
import { clientBounds, closeCodes, type Link, Member, readResume } from "./member.ts";
import { Members } from "./members.ts";
import { graceMs, Presence } from "./presence.ts";
import { type Painted, paintedOf } from "./paint.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { createSend, type Send } from "./send.ts";
import { backlogOf, Slow, slowBounds } from "./slow.ts";

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
  /** The view as it is now, for a page to be painted with; empty when the app has ended. */
  paint(seal?: SealView): Painted;
  /** Ends the app: its effects are aborted, its links closed. */
  stop(reason?: unknown): Promise<void>;
  /** Settles when the app has ended, by `stop` or by an error. */
  readonly stopped: Promise<void>;
  /** Numbers of the moment. */
  status(): RuntimeStatus;
  /** Stops it: `await using runtime = start(app)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes the snapshot of a page that was painted with a version of a running app: a text that means something to the server alone. */
export type SealView = (epoch: string, version: number) => string;

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

/**
 * What comes after an error of an app: nothing (its links are closed), a new `init`, or the last good model: the one before the messages
 * that failed; the last that was rendered, when it was `view` that failed; the present one, when it was an effect.
 */
export type Restart = "never" | "fresh" | "last";

/** An event as it arrived. */
interface Arrived {
  readonly member: Member;
  readonly number: number;
  /** Of the version that was seen, or undefined: it is forgotten. Looked up at once, since what arrives later may make it forgotten. */
  readonly tree: Node | undefined;
  readonly up: EventUp | FactUp;
}

const mostEarlyEmits = 64;
/** Restarts in so many ms: an app that fails more often than that stays as it is. */
const restartBounds = { times: 3, ms: 10_000 } as const;

/** Starts an app. */
export function run<Model, Msg, Flags, User>(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions = {}): Runtime<Msg> {
  return new Running(app, flags, options);
}

class Running<Model, Msg, Flags, User> implements Runtime<Msg>, Owner<Arrived | Member, Member> {
  readonly stopped: Promise<void>;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #flags: Flags;
  readonly #options: RuntimeOptions;
  readonly #world: World;
  readonly #members: Members;
  /** Where the app wants to know who is here. */
  readonly #presence: Presence<Msg, User> | undefined;
  readonly #restarts: number[] = [];
  /** The app has failed, and begins again soon: until then messages wait, and events are not heard. */
  #isRestarting = false;
  #isStopping = false;
  #waiting: Msg[] = [];
  #resolveStopped!: () => void;
  // What follows is of one incarnation; `#open` makes it.
  #loop!: Loop<Model, Msg, Flags, User, Arrived | Member, Member>;
  #lowering!: Lowering;
  #definitions!: Definitions;
  #history!: History;
  #send!: Send<Msg, User>;
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  readonly #development: boolean;
  /** What the app wants to be told of, whatever its model. */
  readonly #config: Config | undefined;
  contexts!: Contexts;
  form!: Form;
  /** The model that was rendered last. */
  #rendered: Model | undefined;
  /** The same, once all of it went well. */
  #good: { readonly model: Model } | undefined;
  #version = 0;
  /** Events are being dealt with: what has changed is shown after them. */
  #willShow = false;
  /** Those of whom events were dealt with in this turn. */
  readonly #touched = new Set<Member>();
  /** The timer of the next look at slow clients, while there are any. */
  #looking: unknown;
  /** What a mount of this tree says after its head, while there are clients enough to share it. */
  #shown: { readonly tree: Node; readonly config: string; readonly body: Body } | undefined;
  /** Events for the page that were emitted before the first client was there, which hears them; undefined from then on. */
  #early: [message: string, to: string][] | undefined;

  constructor(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions) {
    this.#app = app;
    this.#flags = flags;
    this.#options = options;
    this.#world = options.world ?? realWorld;
    this.#members = new Members(this.#world, this.#world.randomName(6));
    this.#development = options.development ?? isDevelopment();
    this.#config = configOf(app);
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
    if (app.onConnect || app.onDisconnect) {
      this.#presence = new Presence<Msg, User>(app, this.#world, (member) => this.#loop.hear(member), options.restart === "last");
    }
    this.#open();
    this.#loop.begin(flags);
  }

  dispatch(message: Msg): void {
    if (this.#isRestarting) this.#waiting.push(message);
    else this.#loop.dispatch(message);
  }

  connect(link: Link): Connection {
    const { name, epoch, done } = readResume(link.resume, this.#world);
    const sentAway = this.#members.sentAway(name);
    if (sentAway !== undefined && sentAway > this.#world.now() - graceMs) {
      // The code may have been lost with its link, and the browser have tried again.
      closeLink(link, closeCodes.sentAway, "sent away");
      return deadConnection;
    }
    do {
      this.#restart();
      if (this.#loop.ended) return this.#refuse(link);
      // A mount says that all events up to `last` have been dealt with: those that have arrived have to be.
      this.#loop.catchUp();
      const before = this.#members.get(name);
      if (before) this.#drop(before, closeCodes.impossible, "replaced by a newer link");
      // Before the client is one of those that a patch goes to, and while what it saw is still kept for it.
      if (!this.#loop.ended && this.#isStale()) this.#loop.guarded("view", () => this.#render());
    } while (this.#loop.ended);
    const member = this.#members.add(link, name, epoch, this.#version);
    this.#mount(member);
    this.#tellEarly([member]);
    // A refusal may have been lost with the link that it was sent on.
    for (const [event, reason] of member.refusals) if (event > done) this.#deliver(member, refusedMessage(event, reason));
    this.#presence?.came(member);
    this.#runEffects();
    return this.#connection(member, link);
  }

  paint(seal?: SealView): Painted {
    this.#restart();
    if (!this.#loop.ended) {
      this.#loop.catchUp();
      if (!this.#loop.ended && this.#isStale()) {
        this.#loop.guarded("view", () => this.#render());
        this.#runEffects();
      }
    }
    if (this.#loop.ended) return { html: "" };
    const painting = paint(this.#history.tree!, this.#definitions);
    this.#definitions.fresh();
    return paintedOf(painting, this.#config, () => seal?.(this.#members.epoch, this.#version), (message) => {
      if (this.#development) console.warn(`nacre: ${this.#app.name}: ${message}`);
    });
  }

  stop(reason?: unknown): Promise<void> {
    if (this.#isStopping) return this.stopped;
    this.#isStopping = true;
    if (this.#isRestarting) this.#close(closeCodes.stopped, "stopped");
    else if (!this.#loop.ended) {
      const last = this.#loop.guarded("handler", () => this.#presence?.farewell(this.#members));
      this.#loop.stop(reason, last);
    }
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
        if (member.awaited !== undefined || this.#isRestarting) {
          // It is of a view that is no more, and so is told to the page when it is mounted anew.
          if (message === member.awaited) member.awaited = undefined;
          return "taken";
        }
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
        if (isHere()) this.#remove(member);
      },
    };
  }

  /** Removes a client and closes its link. */
  #drop(member: Member, code: number, why: string): void {
    this.#remove(member);
    closeLink(member.link, code, why);
  }

  #remove(member: Member): void {
    this.#members.remove(member);
    this.#presence?.left(member);
  }

  /** Shows a client the view. */
  #mount(member: Member): void {
    member.sent = member.told = this.#version;
    member.handled = 0;
    member.slow = undefined;
    this.#deliver(member, this.#whole(), `["mount",${JSON.stringify(member.epoch)},${this.#version},${member.last},`);
  }

  /** Definitions and value of a mount. When all clients come back at once it is made once. */
  #whole(): Body {
    const tree = this.#history.tree!;
    const wanted: Config = { ...this.#config, ...this.contexts.config, ...this.form.config };
    const config = Object.keys(wanted).length > 0 ? `,${JSON.stringify(wanted)}` : "";
    if (this.#shown?.tree === tree && this.#shown.config === config) return this.#shown.body;
    const value = JSON.stringify(encode(tree, this.#definitions));
    this.#definitions.fresh();
    const body = new Body(`${JSON.stringify(this.#definitions.all())},${value}${config}]`);
    this.#shown = this.#members.size > 1 ? { tree, config, body } : undefined;
    return body;
  }

  /** Tells the first clients of what was emitted before them. */
  #tellEarly(members: Iterable<Member>): void {
    const early = this.#early;
    this.#early = undefined;
    if (!early || early.length === 0) return;
    for (const member of members) {
      for (const [message, to] of early) if (to === "all" || to === "cause" || to === member.client.id) this.#tell(member, message);
    }
  }

  // ---- beginning and ending --------------------------------------------------------------------

  /** All that an incarnation has of its own, as it is before the first model. */
  #open(): void {
    this.#definitions = new Definitions();
    this.#history = new History();
    const tellAll = (message: Down) => {
      for (const member of this.#members) this.#tell(member, JSON.stringify(message));
    };
    this.contexts = new Contexts(tellAll);
    this.form = new Form(this.#app.facts.onForm, tellAll);
    this.#version = 0;
    this.#rendered = this.#good = this.#shown = undefined;
    this.#willShow = false;
    this.#touched.clear();
    this.#early = [];
    const loop = new Loop<Model, Msg, Flags, User, Arrived | Member, Member>(this.#app, this, this.#world, this.#options.onError);
    this.#loop = loop;
    this.#send = createSend((message) => loop.dispatch(message), () => loop.cause?.client as Client<User>);
    this.#lowering = new Lowering({
      development: this.#development,
      warn: (message) => console.warn(`nacre: ${this.#app.name}: ${message}`),
      changed: () => {
        if (!this.#willShow) loop.wake();
      },
      // Two views on one page must not have the same ids.
      ids: this.#members.epoch.slice(0, 4),
    });
  }

  /** Whether an app that has failed just now is to begin again; noted, when it is. */
  #mayRestart(): boolean {
    const { restart = "never" } = this.#options;
    if (restart === "never" || this.#isStopping || this.#loop.ended !== "failed" || this.#loop.failedIn === "init") return false;
    const now = this.#world.now();
    while (this.#restarts.length > 0 && this.#restarts[0]! <= now - restartBounds.ms) this.#restarts.shift();
    return this.#restarts.length < restartBounds.times && this.#restarts.push(now) > 0;
  }

  /** Begins again, with all clients that are here, if that is due. */
  #restart(): void {
    if (!this.#isRestarting) return;
    this.#isRestarting = false;
    const last = this.#options.restart === "last" ? this.#lastGood() : undefined;
    this.#members.renew(this.#world.randomName(6));
    this.#open();
    if (last) this.#loop.resume(last.model);
    else {
      this.#presence?.undo("all");
      this.#loop.begin(this.#flags);
    }
    this.#presence?.again(this.#members);
    if (this.#members.size > 0 && !this.#loop.ended) this.#loop.guarded("view", () => this.#render());
    if (this.#loop.ended) return;
    if (this.#members.size > 0) {
      for (const member of this.#members) this.#mount(member);
      this.#tellEarly(this.#members);
      this.#runEffects();
    }
    for (const message of this.#waiting.splice(0)) this.dispatch(message);
  }

  /** The model to go back to, after what has failed; who it knows to be here goes back with it. */
  #lastGood(): { readonly model: Model } | undefined {
    const { failedIn, model } = this.#loop;
    const isOfView = failedIn === "view";
    if (failedIn !== "effect") this.#presence?.undo(isOfView ? "rendered" : "turn");
    return isOfView ? this.#good : { model };
  }

  /** The end: no link is left, and nothing begins again. */
  #close(code: number, why: string): void {
    this.#isRestarting = false;
    this.#isStopping = true;
    this.#waiting = [];
    this.#shown = undefined;
    this.#presence?.end();
    for (const member of this.#members) closeLink(member.link, code, why);
    this.#members.clear();
    this.#resolveStopped();
  }

  // ---- the loop's owner ------------------------------------------------------------------------

  understand(arrived: Arrived | Member): void {
    if (arrived instanceof Member) {
      const message = this.#presence!.resolve(arrived);
      if (message !== undefined) this.#loop.understood(message, arrived);
      return;
    }
    const { member, number } = arrived;
    this.#willShow = true;
    const refusal = this.#understand(arrived);
    member.handled++;
    this.#touched.add(member);
    if (!refusal) return;
    this.#refused[refusal]++;
    member.refuse(number, refusal);
    this.#deliver(member, refusedMessage(number, refusal));
  }

  show(): void {
    this.#willShow = false;
    this.#presence?.folded();
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
      if (this.#early.length < mostEarlyEmits) this.#early.push([message, to]);
    } else if (to === "all") {
      for (const member of this.#members) this.#tell(member, message);
    } else {
      const member = to === "cause" ? cause : this.#members.find(to);
      if (member) this.#tell(member, message);
    }
  }

  disconnect(client: string): void {
    const member = this.#members.find(client);
    if (!member) return;
    member.sentAway = this.#world.now();
    this.#drop(member, closeCodes.sentAway, "sent away");
    this.#presence?.leave(member);
  }

  ended(): void {
    this.#world.clearTimer(this.#looking);
    this.#looking = undefined;
    const loop = this.#loop;
    if (this.#mayRestart()) {
      this.#isRestarting = true;
      this.#world.soon(() => this.#restart());
    } else this.#close(...closingOf(loop));
    this.#lowering.end((error) => loop.fail(error));
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
    this.#draw();
    this.#good = { model: this.#loop.model };
    this.#presence?.rendered();
  }

  #draw(): void {
    const old = this.#history.tree;
    const tree = this.#hasNewModel() ? this.#lowering.lower(this.#app.view(this.#loop.model, this.#send)) : this.#lowering.update();
    this.#rendered = this.#loop.model;
    const now = this.#world.now();
    if (old === undefined) {
      this.#history.add(this.#version, tree, this.#lowering.made, now);
      return;
    }
    if (tree === old) return;
    this.#shown = undefined;
    const known = this.#definitions.all().length;
    const patch = diff(old, tree, this.#definitions);
    if (patch === undefined) {
      this.#history.replace(tree, this.#lowering.made);
      return;
    }
    this.#history.add(++this.#version, tree, this.#lowering.made, now);
    const fresh = this.#definitions.fresh();
    const body = new Body(fresh.length > 0 ? `${JSON.stringify(patch)},${JSON.stringify(fresh)}]` : `${JSON.stringify(patch)}]`);
    for (const member of this.#members) if (!this.#isSlow(member, known)) this.#patch(member, body);
    this.#forget();
  }

  #patch(member: Member, body: Body): void {
    const head = `[${member.handled},`;
    member.handled = 0;
    member.sent = this.#version;
    this.#deliver(member, body, head);
  }

  #acknowledge(member: Member): void {
    if (member.handled === 0 || member.left !== undefined) return;
    this.#deliver(member, `[${member.handled}]`);
    member.handled = 0;
  }

  /** Forgets the versions that every client is past. */
  #forget(): void {
    if (this.#history.size > 1) this.#history.forgetBefore(this.#members.oldestSeen(this.#version), this.#world.now());
  }

  /** Sends what comes after the patches so far: to a slow client later, when it has got them. */
  #tell(member: Member, message: string | Body): void {
    if (!member.slow) this.#deliver(member, message);
    else if (!member.slow.hold(typeof message === "string" ? message : message.text)) this.#drop(member, closeCodes.tooSlow, "too slow");
  }

  /** Sends this, now. */
  #deliver(member: Member, message: string | Body, head = ""): void {
    if (member.left !== undefined) return;
    const body = typeof message === "string" ? new Body(message) : message;
    try {
      member.link.send(body.after(head, member.link));
    } catch {
      // The link broke; its transport says so by `disconnect`.
    }
  }

  // ---- slow clients ----------------------------------------------------------------------------

  /** Whether a client has too much to read to be sent more; `known` is the number of definitions that it knows if it has not. */
  #isSlow(member: Member, known: number): boolean {
    if (!member.slow && backlogOf(member.link) > slowBounds.unsent) {
      member.slow = new Slow(known, this.#world.now());
      this.#lookLater();
    }
    return member.slow !== undefined;
  }

  #lookLater(): void {
    this.#looking ??= this.#world.setTimer(slowBounds.pause, () => {
      this.#looking = undefined;
      for (const member of this.#members) {
        if (!member.slow) continue;
        const state = member.slow.look(backlogOf(member.link), this.#world.now());
        if (state === "drained") this.#catchUp(member, member.slow);
        else if (state === "stuck") this.#drop(member, closeCodes.tooSlow, "too slow");
        else this.#lookLater();
      }
    });
  }

  /** Brings a client that was slow from what it has been shown to what there is, in one patch. */
  #catchUp(member: Member, { known, held }: Slow): void {
    const tree = this.#history.tree!;
    const before = this.#history.at(member.sent, this.#world.now());
    // Without what it has been shown it gets all of it, in place of what it has.
    let patch = before === undefined ? undefined : diff(before, tree, this.#definitions, true);
    if (patch === undefined) {
      patch = encode(tree, this.#definitions);
      // It looks as it did, and is another version all the same.
      if (before !== undefined && typeof patch === "object" && patch !== null) patch = {};
    }
    const skipped = this.#version - member.sent - 1;
    const fresh = this.#definitions.all().slice(known);
    member.slow = undefined;
    this.#patch(member, new Body(`${JSON.stringify(patch)},${JSON.stringify(fresh)},${skipped}]`));
    for (const message of held) this.#tell(member, message);
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
