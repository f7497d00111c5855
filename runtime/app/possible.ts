/**
 * Whether the page that a user saw could have sent an event. A browser dispatches no click on a disabled button, and our own runtime sends nothing
 * that its handler's `when` leaves out; whoever writes to the socket by hand may say both. What only the browser can see is not judged here.
 */
import { conditionOf, type HandlerSource } from "../view/handler.ts";
import type { Element, Node as StaticNode } from "../view/statics.ts";
import type { Instance } from "../view/tree.ts";

/** Elements that hear nothing while they are disabled, and the one that disables those in it. */
const controls: ReadonlySet<string> = new Set(["button", "input", "select", "textarea"]);
/** What a user cannot do to a disabled control. A script of the page may dispatch any other event there. */
const byUser = /^(?:click|dblclick|auxclick|beforeinput|input|change|key(?:down|press|up))$/;

/** Whether the control that an event is said to have happened to was disabled in this instance. `hole` is that of its handler. */
export function isDisabled(instance: Instance, hole: number, event: string): boolean {
  if (!byUser.test(event)) return false;
  const { roots, holes } = instance.place;
  const handler = holes[hole];
  if (!handler || !("source" in handler)) return false;
  // Of an element that is a template of its own the attributes are in one hole.
  if (handler.kind === "spread") {
    const [root] = roots;
    const tag = typeof root === "object" && "tag" in root ? root.tag : "";
    return controls.has(tag) &&
      holes.some((hole, i) => hole.kind === "spread" && isOn((instance.holes[i] as Record<string, unknown> | null)?.disabled));
  }
  return isDisabledIn(roots, handler.source, instance, false) ?? false;
}

/** Undefined where the handler is not among these nodes. `isOff`: a fieldset around them is disabled. */
function isDisabledIn(nodes: readonly StaticNode[], source: number, instance: Instance, isOff: boolean): boolean | undefined {
  // What is in the first legend of a fieldset stays as it is.
  const legend = nodes.find((node) => typeof node === "object" && "tag" in node && node.tag === "legend");
  for (const node of nodes) {
    if (typeof node === "string" || !("tag" in node)) continue;
    const isOffHere = isOff && node !== legend;
    const own = hasDisabled(node, instance);
    if (node.attributes.some((attribute) => "place" in attribute && attribute.place === source)) {
      return controls.has(node.tag) && (own || isOffHere);
    }
    const found = isDisabledIn(node.children, source, instance, isOffHere || node.tag === "fieldset" && own);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasDisabled({ attributes }: Element, { place, holes }: Instance): boolean {
  return attributes.some((attribute) => {
    if ("name" in attribute) return attribute.name.toLowerCase() === "disabled";
    const index = place.holes.findIndex((hole) => "source" in hole && hole.source === attribute.place);
    const hole = place.holes[index];
    if (hole?.kind === "bare") return holes[index] === "disabled";
    return hole?.kind === "attribute" && hole.name.wire === "disabled" && isOn(holes[index]);
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
