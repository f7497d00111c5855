/**
 * Clients whose sessions a later version of the app has gone on with than a process has: during a deploy they find another process. It must not
 * send one away for ever: where the deploy was taken back, nobody else is there.
 */
import type { World } from "../world.ts";

/** How long a client looks for another process, in ms. */
const patienceMs = 60_000;
/** After so many ms of silence it has found one, and is here for another reason. */
const silenceMs = 120_000;
/** Clients that are remembered. */
const most = 10_000;

/** Those that have come to one process. */
export class Newer {
  readonly #world: World;
  /** When each came first and last, by name. */
  readonly #clients = new Map<string, readonly [first: number, last: number]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether a client that has come is to go elsewhere. */
  sends(client: string): boolean {
    const now = this.#world.now();
    const [first, last] = this.#clients.get(client) ?? [now, now];
    const began = now - last > silenceMs ? now : first;
    this.#clients.delete(client);
    if (now - began >= patienceMs) return false;
    this.#clients.set(client, [began, now]);
    if (this.#clients.size > most) {
      const [[longest]] = this.#clients as unknown as [[string]];
      this.#clients.delete(longest);
    }
    return true;
  }
}
