/**
 * Server-sent events down and POSTs up, with the face of a WebSocket, for where none gets through. One POST at a time, so that what is
 * said arrives in order; when one fails the whole link is lost, and the next one sends again what was not dealt with. A part of its own.
 */
import type { Host, Part } from "./part.ts";

/** What a link needs of a socket. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  /** May answer a promise, when what has come has to wait. */
  onmessage: ((event: MessageEvent) => unknown) | null;
  onclose: ((event: { readonly code?: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** What opens streams. */
export const openStreams = ({ world_: world }: Host): Part & { open_(address: () => string): Socket } => ({
  open_(address) {
    const url = `${address()}&link=${world.crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
    const waiting: string[] = [];
    let sent = 0;
    let posting = false;
    const post = async () => {
      if (posting || !waiting.length || !source.onclose) return;
      posting = true;
      let body = `${sent}`;
      for (; waiting.length && body.length < 1e5; sent++) body += `\n${waiting.shift()}`;
      try {
        posting = !(await world.fetch(url, { method: "POST", body })).ok;
      } catch { /* It stays as it is. */ }
      if (posting) source.onclose?.({});
      else post();
    };
    const source = Object.assign(new world.EventSource(url), {
      onclose: null as Socket["onclose"],
      send(message: string) {
        waiting.push(message);
        // What is said together goes together.
        Promise.resolve().then(post);
      },
    });
    source.onerror = () => source.onclose?.({});
    source.addEventListener("close", ({ data }) => source.onclose?.({ code: JSON.parse(data)[0] }));
    return source;
  },
});
