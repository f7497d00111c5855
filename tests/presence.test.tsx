// deno-lint-ignore-file jsx-key -- unkeyed lists are what is tested
/** Who is here: each client joins once and leaves once, whatever its link does; and messages that go to one of them. */
import { assert, assertEquals } from "@std/assert";
import { app, type Client, type Effect, effect, next } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { seeded } from "./kit.ts";
import { RecordedLink } from "./recorded_link.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

type Msg = { joined: Client<string> } | { left: Client<string> } | { do: Effect<Msg> } | { say: string; by: string };

interface Place extends AsyncDisposable {
  readonly world: VirtualWorld;
  readonly runtime: Runtime<Msg>;
  readonly log: string[];
  readonly errors: string[];
  enter(name: string): Visitor;
}

function place(): Place {
  const world = new VirtualWorld();
  const log: string[] = [];
  const errors: string[] = [];
  const runtime = run(
    app<readonly string[], Msg, void, string>({
      init: () => [],
      onConnect: (client) => ({ joined: client }),
      onDisconnect: (client) => ({ left: client }),
      update(here, msg, from) {
        if ("do" in msg) return next(here, msg.do);
        const by = from?.user ?? "nobody";
        if ("say" in msg) {
          log.push(`${msg.by} says ${msg.say}, by ${by}`);
          return here;
        }
        if ("joined" in msg) {
          log.push(`${msg.joined.user} joined, by ${by}`);
          return next([...here, msg.joined.user], effect.emit("welcome", msg.joined.user, { to: msg.joined.id }));
        }
        log.push(`${msg.left.user} left, by ${by}`);
        return next(here.filter((name) => name !== msg.left.user), effect.emit("bye", msg.left.user));
      },
      view: (here, send) => [
        <p>{here.join()}</p>,
        <button name="later" onClick={send({ do: effect.after(10, { do: effect.emit("later", 1, { to: "cause" }) }) })}>x</button>,
        <button
          name="fetch"
          onClick={send({ do: effect.from(async () => ({ do: effect.emit("fetched", 1, { to: "cause" }) })) })}
        >
          x
        </button>,
        <button name="go" onClick={send((_event, client) => ({ do: effect.disconnect(client.id) }))}>x</button>,
        <button name="say" onClick={send((_event, client) => ({ say: "hello", by: client.user }))}>x</button>,
      ],
    }),
    undefined,
    { world, onError: (error, where) => errors.push(`${where}: ${error}`) },
  );
  return {
    world,
    runtime: runtime as Runtime<Msg>,
    log,
    errors,
    enter(name) {
      const visitor = new Visitor(runtime as Runtime<never>, `${name}-secret`, name);
      world.settle();
      visitor.read();
      return visitor;
    },
    async [Symbol.asyncDispose]() {
      await runtime.stop();
      assertEquals(errors, []);
      assertEquals(world.timers, 0);
    },
  };
}

Deno.test("onConnect() is a message of the client that joined, after its mount; a newcomer sees the view as it is", async () => {
  await using room = place();
  const anna = room.enter("anna");
  const bob = room.enter("bob");
  anna.read();
  assertEquals(room.log, ["anna joined, by anna", "bob joined, by bob"]);
  assertEquals([anna.text, bob.text], ["anna,bobxxxx", "anna,bobxxxx"]);
  assertEquals(JSON.parse(bob.link.messages[0]!)[0], "mount");
  assert(bob.link.messages[0]!.includes("anna"), "a newcomer sees who is there");
  assertEquals(anna.reader.emitted, [{ name: "welcome", detail: "anna" }]);
  assertEquals(bob.reader.emitted, [{ name: "welcome", detail: "bob" }]);
});

Deno.test("onDisconnect() comes 5 s after a link was cut; a client that is back by then has never left", async () => {
  await using room = place();
  const anna = room.enter("anna");
  const bob = room.enter("bob");
  room.log.length = 0;
  bob.leave();
  room.world.advance(4_900);
  bob.comeBack();
  room.world.advance(60_000);
  assertEquals(room.log, []);
  bob.leave();
  bob.leave();
  room.world.advance(4_900);
  assertEquals(room.log, []);
  room.world.advance(200);
  assertEquals(room.log, ["bob left, by bob"]);
  anna.read();
  assertEquals(anna.text, "annaxxxx");
  // Back too late: it joins anew, and once.
  bob.comeBack();
  room.world.advance(60_000);
  assertEquals(room.log, ["bob left, by bob", "bob joined, by bob"]);
});

Deno.test("onDisconnect() waits for each client on its own", async () => {
  await using room = place();
  const [anna, bob, carl] = ["anna", "bob", "carl"].map((name) => room.enter(name));
  room.log.length = 0;
  anna!.leave();
  room.world.advance(2_000);
  bob!.leave();
  room.world.advance(2_000);
  carl!.leave();
  anna!.comeBack();
  room.world.advance(3_500);
  assertEquals(room.log, ["bob left, by bob"]);
  room.world.advance(2_000);
  assertEquals(room.log, ["bob left, by bob", "carl left, by carl"]);
});

Deno.test("a second link of the same client is no second client", async () => {
  await using room = place();
  room.enter("anna");
  const second = new Visitor(room.runtime as Runtime<never>, "anna-secret", "anna");
  room.world.advance(60_000);
  second.read();
  assertEquals([room.log, room.runtime.status().clients], [["anna joined, by anna"], 1]);
});

Deno.test("stop() tells of all who are here, and of those who were cut just before, once", async () => {
  const room = place();
  room.enter("anna");
  room.enter("bob").leave();
  // Joined, and not told of yet.
  new Visitor(room.runtime as Runtime<never>, "carl-secret", "carl");
  room.log.length = 0;
  await room[Symbol.asyncDispose]();
  await room.runtime.stop();
  room.world.advance(60_000);
  assertEquals(room.log.toSorted(), ["anna left, by anna", "bob left, by bob", "carl joined, by carl", "carl left, by carl"]);
});

Deno.test("effect.disconnect() sends one away with 4403; it has left at once, and is not let in for 5 s", async () => {
  await using room = place();
  const anna = room.enter("anna");
  const bob = room.enter("bob");
  room.log.length = 0;
  bob.press("go");
  room.world.settle();
  assertEquals([bob.link.closed?.code, anna.link.closed], [4403, undefined]);
  assertEquals(room.log, ["bob left, by bob"]);
  // A browser that the code did not reach tries again.
  const again = new RecordedLink("bob-secret", "bob");
  assertEquals(room.runtime.connect(again).receive("1"), "refused");
  assertEquals([again.closed?.code, again.messages], [4403, []]);
  room.world.advance(6_000);
  assertEquals(room.log, ["bob left, by bob"]);
  bob.comeBack();
  room.world.settle();
  assertEquals(room.log, ["bob left, by bob", "bob joined, by bob"]);
  // Nobody of this name is here.
  room.runtime.dispatch({ do: effect.disconnect("nobody") });
  room.world.settle();
});

Deno.test("effect.emit() to one reaches that one alone, and nobody when it has gone", async () => {
  await using room = place();
  const anna = room.enter("anna");
  const bob = room.enter("bob");
  anna.reader.emitted.length = bob.reader.emitted.length = 0;
  for (const visitor of [anna, bob]) visitor.press("say");
  room.world.settle();
  assertEquals(room.log.slice(2), ["anna says hello, by anna", "bob says hello, by bob"]);
  room.runtime.dispatch({ do: effect.emit("psst", 1, { to: "unknown" }) });
  room.world.settle();
  anna.read();
  bob.read();
  assertEquals([anna.reader.emitted, bob.reader.emitted], [[], []]);
});

Deno.test("effect.emit() to the cause reaches it after a timer, a promise and a cut of its link", async () => {
  await using room = place();
  const anna = room.enter("anna");
  const bob = room.enter("bob");
  anna.reader.emitted.length = bob.reader.emitted.length = 0;
  bob.press("later");
  bob.press("fetch");
  room.world.settle();
  bob.read();
  bob.leave();
  bob.comeBack();
  room.world.advance(20);
  await room.world.rest();
  anna.read();
  bob.read();
  assertEquals(anna.reader.emitted, []);
  assertEquals(bob.reader.emitted.map(({ name }) => name).toSorted(), ["fetched", "later"]);
});

Deno.test("update() is told nobody of what an effect of a client sends later", async () => {
  await using room = place();
  room.enter("anna");
  room.runtime.dispatch({ do: effect.after(1, { say: "hello", by: "a timer" }) });
  room.world.advance(5);
  assertEquals(room.log.at(-1), "a timer says hello, by nobody");
});

Deno.test("an app that does not ask who is here sets no timer for it", async () => {
  const world = new VirtualWorld();
  await using runtime = run(app<number, never>({ init: () => 0, update: (n) => n, view: () => "x" }), undefined, { world });
  new Visitor(runtime as Runtime<never>).leave();
  assertEquals(world.timers, 0);
});

seeded("presence is exact, whatever links do", async (random) => {
  const room = place();
  const names = ["a", "b", "c", "d"];
  const visitors = new Map<string, Visitor>();
  const cut = new Map<string, number>();
  for (let step = 0; step < 300; step++) {
    const name = names[random.below(names.length)]!;
    const visitor = visitors.get(name);
    switch (random.below(4)) {
      case 0:
        if (!visitor) visitors.set(name, new Visitor(room.runtime as Runtime<never>, `${name}-secret`, name));
        else visitor.comeBack();
        cut.delete(name);
        break;
      case 1:
        visitor?.leave();
        if (visitor && !cut.has(name)) cut.set(name, room.world.now());
        break;
      case 2:
        room.world.advance(random.below(4_000));
        break;
      default:
        room.world.settle();
    }
  }
  room.world.advance(0);
  const here = [...visitors.keys()].filter((name) => (cut.get(name) ?? Infinity) > room.world.now() - 5_000);
  const known = new Set<string>();
  for (const line of room.log) {
    const [who, what] = line.split(/[ ,]/) as [string, string];
    assertEquals(known.has(who), what === "left", line);
    if (what === "left") known.delete(who);
    else known.add(who);
  }
  assertEquals([...known].toSorted(), here.toSorted());
  await room[Symbol.asyncDispose]();
  assertEquals(room.log.filter((line) => line.includes("joined")).length, room.log.filter((line) => line.includes("left")).length);
});

Deno.test("client.id is another name than the secret by which a browser names itself", async () => {
  const world = new VirtualWorld();
  const named = app<string[], { joined: string }>({
    init: () => [],
    onConnect: ({ id }) => ({ joined: id }),
    update: (ids, { joined }) => [...ids, joined],
    view: (ids) => <p>{ids.join(" ")}</p>,
  });
  await using runtime = run(named, undefined, { world });
  const names = ["a-secret-of-anna-0123456789", "a-secret-of-bob-0123456789"];
  const [anna] = names.map((name) => new Visitor(runtime, name));
  world.settle();
  anna!.read();
  const ids = anna!.text.split(" ");
  assertEquals(new Set(ids).size, 2, anna!.text);
  for (const name of names) assert(ids.every((id) => id.length > 0 && !id.includes(name) && !name.includes(id)), anna!.text);
});
