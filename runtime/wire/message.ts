/**
 * What crosses the wire, as types and nothing else: the server writes and the browser reads `Down`, the browser writes and
 * the server reads `Up`. `docs/protocol.md` says what each means. This file imports nothing and must never contain code.
 */

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// ---- definitions -----------------------------------------------------------------------------

/** What fields of an event have to be: this, or one of these. `self`: whether it happened to the element itself. */
export type Condition = { [field: string]: boolean | number | string | (number | string)[] };
/** When a handler hears an event at all, and when it prevents and stops it: these decide in the place of the flags. */
export type Conditions = { when?: Condition; prevent?: Condition; stop?: Condition };
/** Options of a handler: flags alone, or `[flags, debounce, throttle, conditions?, ...include]`: milliseconds, and names of fields. */
export type HandlerOptions = number | (number | string | Conditions)[];
/** A static attribute, the hole of one, or a handler with its usual options. */
export type AttributeDefinition =
  | [name: string, value: string | number]
  | [name: string, hole: number, options: HandlerOptions | null];
/** A static text, the number of a child hole, or an element. */
export type NodeDefinition = string | number | ElementDefinition;
/** `[tag, attributes, ...children]`; an interface, since a tuple may not contain itself. */
export interface ElementDefinition extends Array<string | AttributeDefinition[] | NodeDefinition> {
  0: string;
  1: AttributeDefinition[];
}
/** The root nodes of a template. */
export type Definition = NodeDefinition[];

// ---- values and patches ----------------------------------------------------------------------

/** What stands in a child hole: nothing, a text, an instance `[template, ...holes]` or a list `[0, ...items]`. */
export type Value = null | string | number | [template: number, ...holes: Json[]];
/**
 * A change of an instance (by hole) or of a list (`$` and by item). With a recipe one instance becomes a list, whose only item it was; with
 * `-1 - item` in the place of a recipe a list becomes one of its items, which is item 0 then.
 */
export interface Change {
  [place: number]: Json;
  $?: Recipe | number;
}
/** A list's new order: runs of old items that stay (`start, count`) or move (`start, -count`; one alone: `-1 - start`), groups of new ones. */
export type Recipe = (number | Value[])[];

// ---- painted pages ---------------------------------------------------------------------------

/**
 * How what HTML shows is divided into holes: 0 is nothing; 1 a text that is as long as what its neighbours leave of the characters in a
 * row; `-1 - n` a text of n UTF-16 units; `[template, ...children, rest?]` an instance; `[0, count, shape, count, shape, ...]` a list.
 * The rest, an object by holes like a change, is what HTML does not say.
 */
export type Shape = number | ShapeParts;
/** The shape of an instance or a list; an interface, since a tuple may not contain itself. */
export interface ShapeParts extends Array<Shape | Rest> {
  0: number;
}
/** By hole what a browser has to be told beside the HTML. */
export interface Rest {
  [hole: number]: Json;
}
/** What stands beside the HTML of a painted element: enough to take it over as it is. */
export type Description = [definitions: readonly Definition[], shape: Shape, checksum: number, snapshot: string, config?: Config];

// ---- messages --------------------------------------------------------------------------------

/** Why an event came to nothing, as a server says it. */
export type Refusal = "version" | "gone" | "payload";
/** The same, as a page hears it: the browser itself refuses what waited for another runtime, and what is too much. */
export type AnyRefusal = Refusal | "epoch" | "limit";

/**
 * A number of events; with a snapshot that covers all that was said so far, this too; or one that covers what was before it was saved: events up
 * to that number, and patches up to that version.
 */
export type Covered = number | [events: number, snapshot: string, last?: number, version?: number];
/** Server to browser. */
export type Down =
  | [acknowledged: Covered]
  | [acknowledged: Covered, patch: Value | Change, definitions?: Definition[], skipped?: number]
  | ["mount", epoch: string, version: number, last: Covered, definitions: Definition[], value: Value, config?: Config]
  | [
    "resume",
    epoch: string,
    version: number,
    last: number,
    config?: Config | 0,
    patch?: Value | Change,
    definitions?: Definition[],
    skipped?: number,
  ]
  | ["emit", name: string, detail: Json]
  | ["effect", name: PageEffect, ...args: Json[]]
  | ["provide", key: string, value: Json]
  | ["context", key: string, wanted: 0 | 1]
  | ["form", ...FormSaid];

/** What an app wants to be told of beside events; only what applies. */
export interface Config {
  /** Names of attributes of the element. */
  readonly attributes?: readonly string[];
  /** Names of properties of the element. */
  readonly properties?: readonly string[];
  /** The address of the page. */
  readonly url?: 1;
  /** The most characters of one event; 65,000 where it is left out. */
  readonly limit?: number;
  /** Keys of contexts of the page. */
  readonly contexts?: readonly string[];
  /** What the app provides as contexts, by key. */
  readonly provided?: { readonly [key: string]: Json };
  /** What of a form around the element it hears, and what it has said to that. */
  readonly form?: { readonly hears: readonly FormKind[]; readonly said: readonly FormSaid[] };
  /** The view is in a shadow root. */
  readonly shadow?: { readonly mode: "open" | "closed"; readonly delegatesFocus?: 1; readonly adoptStyles?: 1 };
}

/** What a form around an element does to it. */
export type FormKind = "reset" | "disabled" | "restore" | "autofill";
/** What an element is to the form around it, and to the page's CSS. */
export type FormSaid =
  | ["value", value: string | null | [name: string, value: string][], state: string | null]
  | ["validity", flags: string[], message: string, anchor?: string]
  | ["states", states: { [name: string]: 0 | 1 }];

/** What a page is asked to do, after the patch before it. All but the last four name an element by a selector. */
export type PageEffect =
  | "focus"
  | "select"
  | "reset"
  | "scroll"
  | "showModal"
  | "close"
  | "play"
  | "pause"
  | "submit"
  | "copy"
  | "title"
  | "navigate"
  | "download";

/** A step on the way to a handler; the name only at the end, for a handler in a spread. */
export type Path = (number | string)[];
/** The fields of an event, or of its target, as they crossed. */
export type Fields = { [name: string]: Json };
/** A field of a form; of a file only what describes it. */
export type FormEntry = [name: string, value: string | { name: string; size: number; type: string }];

/** An event of a handler. */
export type EventUp = [seen: number, path: Path, fields?: Fields | 0, target?: Fields | 0, form?: FormEntry[]];
/** What a page says that is no event: numbered and acknowledged like one. */
export type FactUp =
  | [seen: number, kind: "attribute", name: string, value: string | null]
  | [seen: number, kind: "property", name: string, value: Json]
  | [seen: number, kind: "url", href: string]
  | [seen: number, kind: "context", key: string, value: Json]
  | [seen: number, kind: "form", what: FormKind, value: string | boolean | null];
/** What a patch has left behind in a browser: the last event that was dealt with before it, its checksum, and the version that it led to. */
export type Mark = [last: number, sum: number, version: number];
/** The first message of a link that goes on elsewhere: what the browser has since this snapshot; `seen` is the version itself. */
export type ResumeUp = ["resume", snapshot: string, version: number, marks: Mark[], events: (EventUp | FactUp)[]];
/** Browser to server. */
export type Up = number | EventUp | FactUp;
