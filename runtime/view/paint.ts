/**
 * A view tree as a page is painted with it: the HTML, and what a browser needs to take it over as it is. It knows neither apps nor pages,
 * and must never put a marker into the HTML.
 */
import type { Config, Definition, Description, Shape } from "../wire/message.ts";
import type { Definitions } from "./definitions.ts";
import { writeHtml } from "./html.ts";
import { shapeOf } from "./shape.ts";
import type { Node } from "./tree.ts";

/** A tree, painted. */
export interface Painting {
  readonly html: string;
  /** What goes into the description beside the HTML; absent where a browser cannot take it over and has to mount. */
  readonly parts: PaintedParts | undefined;
  /** Why it cannot. */
  readonly problem: string | undefined;
}

/** What is said of the HTML. */
export interface PaintedParts {
  readonly definitions: readonly Definition[];
  readonly shape: Shape;
  /** Of all texts in holes. */
  readonly checksum: number;
}

/** Paints a tree. Its templates are numbered by `definitions`, as an encoding of the tree would number them. */
export function paint(tree: Node, definitions: Definitions): Painting {
  const { html, leftOut } = writeHtml(tree);
  const { shape, checksum, problem = leftOut } = shapeOf(tree, definitions);
  return { html, parts: problem === undefined ? { definitions: definitions.all(), shape, checksum } : undefined, problem };
}

/** The description as it stands at the end of the element. */
export function descriptionHtml({ definitions, shape, checksum }: PaintedParts, snapshot: string, config?: Config): string {
  const description: Description = [definitions, shape, checksum, snapshot];
  if (config && Object.keys(config).length > 0) description.push(config);
  // A script ends where the HTML says so, and begins to count comments at another place.
  return `<script type="application/json">${JSON.stringify(description).replaceAll("<", "\\u003c")}</script>`;
}
