import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { launch, Random, seeded, serveOn0, until, visit } from "./kit.ts";

const html = (body: string) => new Response(`<!doctype html><title>x</title>${body}`, { headers: { "content-type": "text/html" } });

Deno.test("serveOn0() serves until the end of the block", async () => {
  let url: string;
  {
    await using server = serveOn0((request) => new Response(new URL(request.url).pathname));
    url = server.url;
    assertEquals(await (await fetch(`${url}/a`)).text(), "/a");
  }
  await assertRejects(() => fetch(url), TypeError);
});

Deno.test("visit() shows a page and hands over what its console said", async () => {
  await using server = serveOn0(() => html(`<p>hello</p><script>console.log("from the page")</script>`));
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    assertEquals(await page.textContent("p"), "hello");
    await until(() => seen.console.includes("log: from the page"));
  });
});

Deno.test("visit() fails on an uncaught error of the page", async () => {
  await using server = serveOn0(() => html(`<script>throw new Error("broken")</script>`));
  await using browser = await launch();
  const error = await assertRejects(() => visit(browser, server.url, () => Promise.resolve()), AggregateError);
  assertStringIncludes(String(error.errors[0]), "broken");
});

Deno.test("until() answers what the predicate answered, or says what it waited for", async () => {
  let calls = 0;
  assertEquals(await until(() => ++calls === 3 && "third"), "third");
  await assertRejects(() => until(() => false, 10), Error, "false");
});

Deno.test("Random gives the same for the same seed", () => {
  const draws = (seed: number) => {
    const random = new Random(seed);
    return [random.next(), random.below(10), random.pick(["a", "b", "c"]), random.shuffled([1, 2, 3, 4])];
  };
  assertEquals(draws(7), draws(7));
  assert(draws(7)[0] !== draws(8)[0]);
});

seeded("Random stays within its bounds", (random) => {
  for (let i = 0; i < 1_000; i++) {
    const draw = random.below(6);
    assert(Number.isInteger(draw) && draw >= 0 && draw < 6);
  }
  assertEquals(random.shuffled([3, 1, 2]).sort(), [1, 2, 3]);
});
