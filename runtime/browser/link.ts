/**
 * The socket of one element: it connects, reconnects, and keeps every event until the server has dealt with it. It never lets
 * a message that it cannot read, or a patch that fails, stand: it starts again with a fresh mount.
 */
import type { AnyRefusal, Change, Config, Definition, Down, Value } from "../wire/message.ts";
import type { Painted } from "./adopt.ts";
import { type Entry, flush as flushWaiting } from "./event.ts";
import { watchFacts } from "./facts.ts";
import type { Host, Part } from "./part.ts";
import { type LoadPart, neededBy, type Parts } from "./parts.ts";
import type { Socket } from "./sse.ts";
import { createView } from "./view.ts";
import type { World } from "./world.ts";

/** What an element says of its link. */
export type Status = "connecting" | "live" | "offline" | "failed";

type Mount = Extract<Down, ["mount", ...unknown[]]> extends [unknown, ...infer Rest] ? Rest : never;
type Resume = Extract<Down, ["resume", ...unknown[]]> extends [unknown, ...infer Rest] ? Rest : never;

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
  /** How many of the queue this socket has sent. */
  let sent = 0;
  let socket: Socket | null | undefined;
  /** What has to be read before a frame that comes now: it waits for something to be inflated, or for a part to be loaded. */
  let reading: Promise<unknown> | undefined;
  let live = false;
  /** Sent away: until the route changes, or the element is put back. */
  let away = false;
  let route = "";
  let attempts = 0;
  /** Whether it uses server-sent events; settled when a link of the kind has worked. */
  let streams: unknown;
  let settled = false;
  /** What the page was painted with has been looked at. */
  let begun = false;
  /** The painted page that was taken over, until there is a link: its `snapshot` is what the server goes on from. */
  let painted: Painted | undefined;

  const dispatch = (name: string, detail: unknown) =>
    element.dispatchEvent(new world.CustomEvent(name, { detail, bubbles: true, composed: true }));

  const show = (status: Status) => {
    element.setAttribute("status", status);
    dispatch("nacre:status", status);
  };

  const refuse = (event: number, reason: AnyRefusal) => dispatch("nacre:refused", { event, reason });

  const acknowledge = (count: number) => {
    while (count-- > 0) {
      view.free_(queue.shift()!);
      done++;
      sent--;
    }
  };

  const push = (entry: Entry) => {
    // What the server would not take must not be sent: it would come again with every new link.
    if (queue.length > 511 || entry.text_.length > 65_000) {
      view.free_(entry);
      refuse(done + queue.length + 1, "limit");
    } else {
      queue.push(entry);
      flush();
    }
  };

  const tellFact = (text: string) => {
    // What waits happened before.
    flushWaiting(view);
    view.send_({ seen_: view.version_, text_: text });
  };
  const facts = watchFacts(world, element, tellFact);
  const host: Host = { world, element, internals, root: element, end: element, formed: {}, config: {}, tell: tellFact };
  let view = createView(world, element, push);
  /** Where it ends: where it is. */
  let end: Node = element;
  const parts: Parts = {};
  const load = (name: keyof Parts) => loadPart(name).then(({ create }) => (parts as Record<string, Part>)[name] ??= create(host));
  const eachPart = (tell: (part: Part) => void) => Object.values<Part>(parts).forEach(tell);

  const flush = () => {
    while (live && sent < queue.length) {
      const { seen_: seen, text_: text } = queue[sent++]!;
      socket!.send(`[${seen - told},${text}`);
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

  const fail = (error: unknown) => {
    world.console.error(error);
    lose();
  };

  const patch = ([change, fresh, skipped = 0]: unknown[]) => {
    if (change !== undefined) {
      view.patch(change as Value | Change, fresh as Definition[]);
      const before = view.version_ - told;
      view.version_ += 1 + (skipped as number);
      if (before > 14) tell();
      else if (!before) world.setTimeout(tell, 1000);
    }
  };

  const receive = (message: Down) => {
    const [kind, ...rest] = message;
    if (kind == "mount" || kind == "resume") {
      const [name, version, last, ...shown] = rest as Mount | Resume;
      const isMount = kind == "mount";
      const isOther = name != epoch;
      // Who goes on with what is on the page was told by it; but of a page that was painted nobody knew.
      const anew = isMount ? isOther : !epoch;
      const wanted = (isMount ? shown[2] : host.config) as Config || {};
      // In the middle of a link the server waits for this: what is on its way was seen in an epoch that has ended.
      if (live && isOther) socket!.send(JSON.stringify(name));
      live = false;
      // The elements that it happened to are about to go.
      if (isMount) flushWaiting(view);
      if (!isMount || !isOther) acknowledge(last - done);
      else {
        // The inputs that they would free are gone.
        for (const { target_: target } of queue.splice(0)) {
          done++;
          // What is no event is told again.
          if (target) refuse(done, "epoch");
        }
        done = last;
      }
      // Nothing was sent on this link, or nothing of it is heard.
      sent = 0;
      epoch = name;
      told = view.version_ = version;
      // What is in the view may ask for a context at once.
      host.config = wanted;
      eachPart((part) => part.begin?.(wanted, anew));
      if (end != host.end) {
        // What it has shown in the light DOM would be shown in a slot.
        if (settled) view.mount([], null);
        view = createView(world, host.root, push, end = host.end);
        view.version_ = version;
      }
      if (isMount) view.mount(...shown as [Definition[], Value]);
      attempts = 0;
      settled = live = true;
      show("live");
      flush();
      if (!isMount) patch(shown);
      facts.begin_(wanted, anew);
      if (!isMount) painted?.tell();
      painted = undefined;
    } else if (kind == "emit") dispatch(...rest as [name: string, detail: unknown]);
    else if (typeof kind == "string") { for (const name of neededBy(message)) (parts[name] as Part).take!(...message); }
    else {
      patch(rest);
      acknowledge(kind);
    }
  };

  const stop = () => {
    live = false;
    facts.end_();
    reading = undefined;
    eachPart((part) => part.end?.());
    // Nothing that it still has to say is heard.
    if (socket) socket = socket.onmessage = socket.onclose = socket.close() as unknown as null;
  };

  const lose = (code?: number) => {
    stop();
    show(code == 4500 ? "failed" : "offline");
    away = code == 4403;
    if (away) return;
    world.addEventListener("online", open);
    world.setTimeout(open, 250 * 2 ** Math.min(6, attempts++) * (1 + world.Math.random()));
  };

  /** Opens the first link when the element is complete, and what it was painted with is taken over. */
  const begin = (): unknown => {
    const { document } = world;
    const script = element.lastChild as HTMLScriptElement | null;
    if (begun || !route) return open();
    if (script?.type != "application/json") {
      // What is still being parsed may yet have it.
      if (document.readyState == "loading") return document.addEventListener("DOMContentLoaded", begin, { once: true });
      return open(begun = true);
    }
    begun = true;
    load("adopt").then(() => {
      if (!socket) painted = parts.adopt!.adopt(script, view.door_);
      // Whoever resumes says nothing of its config again.
      return painted && Promise.all(neededBy(["mount", "", 0, 0, [], null, host.config]).map(load));
    }).catch(world.console.error).then(() => open());
  };

  const open = (_?: unknown) => {
    world.removeEventListener("online", open);
    if (socket || away || !route) return;
    show("connecting");
    const method = element.getAttribute("method");
    // Where two sockets have come to nothing, the next two links are streams.
    if (method || !settled) streams = method ? method == "sse" : attempts & 2;
    const url = route + (route.includes("?") ? "&nacre=" : "?nacre=") + [client, epoch, done].join(".");
    let mine: Socket;
    const failed = (error: unknown) => {
      // Of a link that was left nothing is heard, however late it is inflated.
      if (mine == socket) fail(error);
    };
    /** Reads a frame; answers a promise when it has to be waited for. */
    const read = (text: string) => {
      if (mine == socket) {
        const message: Down = JSON.parse(text);
        const missing = neededBy(message).filter((name) => !parts[name]);
        if (missing[0]) return Promise.all(missing.map(load)).then(() => mine == socket && receive(message));
        receive(message);
      }
    };
    const use = (made: unknown) => {
      mine = socket = made as Socket;
      (mine as WebSocket).binaryType = "arraybuffer";
      mine.onmessage = ({ data }) => {
        const text = data.byteLength
          ? new world.Response(new world.Response(data).body!.pipeThrough(new world.DecompressionStream("deflate-raw"))).text()
          : data;
        try {
          // A small frame waits for what is before it and waits itself, and for nothing else.
          const turn = text != data || reading ? Promise.all([text, reading]).then(([text]) => read(text)) : read(text);
          if (turn) {
            const done = reading = turn.catch(failed).then(() => {
              if (done == reading) reading = undefined;
            });
          }
        } catch (error) {
          failed(error);
        }
      };
      mine.onclose = ({ code }) => lose(code);
    };
    if (streams) {
      // In its place meanwhile: nobody is to open another one.
      use({ close() {} });
      load("sse").then(() => mine == socket && use(parts.sse!.open(url))).catch(failed);
    } else use(new world.WebSocket(url));
  };

  return (formed, value) => {
    if (formed) {
      host.formed[formed] = value;
      return parts.form?.hear(formed, value);
    }
    const wanted = element.isConnected && element.getAttribute("route") || "";
    if (wanted != route) {
      route = wanted;
      away = false;
      stop();
      begin();
    }
  };
}
