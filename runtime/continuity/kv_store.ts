/**
 * A store in Deno KV: shared by all processes that open the same database. It never shows half of a value: a large one is written in parts
 * under a name of its own first, and only then the one entry that names them is changed.
 */
import type { Store } from "./store.ts";

/** What is used of `Deno.Kv`, so that types need no unstable API. `Deno.openKv` does: run with `--unstable-kv`. */
export interface Kv {
  get(key: KvKey): Promise<KvEntry>;
  set(key: KvKey, value: unknown, options: { expireIn: number }): Promise<unknown>;
  delete(key: KvKey): Promise<void>;
  atomic(): KvAtomic;
}

/** What is used of `Deno.AtomicOperation`. */
export interface KvAtomic {
  check(entry: { key: KvKey; versionstamp: string | null }): KvAtomic;
  set(key: KvKey, value: unknown, options: { expireIn: number }): KvAtomic;
  delete(key: KvKey): KvAtomic;
  commit(): Promise<{ ok: boolean }>;
}

type KvKey = readonly (string | number)[];

interface KvEntry {
  readonly value: unknown;
  readonly versionstamp: string | null;
}

/** The one entry of a key. KV deletes what has expired when it gets round to it, so `until` counts. */
interface Head {
  readonly epoch: number;
  readonly until: number;
  readonly body: Uint8Array | Parts;
}

/** A value that is too large for one entry. */
interface Parts {
  readonly name: string;
  readonly count: number;
}

/** An entry of KV has 65,536 bytes at most, what the engine writes around a value included. */
const partBytes = 60_000;
/** Parts outlive the entry that names them: there is nothing worse than an entry whose parts are gone. */
const partsLongerMs = 60_000;
/** A few seconds in all. Three processes that write one key without a pause took up to 23 tries. */
const mostTries = 100;
const longestPauseMs = 64;

/** What `persist` is told by work that must be done again, since another was faster. */
const again = /* @__PURE__ */ Symbol("again");

/**
 * Makes a store of a database of Deno KV. It is the caller's: this never closes it.
 *
 * `prefix` is what all keys begin with (`["nacre"]` by default), `now` the clock, in milliseconds since 1970: it is compared between processes.
 * Keys are at most about 2,000 bytes. It rejects with KV's error when the database stays locked for some seconds.
 * (`Deno.openKv` itself does not wait: where several processes open one new file at once it may throw `database is locked`.)
 *
 * @example A server that keeps what it needs in KV
 * ```ts
 * /// <reference lib="deno.unstable" />
 * import { kvStore, type Store } from "@nacre/nacre";
 *
 * async function open(): Promise<Store> {
 *   // With --unstable-kv, or `"unstable": ["kv"]` in deno.json.
 *   return kvStore(await Deno.openKv(), { prefix: ["my app"] });
 * }
 * ```
 */
export function kvStore(
  kv: Kv,
  { prefix = ["nacre"], now = Date.now }: { readonly prefix?: readonly string[]; readonly now?: () => number } = {},
): Store {
  const headKey = (key: string): KvKey => [...prefix, key];
  const partKey = (key: string, { name }: Parts, index: number): KvKey => [...prefix, key, name, index];

  const look = async (key: string) => {
    const { value, versionstamp } = await kv.get(headKey(key));
    const head = parseHead(value);
    return { versionstamp, head, live: head && head.until > now() ? head : undefined };
  };

  const write = async (key: string, value: Uint8Array, ms: number): Promise<Uint8Array | Parts> => {
    if (value.length <= partBytes) return value;
    const parts = { name: crypto.randomUUID(), count: Math.ceil(value.length / partBytes) };
    for (let index = 0; index < parts.count; index++) {
      const part = value.slice(index * partBytes, (index + 1) * partBytes);
      await persist(() => kv.set(partKey(key, parts, index), part, { expireIn: ms + partsLongerMs }));
    }
    return parts;
  };

  /** Undefined when a part is not there: what is looked at has just been replaced. */
  const read = async (key: string, body: Uint8Array | Parts): Promise<Uint8Array | undefined> => {
    if (body instanceof Uint8Array) return body;
    const values = await Promise.all(Array.from({ length: body.count }, (_, index) => kv.get(partKey(key, body, index))));
    const parts = values.map(({ value }) => value).filter((value) => value instanceof Uint8Array);
    if (parts.length < body.count) return undefined;
    return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  };

  const forget = async (key: string, body: Uint8Array | Parts | undefined): Promise<void> => {
    if (!body || body instanceof Uint8Array) return;
    for (let index = 0; index < body.count; index++) await persist(() => kv.delete(partKey(key, body, index)));
  };

  return {
    get: (key) =>
      persist(async () => {
        const { live } = await look(key);
        const value = live && await read(key, live.body);
        return live && (value ? { value, epoch: live.epoch } : again);
      }),
    take: (key) =>
      persist(async () => {
        const { versionstamp, live } = await look(key);
        const value = live && await read(key, live.body);
        if (!live || !value) return live && again;
        const epoch = live.epoch + 1;
        const expireIn = wholeMs(live.until - now());
        const { ok } = await kv.atomic()
          .check({ key: headKey(key), versionstamp })
          .set(headKey(key), { ...live, epoch }, { expireIn })
          .commit();
        return ok ? { value, epoch } : again;
      }),
    async set(key, value, epoch, ms) {
      const expireIn = wholeMs(ms);
      // As it is now, whatever becomes of it while KV is asked; and without the rest of its buffer, which KV would write as well.
      const whole = value.slice();
      // An owner of before is told so without writing a large value in vain.
      const { live } = await persist(() => look(key));
      if (epoch !== (live?.epoch ?? 0)) return false;

      const body = await write(key, whole, expireIn);
      const { kept, before } = await persist(async () => {
        const { versionstamp, head, live } = await look(key);
        if (epoch !== (live?.epoch ?? 0)) return { kept: false, before: head?.body };
        const { ok } = await kv.atomic()
          .check({ key: headKey(key), versionstamp })
          .set(headKey(key), { epoch, until: now() + ms, body } satisfies Head, { expireIn })
          .commit();
        return ok ? { kept: true, before: head?.body } : again;
      });
      await forget(key, kept ? before : body);
      return kept;
    },
    async delete(key, epoch) {
      const deleted = await persist(async () => {
        const { versionstamp, live } = await look(key);
        if (live?.epoch !== epoch) return undefined;
        const { ok } = await kv.atomic().check({ key: headKey(key), versionstamp }).delete(headKey(key)).commit();
        return ok ? live.body : again;
      });
      await forget(key, deleted);
    },
  };
}

/**
 * Does the work until it is done. A local database is SQLite, which tells all but one of the processes that write at a time `database is
 * locked`, and KV passes that on instead of waiting.
 */
async function persist<T>(work: () => Promise<T | typeof again>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      const done = await work();
      if (done !== again) return done;
      if (tries >= mostTries) throw new Error("Cannot get at an entry of KV: others change it all the time, or its parts are gone");
    } catch (error) {
      const isLocked = error instanceof Error && error.message.includes("database is locked");
      if (!isLocked || tries >= mostTries) throw error;
    }
    // By chance, so that those who were told at the same time do not come back at the same time.
    const pause = Math.random() * Math.min(2 ** tries, longestPauseMs);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** What KV takes for a time. */
function wholeMs(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}

/** What is under a key may be another version's, or somebody else's: then it is nothing. */
function parseHead(value: unknown): Head | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { epoch, until, body } = value as Partial<Record<keyof Head, unknown>>;
  if (typeof epoch !== "number" || typeof until !== "number" || typeof body !== "object" || body === null) return undefined;
  if (body instanceof Uint8Array) return { epoch, until, body };
  const { name, count } = body as Partial<Record<keyof Parts, unknown>>;
  return typeof name === "string" && typeof count === "number" ? { epoch, until, body: { name, count } } : undefined;
}
