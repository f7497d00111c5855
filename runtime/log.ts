/**
 * What goes to the console and may hold what a stranger has said: in an error's message, in a header. It must never let a text write a line that looks
 * like one of ours, move the cursor of a terminal, or fill a disk.
 */

/** UTF-16 units of one entry. */
const longest = 8_192;
/** Entries of one kind, in so many ms. */
const most = 60, everyMs = 60_000;

/** C0 and C1 controls, which terminals obey, and marks that change the order of what is shown; a line feed is dealt with apart. */
// deno-lint-ignore no-control-regex
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text of strangers as it may stand in a log: controls are escaped, and lines after the first are indented. */
export function logged(text: string): string {
  const short = text.length > longest ? `${text.slice(0, longest)} ...` : text;
  return short
    .replace(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("\n", "\n    ");
}

/** An error, or whatever was thrown, as it may stand in a log. Never throws. */
export function loggedError(error: unknown): string {
  try {
    if (typeof Deno !== "undefined") return logged(Deno.inspect(error, { colors: false }));
    return logged(error instanceof Error ? error.stack ?? String(error) : String(error));
  } catch {
    // An error that fails when it is looked at.
    return "an error that cannot be shown";
  }
}

/** Where errors go that nobody else hears of: so many of each kind a minute, since each may come of one message of a stranger. */
export class ErrorLog {
  readonly #kinds = new Map<string, { count: number; readonly since: number }>();
  readonly #now: () => number;

  /** `now` answers milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Writes `nacre: WHAT WHERE: ERROR` to the console. `where` is one of a few words of ours. In a page the console itself shows the error. */
  write(what: string, where: string, error: unknown): void {
    if (typeof Deno === "undefined") return console.error(`nacre: ${what} ${where}:`, error);
    const now = this.#now();
    let kind = this.#kinds.get(where);
    if (!kind || now - kind.since >= everyMs) this.#kinds.set(where, kind = { count: 0, since: now });
    if (++kind.count > most) return;
    const end = kind.count === most ? `\n    (${most} of these within a minute: the console shows no more of them until it is over)` : "";
    console.error(`nacre: ${what} ${where}: ${loggedError(error)}${end}`);
  }
}
