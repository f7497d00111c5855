/**
 * A runtime that sleeps: its snapshot, which never leaves the process, and the few numbers that its link needs to go on as if nothing had
 * been. It must stay small: thousands of them wait at a time.
 */
import { pack, type Packed } from "../continuity/packed.ts";
import type { Member } from "./member.ts";
import { type Snapshot, writeSnapshot } from "./snapshot.ts";

/** What a runtime with one client goes on from when it is woken. */
export interface Asleep {
  readonly snapshot: Packed;
  /** What the client was told as the epoch. */
  readonly epoch: string;
  /** What the app knows the client by. */
  readonly id: string;
  /** The version that the client was first sent. */
  readonly first: number;
  /** Its events that came to nothing, for the case that its link is cut. */
  readonly refusals: Member["refusals"];
  /** The app is told when the client leaves. */
  readonly isPresent: boolean;
}

/**
 * Puts away what a runtime is.
 *
 * @throws {NotStructuredError} when the model is not plain structured data.
 */
export function putAway(snapshot: Snapshot, { epoch, client, first, refusals }: Member): Asleep {
  return {
    snapshot: pack(writeSnapshot(snapshot)),
    epoch,
    id: client.id,
    first,
    refusals,
    isPresent: snapshot.hasJoined === true,
  };
}
