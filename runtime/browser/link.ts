/**
 * The socket of one element: it connects, reconnects, and keeps every event until the server has dealt with it. It never lets
 * a message that it does not understand, or a patch that fails, stand: it starts again with a fresh mount.
 */
import type { Down, Refusal } from "../wire/message.ts";
import type { Entry } from "./event.ts";
import { createView } from "./view.ts";
import type { World } from "./world.ts";

/** What an element says of its link. */
export type Status = "connecting" | "live" | "offline";

/** Links an element; what it answers has to be called when the element is somewhere else or its route another. */
export function createLink(world: World, element: HTMLElement): () => void {
  const client = world.crypto.getRandomValues(new Uint32Array(4)).join("-");
  let epoch = "";
  /** The version that the server knows to be on the page. */
  let told = 0;
  /** Events that are not dealt with: the number of the first is one higher than the number of those that are. */
  let queue: Entry[] = [];
  let done = 0;
  /** How many of the queue this socket has sent. */
  let sent = 0;
  let socket: WebSocket | undefined;
  let live = false;
  /** The server has said that it cannot read what came after the last event it took. */
  let unreadable = false;
  let route = "";
  let attempts = 0;
  let retry = 0;

  const dispatch = (name: string, detail: unknown) =>
    element.dispatchEvent(new world.CustomEvent(name, { detail, bubbles: true, composed: true }));

  const show = (status: Status) => {
    if (element.getAttribute("status") != status) {
      element.setAttribute("status", status);
      dispatch("nacre:status", status);
    }
  };

  const refuse = (event: number, reason: Refusal, entry?: Entry) => {
    entry?.free_();
    dispatch("nacre:refused", { event, reason });
  };

  const acknowledge = (count: number) => {
    while (count-- > 0) {
      queue.shift()!.free_();
      done++;
      if (sent) sent--;
    }
  };

  const view = createView(world, element, (entry) => {
    if (queue.length > 511) refuse(done + queue.length + 1, "version", entry);
    else {
      queue.push(entry);
      flush();
    }
  });

  const flush = () => {
    while (live && sent < queue.length) {
      const { seen_: seen, text_: text } = queue[sent++]!;
      socket!.send(`[${seen - told},${text}`);
      told = Math.max(told, seen);
    }
  };

  /** Says which version is on the page. */
  const tell = () => {
    const untold = view.version_ - told;
    if (live && untold) socket!.send(untold + "");
    told += untold;
  };

  const receive = (message: Down) => {
    if (typeof message == "number") acknowledge(message);
    else if (message[0] == "mount") {
      const [, name, version, last, definitions, value] = message;
      if (name == epoch) {
        acknowledge(last - done);
        if (unreadable && queue[0]) refuse(last + 1, "payload", queue.shift());
      } else {
        live = false;
        view.flush_();
        for (const entry of queue) refuse(++done, "epoch", entry);
        queue = [];
        done = last;
        sent = 0;
      }
      unreadable = false;
      epoch = name;
      told = view.version_ = version;
      view.mount(definitions, value);
      attempts = 0;
      live = true;
      show("live");
      flush();
    } else if (message[0] == "refused") refuse(message[1], message[2]);
    else if (message[0] == "emit") dispatch(message[1], message[2]);
    else {
      if (!live || !(message[0] >= 0)) throw Error();
      view.patch(message[1], message[2]);
      const untold = ++view.version_ - told;
      if (untold > 15) tell();
      else if (untold == 1) world.setTimeout(tell, 1000);
      acknowledge(message[0]);
    }
  };

  const stop = () => {
    world.clearTimeout(retry);
    live = false;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
      socket = undefined;
    }
  };

  const lose = () => {
    stop();
    show("offline");
    world.addEventListener("online", open, { once: true });
    retry = world.setTimeout(open, Math.min(30_000, 500 * 2 ** attempts++) * (1 + world.Math.random()) / 2);
  };

  const open = () => {
    if (socket || !route) return;
    world.clearTimeout(retry);
    show("connecting");
    const url = new world.URL(route, world.document.baseURI);
    url.searchParams.append("nacre", client + (epoch && "." + epoch));
    socket = new world.WebSocket((url + "").replace("http", "ws"));
    sent = 0;
    socket.onmessage = ({ data }) => {
      try {
        receive(JSON.parse(data));
      } catch (error) {
        world.console.error(error);
        lose();
      }
    };
    socket.onclose = ({ code }) => {
      unreadable = code == 4400 || code == 4413;
      lose();
    };
  };

  return () => {
    const wanted = element.isConnected && element.getAttribute("route") || "";
    if (wanted != route) {
      route = wanted;
      attempts = 0;
      stop();
      if (route) open();
      else show("offline");
    }
  };
}
