/** Tells `onError` of an error. What fails there in turn must never reach the process, which it would end. */
import { loggedError } from "../log.ts";
import { explained } from "../view/preact.ts";
import { isPromise, PromiseError } from "../view/promise_error.ts";

/** Told of each error, with where it was. */
export type OnError = (error: unknown, where: string) => void;

/** Calls `onError`; when that throws, or answers a promise that is rejected, both errors go to the console. */
export function report(onError: OnError, error: unknown, where: string): void {
  const failed = (reporting: unknown) =>
    console.error(`nacre: onError failed: ${loggedError(reporting)}\n    while it was told of: ${loggedError(error)}`);
  try {
    const told: unknown = onError(explained(error), where);
    if (isPromise(told)) Promise.resolve(told).catch(failed);
  } catch (reporting) {
    failed(reporting);
  }
  // Where it should not have been one, nobody else hears of its rejection.
  if (error instanceof PromiseError) error.promise.catch((reason) => report(onError, reason, where));
}
