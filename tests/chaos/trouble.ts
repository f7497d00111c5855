/** What goes wrong between and under the runtimes, by chance: links, the network, processes. It must never touch what the two ends know. */
import type { Network } from "./network.ts";
import type { Process } from "./process.ts";
import { sayAgain } from "./stranger.ts";

/** What can go wrong, in the order of how often it does. */
const kinds = [
  "cut",
  "cut",
  "cut",
  "congestion",
  "silence",
  "silence",
  "jump of the clocks",
  "no network",
  "end of a process",
  "deploy",
  "rolling deploy",
  "stranger",
  "stranger",
  "stranger",
] as const;

/** What starts processes. */
export interface Starter {
  /** One in the place of one that has ended. */
  start(): Process;
  /** There is a new release: those that start are of it, or for so many milliseconds either of it or of the one before. */
  deploy(ms: number): void;
  /** Whether a process is of a release of before. */
  isOld(process: Process): boolean;
}

/** Lets something go wrong. */
export function trouble(network: Network, { start, deploy, isOld }: Starter): void {
  const { stage: { random, clock, totals } } = network;
  const kind = random.pick(kinds);
  switch (kind) {
    case "jump of the clocks":
      network.wall += random.pick([-1, 1]) * random.pick([60_000, 3_600_000, 86_400_000]);
      break;
    case "cut":
    case "silence":
    case "congestion": {
      if (network.cables.size === 0) return;
      const cable = random.pick([...network.cables]);
      if (kind === "cut") cable.cut();
      else if (kind === "silence") cable.silence();
      else cable.congestedUntil = clock.now + random.below(5_000);
      break;
    }
    case "no network":
      network.downUntil = clock.now + random.below(8_000);
      for (const cable of network.cables) cable.cut();
      break;
    case "end of a process":
      if (network.processes.length === 0) return;
      end(random.pick(network.processes), network, start);
      break;
    case "deploy":
      deploy(0);
      for (const process of [...network.processes]) end(process, network, start);
      break;
    case "rolling deploy": {
      // One after the other, in any order: meanwhile both releases answer.
      const ms = random.below(20_000);
      deploy(ms);
      const old = random.shuffled(network.processes);
      for (const [i, process] of old.entries()) {
        clock.after(ms * i / old.length, () => {
          if (network.processes.includes(process)) end(process, network, start);
        });
      }
      clock.after(ms, () => {
        for (const process of network.processes.filter(isOld)) end(process, network, start);
      });
      break;
    }
    case "stranger":
      if (network.overheard.length > 0) sayAgain(random.pick(network.overheard), network);
      return;
    default:
      kind satisfies never;
  }
  totals.note(kind);
}

function end(process: Process, network: Network, start: () => Process): void {
  const { stage: { random, clock, totals } } = network;
  network.processes.splice(network.processes.indexOf(process), 1);
  const isCrash = random.chance(0.6);
  totals.note(isCrash ? "crash" : "stop");
  if (isCrash) process.crash();
  else process.stop();
  clock.after(random.below(3_000), () => void network.processes.push(start()));
}
