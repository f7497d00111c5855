/**
 * Links without a WebSocket, for networks that none gets through: server-sent events, then plain requests. Whoever needs the one often needs the
 * other, so both are one part.
 */
import { openRequests } from "./http.ts";
import type { Host, Part } from "./part.ts";
import { openStreams, type Socket } from "./sse.ts";

/** Opens such links. */
export interface Fallback extends Part {
  /**
   * Opens one and gives it to `use`. `say` returns what there is to say at the moment. Where too many streams are open already, requests take the
   * place of one.
   */
  open_(method: "sse" | "http", address: () => string, say: () => string, use: (made: Socket) => void): Promise<void>;
}

/** Makes the part. */
export function openFallback(host: Host): Fallback {
  const openStream = openStreams(host);
  return {
    // Attached at once: the work may fail before anybody awaits the promise.
    open_: async (method, address, say, use) => use(method == "sse" && await openStream(address) || openRequests(host, address, say)),
  };
}
