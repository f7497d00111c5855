/**
 * What `effect.listen` listens to: stores and signals, async iterables, streams, channels and event targets, all alike. A source that is fast must not keep
 * others from running, and one that is no longer wanted must be released at once.
 */
import { atOnce, heed } from "../view/promise_error.ts";

/**
 * A source with a present value: a store, or a signal of Preact. `subscribe` calls the listener with each new value, some also with the present one
 * at once; `get` answers the present one where `subscribe` does not call. A subscription begins with it, so it misses nothing that came before.
 */
export interface Observable<T> {
  /** The present value. */
  get?(): T;
  /** Listens, until what it answers is called (or its `unsubscribe`). */
  subscribe(listener: (value: T) => void): (() => void) | { unsubscribe(): void } | void;
}

/** How a source is listened to. */
export interface Listener {
  /** A value has come. */
  value(value: unknown): void;
  /** The source has ended by itself, or failed: nothing comes after this, and there is nothing to release. */
  over(): void;
  /** Told before that of an error. */
  failed(error: unknown): void;
  /** Runs a task after others had their turn. */
  pause(task: () => void): void;
}

/** Values in a row that a source may give without a pause: one that always has the next would let nobody else in. */
const mostInARow = 100;

/** @throws {TypeError} when this is nothing that can be listened to. */
export function checkSource(source: unknown, type: string | undefined): void {
  if (
    type !== undefined ? source instanceof EventTarget : isChannel(source) || isStream(source) || isIterable(source) || isObservable(source)
  ) return;
  throw new TypeError(
    type === undefined && source instanceof EventTarget
      ? "Cannot listen to an EventTarget without a type: effect.listen(source, type, to)"
      : "Cannot listen to this: give a store or a signal, an async iterable, a ReadableStream, a BroadcastChannel, an EventTarget with a type, or a function of one",
  );
}

/**
 * Begins to listen; what it answers releases the source. `isOwned`: a function has opened it for this alone.
 *
 * @throws {TypeError} when this is nothing that can be listened to, or a stream that another reads.
 */
export function listenTo(source: unknown, type: string | undefined, isOwned: boolean, listener: Listener): () => unknown {
  checkSource(source, type);
  if (type !== undefined) return listenToTarget(source as EventTarget, type, (event) => listener.value(event));
  if (isChannel(source)) {
    const release = listenToTarget(source, "message", (event) => listener.value((event as MessageEvent).data));
    return () => {
      release();
      if (isOwned) source.close();
    };
  }
  if (isStream(source)) {
    const reader = source.getReader();
    return pull(() => reader.read(), () => reader.cancel(), listener);
  }
  if (isObservable(source)) return observe(source, listener);
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return pull(() => iterator.next(), () => iterator.return?.(), listener);
}

function listenToTarget(target: EventTarget, type: string, heard: (event: Event) => void): () => void {
  target.addEventListener(type, heard);
  return () => target.removeEventListener(type, heard);
}

/** Nothing else runs between the two calls: no value is missed, and none comes twice. */
function observe(source: Observable<unknown>, listener: Listener): () => unknown {
  let hasCalled = false;
  let isOver = false;
  const released: unknown = source.subscribe((value) => {
    hasCalled = true;
    if (!isOver) listener.value(value);
  });
  heed(released);
  if (!hasCalled && source.get) listener.value(atOnce(source.get(), "get of a store", "its present value must be there at once"));
  return () => {
    isOver = true;
    return typeof released === "function" ? released() : (released as { unsubscribe?(): unknown } | undefined)?.unsubscribe?.();
  };
}

type Pulled = { readonly done?: boolean | undefined; readonly value?: unknown };

function pull(next: () => Promise<Pulled>, release: () => unknown, listener: Listener): () => unknown {
  let inARow = 0;
  let isOver = false;
  const fail = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    listener.failed(error);
    listener.over();
  };
  const step = (): void => {
    if (isOver) return;
    try {
      next().then(({ done, value }) => {
        if (isOver) return;
        if (done) {
          isOver = true;
          return listener.over();
        }
        listener.value(value);
        if (++inARow < mostInARow) return step();
        inARow = 0;
        listener.pause(step);
      }).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
  step();
  return () => {
    if (isOver) return;
    isOver = true;
    return release();
  };
}

/** Whether a source is one with a present value. */
export function isObservable(source: unknown): source is Observable<unknown> {
  return typeof (source as Observable<unknown> | null | undefined)?.subscribe === "function" && !isIterable(source);
}

function isChannel(source: unknown): source is BroadcastChannel {
  return typeof BroadcastChannel === "function" && source instanceof BroadcastChannel;
}

function isStream(source: unknown): source is ReadableStream<unknown> {
  return source instanceof ReadableStream;
}

function isIterable(source: unknown): source is AsyncIterable<unknown> {
  return typeof (source as AsyncIterable<unknown> | null | undefined)?.[Symbol.asyncIterator] === "function";
}
