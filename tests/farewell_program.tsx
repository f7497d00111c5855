/** A server that ends in one of two ways when it is told to: by `closeOnSignals`, or by hand and at once. */
import { app, closeOnSignals, serve } from "../mod.ts";

const counter = app({
  name: "counter",
  init: () => 0,
  update: (n: number, _msg: "up") => n + 1,
  view: (n, send) => <button type="button" onClick={send("up")}>{n}</button>,
});
const live = serve(counter, { secret: "only for these tests, 16 or more" });
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, live);
if (Deno.args[0] === "signals") closeOnSignals(server, live);
else {
  Deno.addSignalListener("SIGTERM", async () => {
    await live.close();
    Deno.exit(0);
  });
}
