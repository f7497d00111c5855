/**
 * Runs the battery, and prints which feature works in which engine.
 *
 *     deno run -A tests/engines/matrix.ts
 */
import { type Outcome, outcomesIn } from "./battery.ts";
import { engineNames } from "./engine.ts";
import { isInstalled, launchEngine } from "./launch.ts";
import { notDriven } from "./not_driven.ts";

const signs = { passed: "yes", failed: "NO", skipped: "-" } as const;

/** A table of Markdown from a report of JUnit: a row for each feature, a column for each engine, and the counts. */
export function matrixOf(report: string): string {
  const rows = new Map<string, Partial<Record<string, Outcome["outcome"]>>>();
  // Files run side by side, and their lines are mixed.
  const outcomes = [...outcomesIn(report)].sort((a, b) => a.topic.localeCompare(b.topic));
  for (const { engine, topic, feature, outcome } of outcomes) {
    const name = `${topic}: ${feature}`;
    const row = rows.get(name) ?? {};
    row[engine] = outcome;
    rows.set(name, row);
  }
  const width = Math.max(...[...rows.keys()].map((name) => name.length));
  const line = (first: string, cells: readonly string[]) =>
    `| ${first.padEnd(width)} | ${cells.map((cell) => cell.padEnd(8)).join(" | ")} |`;
  const count = (engine: string, outcome: Outcome["outcome"]) => [...rows.values()].filter((row) => row[engine] === outcome).length;
  return [
    line("feature", engineNames),
    line("-".repeat(width), engineNames.map(() => "--------")),
    ...[...rows].map(([name, row]) => line(name, engineNames.map((engine) => signs[row[engine] ?? "skipped"]))),
    ...(["passed", "failed", "skipped"] as const).map((outcome) => line(outcome, engineNames.map((engine) => `${count(engine, outcome)}`))),
    ...notDriven.map(({ engine, feature, reason }) => `not driven: ${feature} in ${engine}: ${reason}`),
  ].join("\n");
}

if (import.meta.main) {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--parallel", `--junit-path=${report}`, "tests/engines"],
    cwd: new URL("../..", import.meta.url),
    stdin: "null",
  }).spawn().status;
  console.log(matrixOf(await Deno.readTextFile(report)));
  await Deno.remove(report);
  for (const name of engineNames) {
    if (!await isInstalled(name)) continue;
    await using engine = await launchEngine(name);
    console.log(`${name} ${engine.version}`);
  }
  Deno.exit(success ? 0 : 1);
}
