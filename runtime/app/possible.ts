/**
 * Whether the page that a user saw could have sent an event. A browser dispatches no click on a disabled button, and our own runtime sends nothing
 * that its handler's `when` leaves out; whoever writes to the socket by hand may say both. What only the browser can see is not judged here.
 */
import { conditionOf, type HandlerSource } from "../view/handler.ts";
import type { Element, Node as StaticNode } from "../view/statics.ts";
import { Instance, type List } from "../view/tree.ts";
import type { Path } from "../wire/message.ts";

/** Elements that hear nothing while they are disabled, and the one that disables those in it. */
const controls: ReadonlySet<string> = new Set(["button", "input", "select", "textarea"]);
/** What a user cannot do to a disabled control. A script of the page may dispatch any other event there. */
const byUser = /^(?:click|dblclick|auxclick|beforeinput|input|change|key(?:down|press|up))$/;

/**
 * Whether the control that an event is said to have happened to was disabled in the view that it was seen in, by itself or by a fieldset around it,
 * in whatever piece of JSX. `trail` are the nodes on the way to its handler, `path` the steps.
 */
export function isDisabled(trail: readonly (Instance | List)[], path: Path, event: string): boolean {
  if (!byUser.test(event)) return false;
  const way: Step[] = [];
  for (const [i, node] of trail.entries()) {
    if (!(node instanceof Instance)) continue;
    const hole = node.place.holes[path[i] as number];
    if (!hole || !("source" in hole)) continue;
    for (const element of elementOf(node) ?? wayTo(node.place.roots, hole.source) ?? []) way.push({ element, instance: node });
  }
  const control = way.at(-1);
  if (!control || !controls.has(tagOf(control))) return false;
  return hasDisabled(control) || way.some((step, i) => tagOf(step) === "fieldset" && hasDisabled(step) && !isInLegend(step, way[i + 1]));
}

/** An element, and the instance of the template that it is of. */
interface Step {
  readonly element: Element;
  readonly instance: Instance;
}

/** The element that is a template of its own: its attributes are in one hole, and its children in another. */
function elementOf({ place: { roots, holes } }: Instance): Element[] | undefined {
  const [root] = roots;
  return holes.some(({ kind }) => kind === "spread") && typeof root === "object" && "tag" in root ? [root] : undefined;
}

/** The elements down to the one that has this as an attribute or as a child. */
function wayTo(nodes: readonly StaticNode[], source: number): Element[] | undefined {
  const is = (node: StaticNode | Element["attributes"][number]) => typeof node === "object" && "place" in node && node.place === source;
  for (const node of nodes) {
    if (typeof node === "string" || !("tag" in node)) continue;
    if (node.attributes.some(is) || node.children.some(is)) return [node];
    const below = wayTo(node.children, source);
    if (below) return [node, ...below];
  }
  return undefined;
}

/** HTML does not mind how a tag is written. */
function tagOf({ element }: Step): string {
  return element.tag.toLowerCase();
}

/** What is in the first legend of a fieldset stays as it is. Of another piece of JSX it is not known whether it is the first. */
function isInLegend(fieldset: Step, below: Step | undefined): boolean {
  if (!below || tagOf(below) !== "legend") return false;
  const first = fieldset.element.children.find((node) => typeof node === "object" && "tag" in node && node.tag.toLowerCase() === "legend");
  return below.instance !== fieldset.instance || first === below.element;
}

function hasDisabled({ element, instance: { place, holes } }: Step): boolean {
  if (place.holes.some((hole, i) => hole.kind === "spread" && isOn((holes[i] as Readonly<Record<string, unknown>> | null)?.disabled))) {
    return true;
  }
  return element.attributes.some((attribute) => {
    if ("name" in attribute) return attribute.name.toLowerCase() === "disabled";
    return place.holes.some((hole, i) => {
      if (!("source" in hole) || hole.source !== attribute.place) return false;
      if (hole.kind === "bare") return holes[i] === "disabled";
      return hole.kind === "attribute" && hole.name.wire === "disabled" && isOn(holes[i]);
    });
  });
}

function isOn(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}

/** Whether an event's fields, as far as they crossed, are as the handler's `when` wants them. */
export function meetsCondition({ options: { when: given } }: HandlerSource, event: unknown): boolean {
  const when = conditionOf(given);
  if (when === undefined || typeof event !== "object" || event === null) return true;
  for (const [name, wanted] of Object.entries(when)) {
    // Whether it happened to the element itself only the browser knows.
    if (name !== "self" && ![wanted].flat().includes((event as Record<string, unknown>)[name] as never)) return false;
  }
  return true;
}
