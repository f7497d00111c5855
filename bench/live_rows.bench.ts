/** One of 1,000 rows, each a component with two hooks, changes its state. The component alone takes as long in a table of any size. */
import { liveCases } from "./live_rows.tsx";

for (const count of [1_000, 10_000]) {
  for (const [index, { name, prepare }] of liveCases.entries()) {
    let step: (() => void) | undefined;
    Deno.bench({
      name: `${name} (${count.toLocaleString("en")})`,
      group: `one of ${count.toLocaleString("en")} rows changes its state`,
      baseline: index === 0,
      fn: () => (step ??= prepare(count))(),
    });
  }
}
