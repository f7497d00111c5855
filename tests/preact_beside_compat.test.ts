/** What preact/compat adds, events, SVG and Suspense beside Preact; and what docs/preact.md says of the differences. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { cases } from "./preact_beside/all.ts";
import { testBeside } from "./preact_beside/besides.ts";
import { intended } from "./preact_beside/intended.ts";

testBeside("Compat, events, SVG and Suspense");

Deno.test("docs/preact.md lists the differences from Preact that are intended, and no others", async () => {
  const docs = await Deno.readTextFile(new URL("../docs/preact.md", import.meta.url));
  const [, section] = /## What differs from Preact\n([^]*?)\n## /.exec(docs)!;
  assertStringIncludes(section!, `${cases.length} cases`);
  const listed = section!.split("\n- ").slice(1).map((item) => item.trim().replaceAll(/\s+/g, " "));
  const reasons = new Set(Object.values(intended).map((reason) => `${reason[0]!.toUpperCase()}${reason.slice(1)}.`));
  assertEquals(listed, [...reasons]);
  assertEquals(Object.keys(intended).filter((name) => cases.filter((one) => one.name === name).length !== 1), []);
});
