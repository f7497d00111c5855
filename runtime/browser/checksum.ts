/**
 * A number of 32 bits that says whether two texts are the same, as the server computes it (`runtime/view/checksum.ts`). It must never be
 * taken for a proof of anything: it is against accidents.
 */

/** The checksum of a text, or of all that was summed up to `from` and this after it. */
export function checksum(text: string, from = 0): number {
  for (let at = 0; at < text.length; at++) {
    from = Math.imul(from ^ text.charCodeAt(at), 0x9e3779b1);
    from ^= from >>> 15;
  }
  return from;
}
