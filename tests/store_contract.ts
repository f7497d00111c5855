/** What every store must do: one suite, for each of them. */
import { assert, assertEquals } from "@std/assert";
import type { Store } from "../runtime/continuity/store.ts";
import { seeded } from "./kit.ts";

/** A store of its own for a test, by the clock that it is given. */
export interface Opened extends AsyncDisposable {
  readonly store: Store;
}

/** A clock that goes only when it is told to. */
class Clock {
  ms = Date.now();
  readonly now = () => this.ms;
}

const minute = 60_000;

const bytes = (...values: number[]) => new Uint8Array(values);
/** All of its bytes tell its number: half of one and half of another can be told from either. */
const uniform = (number: number, length: number) => new Uint8Array(length).fill(number);

/** Declares the tests for one kind of store. */
export function storeContract(kind: string, open: (now: () => number) => Opened | Promise<Opened>): void {
  const test = (name: string, run: (store: Store, clock: Clock) => Promise<void>) =>
    Deno.test(`${kind} ${name}`, async () => {
      const clock = new Clock();
      await using opened = await open(clock.now);
      await run(opened.store, clock);
    });

  test("has nothing where nothing was kept", async (store) => {
    assertEquals(await store.get("a"), undefined);
    assertEquals(await store.take("a"), undefined);
    await store.delete("a", 0);
    assertEquals(await store.get("a"), undefined);
  });

  test("keeps under epoch 0 what was not there, and goes on under it", async (store) => {
    assertEquals(await store.set("a", bytes(1), 0, minute), true);
    assertEquals(await store.get("a"), { value: bytes(1), epoch: 0 });
    assertEquals(await store.set("a", bytes(2, 3), 0, minute), true);
    assertEquals(await store.get("a"), { value: bytes(2, 3), epoch: 0 });
  });

  test("does not begin with another epoch than 0", async (store) => {
    for (const epoch of [1, 7, -1, NaN]) assertEquals(await store.set("a", bytes(1), epoch, minute), false);
    assertEquals(await store.get("a"), undefined);
  });

  test("raises the epoch when it is taken over, and the owner before saves no more", async (store) => {
    await store.set("a", bytes(1), 0, minute);
    assertEquals(await store.take("a"), { value: bytes(1), epoch: 1 });
    assertEquals(await store.set("a", bytes(9), 0, minute), false);
    await store.delete("a", 0);
    assertEquals(await store.get("a"), { value: bytes(1), epoch: 1 });
    assertEquals(await store.set("a", bytes(2), 1, minute), true);
    assertEquals(await store.take("a"), { value: bytes(2), epoch: 2 });
    for (const epoch of [0, 1, 3]) assertEquals(await store.set("a", bytes(9), epoch, minute), false);
    assertEquals(await store.get("a"), { value: bytes(2), epoch: 2 });
  });

  test("gives each of those who take at once an epoch of its own, and lets one of them save", async (store) => {
    await store.set("a", bytes(0), 0, minute);
    const taken = await Promise.all(Array.from({ length: 8 }, () => store.take("a")));
    const epochs = taken.map((each) => each?.epoch ?? 0);
    assertEquals(epochs.toSorted(), [1, 2, 3, 4, 5, 6, 7, 8]);
    const saved = await Promise.all(epochs.map((epoch) => store.set("a", bytes(epoch), epoch, minute)));
    assertEquals(epochs.filter((_, index) => saved[index]), [8]);
    assertEquals(await store.get("a"), { value: bytes(8), epoch: 8 });
  });

  test("forgets when the time is over, for whoever asks", async (store, clock) => {
    await store.set("a", bytes(1), 0, minute);
    clock.ms += minute - 1;
    assertEquals(await store.take("a"), { value: bytes(1), epoch: 1 });
    clock.ms += 1;
    assertEquals(await store.get("a"), undefined);
    assertEquals(await store.take("a"), undefined);
    assertEquals(await store.set("a", bytes(2), 1, minute), false);
    assertEquals(await store.set("a", bytes(3), 0, minute), true);
    assertEquals(await store.get("a"), { value: bytes(3), epoch: 0 });
  });

  test("counts the time from each saving, and from no taking", async (store, clock) => {
    await store.set("a", bytes(1), 0, minute);
    clock.ms += 40_000;
    await store.set("a", bytes(2), 0, minute);
    clock.ms += 40_000;
    assertEquals(await store.get("a"), { value: bytes(2), epoch: 0 });
    await store.take("a");
    clock.ms += 20_000;
    assertEquals(await store.get("a"), undefined);
    await store.set("b", bytes(1), 0, 0);
    assertEquals(await store.get("b"), undefined);
  });

  test("deletes for its owner, and then it can begin again", async (store) => {
    await store.set("a", bytes(1), 0, minute);
    await store.take("a");
    await store.delete("a", 1);
    assertEquals(await store.get("a"), undefined);
    assertEquals(await store.set("a", bytes(2), 1, minute), false);
    assertEquals(await store.set("a", bytes(2), 0, minute), true);
  });

  test("keeps copies: neither what was given nor what was got is the store's", async (store) => {
    for (const length of [4, 200_000]) {
      const key = `of ${length}`;
      const given = uniform(1, length);
      const saving = store.set(key, given, 0, minute);
      given.fill(9);
      await saving;
      const got = await store.get(key);
      assertEquals(got?.value, uniform(1, length));
      got?.value.fill(9);
      const taken = await store.take(key);
      assertEquals(taken?.value, uniform(1, length));
      taken?.value.fill(9);
      assertEquals((await store.get(key))?.value, uniform(1, length));
    }
  });

  test("keeps a part of a buffer, and no more of it", async (store) => {
    const buffer = uniform(7, 300_000);
    buffer.fill(1, 10, 20);
    await store.set("a", buffer.subarray(10, 20), 0, minute);
    assertEquals((await store.get("a"))?.value, uniform(1, 10));
    await store.set("a", buffer.subarray(20, 200_020), 0, minute);
    assertEquals((await store.get("a"))?.value, uniform(7, 200_000));
  });

  test("keeps values of any size, large after small and small after large", async (store) => {
    for (const length of [0, 1, 60_000, 60_001, 65_536, 1_500_000, 119_999, 120_000, 2, 0]) {
      const value = crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)));
      const whole = new Uint8Array(length);
      for (let at = 0; at < length; at += value.length) whole.set(value.subarray(0, length - at), at);
      assertEquals(await store.set("a", whole, 0, minute), true);
      const got = await store.get("a");
      assertEquals(got?.value.length, length);
      assert(got?.value.every((byte, index) => byte === whole[index]));
    }
  });

  test("keeps keys apart, whatever they are", async (store) => {
    const keys = ["", "a", "a/b", "a\0b", "A", "é", "__proto__", "a:0", "x".repeat(500)];
    for (const [index, key] of keys.entries()) await store.set(key, bytes(index), 0, minute);
    for (const [index, key] of keys.entries()) assertEquals((await store.get(key))?.value, bytes(index), key);
    await store.delete("a", 0);
    assertEquals(await store.get("a"), undefined);
    for (const [index, key] of keys.entries()) if (key !== "a") assertEquals((await store.get(key))?.value, bytes(index), key);
  });

  test("never shows half of a value, while large ones replace each other", async (store) => {
    const values = [uniform(1, 300_000), uniform(2, 130_000), uniform(3, 10), uniform(4, 190_000)];
    await store.set("a", values[0]!, 0, minute);
    let writing = true;
    const write = async () => {
      for (let round = 0; round < 12; round++) assertEquals(await store.set("a", values[round % values.length]!, 0, minute), true);
      writing = false;
    };
    const read = async () => {
      while (writing) {
        const got = await store.get("a");
        assert(got, "It was there all the time");
        const whole = values[(got.value[0] ?? 0) - 1];
        assertEquals(got.value.length, whole?.length);
        assert(got.value.every((byte) => byte === got.value[0]));
        // A store in memory answers at once, and would let nobody write.
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await Promise.all([write(), read(), read()]);
  });

  seeded(`${kind} does as a store of a few lines would, one owner after the other`, async (random) => {
    const clock = new Clock();
    await using opened = await open(clock.now);
    const { store } = opened;
    const plain = new Map<string, { value: Uint8Array; epoch: number; until: number }>();
    for (let step = 0; step < 150; step++) {
      const key = random.pick(["a", "b"]);
      for (const [key, { until }] of plain) if (until <= clock.ms) plain.delete(key);
      const kept = plain.get(key);
      const epoch = random.chance(0.7) ? kept?.epoch ?? 0 : random.below(4);
      switch (random.below(5)) {
        case 0:
          assertEquals(await store.get(key), kept && { value: kept.value, epoch: kept.epoch });
          break;
        case 1: {
          if (kept) kept.epoch += 1;
          assertEquals(await store.take(key), kept && { value: kept.value, epoch: kept.epoch });
          break;
        }
        case 2: {
          const value = uniform(step, random.pick([0, 5, 70_000]));
          const ms = random.pick([1_000, minute]);
          const may = epoch === (kept?.epoch ?? 0);
          assertEquals(await store.set(key, value, epoch, ms), may);
          if (may) plain.set(key, { value, epoch, until: clock.ms + ms });
          break;
        }
        case 3:
          if (!random.chance(0.3)) break;
          await store.delete(key, epoch);
          if (kept?.epoch === epoch) plain.delete(key);
          break;
        case 4:
          clock.ms += random.below(2_000);
      }
    }
  });
}
