/**
 * What a page keeps so that its session can go on in another process: a snapshot that it cannot read, what it has said since, and what each
 * patch since has left behind. It is in memory only, and must never grow without end.
 */
import type { Mark } from "../wire/message.ts";
import type { Entry } from "./event.ts";

/** What is kept of one session. */
export interface Kept {
  /** The snapshot; empty when there is none. */
  snapshot_: string;
  /** Keeps an event that has been dealt with. */
  keep_(entry: Entry): void;
  /** Notes the patch that this text is, after that event. */
  mark_(patch: string, last: number, versions: number): void;
  /** There is another snapshot, which all so far is in; or none. */
  cover_(snapshot?: string): void;
  /** What goes on elsewhere from this version, with the events that wait. */
  say_(version: number, queue: Entry[]): string;
}

/** The longest message, in UTF-16 units: what a POST takes, whatever is in it. */
const longest = 3e5;

/** Keeps a session. */
export function createKept(math: Pick<typeof Math, "imul">): Kept {
  let events: Entry[];
  let marks: Mark[];
  let sum: number;
  const kept: Kept = {
    snapshot_: "",
    keep_(entry) {
      if (kept.snapshot_) events.push(entry);
    },
    mark_(patch, last, versions) {
      // The server's checksum (`replay.ts`).
      for (let i = 0; i < patch.length; i++) sum = math.imul(sum ^ patch.charCodeAt(i), 16777619);
      if (kept.snapshot_ && marks.push([last, sum >>>= 0, versions]) + events.length > 2000) kept.cover_();
    },
    cover_(snapshot = "") {
      kept.snapshot_ = snapshot;
      events = [];
      marks = [];
      sum = 0;
    },
    say_(version, queue) {
      const text = `["resume",${JSON.stringify([kept.snapshot_, version, marks]).slice(1, -1)},[${
        [...events, ...queue].map(({ seen_: seen, text_: text }) => `[${seen},${text}`)
      }]]`;
      // A snapshot that is none begins anew.
      return text.length > longest ? '["resume","",0,[],[]]' : text;
    },
  };
  kept.cover_();
  return kept;
}
