/**
 * The sessions of one route in one process: a runtime for each client, which waits a while when its link is cut, and goes on from a snapshot
 * where it has not been here. It must never give anything of a session to another client or user, nor keep what nobody comes back to.
 */
import { writeStructured } from "../continuity/structured.ts";
import { encode } from "../view/diff.ts";
import { hashOf } from "../view/hash.ts";
import type { ResumeUp } from "../wire/message.ts";
import { readResumeUp } from "../wire/up.ts";
import { realWorld, type World } from "../world.ts";
import type { App } from "./app.ts";
import type { Connection } from "./connection.ts";
import { isDevelopment } from "./development.ts";
import { closeCodes, closeLink, type Link, readResume, type Resume } from "./member.ts";
import { paintApp, type Painted } from "./paint.ts";
import { report } from "./report.ts";
import type { Restart } from "./restart.ts";
import { run, type Running } from "./runtime.ts";
import { idsOf, readSnapshot, type Snapshot, writeSnapshot } from "./snapshot.ts";

/** How long a link may take to say what it goes on with. */
const resumeMs = 10_000;
/** UTF-16 units of a resume message. */
const mostResume = 1024 * 1024;
/** Warnings that are remembered. */
const mostWarnings = 1_000;
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

interface Session<Model, Msg, Flags, User> {
  readonly runtime: Running<Model, Msg, Flags, User>;
  /** The link that it has. */
  link: Link<User> | undefined;
  timer: unknown;
}

/** The sessions of one route. */
export class Sessions<Model, Msg, Flags, User> {
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #options: SessionsOptions;
  readonly #world: World;
  /** By client and user. */
  readonly #sessions = new Map<string, Session<Model, Msg, Flags, User>>();
  /** Those without a link, the longest ago first. */
  readonly #lingering = new Set<string>();
  /** What a developer was told of painting. */
  readonly #warned = new Set<string>();
  /** Of a user that is no structured data. */
  #isTold = false;

  constructor(app: App<Model, Msg, Flags, User>, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
    this.#world = options.world ?? realWorld;
  }

  /** How many there are, those included whose clients may come back. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Links a client to its session: the one that waits for it here, one that goes on from its snapshot, or a new one with these flags. */
  connect(link: Link<User>, flags: Flags): Connection {
    const resume = readResume(link.resume, this.#world);
    const context = this.#contextOf(link.user);
    const place = `${resume.name} ${context ?? this.#world.randomName(9)}`;
    const session = this.#sessions.get(place);
    if (session) {
      if (session.runtime.epoch === resume.epoch) return this.#enter(place, session, link);
      // It has been elsewhere meanwhile, or begins anew.
      session.runtime.stop();
    }
    return resume.hasSnapshot && this.#options.sealer && context !== undefined
      ? new Waiting(this.#world, link, (text) => this.#resume(place, resume, link, flags, text))
      : this.#fresh(place, link, flags);
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
    const snapshot = up && this.#open(up, readResume(resume, this.#world), user);
    const runtime = this.#run(user, flags, snapshot, true);
    if (snapshot) runtime.revive(link, snapshot, up);
    else runtime.connect(link);
    await runtime.quiet(ms);
    await runtime.leave();
    return { messages, hasFailed };
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
    const lineage = this.#world.randomName(6);
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
          templates: definitions.hashes(),
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

  /** Ends all of them: their clients are told to come back elsewhere. */
  async leave(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ runtime }) => runtime.leave()));
  }

  #fresh(place: string, link: Link<User>, flags: Flags): Connection {
    return this.#enter(place, this.#add(place, link, flags), link);
  }

  #run(user: User | undefined, flags: Flags, snapshot: Snapshot | undefined, isBrief: boolean): Running<Model, Msg, Flags, User> {
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

  #add(place: string, link: Link<User>, flags: Flags, snapshot?: Snapshot): Session<Model, Msg, Flags, User> {
    const runtime = this.#run(link.user, flags, snapshot, false);
    const session = { runtime, link: undefined, timer: undefined };
    this.#sessions.set(place, session);
    runtime.stopped.then(() => {
      this.#world.clearTimer(session.timer);
      if (this.#sessions.get(place) === session) this.#forget(place);
    });
    return session;
  }

  #enter(place: string, session: Session<Model, Msg, Flags, User>, link: Link<User>): Connection {
    this.#lingering.delete(place);
    this.#world.clearTimer(session.timer);
    session.link = link;
    return this.#held(place, session, link, session.runtime.connect(link));
  }

  /** A connection whose end is not the end of the session. */
  #held(place: string, session: Session<Model, Msg, Flags, User>, link: Link<User>, connection: Connection): Connection {
    return {
      receive: (message) => connection.receive(message),
      disconnect: (isLeft) => {
        connection.disconnect(isLeft);
        if (session.link !== link) return;
        session.link = undefined;
        this.#linger(place, session, isLeft);
      },
    };
  }

  #linger(place: string, session: Session<Model, Msg, Flags, User>, isLeft = false): void {
    const { linger } = this.#options;
    if (isLeft || linger === 0) return void session.runtime.stop();
    session.timer = this.#world.setTimer(linger, () => session.runtime.stop());
    this.#world.unref?.(session.timer);
    this.#lingering.add(place);
    if (this.#lingering.size <= mostLingering) return;
    const [longest] = this.#lingering;
    this.#sessions.get(longest!)?.runtime.stop();
  }

  #forget(place: string): void {
    this.#sessions.delete(place);
    this.#lingering.delete(place);
  }

  /** The first message of a link that has a snapshot. Undefined when it is none. */
  #resume(place: string, resume: Resume, link: Link<User>, flags: Flags, text: string): Connection | undefined {
    const up = readResumeText(text);
    if (!up) return undefined;
    // Another link of the same client was quicker.
    this.#sessions.get(place)?.runtime.stop();
    const snapshot = this.#open(up, resume, link.user);
    if (!snapshot) return this.#fresh(place, link, flags);
    const session = this.#add(place, link, flags, snapshot);
    session.link = link;
    return this.#held(place, session, link, session.runtime.revive(link, snapshot, up));
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
    // What a browser says is of a snapshot that it has: its numbers cannot be less.
    if (!snapshot || version < snapshot.version || !(done >= snapshot.last)) return undefined;
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

  constructor(readonly world: World, readonly link: Link, readonly begin: (text: string) => Connection | undefined) {
    this.#timer = world.setTimer(resumeMs, () => this.#refuse());
  }

  receive(message: string | Uint8Array): "taken" | "refused" {
    if (this.#connection) return this.#connection.receive(message);
    if (this.#isOver) return "refused";
    this.world.clearTimer(this.#timer);
    this.#connection = typeof message === "string" ? this.begin(message) : undefined;
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
