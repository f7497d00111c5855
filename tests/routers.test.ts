/** The route under Hono, under `deno serve`, and in the program `main.ts`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { serve } from "../mod.ts";
import { counter } from "../components/counter.tsx";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";

const root = new URL("..", import.meta.url);

Deno.test("app.get(path, (c) => live(c.req.raw)) serves under Hono", async () => {
  const live = serve(counter, { flags: 7 });
  const hono = new Hono();
  hono.get("/ws", (c) => live(c.req.raw));
  await using server = serveOn0(hono.fetch);
  await using caller = await Caller.open(`${server.ws}/ws`);
  caller.press("+");
  await caller.until(() => caller.text.includes("Count: 8"));
});

Deno.test("app.mount(path, live, { replaceRequest: (r) => r }) serves under Hono", async () => {
  const live = serve(counter, { flags: 7 });
  const hono = new Hono();
  hono.mount("/x", live, { replaceRequest: (request) => request });
  await using server = serveOn0(hono.fetch);
  await using caller = await Caller.open(`${server.ws}/x`);
  caller.press("-");
  await caller.until(() => caller.text.includes("Count: 6"));
});

Deno.test("app.mount(path, live) of Hono never opens, and onError is told of it and of the mend", async () => {
  const told: string[] = [];
  const live = serve(counter, { flags: 7, onError: (error, where) => told.push(`${where}: ${(error as Error).message}`) });
  const hono = new Hono();
  hono.mount("/x", live);
  const server = serveOn0(hono.fetch);
  {
    using raw = await RawSocket.upgrade(server.url, {}, "/x");
    await until(() => told.length > 0, 8_000);
    assertStringIncludes(told[0]!, "upgrade: A WebSocket was upgraded and never opened");
    assertStringIncludes(told[0]!, "app.get(path, (c) => live(c.req.raw))");
    assertStringIncludes(told[0]!, "replaceRequest");
    assertEquals([told.length, live.running, raw.received.includes("mount")], [1, 0, false]);
  }
  await server[Symbol.asyncDispose]();
});

/** A program that listens, until the end of the block. */
interface Program extends AsyncDisposable {
  readonly url: string;
  readonly ws: string;
  readonly said: string;
  /** Sends a signal; answers the code that it ended with, and how long that took. */
  stop(signal: Deno.Signal): Promise<{ code: number; ms: number }>;
}

async function spawn(args: string[], env: Record<string, string> = {}): Promise<Program> {
  const process = new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1", ...env }, cwd: root, stdout: "piped", stderr: "piped" })
    .spawn();
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) said += text;
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  const program = {
    url: "",
    ws: "",
    get said() {
      return said;
    },
    async stop(signal: Deno.Signal) {
      const started = performance.now();
      process.kill(signal);
      const { code } = await process.status;
      return { code, ms: performance.now() - started };
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await process.status;
      await reading;
    },
  };
  try {
    const address = await until(() => /http:\/\/\S+:\d+/.exec(said)?.[0], 20_000);
    const { port } = new URL(address);
    program.url = `http://127.0.0.1:${port}`;
    program.ws = `ws://127.0.0.1:${port}`;
    return program;
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw new Error(`It does not listen: ${said}`, { cause: error });
  }
}

Deno.test("export default { fetch: handler } serves under deno serve, and stops on SIGTERM", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { serve } from ${JSON.stringify(new URL("mod.ts", root).href)};
import { counter } from ${JSON.stringify(new URL("components/counter.tsx", root).href)};
export default { fetch: serve(counter, { flags: 3 }) };
`,
    );
    await using program = await spawn(["serve", "-A", "--config", "deno.json", "--port", "0", "--host", "127.0.0.1", file]);
    const caller = await Caller.open(program.ws);
    caller.press("+");
    await caller.until(() => caller.text.includes("Count: 4"));
    const { code, ms } = await program.stop("SIGTERM");
    assertEquals(code, 0);
    assert(ms < 3_000, `it took ${ms} ms`);
    await until(() => caller.closed);
  } finally {
    await Deno.remove(file);
  }
});

const main = ["run", "--allow-net", "--allow-env=PORT,HOST,NACRE_SECRET", "main.ts"];
const here = { PORT: "0", HOST: "127.0.0.1" };

Deno.test("main.ts serves the page, the browser runtime with its tag, the socket, and 404 for the rest", async () => {
  await using program = await spawn(main, here);
  const home = await fetch(program.url);
  const html = await home.text();
  assertEquals([home.status, home.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assert(html.toLowerCase().startsWith("<!doctype html>"), html.slice(0, 80));
  assertStringIncludes(html, `<server-component route="/ws"`);
  assertStringIncludes(html, `src="/nacre/runtime.mjs"`);

  const script = await fetch(`${program.url}/nacre/runtime.mjs`);
  const etag = script.headers.get("etag")!;
  assertEquals([script.status, script.headers.get("content-type")], [200, "text/javascript; charset=utf-8"]);
  assertStringIncludes(await script.text(), "server-component");
  const again = await fetch(`${program.url}/nacre/runtime.mjs`, { headers: { "if-none-match": etag } });
  assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);

  const missing = await fetch(`${program.url}/ECHO`);
  assertEquals([missing.status, (await missing.text()).includes("ECHO")], [404, false]);
  const plain = await fetch(`${program.url}/ws`);
  await plain.body?.cancel();
  assertEquals(plain.status, 426);

  await using caller = await Caller.open(`${program.ws}/ws`);
  caller.press("+");
  caller.press("+");
  await caller.until(() => caller.text.includes("Count: 2"));

  // A URL that is none stops nothing.
  using raw = await RawSocket.upgrade(program.url, { host: "a b" }, "/ws");
  await until(() => raw.status);
  assert(raw.status >= 400, String(raw.status));
  caller.press("-");
  await caller.until(() => caller.text.includes("Count: 1"));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`main.ts stops on ${signal} with an open socket: 0, soon, and the browser is told 4503, to come back elsewhere`, async () => {
    await using program = await spawn(main, here);
    const caller = await Caller.open(`${program.ws}/ws`);
    using _silent = await RawSocket.upgrade(program.url, {}, "/ws");
    const { code, ms } = await program.stop(signal);
    assertEquals([code, await caller.end()], [0, 4503], program.said);
    assert(ms < 3_000, `it took ${ms} ms`);
  });
}
