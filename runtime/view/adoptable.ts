/**
 * What the HTML parser makes of elements in elements: whether it would build what was written, or repair it. It follows the rules of the
 * HTML standard for bodies, tables, selects and foreign content, and must rather refuse what the parser takes than take what it repairs.
 */
import { voidElements } from "./statics.ts";

/** The namespace that a child is in; `"other"`: where the parser and the definition of a template disagree about elements. */
export type Space = "html" | "svg" | "math" | "other";

/** An open element, and what is open around it, as far as the parser looks. */
interface Frame {
  readonly tag: string;
  /** Of its children. */
  readonly space: Space;
  readonly depth: number;
  readonly p: boolean;
  readonly a: boolean;
  readonly nobr: boolean;
  readonly button: boolean;
  readonly form: boolean;
  readonly li: boolean;
  readonly dd: boolean;
  readonly option: boolean;
  readonly select: boolean;
  readonly ruby: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** In a body the parser ignores their tags, renames them, takes what is in them for text, or gives them no children. */
const impossible = words(
  "html head body frameset frame image isindex noscript plaintext xmp noembed noframes basefont bgsound keygen command menuitem",
);
/** Their start ends a paragraph. */
const endsParagraph = words(
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup main menu nav ol p " +
    "search section summary ul h1 h2 h3 h4 h5 h6 pre listing form li dd dt plaintext table hr xmp",
);
const headings = words("h1 h2 h3 h4 h5 h6");
/** What the parser looks for is not looked for beyond these. */
const scopes = words("applet caption table td th marquee object template select");
const foreignScopes = words("foreignObject desc title mi mo mn ms mtext annotation-xml");
/** Formatting elements are not looked for beyond these. */
const markers = words("applet object marquee template td th caption");
/** A list item is looked for beyond any element but these (`address`, `div` and `p` are of no account here). */
const special = words(
  "applet area article aside base basefont bgsound blockquote br button caption center col colgroup dd details dir dl dt embed fieldset " +
    "figcaption figure footer form frame h1 h2 h3 h4 h5 h6 header hgroup hr iframe img input keygen li link listing main marquee menu meta " +
    "nav object ol param pre script search section select source style summary table tbody td template textarea tfoot th thead title tr " +
    "track ul wbr",
);
const impliedEnds = words("dd dt li optgroup option p rb rp rt rtc");
/** Parts of a table, and what they must stand in. */
const inTable: Readonly<Record<string, ReadonlySet<string>>> = {
  caption: words("table"),
  colgroup: words("table"),
  thead: words("table"),
  tbody: words("table"),
  tfoot: words("table"),
  tr: words("thead tbody tfoot"),
  td: words("tr"),
  th: words("tr"),
  col: words("colgroup"),
};
/** What is no part of a table is put before it. */
const tableParts = words("table colgroup thead tbody tfoot tr");
const anywhereInTable = words("script style template");
/** Their start ends all of SVG and MathML. */
const breaksOut = words(
  "b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby " +
    "s small span strong strike sub sup table tt u ul var",
);
const svgTags = words(
  "altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer " +
    "feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR " +
    "feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence " +
    "foreignObject glyphRef linearGradient radialGradient textPath",
);
const svgTagsLower: ReadonlySet<string> = new Set([...svgTags].map((tag) => tag.toLowerCase()));
const svgAttributes = words(
  "attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits glyphRef " +
    "gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust limitingConeAngle " +
    "markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform " +
    "patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur " +
    "requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles " +
    "surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan",
);
/** Chromium's parser builds no deeper tree than 512. */
const mostDepth = 480;

const outside: Frame = {
  tag: "",
  space: "html",
  depth: 0,
  p: false,
  a: false,
  nobr: false,
  button: false,
  form: false,
  li: false,
  dd: false,
  option: false,
  select: false,
  ruby: false,
};

/** Follows elements as they are opened and closed. */
export class ParserModel {
  /** What the parser would repair first; undefined as long as it would repair nothing. */
  problem: string | undefined;
  #frame: Frame = outside;
  readonly #outer: Frame[] = [];

  /** The namespace of what comes next. */
  get space(): Space {
    return this.#frame.space;
  }

  /** An element begins. */
  open(tag: string): void {
    const around = this.#frame;
    this.problem ??= around.space === "html" ? problemInHtml(tag, around) : problemInForeign(tag, around);
    if (around.depth > mostDepth) this.problem ??= `elements are more than ${mostDepth} deep`;
    this.#outer.push(around);
    this.#frame = frameOf(tag, around);
  }

  /** An attribute of the element that has begun. */
  attribute(name: string): void {
    const { tag } = this.#frame;
    if (tag === "template" && /^shadowroot/i.test(name)) this.problem ??= `<template ${name}> becomes a shadow root`;
    else if (/[A-Z]/.test(name) && this.#outer.at(-1)!.space === "svg" && !svgAttributes.has(name)) {
      this.problem ??= `the attribute ${name} of <${tag}> is written in lower case`;
    }
  }

  /** A text that is not empty. */
  text(value: string): void {
    const { tag, space } = this.#frame;
    if (space !== "html") return;
    if (tableParts.has(tag) && /[^\t\n\f\r ]/.test(value)) this.problem ??= `a text in <${tag}> is put before the table`;
    else if (tag === "iframe") this.problem ??= `<iframe> has no children`;
    else if ((tag === "script" || tag === "style") && /[\r\0]|<\/(?:script|style)|<!--/i.test(value)) {
      this.problem ??= `the text of <${tag}> cannot be written as it is`;
    }
  }

  /** The element ends. */
  close(): void {
    this.#frame = this.#outer.pop()!;
  }
}

function problemInHtml(tag: string, around: Frame): string | undefined {
  const { tag: parent } = around;
  const inParent = `<${tag}> in <${parent || "server-component"}>`;
  if (tag === "svg" || tag === "math") {
    return tableParts.has(parent) || around.select ? `${inParent} is put elsewhere` : undefined;
  }
  if (/[A-Z]/.test(tag)) return `<${tag}> is read in lower case`;
  if (impossible.has(tag)) return `<${tag}> is no element like others`;
  if (parent === "iframe" || parent === "textarea" || parent === "title" || parent === "script" || parent === "style") {
    return `${inParent} is text`;
  }
  const parents = Object.hasOwn(inTable, tag) ? inTable[tag]! : undefined;
  if (parents) return parents.has(parent) ? undefined : `${inParent} is ignored or wrapped`;
  if (tableParts.has(parent)) {
    return anywhereInTable.has(tag) && (parent !== "colgroup" || tag === "template") ? undefined : `${inParent} is put before the table`;
  }
  if (around.select) return fitsSelect(tag, parent) ? undefined : `${inParent} is ignored, or ends the select`;
  if (around.p && endsParagraph.has(tag)) return `<${tag}> ends the <p> that it stands in`;
  if (headings.has(tag) && headings.has(parent)) return `${inParent} ends it`;
  if (tag === "li" && around.li || (tag === "dd" || tag === "dt") && around.dd) return `<${tag}> ends the item that it stands in`;
  if (tag === "form" && around.form) return "a <form> in a <form> is ignored";
  if (tag === "a" && around.a || tag === "nobr" && around.nobr) return `<${tag}> ends the <${tag}> that it stands in`;
  if (tag === "button" && around.button) return "<button> ends the <button> that it stands in";
  if ((tag === "option" || tag === "optgroup") && (around.option || parent === tag)) return `${inParent} ends it`;
  if (/^(?:rb|rp|rt|rtc)$/.test(tag) && around.ruby && impliedEnds.has(parent)) return `${inParent} ends it`;
  return undefined;
}

/** Older parsers take nothing else. */
function fitsSelect(tag: string, parent: string): boolean {
  if (parent === "select") return tag === "option" || tag === "optgroup" || tag === "hr";
  return parent === "optgroup" && tag === "option";
}

function problemInForeign(tag: string, { tag: parent, space }: Frame): string | undefined {
  if (space === "other") return `<${tag}> in <${parent}> is of another namespace`;
  const lower = tag.toLowerCase();
  if (breaksOut.has(lower) || voidElements.has(tag)) return `<${tag}> is no element of ${space === "svg" ? "SVG" : "MathML"}`;
  if (tag === "svg" && space === "math" || tag === "math" && space === "svg") return `<${tag}> in <${parent}> is of another namespace`;
  const isKnown = space === "svg" && svgTags.has(tag);
  if (!isKnown && (tag !== lower || space === "svg" && svgTagsLower.has(tag))) return `<${tag}> is not spelled so`;
  return undefined;
}

function frameOf(tag: string, around: Frame): Frame {
  const depth = around.depth + 1;
  if (tag === "svg" || tag === "math") return { ...around, tag, depth, space: tag };
  if (around.space !== "html") {
    const isScope = foreignScopes.has(tag);
    const space = tag === "foreignObject" || /^m(?:[inos]|text)$/.test(tag) ? "html" : isScope ? "other" : around.space;
    const { p, nobr, button, ruby, option, li, dd } = isScope ? outside : around;
    return { ...around, tag, depth, space, p, nobr, button, ruby, option, li, dd, select: around.select && !isScope };
  }
  if (tag === "template") return { ...outside, tag, depth };
  const { p, nobr, button, ruby, option } = scopes.has(tag) ? outside : around;
  const { li, dd } = special.has(tag) ? outside : around;
  return {
    tag,
    depth,
    space: "html",
    p: tag === "p" || tag !== "button" && p,
    a: tag === "a" || !markers.has(tag) && around.a,
    nobr: tag === "nobr" || nobr,
    button: tag === "button" || button,
    form: tag === "form" || around.form,
    li: tag === "li" || li,
    dd: tag === "dd" || tag === "dt" || dd,
    option: tag === "option" || option,
    select: tag === "select" || around.select,
    ruby: tag === "ruby" || ruby,
  };
}
