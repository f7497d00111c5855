/**
 * The road of one page to the servers: a proxy that passes bytes, and breaks in all the ways that a network does. It must never invent a byte, nor
 * change their order: TCP does not.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Diary } from "./diary.ts";
import { Way } from "./way.ts";

/** What a new connection meets: nothing listens, it is closed or reset as soon as it is made, or nobody ever answers. */
export type Refusal = "not listening" | "closed" | "reset" | "never answered";

/** One connection of a browser, and the one that goes on from it to a server. */
export interface Pipe {
  readonly number: number;
  readonly up: Way;
  readonly down: Way;
  /** Both ends hear that it is over: by an end (FIN), or by a reset (RST). */
  cut(how: "FIN" | "RST"): void;
}

/** A road. */
export class Road implements AsyncDisposable {
  readonly pipes = new Set<Pipe>();
  /** What new connections meet. */
  refusal: Refusal | undefined;
  /** The delay, in ms, and the longest piece, in bytes, of new connections. */
  delay = 0;
  piece = Infinity;
  readonly #host: string;
  readonly #diary: Diary;
  readonly #port: () => number | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #ways: Way[] = [];
  readonly #unanswered = new Set<Socket>();
  #server: Server | undefined;
  #number = 0;
  #listenPort = 0;

  /** `port` chooses the server of a connection; undefined: there is none. The host is one of loopback, which nobody else listens on. */
  constructor(host: string, diary: Diary, port: () => number | undefined) {
    this.#host = host;
    this.#diary = diary;
    this.#port = port;
  }

  /** Where a browser finds it, without a slash at the end. */
  get url(): string {
    return `http://${this.#host}:${this.#listenPort}`;
  }

  /** Takes connections from now on, always on the same port. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#listenPort, this.#host, resolve);
    });
    this.#listenPort = (server.address() as { port: number }).port;
  }

  /** Nothing is late or in pieces any more, on connections that were made meanwhile, too. */
  clear(): void {
    this.delay = 0;
    this.piece = Infinity;
    for (const way of [...this.pipes].flatMap(({ up, down }) => [up, down])) {
      way.delay = 0;
      way.piece = Infinity;
    }
  }

  /** Nobody is kept waiting any longer for what never comes: such connections are reset. */
  mend(): void {
    for (const pipe of this.pipes) if (pipe.up.isSwallowed || pipe.down.isSwallowed) pipe.cut("RST");
    for (const socket of this.#unanswered) socket.resetAndDestroy();
    this.#unanswered.clear();
  }

  /** Takes no connections: whoever tries is refused by the system. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#ways.map((way) => way.end()));
  }

  #accept(from: Socket): void {
    const number = ++this.#number;
    this.#keep(from);
    const { refusal } = this;
    const port = refusal ? undefined : this.#port();
    if (port === undefined) {
      this.#diary.note(`connection ${number}: ${refusal ?? "no server"}`);
      if (refusal === "never answered") {
        this.#unanswered.add(from);
        from.on("close", () => this.#unanswered.delete(from));
        from.resume();
      } else if (refusal === "closed") from.end();
      else from.resetAndDestroy();
      return;
    }
    const to = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    this.#keep(to);
    const pipe: Pipe = {
      number,
      up: new Way(from, to),
      down: new Way(to, from),
      cut: (how) => {
        for (const socket of [from, to]) {
          if (socket.destroyed) continue;
          if (how === "RST") socket.resetAndDestroy();
          else socket.destroy();
        }
      },
    };
    for (const way of [pipe.up, pipe.down]) Object.assign(way, { delay: this.delay, piece: this.piece });
    this.pipes.add(pipe);
    this.#ways.push(pipe.up, pipe.down);
    // For one trace: what was asked, without what a page said.
    from.once(
      "data",
      (bytes: Uint8Array) =>
        this.#diary.note(`connection ${number} to ${port}: ${new TextDecoder().decode(bytes.subarray(0, 160)).split("\r\n")[0]}`),
    );
    for (const [socket, other, way] of [[from, to, pipe.up], [to, from, pipe.down]] as const) {
      socket.on("close", (isError) => {
        // An orderly end has gone its way already. Of a silent network nobody hears.
        if (isError && !way.isSwallowed && !other.destroyed) other.resetAndDestroy();
        if (from.destroyed && to.destroyed) this.pipes.delete(pipe);
      });
    }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {/* Its close follows. */});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
