/** Painted views and what a page needs to check that it took them over: made on the server, as text. It must know no DOM. */
import type { ComponentChildren } from "preact";
import type { Definition, Json } from "../runtime/wire/message.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { descriptionHtml, paint } from "../runtime/view/paint.ts";
import { shapeOf } from "../runtime/view/shape.ts";
import type { Node as Tree } from "../runtime/view/tree.ts";

/** A view that was painted, and how it goes on. */
export interface PaintedCase {
  readonly name: string;
  /** All that stands in the element. */
  readonly html: string;
  /** Why a page cannot take it over. */
  readonly problem: string | undefined;
  /** The later versions, each as a patch; empty where nothing changed. */
  readonly patches: readonly (readonly [] | readonly [change: Json, definitions: readonly Definition[]])[];
  /** All versions, each as a mount. */
  readonly mounts: readonly (readonly [definitions: readonly Definition[], value: Json])[];
}

/** Paints the first of some versions of a view; `force`: also where the parser would build something else. */
export function paintCase(name: string, views: readonly (() => ComponentChildren)[], force = false): PaintedCase {
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  let tree: Tree | undefined;
  let painted: ReturnType<typeof paint> | undefined;
  const patches: ([] | [Json, Definition[]])[] = [];
  const mounts = views.map((view): [Definition[], Json] => {
    const before = tree;
    tree = lowering.lower(view(), before);
    if (before === undefined) {
      painted = paint(tree, definitions);
      if (force) painted = { ...painted, parts: { definitions: definitions.all(), ...shapeOf(tree, definitions) } };
      definitions.fresh();
    } else {
      const change = diff(before, tree, definitions);
      patches.push(change === undefined ? [] : [change as Json, [...definitions.fresh()]]);
    }
    const own = new Definitions();
    const value = encode(tree, own);
    return [[...own.all()], value as Json];
  });
  const { html, parts, problem } = painted!;
  return { name, html: parts ? html + descriptionHtml(parts, "snapshot") : html, problem, patches, mounts };
}

/** A page with all of them, as the parser gets it; its script is `/adoption_page.js`, and `before` is one that runs before. */
export function pageOf(cases: readonly PaintedCase[], before = ""): string {
  const elements = cases.map(({ html }, i) => `<server-component id="case${i}">${html}</server-component>`).join("\n");
  const scripts = `<script>${before}</script><script type="module" src="/adoption_page.js"></script>`;
  return `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>${elements}${scripts}</body></html>`;
}
