/**
 * Server-sent events down and POSTs up, with the interface of a WebSocket, for networks that no WebSocket gets through. One POST at a time, so that
 * messages arrive in order; when one fails the whole link is lost, and the next one sends again what was not acknowledged.
 */
import { type Host, unanswered } from "./part.ts";
import type { World } from "./world.ts";

/** What a link needs of a socket. */
export interface Socket {
  /** It is one request after another: there is nothing to probe. */
  readonly alone_?: 1;
  onopen: ((event: Event) => void) | null;
  /** May return a promise, when the message has to wait. */
  onmessage: ((event: MessageEvent) => unknown) | null;
  onclose: ((event: { readonly code?: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/**
 * How many streams all pages of an origin may hold open over HTTP/1.1. A browser opens six connections to a host, for all of its tabs together: two
 * stay free for clicks and for pages.
 */
const mostStreams = 4;
/** How many each page holds, for browsers that count for a page alone: locks need a secure context. */
const held = new WeakMap<World, number>();

/** Takes one of the places for a stream; returns what gives it back, or nothing where all are taken. */
async function takePlace(world: World): Promise<(() => void) | undefined> {
  const { navigator, performance } = world;
  const [page] = performance?.getEntriesByType("navigation") as PerformanceNavigationTiming[] ?? [];
  // Later versions of HTTP share one connection.
  if (/^h[23]/.test(page?.nextHopProtocol ?? "")) return () => {};
  const count = (more: number) => held.set(world, (held.get(world) ?? 0) + more).get(world)!;
  if (count(1) > mostStreams) return void count(-1);
  for (let i = 0; i < mostStreams; i++) {
    const leave = await new Promise<(() => void) | undefined>((resolve) => {
      const take = (unlock?: () => void) =>
        resolve(() => {
          count(-1);
          unlock?.();
        });
      try {
        navigator.locks.request(`nacre-stream-${i}`, { ifAvailable: true }, (lock) => lock ? new Promise<void>(take) : resolve(undefined))
          .catch(() => take());
      } catch {
        take();
      }
    });
    if (leave) return leave;
  }
  count(-1);
}

/** Returns what opens the streams of one element, one after the other. It opens nothing where too many are open already. */
export function openStreams(host: Host): (address: () => string) => Promise<Socket | undefined> {
  const { world_: world } = host;
  /** The last link was lost because a request had no answer: over HTTP/1.1 it may have waited for a connection that streams hold. */
  let isCrowded = false;
  return async (address) => {
    const leave = !isCrowded && await takePlace(world);
    isCrowded = false;
    if (!leave) return;
    const url = `${address()}&link=${world.crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
    const waiting: string[] = [];
    let sent = 0;
    let isPosting = false;
    const post = async () => {
      if (isPosting || !waiting.length || !socket.onclose) return;
      isPosting = true;
      let body = `${sent}`;
      for (; waiting.length && body.length < 1e5; sent++) body += `\n${waiting.shift()}`;
      const { signal } = host.request_ = new world.AbortController();
      try {
        isPosting = !(await world.fetch(url, { method: "POST", body, signal })).ok;
      } catch { /* It stays as it is. */ }
      isCrowded = signal.reason == unanswered;
      if (!socket.onclose) return;
      host.request_ = undefined;
      if (isPosting) socket.onclose({});
      else post();
    };
    let source: EventSource;
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send(message) {
        waiting.push(message);
        // Messages of one task go in one POST.
        Promise.resolve().then(post);
      },
      close() {
        leave();
        source.close();
      },
    };
    try {
      source = new world.EventSource(url);
    } catch (error) {
      leave();
      throw error;
    }
    source.onopen = (event) => socket.onopen?.(event);
    source.onmessage = (event) => socket.onmessage?.(event);
    source.onerror = () => socket.onclose?.({});
    source.addEventListener("close", ({ data }) => socket.onclose?.({ code: JSON.parse(data)[0] }));
    return socket;
  };
}
