/**
 * Which items of a list stay where they are when it gets a new order: those of a longest increasing subsequence of their old
 * indexes, so that the fewest others move. It knows numbers and no nodes.
 */

/** Up to so many runs are compared each with each, which is the quickest for what people do to lists. */
const fewRuns = 32;

/**
 * Of the old index of each new item (-1 for a new one): whether it stays. `null` when all that were there stay.
 *
 *     from  2 0 1 -1 3    the third came first, and one is new
 *     stay  0 1 1  0 1    so one item moves
 */
export function stayingItems(from: Int32Array): Uint8Array | null {
  /** Where each run of neighbours begins and ends, new items apart. */
  const runs: { readonly begin: number; readonly end: number }[] = [];
  let isIncreasing = true;
  for (let at = 0, last = -1; at < from.length; at++) {
    const begin = at;
    if (from[at]! < 0) continue;
    while (at + 1 < from.length && from[at + 1] === from[at]! + 1) at++;
    if (from[begin]! < last) isIncreasing = false;
    last = from[at]!;
    runs.push({ begin, end: at + 1 });
  }
  if (isIncreasing) return null;
  return runs.length <= fewRuns ? heaviestRuns(from, runs) : longestSequence(from);
}

/** The increasing sequence of runs with the most items. */
function heaviestRuns(from: Int32Array, runs: readonly { readonly begin: number; readonly end: number }[]): Uint8Array {
  const weights: number[] = [];
  const before: number[] = [];
  let best = 0;
  for (const [index, { begin, end }] of runs.entries()) {
    let heaviest = 0;
    before[index] = -1;
    for (let earlier = 0; earlier < index; earlier++) {
      if (from[runs[earlier]!.begin]! > from[begin]! || weights[earlier]! <= heaviest) continue;
      heaviest = weights[earlier]!;
      before[index] = earlier;
    }
    weights[index] = heaviest + end - begin;
    if (weights[index]! > weights[best]!) best = index;
  }
  const stay = new Uint8Array(from.length);
  for (let index = best; index >= 0; index = before[index]!) stay.fill(1, runs[index]!.begin, runs[index]!.end);
  return stay;
}

/** A longest increasing subsequence, by patience sorting. */
function longestSequence(from: Int32Array): Uint8Array {
  /** For each length the place where the best sequence of that length ends: the one with the smallest old index. */
  const ends: number[] = [];
  /** What comes before each place in its sequence. */
  const before = new Int32Array(from.length).fill(-1);
  for (let at = 0; at < from.length; at++) {
    const old = from[at]!;
    if (old < 0) continue;
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (from[ends[middle]!]! < old) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = ends[low - 1]!;
    ends[low] = at;
  }
  const stay = new Uint8Array(from.length);
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) stay[at] = 1;
  return stay;
}
