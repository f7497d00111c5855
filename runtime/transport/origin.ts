/** Which pages may open a link: browsers send cookies along with any page's requests, so the page's origin is looked at. */

/** What a browser says of a page of another origin, also where it leaves `Origin` out: a GET that the page may not read. */
const foreign: readonly (string | null)[] = ["cross-site", "same-site"];

/**
 * Whether a request comes from a page that may talk to us: of the same host, or of one of the `origins` given; or from no page
 * at all (programs send no `Origin`).
 */
export function isOriginAllowed(request: Request, origins: readonly string[] = []): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return !foreign.includes(request.headers.get("sec-fetch-site"));
  if (origins.includes(origin)) return true;
  let host: string;
  try {
    host = new URL(origin).host;
  } catch {
    // "null": a sandboxed frame, a file.
    return false;
  }
  return host === (request.headers.get("host") ?? new URL(request.url).host);
}
