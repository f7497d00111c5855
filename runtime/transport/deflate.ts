/** Raw deflate, for links that compress. It is looked up when a program runs: what is bundled for a browser has no `node:zlib`. */

interface Zlib {
  deflateRawSync(text: string, options: { level: number; finishFlush: number }): Uint8Array;
}
interface WithProcess {
  process?: { getBuiltinModule?: (name: string) => unknown };
}

/** A flush to whole bytes, after which more blocks can follow. */
const syncFlush = 2;
/** 0.5 ms for a table of 1,000 rows; 9 would save 400 of its 6,300 bytes and cost half as much again. */
const level = 6;

const zlib = (globalThis as WithProcess).process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;

/** Compresses a text to blocks of raw deflate, none of them the last; undefined where nothing can. */
export const deflate: ((text: string) => Uint8Array) | undefined = zlib &&
  ((text) => zlib.deflateRawSync(text, { level, finishFlush: syncFlush }));
