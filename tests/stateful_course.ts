/** One random course of a random stateful tree, in Preact and here. */
import { assert, assertEquals } from "@std/assert";
import { Random } from "./random.ts";
import { StatefulMaker, type Taste } from "./stateful.ts";
import { type Action, type Scene, Stage } from "./stateful_stage.ts";
import { createView } from "../runtime/browser/view.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { world } from "./shown.ts";
import { controlsOf } from "./controls.ts";
import { Twin } from "./twin.ts";

/** What one course has shown. */
export interface CourseOutcome {
  readonly failure?: string;
  /** Preact itself has let an error through, of which it does not recover. */
  readonly hasEnded?: boolean;
  /** How many components have lived, and how many things were called. */
  readonly actors: number;
  readonly calls: number;
}

/** Runs the course of a seed. `trace` is told what is done, called and shown, to understand a failure. */
export function runCourse(seed: number, taste: Taste, steps: number, trace?: (line: string) => void): CourseOutcome {
  const random = new Random(seed);
  const maker = new StatefulMaker(random, taste);
  const twin = new Twin<Scene, Stage>((log) => new Stage(maker.definitions, taste, log));
  let step = 0, calls = 0;
  let what = "";
  let part = maker.make();
  if (trace) trace(JSON.stringify(maker.definitions, (_, value) => value instanceof Map ? Object.fromEntries(value) : value));
  const say = (text: string) => {
    what = text;
    trace?.(`-- step ${step}: ${text}`);
  };
  const actions = (): Action[] => {
    const actors = twin.preacts.actors.filter((actor) => actor.isMounted() || random.chance(0.1));
    const chosen: Action[] = [];
    for (const actor of actors) {
      if (actor.isBroken() && random.chance(0.5)) chosen.push({ serial: actor.serial, what: 0, amount: 0 });
    }
    // One at a time where something may begin to wait: the others would change what is put aside.
    for (let i = taste.suspense ? 1 : random.pick([1, 1, 2, 4]); i > 0 && actors.length > 0; i--) {
      chosen.push({ serial: random.pick(actors).serial, what: random.below(12), amount: random.below(5) });
    }
    return chosen;
  };
  try {
    say(`render ${JSON.stringify(part)}`);
    twin.render({ part, actions: [] });
    for (step = 1; step < steps; step++) {
      calls += twin.log.length;
      trace?.(twin.log.join("\n"));
      trace?.(twin.html);
      const roll = random.next();
      const { pending } = twin.preacts;
      // While something waits, nothing of what is put aside changes: Preact loses nodes of what is rendered there, and lists that have
      // changed meanwhile it matches otherwise than usual.
      const waits = pending.length > 0;
      if (waits && roll < 0.6) {
        // All at once, for one may have been put aside by another.
        const names = random.shuffled(pending);
        say(`resolve ${names}`);
        twin.act((stage) => names.forEach((name) => stage.resolve(name)));
      } else if (!waits && roll < 0.6) {
        const chosen = actions();
        say(`act ${JSON.stringify(chosen)}`);
        twin.act((stage) => stage.act(chosen));
      } else {
        const chosen = !taste.suspense && random.chance(0.3) ? actions() : [];
        part = waits || random.chance(0.1) ? part : maker.edit(part);
        say(`render ${JSON.stringify(part)} after ${JSON.stringify(chosen)}`);
        twin.render({ part, actions: chosen });
      }
      assert(!twin.lowering.isWaiting && !twin.lowering.hasEffects, "something is left waiting");
    }
    say("end");
    for (const stage of [twin.ours, twin.preacts]) stage.isCalm = true;
    twin.end();
    const left = (stage: Stage) => [...stage.open].filter(([, count]) => count !== 0);
    // A layout effect of a rendering that was given up, since it waits, is run by Preact when that goes on, and nothing ever undoes it.
    if (!taste.suspense) assertEquals(left(twin.preacts), [], "effects were not undone exactly once");
    assertEquals(left(twin.ours), left(twin.preacts), "effects were not undone as in Preact");
    return { actors: twin.ours.actors.length, calls };
  } catch (error) {
    if (error === twin.uncaught && error !== undefined) {
      leavePreact(twin);
      return { hasEnded: true, actors: 0, calls };
    }
    const text = error instanceof Error ? error.stack : String(error);
    return { failure: `seed ${seed}, step ${step}, ${what}:\n${text}`, actors: 0, calls };
  }
}

/** Takes out of Preact's queues what is left of a course. */
function leavePreact(twin: Twin<Scene, Stage>): void {
  twin.preacts.isCalm = twin.ours.isCalm = true;
  for (let tries = 0; tries < 8; tries++) {
    try {
      twin.end();
      return;
    } catch {
      // What fails once is gone from the queue.
    }
  }
}

const restorable: Taste = { classes: false, errors: false, suspense: false, restorable: true };

/** Runs a course, takes the states down as text, and shows the same view with them: it must look as it did. */
export function restoreCourse(seed: number, steps: number): CourseOutcome {
  const random = new Random(seed);
  const maker = new StatefulMaker(random, restorable);
  const make = (log: (entry: string) => void) => new Stage(maker.definitions, restorable, log);
  const twin = new Twin<Scene, Stage>(make);
  let part = maker.make();
  let calls = 0;
  try {
    twin.render({ part, actions: [] });
    for (let step = 1; step < steps; step++) {
      const mounted = twin.preacts.actors.filter((actor) => actor.isMounted());
      const actions = mounted.map(({ serial }) => ({ serial, what: random.below(12), amount: random.below(5) }));
      if (random.chance(0.4)) part = maker.edit(part);
      twin.render({ part, actions });
      calls += twin.log.length;
    }
    const saved = JSON.parse(JSON.stringify(twin.lowering.state()));
    const stage = make(() => {});
    // Where the last step was out of its budget, a component would set its state still: what was taken down is from before that.
    stage.budget = 0;
    const warn = (message: string) => {
      throw new Error(message);
    };
    const page = world.document.createElement("main");
    const definitions = new Definitions();
    const lowering = new Lowering({ development: false, warn, saved });
    const value = encode(lowering.lower(stage.view({ part, actions: [] })), definitions);
    createView(world, page, controlsOf(world, page)).mount(...JSON.parse(JSON.stringify([definitions.all(), value])) as [never, never]);
    lowering.end();
    assertEquals(page.innerHTML.replace(/<!--.*?-->/g, ""), twin.html, "what is put back does not show what was taken down");
    twin.end();
    return { actors: twin.ours.actors.length, calls };
  } catch (error) {
    return { failure: `seed ${seed}: ${error instanceof Error ? error.stack : error}\n${JSON.stringify(part)}`, actors: 0, calls };
  }
}
