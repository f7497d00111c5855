/**
 * Which old item of a list each new one goes on from. Preact's way (`constructNewChildrenArray` and `findMatchingIndex`), so
 * that unkeyed items keep what Preact would keep; with a map in place of its search once the search has become long.
 */

/** How `match` looks at items. */
export interface Matching<New, Old> {
  /** Same key and same identity. */
  same(item: New, old: Old): boolean;
  /** What two items must share to be the same: a key (a string or number), else an identity. `null` for nothing at all. */
  group(item: New): unknown;
  /** The same of an old item. */
  oldGroup(old: Old): unknown;
}

/**
 * For each new item the index of its old one, or -1; `null` when every item matches the one at its own index and none is left.
 *
 * - `[a,b,c]` to `[a,b,c]`: `null`
 * - `[a,b,c]` to `[b,c]`: `[1,2]`
 * - `[p,input]` to `[input]`, unkeyed: `[1]`
 * - `[p,null,input]` to `[p,b,input]`, unkeyed: `[0,-1,2]`
 * - `[a,a]` to `[a,a,a]`, one key: `[0,1,-1]`
 *
 * The first `common` items are known to match.
 */
export function match<New, Old>(
  items: readonly New[],
  old: readonly Old[],
  how: Matching<New, Old>,
  common = 0,
): Int32Array | null {
  const count = items.length;
  let index = common;
  while (index < count && index < old.length && how.same(items[index]!, old[index]!)) index++;
  if (index === count && count === old.length) return null;

  const from = new Int32Array(count).fill(-1);
  for (let i = 0; i < index; i++) from[i] = i;
  const used = new Uint8Array(old.length).fill(1, 0, index);
  let left = old.length - index;
  let skew = 0;
  // Above this many steps of searching a map pays.
  let steps = 2 * old.length + 16;
  let groups: Groups | undefined;
  // All before it are used.
  let first = index;

  for (; index < count; index++) {
    const item = items[index]!;
    const guess = index + skew;
    const free = guess >= 0 && guess < old.length && used[guess] === 0;
    if (free && how.same(item, old[guess]!)) {
      from[index] = guess;
      used[guess] = 1;
      left--;
      continue;
    }
    const group = how.group(item);
    if (group === null) continue;
    const guessed = free ? how.oldGroup(old[guess]!) : undefined;
    if (guessed === null && !isKey(group)) {
      // Nothing was here: what is here now is new, and what follows stands where it stood.
      used[guess] = 1;
      left--;
      continue;
    }
    const found = left > (free ? 1 : 0) ? search(item, group, guess) : -1;
    if (found < 0) {
      if (count > old.length) skew--;
      else if (count < old.length) skew++;
      continue;
    }
    from[index] = found;
    used[found] = 1;
    left--;
    // What has moved by one tells of an item that was added or removed; what has moved farther was taken from there.
    if (found === guess + 1 || found < guess - 1) skew++;
    else if (found !== guess) skew--;
  }
  return from;

  function search(item: New, group: unknown, guess: number): number {
    while (first < old.length && used[first] === 1) first++;
    if (steps <= 0) {
      groups ??= new Groups(old, used, how);
      if (!isKey(group)) return groups.nearest(group, used, guess);
      // Many items of one key are a mistake: then some may be made anew.
      let tries = 32;
      for (let at = groups.head(group, used); at >= 0 && tries > 0; at = groups.after(at)) {
        if (used[at] === 1) continue;
        if (how.same(item, old[at]!)) return at;
        tries--;
      }
      return -1;
    }
    // Items of one key match in order, from the first on; others the nearest before, else the nearest after.
    const middle = isKey(group) ? first : Math.max(first, Math.min(guess, old.length));
    for (let at = middle - 1; at >= first; at--, steps--) {
      if (used[at] === 0 && how.same(item, old[at]!)) return at;
    }
    for (let at = middle; at < old.length; at++, steps--) {
      if (used[at] === 0 && how.same(item, old[at]!)) return at;
    }
    // A search in vain is seldom the only one.
    steps = 0;
    return -1;
  }
}

function isKey(group: unknown): group is string | number {
  return typeof group === "string" || typeof group === "number";
}

/** Keys are the same as text: 1 and "1". */
function otherSpelling(key: string | number): string | number | undefined {
  if (typeof key === "number") return String(key);
  return String(Number(key)) === key ? Number(key) : undefined;
}

/** The unused old items by group, each group a chain of indexes in order. */
class Groups {
  readonly #heads = new Map<unknown, number>();
  readonly #next: Int32Array;
  /** For a group that is asked for its nearest: its indexes, and for each a place before and after it where to look on. */
  readonly #rows = new Map<unknown, { readonly indexes: number[]; readonly before: number[]; readonly after: number[] }>();
  /** The types of the keys: most lists have keys of one type, the same in all versions, and need not be asked twice. */
  readonly #spellings = new Set<string>();

  constructor(old: readonly unknown[], used: Uint8Array, how: { oldGroup(old: never): unknown }) {
    this.#next = new Int32Array(old.length).fill(-1);
    for (let at = old.length - 1; at >= 0; at--) {
      if (used[at] === 1) continue;
      const group = how.oldGroup(old[at] as never);
      if (isKey(group)) this.#spellings.add(typeof group);
      const head = this.#heads.get(group);
      if (head !== undefined) this.#next[at] = head;
      this.#heads.set(group, at);
    }
  }

  /** The first unused item of a group, or -1. */
  head(group: unknown, used: Uint8Array): number {
    let head = this.#heads.get(group);
    if (head === undefined && isKey(group) && this.#spellings.has(typeof group === "number" ? "string" : "number")) {
      head = this.#heads.get(group = otherSpelling(group));
    }
    if (head === undefined || head < 0) return -1;
    if (used[head] === 0) return head;
    while (head >= 0 && used[head] === 1) head = this.#next[head]!;
    this.#heads.set(group, head);
    return head;
  }

  /** The next item of the same group, or -1. */
  after(at: number): number {
    return this.#next[at]!;
  }

  /** The unused item of a group that is nearest before `guess`, else nearest after it, or -1. */
  nearest(group: unknown, used: Uint8Array, guess: number): number {
    let row = this.#rows.get(group);
    if (!row) {
      const indexes: number[] = [];
      for (let at = this.head(group, used); at >= 0; at = this.after(at)) indexes.push(at);
      this.#rows.set(group, row = { indexes, before: indexes.map((_, i) => i - 1), after: indexes.map((_, i) => i + 1) });
    }
    const { indexes } = row;
    let low = 0;
    for (let high = indexes.length; low < high;) {
      const middle = (low + high) >> 1;
      if (indexes[middle]! < guess) low = middle + 1;
      else high = middle;
    }
    return firstUnused(row.before, low - 1) ?? firstUnused(row.after, low) ?? -1;

    /** Follows the steps from one place to the next and makes them longer, so that none is taken twice. */
    function firstUnused(steps: number[], from: number): number | undefined {
      let at = from;
      while (used[indexes[at]!] === 1) at = steps[at]!;
      for (let place = from; place !== at;) {
        const next = steps[place]!;
        steps[place] = at;
        place = next;
      }
      return indexes[at];
    }
  }
}
