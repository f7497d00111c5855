/** `docs/by_hand.md`: its program, run as it stands there. */
import { assert, assertEquals } from "@std/assert";
import { Caller } from "./caller.ts";
import { until } from "./kit.ts";

const root = new URL("..", import.meta.url);

/** The program, with its import led here and its port left to the system. */
async function program(): Promise<string> {
  const text = await Deno.readTextFile(new URL("docs/by_hand.md", root));
  const blocks = [...text.matchAll(/^```ts ignore\n([^]*?)^```$/gm)];
  assertEquals(blocks.length, 1);
  return blocks[0]![1]!
    .replace('"@nacre/nacre"', JSON.stringify(new URL("mod.ts", root).href))
    .replace('"./components/', `"${new URL("components/", root).href}`)
    .replace("port: 1234", "port: 0");
}

Deno.test("docs/by_hand.md: init, loop and close in about 25 lines", async () => {
  const [, server] = (await program()).split("function live");
  const lines = server!.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//"));
  assert(lines.length <= 26, `${lines.length} lines`);
});

Deno.test("docs/by_hand.md: the program serves a counter on a real socket", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/by_hand.ts`, await program());
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", new URL("deno.json", root).pathname, `${folder}/by_hand.ts`],
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    });
    await using process = command.spawn();
    let said = "";
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) said += text;
    };
    const reading = Promise.all([read(process.stdout), read(process.stderr)]);
    await until(() => /:\d+\//.test(said), 20_000);
    const { port } = new URL(/http:\/\/\S+/.exec(said)![0]);
    {
      await using caller = await Caller.open(`ws://127.0.0.1:${port}`);
      caller.press("+");
      caller.press("+");
      caller.press("-");
      await caller.until(() => caller.text === "Hi-Count: 1+" && caller.reader.done === 3);
      caller.socket.send("nonsense");
      assertEquals(await caller.end(), 4400);
    }
    const plain = await fetch(`http://127.0.0.1:${port}`);
    await plain.body?.cancel();
    assertEquals(plain.status, 426);
    process.kill("SIGKILL");
    await process.status;
    await reading;
    assert(!said.includes("rror"), said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
