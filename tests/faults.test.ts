/**
 * Real sockets, real processes and a real Chromium, and between them all that a network does: bytes that are late, held back, in pieces or gone, links
 * that are cut or refused, while the processes are killed and terminated. `NACRE_FAULTS_MINUTES` is for how long; a round that fails says its seed.
 */
import { assert } from "@std/assert";
import { Diary } from "./faults/diary.ts";
import { Fleet } from "./faults/fleet.ts";
import { play } from "./faults/round.ts";
import { Tally } from "./faults/tally.ts";
import { launch, Random, seeded } from "./kit.ts";

const minutes = Number(Deno.env.get("NACRE_FAULTS_MINUTES") ?? 0);

seeded(
  "Real sockets break: each event is handled once and in order, or its page hears once that it was refused",
  async (random) => {
    const folder = await Deno.makeTempDir();
    const tally = new Tally();
    const processes = new Diary("processes");
    try {
      await using fleet = new Fleet(new Random(random.below(2 ** 32)), processes, `${folder}/kv`);
      await Promise.all([fleet.start(), fleet.start()]);
      await using browser = await launch();
      const round = { browser, fleet, processes, tally };
      if (minutes === 0) {
        await play({
          ...round,
          seed: random.below(2 ** 32),
          ms: 7_000,
          weather: { pause: 250, longest: 2_000, endings: 2_000 },
          isShort: true,
        });
        assert(tally.of("taken") > 0, `${tally}`);
        return;
      }
      const failures: unknown[] = [];
      const say = (what: string) => console.log(`${new Date().toISOString()} ${what}: ${tally}`);
      const timer = setInterval(() => say("so far"), 60_000);
      for (const end = Date.now() + minutes * 60_000; Date.now() < end && browser.isConnected();) {
        const seed = random.below(2 ** 32);
        const ms = Math.min(20_000 + random.below(100_000), Math.max(5_000, end - Date.now()));
        const weather = {
          pause: 200 + random.below(3_000),
          longest: random.pick([1_000, 5_000, 40_000]),
          endings: 2_000 + random.below(10_000),
        };
        processes.notes.length = 0;
        tally.add("rounds");
        // One that fails does not end the hour: what else fails is worth knowing.
        await play({ ...round, seed, ms, weather, isShort: random.chance(0.3) }).catch((error) => {
          failures.push(error);
          console.error(error);
        });
        say(`round of seed ${seed}, ${ms} ms, ${JSON.stringify(weather)}, failures ${failures.length}`);
      }
      clearInterval(timer);
      if (failures.length > 0) throw new AggregateError(failures, "Rounds have failed");
    } finally {
      console.log(`${tally}`);
      await Deno.remove(folder, { recursive: true });
    }
  },
);
