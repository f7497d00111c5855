/**
 * Many runs, shared by two threads: each run is one thread's alone, and what happens in it follows from its seed, whoever runs it. It must
 * never go on for long after a run that failed.
 */
import { simulate } from "./simulation.ts";
import { Totals } from "./totals.ts";

/** Runs that are to be shared. */
export interface Share {
  readonly seeds: Uint32Array;
  /** The index of the next one that nobody has taken. */
  readonly next: Int32Array;
}

/** What a thread has to say in the end. */
export interface Report {
  readonly counts: readonly (readonly [kind: string, count: number])[];
  /** The first run that failed. */
  readonly failed: number | undefined;
}

/** Runs all seeds; answers what happened, and the seed of a run that failed. */
export async function runAll(given: readonly number[]): Promise<{ readonly totals: Totals; readonly failed: number | undefined }> {
  const seeds = new Uint32Array(new SharedArrayBuffer(given.length * 4));
  seeds.set(given);
  const share: Share = { seeds, next: new Int32Array(new SharedArrayBuffer(4)) };
  const worker = new Worker(new URL("thread.ts", import.meta.url), { type: "module" });
  try {
    const other = new Promise<Report>((resolve, reject) => {
      worker.onmessage = ({ data }) => data === "ready" ? worker.postMessage(share) : resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`The other thread failed: ${event.message}`));
      };
    });
    // It has begun before this thread is busy.
    await new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
    const reports = await Promise.all([runSome(share), other]);
    const totals = new Totals();
    for (const { counts } of reports) for (const [kind, count] of counts) totals.note(kind, count);
    return { totals, failed: reports.find(({ failed }) => failed !== undefined)?.failed };
  } finally {
    worker.terminate();
  }
}

/** What one thread does of them. */
export async function runSome({ seeds, next }: Share): Promise<Report> {
  const totals = new Totals();
  for (let i = Atomics.add(next, 0, 1); i < seeds.length; i = Atomics.add(next, 0, 1)) {
    const seed = seeds[i]!;
    if ((await simulate(seed, totals)).failure === undefined) continue;
    Atomics.store(next, 0, seeds.length);
    return { counts: [...totals.counts], failed: seed };
  }
  return { counts: [...totals.counts], failed: undefined };
}
