/** One click of a counter through the runtime: the frame up, update, view, diff, the frame down; without a network. */
import { run } from "../runtime/app/runtime.ts";
import { realWorld } from "../runtime/world.ts";
import { counter } from "../components/counter.tsx";

// Facts are dealt with at once, and nobody counts how many came.
let turn = () => {};
let now = 0;
const world = {
  ...realWorld,
  soon: (task: () => void) => void (turn = task),
  setTimer: (_: number, task: () => void) => void (turn = task),
  now: () => now,
};
const runtime = run(counter, 0, { world });
let frames = 0;
const connection = runtime.connect({ send: () => void frames++, close() {} });
connection.receive("[0,[2]]");
turn();

Deno.bench("counter: one click, from frame to frame", () => {
  now += 10;
  connection.receive("[1,[2]]");
  turn();
});
