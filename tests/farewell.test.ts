/** The end of a process: everybody hears of it, and nothing that was said before is lost. */
import { assert, assertEquals } from "@std/assert";
import { app, serve } from "../mod.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";

/** Runs the program until the end of the block. */
async function program(how: "signals" | "by hand", files?: number) {
  const command = [Deno.execPath(), "run", "--allow-net", "tests/farewell_program.tsx", how];
  const child = new Deno.Command(files ? "sh" : command[0]!, {
    args: files ? ["-c", `ulimit -n ${files}; exec "$@"`, "sh", ...command] : command.slice(1),
    cwd: new URL("..", import.meta.url),
    stdout: "piped",
    stderr: files ? "null" : "inherit",
  }).spawn();
  let said = "";
  const hearing = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(text) {
        said += text;
      },
    }),
  );
  const port = await until(() => said.match(/^\d+/m)?.[0], 20_000);
  return {
    port,
    ended: child.status,
    async end(): Promise<number> {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await hearing;
      return code;
    },
  };
}

for (const how of ["by hand", "signals"] as const) {
  Deno.test(`300 clients are told 4503 when a process ends ${how}, and hear what was said before`, async () => {
    const { port, end } = await program(how);
    const callers: Caller[] = [];
    for (let i = 0; i < 300; i += 50) {
      callers.push(
        ...await Promise.all(Array.from({ length: 50 }, (_, j) => Caller.open(`ws://127.0.0.1:${port}?nacre=farewell-${i + j}....0`))),
      );
    }
    for (const caller of callers) caller.press("0");
    await Promise.all(callers.map((caller) => caller.until(() => caller.text === "1")));
    // On their way when it ends: acknowledged, or said again by their page, which has not heard that they were dealt with.
    for (const caller of callers) caller.press("1");
    const ended = end();
    await until(() => callers.every(({ closed }) => closed), 10_000);
    assertEquals(await ended, 0);
    assertEquals(callers.filter(({ closed }) => closed?.code !== 4503).map(({ closed }) => closed), []);
    // The last snapshot covers what was acknowledged.
    for (const { text, reader } of callers) assertEquals([text, reader.done], text === "2" ? ["2", 2] : ["1", 1]);
  });
}

Deno.test("a stream of server-sent events hears 4503, too, when a process ends", async () => {
  const { port, end } = await program("by hand");
  const headers = { accept: "text/event-stream", "accept-encoding": "identity" };
  const answers = await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => fetch(`http://127.0.0.1:${port}?nacre=farewell-${i}....0&link=${"l".repeat(20)}${i}`, { headers }),
    ),
  );
  for (const answer of answers) assertEquals(answer.status, 200);
  const texts = Promise.all(answers.map((answer) => answer.text().catch(String)));
  assertEquals(await end(), 0);
  for (const text of await texts) assert(/event: close\ndata: \[4503,/.test(text), text.slice(-300));
});

Deno.test("a server that strangers leave no file descriptor sends its clients elsewhere, and its program ends to be started again", async () => {
  const { port, ended } = await program("signals", 100);
  const caller = await Caller.open(`ws://127.0.0.1:${port}?nacre=farewell-0....0`);
  caller.press("0");
  await caller.until(() => caller.text === "1");
  caller.press("1");
  const strangers: Deno.Conn[] = [];
  try {
    for (let i = 0; i < 120; i++) strangers.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
  } catch {
    // It has ended already.
  }
  assertEquals(await caller.end(), 4503);
  assertEquals((await ended).code, 1);
  assertEquals(caller.text, "2");
  assert(/^\[\[\d+,"/.test(caller.last), `the last word is a snapshot: ${caller.last.slice(0, 100)}`);
  for (const stranger of strangers) stranger.close();
});

for (const how of ["its connection ends", "the server shuts down"]) {
  Deno.test(`a POST of which a part is missing when ${how} is answered with 503: its browser says it again, and keeps its session`, async () => {
    const counter = app({ name: "counter", init: () => 0, update: (n: number, _msg: "up") => n + 1, view: (n) => `${n}` });
    const live = serve(counter, { secret: "only for these tests, 16 or more" });
    const arrived = Promise.withResolvers<void>();
    await using server = serveOn0((request) => {
      arrived.resolve();
      return live(request);
    });
    using socket = await RawSocket.connect(server.url);
    const lines = [
      "POST /ws?nacre=anna-0001.e1.0.0.1 HTTP/1.1",
      `Host: ${new URL(server.url).host}`,
      `Origin: ${server.url}`,
      "Content-Type: text/plain",
      "Content-Length: 1000",
    ];
    await socket.write(`${lines.join("\r\n")}\r\n\r\n["resume"`);
    await arrived.promise;
    if (how === "the server shuts down") {
      await live.close();
      // It waits for the connection, too.
      server.shutdown();
    } else await socket.connection.closeWrite();
    await until(() => socket.status > 0);
    assertEquals(socket.status, 503);
    await live.close();
  });
}
