/**
 * A server that is killed, terminated and started again: it knows nothing that its secret and its pages do not, but what is in the database that
 * its argument names. Its port is printed.
 */
import { app, closeOnSignals, effect, kvStore, next, page, runtimeScript, serve, ServerComponent } from "../../mod.ts";
import { openKv } from "../open_kv.ts";

type Msg = { readonly act: number } | "tick" | "report";

/** Which acts of its page were taken, in order, says the model, and the page shows all of it. */
const journal = app({
  init: () => ({ life: crypto.randomUUID(), acts: [] as readonly number[], ticks: 0 }),
  update(model, msg: Msg) {
    if (msg === "tick") return { ...model, ticks: model.ticks + 1 };
    if (msg === "report") return next(model, effect.emit("report", { life: model.life, acts: model.acts }));
    return { ...model, acts: [...model.acts, msg.act] };
  },
  view: ({ life, acts, ticks }, send) => {
    const act = send((event: { readonly currentTarget: unknown }) => ({ act: Number((event.currentTarget as HTMLInputElement).value) }));
    return (
      <main>
        <b>{life}</b>
        <output>{acts.join(" ")}</output>
        <small>{ticks}</small>
        <button type="button" id="button" onClick={act}>{acts.length}</button>
        <input id="input" onInput={act} />
        <input id="keys" onKeyDown={act} />
        {/* Of this one a click may come too late. */}
        {[<button type="button" id="fleeting" key={Math.floor(ticks / 4)} onClick={act}>{acts.length % 7}</button>]}
        <button type="button" id="report" onClick={send("report")}>Report</button>
      </main>
    );
  },
  subscriptions: () => ({ tick: effect.every(700, "tick") }),
  name: "journal",
});

const [path = ""] = Deno.args;
const secret = "the secret of all processes";
const routes = {
  "/plain": serve(journal, { secret }),
  "/stored": serve(journal, { secret, store: kvStore(await openKv(path)) }),
};

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, (request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
  if (pathname in routes) return routes[pathname as keyof typeof routes](request);
  if (pathname !== "/") return new Response("Not found", { status: 404 });
  const route = searchParams.get("route") as keyof typeof routes;
  const method = searchParams.get("method") as "ws" | "";
  return page(
    <html>
      <head>
        <title>Journal</title>
        <script type="module" src="/nacre/runtime.mjs"></script>
      </head>
      <body>
        {searchParams.has("painted")
          ? <ServerComponent of={routes[route]} request={request} route={route} {...method && { method }} />
          : <ServerComponent route={route} {...method && { method }} />}
      </body>
    </html>,
  );
});
closeOnSignals(server, ...Object.values(routes));
