/**
 * Prints the figures of the README: for each operation on the 1,000-row table the bytes of its patch, the median time of view,
 * lowering, diff and JSON, and that time in units of `JSON.stringify` of 1,000 rows; beside the bounds that the differ must keep.
 *
 *     deno run bench/figures.ts
 */
import { median } from "./median.ts";
import { operations, tableViews } from "./table_view.tsx";
import { prepare } from "./table_step.ts";
import { rows } from "./table.ts";

/** Times of the first prototype of the differ in ms, on a machine where `JSON.stringify` of the rows took 0.074 ms; of three a third. */
const bounds: Readonly<Record<string, number>> = {
  "create 1,000": 0.43,
  "replace 1,000": 0.44,
  "update every 10th": 0.30,
  "select one": 0.24 / 3,
  "swap two": 0.29 / 3,
  "remove one": 0.29 / 3,
  "append 1,000": 0.61,
  "clear": 0.03,
};
const referenceMs = 0.074;

/**
 * The unit: `JSON.stringify` of 1,000 rows that were stringified once before. Always new rows: their labels are joined of pieces,
 * and once a full garbage collection has made one piece of each, the same call takes a third less.
 */
function measureUnit(): number {
  const times: number[] = [];
  for (let round = 0; round < 1_000; round++) {
    const data = rows(1_000);
    JSON.stringify(data);
    const start = performance.now();
    JSON.stringify(data);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

const measured = tableViews.flatMap(({ name, view }) =>
  operations.map((operation) => {
    const { step } = prepare(view, operation);
    return { operation: operation.name, view: name, bytes: step().length, ms: median(500, () => void step()) };
  })
);
// Last: the garbage of so many rows would slow down what comes after.
const unit = measureUnit();

console.log(`JSON.stringify of 1,000 rows: ${unit.toFixed(4)} ms\n`);
console.log("| operation | view | bytes | ms | in JSON.stringify of the rows | at most |");
console.log("|---|---|---:|---:|---:|---:|");
for (const { operation, view, bytes, ms } of measured) {
  const bound = bounds[operation]! / referenceMs;
  console.log(
    `| ${operation} | ${view} | ${bytes.toLocaleString("en")} | ${ms.toFixed(3)} | ${(ms / unit).toFixed(2)} | ${bound.toFixed(2)} |`,
  );
}
