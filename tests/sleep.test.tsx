/** Sessions sleep as their snapshots while nothing happens, and nobody notices. Time is virtual. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { useEffect, useState } from "preact/hooks";
import { type App, app, effect, next, type Send } from "../mod.ts";
import type { SessionsOptions } from "../runtime/app/sessions.ts";
import { processOf as anyProcessOf } from "./process.ts";
import { RecordedLink } from "./recorded_link.ts";
import { ResumingClient } from "./resuming_client.ts";
import { VirtualWorld } from "./virtual_world.ts";

type Msg = "up" | { readonly add: number };

const counter = app({
  init: () => ({ count: 0 }),
  update: (model, msg: Msg) => ({ count: model.count + (msg === "up" ? 1 : msg.add) }),
  view: (model, send: Send<Msg>) => (
    <p>
      <button onClick={send("up")}>+</button>
      <button onClick={send({ add: model.count })}>double</button>
      {model.count}
    </p>
  ),
  name: "counter",
});

function processOf<Model, M>(app: App<Model, M>, world: VirtualWorld, options: Partial<SessionsOptions> = {}) {
  return anyProcessOf(app, world, { sleep: 60_000, ...options });
}

/** As a browser: it tells the version that it shows, a second after a patch. */
function quiet(client: ResumingClient, world: VirtualWorld, ms: number): void {
  world.advance(1_000);
  client.tell();
  world.advance(ms);
}

Deno.test("a session sleeps after a while of silence, and is woken by an event as if nothing had been", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  client.click("+");
  world.settle();
  quiet(client, world, 58_000);
  assertEquals([here.size, here.asleep], [1, 0]);
  world.advance(61_000);
  assertEquals([here.size, here.asleep], [1, 1]);
  // The one that all sessions share: none of a session.
  assertEquals(world.timers, 1);
  const { epoch, version } = client.reader;
  const before = client.messages.length;
  client.click("double");
  assertEquals([here.asleep, client.messages.length], [0, before]);
  world.settle();
  assertEquals(client.text, "+double4");
  assertMatch(client.messages.at(-1)!, /^\[1,\{/);
  assertEquals(client.messages.length, before + 1);
  assertEquals([client.reader.epoch, client.reader.version, client.reader.mounts], [epoch, version + 1, 1]);
  // And so again.
  quiet(client, world, 130_000);
  assertEquals(here.asleep, 1);
  client.click("+");
  world.settle();
  assertEquals([client.text, client.reader.mounts, client.reader.refused], ["+double5", 1, []]);
});

Deno.test("a session that slept goes on elsewhere from the snapshot that its browser has", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.settle();
  quiet(client, world, 130_000);
  assertEquals(here.asleep, 1);
  client.cut(false);
  client.click("+");
  client.open(processOf(counter, world));
  world.settle();
  assertEquals([client.text, client.reader.mounts, client.reader.done], ["+double2", 1, 2]);
});

Deno.test("a session whose snapshot does not cover all sends one before it sleeps", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world, { sleep: 500 });
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.settle();
  client.tell();
  const before = client.messages.length;
  world.advance(1_100);
  assertEquals(here.asleep, 1);
  assertEquals(client.messages.length, before + 1);
  assertMatch(client.messages.at(-1)!, /^\[\[0,"[\w-]+"\]\]$/);
  client.cut(false);
  client.open(processOf(counter, world));
  world.settle();
  assertEquals([client.text, client.reader.mounts], ["+double1", 1]);
});

Deno.test("a session stays awake until its client has told the newest version", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.advance(200_000);
  assertEquals(here.asleep, 0);
  client.tell();
  world.advance(200_000);
  assertEquals(here.asleep, 1);
});

Deno.test("what listens, waits or runs stays awake", async () => {
  const world = new VirtualWorld();
  const options = { init: () => 0, update: (n: number, _msg: "tick") => n + 1, view: String };
  const listening = app({ ...options, subscriptions: () => ({ tick: effect.every(50_000, "tick") }), name: "listening" });
  const waiting = app({ ...options, init: () => next(0, effect.after(300_000, "tick")), name: "waiting" });
  let resolve!: (message: "tick") => void;
  const promised = app({
    ...options,
    init: () => next(0, effect.from(() => new Promise<"tick">((done) => resolve = done))),
    name: "promised",
  });
  for (const [one, isLater] of [[listening, false], [waiting, true], [promised, true]] as const) {
    const here = processOf(one as App<number, "tick">, world);
    const client = new ResumingClient("anna-0001");
    client.open(here);
    world.advance(200_000);
    client.tell();
    assertEquals([one.name, here.asleep], [one.name, 0]);
    world.advance(150_000);
    if (one === promised) resolve("tick");
    await world.rest();
    quiet(client, world, 120_000);
    assertEquals([one.name, here.asleep], [one.name, isLater ? 1 : 0]);
  }
});

Deno.test("states of components sleep and wake; a component with an effect does not sleep", () => {
  const world = new VirtualWorld();
  function Clicks() {
    const [clicks, setClicks] = useState(0);
    return <button onClick={() => setClicks(clicks + 1)}>clicks {clicks}</button>;
  }
  function Living() {
    useEffect(() => () => {});
    return <Clicks />;
  }
  for (const [Root, asleep] of [[Clicks, 1], [Living, 0]] as const) {
    const here = processOf(app<Record<never, never>>(Root), world);
    const client = new ResumingClient("anna-0001");
    client.open(here);
    client.click("clicks 0");
    world.settle();
    quiet(client, world, 130_000);
    assertEquals(here.asleep, asleep);
    client.click("clicks 1");
    world.settle();
    assertEquals([client.text, client.reader.mounts], ["clicks 2", 1]);
  }
});

Deno.test("resumed is told of the sleep, and what it asks for is done", () => {
  const world = new VirtualWorld();
  const whys: string[] = [];
  const woken = app({
    init: () => ({ count: 0, woken: 0 }),
    update: (model, _msg: "up") => ({ ...model, count: model.count + 1 }),
    view: (model, send: Send<"up">) => <button onClick={send("up")}>{model.count} {model.woken}</button>,
    resumed(model, why) {
      whys.push(why);
      return next({ ...model, woken: model.woken + 1 }, effect.emit("woken", why));
    },
    name: "woken",
  });
  const here = processOf(woken, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  world.advance(61_000);
  assertEquals(here.asleep, 1);
  client.click("0 0");
  world.settle();
  assertEquals([client.text, whys], ["1 1", ["sleep"]]);
  assertEquals(client.reader.emitted, [{ name: "woken", detail: "sleep" }]);
  // It was no event alone: a snapshot came with it.
  assertMatch(client.messages.at(-1)!, /^\[\[1,"[\w-]+"\],/);
});

Deno.test("a session whose link is cut sleeps at once, and is found by its client", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.settle();
  client.cut();
  client.click("double");
  assertEquals(here.asleep, 1);
  world.advance(20_000);
  client.open(here);
  world.settle();
  assertEquals([client.text, client.reader.mounts, client.reader.resumed], ["+double2", 1, 1]);
  assertEquals([here.size, here.asleep], [1, 0]);
  client.cut();
  world.advance(30_000);
  assertEquals([here.size, world.timers], [0, 0]);
});

Deno.test("events on their way when the link was cut are of what was seen, though the session slept meanwhile", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  client.click("+");
  world.settle();
  client.cut();
  // Seen at 1, then two more that this client has not seen come to nothing of it.
  client.click("double");
  client.click("double");
  world.advance(5_000);
  assertEquals(here.asleep, 1);
  client.open(here);
  world.settle();
  assertEquals([client.text, client.reader.refused, client.reader.done], ["+double3", [], 3]);
});

Deno.test("a client that leaves while its session sleeps has left, to the app too", () => {
  const world = new VirtualWorld();
  const log: string[] = [];
  const present = app({
    init: () => 0,
    update: (n, msg: string) => (log.push(msg), n),
    view: (n) => <p>{n}</p>,
    onConnect: ({ id }) => `${id} came`,
    onDisconnect: ({ id }) => `${id} left`,
    name: "present",
  });
  const here = processOf(present, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  world.advance(70_000);
  assertEquals([here.asleep, log.length], [1, 1]);
  client.cut();
  world.advance(4_000);
  client.open(here);
  world.advance(70_000);
  assertEquals([here.asleep, log.length], [1, 1]);
  client.cut();
  world.advance(10_000);
  assertEquals([here.asleep, log], [1, [log[0]!, log[0]!.replace("came", "left")]]);
  world.advance(30_000);
  assertEquals([here.size, log.length], [0, 2]);
});

Deno.test("a server that shuts down wakes nobody: those who sleep are told to come back", async () => {
  const world = new VirtualWorld();
  const woken: string[] = [];
  const here = processOf(app({ ...counter, resumed: (model, why) => (woken.push(why), model), name: "sleepers" }), world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  world.advance(61_000);
  assertEquals(here.asleep, 1);
  await here.leave();
  assertEquals([client.closed, here.size, woken], [4503, 0, []]);
});

Deno.test("what breaks the rules is closed also where it wakes a session", () => {
  const world = new VirtualWorld();
  const here = processOf(counter, world);
  const link = new RecordedLink("anna-0001");
  const connection = here.connect(link);
  world.advance(61_000);
  assertEquals(here.asleep, 1);
  assertEquals(connection.receive("nonsense"), "refused");
  assertEquals(link.closed?.code, 4400);
});

Deno.test("a view that does not follow from its model is mounted anew when it is woken, and the event is refused", () => {
  const world = new VirtualWorld();
  let impure = 0;
  const strange = app({
    init: () => 0,
    update: (n, _msg: "up") => n + 1,
    view: (n, send: Send<"up">) => <button onClick={send("up")}>{n} {impure}</button>,
    name: "strange",
  });
  const here = processOf(strange, world);
  const client = new ResumingClient("anna-0001");
  client.open(here);
  world.advance(61_000);
  assertEquals(here.asleep, 1);
  impure = 1;
  client.click("0 0");
  world.settle();
  assertEquals([client.text, client.reader.mounts], ["0 1", 2]);
  client.click("0 1");
  world.settle();
  assertEquals([client.text, client.closed], ["1 1", undefined]);
});

Deno.test("without `sleep`, or with one of 0 or Infinity, nobody sleeps", () => {
  for (const sleep of [0, Infinity]) {
    const world = new VirtualWorld();
    const here = processOf(counter, world, { sleep });
    const client = new ResumingClient("anna-0001");
    client.open(here);
    world.advance(10_000_000);
    client.cut();
    assertEquals([here.size, here.asleep], [1, 0]);
  }
});

Deno.test("a session that sleeps costs less than 1 KB beyond its link", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", new URL("./sleep_memory.tsx", import.meta.url).pathname],
  }).output();
  const { asleep, bytes } = JSON.parse(new TextDecoder().decode(stdout) || "{}") as { asleep: number; bytes: number };
  assertEquals(asleep, 10_000, new TextDecoder().decode(stderr));
  assert(bytes > 0 && bytes < 1_000, `${bytes} bytes`);
});
