/**
 * A text that waits in memory for a while, small: deflated where that is worth it. It never leaves its process, and so is not sealed.
 */
import type * as nodeZlib from "node:zlib";
import { builtin } from "./builtin.ts";

/** A text, or raw deflate of it. */
export type Packed = string | Uint8Array;

/** Below this the object that holds the bytes is larger than what they save. */
const shortest = 1_024;
/** As for what is sealed (`seal.ts`). */
const level = 6;

/** Packs a text. */
export function pack(text: string): Packed {
  if (text.length < shortest) return text;
  const deflated = zlib().deflateRawSync(text, { level });
  // A small buffer is a part of a large one that it would keep.
  return deflated.length < text.length ? new Uint8Array(deflated) : text;
}

/** The text that was packed. */
export function unpack(packed: Packed): string {
  return typeof packed === "string" ? packed : new TextDecoder("utf-8", { ignoreBOM: true }).decode(zlib().inflateRawSync(packed));
}

function zlib(): typeof nodeZlib {
  return builtin("node:zlib");
}
