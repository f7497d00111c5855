/**
 * The model of the simulated app, and how it follows from messages. It keeps all that it was told, so that nothing can be lost or doubled
 * unseen; and it has its own chance in it, so that what timers do follows from it alone.
 */

/** What a run's app is made of, by chance. */
export interface Shape {
  readonly rows: "keyed" | "unkeyed" | "keyed components" | "unkeyed components" | "keyed pairs" | "keyed counters" | "unkeyed counters";
  /** The detail pane is another one when its subject changes. */
  readonly keyedPane: boolean;
  readonly debounce: number;
  /** Milliseconds between two changes that nobody asked for; 0 for none. */
  readonly tick: number;
  /** How many of those. */
  readonly ticks: number;
  /** Of an effect that takes a while. */
  readonly saving: number;
}

export interface Row {
  readonly id: number;
  readonly name: string;
  /** A locked row has no handler. */
  readonly locked: boolean;
}

/** What users send. */
export type UserMsg =
  | { readonly type: "row" | "pane"; readonly id: number; readonly name: string }
  /** From a component's plain function. */
  | { readonly type: "bump"; readonly id: number }
  | { readonly type: "up" }
  | { readonly type: "typed"; readonly text: string }
  | { readonly type: "noted"; readonly text: string }
  | { readonly type: "checked"; readonly on: boolean }
  | { readonly type: "submitted"; readonly text: string }
  /** A fact: the page has set an attribute of the element. */
  | { readonly type: "step"; readonly value: string | null };

/** What timers and effects send. */
export type OwnMsg =
  | { readonly type: "tick" }
  | { readonly type: "saved" | "later"; readonly of: number }
  | { readonly type: "joined" | "left"; readonly user: number };

export type Msg = UserMsg | OwnMsg;

/** A message, and the user whose it was; -1 for the app's own. */
export type Logged = readonly [from: number, message: Msg];

export interface Model {
  readonly rows: readonly Row[];
  readonly count: number;
  readonly text: string;
  readonly on: boolean;
  /** A part of the view that comes and goes. */
  readonly isOpen: boolean;
  readonly note: string;
  readonly nextId: number;
  readonly chance: number;
  /** How many changes are still to come that nobody asks for: in the end there is quiet. */
  readonly ticks: number;
  /** Who is here. */
  readonly here: readonly number[];
  /** The attribute of each user's element. */
  readonly steps: { readonly [user: number]: string | null };
  /** How often "up" was heard; each asks for an effect, which answers once. */
  readonly ups: number;
  readonly answered: readonly number[];
  /** The version of the app that it was made for. */
  readonly made: number;
  /** What the app began with. */
  readonly seed: number;
  readonly log: readonly Logged[];
}

export function firstModel(shape: Shape, chance: number, made = 0): Model {
  const rows = Array.from({ length: 2 + (chance >>> 0) % 5 }, (_, index) => newRow(index + 1, false));
  return {
    seed: chance,
    made,
    ups: 0,
    answered: [],
    rows,
    count: 0,
    text: "",
    on: false,
    isOpen: true,
    note: "",
    nextId: rows.length + 1,
    chance,
    ticks: shape.ticks,
    here: [],
    steps: {},
    log: [],
  };
}

function newRow(id: number, locked: boolean): Row {
  return { id, name: `row ${id}`, locked };
}

/** Whether a message is a user's. */
export function isOfUser(message: Msg): message is UserMsg {
  return !["tick", "saved", "later", "joined", "left"].includes(message.type);
}

/** The model after a message. */
export function fold(model: Model, message: Msg, from: number): Model {
  // An effect that was started again may answer twice.
  if ("of" in message && model.answered.includes(message.of)) return model;
  const logged: Logged = [isOfUser(message) ? from : -1, message];
  const next = { ...changed(model, message, from), log: [...model.log, logged] };
  return next.rows.length > 12 ? { ...next, rows: next.rows.slice(0, 9) } : next;
}

function changed(model: Model, message: Msg, from: number): Model {
  const { rows } = model;
  switch (message.type) {
    case "row":
      // Some rows go, some come to the top, others are named anew.
      if (message.id % 4 === 0) return { ...model, rows: rows.filter((row) => row.id !== message.id) };
      if (message.id % 4 === 1) {
        const row = rows.find((row) => row.id === message.id);
        return row ? { ...model, rows: [row, ...rows.filter((other) => other !== row)] } : model;
      }
      return { ...model, rows: rows.map((row) => row.id === message.id ? { ...row, name: `${row.id}!${model.count}` } : row) };
    case "pane":
      return { ...model, rows: rows.filter((row) => row.id !== message.id) };
    case "bump":
      return { ...model, count: model.count + 1 };
    case "up":
      return { ...model, count: model.count + 1, ups: model.ups + 1 };
    case "typed":
      // What the model makes of it is not what was typed.
      return { ...model, text: message.text.toUpperCase().slice(0, 12) };
    case "noted":
      return { ...model, note: message.text };
    case "checked":
      return { ...model, on: message.on && model.count % 3 !== 0 };
    case "submitted":
      return { ...model, text: "", rows: [...rows, { id: model.nextId, name: message.text, locked: false }], nextId: model.nextId + 1 };
    case "saved":
    case "later":
      return { ...model, count: model.count + 10, answered: [...model.answered, message.of] };
    case "step":
      return { ...model, steps: { ...model.steps, [from]: message.value } };
    case "joined":
      return { ...model, here: [...model.here, message.user] };
    case "left":
      return { ...model, here: model.here.filter((user) => user !== message.user) };
    case "tick":
      return ticked(model);
    default:
      message satisfies never;
      return model;
  }
}

/** What happens by itself: nearly anything to the rows. */
function ticked(model: Model): Model {
  let { chance } = model;
  const below = (end: number) => {
    chance = Math.imul(chance ^ (chance >>> 15), 0x2c1b3c6d) + 0x6d2b79f5 | 0;
    return (chance >>> 8) % end;
  };
  const { rows, nextId } = model;
  const made: { -readonly [Name in keyof Model]: Model[Name] } = { ...model };
  switch (below(9)) {
    case 0:
      made.rows = rows.toSorted((a, b) => (a.id * 7919 ^ chance) % 101 - (b.id * 7919 ^ chance) % 101 || a.id - b.id);
      break;
    case 1:
      made.rows = rows.filter((row) => (row.id + below(5)) % 5 !== 0);
      break;
    case 2:
      made.rows = rows.slice(1);
      break;
    case 3: {
      const at = below(rows.length + 1);
      made.rows = [...rows.slice(0, at), newRow(nextId, below(8) === 0), ...rows.slice(at)];
      made.nextId = nextId + 1;
      break;
    }
    case 4:
      made.rows = rows.map((row) => below(3) === 0 ? { ...row, name: `${row.name}'`.slice(-7) } : row);
      break;
    case 5:
      made.rows = rows.map((row) => below(5) === 0 ? { ...row, locked: !row.locked } : row);
      break;
    case 6:
      made.isOpen = !model.isOpen;
      break;
    case 7:
      made.rows = rows.toReversed();
      break;
    default:
      made.rows = [...rows, newRow(nextId, false)];
      made.nextId = nextId + 1;
  }
  return { ...made, chance, ticks: model.ticks - 1 };
}

/** Where a user can act, and what is there: the identity of each place. What is locked is a place without a handler. */
export function placesOf({ rows, isOpen }: Model, shape: Shape): Map<string, boolean> {
  const places = new Map<string, boolean>([["up", true], ["typed", true], ["checked", true], ["form", true]]);
  for (const [index, { id, locked }] of rows.entries()) {
    places.set(placeOfRow(shape, id, index), !locked || shape.rows.endsWith("counters"));
  }
  if (rows[0]) places.set(placeOfPane(shape, rows[0].id), true);
  if (isOpen) places.set("noted", true);
  return places;
}

export function placeOfRow({ rows }: Shape, id: number, index: number): string {
  return rows.startsWith("keyed") ? `row ${id}` : `row at ${index}`;
}

export function placeOfPane({ keyedPane }: Shape, id: number): string {
  return keyedPane ? `pane of ${id}` : "pane";
}

/** The effects that have not answered yet. */
export function pendingIn({ ups, answered }: Model): number[] {
  return Array.from({ length: ups }, (_, index) => index + 1).filter((of) => !answered.includes(of));
}
