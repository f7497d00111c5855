/** Takes painted views over in a page, and compares each with a mount of the same: a script that a test bundles and starts. */
import { adoptPage } from "../runtime/browser/adopt.ts";
import type { Entry } from "../runtime/browser/event.ts";
import { tools } from "../runtime/browser/tools.ts";
import { createView } from "../runtime/browser/view.ts";
import type { PaintedCase } from "./adoption.ts";
import { controlsOf } from "./controls.ts";
import { defineElements } from "./differential.ts";
import { look, lookDifference } from "./look.ts";

defineElements(window);

/** What became of a painted view. */
export interface Takeover {
  readonly name: string;
  readonly adopted: boolean;
  /** What was wrong, if anything was. */
  readonly failure?: string;
}

/** All nodes in a node. */
function nodesIn(node: Node): Node[] {
  const content = (node as HTMLTemplateElement).content ?? node;
  return [...content.childNodes].flatMap((child) => [child, ...nodesIn(child)]);
}

const options = { states: true, defaults: false };

function takeOver(index: number, { name, patches, mounts }: PaintedCase): Takeover {
  const element = document.getElementById(`case${index}`)!;
  const failed = (failure: string, adopted = true): Takeover => ({ name, adopted, failure });
  const script = element.lastChild as HTMLScriptElement | null;
  if (script?.type !== "application/json") return { name, adopted: false };
  script.remove();
  const before = nodesIn(element), html = element.innerHTML;
  const heard: { page: string[]; mounted: string[] } = { page: [], mounted: [] };
  const parts = controlsOf(window, element);
  const view = createView(window, element, parts, (entry: Entry) => {
    heard.page.push(entry.text_);
    // Else the model would be waited for.
    view.free_(entry);
  });
  const host = { world_: window, element_: element, root_: element, end_: element, formed_: {}, config_: {}, tell_() {} };
  if (!adoptPage(host, tools).adopt_(script as HTMLScriptElement, () => view, parts)) {
    return element.innerHTML === html ? { name, adopted: false } : failed("what was refused has been changed", false);
  }
  const after = new Set(nodesIn(element));
  // Of a long text the parser makes several.
  const gone = before.filter((node) =>
    !after.has(node) && !(node.nodeType === 3 && node.previousSibling === null && node.parentNode === null)
  );
  if (gone.length > 0) return failed(`${gone.length} nodes are gone`);
  const added = [...after].filter((node) => node.nodeType === 1 && !before.includes(node));
  if (added.length > 0) return failed("elements were added");

  const compare = (version: number): string | undefined => {
    const place = document.createElement("server-component");
    document.body.append(place);
    try {
      const mounted = createView(window, place, controlsOf(window, place), ({ text_: text }: Entry) => void heard.mounted.push(text));
      const [definitions, value] = JSON.parse(JSON.stringify(mounts[version]));
      mounted.mount(definitions, value);
      const [is, expected] = [look(element, options), look(place, options)];
      if (is !== expected) return `version ${version} is not as a mount of it:\n${lookDifference(is, expected)}`;
      const comments = [element, place].map((root) => nodesIn(root).filter(({ nodeType }) => nodeType === 8).length);
      if (comments[0] !== comments[1]) return `version ${version} has ${comments[0]} anchors, and a mount of it ${comments[1]}`;
      for (const root of [element, place]) {
        for (const inner of root.querySelectorAll("*")) inner.dispatchEvent(new CustomEvent("click", { cancelable: true }));
      }
      if (heard.page.join("\n") !== heard.mounted.join("\n")) {
        return `version ${version} hears other clicks:\n${heard.page.join("\n")}\nthan a mount of it:\n${heard.mounted.join("\n")}`;
      }
    } finally {
      heard.page = [];
      heard.mounted = [];
      place.remove();
    }
  };
  for (let version = 0; version < mounts.length; version++) {
    if (version > 0) {
      const patch = patches[version - 1]!;
      if (patch[0] !== undefined) view.patch(...JSON.parse(JSON.stringify(patch)) as [never, never]);
    }
    const failure = compare(version);
    if (failure) return failed(failure);
  }
  return { name, adopted: true };
}

Object.assign(globalThis, {
  /** Takes over all that is in the page. */
  takeOverAll: (cases: readonly PaintedCase[]): Takeover[] =>
    cases.map((one, index) => {
      try {
        return takeOver(index, one);
      } catch (error) {
        return { name: one.name, adopted: true, failure: (error as Error).stack ?? String(error) };
      }
    }),
});
