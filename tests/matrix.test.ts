/**
 * Each element with each attribute and property that the DOM gives it, by several values, their change and their removal: as in Preact's own
 * client, but for the rules; and in a painted page as in a mounted one. A sample of the elements; all of them with `NACRE_MATRIX=all` (some minutes).
 */
import { assert, assertEquals } from "@std/assert";
import { denoBundle } from "./bundle.ts";
import { launch, serveOn0, visit } from "./kit.ts";
import type { Difference, Space } from "./matrix_page.ts";
import { rules } from "./matrix_rules.ts";

/** Not `marquee`, which is obsolete: its `loop` is a number, and a boolean everywhere else. */
const tags: Record<Space, readonly string[]> = {
  "":
    ("a abbr area article audio b base blockquote body br button canvas caption cite code col colgroup data datalist dd del details dialog div " +
      "dl dt em embed fieldset figure font footer form frame frameset h1 head header hr html i iframe img input ins kbd label legend li link main map " +
      "mark menu meta meter nav noscript object ol optgroup option output p param picture pre progress q s samp script section select slot " +
      "small source span strong style sub summary sup table tbody td template textarea tfoot th thead time title tr track u ul var video wbr my-el")
      .split(" "),
  svg:
    ("a animate circle clipPath defs ellipse feBlend filter foreignObject g image line linearGradient marker mask path pattern polygon rect stop " +
      "svg symbol text textPath tspan use view").split(" "),
  math: "annotation-xml math mfrac mi mn mo mrow ms mspace msqrt mtable mtd mtext".split(" "),
};
/** What a run of the gate looks at: one of each kind. */
const sample: Record<Space, readonly string[]> = { "": ["a", "div", "form", "input", "video", "my-el"], svg: ["clipPath"], math: ["mi"] };
/** The parser and the page treat these apart: no view has them in it. */
const isOfThePage = /^(?:base|body|frame|frameset|head|html|link|meta|script|style|title)$/;

Deno.test("attributes and properties are as Preact's client sets them, but for the rules", async () => {
  const script = await denoBundle("tests/matrix_page.ts");
  await using server = serveOn0((request) =>
    new URL(request.url).pathname === "/page.js"
      ? new Response(script, { headers: { "content-type": "text/javascript" } })
      : new Response(`<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>`, {
        headers: { "content-type": "text/html" },
      })
  );
  await using browser = await launch();
  const isAll = Deno.env.get("NACRE_MATRIX") === "all";
  const used = new Map(rules.map((rule) => [rule, 0]));
  const unexplained: Difference[] = [];
  const painted: string[] = [];
  let count = 0;
  await visit(browser, server.url, async (page) => {
    await page.waitForFunction("globalThis.compareNames");
    for (const [space, some] of Object.entries(isAll ? tags : sample) as [Space, string[]][]) {
      for (const tag of some.filter((tag) => !isOfThePage.test(tag))) {
        const names = (await page.evaluate(`namesOf(${JSON.stringify(tag)}, ${JSON.stringify(space)})`) as string[])
          .filter((name) => !/^on/i.test(name));
        assert(names.length > 100, `${tag} has only ${names.length} names`);
        const { differences, count: more, painted: other } = await page.evaluate(
          `compareNames(${JSON.stringify(tag)}, ${JSON.stringify(space)}, ${JSON.stringify(names)})`,
        ) as { differences: Difference[]; count: number; painted: string[] };
        count += more;
        painted.push(...other);
        for (const difference of differences) {
          const rule = rules.find(({ is }) => is(difference));
          if (rule) used.set(rule, used.get(rule)! + 1);
          else unexplained.push(difference);
        }
      }
    }
  });
  const told = unexplained.slice(0, 60).map(({ tag, name, values, ours, preacts }) =>
    `${tag} ${name} ${values}: ${ours}, in Preact ${preacts}`
  );
  assertEquals(unexplained.length, 0, `${unexplained.length} of ${count} are otherwise, and no rule says why:\n${told.join("\n")}`);
  assertEquals(
    painted.length,
    0,
    `${painted.length} are otherwise in a painted page than in a mounted one:\n${painted.slice(0, 40).join("\n")}`,
  );
  assert(count > 15_000, `only ${count} were compared`);
  // A rule that nothing needs would hide what comes.
  for (const [{ what }, times] of used) assert(times > 0, `no difference needs the rule: ${what}`);
});

Deno.test("docs/views.md shows the rules by which attributes are otherwise than in Preact", async () => {
  const docs = await Deno.readTextFile(new URL("../docs/views.md", import.meta.url));
  const rows = [...docs.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(([, what, why]) => `${what}: ${why}`);
  for (const { what, why } of rules) assert(rows.includes(`${what}: ${why}`), `docs/views.md does not say: | ${what} | ${why} |`);
});
