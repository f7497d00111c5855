/** Contexts of a running app: what it provides to the page, and what it wants of it. How a page is told is its owner's. */
import type { Config, Json } from "../wire/message.ts";

type Listener = (value: unknown) => void;

/** Keys that are no longer wanted and are remembered: a page may still be saying one when it is told. */
const mostPast = 32;

/** What one running app provides and wants. */
export class Contexts {
  readonly #provided = new Map<string, Json>();
  readonly #wanted = new Map<string, Set<Listener>>();
  /** It has provided or wanted anything, ever. */
  isUsed = false;
  readonly #past = new Set<string>();
  readonly #changed: (message: ["provide", string, Json] | ["context", string, 0 | 1]) => void;

  /** `changed` is told of each change, for the pages that are there. */
  constructor(changed: (message: ["provide", string, Json] | ["context", string, 0 | 1]) => void) {
    this.#changed = changed;
  }

  /** What a page that comes is told; nothing of it where there is nothing. */
  get config(): Config {
    const contexts = [...this.#wanted.keys()];
    return {
      ...(contexts.length > 0 && { contexts }),
      ...(this.#provided.size > 0 && { provided: Object.fromEntries(this.#provided) }),
    };
  }

  /** Provides a value from now on. */
  provide(key: string, value: unknown): void {
    this.isUsed = true;
    // As it crosses, and as it is at this moment.
    const text = JSON.stringify(value ?? null);
    if (JSON.stringify(this.#provided.get(key)) === text) return;
    this.#provided.set(key, JSON.parse(text));
    this.#changed(["provide", key, this.#provided.get(key)!]);
  }

  /** Wants a context, until what is answered is called. */
  want(key: string, listener: Listener): () => void {
    this.isUsed = true;
    const listeners = this.#wanted.get(key) ?? new Set();
    this.#wanted.set(key, listeners.add(listener));
    this.#past.delete(key);
    // Also where it is wanted already: who comes later has heard no value yet.
    this.#changed(["context", key, 1]);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#wanted.delete(key);
      this.#past.add(key);
      for (const oldest of this.#past) if (this.#past.size > mostPast) this.#past.delete(oldest);
      this.#changed(["context", key, 0]);
    };
  }

  /** A page was given a value. False where it was not asked for one; what comes just when nobody wants it any more is no mistake of the page. */
  hear(key: string, value: unknown): boolean {
    const listeners = this.#wanted.get(key);
    for (const listener of listeners ?? []) listener(value);
    return listeners !== undefined || this.#past.has(key);
  }
}
