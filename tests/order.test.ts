/** Which items of a list stay: against every order of a few items, against a plain search for many, and in time for very many. */
import { assert, assertEquals } from "@std/assert";
import { stayingItems } from "../runtime/view/order.ts";
import { Random } from "./random.ts";

/** How many stay at most, by trying every set of them. */
function mostThatStay(from: readonly number[]): number {
  let most = 0;
  for (let chosen = 0; chosen < 2 ** from.length; chosen++) {
    const stay = from.filter((_, i) => chosen >> i & 1);
    if (stay.length > most && isIncreasing(stay)) most = stay.length;
  }
  return most;
}

/** The same by the longest sequence that ends at each item: slower than what is tested, and quick enough for hundreds. */
function longest(from: readonly number[]): number {
  const lengths: number[] = [];
  for (const [at, old] of from.entries()) {
    lengths[at] = 1;
    for (let before = 0; before < at; before++) if (from[before]! < old) lengths[at] = Math.max(lengths[at]!, lengths[before]! + 1);
  }
  return Math.max(0, ...lengths);
}

const isIncreasing = (numbers: readonly number[]) => numbers.every((number, i) => i === 0 || numbers[i - 1]! < number);

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const item of items) {
    for (const rest of permutations(items.filter((other) => other !== item))) yield [item, ...rest];
  }
}

/** Checks an answer: what stays is old, in order, and as much as can be. */
function check(from: readonly number[], most: number): void {
  const stay = stayingItems(Int32Array.from(from));
  const old = from.filter((index) => index >= 0);
  if (stay === null) return assert(isIncreasing(old), `null for ${from}`);
  assertEquals(stay.length, from.length);
  const kept = from.filter((_, i) => stay[i]);
  assert(kept.every((index) => index >= 0), `a new item stays in ${from}`);
  assert(isIncreasing(kept), `${kept} of ${from}`);
  assertEquals(kept.length, most, `${kept} of ${from}`);
  assert(!isIncreasing(old), `not null for ${from}`);
}

Deno.test("stayingItems() answers the example of its comment", () => {
  assertEquals(stayingItems(Int32Array.of(2, 0, 1, -1, 3)), Uint8Array.of(0, 1, 1, 0, 1));
});

Deno.test("stayingItems() keeps as many as can stay, of every order of up to six items", () => {
  for (let count = 0; count <= 6; count++) {
    const order = Array.from({ length: count }, (_, i) => i);
    for (const from of permutations(order)) {
      check(from, mostThatStay(from));
      // Removed items leave gaps, and new ones stand between: neither changes which may stay.
      const among = from.flatMap((index, i) => i % 2 ? [3 * index] : [-1, 3 * index]);
      check(among, mostThatStay(from));
    }
  }
});

Deno.test("stayingItems() keeps as many as can stay of longer lists, in few runs and in many", () => {
  const random = new Random(5);
  for (let round = 0; round < 300; round++) {
    let from = Array.from({ length: 1 + random.below(150) }, (_, i) => i).filter(() => random.chance(0.9));
    if (random.chance(0.3)) from = random.shuffled(from);
    else {
      for (let moves = random.below(40); moves > 0 && from.length > 0; moves--) {
        const moved = from.splice(random.below(from.length), 1 + random.below(4));
        from.splice(random.below(from.length + 1), 0, ...moved);
      }
    }
    const most = longest(from);
    check(random.chance(0.5) ? from : from.flatMap((index) => random.chance(0.2) ? [-1, index] : [index]), most);
  }
});

Deno.test("stayingItems() is quick for 10,000 items in any order", () => {
  const count = 10_000;
  const order = Array.from({ length: count }, (_, i) => i);
  const orders = {
    "as it was": order,
    "reversed": order.toReversed(),
    "shuffled": new Random(1).shuffled(order),
    "halves swapped": [...order.slice(count / 2), ...order.slice(0, count / 2)],
    "pairs swapped": order.map((i) => i ^ 1),
    "odd ones first": [...order.filter((i) => i % 2), ...order.filter((i) => i % 2 === 0)],
    "new": order.map(() => -1),
  };
  for (const [name, from] of Object.entries(orders)) {
    const indexes = Int32Array.from(from);
    const start = performance.now();
    stayingItems(indexes);
    const ms = performance.now() - start;
    // Each with each would take seconds; a few milliseconds are usual.
    assert(ms < 250, `${name}: ${ms} ms`);
  }
});
