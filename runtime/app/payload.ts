/**
 * The event that a handler on the server sees, made of what crossed the wire: each field is checked against its type, and
 * nothing else gets through. It must never throw for what a browser sent.
 */
import type { EventUp, Fields, FormEntry, Json } from "../wire/message.ts";
import { domEvents } from "../view/attribute.ts";
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

const wrong = Symbol("wrong");

/** The event, or undefined when a field has the wrong type. `type` is the event's name; `include` what its handler asked for. */
export function eventOf(type: string, up: EventUp, include: readonly string[]): unknown {
  const [, , fields, target, form] = up;
  const event = read(eventFields, fields, include.filter((name) => !name.startsWith("currentTarget.")));
  const currentTarget = read(
    targetFields,
    target,
    include.filter((name) => name.startsWith("currentTarget.")).map((name) => name.slice(14)),
  );
  if (event === wrong || currentTarget === wrong) return undefined;
  const own = event as Record<string, unknown>;
  if ((currentTarget as Record<string, unknown>).valueAsNumber === 0 && !(target && "valueAsNumber" in target)) {
    (currentTarget as Record<string, unknown>).valueAsNumber = NaN;
  }
  own.type = type;
  own.detail = fields && Object.hasOwn(fields, "detail") ? fields.detail : domEvents.has(type) ? 0 : null;
  own.currentTarget = currentTarget;
  // The default was dealt with in the browser, by the handler's options; calls come too late.
  own.preventDefault = own.stopPropagation = own.stopImmediatePropagation = tooLate;
  if (type === "submit") own.formData = formDataOf(form ?? []);
  return own;
}

function tooLate(): void {
  console.warn("nacre: preventDefault and stopPropagation come too late on the server: give them to send as options");
}

function read(kinds: Readonly<Record<string, Kind>>, given: Fields | 0 | undefined, include: readonly string[]): unknown {
  const result: Record<string, unknown> = {};
  for (const name in kinds) {
    const kind = kinds[name]!;
    if (given && Object.hasOwn(given, name)) {
      if (!fits(kind, given[name]!)) return wrong;
      result[name] = given[name];
    } else result[name] = absent(kind);
  }
  for (const name of include) {
    if (Object.hasOwn(kinds, name)) continue;
    const value = given && Object.hasOwn(given, name) ? given[name]! : null;
    if (typeof value === "object" && value !== null) return wrong;
    if (name !== "__proto__") result[name] = value;
  }
  return result;
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
