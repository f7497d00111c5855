/** Nacre from a URL, in an empty folder: what a file tree, an import map or a lock of ours would hide. */
import { assert, assertEquals } from "@std/assert";
import { serveOn0, type Serving } from "./kit.ts";

const root = new URL("..", import.meta.url);

/** The repository as a web host shows it. */
function host(): Serving {
  return serveOn0(async (request) => {
    const path = new URL(request.url).pathname;
    try {
      const file = await Deno.readFile(new URL(`.${path}`, root));
      return new Response(file, { headers: { "content-type": "text/typescript" } });
    } catch {
      return new Response("Not found", { status: 404 });
    }
  });
}

/** Runs `main` of the files given, in a folder that has no others, and answers what it printed. */
async function runAlone(files: Record<string, string>, main: string, args: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-net", ...args, main],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Serves a counter, reads the first message of its socket, and says whether the view is in it. */
const visitCounter = `
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve(counter, { flags: 3 }));
  const socket = new WebSocket(\`ws://127.0.0.1:\${server.addr.port}?nacre=first\`);
  const first = await new Promise<MessageEvent>((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onclose = (event) => reject(new Error(\`closed: \${event.code} \${event.reason}\`));
  });
  socket.onclose = null;
  socket.close();
  await server.shutdown();
  console.log(String(first.data).includes("Count: "), runtimeScript(new Request("http://localhost/")).status);
`;

Deno.test("mod.ts by URL starts an app without a deno.json", async () => {
  await using repository = host();
  const { host: name } = new URL(repository.url);
  const program = `
    import { app, runtimeScript, serve, start } from "${repository.url}/mod.ts";
    const counter = app({
      init: (count: number) => ({ count }),
      update: (model, _message: "up") => ({ count: model.count + 1 }),
      view: (model) => "Count: " + model.count,
    });
    const running = start(counter, 3);
    running.dispatch("up");
    await running.stop();
    ${visitCounter}
  `;
  assertEquals(await runAlone({ "main.ts": program }, "main.ts", ["--no-config", `--allow-import=${name}`]), "true 200");
});

Deno.test("mod.ts by URL renders a consumer's own JSX with two lines in the import map", async () => {
  await using repository = host();
  const { host: name } = new URL(repository.url);
  const config = {
    compilerOptions: { jsx: "precompile", jsxImportSource: "@nacre/nacre" },
    imports: { "@nacre/nacre": `${repository.url}/mod.ts`, "@nacre/nacre/jsx-runtime": `${repository.url}/runtime/view/jsx.ts` },
  };
  const program = `
    import { app, page, runtimeScript, serve } from "@nacre/nacre";
    const counter = app({
      init: (count: number) => ({ count }),
      update: (model, _message: "up") => ({ count: model.count + 1 }),
      view: (model, send) => <button onClick={send("up")}>Count: {model.count}</button>,
    });
    ${visitCounter}
    console.log(await page(<html><body><p title={"a&b"}>{"<" + 1}</p></body></html>).text());
  `;
  const printed = await runAlone({ "deno.json": JSON.stringify(config), "main.tsx": program }, "main.tsx", [`--allow-import=${name}`]);
  const [counted, ...html] = printed.split("\n");
  assertEquals(counted, "true 200");
  assert(/<p +title="a&amp;b">&lt;1<\/p>/.test(html.join("\n")), printed);
});
