/** What the README says of the repository, held against the repository. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import { clientParts, clientSource } from "../runtime/client.gen.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));

Deno.test("README.md has the exact size of the browser runtime", async () => {
  const table = (await read("README.md")).split("<!-- size -->")[1];
  assert(table, "README.md has no table between two <!-- size --> marks");
  const parts = Object.values(clientParts).map(({ source }) => source);
  for (const [name, sources] of [["browser runtime", [clientSource]], ["its parts, all", parts]] as const) {
    const minified = sources.map((source) => new TextEncoder().encode(source));
    const sizes = [minified, minified.map((bytes) => brotliCompressSync(bytes))].map((all) =>
      all.reduce((sum, bytes) => sum + bytes.length, 0).toLocaleString("en-US")
    );
    const [, ...written] = RegExp(`\\| ${name} +\\| ([\\d,]+) +\\| ([\\d,]+) +\\|`).exec(table) ?? [];
    assertEquals(written, sizes, name);
  }
});

Deno.test("README.md has the commands that CI runs", async () => {
  const readme = await read("README.md");
  const commands = (await read(".ci/run")).match(/(npx -y )?deno run -A .+/g) ?? [];
  assertEquals(commands.length, 2);
  for (const command of commands) assertStringIncludes(readme, command);
});

Deno.test("README.md links to files that are there", async () => {
  for (const [, path = ""] of (await read("README.md")).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    await Deno.stat(new URL(`../${path}`, import.meta.url));
  }
});
