/**
 * Plain requests in the place of a link, with the interface of a WebSocket: each POST sends the snapshot and all that was said since, and its response
 * has what a link would have received. One at a time; a request that fails is a lost link, and the next one says the same again.
 */
import { durationOf } from "./duration.ts";
import type { Host } from "./part.ts";
import type { Socket } from "./sse.ts";

/** Opens such a link. `say` returns what there is to say at the moment. */
export function openRequests(host: Host, address: () => string, say: () => string): Socket {
  const { world_: world } = host;
  let isBusy = true;
  let hasMore = false;
  let timer: number;
  const post = async () => {
    world.clearTimeout(timer);
    hasMore = false;
    isBusy = true;
    const { signal } = host.request_ = new world.AbortController();
    try {
      const response = await world.fetch(address(), { method: "POST", body: say(), signal });
      const text = await response.text();
      if (!socket.onclose) return;
      host.request_ = undefined;
      // Something else may have answered: a proxy, or a network that asks people to sign in, with 200 and a page of its own.
      if (!response.ok || text[0] != "[") {
        return socket.onclose({ code: text[0] == "[" ? JSON.parse(text)[0] : 0 });
      }
      let reading: unknown;
      for (const data of text.split("\n")) reading = socket.onmessage?.({ data } as MessageEvent);
      // The next request acknowledges all of these messages: the last one is the snapshot.
      await reading;
      isBusy = false;
      const ms = durationOf(host.element_, "poll");
      if (!socket.onclose) return;
      if (hasMore) post();
      else if (ms) timer = world.setTimeout(post, ms);
    } catch {
      socket.onclose?.({});
    }
  };
  const socket: Socket = {
    alone_: 1,
    onopen: null,
    onmessage: null,
    onclose: null,
    // It is said with the rest.
    send() {
      hasMore = true;
      // Messages of one task go in one POST.
      Promise.resolve().then(() => {
        if (!isBusy && hasMore) post();
      });
    },
    close: () => world.clearTimeout(timer),
  };
  Promise.resolve().then(post);
  return socket;
}
