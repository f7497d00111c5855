/** A client without a browser on a real socket: what `Visitor` is in process. It reads what comes as it comes. */
import { inflateRawSync } from "node:zlib";
import { until } from "./kit.ts";
import { Reader } from "./reader.ts";

/** A user at a socket. */
export class Caller implements AsyncDisposable {
  readonly reader = new Reader();
  readonly messages: string[] = [];
  /** How the server closed the socket. */
  closed: { code: number; reason: string } | undefined;
  #told = 0;

  private constructor(readonly socket: WebSocket) {
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const text = typeof data === "string" ? data : inflateRawSync(data).toString();
      this.messages.push(text);
      const message = this.reader.receive(text);
      if (Array.isArray(message) && message[0] === "mount") {
        this.#told = this.reader.version;
        if (this.messages.length > 1) socket.send(JSON.stringify(this.reader.epoch));
      }
    };
    socket.onclose = ({ code, reason }) => this.closed ??= { code, reason };
  }

  /** Opens a socket, and waits for its mount. */
  static async open(url: string): Promise<Caller> {
    const caller = new Caller(new WebSocket(url));
    await until(() => caller.reader.mounts > 0 || caller.closed);
    return caller;
  }

  get last(): string {
    return this.messages.at(-1) ?? "";
  }

  get text(): string {
    return this.reader.text;
  }

  /** A click, or another event; answers the text that went up. */
  press(text: string, event = "click"): string {
    const seen = this.reader.version - this.#told;
    this.#told = this.reader.version;
    const up = JSON.stringify([seen, this.reader.find(text, event).handlers[event]!.path]);
    this.socket.send(up);
    return up;
  }

  /** Waits until this is so. */
  async until(predicate: () => unknown): Promise<void> {
    await until(() => predicate() || this.closed);
    if (!predicate()) throw new Error(`The socket was closed: ${JSON.stringify(this.closed)}`);
  }

  /** Waits until the server has closed the socket; answers the code. */
  async end(): Promise<number> {
    await until(() => this.closed);
    return this.closed!.code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await until(() => this.closed);
  }
}
