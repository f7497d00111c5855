/** The browser runtime and pages as they cross: compressed where that is accepted. With real bytes on real sockets. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { app, page as pageOf, type PageInit, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { clientParts, clientSource, clientTag } from "../runtime/client.gen.ts";
import { launch, serveOn0, visit } from "./kit.ts";
import { Proxy } from "./proxy.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Asks without a client that would decode anything: what comes is what crossed. */
async function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({ host: `${hostname}:${port}`, connection: "close", ...headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  await connection.write(new TextEncoder().encode(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`));
  const bytes = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...fields] = text.slice(0, end).split("\r\n");
  const answer = new Headers(
    fields.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  assertEquals(answer.get("transfer-encoding"), null);
  return { status: Number(first.split(" ")[1]), headers: answer, body: bytes.slice(end + 4) };
}

const unpacked = ({ headers, body }: Answer) =>
  new TextDecoder().decode(
    headers.get("content-encoding") === "br"
      ? brotliDecompressSync(body)
      : headers.get("content-encoding") === "gzip"
      ? gunzipSync(body)
      : body,
  );

/** What is accepted, and what comes of it. */
const accepted: readonly (readonly [accept: string | undefined, encoding: string | null])[] = [
  [undefined, null],
  ["", null],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["GZIP;Q=1.0", "gzip"],
  ["br;q=0.5, gzip;q=0.8", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["br; q=0 , gzip ; q=0", null],
  ["*", "br"],
  ["*, br;q=0", "gzip"],
  ["*;q=0", null],
  ["identity", null],
  ["gzip;q=0.5, identity", null],
  ["identity;q=0.5, gzip;q=0.7", "gzip"],
  ["identity;q=0, br;q=0.001", "br"],
  ["deflate, zstd", null],
  ["br;q=2, gzip", "gzip"],
  ["br;q=x, gzip", "gzip"],
  ["brrr, xgzip", null],
  [",,;,;q=1,", null],
];

Deno.test("the browser runtime is sent as the browser accepts it, each encoding with a tag of its own", async () => {
  await using server = serveOn0(runtimeScript);
  const url = `${server.url}/nacre/runtime.mjs`;
  const tags = new Map<string | null, string>();
  for (const [accept, encoding] of accepted) {
    const answer = await ask(url, accept === undefined ? {} : { "accept-encoding": accept });
    assertEquals([answer.status, answer.headers.get("content-encoding")], [200, encoding], accept);
    assertEquals(answer.headers.get("vary"), "Accept-Encoding");
    assertEquals(answer.headers.get("content-length"), String(answer.body.length));
    assertEquals(unpacked(answer), clientSource);
    tags.set(encoding, answer.headers.get("etag")!);
  }
  assertEquals(tags.get(null), `"${clientTag}"`);
  assertEquals(new Set(tags.values()).size, 3);
  // Each tag is good for its own encoding.
  for (const [encoding, etag] of tags) {
    for (const [other, accept] of [[null, ""], ["gzip", "gzip"], ["br", "br"]] as const) {
      const { status, headers, body } = await ask(url, { "accept-encoding": accept, "if-none-match": etag });
      assertEquals([status, headers.get("vary")], [encoding === other ? 304 : 200, "Accept-Encoding"]);
      assertEquals(body.length === 0, status === 304);
    }
  }
  const head = await ask(url, { "accept-encoding": "br" }, "HEAD");
  assertEquals([head.status, head.body.length, head.headers.get("content-encoding"), head.headers.get("etag")], [
    200,
    0,
    "br",
    tags.get("br"),
  ]);
});

Deno.test("what the README says is what a page gets: the runtime and its parts, by Brotli", async () => {
  await using server = serveOn0(runtimeScript);
  const sizeOf = async (part?: string) =>
    (await ask(`${server.url}/r.mjs${part ? `?part=${part}` : ""}`, { "accept-encoding": "br" })).body.length;
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const stated = /\| browser runtime +\| [\d,]+ +\| ([\d,]+)/.exec(readme)![1]!.replace(",", "");
  // A hint of the size saves or costs a few bytes.
  assert(Math.abs(await sizeOf() - Number(stated)) <= 16, stated);
  for (const part of Object.keys(clientParts)) assert(await sizeOf(part) < clientParts[part]!.source.length, part);
});

const rows = app({
  name: "rows",
  init: () => 300,
  update: (model) => model,
  view: (model) => <ul>{Array.from({ length: model }, (_, i) => <li key={i}>Row {i}</li>)}</ul>,
});

Deno.test("a page is compressed for its request, and never for another site's with cookies", async () => {
  const live = serve(rows);
  const init: { -readonly [K in keyof PageInit]: PageInit[K] } = {};
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    const body = pathname === "/short" ? <p>short</p> : <ServerComponent of={live} request={request} route="/ws" />;
    return pageOf(<body>{body}</body>, pathname === "/plain" ? {} : { ...init, request });
  });
  for (const [accept, encoding] of accepted) {
    const answer = await ask(`${server.url}/`, accept === undefined ? {} : { "accept-encoding": accept });
    assertEquals([answer.headers.get("content-encoding"), answer.headers.get("vary")], [encoding, "Accept-Encoding"], accept);
    assertEquals(answer.headers.get("content-length"), String(answer.body.length));
    assertStringIncludes(unpacked(answer), "<li>Row 299</li></ul><script");
    if (encoding) assert(answer.body.length < 2_500, `${answer.body.length}`);
  }
  const encodingOf = async (headers: Record<string, string>, path = "/") =>
    (await ask(server.url + path, { "accept-encoding": "br", ...headers })).headers.get("content-encoding");
  assertEquals([await encodingOf({}, "/plain"), await encodingOf({}, "/short")], [null, null]);
  for (const site of ["cross-site", "same-site"]) {
    assertEquals(await encodingOf({ "sec-fetch-site": site, cookie: "who=anna" }), null);
    assertEquals(await encodingOf({ "sec-fetch-site": site, authorization: "Basic x" }), null);
    assertEquals(await encodingOf({ "sec-fetch-site": site }), "br");
  }
  for (const site of ["none", "same-origin"]) assertEquals(await encodingOf({ "sec-fetch-site": site, cookie: "who=anna" }), "br");

  init.headers = { etag: '"a"', vary: "Cookie" };
  const { headers } = await ask(`${server.url}/`, { "accept-encoding": "gzip" });
  assertEquals([headers.get("etag"), headers.get("vary")], ['W/"a"', "Cookie, Accept-Encoding"]);
  assertEquals((await ask(`${server.url}/`)).headers.get("etag"), '"a"');
  init.headers = { "cache-control": "no-transform" };
  assertEquals(await encodingOf({}), null);
  init.headers = { "content-encoding": "x-own" };
  assertEquals(await encodingOf({}), "x-own");
  await live.close();
});

Deno.test("a page preloads the parts that its view needs: its link opens without a chain of requests", async () => {
  const field = app({
    name: "field",
    init: () => "",
    update: (_, text: string) => text,
    view: (text, send) => <input value={text} onInput={send((event) => event.currentTarget.value)} />,
  });
  const live = serve(field);
  /** What was asked for since the page was. */
  let asked: string[] = [];
  let isComplete = Promise.withResolvers<void>();
  await using server = serveOn0(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") {
      const part = searchParams.get("part");
      asked.push(part ?? "main");
      if (asked.length === 4) isComplete.resolve();
      // The script that would ask for the parts is not there before they have been asked for.
      if (part === null) await isComplete.promise;
      return runtimeScript(request);
    }
    const preloads = !searchParams.has("without");
    asked = [];
    isComplete = Promise.withResolvers();
    if (!preloads) isComplete.resolve();
    return pageOf(
      <html lang="en">
        <head>
          <title>Field</title>
          <link rel="icon" href="data:," />
          <script type="module" src="/nacre/runtime.mjs"></script>
        </head>
        <body>
          <ServerComponent of={live} request={request} route="/ws" nonce="yes" runtime={preloads ? "/nacre/runtime.mjs" : undefined} />
        </body>
      </html>,
      {
        request,
        headers: { "content-security-policy": "default-src 'none'; img-src data:; script-src 'self' 'nonce-yes'; connect-src 'self' ws:" },
      },
    );
  });
  await using proxy = new Proxy();
  proxy.port = Number(new URL(server.url).port);
  await using browser = await launch();
  const visitLive = (url: string) =>
    visit(browser, url, async (page, seen) => {
      await page.waitForSelector("[status=live]");
      // Each is asked for once, and no more is preloaded than is used.
      assertEquals(asked.toSorted(), ["adopt", "input", "main", "watch"]);
      assertEquals(seen.console, []);
    }, { waitUntil: "commit" });
  await visitLive(`${server.url}/`);
  // For a reader: what that saves where everything takes 100 ms on each way.
  proxy.delay = 100;
  const times: number[] = [];
  for (const way of ["", "?without"]) {
    const start = performance.now();
    await visitLive(`${proxy.url}/${way}`);
    times.push(Math.round(performance.now() - start));
  }
  console.log(`with 100 ms on each way a page is live after ${times[0]} ms, without preloads after ${times[1]} ms`);
  await live.close();
});
