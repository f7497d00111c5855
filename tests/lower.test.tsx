// deno-lint-ignore-file jsx-key -- what has no key is what some of this is about
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type ComponentChildren, createContext, Fragment, h } from "preact";
import * as hooks from "preact/hooks";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { UnsupportedError } from "../runtime/view/unsupported.ts";
import { match, type Matching } from "../runtime/view/match.ts";
import { Shown } from "./shown.ts";

function lowering(): Lowering {
  return new Lowering({ development: false, warn() {} });
}

/** Whether the element of a selector is the same before and after. */
function keeps(before: ComponentChildren, after: ComponentChildren, selector = "[data-kept]"): boolean {
  const shown = new Shown();
  shown.show(before);
  const element = shown.find(selector);
  shown.show(after);
  return shown.find(selector) === element;
}

// ---- nothing changed ---------------------------------------------------------------------------

Deno.test("diff() sends nothing when nothing changed", () => {
  const model = Object.freeze(["a", "b"]);
  const templates = () => (
    <ul class="list">
      {model.map((name) => <li key={name} title={name}>{name}</li>)}
      {null}text{1}
    </ul>
  );
  const plain = () => h("ul", { class: "list" }, model.map((name) => h("li", { key: name, title: name }, name)), null, "text", 1);
  for (const view of [templates, plain]) {
    const shown = new Shown();
    shown.show(view());
    assertEquals(shown.show(view()), undefined);
  }
});

Deno.test("diff() sends nothing when only a handler became another", () => {
  for (const view of [() => <button type="button" onClick={() => {}}>x</button>, () => h("button", { onClick: () => {} }, "x")]) {
    const shown = new Shown();
    shown.show(view());
    assertEquals(shown.show(view()), undefined);
  }
});

Deno.test("lower() answers the same tree when nothing changed, and did not visit what it shares", () => {
  let runs = 0;
  const Row = ({ name }: { name: string }) => {
    runs++;
    return <li>{name}</li>;
  };
  const view = (names: readonly string[]) => <ul>{names.map((name) => <Row key={name} name={name} />)}</ul>;
  const lower = lowering();
  const first = lower.lower(view(["a", "b"]), undefined);
  assertStrictEquals(lower.lower(view(["a", "b"]), first), first);
  assertEquals(lower.made, 0);
  assertEquals(runs, 2);
  assertNotStrictEquals(lower.lower(view(["a", "c"]), first), first);
  assertEquals(runs, 3);
});

// ---- identity, rule 1 --------------------------------------------------------------------------

const Form = ({ name }: { name: string }) => <form data-kept title={name}></form>;
const OtherForm = ({ name }: { name: string }) => <Form name={name} />;

Deno.test("lower() keeps the one child of a hole while its key is the same", () => {
  const view = (key: string | number | undefined, name: string) => <main>{<Form key={key} name={name} />}</main>;
  assert(keeps(view(1, "a"), view(1, "b")));
  assert(keeps(view(1, "a"), view("1", "b")), "keys are compared as text");
  assert(!keeps(view(1, "a"), view(2, "a")));
  assert(!keeps(view(undefined, "a"), view(2, "a")));
});

Deno.test("lower() replaces a component by another, though both show the same template", () => {
  const view = (Type: typeof Form) => (
    <main>
      <Type name="a" />
    </main>
  );
  assert(!keeps(view(Form), view(OtherForm)));
});

Deno.test("lower() keeps what stands in a keyed fragment, and the key of a component that shows only text", () => {
  const Text = ({ text }: { text: string | null }): ComponentChildren => text;
  const item = (key: string, text: string | null) => (
    <Fragment key={key}>
      <b data-kept={key}>{text}</b>
      <Text key={key} text={text} />
    </Fragment>
  );
  const view = (...items: ComponentChildren[]) => <p>{items}</p>;
  for (const key of ["a", "b"]) {
    assert(keeps(view(item("a", "1"), item("b", null)), view(item("b", "2"), item("a", null)), `[data-kept=${key}]`));
  }
  const texts = (...keys: string[]) => view(keys.map((key) => <Text key={key} text={key === "nothing" ? null : key} />));
  const shown = new Shown();
  shown.show(texts("a", "nothing", "b"));
  const sent = JSON.stringify(shown.show(texts("b", "a", "nothing")));
  assertEquals(shown.html, "<p>ba</p>");
  assert(!sent.includes('"a"') && !sent.includes('"b"'), `moved, not sent again: ${sent}`);
});

Deno.test("lower() takes the literal key of a template, and replaces an instance whose inner key changed", () => {
  const literal = (on: boolean) => <p>{on ? <b key="on" data-kept="">b</b> : <b key="off" data-kept="">b</b>}</p>;
  assert(!keeps(literal(true), literal(false)));
  const view = (id: number, text: string) => (
    <div>
      <p key={id} data-kept="">{text}</p>
      <i key="static">i</i>
    </div>
  );
  assert(keeps(view(1, "a"), view(1, "b")));
  assert(!keeps(view(1, "a"), view(2, "a")));
  assertEquals(new Shown().show(view(1, "a")), [1, "a"], "a key does not cross the wire");
});

// ---- identity, rule 2 --------------------------------------------------------------------------

Deno.test("lower() matches items without keys as Preact does", () => {
  assert(keeps(<p>{[<b>b</b>, <input data-kept />]}</p>, <p>{[<input data-kept />]}</p>) === false, "two places");
  const field = () => h("input", { "data-kept": "" });
  assert(keeps(h("p", null, [h("b", null, "b"), field()]), h("p", null, [field()])));
  assert(keeps(h("p", null, [h("b", null), null, field()]), h("p", null, [h("b", null), h("i", null), field()])));
});

Deno.test("lower() uses an old item once, and lets duplicate keys match in order", () => {
  const item = (text: string) => <li key="same">{text}</li>;
  const view = (...texts: string[]) => <ul>{texts.map(item)}</ul>;
  const shown = new Shown();
  shown.show(view("a", "b"));
  const [first, second] = shown.element.querySelectorAll("li");
  shown.show(view("c", "d", "e"));
  assertEquals(shown.html, "<ul><li>c</li><li>d</li><li>e</li></ul>");
  const [one, two, three] = shown.element.querySelectorAll("li");
  assertStrictEquals(one, first);
  assertStrictEquals(two, second);
  assert(three !== first && three !== second);
  shown.show(view("f"));
  assertEquals(shown.html, "<ul><li>f</li></ul>");
  assertStrictEquals(shown.find("li") as Element, first);
});

Deno.test("lower() takes no model's key for a property of an object", () => {
  const view = (keys: string[]) => <ul>{keys.map((key) => <li key={key} data-kept={key}>{key}</li>)}</ul>;
  const keys = ["__proto__", "constructor", "", "toString", "<b>"];
  for (const key of keys) {
    assert(keeps(view(keys), view(keys.toReversed()), `[data-kept=${JSON.stringify(key)}]`), key);
  }
});

// ---- identity, rules 3 and 4 -------------------------------------------------------------------

Deno.test("lower() does not share an element between two places of the source, though they share a template", () => {
  const view = (on: boolean) => <p>{on ? <input data-kept /> : <input data-kept />}</p>;
  assert(!keeps(view(true), view(false)));
  const shown = new Shown();
  shown.show(view(true));
  shown.show(view(false));
  assertEquals(shown.definitions.all().length, 2);
});

Deno.test("Definitions numbers templates by content, in the order of their first use in one runtime", () => {
  const view = (names: string[]) => <>{names.map((name) => name === "b" ? <b>{name}</b> : name === "i" ? <i>{name}</i> : <b>{name}</b>)}</>;
  const first = new Shown(), second = new Shown();
  assertEquals(first.show(view(["b", "i", "other"])), [1, [0, [2, "b"], [3, "i"], [2, "other"]]]);
  assertEquals(second.show(view(["i", "b"])), [1, [0, [2, "i"], [3, "b"]]]);
  assertEquals(second.definitions.all(), [[0], [["i", [], 0]], [["b", [], 0]]]);
  assertEquals(second.definitions.fresh(), []);
});

// ---- values ------------------------------------------------------------------------------------

Deno.test("diff() puts the new items of a recipe in an array of their own", () => {
  const view = (items: unknown[]) => h("p", null, items as ComponentChildren);
  const shown = new Shown();
  shown.show(view(["a", "b"]));
  assertEquals(shown.show(view(["a", "b", 3])), { 0: { $: [0, 2, [3]] } });
  assertEquals(shown.show(view([])), { 0: { $: [] } });
  assertEquals(shown.show(view([1, 2])), { 0: { $: [[1, 2]] } });
});

Deno.test("diff() keeps one child that becomes several, and one of several that stays alone", () => {
  const view = (...names: string[]) => h("p", null, ...names.map((name) => h("i", { key: name, title: `${name}${names.length}` }, name)));
  const shown = new Shown();
  shown.show(view("a"));
  const first = shown.find("i");
  assertEquals(shown.show(view("a", "b")), { 0: { $: [0, 1, [[2, "b", { title: "b2" }]]], 0: { 1: { title: "a2" } } } });
  const second = shown.find("i + i");
  assertEquals(shown.show(view("b")), { 0: { $: -2, 0: { 1: { title: "b1" } } } });
  assertEquals(shown.find("i"), second);
  assertEquals(shown.show(view("x", "b", "y")), {
    0: { $: [[[2, "x", { title: "x3" }]], 0, 1, [[2, "y", { title: "y3" }]]], 1: { 1: { title: "b3" } } },
  });
  assertEquals(shown.find("i + i"), second);
  // Nothing is kept: a value says it.
  assertEquals(shown.show(view("a")), { 0: [2, "a", { title: "a1" }] });
  assertEquals(shown.find("i") === first, false);
  assertEquals(shown.show(view()), { 0: null });
});

Deno.test("diff() sends an object for a property as the property's whole value", () => {
  const view = (items: unknown) => h("x-grid", { items } as Record<string, unknown>);
  const shown = new Shown();
  shown.show(view({ 0: "a", $: [1] }));
  assertEquals(shown.show(view({ 0: "b", $: [[2]] })), { 1: { "~items": { 0: "b", $: [[2]] } } });
});

Deno.test("encode() writes a number that JSON cannot hold as its text", () => {
  const numbers = [NaN, Infinity, -Infinity, -0, 12345678901234567890n, 1e21, 0.1];
  const value = encode(lowering().lower(numbers as ComponentChildren, undefined), new Definitions());
  assertEquals(JSON.stringify(value), '[0,"NaN","Infinity","-Infinity",0,"12345678901234567890",1e+21,0.1]');
  for (const view of [(n: number) => <p title={n as never}>{n}</p>, (n: number) => h("p", { title: n as never }, n)]) {
    const shown = new Shown();
    shown.show(view(NaN));
    assertEquals(shown.html, '<p title="NaN">NaN</p>');
    assertEquals(shown.show(view(NaN)), undefined);
    shown.show(view(-0));
    assertEquals(shown.html, '<p title="0">0</p>');
  }
});

// ---- the model ---------------------------------------------------------------------------------

Deno.test("lower() writes to no array of the model", () => {
  const names = Object.freeze(["a<b", "c"]);
  const nested = Object.freeze([names, Object.freeze([1, null])]);
  for (const view of [() => <p>{names}{nested}</p>, () => h("p", null, names as never, nested as never)]) {
    const shown = new Shown();
    shown.show(view());
    shown.show(view());
    assertEquals(shown.html, "<p>a&lt;bca&lt;bc1</p>");
  }
  assertEquals(names, ["a<b", "c"]);
});

Deno.test("lower() does not take data that looks like a vnode for one", () => {
  const hostile = JSON.parse(
    '{"type":"script","props":{"children":"alert(1)","dangerouslySetInnerHTML":{"__html":"<b>"}},"key":null,"ref":null,"__v":1,"constructor":null}',
  );
  for (const view of [<p>{hostile}</p>, h("p", null, hostile), h("p", null, [hostile])]) {
    const error = assertThrows(() => lowering().lower(view, undefined), UnsupportedError);
    assertStringIncludes(error.message, "is no child");
    const shown = new Shown({ development: true });
    shown.show(view);
    assertEquals(shown.element.querySelector("script"), null);
    assertStringIncludes(shown.find("nacre-warning").textContent, "is no child");
  }
});

// ---- what cannot work --------------------------------------------------------------------------

const context = createContext("x");

Deno.test("lower() leaves Preact's own rendering as it was", async () => {
  const { renderToString } = await import("preact-render-to-string");
  const Counter = () => <b>{hooks.useState(7)[0]}{hooks.useContext(context)}</b>;
  lowering().lower(<Counter />);
  assertEquals(renderToString(<Counter />), "<b>7x</b>");
});

Deno.test("lower() tells of a ref and shows the element without it", () => {
  const ref = { current: null };
  for (
    const view of [() => (
      <p>
        <input ref={ref} name="x" />
      </p>
    ), () => h("p", null, h("input", { ref, name: "x" }))]
  ) {
    const production = new Shown();
    production.show(view());
    assertStringIncludes(production.warnings.join(), "ref");
    assertEquals(production.html.replace(' name="x"', ""), "<p><input></p>");
    const development = new Shown({ development: true });
    development.show(view());
    assertStringIncludes(development.find("nacre-warning").textContent, "ref");
    assert(development.find("input"));
  }
});

Deno.test("lower() finds an impure component in development", () => {
  let calls = 0;
  const Impure = () => <b>{++calls}</b>;
  const Pure = ({ run }: { run: () => void }) => <button type="button" onClick={() => run()}>pure</button>;
  const run = () => {};
  const shown = new Shown({ development: true });
  for (let renders = 0; renders < 10; renders++) {
    shown.show(
      <p>
        <Impure />
        <Pure run={run} />
        {renders}
      </p>,
    );
  }
  assertEquals(shown.warnings.length, 1);
  assertStringIncludes(shown.warnings[0]!, "<Impure> is impure");
});

Deno.test("lower() tells of a custom event whose name has capitals", () => {
  const shown = new Shown({ development: true });
  shown.show(h("p", null, h("x-list", { onItemPicked: () => {} } as Record<string, unknown>)));
  assertStringIncludes(shown.find("nacre-warning").textContent, "onItemPicked");
  assertStringIncludes(shown.find("nacre-warning").textContent, "lower case");
  const right = new Shown({ development: true });
  right.show(h("p", null, h("x-list", { "onitem-picked": () => {}, onClick: () => {}, onKeyDown: () => {} } as Record<string, unknown>)));
  assertEquals(right.warnings, []);
});

Deno.test("lower() goes on after a component that threw", () => {
  const Broken = ({ now }: { now: boolean }) => {
    if (now) throw new TypeError("broken");
    return <b>fine</b>;
  };
  const lower = lowering();
  assertThrows(
    () =>
      lower.lower(
        <p>
          <Broken now />
        </p>,
        undefined,
      ),
    TypeError,
    "broken",
  );
  const tree = lower.lower(
    <p>
      <Broken now={false} />
    </p>,
    undefined,
  );
  assertEquals(JSON.stringify(encode(tree, new Definitions())), "[1,[2]]");
});

// ---- match -------------------------------------------------------------------------------------

/** Items are texts: `a#1` is of type `a` with key `1`; `null` is nothing. */
const type = (item: string | null) => item?.split("#")[0];
const key = (item: string | null) => item?.split("#")[1];
let asked = 0;
const how: Matching<string | null, string | null> = {
  same: (item, old) => {
    asked++;
    return type(item) === type(old) && key(item) === key(old);
  },
  group: (item) => item === null ? null : key(item) ?? Symbol.for(type(item)!),
  oldGroup: (item) => item === null ? null : key(item) ?? Symbol.for(type(item)!),
};
const matched = (items: (string | null)[], old: (string | null)[]) => {
  const from = match(items, old, how);
  return from && [...from];
};

Deno.test("match() finds for each item the old one that Preact would", () => {
  assertEquals(matched(["a#a", "a#b", "a#c"], ["a#a", "a#b", "a#c"]), null);
  assertEquals(matched(["a#b", "a#c"], ["a#a", "a#b", "a#c"]), [1, 2]);
  assertEquals(matched(["input"], ["p", "input"]), [1]);
  assertEquals(matched(["p", "b", "input"], ["p", null, "input"]), [0, -1, 2]);
  assertEquals(matched(["a#k", "a#k", "a#k"], ["a#k", "a#k"]), [0, 1, -1]);
  assertEquals(matched([], ["a"]), []);
  assertEquals(matched([], []), null);
  assertEquals(matched(["a"], []), [-1]);
  assertEquals(matched(["a#1", "b#1"], ["b#1", "a#1"]), [1, 0]);
});

Deno.test("match() asks a few times for each item, whatever the lists are", () => {
  const count = 10_000;
  const list = (make: (i: number) => string | null) => Array.from({ length: count }, (_, i) => make(i));
  const keyed = list((i) => `a#${i}`);
  const cases: Record<string, [(string | null)[], (string | null)[]]> = {
    "reversed": [keyed.toReversed(), keyed],
    "other keys": [list((i) => `a#x${i}`), keyed],
    "the first taken out": [keyed.slice(1), keyed],
    "the last put first": [[keyed.at(-1)!, ...keyed.slice(0, -1)], keyed],
    "every second": [keyed.filter((_, i) => i % 2 === 0), keyed],
    "without keys, other types": [list(() => "b"), list(() => "a")],
    "without keys, each another type": [list((i) => `b${i}`), list((i) => `a${i}`)],
    "without keys, two types turned": [list((i) => i % 2 ? "a" : "b"), list((i) => i % 2 ? "b" : "a")],
    "without keys, types in two halves": [list((i) => i < count / 2 ? "a" : "b"), list((i) => i < count / 2 ? "b" : "a")],
    "one key for all, other types": [list(() => "b#k"), list(() => "a#k")],
    "nothing at all": [list(() => "a"), list(() => null)],
  };
  for (const [name, [items, old]] of Object.entries(cases)) {
    asked = 0;
    match(items, old, how);
    assert(asked < 50 * count, `${name}: asked ${asked} times for ${count} items`);
  }
});

Deno.test("lower() in development patches what has a warning before it, as it does without one", () => {
  const definitions = new Definitions();
  const lowering = new Lowering({ development: true, warn() {} });
  const Impure = () => <i>{Math.random()}</i>;
  const view = (n: number, keys: number[]) => (
    <main ref={() => {}}>
      <b>{n}</b>
      {keys.map((key) => <p key={key} ref={() => {}}>{n}</p>)}
      {h("u", { ref: () => {} }, n)}
      <Impure />
    </main>
  );
  let tree = lowering.lower(view(0, [1, 2]), undefined);
  encode(tree, definitions);
  let impure = 0;
  for (let n = 1; n < 40; n++) {
    const next = lowering.lower(view(n, n % 2 ? [2, 1] : [1, 2]), tree);
    const patch = JSON.stringify(diff(tree, next, definitions));
    if (patch.includes("impure") || /0\.\d/.test(patch)) impure++;
    else assert(patch.length < 120, `${n}: the whole view again: ${patch}`);
    tree = next;
  }
  assert(impure > 0 && impure < 10, `${impure}`);
});

Deno.test("lower() in development says of a file field, in both transforms, what of a file arrives; in production nothing", () => {
  const views = [
    <form>
      <label>
        Photo <input type="file" name="photo" />
      </label>
    </form>,
    h("input", { type: "file" }),
  ];
  for (const view of views) {
    const told: string[] = [];
    const shown = JSON.stringify(
      encode(new Lowering({ development: true, warn: (text) => told.push(text) }).lower(view, undefined), new Definitions()),
    );
    assertEquals(told.length, 1);
    assertStringIncludes(told[0]!, "its contents do not");
    assertStringIncludes(shown, "its contents do not");
    assert(!JSON.stringify(encode(lowering().lower(view, undefined), new Definitions())).includes("contents"));
  }
});
