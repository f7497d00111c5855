/**
 * What is below an element, as text of one line for each node: which element it is (a number that stays with it), its attributes, what a user sees in
 * it, and whether it has the focus. Comments and the borders between texts are left out.
 */

/** Numbers elements in the order in which they were first seen. */
export class Tracer {
  readonly #numbers = new WeakMap<Element, number>();
  #count = 0;

  /** What is below this element now. */
  trace(root: Element): string {
    const lines: string[] = [];
    this.#children(root, "", lines);
    return lines.join("\n");
  }

  #children(parent: Node, indent: string, lines: string[]): void {
    let text = "";
    const endText = () => {
      if (text !== "") lines.push(indent + JSON.stringify(text));
      text = "";
    };
    for (const node of parent.childNodes) {
      if (node.nodeType === 3) text += (node as Text).data;
      else if (node.nodeType === 1) {
        endText();
        this.#element(node as Element, indent, lines);
      }
    }
    endText();
  }

  #element(element: Element, indent: string, lines: string[]): void {
    // What describes a painted page is none of its view.
    if (element.getAttribute("type") === "application/json") return;
    let number = this.#numbers.get(element);
    if (number === undefined) this.#numbers.set(element, number = ++this.#count);
    const { localName: name, namespaceURI: space } = element;
    const parts = [...element.attributes]
      .filter(({ name }) => name !== "style" && !(/^(?:value|checked|selected)$/.test(name) && name in element))
      .map((attribute) => `${attribute.name}=${JSON.stringify(attribute.value)}`);
    const style = (element as HTMLElement).style?.cssText;
    if (style) parts.push(`style=${JSON.stringify(style)}`);
    for (const property of ["value", "checked", "selected"]) {
      if (property in element && /^(?:input|textarea|select|option)$/.test(name)) {
        parts.push(`.${property}=${JSON.stringify(Reflect.get(element, property))}`);
      }
    }
    const shortSpace = space === "http://www.w3.org/1999/xhtml" ? "" : `${space?.split("/").at(-1)}:`;
    lines.push(`${indent}<${shortSpace}${name} ${number}${parts.sort().map((part) => ` ${part}`).join("")}>${mark(element)}`);
    this.#children(element, `${indent}  `, lines);
  }
}

function mark(element: Element): string {
  return element.ownerDocument.activeElement === element ? " *" : "";
}
