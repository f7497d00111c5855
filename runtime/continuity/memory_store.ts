/** A store in the memory of one process: for tests, for development, and where a server is one process. It never grows beyond its bound. */
import type { Store, Stored } from "./store.ts";

/** What is kept, and until when. */
interface Kept extends Stored {
  readonly until: number;
}

/**
 * Makes a store that lives as long as the process.
 *
 * `most` is the most values (10,000 by default): beyond it those that have expired go first, then those that were saved longest ago. `now`
 * is the clock, in milliseconds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryStore } from "@nacre/nacre";
 *
 * const store = memoryStore({ most: 1_000 });
 * await store.set("key", new Uint8Array([1, 2]), 0, 60_000);
 * assertEquals(await store.get("key"), { value: new Uint8Array([1, 2]), epoch: 0 });
 * ```
 */
export function memoryStore({ most = 10_000, now = Date.now }: { readonly most?: number; readonly now?: () => number } = {}): Store {
  /** The one that was saved longest ago first. */
  const all = new Map<string, Kept>();
  /** Nothing expires before: until then looking through all for what has expired would find nothing. */
  let firstUntil = Infinity;

  const find = (key: string): Kept | undefined => {
    const kept = all.get(key);
    if (kept && kept.until > now()) return kept;
    all.delete(key);
    return undefined;
  };

  const makeRoom = (): void => {
    if (all.size <= most) return;
    const time = now();
    if (firstUntil <= time) {
      firstUntil = Infinity;
      for (const [key, { until }] of all) {
        if (until <= time) all.delete(key);
        else firstUntil = Math.min(firstUntil, until);
      }
    }
    for (const key of all.keys()) {
      if (all.size <= most) break;
      all.delete(key);
    }
  };

  return {
    async get(key) {
      const kept = find(key);
      return kept && copy(kept);
    },
    async take(key) {
      const kept = find(key);
      if (!kept) return undefined;
      const taken = { ...kept, epoch: kept.epoch + 1 };
      all.set(key, taken);
      return copy(taken);
    },
    async set(key, value, epoch, ms) {
      if (epoch !== (find(key)?.epoch ?? 0)) return false;
      const until = now() + ms;
      all.delete(key);
      all.set(key, { value: value.slice(), epoch, until });
      firstUntil = Math.min(firstUntil, until);
      makeRoom();
      return true;
    },
    async delete(key, epoch) {
      if (find(key)?.epoch === epoch) all.delete(key);
    },
  };
}

function copy({ value, epoch }: Kept): Stored {
  return { value: value.slice(), epoch };
}
