/**
 * Links without a WebSocket, for where none gets through: server-sent events, then plain requests. Who needs the one often needs the other, so
 * both are one part.
 */
import { openRequests } from "./http.ts";
import type { Host, Part } from "./part.ts";
import { openStreams, type Socket } from "./sse.ts";

/** What opens such links. */
export interface Fallback extends Part {
  /** `say` answers what there is to say at the moment. */
  open_(method: "sse" | "http", address: () => string, say: () => string): Socket;
}

/** Makes the part. */
export const openFallback = (host: Host): Fallback => ({
  open_: (method, address, say) => (method == "sse" ? openStreams : openRequests)(host).open_(address, say),
});
