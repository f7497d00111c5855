/** The server that `attack.test.ts` attacks: a session, a room, a session of known users, one with a store, and a painted page. */
import { app, effect, next, page, runtimeScript, serve, ServerComponent } from "../../mod.ts";

type Msg = { add: number } | { text: string } | { keep: string } | { say: number };

/** It keeps what it is told, and fails at what it cannot read, as apps do. */
const target = app<{ n: number; text: string; kept: readonly string[] }, Msg>({
  name: "target",
  init: () => ({ n: 0, text: "", kept: [] }),
  update: (model, msg) => {
    if ("add" in msg) return { ...model, n: model.n + msg.add };
    if ("text" in msg) return { ...model, text: msg.text };
    if ("keep" in msg) return { ...model, kept: [...model.kept, msg.keep] };
    return next(model, effect.emit("said", "x".repeat(msg.say)));
  },
  view: ({ n, text, kept }, send) => (
    <main>
      <p>{n}</p>
      <b>{text.length}</b>
      <button type="button" onClick={send({ add: 1 })}>+</button>
      {/* Throws what it could not read. */}
      <input value="" onInput={send((e) => ({ text: String(JSON.parse(e.currentTarget.value)) }))} />
      <textarea value="" onChange={send((e) => ({ keep: e.currentTarget.value }))} />
      <u onClick={send({ say: 200_000 })}>{kept.length}</u>
    </main>
  ),
  onAttribute: { step: (value) => ({ add: Number.parseInt(value ?? "1") }) },
  onUrl: (url) => ({ text: decodeURIComponent(url.search) }),
});

const secret = "only for these tests, 16 or more";
const session = serve(target, { secret, mostMemory: 64 * 1024 * 1024 });
const room = serve(target, { secret, key: (request) => new URL(request.url).searchParams.get("room") ?? "hall", mostRooms: 200 });
const known = serve(target, {
  secret,
  authorize: (request) => request.headers.get("cookie")?.slice(0, 100) ?? new Response("Unauthorized", { status: 401 }),
});

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request, info) => {
  const { pathname } = URL.parse(request.url) ?? {};
  switch (pathname) {
    case undefined:
      return new Response("Bad Request", { status: 400 });
    case "/session":
      return await session(request, info);
    case "/room":
      return await room(request, info);
    case "/known":
      return await known(request, info);
    case "/runtime.mjs":
      return runtimeScript(request);
    case "/status": {
      const { rss, heapUsed } = Deno.memoryUsage();
      return Response.json({ rss, heapUsed, running: [session.running, room.running, known.running] });
    }
    case "/":
      return page(
        <html lang="en">
          <body>
            <ServerComponent of={session} request={request} route="/session" />
          </body>
        </html>,
      );
    default:
      return new Response("Not found", { status: 404 });
  }
});
console.log(server.addr.port);
