/** A client that keeps what it takes to go on elsewhere, as the browser runtime does, for tests without a browser. */
import type { Link } from "../runtime/app/member.ts";
import type { Connection } from "../runtime/app/connection.ts";
import { checksum } from "../runtime/view/checksum.ts";
import type { Json, Mark } from "../runtime/wire/message.ts";
import { type Plain, readDown, Reader, textOf } from "./reader.ts";

/** What has sessions. */
export interface Connecting {
  connect(link: Link, flags: never): Connection;
}

/** One page. */
export class ResumingClient {
  readonly reader = new Reader();
  /** What the present link was sent. */
  messages: string[] = [];
  closed: number | undefined;
  snapshot = "";
  /** Which click each event is, by its number from 1; the first is 0. */
  readonly clicks: number[] = [];
  /** The clicks that waited for an epoch that has ended: a browser refuses them itself. */
  readonly dropped: number[] = [];
  /** What it is sent does not arrive. */
  deaf = false;
  #kept: Json[][] = [];
  #waiting: Json[][] = [];
  #marks: Mark[] = [];
  #sent = 0;
  #told = 0;
  #said = 0;
  #isLive = false;
  /** Refusals of a link that has not begun: they count when it does. */
  #held: string[] = [];
  #isFlushing = false;
  #owed: string | undefined;
  #generation = 0;
  #connection: Connection | undefined;

  constructor(readonly name: string, readonly user?: unknown) {}

  /** What waits for an acknowledgement. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get text(): string {
    return this.reader.text;
  }

  /** Links it to a process; what was on its way over an older link is lost. */
  open(process: Connecting): Connection {
    const generation = ++this.#generation;
    this.messages = [];
    this.closed = undefined;
    this.#isLive = false;
    this.#held = [];
    const isHere = () => generation === this.#generation;
    const link: Link = {
      resume: this.resume,
      user: this.user,
      send: (message) => void (isHere() && !this.deaf && this.#receive(message as string)),
      close: (code) => void (isHere() && (this.closed = code)),
    };
    // What answers at once would change it.
    const message = this.snapshot ? this.resumeMessage() : undefined;
    this.#said = this.#waiting.length;
    this.#connection = process.connect(link, undefined as never);
    const connection = this.#connection;
    if (message !== undefined) connection.receive(message);
    this.#flush();
    return connection;
  }

  /** What it says of itself. */
  get resume(): string {
    const { epoch, done, version } = this.reader;
    return [this.name, epoch, done, version, this.snapshot ? 1 : 0].join(".");
  }

  /** What it says in a request of its own. */
  request(): string {
    this.#said = this.#waiting.length;
    return this.snapshot ? this.resumeMessage() : "";
  }

  /** What a request was answered by. */
  answered(messages: readonly string[]): void {
    this.#isLive = false;
    for (const message of messages) this.#receive(message);
    this.#isLive = false;
  }

  /** The page as it is now, once more: what somebody has kept of it. */
  copy(): ResumingClient {
    const copy = new ResumingClient(this.name, this.user);
    const { messages } = this;
    for (const message of messages) copy.reader.receive(message);
    copy.snapshot = this.snapshot;
    copy.#kept = [...this.#kept];
    copy.#marks = [...this.#marks];
    return copy;
  }

  /** What it says when it goes on elsewhere. */
  resumeMessage(): string {
    return JSON.stringify(["resume", this.snapshot, this.reader.version, this.#marks, [...this.#kept, ...this.#waiting]]);
  }

  /** The link breaks; the process may not hear of it. */
  cut(isTold = true): void {
    this.#generation++;
    this.#isLive = false;
    if (isTold) this.#connection?.disconnect();
    this.#connection = undefined;
  }

  /** A click on the element with this text, as it is shown. */
  click(text: string, fields?: Json): void {
    const found = this.reader.listening.find((element: Plain) => textOf(element.children) === text);
    if (!found) throw new Error(`Nothing says "${text}": ${this.text}`);
    this.clicks.push(this.clicks.length + this.dropped.length);
    this.#waiting.push([this.reader.version, found.handlers.click!.path, ...(fields === undefined ? [] : [fields])]);
    this.#flush();
  }

  /** Says which version it shows, as a browser does a second after a patch. */
  tell(): void {
    if (this.#isLive && this.reader.version > this.#told) this.#connection!.receive(String(this.reader.version - this.#told));
    this.#told = this.reader.version;
  }

  #flush(): void {
    // What answers at once is heard within this.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#isLive && this.#connection) {
      const owed = this.#owed;
      this.#owed = undefined;
      if (owed !== undefined) this.#connection.receive(owed);
      else if (this.#sent >= this.#waiting.length) break;
      else this.#say();
    }
    this.#isFlushing = false;
  }

  #say(): void {
    const [seen, ...rest] = this.#waiting[this.#sent++]! as [number, ...Json[]];
    this.#connection!.receive(JSON.stringify([seen - this.#told, ...rest]));
    this.#told = Math.max(this.#told, seen);
  }

  #receive(text: string): void {
    this.messages.push(text);
    const { reader } = this;
    if (!this.#isLive) {
      if (text.startsWith('["emit"')) return void this.#held.push(text);
      for (const refusal of this.#held.splice(0)) reader.receive(refusal);
    }
    const before = { epoch: reader.epoch, done: reader.done, snapshots: reader.snapshots.length };
    const message = readDown(text);
    reader.receive(text);
    const [kind] = message;
    const isNew = reader.epoch !== before.epoch;
    if (kind === "mount") {
      this.#take(reader.done - before.done);
      if (isNew) {
        this.dropped.push(...this.clicks.splice(this.clicks.length - this.#waiting.length));
        this.#waiting = [];
      }
      // In the middle of a link the server waits for this.
      if (isNew && this.#isLive) this.#owed = JSON.stringify(reader.epoch);
      this.#marks = [];
      if (reader.snapshots.length > before.snapshots) this.#cover();
      else this.#forget();
      // What was seen before is of other versions.
      if (isNew) { for (const event of this.#kept) event[0] = 1e9; }
      this.#begin(0);
    } else if (kind === "resume") {
      this.#sent = isNew ? this.#said : reader.done - before.done;
      this.#take(reader.done - before.done);
      if (message.length > 5) this.#marks.push([reader.done, 0, reader.version]);
      this.#begin(this.#sent, message[2]);
    } else if (typeof kind !== "string") {
      this.#take(reader.done - before.done);
      if (message.length > 1) {
        this.#marks.push([reader.done, checksum(text.slice(JSON.stringify(kind).length + 2)), reader.version]);
      }
      if (reader.snapshots.length > before.snapshots) this.#cover();
    }
  }

  #begin(sent: number, told = this.reader.version): void {
    this.#sent = sent;
    this.#told = told;
    this.#isLive = true;
    this.#flush();
  }

  #take(count: number): void {
    for (let i = 0; i < count && this.#waiting.length > 0; i++) {
      this.#kept.push(this.#waiting.shift()!);
      this.#sent--;
    }
  }

  #cover(): void {
    const { snapshots, covered, done } = this.reader;
    const first = this.#kept.length - (done - covered.last);
    if (first < 0) throw new Error(`Events after ${covered.last} are not kept: there are ${this.#kept.length}, up to ${done}`);
    this.snapshot = snapshots.at(-1)!;
    this.#kept = this.#kept.slice(first);
    this.#marks = this.#marks.filter(([, , version]) => version > covered.version);
  }

  #forget(): void {
    this.snapshot = "";
    this.#kept = [];
  }
}
