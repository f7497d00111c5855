/** A WebSocket of Deno as a link of a runtime. It decides nothing: who may open one is settled before. */
import { closeCodes, type Link } from "../app/member.ts";
import type { Connection } from "../app/connection.ts";
import { deflate } from "./deflate.ts";

/** How long an upgraded socket may take to open: it opens at once, or the response never reached Deno. */
const openMs = 5_000;
/**
 * What may wait to be read by a client, in bytes, whatever it is: Deno keeps all of it in memory, without a limit of its own. Patches
 * stop far below it (`slow.ts`).
 */
export const mostUnsent = 16 * 1024 * 1024;
/** After so much was sent it is looked at again what waits: asking Deno for each of thousands of messages costs. */
const unwatched = 65_536;
/** The longest reason of a close frame, in bytes; ours are short and ASCII. */
export const longestReason = 123;

/** What a socket is connected to. */
export interface SocketEnds<User> {
  readonly user: User;
  /** Called when the socket is open. */
  connect(link: Link<User>): Connection;
  /** Called once when it is over, opened or not. */
  ended(): void;
  onError(error: unknown, where: string): void;
}

/**
 * Upgrades a request, and connects the socket when it opens.
 *
 * @throws {TypeError} when the request is no handshake of a WebSocket. Nothing may throw after the upgrade: without its response
 * Deno stops listening.
 */
export function upgrade<User>(request: Request, ends: SocketEnds<User>): Response {
  const resume = new URL(request.url).searchParams.get("nacre") ?? "";
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  let connection: Connection | undefined;
  let isOver = false;
  // As the socket says it itself, which is slow to ask in a room of thousands.
  let isOpen = false;
  let sent = 0;
  let waits = 0;
  const over = () => {
    // A socket that got no pong closes twice.
    if (isOver) return;
    isOver = true;
    isOpen = false;
    clearTimeout(opening);
    connection?.disconnect();
    ends.ended();
  };
  const opening = setTimeout(() => {
    over();
    ends.onError(
      new Error(
        "A WebSocket was upgraded and never opened: the request was rewritten on its way (as Hono's mount does), or the response was not " +
          "returned. Give the original request: app.get(path, (c) => live(c.req.raw)), or mount(path, live, { replaceRequest: (r) => r })",
      ),
      "upgrade",
    );
  }, openMs);
  Deno.unrefTimer(opening);
  const link: Link<User> = {
    user: ends.user,
    resume,
    send: (message) => {
      if (!isOpen) return;
      sent += message.length;
      if (link.backlog!() > mostUnsent) return link.close(closeCodes.tooSlow, "too slow");
      socket.send(message as string | Uint8Array<ArrayBuffer>);
    },
    backlog() {
      // Where nothing waited, little waits that was sent since.
      if (waits === 0 && sent <= unwatched) return 0;
      sent = 0;
      return waits = socket.bufferedAmount;
    },
    deflate,
    close(code, reason = "") {
      // The far end need never answer the close, and the socket's own end comes only then.
      over();
      socket.close(code, reason.slice(0, longestReason));
    },
  };
  socket.onopen = () => {
    clearTimeout(opening);
    isOpen = !isOver;
    if (!isOver) connection = ends.connect(link);
  };
  // An exception here would end the process: receive never throws, and is the only call.
  socket.onmessage = ({ data }) => void connection?.receive(typeof data === "string" ? data : new Uint8Array(data));
  socket.onclose = over;
  socket.onerror = over;
  return response;
}
