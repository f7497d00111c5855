/** What the door shows: no name more, no name less. A new one belongs into this list, the changelog and the documentation. */
import { assert, assertEquals } from "@std/assert";
import * as nacre from "../mod.ts";

const values = [
  "Listen",
  "NotStructuredError",
  "NotYetError",
  "Opaque",
  "ServerComponent",
  "app",
  "closeOnSignals",
  "define",
  "effect",
  "kvStore",
  "memo",
  "memoryStore",
  "mount",
  "next",
  "page",
  "pageAsync",
  "parse",
  "renderToString",
  "renderToStringAsync",
  "runtimeScript",
  "serve",
  "simulate",
  "start",
];
const types = [
  "App",
  "AppOptions",
  "Brings",
  "Client",
  "Connection",
  "DefineOptions",
  "Effect",
  "EffectInfo",
  "EmitOptions",
  "FactHandlers",
  "FieldPath",
  "FlagsOf",
  "FormEffects",
  "FormHandlers",
  "HandlersOf",
  "Kv",
  "KvAtomic",
  "Link",
  "LinkEnd",
  "ListenProps",
  "Listened",
  "Live",
  "MountOptions",
  "Mounted",
  "NavigateOptions",
  "Next",
  "Observable",
  "OpaqueProps",
  "PageEffectOptions",
  "PageEffects",
  "PageInit",
  "Painted",
  "Parser",
  "RenderOptions",
  "Restart",
  "Resumed",
  "Returns",
  "Runtime",
  "RuntimeStatus",
  "ScrollOptions",
  "Send",
  "SendOptions",
  "Sent",
  "ServeOptions",
  "ServerComponentProps",
  "ShadowOptions",
  "SharedOptions",
  "Simulation",
  "Store",
  "Stored",
  "TargetOf",
  "ValidityFlag",
  "When",
  "Where",
];

const root = new URL("..", import.meta.url);

async function deno(...args: string[]): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder();
  return { success, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("mod.ts exports these values", () => {
  assertEquals(Object.keys(nacre).sort(), values);
});

Deno.test("mod.ts exports these types", async () => {
  const { stdout } = await deno("doc", "--json", "mod.ts");
  const { nodes } = JSON.parse(stdout) as { nodes: Record<string, { symbols: { name: string }[] }> };
  const names = new Set(nodes[new URL("mod.ts", root).href]?.symbols.map((symbol) => symbol.name));
  // A class is a value and a type.
  assertEquals([...names.difference(new Set(values))].sort(), types);
});

Deno.test("mod.ts types the apps of tests/api: what compiles there compiles, and what must not does not", async () => {
  const apps: string[] = [];
  for await (const entry of Deno.readDir(new URL("tests/api", root))) {
    if (entry.name.endsWith(".tsx")) apps.push(`tests/api/${entry.name}`);
  }
  assertEquals(apps.length, 6);
  const { success, stderr } = await deno("check", ...apps);
  assert(success, stderr);
});
