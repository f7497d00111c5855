/** The oldest browsers that the README names, held against MDN's data and what the browser runtime uses. */
import { assert, assertEquals } from "@std/assert";
import data from "@mdn/browser-compat-data" with { type: "json" };
import { clientParts, clientSource } from "../runtime/client.gen.ts";

type Tree = { readonly [name: string]: unknown };
type Support = { readonly version_added?: string | boolean | null; readonly flags?: unknown; readonly partial_implementation?: boolean };

const browsers = ["chrome", "firefox", "safari"] as const;
const oldest = { chrome: 112, firefox: 113, safari: 16.4 };

/** What the runtime cannot do without, where MDN has it. */
const needed: Readonly<Record<string, string>> = {
  '`DecompressionStream("deflate-raw")`': "api.DecompressionStream.DecompressionStream.deflate-raw",
  "`attachInternals()`": "api.HTMLElement.attachInternals",
  "`adoptedStyleSheets`": "api.Document.adoptedStyleSheets",
  "Form-associated elements": "api.ElementInternals.setFormValue",
  "`AbortSignal.reason`": "api.AbortSignal.reason",
  "`Object.hasOwn()`": "javascript.builtins.Object.hasOwn",
  "`findLastIndex()`": "javascript.builtins.Array.findLastIndex",
  "Private fields": "javascript.classes.private_class_fields",
};

/** Newer names in the runtime's source, and why an older browser does without. */
const guarded: Readonly<Record<string, string>> = {
  isComposing: "Safari says false in the keydown that ends a composition, so its keyCode is asked too",
  states: "read by `?.`, and what a browser does not take is caught",
};
/** Names of Nacre's own that something newer has as well. */
const own = ["adopt", "capture", "properties", "watch"];

function supportIn(path: string): Tree | undefined {
  const found = path.split(".").reduce<unknown>((tree, name) => (tree as Tree | undefined)?.[name], data) as
    | { __compat?: { support: Tree } }
    | undefined;
  return found?.__compat?.support;
}

/** The version that brought it, for good and without a flag; infinity where there is none. */
function versionIn(support: Tree, browser: string): number {
  const all = [support[browser]].flat() as (Support | undefined)[];
  const versions = all.filter((one) => one && typeof one.version_added === "string" && !one.flags && !one.partial_implementation);
  return Math.min(Infinity, ...versions.map((one) => Number(String(one!.version_added).replace("≤", ""))));
}

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

Deno.test("README.md: the table of browsers has the versions of MDN, and none is newer than what is promised", () => {
  const table = readme.split("<!-- browsers -->")[1];
  assert(table, "README.md has no table between two <!-- browsers --> marks");
  const rows = [...table.matchAll(/^\| (.+?) +\| +([\d.]+) +\| +([\d.]+) +\| +([\d.]+) +\|$/gm)].map(([, name, ...versions]) => [
    name,
    versions.map(Number),
  ]);
  const expected = Object.entries(needed).map(([name, path]) => {
    const support = supportIn(path);
    assert(support, `MDN has no ${path}`);
    return [name, browsers.map((browser) => versionIn(support, browser))];
  });
  assertEquals(rows, expected);
  for (const [name, versions] of expected) {
    browsers.forEach((browser, i) =>
      assert((versions as number[])[i]! <= oldest[browser], `${name} is newer than ${browser} ${oldest[browser]}`)
    );
  }
  assert(readme.includes("Chrome and Edge 112, Firefox 113, Safari 16.4"));
});

Deno.test("the browser runtime uses no method or property that is newer than the browsers in README.md, but what is guarded", () => {
  // By the last name: the oldest thing of that name counts, since a text does not tell which it is.
  const ages = new Map<string, number[]>();
  const walk = (tree: Tree) => {
    for (const [key, value] of Object.entries(tree)) {
      if (key === "__compat" || typeof value !== "object" || value === null) continue;
      const support = (value as { __compat?: { support: Tree } }).__compat?.support;
      if (support) {
        const name = key.replace(/_(static|event)$/, "");
        const old = ages.get(name);
        ages.set(name, browsers.map((browser, i) => Math.min(old?.[i] ?? Infinity, versionIn(support, browser))));
      }
      walk(value as Tree);
    }
  };
  const { api, javascript } = data as unknown as { api: Tree; javascript: { builtins: Tree } };
  walk(api);
  walk(javascript.builtins);
  const newer = new Set<string>();
  for (const source of [clientSource, ...Object.values(clientParts).map(({ source }) => source)]) {
    for (const [, name = ""] of source.matchAll(/\.([a-zA-Z]\w{3,})/g)) {
      const versions = ages.get(name);
      if (!own.includes(name) && versions?.some((version, i) => version > oldest[browsers[i]!])) newer.add(name);
    }
  }
  assertEquals([...newer].sort(), Object.keys(guarded).sort());
});
