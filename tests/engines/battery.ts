/** Runs features in every engine: for each engine a test, in it for each feature a step, so that a failure names both. */
import { assertEquals } from "@std/assert";
import { type Engine, type EngineName, engineNames } from "./engine.ts";
import { isInstalled, launchEngine } from "./launch.ts";
import { reasonAgainst } from "./not_driven.ts";
import type { Tab } from "./tab.ts";

/** What a user does in a blank tab, and what the page must show. It ends with a page that had no errors. */
export type Feature = (tab: Tab) => Promise<void>;

/** Registers the features of a topic. In an engine that is not installed they are skipped, in CI they fail. */
export function battery(topic: string, features: Readonly<Record<string, Feature>>): void {
  for (const name of engineNames) {
    Deno.test(`${name}: ${topic}`, async (test) => {
      const mustBeThere = Deno.env.has("CI");
      await using engine = mustBeThere || await isInstalled(name) ? await launchEngine(name) : undefined;
      for (const [feature, run] of Object.entries(features)) {
        const reason = reasonAgainst(name, feature);
        await test.step({ name: feature, ignore: !engine || reason !== undefined, fn: () => tryOut(engine!, run) });
      }
    });
  }
}

async function tryOut(engine: Engine, run: Feature): Promise<void> {
  await using tab = await engine.newTab();
  await run(tab);
  assertEquals(await tab.errors(), []);
}

/** What one step of a report says. */
export interface Outcome {
  readonly engine: EngineName;
  readonly topic: string;
  readonly feature: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

/** The steps of the battery in a report of JUnit. */
export function* outcomesIn(report: string): Generator<Outcome> {
  for (const [, name = "", body = ""] of report.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)) {
    const [, engine, topic, feature] = /^(\w+): (.+?) &gt; (.+)$/.exec(name) ?? [];
    if (!isEngine(engine) || !topic || !feature) continue;
    const outcome = body.includes("<failure") || body.includes("<error") ? "failed" : body.includes("<skipped") ? "skipped" : "passed";
    yield { engine, topic, feature: unescapeXml(feature), outcome };
  }
}

const isEngine = (name: string | undefined): name is EngineName => engineNames.some((one) => one === name);

function unescapeXml(text: string): string {
  const names: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" };
  return text.replace(/&\w+;/g, (entity) => names[entity] ?? entity);
}
