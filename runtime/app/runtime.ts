/**
 * An app that runs on a server: its loop (`loop.ts`), the view trees of its model, and its clients. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone, or it begins again with the same clients.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal, ResumeUp } from "../wire/message.ts";
import { sourceOf } from "../view/handler.ts";
import { hashOf } from "../view/hash.ts";
import { htmlOf } from "../view/html.ts";
import { Lowering } from "../view/lower.ts";
import type { Node } from "../view/tree.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import { type Asleep, putAway } from "./asleep.ts";
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
import { type Painted, paintedOf } from "./paint.ts";
import { eventOf } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { graceMs, Presence } from "./presence.ts";
import { Replay } from "./replay.ts";
import { report } from "./report.ts";
import { type Restart, Restarting } from "./restart.ts";
import { createSend, type Send } from "./send.ts";
import { epochOf, type Saving } from "./saving.ts";
import { idsOf, type Snapshot, writeSnapshot } from "./snapshot.ts";

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
  paint(): Painted;
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
  /** Seals a text for the client; undefined when it cannot be, which is told already. */
  seal(text: string): string | undefined;
  /** What to go on with, in place of a beginning. */
  readonly snapshot?: Snapshot;
  /** Where snapshots are saved; the client then has a claim to them alone. */
  readonly saving?: Saving | undefined;
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
  /** What a request has asked for is done. */
  #isAnswering = false;
  /** It is to go on here, later. */
  #isAsleep = false;
  /** Another has taken it over. */
  #isLost = false;
  /** Nothing is asked before its last effects. */
  #isParting = false;
  /** The one client, once there was one. */
  #client: Member | undefined;
  /** A save that is under way. */
  #saves: Promise<void> | undefined;
  /**
   * Refusals of events after this one are not told yet: only when they are saved. Of what was said to a process that is no more another may
   * know the version, and do it.
   */
  #untold: number | undefined;
  /** Those that were told so. */
  #late: { readonly from: number; readonly to: number } = { from: 0, to: 0 };
  /** What is asked of the store before effects begin. */
  #asked: Promise<boolean> | undefined;
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
    this.members = new Members(this.world, this.#newEpoch());
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
    const member = this.#client = this.members.add(link, name, epoch, this.#audience.version, this.#idOf(name));
    // A refusal may have been lost with the link that it was sent on. Before what says that the event has been dealt with: if it came after, and
    // this link was cut between them, nobody would tell it again. One that was told late is told again: an acknowledgement says nothing of it.
    const late = this.#late;
    for (const [event, reason] of member.refusals ?? []) {
      if (event > done ? this.#untold === undefined : event > late.from && event <= Math.min(late.to, this.#saving?.last ?? 0)) {
        this.#audience.refused(member, event, reason);
      }
    }
    if (
      version !== undefined && member.epoch === epoch && version >= member.first && version <= member.sent && this.#audience.at(version)
    ) {
      this.#audience.resume(member, version, false);
      this.#resumed(version);
      // It may have been elsewhere meanwhile.
      this.admission();
    } else {
      this.#audience.mount(member);
      if (this.#saving) this.#resumed(-1);
    }
    this.#audience.tellEarly([member]);
    this.#presence?.came(member);
    this.#runEffects();
    return new Line(this, member, link, hasSnapshot);
  }

  /**
   * Goes on with a client that was shown something elsewhere: what it has done since the snapshot is gone through again, and it is shown what is
   * other than it sees (rules 6 and 7 of continuity). `common`: the newest version up to which the snapshot's are those of the page; `from`: the
   * last event before those that the page has kept.
   */
  revive(
    link: Link,
    snapshot: Snapshot,
    [, , version, marks, events]: ResumeUp,
    { common = snapshot.version, from = snapshot.last }: { readonly common?: number; readonly from?: number } = {},
  ): Connection {
    const { name, done, version: shown } = readResume(link.resume, this.world);
    const loop = this.#loop, audience = this.#audience;
    const replay = new Replay(link.user);
    this.#isReplaying = true;
    // A claim may be behind what is saved, and so what was refused before it is known again.
    if (this.#saving) this.#untold = snapshot.last;
    loop.replay(snapshot.model as Model);
    const member = this.#client = this.members.add(replay, name, undefined, snapshot.version, this.#idOf(name));
    member.last = member.dealt = snapshot.last;
    for (const [event, reason] of snapshot.refusals ?? []) member.refuse(event, reason);
    const known = loop.guarded("view", () => this.#recall(snapshot, member));
    /** The newest version of the page that is known here. */
    let newest = known ? common : -1;
    const feed = (last: number) => {
      while (member.last < last && member.last - snapshot.last < events.length) {
        const up = events[member.last - snapshot.last]!;
        loop.hear({ member, number: ++member.last, tree: up[0] <= newest ? audience.at(up[0])?.tree : undefined, up });
      }
      loop.settle();
    };
    for (const [i, mark] of marks.entries()) {
      feed(mark[0]);
      if (mark[2] !== newest + 1 || !replay.isAs(i, mark)) break;
      newest++;
    }
    feed(Math.min(done, snapshot.last + events.length));
    replay.listen();
    const canResume = version <= newest && shown === version && audience.at(version) !== undefined;
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
    // Before what says that their events have been dealt with, as in `connect`: who has saved them may not have come to tell them.
    for (const [event, reason] of snapshot.refusals ?? []) if (event > from) audience.refused(member, event, reason);
    // Also of those that elsewhere came to something.
    for (const text of replay.refusals) link.send(text);
    // What a painted page is told of the app is in its description.
    if (canResume) audience.resume(member, version, !snapshot.painted);
    else {
      if (this.#isStale()) loop.guarded("view", () => this.#render());
      audience.mount(member);
      for (const text of replay.said) link.send(text);
    }
    if (canResume) {
      member.told = version;
      feed(Infinity);
    }
    if (!member.refusals?.some(([event]) => event > snapshot.last)) this.#untold = undefined;
    if (this.#untold !== undefined) this.#late = { from, to: member.last };
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
    // A mount came with a snapshot, unless that has to be saved.
    if (canResume || this.#saving) this.#resumed(canResume ? version : -1);
    return new Line(this, member, link, false);
  }

  /**
   * Ends without a word, when nothing would happen before the next event: what {@link Running.wake} goes on from, or undefined while it has
   * to stay awake. The client has a snapshot then that covers all, unless its link is cut.
   */
  sleep(name: string): Asleep | undefined {
    const member = this.members.recall(name);
    const loop = this.#loop;
    if (!member || !this.#isAtRest(member)) return undefined;
    // Nobody was shown it: it would not be known again.
    if (this.#isStale()) loop.guarded("view", () => this.#render());
    if (member.left === undefined && !this.#keeping!.isCovered) this.#cover();
    if (this.#cannotKeep || !this.#isAtRest(member) || (member.left === undefined && !this.#keeping!.isCovered)) return undefined;
    try {
      const asleep = putAway(this.#snapshotFor(member), member);
      this.#isStopping = this.#isAsleep = true;
      loop.stop(new DOMException("The app sleeps", "AbortError"));
      return asleep;
    } catch (error) {
      this.#failedToKeep(error);
      return undefined;
    }
  }

  /** Whether nothing would happen before the next event, and nothing that was seen is unknown to a snapshot. */
  #isAtRest(member: Member): boolean {
    if (!this.#keeping || this.#cannotKeep || this.#isStopping || this.#restarting.isDue || !this.#loop.isIdle) return false;
    if (this.#saves || this.#asked || this.#untold !== undefined) return false;
    if (this.#lowering.isWaiting || (this.#lowering.isAlive && !this.#lowering.isSavedWhole)) return false;
    if (this.#presence && !this.#presence.isSettled) return false;
    if (member.slow || member.isAwaited || member.dealt < member.last) return false;
    this.#audience.forget();
    // With the link cut, what was seen before is in the snapshot; else the client has told that it has seen the newest.
    return this.#audience.tree !== undefined &&
      (member.left !== undefined || (this.#audience.kept === 1 && member.told === this.#audience.version && member.handled === 0));
  }

  /** Goes on after a sleep; nothing is said of it to the client. `link` is undefined when it was cut meanwhile. */
  wake(link: Link<User> | undefined, name: string, user: User, asleep: Asleep, snapshot: Snapshot): Connection {
    const loop = this.#loop, audience = this.#audience;
    const replay = new Replay(user);
    this.#isReplaying = true;
    loop.replay(snapshot.model as Model);
    this.members.epoch = asleep.epoch;
    const member = this.#client = this.members.add(replay, name, undefined, snapshot.version, asleep.id);
    member.last = member.dealt = snapshot.last;
    for (const [event, reason] of asleep.refusals ?? []) member.refuse(event, reason);
    const isKnown = loop.guarded("view", () => this.#recall(snapshot, member));
    // What is older than what is known is refused, and no mistake of the client.
    member.first = Math.min(asleep.first, member.first);
    this.#isReplaying = false;
    if (loop.ended) {
      this.members.remove(member);
      if (link) closeLink(link, ...closingOf(loop));
      return deadConnection;
    }
    if (snapshot.hasJoined) this.#presence?.know(member);
    if (link) member.link = link;
    else this.members.remove(member);
    if (!isKnown) {
      // The view is another than it was: it does not follow from the model alone.
      member.epoch = this.members.epoch = this.#newEpoch();
      member.first = member.oldest = audience.version;
      if (link) {
        member.awaitEpoch(JSON.stringify(member.epoch), this.world.now());
        audience.mount(member);
      }
    }
    const next = loop.guarded("resumed", () => this.#app.resumed?.(loop.model, "sleep"));
    if (next && !Object.is(next.model, loop.model)) this.#keeping?.changed(0, true);
    if (!loop.ended) loop.goOn(next);
    // What it says first may have been on its way when this fell asleep.
    return new Line(this, member, link ?? replay, readResume(link?.resume, this.world).hasSnapshot);
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
  async leave(): Promise<void> {
    if (this.#isStopping) return await this.stopped;
    this.#loop.catchUp();
    this.#isAnswering = true;
    if (this.#saving) {
      // What comes now stays with the browser, which says it elsewhere.
      this.#isLeaving = true;
      await this.#saves;
    }
    const covered = this.#coverAll();
    if (this.#saving) await covered;
    if (this.#isStopping) return await this.stopped;
    this.#isStopping = true;
    this.#isLeaving = true;
    if (this.#restarting.isDue) this.#close(closeCodes.elsewhere, "come back");
    else this.#loop.stop();
    return this.stopped;
  }

  paint(): Painted {
    this.#restart();
    if (!this.#loop.ended) {
      this.#loop.catchUp();
      if (!this.#loop.ended && this.#isStale()) {
        this.#loop.guarded("view", () => this.#render());
        this.#runEffects();
      }
    }
    // Which client will show it is not known: it gets a mount.
    return this.#loop.ended ? { html: "" } : paintedOf(htmlOf(this.#audience.tree!), this.#app.shadow);
  }

  stop(reason?: unknown): Promise<void> {
    if (this.#isStopping) return this.stopped;
    // Its last words have effects.
    const admission = this.#presence && this.admission();
    if (admission) {
      admission.then((isAdmitted) => {
        this.#isParting = true;
        if (isAdmitted) this.stop(reason);
      });
      return this.stopped;
    }
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

  /** The name of an incarnation; with a store it says when its session was taken over. */
  #newEpoch(): string {
    const { keep } = this.#options;
    const name = this.world.randomName(6);
    return keep?.saving ? epochOf(name, keep.saving.epoch) : name;
  }

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
      ids: idsOf(this.#lineage),
      saved: snapshot?.state,
    });
  }

  /** Begins again, with all clients that are here, if that is due. */
  #restart(): void {
    if (!this.#restarting.isDue) return;
    const last = this.#restarting.begin(this.#loop);
    this.members.renew(this.#newEpoch());
    // Its events are numbered from 1 again.
    this.#lineage = this.world.randomName(6);
    this.#saving?.renew();
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
    else if (this.#isLost) this.#close(closeCodes.impossible, "taken over");
    else if (this.#isLeaving) this.#close(closeCodes.elsewhere, "come back");
    else this.#close(...closingOf(loop));
    this.#lowering.end((error) => loop.fail(error));
  }

  /** The end: no link is left, and nothing begins again. */
  #close(code: number, why: string): void {
    this.#isStopping = true;
    this.#restarting.end();
    this.#presence?.end();
    if (!this.#isAsleep) { for (const member of this.members) closeLink(member.link, code, why); }
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
    return this.#restarting.isDue || (this.#isLeaving && this.#saving !== undefined);
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
    if (this.#untold === undefined) this.#audience.refused(member, number, refusal);
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

  /**
   * A client goes on from this version. What has brought it up from there is a patch that no other process can make again: an event that is seen
   * in what it leads to would be refused after a crash, until a snapshot comes.
   */
  #resumed(version: number): void {
    if (this.#keeping && (this.#keeping.changed(0, true) || version < this.#audience.version)) this.#cover();
  }

  // ---- snapshots -------------------------------------------------------------------------------

  snapshot(member: Member, isWanted: boolean): string | undefined {
    if (this.#saving) return isWanted ? this.#saving.tail : undefined;
    if (this.#isTooEarly) {
      this.#keeping?.changed(0, true);
      return undefined;
    }
    // While events are dealt with there are some that it would not cover, of versions that it would not know.
    if (!this.#keeping || this.#cannotKeep || this.#willShow || this.#isReplaying || !(isWanted || this.#isDue)) return undefined;
    this.#isDue = false;
    try {
      const token = this.#options.keep!.seal(writeSnapshot(this.#snapshotFor(member)));
      this.#cannotKeep = token === undefined;
      if (token !== undefined) this.#keeping.made();
      return token && JSON.stringify(token);
    } catch (error) {
      this.#failedToKeep(error);
      return undefined;
    }
  }

  /** Makes a snapshot of all that has arrived: what its client said last may be of versions that it would not know. */
  async #coverAll(): Promise<void> {
    this.#loop.catchUp();
    if (!this.#loop.ended && !this.#keeping?.isCovered) await this.#cover();
  }

  /** Makes a snapshot now; settled when it is saved, where it has to be. */
  async #cover(): Promise<void> {
    this.#isDue = false;
    if (this.#isTooEarly) return;
    if (!this.#saving) { for (const member of this.members) this.#audience.cover(member); }
    else {
      this.#saves ??= this.#save(this.#saving).finally(() => {
        this.#saves = undefined;
        // What has happened meanwhile was due then.
        if (!this.#loop.ended && !this.#keeping!.isCovered && this.#keeping!.changed(0, false) && !this.#cannotKeep) this.#cover();
      });
      await this.#saves;
    }
  }

  /** In one request only the last snapshot is of use: it covers all that was said in it. */
  get #isTooEarly(): boolean {
    return this.#options.isBrief === true && !this.#isAnswering;
  }

  get #saving(): Saving | undefined {
    return this.#options.keep?.saving;
  }

  /** Saves what is, and then says so: it must not be said before. */
  async #save(saving: Saving): Promise<void> {
    const member = this.#client;
    if (!member || this.#loop.ended || this.#cannotKeep || this.#willShow || this.#isReplaying || this.#audience.tree === undefined) return;
    const lineage = this.#lineage;
    try {
      // What nobody was shown would not be known again.
      if (this.#isStale()) this.#loop.guarded("view", () => this.#render());
      if (this.#loop.ended) return;
      const snapshot = this.#snapshotFor(member);
      this.#keeping!.made();
      const isSaved = await saving.save(writeSnapshot(snapshot), snapshot.last, snapshot.version);
      if (isSaved === false) return this.#lose();
      if (this.#loop.ended) return;
      if (lineage !== this.#lineage) saving.renew();
      else if (isSaved) this.#saved(snapshot.last);
      else this.#keeping!.changed(0, true);
    } catch (error) {
      this.#failedToKeep(error);
    }
  }

  /** It is saved up to this event. */
  #saved(last: number): void {
    for (const member of this.members) {
      this.#tellRefusals(member, last);
      this.#audience.cover(member);
    }
  }

  /** Tells of the refusals that have waited to be saved, up to this event. */
  #tellRefusals(member: Member, last: number): void {
    const untold = this.#untold;
    if (untold === undefined) return;
    for (const [event, reason] of member.refusals ?? []) if (event > untold && event <= last) this.#audience.refused(member, event, reason);
    this.#untold = member.refusals?.some(([event]) => event > last) ? last : undefined;
  }

  #failedToKeep(error: unknown): void {
    this.#cannotKeep = true;
    report(this.#loop.onError, error, "snapshot");
  }

  /** Whether another has taken it over, or its client does not hear of all, since that could not be saved. */
  get isLost(): boolean {
    return this.#isLost || (this.#untold !== undefined && this.#loop.ended !== "failed");
  }

  /** Another has taken it over: nothing of this is heard again, and what its client has said stays with that. */
  #lose(): void {
    if (this.#isStopping) return;
    this.#isStopping = this.#isLost = true;
    if (this.#restarting.isDue) this.#close(closeCodes.impossible, "taken over");
    else this.#loop.stop(new DOMException("The app was taken over by another process", "AbortError"));
  }

  admission(): Promise<boolean> | undefined {
    if (this.#isParting) return undefined;
    return this.#asked ??= this.#saving?.isOwner()?.then((isOwner) => {
      this.#asked = undefined;
      if (!isOwner) this.#lose();
      return isOwner;
    });
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
      seen: before.map(({ model, tree, definitions }) => [model, audience.hash(tree), definitions]),
      state: this.#lowering.isAlive ? this.#lowering.state() : undefined,
      provided,
      formed: audience.form.config.form?.said,
      hasJoined: this.#presence?.knows(member) || undefined,
      ...(this.#saving && { epoch: this.members.epoch, refusals: member.refusals }),
    };
  }

  /** Renders what was shown elsewhere; answers whether the newest of it is the same here. */
  #recall({ version, tree, model, seen, provided, formed }: Snapshot, member: Member): boolean {
    const audience = this.#audience;
    const recalled = [...seen, [model, tree, undefined] as const].map(([model, hash, definitions]) => {
      const tree = this.#lowering.lower(this.#app.view(model as Model, this.#send));
      return { model, tree, definitions, made: this.#lowering.made, isSame: audience.hash(tree) === hash };
    });
    this.#rendered = model as Model;
    // From the first on from which all are the same.
    const first = recalled.findLastIndex(({ isSame }) => !isSame) + 1;
    const isKnown = first < recalled.length;
    // Another view is another version: of this number somebody may show what was there before.
    const newest = isKnown ? version : version + 1;
    for (const [i, { model, tree, made, definitions }] of recalled.slice(isKnown ? first : -1).entries()) {
      audience.recall(newest - (isKnown ? recalled.length - 1 - first : 0) + i, tree, model, made, definitions);
    }
    member.first = member.oldest = newest - (recalled.length - 1 - Math.min(first, recalled.length - 1));
    member.sent = member.told = newest;
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
