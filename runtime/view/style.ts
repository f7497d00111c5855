/** Style objects as CSS. A number means a length in `px` where CSS wants a length, in every life of an app. */

/** Names from this length on are not kept: none of CSS is as long. */
const longest = 100;
const unitless =
  /^(?:-(?:webkit|moz|ms|o)-)?(?:animation-iteration-count|aspect-ratio|border-image-(?:outset|slice|width)|box-flex|box-flex-group|box-ordinal-group|column-count|columns|fill-opacity|flex|flex-grow|flex-negative|flex-order|flex-positive|flex-shrink|flood-opacity|font-size-adjust|font-weight|grid-.*|line-clamp|line-height|opacity|order|orphans|scale|stop-opacity|stroke-.*|tab-size|widows|z-index|zoom)$/;
const cssNames = new Map<string, string>();

/** Whether a number of this property of CSS is a length, and so gets `px`, as `preact-render-to-string` does. */
const isLength = (name: string, value: unknown) =>
  typeof value === "number" && value !== 0 && !name.startsWith("--") && !unitless.test(name);

/** The same style object with `px` behind the numbers that need it, for Preact, which writes numbers as they are. Copied only where one does. */
export function withUnits(style: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const property in style) {
    if (isLength(cssName(property), style[property])) (changed ??= { ...style })[property] = `${style[property]}px`;
  }
  return changed ?? style;
}

/** The text of a style object. */
export function styleText(style: Record<string, unknown>): string | null {
  let text = "";
  for (const property in style) {
    const value = style[property];
    if (value === null || value === undefined || value === "" || typeof value === "boolean") continue;
    const name = cssName(property);
    const declared = String(value);
    if (!isOneValue(declared, name.startsWith("--"))) continue;
    text += `${name}:${declared}${isLength(name, value) ? "px" : ""};`;
  }
  return text === "" ? null : text;
}

/**
 * False for a value that would end its declaration and bring another one along, or hide those after it; the DOM ignores such a value too. One pass:
 * a value may be as long as its model likes. A custom property may have blocks in braces and brackets.
 */
function isOneValue(value: string, custom: boolean): boolean {
  if (!/[;{}"'()[\]\\]|\/\*/.test(value)) return true;
  const open = custom ? "({[" : "(", close = custom ? ")}]" : ")";
  /** What closes the brackets around. */
  const stack: string[] = [];
  let quote = "";
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!;
    if (char === "\\") {
      // An escape: in a string or in brackets it hides the next character, outside no value that we know has one.
      if (quote === "" && stack.length === 0 || ++at === value.length || /[\n\r\f]/.test(value[at]!)) return false;
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else if (/[\n\r\f]/.test(char)) return false;
    } else if (char === '"' || char === "'") quote = char;
    else if (open.includes(char)) stack.push(close[open.indexOf(char)]!);
    else if (close.includes(char)) {
      if (stack.pop() !== char) return false;
    } else if (char === "/" && value[at + 1] === "*") return false;
    else if (stack.length === 0 && (char === ";" || char === "{" || char === "}")) return false;
  }
  return quote === "" && stack.length === 0;
}

function cssName(property: string): string {
  if (property.startsWith("-")) return property.replace(/[^\w-]/g, "");
  let name = cssNames.get(property);
  if (name === undefined) {
    name = (property === "cssFloat" ? "float" : property).replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`).replace(
      /[^\w-]/g,
      "",
    );
    if (cssNames.size < 2_000 && property.length < longest) cssNames.set(property, name);
  }
  return name;
}
