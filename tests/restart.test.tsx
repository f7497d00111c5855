// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** What comes after an error of an app: its end, a new beginning, or the last good model; with the same clients. */
import { assert, assertEquals } from "@std/assert";
import { useState } from "preact/hooks";
import { app, type Client, effect, next, serve } from "../mod.ts";
import type { Restart } from "../runtime/app/restart.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

interface Model {
  readonly n: number;
  readonly here: readonly string[];
  /** The view of this model throws. */
  readonly isUgly?: boolean;
  /** What it listens to throws. */
  readonly isDeaf?: boolean;
}
type Msg = "up" | "throw" | "ugly" | "deaf" | "effect" | "late" | { joined: Client<string> } | { left: Client<string> };

function bed(restart: Restart) {
  const world = new VirtualWorld();
  const errors: string[] = [];
  let inits = 0;
  const failing = app<Model, Msg, void, string>({
    name: "failing",
    init: () => (inits++, { n: 0, here: [] }),
    onConnect: (client) => ({ joined: client }),
    onDisconnect: (client) => ({ left: client }),
    update(model, msg) {
      if (msg === "throw") throw new Error("in update");
      if (msg === "up") return { ...model, n: model.n + 1 };
      if (msg === "ugly") return { ...model, n: model.n + 1, isUgly: true };
      if (msg === "deaf") return { ...model, n: model.n + 1, isDeaf: true };
      if (msg === "effect") {
        return next(
          { ...model, n: model.n + 1 },
          effect.from(() => {
            throw new Error("in effect");
          }),
        );
      }
      if (msg === "late") return next(model, effect.after(100, "up"));
      if ("joined" in msg) return { ...model, here: [...model.here, msg.joined.user] };
      return { ...model, here: model.here.filter((name) => name !== msg.left.user) };
    },
    subscriptions({ isDeaf }) {
      if (isDeaf) throw new Error("in subscriptions");
      return {};
    },
    view({ n, here, isUgly }, send) {
      if (isUgly) throw new Error("in view");
      return [
        <p>{n} {here.join()}</p>,
        <button name="up" onClick={send("up")}>x</button>,
        <button name="throw" onClick={send("throw")}>x</button>,
        <button
          name="handler"
          onClick={send(() => {
            throw new Error("in handler");
          })}
        >
          x
        </button>,
      ];
    },
  });
  const runtime = run(failing, undefined, { world, restart, onError: (error, where) => errors.push(`${where}: ${error}`) });
  const enter = (name: string) => {
    const visitor = new Visitor(runtime as Runtime<never>, `${name}-secret`, name);
    world.settle();
    visitor.read();
    return visitor;
  };
  const say = (...messages: Msg[]) => {
    for (const message of messages) runtime.dispatch(message);
    world.settle();
  };
  return { world, errors, runtime, enter, say, inits: () => inits };
}

const text = (visitor: Visitor) => (visitor.read(), visitor.text.replaceAll("x", ""));

Deno.test('restart: "never" closes the links with 4500', async () => {
  const { runtime, enter, say, errors, inits } = bed("never");
  const anna = enter("anna");
  say("throw");
  await runtime.stopped;
  assertEquals([anna.link.closed, errors, inits()], [{ code: 4500, reason: "the app failed" }, ["update: Error: in update"], 1]);
});

for (const restart of ["fresh", "last"] as const) {
  Deno.test(`restart: "${restart}" keeps the links, in a new epoch; what was on its way is refused`, async () => {
    const { world, runtime, enter, say, errors, inits } = bed(restart);
    await using _ = runtime;
    const anna = enter("anna"), bob = enter("bob");
    say("up", "up");
    assertEquals(text(anna), "2 anna,bob");
    const { epoch } = anna.reader;
    say("up", "throw", "up");
    assertEquals(errors, ["update: Error: in update"]);
    // Anna has not seen it yet: her event is of a page that is no more.
    assertEquals(anna.press("up"), "taken");
    assertEquals(anna.say("[0,[0]]"), "taken");
    world.settle();
    assertEquals([text(anna), text(bob)], restart === "fresh" ? ["0 anna,bob", "0 anna,bob"] : ["2 anna,bob", "2 anna,bob"]);
    assert(anna.reader.epoch !== epoch);
    assertEquals([anna.link.closed, bob.link.closed, inits()], [undefined, undefined, restart === "fresh" ? 2 : 1]);
    // From now on she is heard, and her events are numbered anew.
    anna.press("up");
    world.settle();
    assertEquals(text(bob), restart === "fresh" ? "1 anna,bob" : "3 anna,bob");
    // A cut of her link: she is known, and nothing is mounted twice.
    anna.leave();
    anna.comeBack();
    assertEquals(JSON.parse(anna.link.messages[0]!).slice(0, 4), ["mount", anna.reader.epoch, anna.reader.version, 1]);
  });

  Deno.test(`restart: "${restart}" ends after 3 times in 10 s, and goes on when they are further apart`, async () => {
    const { world, runtime, enter, say, errors } = bed(restart);
    const anna = enter("anna");
    for (let i = 0; i < 6; i++) {
      say("throw");
      world.advance(5_000);
    }
    assertEquals(anna.link.closed, undefined);
    world.advance(10_000);
    for (let i = 0; i < 3; i++) say("throw");
    assertEquals(anna.link.closed, undefined);
    say("throw");
    await runtime.stopped;
    assertEquals([anna.link.closed?.code, errors.length, world.timers], [4500, 10, 0]);
    say("up");
    assertEquals(new Visitor(runtime as Runtime<never>, "bob-secret").link.closed?.code, 4500);
  });

  Deno.test(`restart: "${restart}" aborts what ran, and keeps what is said meanwhile`, async () => {
    const { world, runtime, enter, say } = bed(restart);
    await using _ = runtime;
    const anna = enter("anna");
    say("late");
    runtime.dispatch("throw");
    // The turn of the error has run, the one of the beginning has not.
    const queue: (() => void)[] = [];
    const soon = world.soon.bind(world);
    world.soon = (task) => void queue.push(task);
    world.settle();
    runtime.dispatch("up");
    world.soon = soon;
    for (const task of queue) world.soon(task);
    world.advance(1_000);
    assertEquals(text(anna), "1 anna");
  });
}

const lastGood: Record<string, { say: Msg[]; shows: string; error: string }> = {
  "an update that throws: the model before its turn": {
    say: ["up", "throw", "up"],
    shows: "1 anna,bob",
    error: "update: Error: in update",
  },
  "a view that throws: the model that was rendered last": { say: ["up", "ugly"], shows: "1 anna,bob", error: "view: Error: in view" },
  "subscriptions that throw: the model before its turn": {
    say: ["up", "deaf"],
    shows: "1 anna,bob",
    error: "subscriptions: Error: in subscriptions",
  },
  "an effect that throws: the model, which was shown": { say: ["effect"], shows: "2 anna,bob", error: "effect: Error: in effect" },
};
for (const [name, { say: messages, shows, error }] of Object.entries(lastGood)) {
  Deno.test(`restart: "last" after ${name}`, async () => {
    const { runtime, enter, say, errors } = bed("last");
    await using _ = runtime;
    const anna = enter("anna"), bob = enter("bob");
    say("up");
    say(...messages);
    assertEquals([text(anna), text(bob), errors], [shows, shows, [error]]);
  });
}

Deno.test('restart: "last" after a handler that throws: the present model', async () => {
  const { world, runtime, enter, say, errors } = bed("last");
  await using _ = runtime;
  const anna = enter("anna");
  say("up");
  anna.read();
  anna.press("handler");
  world.settle();
  assertEquals([text(anna), errors], ["1 anna", ["handler: Error: in handler"]]);
});

Deno.test('restart: "last" tells the model again of who came and went in what was lost', async () => {
  const { world, runtime, enter, say } = bed("last");
  await using _ = runtime;
  const anna = enter("anna"), bob = enter("bob");
  bob.leave();
  world.advance(4_999);
  // Bob's time is over, and Carl comes, in a turn that fails.
  const carl = new Visitor(runtime as Runtime<never>, "carl-secret", "carl");
  runtime.dispatch("throw");
  world.advance(1);
  assertEquals([text(anna), text(carl)], ["0 anna,carl", "0 anna,carl"]);
  // A view that fails takes all that it never showed with it.
  const dora = new Visitor(runtime as Runtime<never>, "dora-secret", "dora");
  say("ugly");
  assertEquals([text(anna), text(dora)], ["0 anna,carl,dora", "0 anna,carl,dora"]);
});

Deno.test("a client that connects while an app is about to begin again is shown the new beginning", async () => {
  const { world, runtime, enter } = bed("fresh");
  await using _ = runtime;
  const anna = enter("anna");
  runtime.dispatch("ugly");
  // The error comes when the newcomer has to be shown the view.
  const bob = new Visitor(runtime as Runtime<never>, "bob-secret", "bob");
  assertEquals(bob.link.closed, undefined);
  world.settle();
  assertEquals([text(anna), text(bob)], ["0 anna,bob", "0 anna,bob"]);
});

Deno.test("stop() ends an app that is about to begin again", async () => {
  const { world, runtime, enter } = bed("fresh");
  const anna = enter("anna");
  runtime.dispatch("throw");
  const soon = world.soon.bind(world);
  world.soon = () => {};
  world.settle();
  world.soon = soon;
  await runtime.stop();
  assertEquals([anna.link.closed?.code, world.timers], [1000, 0]);
});

Deno.test("a client that never says the new epoch is never heard, and harms nobody", async () => {
  const { world, runtime, enter, say } = bed("fresh");
  await using _ = runtime;
  const anna = enter("anna");
  say("throw");
  const { link } = anna;
  for (const lie of ["[0,[1]]", '"name"', "{", "[]", "1e999"]) assertEquals(anna.say(lie), "taken");
  assertEquals(anna.say("x".repeat(70_000)), "refused");
  assertEquals(link.closed?.code, 4413);
  const bob = enter("bob");
  assertEquals(text(bob), "0 anna,bob");
  assertEquals(bob.say(JSON.stringify(bob.reader.epoch)), "refused", "who was not asked is not to say it");
  world.settle();
});

Deno.test("a client that speaks and does not say the new epoch within 30 s is sent for a new link with 4409; one that says it late is heard", async () => {
  const { world, runtime, enter, say } = bed("fresh");
  await using _ = runtime;
  const anna = enter("anna"), bob = enter("bob");
  say("throw");
  world.advance(30_000);
  assertEquals([anna.say("[0,[1]]"), anna.link.closed], ["taken", undefined], "what was on its way for so long");
  world.advance(1);
  // Bob's page slept, and reads now what it was sent: it says the epoch before all else.
  bob.read();
  assertEquals(bob.press("up"), "taken");
  assertEquals([anna.say("[0,[1]]"), anna.link.closed?.code], ["refused", 4409]);
  anna.comeBack();
  anna.press("up");
  world.settle();
  assertEquals([text(anna), text(bob)], ["2 anna,bob", "2 anna,bob"]);
});

Deno.test("an init that throws ends, whatever restart says", async () => {
  const errors: string[] = [];
  const runtime = run(
    app<number, never>({
      init() {
        throw new Error("in init");
      },
      update: (n) => n,
      view: () => null,
    }),
    undefined,
    { restart: "fresh", onError: (error, where) => errors.push(`${where}: ${error}`) },
  );
  await runtime.stopped;
  assertEquals(errors, ["init: Error: in init"]);
});

Deno.test("serve() with a restart keeps sockets over an error, without it they are closed with 4500 and begin anew", async () => {
  const counter = app<number, "up" | "throw">({
    init: () => 0,
    update(n, msg) {
      if (msg === "throw") throw new Error("in update");
      return n + 1;
    },
    view: (
      n,
      send,
    ) => [<p>{n}</p>, <button name="up" onClick={send("up")}>x</button>, <button name="no" onClick={send("throw")}>x</button>],
  });
  const errors: string[] = [];
  const onError = (_: unknown, where: string) => errors.push(where);
  const routes = {
    "/last": serve(counter, { key: () => "room", restart: "last", linger: 0, onError }),
    "/fresh": serve(counter, { restart: "fresh", onError }),
    "/never": serve(counter, { key: () => "room", linger: 0, onError }),
  };
  await using server = serveOn0((request) => routes[new URL(request.url).pathname as "/last"](request));
  for (const [path, shows, then] of [["/last", "1xx", "2xx"], ["/fresh", "0xx", "1xx"], ["/never", "", ""]] as const) {
    await using caller = await Caller.open(`${server.ws}${path}`);
    caller.press("up");
    await caller.until(() => caller.text === "1xx");
    caller.press("no");
    if (shows === "") {
      assertEquals(await caller.end(), 4500);
      await using again = await Caller.open(`${server.ws}${path}`);
      assertEquals(again.text, "0xx");
      continue;
    }
    await caller.until(() => caller.reader.mounts === 2);
    assertEquals(caller.text, shows);
    caller.press("up");
    await caller.until(() => caller.text === then);
  }
  assertEquals(errors, ["update", "update", "update"]);
  await until(() => Object.values(routes).every((live) => live.running === 0));
});

Deno.test("What was rendered in a turn that fails is shown to nobody, and none of its events is acknowledged", async () => {
  const world = new VirtualWorld();
  const Counter = ({ onBump }: { onBump: (event: Event) => void }) => {
    const [clicks, setClicks] = useState(0);
    const press = (event: Event) => {
      setClicks(clicks + 1);
      onBump(event);
    };
    return <button name="press" onClick={press}>{clicks}</button>;
  };
  const failing = app<number, "bump" | "throw">({
    init: () => 0,
    update(n, message) {
      if (message === "throw") throw new Error("in update");
      return n + 1;
    },
    view: (n, send) => [<p>{n}</p>, <Counter onBump={send("bump")} />, <button name="throw" onClick={send("throw")}>x</button>],
  });
  await using runtime = run(failing, undefined, { world, restart: "last", onError() {} });
  const visitor = new Visitor(runtime as unknown as Runtime<never>);
  // The second is understood after a rendering for the first, whose message is not folded yet, and never is.
  for (const name of ["press", "press", "throw"]) visitor.press(name);
  world.settle();
  assertEquals(visitor.unread.map((text) => JSON.parse(text)[0]), ["mount"]);
  visitor.read();
  assertEquals(visitor.text, "00x");
});
