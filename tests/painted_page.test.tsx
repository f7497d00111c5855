/** A page that an app is painted into: how it is made, and what the browser runtime makes of it, with links that a test holds. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { VNode } from "preact";
import { useEffect, useId, useLayoutEffect, useState } from "preact/hooks";
import type { Page, WebSocketRoute } from "playwright-core";
import { app, effect, next, page, pageAsync, runtimeScript, serve, ServerComponent, type ServerComponentProps, start } from "../mod.ts";
import { paintApp, type PaintedState } from "../runtime/app/paint.ts";
import { checksum as browserChecksum } from "../runtime/browser/checksum.ts";
import { captureScript } from "../runtime/page/capture.ts";
import { checksum } from "../runtime/view/checksum.ts";
import { diff } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { launch, seeded, type Seen, serveOn0, until, visit } from "./kit.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const request = new Request("http://localhost/page");

/** What the description in a page says. */
function descriptionIn(html: string): unknown[] {
  return JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(html)![1]!);
}

const list = app({
  init: (names: readonly string[]) => next({ names, typed: "" }, effect.from(() => Promise.reject(new Error("An effect was started")))),
  update: (model, msg: { typed: string } | "clear") => msg === "clear" ? { ...model, names: [] } : { ...model, ...msg },
  subscriptions: () => ({ clock: effect.every(1, "clear") }),
  view: ({ names, typed }, send) => (
    <form onSubmit={send("clear")}>
      <ul>{names.map((name) => <li key={name}>{name}</li>)}</ul>
      <input name="typed" value={typed} onInput={send((e) => ({ typed: e.currentTarget.value }))} />
      <input id="box" type="checkbox" onChange={send((e) => ({ typed: String(e.currentTarget.checked) }))} />
      <a href="#there" onClick={send("clear", { preventDefault: true })}>Clear</a>
      <button>Send</button>
    </form>
  ),
});

// ---- on the server -----------------------------------------------------------------------------

Deno.test("<ServerComponent of> paints the view and the description, without a marker, and starts nothing", async () => {
  const live = serve(list, { flags: ["a<b", "</script>"] });
  const html = await page(<ServerComponent of={live} request={request} route="/ws" id="here" />).text();
  assertMatch(
    html,
    /^<!DOCTYPE html><script>[^<]+<\/script><server-component route="\/ws" id="here"><form><ul><li>a&lt;b<\/li><li>&lt;\/script&gt;<\/li><\/ul>/,
  );
  assertMatch(html, /<\/form><script type="application\/json">\[[^<]*<\/script><\/server-component>$/);
  assert(!html.includes("<!--"));
  const [definitions, shape, , snapshot] = descriptionIn(html);
  assertEquals([(definitions as unknown[]).length, shape], [2, [1, [0, 2, [2, 1]]]]);
  assertMatch(snapshot as string, /^[\w-]{60,300}$/);
  assertEquals(live.running, 0);
});

Deno.test("page() names pageAsync where authorize or flags answer a promise, and pageAsync() paints then, each component for itself", async () => {
  let inits = 0;
  const counted = app({ init: (name: string) => `${name} ${++inits}`, update: (model) => model, view: (model) => <p>{model}</p> });
  const live = serve(counted, { flags: () => Promise.resolve("later") });
  const atOnce = serve(counted, { flags: "at once" });
  function Body(): VNode {
    return (
      <main>
        <ServerComponent of={atOnce} request={request} route="/b" />
        <ServerComponent of={live} request={request} route="/a" />
        <ServerComponent of={live} request={request} route="/a" />
      </main>
    );
  }
  assertThrows(() => page(<Body />), Error, "use pageAsync");
  const html = await (await pageAsync(<Body />)).text();
  const texts = [...html.matchAll(/<p>(.*?)<\/p>/g)].map(([, text]) => text!);
  assertEquals(texts.map((text) => text.replace(/ \d+$/, "")), ["at once", "later", "later"]);
  assertEquals(new Set(texts).size, 3);
});

Deno.test("what is refused or fails is painted empty, and onError is told", async () => {
  const told: string[] = [];
  const onError = (error: unknown, where: string) => void told.push(`${where}: ${(error as Error).message}`);
  const broken = app({ init: () => 0, update: (model) => model, view: () => <p>{[].at(0)!["x"]}</p> });
  const lives = [
    serve(list, { flags: [], onError, authorize: () => new Response(null, { status: 401 }) }),
    serve(list, { flags: () => Promise.reject(new Error("no flags")), onError }),
    serve(list, { flags: [], key: () => "x".repeat(300), onError }),
    serve(broken, { onError }),
  ];
  for (const live of lives) {
    const response = await pageAsync(<ServerComponent of={live} request={request} route="/ws">Soon</ServerComponent>);
    // Around what it has waited for Preact puts comments.
    const html = (await response.text()).replace(/<!--\/?\$s-->/g, "");
    assertEquals(html, '<!DOCTYPE html><server-component route="/ws">Soon</server-component>');
  }
  assertEquals(told.length, 4);
  assertStringIncludes(told[0]!, "paint: A page was painted empty: authorize refused it with 401");
  assertEquals(told[1], "paint: no flags");
  assertThrows(() => page(<ServerComponent of={lives[0]!} route="/ws" />), TypeError, "needs `request`");
});

Deno.test("a model that is too large for the snapshot of a page is told once, and its pages are painted all the same", () => {
  const errors: string[] = [];
  const noise = Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
  const large = app({ init: () => ({ noise }), update: (model: { noise: number[] }) => model, view: () => "large" });
  const live = serve(large, { onError: (error, where) => void errors.push(`${where}: ${error}`) });
  for (let i = 0; i < 3; i++) assertEquals(live.paint(request), { html: "large" });
  assertEquals(errors.length, 1);
  assertMatch(errors[0]!, /^snapshot: TooLargeError: /);
});

Deno.test("a running app is painted as it is, in its own version and with its own templates; an open room too, and no room is opened", async () => {
  const counter = app({ init: () => 0, update: (count: number, _: "up") => count + 1, view: (count) => <p>{count}</p> });
  await using running = start(counter);
  running.dispatch("up");
  await until(() => running.paint().html.startsWith("<p>1</p>"));
  assertStringIncludes((await serve(running).paint(request)).html, "<p>1</p>");
  await running.stop();
  assertEquals(running.paint(), { html: "" });

  const live = serve(counter, { key: () => "room" });
  assertStringIncludes((await live.paint(request)).html, "<p>0</p>");
  assertEquals([live.running, live.runtime("room")], [0, undefined]);
});

Deno.test("a page that was painted with a running app begins with that, and is sent what it has missed", async () => {
  const world = new VirtualWorld();
  const counter = app({ init: () => 0, update: (count: number, _: "up") => count + 1, view: (count) => <p>{count}</p> });
  await using running = run(counter, undefined, { world });
  const messages: string[][] = [];
  const come = (resume: string) => {
    const said: string[] = [];
    messages.push(said);
    running.connect({ resume, send: (message) => void said.push(message as string), close() {} });
    return said;
  };
  const up = () => {
    running.dispatch("up");
    world.settle();
  };
  const paintedAs = () => {
    const epoch = descriptionIn(running.paint().html)[3] as string;
    return `${epoch}.0.${epoch.split("~")[2]}.0`;
  };
  // Somebody is there, and has seen all: for him alone nothing would be kept.
  const other = new Visitor(running as unknown as Runtime<never>);
  up();
  other.read();
  other.tell();
  const first = paintedAs();
  const [epoch] = first.split(".");
  assertEquals(come(`anna-0001.${first}`), [`["resume","${epoch}",1,0]`]);
  up();
  other.read();
  other.tell();
  // Two that were given the same page.
  for (const name of ["bert-0001", "cleo-0001"]) {
    assertEquals(come(`${name}.${first}`), [`["resume","${epoch}",1,0,0,{"0":2},[],0]`]);
  }
  up();
  assertEquals(messages.map((said) => said.at(-1)), ['[0,{"0":3}]', '[0,{"0":3}]', '[0,{"0":3}]']);
  // Who has done anything has been here, and is not known any more; who is known goes on, or begins anew.
  assertMatch(come(`dora-0001.${epoch}.1.1.0`)[0]!, /^\["mount",/);
  assertMatch(come(`anna-0001.${epoch!.replace("~1", "~2")}.0.2.0`)[0]!, /^\["mount",/);
  assertMatch(come(`emil-0001.${epoch!.replace("~1", "~3")}.0.3.0`)[0]!, /^\["mount",/);
  // It comes too late.
  const late = paintedAs();
  world.advance(29_999);
  assertMatch(come(`fred-0001.${late}`)[0]!, /^\["resume",/);
  world.advance(1);
  assertMatch(come(`gina-0001.${late}`)[0]!, /^\["mount",/);
});

Deno.test("a view in a shadow root is painted as one, and described behind the children of its element", async () => {
  const make = (shadow: "open" | { mode: "closed"; delegatesFocus: true }) =>
    serve(app({ init: () => "x", update: (model) => model, view: (model) => <p>{model}</p>, shadow }));
  const { html, root } = await make("open").paint(request);
  assertEquals(html.slice(0, root), '<template shadowrootmode="open"><p>x</p></template>');
  assertEquals(descriptionIn(html.slice(root)).slice(0, 2), [[[["p", [], 0]]], [1, 1]]);
  const closed = make({ mode: "closed", delegatesFocus: true });
  const around = await page(<ServerComponent of={closed} request={request} route="/ws">mine</ServerComponent>).text();
  assertStringIncludes(
    around,
    '<template shadowrootmode="closed" shadowrootdelegatesfocus><p>x</p></template>mine<script type="application/json">',
  );
});

Deno.test("useId() answers the same on the page and to whoever renders with the same prefix; what is sealed says it", () => {
  const named = app({
    init: () => 1,
    update: (model) => model,
    view: function View() {
      return <Field />;
    },
  });
  function Field() {
    const [start] = useState("x");
    return <label for={useId()}>{start}</label>;
  }
  let sealed: PaintedState | undefined;
  const options = { ids: "abc", development: false, warn() {} };
  const { html } = paintApp(named, undefined, {
    ...options,
    seal: (state) => {
      sealed = state;
      return "opaque <token>";
    },
  });
  assertEquals(descriptionIn(html)[3], "opaque <token>");
  const again = new Lowering(options).lower(<Field />);
  assertEquals(sealed!.model, 1);
  assert(sealed!.components !== undefined);
  assertEquals(paintApp(named, undefined, options).html.split("<script")[0], html.split("<script")[0]);
  assertMatch(html, /<label for="[^"]*abc[^"]*">x</);
  assertEquals(diff(again, again, sealed!.definitions), undefined);
});

seeded("the checksum of the browser is that of the server, and tells texts apart", (random) => {
  const seen = new Set<number>();
  for (let i = 0; i < 5_000; i++) {
    const text = `${i}${"ä\ud83d\0".repeat(random.below(9))}`;
    assertEquals(checksum(text), browserChecksum(text));
    assertEquals(checksum(text.slice(3), checksum(text.slice(0, 3))), checksum(text));
    seen.add(checksum(text));
  }
  assert(seen.size > 4_998);
});

Deno.test("the capturing script is small, and no page needs it twice", () => {
  assert(captureScript.length <= 800, `${captureScript.length}`);
  assert(!captureScript.includes("<"));
});

// ---- in a browser ------------------------------------------------------------------------------

/** A link that a test holds. */
interface HeldLink {
  /** All that the page has said. */
  readonly sent: string[];
  say(message: unknown): void;
  /** Loads the browser runtime, and waits for its link. */
  load(): Promise<void>;
}

/** A painted page under a strict policy, whose script is not answered before `load()`. */
async function withPage(
  { live, nonce }: { live: ServerComponentProps["of"]; nonce?: string },
  look: (page: Page, link: HeldLink, seen: Seen) => Promise<void>,
): Promise<void> {
  const isWanted = Promise.withResolvers<void>();
  await using server = serveOn0(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/nacre/runtime.mjs") {
      if (search === "") await isWanted.promise;
      return runtimeScript(request);
    }
    if (pathname !== "/") return new Response("Another page", { headers: { "content-type": "text/html" } });
    const body = (
      <body>
        <script type="module" async src="/nacre/runtime.mjs"></script>
        <ServerComponent of={live} request={request} route="/ws" nonce={nonce} />
      </body>
    );
    return page(body, {
      headers: { "content-security-policy": "default-src 'none'; script-src 'self' 'nonce-yes'; connect-src 'self' ws:" },
    });
  });
  await using browser = await launch();
  const sent: string[] = [];
  const routes: WebSocketRoute[] = [];
  await visit(browser, server.url, async (page, seen) => {
    await look(page, {
      sent,
      say: (message) => routes.at(-1)!.send(JSON.stringify(message)),
      async load() {
        const before = routes.length;
        isWanted.resolve();
        await until(() => routes.length > before);
      },
    }, seen);
  }, {
    waitUntil: "commit",
    before: (page) =>
      page.routeWebSocket(/\/ws/, (route) => {
        routes.push(route);
        route.onMessage((message) => {
          const said: unknown = JSON.parse(String(message));
          // What goes on from the page brings what was done in it.
          if (Array.isArray(said) && said[0] === "resume") sent.push(...(said[4] as unknown[]).map((event) => JSON.stringify(event)));
          else sent.push(String(message));
        });
      }),
  });
}

/** Of each event the path, and what its target had. */
const told = (sent: readonly string[]) =>
  sent.map((text) => JSON.parse(text)).filter(Array.isArray).map((
    [, path, , target],
  ) => [path, target?.value ?? null, target?.checked ?? null]);

Deno.test("a painted page keeps its nodes, the focus and what was typed; what was done too early is told, in order; a submit leaves no page", async () => {
  const live = serve(list, { flags: ["a", "b"] });
  await withPage({ live, nonce: "yes" }, async (page, link) => {
    await page.evaluate(`nodes = [...document.querySelectorAll("server-component *")].filter(({ type }) => type != "application/json")`);
    await page.click("[name=typed]");
    await page.keyboard.type("hi");
    await page.click("#box");
    await page.click("[name=typed]");
    await page.keyboard.press("Enter");
    assertEquals(
      await page.evaluate("nacreEarly.map(([{ type }]) => type)"),
      ["click", "input", "input", "change", "click", "input", "change", "click", "click", "submit"],
    );
    await link.load();
    assertEquals(
      await page.evaluate(`[nodes.every((node) => node.isConnected), document.querySelectorAll("script[type='application/json']").length]`),
      [true, 0],
    );
    assertEquals(
      await page.evaluate(
        "[document.activeElement.name, document.activeElement.value, document.activeElement.selectionStart, box.checked]",
      ),
      ["typed", "hi", 2, true],
    );
    // With the snapshot, before anything is answered.
    await until(() => link.sent.length >= 4);
    link.say(["resume", "e1", 0, 0]);
    await page.waitForTimeout(50);
    // Twice typed, the box, the form; each with what is there now.
    const [first, second, box, form] = told(link.sent);
    assertEquals([first, link.sent.length], [second, 4]);
    assertEquals([first![1], box!.slice(1), form!.slice(1)], ["hi", ["on", true], [null, null]]);
    assertEquals(new URL(page.url()).search, "");
    // It goes on as any view.
    await page.evaluate("document.activeElement.blur()");
    link.say([4, { 0: { $: [0, 1, [[2, "new"]]] } }]);
    await page.waitForFunction(`document.querySelector("ul").textContent == "anew"`);
    assertEquals(await page.evaluate("nodes.filter((node) => !node.isConnected).length"), 1);
    await page.click("a");
    await until(() => link.sent.some((text) => text.startsWith("[1,")));
    assertEquals([await page.evaluate("nacreEarly.length"), new URL(page.url()).hash], [0, ""]);
  });
});

Deno.test("a form that no handler listens to is sent after all, by the button that was pressed", async () => {
  const plain = app({
    init: () => 0,
    update: (model) => model,
    view: () => (
      <form action="/sent">
        <input name="a" defaultValue="1" />
        <button name="b" value="2">Send</button>
      </form>
    ),
  });
  await withPage({ live: serve(plain), nonce: "yes" }, async (page, link) => {
    await page.click("button");
    assertEquals(await page.evaluate("nacreEarly.length"), 2);
    await link.load();
    await page.waitForURL("**/sent?a=1&b=2");
  });
});

Deno.test("a mount replaces a painted page that was taken over, and one that was not; what was done in it is refused", async () => {
  const live = serve(list, { flags: ["a", "b"] });
  for (const edit of ["", `document.querySelector("li").append("!")`]) {
    await withPage({ live, nonce: "yes" }, async (page, link) => {
      await page.evaluate(`refused = 0; addEventListener("nacre:refused", () => refused++); ${edit}`);
      await page.click("#box");
      await link.load();
      link.say(["mount", "e1", 0, 0, [[["p", [], 0]]], [1, "mounted"]]);
      await page.waitForFunction(`document.querySelector("server-component").textContent == "mounted"`);
      assertEquals([await page.evaluate("refused"), link.sent.length], edit ? [0, 0] : [1, 1]);
      assertEquals(await page.evaluate(`document.querySelectorAll("server-component *").length`), 1);
    });
  }
});

Deno.test("a policy that asks for a nonce stops the capturing script where none is given, and the page is taken over all the same", async () => {
  const live = serve(list, { flags: ["a"] });
  await withPage({ live }, async (page, link, seen) => {
    assertEquals(await page.evaluate("typeof nacreEarly"), "undefined");
    await link.load();
    link.say(["resume", "e1", 0, 0]);
    await page.waitForSelector("[status=live]");
    await page.click("a");
    await until(() => link.sent.length === 1);
    assert(seen.console.some((line) => /Content Security Policy/.test(line)));
  });
});

Deno.test("what a browser has filled in again after going back is told when the link is live", async () => {
  const live = serve(list, { flags: ["a", "b"] });
  await withPage({ live, nonce: "yes" }, async (page, link) => {
    await page.fill("[name=typed]", "back again");
    await page.check("#box");
    await page.goto(new URL("/other", page.url()).href);
    await page.goBack({ waitUntil: "commit" });
    await page.waitForSelector("#box");
    assertEquals(await page.evaluate(`[document.querySelector("[name=typed]").value, box.checked]`), ["back again", true]);
    assertEquals(await page.evaluate("nacreEarly"), []);
    await link.load();
    await page.waitForTimeout(50);
    assertEquals(link.sent, []);
    link.say(["resume", "e1", 0, 0]);
    await until(() => link.sent.length >= 2);
    assertEquals(told(link.sent).map(([, ...said]) => said), [["back again", null], ["on", true]]);
    assertEquals(await page.inputValue("[name=typed]"), "back again");
  });
});

Deno.test("an element whose end the parser has not come to waits for it, and is taken over then", async () => {
  const live = serve(list, { flags: ["a", "b"] });
  const { html } = await live.paint(request);
  const half = html.indexOf("</ul>");
  const isLoaded = Promise.withResolvers<void>();
  await using server = serveOn0((request) => {
    if (new URL(request.url).pathname === "/nacre/runtime.mjs") {
      isLoaded.resolve();
      return runtimeScript(request);
    }
    if (new URL(request.url).pathname !== "/") return new Response(null, { status: 404 });
    const body = async function* () {
      yield `<!DOCTYPE html><script type="module" async src="/nacre/runtime.mjs"></script><server-component route="/ws">${
        html.slice(0, half)
      }`;
      await isLoaded.promise;
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield `${html.slice(half)}</server-component>`;
    };
    return new Response(ReadableStream.from(body()).pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/html" } });
  });
  await using browser = await launch();
  let opened = 0;
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("[status=live]");
    assertEquals([opened, await page.evaluate(`[document.querySelectorAll("li, input").length, seen]`)], [1, [4, [0, 4]]]);
  }, {
    before: async (page) => {
      await page.addInitScript(
        `seen = []; addEventListener("DOMContentLoaded", () => seen[1] = document.querySelectorAll("li, input").length);
        customElements.whenDefined("server-component").then(() => seen[0] = document.querySelectorAll("input").length)`,
      );
      await page.routeWebSocket(/\/ws/, (route) => {
        opened++;
        route.send(JSON.stringify(["resume", "e1", 0, 0]));
      });
    },
  });
});

Deno.test("page() paints a running app for the first time: its components have their effects all the same", async () => {
  const calls: string[] = [];
  function Effectful() {
    useLayoutEffect(() => void calls.push("layout"));
    useEffect(() => {
      calls.push("effect");
      return () => void calls.push("cleanup");
    });
    return <p>shown</p>;
  }
  const running = start(app({ init: () => 0, update: (model: number, _: never) => model, view: () => <Effectful /> }));
  const live = serve(running);
  const request = new Request("http://localhost/");
  const response = page(<body>{<ServerComponent of={live} request={request} route="/ws" />}</body>);
  assertStringIncludes(await response.text(), "<p>shown</p>");
  assertEquals(calls, ["layout", "effect"]);
  await running.stop();
  assertEquals(calls, ["layout", "effect", "cleanup"]);
  await live.close();
});
