/**
 * Who acts in a page, from within it: numbers everything that it does, hears what the page is told of it, and writes down what comes and goes. It
 * is sent to the page as a text, so it must not use anything from outside of its function.
 */
import type { Note } from "./diary.ts";

/** One thing that was done. */
export interface Act {
  /** The page's own number: from 1, in order. */
  readonly act: number;
  /** The number that the runtime gives it: those of an epoch that has ended are given again. */
  readonly event: number;
  readonly at: number;
  /** Why it was refused, each time that the page was told so. */
  readonly refused: string[];
}

/** What a page knows in the end. */
export interface Story {
  readonly acts: readonly Act[];
  readonly notes: readonly Note[];
  /** What nobody has asked for. */
  readonly problems: readonly string[];
  readonly status: string | null;
  /** The acts that the page shows, in order, and the name of its session. */
  readonly shown: readonly number[];
  readonly life: string | undefined;
  /** The same as the server knows it; undefined while it has not answered. */
  readonly report: { readonly life: string; readonly acts: readonly number[] } | undefined;
}

/** The actor, as a page has it. */
export interface Actor {
  /** Whether the page could go on elsewhere, from a snapshot or a claim. */
  readonly isCovered: boolean;
  /** Does one thing. */
  act(): void;
  /** Acts by itself, until {@link Actor.pause}. */
  go(): void;
  pause(): void;
  /** Whether each act is shown or refused, and the element is live. */
  isQuiet(): boolean;
  /** Asks the server what it knows; the answer is in the story, unless it is lost. */
  ask(): void;
  story(): Story;
}

/** Puts the actor into a page, as `globalThis.actor`. */
export function install([who, seed, busiest]: readonly [who: string, seed: number, busiest: number]): void {
  const notes: [number, string, string][] = [];
  const note = (what: string) =>
    void notes.push([Date.now(), who, what.length > 400 ? `${what.slice(0, 200)} ... ${what.slice(-180)}` : what]);
  const problems: string[] = [];
  const acts: Act[] = [];
  /** The acts by the numbers that the runtime gives them. */
  const numbered = new Map<number, Act>();
  let last = 0;
  /** The first event of those that ended with their epoch. */
  let ended = Infinity;
  let isCovered = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let report: Story["report"];

  // mulberry32, as in tests/random.ts.
  let state = seed | 0;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };

  const heard = (text: string) => {
    note(`hears ${text}`);
    if (/^\[\[\d+,"|^\["mount",[^[]*\[\d+,"/.test(text)) isCovered = true;
  };
  const hear = async (data: unknown) => {
    if (typeof data === "string") return heard(data);
    const bytes = data instanceof Blob ? await data.arrayBuffer() : data as ArrayBuffer;
    heard(await new Response(new Response(bytes).body!.pipeThrough(new DecompressionStream("deflate-raw"))).text());
  };
  const Sockets = globalThis.WebSocket, Sources = globalThis.EventSource, request = globalThis.fetch;
  globalThis.WebSocket = class extends Sockets {
    constructor(url: string | URL) {
      super(url);
      note(`opens ${url}`);
      this.addEventListener("message", ({ data }) => void hear(data));
      this.addEventListener("close", ({ code }) => note(`socket closed: ${code}`));
    }
    override send(data: string) {
      note(`says ${data}`);
      super.send(data);
    }
  };
  globalThis.EventSource = class extends Sources {
    constructor(url: string | URL) {
      super(url);
      note(`opens a stream ${url}`);
      this.addEventListener("message", ({ data }) => void hear(data));
      this.addEventListener("close", ({ data }) => note(`stream closed: ${data}`));
      this.addEventListener("error", () => note("stream failed"));
    }
  };
  globalThis.fetch = async (input, init) => {
    note(`posts ${input} ${init?.body ?? ""}`);
    try {
      const response = await request(input, init);
      response.clone().text().then((text) => {
        note(`is answered ${response.status}`);
        for (const line of text.split("\n")) heard(line);
      }, () => note("an answer broke off"));
      return response;
    } catch (error) {
      note(`a post failed: ${error}`);
      throw error;
    }
  };

  addEventListener("nacre:status", (event) => {
    const { detail, code } = event as CustomEvent & { code: number };
    note(`status ${detail} ${code}`);
    // What comes after a new epoch takes the numbers of what it has ended.
    if (detail === "live" && ended < Infinity) {
      last = ended - 1;
      ended = Infinity;
    }
  });
  addEventListener("nacre:refused", (event) => {
    const { event: number, reason } = (event as CustomEvent).detail;
    const act = numbered.get(number);
    note(`is told: event ${number} (act ${act?.act}) refused, ${reason}`);
    if (act) act.refused.push(reason);
    else problems.push(`A refusal of event ${number}, which is none of mine: ${reason}`);
    if (reason === "epoch") ended = Math.min(ended, number);
  });
  addEventListener("report", (event) => report = (event as CustomEvent).detail);

  const element = () => document.querySelector("server-component")!;
  const shown = () => (element().querySelector("output")?.textContent ?? "").split(" ").filter(Boolean).map(Number);
  const actor: Actor = {
    get isCovered() {
      return isCovered;
    },
    act() {
      const kind = ["button", "button", "input", "keys", "fleeting"][Math.floor(random() * 5)]!;
      const target = element().querySelector<HTMLInputElement>(`#${kind}`)!;
      const act: Act = { act: acts.length + 1, event: last + 1, at: Date.now(), refused: [] };
      acts.push(act);
      numbered.set(act.event, act);
      note(`act ${act.act} (event ${act.event}): ${kind}`);
      target.value = `${act.act}`;
      if (kind === "input") target.dispatchEvent(new InputEvent("input", { bubbles: true }));
      else if (kind === "keys") target.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
      else target.click();
      // What is too much takes no number.
      if (act.refused[0] !== "limit") last++;
    },
    go() {
      const go = () => {
        // Several at once, now and then.
        for (let count = random() < 0.2 ? 4 : 1; count > 0; count--) actor.act();
        if (random() < 0.03) dispatchEvent(new PageTransitionEvent("pageshow"));
        timer = setTimeout(go, random() * random() * busiest);
      };
      go();
    },
    pause: () => clearTimeout(timer),
    isQuiet() {
      const taken = new Set(shown());
      return element().getAttribute("status") === "live" && acts.every(({ act, refused }) => taken.has(act) || refused.length > 0);
    },
    ask() {
      // It may be refused as anything else, and its answer may be lost: an effect of an event that is saved does not start again.
      numbered.set(++last, { act: 0, event: last, at: Date.now(), refused: [] });
      note(`asks (event ${last})`);
      element().querySelector<HTMLElement>("#report")!.click();
    },
    story: () => ({
      acts,
      notes,
      problems,
      status: element().getAttribute("status"),
      shown: shown(),
      life: element().querySelector("b")?.textContent ?? undefined,
      report,
    }),
  };
  Object.assign(globalThis, { actor });
}
