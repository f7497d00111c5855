/** One patch to 10,000 clients of a room, beside a bare loop of `send` of the same text; links that only count (sockets: `room_figures.ts`). */
import { app } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { realWorld } from "../runtime/world.ts";

let sent = 0;
const links = Array.from({ length: 10_000 }, () => ({ send: (text: string | Uint8Array) => void (sent += text.length), close() {} }));
let turn = () => {};
const runtime = run(app<number, "up">({ init: () => 0, update: (n) => n + 1, view: (n) => n }), undefined, {
  world: { ...realWorld, soon: (task: () => void) => void (turn = task), setTimer: (_: number, task: () => void) => void (turn = task) },
});
for (const link of links) runtime.connect(link);

Deno.bench({
  name: "a patch to 10,000 clients",
  group: "room",
  fn() {
    runtime.dispatch("up");
    turn();
  },
});
let n = 0;
Deno.bench({
  name: "a bare loop of send",
  group: "room",
  baseline: true,
  fn() {
    const text = `[0,${++n}]`;
    for (const link of links) link.send(text);
  },
});
