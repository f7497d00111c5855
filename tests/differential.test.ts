/** Random views: what a page shows is what Preact renders of the same view, after each patch. */
import { assert, assertEquals } from "@std/assert";
import { stop, transform } from "esbuild";
import { Window } from "happy-dom";
import type { World } from "../runtime/browser/world.ts";
import { compare, type Course, defineElements, type Outcome, plainPieces } from "./differential.ts";
import { launch, serveOn0, visit } from "./kit.ts";

/** What happy-dom gets wrong: `draggable=false`, the label of a group, the choice of a select. Chromium shows these too. */
const simulated: Course = { steps: 4, detached: true, without: ["enumerated", "group", "select", "unset"] };
const real: Course = { steps: 6 };

/** The pieces as the automatic transform compiles them. Deno compiles all files of a project by one transform, so another does it. */
async function plainCode(): Promise<string> {
  const source = await Deno.readTextFile(new URL("pieces.tsx", import.meta.url));
  const { code } = await transform(source, { loader: "tsx", format: "cjs", jsx: "automatic", jsxImportSource: "preact" });
  await stop();
  return code;
}

/** The seed of the first sequence; the others follow. A sequence that has failed can so be repeated as the first. */
function firstSeed(): number {
  const named = Deno.env.get("NACRE_SEED");
  return named === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1 : Number(named);
}

/** Fails with what failed first. */
function judge(outcomes: readonly Outcome[]): void {
  const failures = outcomes.map(({ failure }) => failure).filter((failure) => failure !== undefined);
  assertEquals(
    failures.length,
    0,
    `${failures.length} of ${outcomes.length} sequences failed. The first (NACRE_SEED repeats it):\n${failures[0]}`,
  );
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  // A generator that no longer made patches, or kept no keyed element, would pass as well.
  assert(sum(({ patches }) => patches) > 2 * outcomes.length, "too few patches");
  assert(sum(({ kept }) => kept) > outcomes.length, "too few elements whose identity was compared");
}

Deno.test("a patched page is what Preact renders, and keyed elements stay: 10,000 sequences in a simulated DOM", async () => {
  const plain = plainPieces(await plainCode());
  const first = firstSeed();
  const outcomes: Outcome[] = [];
  while (outcomes.length < 10_000) {
    // A new one now and then: it keeps the custom elements that it has made.
    const window = new Window();
    const world = window as unknown as World;
    defineElements(world);
    for (let i = 0; i < 250; i++) outcomes.push(compare(first + outcomes.length, simulated, plain, world));
    await window.happyDOM.close();
  }
  judge(outcomes);
});

Deno.test("a patched page is what Preact renders, and its HTML reads the same: 500 and 250 sequences in Chromium", async () => {
  const script = await bundlePage();
  const code = await plainCode();
  await using server = serveOn0((request) =>
    new URL(request.url).pathname === "/page.js"
      ? new Response(script, { headers: { "content-type": "text/javascript" } })
      : new Response(`<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>`, {
        headers: { "content-type": "text/html" },
      })
  );
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForFunction("globalThis.compareAll");
    const run = (count: number, course: Course): Promise<Outcome[]> => {
      const call = JSON.stringify([code, firstSeed(), count, course]);
      return page.evaluate(`compareAll(...${call})`);
    };
    judge(await run(500, real));
    judge(await run(250, { ...real, tidy: true }));
  });
});

/** The script of the page: Deno bundles it, since only Deno has the transform that makes templates. */
async function bundlePage(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", new URL("differential_page.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot bundle the page: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
