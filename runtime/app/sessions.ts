/**
 * The sessions of one route in one process: a runtime for each client, which waits a while when its link is cut, and goes on from a snapshot
 * where it has not been here. It must never give anything of a session to another client or user, nor keep what nobody comes back to.
 */
import { TooLargeError } from "../continuity/seal.ts";
import type { Store, Stored } from "../continuity/store.ts";
import { writeStructured } from "../continuity/structured.ts";
import { encode } from "../view/diff.ts";
import { hashOf } from "../view/hash.ts";
import type { ResumeUp } from "../wire/message.ts";
import { readResumeUp } from "../wire/up.ts";
import { realWorld, type World } from "../world.ts";
import { clientBounds } from "./allowance.ts";
import type { App } from "./app.ts";
import { type Claim, readClaim } from "./claim.ts";
import { type Connection, deadConnection } from "./connection.ts";
import { isDevelopment } from "./development.ts";
import { closeCodes, closeLink, type Link, readResume, type Resume } from "./member.ts";
import { Newer } from "./newer.ts";
import { paintApp, type Painted } from "./paint.ts";
import { report } from "./report.ts";
import type { Restart } from "./restart.ts";
import { run, type Running } from "./runtime.ts";
import { follows, savedContext, Saving, type SavingSeals, type Taken } from "./saving.ts";
import { Session, type SessionOwner } from "./session.ts";
import { idsOf, readSnapshot, type Snapshot, writeSnapshot } from "./snapshot.ts";
import { Waiting } from "./waiting.ts";

/** UTF-16 units of a resume message. */
const mostResume = 1024 * 1024;
/** How often it is looked for sessions whose snapshot has half expired, in ms. */
const refreshMs = 60_000;
/** How long a store may take with what a client goes on from, in ms. */
const storeMs = 10_000;
/** After how many ms what was saved of a page that has left is forgotten: a server that shuts down closes links just as a page does. */
const forgetMs = 60_000;
/** Warnings that are remembered. */
const mostWarnings = 1_000;
/** Sessions that wait for their clients; the one that has waited longest is given up for another. */
const mostLingering = 1_000;

/** What seals snapshots; `Sealer` is one. */
export interface Seals extends SavingSeals {
  /** What was sealed; undefined for what is refused. */
  open(token: string, options: { readonly context: string }): string | undefined;
  /** The same of what was sealed as bytes. */
  openBytes(sealed: Uint8Array, options: { readonly context: string }): string | undefined;
}

/** How sessions are kept. */
export interface SessionsOptions {
  /** Seals what browsers keep; without it they keep nothing. */
  readonly sealer?: Seals | undefined;
  /** Where snapshots are kept; browsers then have a claim to them alone. */
  readonly store?: Store | undefined;
  /** How long a session waits in memory for a client whose link was cut, in ms. */
  readonly linger: number;
  /** After how many ms of silence a session sleeps; 0 (as without it) or Infinity: never. */
  readonly sleep?: number;
  /** How long a snapshot is good for, in ms. */
  readonly expires: number;
  readonly onError: (error: unknown, where: string) => void;
  readonly restart?: Restart;
  readonly world?: World;
  readonly development?: boolean;
}

/** What comes of one request. */
export interface Answer {
  /** What a link would have been sent. */
  readonly messages: readonly string[];
  /** The app has failed in it. */
  readonly hasFailed: boolean;
  /** It comes to nothing and is to be asked again: another process was quicker, or has a later version; or the store has failed. */
  readonly isLost?: boolean;
}

/** The sessions of one route. */
export class Sessions<Model, Msg, Flags, User> implements SessionOwner<Model, Msg, Flags, User> {
  readonly world: World;
  readonly sleepMs: number;
  readonly lingerMs: number;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #options: SessionsOptions;
  /** By client and user. */
  readonly #sessions = new Map<string, Session<Model, Msg, Flags, User>>();
  /** Those without a link, the longest ago first. */
  readonly #lingering = new Set<Session<Model, Msg, Flags, User>>();
  /** Those who wait for the store, by place: the last that came. */
  readonly #arriving = new Map<string, Link<User>>();
  /** Timers of what is to be forgotten. */
  readonly #forgetting = new Set<unknown>();
  /** What a developer was told of painting. */
  readonly #warned = new Set<string>();
  /** Those who come from a later version of the app. */
  readonly #newer: Newer;
  /** Of a user that is no structured data. */
  #isTold = false;
  /** Of the next look at who needs another snapshot, while there are any. */
  #refreshing: unknown;
  /** All end here. */
  #isLeaving = false;
  /** Of a model that is too large. */
  #isTooLarge = false;

  constructor(app: App<Model, Msg, Flags, User>, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
    this.world = options.world ?? realWorld;
    this.#newer = new Newer(this.world);
    const { sleep = 0, linger } = options;
    this.sleepMs = Number.isFinite(sleep) ? sleep : 0;
    this.lingerMs = linger;
  }

  /** How many there are, those included whose clients may come back. */
  get size(): number {
    return this.#sessions.size;
  }

  /** How many of them sleep. */
  get asleep(): number {
    let asleep = 0;
    for (const session of this.#sessions.values()) if (session.isAsleep) asleep++;
    return asleep;
  }

  /** Links a client to its session: the one that waits for it here, one that goes on from its snapshot, or a new one with these flags. */
  connect(link: Link<User>, flags: Flags): Connection {
    const resume = readResume(link.resume, this.world);
    const context = this.#contextOf(link.user);
    const place = `${resume.name} ${context ?? this.world.randomName(9)}`;
    const session = this.#sessions.get(place);
    if (session) {
      if (session.epoch === resume.epoch) return this.#enter(session, link);
      // It has been elsewhere meanwhile, or begins anew.
      session.stop();
    }
    return resume.hasSnapshot && this.#options.sealer && context !== undefined
      ? new Waiting(this.world, link, (text) => this.#resume(place, resume, link, flags, text))
      : this.#enter(this.#add(place, resume, link, flags), link);
  }

  /**
   * Goes through what a client without a link says in one request, and answers what it is told: nothing is kept here. Undefined for what is no
   * resume message. Effects may take so many ms, and are aborted then.
   */
  async answer(resume: string, user: User, flags: Flags, text: string, ms: number): Promise<Answer | undefined> {
    const up = readResumeText(text);
    if (text !== "" && !up) return undefined;
    const messages: string[] = [];
    let hasFailed = false;
    const link: Link<User> = {
      user,
      resume,
      send: (message) => void messages.push(message as string),
      close: (code) => void (hasFailed = code === closeCodes.failed),
    };
    const who = readResume(resume, this.world);
    const found = up && await this.#find(up, who, user);
    if (found === "elsewhere") return { messages, hasFailed, isLost: true };
    const runtime = this.#run(user, flags, found?.snapshot, found?.saving ?? this.#savingOf(who.name, user), true);
    if (found) runtime.revive(link, found.snapshot, found.up, found);
    else runtime.connect(link);
    await runtime.quiet(ms);
    await runtime.leave();
    return { messages, hasFailed, isLost: runtime.isLost };
  }

  /**
   * What a page is painted with for this user: nothing of it is kept here, and no effect is started (rule 12 of continuity). Without a snapshot
   * (`isOwn` is false: it is of a room) the page is mounted.
   *
   * @throws whatever `init`, `view` or a component throws.
   */
  paint(user: User, flags: Flags, isOwn: boolean): Painted {
    const { sealer, expires, onError, development = isDevelopment() } = this.#options;
    const context = this.#contextOf(user);
    const lineage = this.world.randomName(6);
    return paintApp(this.#app, flags, {
      ids: idsOf(lineage),
      development,
      warn: (message) => {
        if (development && !this.#warned.has(message)) console.warn(`nacre: ${this.#app.name}: ${message}`);
        if (this.#warned.size < mostWarnings) this.#warned.add(message);
      },
      seal: ({ model, tree, definitions, components }) => {
        if (!isOwn || !sealer || context === undefined) return undefined;
        const snapshot: Snapshot = {
          appVersion: this.#app.version,
          lineage,
          version: 0,
          last: 0,
          templates: definitions.names(),
          tree: hashOf(JSON.stringify(encode(tree, definitions))),
          model,
          seen: [],
          state: components,
          painted: { flags },
        };
        try {
          return sealer.seal(writeSnapshot(snapshot), { context, ms: expires });
        } catch (error) {
          report(onError, error, "snapshot");
          return undefined;
        }
      },
    });
  }

  /** Gives those another snapshot who had none for long: the last one expires. They come in turn, as they began. */
  #refresh(): void {
    const ms = this.#options.expires / 2;
    for (const session of this.#sessions.values()) session.refresh(ms);
    this.#refreshing = undefined;
    if (this.#sessions.size > 0) this.#refreshLater();
  }

  #refreshLater(): void {
    this.#refreshing ??= this.world.setTimer(Math.min(refreshMs, this.#options.expires / 4), () => this.#refresh());
    this.world.unref?.(this.#refreshing);
  }

  /** Ends all of them: their clients are told to come back elsewhere. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    for (const timer of this.#forgetting) this.world.clearTimer(timer);
    this.#forgetting.clear();
    await Promise.all([...this.#sessions.values()].map((session) => session.retire()));
  }

  lingers(session: Session<Model, Msg, Flags, User>): void {
    this.#lingering.add(session);
    if (this.#lingering.size <= mostLingering) return;
    const [longest] = this.#lingering;
    longest!.stop();
  }

  forget(saving: Saving): void {
    if (this.#isLeaving) return;
    const timer = this.world.setTimer(forgetMs, () => {
      this.#forgetting.delete(timer);
      // Who came back has taken it over.
      saving.forget();
    });
    this.world.unref?.(timer);
    this.#forgetting.add(timer);
  }

  over(session: Session<Model, Msg, Flags, User>): void {
    if (this.#sessions.get(session.place) === session) this.#sessions.delete(session.place);
    this.#lingering.delete(session);
    if (this.#sessions.size > 0) return;
    this.world.clearTimer(this.#refreshing);
    this.#refreshing = undefined;
  }

  run(user: User, flags: Flags, snapshot: Snapshot | undefined, saving: Saving | undefined): Running<Model, Msg, Flags, User> {
    return this.#run(user, flags, snapshot, saving, false);
  }

  #run(
    user: User,
    flags: Flags,
    snapshot: Snapshot | undefined,
    saving: Saving | undefined,
    isBrief: boolean,
  ): Running<Model, Msg, Flags, User> {
    const { sealer, onError, restart, world, development } = this.#options;
    const context = this.#contextOf(user);
    return run(this.#app, flags, {
      onError,
      isBrief,
      ...(restart && { restart }),
      ...(world && { world }),
      ...(development !== undefined && { development }),
      ...(sealer && context !== undefined &&
        { keep: { seal: (text) => this.#seal(sealer, text, context), saving, ...(snapshot && { snapshot }) } }),
    });
  }

  #seal(sealer: Seals, text: string, context: string): string | undefined {
    try {
      return sealer.seal(text, { context, ms: this.#options.expires });
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      // One model that is too large is seldom alone.
      if (!this.#isTooLarge) report(this.#options.onError, error, "snapshot");
      this.#isTooLarge = true;
      return undefined;
    }
  }

  /** The saves of a session that begins; or goes on with what was taken. */
  #savingOf(
    name: string,
    user: User,
    key: string = this.world.randomName(12),
    taken?: Taken,
  ): Saving | undefined {
    const { store, sealer, expires, onError } = this.#options;
    const context = this.#contextOf(user);
    if (!store || !sealer || context === undefined) return undefined;
    return new Saving(
      { store, sealer, key, newKey: () => this.world.randomName(12), client: hashOf(name), context, ms: expires, onError },
      taken,
    );
  }

  #add(place: string, { name }: Resume, link: Link<User>, flags: Flags, found?: Found): Session<Model, Msg, Flags, User> {
    const user = link.user as User;
    const session = new Session(this, place, { name, user, flags }, found?.snapshot, found?.saving ?? this.#savingOf(name, user));
    this.#sessions.set(place, session);
    this.#refreshLater();
    return session;
  }

  #enter(session: Session<Model, Msg, Flags, User>, link: Link<User>): Connection {
    this.#lingering.delete(session);
    return session.connect(link);
  }

  /** The first message of a link that has a snapshot. Undefined when it is none. */
  #resume(
    place: string,
    resume: Resume,
    link: Link<User>,
    flags: Flags,
    text: string,
  ): Connection | Promise<Connection | undefined> | undefined {
    const up = readResumeText(text);
    if (!up) return undefined;
    const found = this.#find(up, resume, link.user);
    if (!(found instanceof Promise)) return this.#goOn(place, resume, link, flags, found);
    this.#arriving.set(place, link);
    return found.then((found) => {
      const isLast = this.#arriving.get(place) === link;
      if (isLast) this.#arriving.delete(place);
      if (isLast) return this.#goOn(place, resume, link, flags, found);
      closeLink(link, closeCodes.impossible, "replaced by a newer link");
      return deadConnection;
    });
  }

  #goOn(place: string, resume: Resume, link: Link<User>, flags: Flags, found: Found | "elsewhere" | undefined): Connection {
    if (found === "elsewhere" || this.#isLeaving) {
      closeLink(link, closeCodes.elsewhere, "come back");
      return deadConnection;
    }
    // Another link of the same client was quicker.
    this.#sessions.get(place)?.stop();
    const session = this.#add(place, resume, link, flags, found);
    if (!found) return session.connect(link);
    return session.enter(link, (runtime) => runtime.revive(link, found.snapshot, found.up, found));
  }

  /** What a client goes on from, in its token or in the store; undefined for what is refused or gone, `"elsewhere"` for what another may know. */
  #find(
    up: ResumeUp,
    resume: Resume,
    user: User | undefined,
  ): Found | "elsewhere" | undefined | Promise<Found | "elsewhere" | undefined> {
    const { store, sealer } = this.#options;
    const context = this.#contextOf(user);
    const text = context === undefined ? undefined : sealer?.open(up[1], { context });
    const claim = text === undefined ? undefined : readClaim(text);
    if (claim) return store && sealer ? this.#take(store, sealer, claim, up, resume, user) : undefined;
    const snapshot = text === undefined ? undefined : this.#read(text, resume);
    if (snapshot === "elsewhere") return snapshot;
    if (!snapshot || !isAfter(up, resume, snapshot)) return undefined;
    if (!store || !sealer) return { snapshot, up };
    // It was not saved when this was made: of a painted page, or before there was a store. More than one process may be given it.
    const { lineage, last, version } = snapshot;
    const client = hashOf(resume.name);
    return this.#take(store, sealer, { key: `${lineage}.${client}`, client, last, version }, up, resume, user, snapshot);
  }

  async #take(
    store: Store,
    sealer: Seals,
    claim: Claim,
    up: ResumeUp,
    resume: Resume,
    user: User | undefined,
    unsaved?: Snapshot,
  ): Promise<Found | "elsewhere" | undefined> {
    const { key, client, last, version } = claim;
    if (client !== hashOf(resume.name) || !isAfter(up, resume, claim)) return undefined;
    let taken: Stored | undefined;
    try {
      taken = await this.#inTime(store.take(key));
    } catch (error) {
      report(this.#options.onError, error, "store");
      return "elsewhere";
    }
    const savingOf = (taken: Taken) => this.#savingOf(resume.name, user as User, key, taken);
    if (!taken && unsaved) return { snapshot: unsaved, up, saving: savingOf({ epoch: 0, saved: undefined }) };
    const text = taken && sealer.openBytes(taken.value, { context: savedContext(key, this.#contextOf(user)!) });
    const snapshot = text === undefined ? undefined : this.#read(text, resume);
    if (snapshot === "elsewhere") return snapshot;
    // It was set back, by whoever looks after it: what lies between is nowhere.
    if (!snapshot || snapshot.last < last || snapshot.version < version) return undefined;
    const [kind, token, shown, marks, events] = up;
    const isOfSaved = follows(resume.epoch, snapshot.epoch);
    return {
      snapshot,
      up: [
        kind,
        token,
        shown,
        isOfSaved ? marks.filter(([, , version]) => version > snapshot.version) : [],
        events.slice(snapshot.last - last),
      ],
      common: isOfSaved ? snapshot.version : version,
      from: last,
      saving: savingOf({ epoch: taken!.epoch, saved: { last: snapshot.last, version: snapshot.version } }),
    };
  }

  /** What a store answers, if it does so in time: who waits for it, a link or a request, is to try elsewhere. */
  async #inTime<T>(asked: Promise<T>): Promise<T> {
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = this.world.setTimer(storeMs, () => reject(new Error(`The store has not answered for ${storeMs / 1_000} s`)));
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      this.world.clearTimer(timer);
    }
  }

  /** What a token is good for, beside the app: this user. Undefined for one that cannot be told again. */
  #contextOf(user: unknown): string | undefined {
    try {
      return writeStructured(user);
    } catch (error) {
      if (!this.#isTold) report(this.#options.onError, error, "authorize");
      this.#isTold = true;
      return undefined;
    }
  }

  /** The snapshot in a text, with a model of this version of the app; undefined for what cannot be one, `"elsewhere"` where a later one can. */
  #read(text: string, { name }: Resume): Snapshot | "elsewhere" | undefined {
    const snapshot = readSnapshot(text);
    if (!snapshot) return undefined;
    if (snapshot.appVersion === this.#app.version) return snapshot;
    const { migrate } = this.#app;
    if (snapshot.appVersion > this.#app.version) return this.#newer.sends(name) ? "elsewhere" : undefined;
    if (!migrate) return undefined;
    try {
      const migrated = (model: unknown) => migrate(model, snapshot.appVersion);
      return { ...snapshot, model: migrated(snapshot.model), seen: snapshot.seen.map(([model, ...rest]) => [migrated(model), ...rest]) };
    } catch (error) {
      report(this.#options.onError, error, "migrate");
      return undefined;
    }
  }
}

/** What a client goes on from. */
interface Found {
  readonly snapshot: Snapshot;
  /** What it says, from there on. */
  readonly up: ResumeUp;
  readonly saving?: Saving | undefined;
  /** The newest version up to which the snapshot's are those of the page; all, when absent. */
  readonly common?: number;
  /** The last event before those that the page has kept. */
  readonly from?: number;
}

/** What a browser says is of what it has: its numbers cannot be less. */
function isAfter([, , shown]: ResumeUp, { done }: Resume, { last, version }: { readonly last: number; readonly version: number }): boolean {
  return shown >= version && done >= last;
}

function readResumeText(text: string): ResumeUp | undefined {
  const up = text.length <= mostResume ? readResumeUp(text) : undefined;
  return up && text.length > clientBounds.message && up[4].some(isLarge) ? undefined : up;
}

/** No event may be larger in a resume message than on a link. */
function isLarge(event: unknown): boolean {
  try {
    return JSON.stringify(event).length > clientBounds.message;
  } catch {
    // It is deeper than can be written.
    return true;
  }
}
