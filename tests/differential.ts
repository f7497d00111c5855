/**
 * One sequence of random views, through everything between a view and a page, beside Preact: lowered, compared with the version before,
 * sent as JSON, applied by the browser runtime. Runs in a page and on a simulated DOM alike; it must use nothing of Deno.
 */
import type { ComponentChildren } from "preact";
import * as preact from "preact";
import * as preactJsx from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { createView } from "../runtime/browser/view.ts";
import type { World } from "../runtime/browser/world.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import * as nacreJsx from "../runtime/view/jsx.ts";
import { Lowering } from "../runtime/view/lower.ts";
import type { Node as Tree } from "../runtime/view/tree.ts";
import { controlsOf } from "./controls.ts";
import { Random } from "./random.ts";
import { look, lookDifference } from "./look.ts";
import { pieces as templates } from "./pieces.tsx";
import { kept, type Part, type Pieces, show, type Taste, ViewMaker } from "./random_view.ts";

/** The pieces as plain vnodes. */
export interface PlainPieces {
  /** Made by our jsx-runtime. */
  readonly ours: Pieces;
  /** Made by Preact's own: what is compared with. */
  readonly preacts: Pieces;
}

/** The pieces from what the automatic transform makes of their file, as a CommonJS module. */
export function plainPieces(code: string): PlainPieces {
  const load = (jsx: unknown): Pieces => {
    const module = { exports: {} as { pieces: Pieces } };
    const require = (name: string) => name === "preact" ? preact : jsx;
    new Function("module", "exports", "require", code)(module, module.exports, require);
    return module.exports.pieces;
  };
  return { ours: load(nacreJsx), preacts: load(preactJsx) };
}

/** What one sequence has shown. */
export interface Outcome {
  /** What was wrong first; nothing when all was right. */
  readonly failure?: string;
  /** Keyed elements whose identity was compared. */
  readonly kept: number;
  /** Patches that were not empty. */
  readonly patches: number;
}

/** How a sequence goes. */
export interface Course extends Taste {
  readonly steps: number;
  /** Leave the elements out of the document: a simulated DOM is faster so. */
  readonly detached?: boolean;
}

class Failure extends Error {}

/** Compares a sequence of views, all made from the seed, in elements of their own in this world. */
export function compare(seed: number, course: Course, plain: PlainPieces, world: World): Outcome {
  const { document } = world;
  const maker = new ViewMaker(new Random(seed), course);
  const container = () => {
    const element = document.createElement("div");
    if (!course.detached) document.body.append(element);
    return element;
  };
  const page = container();
  const view = createView(world, page, controlsOf(world, page));
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  const places: Element[] = [page];
  let tree: Tree | undefined;
  let part: Part;
  let keptNodes = 0, patches = 0, step = 0;
  let sent = "";

  const check = (actual: string, expected: string, what: string) => {
    if (actual !== expected) throw new Failure(`${what}\n${lookDifference(actual, expected)}`);
  };
  try {
    for (; step < course.steps; step++) {
      const before = part;
      part = step === 0 ? maker.make() : maker.edit(part);
      const now = lowering.lower(show(part, (piece) => piece.plain ? plain.ours : templates), tree);
      const marked = markedElements(page);
      if (step === 0) {
        const value = encode(now, definitions);
        definitions.fresh();
        sent = JSON.stringify([definitions.all(), value]);
        const [all, mount] = JSON.parse(sent);
        view.mount(all, mount);
      } else {
        const patch = diff(tree!, now, definitions);
        sent = JSON.stringify([patch, definitions.fresh()]);
        if (patch !== undefined) {
          patches++;
          const [change, fresh] = JSON.parse(sent);
          view.patch(change, fresh);
        }
      }
      const shown = look(page);

      const reference = container();
      places.push(reference);
      const expected = draw(show(part, () => plain.preacts), reference);
      check(shown, expected, step === 0 ? "the mount is not what Preact renders" : "the patched page is not what Preact renders");

      if (step === course.steps - 1) {
        const mounted = container();
        places.push(mounted);
        const others = new Definitions();
        const value = encode(now, others);
        createView(world, mounted, controlsOf(world, mounted)).mount(
          ...JSON.parse(JSON.stringify([others.all(), value])) as [never, never],
        );
        check(look(mounted), expected, "a mount of the patched tree is not what Preact renders");
      }

      if (course.tidy) {
        for (const [way, vnodes] of [["templates", templates], ["plain vnodes", plain.ours]] as const) {
          const html = renderToString(preact.h(preact.Fragment, null, show(part, () => vnodes)));
          const parsed = document.createElement("div");
          parsed.innerHTML = html;
          check(look(parsed, { states: false }), look(reference, { states: false }), `the HTML of ${way} reads otherwise: ${html}`);
        }
      }

      const remarked = markedElements(page);
      for (const mark of step === 0 ? [] : kept(before, part)) {
        const [old, same] = [marked.get(mark), remarked.get(mark)];
        if (!old || !same) continue;
        keptNodes += same.length;
        if (old.length !== same.length || old.some((node, i) => node !== same[i])) throw new Failure(`${mark} is not the element it was`);
      }
      preact.render(null, reference);
      reference.remove();
      tree = now;
    }
    return { kept: keptNodes, patches };
  } catch (error) {
    const what = error instanceof Failure ? error.message : error instanceof Error ? error.stack : String(error);
    return { failure: `seed ${seed}, step ${step}: ${what}\nsent: ${sent}`, kept: keptNodes, patches };
  } finally {
    for (const place of places) place.remove();
  }
}

function draw(children: ComponentChildren, container: Element): string {
  preact.render(preact.h(preact.Fragment, null, children), container);
  return look(container);
}

function markedElements(root: Element): Map<string, Element[]> {
  const elements = new Map<string, Element[]>();
  for (const element of root.querySelectorAll("[data-mark]")) {
    const mark = element.getAttribute("data-mark")!;
    const found = elements.get(mark);
    if (found) found.push(element);
    else elements.set(mark, [element]);
  }
  return elements;
}

/** Defines the custom elements of the pieces. */
export function defineElements(world: World): void {
  if (world.customElements.get("x-thing")) return;
  world.customElements.define(
    "x-thing",
    class extends world.HTMLElement {
      #payload: unknown = "default";
      get payload(): unknown {
        return this.#payload;
      }
      set payload(payload: unknown) {
        this.#payload = payload;
      }
    },
  );
}
