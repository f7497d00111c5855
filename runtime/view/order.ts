/**
 * Which items of a list stay where they are when it gets a new order: a longest increasing subsequence of their old indexes, so
 * that the fewest others move. By patience sorting, searched from the end and not by halves: most lists keep most of their order,
 * and answer at once. It knows numbers and no nodes.
 */

/**
 * Of the old index of each new item (-1 for a new one): whether it stays. `null` when all that were there stay.
 *
 *     from  2 0 1 -1 3    the third came first, and one is new
 *     stay  0 1 1  0 1    so one item moves
 */
export function stayingItems(from: Int32Array): Uint8Array | null {
  if (isIncreasing(from)) return null;
  /** For each length the place where the best sequence of that length ends: the one with the smallest old index. */
  const ends: number[] = [];
  /** What comes before each place in its sequence. */
  const before = new Int32Array(from.length).fill(-1);
  for (let at = 0; at < from.length; at++) {
    const old = from[at]!;
    if (old < 0) continue;
    let length = ends.length;
    while (length > 0 && from[ends[length - 1]!]! > old) length--;
    if (length > 0) before[at] = ends[length - 1]!;
    ends[length] = at;
  }
  const stay = new Uint8Array(from.length);
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) stay[at] = 1;
  return stay;
}

function isIncreasing(from: Int32Array): boolean {
  let last = -1;
  for (const old of from) {
    if (old < 0) continue;
    if (old < last) return false;
    last = old;
  }
  return true;
}
