/**
 * The store that all processes of a run share: slow, and now and then it fails, before it has done what was asked or after. It must never tell
 * a process that has ended anything.
 */
import { memoryStore } from "../../runtime/continuity/memory_store.ts";
import type { Store } from "../../runtime/continuity/store.ts";
import type { Stage } from "./stage.ts";

/** What a store rejects with in these runs. */
export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
}

/** One database. */
export class Database {
  /** How many of a hundred questions come to nothing. */
  failures = 0;
  readonly #stage: Stage;
  readonly #slowest: number;
  readonly #inner: Store;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#slowest = stage.random.pick([1, 20, 300]);
    this.#inner = memoryStore({ now: () => stage.clock.now });
  }

  /** As a process sees it. */
  of(process: { readonly isUp: boolean }): Store {
    const { random, clock, totals } = this.#stage;
    const pause = () => new Promise<void>((resolve) => void clock.after(random.below(this.#slowest), resolve));
    const fail = () => {
      if (!random.chance(this.failures / 200)) return;
      totals.note("failures of the store");
      throw new DatabaseFailure("The database is somewhere else");
    };
    const ask = async <T>(what: () => Promise<T>): Promise<T> => {
      await this.#livesOn(process);
      await pause();
      fail();
      const answer = await what();
      fail();
      await pause();
      await this.#livesOn(process);
      return answer;
    };
    return {
      get: (key) => ask(() => this.#inner.get(key)),
      take: (key) => ask(() => this.#inner.take(key)),
      set: (key, value, epoch, ms) => ask(() => this.#inner.set(key, value, epoch, ms)),
      delete: (key, epoch) => ask(() => this.#inner.delete(key, epoch)),
    };
  }

  /** Never settles for one that has ended. */
  #livesOn({ isUp }: { readonly isUp: boolean }): Promise<void> | undefined {
    return isUp ? undefined : new Promise(() => {});
  }
}
