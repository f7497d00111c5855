/**
 * A server for `killed.test.ts` and `killed_store.test.ts`, which is killed again and again: it knows nothing that its secret and its clients do
 * not, but what is in the database that its argument names. Its port is printed.
 */
import { app, effect, kvStore, page, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { openKv } from "./open_kv.ts";

type Msg = { readonly click: number } | { readonly text: string } | "tick";

/** Each button is one message, and another button after it: a click that comes twice, or is lost, is seen. */
const journal = app({
  init: () => ({ clicks: [] as readonly number[], text: "", ticks: 0 }),
  update(model, msg: Msg) {
    if (msg === "tick") return { ...model, ticks: model.ticks + 1 };
    if ("text" in msg) return { ...model, text: msg.text };
    return { ...model, clicks: [...model.clicks, msg.click] };
  },
  view: (model, send) => (
    <main>
      <button id="next" onClick={send({ click: model.clicks.length })}>{model.clicks.length}</button>
      <ol>{model.clicks.map((click) => <li key={click}>{click}</li>)}</ol>
      <input id="text" value={model.text} onInput={send((event) => ({ text: event.currentTarget.value }), { debounce: 40 })} />
      <output>{model.text}</output>
      <small>{model.ticks}</small>
    </main>
  ),
  // Not more often than a snapshot may come with it.
  subscriptions: () => ({ tick: effect.every(1_000, "tick") }),
  name: "journal",
});

const [path] = Deno.args;
const live = serve(journal, {
  secret: "the secret of all processes",
  ...(path && { store: kvStore(await openKv(path)) }),
});

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, (request) => {
  switch (new URL(request.url).pathname) {
    case "/":
      return page(
        <html>
          <head>
            <script type="module" src="/nacre/runtime.mjs"></script>
          </head>
          <body>
            <ServerComponent route="/ws" method={new URL(request.url).searchParams.get("method") as "ws" ?? undefined} />
          </body>
        </html>,
      );
    case "/nacre/runtime.mjs":
      return runtimeScript(request);
    case "/ws":
      return live(request);
    default:
      return new Response("Not found", { status: 404 });
  }
});
