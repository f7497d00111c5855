/** Elements with one attribute or property each, by the browser runtime and by Preact's own client: a script that a test bundles and starts. */
import * as preact from "preact";
import { createView } from "../runtime/browser/view.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { htmlOf } from "../runtime/view/html.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { controlsOf } from "./controls.ts";

/** One difference. */
export interface Difference {
  readonly tag: string;
  readonly name: string;
  /** The values, one after the other, as text. */
  readonly values: string;
  readonly ours: string;
  readonly preacts: string;
  readonly space: Space;
}

/** In which element a tag stands. */
export type Space = "" | "svg" | "math";

const values: readonly (readonly unknown[])[] = [
  ["x", "y", undefined],
  ["", undefined],
  [5, 0, undefined],
  [true, false, undefined],
  [false, true, undefined],
  [null, "x", null],
  ["true", "false", undefined],
];

/** What an element is by now: its attributes, and what the property of this name says. */
function lookOf(element: Element | null, name: string): string {
  if (!element) return "gone";
  const attributes = [...element.attributes].map((attribute) => `${attribute.name}=${JSON.stringify(attribute.value)}`).sort().join(" ");
  let property: unknown;
  try {
    property = Reflect.get(element, name);
  } catch {
    property = "throws";
  }
  return `${attributes} .${Object(property) === property ? "object" : String(property)}${element.childNodes.length > 0 ? " children" : ""}`;
}

/** Attributes that say in HTML what a property says in a page that is there. */
const states = /^(?:checked|muted|selected|value)$/;

/** The attributes of an element, but for such states; a style as the browser understands it, and names without their case: in SVG the parser mends that. */
function attributesOf(element: Element | null): string {
  if (!element) return "gone";
  return [...element.attributes].filter(({ name }) => !states.test(name))
    .map(({ name, value }) => `${name.toLowerCase()}=${JSON.stringify(name === "style" ? (element as HTMLElement).style.cssText : value)}`)
    .sort().join(
      " ",
    );
}

/** The element that the parser makes of this HTML where such an element stands. */
function parsed(html: string, space: Space): Element | null {
  if (space === "") {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }
  const place = container(space);
  place.innerHTML = html;
  return place.firstElementChild;
}

function container(space: Space): Element {
  const place = document.createElement("div");
  return space === "" ? place : place.appendChild(
    document.createElementNS(space === "svg" ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1998/Math/MathML", space),
  );
}

/** All names that an element has as properties, and those in lower case. */
function namesOf(tag: string, space: Space): string[] {
  const names = new Set<string>();
  const parent = container(space);
  const element = parent.appendChild(
    document.createElementNS(parent.namespaceURI === "http://www.w3.org/1999/xhtml" ? parent.namespaceURI : parent.namespaceURI, tag),
  );
  for (let from: object | null = element; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(from))) if (get) names.add(name).add(name.toLowerCase());
  }
  return [...names];
}

Object.assign(globalThis, {
  namesOf,
  /** Compares these names of one tag. `painted`: how the first value differs in a painted page from a mounted one. */
  compareNames(tag: string, space: Space, names: readonly string[]): { count: number; differences: Difference[]; painted: string[] } {
    const differences: Difference[] = [];
    const painted: string[] = [];
    let count = 0;
    const { error } = console;
    console.error = () => {};
    for (const name of names) {
      for (const row of values) {
        const page = container(space), reference = container(space);
        const lowering = new Lowering({ development: false, warn() {} });
        const definitions = new Definitions();
        const view = createView(window, page, controlsOf(window, page));
        let tree: ReturnType<Lowering["lower"]> | undefined;
        for (const [step, value] of row.entries()) {
          count++;
          const now = lowering.lower(preact.h(tag, { [name]: value }), tree);
          if (step === 0) {
            const mounted = encode(now, definitions);
            view.mount(...JSON.parse(JSON.stringify([definitions.fresh(), mounted])) as [never, never]);
            // The description beside the HTML has what custom elements get as properties.
            const [live, read] = [page.firstElementChild, parsed(htmlOf(now), space)].map(attributesOf);
            if (live !== read && !tag.includes("-")) painted.push(`${tag} ${name} ${JSON.stringify(value)}: ${read}, mounted ${live}`);
          } else {
            const patch = diff(tree!, now, definitions);
            if (patch !== undefined) view.patch(...JSON.parse(JSON.stringify([patch, definitions.fresh()])) as [never, never]);
          }
          tree = now;
          lowering.end(() => {});
          preact.render(preact.h(tag, { [name]: value }), reference);
          const [ours, preacts] = [page, reference].map((place) => lookOf(place.firstElementChild, name)) as [string, string];
          if (ours !== preacts) {
            differences.push({
              tag,
              name,
              space,
              values: row.slice(0, step + 1).map((value) => JSON.stringify(value) ?? "undefined").join(),
              ours,
              preacts,
            });
            break;
          }
        }
        preact.render(null, reference);
      }
    }
    console.error = error;
    return { count, differences, painted };
  },
});
