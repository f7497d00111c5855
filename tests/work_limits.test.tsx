/** What strangers can make a server do and keep: replays, requests without a link, sessions. Counted, not timed. */
import { assert, assertEquals } from "@std/assert";
import { app, serve } from "../mod.ts";
import type { Link } from "../runtime/app/member.ts";
import { Sessions } from "../runtime/app/sessions.ts";
import { checksum } from "../runtime/view/checksum.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";

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
