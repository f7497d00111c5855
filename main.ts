// Server components in Nacre: the page, the browser runtime, the WebSocket, and 404 for the rest.
//
//     deno run --allow-net --allow-env=PORT,HOST main.ts
import { page, runtimeScript, serve } from "./mod.ts";
import { counter } from "./components/counter.tsx";
import { Document } from "./components/document.tsx";

/** One counter per connection: started when a socket opens, stopped when it closes. */
const live = serve(counter, { flags: 0 });

function handler(request: Request): Response | Promise<Response> {
  switch (new URL(request.url).pathname) {
    case "/":
      return page(Document({ title: "My cool Nacre app" }));
    case "/nacre/runtime.mjs":
      return runtimeScript(request);
    case "/ws":
      return live(request);
    default:
      return new Response("Not found", { status: 404 });
  }
}

/** An environment variable, where it may be read. */
function setting(variable: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted" ? Deno.env.get(variable) : undefined;
}

const server = Deno.serve({ hostname: setting("HOST") ?? "localhost", port: Number(setting("PORT") ?? 1234) }, handler);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => server.shutdown());
}
