/**
 * A server of painted pages for `painted_live.test.tsx`, which asks it for thousands of them. Its port is printed; `/heap` says what it holds
 * after its rubbish is collected, and `/end` stops it. Run with `--v8-flags=--expose-gc`.
 */
import { app, effect, next, page, serve, ServerComponent } from "../mod.ts";

const collect = (globalThis as unknown as { gc(): void }).gc;

/** It has all that a page could leave: an effect of its `init`, a subscription, rows and handlers. */
const shop = app({
  init: (user: string) =>
    next({ user, count: 0, rows: Array.from({ length: 5 }, (_, id) => ({ id, text: `row ${id}` })) }, effect.after(60_000, "up")),
  update: (model, _msg: "up") => ({ ...model, count: model.count + 1 }),
  view: (model, send) => (
    <main>
      <h1>{model.user}</h1>
      <button onClick={send("up")}>{model.count}</button>
      <ul>{model.rows.map(({ id, text }) => <li key={id} onClick={send("up")}>{text}</li>)}</ul>
    </main>
  ),
  subscriptions: () => ({ tick: effect.every(60_000, "up") }),
  name: "shop",
});

const nameIn = (request: Request) => new URL(request.url).searchParams.get("user") ?? "nobody";
const live = serve(shop, {
  secret: "a secret that nobody knows",
  authorize: (request) => ({ name: nameIn(request) }),
  flags: nameIn,
});

/** The bytes in use: the least of some, since what is on its way to be let go is held for a moment. */
async function heap(): Promise<number> {
  const seen: number[] = [];
  while (seen.length < 5) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
    const { heapUsed, external } = Deno.memoryUsage();
    seen.push(heapUsed + external);
  }
  return Math.min(...seen);
}

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, async (request) => {
  switch (new URL(request.url).pathname) {
    case "/":
      return page(
        <html>
          <body>
            <ServerComponent of={live} request={request} route="/ws" />
          </body>
        </html>,
      );
    case "/ws":
      return await live(request);
    case "/heap":
      return Response.json({ heap: await heap(), running: live.running });
    case "/end":
      void server.shutdown();
      return new Response();
    default:
      return new Response(null, { status: 404 });
  }
});
