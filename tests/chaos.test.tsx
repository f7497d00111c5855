/**
 * The whole system under virtual time, with all that can go wrong: the real runtimes at both ends, and between them links that break and
 * processes that crash. `NACRE_CHAOS_RUNS` is how many runs there are, by chance, or from the seed `NACRE_CHAOS_FROM` on; a run that fails
 * says how to have it again, with all that happened in it printed: `NACRE_CHAOS=SEED`.
 */
import { assert, assertEquals } from "@std/assert";
import { PageWindow } from "./chaos/page.ts";
import { runAll } from "./chaos/runner.ts";
import { simulate } from "./chaos/simulation.ts";
import { Totals } from "./chaos/totals.ts";
import { wholeWindow } from "./chaos/whole_page.ts";
import { seeded } from "./kit.ts";

/** What has to have happened often enough. */
const troubles = [
  "acted before the script",
  "acted offline",
  "answers lost",
  "congestion",
  "copied",
  "copies of a painted page",
  "crash",
  "cut",
  "deploy",
  "errors in update",
  "errors in view",
  "failures of the store",
  "fell back to requests",
  "fell back to streams",
  "forged",
  "gone on elsewhere",
  "gone on here",
  "handshakes without an answer",
  "held back",
  "jump of the clocks",
  "no network",
  "pages taken over",
  "patches skipped",
  "POSTs executed twice",
  "refused: epoch",
  "refused: gone",
  "refused: version",
  "requests",
  "requests executed twice",
  "requests executed twice at once",
  "requests without an answer",
  "rolling deploy",
  "said again",
  "sent elsewhere",
  "silence",
  "stolen",
  "stop",
  "streams",
];
/** Seeds that have failed: what each has found is in the messages of the commits that mended it. */
const known = [878776164, 1306331628, 1411778542, 1896329415, 2277788981, 2983719352, 3470483333];
const from = Deno.env.get("NACRE_CHAOS_FROM");
const runs = Number(Deno.env.get("NACRE_CHAOS_RUNS") ?? 1_000);
const one = Deno.env.get("NACRE_CHAOS");

seeded(`Whatever breaks, each message is heard once, in order and as it was seen, or its page is told`, async (random) => {
  if (one) {
    const { failure, trace } = await simulate(Number(one), new Totals(), true);
    console.log(trace!.join("\n"));
    if (failure !== undefined) throw failure;
    return;
  }
  const began = performance.now();
  const { totals, failed } = await runAll([
    ...known,
    ...Array.from({ length: runs }, (_, i) => from === undefined ? random.below(2 ** 32) : Number(from) + i),
  ]);
  if (failed !== undefined) {
    const { failure, trace } = await simulate(failed, new Totals(), true);
    console.error(trace!.slice(-400).join("\n"));
    console.error(`A run failed. To see all of it: NACRE_CHAOS=${failed} deno test -A tests/chaos.test.tsx`);
    throw failure ?? new Error(`The run of ${failed} failed, and did not when it was repeated`);
  }
  console.log(`${totals}; ${(runs / (performance.now() - began) * 1000).toFixed()} runs a second`);
  if (runs < 1_000) return;
  // A simulation in which nothing goes wrong proves nothing.
  for (const kind of troubles) {
    assert(totals.of(kind) >= runs / 100, `${kind}: ${totals}`);
  }
});

// But for pages that are painted, which tests with a browser take over.
seeded("The small DOM of these runs does what a whole one does: the same seeds, the same traces", async (random) => {
  for (let i = 0; i < (one ? 0 : 100); i++) {
    const seed = random.below(2 ** 32);
    const small = await simulate(seed, new Totals(), true, () => new PageWindow(false), false);
    const windows = [await wholeWindow(0), await wholeWindow(1)];
    const whole = await simulate(seed, new Totals(), true, () => windows.shift()!, false);
    assertEquals(whole.trace, small.trace, `NACRE_CHAOS=${seed}`);
    assertEquals(String(whole.failure), String(small.failure));
  }
});
