/** Times a function: warmed up, then the median of as many rounds, in ms. */
export function median(rounds: number, run: () => void): number {
  for (let i = 0; i < rounds; i++) run();
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[rounds >> 1]!;
}
