/** `<Opaque>` in a lowering, on the wire and in Chromium: what a script of the page made in it stays. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Fragment } from "preact";
import { app, Opaque, runtimeScript, serve } from "../mod.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff } from "../runtime/view/diff.ts";
import { htmlOf } from "../runtime/view/html.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { launch, serveOn0, visit } from "./kit.ts";

const views = (development = false) => new Lowering({ development, warn() {} });

Deno.test("Opaque is rendered once, and a patch says nothing of it", () => {
  for (const development of [false, true]) {
    const lowering = views(development);
    const definitions = new Definitions();
    const show = (text: string) =>
      lowering.lower(
        <main>
          {text}
          <Opaque>
            <p>{text}</p>
            <b>{text}</b>
          </Opaque>
        </main>,
      );
    let before = show("0");
    for (let i = 1; i < 20; i++) {
      const now = show(String(i));
      assertEquals(diff(before, now, definitions), { 0: String(i) });
      before = now;
    }
    assertEquals(htmlOf(before), "<main>19<p>0</p><b>0</b></main>");
  }
});

Deno.test("Opaque is another when its key is, when it was removed, and with what it stands in", () => {
  const lowering = views();
  const show = (key: string, isThere = true, list = "a") =>
    htmlOf(lowering.lower(
      <Fragment key={list}>
        <div>{isThere && <Opaque key={key}>{`${key} ${list}`}</Opaque>}</div>
      </Fragment>,
    ));
  assertEquals(show("a"), "<div>a a</div>");
  assertEquals(show("b"), "<div>b a</div>");
  assertEquals(show("b", false), "<div></div>");
  assertEquals(show("b", true, "b"), "<div>b b</div>");
});

Deno.test("Opaque that moves in a list is the same node", () => {
  const lowering = views();
  const definitions = new Definitions();
  const show = (...keys: string[]) =>
    lowering.lower(
      <ul>
        {keys.map((key, i) => (
          <Opaque key={key}>
            <li>{key + i}</li>
          </Opaque>
        ))}
      </ul>,
    );
  const first = show("a", "b", "c");
  const second = show("c", "a", "b");
  assertEquals(htmlOf(second), "<ul><li>c2</li><li>a0</li><li>b1</li></ul>");
  assertEquals(diff(first, second, definitions), { 0: { $: [-3, 0, 2] } });
  assertStrictEquals(show("c", "a", "b"), second);
});

Deno.test("Chromium: what a script made in Opaque survives patches, moves and attributes of its own, and a click in it is heard", async () => {
  const map = app<{ count: number; order: string[]; heard: string[] }, string>({
    init: () => ({ count: 0, order: ["map", "a", "b"], heard: [] }),
    update: (model, msg) =>
      msg === "turn" ? { ...model, order: model.order.toReversed() } : { ...model, count: model.count + 1, heard: [...model.heard, msg] },
    view: ({ count, order, heard }, send) => (
      <main>
        <button type="button" id="count" onClick={send("count")}>{count}</button>
        <button type="button" id="turn" onClick={send("turn")}>turn</button>
        <ul>
          {order.map((key) => (
            <li key={key} class={key}>
              {count}
              {key === "map" && (
                <Opaque>
                  <div id="map" onClick={send(`map of ${count}`)}>{count}</div>
                </Opaque>
              )}
              {count}
            </li>
          ))}
        </ul>
        <p id="heard">{heard.join()}</p>
      </main>
    ),
  });
  const live = serve(map);
  await using server = serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response(
          `<!doctype html><link rel="icon" href="data:,"><server-component route="/ws"></server-component><script type="module" src="/r.mjs"></script>`,
          { headers: { "content-type": "text/html" } },
        );
      case "/r.mjs":
        return runtimeScript(request);
      default:
        return live(request);
    }
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("#map");
    await page.evaluate(() => {
      const map = document.querySelector("#map")!;
      map.replaceChildren(Object.assign(document.createElement("canvas"), { id: "drawn" }), "a text", document.createComment("and more"));
      map.className = "ready";
      Object.assign(globalThis, { drawn: document.querySelector("#drawn") });
    });
    for (const [button, text] of [["#count", "count"], ["#turn", "count"], ["#count", "count,count"]] as const) {
      await page.click(button);
      await page.waitForFunction((text) => document.querySelector("#heard")!.textContent === text, text);
    }
    await page.click("#map", { force: true, position: { x: 3, y: 3 } });
    await page.waitForFunction(() => document.querySelector("#heard")!.textContent === "count,count,map of 0");
    assertEquals(
      await page.evaluate(() => [
        document.querySelector("#map")!.outerHTML,
        document.querySelector("#drawn") === (globalThis as unknown as { drawn: unknown }).drawn,
        document.querySelector("li.map")!.textContent,
      ]),
      ['<div id="map" class="ready"><canvas id="drawn"></canvas>a text<!--and more--></div>', true, "3a text3"],
    );
  });
});
