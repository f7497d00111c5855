/**
 * A number of 32 bits that says whether two texts are the same: FNV-1a (Fowler, Noll, Vo) over UTF-16 units. The browser runtime computes the
 * same one (`runtime/browser/checksum.ts`). Against accidents, not against anyone: it must never decide what somebody may do.
 */

/** The checksum of a text, or of all that was summed up to `from` and this after it. */
export function checksum(text: string, from = 0): number {
  for (let at = 0; at < text.length; at++) from = Math.imul(from ^ text.charCodeAt(at), 16_777_619);
  return from >>> 0;
}
