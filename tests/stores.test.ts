/** Stores: the contract for the one in memory, its bound, and the one in Deno KV by a run of its own, since KV is behind a flag. */
import { assert, assertEquals } from "@std/assert";
import { memoryStore } from "../runtime/continuity/memory_store.ts";
import { storeContract } from "./store_contract.ts";

storeContract("memoryStore()", (now) => ({ store: memoryStore({ now }), async [Symbol.asyncDispose]() {} }));

const one = new Uint8Array([1]);

Deno.test("memoryStore() lets what has expired go first when it is full, then what was saved longest ago", async () => {
  let time = 0;
  const store = memoryStore({ most: 3, now: () => time });
  const there = async () => {
    const found = await Promise.all([..."abcdefg"].map(async (key) => await store.get(key) ? key : ""));
    return found.join("");
  };
  await store.set("a", one, 0, 1_000);
  await store.set("b", one, 0, 10);
  await store.set("c", one, 0, 1_000);
  time = 20;
  await store.set("d", one, 0, 1_000);
  assertEquals(await there(), "acd");
  await store.set("a", one, 0, 1_000);
  await store.set("e", one, 0, 1_000);
  assertEquals(await there(), "ade");
  await store.take("d");
  await store.set("f", one, 0, 5);
  assertEquals(await there(), "aef");
  time = 30;
  await store.set("g", one, 0, 1_000);
  assertEquals(await there(), "aeg");
});

Deno.test("memoryStore() stays within its bound, and fast when it is full", async () => {
  const store = memoryStore({ most: 1_000 });
  const started = performance.now();
  for (let index = 0; index < 50_000; index++) await store.set(String(index), one, 0, 60_000);
  assert(performance.now() - started < 5_000);
  assertEquals(await store.get("48999"), undefined);
  assertEquals((await store.get("49000"))?.value, one);
});

Deno.test("kvStore() keeps the contract, in a run that has Deno KV", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--unstable-kv", "tests/stores_kv.ts"],
    cwd: new URL("..", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assert(success, said);
  // A run of nothing succeeds, too.
  const passed = Number(said.match(/(\d+) passed/)?.[1]);
  assert(passed >= 30, said);
});
