/**
 * An app that runs on a server: its loop (`loop.ts`), the view trees of its model, and its clients. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone, or it begins again with the same clients.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal, ResumeUp } from "../wire/message.ts";
import { sourceOf } from "../view/handler.ts";
import { hashOf } from "../view/hash.ts";
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
import type { Form, FormHandlers } from "./form.ts";
import { Keeping } from "./keeping.ts";
import { Loop, type Owner } from "./loop.ts";
import { closeCodes, closeLink, type Link, Member, readResume } from "./member.ts";
import { Members } from "./members.ts";
import { Origin } from "./origin.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { graceMs, Presence } from "./presence.ts";
import { Replay } from "./replay.ts";
import { report } from "./report.ts";
import { type Restart, Restarting } from "./restart.ts";
import { createSend, type Send } from "./send.ts";
import { type Snapshot, writeSnapshot } from "./snapshot.ts";

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
  /** Makes snapshots for the one client that it is for. */
  readonly keep?: Keep;
  /** It runs for one request: what has no end of its own is not begun. */
  readonly isBrief?: boolean;
}

/** How a runtime that is one client's keeps snapshots with it. */
export interface Keep {
  /** Seals a text for the client. */
  seal(text: string): string;
  /** What to go on with, in place of a beginning. */
  readonly snapshot?: Snapshot;
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
export function run<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  flags: Flags,
  options: RuntimeOptions = {},
): Running<Model, Msg, Flags, User> {
  return new Running(app, flags, options);
}

/** A running app, to this library. */
export class Running<Model, Msg, Flags, User> implements Runtime<Msg>, Owner<Arrived | Member, Member>, AudienceOwner, Host {
  readonly stopped: Promise<void>;
  readonly world: World;
  readonly members: Members;
  /** What the app wants to be told of, whatever its model. */
  readonly config: Config | undefined;
  readonly formHandlers: FormHandlers<unknown> | undefined;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #flags: Flags;
  readonly #options: RuntimeOptions;
  readonly #development: boolean;
  /** Where the app wants to know who is here. */
  readonly #presence: Presence<Msg, User> | undefined;
  readonly #restarting: Restarting<Model, Msg, User>;
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  /** The name of the session in all processes, from its first beginning on. */
  #lineage: string;
  /** When its snapshots are made, where they are. */
  readonly #keeping: Keeping | undefined;
  /** There are none any more: the model is not what can be kept. */
  #cannotKeep = false;
  /** One is due, and goes with what is sent next. */
  #isDue = false;
  /** Events dealt with in this turn. */
  #events = 0;
  /** What has happened elsewhere is gone through again. */
  #isReplaying = false;
  #isStopping = false;
  /** It is to go on elsewhere. */
  #isLeaving = false;
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
    this.config = configOf(app);
    this.formHandlers = app.facts.onForm;
    this.#development = options.development ?? isDevelopment();
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
    const { restart = "never" } = options;
    if (app.onConnect || app.onDisconnect) {
      this.#presence = new Presence<Msg, User>(app, this.world, (member) => this.#loop.hear(member), restart === "last");
    }
    this.#restarting = new Restarting<Model, Msg, User>(restart, this.world, this.#presence);
    const { keep } = options;
    this.#lineage = keep?.snapshot?.lineage ?? this.world.randomName(6);
    if (keep) this.#keeping = new Keeping(this.world, () => this.#coverAll());
    this.#open(keep?.snapshot);
    if (!keep?.snapshot) this.#loop.begin(flags);
  }

  dispatch(message: Msg): void {
    if (this.#restarting.isDue) this.#restarting.wait(message);
    else this.#loop.dispatch(message);
  }

  /** The name of this incarnation. */
  get epoch(): string {
    return this.members.epoch;
  }

  connect(link: Link): Connection {
    const { name, epoch, done, version, hasSnapshot } = readResume(link.resume, this.world);
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
    const member = this.members.add(link, name, epoch, this.#audience.version, this.#idOf(name));
    // A refusal may have been lost with the link that it was sent on. Before what says that the event has been dealt with: if it came after, and
    // this link was cut between them, nobody would tell it again.
    for (const [event, reason] of member.refusals ?? []) if (event > done) this.#audience.refused(member, event, reason);
    if (
      version !== undefined && member.epoch === epoch && version >= member.first && version <= member.sent && this.#audience.at(version)
    ) {
      this.#audience.resume(member, version, false);
      this.#keeping?.changed(0, true);
    } else this.#audience.mount(member);
    this.#audience.tellEarly([member]);
    this.#presence?.came(member);
    this.#runEffects();
    return new Line(this, member, link, hasSnapshot);
  }

  /**
   * Goes on with a client that was shown something elsewhere: what it has done since the snapshot is gone through again, and it is shown what is
   * other than it sees (rules 6 and 7 of continuity).
   */
  revive(link: Link, snapshot: Snapshot, [, , version, marks, events]: ResumeUp): Connection {
    const { name, done, version: shown } = readResume(link.resume, this.world);
    const loop = this.#loop, audience = this.#audience;
    const replay = new Replay(link.user);
    this.#isReplaying = true;
    loop.replay(snapshot.model as Model);
    const member = this.members.add(replay, name, undefined, snapshot.version, this.#idOf(name));
    member.last = member.dealt = snapshot.last;
    const known = loop.guarded("view", () => this.#recall(snapshot, member));
    /** The newest version of the page that is known here. */
    let newest = known ? snapshot.version : -1;
    const feed = (last: number) => {
      while (member.last < last && member.last - snapshot.last < events.length) {
        const up = events[member.last - snapshot.last]!;
        loop.hear({ member, number: ++member.last, tree: up[0] <= newest ? audience.at(up[0])?.tree : undefined, up });
      }
      loop.settle();
    };
    for (const [i, mark] of marks.entries()) {
      feed(mark[0]);
      if (newest !== snapshot.version + i || !replay.isAs(i, mark)) break;
      newest++;
    }
    feed(Math.min(done, snapshot.last + events.length));
    replay.listen();
    const canResume = newest === version && shown === version && audience.at(version) !== undefined;
    if (!canResume) feed(Infinity);
    if (loop.ended) {
      this.members.remove(member);
      closeLink(link, ...closingOf(loop));
      return deadConnection;
    }
    member.link = link;
    this.#isReplaying = false;
    if (snapshot.hasJoined) this.#presence?.know(member);
    else this.#presence?.came(member);
    // Before what says that their events have been dealt with, as in `connect`; also of those that elsewhere came to something.
    for (const text of replay.refusals) link.send(text);
    if (canResume) audience.resume(member, version, true);
    else {
      if (this.#isStale()) loop.guarded("view", () => this.#render());
      audience.mount(member);
      for (const text of replay.said) link.send(text);
    }
    if (canResume) {
      member.told = version;
      feed(Infinity);
    }
    const { painted } = snapshot;
    if (!loop.ended) {
      loop.guarded("resumed", () =>
        loop.goOn(
          painted
            ? { model: loop.model, effects: this.#app.init(painted.flags as Flags).effects }
            : this.#app.resumed?.(loop.model, this.#options.isBrief ? "request" : "process"),
        ));
    }
    this.#keeping?.changed(this.#events, !canResume);
    return new Line(this, member, link, false);
  }

  /** Settles when no effect is under way, or when so many ms are over. */
  quiet(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.world.setTimer(ms, resolve);
      this.#loop.whenQuiet(() => {
        this.world.clearTimer(timer);
        resolve();
      });
    });
  }

  /** Ends here and nowhere else: the client is given a last snapshot, and told to come back; the app is told nothing. */
  leave(): Promise<void> {
    if (this.#isStopping) return this.stopped;
    this.#coverAll();
    this.#isStopping = true;
    this.#isLeaving = true;
    if (this.#restarting.isDue) this.#close(closeCodes.elsewhere, "come back");
    else this.#loop.stop();
    return this.stopped;
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
  #open(snapshot?: Snapshot): void {
    this.#audience = new Audience(this, snapshot);
    this.#rendered = undefined;
    this.#willShow = false;
    this.#understood.length = 0;
    const loop = new Loop<Model, Msg, Flags, User, Arrived | Member, Member>(
      this.#app,
      this,
      this.world,
      this.#options.onError,
      this.#options.isBrief,
    );
    this.#loop = loop;
    this.#send = createSend((message) => loop.dispatch(message), () => loop.cause?.client as Client<User>);
    this.#lowering = new Lowering({
      development: this.#development,
      warn: (message) => console.warn(`nacre: ${this.#app.name}: ${message}`),
      changed: () => {
        if (!this.#willShow) loop.wake();
      },
      // Two views on one page must not have the same ids; one that goes on elsewhere must.
      ids: this.#lineage.slice(0, 4),
      saved: snapshot?.state,
    });
  }

  /** Begins again, with all clients that are here, if that is due. */
  #restart(): void {
    if (!this.#restarting.isDue) return;
    const last = this.#restarting.begin(this.#loop);
    this.members.renew(this.world.randomName(6));
    // Its events are numbered from 1 again.
    this.#lineage = this.world.randomName(6);
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
    this.#keeping?.end();
    this.#audience.end();
    const loop = this.#loop;
    if (!this.#isStopping && this.#restarting.isToBegin(loop)) this.world.soon(() => this.#restart());
    else if (this.#isLeaving) this.#close(closeCodes.elsewhere, "come back");
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
    this.#loop.hear({ member, number: ++member.last, tree: this.#audience.at(version)?.tree, up });
  }

  seen(): void {
    // With more clients this waits for the next patch: each of thousands would look at all.
    if (this.members.size === 1) this.#audience.forget();
  }

  // ---- what effects say to the page ------------------------------------------------------------

  get contexts(): Contexts {
    return this.#audience.contexts;
  }

  get form(): Form {
    return this.#audience.form;
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
    member.dealt = number;
    this.#events++;
    if (!refusal) return;
    this.#refused[refusal]++;
    member.refuse(number, refusal);
    this.#audience.refused(member, number, refusal);
  }

  /** Makes messages of what an event means; answers why it means nothing. */
  #understand({ member, number, up, tree }: Arrived): Refusal | undefined {
    const origin = new Origin(`${this.#lineage}.${member.client.id}.${number}`);
    if (isFact(up)) return this.#take(member, up, origin);
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
    this.#loop.handle(member, handler, event, origin);
    return undefined;
  }

  /** Makes a message of a fact, which means the same whatever its page shows. */
  #take(member: Member, fact: FactUp, origin: Origin): Refusal | undefined {
    if (fact[1] === "context") return this.#loop.takeAll(member, () => this.contexts.hear(fact[2], fact[3])) ? undefined : "payload";
    const made = messageOfFact(this.#app.facts, fact);
    if ("refused" in made) {
      if (this.#development) console.warn(`nacre: ${this.#app.name}: refused: ${made.refused}`);
      return "payload";
    }
    if (made.message !== undefined) this.#loop.understood(made.message, member, origin);
    return undefined;
  }

  // ---- the view --------------------------------------------------------------------------------

  show(): void {
    this.#willShow = false;
    // Only now: what is rendered while events are understood says nothing of them. Their messages may fail, and then they have come to nothing.
    for (const member of this.#understood.splice(0)) this.#audience.handled(member);
    if (this.#keeping && !this.#isReplaying) {
      // Where no event and no message came, a component has asked for it.
      const isForeign = this.#loop.isForeign || (this.#events === 0 && this.#isStale());
      this.#isDue = (isForeign || this.#events > 0) && this.#keeping.changed(this.#events, isForeign);
      this.#events = 0;
    }
    this.#presence?.folded();
    // Components that live go on though nobody sees them: their effects are part of the app.
    if ((this.members.size > 0 || this.#lowering.isAlive) && this.#isStale()) this.#render();
  }

  shown(): void {
    this.#audience.acknowledge();
    if (this.#isDue) this.#cover();
    this.#runEffects();
  }

  // ---- snapshots -------------------------------------------------------------------------------

  snapshot(member: Member, isWanted: boolean): string | undefined {
    // While events are dealt with there are some that it would not cover, of versions that it would not know.
    if (!this.#keeping || this.#cannotKeep || this.#willShow || this.#isReplaying || !(isWanted || this.#isDue)) return undefined;
    // One that reads slowly was not sent what it would say is shown: it goes with the patch that brings it up to date.
    this.#isDue = member.slow !== undefined;
    if (this.#isDue) return undefined;
    try {
      const token = this.#options.keep!.seal(writeSnapshot(this.#snapshotFor(member)));
      this.#keeping.made();
      return token;
    } catch (error) {
      this.#cannotKeep = true;
      report(this.#loop.onError, error, "snapshot");
      return undefined;
    }
  }

  /** Makes a snapshot of all that has arrived: what its client said last may be of versions that it would not know. */
  #coverAll(): void {
    this.#loop.catchUp();
    if (!this.#loop.ended && !this.#keeping?.isCovered) this.#cover();
  }

  /** Makes a snapshot now. */
  #cover(): void {
    this.#isDue = false;
    for (const member of this.members) this.#audience.cover(member);
  }

  #snapshotFor(member: Member): Snapshot {
    const audience = this.#audience;
    const { provided } = audience.contexts.config;
    const before = audience.from(member.oldest).slice(0, -1);
    return {
      appVersion: this.#app.version,
      lineage: this.#lineage,
      version: audience.version,
      last: member.dealt,
      tree: audience.hash(audience.tree!),
      templates: audience.templates,
      model: this.#loop.model,
      seen: before.map(({ model, tree }) => [model, audience.hash(tree)]),
      state: this.#lowering.isAlive ? this.#lowering.state() : undefined,
      provided,
      formed: audience.form.config.form?.said,
      hasJoined: this.#presence?.knows(member) || undefined,
    };
  }

  /** Renders what was shown elsewhere; answers whether the newest of it is the same here. */
  #recall({ version, tree, model, seen, provided, formed }: Snapshot, member: Member): boolean {
    const audience = this.#audience;
    const recalled = [...seen, [model, tree] as const].map(([model, hash]) => {
      const tree = this.#lowering.lower(this.#app.view(model as Model, this.#send));
      return { model, tree, made: this.#lowering.made, isSame: audience.hash(tree) === hash };
    });
    this.#rendered = model as Model;
    // From the first on from which all are the same.
    const first = recalled.findLastIndex(({ isSame }) => !isSame) + 1;
    const isKnown = first < recalled.length;
    for (const [i, { model, tree, made }] of recalled.slice(isKnown ? first : -1).entries()) {
      audience.recall(version - (isKnown ? recalled.length - 1 - first : 0) + i, tree, model, made);
    }
    member.first = member.oldest = version - (recalled.length - 1 - Math.min(first, recalled.length - 1));
    member.sent = member.told = version;
    for (const [key, value] of Object.entries(provided ?? {})) audience.contexts.provide(key, value);
    for (const said of formed ?? []) audience.form.say(said);
    return isKnown;
  }

  /** What apps know a client by: where there is but one, the same in all processes, and another for a copy of its page. */
  #idOf(name: string): string | undefined {
    return this.#keeping && hashOf(`${this.#lineage} ${name}`);
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
    this.#audience.show(tree, model, this.#lowering.made);
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
