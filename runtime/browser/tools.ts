/**
 * What the main file has and parts use too: they are given it, so that no byte of it is loaded twice.
 */
import { attempt, own, setAttribute, setProperty } from "./attribute.ts";
import { checksum } from "./checksum.ts";
import { inside, spaceIn, spaceOf } from "./definition.ts";

/** Functions for parts. */
export const tools = {
  own_: own,
  attempt_: attempt,
  set_: setAttribute,
  write_: setProperty,
  inside_: inside,
  spaceIn_: spaceIn,
  spaceOf_: spaceOf,
  checksum_: checksum,
};
/** Their types. */
export type Tools = typeof tools;
