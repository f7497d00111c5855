/**
 * What a page keeps so that its session can go on in another process: a snapshot that it cannot read, what it has said since, and what each
 * patch since has left behind. It is in memory only, and must never grow without end.
 */
import type { Mark } from "../wire/message.ts";
import { checksum } from "./checksum.ts";
import type { Entry } from "./event.ts";

/** What is kept of one session. */
export interface Kept {
  /** The snapshot; empty when there is none. */
  snapshot_: string;
  /** Keeps an event that has been dealt with. */
  keep_(entry: Entry): void;
  /** Notes the patch that this text is, after that event, and the version that it led to. */
  mark_(patch: string, last: number, version: number): void;
  /**
   * There is another snapshot, which all so far is in but that many events and what is after that version; or none. `anew`: in another epoch, where
   * the versions that they were seen in are others.
   */
  cover_(snapshot?: string, behind?: number, version?: number, anew?: boolean): void;
  /** The resume message for this version, and how many of the events that wait are in it. */
  say_(version: number, queue: Entry[]): [text: string, count: number];
}

/** The longest message, in UTF-16 units: what a POST takes, whatever is in it. */
const longest = 3e5;

/** Keeps a session. */
export function createKept(): Kept {
  let events: Entry[] = [];
  let marks: Mark[] = [];
  const kept: Kept = {
    snapshot_: "",
    keep_(entry) {
      // Also before there is a snapshot: it may be of a moment before.
      if (events.push(entry) > 2000) kept.cover_();
    },
    mark_(patch, last, version) {
      if (marks.push([last, checksum(patch), version]) + events.length > 2000) kept.cover_();
    },
    cover_(snapshot = "", behind = 0, version = Infinity, anew?) {
      const first = events.length - behind;
      // What is missing was given up as too much.
      kept.snapshot_ = first < 0 ? "" : snapshot;
      events = events.slice(first);
      // No version is that high.
      if (anew) { for (const entry of events) entry.seen_ = 1e9; }
      marks = marks.filter((mark) => mark[2] > version);
    },
    say_(version, queue) {
      const head = JSON.stringify([kept.snapshot_, version, marks]).slice(1, -1);
      let room = longest - head.length;
      const said = [...events, ...queue].map(({ seen_: seen, text_: text }) => `[${seen},${text}`)
        .filter((text) => (room -= text.length) > 0);
      const count = said.length - events.length;
      // An empty snapshot starts another session.
      return [count < 0 ? '["resume","",0,[],[]]' : `["resume",${head},[${said}]]`, count];
    },
  };
  return kept;
}
