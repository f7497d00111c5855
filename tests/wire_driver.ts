/**
 * Clients on the wire, one for each transport, with one face: what is the same for all transports is tested once, with these. They must
 * know nothing of the browser runtime.
 */
import { assertEquals } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { until } from "./kit.ts";
import { Reader } from "./reader.ts";

/** A client at its link, or without one. */
export interface Wire extends AsyncDisposable {
  readonly reader: Reader;
  /** All that came, as texts. */
  readonly messages: string[];
  /** How the server ended the link; -1 where it said no code. Of a request: the code that its status stands for. */
  readonly closed: number | undefined;
  /** The status of an answer that refused: to the link, or to what was said on it. */
  readonly refused: number | undefined;
  /** Says these messages together; `[0, path]` is an event. */
  say(...messages: (string | Uint8Array)[]): Promise<void>;
  /** Cuts the link, without a word. */
  cut(): Promise<void>;
}

/** A kind of link. */
export interface Transport {
  readonly name: string;
  /** Opens a link, and waits for its mount or its refusal. */
  open(url: string, resume?: string, headers?: Record<string, string>): Promise<Wire>;
}

let names = 0;
/** The name of a client that nobody else has. */
export const nameClient = () => `client-${crypto.randomUUID()}-${++names}`;

abstract class AnyWire implements Wire {
  readonly reader = new Reader();
  readonly messages: string[] = [];
  closed: number | undefined;
  refused: number | undefined;
  abstract say(...messages: (string | Uint8Array)[]): Promise<void>;
  abstract cut(): Promise<void>;

  take(text: string): void {
    this.messages.push(text);
    this.reader.receive(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}

class SocketWire extends AnyWire {
  constructor(readonly socket: WebSocket) {
    super();
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.take(typeof data === "string" ? data : inflateRawSync(data).toString());
    socket.onerror = () => this.refused ??= 400;
    socket.onclose = ({ code }) => this.closed ??= code;
  }

  override say(...messages: (string | Uint8Array)[]): Promise<void> {
    for (const message of messages) this.socket.send(message as string);
    return Promise.resolve();
  }

  override async cut(): Promise<void> {
    this.socket.close();
    await until(() => this.closed !== undefined);
  }
}

/** WebSocket. */
export const ws: Transport = {
  name: "ws",
  async open(url, resume = `${nameClient()}..0`, headers = {}) {
    const socket = new WebSocket(`${url.replace("http", "ws")}?nacre=${resume}`, { headers } as never);
    const wire = new SocketWire(socket);
    await until(() => wire.reader.mounts > 0 || wire.closed !== undefined);
    return wire;
  },
};

class StreamWire extends AnyWire {
  #said = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(readonly url: string, readonly headers: Record<string, string>) {
    super();
  }

  async open(): Promise<void> {
    const response = await fetch(this.url, { headers: { accept: "text/event-stream", ...this.headers } });
    if (!response.ok) {
      await response.body?.cancel();
      this.refused = response.status;
      this.closed = -1;
      return;
    }
    this.#reading = this.#read(this.#reader = response.body!.getReader());
  }

  override async say(...messages: (string | Uint8Array)[]): Promise<void> {
    const isText = typeof messages[0] === "string";
    const body = isText ? [this.#said, ...messages].join("\n") : messages[0] as Uint8Array<ArrayBuffer>;
    this.#said += messages.length;
    const response = await fetch(this.url, {
      method: "POST",
      body,
      headers: { ...this.headers, "content-type": isText ? "text/plain;charset=UTF-8" : "application/octet-stream" },
    });
    await response.body?.cancel();
    if (!response.ok) this.refused = response.status;
  }

  override async cut(): Promise<void> {
    // Not by a signal of the request: in Deno the body of one that is aborted does not always end, after a large message hardly ever.
    await this.#reader?.cancel().catch(() => {});
    await this.#reading;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    let rest = "";
    try {
      // By hand: what is piped through a decoder does not always end when the request is aborted.
      const decoder = new TextDecoder();
      for (let read; !(read = await reader.read()).done;) {
        const parts = (rest + decoder.decode(read.value, { stream: true })).split("\n\n");
        rest = parts.pop()!;
        for (const part of parts) {
          if (part.startsWith("data: ")) this.take(part.slice(6));
          else if (part.startsWith("event: close\ndata: ")) this.closed = JSON.parse(part.slice(19))[0];
        }
      }
    } catch {
      // It was cut, by either side.
    }
    this.closed ??= -1;
  }
}

/** Server-sent events and POST; with the header `accept-encoding: identity` not compressed. */
export const sse: Transport = {
  name: "sse",
  async open(url, resume = `${nameClient()}..0`, headers = {}) {
    const wire = new StreamWire(`${url}?nacre=${resume}&link=${crypto.randomUUID()}`, headers);
    await wire.open();
    await until(() => wire.reader.mounts > 0 || wire.closed !== undefined);
    return wire;
  },
};

/** The same without compression. */
export const plainSse: Transport = {
  name: "sse, not compressed",
  open: (url, resume, headers = {}) => sse.open(url, resume, { "accept-encoding": "identity", ...headers }),
};

/** What the status of an answer stands for, as a code of a link. */
const codes: Readonly<Record<number, number>> = { 413: 4413, 415: 4415, 503: 4503 };

/** A page without a link: each request brings its snapshot and what is said, and takes its answer. */
export class RequestWire extends AnyWire {
  readonly #url: string;
  readonly #name: string;
  readonly #headers: Record<string, string>;
  #isBegun = false;

  constructor(url: string, name: string, headers: Record<string, string> = {}) {
    super();
    this.#url = url;
    this.#name = name;
    this.#headers = headers;
  }

  /** The address of the next request. */
  get address(): string {
    const { epoch, done, version, snapshots } = this.reader;
    return `${this.#url}?nacre=${this.#name}.${epoch}.${done}.${version}.${snapshots.length > 0 ? 1 : 0}`;
  }

  /** What the next request says; an event is of the version that the page shows, which is written out. */
  body(...messages: string[]): string {
    if (!this.#isBegun) return "";
    const { version, snapshots } = this.reader;
    const events = messages.map((message) => message.replace(/^\[0,/, `[${version},`));
    return `["resume",${JSON.stringify(snapshots.at(-1))},${version},[],[${events}]]`;
  }

  /** Sends a request and takes its answer: nothing of the next one is on its way meanwhile. */
  async ask(body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const type = typeof body === "string" ? {} : { "content-type": "application/octet-stream" };
    const response = await fetch(this.address, { method: "POST", body, headers: { ...this.#headers, ...type } });
    const text = await response.text();
    if (!response.ok) {
      this.refused = response.status;
      // These are told from those of what is between by their body.
      this.closed = codes[response.status] ?? (text === `[${4000 + response.status}]` ? 4000 + response.status : -1);
      return;
    }
    for (const message of text.split("\n")) this.take(message);
    this.#isBegun = true;
    const { covered, done, version } = this.reader;
    // What its snapshot did not cover would be lost with the next request.
    assertEquals(covered, { last: done, version });
  }

  override say(...messages: (string | Uint8Array)[]): Promise<void> {
    const [first] = messages;
    return this.ask(typeof first === "string" ? this.body(...messages as string[]) : first as Uint8Array<ArrayBuffer>);
  }

  override async cut(): Promise<void> {}
}

/** Plain HTTP. */
export const http = {
  name: "http",
  async open(url, resume = nameClient(), headers = {}) {
    const wire = new RequestWire(url, resume.split(".")[0]!, headers);
    await wire.ask(wire.body());
    return wire;
  },
} satisfies Transport;
