/**
 * What a browser keeps where the snapshot is in a store: where it is, and what it must not be older than. It is sealed like a snapshot, and
 * says nothing of the model.
 */

/** A claim to what is in a store. */
export interface Claim {
  /** Where it is. */
  readonly key: string;
  /** A hash of the client's name: what another claims is not its own. */
  readonly client: string;
  /** The last event that was saved when this was made. */
  readonly last: number;
  /** The version that was. */
  readonly version: number;
}

/** A snapshot begins with an array. */
const mark = "claim ";

/** The text of a claim. */
export function writeClaim({ key, client, last, version }: Claim): string {
  return mark + JSON.stringify([key, client, last, version]);
}

/** The claim in a text that was sealed; undefined for a snapshot. */
export function readClaim(text: string): Claim | undefined {
  if (!text.startsWith(mark)) return undefined;
  const [key, client, last, version] = JSON.parse(text.slice(mark.length)) as [string, string, number, number];
  return { key, client, last, version };
}
