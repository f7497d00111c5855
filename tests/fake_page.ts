/** The browser runtime in a fast DOM under virtual time, with sockets that a test holds. Nothing here stands in for a part of the runtime. */
import { Window } from "happy-dom";
import { adoptPage } from "../runtime/browser/adopt.ts";
import { watchContexts } from "../runtime/browser/contexts.ts";
import { writeCustom } from "../runtime/browser/custom.ts";
import { performEffects } from "../runtime/browser/effect.ts";
import { install } from "../runtime/browser/element.ts";
import { openFallback } from "../runtime/browser/fallback.ts";
import { watchFacts } from "../runtime/browser/facts.ts";
import { joinForm } from "../runtime/browser/form.ts";
import { watchInputs } from "../runtime/browser/input.ts";
import { listenElsewhere } from "../runtime/browser/listen.ts";
import type { LoadPart, PartMakers } from "../runtime/browser/parts.ts";
import { enterShadow } from "../runtime/browser/shadow.ts";
import { sleepHidden } from "../runtime/browser/sleep.ts";
import { createView } from "../runtime/browser/view.ts";
import { watchSilence } from "../runtime/browser/watch.ts";
import type { World } from "../runtime/browser/world.ts";
import { controlsOf } from "./controls.ts";
import type { Config, Definition, Json, Value } from "../runtime/wire/message.ts";

/** A socket that a test holds: it keeps what was sent, and receives what the test says. */
export class FakeSocket {
  sent: Json[] = [];
  closed = false;
  code: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {}
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number) {
    this.closed = true;
    this.code = code;
  }
  receive(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  cut(code = 1006) {
    this.onclose?.({ code });
  }
  /** What was sent since the last call. */
  take(): Json[] {
    return this.sent.splice(0);
  }
}

/** The parts, from their sources. */
export const loadPart = (async (name: keyof PartMakers) => {
  switch (name) {
    case "contexts":
      return { create: watchContexts };
    case "custom":
      return { create: writeCustom };
    case "effect":
      return { create: performEffects };
    case "facts":
      return { create: watchFacts };
    case "fallback":
      return { create: openFallback };
    case "form":
      return { create: joinForm };
    case "adopt":
      return { create: adoptPage };
    case "input":
      return { create: watchInputs };
    case "listen":
      return { create: listenElsewhere };
    case "shadow":
      return { create: enterShadow };
    case "sleep":
      return { create: sleepHidden };
  }
}) as LoadPart;

/** The same, with the part that watches a link: it takes a link that is silent for 15 s for lost. */
export const loadWatch =
  ((name: keyof PartMakers) => name == "watch" ? Promise.resolve({ create: watchSilence }) : loadPart(name as never)) as LoadPart;

/** As Chrome's before 103. */
export class OnlyGzip {
  constructor(format: string) {
    if (format === "deflate-raw") throw new TypeError("Unsupported compression format: 'deflate-raw'");
  }
}

/** A window with a clock that stands still, sockets that a test holds, and no chance. */
export class FakePage implements AsyncDisposable {
  readonly window = new Window({ url: "http://site.test/dir/page" });
  readonly document = this.window.document as unknown as Document;
  readonly sockets: FakeSocket[] = [];
  readonly world: World;
  readonly errors: unknown[] = [];
  loadPart = loadPart;
  #timers: { id: number; at: number; run: () => void }[] = [];
  #id = 0;
  now = 0;

  constructor() {
    // deno-lint-ignore no-this-alias
    const page = this;
    const window = this.window as unknown as globalThis.Window & typeof globalThis;
    this.world = {
      document: this.document,
      customElements: window.customElements,
      crypto,
      HTMLElement: window.HTMLElement,
      MutationObserver: window.MutationObserver,
      location: window.location,
      history: window.history,
      navigator: window.navigator,
      performance: window.performance,
      AbortController,
      dispatchEvent: window.dispatchEvent.bind(window),
      CustomEvent: window.CustomEvent,
      FormData: window.FormData,
      Response,
      DecompressionStream,
      CSSStyleSheet: window.CSSStyleSheet,
      EventSource: window.EventSource,
      fetch: () => Promise.reject(new Error("There is no network")),
      Math: Object.create(Math, { random: { value: () => 1 } }),
      Date: { now: () => page.now } as DateConstructor,
      console: { error: (error: unknown) => page.errors.push(error) } as unknown as Console,
      WebSocket: class extends FakeSocket {
        constructor(url: string) {
          super(String(url));
          page.sockets.push(this);
        }
      } as unknown as typeof WebSocket,
      addEventListener: window.addEventListener.bind(window) as World["addEventListener"],
      removeEventListener: window.removeEventListener.bind(window) as World["removeEventListener"],
      setTimeout: ((run: () => void, delay = 0) => {
        page.#timers.push({ id: ++page.#id, at: page.now + delay, run });
        return page.#id;
      }) as World["setTimeout"],
      clearTimeout: (id) => {
        page.#timers = page.#timers.filter((timer) => timer.id != id);
      },
    };
  }

  /** Lets time pass. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** An element that shows a value, and what it told the page. */
  element(
    definitions: Definition[],
    value: Value,
    { epoch = "e1", version = 0, last = 0, config }: { epoch?: string; version?: number; last?: number; config?: Config } = {},
  ) {
    install(this.world, this.loadPart);
    const element = this.document.createElement("server-component");
    const told: Json[] = [];
    for (const name of ["nacre:status", "nacre:refused"]) {
      element.addEventListener(name, (event) => told.push([name.slice(6), (event as CustomEvent).detail]));
    }
    element.setAttribute("route", "/ws");
    this.document.body.append(element);
    this.socket.receive(["mount", epoch, version, last, definitions, value, ...(config ? [config] : [])]);
    return { element, told };
  }

  /** Parts that were asked for are there. */
  async settled(): Promise<void> {
    await observed();
  }

  /** A view without a link. */
  view(definitions: Definition[], value: Value) {
    const root = this.document.createElement("div");
    this.document.body.append(root);
    const view = createView(this.world, root, controlsOf(this.world, root));
    view.mount(definitions, value);
    return { root, view, show: () => visible(root) };
  }

  click(selector: string) {
    this.document.querySelector<HTMLElement>(selector)!.click();
  }

  type(selector: string, value: string, type = "input") {
    const input = this.document.querySelector<HTMLInputElement>(selector)!;
    input.value = value;
    input.dispatchEvent(this.event(type));
    return input;
  }

  event(type: string, bubbles = true): Event {
    return new this.window.Event(type, { bubbles, cancelable: true }) as unknown as Event;
  }

  async [Symbol.asyncDispose]() {
    await this.window.happyDOM.close();
  }
}

/** The refusals among what an element told the page. */
export const refusals = (told: Json[]) => told.filter((each) => (each as string[])[0] == "refused");

/** The HTML without the anchors. */
export const visible = (root: Element) => root.innerHTML.replaceAll("<!---->", "");

/** Lets promises, and what observes the DOM, have their turn. */
export const observed = () => new Promise((resolve) => setTimeout(resolve));
