/**
 * What a DOM looks like, as text of one line for each node: comments and empty texts left out, adjacent texts joined, attributes as a
 * set, a style as the set of its declarations, and the state that only properties have. Runs in a page and on a simulated DOM alike.
 */

/** Properties that say what attributes do not, by the elements that have them. */
const states: Readonly<Record<string, readonly string[]>> = {
  input: ["value", "checked"],
  // Preact sets no value that is the option's text already.
  option: ["value", "selected"],
  select: ["value"],
  textarea: ["value"],
  video: ["muted"],
};

/** What of the look is compared. */
export interface LookOptions {
  /** Also the state that only properties have; without it what a parser makes of HTML can be compared. */
  readonly states: boolean;
  /** Without it what says in HTML what such a state was at first is left out. */
  readonly defaults?: boolean;
}

/** The children of a node, line by line. */
export function look(root: ParentNode & Node, options: LookOptions = { states: true }): string {
  const lines: string[] = [];
  addChildren(root, "", lines, options);
  return lines.join("\n");
}

function addChildren(parent: Node, indent: string, lines: string[], options: LookOptions): void {
  let text = "";
  const endText = () => {
    if (text !== "") lines.push(indent + JSON.stringify(text));
    text = "";
  };
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === 3) text += (node as Text).data;
    else if (node.nodeType === 1) {
      endText();
      addElement(node as Element, indent, lines, options);
    }
  }
  endText();
}

/**
 * The declarations of a style, by name. Their order is left out: a declaration that is new comes last in Preact too, and means the same there, since
 * a browser has resolved shorthands by then.
 */
function styleOf(style: CSSStyleDeclaration | undefined): string {
  if (!style?.cssText) return "";
  return Array.from({ length: style.length }, (_, at) => style.item(at)).sort()
    .map((name) => `${name}: ${style.getPropertyValue(name)}${style.getPropertyPriority(name) && " !important"};`).join(" ");
}

function addElement(element: Element, indent: string, lines: string[], options: LookOptions): void {
  const { localName: name, namespaceURI: space } = element;
  const parts: string[] = [];
  for (const attribute of element.attributes) {
    if (attribute.name === "style" || attribute.name === "value" && states[name]?.includes("value")) continue;
    if (options.defaults === false && /^(?:checked|selected|muted)$/.test(attribute.name)) continue;
    parts.push(`${attribute.name}=${JSON.stringify(attribute.value)}`);
  }
  const style = styleOf((element as HTMLElement).style);
  if (style) parts.push(`style=${JSON.stringify(style)}`);
  if (options.states) {
    for (const property of states[name] ?? []) {
      const value: unknown = Reflect.get(element, property);
      // A simulated DOM keeps what it was given, where a browser makes a boolean of it.
      parts.push(`.${property}=${JSON.stringify(property === "value" ? value : Boolean(value))}`);
    }
    if (name.startsWith("x-")) parts.push(`.payload=${JSON.stringify(Reflect.get(element, "payload"))}`);
  }
  parts.sort();
  const shortSpace = space === "http://www.w3.org/1999/xhtml" ? "" : `{${space?.split("/").at(-1)}}`;
  lines.push(`${indent}<${[shortSpace + name, ...parts].join(" ")}>`);
  // The text of a textarea is its value at first.
  if (options.defaults === false && name === "textarea") return;
  const content = (element as HTMLTemplateElement).content as DocumentFragment | undefined;
  addChildren(name === "template" && content ? content : element, `${indent}  `, lines, options);
}

/** Two looks that differ, as far as they differ: `-` for what was expected, `+` for what is there. */
export function lookDifference(actual: string, expected: string): string {
  const [a, b] = [actual.split("\n"), expected.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [
    ...a.slice(Math.max(0, start - 4), start).map((line) => `  ${line}`),
    ...b.slice(start, b.length - end).map((line) => `- ${line}`),
    ...a.slice(start, a.length - end).map((line) => `+ ${line}`),
    ...a.slice(a.length - end, a.length - end + 2).map((line) => `  ${line}`),
  ].join("\n");
}
