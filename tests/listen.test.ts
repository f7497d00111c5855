/** `effect.listen`: sources of every kind, as effects and as subscriptions; each is released, and none keeps others waiting. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { app, type Effect, effect, next } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { until } from "./kit.ts";

type Msg = { heard: unknown } | { do: Effect<Msg> } | "off";

interface Bed extends AsyncDisposable {
  readonly runtime: Runtime<Msg>;
  readonly heard: unknown[];
  readonly errors: string[];
  off(): void;
}

const hear = (value: unknown): Msg => ({ heard: value });

/** An app that listens as long as it is on. */
function listening(subscription: Effect<Msg> | false): Bed {
  const heard: unknown[] = [];
  const errors: string[] = [];
  const runtime = run(
    app<boolean, Msg>({
      init: () => true,
      update(isOn, msg) {
        if (msg === "off") return false;
        if ("do" in msg) return next(isOn, msg.do);
        heard.push(msg.heard);
        return isOn;
      },
      view: (isOn) => String(isOn),
      subscriptions: (isOn) => ({ source: isOn && subscription }),
    }),
    undefined,
    { onError: (error, where) => errors.push(`${where}: ${error}`) },
  );
  return { runtime, heard, errors, off: () => runtime.dispatch("off"), [Symbol.asyncDispose]: () => runtime.stop() };
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("effect.listen() hears an async iterable to its end, which is just the end", async () => {
  async function* source() {
    yield 1;
    await moment();
    yield 2;
  }
  await using bed = listening(effect.listen(() => source(), hear));
  await until(() => bed.heard.length === 2);
  await moment();
  assertEquals([bed.heard, bed.errors], [[1, 2], []]);
});

Deno.test("effect.listen() lets an iterator return when it is heard no more", async () => {
  let returned = 0, n = 0;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => (await moment(), { done: false, value: n++ }),
      return: async () => (returned++, { done: true, value: undefined }),
    }),
  };
  await using bed = listening(effect.listen(source, hear));
  await until(() => bed.heard.length > 1);
  bed.off();
  await until(() => returned > 0);
  const count = bed.heard.length;
  await moment();
  await moment();
  assertEquals([bed.heard.length, returned, bed.errors], [count, 1, []]);
});

Deno.test("effect.listen() hears a ReadableStream, and cancels it", async () => {
  let cancelled = 0;
  const source = new ReadableStream<number>({
    start: (controller) => [1, 2, 3].forEach((n) => controller.enqueue(n)),
    cancel: () => void cancelled++,
  });
  await using bed = listening(effect.listen(source, (n) => n === 2 ? undefined : hear(n)));
  await until(() => bed.heard.length === 2);
  bed.off();
  await until(() => cancelled);
  assertEquals([bed.heard, bed.errors], [[1, 3], []]);
});

Deno.test("effect.listen() hears events of a type, and removes its listener", async () => {
  const source = new EventTarget();
  await using bed = listening(effect.listen(source, "ping", (event) => hear(event.type)));
  source.dispatchEvent(new Event("ping"));
  source.dispatchEvent(new Event("pong"));
  await until(() => bed.heard.length === 1);
  bed.off();
  await moment();
  source.dispatchEvent(new Event("ping"));
  await moment();
  assertEquals([bed.heard, bed.errors], [["ping"], []]);
});

Deno.test("effect.listen() hears what a BroadcastChannel says; one that it has opened is closed", async () => {
  using far = new class extends BroadcastChannel {
    [Symbol.dispose]() {
      this.close();
    }
  }("nacre-listen");
  let opened: BroadcastChannel | undefined;
  await using bed = listening(effect.listen(() => opened = new BroadcastChannel("nacre-listen"), hear));
  far.postMessage({ a: 1 });
  await until(() => bed.heard.length === 1);
  assertEquals(bed.heard, [{ a: 1 }]);
  bed.off();
  await moment();
  assertThrows(() => opened!.postMessage(1), DOMException);
});

Deno.test("effect.listen() waits for a source that a promise brings, and releases one that comes too late", async () => {
  let cancelled = 0, signal: AbortSignal | undefined;
  const stream = () => new ReadableStream<string>({ start: (c) => c.enqueue("hello"), cancel: () => void cancelled++ });
  await using bed = listening(effect.listen(async () => stream(), hear));
  await until(() => bed.heard.length === 1);

  const late = Promise.withResolvers<ReadableStream<string>>();
  await using other = listening(effect.listen((given) => (signal = given, late.promise), hear));
  other.off();
  await until(() => signal?.aborted);
  late.resolve(stream());
  await until(() => cancelled === 1);
  assertEquals([other.heard, other.errors], [[], []]);
});

const failing: Record<string, () => Effect<Msg>> = {
  "an iterator that throws": () =>
    effect.listen({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }) }, hear),
  "an iterator that throws at once": () =>
    effect.listen({
      [Symbol.asyncIterator]: () => ({
        next() {
          throw new Error("broken");
        },
      }),
    }, hear),
  "a stream that fails": () => effect.listen(new ReadableStream({ start: (c) => c.error(new Error("broken")) }), hear),
  "a function that throws": () =>
    effect.listen((): ReadableStream => {
      throw new Error("broken");
    }, hear),
  "a promise of a source that is rejected": () => effect.listen((): Promise<ReadableStream> => Promise.reject(new Error("broken")), hear),
  "a message that cannot be made": () =>
    effect.listen(new ReadableStream({ start: (c) => c.enqueue(1) }), () => {
      throw new Error("broken");
    }),
};
for (const [name, make] of Object.entries(failing)) {
  Deno.test(`effect.listen() to ${name} is an error of the app`, async () => {
    await using bed = listening(make());
    await bed.runtime.stopped;
    assertEquals(bed.errors, ["effect: Error: broken"]);
  });
}

Deno.test("effect.listen() to nothing that can be listened to throws a TypeError, or fails when a function answers it", async () => {
  for (const source of [undefined, null, 1, "text", [1], {}, new EventTarget()]) {
    assertThrows(() => effect.listen(source as never, hear), TypeError, "Cannot listen to");
  }
  assertThrows(() => effect.listen({} as never, "type", hear), TypeError, "Cannot listen to this");
  assertThrows(() => effect.listen(new EventTarget(), "type", undefined as never), TypeError, "must be a function");
  await using bed = listening(effect.listen(() => 1 as never, hear));
  await bed.runtime.stopped;
  assertEquals(bed.errors.length, 1);
});

Deno.test("effect.listen() of a source that always has the next lets others have their turn", async () => {
  let given = 0;
  const source: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: given++ }) }) };
  await using bed = listening(effect.listen(source, hear));
  const started = performance.now();
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  const took = performance.now() - started;
  assert(given > 500, `${given} values`);
  assert(took < 2_000, `20 turns took ${took} ms`);
  bed.off();
  await moment();
  const count = given;
  await moment();
  assertEquals(given, count, "it is asked no more");
});

Deno.test("effect.listen() as an effect goes on until the runtime stops", async () => {
  const source = new EventTarget();
  const bed = listening(false);
  bed.runtime.dispatch({ do: effect.map(effect.listen(source, "ping", () => 1), (n: number) => hear(n + 1)) });
  await moment();
  source.dispatchEvent(new Event("ping"));
  await until(() => bed.heard.length === 1);
  await bed.runtime.stop();
  source.dispatchEvent(new Event("ping"));
  await moment();
  assertEquals([bed.heard, bed.errors], [[2], []]);
});
