/** Tells `onError` of an error. What fails there in turn must never reach the process, which it would end. */
import { explained } from "../view/preact.ts";

/** Told of each error, with where it was. */
export type OnError = (error: unknown, where: string) => void;

/** Calls `onError`; when that throws, or answers a promise that is rejected, both errors go to the console. */
export function report(onError: OnError, error: unknown, where: string): void {
  const failed = (reporting: unknown) => console.error("nacre: onError failed:", reporting, "while it was told of:", error);
  try {
    const told: unknown = onError(explained(error), where);
    if (told instanceof Promise) told.catch(failed);
  } catch (reporting) {
    failed(reporting);
  }
}
