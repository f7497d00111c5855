/**
 * The 1,000-row table of js-framework-benchmark: view, lowering, diff and JSON of each operation, on one core, beside
 * `JSON.stringify` of 1,000 rows in the same process. The ratio of the two travels between machines; the times do not.
 */
import { operations, tableViews } from "./table_view.tsx";
import { prepare, type Prepared } from "./table_step.ts";
import { rows } from "./table.ts";

const data = rows(1_000);
// One at a time: trees that are kept for others are work for the garbage collector of all.
let prepared: Prepared | undefined;

for (const { name: variant, view } of tableViews) {
  for (const operation of operations) {
    const group = `${operation.name}, ${variant}`;
    Deno.bench({ name: `JSON.stringify of 1,000 rows (${group})`, group, baseline: true, fn: () => void JSON.stringify(data) });
    Deno.bench({
      name: group,
      group,
      fn() {
        if (prepared?.operation !== operation || prepared.view !== view) prepared = prepare(view, operation);
        prepared.step();
      },
    });
  }
}
