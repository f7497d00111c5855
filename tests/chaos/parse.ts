/** Reads the HTML that an app was painted as into the small DOM, as far as this app uses HTML: what is anything else must fail. */
import type { PageElement, PageNode } from "./page.ts";

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#13": "\r" };

/** Makes nodes of HTML in an element. */
export function parseInto(element: PageElement, html: string): void {
  const document = element.ownerDocument;
  let parent: PageNode = element;
  let at = 0;
  const tag = /<(\/?)([a-z]+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/y;
  while (at < html.length) {
    tag.lastIndex = at;
    const found = tag.exec(html);
    if (!found) {
      const end = html.indexOf("<", at + 1);
      if (html[at] === "<") throw new Error(`Cannot read ${html.slice(at, at + 40)}`);
      const text = html.slice(at, end < 0 ? html.length : end);
      parent.append(document.createTextNode(decode(text)));
      at += text.length;
      continue;
    }
    at = tag.lastIndex;
    const [, slash, name, attributes] = found;
    if (slash) {
      if ((parent as PageElement).localName !== name) throw new Error(`Cannot end <${(parent as PageElement).localName}> with </${name}>`);
      parent = parent.parentNode!;
      continue;
    }
    const child = document.createElement(name!);
    for (const [, attribute, value = ""] of attributes!.matchAll(/([\w-]+)(?:="([^"]*)")?/g)) child.setAttribute(attribute!, decode(value));
    child.reset();
    parent.append(child);
    if (name === "script") {
      const end = html.indexOf("</script>", at);
      child.append(document.createTextNode(html.slice(at, end)));
      at = end + 9;
    } else if (name !== "input") parent = child;
  }
  if (parent !== element) throw new Error(`<${(parent as PageElement).localName}> has no end`);
}

function decode(text: string): string {
  return text.replace(/&([^;]+);/g, (_, name: string) => {
    const character = entities[name];
    if (character === undefined) throw new Error(`Cannot read &${name};`);
    return character;
  });
}
