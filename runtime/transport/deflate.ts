/** Raw deflate, for links that compress. It is looked up when it is needed: what is bundled for a browser has no `node:zlib`. */

interface Zlib {
  deflateRawSync(text: string, options: { level: number; finishFlush: number }): Uint8Array;
}

/** A flush to whole bytes, after which more blocks can follow. */
const syncFlush = 2;
/** 0.5 ms for a table of 1,000 rows; 9 would save 400 of its 6,300 bytes and cost half as much again. */
const level = 6;

let zlib: Zlib | undefined;

/** Compresses a text to blocks of raw deflate, none of them the last. */
export function deflate(text: string): Uint8Array {
  zlib ??= (globalThis as unknown as { process: { getBuiltinModule(name: string): Zlib } }).process.getBuiltinModule("node:zlib");
  return zlib.deflateRawSync(text, { level, finishFlush: syncFlush });
}
