/** What strangers say, in a log: no line of theirs looks like one of ours, and no terminal obeys it. */
import { assert, assertEquals } from "@std/assert";
import { app, page, runtimeScript, serve, start } from "../mod.ts";
import { ErrorLog, logged, loggedError } from "../runtime/log.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";
import { RawSocket } from "./raw_socket.ts";

/** ESC and CSI, a line of its own, an order of letters that is turned round, and ends of lines that are none of ASCII. */
const hostile = "\x1b[2J\x9b31m\r\nnacre: all is well\u202e\u2028\u2029\x7f\x00";
/** What a terminal, or a reader of lines, would obey. */
// deno-lint-ignore no-control-regex
const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]|\n(?! {4})/;

/** All that goes to the console in `run`, an entry a line. */
async function heardBy(run: (heard: string[]) => Promise<void>): Promise<string[]> {
  const heard: string[] = [];
  const { error, warn } = console;
  console.error = console.warn = (...parts) =>
    void heard.push(parts.map((part) => part instanceof Error ? part.stack : String(part)).join(" "));
  try {
    await run(heard);
  } finally {
    Object.assign(console, { error, warn });
  }
  return heard;
}

const reader = app({
  name: "reader",
  init: () => 0,
  update: (n: number, msg: string) => {
    if (msg !== "") throw new Error(`No such message: ${msg}`, { cause: new AggregateError([new TypeError(msg)], msg) });
    return n + 1;
  },
  view: (n, send) => <input value={n} onInput={send((e) => JSON.parse(e.currentTarget.value))} />,
  onUrl: (url) => {
    throw url.href;
  },
});

Deno.test("logged() escapes what terminals obey, indents lines, and cuts what is long", () => {
  assertEquals(logged("a\x1b[31mb\nc"), "a\\u001b[31mb\n    c");
  assert(!obeyed.test(logged(hostile)));
  assertEquals(logged("x".repeat(10_000)).length, 8_192 + 4);
  const broken = {
    get stack(): string {
      throw new Error();
    },
  };
  assertEquals(loggedError(Object.setPrototypeOf(broken, Error.prototype)).includes("\x1b"), false);
});

Deno.test("an error of the app shows what a stranger has said escaped: of a handler, of update and its causes, of what is no error, of start", async () => {
  const heard = await heardBy(async (heard) => {
    const live = serve(reader);
    const runtime = start(reader);
    await using server = serveOn0(live);
    {
      await using caller = await Caller.open(server.ws);
      const say = async (up: unknown, isEnd = false) => {
        const { length } = heard;
        caller.socket.send(JSON.stringify(up));
        await until(() => heard.length > length);
        if (isEnd) await caller.end();
      };
      await say([0, "url", `https://example.com/?${"x".repeat(100)}`]);
      await say([0, [1], 0, { value: hostile }]);
      await say([0, [1], 0, { value: JSON.stringify(hostile) }], true);
    }
    runtime.dispatch(hostile);
    await runtime.stopped;
    await live.close();
  });
  assertEquals(heard.length, 4);
  for (const entry of heard) {
    assert(!obeyed.test(entry), JSON.stringify(entry));
    assert(entry.startsWith("nacre: "), entry);
  }
  assert(heard[2]!.includes("all is well"), "the error is there");
});

Deno.test("an origin that is refused is shown escaped", async () => {
  const heard = await heardBy(async () => {
    await using server = serveOn0(serve(reader));
    using raw = await RawSocket.connect(server.url);
    await raw.write(
      new Uint8Array([
        ...new TextEncoder().encode("GET / HTTP/1.1\r\nhost: x\r\norigin: http://a"),
        0x9b,
        ...new TextEncoder().encode("\x9b\u202e\u2028\r\n\r\n"),
      ]),
    );
    assertEquals(await until(() => raw.status), 403);
  });
  assertEquals(heard.length, 1);
  assert(!obeyed.test(heard[0]!), JSON.stringify(heard[0]));
});

Deno.test("errors of one kind are shown 60 times a minute, and those of another kind beside them", async () => {
  let now = 0;
  const log = new ErrorLog(() => now);
  const heard = await heardBy(async (heard) => {
    for (let i = 0; i < 500; i++) log.write("failed in", "handler", "x");
    assertEquals(heard.length, 60);
    assert(heard.at(-1)!.includes("60 of these within a minute"), heard.at(-1));
    log.write("failed in", "update", "x");
    now = 60_000;
    log.write("failed in", "handler", "x");
  });
  assertEquals(heard.slice(60), ['nacre: failed in update: "x"', 'nacre: failed in handler: "x"']);
});

Deno.test("a Host that is none is answered with 400 by every part of a server, and is no error of the app", async () => {
  const told: unknown[] = [];
  const search = (request: Request) => new URL(request.url).searchParams.get("room") ?? "";
  const onError = (error: unknown) => void told.push(error);
  const routes = {
    key: serve(reader, { key: search, onError }),
    flags: serve(reader, { flags: search as never, onError }),
    authorize: serve(reader, { authorize: search, onError }),
    address: serve(reader, { address: search, onError }),
  };
  await using server = serveOn0((request) => {
    // As a router that does not read the address would.
    const way = request.headers.get("x-route")!;
    if (way === "script") return runtimeScript(request);
    const live = routes[way as keyof typeof routes];
    if (!request.headers.has("x-paint")) return live(request);
    return Promise.resolve(live.paint(request)).then(({ html }) => page(<p>{html}</p>));
  });
  const kinds: Record<string, string> = {
    "a socket":
      "GET /?nacre=abcdefgh-1....0 HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "a stream": `GET /?nacre=abcdefgh-1....0&link=${"l".repeat(20)} HTTP/1.1\r\naccept: text/event-stream`,
    "a POST": "POST /?nacre=abcdefgh-1....0 HTTP/1.1\r\ncontent-length: 0",
    "a POST of a stream": `POST /?nacre=abcdefgh-1....0&link=${"l".repeat(20)} HTTP/1.1\r\ncontent-length: 0`,
    "a GET": "GET / HTTP/1.1",
    "a page": "GET / HTTP/1.1\r\nx-paint: 1",
  };
  for (const host of ["a b", "[", "%", "a:b:c", "x:99999999"]) {
    for (const way of [...Object.keys(routes), "script"]) {
      for (const [what, head] of Object.entries(kinds)) {
        using raw = await RawSocket.connect(server.url);
        await raw.write(`${head}\r\nhost: ${host}\r\nx-route: ${way}\r\n\r\n`);
        const status = await until(() => raw.status);
        assertEquals(status, way === "script" || what === "a page" ? 200 : 400, `${what} to ${way} of ${host}`);
      }
    }
  }
  assertEquals(told, []);
  await Promise.all(Object.values(routes).map((live) => live.close()));
});
