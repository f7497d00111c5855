/** Reads what a browser sends: text from outside becomes an `Up`, or nothing. It never throws and never echoes what it read. */
import type { FactUp, Fields, FormEntry, FormKind, Path, Up } from "./message.ts";

/** A path is as long as a page is deep: no page is that deep. */
const longestPath = 256;

/** The message in this text, checked part by part; undefined when it is no JSON or has the wrong shape. */
export function readUp(text: string): Up | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message === "number") return isCount(message) && message > 0 ? message : undefined;
  if (!Array.isArray(message) || message.length < 2 || message.length > 5) return undefined;
  const [seen, path, fields, target, form] = message as unknown[];
  if (!Number.isSafeInteger(seen)) return undefined;
  if (typeof path === "string") return isFact(message) ? message : undefined;
  if (!isPath(path)) return undefined;
  if (fields !== undefined && !isFields(fields)) return undefined;
  if (target !== undefined && !isFields(target)) return undefined;
  if (form !== undefined && !(Array.isArray(form) && form.every(isFormEntry))) return undefined;
  return message as Up;
}

/** What each says of a form is. */
const formValues: Readonly<Record<FormKind & string, string>> & Readonly<Record<string, string>> = {
  reset: "undefined",
  disabled: "boolean",
  restore: "string",
  autofill: "string",
};

/** Its shape alone; whether the app has asked for it is not known here. */
function isFact(message: unknown[]): message is FactUp {
  const [, kind, first, second] = message;
  if (typeof first !== "string") return false;
  switch (kind) {
    case "attribute":
      return message.length === 4 && (second === null || typeof second === "string");
    case "property":
    case "context":
      return message.length === 4;
    case "url":
      return message.length === 3;
    case "form":
      return message.length === 4 && Object.hasOwn(formValues, first) && formValues[first] === typeof (second ?? undefined);
    default:
      return false;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPath(value: unknown): value is Path {
  if (!Array.isArray(value) || value.length === 0 || value.length > longestPath) return false;
  return value.every((step, i) => isCount(step) || (typeof step === "string" && i === value.length - 1 && i > 0));
}

function isFields(value: unknown): value is Fields | 0 {
  return value === 0 || (typeof value === "object" && value !== null && !Array.isArray(value));
}

function isFormEntry(value: unknown): value is FormEntry {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== "string") return false;
  const entry: unknown = value[1];
  if (typeof entry === "string") return true;
  if (typeof entry !== "object" || entry === null) return false;
  const { name, size, type } = entry as Record<string, unknown>;
  return typeof name === "string" && typeof type === "string" && isCount(size);
}
