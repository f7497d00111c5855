/** A process of a test's client that is reached by a real socket. */
import { inflateRawSync } from "node:zlib";
import type { Connection } from "../runtime/app/connection.ts";
import type { Link } from "../runtime/app/member.ts";

/** What a client connects to. */
export class SocketProcess {
  /** Of the last link. */
  socket!: WebSocket;

  /** `url` is that of the route, without a query. */
  constructor(readonly url: string) {}

  /** Opens a socket as a link; what is said before it is open waits. */
  connect(link: Link): Connection {
    const socket = this.socket = new WebSocket(`${this.url}?nacre=${link.resume}`);
    const waiting: (string | Uint8Array)[] = [];
    const say = (message: string | Uint8Array) => socket.send(message as string | Uint8Array<ArrayBuffer>);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => waiting.splice(0).forEach(say);
    socket.onmessage = ({ data }) => link.send(typeof data === "string" ? data : inflateRawSync(data).toString());
    socket.onclose = ({ code }) => link.close(code);
    return {
      receive(message) {
        if (socket.readyState === WebSocket.CONNECTING) waiting.push(message);
        else say(message);
        return "taken";
      },
      disconnect: () => socket.close(),
    };
  }
}
