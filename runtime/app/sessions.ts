/**
 * The sessions of one route in one process: a runtime for each client, which waits a while when its link is cut, and goes on from a snapshot
 * where it has not been here. It must never give anything of a session to another client or user, nor keep what nobody comes back to.
 */
import type { Store } from "../continuity/store.ts";
import type { ResumeUp } from "../wire/message.ts";
import { fitsIn, usualText } from "../wire/size.ts";
import { readResumeUp } from "../wire/up.ts";
import { realWorld, type World } from "../world.ts";
import { mostMessage } from "./allowance.ts";
import type { App } from "./app.ts";
import { bytesHeld, Capacity } from "./capacity.ts";
import { type Connection, deadConnection } from "./connection.ts";
import { type Continuation, Continuations, type Found } from "./continuation.ts";
import { isDevelopment } from "./development.ts";
import { closeCodes, closeLink, type Link, readResume, type Resume } from "./member.ts";
import type { Painted } from "./paint.ts";
import { Painter } from "./painter.ts";
import type { OnError } from "./report.ts";
import type { Restart } from "./restart.ts";
import { run, type Running } from "./runtime.ts";
import type { Saving } from "./saving.ts";
import { Session, type SessionOwner } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Seals, Tokens } from "./tokens.ts";
import { Waiting } from "./waiting.ts";

/** UTF-16 units of a resume message. */
const mostResume = 1024 * 1024;
/** How often it is looked for sessions whose snapshot has half expired, in ms. */
const refreshMs = 60_000;
/** A clock that is set by more than so many ms has jumped. */
const jumpMs = 30_000;
/** After how many ms what was saved of a page that has left is forgotten: a server that shuts down closes links just as a page does. */
const forgetMs = 60_000;

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
  /** The most sessions at once; absent: any number. */
  readonly most?: number;
  /** The most bytes that they may be known to hold; absent: any number. */
  readonly mostBytes?: number;
  readonly onError: OnError;
  readonly restart?: Restart;
  /** The clock on the wall, which tokens expire by; absent: it never jumps. */
  readonly wall?: () => number;
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

/** A client that comes: its session's place, what it says of itself, and the flags for the case that it begins anew. */
interface Arrival<Flags, User> {
  readonly place: string;
  readonly resume: Resume;
  readonly link: Link<User>;
  readonly flags: Flags;
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
  readonly #capacity: Capacity<Session<Model, Msg, Flags, User>>;
  /** Links that have yet to say what they go on with. */
  #waiting = 0;
  /** Those who wait for the store, by place: the last that came. */
  readonly #arriving = new Map<string, Link<User>>();
  readonly #tokens: Tokens;
  readonly #continuations: Continuations;
  readonly #painter: Painter<Model, Msg, Flags, User>;
  /** Timers of what is to be forgotten. */
  readonly #forgetting = new Set<unknown>();
  /** Of the next look at who needs another snapshot, while there are any. */
  #refreshing: unknown;
  #drifted = 0;
  /** All end here. */
  #isLeaving = false;

  constructor(app: App<Model, Msg, Flags, User>, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
    const { sleep = 0, linger, store, onError, development = isDevelopment() } = options;
    const world = this.world = options.world ?? realWorld;
    const tokens = this.#tokens = new Tokens(options);
    this.#continuations = new Continuations(app as App<unknown, unknown>, { tokens, store, world, onError });
    this.#painter = new Painter(app, { tokens, world, development, onError });
    this.sleepMs = Number.isFinite(sleep) ? sleep : 0;
    this.lingerMs = linger;
    const { most = Infinity, mostBytes = Infinity } = options;
    this.#capacity = new Capacity({ world, most, mostBytes, all: () => this.#sessions.values() });
  }

  /** How many there are, those included whose clients may come back. */
  get size(): number {
    return this.#sessions.size;
  }

  /** A user as a text, the same in all processes; undefined for one that is no structured data. */
  contextOf(user: User): string | undefined {
    return this.#tokens.contextOf(user);
  }

  /** Whether there is room for this client of this user: one whose session is here finds it, however many there are. */
  admits(resume: string | undefined, user: User): boolean {
    return this.#sessions.has(`${readResume(resume, this.world).name} ${this.#tokens.contextOf(user)}`) || this.#hasRoom();
  }

  #hasRoom(): boolean {
    return this.#capacity.hasRoom(() => this.#sessions.size + this.#waiting);
  }

  /** The bytes that all of them are known to hold. */
  get bytes(): number {
    return this.#capacity.bytes;
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
    const context = this.#tokens.contextOf(link.user);
    const place = `${resume.name} ${context ?? this.world.randomName(9)}`;
    const arrival: Arrival<Flags, User> = { place, resume, link, flags };
    const session = this.#sessions.get(place);
    if (session) {
      if (session.epoch === resume.epoch) return this.#enter(session, link);
      // It has been elsewhere meanwhile, or begins anew.
      session.stop();
    } else if (!this.#hasRoom()) return this.#sendAway(link);
    if (!resume.hasSnapshot || !this.#options.sealer || context === undefined) return this.#enter(this.#add(arrival), link);
    this.#waiting++;
    return new Waiting(this.world, link, (text) => this.#resume(arrival, text), () => void this.#waiting--);
  }

  /**
   * Goes through what a client without a link says in one request, and answers what it is told: nothing is kept here. Undefined for what is no
   * resume message. Effects may take so many ms, and are aborted then.
   */
  async answer(resume: string, user: User, flags: Flags, text: string, ms: number): Promise<Answer | undefined> {
    const up = readResumeText(text, mostMessage({ limit: this.#app.mostText ?? usualText }));
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
    const found = up && await this.#continuations.find(up, who, user);
    if (found === "elsewhere") return { messages, hasFailed, isLost: true };
    const runtime = this.run(user, flags, found?.snapshot, found?.saving ?? this.#continuations.begin(who.name, user));
    if (found) await runtime.revive(link, found);
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
    return this.#painter.paint(user, flags, isOwn);
  }

  /** Ends all of them: their clients are told to come back elsewhere. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    for (const timer of this.#forgetting) this.world.clearTimer(timer);
    this.#forgetting.clear();
    await Promise.all([...this.#sessions.values()].map((session) => session.retire()));
  }

  lingers(session: Session<Model, Msg, Flags, User>): void {
    this.#capacity.waits(session);
  }

  weighs(session: Session<Model, Msg, Flags, User>, bytes: number): void {
    this.#capacity.weighs(session, bytes);
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
    this.#capacity.gone(session);
    if (this.#sessions.size > 0) return;
    this.world.clearTimer(this.#refreshing);
    this.#refreshing = undefined;
  }

  /** Gives those another snapshot who had none for long: the last one expires. They come in turn, as they began. */
  #refresh(): void {
    const drift = this.#drift();
    // The clock on the wall was set, or the computer slept: what browsers have may be over by it.
    const hasJumped = Math.abs(drift - this.#drifted) > jumpMs;
    this.#drifted = drift;
    const ms = hasJumped ? 0 : this.#options.expires / 2;
    for (const session of this.#sessions.values()) session.refresh(ms);
    this.#refreshing = undefined;
    if (this.#sessions.size > 0) this.#refreshLater();
  }

  /** By how much the clock on the wall is ahead of the other, which nobody sets. */
  #drift(): number {
    return this.#options.wall ? this.#options.wall() - this.world.now() : 0;
  }

  #refreshLater(): void {
    if (this.#refreshing === undefined) this.#drifted = this.#drift();
    this.#refreshing ??= this.world.setTimer(Math.min(refreshMs, this.#options.expires / 4), () => this.#refresh());
    this.world.unref?.(this.#refreshing);
  }

  /** Starts a runtime; without `measured` it is of one request. */
  run(
    user: User,
    flags: Flags,
    snapshot: Snapshot | undefined,
    saving: Saving | undefined,
    measured?: (bytes: number) => void,
  ): Running<Model, Msg, Flags, User> {
    const { onError, restart, world, development } = this.#options;
    const own = this.#tokens.of(user);
    return run(this.#app, flags, {
      onError,
      isBrief: !measured,
      ...(restart && { restart }),
      ...(world && { world }),
      ...(development !== undefined && { development }),
      ...(own &&
        { keep: { seal: (text, isTry) => own.seal(text, isTry), saving, ...(snapshot && { snapshot }), ...(measured && { measured }) } }),
    });
  }

  #add({ place, resume: { name }, link, flags }: Arrival<Flags, User>, found?: Continuation): Session<Model, Msg, Flags, User> {
    const user = link.user as User;
    const saving = found?.saving ?? this.#continuations.begin(name, user);
    const session = new Session(this, place, { name, user, flags }, found?.snapshot, saving);
    this.#sessions.set(place, session);
    this.#capacity.weighs(session, bytesHeld(found?.units ?? 0, 0));
    this.#refreshLater();
    return session;
  }

  #enter(session: Session<Model, Msg, Flags, User>, link: Link<User>): Connection {
    this.#capacity.returns(session);
    return session.connect(link);
  }

  /** The first message of a link that has a snapshot. Undefined when it is none. */
  #resume(arrival: Arrival<Flags, User>, text: string): Connection | Promise<Connection | undefined> | undefined {
    const { place, resume, link } = arrival;
    const up = readResumeText(text, mostMessage({ limit: this.#app.mostText ?? usualText }));
    if (!up) return undefined;
    const found = this.#continuations.find(up, resume, link.user);
    if (!(found instanceof Promise)) return this.#goOn(arrival, found);
    this.#arriving.set(place, link);
    return found.then((found) => {
      const isLast = this.#arriving.get(place) === link;
      if (isLast) this.#arriving.delete(place);
      if (isLast) return this.#goOn(arrival, found);
      closeLink(link, closeCodes.impossible, "replaced by a newer link");
      return deadConnection;
    });
  }

  #sendAway(link: Link<User>): Connection {
    closeLink(link, closeCodes.elsewhere, "come back");
    return deadConnection;
  }

  #goOn(arrival: Arrival<Flags, User>, found: Found): Connection | Promise<Connection> {
    const { place, link } = arrival;
    if (found === "elsewhere" || this.#isLeaving) return this.#sendAway(link);
    // Another link of the same client was quicker.
    const before = this.#sessions.get(place);
    if (!before && !this.#hasRoom()) return this.#sendAway(link);
    before?.stop();
    const session = this.#add(arrival, found);
    if (!found) return session.connect(link);
    return session.enter(link, (runtime) => runtime.revive(link, found));
  }
}

/** Reads a resume message; no event in it may be larger than on a link. */
function readResumeText(text: string, most: number): ResumeUp | undefined {
  const up = text.length <= mostResume ? readResumeUp(text) : undefined;
  return up && text.length > most && up[4].some((event) => isLarge(event, most)) ? undefined : up;
}

function isLarge(event: unknown, most: number): boolean {
  try {
    return !fitsIn(JSON.stringify(event), most);
  } catch {
    // It is deeper than can be written.
    return true;
  }
}
