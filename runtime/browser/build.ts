/**
 * Builds the browser runtime into `runtime/client.gen.ts`, a module of one string, and prints its sizes. With `--check` it writes
 * nothing and fails when the file in the tree is another one or the budget is exceeded. It must never be imported by the library.
 *
 *     deno run -A runtime/browser/build.ts [--check]
 */
import { build, stop } from "npm:esbuild@^0.25";
import { minify } from "npm:terser@^5";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { PartMakers } from "./parts.ts";

/** What the main file may weigh: bytes, brotli, quality 11. */
const budget = 5_600;

/** What is loaded when something needs it, each by what makes it. */
const makers = {
  adopt: "adoptPage",
  contexts: "watchContexts",
  custom: "writeCustom",
  effect: "performEffects",
  facts: "watchFacts",
  fallback: "openFallback",
  form: "joinForm",
  input: "watchInputs",
  listen: "listenElsewhere",
  shadow: "enterShadow",
  sleep: "sleepHidden",
  watch: "watchSilence",
} satisfies Record<keyof PartMakers, string>;

/**
 * Names that end in an underscore are ours alone: they become one letter each, the same in all modules. A line is what may be on one object:
 * what never meets may share a letter, and few letters compress better than many.
 */
const names = [
  // What parts know of their link, and it of them. A page that was there before a deploy loads them of what came after: new names go last.
  "world element internals root end formed config tell queue kept open stop show probe lose turnedAway request",
  "begin take end hear open adopt wake ask heard failed enter free set hold write touch settle reset limit sync repeats",
  // A socket.
  "alone",
  // A view, with its events and inputs; an entry; a controlled input; what is kept.
  "version waiting send free take known know top blank hole busy",
  "own write inside spaceIn spaceOf checksum attempt set",
  "seen text target by",
  "model pending composing typed late",
  "snapshot keep cover mark say",
  // A child hole; an instance; a template; a hole of it; what was painted.
  "end start list text items owner index",
  "first last patch part wrapper content writers",
  "content holes",
  "path name options",
  "tell snapshot epoch",
  "element pieces",
  // What listens elsewhere; style sheets.
  "listeners",
  "root sheets copies",
  "adopters follow update",
  "copy text",
].map((line) => line.split(" "));

/** A letter for each name that none beside it has; first those that are frequent in any script. */
const letters: Record<string, string> = {};
for (const name of names.flat()) {
  const taken = names.filter((line) => line.includes(name)).flat().map((other) => letters[other + "_"]);
  letters[name + "_"] ??= [..."etnloriascdufmhpgbvywkxqjz"].find((letter) => !taken.includes(letter))!;
}

const brotliOf = (text: string) => {
  const bytes = Buffer.from(text);
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    .length;
};

const target = new URL("../client.gen.ts", import.meta.url);

async function minified(contents: string): Promise<string> {
  const { outputFiles, mangleCache } = await build({
    stdin: { contents, resolveDir: new URL(".", import.meta.url).pathname },
    bundle: true,
    charset: "utf8",
    format: "esm",
    legalComments: "none",
    mangleProps: /[a-z]_$/,
    mangleCache: letters,
    minify: true,
    target: "es2022",
    write: false,
  });
  for (const name in mangleCache) {
    if (!letters[name]) throw new Error(`Cannot shorten ${name}: write it beside the names that it meets, in build.ts`);
  }
  // esbuild's names are the same in no two functions; terser's are, which a compressor likes: 3 % less.
  const tries = [false, true].map((hoist_funs) =>
    minify(outputFiles[0]!.text, { ecma: 2020, module: true, compress: { sequences: false, passes: 3, reduce_funcs: false, hoist_funs } })
  );
  // Functions first, or where they stand: which of the two is smaller nobody can say before.
  const codes = (await Promise.all(tries)).map(({ code }) => code!);
  return codes.sort((a, b) => brotliOf(a) - brotliOf(b))[0]!;
}

const source = await minified(`import "./main.ts"`);
const parts: Record<string, string> = {};
for (const [name, maker] of Object.entries(makers)) parts[name] = await minified(`export { ${maker} as create } from "./${name}.ts"`);
await stop();

const tagOf = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 16);
const brotli = brotliOf(source);
const module = `// deno-fmt-ignore-file
// deno-lint-ignore-file
// Generated from runtime/browser/ by runtime/browser/build.ts. Change it there.

/** The browser runtime: an ES module, minified. */
export const clientSource: string = ${JSON.stringify(source)};
/** A name of exactly this content, for caches. */
export const clientTag: string = "${tagOf(source)}";
/** Parts of it that few pages need: modules too, by the name that the query part asks for. */
export const clientParts: Readonly<Record<string, { readonly source: string; readonly tag: string }>> = ${
  JSON.stringify(Object.fromEntries(Object.entries(parts).map(([name, source]) => [name, { source, tag: tagOf(source) }])))
};
`;

const bytes = Buffer.byteLength(source);
console.log(`browser runtime: ${bytes} bytes, gzip ${gzipSync(source, { level: 9 }).length}, brotli ${brotli} (budget ${budget})`);
let all = brotli;
for (const [name, source] of Object.entries(parts)) {
  const size = brotliOf(source);
  all += size;
  console.log(`  ?part=${name}: ${Buffer.byteLength(source)} bytes, brotli ${size}`);
}
console.log(`  all of it: brotli ${all}`);

if (Deno.args.includes("--check")) {
  if (await Deno.readTextFile(target).catch(() => "") != module) {
    console.error("runtime/client.gen.ts is not what runtime/browser/ builds: run `deno run -A runtime/browser/build.ts`.");
    Deno.exitCode = 1;
  }
  if (brotli > budget) {
    console.error(`The browser runtime is ${brotli - budget} bytes over its budget.`);
    Deno.exitCode = 1;
  }
} else {
  await Deno.writeTextFile(target, module);
  await tellReadme();
}

/** The README states the sizes; a test compares them. */
async function tellReadme(): Promise<void> {
  const readme = new URL("../../README.md", import.meta.url);
  let text = await Deno.readTextFile(readme);
  for (const [name, sources] of [["browser runtime", [source]], ["its parts, all", Object.values(parts)]] as const) {
    const sum = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0).toLocaleString("en-US").padEnd(8);
    const row = `| ${name.padEnd(15)} | ${sum(sources.map((text) => Buffer.byteLength(text)))} | ${
      sum(sources.map((text) => brotliCompressSync(Buffer.from(text)).length)).slice(0, 6)
    } |`;
    text = text.replace(RegExp(`\\| ${name} +\\|.*`), row);
  }
  await Deno.writeTextFile(readme, text);
}
