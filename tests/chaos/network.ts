/**
 * The network between tabs and processes: ordered links that are slow, that break in either direction at any moment, with what is on
 * the way, and of whose end either side may hear late. It must never deliver out of order, nor twice: TCP does not.
 */
import type { Link } from "../../runtime/app/member.ts";
import type { Connection } from "../../runtime/app/connection.ts";
import type { PageWindow } from "./page.ts";
import type { Process, Stand } from "./process.ts";
import type { Entry } from "./entry.ts";
import type { Scene } from "./scene.ts";
import type { Overheard } from "./stranger.ts";
import type { Stage } from "./stage.ts";

/** What of a socket its tab sees. */
export interface Caller {
  /** A message has come; it is given to the socket before or after, by `deliver`. */
  heard(text: string, carrier: Carrier, deliver: () => void): void;
  /** A message was sent. */
  said(text: string, carrier: Carrier): void;
  /** Who it is, as the server would know by a cookie. */
  readonly user: number;
  readonly name: string;
  /** The newest link. */
  cable: Cable | undefined;
  /** The newest request. */
  asked: object | undefined;
  /** The event of this number, of the epoch that it is in. */
  entry(number: number): Entry | undefined;
  /** The events that are numbered in it, by number. */
  numbered(): ReadonlyMap<number, Entry>;
  /** The version that its last snapshot covers. */
  readonly covered: number;
  /** What does not get through from where it is. */
  readonly blocked: ReadonlySet<"sockets" | "streams">;
}

/** What carries messages between a tab and a process, as those see it who look on. */
export interface Carrier {
  /** What it was opened with. */
  readonly resume: string;
  readonly caller: Caller;
  process: Process | undefined;
  /** The runtime at the far end, as its process names it, once it has shown something. */
  scene: Scene | undefined;
  /** The same, as far as the browser has heard. */
  readonly shown: Scene | undefined;
  stand?: Stand | undefined;
  /** It is one request and its answer: nothing comes by itself. */
  readonly isAlone: boolean;
  /** Nothing has been heard on it yet, nor said but in answer to its beginning. */
  readonly isNew: boolean;
  /** The version that was sent last. */
  version: number;
  /** The number of the last event that was said with a snapshot. */
  said: number;
  /** The event of this number, as the tab counts there; `"past"` where nothing of it is heard any more. */
  entry(number: number): Entry | "past" | undefined;
  /** It breaks. */
  cut(): void;
  /** Its process has ended, and may have said so: what is on its way arrives. */
  left(): void;
  /** Its process is no more. */
  lost(): void;
}

/** The browser's face of a link. */
interface Face {
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

/** Makes a window; some browsers have `moveBefore`. */
export type MakeWindow = (canMove: boolean) => PageWindow;

/** All links of a run. */
export class Network {
  readonly processes: Process[] = [];
  readonly cables: Set<Cable> = new Set();
  /** Requests that are not answered yet. */
  readonly exchanges: Set<Carrier> = new Set();
  /** What tabs have said with their snapshots, the newest last. */
  readonly overheard: Overheard[] = [];
  /** How many of a hundred requests are lost, on either way; and executed twice. */
  loss = 0;
  /** How many of a hundred handshakes, and of requests, are never answered. */
  silence = 0;
  /** By how much the clocks on the walls of all machines are ahead of what they were, in ms. */
  wall = 0;
  /** Until when no link comes about. */
  downUntil = 0;
  /** How many ends of links their browsers have still to hear of. */
  untold = 0;
  /** What holds something of the real world. */
  readonly held: Set<Disposable> = new Set();

  constructor(
    readonly stage: Stage,
    /** The most milliseconds that a message takes. */
    readonly slowest: number,
    /** Milliseconds that an input waits in a page. */
    readonly debounce: number,
    /** A window for a tab. */
    readonly makeWindow: MakeWindow,
  ) {}

  /** A process to which a new link may lead. */
  pick(): Process | undefined {
    const up = this.processes.filter((process) => process.isUp);
    return up.length > 0 && this.stage.clock.now >= this.downUntil ? this.stage.random.pick(up) : undefined;
  }

  /** A class of WebSockets for one tab. */
  socketsOf(caller: Caller): new (url: string) => unknown {
    // deno-lint-ignore no-this-alias
    const network = this;
    return class implements Face {
      readyState = 0;
      onopen: Face["onopen"] = null;
      onmessage: Face["onmessage"] = null;
      onclose: Face["onclose"] = null;
      readonly #cable: Cable;
      constructor(url: string) {
        this.#cable = new Cable(network, caller, this, new URL(url, "https://chaos.example").searchParams.get("nacre") ?? "");
      }
      send(message: unknown): void {
        if (this.readyState === 0) throw new DOMException("Still in CONNECTING state", "InvalidStateError");
        if (this.readyState === 1) this.#cable.up(String(message));
      }
      close(): void {
        if (this.readyState < 2) {
          this.readyState = 2;
          this.#cable.hangUp();
        }
      }
    };
  }

  /** A process is no more. */
  lose(process: Process): void {
    for (const carrier of [...this.cables, ...this.exchanges]) if (carrier.process === process) carrier.lost();
  }

  /** The run is over. */
  end(): void {
    for (const one of this.held) one[Symbol.dispose]();
  }

  delay(): number {
    return this.stage.random.below(this.slowest + 1);
  }
}

/** One link, as both of its ends and what is between them. */
export class Cable implements Carrier {
  process: Process | undefined;
  connection: Connection | undefined;
  scene: Scene | undefined;
  shown: Scene | undefined;
  stand: Stand | undefined;
  readonly isAlone = false;
  isNew = true;
  version = 0;
  said = Infinity;
  /** The link says that so many bytes wait. */
  congestedUntil = 0;
  #openedAt = 0;
  #upAt = 0;
  #downAt = 0;
  /** What is on its way, and what is sent, is lost without a word, until its tab finds out. */
  isSilent = false;
  /** What is sent from then on is lost. */
  #upIsCut = false;
  #downIsCut = false;
  /** The server knows of no link any more. */
  protected isOver = false;

  constructor(
    readonly network: Network,
    readonly caller: Caller,
    readonly face: Face,
    readonly resume: string,
    kind: "sockets" | "streams" = "sockets",
  ) {
    network.cables.add(this);
    caller.cable = this;
    const { clock, random } = network.stage;
    clock.after(network.delay(), () => {
      const process = caller.blocked.has(kind) ? undefined : network.pick();
      // Something between takes the handshake, and never says a word.
      if (network.silence > 0 && random.chance(network.silence / 100)) {
        network.stage.totals.note("handshakes without an answer");
        network.stage.note(caller.name, () => "is not answered");
        return;
      }
      if (process === undefined || face.readyState !== 0 || random.chance(0.03)) return this.#tellClose(1006, network.delay());
      this.#open(process);
    });
  }

  /** Of a link that was left nothing is heard, and what it numbers may be others by now. */
  entry(number: number): Entry | "past" | undefined {
    return this.caller.cable === this ? this.caller.entry(number) : "past";
  }

  #open(process: Process): void {
    const { stage } = this.network;
    this.process = process;
    this.#openedAt = stage.clock.now;
    stage.note(this.caller.name, () => `is linked to ${process.name} (${this.resume})`);
    if (this.network.silence > 0 && stage.random.chance(this.network.silence / 100)) {
      // What the browser says is held back, and arrives in the end; what it hears is not.
      stage.totals.note("held back");
      this.#upAt = stage.clock.now + stage.random.below(20_000);
    }
    // As a browser has it: open, then the first message.
    this.downwards(() => {
      if (this.face.readyState !== 0) return;
      this.face.readyState = 1;
      this.face.onopen?.();
    });
    this.connect(process);
  }

  /** Connects the far end. */
  protected connect(process: Process): void {
    const { stage } = this.network;
    const link: Link = {
      resume: this.resume,
      user: this.caller.user,
      send: (message) => {
        if (this.isOver) throw new Error("Cannot send: the link is closed");
        this.sends(message as string);
        this.brings(message as string);
      },
      close: (code, reason = "") => {
        this.closes(code, reason);
        // As the transport says it.
        this.connection?.disconnect("closed");
        // A code may be lost with its link.
        this.ends(stage.random.chance(0.2) ? 1006 : code);
      },
      backlog: () => stage.clock.now < this.congestedUntil ? 2 << 20 : 0,
    };
    this.connection = process.connect(link, this);
    this.isNew = false;
  }

  /** The server ends it. */
  protected closes(code: number, reason: string): void {
    const { stage } = this.network;
    stage.note(this.process!.name, () => `closes the link of ${this.caller.name}: ${code} ${reason}`);
    if (reason === "taken over") stage.totals.note("taken over");
    if (code === 4503 && !this.process!.isStopping) stage.totals.note("sent elsewhere");
    // 4409 is right where the tab has a newer link, of which this end knows.
    const isRight = [1000, 1001, 4500, 4503].includes(code) || reason === "replaced by a newer link" || reason === "taken over" ||
      // So is 4409, where nothing was said for so long.
      code === 4409 && reason === "no resume message" && stage.clock.now >= this.#openedAt + 10_000;
    if (!isRight) {
      stage.fail(new Error(`The server closed a link with ${code} ${reason}`));
    }
    this.isOver = true;
  }

  /** The server has something to say. */
  protected sends(text: string): void {
    const { stage } = this.network;
    stage.note(this.process!.name, () => `to ${this.caller.name}: ${text}`);
    try {
      this.process!.sends(text, this);
    } catch (error) {
      // A runtime takes what a link throws for the end of the link.
      stage.fail(error);
    }
  }

  /** A message is on its way to the browser. */
  protected brings(text: string): void {
    const { scene } = this;
    this.downwards(() => {
      if (this.face.readyState !== 1) return;
      this.shown = scene;
      this.network.stage.note(this.caller.name, () => `hears ${text}`);
      this.caller.heard(text, this, () => this.face.onmessage?.({ data: text }));
    });
  }

  /** The end is on its way to the browser. */
  protected ends(code: number): void {
    this.downwards(() => this.#tellClose(code, 0));
  }

  /** What the browser sends. */
  up(text: string): void {
    const { stage } = this.network;
    stage.note(this.caller.name, () => `says ${text}`);
    this.caller.said(text, this);
    this.upwards(() => this.arrives(text));
  }

  /** The server hears a message. */
  protected arrives(text: string): void {
    const { stage } = this.network;
    if (!this.process!.isUp || this.isOver) return;
    stage.note(this.process!.name, () => `hears ${this.caller.name}: ${text}`);
    if (this.connection!.receive(text) !== "taken" && !this.isOver) stage.fail(new Error(`The server refused ${text}`));
  }

  /** The browser ends it. */
  hangUp(): void {
    this.upwards(() => this.serverHears());
    this.network.cables.delete(this);
  }

  /** It goes silent: nothing arrives any more in either direction, and nobody says so. */
  silence(): void {
    this.network.stage.note("network", () => `the link of ${this.caller.name} is silent`);
    this.isSilent = true;
  }

  /** It breaks: in both directions, each now or soon, and each end hears of it in its own time. */
  cut(): void {
    const { stage: { clock, random, note } } = this.network;
    note.call(this.network.stage, "network", () => `the link of ${this.caller.name} breaks`);
    const soon = () => random.chance(0.5) ? 0 : random.below(500);
    clock.after(soon(), () => this.#upIsCut = true);
    clock.after(soon(), () => this.#downIsCut = true);
    // A computer that sleeps hears of it when it wakes up.
    this.#tellClose(1006, random.chance(0.3) ? random.below(50) : 500 + random.below(random.pick([1_000, 1_000, 1_000, 10_000, 90_000])));
    // The server may hear of it late, or by the next link only.
    if (random.chance(0.8)) clock.after(500 + random.below(3_000), () => this.serverHears());
  }

  left(): void {
    if (!this.isOver) this.lost();
  }

  lost(): void {
    this.#upIsCut = this.#downIsCut = true;
    this.isOver = true;
    this.#tellClose(1006, this.network.delay() + this.network.stage.random.below(2_000));
  }

  protected serverHears(): void {
    if (!this.process?.isUp || this.isOver) return;
    this.network.stage.note(this.process.name, () => `hears that the link of ${this.caller.name} has ended`);
    this.isOver = true;
    this.disconnect();
  }

  protected disconnect(): void {
    this.connection?.disconnect();
  }

  #tellClose(code: number, ms: number): void {
    this.network.cables.delete(this);
    this.network.untold++;
    this.network.stage.clock.after(ms, () => {
      this.network.untold--;
      if (this.face.readyState > 1) return;
      this.face.readyState = 3;
      this.network.stage.note(this.caller.name, () => `hears that its link has ended: ${code}`);
      this.face.onclose?.({ code });
    });
  }

  protected downwards(task: () => void, lost?: () => void): void {
    const { clock } = this.network.stage;
    this.#downAt = Math.max(this.#downAt, clock.now + this.network.delay());
    clock.after(this.#downAt - clock.now, () => {
      if (!this.isSilent) this.#downIsCut ? lost?.() : task();
    });
  }

  /** What is lost on the way may want to know. */
  protected upwards(task: () => void, lost?: () => void): void {
    const { clock } = this.network.stage;
    this.#upAt = Math.max(this.#upAt, clock.now + this.network.delay());
    clock.after(this.#upAt - clock.now, () => {
      if (!this.isSilent) this.#upIsCut ? lost?.() : task();
    });
  }
}
