/**
 * The event that a handler on the server sees, made of what crossed the wire: each field is checked against its type, and
 * nothing else gets through. It must never throw for what a browser sent.
 */
import type { EventUp, Fields, FormEntry, Json } from "../wire/message.ts";
import { domEvents } from "../view/attribute.ts";
import type { EventOptions } from "../view/handler.ts";
import { asEvent } from "../view/preact.ts";
import { NotYetError } from "./effect.ts";

type Kind = "string" | "number" | "boolean" | "text" | "value" | "dataset";

const eventFields: Readonly<Record<string, Kind>> = {
  key: "string",
  code: "string",
  repeat: "boolean",
  altKey: "boolean",
  ctrlKey: "boolean",
  metaKey: "boolean",
  shiftKey: "boolean",
  button: "number",
  buttons: "number",
  clientX: "number",
  clientY: "number",
  pageX: "number",
  pageY: "number",
  offsetX: "number",
  offsetY: "number",
  movementX: "number",
  movementY: "number",
  pointerId: "number",
  pointerType: "string",
  pressure: "number",
  deltaX: "number",
  deltaY: "number",
  data: "text",
  inputType: "string",
  isComposing: "boolean",
  newState: "string",
  oldState: "string",
  propertyName: "string",
  animationName: "string",
};

const targetFields: Readonly<Record<string, Kind>> = {
  id: "string",
  name: "string",
  type: "string",
  value: "value",
  valueAsNumber: "number",
  checked: "boolean",
  open: "boolean",
  dataset: "dataset",
  scrollTop: "number",
  scrollLeft: "number",
  currentTime: "number",
  duration: "number",
  paused: "boolean",
};

/** What a field is that did not cross: browsers leave out what is empty. */
function absent(kind: Kind): unknown {
  switch (kind) {
    case "string":
    case "value":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "text":
      return null;
    case "dataset":
      return {};
    default:
      return kind satisfies never;
  }
}

function fits(kind: Kind, value: Json): boolean {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return value === null || typeof value === "string";
    case "value":
      return typeof value === "string" || typeof value === "number";
    case "dataset":
      return typeof value === "object" && value !== null && !Array.isArray(value) &&
        Object.values(value).every((text) => typeof text === "string");
    default:
      return kind satisfies never;
  }
}

/** A handler read a field that has the wrong type: a browser's own elements send none, so its event is refused and no error of the app. */
export class FieldError extends TypeError {
  override readonly name = "FieldError";
}

/**
 * The event for a handler. `type` is the event's name; `options` are the handler's own. A field of the wrong type throws a {@link FieldError} when
 * the handler reads it, and not before: a web component may keep anything in `value` or `open`.
 */
export function eventOf(type: string, up: EventUp, options: EventOptions = {}): unknown {
  const [, , fields, target, form] = up;
  const { include = [], preventDefault = type === "submit", stopPropagation } = options;
  const event = read(eventFields, fields, include.filter((name) => !name.startsWith("currentTarget.")));
  const currentTarget = read(
    targetFields,
    target,
    include.filter((name) => name.startsWith("currentTarget.")).map((name) => name.slice(14)),
  );
  const own = event as Record<string, unknown>;
  if (!(target && Object.hasOwn(target, "valueAsNumber"))) currentTarget.valueAsNumber = NaN;
  if (target && Object.hasOwn(target, "selectedOptions")) setField(currentTarget, "selectedOptions", optionsOf(target.selectedOptions!));
  for (const name of transfers) {
    if (include.includes(name)) setField(own, name, fields && Object.hasOwn(fields, name) ? transferOf(fields[name]!) : null);
  }
  own.type = type;
  own.detail = fields && Object.hasOwn(fields, "detail") ? fields.detail : domEvents.has(type) ? 0 : null;
  own.currentTarget = currentTarget;
  // The default was dealt with in the browser, by the handler's options; calls come too late.
  own.preventDefault = own.stopPropagation = own.stopImmediatePropagation = tooLate;
  own.defaultPrevented = preventDefault === true;
  own.cancelBubble = stopPropagation === true;
  if (type === "submit") own.formData = formDataOf(form ?? []);
  return asEvent(own);
}

let isToldTooLate = false;

/** Says it once: each event of each client comes here. */
function tooLate(): void {
  if (isToldTooLate) return;
  isToldTooLate = true;
  console.warn("nacre: preventDefault and stopPropagation come too late on the server: give them to send as options");
}

function read(
  kinds: Readonly<Record<string, Kind>>,
  given: Fields | 0 | undefined,
  include: readonly string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name in kinds) {
    const kind = kinds[name]!;
    if (given && Object.hasOwn(given, name)) setField(result, name, fits(kind, given[name]!) ? given[name] : wrong);
    else result[name] = absent(kind);
  }
  for (const name of include) {
    if (Object.hasOwn(kinds, name) || name === "__proto__" || transfers.includes(name)) continue;
    const value = given && Object.hasOwn(given, name) ? given[name]! : null;
    setField(result, name, typeof value === "object" && value !== null ? wrong : value);
  }
  return result;
}

const wrong = Symbol("wrong");

/** Sets a field of an event; one that is `wrong` throws when it is read. */
function setField(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (value !== wrong) fields[name] = value;
  else {
    Object.defineProperty(fields, name, {
      enumerable: true,
      get: () => {
        throw new FieldError(`The field ${name} of an event has the wrong type`);
      },
    });
  }
}

/** Fields that hold pasted or dropped text; they cross where a handler asks for them. */
const transfers: readonly string[] = ["clipboardData", "dataTransfer"];

/** As a `DataTransfer`, of whose kinds the text alone crossed. */
function transferOf(text: Json): unknown {
  return typeof text === "string" ? { getData: (type: string) => /^text(?:\/plain)?$/i.test(type) ? text : "" } : wrong;
}

/** The options of a `<select multiple>` that are selected: their values crossed. */
function optionsOf(values: Json): unknown {
  return Array.isArray(values) && values.every((value) => typeof value === "string") ? values.map((value) => ({ value })) : wrong;
}

function formDataOf(entries: readonly FormEntry[]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, new DescribedFile(value.name, value.size, value.type));
  }
  return data;
}

/** A file of a form: its name, size and type are known; its contents stayed in the browser. */
class DescribedFile extends File {
  readonly #size: number;
  constructor(name: string, size: number, type: string) {
    super([], name, { type });
    this.#size = size;
  }
  override get size(): number {
    return this.#size;
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.reject(this.#unread());
  }
  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.reject(this.#unread());
  }
  override text(): Promise<string> {
    return Promise.reject(this.#unread());
  }
  override slice(): Blob {
    throw this.#unread();
  }
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    throw this.#unread();
  }
  #unread(): NotYetError {
    return new NotYetError(
      "Reading a file of a form",
      "only its name, size and type cross the socket; post the form to a route of its own",
    );
  }
}
