/**
 * A client without a browser: it reads the wire with the reference reader, and acts on what it has read, which may be older than
 * what the server has sent. It must never know what the server knows.
 */
import type { Connection } from "../runtime/app/connection.ts";
import type { Runtime } from "../runtime/app/runtime.ts";
import type { Down, Fields, Path } from "../runtime/wire/message.ts";
import { type Plain, Reader } from "./reader.ts";
import { RecordedLink } from "./recorded_link.ts";

/** A user in front of a page. */
export class Visitor {
  readonly reader = new Reader();
  link: RecordedLink;
  #connection: Connection;
  #read = 0;
  /** The version that the server knows to be on the page. */
  #told = 0;
  readonly #runtime: Runtime<never>;
  readonly #name: string;

  constructor(runtime: Runtime<never>, name = "visitor-1", user?: unknown) {
    this.#runtime = runtime;
    this.#name = name;
    this.link = new RecordedLink(name, user);
    this.#connection = runtime.connect(this.link);
    this.read();
  }

  /** Reads what has come since. */
  read(): Down[] {
    return this.link.messages.slice(this.#read).map((text) => {
      const isFirst = this.#read++ === 0;
      const message = this.reader.receive(text);
      if (Array.isArray(message) && message[0] === "mount") {
        this.#told = this.reader.version;
        if (!isFirst) this.say(JSON.stringify(this.reader.epoch));
      }
      return message;
    });
  }

  /** What came and was not read yet, as texts. */
  get unread(): readonly string[] {
    return this.link.messages.slice(this.#read);
  }

  get text(): string {
    return this.reader.text;
  }

  find(text: string, event = "click"): Plain {
    return this.reader.find(text, event);
  }

  /** A click, or another event, on what the page shows. */
  press(text: string, event = "click", fields?: Fields, target?: Fields): "taken" | "refused" {
    return this.act(this.reader.find(text, event).handlers[event]!.path, fields, target);
  }

  /** An event at a path, seen at the version on the page. */
  act(path: Path, fields?: Fields, target?: Fields): "taken" | "refused" {
    const seen = this.reader.version - this.#told;
    this.#told = Math.max(this.#told, this.reader.version);
    const message: unknown[] = [seen, path];
    if (fields || target) message.push(fields ?? 0);
    if (target) message.push(target);
    return this.say(JSON.stringify(message));
  }

  /** Says which version is on the page, without an event. */
  tell(): "taken" | "refused" {
    const seen = this.reader.version - this.#told;
    this.#told += seen;
    return this.say(String(seen));
  }

  /** Any message. */
  say(message: string | Uint8Array): "taken" | "refused" {
    return this.#connection.receive(message);
  }

  /** The link is cut. */
  leave(): void {
    this.#connection.disconnect();
  }

  /** A new link of the same client; what the old one still holds is lost. */
  comeBack(epoch = this.reader.epoch): void {
    this.link = new RecordedLink(`${this.#name}.${epoch}`, this.link.user);
    this.#read = 0;
    this.#connection = this.#runtime.connect(this.link);
    this.read();
  }
}
