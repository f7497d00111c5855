/** Times a function: warmed up, then the median of as many rounds, in ms. */
export function median(rounds: number, run: () => void): number {
  for (let i = 0; i < rounds; i++) run();
  return middle(Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }));
}

/** The median of some numbers. */
export function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
