/// <reference lib="deno.unstable" />
/** The store in Deno KV: in memory, in a file, and in one that several processes share. `stores.test.ts` runs it, with `--unstable-kv`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Kv, kvStore } from "../runtime/continuity/kv_store.ts";
import { type Opened, storeContract } from "./store_contract.ts";

async function openKv(path: string): Promise<Deno.Kv & AsyncDisposable> {
  const kv = await Deno.openKv(path);
  return Object.assign(kv, { [Symbol.asyncDispose]: async () => kv.close() });
}

async function inFile(now: () => number): Promise<Opened> {
  const folder = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${folder}/kv`);
  return {
    store: kvStore(kv, { now }),
    async [Symbol.asyncDispose]() {
      kv.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

storeContract("kvStore() in memory", async (now) => {
  const kv = await Deno.openKv(":memory:");
  return { store: kvStore(kv, { now }), [Symbol.asyncDispose]: async () => kv.close() };
});
storeContract("kvStore() in a file", inFile);

const large = new Uint8Array(250_000).fill(1);

async function keysOf(kv: Deno.Kv): Promise<Deno.KvKey[]> {
  return await Array.fromAsync(kv.list({ prefix: [] }), ({ key }) => key);
}

Deno.test("kvStore() leaves no part behind: not when a value is replaced, refused or deleted", async () => {
  await using kv = await openKv(":memory:");
  const store = kvStore(kv);
  await store.set("a", large, 0, 60_000);
  assertEquals((await keysOf(kv)).length, 6);
  await store.set("a", large.subarray(0, 100_000), 0, 60_000);
  assertEquals((await keysOf(kv)).length, 3);
  assertEquals(await store.set("a", large, 1, 60_000), false);
  assertEquals((await keysOf(kv)).length, 3);
  await store.set("a", large.subarray(0, 10), 0, 60_000);
  assertEquals(await keysOf(kv), [["nacre", "a"]]);
  await store.set("a", large, 0, 60_000);
  await store.delete("a", 0);
  assertEquals(await keysOf(kv), []);
});

Deno.test("kvStore() leaves no part behind when it is taken over while it writes them", async () => {
  await using kv = await openKv(":memory:");
  const store = kvStore(kv);
  await store.set("a", new Uint8Array([7]), 0, 60_000);
  const saving = store.set("a", large, 0, 60_000);
  const taken = await store.take("a");
  assertEquals(taken, { value: new Uint8Array([7]), epoch: 1 });
  assertEquals(await saving, false);
  assertEquals(await keysOf(kv), [["nacre", "a"]]);
  assertEquals(await store.get("a"), taken);
});

Deno.test("kvStore() keeps to its prefix, and takes what is no entry of its for nothing", async () => {
  await using kv = await openKv(":memory:");
  const here = kvStore(kv, { prefix: ["app", "here"] });
  const there = kvStore(kv, { prefix: ["app", "there"] });
  await here.set("a", large, 0, 60_000);
  assertEquals(await there.get("a"), undefined);
  assert((await keysOf(kv)).every(([first, second]) => first === "app" && second === "here"));
  for (
    const odd of [null, 1, "x", [], {}, { epoch: 0, until: 1e15 }, { epoch: 0, until: 1e15, body: {} }, {
      epoch: "0",
      until: 1e15,
      body: large.slice(0, 9),
    }]
  ) {
    await kv.set(["app", "there", "a"], odd);
    assertEquals(await there.get("a"), undefined);
    assertEquals(await there.take("a"), undefined);
  }
  assertEquals(await there.set("a", new Uint8Array([1]), 0, 60_000), true);
});

Deno.test("kvStore() gives KV a time for all that it writes: what nobody comes back for does not stay", async () => {
  await using kv = await openKv(":memory:");
  const given: (number | undefined)[] = [];
  const store = kvStore(watched(kv, (name, options) => {
    if (name === "set") given.push((options as { expireIn?: number } | undefined)?.expireIn);
  }));
  await store.set("a", large, 0, 1_000.5);
  await store.take("a");
  assertEquals(given.length, 7);
  assert(given.every((ms) => Number.isInteger(ms) && ms! > 0 && ms! <= 61_001), String(given));
  assertEquals(given.slice(0, 6), [61_001, 61_001, 61_001, 61_001, 61_001, 1_001]);
});

Deno.test("kvStore() tries again when the database is locked, and gives up when it stays so", async () => {
  await using kv = await openKv(":memory:");
  let locked = 0;
  const store = kvStore(watched(kv, () => {
    if (locked > 0 && locked--) throw new TypeError("database is locked");
  }));
  for (const times of [1, 3, 5]) {
    for (const act of [() => store.set("a", large, 0, 60_000), () => store.get("a")]) {
      locked = times;
      assert(await act());
      assertEquals(locked, 0);
    }
  }
  locked = 2;
  assertEquals((await store.take("a"))?.epoch, 1);
  locked = 2;
  await store.delete("a", 1);
  assertEquals(await keysOf(kv), []);
  locked = Infinity;
  await assertRejects(() => store.get("a"), TypeError, "database is locked");
});

Deno.test("kvStore() passes on any other failure of KV at once", async () => {
  await using kv = await openKv(":memory:");
  let calls = 0;
  const store = kvStore(watched(kv, () => {
    calls++;
    throw new TypeError("Key too large");
  }));
  await assertRejects(() => store.get("a"), TypeError, "Key too large");
  assertEquals(calls, 1);
});

Deno.test("kvStore() loses nothing when processes take one value from each other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/kv`;
    const rounds = 40;
    const processes = Array.from({ length: 3 }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--unstable-kv", new URL("store_process.ts", import.meta.url).pathname, path, String(rounds)],
        env: { NO_COLOR: "1" },
      }).output());
    for (const { success, stderr } of await Promise.all(processes)) assert(success, new TextDecoder().decode(stderr));
    await using kv = await openKv(path);
    const kept = await kvStore(kv).get("counter");
    assertEquals(new DataView(kept!.value.buffer).getUint32(0), 3 * rounds);
    assertEquals(kept!.value.length, 100_000);
    // One entry and its two parts.
    assertEquals((await keysOf(kv)).length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A real database, each call of which is told before it is made. */
function watched(kv: Deno.Kv, before: (name: string, options: unknown) => void): Kv {
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(target, name: keyof T & string) {
        const member = target[name];
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name !== "atomic" && name !== "check") before(name, args[2]);
          const answer: unknown = member.apply(target, args);
          return answer instanceof Promise ? answer : watch(answer as object);
        };
      },
    });
  return watch<Kv>(kv);
}
