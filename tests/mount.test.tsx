/** `mount`, `define` and `renderToString` by themselves: what `tests/lives.test.tsx` does not compare between the lives. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import type { Page } from "playwright-core";
import { brotliCompressSync } from "node:zlib";
import { app, define, mount, next, renderToString, renderToStringAsync, runtimeScript, serve } from "../mod.ts";
import { denoBundle, esbuildBundle } from "./bundle.ts";
import { launch, serveOn0, visit } from "./kit.ts";
import { apps } from "./lives_apps.tsx";
import { ids } from "./mount_apps.tsx";

const script = { headers: { "content-type": "text/javascript" } };
const html = { headers: { "content-type": "text/html" } };

/** Looks at an empty page with the script of `entry` in it. */
async function inPage(entry: string, body: string, look: (page: Page, errors: Error[]) => Promise<void>): Promise<void> {
  const source = await denoBundle(entry);
  await using server = serveOn0((request) =>
    new URL(request.url).pathname === "/page.js" ? new Response(source, script) : new Response(
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>${body}<script type="module" src="/page.js">
</script>`,
      html,
    )
  );
  await using browser = await launch();
  await visit(browser, server.url, async (page, seen) => {
    await page.waitForFunction("globalThis.ready");
    await look(page, seen.errors);
  });
}

// ---- in a page ---------------------------------------------------------------------------------

Deno.test("mount() runs an app until it is stopped: its effects end, its component effects too, and the page is empty", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root">Before</div>`, async (page) => {
    assertEquals(await page.evaluate("stopping()"), {
      shown: "<p>0</p>",
      dispatched: "<p>2</p>",
      stopped: "",
      later: "",
      log: ["component starts", "effect starts", "component ends", "effect ends: enough"],
    });
  });
});

Deno.test("mount() writes the text of a style or a script as a text, in SVG too", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root"></div>`, async (page) => {
    assertEquals(await page.evaluate("styling()"), { texts: [true, true, true, true], images: 0, hit: false });
  });
});

Deno.test("mount() keeps the elements of a page that renderToString has made, and the ids of useId", async () => {
  const [painted, other] = ["left", "right"].map((prefix) => renderToString(ids, undefined, { ids: prefix }).replaceAll("/>", ">"));
  assert(painted !== other);
  await inPage("tests/mount_page.tsx", `<div id="left">${painted}</div><div id="right">${other}</div>`, async (page) => {
    const { kept, left, right, again } = await page.evaluate("painting()") as Record<string, unknown>;
    assertEquals([kept, left, right, again], [true, painted, other, painted]);
  });
});

Deno.test("mount() says what is wrong: no such element, no element at all, one that has an app", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root"></div>`, async (page) => {
    assertEquals(await page.evaluate("mistakes()"), [
      `TypeError: Cannot mount in "#nowhere": no element of the page fits; mount after it is there`,
      "TypeError: Cannot mount app: the target is no element",
      "TypeError: Cannot mount app: an app is mounted in this element; stop it first",
    ]);
  });
});

Deno.test("mount() tells the console of an error where there is no onError, and onError where a component fails by itself", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root"></div>`, async (page, errors) => {
    assertEquals(await page.evaluate("failing()"), {
      console: ["nacre: app failed in init:", "Error: broken init"],
      told: ["view: Error: broken component"],
    });
    // As Preact throws it.
    assertEquals(errors.splice(0).map(String), ["Error: broken component"]);
  });
});

Deno.test("app() of a component with hooks counts by itself in a page", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root"></div>`, async (page) => {
    await page.evaluate("component()");
    await page.click("button");
    await page.waitForFunction(() => document.querySelector("button")!.textContent === "Clicked 6 times");
  });
});

Deno.test("mount() has one client, that joins and leaves once, and hears what is emitted to it", async () => {
  await inPage("tests/mount_page.tsx", `<div id="root"></div>`, async (page) => {
    assertEquals(await page.evaluate("presence()"), [["joined", true], "psst", ["left", true, true]]);
  });
});

// ---- define ------------------------------------------------------------------------------------

Deno.test("define() makes the twin of <server-component>: with the tag changed a page shows the same and hears the same", async () => {
  const source = await denoBundle("tests/lives_page.ts");
  const live = serve(apps.counter.app, { flags: apps.counter.flags });
  await using server = serveOn0((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/runtime.mjs") return runtimeScript(request);
    if (pathname === "/page.js") return new Response(source, script);
    if (pathname === "/ws") return live(request);
    const tag = searchParams.get("tag");
    return new Response(
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>heard = [];
for (const type of ["nacre:status", "counted"]) addEventListener(type, (e) => heard.push([type, e.detail, e.target.id, e.bubbles, e.composed]));
</script><main><${tag} id="it" route="/ws">One moment</${tag}></main><aside></aside><script type="module" src="/page.js"></script>`,
      html,
    );
  });
  await using browser = await launch();
  const looks: unknown[] = [];
  for (const tag of ["server-component", "my-counter"]) {
    await visit(browser, `${server.url}/?tag=${tag}`, async (page) => {
      await page.waitForFunction("globalThis.defineApp");
      await page.evaluate(
        tag === "my-counter" ? `defineApp("counter", "my-counter")` : `void document.head.append(
          Object.assign(document.createElement("script"), { type: "module", src: "/runtime.mjs" }))`,
      );
      await page.waitForSelector(`${tag}[status=live]`);
      await page.click("#up");
      await page.waitForFunction(() => document.querySelector("#count")?.textContent === "Count: 4");
      // Moved: it goes on.
      await page.evaluate(() => document.querySelector("aside")!.append(document.querySelector("#it")!));
      await page.click("#up");
      await page.waitForFunction(() => document.querySelector("#count")?.textContent === "Count: 5");
      looks.push([
        (await page.evaluate("lookAt('aside')") as string).replaceAll(tag, "the-tag"),
        await page.evaluate("heard"),
      ]);
      // Taken out and put back later: it begins anew.
      await page.evaluate(async () => {
        const it = document.querySelector("#it")!;
        it.remove();
        await new Promise((resolve) => setTimeout(resolve, 20));
        document.querySelector("main")!.append(it);
      });
      await page.waitForFunction(() => document.querySelector("#count")?.textContent === "Count: 3");
    });
  }
  assertEquals(looks[1], looks[0]);
  assertStringIncludes(JSON.stringify(looks[0]), `["nacre:status","live","it",true,true]`);
  assertStringIncludes(JSON.stringify(looks[0]), `["counted",5,"it",true,true]`);
});

Deno.test("define() makes flags of the element, and says failed when the app has failed", async () => {
  await inPage("tests/mount_page.tsx", "", async (page) => {
    assertEquals(await page.evaluate("defining()"), {
      shown: "<p>7</p>",
      statuses: ["live", "failed"],
      told: ["update: Error: broken update"],
    });
  });
});

Deno.test("define() waits for the end of a page that is being read: what stands in the element goes, however late it comes", async () => {
  const source = await denoBundle("tests/mount_early.tsx");
  const text = new TextEncoder();
  const isDefined = Promise.withResolvers<void>();
  await using server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/page.js") return new Response(source, script);
    if (pathname === "/defined") {
      isDefined.resolve();
      return new Response(null, { status: 204 });
    }
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async start(controller) {
        controller.enqueue(text.encode(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<body><script type="module" async src="/page.js"></script><my-early>`));
        await isDefined.promise;
        controller.enqueue(text.encode("<b>One moment</b></my-early>"));
        controller.close();
      },
    });
    return new Response(body, html);
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("my-early[status=live]");
    assertEquals(await page.evaluate("[defined, document.querySelector('my-early').innerHTML]"), ["loading", "<p>here</p>"]);
  });
});

// ---- where there is no page --------------------------------------------------------------------

Deno.test("mount() and define() throw a TypeError where there is no page", () => {
  assertThrows(() => mount(apps.rows.app, "#root", undefined), TypeError, "there is no page here");
  assertThrows(() => mount(apps.rows.app, null as unknown as Element, undefined), TypeError, "the target is no element");
  assertThrows(() => define("my-rows", apps.rows.app, { flags: undefined }), TypeError, "there are no custom elements here");
});

// ---- to a string -------------------------------------------------------------------------------

Deno.test("renderToString() starts no effect and no subscription, and says what an app throws", () => {
  const still = app({
    init: () => next(1, { type: "from", run: () => assert(false) } as never),
    update: (n: number, _msg: never) => n,
    subscriptions: () => assert(false) as never,
    view: (n) => <p>{n}</p>,
  });
  assertEquals(renderToString(still), "<p>1</p>");
  const broken = app({
    init: () => 0,
    update: (n: number, _msg: never) => n,
    view(): string {
      throw new RangeError("broken view");
    },
  });
  assertThrows(() => renderToString(broken), RangeError, "broken view");
});

Deno.test("renderToString() says what to do where a component waits; renderToStringAsync() waits", async () => {
  let loaded: string | undefined;
  const loading = Promise.resolve().then(() => loaded = "loaded");
  function Slow() {
    if (loaded === undefined) throw loading;
    return <b>{loaded}</b>;
  }
  const slow = app({
    init: () => 0,
    update: (n: number, _msg: never) => n,
    view: () => (
      <Suspense fallback={null}>
        <Slow />
      </Suspense>
    ),
    name: "slow",
  });
  assertThrows(
    () => renderToString(slow),
    Error,
    "Cannot render slow at once: a component waits for a promise; use renderToStringAsync",
  );
  assertEquals(await renderToStringAsync(slow), "<!--$s--><b>loaded</b><!--/$s-->");
  await assertRejects(() => renderToStringAsync({ ...slow, view: () => assert(false, "broken") as never }), Error, "broken");
});

// ---- types -------------------------------------------------------------------------------------

Deno.test("app() of a component has its props for flags, and needs none where it needs no props", () => {
  const named = app(({ name }: { name: string }) => <p>{name}</p>);
  const free = app(({ name = "nobody" }: { name?: string }) => <p>{name}</p>);
  const bare = app(() => <p>bare</p>);
  const hooked = app(function Hooked({ start }: { start: number }) {
    const [count] = useState(start);
    return <p>{count}</p>;
  });
  assertEquals(renderToString(named, { name: "Anna" }), "<p>Anna</p>");
  assertEquals([renderToString(free), renderToString(free, { name: "Bob" }), renderToString(bare)], [
    "<p>nobody</p>",
    "<p>Bob</p>",
    "<p>bare</p>",
  ]);
  assertEquals([renderToString(hooked, { start: 3 }), hooked.name], ["<p>3</p>", "Hooked"]);
  // @ts-expect-error -- its flags are its props
  renderToString(named);
  // @ts-expect-error -- of that type
  renderToString(named, { name: 1 });
});

// ---- what a page is sent -----------------------------------------------------------------------

Deno.test("mod.ts in a page needs nothing of Deno or Node, and brings nothing of the server along", async () => {
  const { script, files } = await esbuildBundle("tests/mount_counter.tsx");
  const imports = Object.values(files.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  assertEquals(imports.filter((path) => /^node:/.test(path)), []);
  // A constant that is worked out is left over.
  const sent = Object.entries(Object.values(files.outputs)[0]!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 50).map(([path]) =>
    path
  );
  assertEquals(
    sent.filter((path) => /runtime\/(transport|page)\/|runtime\/view\/(lower|diff)|client\.gen|render-to-string/.test(path)),
    [],
  );
  assert(sent.some((path) => path.endsWith("runtime/client/mount.ts")), sent.join());
  console.log(`a counter with Preact: ${script.length} bytes, brotli ${brotliCompressSync(new TextEncoder().encode(script)).length}`);
});
