/**
 * What a snapshot says (rule 3 of continuity), as a text and back. Who may read it and for how long is not known here: it is sealed with
 * the app's name and the user, so neither is in it.
 */
import { isDefinitionName } from "../view/definitions.ts";
import type { SavedState } from "../view/saved.ts";
import type { FormSaid, Json, Refusal } from "../wire/message.ts";
import { readStructured, writeStructured } from "../continuity/structured.ts";

/** A model that a page may still show, with the hash of its view, and how many definitions a page has that shows no more than that. */
export type Seen = readonly [model: unknown, tree: string, definitions: number];

/** A running app with one client, at one moment. */
export interface Snapshot {
  /** The version of the app's model. */
  readonly appVersion: number;
  /** The random name of the session, from its first beginning on. */
  readonly lineage: string;
  /** The version that the page shows, or will when it has this. */
  readonly version: number;
  /** The last event that the model knows. */
  readonly last: number;
  /** Names of the definitions that the client was sent, in the order of their numbers. */
  readonly templates: readonly string[];
  /** The hash of the view as a value of the wire; empty where nobody was shown one. */
  readonly tree: string;
  readonly model: unknown;
  /** The models of the versions before, as far as events may still come of them, the oldest first. */
  readonly seen: readonly Seen[];
  /** States of components. */
  readonly state?: SavedState | undefined;
  /** What the app provides as contexts. */
  readonly provided?: Readonly<Record<string, Json>> | undefined;
  /** What its element is to a form. */
  readonly formed?: readonly FormSaid[] | undefined;
  /** The model was told that the client joined. */
  readonly hasJoined?: boolean | undefined;
  /** What its client was told as the epoch, where that says when it was taken from a store. */
  readonly epoch?: string | undefined;
  /** Events that came to nothing: a client may not have heard of it before this was saved. */
  readonly refusals?: readonly (readonly [event: number, reason: Refusal])[] | undefined;
  /** Nothing was started yet: a page was painted, and its flags were these. */
  readonly painted?: { readonly flags: unknown } | undefined;
}

/** What the ids of `useId` begin with in this session: two views on one page must not have the same ids, one that goes on elsewhere must. */
export function idsOf(lineage: string): string {
  return lineage.slice(0, 4);
}

/** UTF-16 units that models of views before may take in a snapshot, each as large as the newest: writing them takes time. */
const mostSeenUnits = 4 * 1024 * 1024;

/**
 * The text of a snapshot; without the oldest models that were seen where there is too much of them.
 *
 * @throws {NotStructuredError} when the model is not plain structured data.
 */
export function writeSnapshot(snapshot: Snapshot): string {
  const { appVersion, lineage, version, last, templates, tree, model, seen, state, provided, formed, hasJoined, epoch, refusals, painted } =
    snapshot;
  // The model is named where it is not structured; nothing of the rest can fail to be, but for the flags of a painted page.
  const written = writeStructured(model);
  const fewer = seen.slice(Math.max(0, seen.length - Math.floor(mostSeenUnits / Math.max(1, written.length))));
  const rest = {
    ...(fewer.length > 0 && { seen: fewer }),
    ...(state && state.components.length + state.ids > 0 && { state }),
    ...(provided && { provided }),
    ...(formed && formed.length > 0 && { formed }),
    ...(hasJoined && { hasJoined }),
    ...(epoch && { epoch }),
    ...(refusals && refusals.length > 0 && { refusals }),
    ...(painted && { painted }),
  };
  const head = [appVersion, lineage, version, last, templates, tree];
  const parts = [JSON.stringify(head), written];
  if (Object.keys(rest).length > 0) parts.push(writeStructured(rest));
  return parts.join("\n");
}

/** How much of that text is what the app holds: models that a page may still show share most with the newest, and are not counted. */
export function unitsOf(text: string, { seen, state }: Snapshot): number {
  if (seen.length === 0) return text.length;
  return text.indexOf("\n", text.indexOf("\n") + 1) + (state ? writeStructured(state).length : 0);
}

/** The snapshot in a text; undefined when it is none. */
export function readSnapshot(text: string): Snapshot | undefined {
  try {
    // JSON has no line feed of its own.
    const [first, model, rest] = text.split("\n") as [string, string, string?];
    const [appVersion, lineage, version, last, templates, tree] = JSON.parse(first) as [number, string, number, number, string[], string];
    if (!Array.isArray(templates) || !templates.every(isDefinitionName)) return undefined;
    return {
      seen: [],
      ...(rest === undefined ? {} : readStructured(rest) as object),
      appVersion,
      lineage,
      version,
      last,
      templates,
      tree,
      model: readStructured(model),
    };
  } catch {
    // Sealed by us, and by a version of us that wrote otherwise.
    return undefined;
  }
}
