/**
 * Which items of a list stay where they are when it gets a new order: a longest increasing subsequence, so that the fewest
 * others move. It knows numbers and no nodes.
 *
 *     from  2 0 1 3      the old index of each new item (a new one has none): the third came first
 *     stay    1 2 3      so one item moves
 */
export function longestIncreasing(from: number[]): boolean[] {
  /** For each length the index where the best sequence of that length ends: the one with the smallest old index. */
  const ends: number[] = [];
  /** What comes before each index in its sequence. */
  const before: (number | undefined)[] = [];
  from.forEach((old, index) => {
    let length = ends.length;
    // From the end and not by halves: most lists keep most of their order, and those answer at once.
    while (from[ends[length - 1]!]! > old) length--;
    before[index] = ends[length - 1];
    ends[length] = index;
  });
  const stay: boolean[] = [];
  let index = ends.at(-1);
  while (index != null) {
    stay[index] = true;
    index = before[index];
  }
  return stay;
}
