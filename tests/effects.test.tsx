// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** Effects and subscriptions, as a runtime runs them: under virtual time, with real promises. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type App, app, type Effect, effect, next, type Send } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

/** What `update` heard is the model. `do` runs an effect; all else is only heard. */
type Msg = string | { do: Effect<Msg> };

interface Stage extends AsyncDisposable {
  readonly world: VirtualWorld;
  readonly runtime: Runtime<Msg>;
  readonly heard: string[];
  readonly errors: string[];
  run(...effects: Effect<Msg>[]): void;
}

function stage(
  parts: { init?: Effect<Msg>; subscriptions?: (heard: readonly string[]) => Record<string, Effect<Msg> | false> } = {},
): Stage {
  const world = new VirtualWorld();
  const heard: string[] = [];
  const errors: string[] = [];
  const runtime = run(
    app<readonly string[], Msg>({
      init: () => parts.init ? next([], parts.init) : [],
      update(model, msg) {
        if (typeof msg !== "string") return next(model, msg.do);
        heard.push(`${world.now()} ${msg}`);
        return [...model, msg];
      },
      view: (model, send) => [
        <button name="to all" onClick={send({ do: effect.emit("pressed", "all") })}>x</button>,
        <button name="to cause" onClick={send({ do: effect.emit("pressed", "cause", { to: "cause" }) })}>x</button>,
        <p>{model.length}</p>,
      ],
      ...(parts.subscriptions ? { subscriptions: parts.subscriptions } : {}),
    }),
    undefined,
    { world, onError: (error, where) => errors.push(`${where}: ${error}`) },
  );
  return {
    world,
    runtime,
    heard,
    errors,
    run(...effects) {
      for (const one of effects) runtime.dispatch({ do: one });
      world.settle();
    },
    [Symbol.asyncDispose]: () => runtime.stop(),
  };
}

Deno.test("effect.after() sends its message once, after that time", async () => {
  await using one = stage();
  one.run(effect.after(100, "later"), effect.after(50, "sooner"), effect.after(0, "now"));
  one.world.advance(1_000);
  assertEquals(one.heard, ["0 now", "50 sooner", "100 later"]);
  assertEquals(one.world.timers, 0);
});

Deno.test("effect.every() sends its message again and again, and does not drift", async () => {
  await using one = stage();
  one.run(effect.every(100, "tick"));
  one.world.advance(350);
  assertEquals(one.heard, ["100 tick", "200 tick", "300 tick"]);
});

Deno.test("effect.after() and effect.every() throw a RangeError for what is no delay", () => {
  for (const ms of [-1, NaN, Infinity, 2 ** 31]) {
    assertThrows(() => effect.after(ms, "x"), RangeError, "milliseconds");
    assertThrows(() => effect.every(ms, "x"), RangeError, "milliseconds");
  }
  effect.after(2 ** 31 - 1, "x");
});

Deno.test("effect.from() sends what its function answers, at once or by a promise; undefined is no message", async () => {
  await using one = stage();
  const order: string[] = [];
  one.run(
    effect.from(() => {
      order.push("ran");
      return "at once";
    }),
    effect.from(() => Promise.resolve("promised")),
    effect.from(() => {}),
    effect.from(async () => {
      await undefined;
    }),
  );
  assertEquals([order, one.heard], [["ran"], []]);
  await one.world.rest();
  assertEquals(one.heard, ["0 at once", "0 promised"]);
});

for (
  const [name, fail] of Object.entries({
    "that throws": () => {
      throw new Error("broken");
    },
    "whose promise is rejected": () => Promise.reject(new Error("broken")),
    "that answers a broken thenable": () => ({
      get then(): never {
        throw new Error("broken");
      },
    }),
  })
) {
  Deno.test(`effect.from() ${name} is told to onError, and ends its runtime`, async () => {
    await using one = stage();
    one.run(effect.every(10, "tick"), effect.from(fail as () => void));
    await one.world.rest();
    await one.runtime.stopped;
    assertEquals(one.errors, ["effect: Error: broken"]);
    assertEquals(one.world.timers, 0);
  });
}

Deno.test("stop() aborts the signal of effect.from(), with the reason; what comes after is ignored, a rejection too", async () => {
  const one = stage();
  const signals: AbortSignal[] = [];
  const late = Promise.withResolvers<string>();
  one.run(
    effect.from((signal) => {
      signals.push(signal);
      return late.promise;
    }),
    effect.from((signal) => new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))),
    effect.after(100, "after"),
    effect.every(100, "every"),
  );
  assertEquals(one.world.timers, 2);
  const reason = new Error("that was enough");
  await one.runtime.stop(reason);
  assertEquals(signals.map((signal) => [signal.aborted, signal.reason]), [[true, reason]]);
  assertEquals(one.world.timers, 0);
  late.resolve("late");
  one.runtime.dispatch("late as well");
  await one.world.rest();
  one.world.advance(1_000);
  assertEquals([one.heard, one.errors], [[], []]);
});

Deno.test("effect.batch() and next() start their effects in order; effect.none does nothing", async () => {
  await using one = stage();
  const visitor = new Visitor(one.runtime);
  one.run(effect.batch(effect.emit("first"), effect.none, effect.batch(effect.emit("second")), effect.emit("third")));
  visitor.read();
  assertEquals(visitor.reader.emitted.map(({ name }) => name), ["first", "second", "third"]);
});

Deno.test("effect.map() turns the messages of a part, nested ones from the inside out", async () => {
  await using one = stage();
  const part: Effect<number> = effect.batch(effect.after(1, 1), effect.from(() => 2), effect.from(() => Promise.resolve(3)));
  one.run(effect.map(effect.map(part, (n) => ({ n })), ({ n }) => `part ${n}`));
  await one.world.rest();
  one.world.advance(10);
  assertEquals(one.heard, ["0 part 2", "0 part 3", "1 part 1"]);
});

Deno.test("effect.map() whose function throws ends its runtime, and onError is told", async () => {
  await using one = stage();
  one.run(effect.map(effect.after(1, 1), (): string => {
    throw new Error("broken map");
  }));
  one.world.advance(10);
  await one.runtime.stopped;
  assertEquals(one.errors, ["effect: Error: broken map"]);
});

Deno.test("effect.emit() goes to all, or to the client that caused it; after the patch and the acknowledgement", async () => {
  await using one = stage();
  const anna = new Visitor(one.runtime, "anna-anna");
  const bob = new Visitor(one.runtime, "bob-bob-bob");
  anna.press("to all");
  one.world.settle();
  assertEquals([anna.unread, bob.unread], [["[1]", '["emit","pressed","all"]'], ['["emit","pressed","all"]']]);
  anna.read();
  bob.read();
  bob.press("to cause");
  one.world.settle();
  assertEquals([anna.unread, bob.unread], [[], ["[1]", '["emit","pressed","cause"]']]);
});

Deno.test("effect.emit() to the cause reaches nobody else when the cause has left", async () => {
  await using one = stage();
  const anna = new Visitor(one.runtime, "anna-anna");
  const bob = new Visitor(one.runtime, "bob-bob-bob");
  anna.press("to cause");
  anna.leave();
  one.world.settle();
  assertEquals([anna.unread, bob.unread], [[], []]);
});

Deno.test("effect.emit() during init reaches the first client, after its mount, and no other", async () => {
  await using one = stage({ init: effect.batch(effect.emit("hello", { n: 1 }), effect.emit("for you", 2, { to: "cause" })) });
  const first = new Visitor(one.runtime, "first-one");
  assertEquals(first.reader.emitted, [{ name: "hello", detail: { n: 1 } }, { name: "for you", detail: 2 }]);
  const second = new Visitor(one.runtime, "second-one");
  assertEquals(second.reader.emitted, []);
});

Deno.test("effect.emit() of what is no JSON is an error of the app", async () => {
  await using one = stage();
  new Visitor(one.runtime);
  one.run(effect.emit("big", 1n));
  await one.runtime.stopped;
  assertEquals(one.errors.map((error) => error.split(":")[0]), ["effect"]);
});

Deno.test("subscriptions() starts a name that appears, aborts one that goes, and leaves one that stays", async () => {
  const log: string[] = [];
  const listen = (name: string): Effect<never> =>
    effect.from((signal) => {
      log.push(`${name} starts`);
      signal.addEventListener("abort", () => log.push(`${name} ends: ${signal.reason.name}`));
    });
  const one = stage({
    subscriptions: (heard) => ({
      always: listen("always"),
      sometimes: heard.at(-1) === "on" && effect.batch(listen("sometimes"), effect.every(10, "tick")),
      ...(heard.includes("last") ? { last: listen("last") } : {}),
    }),
  });
  assertEquals(log.splice(0), ["always starts"]);
  one.runtime.dispatch("on");
  one.world.settle();
  assertEquals(log.splice(0), ["sometimes starts"]);
  one.runtime.dispatch("off");
  one.world.settle();
  assertEquals(log.splice(0), ["sometimes ends: AbortError"]);
  assertEquals(one.world.timers, 0);
  one.runtime.dispatch("on");
  one.runtime.dispatch("last");
  one.world.settle();
  // It appeared and went within one turn: only what is there at its end counts.
  assertEquals(log.splice(0), ["last starts"]);
  await one.runtime.stop();
  assertEquals(log, ["always ends: AbortError", "last ends: AbortError"]);
});

Deno.test("subscriptions() sends messages, also before a client is there", async () => {
  await using one = stage({ subscriptions: (heard) => ({ clock: heard.length < 3 && effect.every(1_000, "tick") }) });
  one.world.advance(10_000);
  assertEquals(one.heard, ["1000 tick", "2000 tick", "3000 tick"]);
  assertEquals(new Visitor(one.runtime).text, "xx3");
});

Deno.test("subscriptions() is not asked again while the model is the same", async () => {
  let asked = 0;
  await using one = stage({ subscriptions: () => (asked++, {}) });
  one.run(effect.none, effect.none);
  assertEquals(asked, 1);
  one.runtime.dispatch("change");
  one.world.settle();
  assertEquals(asked, 2);
});

Deno.test("next() is known by its kind: a model that looks like one is a model", async () => {
  const world = new VirtualWorld();
  type Model = { model: number; effects: unknown[] };
  const lookalike: App<Model, "up"> = app<Model, "up">({
    init: () => ({ model: 1, effects: [effect.emit("never")] }),
    update: ({ model, effects }) => ({ model: model + 1, effects }),
    view: ({ model, effects }, send) => <button name="it" onClick={send("up")}>{model} of {effects.length}</button>,
  });
  assertEquals(lookalike.init().model, { model: 1, effects: [effect.emit("never")] });
  assertEquals(lookalike.init().effects, []);
  await using runtime = run(lookalike, undefined, { world });
  const visitor = new Visitor(runtime);
  visitor.press("it");
  world.settle();
  visitor.read();
  assertEquals([visitor.text, visitor.reader.emitted], ["2 of 1", []]);
});

Deno.test("next() of an app's answer is not made twice: an app can be a part of another", () => {
  const part = app({ init: (n: number) => next(n, effect.after(5, "tick")), update: (n: number, _msg: "tick") => n + 1, view: (n) => n });
  const whole = app<{ part: number }, { part: "tick" }>({
    init() {
      const { model, effects } = part.init(7);
      return next({ part: model }, ...effects.map((one) => effect.map(one, (msg) => ({ part: msg }))));
    },
    update: (model, { part: msg }) => ({ part: part.update(model.part, msg).model }),
    view: (model, send) => part.view(model.part, send.map((msg: "tick") => ({ part: msg }))),
  });
  const { model, effects } = whole.init();
  assertEquals([model, effects.length], [{ part: 7 }, 1]);
  assertEquals(whole.update(model, { part: "tick" }).model, { part: 8 });
});

Deno.test("send.map() nests: the innermost part's message is turned first", async () => {
  const world = new VirtualWorld();
  const heard: unknown[] = [];
  const leaf = (send: Send<number, string>) => [
    <button name="plain" onClick={send(1)}>x</button>,
    <button name="made" onClick={send((_event, client) => client.user.length)}>x</button>,
    <button name="nothing" onClick={send(() => undefined)}>x</button>,
  ];
  await using runtime = run(
    app<number, { outer: { inner: number } }, void, string>({
      init: () => 0,
      update(model, msg) {
        heard.push(msg);
        return model;
      },
      view: (_, send) => leaf(send.map((inner: { inner: number }) => ({ outer: inner })).map((n: number) => ({ inner: n }))),
    }),
    undefined,
    { world },
  );
  const visitor = new Visitor(runtime, "visitor-1", "anna");
  for (const name of ["plain", "made", "nothing"]) visitor.press(name);
  world.settle();
  assertEquals(heard, [{ outer: { inner: 1 } }, { outer: { inner: 4 } }]);
});

Deno.test("An app that loops by its effects lets others in", async () => {
  let loops = 0;
  const loop = run(
    app<number, "again">({
      init: () => next(0, effect.from(() => "again" as const)),
      update: (model) => (loops++, next(model + 1, effect.from(() => "again" as const))),
      view: (model) => model,
    }),
    undefined,
  );
  await using _loop = loop;
  loop.connect({ send() {}, close() {} });
  const started = performance.now();
  // Each of these is a turn of the event loop, which microtasks alone would never give back.
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  const took = performance.now() - started;
  assert(loops > 100, `it looped ${loops} times`);
  assert(took < 2_000, `20 turns took ${took} ms`);
});

Deno.test("effect.emit() to the cause reaches nobody where a timer was the cause, and no client that comes later", async () => {
  await using one = stage();
  const first = new Visitor(one.runtime, "first-one");
  one.run(effect.after(10, { do: effect.emit("late", 1, { to: "cause" }) }));
  one.world.advance(20);
  first.read();
  assertEquals(first.reader.emitted, []);
  first.leave();
  one.run(effect.emit("news", 2));
  assertEquals(new Visitor(one.runtime, "second-one").reader.emitted, []);
});

Deno.test("effect.from() with a listener of its signal that throws fails its own app, or is reported, and not the process", async () => {
  const listen = effect.from<never>((signal) => {
    signal.addEventListener("abort", () => {
      throw new Error("in a listener");
    });
  });
  await using one = stage({ subscriptions: (heard) => ({ listening: heard.length === 0 && listen }) });
  one.runtime.dispatch("end it");
  one.world.settle();
  await one.runtime.stopped;
  assertEquals(one.errors, ["effect: Error: in a listener"]);

  await using two = stage();
  two.run(listen);
  await two.runtime.stop();
  assertEquals(two.errors, ["effect: Error: in a listener"]);
});
