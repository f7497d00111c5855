/** The world that a runtime lives in: its clock, timers and randomness, so that a whole system can run under virtual time. */

/** What a runtime needs of the world around it. */
export interface World {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Runs `task` once, after `ms` milliseconds. */
  setTimer(ms: number, task: () => void): unknown;
  /** Forgets a timer. */
  clearTimer(timer: unknown): void;
  /** Lets the process end though this timer is set. */
  unref?(timer: unknown): void;
  /** Runs `task` soon, after what arrived together has arrived. */
  soon(task: () => void): void;
  /** A random name of `bytes` bytes, in letters, digits, `-` and `_`. */
  randomName(bytes: number): string;
}

/** The world of a server as it is. */
export const realWorld: World = {
  now: () => performance.now(),
  setTimer: (ms, task) => setTimeout(task, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
  unref: (timer) => Deno.unrefTimer(timer as number),
  // Not a microtask: each message of a socket comes with microtasks of its own, and a burst would be as many renderings.
  soon: (task) => void (typeof setImmediate === "function" ? setImmediate(task) : setTimeout(task)),
  randomName: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)).toBase64({ alphabet: "base64url", omitPadding: true }),
};
