/**
 * The sessions of one route in one process: a runtime for each client, which waits a while when its link is cut, and goes on from a snapshot
 * where it has not been here. It must never give anything of a session to another client or user, nor keep what nobody comes back to.
 */
import { writeStructured } from "../continuity/structured.ts";
import type { ResumeUp } from "../wire/message.ts";
import { readResumeUp } from "../wire/up.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import type { Connection } from "./connection.ts";
import { closeCodes, closeLink, type Link, readResume, type Resume } from "./member.ts";
import { report } from "./report.ts";
import type { Restart } from "./restart.ts";
import { run, type Running } from "./runtime.ts";
import { Session, type SessionOwner } from "./session.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** How long a link may take to say what it goes on with. */
const resumeMs = 10_000;
/** UTF-16 units of a resume message. */
const mostResume = 1024 * 1024;
/** Sessions that wait for their clients; the one that has waited longest is given up for another. */
const mostLingering = 1_000;

/** What seals snapshots; `Sealer` is one. */
export interface Seals {
  seal(text: string, options: { readonly context: string; readonly ms: number }): string;
  /** What was sealed; undefined for what is refused. */
  open(token: string, options: { readonly context: string }): string | undefined;
}

/** How sessions are kept. */
export interface SessionsOptions {
  /** Seals what browsers keep; without it they keep nothing. */
  readonly sealer?: Seals | undefined;
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
  /** Of a user that is no structured data. */
  #isTold = false;

  constructor(app: App<Model, Msg, Flags, User>, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
    this.world = options.world ?? realWorld;
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
      if (session.epoch === resume.epoch) return this.#enter(session, link, resume.hasSnapshot);
      // It has been elsewhere meanwhile, or begins anew.
      session.stop();
    }
    return resume.hasSnapshot && this.#options.sealer && context !== undefined
      ? new Waiting(this.world, link, (text) => this.#resume(place, resume, link, flags, text))
      : this.#enter(this.#add(place, resume, link, flags), link, false);
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
    const snapshot = up && this.#open(up, readResume(resume, this.world), user);
    const runtime = this.#run(user, flags, snapshot, true);
    if (snapshot) runtime.revive(link, snapshot, up);
    else runtime.connect(link);
    await runtime.quiet(ms);
    await runtime.leave();
    return { messages, hasFailed };
  }

  /** Ends all of them: their clients are told to come back elsewhere. */
  async leave(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.retire()));
  }

  lingers(session: Session<Model, Msg, Flags, User>): void {
    this.#lingering.add(session);
    if (this.#lingering.size <= mostLingering) return;
    const [longest] = this.#lingering;
    longest!.stop();
  }

  over(session: Session<Model, Msg, Flags, User>): void {
    if (this.#sessions.get(session.place) === session) this.#sessions.delete(session.place);
    this.#lingering.delete(session);
  }

  run(user: User, flags: Flags, snapshot: Snapshot | undefined): Running<Model, Msg, Flags, User> {
    return this.#run(user, flags, snapshot, false);
  }

  #run(user: User, flags: Flags, snapshot: Snapshot | undefined, isBrief: boolean): Running<Model, Msg, Flags, User> {
    const { sealer, onError, restart, world, development, expires } = this.#options;
    const context = this.#contextOf(user);
    return run(this.#app, flags, {
      onError,
      isBrief,
      ...(restart && { restart }),
      ...(world && { world }),
      ...(development !== undefined && { development }),
      ...(sealer && context !== undefined &&
        { keep: { seal: (text) => sealer.seal(text, { context, ms: expires }), ...(snapshot && { snapshot }) } }),
    });
  }

  #add(place: string, { name }: Resume, link: Link<User>, flags: Flags, snapshot?: Snapshot): Session<Model, Msg, Flags, User> {
    const session = new Session(this, place, { name, user: link.user as User, flags }, snapshot);
    this.#sessions.set(place, session);
    return session;
  }

  #enter(session: Session<Model, Msg, Flags, User>, link: Link<User>, hasSnapshot: boolean): Connection {
    this.#lingering.delete(session);
    return session.connect(link, hasSnapshot);
  }

  /** The first message of a link that has a snapshot. Undefined when it is none. */
  #resume(place: string, resume: Resume, link: Link<User>, flags: Flags, text: string): Connection | undefined {
    const up = readResumeText(text);
    if (!up) return undefined;
    // Another link of the same client was quicker.
    this.#sessions.get(place)?.stop();
    const snapshot = this.#open(up, resume, link.user);
    const session = this.#add(place, resume, link, flags, snapshot);
    if (!snapshot) return session.connect(link, false);
    return session.enter(link, false, (runtime) => runtime.revive(link, snapshot, up));
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

  /** The snapshot that a client goes on from, with a model of this version of the app; undefined for what is refused. */
  #open([, token, version]: ResumeUp, { done }: Resume, user: User | undefined): Snapshot | undefined {
    const context = this.#contextOf(user);
    const text = context === undefined ? undefined : this.#options.sealer?.open(token, { context });
    const snapshot = text === undefined ? undefined : readSnapshot(text);
    // What a browser says is of a snapshot that it has: its numbers cannot be less. (-1: what it shows is no version.)
    if (!snapshot || (version >= 0 && version < snapshot.version) || !(done >= snapshot.last)) return undefined;
    if (snapshot.appVersion === this.#app.version) return snapshot;
    const { migrate } = this.#app;
    if (!migrate || snapshot.appVersion > this.#app.version) return undefined;
    try {
      const migrated = (model: unknown) => migrate(model, snapshot.appVersion);
      return { ...snapshot, model: migrated(snapshot.model), seen: snapshot.seen.map(([model, tree]) => [migrated(model), tree]) };
    } catch (error) {
      report(this.#options.onError, error, "migrate");
      return undefined;
    }
  }
}

function readResumeText(text: string): ResumeUp | undefined {
  return text.length <= mostResume ? readResumeUp(text) : undefined;
}

/** A link that has yet to say what it goes on with. */
class Waiting implements Connection {
  #connection: Connection | undefined;
  #isOver = false;
  readonly #timer: unknown;

  #begin: ((text: string) => Connection | undefined) | undefined;

  constructor(readonly world: World, readonly link: Link, begin: (text: string) => Connection | undefined) {
    this.#begin = begin;
    this.#timer = world.setTimer(resumeMs, () => this.#refuse());
  }

  receive(message: string | Uint8Array): "taken" | "refused" {
    if (this.#connection) return this.#connection.receive(message);
    if (this.#isOver) return "refused";
    this.world.clearTimer(this.#timer);
    this.#connection = typeof message === "string" ? this.#begin!(message) : undefined;
    // What it knows may be much, and is needed once.
    this.#begin = undefined;
    return this.#connection ? "taken" : this.#refuse();
  }

  disconnect(isLeft?: boolean): void {
    this.#isOver = true;
    this.world.clearTimer(this.#timer);
    this.#connection?.disconnect(isLeft);
  }

  #refuse(): "refused" {
    this.#isOver = true;
    closeLink(this.link, closeCodes.malformed, "no resume message");
    return "refused";
  }
}
