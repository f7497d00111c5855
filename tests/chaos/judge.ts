/**
 * The judge of a run: what must hold, whatever went wrong. Each message was heard once and in order, or its page was told that it was
 * not; each says what its user saw; each page shows the model. It asks the models and the pages, never a runtime.
 */
import { assert, assertEquals } from "@std/assert";
import { createView } from "../../runtime/browser/view.ts";
import { controlsOf } from "../controls.ts";
import { Definitions } from "../../runtime/view/definitions.ts";
import { encode } from "../../runtime/view/diff.ts";
import { Lowering } from "../../runtime/view/lower.ts";
import { createSend } from "../../runtime/app/send.ts";
import { viewOf } from "./app.tsx";
import type { Entry } from "./entry.ts";
import { firstModel, fold, type Model, type Msg, pendingIn, type Shape, type UserMsg } from "./model.ts";
import { htmlOf } from "./markup.ts";
import type { PageElement, PageWindow } from "./page.ts";
import type { Scene } from "./scene.ts";
import type { Tab } from "./tab.ts";

/** A page that has never shown anything else than this model. */
export function freshHtml(
  model: Model,
  shape: Shape,
  look: number,
  { document, customElements }: PageWindow,
  withControls: boolean,
): string {
  const send = createSend<Msg, number>(() => {}, () => undefined as never);
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  const value = encode(lowering.lower(viewOf(model, shape, look, send)), definitions);
  lowering.end(() => {});
  const element = document.createElementNS("http://www.w3.org/1999/xhtml", "div");
  const world = { document, customElements } as never;
  const view = createView(world, element as never, controlsOf(world, element as never));
  view.mount(JSON.parse(JSON.stringify(definitions.all())), JSON.parse(JSON.stringify(value)));
  return htmlOf(element, withControls);
}

/** Throws when a page shows anything else than the version that it says it shows. */
export function judgePage(tab: Tab, shape: Shape, withControls: boolean, model: Model = tab.scene!.at(tab.version)): void {
  const shown = htmlOf(tab.element, withControls);
  assertEquals(
    shown,
    freshHtml(model, shape, tab.scene!.look, tab.window, withControls),
    `${tab.name} does not show version ${tab.version} of ${tab.scene!.name}`,
  );
}

/** A model is what its messages make of the first one; each effect that it asked for has answered once, if there was time. */
function judgeModel({ model, isOver, name, heardBefore }: Scene, shape: Shape): void {
  let folded = firstModel(shape, model.seed, model.made);
  for (const [from, message] of model.log) folded = fold(folded, message, from);
  // Of the same messages by the same function, so also in the same order of fields; what differs is shown at its best.
  if (JSON.stringify(model) !== JSON.stringify(folded)) assertEquals(model, folded, "the model is not the fold of its messages");
  const before = model.log.slice(0, heardBefore).filter(([, { type }]) => type === "up").length;
  const missing = pendingIn(model).filter((of) => of > before);
  assert(isOver || missing.length === 0, `The effects of "up" ${missing} of ${name} never answered`);
}

/**
 * What effects said to a page is said to that page alone, and not twice; never less often, where nothing went wrong. `nameOf`: what has one
 * numbering of them; what was refused after all, as a session went on without it, leaves its number to another.
 */
function judgeEmitted({ emitted, user, name, scene: end, entries }: Tab, isCalm: boolean, nameOf: (scene: Scene) => string): void {
  const heard = new Set<string>();
  let undone = entries.filter(({ refused, means }) => refused !== undefined && means.type === "up").length;
  for (const { of, scene } of emitted) {
    const [from] = upsOf(scene)[of - 1]!;
    assertEquals(from, user, `${name} was told of what others did`);
    const key = `${nameOf(scene)} ${of}`;
    if (heard.has(key)) assert(scene.goesOn && undone-- > 0, `${name} was told twice of "up" ${of} of ${scene.name}`);
    heard.add(key);
  }
  if (isCalm) assertEquals(heard.size, upsOf(end!).filter(([from]) => from === user).length, `${name} was not told of all`);
}

function upsOf({ model }: Scene) {
  return model.log.filter(([, { type }]) => type === "up");
}

/** A component counts what was done to it, and nothing else. */
function judgeClicks({ element, scene }: Tab): void {
  for (const output of element.querySelectorAll("[data-clicks]")) {
    const { id } = JSON.parse((output.parentNode as PageElement).querySelectorAll("[data-means]")[0]!.getAttribute("data-means")!);
    const clicks = scene!.model.log.slice(scene!.heardBefore).filter(([, message]) => message.type === "bump" && message.id === id).length;
    assertEquals(Number(output.textContent), clicks, `the counter of row ${id}`);
  }
}

/** Of one user: which of the events a model has heard; throws when it heard what was not sent, or not in that order. */
function heardOf(model: Model, user: number, entries: readonly Entry[], scene: Scene): Set<Entry> {
  const candidates = entries.filter((entry) => entry.scene === scene);
  const messages = model.log.slice(scene.heardBefore).filter(([from]) => from === user).map(([, message]) => message as UserMsg);
  const heard = new Set<Entry>();
  let furthest = 0;
  const failed = new Set<string>();
  // What was refused is passed over; what was not, has to be the next. What was of an epoch that has ended may be either.
  const match = (message: number, at: number): boolean => {
    if (message === messages.length) return true;
    const key = `${message} ${at}`;
    const entry = candidates[at];
    furthest = Math.max(furthest, message);
    if (!entry || failed.has(key)) return false;
    if ((!entry.refused || entry.refused === "epoch") && isSame(entry, messages[message]!)) {
      heard.add(entry);
      if (match(message + 1, at + 1)) return true;
      heard.delete(entry);
    }
    if (entry.refused && match(message, at + 1)) return true;
    failed.add(key);
    return false;
  };
  assert(
    match(0, 0),
    `${scene.name} heard ${JSON.stringify(messages[furthest])} as message ${
      furthest + 1
    } of user ${user}, which was not what that did then`,
  );
  return heard;
}

function isSame({ means, isPlain, place }: Entry, message: UserMsg): boolean {
  // A plain function says what its component is about by now: where that has no key, another row.
  if (isPlain) return message.type === "bump" && (place.startsWith("row at") || message.id === (means as { id: number }).id);
  return JSON.stringify(means) === JSON.stringify(message);
}

/** Judges the end of a run in which memory was all there was: what a process that has gone knew is gone. */
export function judgeEnd(tabs: readonly Tab[], scenes: readonly Scene[], shape: Shape, isCalm: boolean): void {
  for (const scene of scenes) judgeModel(scene, shape);
  for (const tab of tabs) {
    const end = tab.scene!;
    judgePage(tab, shape, true, end.model);
    judgeEmitted(tab, isCalm, ({ name }) => name);
    assertEquals(end.model.steps[tab.user] ?? null, tab.element.getAttribute("step"), `the attribute of ${tab.name}`);
    assertEquals(end.model.here.toSorted(), tabs.map(({ user }) => user), "who is here");
    if (shape.rows === "keyed counters") judgeClicks(tab);
    const heard = new Set<Entry>();
    for (const scene of scenes) for (const entry of heardOf(scene.model, tab.user, tab.entries, scene)) heard.add(entry);
    for (const entry of tab.entries) {
      if (entry.refused === undefined) {
        assert(entry.isDone, `nobody said what became of ${entry}`);
        assert(heard.has(entry), `${entry} was lost`);
        assertEquals(entry.judged, undefined, `nobody was told that ${entry} was refused`);
      } else if (entry.refused === "epoch") {
        assert(!heard.has(entry) || entry.scene !== end || entry.isForgotten, `${entry} was refused, and heard all the same`);
      } else {
        assert(!heard.has(entry), `${entry} was refused, and heard all the same`);
        assertEquals(entry.judged, entry.refused);
      }
    }
  }
}

/** Judges the end of a run in which every session goes on, whatever ends: no message is lost, none is heard twice. */
export function judgeSessions(tabs: readonly Tab[], shape: Shape, isCalm: boolean): void {
  // By these ids effects are told apart: those of a copy are others.
  const known = new Set<string>();
  for (const { scene, name } of tabs) {
    for (const client of scene!.clients) {
      assert(!known.has(client), `${name} and another tab are the same to the app`);
      known.add(client);
    }
  }
  for (const tab of tabs) {
    const end = tab.scene!;
    const { model } = end;
    judgeModel({ ...end, model, heardBefore: 0 } as Scene, shape);
    judgePage(tab, shape, true, model);
    judgeEmitted(tab, isCalm, ({ model }) => `the app with ${model.seed}`);
    assertEquals(model.steps[tab.user] ?? null, tab.element.getAttribute("step"), `the attribute of ${tab.name}`);
    assertEquals(model.here, [tab.user], "who is here");
    const heard = model.log.filter(([from]) => from === tab.user).map(([, message]) => message as UserMsg);
    for (const entry of tab.entries) {
      if (entry.refused) {
        assert(entry.refused === "epoch" || entry.judged !== undefined, `nobody knows why ${entry} was refused`);
        continue;
      }
      assert(entry.isDone, `nobody said what became of ${entry}`);
      if (entry.isUnsaved) continue;
      const message = heard.shift();
      assert(message && isSame(entry, message), `${end.name} heard ${JSON.stringify(message)} in place of ${entry}`);
    }
    assertEquals(heard, [], `${end.name} heard what was refused, or heard it twice`);
  }
}
