/** The world that a mounted app lives in: a page. */
import type { World } from "../world.ts";

/** The page as it is. */
export const pageWorld: World = {
  now: () => performance.now(),
  setTimer: (ms, task) => setTimeout(task, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
  // Before anything that the user does next, and before the page is painted.
  soon: (task) => queueMicrotask(task),
  // Not `toBase64`, which browsers have had for a short while only.
  randomName: (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
};
