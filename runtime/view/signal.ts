/** Signals of `@preact/signals`, known by their mark: nothing of that package is imported. */

/** A value that can be followed. */
export interface AnySignal {
  peek(): unknown;
  /** Calls `heard` now and at each change; answers what ends it. */
  subscribe(heard: (value: unknown) => void): () => void;
}

const brand = Symbol.for("preact-signals");

/** Whether a value is a signal. */
export function isSignal(value: unknown): value is AnySignal {
  return typeof value === "object" && value !== null && (value as { brand?: unknown }).brand === brand;
}
