/**
 * How many sessions a route may have, and how much memory they may hold, as far as that is known. It must never end a session that has a link
 * to make room for one that comes: of two crowds that share a route neither could stay.
 */
import type { World } from "../world.ts";

/** Sessions that wait for their clients; one without an event is ended for another, else the one that has waited longest. */
const mostLingering = 1_000;

/** What things hold in memory, in bytes, as measured: estimates, by a factor of 2 or so. */
const bytesOf = {
  /** A runtime with its link, beside its model and its view. */
  runtime: 10_240,
  /** A session that sleeps, beside its snapshot. */
  asleep: 1_024,
  /** A UTF-16 unit of the model, as a snapshot writes it. */
  unit: 2,
  /** A hole or an item of a view. */
  hole: 96,
} as const;

/** The bytes that an app holds, by the UTF-16 units of its snapshot and the holes of its views; of one that sleeps by those of what was put away. */
export function bytesHeld(units: number, holes: number, isAsleep = false): number {
  return (isAsleep ? bytesOf.asleep : bytesOf.runtime) + units * bytesOf.unit + holes * bytesOf.hole;
}

/** The part of the memory up to which new sessions come: the rest is for those that are there, so that strangers who come do not end them. */
const forNew = 0.75;
/** Down to this part some are ended when all of it is used. */
const relieved = 0.95;
/** A session that weighs so many times as much as the others on average is ended first. */
const heavy = 8;

/** A session, as this sees it. */
export interface Resident {
  /** The bytes that it is known to hold; only {@link Capacity} sets it. */
  weight: number;
  /** An event of its client has come. */
  readonly hasActed: boolean;
  /** Ends it. */
  stop(): void;
  /** Ends it here: its client goes on elsewhere. */
  retire(): Promise<void>;
}

/** How much there may be. */
export interface CapacityOptions<Session> {
  readonly world: World;
  /** The most sessions. */
  readonly most: number;
  /** The most bytes. */
  readonly mostBytes: number;
  /** All sessions, the newest last. */
  all(): Iterable<Session>;
}

/** The capacity of one route. */
export class Capacity<Session extends Resident> {
  readonly #options: CapacityOptions<Session>;
  /** Those without a link, the longest ago first: of whom an event has come, and of whom none ever has. */
  readonly #lingering = new Set<Session>();
  readonly #silent = new Set<Session>();
  /** Those that are over, or sent elsewhere: they count no more. */
  readonly #parting = new WeakSet<Session>();
  #bytes = 0;
  #isDue = false;

  constructor(options: CapacityOptions<Session>) {
    this.#options = options;
  }

  /** The bytes that all sessions are known to hold. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is room for one more beside so many. Sessions that wait and of whom no event ever came make room. */
  hasRoom(size: () => number): boolean {
    const { most, mostBytes } = this.#options;
    const isFull = () => size() >= most || this.#bytes >= mostBytes * forNew;
    while (isFull() && this.#silent.size > 0) this.#end(this.#silent);
    return !isFull();
  }

  /** It waits for a link. */
  waits(session: Session): void {
    (session.hasActed ? this.#lingering : this.#silent).add(session);
    // Those who did nothing lose nothing: strangers who only open links cannot end the sessions of others.
    if (this.#lingering.size + this.#silent.size > mostLingering) this.#end(this.#silent.size > 0 ? this.#silent : this.#lingering);
  }

  /** It has a link again. */
  returns(session: Session): void {
    this.#lingering.delete(session);
    this.#silent.delete(session);
  }

  /** It is over. */
  gone(session: Session): void {
    this.returns(session);
    this.#part(session);
  }

  /** It holds so many bytes. Where all together hold too much, some are ended soon. */
  weighs(session: Session, bytes: number): void {
    if (this.#parting.has(session)) return;
    this.#set(session, bytes);
    if (this.#bytes <= this.#options.mostBytes || this.#isDue) return;
    // Not in the middle of what the session does.
    this.#isDue = true;
    this.#options.world.soon(() => this.#relieve());
  }

  #part(session: Session): void {
    this.#set(session, 0);
    this.#parting.add(session);
  }

  #set(session: Session, bytes: number): void {
    this.#bytes += bytes - session.weight;
    session.weight = bytes;
  }

  #end(waiting: Set<Session>): void {
    const [longest] = waiting;
    waiting.delete(longest!);
    this.#part(longest!);
    longest!.stop();
  }

  /**
   * Ends those that wait; then, since what is there has grown, those that hold far more than others, the largest first; and where there are none, the
   * newest. Their clients go on from their snapshots where there is room.
   */
  #relieve(): void {
    this.#isDue = false;
    const { mostBytes, all } = this.#options;
    if (this.#bytes <= mostBytes) return;
    const most = mostBytes * relieved;
    while (this.#bytes > most && this.#silent.size + this.#lingering.size > 0) {
      this.#end(this.#silent.size > 0 ? this.#silent : this.#lingering);
    }
    const left = [...all()].filter((session) => !this.#parting.has(session));
    const large = left.filter(({ weight }) => weight * left.length > heavy * this.#bytes).sort((a, b) => b.weight - a.weight);
    // One that is alone is no more than the average.
    for (const session of [...large, ...left.reverse()]) {
      if (this.#bytes <= most) return;
      if (this.#parting.has(session)) continue;
      this.#part(session);
      session.retire();
    }
  }
}
