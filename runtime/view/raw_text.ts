/**
 * The text of `<style>` and `<script>` as HTML. The parser reads it raw, up to its end tag, but only where it takes the element for one of HTML:
 * elsewhere the same characters are markup. So a text is written raw only where that is certain. This file must rather leave a text out than
 * let one start an element.
 */

/** How the parser reads a `<style>` or `<script>` here: raw; as markup whose text is escaped, as in SVG; or in a way that is not certain. */
export type Reading = "raw" | "escaped" | "unsure";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** The elements whose text is raw. */
const rawTags = words("script style");
/** In these the parser reads text, or ignores a `<style>` and reads its text as markup. */
const readsOtherwise = words(
  "frame frameset iframe noembed noframes noscript option optgroup plaintext script select style textarea title xmp",
);
/**
 * In SVG and MathML these lead back to HTML, some of them only for some of their children, or under conditions. The others end all of SVG and MathML
 * where they stand (13.2.6.5 of the HTML standard).
 */
const leavesForeign = words(
  "annotation-xml desc foreignobject mi mn mo ms mtext title " +
    "b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby " +
    "s small span strong strike sub sup table tt u ul var",
);
/** The parser never builds these in a body: it ignores their tags, or ends the body. */
const pageTags = words("html head body frameset frame");

/** Whether the parser reads the text of an element of this tag raw. */
export function isRawText(tag: string): boolean {
  return rawTags.has(tag);
}

/** Whether the parser builds no element for this tag in a body. */
export function isPageTag(tag: string): boolean {
  return pageTags.has(tag.toLowerCase());
}

/** How the parser reads what is in these elements, the outermost first. */
export function readingInAll(tags: readonly string[]): Reading {
  return tags.reduce<Reading>((reading, tag) => readingIn(tag, reading), "raw");
}

/** How the parser reads the children of an element, from how it reads the element. Tags are the same in any spelling. */
export function readingIn(tag: string, around: Reading): Reading {
  const lower = tag.toLowerCase();
  if (around === "unsure" || readsOtherwise.has(lower)) return "unsure";
  if (lower === "svg" || lower === "math") return "escaped";
  return around === "escaped" && leavesForeign.has(lower) ? "unsure" : around;
}

/** What ends a style early: its end tag. After a `<col>` in a `<template>` the parser ignores a `<style>`, and of its text it takes these tags. */
const endsStyle = /<(?=\/style|(?:\/?template|col)[\s/>])/gi;
/** The same for a script; and a comment would let it go on behind its end. */
const endsScript = /<(?=!--|\/?script|(?:\/?template|col)[\s/>])/gi;

/** Whether a raw text reads as it is. */
export function canBeRaw(tag: string, text: string): boolean {
  return text.search(tag === "style" ? endsStyle : endsScript) < 0;
}

/**
 * A raw text that may stand as it is, where no script can write it later. Inside a string, a comment or JSON the escapes mean the same, and no
 * other place of a valid style or script has an end tag.
 */
export function safeRawText(tag: string, text: string): string {
  return tag === "style" ? text.replace(endsStyle, "\\3c ") : text.replace(endsScript, "\\u003c");
}

/**
 * Whether a property of an element must not come from outside: a handler as a text, markup, or a name that is no name of an attribute. Names are
 * compared as HTML does.
 */
export function isUnsafeProperty(name: string, value: unknown): boolean {
  return /[\s\0"'<>/=]|^$/.test(name) || /^on/i.test(name)
    ? typeof value !== "function" && value !== null && value !== undefined
    : /^(?:inner|outer)html$/i.test(name);
}
