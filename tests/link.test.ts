/** The link of one element in a fast DOM under virtual time: silence, freezes, refusals, old browsers, and whatever may throw. */
import { assert, assertEquals } from "@std/assert";
import { install } from "../runtime/browser/element.ts";
import type { LoadPart, PartMakers } from "../runtime/browser/parts.ts";
import type { Definition, Json } from "../runtime/wire/message.ts";
import { FakePage, FakeSocket, loadPart, loadWatch, observed, OnlyGzip, refusals, visible } from "./fake_page.ts";

const button: Definition[] = [[["button", [["@click", 1, 0]], 0]]];

/** A page with the part that watches its link, and an element that is live. */
async function livePage(page: FakePage) {
  page.loadPart = loadWatch;
  const shown = page.element(button, [1, "x"]);
  await observed();
  return shown;
}

/** An element that nothing was received for yet. */
function put(page: FakePage, attributes: { [name: string]: string } = {}) {
  install(page.world, page.loadPart);
  const element = page.document.createElement("server-component");
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  element.setAttribute("route", "/ws");
  page.document.body.append(element);
  return element;
}

/** Lets time pass until the newest socket is closed by the page; answers how long that took. */
async function untilClosed(page: FakePage, most: number): Promise<number> {
  const { socket, now } = page;
  while (!socket.closed && page.now - now < most) {
    page.pass(500);
    await observed();
  }
  return page.now - now;
}

/** Lets time pass until there is another socket. */
async function untilOpened(page: FakePage) {
  const { length } = page.sockets;
  while (page.sockets.length === length) {
    page.pass(500);
    await observed();
  }
}

Deno.test("a link that stays silent is given up after 15 s; after every two the wait is doubled, up to 120 s, and a live link starts again at 15", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const element = put(page, { method: "ws" });
  await observed();
  for (const wait of [15, 15, 30, 30, 60, 60, 120, 120, 120]) {
    const ms = await untilClosed(page, 200_000);
    // It is looked every 5 s.
    assert(ms > wait * 1000 - 500 && ms <= wait * 1000 + 5_500, `${ms} ms, not ${wait} s`);
    // The session is not to end: the page comes back.
    assertEquals(page.socket.code, 4000);
    await untilOpened(page);
  }
  page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
  assertEquals(element.getAttribute("status"), "live");
  page.click("button");
  const ms = await untilClosed(page, 200_000);
  assert(ms > 14_500 && ms <= 20_500, `${ms} ms`);
});

Deno.test("after a freeze the wait starts again, once: the answer may have come while nothing ran", async () => {
  for (const isAnswered of [true, false]) {
    await using page = new FakePage();
    const { element } = await livePage(page);
    page.click("button");
    page.pass(3_000);
    // A laptop sleeps: no timer fires, the clock goes on.
    page.now += 3_600_000;
    page.pass(0);
    assertEquals([page.socket.closed, element.getAttribute("status")], [false, "live"]);
    if (isAnswered) {
      page.socket.receive([1, { 0: "y" }]);
      page.pass(10_000);
      assertEquals([page.sockets.length, page.socket.closed, visible(element)], [1, false, "<button>y</button>"]);
    } else {
      const ms = await untilClosed(page, 100_000);
      assert(ms > 14_000 && ms <= 20_500, `${ms} ms`);
    }
  }
});

Deno.test("timers that are always late, as in a tab in the background, do not keep a silent link alive", async () => {
  await using page = new FakePage();
  await livePage(page);
  page.click("button");
  for (let minute = 0; minute < 3; minute++) {
    page.now += 60_000;
    page.pass(0);
    await observed();
  }
  assertEquals(page.sockets[0]!.closed, true);
});

Deno.test("an idle link is probed, and a frozen one at once when it runs again", async () => {
  await using page = new FakePage();
  await livePage(page);
  page.pass(29_000);
  assertEquals(page.socket.take(), []);
  page.pass(6_500);
  assertEquals(page.socket.take(), [0]);
  page.socket.receive([0]);
  page.now += 600_000;
  page.pass(0);
  assertEquals([page.socket.take(), page.socket.closed], [[0], false]);
});

Deno.test("the route is asked for the reason after 2, 4, 8, ... lost links: a refusal and a redirect are shown, and taken back", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const asked: [number, RequestInit][] = [];
  let losses = 0;
  // Nobody; 404; a redirect, which no script may look into; the server again.
  const answers = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => Promise.resolve(new Response(null, { status: 404 })),
    () => Promise.resolve({ status: 0, type: "opaqueredirect" }),
    () => Promise.resolve(new Response(null, { status: 426 })),
  ];
  page.world.fetch = ((_: string, init: RequestInit) => {
    asked.push([losses, init]);
    return answers.shift()!();
  }) as typeof fetch;
  const element = put(page, { method: "ws" });
  const told: Json[] = [];
  element.addEventListener(
    "nacre:status",
    (event) => told.push([(event as CustomEvent).detail, (event as unknown as { code: number }).code]),
  );
  await observed();
  const shown: Json[] = [];
  for (let i = 0; i < 16; i++) {
    losses++;
    page.socket.cut();
    await observed();
    shown.push(element.getAttribute("status"));
    if (i < 15) await untilOpened(page);
  }
  assertEquals(asked.map(([losses]) => losses), [2, 4, 8, 16]);
  assertEquals(shown, [
    ...["offline", "offline", "offline"],
    ...["refused", "refused", "refused", "refused"],
    ...["refused", "refused", "refused", "refused", "refused", "refused", "refused", "refused"],
    "offline",
  ]);
  // Each change once, however often a try fails.
  assertEquals(told, [["offline", 0], ["refused", 404], ["refused", 302], ["offline", 0]]);
  for (const [, { redirect, signal }] of asked) {
    // Nobody reads the body, and none may hold a connection.
    assertEquals([redirect, signal!.aborted], ["manual", true]);
  }
});

Deno.test("a request for the reason that nobody answers is aborted after 15 s", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  let signal: AbortSignal | undefined;
  page.world.fetch = ((_: string, init: RequestInit) => {
    signal = init.signal!;
    return new Promise(() => {});
  }) as typeof fetch;
  put(page, { method: "ws" });
  await observed();
  page.socket.cut();
  await untilOpened(page);
  page.socket.cut();
  page.pass(14_900);
  assertEquals(signal!.aborted, false);
  page.pass(200);
  assertEquals(signal!.aborted, true);
});

// ---- the back/forward cache --------------------------------------------------------------------

const transition = (page: FakePage, type: string, persisted: boolean) =>
  page.window.dispatchEvent(Object.assign(new page.window.Event(type), { persisted }));

Deno.test("a page that may come back closes its link with 4000, and opens one at once when it does, without saying anything else", async () => {
  await using page = new FakePage();
  const { element, told } = await livePage(page);
  told.length = 0;
  page.click("button");
  transition(page, "pagehide", true);
  assertEquals([page.socket.closed, page.socket.code], [true, 4000]);
  transition(page, "pageshow", true);
  assertEquals(page.sockets.length, 2);
  page.socket.receive(["resume", "e1", 0, 0]);
  assertEquals([element.getAttribute("status"), told], ["live", []]);
  // What was not acknowledged is said again.
  assertEquals(page.socket.take(), [[0, [1]]]);
});

Deno.test("a page that does not come back leaves its link to the browser, which ends the session", async () => {
  await using page = new FakePage();
  await livePage(page);
  transition(page, "pagehide", false);
  assertEquals(page.socket.closed, false);
});

Deno.test("a page that comes back while it waits for another try opens a link at once, and only one", async () => {
  await using page = new FakePage();
  await livePage(page);
  page.socket.cut();
  transition(page, "pagehide", true);
  transition(page, "pageshow", true);
  assertEquals(page.sockets.length, 2);
  page.pass(1_000);
  assertEquals(page.sockets.length, 2);
});

// ---- requests ----------------------------------------------------------------------------------

/** A server of plain requests that can stop answering. */
function requests(page: FakePage) {
  const asked: { body: string; signal: AbortSignal }[] = [];
  const state = { hangs: false, asked };
  let version = 0;
  page.world.fetch = ((_: string, { method, body, signal }: { method?: string; body: string; signal: AbortSignal }) => {
    if (method !== "POST") return Promise.reject(new TypeError("Failed to fetch"));
    asked.push({ body, signal });
    if (state.hangs) return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    // It takes all that it is told: here never more than one event.
    const last = body ? JSON.parse(body)[4].length : 0;
    return Promise.resolve(new Response(JSON.stringify(["mount", "e1", version++, [last, "a snapshot"], button, [1, "x"]])));
  }) as typeof fetch;
  return state;
}

Deno.test("requests that nobody answers are aborted, with nothing waiting too, and never more than one hangs", async () => {
  for (const poll of ["1s", ""]) {
    await using page = new FakePage();
    page.loadPart = loadWatch;
    const server = requests(page);
    const element = put(page, { method: "http", poll });
    for (let i = 0; i < 3; i++) await observed();
    assertEquals(element.getAttribute("status"), "live");
    server.hangs = true;
    if (!poll) page.click("button");
    const before = server.asked.length;
    let most = 0;
    for (let ms = 0; ms < 600_000; ms += 500) {
      page.pass(500);
      await observed();
      most = Math.max(most, server.asked.filter(({ signal }, i) => i >= before && !signal?.aborted).length);
    }
    // 15 + 15 + 30 + 30 + 60 + 60 + 120 + 120 s, with pauses between.
    assert(server.asked.length - before >= 7, `${server.asked.length - before} requests`);
    assertEquals([most, element.getAttribute("status")], [1, "offline"]);
    server.hangs = false;
    for (let ms = 0; ms < 200_000 && element.getAttribute("status") !== "live"; ms += 500) {
      page.pass(500);
      await observed();
    }
    assertEquals(element.getAttribute("status"), "live");
  }
});

Deno.test("a request on its way when its element leaves the page may arrive, and is aborted after 15 s", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const server = requests(page);
  const element = put(page, { method: "http" });
  for (let i = 0; i < 3; i++) await observed();
  server.hangs = true;
  page.click("button");
  await observed();
  element.remove();
  page.pass(14_900);
  const { signal } = server.asked.at(-1)!;
  assertEquals(signal.aborted, false);
  page.pass(200);
  assertEquals(signal.aborted, true);
});

Deno.test("a stream that goes on talking while nobody answers its POST is a lost link", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const sources: { url: string; onmessage?: (event: { data: string }) => void; closed?: boolean }[] = [];
  page.world.EventSource = function (url: string) {
    const source = { url, addEventListener() {}, close: () => void (source.closed = true) } as typeof sources[number];
    sources.push(source);
    return source;
  } as unknown as typeof EventSource;
  const posted: string[] = [];
  page.world.fetch = ((_: string, { method, body, signal }: { method: string; body: string; signal: AbortSignal }) => {
    if (method === "POST") posted.push(body);
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  }) as typeof fetch;
  const element = put(page, { method: "sse" });
  for (let i = 0; i < 5; i++) await observed();
  const say = (message: unknown) => sources.at(-1)!.onmessage!({ data: JSON.stringify(message) });
  say(["mount", "e1", 0, 0, button, [1, 0]]);
  page.click("button");
  let ms = 0;
  for (; ms < 60_000 && !sources[0]!.closed; ms += 500) {
    page.pass(500);
    say([0, { 0: ms }]);
    await observed();
  }
  assert(sources[0]!.closed && ms <= 25_500, `${ms} ms`);
  assertEquals(element.getAttribute("status"), "offline");
  assertEquals(posted[0], "0\n[0,[1]]");
});

// ---- old browsers, policies, parts -------------------------------------------------------------

Deno.test("a browser that cannot inflate is unsupported: the element says so, opens nothing, and what was painted stays", async () => {
  for (const inflate of [undefined, OnlyGzip]) {
    await using page = new FakePage();
    page.world.DecompressionStream = inflate as typeof DecompressionStream;
    page.world.fetch = () => Promise.reject(new Error("asked"));
    install(page.world, loadWatch);
    const element = page.document.createElement("server-component");
    const told: Json[] = [];
    element.addEventListener("nacre:status", (event) => told.push((event as CustomEvent).detail));
    const painted =
      `<a href="/more">More</a><script type="application/json">[[["a",[["href","/more"]],"More"]],[1],0,"a snapshot"]</script>`;
    element.innerHTML = painted;
    element.setAttribute("route", "/ws");
    page.document.body.append(element);
    await observed();
    page.pass(60_000);
    transition(page, "pageshow", true);
    await observed();
    assertEquals([element.getAttribute("status"), told, page.sockets.length], ["unsupported", ["unsupported"], 0]);
    assertEquals([element.innerHTML, page.errors], [painted, []]);
  }
});

Deno.test("a socket that a policy or a browser does not let be made is a lost link, and other ways are tried", async () => {
  await using page = new FakePage();
  const opened: string[] = [];
  page.world.WebSocket = function () {
    opened.push("ws");
    throw new DOMException("The operation is insecure", "SecurityError");
  } as unknown as typeof WebSocket;
  page.world.EventSource = function () {
    opened.push("sse");
    throw new DOMException("The operation is insecure", "SecurityError");
  } as unknown as typeof EventSource;
  page.world.fetch = ((_: string, init?: RequestInit) => {
    if (init?.method !== "POST") return Promise.reject(new TypeError("Failed to fetch"));
    opened.push("http");
    return Promise.resolve(new Response(JSON.stringify(["mount", "e1", 0, [0, "a snapshot"], button, [1, "x"]])));
  }) as typeof fetch;
  const element = put(page);
  await observed();
  assertEquals(element.getAttribute("status"), "offline");
  for (let i = 0; i < 100 && element.getAttribute("status") !== "live"; i++) {
    page.pass(500);
    for (let i = 0; i < 5; i++) await observed();
  }
  assertEquals(opened, ["ws", "ws", "sse", "sse", "http"]);
  assertEquals([element.getAttribute("status"), visible(element)], ["live", "<button>x</button>"]);
  // Each is said on the console: a developer sees which policy it was.
  assertEquals(page.errors.length, 4);
});

Deno.test("a part that cannot be loaded is a lost link, and the next one tries again", async () => {
  await using page = new FakePage();
  let asked = 0;
  page.loadPart =
    ((name: keyof PartMakers) =>
      name === "fallback" && ++asked > 3
        ? loadPart(name)
        : Promise.reject(new TypeError("Failed to fetch dynamically imported module"))) as LoadPart;
  page.world.WebSocket = function () {
    throw new DOMException("The operation is insecure", "SecurityError");
  } as unknown as typeof WebSocket;
  const server = requests(page);
  const element = put(page);
  for (let i = 0; i < 100 && element.getAttribute("status") !== "live"; i++) {
    page.pass(500);
    for (let i = 0; i < 5; i++) await observed();
  }
  // Two sockets, two streams and one request failed, all of them said on the console.
  assertEquals([element.getAttribute("status"), server.asked.length, asked, page.errors.length], ["live", 1, 4, 5]);
});

Deno.test("a socket whose large frames cannot be inflated is left for another way, and is not asked more and more often meanwhile", async () => {
  await using page = new FakePage();
  const opened: string[] = [];
  const { WebSocket } = page.world;
  page.world.WebSocket = function (url: string) {
    opened.push(`ws ${page.now}`);
    return new WebSocket(url);
  } as unknown as typeof WebSocket;
  page.world.EventSource = function (url: string) {
    opened.push(`sse ${page.now}`);
    return Object.assign(new FakeSocket(url), { addEventListener() {} });
  } as unknown as typeof EventSource;
  put(page);
  await observed();
  // Each link works at first.
  for (let i = 0; i < 20 && opened.at(-1)!.startsWith("ws"); i++) {
    const { socket } = page;
    socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
    socket.onmessage!({ data: new Uint8Array([7, 7, 7]).buffer as never });
    // An inflater says so in its own time.
    for (let i = 0; i < 1000 && !socket.closed; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    assert(socket.closed);
    const { length } = opened;
    for (let i = 0; i < 100 && opened.length === length; i++) {
      page.pass(500);
      for (let i = 0; i < 5; i++) await observed();
    }
  }
  assert(opened.at(-1)!.startsWith("sse"), opened.join());
  assertEquals(opened.length, 4);
});

Deno.test("a socket's URL is absolute, of ws: or wss:, and relative to the base of the page", async () => {
  for (
    const [base, route, expected] of [
      [undefined, "/ws", "ws://site.test/ws"],
      [undefined, "ws?a=1", "ws://site.test/dir/ws?a=1"],
      ["https://base.test/x/y", "ws", "wss://base.test/x/ws"],
      [undefined, "https://other.test/http", "wss://other.test/http"],
      [undefined, "http://other.test/ws", "ws://other.test/ws"],
      [undefined, "wss://other.test/http://x", "wss://other.test/http://x"],
    ] as const
  ) {
    await using page = new FakePage();
    if (base) {
      const element = page.document.createElement("base");
      element.href = base;
      page.document.head.append(element);
    }
    install(page.world, loadPart);
    const element = page.document.createElement("server-component");
    element.setAttribute("route", route);
    page.document.body.append(element);
    await observed();
    assertEquals(page.socket.url.replace(/[?&]nacre=.*/, ""), expected);
  }
});

// ---- what throws -------------------------------------------------------------------------------

Deno.test("an error while an input is freed, or while a patch is applied, loses nothing that was acknowledged", async () => {
  for (const message of [[3], [3, { 0: "b" }]]) {
    await using page = new FakePage();
    const definitions: Definition[] = [[["div", [], ["input", [[".value", 0], ["@input", 1, 8]]], ["button", [["@click", 2, 0]]]]]];
    const { told } = page.element(definitions, [1, ""]);
    await page.settled();
    page.socket.receive([[0, "a snapshot"]]);
    const input = page.type("input", "a");
    page.click("button");
    page.click("button");
    // A setter of a web component, or of a script that has replaced the browser's own.
    let thrown = 0;
    Object.defineProperty(input, "value", {
      get: () => "a",
      set() {
        thrown++;
        throw new Error("a setter that throws");
      },
    });
    page.socket.receive(message);
    assert(thrown > 0);
    // The three are kept for another process, in their order.
    page.socket.cut();
    page.pass(500);
    page.socket.onopen?.();
    const [first] = page.socket.take();
    assertEquals(((first as unknown[])[4] as unknown[][]).map(([, path]) => path), [[1], [2], [2]]);
    assertEquals(refusals(told), []);
  }
});

Deno.test("a part that throws when a link begins or ends, or by a message, stops nothing else", async () => {
  for (const method of ["begin_", "take_", "end_"]) {
    await using page = new FakePage();
    page.loadPart = ((name: keyof PartMakers) =>
      loadPart(name).then((module) =>
        name !== "contexts" || !module ? module : {
          create: (host: never) =>
            Object.assign((module.create as unknown as (host: never) => object)(host), {
              [method]() {
                throw new Error("a listener of the page");
              },
            }),
        }
      )) as LoadPart;
    const { element } = page.element(button, [1, "x"], { config: { provided: { page: 1 } } });
    await observed();
    assertEquals(element.getAttribute("status"), "live", method);
    page.socket.receive(["provide", "page", 2]);
    page.socket.receive([0, { 0: "y" }]);
    await observed();
    assertEquals([visible(element), page.sockets.length], ["<button>y</button>", 1], method);
    page.socket.cut();
    page.pass(500);
    page.socket.receive(["mount", "e1", 1, 0, button, [1, "z"]]);
    assertEquals([visible(element), element.getAttribute("status")], ["<button>z</button>", "live"], method);
    assert(page.errors.length > 0);
  }
});

Deno.test("a listener of the element's events that throws, or sends it elsewhere, loses nothing", async () => {
  await using page = new FakePage();
  const { element } = page.element(button, [1, "x"]);
  page.socket.cut();
  page.click("button");
  element.addEventListener("nacre:status", (event) => {
    if ((event as CustomEvent).detail === "live" && element.getAttribute("route") === "/ws") element.setAttribute("route", "/other");
  });
  page.pass(500);
  page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
  assertEquals([page.sockets.length, element.getAttribute("status")], [3, "connecting"]);
  page.socket.receive(["mount", "e2", 0, 0, button, [1, "y"]]);
  assertEquals([visible(element), element.getAttribute("status")], ["<button>y</button>", "live"]);
});
