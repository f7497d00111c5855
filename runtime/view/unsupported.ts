/** The error of what cannot work on a server. */

/** What a view contains that cannot work on a server. */
export class UnsupportedError extends Error {
  override name = "UnsupportedError";
}
