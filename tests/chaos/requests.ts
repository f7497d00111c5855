/**
 * Plain requests of a tab, by the real transport at the far end. Any process answers any of them; one may be lost on its way or on the way back,
 * and executed twice: at once, in two processes, or long after its tab has given it up. Some are never answered. It must never answer what no process has said.
 */
import type { Socket } from "../../runtime/browser/sse.ts";
import type { Entry } from "./entry.ts";
import type { Caller, Carrier, Network } from "./network.ts";
import type { Process } from "./process.ts";
import type { Scene } from "./scene.ts";

/** What of a response is used. */
interface Answer {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

/** The requests of one link of a tab: they take the place of its socket. */
export class Requests {
  readonly #network: Network;
  readonly #caller: Caller;
  /** What was answered last. */
  #answered: Exchange | undefined;

  constructor(network: Network, caller: Caller) {
    this.#network = network;
    this.#caller = caller;
  }

  /** That of the tab. */
  readonly fetch = (url: string, { body = "" }: { body?: string }): Promise<Answer> => {
    const { stage } = this.#network;
    stage.note(this.#caller.name, () => `requests with ${body}`);
    stage.totals.note("requests");
    const asked = new Asked(this.#network, this.#caller, url, body, (exchange) => this.#answered = exchange);
    this.#caller.asked = asked;
    return asked.answer;
  };

  /** The tab hears first what its socket hears. */
  watch(socket: Socket): Socket {
    let listener: Socket["onmessage"] = null;
    return Object.defineProperty(socket, "onmessage", {
      get: () => listener,
      set: (given: Socket["onmessage"]) =>
        listener = given && ((event) => {
          const { stage } = this.#network;
          stage.note(this.#caller.name, () => `hears ${event.data}`);
          let reading: unknown;
          this.#caller.heard(event.data, this.#answered!, () => reading = given(event));
          return reading;
        }),
    });
  }
}

/** One request, however often it is executed. */
class Asked {
  readonly answer: Promise<Answer>;
  /** How often it may still be answered. */
  #left: number;
  /** Nothing comes back, not even an error. */
  readonly #isSilent: boolean;
  /** Nothing arrives either. */
  readonly isSwallowed: boolean;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;

  constructor(network: Network, caller: Caller, url: string, body: string, readonly answers: (exchange: Exchange) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { random, clock, totals } = network.stage;
    this.#isSilent = network.silence > 0 && random.chance(network.silence / 100);
    this.isSwallowed = this.#isSilent && random.chance(0.5);
    if (this.#isSilent) {
      totals.note("requests without an answer");
      network.stage.note(caller.name, () => "gets no answer");
    }
    const isTwice = random.chance(network.loss / 100);
    this.#left = isTwice ? 2 : 1;
    const first = new Exchange(network, caller, url, body, this);
    if (!isTwice) return;
    // What is between may try again on its own: at once, or when it has waited long enough.
    const second = random.pick([0, 0, 500, 30_000]);
    totals.note(second === 0 ? "requests executed twice at once" : "requests executed twice");
    clock.after(second, () => new Exchange(network, caller, url, body, this, first));
  }

  /** An answer has come: the first one is the one. */
  comes(exchange: Exchange, status: number, text: string): void {
    if (this.#isSilent) return;
    this.#resolve({
      ok: status < 300,
      status,
      text: () => {
        this.answers(exchange);
        return Promise.resolve(text);
      },
    });
  }

  /** One execution will not be answered. */
  fails(): void {
    if (--this.#left === 0 && !this.#isSilent) this.#reject(new TypeError("error sending request"));
  }
}

/** One execution of a request. */
class Exchange implements Carrier {
  process: Process | undefined;
  scene: Scene | undefined;
  readonly resume: string;
  readonly isAlone = true;
  readonly isNew = true;
  version = 0;
  said = Infinity;
  readonly #entries: ReadonlyMap<number, Entry>;
  readonly #network: Network;
  readonly #asked: Asked;
  #isOver = false;

  /** `of`: it is executed once more. */
  constructor(network: Network, readonly caller: Caller, url: string, body: string, asked: Asked, of?: Exchange) {
    this.#network = network;
    this.#asked = asked;
    this.resume = new URL(url, "https://chaos.example").searchParams.get("nacre")!;
    this.#entries = of ? of.#entries : caller.numbered();
    if (of) this.said = of.said;
    else if (body) caller.said(body, this);
    const { random, clock } = network.stage;
    network.exchanges.add(this);
    clock.after(network.delay(), () => {
      const process = this.process = asked.isSwallowed || random.chance(network.loss / 100) ? undefined : network.pick();
      if (!process) return this.#fails();
      this.#execute(process, url, body).catch((error) => network.stage.fail(error));
    });
  }

  /** As far as the browser has heard: it hears an answer at once, and whole. */
  get shown(): Scene | undefined {
    return this.scene;
  }

  /** Who executes it long after may know of more. */
  entry(number: number): Entry | "past" | undefined {
    return this.#entries.get(number) ?? (this.caller.asked === this.#asked ? undefined : "past");
  }

  cut(): void {
    this.#network.stage.note("network", () => `a request of ${this.caller.name} breaks`);
    this.#fails();
  }

  left(): void {
    this.lost();
  }

  lost(): void {
    this.#fails();
  }

  async #execute(process: Process, url: string, body: string): Promise<void> {
    const { stage } = this.#network;
    const { name, user } = this.caller;
    stage.note(process.name, () => `is requested by ${name}: ${body}`);
    const request = new Request(new URL(url, "https://chaos.example"), { method: "POST", body });
    const response = await process.respond(request, user);
    // It has ended meanwhile.
    if (!process.isUp) return this.#fails();
    const { status } = response;
    const text = await response.text();
    stage.note(process.name, () => `answers ${name} with ${status}: ${text}`);
    if (![200, 409, 503].includes(status)) stage.fail(new Error(`A request was answered with ${status}: ${body}`));
    if (status === 503) stage.totals.note("sent elsewhere");
    if (status === 200) { for (const message of text.split("\n")) process.sends(message, this); }
    if (stage.random.chance(this.#network.loss / 100)) {
      stage.totals.note("answers lost");
      return this.#fails();
    }
    stage.clock.after(this.#network.delay(), () => this.#ends(() => this.#asked.comes(this, status, text)));
  }

  /** Its tab hears of that in its own time. */
  #fails(): void {
    const { stage, loss } = this.#network;
    const ms = this.#network.delay() + (loss === 0 ? 0 : stage.random.below(stage.random.pick([100, 2_000, 2_000, 60_000])));
    this.#ends(() => stage.clock.after(ms, () => this.#asked.fails()));
  }

  #ends(how: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#network.exchanges.delete(this);
    how();
  }
}
