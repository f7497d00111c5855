/** What the browser runtime writes to elements, in Chromium: writes that fail, styles, custom elements, memory. */
import { assert, assertEquals } from "@std/assert";
import { type App, app, page as pageOf, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { h } from "../runtime/deps.ts";
import { launch, serveOn0, visit } from "./kit.ts";
import type { Page } from "playwright-core";

/** An element that no type knows, or with what no type allows. */
const element = (tag: string, props: object, ...children: (string | number)[]) => h(tag, props as never, ...children);

const classes = `<script>
customElements.define("x-gauge", class extends HTMLElement { set level(value) { if (value > 1) throw new RangeError("too much"); this.textContent = value; } });
customElements.define("x-badge", class extends HTMLElement { get variant() { return this.getAttribute("variant"); } });
</script>`;

/** Shows an app, built by its link and then taken over from a painted page; `look` sees both. */
async function show<Model>(
  shown: App<Model, Model>,
  look: (page: Page, log: readonly string[]) => Promise<void>,
  head = "",
): Promise<void> {
  const live = serve(shown);
  await using server = serveOn0(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    const response = await pageOf(
      <html>
        <body>
          {pathname === "/painted"
            ? <ServerComponent of={live} request={request} route="/ws" />
            : element("server-component", { route: "/ws" })}
          <script type="module" src="/nacre/runtime.mjs"></script>
        </body>
      </html>,
    );
    return new Response((await response.text()).replace("<body>", `${head}<body>${classes}`), response);
  });
  await using browser = await launch();
  for (const path of ["/live", "/painted"]) {
    await visit(browser, server.url + path, async (page, seen) => {
      await page.waitForSelector("server-component[status=live]", { state: "attached" });
      await look(page, seen.console);
    });
  }
  await live.close();
}

/** A click, and its answer. */
async function step(page: Page, button: string, count: number): Promise<void> {
  await page.click(button);
  // A policy forbids what evaluates texts.
  await page.locator(`#n:text-is("${count}")`).waitFor();
}

const failing = app({
  name: "failing",
  init: () => 0,
  update: (_: number, count: number) => count,
  view: (count, send) => (
    <main>
      <p id="n">{count}</p>
      <button id="up" onClick={send(count + 1)}>+</button>
      {element("x-gauge", { level: count })}
      {element("audio", { volume: count * 1.1, currentTime: NaN })}
      <input type="file" value={count > 0 ? "a" : ""} />
      {element("my-field", { contenteditable: count > 0 ? undefined : "true" })}
      {count > 0 && <div dangerouslySetInnerHTML={{ __html: "<b>hi</b>" }} />}
      <p id="last">{`after ${count}`}</p>
    </main>
  ),
});

for (const policy of ["", `<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'">`]) {
  Deno.test(`a write that fails is reported, and all else is written: setters, media, files, markup${policy && " (Trusted Types)"}`, async () => {
    await show(failing, async (page, log) => {
      for (const count of [1, 2, 3]) await step(page, "#up", count);
      assertEquals(
        await page.evaluate(
          `[last.textContent, document.querySelector("x-gauge").textContent, document.querySelector("div")?.innerHTML ?? "",
          document.querySelector("my-field").hasAttribute("contenteditable"), document.querySelector("server-component").getAttribute("status")]`,
        ),
        ["after 3", "1", policy ? "" : "<b>hi</b>", false, "live"],
      );
      assert(log.some((line) => line.includes("RangeError: too much")), log.join("\n"));
      assert(log.some((line) => line.includes("volume")), log.join("\n"));
    }, policy);
  });
}

const custom = app({
  name: "custom",
  init: () => 0,
  update: (_: number, count: number) => count,
  view: (count, send) => (
    <main>
      <p id="n">{count}</p>
      <button id="up" onClick={send(count + 1)}>+</button>
      {element("x-badge", { variant: `v${count}`, tabindex: count === 0 ? 0 : undefined, title: count === 0 ? "t" : null, lang: "de" })}
      {element("x-late", { level: count, kind: `k${count}`, ...JSON.parse(`{"__proto__":{"polluted":1},"constructor":"x"}`) })}
      {element("p", { id: "p", translate: count > 0, ariaHidden: true, style: JSON.parse(`{"__proto__":"x","color":"red"}`) }, "p")}
    </main>
  ),
});

Deno.test("custom elements: read-only properties become attributes, nothing removes, no prototype changes, a late definition gets all", async () => {
  await show(custom, async (page) => {
    const badge = () =>
      page.evaluate(
        `(({ attributes, tabIndex }) => [[...attributes].map(({ name, value }) => name + "=" + value).sort().join(" "), tabIndex])
        (document.querySelector("x-badge"))`,
      );
    assertEquals(await badge(), ["lang=de tabindex=0 title=t variant=v0", 0]);
    assertEquals(await page.evaluate(`[p.translate, p.getAttribute("translate"), p.getAttribute("aria-hidden")]`), [false, "no", "true"]);
    await step(page, "#up", 1);
    assertEquals(await badge(), ["lang=de variant=v1", -1]);
    assertEquals(await page.evaluate(`p.getAttribute("translate")`), "yes");
    assertEquals(
      await page.evaluate(`(() => {
        const late = document.querySelector("x-late");
        const before = [late instanceof HTMLElement, late.polluted, Object.hasOwn(late, "constructor"), {}.polluted, p.style instanceof CSSStyleDeclaration];
        customElements.define("x-late", class extends HTMLElement { set level(value) { (this.heard ??= []).push(value); } set kind(value) { (this.heard ??= []).push(value); } });
        return before;
      })()`),
      [true, undefined, false, undefined, true],
    );
    await page.waitForFunction(`document.querySelector("x-late").heard?.length === 2`);
    assertEquals(await page.evaluate(`document.querySelector("x-late").heard`), [1, "k1"]);
  });
});

const styled = app({
  name: "styled",
  init: () => 0,
  update: (_: number, count: number) => count,
  view: (count, send) => (
    <main>
      <p id="n">{count}</p>
      <button id="up" onClick={send(count + 1)}>+</button>
      <textarea
        id="t"
        style={{
          borderColor: count % 2 ? "red" : "green",
          "--x": `{ a: ${count}; b: [2] }`,
          margin: 1,
          ...(count === 0 && { color: "blue" }),
        } as never}
      />
      <p id="q" style={{ border: "1px solid red", ...(count === 0 && { borderColor: "blue" }), WebkitLineClamp: 3, fontSizeAdjust: 0.5 }} />
    </main>
  ),
});

Deno.test("a style changes only in what the model changes: what the user and scripts have set stays", async () => {
  await show(styled, async (page) => {
    await page.evaluate(`t.style.height = "160px", t.style.setProperty("--mine", "1"), t.style.margin = "7px"`);
    for (const count of [1, 2]) await step(page, "#up", count);
    assertEquals(
      await page.evaluate(
        `["height", "--mine", "margin", "border-top-color", "color", "--x"].map((name) => t.style.getPropertyValue(name).trim())`,
      ),
      ["160px", "1", "7px", "green", "", "{ a: 2; b: [2] }"],
    );
    assertEquals(
      await page.evaluate(`[q.style.border, q.style.webkitLineClamp, q.style.fontSizeAdjust]`),
      ["1px solid red", "3", "0.5"],
    );
  });
});

Deno.test("what has left the page can be collected, though its tag is never defined", async () => {
  const rows = app({
    name: "rows",
    init: () => 0,
    update: (_: number, count: number) => count,
    view: (count, send) => (
      <main>
        <p id="n">{count}</p>
        <button id="up" onClick={send(count + 1)}>+</button>
        <ul>{Array.from({ length: 50 }, (_, i) => <li key={`${count}:${i}`}>{element("x-never", { name: `n${i}`, size: count })}</li>)}</ul>
      </main>
    ),
  });
  await show(rows, async (page) => {
    const session = await page.context().newCDPSession(page);
    const nodes = async () => {
      await session.send("HeapProfiler.enable");
      for (let i = 0; i < 3; i++) await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Memory.getDOMCounters")).nodes;
    };
    await step(page, "#up", 1);
    const before = await nodes();
    for (let count = 2; count <= 30; count++) await step(page, "#up", count);
    const after = await nodes();
    // One set of rows is 50 times a list item, an element and what is between them: 29 sets would be thousands.
    assert(after < before + 300, `${before} nodes were ${after} after 29 replacements`);
  });
});
