/** Reads what a browser sends: text from outside becomes an `Up`, or nothing. It never throws and never echoes what it read. */
import type { EventUp, FactUp, Fields, FormEntry, FormKind, Mark, Path, ResumeUp, Up } from "./message.ts";

/** A path is as long as a page is deep: no page is that deep. */
const longestPath = 256;
/** Marks and events in a resume message: a browser keeps 2,000 at most, and has 512 events that wait. */
const mostKept = 4_096;

/** The message in this text, checked part by part; undefined when it is no JSON or has the wrong shape. */
export function readUp(text: string): Up | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message === "number") return isCount(message) ? message : undefined;
  return isEvent(message) ? message : undefined;
}

/** The resume message in this text, checked part by part; undefined when it is none. */
export function readResumeUp(text: string): ResumeUp | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(message) || message.length !== 5) return undefined;
  const [kind, snapshot, version, marks, events] = message as unknown[];
  if (kind !== "resume" || typeof snapshot !== "string" || !isCount(version)) return undefined;
  if (!Array.isArray(marks) || !Array.isArray(events) || marks.length + events.length > mostKept) return undefined;
  if (!marks.every(isMark) || !events.every((event) => isEvent(event) && event[0] >= 0)) return undefined;
  return message as ResumeUp;
}

function isEvent(message: unknown): message is EventUp | FactUp {
  if (!Array.isArray(message) || message.length < 2 || message.length > 5) return false;
  const [seen, path, fields, target, form] = message as unknown[];
  if (!Number.isSafeInteger(seen)) return false;
  if (typeof path === "string") return isFact(message);
  if (!isPath(path)) return false;
  if (fields !== undefined && !isFields(fields)) return false;
  if (target !== undefined && !isFields(target)) return false;
  return form === undefined || (Array.isArray(form) && form.every(isFormEntry));
}

function isMark(value: unknown): value is Mark {
  return Array.isArray(value) && value.length === 3 && value.every(isCount) && value[2] !== 0;
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
