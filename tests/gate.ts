/**
 * The gate: all that must hold before a change is taken, in one command, the same here and in CI. It runs commands in order, stops at
 * the first that fails, and adds up what their reports counted; it never tests anything itself.
 *
 *     deno run -A tests/gate.ts
 */
import { matrixOf } from "./engines/matrix.ts";

interface Step {
  readonly name: string;
  /** Arguments of `deno`; a function when they take work to know. Answering `undefined` means that there is nothing to run. */
  readonly args: readonly string[] | (() => Promise<readonly string[] | undefined>);
  /** The step is a test run: it writes a report, and what that counts is added up. */
  readonly counts?: true;
  /** What is printed of the report when the step has passed. */
  readonly prints?: (report: string) => string;
}

const steps: readonly Step[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  // Frozen: a lock that lags behind deno.json would be mended silently here, and be missing for the next clone.
  { name: "types, everything", args: ["check", "--frozen", "."] },
  {
    name: "types, the browser with DOM only",
    args: async () => ["check", "--config", ".ci/browser.json", ...await sources("runtime/browser", (path) => !path.endsWith("/build.ts"))],
  },
  {
    name: "types, the wire without DOM",
    args: async () => ["check", "--config", ".ci/wire.json", ...await sources("runtime/wire")],
  },
  { name: "browser runtime: generated from its source, within its budget", args: ["run", "-A", "runtime/browser/build.ts", "--check"] },
  { name: "examples of the documentation", args: ["test", "-A", "--doc", "mod.ts", "runtime", "docs", "README.md"], counts: true },
  { name: "browsers for the tests", args: ["run", "-A", "tests/engines/install.ts"] },
  { name: "tests", args: ["test", "-A", "--parallel", "--ignore=tests/engines", "tests"], counts: true },
  {
    name: "the battery in three browser engines",
    args: ["test", "-A", "--parallel", "tests/engines"],
    counts: true,
    prints: matrixOf,
  },
  { name: "publish, as far as can be without publishing", args: ["publish", "--dry-run", "--allow-dirty"] },
  {
    name: "benches, once",
    args: async () => (await sources("bench")).length > 0 ? ["bench", "-A", "bench"] : undefined,
  },
];

/**
 * The random tests play the same each time, so that a red gate means a change; alone they draw by chance. Of chaos three times what a
 * developer waits for.
 */
const random = {
  NACRE_SEED: Deno.env.get("NACRE_SEED") ?? "1",
  NACRE_CHAOS_RUNS: Deno.env.get("NACRE_CHAOS_RUNS") ?? "3000",
  NACRE_CHAOS_FROM: "1",
};

const root = new URL("..", import.meta.url);
const total = { passed: 0, failed: 0, skipped: 0 };
let ok = true;

for (const step of steps) {
  if (!await pass(step)) {
    ok = false;
    break;
  }
}
// A step that is no test run, or whose tests did not get as far as a report, is one failure all the same.
if (!ok && total.failed === 0) total.failed = 1;
if (total.skipped > 0) console.log(`${total.skipped} skipped`);
// The last line is read by programs: nothing else may stand in it.
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exit(ok ? 0 : 1);

async function pass({ name, args, counts, prints }: Step): Promise<boolean> {
  console.log(name);
  const started = performance.now();
  const given = typeof args === "function" ? await args() : args;
  if (given === undefined) {
    console.log("  nothing there yet");
    return true;
  }

  const report = counts && await Deno.makeTempFile({ suffix: ".xml" });
  const [subcommand = "", ...rest] = given;
  const command = report ? [subcommand, `--junit-path=${report}`, ...rest] : given;
  const { success, output } = await run(command);
  let counted = "";
  if (report) {
    const text = await Deno.readTextFile(report);
    await Deno.remove(report);
    const { passed, failed, skipped } = count(text);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    counted = `, ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    if (success && prints) console.log(prints(text));
  }

  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (!success) {
    await Deno.stdout.write(output);
    console.log(`\nThe gate stopped at "${name}". Alone it is: deno ${given.join(" ")}`);
  }
  console.log(`  ${success ? "ok" : "FAILED"}, ${seconds} s${counted}`);
  return success;
}

/** Runs `deno` with both of its outputs in one, in the order in which they came. */
async function run(args: readonly string[]): Promise<{ success: boolean; output: Uint8Array }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", ...random },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const chunk of stream) chunks.push(chunk);
  };
  const [{ success }] = await Promise.all([child.status, collect(child.stdout), collect(child.stderr)]);
  return { success, output: new Uint8Array(await new Blob(chunks).arrayBuffer()) };
}

/** What a JUnit report says. Text in it is escaped, so a tag is always a tag. No report at all: the run died before its end. */
function count(report: string): { passed: number; failed: number; skipped: number } {
  const tags = (name: string) => report.match(new RegExp(`<${name}[ >/]`, "g"))?.length ?? 0;
  const failed = tags("failure") + tags("error");
  const skipped = tags("skipped");
  return { passed: tags("testcase") - failed - skipped, failed, skipped };
}

/** The TypeScript files under a folder, as paths from the root. Git keeps no empty folders, so one that is missing is an empty one. */
async function sources(folder: string, wanted: (path: string) => boolean = () => true): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) found.push(...await sources(path, wanted));
      else if (/\.tsx?$/.test(path) && wanted(path)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}
