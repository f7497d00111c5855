/**
 * The clients of one runtime: those that are here, and for a while those that left, so that what they had on the way when their link
 * was cut is known when they come back. It knows nothing of apps.
 */
import type { World } from "../world.ts";
import { type Link, Member } from "./member.ts";

/** How long a client that left is remembered. */
const lingerMs = 60_000;
const mostLingering = 1_000;

/** All clients of a runtime. */
export class Members {
  readonly #here = new Map<string, Member>();
  readonly #left = new Map<string, Member>();
  /** Those that are here, by the names that apps know. */
  readonly #ids = new Map<string, Member>();

  constructor(readonly world: World, public epoch: string) {}

  /** The one that apps know by this name, if it is here. */
  find(id: string): Member | undefined {
    return this.#ids.get(id);
  }

  /** When the client of this name was sent away, if it was and is remembered. */
  sentAway(name: string): number | undefined {
    return this.#left.get(name)?.sentAway;
  }

  /** All begin anew, in another epoch. */
  renew(epoch: string): void {
    this.epoch = epoch;
    for (const member of [...this.#here.values(), ...this.#left.values()]) {
      member.epoch = epoch;
      member.begin(0);
    }
    const said = JSON.stringify(epoch), now = this.world.now();
    for (const member of this.#here.values()) member.awaitEpoch(said, now);
  }

  /** How many are here. */
  get size(): number {
    return this.#here.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#here.values();
  }

  /** The one of this name, if it is here. */
  get(name: string): Member | undefined {
    return this.#here.get(name);
  }

  /** The one of this name, if it is here or remembered. */
  recall(name: string): Member | undefined {
    return this.#here.get(name) ?? this.#left.get(name);
  }

  /**
   * A client that comes, or comes back with the epoch that it has seen. `version` is the first that it is shown, `id` what apps know a new one by.
   * `isPainted`: the page of a new one was painted with that version, and this is its epoch.
   */
  add(
    link: Link,
    name: string,
    epoch: string | undefined,
    version: number,
    id: string = this.world.randomName(9),
    isPainted: boolean = false,
  ): Member {
    let member = this.#left.get(name);
    this.#left.delete(name);
    if (member) {
      member.link = link;
      member.client = { id: member.client.id, user: link.user };
      member.left = member.sentAway = undefined;
      member.awaitNothing();
      if (epoch !== member.epoch) member.begin(version);
    } else {
      // A client that we have forgotten must not take this for the place where it left: its events would be counted anew.
      const shownEpoch = isPainted ? epoch! : epoch === this.epoch ? this.world.randomName(6) : this.epoch;
      member = new Member(name, shownEpoch, { id, user: link.user }, link, this.world.now());
      member.begin(version);
      if (isPainted) member.sent = version;
    }
    this.#here.set(name, member);
    this.#ids.set(member.client.id, member);
    return member;
  }

  /** A client is gone; its link is no concern of this. */
  remove(member: Member): void {
    if (!this.#here.delete(member.name)) return;
    this.#ids.delete(member.client.id);
    const now = this.world.now();
    member.left = now;
    member.handled = 0;
    for (const [name, gone] of this.#left) {
      if (this.#left.size < mostLingering && gone.left! > now - lingerMs) break;
      this.#left.delete(name);
    }
    this.#left.set(member.name, member);
  }

  /** Forgets all. */
  clear(): void {
    this.#here.clear();
    this.#ids.clear();
    this.#left.clear();
  }

  /** The oldest version that one of them may still mean by an event, also one that left and may come back; `newest` when there is none. */
  oldestSeen(newest: number): number {
    let oldest = newest;
    for (const member of this.#here.values()) if (member.oldest < oldest) oldest = member.oldest;
    for (const member of this.#left.values()) if (member.oldest < oldest) oldest = member.oldest;
    return oldest;
  }
}
