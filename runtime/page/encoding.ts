/** Content encodings: which one a request accepts, and a text in it. `node:zlib` is looked up when it is needed: a bundle for a browser has none. */
import type * as nodeZlib from "node:zlib";
import { builtin } from "../continuity/builtin.ts";

/** What is compressed with. */
export type Encoding = "br" | "gzip";

/** Shorter pages gain nothing: with their headers they fit into one packet as they are. */
const shortest = 1_000;

/**
 * The encoding that a request likes best; `undefined` for none. Browsers like all theirs equally well, and then Brotli is taken, which is the
 * smallest. A weight that is no number counts as 0.
 */
export function encodingFor(request: Request): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const part of (request.headers.get("accept-encoding") ?? "").toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    const given = parameters.find((text) => text.startsWith("q="))?.slice(2);
    const weight = given === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given) : 0;
    if (name !== "") weights.set(name, weight);
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get("*") ?? 0;
  // As it is, a text is sent where that is liked better, and where nothing is said of what is liked.
  const plain = weights.get("identity") ?? 0;
  const [best] = (["br", "gzip"] as const).filter((name) => weightOf(name) > 0 && weightOf(name) >= plain)
    .sort((a, b) => weightOf(b) - weightOf(a));
  return best;
}

let zlib: typeof nodeZlib | undefined;

/**
 * The bytes of a text in an encoding; `undefined` where it is too short to gain by it. `isOnce`: it is compressed once and sent often, so it is
 * worth it in any case, and may take its time.
 */
export function encode(text: string, encoding: Encoding, isOnce: boolean): Uint8Array<ArrayBuffer> | undefined {
  if (!isOnce && text.length < shortest) return undefined;
  zlib ??= builtin<typeof nodeZlib>("node:zlib");
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  const bytes = new TextEncoder().encode(text);
  const packed = encoding === "gzip"
    ? zlib.gzipSync(bytes, { level: isOnce ? 9 : 6 })
    : zlib.brotliCompressSync(bytes, { params: { [BROTLI_PARAM_QUALITY]: isOnce ? 11 : 5, [BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return Uint8Array.from(packed);
}
