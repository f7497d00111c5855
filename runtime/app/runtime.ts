/**
 * An app that runs on a server: an incarnation of it (`incarnation.ts`), its clients, and its snapshots. Events that arrived together become
 * messages first, then are folded, then rendered once. A throw of the app ends this runtime alone, or it begins again with the same clients.
 */
import type { Config, Down, EventUp, FactUp, Json, PageEffect, Refusal } from "../wire/message.ts";
import { hashOf } from "../view/hash.ts";
import { realWorld, type World } from "../world.ts";
import type { App, Resumed } from "./app.ts";
import { type Asleep, putAway } from "./asleep.ts";
import { type Connection, deadConnection, type Host, Line } from "./connection.ts";
import type { Contexts } from "./contexts.ts";
import type { Continuation } from "./continuation.ts";
import { isDevelopment } from "./development.ts";
import { configOf } from "./fact.ts";
import type { Form, FormHandlers } from "./form.ts";
import { type Arrived, Incarnation, type IncarnationOwner } from "./incarnation.ts";
import { closeCodes, closeLink, type Link, Member, readResume, tellLink } from "./member.ts";
import { Members } from "./members.ts";
import { Origin } from "./origin.ts";
import type { Painted } from "./paint.ts";
import { paintedEpoch } from "./paintings.ts";
import { graceMs, Presence } from "./presence.ts";
import { Replay, type ReplayStage } from "./replay.ts";
import { ReplayBudget } from "./replay_budget.ts";
import { type OnError, report } from "./report.ts";
import { type Restart, Restarting } from "./restart.ts";
import { epochOf, mountedIn } from "./saving.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Keep, Snapshots, type SnapshotsOwner } from "./snapshots.ts";

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

/** Starts an app. */
export function run<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  flags: Flags,
  options: RuntimeOptions = {},
): Running<Model, Msg, Flags, User> {
  return new Running(app, flags, options);
}

/** So many UTF-16 units of an event count as one more. */
const largeEvent = 2_000;

/** How a runtime ends, beside by an error. */
type Ending = "stopped" | "elsewhere" | "asleep" | "lost";

/** A running app, to this library. */
export class Running<Model, Msg, Flags, User> implements Runtime<Msg>, IncarnationOwner, Host, SnapshotsOwner {
  readonly stopped: Promise<void>;
  readonly world: World;
  readonly members: Members;
  /** What the app wants to be told of, whatever its model. */
  readonly config: Config | undefined;
  readonly formHandlers: FormHandlers<unknown> | undefined;
  /** The one client of a runtime that keeps snapshots, once there was one. */
  client: Member | undefined;
  /** The name of the session in all processes, from its first beginning on. */
  lineage: string;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #flags: Flags;
  readonly #options: RuntimeOptions;
  readonly #development: boolean;
  /** Where the app wants to know who is here. */
  readonly #presence: Presence<Msg, User> | undefined;
  readonly #restarting: Restarting<Model, Msg, User>;
  readonly #snapshots: Snapshots | undefined;
  readonly #refused: Record<Refusal, number> = { version: 0, gone: 0, payload: 0 };
  /** The app as it is since it began last. */
  #now: Incarnation<Model, Msg, Flags, User>;
  /** Events dealt with in this turn; a large one counts as several. */
  #events = 0;
  /** Events are being dealt with: what has changed is shown after them. */
  #willShow = false;
  /** What has happened elsewhere is gone through again. */
  #isReplaying = false;
  /** Settles when a replay that lets others have their turn is over. */
  #replaying: Promise<void> | undefined;
  /** Set when it is asked to end. */
  #ending: Ending | undefined;
  /** Events are not heard any more: their page says them elsewhere. */
  #isLeaving = false;
  /** Nothing is asked before its last effects. */
  #isParting = false;
  #resolveStopped!: () => void;

  constructor(app: App<Model, Msg, Flags, User>, flags: Flags, options: RuntimeOptions) {
    const { world = realWorld, development = isDevelopment(), restart = "never", keep } = options;
    this.#app = app;
    this.#flags = flags;
    this.#options = options;
    this.#development = development;
    this.world = world;
    this.members = new Members(world, this.#newEpoch());
    this.config = configOf(app);
    this.formHandlers = app.facts.onForm;
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
    if (app.onConnect || app.onDisconnect) {
      this.#presence = new Presence<Msg, User>(app, world, (member) => this.#now.loop.hear(member), restart === "last");
    }
    this.#restarting = new Restarting<Model, Msg, User>(restart, world, this.#presence);
    this.lineage = keep?.snapshot?.lineage ?? world.randomName(6);
    if (keep) this.#snapshots = new Snapshots(this, keep, this.#isBrief);
    this.#now = this.#incarnation(keep?.snapshot);
    if (!keep?.snapshot) this.#now.loop.begin(flags);
  }

  // ---- what others ask of it -------------------------------------------------------------------

  dispatch(message: Msg): void {
    if (this.#restarting.isDue) this.#restarting.wait(message);
    else this.#now.loop.dispatch(message);
  }

  /** The name of this incarnation. */
  get epoch(): string {
    return this.members.epoch;
  }

  status(): RuntimeStatus {
    const { newest: version, kept } = this.#now.versions;
    return { clients: this.members.size, version, kept, refused: { ...this.#refused } };
  }

  paint(): Painted {
    this.#restart();
    if (this.hasEnded) return { html: "" };
    this.catchUp();
    const isNew = !this.hasEnded && this.#now.isStale;
    if (!this.showNow()) return { html: "" };
    if (isNew) this.#now.runEffects();
    return this.hasEnded ? { html: "" } : this.#now.paint();
  }

  stop(reason?: unknown): Promise<void> {
    if (this.#ending) return this.stopped;
    // Its last words have effects.
    const admission = this.#presence && this.admission();
    if (admission) {
      admission.then((isAdmitted) => {
        this.#isParting = true;
        if (isAdmitted) this.stop(reason);
      });
      return this.stopped;
    }
    this.#ending = "stopped";
    if (this.#restarting.isDue) this.#close();
    else if (!this.hasEnded) {
      const last = this.#now.loop.guarded("handler", () => this.#presence?.farewell(this.members));
      this.#now.loop.stop(reason, last);
    }
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Settles when no effect is under way, or when so many ms are over. What has failed, and is to begin again, does so within. */
  async quiet(ms: number): Promise<void> {
    do {
      this.#restart();
      await new Promise<void>((resolve) => {
        const timer = this.world.setTimer(ms, resolve);
        this.#now.loop.whenQuiet(() => {
          this.world.clearTimer(timer);
          resolve();
        });
      });
    } while (this.#restarting.isDue);
  }

  // ---- clients ---------------------------------------------------------------------------------

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
      if (this.hasEnded) return this.#turnAway(link);
      // A mount says that all events up to `last` have been dealt with: those that have arrived have to be.
      this.catchUp();
      const before = this.members.get(name);
      if (before) this.drop(before, closeCodes.impossible, "replaced by a newer link");
      // Before the client is one of those that a patch goes to, and while what it saw is still kept for it.
      this.showNow();
    } while (this.hasEnded);
    const { versions, audience } = this.#now;
    const isPainted = version !== undefined && done === 0 && epoch === paintedEpoch(this.epoch, version) &&
      versions.isPainted(version) && !this.members.recall(name);
    const first = isPainted ? version : versions.newest;
    const member = this.client = this.members.add(link, name, epoch, first, this.#idOf(name), isPainted);
    // A refusal may have been lost with the link that it was sent on. Before what says that the event has been dealt with: if it came after, and
    // this link was cut between them, nobody would tell it again.
    for (const [event, reason] of member.refusals ?? []) {
      if (this.#snapshots?.isToTell(event, done, version ?? -1) ?? event > done) audience.refused(member, event, reason);
    }
    if (version !== undefined && member.epoch === epoch && version >= member.first && version <= member.sent && versions.at(version)) {
      audience.resume(member, version, false);
      this.#snapshots?.resumed(version < versions.newest);
      // It may have been elsewhere meanwhile.
      this.admission();
    } else {
      audience.mount(member);
      if (this.#snapshots?.saving) this.#snapshots.resumed(true);
    }
    audience.tellEarly([member]);
    this.#presence?.came(member);
    this.#now.runEffects();
    return new Line(this, member, link, hasSnapshot);
  }

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
    return this.#restarting.isDue || this.#isLeaving;
  }

  hear(member: Member, version: number, up: EventUp | FactUp, size: number): void {
    const { loop, versions } = this.#now;
    // It came from the event loop: others are let in.
    loop.breathe();
    loop.hear({ member, number: ++member.last, tree: versions.at(version)?.tree, up, size });
  }

  seen(): void {
    // With more clients this waits for the next patch: each of thousands would look at all.
    if (this.members.size === 1) this.#now.audience.forget();
  }

  /** What was saved is of another page than the one that a client is about to be shown first here, where it has definitions that this has not. */
  #noteMount(member: Member): void {
    if (this.#snapshots?.saving && this.#now.versions.hasUnused) member.epoch = this.members.epoch = mountedIn(this.members.epoch);
  }

  #turnAway(link: Link): Connection {
    closeLink(link, ...this.#closing());
    return deadConnection;
  }

  /** What apps know a client by: where there is but one, the same in all processes, and another for a copy of its page. */
  #idOf(name: string): string | undefined {
    return this.#snapshots && hashOf(`${this.lineage} ${name}`);
  }

  // ---- going on with what was elsewhere --------------------------------------------------------

  /**
   * Resumes a client whose session was in another process: what it has done since the snapshot is replayed, and it is shown the difference to what
   * it sees (rules 6 and 7 of continuity). Answers a promise where the replay is long enough to let others have their turn.
   */
  revive(link: Link, continuation: Continuation): Connection | Promise<Connection> {
    const { snapshot, up, common = snapshot.version } = continuation;
    const [, , , marks, events] = up;
    const { name } = readResume(link.resume, this.world);
    const { loop, versions } = this.#now;
    // A claim may be behind what is saved, and so what was refused before it is known again.
    this.#snapshots?.holdRefusals(snapshot.last);
    const { member, isKnown } = this.#take(name, link.user, snapshot, this.#idOf(name), snapshot.refusals);
    const stage: ReplayStage = {
      hear: (up, version) => {
        loop.hear({ member, number: ++member.last, tree: version === undefined ? undefined : versions.at(version)?.tree, up, size: 0 });
      },
      settle: () => loop.settle(),
    };
    const replay = new Replay(link.user, stage, events, snapshot.last, isKnown ? common : -1);
    member.link = replay;
    const steps = replay.follow(marks, new ReplayBudget(() => versions.tree ?? null));
    if (steps.next().done) return this.#revived(link, continuation, member, replay);
    this.#replaying = new Promise<void>((resolve) => {
      const step = () => {
        if (!this.hasEnded && !steps.next().done) return void this.world.setTimer(0, step);
        resolve();
      };
      this.world.setTimer(0, step);
    });
    return this.#replaying.then(() => {
      this.#replaying = undefined;
      return this.#revived(link, continuation, member, replay);
    });
  }

  /** Shows a client what its replay has led to. */
  #revived(link: Link, { snapshot, up, from = snapshot.last }: Continuation, member: Member, replay: Replay): Connection {
    const [, , version] = up;
    const { done, version: shown } = readResume(link.resume, this.world);
    const { versions, audience } = this.#now;
    const { newest } = replay;
    replay.hear(done);
    replay.listen();
    const canResume = version <= newest && shown === version && versions.at(version) !== undefined;
    if (!canResume) replay.hear(Infinity);
    this.#isReplaying = false;
    if (this.hasEnded) {
      this.members.remove(member);
      return this.#turnAway(link);
    }
    member.link = link;
    if (snapshot.hasJoined) this.#presence?.know(member);
    else this.#presence?.came(member);
    // Before what says that their events have been dealt with, as in `connect`: who has saved them may not have come to tell them.
    for (const [event, reason] of snapshot.refusals ?? []) if (event > from) audience.refused(member, event, reason);
    // Also of those that elsewhere came to something.
    for (const text of replay.refusals) tellLink(link, text);
    // What a painted page is told of the app is in its description.
    if (canResume) audience.resume(member, version, !snapshot.painted);
    else {
      this.showNow();
      this.#noteMount(member);
      audience.mount(member);
      for (const text of replay.said) tellLink(link, text);
    }
    if (canResume) {
      member.told = version;
      replay.hear(Infinity);
    }
    this.#snapshots?.replayed(member, snapshot.last);
    if (!this.hasEnded) this.#goOn(this.#isBrief ? "request" : "process", snapshot);
    // What has failed on the way is not kept.
    if (!this.hasEnded) {
      this.#snapshots?.changed(this.#events, !canResume);
      // A mount came with a snapshot, unless that has to be saved.
      if (canResume || this.#snapshots?.saving) this.#snapshots?.resumed(!canResume || version < versions.newest);
    }
    return new Line(this, member, link, false);
  }

  /**
   * Ends without a word, when nothing would happen before the next event: what {@link Running.wake} goes on from, or undefined while it has
   * to stay awake. The client has a snapshot then that covers all, unless its link is cut.
   */
  sleep(name: string): Asleep | undefined {
    const member = this.members.recall(name);
    const snapshots = this.#snapshots;
    if (!member || !snapshots || !this.#isAtRest(member)) return undefined;
    // Nobody was shown it: it would not be known again.
    this.showNow();
    const isCut = member.left !== undefined;
    if (!isCut && !snapshots.isCovered) snapshots.cover();
    if (!this.#isAtRest(member) || !(isCut || snapshots.isCovered)) return undefined;
    const asleep = snapshots.attempt(() => putAway(this.describe(member), member));
    if (!asleep) return undefined;
    this.#ending = "asleep";
    this.#now.loop.stop(new DOMException("The app sleeps", "AbortError"));
    return asleep;
  }

  /** Whether nothing would happen before the next event, and nothing that was seen is unknown to a snapshot. */
  #isAtRest(member: Member): boolean {
    const { loop, versions, audience } = this.#now;
    if (!this.#snapshots?.isAtRest || this.#ending || this.#restarting.isDue || !loop.isIdle || !this.#now.isAtRest) return false;
    if (this.#presence && !this.#presence.isSettled) return false;
    if (member.slow || member.isAwaited || member.dealt < member.last) return false;
    audience.forget();
    if (versions.tree === undefined) return false;
    // With the link cut, what was seen before is in the snapshot; else the client has told that it has seen the newest.
    return member.left !== undefined || (versions.kept === 1 && member.told === versions.newest && member.handled === 0);
  }

  /** Goes on after a sleep; nothing is said of it to the client. `link` is undefined when it was cut meanwhile. */
  wake(link: Link<User> | undefined, name: string, user: User, asleep: Asleep, snapshot: Snapshot): Connection {
    this.members.epoch = asleep.epoch;
    const { member, isKnown } = this.#take(name, user, snapshot, asleep.id, asleep.refusals);
    // What is older than what is known is refused, and no mistake of the client.
    member.first = Math.min(asleep.first, member.first);
    this.#isReplaying = false;
    if (this.hasEnded) {
      this.members.remove(member);
      return link ? this.#turnAway(link) : deadConnection;
    }
    if (snapshot.hasJoined) this.#presence?.know(member);
    if (link) member.link = link;
    else this.members.remove(member);
    if (!isKnown) {
      // The view is another than it was: it does not follow from the model alone.
      member.epoch = this.members.epoch = this.#newEpoch();
      this.#noteMount(member);
      member.first = member.oldest = this.#now.versions.newest;
      if (link) {
        member.awaitEpoch(JSON.stringify(member.epoch), this.world.now());
        this.#now.audience.mount(member);
      }
    }
    this.#goOn("sleep", snapshot);
    // What it says first may have been on its way when this fell asleep.
    return new Line(this, member, member.link, readResume(link?.resume, this.world).hasSnapshot);
  }

  /** Has the model and the views of a snapshot, with the client that they are of, which hears nothing yet. */
  #take(name: string, user: unknown, snapshot: Snapshot, id: string | undefined, refusals: Snapshot["refusals"]) {
    const { loop } = this.#now;
    this.#isReplaying = true;
    loop.replay(snapshot.model as Model);
    const member = this.client = this.members.add({ user, send() {}, close() {} }, name, undefined, snapshot.version, id);
    member.last = member.dealt = snapshot.last;
    for (const [event, reason] of refusals ?? []) member.refuse(event, reason);
    return { member, isKnown: loop.guarded("view", () => this.#now.recall(snapshot, member)) };
  }

  /** The app is told why it goes on, and what it listens to begins. */
  #goOn(why: Resumed, { painted }: Snapshot): void {
    const { loop } = this.#now;
    const { model } = loop;
    const next = loop.guarded("resumed", () => {
      if (!painted) return this.#app.resumed?.(model, why);
      // Of a painted page nothing was started yet, and nobody has listened since.
      const { effects } = this.#app.init(painted.flags as Flags);
      const resumed = this.#app.resumed?.(model, "page");
      return { model: resumed ? resumed.model : model, effects: [...effects, ...resumed?.effects ?? []] };
    });
    if (next && !Object.is(next.model, model)) this.#snapshots?.changed(0, true);
    if (!this.hasEnded) loop.goOn(next);
  }

  /** Makes another snapshot, though nothing has changed: the last one expires. */
  refresh(): void {
    this.catchUp();
    if (!this.hasEnded) this.#snapshots?.cover();
  }

  /** Measures what the app holds; false where that cannot be. */
  measure(): boolean {
    this.catchUp();
    return this.#snapshots?.measure() ?? false;
  }

  /** Ends here and nowhere else: the client is given a last snapshot, and told to come back; the app is told nothing. */
  async leave(): Promise<void> {
    const snapshots = this.#snapshots;
    if (this.#ending) return await this.stopped;
    // Half of it is nothing that a client could resume from.
    await this.#replaying;
    if (this.#ending) return await this.stopped;
    this.catchUp();
    // With a store, what comes now stays with the browser, which says it elsewhere.
    this.#isLeaving = snapshots?.saving !== undefined;
    const last = snapshots?.last();
    if (this.#isLeaving) await last;
    if (this.#ending) return await this.stopped;
    this.#isLeaving = true;
    this.#ending = "elsewhere";
    if (this.#restarting.isDue) this.#close();
    else this.#now.loop.stop();
    return this.stopped;
  }

  // ---- beginning and ending --------------------------------------------------------------------

  get #isBrief(): boolean {
    return this.#options.isBrief === true;
  }

  /** The name of an incarnation; with a store it says when its session was taken over. */
  #newEpoch(): string {
    const saving = this.#options.keep?.saving;
    const name = this.world.randomName(6);
    return saving ? epochOf(name, saving.epoch) : name;
  }

  /** All that an incarnation has of its own, as it is before the first model. */
  #incarnation(snapshot?: Snapshot): Incarnation<Model, Msg, Flags, User> {
    this.#willShow = false;
    return new Incarnation(this.#app, this, {
      world: this.world,
      development: this.#development,
      onError: this.#options.onError,
      isBrief: this.#isBrief,
      lineage: this.lineage,
      snapshot,
    });
  }

  /** Begins again, with all clients that are here, if that is due. */
  #restart(): void {
    if (!this.#restarting.isDue) return;
    const last = this.#restarting.begin(this.#now.loop);
    this.members.renew(this.#newEpoch());
    // Its events are numbered from 1 again.
    this.lineage = this.world.randomName(6);
    this.#snapshots?.renew();
    const { loop, audience } = this.#now = this.#incarnation();
    if (last) loop.resume(last.model);
    else loop.begin(this.#flags);
    this.#presence?.again(this.members);
    if (this.members.size > 0) this.showNow();
    if (this.hasEnded) return;
    if (this.members.size > 0) {
      for (const member of this.members) audience.mount(member);
      audience.tellEarly(this.members);
      this.#now.runEffects();
    }
    for (const message of this.#restarting.waited()) this.dispatch(message);
  }

  /** The incarnation has ended. */
  get hasEnded(): boolean {
    return this.#now.loop.ended !== undefined;
  }

  ended(): void {
    const now = this.#now;
    this.#snapshots?.end();
    now.audience.end();
    if (!this.#ending && this.#restarting.isToBegin(now.loop)) this.world.soon(() => this.#restart());
    else this.#close();
    now.end();
  }

  /** The end: no link is left, and nothing begins again. */
  #close(): void {
    const closing = this.#closing();
    const isAsleep = this.#ending === "asleep";
    this.#ending ??= "stopped";
    this.#restarting.end();
    this.#presence?.end();
    if (!isAsleep) { for (const member of this.members) closeLink(member.link, ...closing); }
    this.members.clear();
    this.#resolveStopped();
  }

  /** How the links of an app that has ended are closed. */
  #closing(): [code: number, why: string] {
    if (this.#ending === "lost") return [closeCodes.impossible, "taken over"];
    if (this.#isLeaving) return [closeCodes.elsewhere, "come back"];
    const hasFailed = this.#now.loop.ended === "failed" && !(this.#ending && this.#restarting.isDue);
    return hasFailed ? [closeCodes.failed, "the app failed"] : [closeCodes.stopped, "stopped"];
  }

  /** Whether another has taken it over, or its client does not hear of all, since that could not be saved. */
  get isLost(): boolean {
    return this.#ending === "lost" || (this.#snapshots?.tellsRefusals === false && this.#now.loop.ended !== "failed");
  }

  lose(): void {
    // Nothing of this is heard again, and what its client has said stays with the other.
    if (this.#ending) return;
    this.#ending = "lost";
    if (this.#restarting.isDue) this.#close();
    else this.#now.loop.stop(new DOMException("The app was taken over by another process", "AbortError"));
  }

  // ---- turns -----------------------------------------------------------------------------------

  catchUp(): void {
    this.#now.loop.catchUp();
  }

  understand(arrived: Arrived | Member): void {
    const { loop, audience } = this.#now;
    if (arrived instanceof Member) {
      // One client's arrival, or its leaving, is its own: where the app fails at it the others go on.
      try {
        const message = this.#presence!.resolve(arrived);
        if (message !== undefined) loop.understood(message, arrived);
      } catch (error) {
        report(loop.onError, error, "handler");
      }
      return;
    }
    const { member, number } = arrived;
    this.#willShow = true;
    const refusal = this.#now.understand(arrived, new Origin(`${this.lineage}.${member.client.id}.${number}`));
    member.dealt = number;
    audience.handled(member);
    // The browser keeps it until a snapshot covers it, and cannot keep much.
    this.#events += 1 + Math.floor(arrived.size / largeEvent);
    if (!refusal) return;
    this.#refused[refusal]++;
    member.refuse(number, refusal);
    if (!this.#snapshots?.holdsRefusal(number)) audience.refused(member, number, refusal);
  }

  show(): void {
    const now = this.#now;
    this.#willShow = false;
    if (this.#snapshots && !this.#isReplaying) {
      // Where no event and no message came, a component has asked for it.
      const isForeign = now.loop.isForeign || (this.#events === 0 && now.isStale);
      this.#snapshots.turned(this.#events, isForeign);
      this.#events = 0;
    }
    this.#presence?.folded();
    if ((this.members.size > 0 || now.isAlive) && now.isStale) this.#show();
  }

  shown(): void {
    this.#now.audience.acknowledge();
    this.#snapshots?.sent();
    this.#now.runEffects();
  }

  changed(): void {
    if (!this.#willShow) this.#now.loop.wake();
  }

  showNow(): boolean {
    if (!this.hasEnded && this.#now.isStale) this.#now.loop.guarded("view", () => this.#show());
    return !this.hasEnded;
  }

  #show(): void {
    this.#now.show();
    this.#restarting.rendered(this.#now.loop.model);
    this.#presence?.rendered();
  }

  // ---- what effects say to the page ------------------------------------------------------------

  get contexts(): Contexts {
    return this.#now.audience.contexts;
  }

  get form(): Form {
    return this.#now.audience.form;
  }

  emit(name: string, detail: unknown, to: string, cause: Member | undefined): void {
    this.#now.audience.reach(["emit", name, detail ?? null], to, cause);
  }

  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: Member | undefined): void {
    this.#now.audience.reach(["effect", name, ...args] satisfies Down, to ?? (cause ? "cause" : "all"), cause);
  }

  admission(): Promise<boolean> | undefined {
    return this.#isParting ? undefined : this.#snapshots?.admission();
  }

  // ---- snapshots -------------------------------------------------------------------------------

  get onError(): OnError {
    return this.#now.loop.onError;
  }

  get holes(): number {
    return this.#now.holes;
  }

  get version(): number {
    return this.#now.versions.newest;
  }

  get isBusy(): boolean {
    return this.#willShow || this.#isReplaying;
  }

  snapshot(member: Member, isWanted: boolean): string | undefined {
    return this.#snapshots?.forMessage(member, isWanted);
  }

  describe(member: Member): Snapshot {
    return {
      ...this.#now.describe(member),
      lineage: this.lineage,
      hasJoined: this.#presence?.knows(member) || undefined,
      ...(this.#snapshots?.saving && { epoch: this.epoch, refusals: member.refusals }),
    };
  }

  cover(member: Member): void {
    this.#now.audience.cover(member);
  }

  refused(member: Member, event: number, reason: Refusal): void {
    this.#now.audience.refused(member, event, reason);
  }
}
