/** What a page shows, as text that can be compared: comments and the borders of texts make no difference. Never the state of a component. */
import type { PageElement, PageNode } from "./page.ts";

/** The markup below a node; with what is in controls, where that is asked for. */
export function htmlOf(node: PageNode, withControls = true): string {
  let html = "";
  for (const child of node.childNodes) {
    if (child.nodeType === 3) html += child.data;
    else if (child.nodeType === 1) {
      const element = child as PageElement;
      // What describes a painted page is no part of it.
      if (element.localName === "script") continue;
      // Of a control they are what it was painted with, and what is in it is told by its properties.
      // While it is looked at in between, events wait; in the end none does.
      const isOwn = (name: string) => element.localName === "input" && (name === "value" || name === "checked");
      const names = element.getAttributeNames().filter((name) => !isOwn(name) && (withControls || name !== "nacre-pending"));
      const attributes = names.map((name) => ` ${name}="${element.getAttribute(name)}"`).sort().join("");
      const control = withControls && element.localName === "input" ? ` [${element.value} ${element.checked}]` : "";
      const inner = element.hasAttribute("data-clicks") ? "" : htmlOf(element, withControls);
      html += `<${element.localName}${attributes}${control}>${inner}</${element.localName}>`;
    }
  }
  return html;
}
