// deno-lint-ignore-file jsx-key -- what has no key is what some of this is about
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type ComponentChildren, Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";
import { attributeName } from "../runtime/view/attribute.ts";
import { htmlOf, Shown } from "./shown.ts";

type Props = Record<string, unknown>;

/** The same in a page, as templates and as plain vnodes. */
function shows(template: ComponentChildren, plain: ComponentChildren, html: string): void {
  assertEquals(htmlOf(template), html, "a template");
  assertEquals(htmlOf(plain), html, "plain vnodes");
}

const no: boolean = JSON.parse("false");
const yes: boolean = JSON.parse("true");
const absent: undefined = undefined;

// ---- children ----------------------------------------------------------------------------------

Deno.test("a view shows texts, numbers and nothing", () => {
  const text = "a", nothing = null, empty = "";
  shows(
    <p>{text}{1}{nothing}{absent}{yes}{no}{0}{empty}</p>,
    h("p", null, text, 1, nothing, absent, yes, no, 0, empty),
    "<p>a10</p>",
  );
  assertEquals(htmlOf(null), "");
  assertEquals(htmlOf("text"), "text");
  assertEquals(htmlOf([1, [2, ["three"]], <b>4</b>]), "12three<b>4</b>");
});

Deno.test("a view shows arrays, fragments and components, in one another", () => {
  const List = ({ names }: { names: readonly string[] }): ComponentChildren => names;
  const Both = ({ children }: { children?: ComponentChildren }) => <>[{children}]</>;
  const names = ["a", "b"];
  shows(
    <p>
      <Both>
        {names}
        <List names={names} />
      </Both>
      {[names, [<b>x</b>]]}
      <Fragment key="k">
        <i>y</i>
      </Fragment>
    </p>,
    h("p", null, h(Both, null, names, h(List, { names })), [names, [h("b", null, "x")]], h(Fragment, { key: "k" }, h("i", null, "y"))),
    "<p>[abab]ab<b>x</b><i>y</i></p>",
  );
});

Deno.test("a view keeps texts beside one another apart", () => {
  const view = (a: string, b: string | null) => <p>{a} and {b}</p>;
  const shown = new Shown();
  shown.show(view("a", "b"));
  assertEquals(shown.show(view("a", null)), { 1: null });
  assertEquals(shown.html, "<p>a and </p>");
  shown.show(view("", "<c>"));
  assertEquals(shown.html, "<p> and &lt;c&gt;</p>");
});

Deno.test("a view has both transforms in one another", () => {
  const Plain = ({ children }: { children?: ComponentChildren }) => h("section", { class: "plain" }, children, h("hr", null));
  const view = (text: string) => (
    <main>
      <Plain>
        <b title={text}>{text}</b>
      </Plain>
    </main>
  );
  const shown = new Shown();
  shown.show(view("a"));
  assertEquals(shown.html, '<main><section class="plain"><b title="a">a</b><hr></section></main>');
  const bold = shown.find("b");
  shown.show(view("b"));
  assertEquals(shown.html, '<main><section class="plain"><b title="b">b</b><hr></section></main>');
  assertStrictEquals(shown.find("b"), bold);
});

Deno.test("a view shows and hides its conditional parts", () => {
  const views = [
    (on: boolean) => <p>{on && <b>b</b>}{on ? <i>yes</i> : <u>no</u>}{on || "off"}</p>,
    (on: boolean) => h("p", null, on && h("b", null, "b"), on ? h("i", null, "yes") : h("u", null, "no"), on || "off"),
  ];
  for (const view of views) {
    const shown = new Shown();
    for (const on of [true, false, true]) {
      shown.show(view(on));
      assertEquals(shown.html, on ? "<p><b>b</b><i>yes</i></p>" : "<p><u>no</u>off</p>");
    }
  }
});

// ---- attributes --------------------------------------------------------------------------------

Deno.test("a view knows both spellings of an attribute", () => {
  const name = "x";
  const views = [
    <label className={name} htmlFor={name} tabIndex={1} />,
    <label class={name} for={name} tabindex={1} />,
    h("label", { className: name, htmlFor: name, tabIndex: 1 }),
    h("label", { class: name, for: name, tabindex: 1 }),
  ];
  for (const view of views) {
    const shown = new Shown();
    shown.show(view);
    const attributes = [...shown.find("label").attributes].map((attribute) => `${attribute.name}=${attribute.value}`);
    assertEquals(attributes.sort(), ["class=x", "for=x", "tabindex=1"]);
  }
  assertEquals(attributeName("svg", "strokeWidth").wire, "stroke-width");
  assertEquals(attributeName("svg", "viewBox").wire, "viewBox");
  assertEquals(attributeName("input", "maxLength").wire, "maxlength");
  assertEquals(attributeName("form", "acceptCharset").wire, "accept-charset");
});

Deno.test("a view sets and removes booleans, and writes enumerated ones as they are", () => {
  const views = [
    (on: boolean) => <button type="button" disabled={on} hidden={on} draggable={on} aria-pressed={on} data-on={on}></button>,
    (on: boolean) => h("button", { type: "button", disabled: on, hidden: on, draggable: on, "aria-pressed": on, "data-on": on } as Props),
  ];
  for (const view of views) {
    const shown = new Shown();
    for (const on of [false, true, false]) {
      shown.show(view(on));
      const button = shown.find("button");
      assertEquals([button.hasAttribute("disabled"), button.hasAttribute("hidden")], [on, on]);
      assertEquals(["draggable", "aria-pressed", "data-on"].map((name) => button.getAttribute(name)), Array(3).fill(String(on)));
    }
  }
});

Deno.test("a view removes an attribute that has become nothing", () => {
  for (const view of [(title?: string) => <p title={title as string}>x</p>, (title?: string) => h("p", { title: title as string }, "x")]) {
    const shown = new Shown();
    shown.show(view("a"));
    assertEquals(shown.html, '<p title="a">x</p>');
    shown.show(view(undefined));
    assertEquals(shown.html, "<p>x</p>");
  }
});

Deno.test("a view reads a boolean of a template that was false at first", () => {
  const view = (on: boolean) => <input type="checkbox" disabled={on} checked={on} readOnly={on} />;
  const shown = new Shown();
  for (const on of [false, true, false]) {
    shown.show(view(on));
    const box = shown.find("input");
    assertEquals([box.disabled, box.checked, box.readOnly], [on, on, on]);
  }
});

Deno.test("a view takes attributes from a spread, and forgets those that went", () => {
  const view = (given: Props) => <div class="static" {...given}>x</div>;
  const shown = new Shown();
  shown.show(view({ title: "a", hidden: true }));
  assertEquals(shown.html, '<div class="static" title="a" hidden="">x</div>');
  assertEquals(shown.show(view({ id: "b" })), { 1: { title: null, hidden: null, id: "b" } });
  assertEquals(shown.html, '<div class="static" id="b">x</div>');
});

Deno.test("a view writes style from an object or a text", () => {
  const style = { color: "red", marginTop: "1px", "--mine": "x", opacity: 0.5, width: 3, height: absent as never };
  shows(<p style={style} />, h("p", { style }), '<p style="color: red; margin-top: 1px; --mine: x; opacity: 0.5; width: 3px;"></p>');
  const text = "color: blue";
  shows(<p style={text} />, h("p", { style: text }), '<p style="color: blue;"></p>');
});

Deno.test("a view sets raw HTML, and goes back to children", () => {
  const views = [
    (html?: string) => html === undefined ? <p>{"<b>"}</p> : <p dangerouslySetInnerHTML={{ __html: html }} />,
    (html?: string) => h("p", html === undefined ? null : { dangerouslySetInnerHTML: { __html: html } }, html === undefined ? "<b>" : null),
  ];
  for (const view of views) {
    const shown = new Shown();
    for (const html of ["<i>1</i>", "<i>2</i>", undefined, "<i>3</i>"]) {
      shown.show(view(html));
      assertEquals(shown.html, `<p>${html ?? "&lt;b&gt;"}</p>`);
    }
  }
});

// ---- elements of their own kind ----------------------------------------------------------------

Deno.test("a view puts SVG and MathML into their namespaces, also what comes later or in lists of lists", () => {
  const Dot = ({ r }: { r: number }) => <circle r={r} />;
  const view = (radii: number[]) => (
    <div>
      <svg viewBox="0 0 1 1">
        {radii.map((r) => [[<Dot r={r} />], "text"])}
        <foreignObject>{radii.map(() => [<p>html</p>])}</foreignObject>
      </svg>
      <math>
        <mrow>{radii.map((r) => [<mn>{r}</mn>])}</mrow>
      </math>
    </div>
  );
  const shown = new Shown();
  for (const radii of [[1], [1, 2, 3]]) {
    shown.show(view(radii));
    const spaces = (selector: string) =>
      [...shown.element.querySelectorAll(selector)].map((element) => element.namespaceURI!.split("/").at(-1));
    assertEquals(spaces("circle"), radii.map(() => "svg"));
    assertEquals(spaces("foreignObject p"), radii.map(() => "xhtml"));
    assertEquals(spaces("mn"), radii.map(() => "MathML"));
  }
});

Deno.test("a view keeps the chosen option of a select while its options change", () => {
  const views = [
    (value: string, names: string[]) => <select value={value}>{names.map((name) => <option key={name}>{name}</option>)}</select>,
    (value: string, names: string[]) => h("select", { value }, names.map((name) => h("option", { key: name }, name))),
  ];
  for (const view of views) {
    const shown = new Shown();
    shown.show(view("b", ["a"]));
    // None in a browser; the simulated one knows no such state.
    shown.show(view("b", ["a", "b"]));
    assertEquals(shown.find("select").value, "b");
    shown.show(view("b", ["b", "c"]));
    assertEquals(shown.find("select").value, "b");
    shown.show(view("c", ["b", "c"]));
    assertEquals(shown.find("select").value, "c");
  }
});

Deno.test("a view writes a select's attributes before its options, and its value after them", () => {
  // A select that is not multiple yet chooses its first option at once.
  const option = () => h("option", null, "a");
  assertEquals(new Shown().show(h("select", { multiple: true, value: "a" }, option())), [1, { multiple: "" }, [2, "a"], { ".value": "a" }]);
  const view = (on: boolean, value: string) => (
    <select multiple={on} value={value}>
      <option value={value}>a</option>
    </select>
  );
  const shown = new Shown();
  assertEquals(shown.show(view(yes, "a")), [1, { multiple: "" }, "a", "a"]);
  assertEquals(shown.show(view(yes, "b")), { 1: "b", 2: "b" });
});

Deno.test("a view gives a checkbox back the value that it has without one", () => {
  const view = (props: Props) => h("p", null, h("input", { type: "checkbox", ...props }));
  const shown = new Shown();
  shown.show(view({ value: "a" }));
  assertEquals(shown.find("input").value, "a");
  shown.show(view({}));
  assertEquals(shown.find("input").value, "on");
});

Deno.test("a view writes what is in a select or a textarea as their state", () => {
  const text = "<b>\n x";
  for (const view of [<textarea value={text} />, h("textarea", { value: text })]) {
    const shown = new Shown();
    shown.show(view);
    assertEquals(shown.find("textarea").value, text);
    assertEquals(shown.find("textarea").textContent, "");
  }
});

Deno.test("a view leaves an input without a value to the user", () => {
  for (
    const view of [(n: number) => (
      <p title={`${n}`}>
        <input value={absent as never} />
      </p>
    ), (n: number) => h("p", { title: `${n}` }, h("input", null))]
  ) {
    const shown = new Shown();
    shown.show(view(1));
    shown.find("input").value = "typed";
    shown.show(view(2));
    assertEquals(shown.find("input").value, "typed");
  }
});

Deno.test("a view writes the text of raw-text elements as text", () => {
  const css = "p > b { color: red } /* </style> & */";
  shows(<style>{css}</style>, h("style", null, css), htmlOf(h("style", null, css)));
  const shown = new Shown();
  shown.show(<style>{css}</style>);
  assertEquals(shown.find("style").textContent, css);
});

Deno.test("a view gives a custom element its properties, else attributes", () => {
  const list = [1, { two: 2 }];
  const view = h("x-plain", { title: "t", list, word: "w", "data-x": "d", class: "c" } as Props);
  const shown = new Shown();
  assertEquals(shown.show(view), [1, null, { "data-x": "d", class: "c", "~title": "t", "~list": list, "~word": "w" }]);
  assertEquals(shown.find("x-plain").getAttribute("word"), "w");
  assertEquals(shown.find("x-plain").hasAttribute("list"), false);
});

// ---- nothing of a model becomes markup ---------------------------------------------------------

const nasty = [`"><script>alert(1)</script>`, "</p><b>", "&lt;b&gt;", "' onload='x", "<!--", "]]>", "a\u0000b"];

Deno.test("a view shows texts and attributes of a model as they are", () => {
  for (const text of nasty) {
    for (const view of [<p title={text}>{text}</p>, h("p", { title: text }, text), <p {...{ title: text }}>{[text]}</p>]) {
      const shown = new Shown();
      shown.show(view);
      assertEquals(shown.element.children.length, 1);
      const p = shown.find("p");
      assertEquals([p.textContent, p.getAttribute("title"), p.children.length, p.attributes.length], [text, text, 0, 1]);
    }
  }
});

Deno.test("a view never sends a key", () => {
  for (const key of nasty) {
    for (const view of [<p key={key}>x</p>, h("p", { key }, "x"), <Fragment key={key}>x</Fragment>]) {
      assert(!JSON.stringify(new Shown().show([view])).includes(JSON.stringify(key).slice(1, -1)));
    }
  }
});

Deno.test("a view takes no name of a spread for another kind of hole, nor one that is no name", () => {
  const names = [
    ".innerHTML",
    ".outerHTML",
    "@click",
    "~innerHTML",
    "...",
    "",
    " ",
    "on",
    "on click",
    "x y",
    'x"y',
    "x>y",
    "x=y",
    "x/y",
    "<x",
    "\u0000",
    "__proto__",
    "constructor",
  ];
  for (const name of names) {
    const given = JSON.parse(`{${JSON.stringify(name)}:"<b>x</b>"}`);
    for (const tag of ["p", "x-y"]) {
      for (const view of [h(tag, given), tag === "p" ? <p {...given} /> : <server-component {...given} />]) {
        const shown = new Shown();
        const sent = shown.show(view) as unknown[];
        const spread = sent[2] ?? {};
        for (const wire of Object.keys(spread)) assert(/^~?[\w-]+$/.test(wire), `${name} became ${wire}`);
        assertEquals(shown.element.querySelector("b"), null);
      }
    }
  }
});

Deno.test("a view takes a text of a model for no handler", () => {
  for (
    const view of [
      (run: unknown) => <p onClick={run as never}>x</p>,
      (run: unknown) => h("p", { onClick: run as never, onload: run as never }, "x"),
    ]
  ) {
    const shown = new Shown();
    shown.show(view("alert(1)"));
    assertEquals(shown.html, "<p>x</p>");
  }
});

Deno.test("a view leaves out a style's value that brings another declaration along", () => {
  const values = ["red;background:url(//x)", "red}", "url(a;b)x;y:z", "/*", "'", '"', "\\", "(", "red;"];
  for (const color of values) {
    const shown = new Shown();
    shown.show(<p style={{ color, width: "1px" }}>x</p>);
    const css = shown.find("p").getAttribute("style") ?? "";
    assertEquals(css.includes("background") || css.includes("y:"), false, css);
    assert(css.includes("width"), `${color}: what comes after is lost`);
  }
  assertEquals(htmlOf(<p style={{ "color:red;x": "1", "back ground": "2" } as never}>x</p>).includes("red"), false);
});

Deno.test("a view refuses a tag of a model that is no element's name", () => {
  for (const tag of ["p onload=x", "p/", "p>", "", "1", "<p", "p\u0000"]) {
    assertThrows(() => new Shown().show(h(tag, null)), TypeError, "not the name of an element");
  }
});

// ---- pages -------------------------------------------------------------------------------------

Deno.test("renderToString() of a template escapes what a model says", () => {
  for (const text of nasty.slice(0, -1)) {
    const html = renderToString(
      <p title={text}>
        {text}
        {[text]}
        <b key={text}>{text}</b>
      </p>,
    );
    const plain = renderToString(h("p", { title: text }, text, [text], h("b", { key: text }, text)));
    assertEquals(html, plain);
    assert(!html.slice(3).includes("<script") && !html.includes("<!--"), html);
  }
});

Deno.test("renderToString() of a template is that of plain vnodes", () => {
  const name = "a<b", on = yes, off = no;
  const pairs: [ComponentChildren, ComponentChildren][] = [
    [
      <input disabled={on} checked={on} readOnly={off} value={name} />,
      h("input", { disabled: on, checked: on, readOnly: off, value: name }),
    ],
    [
      <select value={name}>
        <option value={name}>x</option>
      </select>,
      h("select", { value: name }, h("option", { value: name }, "x")),
    ],
    [<textarea value={name} />, h("textarea", { value: name })],
    [<p class={name} style={{ color: "red", width: 3 }}>{name}</p>, h("p", { class: name, style: { color: "red", width: 3 } }, name)],
    [<p aria-busy={off} data-x={on} draggable={off}>x</p>, h("p", { "aria-busy": off, "data-x": on, draggable: off } as Props, "x")],
    [<ul>{[1, 2].map((n) => <li key={n}>{n}</li>)}</ul>, h("ul", null, [1, 2].map((n) => h("li", { key: n }, n)))],
    [
      <>
        a{name}
        <br />b
      </>,
      h(Fragment, null, "a", name, h("br", null), "b"),
    ],
  ];
  for (const [template, plain] of pairs) {
    assertEquals(renderToString(h(Fragment, null, template)), renderToString(h(Fragment, null, plain)));
  }
});

Deno.test("renderToString() keeps the text of raw-text elements, and lets none end them", () => {
  const css = "a > b { content: '&' }";
  assertEquals(renderToString(<style>{css}</style>), `<style>${css}</style>`);
  // Each text ends its own element alone; a comment would let a script go on behind its end.
  for (
    const [text, style, script] of [
      ["</style><b>", "\\3c /style><b>", "</style><b>"],
      ["</STYLE >", "\\3c /STYLE >", "</STYLE >"],
      ["</script><b>", "</script><b>", "\\u003c/script><b>"],
      ["'<!--<script>'", "'<!--<script>'", "'\\u003c!--\\u003cscript>'"],
    ] as const
  ) {
    assertEquals(renderToString(<style>{text}</style>), `<style>${style}</style>`);
    assertEquals(renderToString(<script>{text}</script>), `<script>${script}</script>`);
  }
  // Where the parser reads it otherwise.
  assertEquals(
    renderToString(
      <noscript>
        <style>{"</noscript><b>"}</style>
      </noscript>,
    ),
    "<noscript><style></style></noscript>",
  );
  assertEquals(
    renderToString(
      <svg>
        <style>{"</svg><b>"}</style>
      </svg>,
    ),
    "<svg><style>&lt;/svg>&lt;b></style></svg>",
  );
});

Deno.test("renderToString() writes to no array of the model", () => {
  const names = Object.freeze(["a<b"]);
  const view = () => <p>{names}</p>;
  assertEquals(renderToString(view()), "<p>a&lt;b</p>");
  assertEquals(renderToString(view()), "<p>a&lt;b</p>");
});
