/**
 * The browser runtime alone, with frames made by hand from docs/protocol.md: its source in a fast DOM under virtual time, and the
 * built file in Chromium where only a real browser tells (focus, composition, moves, namespaces).
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { type Browser, chromium, type Page } from "playwright-core";
import { install } from "../runtime/browser/element.ts";
import { durationOf } from "../runtime/browser/duration.ts";
import { runtimeScript } from "../runtime/page/script.ts";
import { stayingItems } from "../runtime/view/order.ts";
import type { Config, Definition, Json, Up, Value } from "../runtime/wire/message.ts";
import { readUp } from "../runtime/wire/up.ts";
import { findChromium } from "./chromium.ts";
import { FakePage, FakeSocket, loadPart, loadWatch, observed, refusals, visible } from "./fake_page.ts";
import { until } from "./kit.ts";

/** What changed below a node while `change` ran: nodes added and removed, texts, attributes. */
function mutations(page: FakePage, root: Node, change: () => void) {
  const observer = new page.window.MutationObserver(() => {});
  observer.observe(root as never, { childList: true, subtree: true, characterData: true, attributes: true });
  change();
  const count = { added: 0, removed: 0, texts: 0, attributes: 0 };
  for (const record of observer.takeRecords()) {
    count.added += record.addedNodes.length;
    count.removed += record.removedNodes.length;
    if (record.type == "characterData") count.texts++;
    if (record.type == "attributes") count.attributes++;
  }
  observer.disconnect();
  return count;
}

const table: Definition[] = [
  [["table", [["class", "test-data"]], ["tbody", [], 0]]],
  [["tr", [["class", 2]], ["td", [["class", "id"]], 0], ["td", [], ["a", [["@click", 3, 0]], 1]]]],
];
const rows = (count: number): Value => [1, [0, ...Array.from({ length: count }, (_, i) => [2, i, `row ${i}`, null])]];
const labels = (root: Element) => [...root.querySelectorAll("a")].map((a) => a.textContent!.slice(4)).join();

// ---- templates and values ----------------------------------------------------------------------

Deno.test("mount() builds the example of the protocol and a patch writes its text", async () => {
  await using page = new FakePage();
  const { root, view, show } = page.view([[[
    "div",
    [],
    ["button", [["@click", 2, 0]], "-"],
    ["p", [], "Count: ", 0],
    ["button", [["@click", 3, 0]], "+"],
    ["input", [[".value", 1], ["@input", 4, [8, 150]]]],
  ]]], [1, 0, ""]);
  assertEquals(show(), "<div><button>-</button><p>Count: 0</p><button>+</button><input></div>");
  assertEquals(mutations(page, root, () => view.patch({ 0: 1 })), { added: 0, removed: 0, texts: 1, attributes: 0 });
  assertEquals(show(), "<div><button>-</button><p>Count: 1</p><button>+</button><input></div>");
});

Deno.test("patch() changes a hole between nothing, text, instance and list", async () => {
  await using page = new FakePage();
  const { view, show } = page.view([[["p", [], "a", 0, "b", 1]], [["i", [], 0]]], [1, null, "x"]);
  for (
    const [change, html] of [
      ["t", "<p>atbx</p>"],
      ["", "<p>abx</p>"],
      [0, "<p>a0bx</p>"],
      [[2, "y"], "<p>a<i>y</i>bx</p>"],
      [{ 0: "z" }, "<p>a<i>z</i>bx</p>"],
      [[0, "q", null, [2, "r"], [0, "s", [2, 1]]], "<p>aq<i>r</i>s<i>1</i>bx</p>"],
      [{ 0: "Q", 1: [2, "n"], 2: "R", 3: { $: [1, 1, ["S"]], 0: { 0: 2 } } }, "<p>aQ<i>n</i>R<i>2</i>Sbx</p>"],
      [{ 3: { $: [-2, 0, 1] } }, "<p>aQ<i>n</i>RS<i>2</i>bx</p>"],
      [{ $: [-4, 0, 2], 0: { $: [-2, 0, 1] } }, "<p>a<i>2</i>SQ<i>n</i>bx</p>"],
      [{ 0: { $: [] } }, "<p>aQ<i>n</i>bx</p>"],
      [{ 0: "t", 1: [0, "u", "v"] }, "<p>atuv<i>n</i>bx</p>"],
      [{ 0: null, 1: "w" }, "<p>aw<i>n</i>bx</p>"],
      [{ $: [[[2, 9], "w"]] }, "<p>a<i>9</i>wbx</p>"],
      [{ $: [] }, "<p>abx</p>"],
      [null, "<p>abx</p>"],
    ] as [Json, string][]
  ) {
    view.patch({ 0: change });
    assertEquals(show(), html);
  }
});

Deno.test("mount() takes a text, nothing, a list or a fragment at the root, and a static text at an edge", async () => {
  await using page = new FakePage();
  const { view, show } = page.view([["a", 0, "b"], [0, 1], []], "text");
  assertEquals(show(), "text");
  view.patch([0, [1, "-"], [1, [1, "+"]], [2, "x", [0, "y"]], [3]]);
  assertEquals(show(), "a-baa+bbxy");
  view.patch({ $: [-4, -3, 0, 2], 1: { 1: { $: [["n"], 0, 1] } }, 3: { 0: { 0: "*" } } });
  assertEquals(show(), "xnya-baa*bb");
  view.patch({ $: [2, -2, 0, 2] });
  assertEquals(show(), "a-baa*bbxny");
  view.patch(null);
  assertEquals(show(), "");
  view.patch("again");
  view.mount([[0, "!"]], [1, "new"]);
  assertEquals(show(), "new!");
  view.mount([], "last");
  assertEquals(show(), "last");
});

Deno.test("definitions that come with a patch go on from the highest number", async () => {
  await using page = new FakePage();
  const { view, show } = page.view([[["p", [], 0]]], [1]);
  view.patch({ 0: [2, "x"] }, [[["b", [], 0]]]);
  assertEquals(show(), "<p><b>x</b></p>");
});

Deno.test("attributes, properties and spreads are set, changed and removed", async () => {
  await using page = new FakePage();
  const { root, view } = page.view([[[
    "input",
    [["class", 0], ["style", "color: red"], ["...", 1], ["...", 2], ["...", 3], [".indeterminate", 4]],
  ]]], [1, "a", { disabled: "" }, { ".checked": true }, { title: "t", ".value": "v", "data-x": 1, "@click": 1 }, true]);
  const input = root.querySelector("input")!;
  assertEquals([input.className, input.disabled, input.checked, input.title, input.value, input.indeterminate], [
    "a",
    true,
    true,
    "t",
    "v",
    true,
  ]);
  assertEquals(input.style.color, "red");
  view.patch({
    0: null,
    1: { disabled: null },
    2: { ".checked": false },
    3: { title: null, ".value": null, "data-x": "2", "@click": null },
    4: null,
  });
  assertEquals(input.hasAttribute("class") || input.disabled || input.checked || input.hasAttribute("title") || input.indeterminate, false);
  assertEquals([input.value, input.dataset.x], ["", "2"]);
  view.patch({ 1: { hidden: "" }, 2: { ".checked": true }, 3: { style: "color: blue" } });
  assertEquals([input.disabled, input.hidden, input.checked, input.style.color], [false, true, true, "blue"]);
  view.patch({ 1: { hidden: null, disabled: "" }, 2: { ".checked": null }, 3: { style: null } });
  assertEquals([input.disabled, input.hidden, !!input.checked, input.hasAttribute("style")], [true, false, false, false]);
});

Deno.test("a spread may have names that every object has", async () => {
  await using page = new FakePage();
  const spread = Object.fromEntries(["constructor", "hasOwnProperty", "toString", "valueOf"].map((name) => [name, "x"]));
  const { show } = page.view([[["p", [["...", 0]]]]], [1, spread]);
  for (const name in spread) assert(show().includes(` ${name}="x"`) || show().includes(` ${name.toLowerCase()}="x"`), name);
});

Deno.test("what is nothing when it is made is not written: an input without a value is the user's alone", async () => {
  await using page = new FakePage();
  page.element([[["p", [["class", 1], [".title", 2]], 0, ["input", [[".value", 3], ["...", 4], ["@input", 5, 8]]]]]], [
    1,
    null,
    null,
    null,
    null,
    null,
  ]);
  await page.settled();
  assertEquals(visible(page.document.querySelector("server-component")!), "<p><input></p>");
  const input = page.type("input", "mine");
  page.socket.receive([1]);
  assertEquals(input.value, "mine");
  page.socket.receive([0, { 3: "model", 1: "c" }]);
  assertEquals(input.value, "model");
});

Deno.test("a select gets its value after its options, and raw html comes through a spread", async () => {
  await using page = new FakePage();
  const { root, view } = page.view([
    [["div", [], ["select", [[".value", 1]], 0], ["p", [["...", 2]]]]],
    [["option", [["value", 0]], 0 + 1]],
  ], [1, [0, [2, "a", "A"], [2, "b", "B"]], "b", { ".innerHTML": "<b>x</b>" }]);
  assertEquals(root.querySelector("select")!.value, "b");
  assertEquals(root.querySelector("p")!.innerHTML, "<b>x</b>");
  view.patch({ 0: { $: [0, 2, [[2, "c", "C"]]] }, 1: "c" });
  assertEquals(root.querySelector("select")!.value, "c");
});

Deno.test("~name finds the property whatever its case, else writes the attribute, and waits for a definition", async () => {
  await using page = new FakePage();
  const seen: unknown[] = [];
  const define = (name: string) =>
    page.window.customElements.define(
      name,
      class extends page.window.HTMLElement {
        set someProp(value: unknown) {
          seen.push(value);
        }
      } as never,
    );
  define("x-early");
  const { root, view } = page.view([[["x-early", [["~someprop", 0], ["~label", 1]]], ["x-late", [["~someprop", 2], ["~label", 3]]]]], [
    1,
    { deep: [1] },
    "l",
    { deep: [2] },
    "m",
  ]);
  assertEquals(seen, [{ deep: [1] }]);
  assertEquals(visible(root), '<x-early label="l"></x-early><x-late label="m"></x-late>');
  view.patch({ 0: "p", 1: null, 2: { deep: [3] } });
  define("x-late");
  await Promise.resolve();
  await Promise.resolve();
  // The newest, once: what was there before means nothing any more.
  assertEquals(seen, [{ deep: [1] }, "p", { deep: [3] }]);
  assertEquals(visible(root), '<x-early></x-early><x-late label="m"></x-late>');
});

// ---- lists -------------------------------------------------------------------------------------

Deno.test("a recipe touches the fewest nodes: a swap moves two, a removal takes one, a label is one text", async () => {
  await using page = new FakePage();
  const { root, view } = page.view(table, rows(1000));
  const touch = (change: Json) => mutations(page, root, () => view.patch({ 0: change } as never));
  const first = root.querySelector("tr");
  assertEquals(touch({ $: [0, 1, -999, 2, 996, -2, 999, 1] }), { added: 2, removed: 2, texts: 0, attributes: 0 });
  assertEquals(labels(root).split(",").filter((_, i) => [0, 1, 2, 997, 998, 999].includes(i)), ["0", "998", "2", "997", "1", "999"]);
  assertEquals(touch({ $: [0, 500, 501, 499] }), { added: 0, removed: 1, texts: 0, attributes: 0 });
  assertEquals(touch({ 3: { 1: "row changed" } }), { added: 0, removed: 0, texts: 1, attributes: 0 });
  assertEquals(touch({ 4: { 2: "danger" } }), { added: 0, removed: 0, texts: 0, attributes: 1 });
  assertEquals(touch({ $: [-999, 0, 998] }), { added: 1, removed: 1, texts: 0, attributes: 0 });
  assertEquals(touch({ $: [0, 999, [[2, 1, "row x", null]]] }), { added: 1, removed: 0, texts: 0, attributes: 0 });
  assertEquals(root.querySelectorAll("tr")[1], first);
  assertEquals(touch({ $: [] }).removed, 1000);
  assertEquals(root.querySelectorAll("tbody > *").length, 0);
});

Deno.test("recipes make every order of a list, whatever its items are", async () => {
  await using page = new FakePage();
  let seed = 7;
  const random = (limit: number) => (seed = seed * 48271 % 2147483647) % limit;
  const make = (id: number): Value => id % 4 == 0 ? `${id};` : id % 4 == 1 ? [2, id] : id % 4 == 2 ? [3, id] : [0, id, [2, ";"]];
  const html = (id: number) => id % 4 == 0 ? `${id};` : id % 4 == 1 ? `<b>${id}</b>` : id % 4 == 2 ? `${id}.` : `${id}<b>;</b>`;
  const { view, show } = page.view([[["p", [], 0, "!"]], [["b", [], 0]], [0, "."]], [1, [0]]);
  let items: number[] = [], next = 0;
  for (let round = 0; round < 300; round++) {
    const old = items.map((_, index) => index).filter(() => random(5) > 0);
    for (let times = random(4); times > 0; times--) old.splice(random(old.length + 1), 0, ...old.splice(random(old.length + 1), 1));
    const recipe: (number | Value[])[] = [];
    const after: number[] = [];
    const stay = stayingItems(Int32Array.from(old));
    for (const [at, index] of old.entries()) {
      if (random(4) == 0) {
        recipe.push([make(next)]);
        after.push(next++);
      }
      if (!stay || stay[at]) recipe.push(index, 1);
      else if (random(2)) recipe.push(~index);
      else recipe.push(index, -1);
      after.push(items[index]!);
    }
    if (random(2)) {
      recipe.push([make(next), make(next + 1)]);
      after.push(next++, next++);
    }
    items = after;
    view.patch({ 0: { $: recipe as Json } } as never);
    assertEquals(show(), `<p>${items.map(html).join("")}!</p>`, `round ${round}`);
  }
});

// ---- what others do to the page ----------------------------------------------------------------

Deno.test("texts survive a translation, normalize() and strangers between the items", async () => {
  await using page = new FakePage();
  const { root, view, show } = page.view([[["p", [], "Count: ", 0, " of ", 1], ["q", [], 2]], [["b", [], 0]]], [1, 3, "", "alone"]);
  root.normalize();
  view.patch({ 0: 4, 1: "9", 2: "x" });
  assertEquals(show(), "<p>Count: 4 of 9</p><q>x</q>");
  const walker = page.document.createTreeWalker(root, 4);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    const font = page.document.createElement("font");
    font.textContent = text.data.toUpperCase();
    text.replaceWith(font);
  }
  view.patch({ 0: 5, 2: "y" });
  assertEquals(show(), "<p><font>COUNT: </font>5<font> OF </font><font>9</font></p><q>y</q>");
  view.patch({ 0: [0, "a", [2, "b"], "c"] });
  root.querySelector("b")!.after("stranger");
  view.patch({ 0: { $: [1, 2] } });
  assertEquals(show(), "<p><font>COUNT: </font><b>b</b>strangerc<font> OF </font><font>9</font></p><q>y</q>");
  view.patch({ 0: { $: [-2, 0, 1] } });
  assertEquals(show(), "<p><font>COUNT: </font>c<b>b</b>stranger<font> OF </font><font>9</font></p><q>y</q>");
  view.patch({ 0: null, 1: null });
  assertEquals(show(), "<p><font>COUNT: </font><font> OF </font></p><q>y</q>");
});

// ---- events ------------------------------------------------------------------------------------

Deno.test("an event carries what it has seen, the path of the live hole and its fields", async () => {
  await using page = new FakePage();
  const { element } = page.element(table, rows(3));
  page.click("tr:nth-child(3) a");
  assertEquals(page.socket.take(), [[0, [0, 2, 3]]]);
  page.socket.receive([1, { 0: { $: [-3, 0, 1] } }]);
  page.click("tr a");
  assertEquals(page.socket.take(), [[1, [0, 0, 3]]]);
  const gone = element.querySelector("a")!;
  page.socket.receive([1, { 0: [0] }]);
  gone.click();
  assertEquals(page.socket.take(), []);
});

Deno.test("what a mount has taken away says nothing, and neither does a blur that a patch has caused", async () => {
  await using page = new FakePage();
  const { element } = page.element([[["button", [["@click", 0, 0], ["@blur", 1, 0]]]]], [1]);
  const gone = element.querySelector("button")!;
  gone.focus();
  page.socket.cut();
  page.pass(500);
  page.socket.receive(["mount", "e2", 0, 0, [[["button", [["@click", 0, 0]]]]], [1]]);
  gone.click();
  gone.dispatchEvent(page.event("blur"));
  assertEquals(page.socket.take(), []);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [0]]]);
});

Deno.test("a patch gives the focus back to what lost it, and takes it from nothing else", async () => {
  await using page = new FakePage();
  page.window.customElements.define(
    "x-eager",
    class extends page.window.HTMLElement {
      override connectedCallback() {
        (this as unknown as HTMLElement).focus();
      }
    } as never,
  );
  const { root, view } = page.view([[["p", [], 0]], [["input", [["id", 0]]]], [["x-eager", [["tabindex", "0"]]]]], [1, [0, [2, "a"], [
    2,
    "b",
  ]]]);
  root.querySelector<HTMLElement>("#b")!.focus();
  view.patch({ 0: { $: [-2, 0, 1] } });
  assertEquals(page.document.activeElement!.id, "b");
  view.patch({ 0: { $: [0, 2, [[3]]] } });
  assertEquals(page.document.activeElement!.localName, "x-eager");
  view.patch({ 0: { $: [0, 2] } });
  assertEquals(page.document.activeElement, page.document.body);
});

Deno.test("fields are those that say something, of the event, its target and its form", async () => {
  await using page = new FakePage();
  page.element([[
    [
      "form",
      [["@submit", 0, 9], ["id", "f"]],
      ["input", [["name", "who"], ["id", "i"], ["@keydown", 1, [8, 0, 0, "isTrusted", "timeStamp", "currentTarget.tagName"]], [
        "data-a",
        "1",
      ]]],
      ["input", [["name", "id"]]],
      ["x-y", [["@thing", 2, 8]]],
    ],
  ]], [1]);
  const input = page.document.querySelector<HTMLInputElement>("#i")!;
  input.value = "Anna";
  input.dispatchEvent(new page.window.KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true }) as never);
  const [[, path, fields, target]] = page.socket.take() as [[number, Json, Record<string, Json>, Json]];
  assertEquals(path, [1]);
  assertEquals(typeof fields.timeStamp, "number");
  delete fields.timeStamp;
  assertEquals(fields, { key: "Enter", code: "Enter" });
  assertEquals(target, { id: "i", name: "who", type: "text", value: "Anna", dataset: { a: "1" }, tagName: "INPUT" });
  const thing = page.document.querySelector("x-y")!;
  thing.dispatchEvent(new page.window.CustomEvent("thing", { detail: { list: [1] } }) as never);
  assertEquals(page.socket.take(), [[0, [2], { detail: { list: [1] } }, {}]]);
  const submit = page.event("submit");
  page.document.querySelector("form")!.dispatchEvent(submit);
  assert(submit.defaultPrevented);
  const [sent] = page.socket.take() as [Json[]];
  assertEquals([sent![1], sent![2], sent![4]], [[0], {}, [["who", "Anna"], ["id", ""]]]);
});

Deno.test("options: prevent, stop, once, capture, none, and a handler in a spread", async () => {
  await using page = new FakePage();
  page.element([[
    ["div", [["@click!", 0, 0], ["@click", 1, 0]], ["a", [["@click", 2, 3]]], ["b", [["@click", 3, 4]]], ["i", [["...", 4]]], [
      "u",
      [["@scroll", 5, 0], ["@focus", 6, 0], ["@toggle", 7, 0], ["@mouseenter", 8, 0]],
    ]],
  ]], [1, null, 0, 3, 4, { "@click": 0, "@keydown!": 8 }]);
  const send = (selector: string, type = "click", bubbles = true) => {
    const event = page.event(type, bubbles);
    page.document.querySelector(selector)!.dispatchEvent(event);
    return [event.defaultPrevented, ...page.socket.take()];
  };
  assertEquals(send("a"), [true, [0, [2]]]);
  assertEquals(send("b"), [false, [0, [3]], [0, [1]]]);
  assertEquals(send("b"), [false, [0, [1]]]);
  assertEquals(send("i"), [false, [0, [4, "click"]], [0, [1]]]);
  assertEquals(send("i", "keydown"), [false, [0, [4, "keydown!"], {}, {}]]);
  for (const [type, hole] of [["scroll", 5], ["focus", 6], ["toggle", 7], ["mouseenter", 8]] as const) {
    assertEquals(send("u", type, false), [false, [0, [hole]]]);
  }
  page.socket.receive([0, { 0: 0, 1: null, 4: { "@click": null } }]);
  assertEquals(send("i"), [false, [1, [0]]]);
});

Deno.test("debounce sends the newest event, before any other event of the element, and nothing of an element that has gone", async () => {
  await using page = new FakePage();
  page.element([[["div", [], ["input", [["@input", 0, [8, 150]], ["name", "n"]]], ["button", [["@click", 1, 0]]]]]], [1]);
  page.type("input", "a");
  page.pass(100);
  page.socket.receive([0, null]);
  page.socket.receive(["mount", "e1", 1, 0, [[["div", [], ["input", [["@input", 0, [8, 150]], ["name", "n"]]], ["button", [[
    "@click",
    1,
    0,
  ]]]]]], [1]]);
  page.pass(50);
  assertEquals(page.socket.take(), []);
  page.type("input", "b");
  page.pass(149);
  page.type("input", "bc");
  page.pass(149);
  assertEquals(page.socket.take(), []);
  page.socket.receive([0, {}]);
  page.pass(1);
  assertEquals(page.socket.take(), [[0, [0], {}, { name: "n", type: "text", value: "bc" }]]);
  page.type("input", "bcd");
  page.click("button");
  assertEquals((page.socket.take() as Json[][]).map((event) => event[1]!), [[0], [1]]);
  page.pass(1000);
  assertEquals(page.socket.take(), []);
});

Deno.test("what waits is sent in the order in which it happened, and what waits for another epoch with what waits for a link", async () => {
  await using page = new FakePage();
  const { told } = page.element([[
    [
      "div",
      [["@click", 2, 0]],
      ["input", [["id", "a"], ["@input", 0, [8, 150]]]],
      ["input", [["id", "b"], ["@input", 1, [8, 150]]]],
    ],
  ]], [1]);
  page.type("#a", "1");
  page.type("#b", "2");
  page.type("#a", "12");
  page.click("div");
  const sent = page.socket.take() as [number, Json, Json, { value: string }?][];
  assertEquals(sent.map(([, path, , target]) => [path, target?.value]), [[[1], "2"], [[0], "12"], [[2], undefined]]);
  page.pass(1000);
  assertEquals(page.socket.take(), []);
  page.type("#a", "123");
  page.socket.cut();
  page.pass(100);
  page.pass(400);
  page.socket.receive(["mount", "e1", 0, 3, button, [1]]);
  assertEquals((page.socket.take() as Json[][]).map((event) => event[1]!), [[0]]);
  assertEquals(refusals(told), []);
});

Deno.test("`once` is once for each instance, whatever becomes of the event", async () => {
  await using page = new FakePage();
  const { element } = page.element([[["p", [], 0]], [["b", [["@click", 0, 4]]]]], [1, [0, [2], [2]]]);
  page.click("b");
  page.click("b");
  page.socket.receive([1, { 0: { $: [-2, 0, 1, [[2]]] } }]);
  page.click("b:nth-child(2)");
  page.click("b");
  page.click("b");
  page.click("b:nth-child(3)");
  assertEquals(page.socket.take(), [[0, [0, 0, 0]], [1, [0, 0, 0]], [0, [0, 2, 0]]]);
  assertEquals(element.querySelectorAll("b").length, 3);
});

Deno.test("throttle sends the first event at once and the last at the end of each interval", async () => {
  await using page = new FakePage();
  page.element([[["p", [["@scroll", 0, [8, 0, 100, "n"]]]]]], [1]);
  let n = 0;
  const scroll = () => page.document.querySelector("p")!.dispatchEvent(Object.assign(page.event("scroll"), { n: ++n }));
  const took = () => (page.socket.take() as [number, Json, { n: number }][]).map(([, , fields]) => fields.n);
  scroll();
  assertEquals(took(), [1]);
  scroll();
  page.pass(60);
  scroll();
  assertEquals(took(), []);
  page.pass(40);
  assertEquals(took(), [3]);
  scroll();
  assertEquals(took(), []);
  page.pass(100);
  assertEquals(took(), [4]);
  page.pass(100);
  scroll();
  assertEquals(took(), [5]);
});

// ---- the link ----------------------------------------------------------------------------------

const button: Definition[] = [[["button", [["@click", 1, 0]], 0]]];

Deno.test("throttle and debounce together: the first at once, one in each interval, the last when it is over, none twice", async () => {
  await using page = new FakePage();
  page.element([[["p", [["@scroll", 0, [8, 50, 100, "n"]]]]]], [1]);
  let n = 0;
  const scroll = () => page.document.querySelector("p")!.dispatchEvent(Object.assign(page.event("scroll"), { n: ++n }));
  const took = () => (page.socket.take() as [number, Json, { n: number }][]).map(([, , fields]) => fields.n);
  // One event, and nothing more of it.
  scroll();
  assertEquals(took(), [1]);
  page.pass(1000);
  assertEquals(took(), []);
  // A stream, every 10 ms: at 0, then the first after each 100 ms.
  for (let i = 0; i < 25; i++) {
    scroll();
    page.pass(10);
  }
  assertEquals(took(), [2, 12, 22]);
  page.pass(39);
  assertEquals(took(), []);
  page.pass(1);
  assertEquals(took(), [26]);
  // The last opened an interval of its own.
  scroll();
  assertEquals(took(), []);
  page.pass(50);
  assertEquals(took(), [27]);
  page.pass(1000);
  assertEquals(took(), []);
});

Deno.test("what waits is sent when its time is over, with what happened before it and nothing of what came later", async () => {
  await using page = new FakePage();
  page.element([[
    [
      "div",
      [],
      ["input", [["id", "a"], ["@input", 0, [0, 100]]]],
      ["input", [["id", "b"], ["@input", 1, [0, 150]]]],
      ["input", [["id", "c"], ["@input", 2, [0, 50]]]],
    ],
  ]], [1]);
  page.type("#b", "1");
  page.type("#a", "1");
  page.pass(60);
  page.type("#c", "1");
  page.pass(40);
  assertEquals(page.socket.take(), [[0, [1]], [0, [0]]]);
  page.pass(10);
  assertEquals(page.socket.take(), [[0, [2]]]);
  page.type("#a", "2");
  page.type("#b", "2");
  const left = page.event("blur", false);
  page.document.querySelector("#a")!.dispatchEvent(left);
  assertEquals(page.socket.take(), [[0, [0]]]);
  page.pass(150);
  assertEquals(page.socket.take(), [[0, [1]]]);
});

Deno.test("the element connects by its route, tells its status and reconnects with growing delays", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const { element, told } = page.element(button, [1, "x"]);
  assertMatch(page.socket.url, /^ws:\/\/site\.test\/ws\?nacre=[\w-]{16,64}\.\.0\.\.0$/);
  assertEquals(told, [["status", "connecting"], ["status", "live"]]);
  await observed();
  page.socket.cut();
  assertEquals(element.getAttribute("status"), "offline");
  for (const delay of [500, 1000, 2000, 4000, 8000, 16000, 32000, 32000]) {
    page.pass(delay - 1);
    const before = page.sockets.length;
    page.pass(1);
    assertEquals(page.sockets.length, before + 1);
    // Until it is live again nothing has changed for its user.
    assertEquals(element.getAttribute("status"), "offline");
    page.socket.cut();
  }
  page.window.dispatchEvent(new page.window.Event("online"));
  assertMatch(page.socket.url, /^ws:\/\/site\.test\/ws\?nacre=[\w-]+\.e1\.0\.0\.0$/);
  page.socket.receive(["mount", "e1", 4, 0, button, [1, "y"]]);
  assertEquals(visible(element), "<button>y</button>");
  page.socket.cut();
  page.pass(500);
  assertEquals(element.getAttribute("status"), "offline");
  page.socket.receive(["mount", "e1", 4, 0, button, [1, "y"]]);
  assertEquals(element.getAttribute("status"), "live");
});

Deno.test("an app that has failed is shown, and tried again", async () => {
  await using page = new FakePage();
  install(page.world, loadPart);
  const { element, told } = page.element(button, [1, "x"]);
  page.socket.cut(4500);
  assertEquals([element.getAttribute("status"), told.at(-1)], ["failed", ["status", "failed"]]);
  page.pass(500);
  assertEquals([page.sockets.length, element.getAttribute("status")], [2, "failed"]);
});

Deno.test("what made an app fail is not gone through again: after 4500 the page begins anew, and its events are refused", async () => {
  await using page = new FakePage();
  install(page.world, loadPart);
  const { told } = page.element(button, [1, "x"]);
  page.socket.receive([[0, "a snapshot"]]);
  page.document.querySelector("button")!.click();
  page.socket.cut(4500);
  page.pass(500);
  page.socket.onopen?.();
  assertEquals([page.socket.url.at(-1), page.socket.sent], ["0", []]);
  page.socket.receive(["mount", "e2", 0, 0, button, [1, "x"]]);
  assertEquals(refusals(told).length, 1);
});

Deno.test("A request that its server did not understand (4400) or failed at (4500) is not repeated; after any other answer it is", async () => {
  for (
    const [status, body, says, shows] of [
      [400, "[4400]", "nothing", "offline"],
      [500, "[4500]", "nothing", "failed"],
      [503, null, "the same", "offline"],
      // These are of somebody else: of what is between, or of another part of the program.
      [400, "Bad Request", "the same", "offline"],
      [500, "Internal Server Error", "the same", "offline"],
      [500, null, "the same", "offline"],
      [502, "<html>[4500]", "the same", "offline"],
    ] as const
  ) {
    await using page = new FakePage();
    const said: string[] = [];
    const answers = [new Response(JSON.stringify(["mount", "e1", 0, [0, "a snapshot"], button, [1, "x"]])), new Response(body, { status })];
    page.world.fetch = ((_: string, { body }: { body: string }) => {
      said.push(body);
      return Promise.resolve(answers.shift() ?? new Response(null, { status: 503 }));
    }) as typeof fetch;
    install(page.world, loadPart);
    const element = page.document.createElement("server-component");
    element.setAttribute("route", "/ws");
    element.setAttribute("method", "http");
    page.document.body.append(element);
    await until(() => element.getAttribute("status") === "live");
    page.document.querySelector("button")!.click();
    await until(() => element.getAttribute("status") === shows);
    page.pass(500);
    await until(() => said.length === 3);
    assertEquals(said[1], '["resume","a snapshot",0,[],[[0,[1]]]]', `${status} ${body}`);
    assertEquals(said[2], says === "nothing" ? "" : said[1], `${status} ${body}`);
  }
});

Deno.test("an element that was sent away stays offline until its route changes or it is put back", async () => {
  await using page = new FakePage();
  page.loadPart = loadWatch;
  const { element } = page.element(button, [1, "x"]);
  await observed();
  // A try that is still due when another was quicker.
  page.socket.cut();
  page.window.dispatchEvent(new page.window.Event("online"));
  page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
  page.socket.cut(4403);
  const count = page.sockets.length;
  page.pass(100_000);
  page.window.dispatchEvent(new page.window.Event("online"));
  assertEquals([page.sockets.length, element.getAttribute("status")], [count, "offline"]);
  const { parentNode } = element;
  element.remove();
  page.pass(1);
  parentNode!.appendChild(element);
  assertEquals([page.sockets.length, element.getAttribute("status")], [count + 1, "connecting"]);
  page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
  page.socket.cut(4403);
  page.pass(100_000);
  assertEquals(page.sockets.length, count + 1);
});

Deno.test("another epoch in the middle of a link is said, and what waits is refused", async () => {
  await using page = new FakePage();
  install(page.world, loadPart);
  const { told, element } = page.element(button, [1, "x"]);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [1]]]);
  page.socket.receive(["mount", "e2", 0, 0, button, [1, "y"]]);
  assertEquals([page.socket.take(), refusals(told), visible(element)], [
    ["e2"],
    [["refused", { event: 1, reason: "epoch" }]],
    "<button>y</button>",
  ]);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [1]]]);
});

Deno.test("a server that closes with 1000 is tried again, as after any other close", async () => {
  for (const code of [1000, 1001, 1006, 4408, 4500]) {
    await using page = new FakePage();
    page.element(button, [1, "x"]);
    page.socket.cut(code);
    page.pass(500);
    assertEquals(page.sockets.length, 2, `${code}`);
  }
});

Deno.test("an element that was never in the page, or whose route is gone when it moves, opens nothing", async () => {
  await using page = new FakePage();
  const { element } = page.element(button, [1, "x"]);
  const other = page.document.createElement("server-component");
  other.setAttribute("route", "/never");
  page.pass(1000);
  assertEquals(page.sockets.length, 1);
  element.removeAttribute("route");
  const elsewhere = page.document.createElement("div");
  page.document.body.append(elsewhere);
  elsewhere.append(element);
  page.pass(60_000);
  assertEquals([page.sockets.length, page.socket.closed], [1, true]);
});

Deno.test("after two sockets that never worked come two streams, then two requests, in turn, and what has worked stays; `method` decides alone", async () => {
  for (
    const [method, worksAt, kinds] of [
      [undefined, -1, "ws,ws,sse,sse,http,http,ws,ws"],
      [undefined, 0, "ws,ws,ws,ws,ws,ws,ws,ws"],
      ["ws", -1, "ws,ws,ws,ws,ws,ws,ws,ws"],
      ["sse", -1, "sse,sse,sse,sse,sse,sse,sse,sse"],
      ["http", -1, "http,http,http,http,http,http,http,http"],
      [undefined, 2, "ws,ws,sse,sse,sse,sse,sse,sse"],
    ] as const
  ) {
    await using page = new FakePage();
    const opened: string[] = [];
    const open = (kind: string, url: string) => {
      const socket = Object.assign(new FakeSocket(url), { addEventListener() {}, onerror: null as (() => void) | null });
      // A stream says in its own way that it is over.
      if (kind === "sse") socket.cut = () => socket.onerror?.();
      opened.push(kind);
      page.sockets.push(socket);
      return socket as unknown as EventSource & WebSocket;
    };
    page.world.WebSocket = function (url: string) {
      return open("ws", url);
    } as unknown as typeof WebSocket;
    page.world.EventSource = function (url: string) {
      return open("sse", url);
    } as unknown as typeof EventSource;
    page.world.fetch = () => {
      opened.push("http");
      return Promise.reject(new TypeError("Failed to fetch"));
    };
    install(page.world, loadPart);
    const element = page.document.createElement("server-component");
    element.setAttribute("route", "/ws");
    if (method) element.setAttribute("method", method);
    page.document.body.append(element);
    for (let i = 0; i < 7; i++) {
      await observed();
      if (i === worksAt) page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
      page.sockets.at(-1)?.cut();
      await observed();
      page.pass(32_000);
    }
    await observed();
    assertEquals(opened.join(), kinds);
    if (opened.includes("sse")) assert(page.sockets.some(({ url }) => /^\/ws\?nacre=[\w-]+\.\w*\.0\.\.0&link=[\w-]{16,64}$/.test(url)));
  }
});

Deno.test("an answer to a request is read to its end before the next one is asked, also where a part has to be loaded for its beginning", async () => {
  await using page = new FakePage();
  const asked: string[] = [];
  page.world.fetch = ((_: string, { body = "" }: { body?: string }) => {
    asked.push(body);
    // The snapshot is saved by the time of the second message.
    const messages = [["mount", "e1", 0, 0, [], "x", { attributes: ["step"] }], [[0, "a snapshot", 0, 0]]];
    return asked.length > 1
      ? Promise.reject(new TypeError("Failed to fetch"))
      : Promise.resolve(new Response(messages.map((message) => JSON.stringify(message)).join("\n")));
  }) as typeof fetch;
  install(page.world, loadPart);
  const element = page.document.createElement("server-component");
  element.setAttribute("method", "http");
  element.setAttribute("route", "/ws");
  element.setAttribute("step", "1");
  page.document.body.append(element);
  await observed();
  assertEquals(asked, ["", `["resume","a snapshot",0,[],[[0,"attribute","step","1"]]]`]);
});

Deno.test("being online again opens one socket, and an element that was taken out opens none and is held by nothing", async () => {
  for (const isCut of [false, true]) {
    await using page = new FakePage();
    const listeners = new Set<unknown>();
    for (const target of [page.world, page.document]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = ((type: string, listener: EventListener) => {
        if (/^(online|page|visibility)/.test(type)) listeners.add(listener);
        addEventListener.call(page.document === target ? target : page.window, type, listener);
      }) as typeof addEventListener;
      target.removeEventListener = ((type: string, listener: EventListener) => {
        listeners.delete(listener);
        removeEventListener.call(page.document === target ? target : page.window, type, listener);
      }) as typeof removeEventListener;
    }
    page.loadPart = loadWatch;
    const { element } = page.element(button, [1, "x"]);
    await observed();
    assert(listeners.size > 0);
    const goOnline = () => page.window.dispatchEvent(new page.window.Event("online"));
    page.socket.cut();
    goOnline();
    assertEquals(page.sockets.length, 2);
    goOnline();
    // The timer of the lost link fires too late.
    page.pass(1_000);
    assertEquals(page.sockets.length, 2);
    await observed();
    if (isCut) page.socket.cut();
    element.remove();
    page.pass(0);
    assertEquals(listeners.size, 0);
    goOnline();
    page.pass(60_000);
    assertEquals(page.sockets.length, 2);
  }
});

Deno.test("moving an element keeps its socket, removing it closes it, another route is another socket when it moves", async () => {
  await using page = new FakePage();
  const { element } = page.element(button, [1, "x"]);
  page.document.body.prepend(element);
  page.pass(10);
  assertEquals([page.sockets.length, page.socket.closed], [1, false]);
  element.setAttribute("route", "other?a=1");
  page.document.body.append(element);
  assertEquals(page.sockets.map((socket) => socket.closed), [true, false]);
  assertMatch(page.socket.url, /^ws:\/\/site\.test\/dir\/other\?a=1&nacre=[\w-]+\.e1\.0\.\.0$/);
  const [old] = page.sockets;
  assertEquals([old!.onmessage ?? null, old!.onclose ?? null], [null, null]);
  element.remove();
  page.pass(10);
  assertEquals(page.socket.closed, true);
  page.pass(60_000);
  assertEquals(page.sockets.length, 2);
  page.document.body.append(element);
  assertEquals(page.sockets.length, 3);
});

Deno.test("events wait for a link, and the same epoch gets again what it has not dealt with", async () => {
  await using page = new FakePage();
  const { told } = page.element(button, [1, "x"]);
  for (let i = 0; i < 3; i++) page.click("button");
  page.socket.receive([1]);
  assertEquals(page.socket.take().length, 3);
  page.socket.cut();
  page.click("button");
  page.pass(500);
  assertMatch(page.socket.url, /\.e1\.1\.0\.0$/);
  page.click("button");
  assertEquals(page.socket.take(), []);
  page.socket.receive(["mount", "e1", 7, 2, button, [1, "x"]]);
  assertEquals(page.socket.take(), [[-7, [1]], [-7, [1]], [-7, [1]]]);
  page.socket.receive([3]);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [1]]]);
  assertEquals(refusals(told), []);
});

Deno.test("another epoch refuses what was under way, by number, and numbers start again", async () => {
  await using page = new FakePage();
  const { told } = page.element([[["i", [["@click", 0, 0], ["@input", 1, [0, 150]]]]]], [1]);
  page.click("i");
  page.socket.receive([1]);
  page.click("i");
  page.socket.cut(4500);
  page.pass(400);
  page.document.querySelector("i")!.dispatchEvent(page.event("input"));
  page.pass(100);
  told.length = 0;
  page.socket.receive(["mount", "e2", 0, 0, button, [1, "x"]]);
  assertEquals(told, [["refused", { event: 2, reason: "epoch" }], ["refused", { event: 3, reason: "epoch" }], ["status", "live"]]);
  page.pass(1000);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [1]]]);
  page.socket.receive(["emit", "nacre:refused", { event: 1, reason: "gone" }]);
  page.socket.receive([1]);
  assertEquals(told.at(-1), ["refused", { event: 1, reason: "gone" }]);
});

Deno.test("what the server would not take is refused at once: more than 512 that wait, or too long a text", async () => {
  await using page = new FakePage();
  const { told } = page.element(button, [1, "x"]);
  page.socket.cut();
  for (let i = 0; i < 513; i++) page.click("button");
  assertEquals(refusals(told), [["refused", { event: 513, reason: "limit" }]]);
  page.pass(500);
  page.socket.receive(["mount", "e1", 0, 0, button, [1, "x"]]);
  assertEquals(page.socket.take().length, 512);
  page.socket.receive([512]);
  page.click("button");
  assertEquals(page.socket.take(), [[0, [1]]]);
});

Deno.test("an input whose text is too long keeps it until the user changes it, and then the model counts again", async () => {
  await using page = new FakePage();
  const { told } = page.element([[["textarea", [[".value", 0], ["@input", 1, 8]]]]], [1, "m"]);
  await page.settled();
  const input = page.type("textarea", "x".repeat(65_000));
  assertEquals(refusals(told), [["refused", { event: 1, reason: "limit" }]]);
  assertEquals([page.socket.take(), input.value.length], [[], 65_000]);
  page.socket.receive([0, { 0: "n" }]);
  assertEquals(input.value.length, 65_000);
  page.type("textarea", "short");
  assertEquals(page.socket.take().length, 1);
  page.socket.receive([1]);
  assertEquals(input.value, "n");
});

Deno.test("versions are told after 16 patches or a second", async () => {
  await using page = new FakePage();
  page.element(button, [1, 0]);
  for (let i = 1; i < 16; i++) page.socket.receive([0, { 0: i }]);
  assertEquals(page.socket.take(), []);
  page.socket.receive([0, { 0: 16 }]);
  assertEquals(page.socket.take(), [16]);
  page.pass(2000);
  assertEquals(page.socket.take(), []);
  page.socket.receive([0, { 0: 17 }]);
  page.pass(999);
  assertEquals(page.socket.take(), []);
  page.pass(1);
  assertEquals(page.socket.take(), [1]);
  page.socket.receive([0, { 0: 18 }]);
  page.click("button");
  page.pass(1000);
  assertEquals(page.socket.take(), [[1, [1]]]);
});

Deno.test("a patch in place of some counts as all of them, and one that changes nothing counts too", async () => {
  await using page = new FakePage();
  const { element } = page.element(button, [1, "x"]);
  page.socket.receive([0, { 0: "y" }, [], 4]);
  page.click("button");
  page.socket.receive([0, {}, [], 0]);
  assertEquals(visible(element), "<button>y</button>");
  page.pass(1000);
  assertEquals(page.socket.take(), [[5, [1]], 1]);
  page.socket.receive([0, [2, "z"], [[["b", [], 0]]], 30]);
  page.pass(1000);
  assertEquals([visible(element), page.socket.take()], ["<b>z</b>", [31]]);
});

Deno.test("emit dispatches on the element", async () => {
  await using page = new FakePage();
  page.element(button, [1, 0]);
  const seen: unknown[] = [];
  page.document.addEventListener("change", (event) => seen.push((event as CustomEvent).detail));
  page.socket.receive(["emit", "change", 3]);
  assertEquals(seen, [3]);
});

Deno.test("what cannot be understood or applied ends the link, and the next mount heals the page", async () => {
  for (const bad of [{}, null, 5, true, [0, { 7: 1 }], [0, { 0: { 0: 1 } }], [0, { 0: [9] }], [0, { 0: { $: [3, 1, -5] } }], [1]]) {
    await using page = new FakePage();
    const { element } = page.element(button, [1, 0]);
    const socket = page.socket;
    socket.receive(bad);
    assertEquals([socket.closed, element.getAttribute("status"), page.errors.length], [true, "offline", 1], JSON.stringify(bad));
    socket.receive([0, { 0: 1 }]);
    page.pass(500);
    // What is shown is no version: it is not said to be one.
    assertMatch(page.socket.url, /\.e1\.0\.\.0$/);
    page.socket.receive(["mount", "e1", 3, 0, button, [1, "healed"]]);
    assertEquals(visible(element), "<button>healed</button>");
  }
});

// ---- controlled inputs -------------------------------------------------------------------------

Deno.test("a controlled input is written when its last input has been acknowledged, patch or no patch", async () => {
  await using page = new FakePage();
  page.element([[["input", [[".value", 0], ["@input", 1, 8]]]]], [1, ""]);
  await page.settled();
  const input = page.type("input", "a");
  page.type("input", "ab");
  page.socket.receive([1, { 0: "A" }]);
  assertEquals(input.value, "ab");
  page.socket.receive([1, { 0: "AB" }]);
  assertEquals(input.value, "AB");
  page.type("input", "ABC");
  page.socket.receive([1]);
  assertEquals(input.value, "AB");
});

Deno.test("a debounced input is not written while it waits, and a box that was refused reverts", async () => {
  await using page = new FakePage();
  page.element([[["div", [], ["input", [[".value", 0], ["@input", 2, [8, 150]]]], ["input", [
    ["type", "checkbox"],
    ["...", 1],
    ["@change", 3, 8],
    ["id", "c"],
  ]]]]], [1, ""]);
  await page.settled();
  const input = page.type("input", "a");
  page.socket.receive([0, { 0: "late" }]);
  assertEquals(input.value, "a");
  page.pass(150);
  page.socket.receive([0, { 0: "later" }]);
  assertEquals(input.value, "a");
  page.socket.receive([1, { 0: "A" }]);
  assertEquals(input.value, "A");
  page.socket.receive([0, { 1: { ".checked": false } }]);
  const box = page.document.querySelector<HTMLInputElement>("#c")!;
  box.click();
  assertEquals(box.checked, true);
  page.socket.receive([1]);
  assertEquals(box.checked, false);
});

Deno.test("a reset that comes while an input is on its way is not forgotten, and then the input is the user's alone", async () => {
  await using page = new FakePage();
  page.element([[["input", [[".value", 0], ["@input", 1, 8]]]]], [1, "m"]);
  await page.settled();
  const input = page.type("input", "sent");
  page.socket.receive([1, { 0: null }]);
  assertEquals(input.value, "");
  page.type("input", "mine");
  page.socket.receive([1]);
  assertEquals(input.value, "mine");
});

Deno.test("typed text that no handler takes is left alone until the field is left", async () => {
  await using page = new FakePage();
  page.element([[["input", [[".value", 0], ["@keydown", 1, 0]]]]], [1, "m"]);
  await page.settled();
  const input = page.document.querySelector("input")!;
  input.focus();
  page.type("input", "typed");
  input.dispatchEvent(page.event("keydown"));
  page.socket.receive([1, { 0: "n" }]);
  assertEquals(input.value, "typed");
  input.dispatchEvent(page.event("change"));
  page.pass(0);
  assertEquals(input.value, "n");
  page.type("input", "again");
  input.dispatchEvent(page.event("change"));
  page.pass(0);
  assertEquals(input.value, "again");
});

Deno.test("a handler on the form counts, and the other radio button comes back", async () => {
  await using page = new FakePage();
  page.element([[["form", [["@input", 2, 8]], ["input", [["type", "radio"], ["name", "r"], [".checked", 0]]], ["input", [
    ["type", "radio"],
    ["name", "r"],
    ["id", "b"],
    [".checked", 1],
  ]]]]], [1, true, false]);
  await page.settled();
  const [a, b] = page.document.querySelectorAll("input");
  b!.click();
  assertEquals([a!.checked, b!.checked], [false, true]);
  page.socket.receive([1]);
  assertEquals([a!.checked, b!.checked], [true, false]);
});

// ---- Chromium ----------------------------------------------------------------------------------

/** A server that is spoken for by hand, and a page of Chromium on it. */
class RealPage implements AsyncDisposable {
  readonly sockets: WebSocket[] = [];
  readonly received: Json[] = [];
  #server: Deno.HttpServer;
  #wake = Promise.withResolvers<void>();

  private constructor(body: string) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const path = new URL(request.url).pathname;
      if (path == "/client.js") return runtimeScript(request);
      if (path != "/ws") {
        return new Response(`<!doctype html><body>${body}<script type="module" src="/client.js"></script>`, {
          headers: { "content-type": "text/html", "content-security-policy": "style-src 'self'; require-trusted-types-for 'script'" },
        });
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        this.sockets.push(socket);
        this.#wake.resolve();
      };
      socket.onmessage = ({ data }) => {
        this.received.push(JSON.parse(data));
        this.#wake.resolve();
      };
      return response;
    });
  }

  private browser!: Browser;
  page!: Page;

  static async open(definitions: Definition[], value: Value, before = ""): Promise<RealPage> {
    const real = new RealPage(`<server-component route="/ws"></server-component>`);
    real.browser = await chromium.launch({ executablePath: await findChromium(), args: ["--no-sandbox"] });
    real.page = await real.browser.newPage();
    if (before) await real.page.addInitScript(before);
    const { port } = real.#server.addr as Deno.NetAddr;
    await real.page.goto(`http://127.0.0.1:${port}/`);
    await real.until(() => real.sockets.length > 0);
    real.send(["mount", "e", 0, 0, definitions, value]);
    await real.page.waitForSelector("[status=live]");
    return real;
  }

  /** Waits for something that comes from the page. */
  async until(is: () => boolean) {
    while (!is()) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }

  send(...messages: unknown[]) {
    for (const message of messages) this.sockets.at(-1)!.send(JSON.stringify(message));
  }

  /** Sends, and waits until the page has read it. */
  async sync(...messages: unknown[]) {
    const read = this.page.evaluate(() => new Promise<void>((done) => document.addEventListener("read", () => done(), { once: true })));
    this.send(...messages, ["emit", "read", null]);
    const again = setInterval(() => this.send(["emit", "read", null]), 100);
    await read;
    clearInterval(again);
  }

  html(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("server-component")!.innerHTML.replaceAll("<!---->", ""));
  }

  async [Symbol.asyncDispose]() {
    await this.browser.close();
    await this.#server.shutdown();
  }
}

const inputs: Definition[] = [
  [["ul", [], 0]],
  [["li", [], ["input", [["id", 0], [".value", 1], ["@input", 2, 8], ["@focus", 3, 0], ["@blur", 4, 0]]]]],
];

Deno.test("Chromium: namespaces, tables without a body, templates, styles under a policy, custom elements", async () => {
  await using real = await RealPage.open(
    [
      [
        "x",
        ["svg", [["viewBox", "0 0 1 1"], ["xlink:href", "#a"]], 0, ["foreignObject", [], ["p", []], 1]],
        ["math", [], ["mi", [], 2], ["mrow", [], 3]],
        ["table", [], ["tr", [], ["td", [["style", "color: red"]]]]],
        ["template", [], ["i", [], 4]],
        ["p", [], ["p", []], ["x-a", [["~someprop", 5]]]],
      ],
      [["circle", []]],
      [["b", []]],
      [["mn", []]],
    ],
    [1, [2], [3], [3], [4], "in", { a: 1 }],
    `customElements.define("x-a", class extends HTMLElement { set someProp(value) { this.textContent = JSON.stringify(value) } })`,
  );
  assertEquals(
    await real.html(),
    'x<svg viewBox="0 0 1 1" xlink:href="#a"><circle></circle><foreignObject><p></p><b></b></foreignObject></svg>' +
      '<math><mi><b></b></mi><mrow><mn></mn></mrow></math><table><tr><td style="color: red;"></td></tr></table>' +
      '<template><i>in</i></template><p><p></p><x-a>{"a":1}</x-a></p>',
  );
  assertEquals(
    await real.page.evaluate(() =>
      ["circle", "foreignObject", "foreignObject p", "foreignObject b", "mi", "mi b", "mn", "td"].map((selector) =>
        document.querySelector(selector)!.namespaceURI!.split("/").at(-1)
      ).join()
    ),
    "svg,svg,xhtml,xhtml,MathML,xhtml,MathML,xhtml",
  );
});

for (const able of [true, false]) {
  Deno.test(`Chromium: a list that moves keeps focus and selection ${able ? "with" : "without"} moveBefore`, async () => {
    await using real = await RealPage.open(
      inputs,
      [1, [0, [2, "a", "aaa"], [2, "b", "bbbb"], [2, "c", "c"]]],
      `${able ? "" : "delete Element.prototype.moveBefore;"}
       globalThis.moves = 0;
       for (const [type, name] of [[Element, "moveBefore"], [Node, "insertBefore"]]) {
         const real = type.prototype[name];
         if (real) type.prototype[name] = function (...args) { if (this.localName == "ul") moves++; return real.apply(this, args); };
       }`,
    );
    await real.page.focus("#b");
    await real.until(() => real.received.length > 0);
    await real.page.evaluate(() => {
      document.querySelector<HTMLInputElement>("#b")!.setSelectionRange(1, 3);
      Object.assign(globalThis, { moves: 0 });
    });
    await real.sync([1, { 0: { $: [-3, 1, 1, -1] } }]);
    await real.sync([0, { 0: { $: [-2, 0, 1, 2, 1] } }]);
    assertEquals(
      await real.page.evaluate(() => {
        const input = document.activeElement as HTMLInputElement;
        const { moves } = globalThis as unknown as { moves: number };
        return [
          input.id,
          input.selectionStart,
          input.selectionEnd,
          moves,
          [...document.querySelectorAll("input")].map(({ id }) => id).join(""),
        ];
      }),
      ["b", 1, 3, 3, "bca"],
    );
    assertEquals(real.received.filter(Array.isArray), [[0, [0, 1, 3]]]);
  });
}

Deno.test("Chromium: fast typing with late patches loses no letter, and the model has the last word", async () => {
  await using real = await RealPage.open(inputs, [1, [0, [2, "a", ""]]]);
  await real.page.focus("#a");
  await real.until(() => real.received.length > 0);
  real.send([1]);
  const text = "the quick brown fox";
  let answered = 1;
  const answer = setInterval(() => {
    const event = real.received.filter(Array.isArray)[answered] as [number, Json, Json, { value?: string }] | undefined;
    if (event) {
      answered++;
      real.send([1, { 0: { 0: { 1: (event[3].value ?? "").toUpperCase() } } }]);
    }
  }, 30);
  await real.page.keyboard.type(text, { delay: 8 });
  await real.page.waitForFunction((text) => document.querySelector("input")!.value == text, text.toUpperCase());
  clearInterval(answer);
  assertEquals(await real.page.evaluate(() => document.querySelector("input")!.selectionStart), text.length);
});

Deno.test("Chromium: nothing is written while an input method composes", async () => {
  await using real = await RealPage.open(inputs, [1, [0, [2, "a", ""]]]);
  await real.page.focus("#a");
  await real.until(() => real.received.length > 0);
  real.send([1]);
  const cdp = await real.page.context().newCDPSession(real.page);
  const value = () => real.page.evaluate(() => document.querySelector("input")!.value);
  await cdp.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await real.until(() => real.received.length > 1);
  await real.sync([1, { 0: { 0: { 1: "X" } } }]);
  assertEquals(await value(), "に");
  await cdp.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await real.until(() => real.received.filter(Array.isArray).length > 2);
  await real.sync([1]);
  assertEquals(await value(), "にほ");
  await cdp.send("Input.insertText", { text: "日本" });
  await real.until(() => real.received.filter(Array.isArray).length > 3);
  assertEquals(await value(), "日本");
  await real.sync([1, { 0: { 0: { 1: "日" } } }]);
  await real.page.waitForFunction(() => document.querySelector("input")!.value == "日");
  await cdp.detach();
});

Deno.test("Chromium: a click, a checkbox that the model refuses, a form with a file, and a cut", async () => {
  await using real = await RealPage.open([[
    [
      "form",
      [["@submit", 1, 9]],
      ["input", [["type", "checkbox"], ["name", "box"], ["...", 0], ["@change", 2, 8]]],
      ["input", [["type", "file"], ["name", "photo"]]],
      ["input", [["type", "file"], ["name", "none"]]],
      ["input", [["name", "dataset"]]],
      ["button", [["name", "how"], ["value", "fast"]], "go"],
    ],
  ]], [1]);
  await real.page.click("[name=box]");
  await real.until(() => real.received.length > 0);
  assertEquals(real.received, [[0, [2], {}, { name: "box", type: "checkbox", value: "on", checked: true }]]);
  assertEquals(await real.page.isChecked("[name=box]"), true);
  await real.sync([1, { 0: { ".checked": false } }]);
  assertEquals(await real.page.isChecked("[name=box]"), false);
  await real.page.setInputFiles("[name=photo]", { name: "me.txt", mimeType: "text/plain", buffer: Buffer.from("12345") });
  await real.page.click("button");
  await real.until(() => real.received.filter(Array.isArray).length > 1);
  const submit = real.received.filter(Array.isArray)[1] as Json[];
  assertEquals(submit[4], [
    ["photo", { name: "me.txt", size: 5, type: "text/plain" }],
    [
      "none",
      { name: "", size: 0, type: "application/octet-stream" },
    ],
    ["dataset", ""],
    ["how", "fast"],
  ]);
  assertEquals(readUp(JSON.stringify(submit)), submit as Up);
  real.sockets[0]!.close(4500);
  await real.page.waitForSelector("[status=failed]");
  await real.until(() => real.sockets.length > 1);
  real.send(["mount", "e", 1, 2, [[["p", [], 0]]], [1, "back"]]);
  await real.page.waitForSelector("p");
});

Deno.test("no version is told after which an event still comes that was seen earlier: its view would be forgotten", async () => {
  await using page = new FakePage();
  page.element([[
    ["div", [], ["input", [["id", "a"], ["@input", 1, [8, 3000]]]], ["input", [["id", "b"], ["@input", 2, [8, 0, 500]]]], ["p", [], 0]],
  ]], [1, "x"]);
  page.type("#a", "1");
  for (let i = 0; i < 20; i++) page.socket.receive([0, { 0: i }]);
  page.pass(1_500);
  assertEquals(page.socket.take(), [], "neither after 16 patches nor after a second");
  page.type("#b", "2");
  const [first, second] = page.socket.take() as [number, number[]][];
  assertEquals([first![0], first![1]], [0, [1]], "what waited goes first, as it was seen");
  assertEquals([second![0], second![1]], [20, [2]]);
});

// ---- facts -------------------------------------------------------------------------------------

const factConfig: Config = { attributes: ["step"], properties: ["rows"], url: 1 };

/** Lets the observers of the page speak. */
Deno.test("Facts wait for a link and are told once: after a cut what is new, in a new epoch all", async () => {
  await using page = new FakePage();
  const { element } = page.element([], "x", { config: factConfig });
  // Until the part is there.
  await observed();
  const component = element as HTMLElement & { rows?: unknown };
  const url: Json = [0, "url", "http://site.test/dir/page"];
  assertEquals(page.socket.take(), [url]);
  component.setAttribute("step", "1");
  component.rows = [1];
  await observed();
  assertEquals(page.socket.take().sort(), [[0, "attribute", "step", "1"], [0, "property", "rows", [1]]]);
  page.socket.receive([3]);

  page.socket.cut();
  for (const step of ["2", "3"]) component.setAttribute("step", step);
  component.rows = [2];
  component.rows = [1];
  await observed();
  page.pass(1_000);
  page.socket.receive(["mount", "e1", 0, 3, [], "x", factConfig]);
  assertEquals(page.socket.take(), [[0, "attribute", "step", "3"]]);

  // Cut again before it was acknowledged: it is sent again, as it was.
  page.socket.cut();
  page.pass(1_000);
  page.socket.receive(["mount", "e1", 0, 3, [], "x", factConfig]);
  assertEquals(page.socket.take(), [[0, "attribute", "step", "3"]]);

  // Of another epoch: no event is refused, and all is told.
  const refused: unknown[] = [];
  component.addEventListener("nacre:refused", (event) => refused.push(event));
  page.socket.cut();
  page.pass(1_000);
  page.socket.receive(["mount", "e2", 0, 0, [], "x", factConfig]);
  assertEquals(page.socket.take(), [[0, "attribute", "step", "3"], [0, "property", "rows", [1]], url]);
  assertEquals([refused, page.errors, component.rows], [[], [], [1]]);
});

Deno.test("An attribute that has gone is told in a new epoch too, if it was told before: the model may be one that goes on", async () => {
  await using page = new FakePage();
  const { element } = page.element([], "x", { config: { attributes: ["step", "other"] } });
  await observed();
  element.setAttribute("step", "1");
  await observed();
  assertEquals(page.socket.take(), [[0, "attribute", "step", "1"]]);
  page.socket.cut();
  element.removeAttribute("step");
  await observed();
  page.pass(1_000);
  page.socket.receive(["mount", "e2", 0, 0, [], "x", { attributes: ["step", "other"] }]);
  assertEquals(page.socket.take(), [[0, "attribute", "step", null]]);
});

Deno.test("After a resume that brings a patch, and so has a place for a config, the app is told of attributes as before", async () => {
  await using page = new FakePage();
  const { element } = page.element([], "x", { config: { attributes: ["step"] } });
  await observed();
  page.socket.cut();
  page.pass(1_000);
  page.socket.receive(["resume", "e1", 0, 0, 0, "y", [], 0]);
  page.socket.take();
  element.setAttribute("step", "1");
  await observed();
  assertEquals(page.socket.take(), [[1, "attribute", "step", "1"]]);
});

Deno.test("A fact goes after what waits, and one that is too large is refused by the page itself", async () => {
  await using page = new FakePage();
  const { element, told } = page.element([[["input", [["@input", 0, [0, 150]]]]]], [1], { config: factConfig });
  // Until the part is there.
  await observed();
  page.socket.take();
  page.type("input", "a");
  element.setAttribute("step", "1");
  await observed();
  assertEquals(page.socket.take(), [[0, [0]], [0, "attribute", "step", "1"]]);
  told.length = 0;
  (element as HTMLElement & { rows?: unknown }).rows = "x".repeat(70_000);
  await observed();
  assertEquals([page.socket.take(), told.length], [[], 1]);
});

Deno.test("Effects of the page that fail are said on the console, and the link goes on", async () => {
  await using page = new FakePage();
  page.element([], "x", { config: factConfig });
  page.socket.take();
  for (
    const effect of [["focus", "###"], ["focus", "#none"], ["navigate", "javascript:1", 0], ["navigate", "http://", 0], ["unknown", "x"]]
  ) {
    page.socket.receive(["effect", ...effect]);
  }
  page.socket.receive(["effect", "title", "Still here"]);
  await observed();
  assertEquals([page.errors.length, page.document.title, page.sockets.length, page.socket.closed], [5, "Still here", 1, false]);
  page.errors.length = 0;
});

Deno.test("An event that was refused is of no place when it is said with a snapshot: it comes to nothing there too", async () => {
  await using page = new FakePage();
  const { element } = page.element(button, [1, "x"]);
  page.socket.receive([[0, "SNAPSHOT"]]);
  element.querySelector("button")!.click();
  element.querySelector("button")!.click();
  page.socket.receive(["emit", "nacre:refused", { event: 1, reason: "gone" }]);
  page.socket.cut();
  page.pass(1_000);
  (page.socket as unknown as { onopen(): void }).onopen();
  assertEquals(page.socket.take(), [["resume", "SNAPSHOT", 0, [], [[0, [9e9]], [0, [1]]]]]);
});

Deno.test("A refusal counts when its link has begun: before that another process may still say that it has done what was refused", async () => {
  await using page = new FakePage();
  const { element, told } = page.element(button, [1, "x"]);
  page.socket.receive([[0, "SNAPSHOT"]]);
  element.querySelector("button")!.click();
  element.querySelector("button")!.click();
  const again = () => {
    page.socket.cut();
    page.pass(40_000);
    told.length = 0;
    (page.socket as unknown as { onopen(): void }).onopen();
    return page.socket.take();
  };
  const said = again();
  page.socket.receive(["emit", "nacre:refused", { event: 1, reason: "version" }]);
  assertEquals(told, []);
  // It is cut before it has begun: nothing was refused.
  assertEquals(again(), said);
  page.socket.receive(["emit", "nacre:refused", { event: 2, reason: "gone" }]);
  page.socket.receive(["resume", "e2", 0, 2]);
  assertEquals(told, [["refused", { event: 2, reason: "gone" }], ["status", "live"]]);
  element.querySelector("button")!.click();
  assertEquals(again(), [["resume", "SNAPSHOT", 0, [], [[0, [1]], [0, [9e9]], [0, [1]]]]]);
  page.socket.receive(["emit", "nacre:refused", { event: 3, reason: "gone" }]);
  page.socket.receive(["mount", "e3", 0, 3, button, [1, "x"]]);
  assertEquals(told, [["refused", { event: 3, reason: "gone" }], ["status", "live"]]);
});

Deno.test("A session goes on from its snapshot however much waits: what does not fit in the resume message is sent after it", async () => {
  for (const isElsewhere of [false, true]) {
    await using page = new FakePage();
    const input = [[["div", [], ["input", [["@input", 0, 8]]]]]] as Definition[];
    const { element, told } = page.element(input, [1]);
    page.socket.receive([[0, "SNAPSHOT"]]);
    page.socket.cut();
    const field = element.querySelector("input")!;
    // 60,000 characters each: five fit, and what is around them.
    for (const letter of "abcdefg") {
      field.value = letter.repeat(60_000);
      field.dispatchEvent(page.event("input"));
    }
    page.pass(1_000);
    (page.socket as unknown as { onopen(): void }).onopen();
    const [[kind, snapshot, version, marks, events]] = page.socket.take() as [[string, string, number, [], Json[]]];
    assertEquals([kind, snapshot, version, marks, events.length], ["resume", "SNAPSHOT", 0, [], 4]);
    page.socket.receive(isElsewhere ? ["resume", "e2", 0, 4] : ["resume", "e1", 0, 0]);
    const sent = page.socket.take() as [number, number[], object, { value: string }][];
    assertEquals(sent.map(([, , , { value }]) => value[0]).join(""), isElsewhere ? "efg" : "abcdefg");
    assertEquals(told.filter((what) => (what as string[])[0] === "refused"), []);
  }
});

Deno.test("A resume message that came too late (4409) is sent again; one that was not understood (4400) is not", async () => {
  for (const code of [4409, 4400]) {
    await using page = new FakePage();
    const { element } = page.element(button, [1, "x"]);
    page.socket.receive([[0, "SNAPSHOT"]]);
    element.querySelector("button")!.click();
    page.socket.cut();
    page.pass(1_000);
    const { socket } = page;
    const open = () => (page.socket as unknown as { onopen(): void }).onopen();
    open();
    (socket as unknown as { onclose(event: { code: number }): void }).onclose({ code });
    page.pass(2_000);
    assert(page.socket !== socket);
    open();
    assertEquals(page.socket.take(), code === 4409 ? [["resume", "SNAPSHOT", 0, [], [[0, [1]]]]] : []);
  }
});

Deno.test("A page hears once that an event was refused, whoever says it again", async () => {
  await using page = new FakePage();
  const { element, told } = page.element(button, [1, "x"]);
  page.socket.receive([[0, "SNAPSHOT"]]);
  const click = () => element.querySelector("button")!.click();
  const refusals = () => told.splice(0).filter((what) => (what as string[])[0] === "refused");
  const refuse = (event: number, reason = "gone") => page.socket.receive(["emit", "nacre:refused", { event, reason }]);
  const again = () => {
    page.socket.cut();
    page.pass(40_000);
    (page.socket as unknown as { onopen(): void }).onopen();
  };
  click();
  click();
  refuse(1);
  refuse(1);
  assertEquals(refusals(), [["refused", { event: 1, reason: "gone" }]]);
  // The link is cut before the acknowledgement.
  again();
  refuse(1, "version");
  page.socket.receive(["resume", "e2", 0, 1]);
  assertEquals(refusals(), []);
  refuse(2);
  page.socket.receive([1]);
  assertEquals(refusals(), [["refused", { event: 2, reason: "gone" }]]);
  // It was acknowledged, and is replayed elsewhere.
  again();
  refuse(1);
  refuse(2, "version");
  page.socket.receive(["resume", "e3", 0, 2]);
  assertEquals(refusals(), []);
  // Its epoch ends.
  click();
  click();
  refuse(3);
  page.socket.receive(["mount", "e4", 0, 2, button, [1, "x"]]);
  assertEquals(refusals(), [["refused", { event: 3, reason: "gone" }], ["refused", { event: 4, reason: "epoch" }]]);
  // The next event has the number of one that ended with its epoch.
  page.socket.take();
  click();
  refuse(3);
  assertEquals(refusals(), [["refused", { event: 3, reason: "gone" }]]);
});

Deno.test("`sleep` closes the link of a page that is hidden so long, when nothing waits and there is a snapshot, and opens it when it is shown", async () => {
  await using page = new FakePage();
  let hidden = false;
  Object.defineProperty(page.document, "hidden", { get: () => hidden });
  const turn = (to: boolean) => {
    hidden = to;
    page.document.dispatchEvent(page.event("visibilitychange"));
  };
  const { element } = page.element(button, [1, "x"]);
  element.setAttribute("sleep", "2m");
  const status = () => element.getAttribute("status");
  page.socket.cut();
  page.pass(1_000);
  page.socket.receive(["resume", "e1", 0, 0]);
  // Its part is loaded.
  await new Promise((resolve) => setTimeout(resolve));
  turn(true);
  page.pass(100_000);
  turn(false);
  turn(true);
  page.pass(119_000);
  assertEquals(status(), "live");
  // There is no snapshot.
  page.pass(5_000);
  assertEquals(status(), "live");
  page.socket.receive([[0, "SNAPSHOT"]]);
  element.querySelector("button")!.click();
  page.pass(5_000);
  assertEquals(status(), "live");
  page.socket.receive([1]);
  page.pass(1_000);
  assertEquals([status(), page.socket.closed, page.socket.code, page.sockets.length], ["asleep", true, 4000, 2]);
  page.pass(1_000_000);
  assertEquals(page.sockets.length, 2);
  turn(false);
  assertEquals([status(), page.sockets.length], ["connecting", 3]);
  assertMatch(page.socket.url, /\.e1\.1\.0\.1$/);
  page.socket.receive(["resume", "e1", 0, 1]);

  // It is woken by what happens; it does not sleep while its link is lost, and no more when it has left the page.
  turn(true);
  page.pass(120_000);
  assertEquals(status(), "asleep");
  element.querySelector("button")!.click();
  assertEquals([status(), page.sockets.length], ["connecting", 4]);
  page.socket.receive(["resume", "e1", 0, 1]);
  assertEquals(page.socket.take(), [[0, [1]]]);
  page.socket.receive([1]);
  page.pass(60_000);
  page.socket.cut();
  page.pass(119_000);
  assertEquals(status(), "offline");
  page.socket.receive(["resume", "e1", 0, 2]);
  page.pass(119_000);
  assertEquals(status(), "live");
  page.pass(1_000);
  assertEquals([status(), page.socket.code], ["asleep", 4000]);
  element.remove();
  page.pass(0);
  const count = page.sockets.length;
  turn(false);
  assertEquals([status(), page.sockets.length], ["asleep", count]);
});

Deno.test("durationOf() reads milliseconds, seconds and minutes, and nothing else", async () => {
  await using page = new FakePage();
  const element = page.document.createElement("i");
  const read = (text: string) => {
    element.setAttribute("poll", text);
    return durationOf(element, "poll");
  };
  assertEquals(["500ms", "5s", "1.5s", "2m"].map(read), [500, 5_000, 1_500, 120_000]);
  for (const text of ["", "5", "s", "m", "5 s", "5h", "-5s", "x5s"]) assert(!read(text), text);
  assert(!durationOf(element, "sleep"));
});
