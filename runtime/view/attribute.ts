/**
 * What a JSX attribute becomes: its name on the wire (whose first character tells the kind of the hole) and its value there.
 * Follows what Preact does to a DOM element. It must never let a name or value of a model turn into another kind of hole.
 */
import { svgSpelling } from "./element_props.ts";
import { styleText } from "./style.ts";
import type { Json } from "../wire/message.ts";

/** How a hole of an element is written: the kinds of `docs/protocol.md`. */
export type AttributeKind = "attribute" | "style" | "boolean" | "property" | "custom" | "handler" | "ignored";

/** A JSX attribute's name, understood. */
export interface AttributeName {
  readonly kind: AttributeKind;
  /** The name on the wire, with the mark of its kind. */
  readonly wire: string;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const booleans = words(
  "allowfullscreen async autofocus autoplay checked compact controls credentialless declare default defer disabled " +
    "disablepictureinpicture disableremoteplayback formnovalidate hidden incremental inert ismap itemscope loop multiple muted nohref " +
    "nomodule noresize noshade novalidate nowrap open playsinline readonly required reversed selected webkitdirectory",
);
/** Attributes for which "false" is a value and absence another. */
const enumerated = words("contenteditable draggable spellcheck writingsuggestions");
/** Attributes with words of their own for yes and no. */
const worded: Readonly<Record<string, readonly [yes: string, no: string]>> = { translate: ["yes", "no"], autocorrect: ["on", "off"] };
/** Properties that are the content of an element, or take its place. */
const contents = words("innerhtml outerhtml innertext outertext textcontent nodevalue");
/** Names with a dash that belong to SVG and MathML: no custom element can have one. */
const reserved = words("annotation-xml color-profile font-face font-face-src font-face-uri font-face-format font-face-name missing-glyph");
/** What is an attribute on a custom element too: those of all elements whose property is spelled otherwise, or takes no text that is nothing. */
const alwaysAttributes = words(
  "accesskey class classname contenteditable enterkeyhint hidden id inputmode is part popover role slot tabindex",
);
/** The properties of ARIA: `ariaHidden` is `aria-hidden`. */
const aria =
  /^aria(?=activedescendant$|atomic$|autocomplete$|braille|busy$|checked$|col|controls$|current$|describedby$|description$|details$|disabled$|dropeffect$|errormessage$|expanded$|flowto$|grabbed$|haspopup$|hidden$|invalid$|keyshortcuts$|label(?:ledby)?$|level$|live$|modal$|multi|orientation$|owns$|placeholder$|posinset$|pressed$|readonly$|relevant$|required$|roledescription$|row|selected$|setsize$|sort$|value)/;
/** What only a property can set on any element that has it; the attribute would be a default or nothing at all. */
const properties: Readonly<Record<string, string>> = {
  checked: "checked",
  currenttime: "currentTime",
  defaultplaybackrate: "defaultPlaybackRate",
  indeterminate: "indeterminate",
  muted: "muted",
  playbackrate: "playbackRate",
  preservespitch: "preservesPitch",
  returnvalue: "returnValue",
  scrollleft: "scrollLeft",
  scrolltop: "scrollTop",
  selected: "selected",
  selectiondirection: "selectionDirection",
  selectionend: "selectionEnd",
  selectionstart: "selectionStart",
  volume: "volume",
};
const valueElements = words("input select textarea");
const renamed: Readonly<Record<string, string>> = {
  acceptCharset: "accept-charset",
  ch: "char",
  chOff: "charoff",
  classList: "class",
  className: "class",
  defaultChecked: "checked",
  defaultMuted: "muted",
  defaultSelected: "selected",
  defaultValue: "value",
  htmlFor: "for",
  httpEquiv: "http-equiv",
  relList: "rel",
  xlinkHref: "href",
  "xlink:href": "href",
};
/** Camel case of HTML that is lower case in the attribute (the rest of camel case is SVG's). */
const htmlCamel =
  /^(?:accessK|allowF|auto[A-Z]|cell|ch[A-Z]|col[A-Z]|content|cross|dateT|default[A-Z]|elementT|encT|enterK|fetchP|focusG|form[A-Z]|frame|hrefL|inputM|isM|item[A-Z]|max[A-Z]|min[A-Z]|no[A-Z]|playsI|popoverT|readO|referrerP|row[A-Z]|src[A-Z]|tabI|useM)/;
const safeName = /^[\p{L}_:][\p{L}\p{N}_:.-]*$/u;
const ignored: AttributeName = { kind: "ignored", wire: "" };

/** From this length on a name is not remembered: it does not stand in a source. */
const longName = 100;
/** Names are few (they stand in the source), except in spreads of a model: bounded. */
const known = new Map<string, AttributeName>();

/** Understands a JSX attribute's name on an element of this tag, in either transform's spelling. */
export function attributeName(tag: string, name: string): AttributeName {
  const custom = tag.includes("-") && !reserved.has(tag);
  const id = `${custom ? "-" : valueElements.has(tag) ? tag : ""} ${name}`;
  let found = known.get(id);
  if (!found) {
    found = understand(tag, custom, name);
    if (known.size < 2_000 && id.length < longName) known.set(id, found);
  }
  return found;
}

function understand(tag: string, custom: boolean, name: string): AttributeName {
  if (name === "children" || name === "key" || name === "ref" || name === "dangerouslySetInnerHTML") return ignored;
  // As properties they would make another object of the element.
  if (name === "__proto__" || name === "constructor") return ignored;
  if (!safeName.test(name)) return ignored;
  // To Preact every name that begins so is a handler, also one that ends there.
  // HTML does not mind capitals in it.
  if (/^on/i.test(name)) return name.length === 2 ? ignored : { kind: "handler", wire: `@${eventName(name)}` };
  const lower = name.toLowerCase();
  // As properties these would be markup, or take the place of children.
  if (contents.has(lower)) return ignored;
  if (name === "style") return { kind: "style", wire: name };
  // A textarea has no attribute for its default: it is its text.
  if (lower === "defaultvalue" && tag === "textarea") return { kind: "property", wire: ".defaultValue" };
  if (lower.startsWith("default") && lower !== "default") {
    const attribute = lower.slice(7);
    if (attribute === "value") return { kind: "attribute", wire: attribute };
    if (booleans.has(attribute)) return { kind: "boolean", wire: attribute };
  }
  if (aria.test(lower)) return { kind: "attribute", wire: `aria-${lower.slice(4)}` };
  if (custom && !alwaysAttributes.has(lower) && !/^(?:data|aria)-/.test(name)) return { kind: "custom", wire: `~${lower}` };
  if (lower === "value" && valueElements.has(tag)) return { kind: "property", wire: ".value" };
  if (Object.hasOwn(properties, lower)) return { kind: "property", wire: `.${properties[lower]}` };
  if (booleans.has(lower)) return { kind: "boolean", wire: lower };
  return { kind: "attribute", wire: attributeSpelling(name, lower) };
}

function attributeSpelling(name: string, lower: string): string {
  if (Object.hasOwn(renamed, name)) return renamed[name]!;
  if (name === lower || htmlCamel.test(name)) return lower;
  return svgSpelling(name);
}

/** `onClick` and `onclick` are `click`; `onClickCapture` is `click!`; `onmy-event` is `my-event`. */
function eventName(name: string): string {
  const event = name.slice(2);
  // As in Preact: a capital at the start means a DOM event, whose names are lower case.
  const spelled = event[0]! < "a" ? event.toLowerCase() : event;
  if (/^(?:got|lost)pointercapture$/i.test(spelled)) return spelled;
  const capture = /^(.+)capture$/i.exec(spelled);
  const base = capture ? `${capture[1]}!` : spelled;
  return base === "doubleclick" ? "dblclick" : base;
}

/** What an attribute hole of this name holds when JSX gives it `value`: `null` for nothing. */
export function attributeValue(name: AttributeName, value: unknown): Json {
  switch (name.kind) {
    case "attribute":
      return attributeText(name.wire, value);
    case "style":
      return typeof value === "object" && value !== null
        ? styleText(value as Record<string, unknown>)
        : typeof value === "string"
        ? value
        : null;
    case "boolean":
      // `hidden="until-found"` is the one boolean with a text of its own.
      return value === "until-found" ? value : value ? "" : null;
    case "property":
      if (typeof value === "boolean") return value;
      // A value is a text: the browser compares it with what the input has.
      return name.wire === ".value" && typeof value === "number" ? String(value) : attributeText(name.wire, value);
    case "custom":
      return customValue(value);
    case "handler":
    case "ignored":
      return null;
  }
}

function attributeText(name: string, value: unknown): string | number | null {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return numberText(value);
    case "bigint":
      return String(value);
    case "boolean":
      if (Object.hasOwn(worded, name)) return worded[name]![value ? 0 : 1];
      if (value) return name === "popover" || name === "download" ? "" : "true";
      return name[4] === "-" || enumerated.has(name) ? "false" : null;
    case "object":
      return value === null ? null : String(value);
    default:
      return null;
  }
}

/** JSON has no NaN and no infinities, and reads -0 as 0. */
export function numberText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function customValue(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return numberText(value);
    case "bigint":
      return String(value);
    case "object":
      return value as Json;
    default:
      return null;
  }
}

/** The events of the DOM whose JSX names have several capitals, in lower case. */
export const domEvents: ReadonlySet<string> = words(
  "click dblclick doubleclick contextmenu mousedown mouseup mousemove mouseenter mouseleave mouseover mouseout pointerdown pointerup pointermove " +
    "pointerenter pointerleave pointerover pointerout pointercancel gotpointercapture lostpointercapture touchstart touchend touchmove touchcancel " +
    "keydown keyup keypress beforeinput input change submit reset invalid select focus blur focusin focusout compositionstart compositionupdate " +
    "compositionend animationstart animationend animationiteration animationcancel transitionstart transitionend transitionrun transitioncancel " +
    "dragstart dragend dragenter dragleave dragover drag drop scroll scrollend wheel toggle beforetoggle load error abort canplay canplaythrough " +
    "durationchange emptied ended loadeddata loadedmetadata loadstart pause play playing progress ratechange seeked seeking stalled suspend " +
    "timeupdate volumechange waiting copy cut paste close cancel slotchange fullscreenchange fullscreenerror resize auxclick",
);
