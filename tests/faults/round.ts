/**
 * One round: fresh pages act while their roads break and processes end, then all is mended, and each page is judged. Rounds share a browser and
 * a fleet.
 */
import type { Browser, Page } from "playwright-core";
import { until } from "../kit.ts";
import { Random } from "../random.ts";
import { type Actor, install, type Story } from "./actor.ts";
import { Diary, type Note, told } from "./diary.ts";
import type { Fleet } from "./fleet.ts";
import { judge } from "./judge.ts";
import { Road } from "./road.ts";
import type { Tally } from "./tally.ts";
import { Trouble, type Weather } from "./trouble.ts";

declare const actor: Actor;

/** How long all may take that only has to be waited for, on a machine that does much else. */
const patience = 120_000;

/** How a round goes. */
export interface RoundOptions {
  readonly browser: Browser;
  readonly fleet: Fleet;
  /** What the fleet has written down. */
  readonly processes: Diary;
  readonly seed: number;
  /** How long things go wrong, in ms. */
  readonly ms: number;
  readonly weather: Weather;
  readonly tally: Tally;
  /** When all is over, silent connections are reset and pages are told that they are online: nobody waits for what is noticed by itself. */
  readonly isShort: boolean;
}

interface Visit {
  readonly who: string;
  readonly page: Page;
  readonly road: Road;
  readonly diary: Diary;
  life: string;
}

/**
 * Plays one.
 *
 * @throws Error when a page is not as it has to be: what is wrong, after a trace of that page was printed.
 */
export async function play({ browser, fleet, processes, seed, ms, weather, tally, isShort }: RoundOptions): Promise<void> {
  await using roads = new AsyncDisposableStack();
  const random = new Random(seed);
  // Two in a context share its cookies and its caches.
  const ways = ["/plain", "/stored"].flatMap((route) => ["ws", "sse", "http", ""].map((method) => ({ route, method })));
  const visits: Visit[] = [];
  for (const [i, { route, method }] of ways.entries()) {
    const who = `${route.slice(1)} ${method || "any"}`;
    const diary = new Diary(`${who}, road`);
    // The POSTs of a stream have to reach its process: a proxy that knows what it passes sees to that.
    const isSticky = method === "sse" || method === "";
    let port: number | undefined;
    const road = roads.use(new Road(host(i), diary, () => port = fleet.port(isSticky ? port : undefined)));
    await road.listen();
    const context = roads.adopt(await browser.newContext(), (context) => context.close());
    const page = await context.newPage();
    await page.addInitScript(install, [who, random.below(2 ** 32), isShort ? 400 : 1_500] as const);
    const isPainted = random.chance(0.4);
    await page.goto(`${road.url}/?route=${route}&method=${method}${isPainted ? "&painted" : ""}`);
    visits.push({ who, page, road, diary, life: "" });
  }
  await Promise.all(visits.map(async (visit) => {
    try {
      await begin(visit);
    } catch (error) {
      print(visit, await storyOf(visit), processes.notes);
      throw error;
    }
  }));
  for (const { page } of visits) await page.evaluate(() => actor.go());
  await new Trouble(random, visits.map(({ road, diary }) => [road, diary]), fleet, weather, (what) => tally.add(what)).last(ms);
  processes.note("all is mended");
  if (isShort || random.chance(0.5)) { for (const { road } of visits) road.mend(); }
  const wrong = await Promise.all(visits.map(async (visit) => {
    const { page, who } = visit;
    await page.evaluate((isShort) => {
      actor.pause();
      if (isShort) dispatchEvent(new Event("online"));
    }, isShort);
    // What never becomes quiet is judged as it is.
    const isQuiet = await until(() => page.evaluate(() => actor.isQuiet()), patience).catch(() => false);
    for (const end = Date.now() + patience; isQuiet && Date.now() < end;) {
      await page.evaluate(() => actor.ask());
      if (await until(async () => (await storyOf(visit)).report, 10_000).catch(() => undefined)) break;
    }
    const story = await storyOf(visit);
    tally.hear(story);
    const wrong = judge(story, visit.life);
    if (wrong.length > 0) print(visit, story, processes.notes);
    return wrong.map((what) => `${who}: ${what}`);
  }));
  if (wrong.flat().length > 0) throw new Error(`Of the round of ${seed}:\n${wrong.flat().join("\n")}`);
}

/** Waits until a page could go on elsewhere: until then a process that crashes takes its session along, as the documents say. */
async function begin(visit: Visit): Promise<void> {
  const { page } = visit;
  await page.waitForSelector("server-component[status=live]", { timeout: patience });
  await page.evaluate(() => actor.act());
  await until(() => page.evaluate(() => actor.isCovered && actor.isQuiet()), patience);
  visit.life = (await storyOf(visit)).life!;
}

/** Linux has all of 127.0.0.0/8: there, nobody else can take the port while its road does not listen. */
function host(i: number): string {
  return Deno.build.os === "linux" ? `127.0.0.${2 + i}` : "127.0.0.1";
}

async function storyOf({ page }: Visit): Promise<Story> {
  return await page.evaluate(() => actor.story());
}

function print({ who, diary }: Visit, { notes }: Story, processes: readonly Note[]): void {
  console.error(`---- ${who}\n${told(notes, diary.notes, processes)}\n----`);
}
