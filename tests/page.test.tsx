/**
 * What the page says to an app beside events, and what an app has the page do: in Chromium, live and mounted, where a change of the tag must
 * keep the behaviour; and what a hostile page may say.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { app, effect, next, parse, runtimeScript, serve, simulate, start } from "../mod.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import { type Play, playing, script } from "./playing.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { apps, told } from "./page_apps.tsx";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const play = playing(apps, "tests/page_script.ts");
/** Once on a server and once in the page. */
function inBothLives(title: string, ...what: Play<keyof typeof apps>): void {
  for (const life of ["live", "mounted"] as const) Deno.test(`${title} (${life})`, () => play(life, ...what));
}

// ---- facts -------------------------------------------------------------------------------------

inBothLives(
  "Attributes and properties reach the app: set before the script, changed, removed, set again after a move",
  "told",
  `<main></main><x-app id="root" step="5" open data-mode="rich" other="x"></x-app>
<script>root.rows = [1, 2];</script>${script}`,
  async ({ page, shows }) => {
    await shows("step:5 open:true mode:rich rows:[1,2]");
    await page.evaluate(() => {
      const root = document.querySelector("#root") as HTMLElement & { rows: unknown };
      root.setAttribute("step", "6");
      root.setAttribute("step", "7");
      root.removeAttribute("open");
      root.rows = [3];
      root.rows = { a: 4 };
    });
    await shows('step:5 open:true mode:rich rows:[1,2] step:7 open:false rows:{"a":4}');
    assertEquals(await page.evaluate(`root.rows.a`), 4);
    // What is the same is not said again.
    await page.evaluate(`root.setAttribute("step", "7"); root.setAttribute("other", "y"); document.querySelector("main").append(root)`);
    await page.click("button");
    await shows('step:5 open:true mode:rich rows:[1,2] step:7 open:false rows:{"a":4} click');
    await page.evaluate(`root.removeAttribute("step")`);
    await shows('step:5 open:true mode:rich rows:[1,2] step:7 open:false rows:{"a":4} click step:1');
  },
);

inBothLives(
  "An element that is taken out and put back begins anew, and is told all that it has then",
  "told",
  `<x-app id="root" step="5"></x-app><script>root.title = "own"; root.rows = 1</script>${script}`,
  async ({ page, shows }) => {
    // `title` is no own property: HTML has it.
    await shows("step:5 rows:1");
    await page.evaluate(`root.title = "mine"`);
    await shows("step:5 rows:1 title:mine");
    await page.evaluate(`gone = root; gone.remove(); gone.setAttribute("step", "8"); gone.rows = 2`);
    await page.waitForTimeout(50);
    await page.evaluate(`document.body.append(gone)`);
    await shows("step:8 rows:2 title:mine");
  },
);

inBothLives(
  "An attribute that does not parse is refused, and the next one is heard",
  "told",
  `<script>refused = []; addEventListener("nacre:refused", (e) => refused.push(e.detail.reason))</script>
<x-app id="root" step="five"></x-app>${script}`,
  async ({ page, shows }) => {
    await page.waitForFunction("refused.length == 1");
    await page.evaluate(`root.setAttribute("step", "9")`);
    await shows("step:9");
    assertEquals(await page.evaluate("refused"), ["payload"]);
  },
);

Deno.test("After a cut the same epoch hears only what changed meanwhile, and what was on its way once", async () => {
  const world = new VirtualWorld();
  await using runtime = run(told, undefined, { world });
  const visitor = new Visitor(runtime);
  assertEquals(visitor.reader.config, { attributes: ["step", "open", "data-mode", "label"], properties: ["rows", "title"] });
  visitor.say(`[0,"attribute","label","a"]`);
  world.settle();
  visitor.read();
  assertEquals([visitor.text, visitor.reader.done], ["label:aClick", 1]);
  visitor.say(`[0,"attribute","label","b"]`);
  visitor.comeBack();
  assertEquals([visitor.text, visitor.reader.done], ["label:a label:bClick", 2]);
});

Deno.test("A dropped socket: attributes and properties set meanwhile reach the app that goes on once each, the properties stay, and contexts come back", async () => {
  const loaded: string[] = [];
  const dropped = app({
    init: () => next([] as readonly string[], effect.provide("count", 0)),
    update: (log, line: string) => [...log, line],
    view: (log) => <output>{log.join(" ")}</output>,
    onAttribute: { step: (step) => `step:${step}` },
    onProperty: { rows: (rows) => `rows:${rows}` },
    onUrl: (url) => `at:${url.pathname}`,
  });
  const live = serve(dropped);
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/page.js") {
      loaded.push(request.url);
      return runtimeScript(request);
    }
    return pathname === "/ws" ? live(request) : new Response(
      `<!doctype html><link rel="icon" href="data:,"><body><script>
sockets = [];
WebSocket = class extends WebSocket { constructor(...all) { super(...all); sockets.push(this); } };
</script><server-component id="root" route="/ws" step="1"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    const shows = (text: string) => page.waitForFunction((text) => document.querySelector("output")?.textContent === text, text);
    await shows("step:1 at:/");
    await page.evaluate(`root.rows = 1`);
    let log = "step:1 at:/ rows:1";
    await shows(log);
    for (const step of [2, 3]) {
      await page.evaluate(`sockets.at(-1).close(4000)`);
      await page.waitForSelector("#root[status=offline]");
      await page.evaluate(`root.setAttribute("step", "0"); root.setAttribute("step", "${step}"); root.rows = ${step}`);
      // Its session goes on, and is told what is other than it was.
      log += ` step:${step} rows:${step}`;
      await shows(log);
    }
    assertEquals(await page.evaluate("[root.rows, sockets.length]"), [3, 3]);
    // The part for contexts was loaded once.
    const parts = loaded.map((url) => new URL(url).search).filter((search) => search !== "?part=watch");
    assertEquals(parts, ["", "?part=facts", "?part=contexts"]);
  });
  await live.close();
});

Deno.test("A page loads what writes controls with the first of them; what comes meanwhile waits, in its order", async () => {
  for (const how of ["value", "spread", "editable"] as const) {
    const loaded: string[] = [];
    const released = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const shown = app({
      name: "controls",
      init: () => 0,
      update: (_, count: number) => count,
      view: (count) => (
        <div>
          <output>{count}</output>
          {count > 0 && how === "value" && <input id="control" value={count} />}
          {count > 0 && how === "spread" && <input id="control" {...{ value: count }} />}
          {count > 0 && how === "editable" && <p id="control" contenteditable="true">{count}</p>}
        </div>
      ),
    });
    const runtime = start(shown);
    const live = serve(runtime);
    await using server = serveOn0(async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/ws") return live(request);
      if (pathname !== "/page.js") {
        return new Response(`<!doctype html><body><server-component route="/ws"></server-component>${script}`, {
          headers: { "content-type": "text/html" },
        });
      }
      if (search !== "?part=watch") loaded.push(search);
      if (search === "?part=input") {
        asked.resolve();
        await released.promise;
      }
      return runtimeScript(request);
    });
    await using browser = await launch();
    await visit(browser, server.url, async (page) => {
      const shows = (text: string) => page.waitForFunction((text) => document.querySelector("output")?.textContent === text, text);
      await shows("0");
      assertEquals(loaded, [""], "a page without controls does not load it");
      runtime.dispatch(1);
      await asked.promise;
      runtime.dispatch(2);
      runtime.dispatch(3);
      assertEquals(await page.evaluate(`document.querySelector("output").textContent`), "0");
      released.resolve();
      await shows("3");
      assertEquals(await page.evaluate(`[document.getElementById("control")].map((one) => one.value ?? one.textContent)[0]`), "3");
      assertEquals(loaded, ["", "?part=input"], "once");
    });
    await live.close();
    await runtime.stop();
  }
});

Deno.test("The route of an element can be changed at any time: the other app is told what the element has", async () => {
  const routes = ["a", "b"].map((name) =>
    serve(app({
      init: () => "",
      update: (_, step: string) => step,
      view: (step) => <output>{name} {step}</output>,
      onAttribute: { step: (step) => step ?? "none" },
    }))
  );
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/a" || pathname === "/b") return routes[pathname === "/a" ? 0 : 1]!(request);
    return pathname === "/page.js" ? runtimeScript(request) : new Response(
      `<!doctype html><link rel="icon" href="data:,"><body><server-component id="root" route="/a" step="5"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    const shows = (text: string) => page.waitForFunction((text) => document.querySelector("output")?.textContent === text, text);
    await shows("a 5");
    await page.evaluate(`root.setAttribute("step", "6"); root.setAttribute("route", "/b")`);
    await shows("b 6");
    assertEquals(routes.map((route) => route.running), [0, 1]);
    await page.evaluate(`root.removeAttribute("route")`);
    await until(() => routes[1]!.running === 0);
    await page.evaluate(`root.setAttribute("route", "/a")`);
    await shows("a 6");
  });
});

Deno.test("A hostile page: what the app did not ask for, names of Object's, URLs that are none; refused, counted, not echoed", async () => {
  const world = new VirtualWorld();
  await using runtime = run(told, undefined, { world });
  const visitor = new Visitor(runtime);
  const said = [
    `[0,"attribute","secret","x"]`,
    `[0,"attribute","__proto__","x"]`,
    `[0,"attribute","constructor",null]`,
    `[0,"property","__proto__",{"polluted":1}]`,
    `[0,"property","toString",1]`,
    `[0,"property","step",1]`,
    `[0,"attribute","step","1e999"]`,
    `[0,"attribute","data-mode","other"]`,
    `[0,"url","http://page.test/"]`,
  ];
  for (const line of said) assertEquals(visitor.say(line), "taken");
  world.settle();
  visitor.read();
  assertEquals(visitor.reader.refused.map(({ reason }) => reason), said.map(() => "payload"));
  assertEquals(runtime.status().refused.payload, said.length);
  assertEquals([visitor.text, visitor.reader.done], ["Click", said.length]);
  assert(!visitor.link.messages.slice(1).join().includes("polluted"));

  await using routed = run(apps.routed, undefined, { world });
  const other = new Visitor(routed);
  const urls = ["", "/relative", "javascript:1", "data:,x", "file:///etc/passwd", "blob:http://a/b", "http://"];
  for (const url of urls) other.say(JSON.stringify([0, "url", url]));
  other.say(`[0,"url","https://page.test/?good"]`);
  world.settle();
  other.read();
  assertEquals(other.reader.refused.length, urls.length);
  assertStringIncludes(other.text, "?good");
});

for (
  const line of [
    `[0,"attribute","step"]`,
    `[0,"attribute","step",5]`,
    `[0,"attribute",1,"x"]`,
    `[0,"attribute","step","x",1]`,
    `[0,"property","rows"]`,
    `[0,"property",["rows"],1]`,
    `[0,"property","rows",1,2]`,
    `[0,"url"]`,
    `[0,"url",null]`,
    `[0,"url","http://a",1]`,
    `[0,"unknown","x"]`,
    `[0,"__proto__","x"]`,
    `[0,"mount","x"]`,
    `["0","url","x"]`,
  ]
) {
  Deno.test(`A fact of a wrong shape closes the link: ${line}`, async () => {
    await using runtime = run(told, undefined, { world: new VirtualWorld() });
    const visitor = new Visitor(runtime);
    assertEquals(visitor.say(line), "refused");
    assertEquals(visitor.link.closed?.code, 4400);
  });
}

Deno.test("A client that tells more facts than it may is sent away", async () => {
  await using runtime = run(told, undefined, { world: new VirtualWorld() });
  const visitor = new Visitor(runtime);
  for (let i = 0; i < 1_001; i++) visitor.say(`[0,"attribute","label","${i}"]`);
  assertEquals(visitor.link.closed?.code, 4429);
});

Deno.test("In development the console says what does not parse, by name", async () => {
  const { warn } = console;
  const warned: string[] = [];
  console.warn = (text: string) => void warned.push(text);
  try {
    const world = new VirtualWorld();
    await using runtime = run(told, undefined, { world, development: true });
    new Visitor(runtime).say(`[0,"attribute","step","five"]`);
    world.settle();
  } finally {
    console.warn = warn;
  }
  assertEquals(warned, [`nacre: app: refused: attribute "step" is to be a whole number, not "five"`]);
});

Deno.test("An onAttribute that throws refuses its fact, is told to onError, and ends nothing", async () => {
  const world = new VirtualWorld();
  const errors: string[] = [];
  const broken = app<number, never>({
    init: () => 0,
    update: (model) => model,
    view: () => null,
    onAttribute: {
      step() {
        throw new Error("broken");
      },
    },
  });
  await using runtime = run(broken, undefined, { world, onError: (error, where) => void errors.push(`${where}: ${error}`) });
  const visitor = new Visitor(runtime);
  visitor.say(`[0,"attribute","step","1"]`);
  world.settle();
  assertEquals([errors, runtime.status().refused.payload, runtime.hasEnded], [["handler: Error: broken"], 1, false]);
});

Deno.test("parse reads what it says, and refuses the rest", () => {
  const read = (parser: (value: unknown) => unknown, value: unknown) => {
    try {
      return parser(value);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const same = <T,>(value: T) => [value];
  const table: [parser: (value: unknown) => unknown, value: unknown, expected: unknown][] = [
    [parse.number(same), "1.5", [1.5]],
    [parse.number(same), 2, [2]],
    [parse.number(same), " ", "a number"],
    [parse.number(same), "Infinity", "a number"],
    [parse.number(same), true, "a number"],
    [parse.number(same), null, undefined],
    [parse.number(same, 0), null, [0]],
    [parse.integer(same), "12", [12]],
    [parse.integer(same), 1.5, "a whole number"],
    [parse.boolean(same), "", [true]],
    [parse.boolean(same), "false", [true]],
    [parse.boolean(same), null, [false]],
    [parse.boolean(same), false, [false]],
    [parse.boolean(same), 0, "a boolean"],
    [parse.string(same), "x", ["x"]],
    [parse.string(same), 1, "a text"],
    [parse.oneOf(["a", "b"], same), "b", ["b"]],
    [parse.oneOf(["a", "b"], same), "c", "one of a, b"],
    [parse.oneOf(["a", "b"], same, "a"), null, ["a"]],
    [parse.json(same), `{"a":1}`, [{ a: 1 }]],
    [parse.json(same), { a: 1 }, [{ a: 1 }]],
    [parse.json(same), "{", "JSON"],
  ];
  for (const [parser, value, expected] of table) assertEquals(read(parser, value), expected, JSON.stringify(value));
});

Deno.test("simulate() sets attributes and properties, and refuses what the server would refuse", () => {
  const test = simulate(told);
  test.attribute("step", "3");
  test.property("rows", [1]);
  assertEquals(test.messages, ["step:3", "rows:[1]"]);
  assertThrows(() => test.attribute("step", "x"), TypeError, `attribute "step" is to be a whole number, not "x"`);
  assertThrows(() => test.attribute("__proto__", "x"), TypeError, "has not asked for");
  const routed = simulate(apps.routed);
  routed.url("http://page.test/?a=1#b");
  assertEquals(routed.messages, [{ at: "?a=1#b" }]);
});

// ---- effects of the page -----------------------------------------------------------------------

inBothLives(
  "Effects of the page act after the patch before them, in the component alone, and a bad one harms nothing",
  "acting",
  `<input id="beyond"><x-app id="root"></x-app>${script}`,
  async ({ page, seen, shows }) => {
    const act = async (name: string, count: number) => {
      await page.evaluate((name) => document.querySelector<HTMLElement>(`button#${name}`)!.click(), name);
      await shows(`${count} ${name}`);
    };
    const says = (expression: string) => page.waitForFunction(expression);
    await says(`document.title === "Begun"`);
    // The input comes with the patch.
    await act("focus", 1);
    await says(`document.activeElement.id === "who"`);
    await act("select", 2);
    await says(`document.activeElement.selectionEnd === 4`);
    await page.fill("#typed", "typed");
    await act("reset", 3);
    await says(`document.querySelector("#typed").value === ""`);
    await act("scroll", 4);
    await says(`scrollY > 3000`);
    await act("open", 5);
    await says(`document.querySelector("dialog").matches(":modal")`);
    await act("close", 6);
    await says(`!document.querySelector("dialog").open`);
    await page.evaluate(
      `called = []; for (const name of ["play", "pause"]) HTMLMediaElement.prototype[name] = () => void called.push(name)`,
    );
    await act("play", 7);
    await act("pause", 8);
    await says(`called.join() === "play,pause"`);
    await page.bringToFront();
    await act("copy", 9);
    await until(async () => await page.evaluate("navigator.clipboard.readText()") === "copied text");
    await act("title", 10);
    await says(`document.title === "A title"`);
    const before = seen.console.length;
    await act("outside", 11);
    await act("invalid", 12);
    await act("script", 13);
    await act("data", 14);
    await until(() => seen.console.length === before + 4);
    assertEquals(await page.evaluate(`[document.title, document.activeElement.id === "beyond"]`), ["A title", false]);
    assert(seen.console.slice(before).every((line) => line.startsWith("error: ")));
    const download = page.waitForEvent("download");
    await act("download", 15);
    assertEquals((await download).suggestedFilename(), "hello.txt");
  },
);

inBothLives(
  "effect.submit posts a form for real, and effect.navigate leaves the page of an app that has no onUrl",
  "acting",
  `<x-app id="root"></x-app>${script}`,
  async ({ page, server, shows }) => {
    const act = async (name: string) => {
      await page.waitForFunction(`document.querySelector("#${name}")`);
      await page.evaluate((name) => document.querySelector<HTMLElement>(`button#${name}`)!.click(), name);
    };
    await act("submit");
    await page.waitForURL(`${server.url}/posted`);
    assertEquals(await page.textContent("body"), "POST /posted submit=real");
    await page.goBack();
    await shows("0 ");
    await act("leave");
    await page.waitForURL(`${server.url}/elsewhere?from=here`);
    await page.goBack();
    await act("leaveForGood");
    await page.waitForURL(`${server.url}/elsewhere?from=nowhere`);
  },
);

inBothLives(
  "onUrl is told where the page is: at first, after effect.navigate, back and forward; another origin is left for",
  "routed",
  `<x-app id="root"></x-app>${script}`,
  async ({ page, server, shows }) => {
    await page.waitForFunction(`document.querySelector("output")`);
    await page.evaluate(`kept = true`);
    await shows("");
    await page.click("#go");
    await shows(" ?page=2");
    assertEquals(page.url(), `${server.url}/?page=2`);
    await page.evaluate(`location.hash = "x"`);
    await shows(" ?page=2 ?page=2#x");
    await page.click("#replace");
    await shows(" ?page=2 ?page=2#x ?page=3");
    await page.goBack();
    await shows(" ?page=2 ?page=2#x ?page=3 ?page=2");
    await page.goForward();
    await shows(" ?page=2 ?page=2#x ?page=3 ?page=2 ?page=3");
    assertEquals(await page.evaluate("kept"), true);
    await page.route("http://localhost:1/away", (route) => route.fulfill({ body: "away" }));
    await page.click("#away");
    await page.waitForURL("http://localhost:1/away");
  },
);

Deno.test("An effect of the page goes to the client that caused it; where nothing did, to all; or to whom it is addressed", async () => {
  const world = new VirtualWorld();
  const shared = app({
    init: () => "",
    update: (_, [what, to]: readonly [string, string?], from) =>
      next(
        from?.id ?? "",
        what === "after" ? effect.after(10, ["now"] as const) : effect.focus(`#${what}`, to === undefined ? {} : { to }),
      ),
    view: (_, send) => (
      <div>
        <button onClick={send(["mine"])}>mine</button>
        <button onClick={send(["all", "all"])}>all</button>
        <button onClick={send((_e, { id }) => ["self", id] as const)}>self</button>
      </div>
    ),
  });
  await using runtime = run(shared, undefined, { world });
  const [one, two] = [new Visitor(runtime, "visitor-1"), new Visitor(runtime, "visitor-2")];
  const heard = () => [one, two].map((visitor) => (visitor.read(), visitor.reader.effects.splice(0).map(([, selector]) => selector)));
  for (const name of ["mine", "all", "self"]) one.press(name);
  world.settle();
  assertEquals(heard(), [["#mine", "#all", "#self"], ["#all"]]);
  runtime.dispatch(["nobody"]);
  runtime.dispatch(["none", "cause"]);
  runtime.dispatch(["stranger", "no such client"]);
  world.settle();
  assertEquals(heard(), [["#nobody"], ["#nobody"]]);
});

Deno.test("effect.focus() and its like are values that a test can compare", () => {
  assertEquals(effect.focus("#a"), effect.focus("#a"));
  assertEquals(effect.scrollIntoView("#a", { block: "end", to: "all" }), effect.scrollIntoView("#a", { to: "all", block: "end" }));
  for (const other of [effect.focus("#b"), effect.select("#a"), effect.focus("#a", { to: "all" })]) {
    assertThrows(() => assertEquals(effect.focus("#a"), other));
  }
});

// ---- contexts ----------------------------------------------------------------------------------

/** What the page has for both ends: an element that reads a count, and a provider of colours, which comes late. */
const contextPage = `<script>
read = [];
class CountReader extends HTMLElement {
  connectedCallback() {
    this.dispatchEvent(Object.assign(new Event("context-request", { bubbles: true, composed: true }), {
      context: "count",
      subscribe: true,
      callback: (value, stop) => {
        this.stop = stop;
        read.push(this.id + ":" + value);
        if (value === 13) throw new Error("unlucky");
      },
    }));
  }
}
customElements.define("count-reader", CountReader);
subscribers = new Set();
colour = "red";
class ColourProvider extends HTMLElement {
  connectedCallback() {
    this.addEventListener("context-request", (event) => {
      if (event.context !== "colour") return;
      event.stopImmediatePropagation();
      const stop = () => subscribers.delete(tell);
      const tell = () => event.callback(colour, stop);
      if (event.subscribe) subscribers.add(tell);
      tell();
    });
    this.dispatchEvent(Object.assign(new Event("context-provider", { bubbles: true, composed: true }), { context: "colour" }));
  }
}
paint = (next) => { colour = next; for (const tell of subscribers) tell(); };
</script>`;

inBothLives(
  "Contexts go both ways: early and late readers, late providers, changes, and an end that is one",
  "contextual",
  `<link rel="icon" href="data:,">${contextPage}<colour-provider><x-app id="root"></x-app></colour-provider>${script}`,
  async ({ page, seen, shows }) => {
    const says = (expression: string) => page.waitForFunction(expression);
    await says(`read.join() === "first:0"`);
    await shows("0 true ");
    // A provider that is there late.
    await page.evaluate(`customElements.define("colour-provider", ColourProvider)`);
    await shows(`0 true "red"`);
    await page.evaluate(`paint("red"); paint({ dark: "blue" })`);
    await shows(`0 true "red" {"dark":"blue"}`);
    // What comes late reads what is, which the effect then changes, after the patch.
    await page.click("#up");
    await says(`read.slice().sort().join() === "first:0,first:1,late:0,late:1"`);
    await page.evaluate(`document.querySelector("#first").stop()`);
    await page.click("#up");
    await says(`read.at(-1) === "late:2"`);
    assertEquals(await page.evaluate("read.length"), 5);
    // The subscription ends: the provider has forgotten it.
    assertEquals(await page.evaluate("subscribers.size"), 1);
    await page.click("#toggle");
    await says("subscribers.size === 0");
    await page.evaluate(`paint("green")`);
    await page.click("#toggle");
    await shows(`2 true "red" {"dark":"blue"} "green"`);
    // So has it one that is taken out of the page.
    assertEquals(await page.evaluate("subscribers.size"), 1);
    await page.evaluate(`gone = root; gone.remove()`);
    await says("subscribers.size === 0");
    await page.evaluate(`read.length = 0; document.querySelector("colour-provider").append(gone)`);
    await shows(`0 true "green"`);
    await says(`read.at(-1) === "first:0"`);
    // A reader that throws harms nobody.
    for (let i = 0; i < 14; i++) await page.click("#up");
    await shows(`14 true "green"`);
    await says(`read.at(-1).endsWith(":14")`);
    assert(seen.console.some((line) => line.includes("unlucky")));
    assertEquals(seen.errors, []);
  },
);

Deno.test("The contexts of a runtime: in the mount what is provided and wanted now, then what changes; a value is asked for, or refused", async () => {
  const world = new VirtualWorld();
  await using runtime = run(apps.contextual, undefined, { world });
  const visitor = new Visitor(runtime);
  assertEquals(visitor.reader.config, { contexts: ["colour"], provided: { count: 0 } });
  for (const line of [`[0,"context","colour","red"]`, `[0,"context","__proto__",1]`, `[0,"context","size",1]`]) visitor.say(line);
  visitor.press("Up");
  visitor.press("Toggle");
  world.settle();
  // On its way when it was wanted no more: no mistake of the page.
  visitor.say(`[0,"context","colour","blue"]`);
  world.settle();
  visitor.read();
  assertEquals(visitor.reader.refused.map(({ number, reason }) => [number, reason]), [[2, "payload"], [3, "payload"]]);
  assertEquals(visitor.reader.contexts, [["provide", "count", 1], ["context", "colour", 0]]);
  assertStringIncludes(visitor.text, `1 false "red"`);
  assertEquals(new Visitor(runtime, "visitor-2").reader.config, { provided: { count: 1 } });
  assertEquals(visitor.say(`[0,"context","colour"]`), "refused");
});

Deno.test("runtimeScript() has the parts of the browser runtime, each with a tag of its own, and no other", async () => {
  const ask = (query: string, headers: Record<string, string> = {}) =>
    runtimeScript(new Request(`http://page.test/r.mjs${query}`, { headers }));
  const [main, part, none] = ["", "?part=contexts", "?part=__proto__"].map((query) => ask(query));
  const [mainText, partText, noneText] = await Promise.all([main!, part!, none!].map((response) => response.text()));
  assertStringIncludes(partText!, "context-request");
  assert(!mainText!.includes("context-request"));
  assertEquals(noneText, mainText);
  assert(main!.headers.get("etag") !== part!.headers.get("etag"));
  assertEquals(ask("?part=contexts", { "if-none-match": part!.headers.get("etag")! }).status, 304);
});

Deno.test("A part that cannot be loaded is a lost connection, tried again; while one is on its way, what comes after it waits in its place", async () => {
  const late = Promise.withResolvers<void>();
  let asked = 0;
  const titled = app<number, "up">({
    init: () => 0,
    update: (count) => next(count + 1, effect.title(`${count + 1}`), effect.emit("counted", count + 1)),
    view: (count, send) => <button onClick={send("up")}>{count}</button>,
  });
  await using runtime = start(titled);
  const live = serve(runtime);
  await using server = serveOn0(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/page.js") {
      // Every link is watched.
      if ([null, "watch"].includes(searchParams.get("part"))) return runtimeScript(request);
      if (asked++ === 0) return new Response(null, { status: 503 });
      await late.promise;
      return runtimeScript(request);
    }
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><title>0</title><body><script>
log = [];
addEventListener("nacre:status", (e) => log.push(e.detail));
addEventListener("counted", (e) => log.push(document.querySelector("button").textContent + "/" + document.title));
</script><server-component id="root" route="/ws"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    const log = (last: string) => page.waitForFunction((last) => (globalThis as unknown as { log: string[] }).log.at(-1) === last, last);
    await log("live");
    // The first effect: its part is not there, and the effect is lost with the link, as every effect.
    runtime.dispatch("up");
    await log("offline");
    await page.waitForFunction(`log.filter((each) => each === "live").length === 2`);
    await page.evaluate("log.length = 0");
    for (let i = 0; i < 3; i++) runtime.dispatch("up");
    await until(() => asked === 2);
    await page.waitForFunction(`document.querySelector("button").textContent === "4"`);
    assertEquals(await page.evaluate("[log.length, document.title]"), [0, "0"]);
    late.resolve();
    await log("4/4");
    assertEquals(await page.evaluate("log"), ["4/2", "4/3", "4/4"]);
    assertEquals(asked, 2);
  });
});

Deno.test("effect.context() keeps nothing of keys that were wanted long ago; a value that is late is no mistake of the page", () => {
  const world = new VirtualWorld();
  const keys = app<number, number>({
    init: () => 0,
    update: (_, next) => next,
    subscriptions: (n) => ({ [`key ${n}`]: effect.context(`key ${n}`, () => n) }),
    view: (n) => n,
  });
  const runtime = run(keys, undefined, { world });
  const visitor = new Visitor(runtime as Runtime<unknown> as Runtime<never>);
  for (let n = 1; n < 1_000; n++) {
    runtime.dispatch(n);
    world.advance(1);
  }
  visitor.read();
  const refused = (n: number) => {
    const before = runtime.status().refused.payload;
    visitor.say(JSON.stringify([0, "context", `key ${n}`, 1]));
    world.advance(1);
    return runtime.status().refused.payload - before;
  };
  assertEquals([0, 500, 998, 999, 1_000].map(refused), [1, 1, 0, 0, 1]);
  runtime.stop();
});
