/**
 * Views in shadow roots, in Chromium, live and mounted: slots, styles, focus, events, what an app does to the page, and what a page may do to
 * them.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Page } from "playwright-core";
import { app, renderToString, runtimeScript, serve, start } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { type Play, playing, script } from "./playing.ts";
import { denoBundle } from "./bundle.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { apps } from "./shadow_apps.tsx";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const play = playing(apps, "tests/shadow_script.ts");
/** Once on a server and once in the page. */
function inBothLives(title: string, ...what: Play<keyof typeof apps>): void {
  for (const life of ["live", "mounted"] as const) Deno.test(`${title} (${life})`, () => play(life, ...what));
}
const css = (text: string) => new Response(text, { headers: { "content-type": "text/css" } });
/** What a rule says of an element in the root of `#root`. */
const styleOf = (page: Page, property: string, selector = ".box", root = "root") =>
  page.evaluate(
    ([property, selector, root]) =>
      getComputedStyle(document.getElementById(root!)!.shadowRoot!.querySelector(selector!)!).getPropertyValue(property!),
    [property, selector, root] as const,
  );
const hasStyle = (page: Page, property: string, value: string, selector = ".box", root = "root") =>
  until(async () => await styleOf(page, property, selector, root).catch(() => undefined) === value);
const red = "rgb(255, 0, 0)", green = "rgb(0, 128, 0)", blue = "rgb(0, 0, 255)";

// ---- slots, parts, events ----------------------------------------------------------------------

inBothLives(
  "shadow: the element's children stay the page's, shown in slots; slotchange is an event, a part is styled from outside",
  "open",
  `<x-app id="root"><em slot="title" id="title">Mine</em><b id="child">child</b></x-app>${script}`,
  async ({ page, seen, shows }) => {
    // Told of what is in the slot at first, too.
    await shows("slot");
    assertEquals(await page.evaluate(`[...root.children].map(({ id }) => id)`), ["title", "child"]);
    assertEquals(await page.evaluate(`root.shadowRoot.querySelector("slot").assignedNodes()[0] === title`), true);
    assertEquals(await page.evaluate(`root.shadowRoot.querySelectorAll("slot")[1].assignedElements()[0] === child`), true);
    await hasStyle(page, "color", green);
    await hasStyle(page, "font-style", "italic");
    await page.evaluate(`kept = child; title.remove()`);
    await shows("slot slot");
    await page.evaluate(`root.append(Object.assign(document.createElement("i"), { slot: "title", textContent: "New" }))`);
    await shows("slot slot slot");
    await page.click("#up");
    await shows("slot slot slot click:up document");
    assertEquals(await page.evaluate(`[kept === child, root.children.length, document.querySelector("section")]`), [true, 2, null]);
    assertEquals(seen.errors, []);
  },
  {
    head: `<style>x-app::part(box), :is(server-component, my-open)::part(box) { color: green }
:is(server-component, my-open)::part(box) { color: green; font-style: italic }</style>`,
  },
);

inBothLives(
  "shadow: events of the view name the element outside of it, and the whole way inside of an open root; window and document are heard",
  "open",
  `<script>heard = []; addEventListener("click", (e) => heard.push(e.target.id, e.composedPath()[0].id));
addEventListener("said", (e) => heard.push(e.target.id, e.detail));</script><x-app id="root"></x-app>${script}`,
  async ({ page, shows }) => {
    await page.click("#up");
    await shows("click:up document");
    assertEquals(await page.evaluate("heard"), ["root", "up", "root", "click:up", "root", "document"]);
    await page.keyboard.press("F1");
    await page.keyboard.press("F2");
    await shows("click:up document key:F2");
    await page.evaluate(`gone = root; gone.remove()`);
    await page.waitForTimeout(20);
    await page.keyboard.press("F2");
    await page.evaluate(`document.body.append(gone)`);
    await page.click("#up");
    await shows("click:up document");
  },
);

inBothLives(
  "shadow: inputs, forms, focus and effects of the page work in it",
  "open",
  `<input id="beyond"><x-app id="root"></x-app>${script}`,
  async ({ page, seen, shows }) => {
    const inner = (expression: string) =>
      page.waitForFunction(`(() => { const $ = (s) => root.shadowRoot.querySelector(s); return ${expression} })()`);
    // Focused by the app; the document knows the host alone.
    await page.click("#do-focus");
    await inner(`document.activeElement === root && root.shadowRoot.activeElement === $("#text")`);
    await page.keyboard.type("abcdefg", { delay: 5 });
    await inner(`$("#text").value === "abcd"`);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("x");
    // Refused, and the caret is not at the end.
    await inner(`$("#text").value === "abxc" && $("#text").selectionStart < 4`);
    // An effect finds nothing outside of its component.
    const before = seen.console.length;
    await page.click("#do-beyond");
    await until(() => seen.console.length > before);
    assertEquals(await page.evaluate(`document.activeElement.id`), "root");
    // What waits in a field goes with the submit of its form, before it.
    await page.fill("[name=field]", "late");
    await page.evaluate(`root.shadowRoot.querySelector("#form").requestSubmit()`);
    await until(async () => String(await page.locator("output").textContent()).endsWith("field:late submit:late"));
    await page.fill("[name=field]", "again");
    await page.locator("[name=field]").blur();
    await until(async () => String(await page.locator("output").textContent()).endsWith("field:again"));
    await shows(String(await page.locator("output").textContent()));
  },
);

for (const native of [true, false]) {
  inBothLives(
    `shadow: a list that turns keeps the focus and the selection ${native ? "with" : "without"} moveBefore`,
    "open",
    `<script>${
      native ? "" : "delete Element.prototype.moveBefore; delete DocumentFragment.prototype.moveBefore;"
    }</script><x-app id="root"></x-app>${script}`,
    async ({ page }, life) => {
      // Preact moves as it does.
      if (life === "mounted" && !native) return;
      await page.fill("#c", "text");
      await page.evaluate(`root.shadowRoot.querySelector("#c").setSelectionRange(1, 3)`);
      await page.evaluate(`root.shadowRoot.querySelector("#do-turn").click()`);
      await page.waitForFunction(`root.shadowRoot.querySelector("li input").id === "c"`);
      assertEquals(
        await page.evaluate(
          `(({ id, value, selectionStart, selectionEnd }) => [id, value, selectionStart, selectionEnd])(root.shadowRoot.activeElement)`,
        ),
        ["c", "text", 1, 3],
      );
    },
  );
}

inBothLives(
  "shadow: delegatesFocus gives the focus of the element to the first field in it",
  "delegating",
  `<x-app id="root"></x-app>${script}`,
  async ({ page }) => {
    await page.waitForSelector("#text");
    await page.evaluate(`root.focus()`);
    assertEquals(await page.evaluate(`[root.shadowRoot.activeElement.id, root.shadowRoot.delegatesFocus, root.matches(":focus")]`), [
      "text",
      true,
      true,
    ]);
    await page.evaluate(`document.activeElement.blur()`);
    await page.click("#plain");
    assertEquals(await page.evaluate(`root.shadowRoot.activeElement.id`), "text");
  },
);

inBothLives(
  "shadow: a closed root is reached from nowhere, and works",
  "closed",
  `<script>paths = []; for (const type of ["click", "keydown", "said"]) addEventListener(type, (e) => paths.push(e.composedPath()[0].id ?? "window"));
seen = new Set();</script><x-app id="root"><b>child</b></x-app>${script}`,
  async ({ page }) => {
    await page.waitForSelector("#root[status=live]");
    const place = await page.evaluate(() => {
      const { left, top, height } = document.querySelector("#root b")!.getBoundingClientRect();
      return [left + 4, top + height * 2] as const;
    });
    await page.mouse.click(...place);
    await page.keyboard.press("F2");
    await page.waitForFunction(`paths.filter((id) => id === "root").length > 2`);
    assertEquals(await page.evaluate(`new Set(paths).size`) as number <= 2, true);
    assertEquals(
      await page.evaluate(`(() => {
  const found = [];
  const look = (object) => {
    if (Object(object) !== object || seen.has(object)) return;
    seen.add(object);
    if (object instanceof ShadowRoot) found.push("root");
    if (object instanceof ElementInternals) found.push("internals");
  };
  for (let from = root; from && from !== HTMLElement.prototype; from = Object.getPrototypeOf(from)) {
    for (const key of Reflect.ownKeys(from)) { try { look(root[key]); } catch { /* It is not for this. */ } }
  }
  try { look(root.attachInternals()); } catch (error) { found.push(error.name); }
  try { look(root.attachShadow({ mode: "closed" })); } catch (error) { found.push(error.name); }
  look(root.shadowRoot);
  look(document.elementFromPoint(${place}).getRootNode());
  return found;
})()`),
      ["NotSupportedError", "NotSupportedError"],
    );
  },
);

// ---- styles ------------------------------------------------------------------------------------

inBothLives(
  "shadow: the page's style sheets hold in it, as they are added, changed, switched and removed; two roots share them",
  "open",
  `<x-app id="root"></x-app><x-app id="other"></x-app>${script}`,
  async ({ page, seen }) => {
    await hasStyle(page, "color", red);
    await hasStyle(page, "color", red, ".box", "other");
    assertEquals(await page.evaluate(`root.shadowRoot.adoptedStyleSheets[0] === other.shadowRoot.adoptedStyleSheets[0]`), true);
    await page.evaluate(`first.textContent = ".box { color: green }"`);
    await hasStyle(page, "color", green);
    await hasStyle(page, "color", green, ".box", "other");
    // Later, so it wins.
    await page.evaluate(
      `document.head.append(Object.assign(document.createElement("style"), { id: "second", textContent: ".box { color: blue }" }))`,
    );
    await hasStyle(page, "color", blue);
    await page.evaluate(`second.media = "print"`);
    await hasStyle(page, "color", green);
    await page.evaluate(`second.media = ""`);
    await hasStyle(page, "color", blue);
    await page.evaluate(`second.firstChild.data = ".box { color: red }"`);
    await hasStyle(page, "color", red);
    await page.evaluate(`second.disabled = true; second.title = ""`);
    await hasStyle(page, "color", green);
    await page.evaluate(`second.remove()`);
    await hasStyle(page, "color", green);
    // By scripts alone, and said so.
    await page.evaluate(`{
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".box { color: blue }");
      document.adoptedStyleSheets = [sheet];
      dispatchEvent(new Event("nacre:styles"));
    }`);
    await hasStyle(page, "color", blue);
    await page.evaluate(
      `document.adoptedStyleSheets = []; first.sheet.insertRule(".box { color: red }", 1); dispatchEvent(new Event("nacre:styles"))`,
    );
    await hasStyle(page, "color", red);
    await page.evaluate(`first.remove()`);
    await hasStyle(page, "color", "rgb(0, 0, 0)");
    assertEquals(seen.errors, []);
  },
  { head: `<style id="first">.box { color: red }</style>` },
);

let slow = Promise.withResolvers<void>();
inBothLives(
  "shadow: a link that loads late does not keep the view waiting; imports, their media and layers, and addresses in a sheet are right",
  "open",
  `<x-app id="root"></x-app>${script}`,
  async ({ page, server, seen }) => {
    await page.waitForSelector("#text");
    await page.evaluate(
      `document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/deep/late.css" }))`,
    );
    assertEquals(await styleOf(page, "color"), "rgb(0, 0, 0)");
    slow.resolve();
    await hasStyle(page, "color", red);
    slow = Promise.withResolvers();
    assertEquals(await styleOf(page, "background-image"), `url("${server.url}/deep/image.png")`);
    assertEquals(await styleOf(page, "list-style-image"), `url("${server.url}/deep/er/imported.png")`);
    // In a layer, on paper, and where the browser can do what none can.
    assertEquals([await styleOf(page, "font-weight"), await styleOf(page, "font-style"), await styleOf(page, "text-align")], [
      "700",
      "normal",
      "start",
    ]);
    await page.emulateMedia({ media: "print" });
    await hasStyle(page, "font-style", "italic");
    assertEquals(seen.errors, []);
  },
  {
    async others(request: Request) {
      switch (new URL(request.url).pathname) {
        case "/deep/late.css":
          await slow.promise;
          return css(`@import "er/imported.css"; @import "layer.css" layer(low); @import "print.css" print;
@import "never.css" supports(display: never); .box { color: red; background-image: url(image.png) }`);
        case "/deep/er/imported.css":
          return css(`.box { color: blue; list-style-image: url("imported.png") }`);
        case "/deep/layer.css":
          return css(".box { font-weight: 700; color: blue }");
        case "/deep/print.css":
          return css(".box { font-style: italic }");
        case "/deep/never.css":
          return css(".box { text-align: right }");
        default:
          return new Response(null, { status: 404 });
      }
    },
  } as never,
);

Deno.test("shadow: B9: style sheets of another origin hold too, in their order, also after a remount and for a second element", async () => {
  let allowed = 0;
  await using foreign = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    allowed++;
    return css(pathname === "/a.css" ? ".box { color: red; font-style: italic }" : ".box { text-decoration: underline }");
  });
  await using runtime = start(apps.open);
  const live = serve(runtime);
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/page.js") return runtimeScript(request);
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><style>.box { color: blue; font-style: normal; font-weight: 700 }</style>
<link rel="stylesheet" href="${foreign.url}/a.css" onload="loads = (globalThis.loads ?? 0) + 1">
<style>.box { color: green }</style><style id="importing">@import "${foreign.url}/b.css"; .box { letter-spacing: 1px }</style><style>.box { word-spacing: 2px }</style>
<body><script>sockets = [];
WebSocket = class extends WebSocket { constructor(...all) { super(...all); sockets.push(this); } };</script>
<server-component id="root" route="/ws"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    const right = async (root: string) => {
      for (
        const [property, value] of [
          ["text-decoration-line", "underline"],
          ["font-style", "italic"],
          ["color", green],
          ["font-weight", "700"],
          ["letter-spacing", "1px"],
          ["word-spacing", "2px"],
        ] as const
      ) await hasStyle(page, property, value, ".box", root);
    };
    await right("root");
    for (let i = 0; i < 2; i++) {
      await page.evaluate(`sockets.at(-1).close(4000)`);
      await page.waitForSelector("#root[status=offline]");
      await page.waitForSelector("#root[status=live]");
      await right("root");
    }
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement("server-component"), { id: "second" })); second.setAttribute("route", "/ws")`,
    );
    await right("second");
    // The handlers of the page's own links are called by those alone.
    assertEquals(await page.evaluate("loads"), 1);
    // Copies stand for what is there.
    await page.evaluate(`document.querySelector("link[rel=stylesheet]").remove(); importing.remove()`);
    await hasStyle(page, "text-decoration-line", "none");
    await hasStyle(page, "font-style", "normal");
    assertEquals(await page.evaluate(`root.shadowRoot.querySelectorAll("link, style").length`), 0);
    await hasStyle(page, "color", green);
    assertEquals([seen.errors, allowed > 2], [[], true]);
  });
});

inBothLives(
  "shadow: with adoptStyles false nothing of the page's styles comes in",
  "bare",
  `<x-app id="root"></x-app>${script}`,
  async ({ page }) => {
    await page.waitForSelector("#text");
    await page.evaluate(`document.head.append(document.createElement("style"))`);
    assertEquals([await styleOf(page, "color"), await page.evaluate(`root.shadowRoot.adoptedStyleSheets.length`)], ["rgb(0, 0, 0)", 0]);
  },
  { head: `<style>.box { color: red }</style>` },
);

// ---- a life in the page ------------------------------------------------------------------------

inBothLives(
  "shadow: contexts pass through the root: from a reader in the view, from one in a slot, and to the app",
  "contextual",
  `<script>
read = [];
customElements.define("count-reader", class extends HTMLElement {
  connectedCallback() {
    this.dispatchEvent(Object.assign(new Event("context-request", { bubbles: true, composed: true }), {
      context: "count", subscribe: true, callback: (value) => read.push(this.id + ":" + value),
    }));
  }
});
addEventListener("context-request", (event) => {
  if (event.context !== "colour") return;
  event.stopImmediatePropagation();
  event.callback("red");
});
</script><x-app id="root"><count-reader id="slotted"></count-reader></x-app>${script}`,
  async ({ page, shows }) => {
    await shows("red");
    await page.waitForFunction(`read.includes("within:2") && read.filter((each) => each.startsWith("within")).length === 2`);
    // It has asked before anybody answered; a reader that comes later hears at once.
    await page.evaluate(`read.length = 0; root.append(Object.assign(document.createElement("count-reader"), { id: "later" }))`);
    assertEquals(await page.evaluate("read"), ["later:2"]);
  },
);

inBothLives(
  "shadow: taken out and put back it shows one view; a root that the page brought in is used",
  "open",
  `<x-app id="root"><template shadowrootmode="open"><p id="brought">One moment</p></template><b>child</b></x-app>${script}`,
  async ({ page }) => {
    await page.waitForSelector("#text");
    assertEquals(await page.evaluate(`[root.shadowRoot.querySelector("#brought"), root.shadowRoot.querySelectorAll("section").length]`), [
      null,
      1,
    ]);
    await page.evaluate(`gone = root; gone.remove()`);
    await page.waitForTimeout(20);
    await page.evaluate(`document.body.append(gone)`);
    await hasStyle(page, "color", red);
    assertEquals(await page.evaluate(`[root.shadowRoot.querySelectorAll("section").length, root.children.length]`), [1, 1]);
    await page.evaluate(`document.querySelector("style").textContent = ".box { color: green }"`);
    await hasStyle(page, "color", green);
  },
  { head: "<style>.box { color: red }</style>" },
);

Deno.test("shadow: by another route an app in the light DOM and one in a shadow root take each other's place", async () => {
  const [light, open] = [serve(apps.light), serve(apps.open)];
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/light") return light(request);
    if (pathname === "/open") return open(request);
    if (pathname === "/page.js") return runtimeScript(request);
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><style>.box { color: red }</style><body>
<server-component id="root" route="/light"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForFunction(`root.querySelector("#plain")?.textContent === "light"`);
    await page.evaluate(`root.setAttribute("route", "/open")`);
    await page.waitForFunction(`root.shadowRoot?.querySelector("#plain")?.textContent === "open"`);
    assertEquals(await page.evaluate(`root.childNodes.length`), 0);
    await page.click("#up");
    await until(async () => await page.locator("output").textContent() === "click:up document");
    // A root cannot be taken off: what has none of its own looks in it as it would outside.
    await page.evaluate(`root.setAttribute("route", "/light")`);
    await page.waitForFunction(`root.shadowRoot.querySelector("#plain")?.textContent === "light"`);
    await hasStyle(page, "color", red);
    await page.click("#up");
    await until(async () => await page.locator("output").textContent() === "click:up document");
  });
});

Deno.test("shadow: a hostile page empties the root, takes sheets and anchors out: the next mount heals it, and the sheets of its own stay", async () => {
  await using runtime = start(apps.open);
  const live = serve(runtime);
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/page.js") return runtimeScript(request);
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><style id="first">.box { color: red }</style><body>
<server-component id="root" route="/ws"></server-component>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    const says = (text: string) =>
      page.waitForFunction((text) => document.querySelector("#root")?.shadowRoot?.querySelector("output")?.textContent === text, text);
    await hasStyle(page, "color", red);
    await page.evaluate(`{
      own = new CSSStyleSheet();
      own.replaceSync(".box { font-weight: 700 }");
      root.shadowRoot.adoptedStyleSheets = [own];
      first.textContent = ".box { color: green }";
    }`);
    await hasStyle(page, "color", green);
    await hasStyle(page, "font-weight", "700");
    for (
      const [i, harm] of ["root.shadowRoot.replaceChildren()", "root.shadowRoot.lastChild.remove()", "root.shadowRoot.firstChild.remove()"]
        .entries()
    ) {
      await page.evaluate(harm);
      runtime.dispatch({ say: String(i) });
      // A text whose node is out of the page is no failure: a mount comes with the next link.
      await page.evaluate(`root.setAttribute("route", "/ws?" + Math.random())`);
      await says([..."012"].slice(0, i + 1).join(" "));
      await hasStyle(page, "color", green);
    }
    await page.evaluate(`root.remove()`);
    assertEquals(await page.evaluate(`own.cssRules.length`), 1);
  });
});

Deno.test("shadow: mount() gives an element of the page a root, a closed one too, again after a stop; keeps what renderToString made in it; or throws", async () => {
  await using server = serveOn0(async (request) => {
    if (new URL(request.url).pathname === "/page.js") {
      return new Response(await denoBundle("tests/shadow_script.ts"), { headers: { "content-type": "text/javascript" } });
    }
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><style>.box { color: red }</style><body><div id="shut"><b>child</b></div>
<div id="root"><template shadowrootmode="open">${renderToString(apps.open)}</template></div><input id="input">
<script>made = document.querySelector("#root").shadowRoot.querySelector("#plain")</script>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForFunction("globalThis.mountApp");
    await page.evaluate(`said = []; addEventListener("said", (e) => said.push(e.detail)); mounted = mountApp("closed", shut)`);
    const height = () => page.evaluate("shut.offsetHeight") as Promise<number>;
    const [shown] = [await height(), await page.evaluate("[shut.shadowRoot, shut.children.length]")];
    await page.keyboard.press("F2");
    await page.waitForFunction(`said.join() === "key:F2"`);
    await page.evaluate("mounted.stop()");
    assert(await height() < shown);
    await page.evaluate(`mounted = mountApp("closed", shut)`);
    assertEquals([await height(), await page.evaluate("[shut.shadowRoot, shut.children.length]")], [shown, [null, 1]]);
    await page.evaluate(`mountApp("open", root, { hydrate: true })`);
    assertEquals(await page.evaluate(`made === root.shadowRoot.querySelector("#plain")`), true);
    await hasStyle(page, "color", red);
    await page.locator("#root #up").click();
    await until(async () => await page.locator("output").textContent() === "click:up document");
    assertEquals(
      await page.evaluate(`(() => { try { mountApp("open", "#input") } catch (error) { return error.name } })()`),
      "NotSupportedError",
    );
  });
});

// ---- without a page ----------------------------------------------------------------------------

Deno.test("shadow: an app says what it wants in the mount, and a wrong mode is a TypeError", async () => {
  const configOf = async (
    shadow: Parameters<typeof app>[0] extends never ? never
      : "open" | { mode: "open" | "closed"; delegatesFocus?: boolean; adoptStyles?: boolean },
  ) => {
    await using runtime = run(app<number, never>({ init: () => 0, update: (n) => n, view: () => null, shadow }), undefined, {
      world: new VirtualWorld(),
    });
    return new Visitor(runtime).reader.config;
  };
  assertEquals(await configOf("open"), { shadow: { mode: "open", adoptStyles: 1 } });
  assertEquals(await configOf({ mode: "closed" }), { shadow: { mode: "closed", adoptStyles: 1 } });
  assertEquals(await configOf({ mode: "open", delegatesFocus: true, adoptStyles: false }), { shadow: { mode: "open", delegatesFocus: 1 } });
  for (const shadow of ["", "Open", true, {}, { mode: "x" }, { delegatesFocus: true }]) {
    assertThrows(() => app({ init: () => 0, update: (n: number) => n, view: () => null, shadow: shadow as never }), TypeError, "shadow");
  }
  const { clientParts, clientSource } = await import("../runtime/client.gen.ts");
  assertStringIncludes(clientParts.shadow!.source, "attachShadow");
  assert(!clientSource.includes("attachShadow"));
});
