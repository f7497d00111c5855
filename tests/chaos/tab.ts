/**
 * A tab with the real browser runtime in it, and beside it what the wire promises: which events wait, which are numbered, which have been
 * dealt with. It follows the messages alone and must never look into the runtime.
 */
import { assert, assertEquals } from "@std/assert";
import { install } from "../../runtime/browser/element.ts";
import { adoptPage } from "../../runtime/browser/adopt.ts";
import type { Fallback } from "../../runtime/browser/fallback.ts";
import type { Tools } from "../../runtime/browser/tools.ts";
import type { Host } from "../../runtime/browser/part.ts";
import type { LoadPart } from "../../runtime/browser/parts.ts";
import { watchFacts } from "../../runtime/browser/facts.ts";
import { writeCustom } from "../../runtime/browser/custom.ts";
import { watchInputs } from "../../runtime/browser/input.ts";
import { openRequests } from "../../runtime/browser/http.ts";
import { openStreams } from "../../runtime/browser/sse.ts";
import { watchSilence } from "../../runtime/browser/watch.ts";
import type { World } from "../../runtime/browser/world.ts";
import type { Timer } from "./clock.ts";
import { Entry } from "./entry.ts";
import { htmlOf } from "./markup.ts";
import type { UserMsg } from "./model.ts";
import type { Cable, Caller, Carrier, Network } from "./network.ts";
import { type PageElement, type PageEvent, type PageNode, type PageWindow } from "./page.ts";
import { Requests } from "./requests.ts";
import type { Painting } from "./process.ts";
import type { Scene } from "./scene.ts";
import { streamsOf } from "./streams.ts";
import type { Stage } from "./stage.ts";

/** How long a client is remembered for certain. */
const lingerMs = 55_000;

/** How a tab is linked: by what its element says, or by what gets through. */
export type Way = "any" | "falls back" | "sse" | "http";

/** What waits for its time. */
interface Waiting {
  readonly element: PageElement;
  readonly entry: Entry;
  timer: Timer | undefined;
}

/** One tab of one user. */
export class Tab implements Caller {
  readonly window: PageWindow;
  readonly element: PageElement;
  /** All that its user did and that became an event, in that order. */
  readonly entries: Entry[] = [];
  /** What the page heard of effects. */
  readonly emitted: { readonly of: number; readonly scene: Scene }[] = [];
  version = 0;
  /** The server has given it one. */
  hasSnapshot = false;
  scene: Scene | undefined;
  cable: Cable | undefined;
  asked: object | undefined;
  epoch = "";
  isLive = false;
  /** It has no link, so nothing comes by itself. */
  isAlone = false;
  readonly #stage: Stage;
  /** By number, of this epoch. */
  #numbered: Entry[] = [];
  #done = 0;
  readonly #waiting = new Map<PageElement, Waiting>();
  /** Since the last snapshot patches were skipped, up to this version. */
  #skipped: number | undefined;
  /** What was told of the attribute, as JSON. */
  #told: string | undefined;
  /** What the user has put in last, by control; nothing may write there until the model has heard of it. */
  readonly #put = new Map<PageElement, { readonly entry: Entry; readonly value: unknown }>();
  #acted = 0;
  #lastHeard = 0;
  covered = 0;
  readonly blocked: ReadonlySet<"sockets" | "streams">;

  /** What the user does before the script is there; undefined from then on. */
  #early: (() => void)[] | undefined;

  constructor(readonly network: Network, readonly user: number, readonly name: string, way: Way, painting?: Painting) {
    const { stage } = network;
    const { clock, random } = stage;
    this.#stage = stage;
    // deno-lint-ignore no-this-alias
    const tab = this;
    const window = this.window = network.makeWindow(random.chance(0.5));
    const nacreEarly: unknown[] = [];
    const streams = streamsOf(network, this);
    const world = {
      nacreEarly,
      document: window.document,
      customElements: window.customElements,
      HTMLElement: window.HTMLElement,
      AbortController,
      DecompressionStream,
      navigator: {},
      CustomEvent: window.CustomEvent,
      FormData: window.FormData,
      MutationObserver: class {
        constructor(look: () => void) {
          window.observe = () =>
            void Promise.resolve().then(() => {
              tab.#look();
              look();
            });
        }
        observe() {}
      },
      WebSocket: network.socketsOf(this),
      ...streams,
      // What is no POST asks why a link was refused: here none is.
      fetch: (url: string, init: { body?: string }) =>
        init.body === undefined ? Promise.reject(new TypeError("no network")) : streams.fetch(url, init as { body: string }),
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
      dispatchEvent: window.dispatchEvent.bind(window),
      setTimeout: (task: () => void, ms = 0) => clock.after(ms, task),
      clearTimeout: (timer: Timer) => clock.forget(timer),
      crypto: { getRandomValues: (array: Uint32Array) => array.map(() => random.below(2 ** 32)) },
      Math: { random: () => random.next(), imul: Math.imul },
      Date: { now: () => clock.now },
      location: { href: "https://chaos.example/", origin: "https://chaos.example" },
      console: {
        error: (...what: unknown[]) => stage.fail(new Error(`${name} failed: ${what.join(" ")}`, { cause: what[0] })),
      },
    };
    const loadPart = (async (name) => {
      // It comes with the first mount, which waits for it: at once, so that the mount is over before anything else happens.
      if (name === "facts") return { create: watchFacts };
      if (name === "custom") return { create: writeCustom };
      if (name === "input") return { create: watchInputs };
      await new Promise((resolve) => clock.after(network.delay(), resolve as () => void));
      if (name === "watch") return { create: watchSilence };
      if (name === "adopt") return { create: (host: Host, tools: Tools) => this.#adoptPage(host, tools) };
      return { create: (host: Host) => this.#openFallback(host) };
    }) as LoadPart;
    const start = () => install(world as unknown as World, loadPart);
    if (!painting) start();
    const element = this.element = painting ? window.parse("server-component", painting.html) : window.create("server-component");
    element.addEventListener("nacre:refused", (event) => this.#refused(event));
    element.addEventListener("nacre:status", (event) => this.isLive = event.detail === "live");
    element.addEventListener("done", (event) => this.emitted.push({ of: event.detail as number, scene: this.scene! }));
    this.blocked = new Set(way === "falls back" ? random.pick([["sockets"], ["sockets", "streams"]] as const) : []);
    if (way === "sse" || way === "http") element.setAttribute("method", way);
    if (way === "http" && random.chance(0.3)) element.setAttribute("poll", random.pick(["1s", "5s"]));
    element.setAttribute("route", "/ws");
    window.document.body.append(element);
    if (!painting) return;
    // As the page's own script keeps it.
    for (const type of ["click", "input", "change", "submit"]) {
      window.addEventListener(type, (event) => {
        if (element.hasAttribute("status")) return;
        nacreEarly.push([event, event.target, element]);
        if (type === "submit") event.preventDefault();
      }, true);
    }
    this.scene = painting.scene;
    this.#early = [];
    clock.after(random.below(random.pick([100, 2_000])), start);
  }

  /** Takes the painted page over: what was done before happens again. */
  #adoptPage(host: Host, tools: Tools): ReturnType<typeof adoptPage> {
    const part = adoptPage(host, tools);
    return {
      adopt_: (script, enter, parts) => {
        this.#stage.note(this.name, () => "takes the page over");
        this.#stage.totals.note("pages taken over");
        this.hasSnapshot = true;
        const early = this.#early!;
        this.#early = undefined;
        if (early.length > 0) this.#stage.totals.note("acted before the script");
        for (const act of early) act();
        const adopted = part.adopt_(script, enter, parts);
        if (!adopted) this.#stage.fail(new Error(`${this.name} could not take its page over`));
        return adopted;
      },
    };
  }

  /** Each link's requests are its own. */
  #openFallback(host: Host): Fallback {
    return {
      open_: async (method, address, say, use) => {
        const stream = method === "sse" && await openStreams(host)(address);
        if (stream) return use(stream);
        const requests = new Requests(this.network, this);
        // The same host, in another world.
        const own: Host = Object.create(host, {
          world_: { value: { ...host.world_, fetch: requests.fetch } },
          request_: { get: () => host.request_, set: (request) => host.request_ = request },
        });
        use(requests.watch(openRequests(own, address, say)));
      },
    };
  }

  /** Nothing is on its way, as far as the page knows. */
  get isQuiet(): boolean {
    return this.isLive && this.#waiting.size === 0 && this.#numbered.length === this.#done;
  }

  entry(number: number): Entry | undefined {
    return this.#numbered[number - 1];
  }

  numbered(): ReadonlyMap<number, Entry> {
    const entries = new Map<number, Entry>();
    // What came before this epoch's first is no entry of it.
    this.#numbered.forEach((entry) => entries.set(entry.number, entry));
    return entries;
  }

  /** What is shown, as text. */
  get html(): string {
    return htmlOf(this.element as PageNode);
  }

  // ---- what the user does ----------------------------------------------------------------------

  /** Where the user can act. */
  get places(): PageElement[] {
    return this.element.querySelectorAll("[data-place]");
  }

  /** The page sets the attribute of its element, or removes it. */
  step(): void {
    if (this.#stage.random.chance(0.3)) this.element.removeAttribute("step");
    else this.element.setAttribute("step", String(this.#acted));
  }

  /** What the element says of itself is told, if it was not. */
  #look(): void {
    if (this.isLive) this.#tellFact();
  }

  #tellFact(): void {
    const value = this.element.getAttribute("step");
    const text = JSON.stringify(value);
    if (text === (this.#told ?? "null")) return;
    this.#told = text;
    this.#flush();
    this.#queue(this.#entry("the element", { type: "step", value }));
  }

  /** Acts at a place, as a user would. */
  act(element: PageElement): void {
    const place = element.getAttribute("data-place")!;
    const said = `${++this.#acted} of ${this.user}`;
    this.#stage.note(this.name, () => `acts at "${place}": ${element.getAttribute("data-means") ?? said}`);
    if (this.#early) this.#actEarly(this.#early, element, place, said);
    else if (element.localName === "form") this.#submit(element, place);
    else if (element.type === "checkbox") {
      this.#visit(element);
      const on = !element.checked;
      this.#put.set(element, { entry: this.#click(element, place, { type: "checked", on })!, value: on });
    } else if (element.localName === "input") this.#type(element, place, said);
    else {
      const means = element.getAttribute("data-means");
      this.#click(element, place, means === null ? undefined : JSON.parse(means));
    }
  }

  /** Nobody hears it yet. When it happens again, what is in a control is what is in it by then. */
  #actEarly(early: (() => void)[], element: PageElement, place: string, said: string): void {
    if (element.localName === "form") {
      early.push(() => this.#hearSubmit(element, place));
      this.#happens(element.querySelectorAll("[data-submit]")[0]!, "click");
    } else if (element.type === "checkbox") {
      early.push(() => {
        const on = element.checked!;
        this.#put.set(element, { entry: this.#hearClick(place, { type: "checked", on })!, value: on });
      });
      element.focus();
      this.#happens(element, "click");
    } else if (element.localName === "input") {
      early.push(() => this.#hearInput(element, place, element.value as string));
      element.focus();
      element.value = said;
      this.#happens(element, "input");
    } else {
      const means = element.getAttribute("data-means");
      early.push(() => void this.#hearClick(place, means === null ? undefined : JSON.parse(means)));
      this.#happens(element, "click");
    }
  }

  #click(element: PageElement, place: string, means: UserMsg | undefined): Entry | undefined {
    const entry = this.#hearClick(place, means);
    this.#happens(element, "click");
    return entry;
  }

  #hearClick(place: string, means: UserMsg | undefined): Entry | undefined {
    // What is locked hears nothing.
    const entry = means && this.#entry(place, means);
    if (entry) {
      this.#flush();
      this.#queue(entry);
    }
    return entry;
  }

  #type(element: PageElement, place: string, text: string): void {
    this.#visit(element);
    element.value = text;
    this.#hearInput(element, place, text);
    this.#happens(element, "input");
  }

  #hearInput(element: PageElement, place: string, text: string): void {
    const before = this.#waiting.get(element);
    this.#stage.clock.forget(before?.timer);
    this.#waiting.delete(element);
    if (before) this.#stage.totals.note("debounced");
    const type = place === "noted" ? "noted" : "typed";
    const waiting: Waiting = { element, entry: this.#entry(place, { type, text }), timer: undefined };
    this.#waiting.set(element, waiting);
    this.#put.set(element, { entry: waiting.entry, value: text });
    const debounce = this.network.debounce;
    if (debounce === 0) this.#flush();
    // Before that of the runtime, which is set by the event: what is sent has its number.
    else waiting.timer = this.#stage.clock.after(debounce, () => this.#flush(({ element: other }) => other === element));
  }

  #submit(form: PageElement, place: string): void {
    this.#hearSubmit(form, place);
    this.#happens(form.querySelectorAll("[data-submit]")[0]!, "click");
  }

  #hearSubmit(form: PageElement, place: string): void {
    const [input] = form.querySelectorAll("[name]");
    this.#flush();
    this.#queue(this.#entry(place, { type: "submitted", text: input!.value as string }));
  }

  /** The focus goes to an element: what waits for the one before is sent. */
  #visit(element: PageElement): void {
    const { activeElement } = this.window.document;
    if (activeElement === element) return;
    this.#flush(({ element: left }) => left === activeElement);
    element.focus();
  }

  /** What was to be heard of it has been written down before: it is sent while the event happens. */
  #happens(element: PageElement, type: "click" | "input"): void {
    const { window } = this;
    element.dispatchEvent(type === "click" ? window.click() : new window.CustomEvent(type, { bubbles: true }));
  }

  #entry(place: string, means: UserMsg): Entry {
    return new Entry(this.#acted, place, means, this.version, this.scene!, this.#skipped !== undefined, means.type === "bump");
  }

  #queue(entry: Entry): void {
    entry.number = this.#numbered.push(entry);
    this.entries.push(entry);
    this.#stage.totals.note("events");
    if (!this.isLive) this.#stage.totals.note("acted offline");
  }

  /** What waits is sent, all or as far as the last one that is asked for; what has left the page is not. */
  #flush(isLast: (waiting: Waiting) => boolean = () => true): void {
    const all = [...this.#waiting.values()];
    for (const waiting of all.slice(0, all.findLastIndex(isLast) + 1)) {
      this.#stage.clock.forget(waiting.timer);
      this.#waiting.delete(waiting.element);
      if (this.element.contains(waiting.element)) this.#queue(waiting.entry);
      else this.#stage.totals.note("left the page while it waited");
    }
  }

  // ---- what the network brings -----------------------------------------------------------------

  heard(text: string, carrier: Carrier, deliver: () => void): void {
    try {
      this.#heard(JSON.parse(text), carrier, deliver);
      this.#lastHeard = this.#stage.clock.now;
    } catch (error) {
      this.#stage.fail(error);
    }
  }

  /** What the user has put in stands until the model has heard of it. */
  #judgeControls(): void {
    for (const [element, { entry, value }] of this.#put) {
      if (entry.isDone || !this.element.contains(element)) this.#put.delete(element);
      else if (value !== (typeof value === "boolean" ? element.checked : element.value)) {
        this.#stage.fail(new Error(`What the user put in was written over, before ${entry} was dealt with`));
      }
    }
  }

  #heard(message: unknown[], carrier: Carrier, deliver: () => void): void {
    const [kind] = message;
    if (kind === "mount") this.#mounted(message as never, carrier, deliver);
    else if (kind === "resume") this.#resumed(message as never, carrier, deliver);
    else {
      if (typeof kind !== "string" && message.length > 1) this.#patched(message[3] as number | undefined);
      deliver();
      if (typeof kind !== "string") {
        const [count, snapshot, , version] = [kind].flat() as [number, string?, number?, number?];
        this.#acknowledge(count);
        this.#covered(snapshot, version);
      }
    }
    this.#judgeControls();
  }

  #patched(skipped: number | undefined): void {
    this.version += 1 + (skipped ?? 0);
    // Also in the place of one alone it is another text.
    if (skipped !== undefined) {
      this.#stage.totals.note("patches skipped");
      this.#skipped = this.version;
    }
  }

  #covered(snapshot: string | undefined, version = Infinity): void {
    if (snapshot === undefined) return;
    this.covered = Math.min(version, this.version);
    if (this.#skipped !== undefined && this.#skipped <= version) this.#skipped = undefined;
    this.hasSnapshot = true;
    this.#stage.totals.note("snapshots");
  }

  #mounted([, epoch, version, covered]: [string, string, number, number | [number, string]], carrier: Carrier, deliver: () => void): void {
    const [last, snapshot, , saved] = [covered].flat() as [number, string?, number?, number?];
    this.#flush();
    const waited = this.#numbered.slice(Math.max(last, this.#done));
    this.version = version;
    this.scene = carrier.shown;
    this.isAlone = carrier.isAlone;
    if (this.blocked.size > 0 && this.epoch === "") {
      this.#stage.totals.note(this.isAlone ? "fell back to requests" : "fell back to streams");
    }
    deliver();
    this.#acknowledge(Math.max(0, last - this.#done));
    if (epoch !== this.epoch) {
      for (const entry of waited) this.#ended(entry, carrier);
      for (const entry of this.#numbered) entry.isMountedOver = true;
      // Until the store has been heard of once, a session is what its process knows.
      if (!this.hasSnapshot) { for (const entry of this.#numbered) if (entry.isDone) entry.isUnsaved = true; }
      if (this.epoch !== "") this.#stage.totals.note("epochs ended");
      // What comes is numbered from here.
      this.#numbered.length = this.#done = last;
      // What was told before is told again, also that it has gone.
      if (this.#told !== undefined) this.#told = "";
    }
    this.epoch = epoch;
    this.#skipped = undefined;
    // A mount without one takes back what there was: of a painted page, before anything is saved.
    this.hasSnapshot = false;
    this.#covered(snapshot, saved);
    this.#look();
  }

  #resumed(message: [string, string, number, number, unknown?, unknown?, unknown?, number?], carrier: Carrier, deliver: () => void): void {
    const [, epoch, version, last] = message;
    assertEquals(version, this.version, `${this.name} does not show what it goes on from`);
    this.scene = carrier.shown;
    this.isAlone = carrier.isAlone;
    this.#stage.totals.note(epoch === this.epoch ? "gone on here" : "gone on elsewhere");
    this.epoch = epoch;
    // Before the patch, and with all that has waited.
    this.#tellFact();
    if (message.length > 5) {
      this.#patched(message[7]);
      this.#skipped = this.version;
    }
    deliver();
    this.#acknowledge(last - this.#done);
    this.#look();
  }

  /** An event waited when its epoch ended. */
  #ended(entry: Entry, carrier: Carrier): void {
    if (entry.isFact) {
      entry.refused ??= "epoch";
      // It may have been heard, by a runtime that has forgotten who said it.
      if (this.#stage.clock.now - this.#lastHeard > lingerMs) entry.isForgotten = true;
      return;
    }
    assert(entry.refused, `${entry} was of an epoch that has ended, and nobody was told`);
    // What is kept is said again. But what happens while the server goes through that was seen on what may be known no more.
    if (this.hasSnapshot) return assert(entry.number > carrier.said, `${entry} was refused, though its tab has a snapshot`);
    if (entry.scene !== carrier.shown) return;
    assert(this.#stage.clock.now - this.#lastHeard > lingerMs, `${entry} was refused, though its runtime lives`);
    entry.isForgotten = true;
  }

  #acknowledge(count: number): void {
    assert(count >= 0 && this.#done + count <= this.#numbered.length, `${this.name} was told of ${count} events too many`);
    for (; count > 0; count--) this.#numbered[this.#done++]!.isDone = true;
  }

  #refused(event: PageEvent): void {
    const { event: number, reason } = event.detail as { event: number; reason: string };
    const entry = this.#numbered[number - 1];
    if (!entry) return this.#stage.fail(new Error(`${this.name} was told that event ${number} was refused, which it never sent`));
    this.#stage.note(this.name, () => `is told: ${entry} was refused (${reason})`);
    if (entry.refused) this.#stage.fail(new Error(`${this.name} was told before that ${entry} was refused (${entry.refused})`));
    entry.refused = reason;
    if (reason === "epoch") this.#stage.totals.note("refused: epoch");
  }

  said(text: string, carrier: Carrier): void {
    if (!text.startsWith('["resume"')) return;
    carrier.said = this.#numbered.length;
    const { overheard } = this.network;
    if (overheard.push({ user: this.user, resume: carrier.resume, text }) > 30) overheard.shift();
  }
}
