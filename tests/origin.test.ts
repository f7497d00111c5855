/** Who may open a link, as a table: add a request by a line. */
import { assertEquals } from "@std/assert";
import { app, serve } from "../mod.ts";
import { isHostAllowed, isOriginAllowed } from "../runtime/transport/origin.ts";
import { RawSocket } from "./raw_socket.ts";
import { serveOn0, until } from "./kit.ts";

interface Row {
  readonly asked?: string;
  readonly host?: string;
  readonly origin?: string;
  readonly site?: string;
  readonly origins?: readonly string[];
  readonly isAllowed: boolean;
}
const rows: Record<string, Row> = {
  "a program sends no origin": { isAllowed: true },
  "the same host": { origin: "http://example.com", isAllowed: true },
  "the same host behind a proxy with TLS": { origin: "https://example.com", site: "same-origin", isAllowed: true },
  "the same host in capitals": { host: "EXAMPLE.com", origin: "http://example.com", isAllowed: true },
  "the default port, named": { host: "example.com", origin: "http://example.com:80", isAllowed: true },
  "another port": { origin: "http://example.com:81", isAllowed: false },
  "another host": { origin: "https://evil.test", isAllowed: false },
  "a host that begins alike": { origin: "http://example.com.evil.test", isAllowed: false },
  "a host that ends alike": { origin: "http://evilexample.com", isAllowed: false },
  "a user in the place of the host": { origin: "http://example.com@evil.test", isAllowed: false },
  "a subdomain": { origin: "http://www.example.com", isAllowed: false },
  "a sandboxed frame, or a file": { origin: "null", isAllowed: false },
  "no URL": { origin: "example.com", isAllowed: false },
  "an origin that is listed": { origin: "https://friend.test", site: "cross-site", origins: ["https://friend.test"], isAllowed: true },
  "a listed host with another scheme": { origin: "http://friend.test", origins: ["https://friend.test"], isAllowed: false },
  "a page without TLS, over TLS": { asked: "https://example.com/ws", origin: "http://example.com", isAllowed: false },
  "a page without TLS, as the browser says behind a proxy": { origin: "http://example.com", site: "cross-site", isAllowed: false },
  "a GET that another site has made": { site: "cross-site", isAllowed: false },
  "a GET that a subdomain has made": { site: "same-site", isAllowed: false },
  "a GET that a user has typed": { site: "none", isAllowed: true },
  "a GET of the page itself": { site: "same-origin", isAllowed: true },
};

for (const [what, { asked = "http://example.com/ws", host = "example.com", origin, site, origins, isAllowed }] of Object.entries(rows)) {
  Deno.test(`isOriginAllowed(): ${what}: ${isAllowed ? "yes" : "no"}`, () => {
    const headers = new Headers({ host, ...(origin !== undefined && { origin }), ...(site !== undefined && { "sec-fetch-site": site }) });
    assertEquals(isOriginAllowed(new Request(asked, { headers }), { origins }), isAllowed);
  });
}

Deno.test("isHostAllowed() knows the hosts that were given, and any where none was", () => {
  const ask = (host: string, hosts?: string[]) => isHostAllowed(new Request("http://127.0.0.1/", { headers: { host } }), { hosts });
  assertEquals([ask("rebound.test"), ask("rebound.test", ["example.com"]), ask("Example.com", ["example.com"])], [true, false, true]);
  assertEquals([ask("localhost:8000", ["localhost:8000"]), ask("localhost", ["localhost:8000"])], [true, false]);
});

Deno.test("a foreign origin is refused with 403 and said once, with the option that lets it in; another host gets 421", async () => {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (...parts) => void said.push(parts.join(" "));
  try {
    const of = app({ init: () => 0, update: (n: number) => n, view: String });
    const [open, bound] = [serve(of), serve(of, { hosts: ["example.com"] })];
    await using server = serveOn0((request) => request.url.endsWith("/bound") ? bound(request) : open(request));
    const ask = async (headers: Record<string, string>, path = "/") => {
      using raw = await RawSocket.upgrade(server.url, headers, path);
      return await until(() => raw.status);
    };
    for (let i = 0; i < 3; i++) assertEquals(await ask({ origin: "https://evil.test" }), 403);
    assertEquals(said, ['nacre: refused a page of "https://evil.test": serve(app, { origins: ["https://evil.test"] }) lets it in']);
    // As many as a stranger likes are not kept.
    for (let i = 0; i < 150; i++) await ask({ origin: `https://evil-${i}.test` });
    assertEquals(said.length, 100);
    assertEquals(await ask({}, "/bound"), 421);
  } finally {
    console.warn = warn;
  }
});
