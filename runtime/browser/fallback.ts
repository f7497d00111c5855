/**
 * Links without a WebSocket, for networks that none gets through: server-sent events, then plain requests. Whoever needs the one often needs the
 * other, so both are one part.
 */
import { openRequests } from "./http.ts";
import type { Host, Part } from "./part.ts";
import { openStreams, type Socket } from "./sse.ts";

/** Opens such links. */
export interface Fallback extends Part {
  /** `say` returns what there is to say at the moment. Where too many streams are open already, requests take the place of one. */
  open_(method: "sse" | "http", address: () => string, say: () => string): Promise<Socket>;
}

/** Makes the part. */
export function openFallback(host: Host): Fallback {
  const openStream = openStreams(host);
  return {
    open_: async (method, address, say) => method == "sse" && await openStream(address) || openRequests(host, address, say),
  };
}
