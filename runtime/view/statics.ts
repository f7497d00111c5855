/**
 * Reads the statics of a precompiled piece of JSX: the HTML that Deno's transform writes, cut at the dynamic places. It knows
 * that language only (quoted attributes, explicit end tags, no comments) and must never be given HTML from elsewhere.
 */

/** An element, with its attributes in the order of the source. */
export interface Element {
  readonly tag: string;
  readonly attributes: Attribute[];
  readonly children: Node[];
}
/** A static attribute: its text (empty for a bare name); or the place of a dynamic one. */
export type Attribute = { readonly name: string; readonly text: string } | { readonly place: number };
/** A static text, the place of a dynamic child, or an element. */
export type Node = string | { readonly place: number } | Element;

/** Elements without an end tag. */
export const voidElements: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);

const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'", nbsp: "\u00a0" };

/** The transform escapes these and writes every other character as it is. */
function decode(text: string): string {
  return text.includes("&") ? text.replace(/&(lt|gt|amp|quot|#39|nbsp);/g, (_, name: string) => entities[name]!) : text;
}

/**
 * The root nodes of a template.
 *
 * @throws {SyntaxError} when the statics are not what Deno's transform writes.
 */
export function readStatics(statics: readonly string[]): Node[] {
  const roots: Node[] = [];
  const open: Element[] = [];
  let siblings = roots;
  let tag: Element | undefined;

  for (const [index, text] of statics.entries()) {
    let at = 0;
    while (at < text.length) {
      if (tag) {
        const end = /\s*(\/?>)?/y;
        end.lastIndex = at;
        const closed = end.exec(text)!;
        at = end.lastIndex;
        if (closed[1]) {
          if (!voidElements.has(tag.tag)) {
            open.push(tag);
            siblings = tag.children;
          }
          tag = undefined;
        } else if (at < text.length) {
          const attribute = /([^\s=>]+)(?:="([^"]*)")?/y;
          attribute.lastIndex = at;
          const found = attribute.exec(text);
          if (!found) throw unreadable(statics);
          tag.attributes.push({ name: found[1]!, text: decode(found[2] ?? "") });
          at = attribute.lastIndex;
        }
      } else if (text.startsWith("</", at)) {
        const end = text.indexOf(">", at);
        if (open.pop()?.tag !== text.slice(at + 2, end)) throw unreadable(statics);
        siblings = open.at(-1)?.children ?? roots;
        at = end + 1;
      } else if (text[at] === "<") {
        const name = /<([^\s/>]+)/y;
        name.lastIndex = at;
        const found = name.exec(text);
        if (!found) throw unreadable(statics);
        tag = { tag: found[1]!, attributes: [], children: [] };
        siblings.push(tag);
        at = name.lastIndex;
      } else {
        const next = text.indexOf("<", at);
        const end = next < 0 ? text.length : next;
        siblings.push(decode(text.slice(at, end)));
        at = end;
      }
    }
    if (index < statics.length - 1) (tag ? tag.attributes : siblings as unknown[]).push({ place: index });
  }
  if (open.length || tag) throw unreadable(statics);
  return roots;
}

function unreadable(statics: readonly string[]): SyntaxError {
  return new SyntaxError(
    `Cannot read the template ${JSON.stringify(statics.join("{}"))}: it was not written by Deno's precompile transform`,
  );
}
