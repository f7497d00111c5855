/**
 * A store: where a runtime keeps what it needs to go on in another process. It never lets two owners save in turns: whoever takes a value
 * over raises its epoch, and an owner of an epoch before can save no more.
 */

/** What a store keeps under a key. */
export interface Stored {
  /** A copy: changing it changes nothing in the store. */
  readonly value: Uint8Array;
  /** How often it was taken over since it was created. */
  readonly epoch: number;
}

/**
 * Where values are kept for some time, each with the epoch of its owner. `memoryStore` and `kvStore` are two; another must keep to the same.
 * Each method may reject when the store itself fails.
 *
 * @example An owner that was taken over saves no more
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryStore } from "@nacre/nacre";
 *
 * const store = memoryStore();
 * const value = new TextEncoder().encode("hello");
 * assertEquals(await store.set("anna", value, 0, 60_000), true);
 *
 * const taken = await store.take("anna");
 * assertEquals(taken, { value, epoch: 1 });
 * assertEquals(await store.set("anna", value, 0, 60_000), false);
 * ```
 */
export interface Store {
  /** What is kept under this key, with the epoch of its owner; undefined when there is nothing, or it has expired. It changes nothing. */
  get(key: string): Promise<Stored | undefined>;
  /**
   * Takes over what is kept: raises its epoch by one, in one step with reading it, so that an owner before can save no more. It lives as long
   * as it would have. Undefined as for `get`.
   */
  take(key: string): Promise<Stored | undefined>;
  /**
   * Keeps a value for `ms` milliseconds from now, in the place of the one before: all of it or, when this rejects, possibly nothing. Epoch 0
   * with nothing there creates it. False, and nothing changes, when `epoch` is not that of what is kept: another has taken it over; or it is
   * above 0 and nothing is kept: it has expired or was deleted.
   */
  set(key: string, value: Uint8Array, epoch: number, ms: number): Promise<boolean>;
  /** Forgets what is kept, if `epoch` is still its epoch. */
  delete(key: string, epoch: number): Promise<void>;
}
