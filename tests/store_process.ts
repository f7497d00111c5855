/** A process that shares a store with others: it takes a counter from whoever has it, adds one and saves, as often as it is told. */
import { kvStore } from "../runtime/continuity/kv_store.ts";
import { openKv } from "./open_kv.ts";

const [path, rounds] = Deno.args;
const kv = await openKv(path!);
const store = kvStore(kv);
// Large enough for several entries. The first who comes creates it; for the others it is there, or in other hands already.
if (!await store.get("counter")) await store.set("counter", new Uint8Array(100_000), 0, 60_000);

for (let done = 0; done < Number(rounds);) {
  const taken = await store.take("counter");
  if (!taken) throw new Error("The counter is gone");
  const count = new DataView(taken.value.buffer);
  count.setUint32(0, count.getUint32(0) + 1);
  // False: another has taken it since, and has not seen this one.
  if (await store.set("counter", taken.value, taken.epoch, 60_000)) done++;
}
kv.close();
