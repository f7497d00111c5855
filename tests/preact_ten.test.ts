/**
 * An app that uses Preact 10: one line of its `package.json` gives it, Nacre and all libraries the one Preact. In such a folder run the
 * guard and the scenarios, which compare with Preact itself, and an app.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

const root = new URL("..", import.meta.url);
const ten = "10.29.8";

/** A folder of an app with Preact 10, until the end of the block. */
class App implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async with(files: Record<string, string>): Promise<App> {
    const folder = await Deno.makeTempDir();
    const { imports, compilerOptions: { types: _, ...compilerOptions } } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", root)),
    );
    const config = {
      nodeModulesDir: "none",
      compilerOptions,
      imports: {
        ...imports,
        "@nacre/nacre": `${root}mod.ts`,
        "@nacre/nacre/jsx-runtime": `${root}runtime/view/jsx.ts`,
      },
    };
    const all = { "deno.json": JSON.stringify(config), "package.json": JSON.stringify({ overrides: { preact: ten } }), ...files };
    for (const [name, text] of Object.entries(all)) await Deno.writeTextFile(`${folder}/${name}`, text);
    return new App(folder);
  }

  /** Runs Deno with these arguments in the folder, and answers what it printed. */
  async deno(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    assert(success, text.decode(stdout) + text.decode(stderr));
    return text.decode(stdout);
  }

  /** The versions of Preact that its lock file has. */
  async versions(): Promise<string[]> {
    const { npm } = JSON.parse(await Deno.readTextFile(`${this.folder}/deno.lock`));
    return Object.keys(npm).flatMap((name) => /^preact@([\d.]+)/.exec(name)?.[1] ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

for (const file of ["preact.test.ts", "preact_ten_scenarios.test.tsx"]) {
  Deno.test(`tests/${file} passes under Preact 10`, async () => {
    await using app = await App.with({});
    // Types are Preact 11's in these files: of Preact 10 only what it does is asked.
    const printed = await app.deno("test", "-A", "--no-check", "--config", "deno.json", `${root}tests/${file}`);
    assertMatch(printed, /ok \| [1-9]\d+ passed \| 0 failed/);
    assertEquals(await app.versions(), [ten]);
  });
}

Deno.test("serve() runs components of an app with Preact 10 and its hooks, and there is one Preact", async () => {
  const program = `
    import { app, renderToString, serve } from "@nacre/nacre";
    import { Component } from "preact";
    import { useEffect, useState } from "preact/hooks";
    import { signal } from "@preact/signals";

    const said = signal("nothing");
    function Counter({ by }) {
      const [count, setCount] = useState(5);
      useEffect(() => { said.value = "count is " + count; }, [count]);
      return <button onClick={() => setCount(count + by)}>{count} {said}</button>;
    }
    const counter = app(Counter);
    console.log("__g" in new Component({}, {}), renderToString(counter, { by: 2 }));
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve(counter, { flags: { by: 2 } }));
    const socket = new WebSocket(\`ws://127.0.0.1:\${server.addr.port}?nacre=first\`);
    const patches = [];
    await new Promise((resolve) => {
      socket.onclose = resolve;
      socket.onmessage = ({ data }) => {
        // The effect has run: the button, whose handler is in hole 2, is pressed.
        if (data.includes("count is 5")) socket.send("[0,[2],{},{}]");
        // Without the snapshots, which are other ones each time.
        const said = data.replace(/^\\[\\[(\\d+),"[^"]*"\\]/, "[$1");
        if (!data.includes("mount") && said !== "[0]") patches.push(said);
        if (data.includes("nacre:refused") || data.includes("count is 7")) socket.close();
      };
    });
    await server.shutdown();
    console.log(patches.join("\\n"));
  `;
  await using app = await App.with({ "main.jsx": program });
  const [html, ...patches] = (await app.deno("run", "-A", "main.jsx")).trim().split("\n");
  assertEquals(html, "false <button>5 nothing</button>");
  assertEquals(patches, ['[0,{"1":"count is 5"}]', '[1,{"0":7}]', '[0,{"1":"count is 7"}]']);
  assertEquals(await app.versions(), [ten]);
});
