/**
 * The saves of one session to a store, and whether it is still its owner there. It must never save again once another has taken it over, nor
 * say that something is saved before it is.
 */
import type { Store } from "../continuity/store.ts";
import { type Claim, writeClaim } from "./claim.ts";
import { type OnError, report } from "./report.ts";

/** What seals what is saved, and the claims to it. */
export interface SavingSeals {
  seal(text: string, options: { readonly context: string; readonly ms: number }): string;
  /** As bytes, and without a bound that is made for browsers. */
  sealBytes(text: string, options: { readonly context: string; readonly ms: number }): Uint8Array;
}

/** How a session is saved. */
export interface SavingOptions {
  readonly store: Store;
  readonly sealer: SavingSeals;
  readonly key: string;
  /** Another one, which nobody has. */
  readonly newKey: () => string;
  /** A hash of the client's name. */
  readonly client: string;
  /** Who may open a claim. */
  readonly context: string;
  /** How long what is saved is good for, in ms. */
  readonly ms: number;
  readonly onError: OnError;
}

/** What was saved: up to this event, and up to this version. */
export interface Saved {
  readonly last: number;
  readonly version: number;
}

/** What was taken over; nothing may have been there. */
export interface Taken {
  readonly epoch: number;
  readonly saved: Saved | undefined;
}

/** What a value is sealed for: it is good under its key alone, and never as a token. */
export function savedContext(key: string, context: string): string {
  return `saved ${key} ${context}`;
}

/** The name of an incarnation that has taken a session over with this epoch of the store. */
export function epochOf(name: string, epoch: number): string {
  return `${name}~${epoch}`;
}

/**
 * What such an epoch becomes where a page is mounted without definitions that it has by what was saved before: none of that is of the page, until
 * it is saved again.
 */
export function mountedIn(epoch: string): string {
  return `${epoch}~`;
}

/** Whether a page that says this epoch shows nothing that was saved with another. */
export function isMounted(shown: string | undefined): boolean {
  return shown?.endsWith("~") === true;
}

/**
 * Whether what a page shows follows from what was saved: it was shown by the one that has saved it, or by one that has taken that over. Else it
 * may have gone on with an owner of before, who did not know yet, and its versions are others of the same numbers.
 */
export function follows(shown: string | undefined, saved: string | undefined): boolean {
  if (shown === undefined || saved === undefined) return false;
  return shown === saved || (!isMounted(shown) && takenIn(shown) > takenIn(saved));
}

function takenIn(epoch: string): number {
  return Number(epoch.split("~")[1] ?? NaN);
}

/** The saves of one session. */
export class Saving {
  readonly #options: SavingOptions;
  #key: string;
  #epoch: number;
  /** What was saved last. */
  #saved: Saved | undefined;
  /** As it follows the number in the head of a message. */
  #tail: string | undefined;
  /** Others may know of it. */
  #isShared: boolean;
  #isFailing = false;

  /** `taken`: what was found in the store, and the epoch that it has since. Without it nobody else knows the key. */
  constructor(options: SavingOptions, taken?: Taken) {
    this.#options = options;
    this.#key = options.key;
    this.#epoch = taken?.epoch ?? 0;
    this.#isShared = taken !== undefined;
    this.#saved = taken?.saved;
  }

  /** The epoch that it has in the store. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The last event that is saved. */
  get last(): number {
    return this.#saved?.last ?? 0;
  }

  /** The claim to what was saved last, with what it covers, as it stands in the head of a message; undefined before there is any. */
  get tail(): string | undefined {
    if (!this.#saved) return undefined;
    const { client, context, sealer, ms } = this.#options;
    const key = this.#key;
    const { last, version } = this.#saved;
    return this.#tail ??= [
      JSON.stringify(sealer.seal(writeClaim({ key, client, last, version } satisfies Claim), { context, ms })),
      last,
      version,
    ]
      .join();
  }

  /** Its events are numbered from 1 again: what was saved says nothing of them. */
  renew(): void {
    this.#saved = this.#tail = undefined;
  }

  /**
   * Saves a snapshot of the last event and the version: true when that is done, undefined when the store has failed, false when another is the
   * owner now.
   *
   * @throws TooLargeError where it is too much even for that.
   */
  async save(text: string, last: number, version: number): Promise<boolean | undefined> {
    const { store, sealer, context, ms } = this.#options;
    const key = this.#key;
    const value = sealer.sealBytes(text, { context: savedContext(key, context), ms });
    // Even when that fails, it may be there.
    this.#isShared = true;
    const isSaved = await this.#asked(() => store.set(key, value, this.#epoch, ms));
    if (!isSaved) return isSaved;
    this.#saved = { last, version };
    this.#tail = undefined;
    return true;
  }

  /**
   * Whether what was saved is gone, and not taken over: the store has lost it. It is saved under another key then, since one who was the owner
   * before may find the same.
   */
  async isGone(): Promise<boolean> {
    const isGone = await this.#asked(async () => await this.#options.store.get(this.#key) === undefined);
    if (!isGone) return false;
    this.#key = this.#options.newKey();
    this.#epoch = 0;
    this.#tail = undefined;
    return true;
  }

  /** Whether no other has taken it over; undefined where nobody can have. Where the store cannot say so it is believed. */
  isOwner(): Promise<boolean> | undefined {
    if (!this.#isShared) return undefined;
    const { store } = this.#options;
    return this.#asked(async () => {
      const stored = await store.get(this.#key);
      return stored === undefined || stored.epoch === this.#epoch;
    }).then((isOwner) => isOwner ?? true);
  }

  /** What was saved is not needed any more. */
  async forget(): Promise<void> {
    const { store } = this.#options;
    if (this.#isShared) await this.#asked(() => store.delete(this.#key, this.#epoch));
  }

  /** What the store answers; undefined when it fails, which is told once until it works again. */
  async #asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#isFailing = false;
      return answer;
    } catch (error) {
      if (!this.#isFailing) report(this.#options.onError, error, "store");
      this.#isFailing = true;
      return undefined;
    }
  }
}
