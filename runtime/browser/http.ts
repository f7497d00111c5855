/**
 * Plain requests in place of a link, with the face of a WebSocket: each POST brings the snapshot and all that was said since, and its answer what
 * a link would have been sent. One at a time; what fails is the loss of the link, and the next one says the same again.
 */
import { durationOf } from "./duration.ts";
import type { Host, Part } from "./part.ts";
import type { Socket } from "./sse.ts";

/** What makes such links. `say` answers what there is to say at the moment. */
export const openRequests = (
  { world_: world, element_: element }: Host,
): Part & { open_(address: () => string, say: () => string): Socket } => ({
  open_(address, say) {
    let isBusy = true;
    let hasMore = false;
    let timer: number;
    const post = async () => {
      world.clearTimeout(timer);
      hasMore = false;
      isBusy = true;
      try {
        const response = await world.fetch(address(), { method: "POST", body: say() });
        const text = await response.text();
        // Something else may have answered: a proxy, or whoever signs people in to a network, with 200 and a page of its own.
        if (!response.ok || text[0] != "[") return socket.onclose?.({ code: text[0] == "[" ? JSON.parse(text)[0] : 0 });
        let reading: unknown;
        for (const data of text.split("\n")) reading = socket.onmessage?.({ data } as MessageEvent);
        // What is asked next is of all of it: the last message is the snapshot.
        await reading;
        isBusy = false;
        const ms = durationOf(element, "poll");
        if (!socket.onclose) return;
        if (hasMore) post();
        else if (ms) timer = world.setTimeout(post, ms);
      } catch {
        socket.onclose?.({});
      }
    };
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      // It is said with the rest.
      send() {
        hasMore = true;
        // What is said together goes together.
        Promise.resolve().then(() => {
          if (!isBusy && hasMore) post();
        });
      },
      close: () => world.clearTimeout(timer),
    };
    Promise.resolve().then(post);
    return socket;
  },
});
