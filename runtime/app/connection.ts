/**
 * What a client says over one link: it is read, counted and checked before anything is heard of it. It must never throw, nor hear what a
 * later link of the same client has taken the place of.
 */
import type { Config, EventUp, FactUp } from "../wire/message.ts";
import { fitsIn } from "../wire/size.ts";
import { readUp } from "../wire/up.ts";
import type { World } from "../world.ts";
import { mostMessage } from "./allowance.ts";
import { closeCodes, type Link, type Member } from "./member.ts";
import type { Members } from "./members.ts";

/** How a link ends: it breaks, this end closes it, or its page does and does not come back to what it showed. */
export type LinkEnd = "cut" | "closed" | "left";

/** A client of a runtime, as its transport sees it. */
export interface Connection {
  /** Takes one message of the client. `"refused"` for what breaks the rules of the wire; the link is then closed. Never throws. */
  receive(message: string | Uint8Array): "taken" | "refused";
  /** The link is gone: `"cut"`, if nothing is said. Harmless when it is said twice. */
  disconnect(end?: LinkEnd): void;
}

/** Who hears clients. */
export interface Host {
  readonly world: World;
  readonly members: Members;
  /** The app's settings for its page. */
  readonly config: Config | undefined;
  /** Whether events are not heard: what they are of is no more. */
  readonly isDeaf: boolean;
  /** An event, or a fact, of what was shown as this version, and how many UTF-16 units it came in. */
  hear(member: Member, version: number, up: EventUp | FactUp, size: number): void;
  /** A client has seen more than before. */
  seen(): void;
  /** Removes a client whose link is gone. */
  remove(member: Member): void;
  /** Removes a client and closes its link. */
  drop(member: Member, code: number, why: string): void;
}

/** What a link is given that no runtime takes. */
export const deadConnection: Connection = { receive: () => "refused", disconnect() {} };

/** One link of a client, as it is heard. */
export class Line implements Connection {
  readonly #host: Host;
  readonly #member: Member;
  readonly #link: Link;
  /** A resume message may come first, which the browser said before it knew that it is not needed. */
  #isFirst: boolean;

  constructor(host: Host, member: Member, link: Link, hasSnapshot: boolean) {
    this.#host = host;
    this.#member = member;
    this.#link = link;
    this.#isFirst = hasSnapshot;
  }

  receive(message: string | Uint8Array): "taken" | "refused" {
    const host = this.#host, member = this.#member;
    if (!this.#isHere()) return "refused";
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && typeof message === "string" && message.startsWith('["resume"')) return "taken";
    if (typeof message !== "string") return this.#refuse(closeCodes.binary, "binary messages are not understood");
    if (!fitsIn(message, mostMessage(host.config))) return this.#refuse(closeCodes.tooLarge, "message too large");
    const now = host.world.now();
    if (!member.take(now)) return this.#refuse(closeCodes.tooMany, "too many messages");
    // It is of a view that is no more, and so is told to the page when it is mounted anew.
    const isPast = member.isPast(message, now);
    if (isPast === "late") return this.#refuse(closeCodes.impossible, "the new epoch was not confirmed");
    if (isPast || host.isDeaf) return "taken";
    const up = readUp(message);
    if (up === undefined) return this.#refuse(closeCodes.malformed, "malformed message");
    if (up === 0) {
      // Whether anybody is there: an answer is all that it is for.
      this.#link.send("[0]");
      return "taken";
    }
    const version = member.see(typeof up === "number" ? up : up[0]);
    if (version === undefined) return this.#refuse(closeCodes.impossible, "a version that was never sent");
    if (typeof up === "number") host.seen();
    else host.hear(member, version, up, message.length);
    return "taken";
  }

  disconnect(): void {
    if (this.#isHere()) this.#host.remove(this.#member);
  }

  #isHere(): boolean {
    return this.#member.link === this.#link && this.#host.members.get(this.#member.name) === this.#member;
  }

  #refuse(code: number, why: string): "refused" {
    this.#host.drop(this.#member, code, why);
    return "refused";
  }
}
