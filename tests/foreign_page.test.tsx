/** What a page of another origin can do with the cookies of whoever looks at it, in a real Chromium: nothing. */
import { assertEquals } from "@std/assert";
import { app, type Client, serve } from "../mod.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";

const nacre = "nacre=client-of-evil..0..0";
const link = "link=0123456789abcdef0123";

Deno.test("a page of another origin opens no link and makes no request in the name of its user, readable or not", async () => {
  const came: unknown[] = [];
  const club = app<number, { readonly joined: Client<string> }, void, string>({
    init: () => 0,
    onConnect: (client) => ({ joined: client }),
    update: (count, { joined }) => (came.push(joined.user), count + 1),
    view: (count) => <p>{count}</p>,
    name: "club",
  });
  const options = { authorize: (request: Request) => request.headers.get("cookie") ?? "nobody" };
  const room = serve(club, { ...options, key: () => "club" }), alone = serve(club, options);
  const statuses: number[] = [];
  await using server = serveOn0(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response("", { headers: { "content-type": "text/html", "set-cookie": "who=anna; HttpOnly" } });
    const response = await (pathname === "/room" ? room : alone)(request);
    statuses.push(response.status);
    return response;
  });
  await using evil = serveOn0(() => new Response("<p>evil", { headers: { "content-type": "text/html" } }));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    // Another port is another origin of the same site: the strictest cookie goes along. Another name is another site.
    for (const host of ["127.0.0.1", "localhost"]) {
      await page.goto(evil.url.replace("127.0.0.1", host));
      statuses.length = 0;
      for (const path of ["room", "alone"]) {
        await page.evaluate(([url, nacre, link]) => {
          const request = (query: string, init: RequestInit) =>
            void fetch(`${url}?${query}`, { mode: "no-cors", credentials: "include", ...init }).catch(() => {});
          request(`${nacre}&${link}`, { headers: { accept: "text/event-stream" } });
          request(nacre!, { method: "POST", body: "" });
          new EventSource(`${url}?${nacre}&${link}`, { withCredentials: true });
          new WebSocket(`${url!.replace("http", "ws")}?${nacre}`);
        }, [`${server.url}/${path}`, nacre, link]);
      }
      await until(() => statuses.length >= 8);
      assertEquals(statuses, Array(8).fill(403), host);
    }
  });
  assertEquals([came, room.running, alone.running], [[], 0, 0]);
  await Promise.all([room.close(), alone.close()]);
});
