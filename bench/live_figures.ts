/**
 * Prints how long it takes to show that one row of a table has changed its state, where each row is a component with two hooks; in
 * microseconds, for tables of several sizes.
 *
 *     deno run -A bench/live_figures.ts
 */
import { liveCases } from "./live_rows.tsx";
import { median } from "./median.ts";

const sizes = [100, 1_000, 10_000];
console.log(`| µs for one changed row of | ${sizes.map((size) => size.toLocaleString("en")).join(" | ")} |`);
console.log(`|---|${sizes.map(() => "---:|").join("")}`);
for (const { name, prepare } of liveCases) {
  const times = sizes.map((size) => median(Math.max(20, Math.min(500, 200_000 / size)), prepare(size)) * 1_000);
  console.log(`| ${name} | ${times.map((time) => time < 100 ? time.toFixed(1) : Math.round(time).toLocaleString("en")).join(" | ")} |`);
}
