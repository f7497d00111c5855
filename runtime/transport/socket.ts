/** A WebSocket of Deno as a link of a runtime. It decides nothing: who may open one is settled before. */
import { closeCodes, type Link } from "../app/member.ts";
import type { Connection, LinkEnd } from "../app/connection.ts";
import { deflate } from "./deflate.ts";

/** How long an upgraded socket may take to open: it opens at once, or the response never reached Deno. */
const openMs = 5_000;
/**
 * What may wait to be read by a client, in bytes, whatever it is: Deno keeps all of it in memory, without a limit of its own. Patches
 * stop far below it (`slow.ts`).
 */
export const mostUnsent = 16 * 1024 * 1024;
/** After so much was sent it is looked at again what waits: asking Deno for each of thousands of messages costs. */
const unwatched = 65_536;
/** What a page closes a socket with: by itself, when it goes away, and without a code. Others come of what is between, and the page comes back. */
const leaving: readonly number[] = [1000, 1001, 1005];
/** The longest reason of a close frame, in bytes; ours are short and ASCII. */
export const longestReason = 123;

/** What a socket is connected to. */
export interface SocketEnds<User> {
  readonly user: User;
  /** Called when the socket is open. */
  connect(link: Link<User>): Connection;
  /** Called once when it is over, opened or not: nothing is heard of it any more. */
  ended(): void;
  /**
   * Called when the transport begins; what it answers is called when nothing is left to be sent, and the other end knows. `isOut` says so before,
   * where it can be asked.
   */
  begin(isOut?: () => boolean): () => void;
  onError(error: unknown, where: string): void;
}

/**
 * Upgrades a request, and connects the socket when it opens.
 *
 * @throws {TypeError} when the request is no handshake of a WebSocket. Nothing may throw after the upgrade: without its response
 * Deno stops listening.
 */
export function upgrade<User>(request: Request, ends: SocketEnds<User>): Response {
  const resume = new URL(request.url).searchParams.get("nacre") ?? "";
  const { socket, response } = Deno.upgradeWebSocket(request);
  new SocketLink(socket, resume, ends);
  return response;
}

/** One socket. A class that listens itself: in a room of thousands each closure of each socket counts. */
class SocketLink<User> implements Link<User> {
  readonly user: User;
  readonly resume: string;
  readonly #socket: WebSocket;
  readonly #ends: SocketEnds<User>;
  readonly #gone: () => void;
  #connection: Connection | undefined;
  #opening: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  /** As the socket says it itself, which is slow to ask in a room of thousands. */
  #isOpen = false;
  #sent = 0;
  #waits = 0;

  constructor(socket: WebSocket, resume: string, ends: SocketEnds<User>) {
    this.user = ends.user;
    this.resume = resume;
    this.#socket = socket;
    this.#ends = ends;
    this.#gone = ends.begin();
    socket.binaryType = "arraybuffer";
    for (const type of ["open", "message", "close", "error"]) socket.addEventListener(type, this);
    this.#opening = setTimeout(() => this.#neverOpened(), openMs);
    Deno.unrefTimer(this.#opening);
  }

  get deflate(): typeof deflate {
    return deflate;
  }

  send(message: string | Uint8Array): void {
    if (!this.#isOpen) return;
    this.#sent += message.length;
    if (this.backlog() > mostUnsent) return this.close(closeCodes.tooSlow, "too slow");
    this.#socket.send(message as string | Uint8Array<ArrayBuffer>);
  }

  backlog(): number {
    // Where nothing waited, little waits that was sent since.
    if (this.#waits === 0 && this.#sent <= unwatched) return 0;
    this.#sent = 0;
    return this.#waits = this.#socket.bufferedAmount;
  }

  close(code: number, reason = ""): void {
    // The far end need never answer the close, and the socket's own end comes only then.
    this.#over("closed");
    this.#socket.close(code, reason.slice(0, longestReason));
  }

  /** What the socket says. An exception here would end the process: receive never throws. */
  handleEvent(event: Event): void {
    if (event instanceof MessageEvent) {
      const { data } = event;
      this.#connection?.receive(typeof data === "string" ? data : new Uint8Array(data));
    } else if (event.type === "open") this.#opened();
    // A page that goes away, or an element that leaves, closes; a network that fails does not.
    else {
      if (event.type === "close") this.#gone();
      this.#over(event instanceof CloseEvent && leaving.includes(event.code) ? "left" : "cut");
    }
  }

  #opened(): void {
    this.#settled();
    if (this.#isOver) return;
    this.#isOpen = true;
    this.#connection = this.#ends.connect(this);
  }

  #over(end: LinkEnd): void {
    // A socket that got no pong closes twice.
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isOpen = false;
    this.#settled();
    this.#connection?.disconnect(end);
    this.#ends.ended();
  }

  #neverOpened(): void {
    this.#over("cut");
    this.#gone();
    this.#ends.onError(
      new Error(
        "A WebSocket was upgraded and never opened: the request was rewritten on its way (as Hono's mount does), or the response was not " +
          "returned. Give the original request: app.get(path, (c) => live(c.req.raw)), or mount(path, live, { replaceRequest: (r) => r })",
      ),
      "upgrade",
    );
  }

  #settled(): void {
    clearTimeout(this.#opening);
    this.#opening = undefined;
  }
}
