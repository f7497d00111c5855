import { assertEquals } from "@std/assert";
import { type ComponentChildren, h } from "preact";
import { htmlOf } from "../runtime/view/html.ts";
import { Lowering } from "../runtime/view/lower.ts";

function html(view: ComponentChildren): string {
  return htmlOf(new Lowering({ development: false, warn() {} }).lower(view));
}

const nasty = `b<&"'`;
const yes = true, no = false, two = "2";

Deno.test("htmlOf() escapes texts and attributes, and writes what the parser would otherwise change", () => {
  assertEquals(html(<p class={nasty}>{nasty}</p>), `<p class="b&lt;&amp;&quot;'">b&lt;&amp;"'</p>`);
  assertEquals(html(h("p", null, "a\rb\0c")), "<p>a&#13;b\ufffdc</p>");
  assertEquals(html(h("pre", null, "\nx")), "<pre>\n\nx</pre>");
  assertEquals(html(h("textarea", { value: "\nx" })), "<textarea>\n\nx</textarea>");
});

Deno.test("htmlOf() writes properties as the attributes that they begin with", () => {
  assertEquals(html(<input value={nasty} checked={yes} disabled={no} />), `<input value="b&lt;&amp;&quot;'" checked>`);
  assertEquals(html(h("input", { value: "now", defaultValue: "first", indeterminate: true })), `<input value="now">`);
  const options = [h("option", { value: "1" }, "one"), h("option", null, " 2 ")];
  assertEquals(
    html(<select value={two}>{options}</select>),
    `<select><option value="1">one</option><option selected> 2 </option></select>`,
  );
});

Deno.test("htmlOf() chooses the first of the options that have a select's value, as the property does", () => {
  const options = ["1", "2", "2"].map((value) => h("option", { value }));
  assertEquals(
    html(<select value={two}>{options}</select>),
    `<select><option value="1"></option><option value="2" selected></option><option value="2"></option></select>`,
  );
});

Deno.test("htmlOf() leaves raw HTML, scripts and styles as they are, and leaves out what would end early or start markup", () => {
  assertEquals(html(<div dangerouslySetInnerHTML={{ __html: "<b>x</b>" }} />), "<div><b>x</b></div>");
  assertEquals(html(h("style", null, "a > b {} <script>")), "<style>a > b {} <script></style>");
  assertEquals(html(h("style", null, "a > b {}</style><script>")), "<style></style>");
  assertEquals(html(h("script", null, "1 < 2 && '</b>'")), "<script>1 < 2 && '</b>'</script>");
  assertEquals(html(h("script", null, "'<!--'")), "<script></script>");
  assertEquals(html(h("noscript", null, h("style", null, "a > b"))), "<noscript><style></style></noscript>");
  assertEquals(html(h("svg", null, h("style", null, "a > b"))), "<svg><style>a &gt; b</style></svg>");
});

Deno.test("htmlOf() writes no handler, no key, no marker; void elements without an end", () => {
  const list = ["a", "b"];
  assertEquals(
    html(
      <ul onClick={() => {}}>
        {list.map((name) => <li key={name}>{name}{null}{[]}</li>)}
        <br />
      </ul>,
    ),
    "<ul><li>a</li><li>b</li><br></ul>",
  );
});

Deno.test("htmlOf() writes to a custom element what is text, and spells names of SVG", () => {
  assertEquals(html(<my-part foo={1} bar={yes} obj={list} />), `<my-part foo="1" bar></my-part>`);
  assertEquals(
    html(
      <svg viewBox="0 0 1 1">
        <path d={two} stroke-width={two} />
      </svg>,
    ),
    `<svg viewBox="0 0 1 1"><path d="2" stroke-width="2"></path></svg>`,
  );
  assertEquals(html(h("path", { strokeWidth: 2 })), `<path stroke-width="2"></path>`);
});

const list = { a: 1 };

declare module "@nacre/nacre/jsx-runtime" {
  namespace JSX {
    interface IntrinsicElements {
      "my-part": { foo?: number; bar?: boolean; obj?: object };
    }
  }
}
