/**
 * A link that has yet to say what it goes on with, or whose session is still looked for. It must never lose a message that comes meanwhile, nor
 * keep more of them than a client may send at once.
 */
import type { World } from "../world.ts";
import { clientBounds } from "./allowance.ts";
import type { Connection, LinkEnd } from "./connection.ts";
import { closeCodes, closeLink, type Link } from "./member.ts";

/** How long a link may take to say what it goes on with. */
const resumeMs = 10_000;
/** UTF-16 units that wait. */
const mostWaiting = 1024 * 1024;

type Begin = (text: string) => Connection | Promise<Connection | undefined> | undefined;

/** The connection of such a link. */
export class Waiting implements Connection {
  readonly #world: World;
  readonly #link: Link;
  #begin: Begin | undefined;
  #connection: Connection | undefined;
  #isOver = false;
  /** How its link has ended. */
  #end: LinkEnd | undefined;
  #messages: (string | Uint8Array)[] | undefined;
  #length = 0;
  readonly #timer: unknown;
  /** Called once, when it waits no more. */
  #settled: (() => void) | undefined;

  /** `begin` makes a connection of the first message; undefined when it is no such message. `settled` is called once, when it waits no more. */
  constructor(world: World, link: Link, begin: Begin, settled?: () => void) {
    this.#settled = settled;
    this.#world = world;
    this.#link = link;
    this.#begin = begin;
    // It may be on its way: the browser must not forget it.
    this.#timer = world.setTimer(resumeMs, () => this.#refuse(closeCodes.impossible));
  }

  receive(message: string | Uint8Array): "taken" | "refused" {
    if (this.#connection) return this.#connection.receive(message);
    if (this.#isOver) return "refused";
    if (this.#messages) return this.#wait(this.#messages, message);
    this.#world.clearTimer(this.#timer);
    const begun = typeof message === "string" ? this.#begin!(message) : undefined;
    // What it knows may be much, and is needed once.
    this.#begin = undefined;
    if (!(begun instanceof Promise)) return this.#found(begun);
    this.#messages = [];
    begun.then((connection) => this.#found(connection));
    return "taken";
  }

  disconnect(end: LinkEnd = "cut"): void {
    this.#isOver = true;
    this.#end ??= end;
    this.#world.clearTimer(this.#timer);
    this.#settle();
    this.#connection?.disconnect(end);
  }

  #wait(messages: (string | Uint8Array)[], message: string | Uint8Array): "taken" | "refused" {
    this.#length += message.length;
    if (messages.push(message) <= clientBounds.burst && this.#length <= mostWaiting) return "taken";
    return this.#refuse(closeCodes.tooMany, "too many messages");
  }

  #settle(): void {
    this.#settled?.();
    this.#settled = undefined;
  }

  #found(connection: Connection | undefined): "taken" | "refused" {
    this.#settle();
    if (!connection) return this.#refuse();
    this.#connection = connection;
    const messages = this.#messages ?? [];
    this.#messages = undefined;
    // The link was cut while its session was looked for: it waits for the next.
    if (this.#isOver) connection.disconnect(this.#end);
    else for (const message of messages) connection.receive(message);
    return "taken";
  }

  #refuse(code: number = closeCodes.malformed, why = "no resume message"): "refused" {
    this.#isOver = true;
    this.#messages = undefined;
    this.#settle();
    closeLink(this.#link, code, why);
    return "refused";
  }
}
