/** What docs/continuity.md promises has a test: each row of its table names one that is there. */
import { assert, assertEquals } from "@std/assert";

Deno.test("docs/continuity.md: every promise names a test that exists", async () => {
  const root = new URL("..", import.meta.url);
  const text = await Deno.readTextFile(new URL("docs/continuity.md", root));
  const named = [...text.matchAll(/`(tests\/[\w.]+): ([^`]+)`/g)];
  assert(named.length >= 8);
  const missing: string[] = [];
  for (const [, file, name] of named) {
    const source = await Deno.readTextFile(new URL(file!, root));
    if (!source.includes(name!)) missing.push(`${file}: ${name}`);
  }
  assertEquals(missing, []);
});
