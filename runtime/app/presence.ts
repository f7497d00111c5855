/**
 * Who a model knows to be here, so that each client's coming and going becomes one message each, whatever links do. A link that is cut
 * is no leave yet: its client has a while to come back. It must never tell of a leave without a join, nor the other way.
 */
import type { World } from "../world.ts";
import type { App } from "./app.ts";
import type { Client } from "./client.ts";
import type { Member } from "./member.ts";

/**
 * How long a client whose link was cut is still here. A browser tries again after 0.25 to 0.5 s, then after 0.5 to 1 s, 1 to 2 s, ...: a
 * changed network or a proxy that restarts is over in that time, and nobody sees a name flicker.
 */
export const graceMs = 5_000;

/** The presence of one runtime. */
export class Presence<Msg, User> {
  /** Whom the model was told of as joined, and not yet as left. */
  readonly #known = new Set<Member>();
  /** Whose link was cut, the longest ago first. */
  readonly #leaving = new Map<Member, number>();
  /** Who has something to be told to the model. */
  readonly #owed = new Set<Member>();
  /** Whom the model was told of since it was rendered, and whether it knew them before: what has to be undone with it. */
  #log: [member: Member, knew: boolean][] = [];
  /** How much of the log is of turns that went well. */
  #folded = 0;
  #timer: unknown;

  constructor(
    readonly app: App<unknown, Msg, never, User>,
    readonly world: World,
    /** Asks for {@link Presence.resolve} in the next turn. */
    readonly hear: (member: Member) => void,
    /** The model may be set back. */
    readonly isUndone: boolean,
  ) {}

  /** Whether the model was told that this client joined. */
  knows(member: Member): boolean {
    return this.#known.has(member);
  }

  /** The model was told elsewhere that this client joined. */
  know(member: Member): void {
    this.#known.add(member);
  }

  /** Whether nothing is to be told to the model, now or when a while is over. */
  get isSettled(): boolean {
    return this.#owed.size === 0 && this.#leaving.size === 0;
  }

  /** A client is here. */
  came(member: Member): void {
    this.#leaving.delete(member);
    if (!this.#known.has(member)) this.#owe(member);
  }

  /** The link of a client is gone. */
  left(member: Member): void {
    this.#leaving.set(member, this.world.now());
    this.#timer ??= this.world.setTimer(graceMs, () => this.#sweep());
  }

  /** A client has left for good. */
  leave(member: Member): void {
    this.#leaving.delete(member);
    this.#owe(member);
  }

  /** The message that a client's coming or going is; undefined when the model knows. */
  resolve(member: Member): Msg | undefined {
    this.#owed.delete(member);
    const isHere = member.left === undefined || this.#leaving.has(member);
    if (this.#known.has(member) === isHere) return undefined;
    if (this.isUndone) this.#log.push([member, !isHere]);
    return this.#turn(member, isHere);
  }

  /** The messages of a turn are folded. */
  folded(): void {
    this.#folded = this.#log.length;
  }

  /** The model is rendered: it is never set back to an earlier one. */
  rendered(): void {
    this.#log.splice(0, this.#folded);
    this.#folded = 0;
  }

  /** The model is set back: to what it was before this turn, to the one that was rendered, or to one that knows nobody. */
  undo(how: "turn" | "rendered" | "all"): void {
    if (how === "all") this.#known.clear();
    const undone = this.#log.splice(how === "turn" ? this.#folded : 0);
    for (const [member, knew] of how === "all" ? [] : undone.reverse()) {
      if (knew) this.#known.add(member);
      else this.#known.delete(member);
      this.#owed.add(member);
    }
    this.#folded = this.#log.length;
  }

  /** Another model is there: what it has to be told is asked for again. */
  again(here: Iterable<Member>): void {
    for (const member of here) if (!this.#known.has(member)) this.#owed.add(member);
    for (const member of this.#owed) this.hear(member);
  }

  /** The last messages: who was here has joined and left. */
  farewell(here: Iterable<Member>): [message: Msg, from: Member][] {
    const said: [Msg, Member][] = [];
    const say = (message: Msg | undefined, member: Member) => {
      if (message !== undefined) said.push([message, member]);
    };
    const all = new Set([...this.#known, ...this.#leaving.keys(), ...this.#owed, ...here]);
    for (const member of all) {
      if (!this.#known.has(member)) say(this.#turn(member, true), member);
      say(this.#turn(member, false), member);
    }
    return said;
  }

  /** Nothing is told any more. */
  end(): void {
    this.world.clearTimer(this.#timer);
    this.#leaving.clear();
    this.#owed.clear();
    this.#known.clear();
    this.#log = [];
  }

  #turn(member: Member, isHere: boolean): Msg | undefined {
    const client = member.client as Client<User>;
    if (isHere) {
      this.#known.add(member);
      return this.app.onConnect?.(client);
    }
    this.#known.delete(member);
    return this.app.onDisconnect?.(client);
  }

  #owe(member: Member): void {
    this.#owed.add(member);
    this.hear(member);
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.world.now();
    for (const [member, since] of this.#leaving) {
      if (since > now - graceMs) {
        this.#timer = this.world.setTimer(since + graceMs - now, () => this.#sweep());
        return;
      }
      this.leave(member);
    }
  }
}
