/**
 * The socket of one element: it connects, reconnects, and keeps every event until the server has dealt with it. It never lets
 * a message that it cannot read, or a patch that fails, stand: it starts again with a fresh mount.
 */
import type { AnyRefusal, Change, Covered, Definition, Down, Value } from "../wire/message.ts";
import type { Painted } from "./adopt.ts";
import { fitsIn, usualText } from "../wire/size.ts";
import { type Entry, flush as flushWaiting } from "./event.ts";
import { readFrames } from "./frames.ts";
import { createKept } from "./kept.ts";
import type { Linked, Part, Status } from "./part.ts";
import { neededBy } from "./needed.ts";
import type { LoadPart, Parts } from "./parts.ts";
import type { Socket } from "./sse.ts";
import { tools } from "./tools.ts";
import { createView } from "./view.ts";
import type { World } from "./world.ts";

type Head = [events: number, snapshot?: string, last?: number, version?: number];
type Emitted = [name: string, detail: unknown];
type Refused = { event: number; reason: AnyRefusal };
type Rest<Kind> = Extract<Down, [Kind, ...unknown[]]> extends [unknown, ...infer Rest] ? Rest : never;

/** To be called when the element is somewhere else or its route another; or with what a form has done to it. */
export type Sync = (formed?: string, value?: string) => void;

/** Links an element. */
export function createLink(world: World, loadPart: LoadPart, element: HTMLElement, internals?: ElementInternals): Sync {
  const client = world.crypto.getRandomValues(new Uint32Array(4)).join("-");
  let epoch = "";
  /** The version that the server knows to be on the page. */
  let told = 0;
  /** Events that are not dealt with: the number of the first is one higher than the number of those that are. */
  const queue: Entry[] = [];
  let done = 0;
  /** By number, the events that the page was told are refused: a server says so again after a cut, and when it replays them. */
  const refused: boolean[] = [];
  /** How many of the queue this socket has sent. */
  let sent = 0;
  /** How many of it this socket has said with the snapshot. */
  let said: number;
  const kept = createKept();
  /** What is shown is no version: it has to be mounted. What happens in it is of the last that it was. */
  let broken = 0;
  let socket: Socket | null | undefined;
  let live = false;
  /** What is to be dispatched. */
  let held: Emitted[] = [];
  /** Sent away: until the route changes, or the element is put back. */
  let away = false;
  let route = "";
  /** How many links in a row were lost before they were live, and how many of the last minute said what could not be applied. */
  let attempts = 0;
  let faults = 0;
  /** How it is linked; settled when a link of the kind has worked. */
  let method: string;
  let settled: boolean | undefined;
  /** What the page was painted with has been looked at. */
  let begun = false;
  /** What the page was painted with, until the link is live. */
  let painted: Painted | undefined;

  const dispatch = (name: string, detail: unknown, more?: object) =>
    element.dispatchEvent(Object.assign(new world.CustomEvent(name, { detail, bubbles: true, composed: true }), more));

  /** The status that was shown last, with its code. */
  let shown: string | undefined;
  const show = (status: Status) => {
    // Each try that fails says the same, and so does each answer to a request.
    if (shown == (shown = status + host.turnedAway_)) return;
    element.setAttribute("status", status);
    dispatch("nacre:status", status, { code: host.turnedAway_ });
  };

  const refuse = (detail: Refused) => {
    const { event } = detail, entry = queue[event - done - 1];
    // Wherever it is replayed it must be refused again: nothing is at this path.
    if (entry) entry.text_ = "[9e9]]";
    refused[event] ||= dispatch("nacre:refused", detail);
  };

  /** Whatever of the page or of a part throws: the link goes on. */
  const attempt = <Made>(task: () => Made): Made | undefined => {
    try {
      return task();
    } catch (error) {
      world.console.error(error);
    }
  };

  const acknowledge = (count: number) => {
    while (count-- > 0) {
      const entry = queue.shift()!;
      // First the books, whole: nothing of the page may come between. Not what it happened to, which may leave the page.
      kept.keep_({ seen_: entry.seen_, text_: entry.text_ });
      done++;
      sent--;
      attempt(() => view.free_(entry));
    }
    attempt(() => parts.watch?.sync_());
  };

  const push = (entry: Entry) => {
    // What the server would not take must not be sent: it would come again with every new link.
    const fits = fitsIn(entry.text_, host.config_.limit || usualText);
    if (queue.length > 511 || !fits) {
      // The next one has the same number.
      dispatch("nacre:refused", { event: done + queue.length + 1, reason: "limit" });
      // A field keeps a text that is too long, and its user learns why nothing happens.
      if (fits) view.free_(entry);
      else load("input").then(() => parts.input!.limit_(entry.target_)).catch(world.console.error);
    } else if (!attempt(() => parts.watch?.repeats_(entry))) {
      queue.push(entry);
      flush();
      parts.sleep?.wake_();
      parts.watch?.sync_();
    }
  };

  const tellFact = (text: string) => {
    // What waits happened before.
    flushWaiting(view);
    view.send_({ seen_: view.version_, text_: text });
  };
  const parts: Parts = {};
  let view = createView(world, element, parts, push);
  /** Where it ends: where it is. */
  let end: Node = element;
  /** The view, where its root is. */
  const enter = () => {
    if (end != host.end_) {
      // What it has shown in the light DOM would be shown in a slot.
      if (settled) view.mount([], null);
      const { version_: version } = view;
      view = createView(world, host.root_, parts, push, end = host.end_);
      parts.input?.enter_();
      view.version_ = version;
    }
    return view;
  };
  const load = (name: keyof Parts) =>
    loadPart(name).then(({ create }) => (parts as Record<string, Part>)[name] ??= create(host as never, tools));
  const eachPart = (tell: (part: Part) => void) => Object.values<Part>(parts).forEach((part) => attempt(() => tell(part)));

  const flush = () => {
    while (live && sent < queue.length) {
      const { seen_: seen, text_: text } = queue[sent++]!;
      socket!.send(`[${seen - told},${text}`);
      parts.watch?.ask_();
      if (seen > told) told = seen;
    }
  };

  /** Says which version is on the page. */
  const tell = () => {
    const untold = view.version_ - told;
    // What waits was seen earlier: its view must be kept until it has been sent.
    if (live && untold && !view.waiting_.size) {
      socket!.send(untold as unknown as string);
      told += untold;
    }
  };

  const patch = ([patch, fresh, skipped = 0]: [Value | Change, Definition[]?, number?]) => {
    view.patch(patch, fresh);
    const before = view.version_ - told;
    view.version_ += 1 + skipped;
    if (before > 14) tell();
    else if (!before) world.setTimeout(tell, 1000);
  };

  /** The link works. */
  const begin = () => {
    attempts = faults;
    host.turnedAway_ = 0;
    settled = live = true;
    show("live");
    if (element.getAttribute("sleep")) load("sleep").catch(world.console.error);
    flush();
  };

  const receive = (message: Down, text: string) => {
    const [kind, ...rest] = message;
    if (kind == "emit") held.push(rest as Emitted);
    // Before the link has begun a refusal does not count: if it breaks, another process may know better.
    if (live || kind != "emit") {
      for (const [name, detail] of held.splice(0)) {
        if (name == "nacre:refused") refuse(detail as Refused);
        else dispatch(name, detail);
      }
    }
    if (kind == "mount") {
      const [name, version, covered, definitions, value, wanted = {}] = rest as Rest<"mount">;
      const [last, snapshot, saved] = [covered].flat() as Head;
      const anew = name != epoch;
      // In the middle of a link the server waits for this: what is on its way was seen in an epoch that has ended.
      if (live && anew) socket!.send(JSON.stringify(name));
      live = false;
      // The elements that it happened to are about to go.
      flushWaiting(view);
      // In another epoch: those that have been gone through again there.
      acknowledge(last - done);
      if (anew) {
        // The inputs that they would free are gone.
        for (const { target_: target } of queue.splice(0)) {
          done++;
          // What is no event is told again.
          if (target) refuse({ event: done, reason: "epoch" });
        }
        // Later events are numbered from here.
        refused.length = 1 + (done = last);
      }
      // Nothing was sent on this link, or nothing of it is heard.
      sent = 0;
      epoch = name;
      told = view.version_ = version;
      // What is in the view may ask for a context at once.
      host.config_ = wanted;
      // No patch leads from the view before to this one.
      kept.cover_(snapshot, done - (saved ?? done), undefined, anew);
      eachPart((part) => part.begin_?.(wanted, anew));
      enter();
      view.mount(definitions, value);
      broken = 0;
      painted = undefined;
      begin();
    } else if (kind == "resume") {
      const [name, version, last, wanted, ...change] = rest as Rest<"resume">;
      // Elsewhere it has all that was said, here what had come before.
      sent = name == epoch ? last - done : said;
      epoch = name;
      told = version;
      acknowledge(last - done);
      host.config_ = wanted || host.config_;
      eachPart((part) => part.begin_?.(host.config_, 0));
      begin();
      if (change.length) {
        patch(change as never);
        // Nobody can make this one again.
        kept.mark_("", done, view.version_);
      }
      painted?.tell_();
      painted = undefined;
    } else if (typeof kind == "string") { for (const name of neededBy(message)) attempt(() => (parts[name] as Part).take_!(...message)); }
    else {
      const [count, snapshot, last, version] = [kind as Covered].flat() as Head;
      if (rest.length) patch(rest as never);
      acknowledge(count);
      if (rest.length) kept.mark_(text.slice(JSON.stringify(kind).length + 2), done, view.version_);
      if (snapshot) kept.cover_(snapshot, done - (last ?? done), version);
    }
  };

  const stop = (code?: number) => {
    live = false;
    held = [];
    eachPart((part) => part.end_?.());
    // Nothing that it still has to say is heard.
    if (socket) socket = socket.onmessage = socket.onclose = socket.close(code) as unknown as null;
  };

  const lose = (code?: number) => {
    // The page comes back: its session must not end.
    stop(4000);
    // What was not understood once, or has made the app fail, is not said again.
    if (code == 4400 || code == 4500) kept.cover_();
    show(code == 4500 ? "failed" : host.turnedAway_ ? "refused" : "offline");
    away = code == 4403;
    if (away) return;
    parts.watch?.failed_(attempts + 1);
    // A server that shuts down sends all of its clients elsewhere at once.
    world.setTimeout(open, code == 4503 ? 4000 * world.Math.random() : 250 * 2 ** Math.min(6, attempts++) * (1 + world.Math.random()));
  };

  /** Opens the first link when the element is complete, and what it was painted with is taken over. */
  const first = async () => {
    try {
      // The newest API that the runtime needs.
      new world.DecompressionStream("deflate-raw");
    } catch {
      return show("unsupported");
    }
    const script = element.lastChild as HTMLScriptElement;
    const { document } = world;
    if (!begun && route) {
      const isPainted = script?.type == "application/json";
      begun = isPainted || document.readyState != "loading";
      // What is still being parsed may yet have it.
      if (!begun) return document.addEventListener("DOMContentLoaded", first);
      if (isPainted) {
        try {
          const { text } = script;
          await Promise.all(["adopt" as const, "watch" as const, ...neededBy(JSON.parse(text), text)].map(load));
          if (!socket) painted = parts.adopt!.adopt_(script, enter, parts);
          if (painted) {
            kept.cover_(painted.snapshot_);
            epoch = painted.epoch_;
            broken = 0;
          }
        } catch (error) {
          world.console.error(error);
        }
      }
    }
    open();
  };

  const open = (isQuiet?: unknown) => {
    if (socket || away || !route) return;
    // Until a link is live again nothing has changed for the user.
    if (!attempts && !isQuiet) show("connecting");
    // After two links that never worked the next two are streams, then two are requests.
    method = element.getAttribute("method") || (settled ? method : ["ws", "sse", "http"][(attempts >> 1) % 3]!);
    const address = () =>
      route + (route.includes("?") ? "&nacre=" : "?nacre=") +
      [client, epoch, done, broken ? "" : view.version_, +!!kept.snapshot_].join(".");
    /** What is said first, where there is a snapshot. */
    const say = () => {
      let text = "";
      if (kept.snapshot_) [text, said] = kept.say_(view.version_, queue);
      return text;
    };
    let mine: Socket | null | undefined;
    const failed = (error: unknown) => {
      // A link that was left is not heard any more, however late a part loads or a frame is inflated.
      if (mine == socket) {
        world.console.error(error);
        lose();
      }
    };
    /** A frame was not understood or applied, so the page shows no version that the server knows. */
    const misread = (error: unknown) => {
      if (mine == socket) {
        broken = 1;
        // What works and then fails again and again is tried more and more seldom, and in another way.
        if (++faults > 2) settled = false;
        world.setTimeout(() => faults--, 6e4);
      }
      failed(error);
    };
    /** Reads a frame; returns a promise when it has to wait. */
    const read = (text: string) => {
      if (mine == socket) {
        parts.watch?.heard_();
        const message: Down = JSON.parse(text);
        const missing = neededBy(message, text).filter((name) => !parts[name]);
        if (missing[0]) return Promise.all(missing.map(load)).then(() => mine == socket && receive(message, text));
        receive(message, text);
      }
    };
    const use = (made: Socket) => {
      mine = socket = made;
      (made as WebSocket).binaryType = "arraybuffer";
      made.onmessage = readFrames(world, read, misread);
      made.onopen = () => {
        const first = say();
        if (first) made.send(first);
      };
      made.onclose = ({ code }) => lose(code);
    };
    load("watch").then(() => mine == socket && (live ? parts.watch!.begin_!(host.config_, 0) : parts.watch!.ask_())).catch(
      () => {/* It is tried with the next link. */},
    );
    try {
      if (method == "sse" || method == "http") {
        const name = method;
        // In its place meanwhile: nobody is to open another one.
        use({ close() {} } as Socket);
        load("fallback").then(() => parts.fallback!.open_(name, address, say, (made) => mine == socket ? use(made) : made.close())).catch(
          failed,
        );
      } // Relative URLs, and those of HTTP, are newer than WebSockets.
      else use(new world.WebSocket(new URL(address(), element.baseURI).href.replace(/^http/, "ws")) as Socket);
    } catch (error) {
      // A policy forbids it, or the browser: another way may be open.
      failed(error);
    }
  };

  const host: Linked = {
    world_: world,
    element_: element,
    internals_: internals,
    root_: element,
    end_: element,
    formed_: {},
    config_: {},
    tell_: tellFact,
    queue_: queue,
    kept_: kept,
    open_: open,
    stop_: stop,
    show_: show,
    // Nothing is said twice where links are requests: each of them has an answer.
    probe_: () => live && !socket!.alone_ && (socket!.send("0"), true),
    lose_: lose,
    turnedAway_: 0,
  };

  return (formed, value) => {
    if (formed) {
      host.formed_[formed] = value;
      if (formed == "reset") parts.input?.reset_();
      return parts.form?.hear_(formed, value);
    }
    const wanted = element.isConnected && element.getAttribute("route") || "";
    if (wanted != route) {
      route = wanted;
      away = false;
      // It has left, and begins anew; what happens to it meanwhile is not known.
      kept.cover_();
      broken = 1;
      attempts = host.turnedAway_ = 0;
      stop();
      first();
    }
  };
}
