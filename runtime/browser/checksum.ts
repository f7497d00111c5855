/**
 * A number of 32 bits that says whether two texts are the same, as the server computes it (`runtime/view/checksum.ts`). It must never be
 * taken for a proof of anything: it is against accidents.
 */

/** The checksum of a text. */
export function checksum(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 16_777_619);
  return sum >>> 0;
}
