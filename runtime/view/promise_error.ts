/**
 * A promise where an app must answer at once. Nobody would wait for it, and nobody would hear of its rejection, which ends the process: so it is
 * refused by the name of the function that answered it, and its rejection is kept for whoever reports the error.
 */

import { loggedError } from "../log.ts";

/** Thrown where a function of an app answered a promise and must answer at once. */
export class PromiseError extends TypeError {
  /** `PromiseError`. */
  override readonly name = "PromiseError";
  /** The promise that was answered. Its rejection is handled already; whoever reports this error reports that one too. */
  readonly promise: Promise<unknown>;

  /** An error for `who`, which answered `promise`; `mend` names the way to wait. */
  constructor(who: string, mend: string, promise: PromiseLike<unknown>) {
    super(`${who} answered a promise: ${mend}`);
    this.promise = Promise.resolve(promise);
    this.promise.catch(() => {});
  }
}

/** Whether a value is a promise, of this realm or of another. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/** Who hears of rejections while the code of one view runs. */
let listener: ((error: unknown) => void) | undefined;

/** Runs `task`; promises that effects and lifecycle methods answer in it tell `rejected` when they are rejected. */
export function hearRejections<T>(rejected: ((error: unknown) => void) | undefined, task: () => T): T {
  const before = listener;
  listener = rejected;
  try {
    return task();
  } finally {
    listener = before;
  }
}

/**
 * Listens to the promise that an effect or a lifecycle method answered. Preact ignores it, and nobody waits for it; but a rejection that nobody
 * hears ends a process, so the app's `onError` hears it, or else the console.
 */
export function heed(answer: unknown): void {
  if (!isPromise(answer)) return;
  const failed = listener ??
    ((error: unknown) => console.error(`nacre: a promise of an effect or a lifecycle method was rejected: ${loggedError(error)}`));
  Promise.resolve(answer).then(undefined, failed);
}

/**
 * The value, which is no promise.
 *
 * @throws {PromiseError} for a promise.
 */
export function atOnce<T>(value: T, who: string, mend: string): T {
  if (isPromise(value)) throw new PromiseError(who, mend, value);
  return value;
}
