/**
 * One run: tabs and processes, a network between them, and all that can go wrong. What happens follows from its seed alone; a run that
 * fails says by which seed it can be had again.
 */
import { Random } from "../random.ts";
import { judgeEnd, judgePage, judgeSessions } from "./judge.ts";
import { Database } from "./database.ts";
import type { Shape } from "./model.ts";
import type { Release } from "./app.tsx";
import { type MakeWindow, Network } from "./network.ts";
import { PageWindow } from "./page.ts";
import { PlainProcess, type Process } from "./process.ts";
import { type Fleet, SessionProcess } from "./sessions.ts";
import type { Scene } from "./scene.ts";
import { Stage } from "./stage.ts";
import { Tab, type Way } from "./tab.ts";
import type { Totals } from "./totals.ts";
import { trouble } from "./trouble.ts";

function chooseShape(random: Random): Shape {
  const tick = random.pick([0, 30, 150, 700]);
  return {
    rows: random.pick(["keyed", "unkeyed", "keyed components", "unkeyed components", "keyed pairs", "keyed counters", "unkeyed counters"]),
    keyedPane: random.chance(0.5),
    debounce: random.pick([0, 150, 600]),
    tick,
    // As many as come while the users act, about: after that they only take time.
    ticks: 10 + random.below(tick < 700 ? 50 : 10),
    saving: random.pick([0, 100, 2_000]),
  };
}

/** Runs one seed; what did not hold is the `failure` of what it answers. */
export async function simulate(
  seed: number,
  totals: Totals,
  isTraced = false,
  makeWindow: MakeWindow = (canMove) => new PageWindow(canMove),
  /** Whether pages may be painted. */
  paints = true,
): Promise<Stage> {
  const random = new Random(seed);
  const stage = new Stage(random, totals, isTraced);
  using _timers = stage.clock.replaceTimers();
  try {
    await play(stage, makeWindow, paints);
  } catch (error) {
    stage.fail(error);
  }
  stage.isOver = true;
  return stage;
}

async function play(stage: Stage, makeWindow: MakeWindow, paints: boolean): Promise<void> {
  const { random, clock, totals } = stage;
  const shape = chooseShape(random);
  stage.note("the run", () => JSON.stringify(shape));
  const network = new Network(stage, random.pick([2, 40, 250, 2_000]), shape.debounce, makeWindow);
  using _end = { [Symbol.dispose]: () => network.end() };
  const kind = random.pick(["room", "link", "session", "session"]);
  const scenes: Scene[] = [];
  const database = kind === "session" && random.chance(0.3) ? new Database(stage) : undefined;
  const fleet: Fleet = { network, shape, scenes, linger: random.pick([0, 2_000, 30_000]), effects: new Map(), database };
  let started = 0, rollingUntil = 0;
  let release: Release = { version: 0, look: 0 }, before = release;
  const start = (): Process => {
    const name = `server ${++started}`;
    if (kind !== "session") return new PlainProcess(network, name, shape, kind === "room", scenes);
    return new SessionProcess(fleet, name, clock.now < rollingUntil && random.chance(0.3) ? before : release);
  };
  const deploy = (ms: number) => {
    rollingUntil = clock.now + ms;
    before = release;
    release = random.chance(0.5) ? { ...release, version: release.version + 1 } : { ...release, look: release.look + 1 };
  };
  const isOld = (process: Process) => process instanceof SessionProcess && process.release !== release;
  for (let i = kind === "session" ? 1 + random.below(3) : 1; i > 0; i--) network.processes.push(start());
  // What is shared, and what is kept nowhere, needs a link.
  const ways: Way[] = kind === "session" ? ["any", "any", "any", "sse", "http", "http", "falls back"] : ["any", "any", "any", "any", "sse"];
  const paint = (user: number) => paints && random.chance(0.4) ? random.pick(network.processes).paint?.(user) : undefined;
  const tabs: Tab[] = [];
  for (let user = 0, users = kind === "link" ? 1 : 1 + random.below(2); user < users; user++) {
    const painting = paint(user);
    tabs.push(new Tab(network, user, `tab ${tabs.length}`, random.pick(ways), painting));
    // The same page once more, as a cache has it.
    if (painting && random.chance(0.3)) {
      totals.note("copies of a painted page");
      tabs.push(new Tab(network, user, `tab ${tabs.length}`, random.pick(ways), painting));
    }
  }

  const check = () => {
    if (stage.failure !== undefined) throw stage.failure;
  };
  const troubled = random.pick([0, 0.05, 0.15]);
  stage.mayFail = troubled > 0 && random.chance(0.3);
  network.loss = troubled > 0 ? random.pick([0, 10, 30]) : 0;
  network.silence = troubled > 0 ? random.pick([0, 0, 10, 30]) : 0;
  if (database && troubled > 0) database.failures = random.pick([0, 5, 30]);
  for (let step = 20 + random.below(41); step > 0; step--) {
    await clock.advance(random.below(random.pick([10, 200, 1_000])));
    check();
    const tab = random.pick(tabs);
    if (random.chance(0.75)) {
      const { places } = tab;
      if (places.length > 0) tab.act(random.pick(places));
    }
    if (random.chance(0.1)) tab.step();
    if (random.chance(0.05) && tab.scene) judgePage(tab, shape, false);
    if (random.chance(troubled)) trouble(network, { start, deploy, isOld });
  }
  // All is well again: links that have broken are found out, and in the end there is quiet.
  stage.mayFail = false;
  network.loss = network.silence = 0;
  if (database) database.failures = 0;
  const isQuiet = () =>
    network.untold === 0 && ![...network.cables].some(({ isSilent }) => isSilent) &&
    tabs.every((tab) => tab.isQuiet && (tab.isAlone || tab.scene!.model.ticks <= 0));
  await clock.advance(5_000 + Math.max(0, rollingUntil - clock.now));
  const settle = async () => {
    for (let i = 0; i < 200 && !isQuiet(); i++) {
      await clock.advance(1_000);
      check();
    }
    await clock.advance(network.slowest * 2 + 5_000);
    check();
  };
  await settle();
  // What was on its way may have asked for more.
  for (let i = 0; i < 3 && !isQuiet(); i++) await settle();
  if (kind === "session") judgeSessions(tabs, shape, troubled === 0);
  else judgeEnd(tabs, scenes, shape, troubled === 0);
  totals.note(`runs: ${kind}${database ? " in a store" : ""}`);
}
