/** What happened, with its time: of one page, or of all. It is printed when a run fails. */

/** One line of a trace: the time, as `Date.now()` has it, who it is of, and what happened. */
export type Note = readonly [at: number, who: string, what: string];

/** A diary. */
export class Diary {
  readonly notes: Note[] = [];

  constructor(readonly who: string) {}

  note(what: string): void {
    this.notes.push([Date.now(), this.who, what]);
  }
}

/** The notes of several, in order, from a moment on, as a text. */
export function told(...notes: readonly (readonly Note[])[]): string {
  const all = notes.flat().sort(([a], [b]) => a - b);
  const first = all[0]?.[0] ?? 0;
  return all.map(([at, who, what]) => `${((at - first) / 1000).toFixed(3).padStart(8)} ${who}: ${what}`).join("\n");
}
