/** An app as a field of a form around it, in Chromium, live and mounted: its value, validity, states, and what the form does to it. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Page } from "playwright-core";
import { app, effect, runtimeScript, serve, simulate, start } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { type Play, playing, script } from "./playing.ts";
import { apps } from "./forms_apps.tsx";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const play = playing(apps, "tests/forms_script.ts");
/** Once on a server and once in the page. */
function inBothLives(title: string, ...what: Play<keyof typeof apps>): void {
  for (const life of ["live", "mounted"] as const) Deno.test(`${title} (${life})`, () => play(life, ...what));
}
/** What the form would send. */
const sent = (page: Page) => page.evaluate("new URLSearchParams(new FormData(form)).toString()");
const sends = (page: Page, expected: string) => until(async () => await sent(page) === expected);
const is = (page: Page, selector: string, expected = true) =>
  page.waitForFunction(
    ([selector, expected]) => document.querySelector("#root")!.matches(selector) === expected,
    [selector, expected] as const,
  );

inBothLives(
  "forms: the value is sent with the form under the element's name, entries under their own, and null is nothing",
  "field",
  `<form id="form" action="/posted" method="post"><input name="other" value="x"><x-app id="root" name="stars"></x-app><button id="go">Go</button></form>${script}`,
  async ({ page, server, shows }) => {
    await page.click("#set-3");
    await shows("stars:3");
    await sends(page, "other=x&stars=3");
    assertEquals(await page.evaluate("form.elements.stars === root"), true);
    await page.click("#many");
    await sends(page, "other=x&a=1&b=2&a=3");
    await page.click("#clear");
    await sends(page, "other=x");
    await page.click("#set-5");
    await sends(page, "other=x&stars=5");
    await page.evaluate(`root.removeAttribute("name")`);
    await sends(page, "other=x");
    await page.evaluate(`root.setAttribute("name", "rating")`);
    await page.click("#go");
    await page.waitForURL(`${server.url}/posted`);
    assertEquals(await page.textContent("body"), "POST /posted other=x&rating=5");
  },
);

inBothLives(
  "forms: what is wrong keeps the form from being sent and is said at its anchor, until it is right",
  "shadowed",
  `<form id="form" action="/posted"><x-app id="root" name="stars"></x-app><button id="go">Go</button></form>
<script>submits = invalid = 0; form.onsubmit = (e) => { e.preventDefault(); submits++; };
form.addEventListener("invalid", (e) => invalid += e.target === root, true);</script>${script}`,
  async ({ page }) => {
    await is(page, ":invalid");
    await page.click("#go");
    await page.waitForFunction("invalid === 1");
    assertEquals(await page.evaluate("[submits, form.checkValidity()]"), [0, false]);
    // Focused, to be mended.
    assertEquals(await page.evaluate("[document.activeElement === root, root.shadowRoot.activeElement.id]"), [true, "anchor"]);
    await page.click("#set-3");
    await is(page, ":valid");
    await page.click("#go");
    await page.waitForFunction("submits === 1");
  },
);

inBothLives(
  "forms: states are seen by CSS, and what the browser will not take harms nothing",
  "field",
  `<form id="form"><x-app id="root" name="stars"></x-app></form>${script}`,
  async ({ page, seen }) => {
    const colour = (value: string) =>
      page.waitForFunction((value) => getComputedStyle(document.querySelector("#root")!).color === value, value);
    await colour("rgb(0, 128, 0)");
    await page.click("#set-5");
    await colour("rgb(0, 0, 255)");
    await page.click("#bad");
    await until(() => seen.console.some((line) => line.includes("###")));
    await page.click("#set-3");
    await colour("rgb(255, 0, 0)");
    assertEquals(seen.errors, []);
  },
  { head: `<style>#root { color: red } #root:state(empty) { color: green } #root:state(full) { color: blue }</style>` },
);

inBothLives(
  "forms: the app hears of a reset, and of being disabled by a fieldset or by itself, also at first",
  "field",
  `<form id="form"><fieldset id="set" disabled><x-app id="root" name="stars"></x-app></fieldset></form>${script}`,
  async ({ page, shows }) => {
    await shows("disabled:true");
    await page.evaluate("set.disabled = false");
    await shows("disabled:true disabled:false");
    await page.click("#set-3");
    await shows("disabled:true disabled:false stars:3");
    await page.evaluate("form.reset()");
    await shows("disabled:true disabled:false stars:3 reset");
    await is(page, ":state(empty)");
    await page.evaluate(`root.setAttribute("disabled", "")`);
    await shows("disabled:true disabled:false stars:3 reset disabled:true");
    assertEquals(await sent(page), "");
    await page.evaluate(`root.removeAttribute("disabled")`);
    await shows("disabled:true disabled:false stars:3 reset disabled:true disabled:false");
  },
);

inBothLives(
  "forms: who comes back to the page finds the value: its state is restored",
  "field",
  `<form id="form" action="/elsewhere"><input name="other"><x-app id="root" name="stars"></x-app></form>${script}`,
  async ({ page, server, shows }) => {
    await page.click("#set-3");
    await sends(page, "other=&stars=3");
    await page.goto(`${server.url}/elsewhere`);
    await page.goBack();
    await shows("restore:state 3");
    await sends(page, "other=&stars=3");
  },
);

inBothLives(
  "forms: what the browser fills in is heard, as early as it comes; what a page calls by other names is nothing",
  "filled",
  `<form id="form"><x-app id="root" name="who"></x-app></form>
<script type="module">customElements.whenDefined("x-app").then(() => root.formStateRestoreCallback("Anna", "autocomplete"))</script>${script}`,
  async ({ page, seen, shows }) => {
    // No script of a test has a browser fill in: this calls what that would call.
    await shows("Anna");
    await sends(page, "who=Anna");
    await page.evaluate(
      `for (const mode of ["__proto__", "constructor", "restore", "disabled", ""]) root.formStateRestoreCallback("x", mode)`,
    );
    await page.evaluate(`root.formResetCallback(); root.formDisabledCallback(true); root.formStateRestoreCallback("Bob", "autocomplete")`);
    await shows("Bob");
    await sends(page, "who=Bob");
    assertEquals([await page.evaluate("({}).polluted ?? Object.keys(Object.prototype).length"), seen.errors], [0, []]);
  },
);

Deno.test("forms: value, validity and states are there again after a cut; of another app are those that it says, and nothing where it says none", async () => {
  await using runtime = start(apps.field);
  const live = serve(runtime);
  const [plain, own] = [serve(apps.plain), serve(apps.field)];
  const loaded: string[] = [];
  await using server = serveOn0((request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/plain") return plain(request);
    if (pathname === "/own") return own(request);
    if (pathname === "/page.js") {
      loaded.push(search);
      return runtimeScript(request);
    }
    return new Response(
      `<!doctype html><link rel="icon" href="data:,"><body><script>sockets = [];
WebSocket = class extends WebSocket { constructor(...all) { super(...all); sockets.push(this); } };</script>
<form id="form"><server-component id="root" name="stars" route="/plain"></server-component></form>${script}`,
      { headers: { "content-type": "text/html" } },
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("output");
    assertEquals([loaded.filter((search) => search !== "?part=watch"), await sent(page)], [[""], ""]);
    runtime.dispatch({ stars: 5 });
    await page.evaluate(`root.setAttribute("route", "/ws")`);
    await sends(page, "stars=5");
    await is(page, ":state(full)");
    await page.evaluate(`sockets.at(-1).close(4000)`);
    await page.waitForSelector("#root[status=offline]");
    // It is its last while there is no link.
    assertEquals(await sent(page), "stars=5");
    runtime.dispatch({ stars: 0 });
    await is(page, ":invalid");
    await is(page, ":state(empty)");
    await sends(page, "");
    runtime.dispatch({ stars: 3 });
    await sends(page, "stars=3");
    await page.evaluate(`root.setAttribute("route", "/own")`);
    await is(page, ":state(empty)");
    await sends(page, "");
    await page.click("#set-5");
    await sends(page, "stars=5");
    await page.evaluate(`root.setAttribute("route", "/plain")`);
    await is(page, ":state(full)", false);
    assertEquals([await sent(page), await page.evaluate("form.checkValidity()")], ["", true]);
    assertEquals(loaded.filter((search) => search !== "?part=watch").sort(), ["", "?part=form", "?part=input"]);
  });
});

Deno.test("forms: a runtime tells of the form in the mount, then of what changes; a fact that the app has not asked for is refused", async () => {
  const world = new VirtualWorld();
  await using runtime = run(apps.field, undefined, { world });
  const visitor = new Visitor(runtime);
  assertEquals(visitor.reader.config, {
    form: {
      hears: ["reset", "disabled", "restore"],
      said: [
        ["value", null, "state 0"],
        ["validity", ["valueMissing"], "How many stars?", "#anchor"],
        ["states", { empty: 1, full: 0 }],
      ],
    },
  });
  visitor.press("5");
  visitor.press("5");
  for (const line of [`[0,"form","autofill","x"]`, `[0,"form","disabled",true]`]) assertEquals(visitor.say(line), "taken");
  world.settle();
  visitor.read();
  assertEquals(visitor.reader.formed, [
    ["value", "5", "state 5"],
    ["validity", [], ""],
    ["states", { empty: 0, full: 1 }],
  ]);
  assertEquals(visitor.reader.refused.map(({ reason }) => reason), ["payload"]);
  assertStringIncludes(visitor.text, "stars:5 stars:5 disabled:true");
});

for (
  const line of [
    `[0,"form","reset",true]`,
    `[0,"form","disabled","x"]`,
    `[0,"form","restore",null]`,
    `[0,"form","reset"]`,
    `[0,"form","constructor",{}]`,
    `[0,"form","other",null]`,
  ]
) {
  Deno.test(`forms: a fact of a wrong shape closes the link: ${line}`, async () => {
    await using runtime = run(apps.field, undefined, { world: new VirtualWorld() });
    const visitor = new Visitor(runtime);
    assertEquals([visitor.say(line), visitor.link.closed?.code], ["refused", 4400]);
  });
}

Deno.test("forms: effects are values that a test can compare; a file, and a fault without a message, are a TypeError", () => {
  const data = new FormData();
  data.append("a", "1");
  data.append("a", "2");
  assertEquals(effect.formValue(data), effect.formValue([["a", "1"], ["a", "2"]], `[["a","1"],["a","2"]]`));
  assertEquals(effect.validity({ tooLong: false }), effect.validity({}, "is fine", "#a"));
  data.append("file", new File(["x"], "x.txt"));
  assertThrows(() => effect.formValue(data), TypeError, `"file" is no text`);
  assertThrows(() => effect.validity({ tooLong: true, badInput: true }), TypeError, "tooLong,badInput needs a message");
  const test = simulate(apps.field);
  test.form("disabled", true);
  test.form("restore", "state 3");
  test.form("reset");
  assertEquals(test.model, { stars: 0, disabled: true, log: ["disabled:true", "restore:state 3", "reset"] });
  assertThrows(() => test.form("autofill", "x"), TypeError, "has not asked for");
  // @ts-expect-error -- a message that the app does not know
  app<number, "up">({ init: () => 0, update: (n) => n, view: () => null, onForm: { reset: "down" } });
});
