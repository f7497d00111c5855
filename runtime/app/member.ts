/** A client of a runtime, as the runtime keeps it: its link, what it was sent, what it has told, and how much it may send. */
import type { Refusal } from "../wire/message.ts";
import type { World } from "../world.ts";
import { Allowance } from "./allowance.ts";
import type { Client } from "./client.ts";
import type { Slow } from "./slow.ts";

/** The far end of a link: what a transport gives to a runtime to reach one client. */
export interface Link<User = unknown> {
  /** Sends one message of the wire: a text, or bytes where the link has `deflate`; many links are given the same, which none may change. */
  send(message: string | Uint8Array): void;
  /** Ends the link with a close code of `docs/protocol.md`. */
  close(code: number, reason?: string): void;
  /** How many bytes wait to be read by the client. Without it no client is slow: all that is sent waits in memory. */
  backlog?(): number;
  /**
   * Compresses a text to blocks of raw deflate, none of them the last (`finishFlush: Z_SYNC_FLUSH`). With it what is longer than 1,024
   * characters is sent as bytes. The same function for all links of a runtime: a patch is then compressed once.
   */
  readonly deflate?: ((text: string) => Uint8Array) | undefined;
  /** Who this is, as `authorize` answered. */
  readonly user?: User;
  /** What the client said of itself when it opened the link: `CLIENT.EPOCH.DONE.VERSION.S` of `docs/protocol.md`, or less. */
  readonly resume?: string;
}

/** Close codes that we use; `docs/protocol.md` says what each means. */
export const closeCodes = {
  stopped: 1000,
  malformed: 4400,
  sentAway: 4403,
  tooSlow: 4408,
  impossible: 4409,
  tooLarge: 4413,
  binary: 4415,
  tooMany: 4429,
  elsewhere: 4503,
  failed: 4500,
} as const;

/** Closes a link, in whatever state it is. */
export function closeLink(link: Link, code: number, why: string): void {
  try {
    link.close(code, why);
  } catch {
    // It is closed already.
  }
}

/** Sends a text over a link, in whatever state it is: one that broke says so by `disconnect`. */
export function tellLink(link: Link, text: string): void {
  try {
    link.send(text);
  } catch {
    // Nobody hears it.
  }
}

/** How long a page may take to say a new epoch, in ms, before what it says instead is too much. */
const confirmMs = 30_000;
/** Refusals that are remembered, of events that were on the way when a link was cut. */
const mostRefusals = 512;
const clientName = /^[\w-]{8,64}$/;

/** What a client says of itself when it opens a link. */
export interface Resume {
  readonly name: string;
  /** The last epoch that it has seen. */
  readonly epoch: string | undefined;
  /** The number of the last of its events that it knows to be dealt with. */
  readonly done: number;
  /** The version that it shows, where it can go on from that. */
  readonly version: number | undefined;
  /** It has a snapshot, and says a resume message first. */
  readonly hasSnapshot: boolean;
}

/** What a link's `resume` says; a client without a good name gets a random one. */
export function readResume(resume: string | undefined, world: World): Resume {
  const [name, epoch, done, version, snapshot] = (resume ?? "").split(".");
  if (!clientName.test(name!)) {
    return { name: world.randomName(12), epoch: undefined, done: Infinity, version: undefined, hasSnapshot: false };
  }
  const count = (text: string | undefined) => /^\d{1,15}$/.test(text ?? "") ? Number(text) : undefined;
  return { name: name!, epoch, done: count(done) ?? Infinity, version: count(version), hasSnapshot: snapshot === "1" };
}

/** One client. */
export class Member {
  /** The version that it was first sent. */
  first = 0;
  /** The last version that was sent. */
  sent = 0;
  /** The last version that the client said it has seen. */
  told = 0;
  /** The oldest version that its next event may be of: after a cut older than what it was told. */
  oldest = 0;
  /** The number of the last event taken. */
  last = 0;
  /** The number of the last event dealt with. */
  dealt = 0;
  /** Events dealt with that the client was not told of yet. */
  handled = 0;
  /** The last events that came to nothing, with the reason: told again where a link was cut. */
  refusals: [event: number, reason: Refusal][] | undefined;
  /** What is kept for it while it does not read as fast as is written. */
  slow: Slow | undefined;
  /** When it left; undefined while it is here. */
  left: number | undefined;
  /** When the app sent it away. */
  sentAway: number | undefined;
  /** What it must say before it is heard, after a mount in the middle of a link: what is on its way is of an epoch that has ended. */
  #awaited: string | undefined;
  #awaitedUntil = 0;
  readonly #allowance: Allowance;

  constructor(
    /** How the client names itself: a secret between it and us. */
    readonly name: string,
    /** What it is told as the epoch. */
    public epoch: string,
    /** As apps know it. */
    public client: Client,
    public link: Link,
    now: number,
  ) {
    this.#allowance = new Allowance(now);
  }

  /** From now on it is not heard until it has said this. */
  awaitEpoch(said: string, now: number): void {
    this.#awaited = said;
    this.#awaitedUntil = now + confirmMs;
  }

  /** Whether this is still of an epoch that has ended; `"late"` when its page has had time enough. What says the epoch is the last such. */
  isPast(message: string, now: number): boolean | "late" {
    if (this.#awaited === undefined) return false;
    if (message === this.#awaited) this.#awaited = undefined;
    else if (now > this.#awaitedUntil) return "late";
    return true;
  }

  /** Whether it has yet to say an epoch. */
  get isAwaited(): boolean {
    return this.#awaited !== undefined;
  }

  /** It has another link: nothing is on its way on that. */
  awaitNothing(): void {
    this.#awaited = undefined;
  }

  /** It has seen nothing of this epoch, and sent nothing. */
  begin(version: number): void {
    this.first = this.oldest = version;
    this.last = this.dealt = this.handled = 0;
    this.refusals = undefined;
  }

  /** What it says of a version, counted from the last that it told of: the version, or undefined when it was never sent. */
  see(ahead: number): number | undefined {
    const version = this.told + ahead;
    if (version < this.first || version > this.sent) return undefined;
    if (ahead > 0) this.told = version;
    if (ahead >= 0) this.oldest = this.told;
    return version;
  }

  /** Notes that an event came to nothing. */
  refuse(event: number, reason: Refusal): void {
    this.refusals ??= [];
    if (this.refusals.push([event, reason]) > mostRefusals) this.refusals.shift();
  }

  /** False when the client sends more than it may. */
  take(now: number): boolean {
    return this.#allowance.take(now);
  }
}
