/**
 * Which pages may open a link: browsers send cookies along with any page's requests, so the origin of the page is looked at, and where it is
 * given, the host that was asked. It must never trust a header that a proxy passes on from a client.
 */

/** What a browser says of a page of another origin, also where it leaves `Origin` out: a GET that the page may not read. */
const foreign: readonly (string | null)[] = ["cross-site", "same-site"];

/** Whose pages may connect. */
export interface Trusted {
  /** Origins beside the server's own, as `https://example.com`. */
  readonly origins?: readonly string[] | undefined;
  /** The server's own hosts, as `example.com` or `localhost:8000`; any, where it is absent. */
  readonly hosts?: readonly string[] | undefined;
}

/** Whether the host that a request asks for is one of the server's own. */
export function isHostAllowed(request: Request, { hosts }: Trusted): boolean {
  return hosts === undefined || hosts.some((host) => host.toLowerCase() === hostOf(request));
}

/**
 * Whether a request comes from a page that may talk to us: of the same host, or of one of the `origins` given; or from no page at all (programs send
 * no `Origin`). A page without TLS is none of a server that was asked over TLS, as far as that can be seen.
 */
export function isOriginAllowed(request: Request, { origins = [] }: Trusted = {}): boolean {
  const origin = request.headers.get("origin");
  const isForeign = foreign.includes(request.headers.get("sec-fetch-site"));
  if (origin === null) return !isForeign;
  if (origins.includes(origin)) return true;
  // The browser knows the scheme that was asked, which a proxy may hide from us.
  if (isForeign) return false;
  // "null": a sandboxed frame, a file.
  const url = URL.parse(origin);
  if (!url) return false;
  const isSecure = URL.parse(request.url)?.protocol === "https:";
  return url.host === hostOf(request) && !(isSecure && url.protocol === "http:");
}

function hostOf(request: Request): string | undefined {
  return request.headers.get("host")?.toLowerCase() ?? URL.parse(request.url)?.host;
}
