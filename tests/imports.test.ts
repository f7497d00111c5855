/** Imports point one way. These tests read `deno info --json`, which knows them all, those for types only too. */
import { assert, assertEquals } from "@std/assert";

/** From the lowest up: a file may import from its own layer and from those before it. */
const layers: readonly (readonly [name: string, files: RegExp])[] = [
  ["packages", /^runtime\/deps\.ts$/],
  ["generated client", /^runtime\/client\.gen\.ts$/],
  ["world", /^runtime\/(world|log)\.ts$/],
  ["wire", /^runtime\/wire\//],
  ["view", /^runtime\/view\//],
  ["continuity", /^runtime\/continuity\//],
  ["app", /^runtime\/app\//],
  // Of the browser runtime what a mounted app does as well: it stands on the wire alone (see below), and is no lower than this for `client`.
  ["browser", /^runtime\/browser\//],
  ["client", /^runtime\/client\//],
  ["transport", /^runtime\/transport\//],
  ["page", /^runtime\/page\//],
  ["door", /^mod\.ts$/],
];

/** One import: as it stands in the source, and the file of the project that it leads to, if it leads to one. */
interface Import {
  readonly from: string;
  readonly written: string;
  readonly to: string | undefined;
}

interface Resolved {
  readonly specifier: string;
}
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: Resolved; readonly type?: Resolved }[];
  }[];
}

const root = new URL("..", import.meta.url);

async function info(entry: string): Promise<Info> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: root }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** All imports of the files that `entry` reaches. (`deno info` lists more: the global types of deno.json, which nobody imports.) */
async function importsFrom(entry: string): Promise<Import[]> {
  const { modules } = await info(entry);
  const path = (specifier: string) => specifier.startsWith(root.href) ? specifier.slice(root.href.length) : undefined;
  const byPath = new Map(modules.map((module) => [path(module.specifier), module]));
  const imports: Import[] = [];
  const seen = new Set([entry]);
  for (const from of seen) {
    for (const dependency of byPath.get(from)?.dependencies ?? []) {
      const target = dependency.code ?? dependency.type;
      assert(target, `Cannot resolve ${dependency.specifier} in ${from}`);
      const to = path(target.specifier);
      imports.push({ from, written: dependency.specifier, to });
      if (to) seen.add(to);
    }
  }
  return imports;
}

function layerOf(file: string): number {
  return layers.findIndex(([, files]) => files.test(file));
}

Deno.test("imports of mod.ts never lead from a lower layer to a higher one", async () => {
  const wrong: string[] = [];
  for (const { from, to } of await importsFrom("mod.ts")) {
    if (to === undefined) continue;
    if (layerOf(to) < 0) wrong.push(`${to} (imported by ${from}) is in no layer: give it a place in this test`);
    else if (layerOf(from) < layerOf(to)) wrong.push(`${from} imports ${to}, which is above it`);
  }
  assertEquals(wrong, []);
});

Deno.test("imports of mod.ts never come back to the file that they left", async () => {
  const next = Map.groupBy(await importsFrom("mod.ts"), ({ from }) => from);
  const done = new Set<string>();
  const rings: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    const met = way.indexOf(file);
    if (met >= 0) rings.push([...way.slice(met), file].join(" -> "));
    if (met >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) {
      if (to) walk(to, [...way, file]);
    }
    done.add(file);
  };
  walk("mod.ts", []);
  assertEquals(rings, []);
});

Deno.test("imports of mod.ts work by URL: relative .ts files, node: and, in runtime/deps.ts alone, full npm: specifiers", async () => {
  const wrong: string[] = [];
  for (const { from, written, to } of await importsFrom("mod.ts")) {
    // A remote .tsx is compiled with the settings of whoever imports it, and a bare name with their import map.
    if (to ? /^\.\.?\//.test(written) && to.endsWith(".ts") : written.startsWith("node:")) continue;
    if (from === "runtime/deps.ts" && /^npm:(@[^/@]+\/)?[^/@]+@\^?\d/.test(written)) continue;
    wrong.push(`${from}: ${written}`);
  }
  assertEquals(wrong, []);
});

Deno.test("imports of the wire and of the browser stay within the wire and the browser", async () => {
  const wrong: string[] = [];
  for (const [folder, allowed] of [["wire", /^runtime\/wire\//], ["browser", /^runtime\/(wire|browser)\//]] as const) {
    for await (const entry of Deno.readDir(new URL(`runtime/${folder}/`, root))) {
      // The build is a program for developers; it is not part of what it builds.
      if (!entry.isFile || !entry.name.endsWith(".ts") || entry.name === "build.ts") continue;
      for (const { from, written, to } of await importsFrom(`runtime/${folder}/${entry.name}`)) {
        if (!to || !allowed.test(to)) wrong.push(`${from}: ${written}`);
      }
    }
  }
  assertEquals([...new Set(wrong)], []);
});

Deno.test("imports from the browser to the wire are types, but for the size of an event: no reader of the wire is sent to a page", async () => {
  const wrong: string[] = [];
  for await (const entry of Deno.readDir(new URL("runtime/browser/", root))) {
    if (!entry.isFile || !entry.name.endsWith(".ts") || entry.name === "build.ts") continue;
    const source = await Deno.readTextFile(new URL(`runtime/browser/${entry.name}`, root));
    for (const [statement] of source.matchAll(/^import [^;]*?["']\.\.\/wire\/[^"']+["']/gm)) {
      if (!statement.startsWith("import type ") && !statement.endsWith('"../wire/size.ts"')) wrong.push(`${entry.name}: ${statement}`);
    }
  }
  assertEquals(wrong, []);
});
