/**
 * The whole system under virtual time, with all that can go wrong: the real runtimes at both ends, and between them links that break and
 * processes that crash. `NACRE_CHAOS_RUNS` is how many runs there are; a run that fails says how to have it again, with all that happened
 * in it printed: `NACRE_CHAOS=SEED`.
 */
import { assert, assertEquals } from "@std/assert";
import { PageWindow } from "./chaos/page.ts";
import { simulate } from "./chaos/simulation.ts";
import { Totals } from "./chaos/totals.ts";
import { wholeWindow } from "./chaos/whole_page.ts";
import { seeded } from "./kit.ts";

/** What has to have happened often enough. */
const troubles = [
  "acted offline",
  "answers lost",
  "congestion",
  "crash",
  "cut",
  "deploy",
  "errors in update",
  "errors in view",
  "fell back to requests",
  "fell back to streams",
  "gone on elsewhere",
  "gone on here",
  "no network",
  "patches skipped",
  "POSTs executed twice",
  "refused: epoch",
  "refused: gone",
  "refused: version",
  "requests",
  "requests executed twice",
  "requests executed twice at once",
  "stop",
  "streams",
];
const runs = Number(Deno.env.get("NACRE_CHAOS_RUNS") ?? 1_000);
const one = Deno.env.get("NACRE_CHAOS");

seeded(`Whatever breaks, each message is heard once, in order and as it was seen, or its page is told`, async (random) => {
  const totals = new Totals();
  const began = performance.now();
  for (let i = 0; i < (one ? 1 : runs); i++) {
    const seed = one ? Number(one) : random.below(2 ** 32);
    const { failure, trace } = await simulate(seed, totals, one !== undefined);
    if (trace) console.log(trace.join("\n"));
    if (failure === undefined) continue;
    if (!one) {
      const again = await simulate(seed, new Totals(), true);
      console.error(
        [...again.trace!.slice(-400), `Run ${i} failed. To see all of it: NACRE_CHAOS=${seed} deno test -A tests/chaos.test.tsx`].join(
          "\n",
        ),
      );
    }
    throw failure;
  }
  console.log(`${totals}; ${(runs / (performance.now() - began) * 1000).toFixed()} runs a second`);
  if (one || runs < 1_000) return;
  // A simulation in which nothing goes wrong proves nothing.
  for (const kind of troubles) {
    assert(totals.of(kind) >= runs / 100, `${kind}: ${totals}`);
  }
});

seeded("The small DOM of these runs does what a whole one does: the same seeds, the same traces", async (random) => {
  for (let i = 0; i < (one ? 0 : 100); i++) {
    const seed = random.below(2 ** 32);
    const small = await simulate(seed, new Totals(), true, () => new PageWindow(false));
    const windows = [await wholeWindow(0), await wholeWindow(1)];
    const whole = await simulate(seed, new Totals(), true, () => windows.shift()!);
    assertEquals(whole.trace, small.trace, `NACRE_CHAOS=${seed}`);
    assertEquals(String(whole.failure), String(small.failure));
  }
});
