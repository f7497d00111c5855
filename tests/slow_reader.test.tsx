/** A client that does not read: what waits for it is kept in memory, so there is a bound. */
import { assert, assertEquals } from "@std/assert";
import { app, serve, start } from "../mod.ts";
import { serveOn0, until } from "./kit.ts";

Deno.test("serve() sends a client away that does not read, before it costs much more than 16 MiB, and no other", async () => {
  const big = app({ init: () => "", update: (_, text: string) => text, view: (text) => <p>{text}</p> });
  await using runtime = start(big);
  await using server = serveOn0(serve(runtime));
  const { hostname, port } = new URL(server.url);
  using slow = await Deno.connect({ hostname, port: Number(port) });
  const handshake = ["GET / HTTP/1.1", `Host: ${hostname}:${port}`, "Upgrade: websocket", "Connection: Upgrade"];
  handshake.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");
  await slow.write(new TextEncoder().encode(handshake.join("\r\n")));
  let received = 0;
  const other = new WebSocket(server.ws);
  other.onmessage = ({ data }) => void (received += data.length);
  await until(() => runtime.status().clients === 2);

  let patches = 0;
  for (; patches < 100 && runtime.status().clients === 2; patches++) {
    runtime.dispatch(String(patches % 10).repeat(1024 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(runtime.status().clients, 1);
  // The system's own buffers hold some of it.
  assert(patches >= 16 && patches < 40, `${patches} MiB`);
  await until(() => received >= patches * 1024 * 1024);
  const closed = new Promise((resolve) => other.onclose = resolve);
  other.close();
  await closed;
  await until(() => runtime.status().clients === 0);
});
