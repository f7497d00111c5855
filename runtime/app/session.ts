/**
 * One session: a runtime of one client and the link that it has, or a snapshot of it while nothing happens. It must never be awake without
 * need, nor have two links.
 */
import type { World } from "../world.ts";
import type { Asleep } from "./asleep.ts";
import { unpack } from "../continuity/packed.ts";
import { bytesHeld } from "./capacity.ts";
import { type Connection, deadConnection, type LinkEnd } from "./connection.ts";
import { closeCodes, closeLink, type Link } from "./member.ts";
import type { Running } from "./runtime.ts";
import type { Saving } from "./saving.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** How soon it is looked again whether a session without a link may sleep, in ms. */
const soonMs = 2_000;

/** So many bytes its client may say before it is measured how much of it is kept; what holds more than that is not measured for it, which takes time. */
const leastMeasured = 1024 * 1024, mostMeasured = 32 * 1024 * 1024;
/** For so long, twice at most, what was said counts beside the model, in ms, up to so many bytes: views of before are kept, and models with them. */
const recentMs = 10_000, mostRecent = 8 * 1024 * 1024;

/** What a session needs of those who keep it. */
export interface SessionOwner<Model, Msg, Flags, User> {
  readonly world: World;
  /** After how many ms of silence it sleeps; 0: never. */
  readonly sleepMs: number;
  /** Starts a runtime, from a snapshot where there is one, that is saved where it is to be. */
  run(
    user: User,
    flags: Flags,
    snapshot: Snapshot | undefined,
    saving: Saving | undefined,
    measured: (bytes: number) => void,
  ): Running<Model, Msg, Flags, User>;
  /** It is known to hold so many bytes. */
  weighs(session: Session<Model, Msg, Flags, User>, bytes: number): void;
  /** How long it waits for another link, in ms; 0: not at all. */
  readonly lingerMs: number;
  /** It waits for another link. */
  lingers(session: Session<Model, Msg, Flags, User>): void;
  /** Nobody is likely to come back to what was saved. */
  forget(saving: Saving): void;
  /** It is over. */
  over(session: Session<Model, Msg, Flags, User>): void;
}

/** What a link needs of its session. */
type Linked<User> = Pick<Session<unknown, unknown, unknown, User>, "link" | "receive" | "leave">;

/** A session. */
export class Session<Model, Msg, Flags, User> {
  /** The link that it has. */
  link: Link<User> | undefined;
  /** Whether an event of its client has come, here or elsewhere. */
  hasActed = false;
  /** The bytes that it is known to hold; its owner sets it. */
  weight = 0;
  /** What the model and the views hold, as it was measured last, and what its client has said since, in bytes. */
  #measured = bytesHeld(0, 0);
  #unmeasured = 0;
  /** What its client has said a short while ago, and before that. */
  #recent = 0;
  #earlier = 0;
  #recentSince = 0;
  /** Where it is kept. */
  readonly place: string;
  readonly #owner: SessionOwner<Model, Msg, Flags, User>;
  /** How the client names itself. */
  readonly #name: string;
  readonly #user: User;
  readonly #flags: Flags;
  readonly #saving: Saving | undefined;
  #runtime: Running<Model, Msg, Flags, User> | undefined;
  #asleep: Asleep | undefined;
  /** Of the link, while it is awake. */
  #connection: Connection | undefined;
  /** When something was heard. */
  #heard = 0;
  /** Of the end, while there is no link. */
  #ending: unknown;
  /** Of the next look whether it may sleep. */
  #looking: unknown;

  constructor(
    owner: SessionOwner<Model, Msg, Flags, User>,
    place: string,
    { name, user, flags }: { readonly name: string; readonly user: User; readonly flags: Flags },
    snapshot?: Snapshot,
    saving?: Saving,
  ) {
    this.#owner = owner;
    this.place = place;
    this.#name = name;
    this.#user = user;
    this.#flags = flags;
    this.#saving = saving;
    this.hasActed = snapshot !== undefined && snapshot.last > 0;
    this.#watch(this.#run(snapshot));
  }

  #run(snapshot: Snapshot | undefined): Running<Model, Msg, Flags, User> {
    return this.#owner.run(this.#user, this.#flags, snapshot, this.#saving, (bytes) => this.#weigh(bytes));
  }

  /** The model and the views are known to hold so many bytes. */
  #weigh(bytes: number): void {
    this.#measured = bytes;
    this.#unmeasured = 0;
    this.#owner.weighs(this, bytes + Math.min(mostRecent, this.#recent + this.#earlier));
  }

  /** A message of so many UTF-16 units has come: until the model is measured again it may hold all of it. */
  #grows(units: number): void {
    const now = this.#owner.world.now(), past = now - this.#recentSince;
    if (past > recentMs) {
      this.#earlier = past > 2 * recentMs ? 0 : this.#recent;
      this.#recent = 0;
      this.#recentSince = now;
    }
    this.#recent += 2 * units;
    this.#unmeasured += 2 * units;
    if (this.#unmeasured <= Math.max(leastMeasured, 2 * this.#measured) || this.#measured > mostMeasured) {
      return this.#owner.weighs(this, this.#measured + Math.max(this.#unmeasured, Math.min(mostRecent, this.#recent + this.#earlier)));
    }
    // As often as what is said calls for it.
    if (!this.#runtime?.measure()) this.#weigh(bytesHeld(0, 0));
  }

  /** What the client was told as the epoch. */
  get epoch(): string {
    return this.#asleep?.epoch ?? this.#runtime!.epoch;
  }

  /** Whether it sleeps. */
  get isAsleep(): boolean {
    return this.#asleep !== undefined;
  }

  /** Links the client again, or for the first time. */
  connect(link: Link<User>): Connection {
    if (this.#asleep) this.#wake(this.link);
    return this.enter(link, (runtime) => runtime.connect(link));
  }

  /** Links the client by what `begin` does, which may take its time. */
  enter(link: Link<User>, begin: (runtime: Running<Model, Msg, Flags, User>) => Connection): Connection;
  enter(
    link: Link<User>,
    begin: (runtime: Running<Model, Msg, Flags, User>) => Connection | Promise<Connection>,
  ): Connection | Promise<Connection>;
  enter(
    link: Link<User>,
    begin: (runtime: Running<Model, Msg, Flags, User>) => Connection | Promise<Connection>,
  ): Connection | Promise<Connection> {
    const { world } = this.#owner;
    world.clearTimer(this.#ending);
    this.#ending = undefined;
    this.link = link;
    this.#heard = world.now();
    const begun = begin(this.#runtime!);
    if (!(begun instanceof Promise)) return this.#linked(link, begun);
    // Until then its link waits where it came from.
    return begun.then((connection) => this.link === link && this.#runtime ? this.#linked(link, connection) : deadConnection);
  }

  #linked(link: Link<User>, connection: Connection): Connection {
    this.#connection = connection;
    this.#look(this.#owner.sleepMs);
    return new SessionLine(this, link);
  }

  /** What its link hears; a link of before hears nothing through this. */
  receive(message: string | Uint8Array): "taken" | "refused" {
    // Whether anybody is there: it wakes nobody, and keeps nobody awake.
    if (message === "0") {
      if (!this.#asleep) return this.#connection?.receive(message) ?? "refused";
      this.link?.send("[0]");
      return "taken";
    }
    this.#heard = this.#owner.world.now();
    // A number alone says what is on the page.
    if (message[0] === "[") this.hasActed = true;
    if (this.#asleep) this.#wake(this.link);
    const taken = this.#connection?.receive(message) ?? "refused";
    if (taken === "taken") this.#grows(message.length);
    return taken;
  }

  /** Its link is gone. */
  leave(end: LinkEnd): void {
    const { world, sleepMs, lingerMs } = this.#owner;
    if (this.#asleep?.isPresent) this.#wake(this.link);
    this.#connection?.disconnect(end);
    this.link = this.#connection = undefined;
    // A browser whose link was closed here comes back to what was saved, and one whose link was cut may, later than this waits.
    if (end === "left" && this.#saving) this.#owner.forget(this.#saving);
    if (end !== "cut" || lingerMs === 0) return this.stop();
    this.#ending = world.setTimer(lingerMs, () => this.stop());
    world.unref?.(this.#ending);
    this.#owner.lingers(this);
    if (!this.#runtime || sleepMs === 0) return;
    this.#heard = -Infinity;
    world.clearTimer(this.#looking);
    this.#looking = undefined;
    this.#drowse();
  }

  /** Its client is given another snapshot when it had none for so many ms: the last one expires. */
  refresh(ms: number): void {
    const now = this.#owner.world.now();
    // What was heard since was covered soon after.
    if (!this.link || this.#heard > now - ms) return;
    this.#heard = now;
    if (this.#asleep) this.#wake(this.link);
    this.#runtime?.refresh();
  }

  /** Ends it. */
  stop(): void {
    if (this.#asleep?.isPresent) this.#wake(this.link);
    if (this.#asleep) this.#end(closeCodes.stopped, "stopped");
    else this.#runtime?.stop();
  }

  /** Ends it here: it goes on elsewhere, and the app is told nothing. */
  async retire(): Promise<void> {
    // What its client has covers all.
    if (this.#asleep) this.#end(closeCodes.elsewhere, "come back");
    else await this.#runtime?.leave();
  }

  #wake(link: Link<User> | undefined): void {
    const asleep = this.#asleep!;
    this.#asleep = undefined;
    const text = unpack(asleep.snapshot);
    const snapshot = readSnapshot(text)!;
    const runtime = this.#run(snapshot);
    this.#weigh(bytesHeld(text.length, 0));
    this.#watch(runtime);
    const connection = runtime.wake(link, this.#name, this.#user, asleep, snapshot);
    if (link) this.#connection = connection;
    this.#look(this.#owner.sleepMs);
  }

  #watch(runtime: Running<Model, Msg, Flags, User>): void {
    this.#runtime = runtime;
    runtime.stopped.then(() => {
      if (this.#runtime === runtime) this.#end(undefined, "");
    });
  }

  #look(ms: number): void {
    const { sleepMs, world } = this.#owner;
    if (sleepMs === 0 || this.#looking !== undefined) return;
    this.#looking = world.setTimer(ms, () => this.#drowse());
    world.unref?.(this.#looking);
  }

  /** Sleeps, or looks again later. */
  #drowse(): void {
    this.#looking = undefined;
    const { sleepMs, world } = this.#owner;
    const left = this.#heard + sleepMs - world.now();
    if (left > 0) return this.#look(left);
    this.#asleep = this.#runtime!.sleep(this.#name);
    if (this.#asleep) {
      this.#runtime = this.#connection = undefined;
      this.#recent = this.#earlier = 0;
      this.#weigh(bytesHeld(this.#asleep.snapshot.length / 2, 0, true));
    } else this.#look(this.link ? sleepMs : Math.min(sleepMs, soonMs));
  }

  #end(code: number | undefined, why: string): void {
    const { world } = this.#owner;
    const { link } = this;
    world.clearTimer(this.#ending);
    world.clearTimer(this.#looking);
    this.#runtime =
      this.#asleep =
      this.#connection =
      this.#ending =
      this.#looking =
      this.link =
        undefined;
    this.#owner.over(this);
    if (link && code !== undefined) closeLink(link, code, why);
  }
}

/** A link of a session, whose end is not the end of the session. */
class SessionLine<User> implements Connection {
  readonly #session: Linked<User>;
  readonly #link: Link<User>;

  constructor(session: Linked<User>, link: Link<User>) {
    this.#session = session;
    this.#link = link;
  }

  receive(message: string | Uint8Array): "taken" | "refused" {
    if (this.#session.link !== this.#link) return "refused";
    return this.#session.receive(message);
  }

  disconnect(end: LinkEnd = "cut"): void {
    if (this.#session.link === this.#link) this.#session.leave(end);
  }
}
