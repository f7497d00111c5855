/** What strangers can make a server do and keep: replays, requests without a link, sessions. Counted, not timed. */
import { assert, assertEquals } from "@std/assert";
import { app, serve } from "../mod.ts";
import type { Link } from "../runtime/app/member.ts";
import { Sessions } from "../runtime/app/sessions.ts";
import { Sealer } from "../runtime/continuity/seal.ts";
import { checksum } from "../runtime/view/checksum.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { Reader } from "./reader.ts";

const secret = "only for these tests, 16 or more";
const items = Array.from({ length: 30_000 }, (_, i) => `${i} `);

/** A large view, and how often it was rendered. */
function large() {
  const count = { views: 0 };
  const of = app({
    name: "large",
    init: () => 0,
    update: (n: number, _msg: "up") => n + 1,
    view(n, send) {
      count.views++;
      return (
        <div>
          <button type="button" onClick={send("up")}>+</button>
          <p>{n}</p>
          <i>{items}</i>
        </div>
      );
    },
  });
  return { of, count };
}

/** What a browser would say after so many clicks, if no other snapshot than the first had come: each click has its mark. */
async function resumeOf(url: string, clicks: number): Promise<string> {
  await using caller = await Caller.open(`${url.replace("http", "ws")}?nacre=abcdefgh-1....0`);
  const [, , , [, snapshot]] = JSON.parse(caller.messages[0]!);
  const marks: [number, number, number][] = [];
  const events: [number, ...unknown[]][] = [];
  for (let i = 1; i <= clicks; i++) {
    const heard = caller.messages.length;
    const [, ...up] = JSON.parse(caller.press("+"));
    events.push([i - 1, ...up]);
    const isPatch = (text: string) => /^\[(\d+|\[.*?\]),\{/.test(text);
    await caller.until(() => caller.messages.slice(heard).some(isPatch));
    const text = caller.messages.slice(heard).find(isPatch)!;
    const head = JSON.stringify(JSON.parse(text)[0]);
    marks.push([i, checksum(text.slice(head.length + 2)), i]);
  }
  return JSON.stringify(["resume", snapshot, clicks, marks, events]);
}

Deno.test("a resume message with many marks on a large view is rendered a bounded number of times, and others get their turn", async () => {
  const { of, count } = large();
  const small = serve(
    app({
      init: () => 0,
      update: (n: number, _msg: "up") => n + 1,
      view: (n, send) => <button type="button" onClick={send("up")}>{n}</button>,
    }),
  );
  const live = serve(of, { secret });
  await using server = serveOn0((request) => new URL(request.url).pathname === "/small" ? small(request) : live(request));
  const clicks = 400;
  const message = await resumeOf(server.url, clicks);
  assert(count.views > clicks);
  // Another process would be asked for the same: nothing of this one helps.
  await live.close();
  const again = serve(of, { secret });
  await using other = serveOn0(again);
  await using bystander = await Caller.open(`${server.url.replace("http", "ws")}/small`);

  count.views = 0;
  let isAnswered = false;
  const answer = fetch(`${other.url}?nacre=abcdefgh-1.x.0.${clicks}.1`, { method: "POST", body: message }).then((response) =>
    response.text()
  );
  answer.then(() => isAnswered = true);
  let turns = 0;
  while (!isAnswered) {
    const before = bystander.reader.done;
    bystander.press(String(turns));
    await bystander.until(() => bystander.reader.done > before);
    turns++;
  }
  const [first] = (await answer).split("\n").map((text) => JSON.parse(text)).filter(([kind]) => kind === "mount" || kind === "resume");
  // 4,000,000 holes and items in all: 133 renderings of 30,004; and a mount of all that was said.
  assert(count.views <= 140, `${count.views} renderings`);
  assertEquals(first[0], "mount");
  assertEquals([first[3]].flat()[0], clicks);
  assert(turns > 5, `${turns} turns of another session meanwhile`);

  // What an honest browser says, which has a snapshot after 64 events at the latest, is all known.
  const honest = await resumeOf(other.url, 64);
  await again.close();
  const third = serve(of, { secret });
  await using last = serveOn0(third);
  const response = await fetch(`${last.url}?nacre=abcdefgh-1.x.0.64.1`, { method: "POST", body: honest });
  const texts = (await response.text()).split("\n");
  assert(texts.some((text) => text.startsWith('["resume"')), texts.join().slice(0, 200));
  await Promise.all([third.close(), small.close()]);
});

Deno.test("of the requests of one client without a link one is worked on and one waits; the others are answered at once", async () => {
  const live = serve(app({ init: () => 0, update: (n: number) => n, view: (n) => `${n}` }));
  await using server = serveOn0(live);
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  const statuses: number[] = [];
  const asked = Array.from({ length: 50 }, async () => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void bodies.push(controller) });
    const response = await fetch(`${server.url}?nacre=abcdefgh-1.x.0..0`, {
      method: "POST",
      body,
      headers: { "content-type": "text/plain" },
    });
    statuses.push(response.status);
    await response.body?.cancel();
  });
  await until(() => statuses.length >= 48);
  assertEquals(statuses, Array(48).fill(503));
  // Nobody else minds.
  const other = await fetch(`${server.url}?nacre=abcdefgh-2.x.0..0`, { method: "POST", body: "" });
  assertEquals(other.status, 200);
  await other.body?.cancel();
  for (const body of bodies) {
    try {
      body.close();
    } catch {
      // It was answered without it.
    }
  }
  await Promise.all(asked);
  assertEquals(statuses.slice(48), [200, 200]);
  await live.close();
});

Deno.test("requests of one user, or one address, are limited; strangers without either do not share a limit", async () => {
  const of = app({ init: () => 0, update: (n: number) => n, view: (n) => `${n}` });
  const known = serve(of, { authorize: () => "one user" });
  const addressed = serve(of, { address: (_request, info) => info?.remoteAddr.transport === "tcp" ? info.remoteAddr.hostname : "none" });
  const open = serve(of);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request, info) => {
    const live = { "/known": known, "/addressed": addressed }[new URL(request.url).pathname] ?? open;
    return (live as typeof open)(request, info);
  });
  const ask = async (path: string, name: number, wait: Promise<void>) => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void wait.then(() => controller.close()) });
    const response = await fetch(`http://127.0.0.1:${server.addr.port}${path}?nacre=abcdefgh-${name}.x.0..0`, { method: "POST", body });
    await response.body?.cancel();
    return response.status;
  };
  for (const [path, refused] of [["/addressed", 4], ["/known", 4], ["/open", 0]] as const) {
    const done = Promise.withResolvers<void>();
    let early = 0;
    const all = Array.from({ length: 20 }, (_, i) => ask(path, i, done.promise).then((status) => (early++, status)));
    if (refused) await until(() => early === refused);
    done.resolve();
    const statuses = await Promise.all(all);
    assertEquals(statuses.filter((status) => status === 429).length, refused, path);
    assertEquals(statuses.filter((status) => status === 200).length, 20 - refused, path);
  }
  await Promise.all([known.close(), addressed.close(), open.close()]);
  await server.shutdown();
});

Deno.test("links of strangers who do nothing end no session of somebody who did something", async () => {
  const sessions = new Sessions(
    app({
      init: () => 0,
      update: (n: number, _msg: "up") => n + 1,
      view: (n, send) => <button type="button" onClick={send("up")}>{n}</button>,
    }),
    {
      linger: 60_000,
      expires: 60_000,
      onError: (error) => {
        throw error;
      },
    },
  );
  const link = (name: string): Link<unknown> => ({ user: undefined, resume: `${name}....0`, send() {}, close() {} });
  const sent: string[] = [];
  const send = (message: string | Uint8Array) => void sent.push(message as string);
  const mine = sessions.connect({ ...link("somebody-real"), send }, undefined);
  mine.receive("[0,[1]]");
  mine.disconnect("cut");
  for (let i = 0; i < 1_500; i++) sessions.connect(link(`stranger-${i}`), undefined).disconnect("cut");
  await until(() => sessions.size === 1_000);
  assert(sessions.admits("somebody-real....0", undefined));
  const epoch = JSON.parse(sent.shift()!)[1];
  sessions.connect({ ...link("somebody-real"), send, resume: `somebody-real.${epoch}.0..0` }, undefined);
  // Its count is there: nothing of it was given up.
  const [kind, same, , last, , value] = JSON.parse(sent.at(-1)!);
  assertEquals([kind, same, last, value], ["mount", epoch, 1, [1, 1]]);
  await sessions.leave();
});

Deno.test("above the most sessions a link is answered with 503, and a client whose session is here finds it", async () => {
  const live = serve(app({ init: () => 0, update: (n: number) => n, view: (n) => `${n}` }), { mostSessions: 1 });
  await using server = serveOn0(live);
  const ask = async (name: string) => {
    const response = await fetch(`${server.url}?nacre=${name}....0`, {
      headers: {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-key": "x3JJHMbDL1EzLkh9GBhXDw==",
        "sec-websocket-version": "13",
      },
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status;
  };
  {
    await using _first = await Caller.open(`${server.ws}?nacre=abcdefgh-1....0`);
    assertEquals(await ask("abcdefgh-2"), 503);
    // The one that is here.
    await using again = await Caller.open(`${server.ws}?nacre=abcdefgh-1....0`);
    assertEquals(again.closed, undefined);
  }
  await until(() => live.running === 0);
  await using later = await Caller.open(`${server.ws}?nacre=abcdefgh-3....0`);
  assertEquals(later.closed, undefined);
  await live.close();
});

Deno.test("a POST whose type only begins like text/plain is refused with 415", async () => {
  const live = serve(app({ init: () => 0, update: (n: number) => n, view: (n) => `${n}` }));
  await using server = serveOn0(live);
  for (
    const [type, status] of [["text/plain", 200], ["text/plain;charset=utf-8", 200], ["TEXT/PLAIN ; x=y", 200], ["text/plainfoo", 415], [
      "text/plain-x",
      415,
    ], ["text", 415]] as const
  ) {
    const response = await fetch(`${server.url}?nacre=abcdefgh-1.x.0..0`, { method: "POST", body: "", headers: { "content-type": type } });
    await response.body?.cancel();
    assertEquals(response.status, status, type);
  }
  await live.close();
});

// ---- the memory of sessions --------------------------------------------------------------------

/** Keeps all texts that it is told; `shape` makes the model so that a snapshot can, or cannot, be made of it. */
function keeper(shape: "plain" | "no data") {
  return app({
    name: "keeper",
    init: () => ({ texts: [] as readonly string[], ...(shape === "no data" && { of: () => {} }) }),
    update: (model, text: string) => ({ ...model, texts: text === "" ? [] : [...model.texts, text] }),
    view: ({ texts }, send) => <textarea value={`${texts.length}`} onInput={send((e) => e.currentTarget.value)} />,
  });
}

/** Sessions under a bound of so many bytes, and clients of them. */
function bounded(mostBytes: number, shape: "plain" | "no data" = "plain", sleep = 0) {
  const sessions = new Sessions(keeper(shape), {
    sealer: new Sealer({ secret, app: "keeper", now: Date.now }),
    linger: 60_000,
    expires: 86_400_000,
    sleep,
    most: 1_000,
    mostBytes,
    onError() {},
  });
  return {
    sessions,
    come(name: string, resume = `${name}....0`) {
      const client = { sent: [] as string[], closed: undefined as number | undefined };
      const reader = new Reader();
      let told = 0;
      const connection = sessions.connect({
        user: undefined,
        resume,
        send(message) {
          client.sent.push(message as string);
          reader.receive(message as string);
        },
        close: (code) => void (client.closed ??= code),
      }, undefined);
      const say = (value: string) => {
        const seen = reader.version - told;
        told = reader.version;
        return connection.receive(JSON.stringify([seen, [1], 0, { value }]));
      };
      return Object.assign(client, { connection, say, reader });
    },
  };
}
const mebibyte = 1024 * 1024;

for (const shape of ["plain", "no data"] as const) {
  Deno.test(`sessions that grow past mostMemory: the largest is sent elsewhere, a small one stays, and one more gets no place; a model that is ${shape}`, async () => {
    const { sessions, come } = bounded(8 * mebibyte, shape);
    const small = come("small-one");
    small.say("a");
    const strangers = Array.from({ length: 4 }, (_, i) => come(`stranger-${i}`));
    // Each may say 1,000 messages at once: 64 MB of models, if nobody minded.
    let said = 0;
    for (let i = 0; i < 250; i++) {
      for (const stranger of strangers) if (stranger.say(`${"x".repeat(64_000)}${i}`) === "taken") said++;
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve));
      assert(sessions.bytes < 32 * mebibyte, `${sessions.bytes} bytes of ${said} messages`);
    }
    await until(() => sessions.bytes <= 8 * mebibyte);
    // What is no data is counted as far as it was said a moment ago.
    assertEquals(strangers.map(({ closed }) => closed), Array(4).fill(4503));
    assertEquals(small.closed, undefined);
    assertEquals(small.say("b"), "taken");
    await until(() => small.reader.done === 2);
    await sessions.leave();
  });
}

Deno.test("a route whose sessions hold three quarters of mostMemory answers 503, until one of them holds less; one whose session is here finds it", async () => {
  const { sessions, come } = bounded(mebibyte * 4 / 3);
  const large = come("large-one");
  for (let i = 0; i < 7; i++) large.say("x".repeat(64_000));
  const clients = [];
  while (sessions.admits("another-1....0", undefined)) clients.push(come(`another-${clients.length + 10}`));
  // 10 KiB each beside 0.85 MiB.
  assert(clients.length > 1 && clients.length < 20, `${clients.length} beside it`);
  assert(sessions.admits("large-one....0", undefined));
  // One that came through while the last places were taken.
  assertEquals(come("another-2").closed, 4503);
  // Its last snapshot says so, a while after it has emptied the model.
  large.say("");
  large.connection.disconnect("closed");
  await until(() => sessions.admits("another-3....0", undefined));
  assertEquals(clients.map(({ closed }) => closed).filter((code) => code !== undefined), []);
  await sessions.leave();
  assertEquals(sessions.bytes, 0);
});

Deno.test("strangers who fill mostMemory with sessions as small as others end nobody who was there before, however much that one does", async () => {
  const { sessions, come } = bounded(2 * mebibyte);
  const early = come("early-one");
  early.say("a");
  for (let i = 0; sessions.admits(`stranger-${i}....0`, undefined); i++) come(`stranger-${i}`);
  // 150 of 10 KiB are three quarters: the rest is for those that are there.
  assert(sessions.size >= 140 && sessions.size <= 160, `${sessions.size}`);
  // As much as it may say at once without a pause.
  for (let i = 0; i < 900; i++) {
    assertEquals(early.say(i % 2 ? "" : "x".repeat(400)), "taken");
    if (i % 30 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await until(() => early.reader.done === 901);
  assertEquals(early.closed, undefined);
  await sessions.leave();
});

Deno.test("of sessions that grow alike the newest are sent elsewhere", async () => {
  const { sessions, come } = bounded(2 * mebibyte);
  const clients = Array.from({ length: 100 }, (_, i) => come(`somebody-${i}`));
  for (const client of clients) client.say("x".repeat(10_000));
  await until(() => clients.some(({ closed }) => closed) && sessions.bytes <= 2 * mebibyte);
  const closed = clients.map(({ closed }) => closed);
  const first = closed.indexOf(4503);
  assert(first > 20 && first < 80, `${first} of 100 stay`);
  assertEquals(closed, clients.map((_, i) => i < first ? undefined : 4503));
  await sessions.leave();
});

Deno.test("what a session is measured to hold falls with its model, and when it sleeps", async () => {
  const { sessions, come } = bounded(Infinity, "plain", 300);
  const one = come("one-alone");
  for (let i = 0; i < 7; i++) one.say("0123456789".repeat(6_400));
  assert(sessions.bytes > 2 * 7 * 64_000, `${sessions.bytes}`);
  one.connection.disconnect("cut");
  // Deflated; the text repeats.
  await until(() => sessions.bytes < 50_000);
  assert(sessions.size === 1 && sessions.bytes > 1_024, `${sessions.bytes}`);
  await sessions.leave();
  assertEquals(sessions.bytes, 0);
});

Deno.test("sessions that wait make room: those of strangers who did nothing at once, those of others when what is there grows", async () => {
  const { sessions, come } = bounded(mebibyte);
  const acted = come("acted-one");
  acted.say("a");
  await until(() => acted.sent.length > 1);
  acted.connection.disconnect("cut");
  // As many as fit, all cut.
  for (let i = 0; i < 300; i++) {
    assert(sessions.admits(`stranger-${i}....0`, undefined));
    come(`stranger-${i}`).connection.disconnect("cut");
  }
  const epoch = JSON.parse(acted.sent[0]!)[1];
  assert(sessions.size > 2);
  const large = come("large-one");
  for (let i = 0; i < 10; i++) large.say("x".repeat(64_000));
  // It is the largest, and has a link: those that wait went first.
  await until(() => large.closed !== undefined);
  assertEquals([large.closed, sessions.size], [4503, 0]);
  // Whoever comes back goes on from a snapshot.
  const again = come("acted-one", `acted-one.${epoch}.1.1.1`);
  assertEquals(again.closed, undefined);
  again.connection.disconnect("cut");
  await sessions.leave();
});

Deno.test("small tokens of large models are counted before they are shown to anybody", async () => {
  const { sessions, come } = bounded(16 * mebibyte);
  const first = come("first-one");
  for (let i = 0; i < 7; i++) first.say("x".repeat(64_000));
  const token = () => first.sent.map((text) => JSON.parse(text)[0]).findLast((head) => Array.isArray(head))?.[1];
  await until(() => token()?.length > 400);
  assert(token().length < 10_000, "448,000 characters of text in a token of some kB");
  const message = JSON.stringify(["resume", token(), first.reader.version, [], []]);
  const clients = Array.from({ length: 200 }, (_, i) => come(`stranger-${i}`, `stranger-${i}.x.9.9.1`));
  for (const { connection } of clients) connection.receive(message);
  const here = clients.filter(({ closed }) => closed === undefined).length;
  assert(here >= 5 && here <= 20, `${here} of 200`);
  assertEquals(clients.filter(({ closed }) => closed === 4503).length, 200 - here);
  await sessions.leave();
});

Deno.test("links that have yet to say what they go on with take places, too, and give them back", async () => {
  const { sessions, come } = bounded(Infinity);
  const clients = Array.from({ length: 1_000 }, (_, i) => come(`stranger-${i}`, `stranger-${i}.x.9.9.1`));
  assertEquals([sessions.size, sessions.admits("another-1....0", undefined)], [0, false]);
  clients[0]!.connection.disconnect("cut");
  clients[1]!.connection.receive("[]");
  clients[1]!.connection.disconnect("closed");
  assertEquals([come("another-1").closed, come("another-2").closed, come("another-3").closed], [undefined, undefined, 4503]);
  for (const { connection } of clients) connection.disconnect("cut");
  await sessions.leave();
});
