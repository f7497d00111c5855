/** What goes wrong between and under the runtimes, by chance: links, the network, processes. It must never touch what the two ends know. */
import type { Network } from "./network.ts";
import type { Process } from "./process.ts";

/** What can go wrong, in the order of how often it does. */
const kinds = ["cut", "cut", "cut", "congestion", "no network", "end of a process", "deploy"] as const;

/** Lets something go wrong. `start` starts a process in the place of one that has ended; `deploy` makes those that come a new version. */
export function trouble(network: Network, start: () => Process, deploy: () => void): void {
  const { stage: { random, clock, totals } } = network;
  const kind = random.pick(kinds);
  switch (kind) {
    case "cut":
    case "congestion": {
      if (network.cables.size === 0) return;
      const cable = random.pick([...network.cables]);
      if (kind === "cut") cable.cut();
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
      deploy();
      for (const process of [...network.processes]) end(process, network, start);
      break;
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
