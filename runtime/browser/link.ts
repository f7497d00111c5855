/**
 * The socket of one element: it connects, reconnects, and keeps every event until the server has dealt with it. It never lets
 * a message that it cannot read, or a patch that fails, stand: it starts again with a fresh mount.
 */
import type { AnyRefusal, Change, Definition, Down, Value } from "../wire/message.ts";
import type { Entry } from "./event.ts";
import { createStream, type Socket } from "./sse.ts";
import { createView } from "./view.ts";
import type { World } from "./world.ts";

/** What an element says of its link. */
export type Status = "connecting" | "live" | "offline";

type Mount = Extract<Down, ["mount", ...unknown[]]> extends [unknown, ...infer Rest] ? Rest : never;

/** Links an element; what it answers has to be called when the element is somewhere else or its route another. */
export function createLink(world: World, element: HTMLElement): () => void {
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
  /** What has to be read before a frame that comes now: it waits for something to be inflated. */
  let reading: Promise<unknown> | undefined;
  let live = false;
  let route = "";
  let attempts = 0;
  /** Whether it uses server-sent events; settled when a link of the kind has worked. */
  let streams: unknown;
  let settled = false;

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

  const view = createView(world, element, (entry) => {
    // What the server would not take must not be sent: it would come again with every new link.
    if (queue.length > 511 || entry.text_.length > 65_000) {
      view.free_(entry);
      refuse(done + queue.length + 1, "limit");
    } else {
      queue.push(entry);
      flush();
    }
  });

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

  const receive = (message: Down) => {
    const [kind, ...rest] = message;
    if (kind == "mount") {
      const [name, version, last, definitions, value] = rest as Mount;
      if (name == epoch) acknowledge(last - done);
      else {
        live = false;
        view.flush_();
        // The inputs that they would free are gone.
        while (queue.shift()) refuse(++done, "epoch");
        done = last;
      }
      // A mount is the first message of a link: nothing was sent on it.
      sent = 0;
      epoch = name;
      told = view.version_ = version;
      view.mount(definitions, value);
      attempts = 0;
      settled = live = true;
      show("live");
      flush();
    } else if (kind == "emit") dispatch(...rest as [name: string, detail: unknown]);
    else {
      if (rest.length) {
        const [patch, fresh, skipped = 0] = rest as [Value | Change, Definition[]?, number?];
        view.patch(patch, fresh);
        const before = view.version_ - told;
        view.version_ += 1 + skipped;
        if (before > 14) tell();
        else if (!before) world.setTimeout(tell, 1000);
      }
      acknowledge(kind);
    }
  };

  const stop = () => {
    live = false;
    reading = undefined;
    // Nothing that it still has to say is heard.
    if (socket) socket = socket.onmessage = socket.onclose = socket.close() as unknown as null;
  };

  const lose = () => {
    stop();
    show("offline");
    world.addEventListener("online", open);
    world.setTimeout(open, 250 * 2 ** Math.min(6, attempts++) * (1 + world.Math.random()));
  };

  const open = () => {
    world.removeEventListener("online", open);
    if (socket || !route) return;
    show("connecting");
    const method = element.getAttribute("method");
    // Where two sockets have come to nothing, the next two links are streams.
    if (method || !settled) streams = method ? method == "sse" : attempts & 2;
    const url = route + (route.includes("?") ? "&nacre=" : "?nacre=") + [client, epoch, done].join(".");
    const mine: Socket = socket = streams ? createStream(world, url) : new world.WebSocket(url) as Socket;
    const fail = (error: unknown) => {
      // Of a link that was left nothing is heard, however late it is inflated.
      if (mine != socket) return;
      world.console.error(error);
      lose();
    };
    const read = (text: string) => {
      try {
        if (mine == socket) receive(JSON.parse(text));
      } catch (error) {
        fail(error);
      }
    };
    (socket as WebSocket).binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const text = data.byteLength
        ? new world.Response(new world.Response(data).body!.pipeThrough(new world.DecompressionStream("deflate-raw"))).text()
        : data;
      // A small frame waits for the large ones before it, and for nothing else.
      if (text == data && !reading) read(data);
      else {
        const turn = reading = Promise.all([text, reading]).then(([text]) => {
          if (turn == reading) reading = undefined;
          read(text);
        }).catch(fail);
      }
    };
    socket.onclose = lose;
  };

  return () => {
    const wanted = element.isConnected && element.getAttribute("route") || "";
    if (wanted != route) {
      route = wanted;
      stop();
      open();
    }
  };
}
