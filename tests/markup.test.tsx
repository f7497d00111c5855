/**
 * Texts and attributes of a model never become markup: random trees of all elements, around texts that try to end what they stand in, put
 * into a page in each of the ways that there are and read by Chromium, with scripting and without. `NACRE_MARKUP_TREES` sets how many.
 */
import { assertEquals } from "@std/assert";
import { h, type VNode } from "preact";
import type { Page } from "playwright-core";
import { app, page as pageOf, renderToString, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { descriptionHtml, paint } from "../runtime/view/paint.ts";
import { jsx } from "../runtime/view/jsx.ts";
import { isUnsafeProperty } from "../runtime/view/raw_text.ts";
import { launch, type Random, seeded, serveOn0, visit } from "./kit.ts";

const words = (text: string) => text.split(" ");
/** HTML's, also those that no standard has any more; SVG's and MathML's; and some in another spelling. */
const tags = words(
  "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button canvas caption " +
    "center cite code col colgroup command data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer " +
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing " +
    "main map mark marquee math menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture " +
    "plaintext portal pre progress q rb rbc rp rt rtc ruby s samp script search section select selectedcontent slot small source spacer span " +
    "strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp my-part " +
    "annotation annotation-xml maction mglyph malignmark mi mn mo ms mtext mrow mstyle semantics animate circle clipPath defs desc ellipse feImage " +
    "filter font-face foreignObject g linearGradient marker mask metadata path pattern rect set stop switch symbol text textPath tspan use view " +
    "SVG Svg MATH STYLE Style SCRIPT NOSCRIPT noScript TITLE TextArea FOREIGNOBJECT foreignobject FRAMESET Template",
).filter((tag) => tag !== "portal");
/** These hold a text, or change how one is read, and so stand in half of the trees. */
const holders = words(
  "style script noscript title textarea xmp iframe noembed noframes plaintext template select option svg math annotation-xml mi mo mtext mglyph " +
    "malignmark foreignObject desc frameset table colgroup col SVG STYLE NOSCRIPT foreignobject p",
);
const evil = "<evil-el data-evil onclick=hit()></evil-el>";
const payloads = (random: Random): string => {
  const tag = random.pick(holders);
  return random.pick([
    `</${tag}>${evil}`,
    `</${tag.toUpperCase()}\t/>${evil}`,
    `</${tag}</${random.pick(holders)}>${evil}<!--`,
    `">${evil}`,
    `'>${evil}`,
    `-->${evil}`,
    `]]>${evil}`,
    `<![CDATA[${evil}`,
    `<!--<script>${evil}`,
    `--!>${evil}<script `,
    `<script>hit()</script>`,
    `<svg><script>hit()</script>`,
    `<html onclick=hit() data-evil>`,
    `<body onload=hit() data-evil>`,
    `<frame data-evil src=javascript:parent.hit()>`,
    `<img src=x onerror=hit() data-evil>`,
    `&lt;img src=x onerror=hit() data-evil&gt;`,
    `\0<\0/${tag}\0>${evil}`,
    `\r\n</${tag}\r>${evil}`,
    `&#60;/${tag}&#62;${evil}`,
    `" onclick="hit()`,
    `' onclick='hit()`,
    `\u{212a}</\u017fcript>${evil}`,
    `</p></b></a></table>${evil}`,
    `</template>${evil}`,
    `<template >${evil}`,
    `<col\fonclick=hit() data-evil>`,
  ]);
};
const handlerNames = words(
  "onclick ONCLICK oNclick OnClick onClick onerror oNerror ONERROR oNLoad onload onfocus oNtoggle onbegin ONBEGIN onclickcapture xlink:onclick",
);
const otherNames = words(
  "title id class data-x aria-label alt value href src lang CLASS Title xlink:href xml:lang encoding innerHTML outerHTML innerHtml",
);
const badNames = ["a b", "a/onclick", "a>onclick", 'a"onclick', "a'onclick", "a=onclick", "a\0onclick", "a\nonclick", "\u017fonclick", ""];

function attributesOf(random: Random): Record<string, unknown> {
  const props: Record<string, unknown> = {};
  while (random.chance(0.5)) {
    const name = random.pick([handlerNames, handlerNames, otherNames, badNames]);
    props[random.pick(name)] = random.pick(["hit()", payloads(random), true, 1]);
  }
  return props;
}

/** A tree of elements, with a text in it. */
function treeOf(random: Random, depth: number): VNode {
  const tag = random.pick(random.chance(0.6) ? holders : tags);
  const props = attributesOf(random);
  const children: unknown[] = [];
  do {
    children.push(depth > 0 && random.chance(0.7) ? treeOf(random, depth - 1) : payloads(random));
  } while (random.chance(0.4));
  // A script may run what the view gives it: this one gets nothing that runs.
  const isScript = tag.toLowerCase() === "script";
  const inside = isScript ? [`"${payloads(random).replaceAll("hit()", "0")}`] : children;
  return (random.chance(0.5) ? h(tag, props, ...inside as never[]) : jsx(tag, { ...props, children: inside as never })) as VNode;
}

interface Painted {
  readonly name: string;
  readonly html: string;
}

/** The HTML of a tree, in each way. */
function htmlsOf(view: VNode): Painted[] {
  const paintOf = () => paint(new Lowering({ development: false, warn() {} }).lower(view), new Definitions());
  const { html, parts } = paintOf();
  const described = parts ? descriptionHtml(parts, "sealed") : "";
  const found: Painted[] = [
    { name: "painted", html: `<server-component>${html}${described}</server-component><i data-after></i>` },
    {
      name: "painted in a shadow root",
      html: `<server-component><template shadowrootmode="open">${html}</template>${described}</server-component><i data-after></i>`,
    },
  ];
  // Preact's renderer, for vnodes of our JSX: what `h` of Preact makes is Preact's to read.
  if (!isUnsafe(view)) {
    found.push({ name: "static", html: renderToString(app({ init: () => 0, update: (n) => n, view: () => view })) });
  }
  return found;
}

/** Whether Preact's own `h` was given a handler that is a text, markup, or no name: its renderer writes them (docs/security.md). */
function isUnsafe(view: unknown): boolean {
  if (Array.isArray(view)) return view.some(isUnsafe);
  const props = (view as VNode | null)?.props as Record<string, unknown> | undefined;
  if (!props) return false;
  return Object.entries(props).some(([name, value]) => isUnsafeProperty(name, value)) || isUnsafe(props.children);
}

/** In the page: reads each HTML in both ways, and answers what should not be there. */
async function readAll(htmls: string[]): Promise<string[]> {
  const found: string[] = [];
  (globalThis as unknown as { hit: () => void }).hit = () => found.push("a script ran");
  const look = (how: string, html: string, root: ParentNode) => {
    for (const element of root.querySelectorAll("*")) {
      const isEvil = element.localName === "evil-el" || element.hasAttribute("data-evil");
      const handler = [...element.attributes].find(({ name }) => /^on/i.test(name));
      if (isEvil || handler) found.push(`${how}: ${isEvil ? `<${element.localName}>` : handler!.name} in ${html}`);
      if (element.shadowRoot) look(how, html, element.shadowRoot);
      // One in SVG has none.
      const { content } = element as HTMLTemplateElement;
      if (element.localName === "template" && content) look(how, html, content);
    }
  };
  for (const html of htmls) {
    look("without scripting", html, new DOMParser().parseFromString(html, "text/html"));
    const fragment = document.createElement("div");
    fragment.innerHTML = html;
    look("as a fragment", html, fragment);
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const page = frame.contentDocument!;
    (frame.contentWindow as unknown as { hit: () => void }).hit = () => found.push(`a script ran: ${html}`);
    page.open();
    page.write(`<!doctype html><title>x</title><body>${html}`);
    page.close();
    look("with scripting", html, page);
    // A frameset may have taken the place of the body.
    await 0;
    frame.remove();
    if (found.length > 20) break;
  }
  return found;
}

/** An app's view in a page, in these elements of the page. */
async function inPage(view: () => VNode | VNode[], around: string[] = [], shadow?: "open"): Promise<string> {
  const live = serve(app({ init: () => 0, update: (n) => n, view, ...(shadow && { shadow }) }));
  const component = h(ServerComponent, { of: live, request: new Request("http://localhost/"), route: "/ws" });
  return await pageOf(h("body", null, around.reduceRight((inside, tag) => h(tag, null, inside), component as VNode))).text();
}

Deno.test("a style or a script is not read as markup after a <col> in a template or a shadow root, nor by what the page has around it", async () => {
  await using server = serveOn0(() => new Response("<!doctype html><title>x</title><body>", { headers: { "content-type": "text/html" } }));
  await using browser = await launch();
  const htmls: string[] = [];
  for (const tag of ["style", "script"]) {
    for (const start of [`</template>`, `<template\n>`, `</TEMPLATE/>`]) {
      const text = (end: string) => `/*${start}${end}${evil}*/`;
      const own = () => h(tag, null, text(""));
      htmls.push(
        await inPage(() => h("template", null, h("col", null), own())),
        await inPage(() => [h("col", null), own()], [], "open"),
        renderToString(app({
          init: () => text(""),
          update: (text) => text,
          view: (text) =>
            tag === "style"
              ? (
                <template>
                  <col />
                  <style>{text}</style>
                </template>
              )
              : (
                <template>
                  <col />
                  <script>{text}</script>
                </template>
              ),
        })),
      );
      for (const around of holders) {
        htmls.push(await inPage(() => h(tag, null, text(`</${around}>`)), [around]));
        htmls.push(await inPage(() => h(tag, null, text(`</${around}>`)), ["svg", around]));
        htmls.push(await inPage(() => h(tag, null, text(`</${around}>`)), [around, "p"]));
      }
    }
  }
  await visit(browser, server.url, async (page, seen) => {
    assertEquals(await page.evaluate(readAll, htmls), []);
    seen.errors.length = 0;
  });
});

Deno.test("a style in the head or the body of a page keeps its text", async () => {
  const css = "a > b {}";
  const response = pageOf(
    <html>
      <head>
        <style>{css}</style>
      </head>
      <body>
        <style>{css}</style>
      </body>
    </html>,
  );
  assertEquals(
    await response.text(),
    `<!DOCTYPE html><html><head><style>${css}</style></head><body><style>${css}</style></body></html>`,
  );
});

Deno.test("a script of JSON at the end of a view is not taken for the description of a painted page", async () => {
  const own = () => h("script", { type: "application/json" }, `[[],0,0,"token"]`);
  for (const shadow of [undefined, "open"] as const) {
    // A browser cannot take a <noscript> over, so there is no description.
    const html = await inPage(() => [h("noscript", null, "x"), own()], [], shadow);
    assertEquals(html.endsWith("<!----></server-component></body>"), true, html);
    // Where there is one, it is the last.
    const described = await inPage(own, [], shadow);
    assertEquals(
      described.slice(described.lastIndexOf("<script")).startsWith('<script type="application/json">[[[["script"'),
      true,
      described,
    );
  }
});

const trees = Number(Deno.env.get("NACRE_MARKUP_TREES") ?? 1_500);
const piece = 250;

seeded("no text and no attribute of a model becomes markup or a handler, wherever it is painted", async (random) => {
  await using server = serveOn0(() => new Response("<!doctype html><title>x</title><body>", { headers: { "content-type": "text/html" } }));
  await using browser = await launch();
  let read = 0;
  for (let done = 0; done < trees; done += piece) {
    const htmls = Array.from({ length: Math.min(piece, trees - done) }, () => htmlsOf(treeOf(random, 3)).map(({ html }) => html)).flat();
    await visit(browser, server.url, async (page: Page, seen) => {
      assertEquals(await page.evaluate(readAll, htmls), []);
      // Scripts whose text is no script say so.
      seen.errors.length = 0;
    });
    read += htmls.length;
  }
  console.log(`${read} pieces of HTML, each read in three ways`);
});

seeded("no text and no attribute of a model becomes markup or a handler when it is mounted or patched", async (random) => {
  const count = Math.ceil(trees / 5);
  const batches = [1, 2].map(() => Array.from({ length: count }, () => treeOf(random, 3)));
  const shown = app({
    init: () => 0,
    update: (n, _msg: "next") => n + 1,
    view: (n, send) =>
      h("main", null, h("button", { id: "next", onClick: send("next") }, n), batches[n % 2]!.map((tree, i) => h("div", { key: i }, tree))),
  });
  const live = serve(shown);
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    const html = `<!doctype html><title>x</title><script>function hit() { window.wasHit = true }</script>
      <script type="module" src="/nacre/runtime.mjs"></script><server-component route="/ws"></server-component>`;
    return new Response(html, { headers: { "content-type": "text/html" } });
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    for (const step of ["0", "1", "2"]) {
      await page.waitForFunction((step) => document.querySelector("#next")?.textContent === step, step, { timeout: 30_000 });
      const found = await page.evaluate(() =>
        [...document.querySelectorAll("server-component *")].flatMap((element) => [
          ...element.localName === "evil-el" || element.hasAttribute("data-evil") ? [element.outerHTML] : [],
          ...[...element.attributes].filter(({ name }) => /^on/i.test(name)).map(({ name }) => `${name} of ${element.outerHTML}`),
        ]).slice(0, 20)
      );
      assertEquals([found, await page.evaluate(() => "wasHit" in window)], [[], false]);
      await page.evaluate(() => (document.querySelector("#next") as HTMLElement).click());
    }
    seen.errors.length = 0;
  });
  await live.close();
});
