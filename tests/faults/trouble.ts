/** What goes wrong, by chance: faults of one road or of all, and ends of processes. It must leave nothing broken when it is over. */
import type { Random } from "../random.ts";
import type { Fleet } from "./fleet.ts";
import type { Pipe, Refusal, Road } from "./road.ts";
import type { Diary } from "./diary.ts";

const kinds = ["cut", "cut", "swallow", "stall", "split", "delay", "refuse"] as const;
const refusals: readonly Refusal[] = ["not listening", "closed", "reset", "never answered"];

/** How bad it is. */
export interface Weather {
  /** The longest time between two faults, in ms. */
  readonly pause: number;
  /** The longest time that a fault lasts, in ms. */
  readonly longest: number;
  /** The longest time between two ends of processes, in ms. */
  readonly endings: number;
}

/** A time of trouble. */
export class Trouble {
  readonly #random: Random;
  readonly #roads: readonly (readonly [Road, Diary])[];
  readonly #fleet: Fleet;
  readonly #weather: Weather;
  readonly #count: (what: string) => void;
  readonly #over = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** `count` is told of each fault. */
  constructor(
    random: Random,
    roads: readonly (readonly [Road, Diary])[],
    fleet: Fleet,
    weather: Weather,
    count: (what: string) => void,
  ) {
    this.#random = random;
    this.#roads = roads;
    this.#fleet = fleet;
    this.#weather = weather;
    this.#count = count;
  }

  /** Lets things go wrong for so many ms; then all roads are good again, and two processes answer. */
  async last(ms: number): Promise<void> {
    const { signal } = this.#over;
    const timer = setTimeout(() => this.#over.abort(), ms);
    this.#run(this.#repeat(this.#weather.pause, () => this.#break()));
    this.#run(this.#repeat(this.#weather.endings, () => this.#end()));
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    clearTimeout(timer);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #repeat(longest: number, task: () => void): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#wait(this.#random.below(longest));
      if (!this.#over.signal.aborted) task();
    }
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#over;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(over, ms);
      function over() {
        clearTimeout(timer);
        signal.removeEventListener("abort", over);
        resolve();
      }
      signal.addEventListener("abort", over);
    });
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** A process ends, and another takes its place: before, or some time after. */
  #end(): void {
    const random = this.#random;
    const isKill = random.chance(0.6);
    const isBefore = random.chance(isKill ? 0.3 : 0.7);
    const ms = random.below(1_500);
    this.#run((async () => {
      if (isBefore) await this.#fleet.start();
      if (!await (isKill ? this.#fleet.crash() : this.#fleet.terminate())) return;
      this.#count(isKill ? "SIGKILL" : "SIGTERM");
      if (isBefore) return;
      await this.#wait(ms);
      await this.#fleet.start();
    })());
  }

  /** A fault begins, of one road or of all. */
  #break(): void {
    const random = this.#random;
    const roads = random.chance(0.1) ? this.#roads : [random.pick(this.#roads)];
    const kind = random.pick(kinds);
    // Most are short.
    const ms = Math.ceil(random.next() ** 2 * this.#weather.longest);
    const isAll = random.chance(0.5);
    for (const [road, diary] of roads) {
      const pipes = [...road.pipes];
      const some = pipes.length === 0 || isAll ? pipes : [random.pick(pipes)];
      const how = this.#apply(kind, road, some, ms);
      if (how === undefined) continue;
      this.#count(kind);
      diary.note(`${kind}, ${how}`);
    }
  }

  /** Answers how it goes; undefined where it cannot be. */
  #apply(kind: (typeof kinds)[number], road: Road, pipes: readonly Pipe[], ms: number): string | undefined {
    const random = this.#random;
    const numbers = pipes.map(({ number }) => number).join(" ");
    const which = random.pick(["up", "down", "both"] as const);
    const ways = pipes.flatMap(({ up, down }) => which === "both" ? [up, down] : [which === "up" ? up : down]);
    switch (kind) {
      case "cut": {
        if (pipes.length === 0) return undefined;
        const how = random.pick(["FIN", "RST"] as const);
        for (const pipe of pipes) pipe.cut(how);
        return `${numbers} by ${how}`;
      }
      case "swallow":
        if (pipes.length === 0) return undefined;
        for (const way of ways) way.isSwallowed = true;
        // Bytes are missing: there is no way on but a new connection.
        this.#later(ms, () => pipes.forEach((pipe) => pipe.cut("RST")));
        return `${numbers} ${which} for ${ms} ms`;
      case "stall":
        if (pipes.length === 0) return undefined;
        for (const way of ways) way.hold();
        this.#later(ms, () => ways.forEach((way) => way.release()));
        return `${numbers} ${which} for ${ms} ms`;
      case "split": {
        const piece = 1 + random.below(random.pick([1, 10, 200]));
        for (const way of ways) way.piece = piece;
        road.piece = piece;
        this.#later(ms, () => road.clear());
        return `to ${piece} bytes for ${ms} ms`;
      }
      case "delay": {
        const delay = 1 + random.below(random.pick([10, 100, 400]));
        for (const way of ways) way.delay = delay;
        road.delay = delay;
        this.#later(ms, () => road.clear());
        return `of ${delay} ms for ${ms} ms`;
      }
      case "refuse": {
        if (road.refusal) return undefined;
        const refusal = road.refusal = random.pick(refusals);
        if (refusal === "not listening") road.close();
        this.#later(ms, async () => {
          await road.listen();
          road.refusal = undefined;
        });
        return `${refusal} for ${ms} ms`;
      }
    }
  }

  /** Mends a fault after its time, or at the end. */
  #later(ms: number, mend: () => unknown): void {
    this.#run(this.#wait(ms).then(async () => void await mend()));
  }
}
