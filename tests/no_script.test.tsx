/** A painted page whose browser runtime does not come, or comes late: its forms and links are plain HTML. In a real browser. */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { app, page as pageOf, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { submitWaitsMs } from "../runtime/page/capture.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";

/** A form that works both ways, a link, and what was said. */
const guestbook = app({
  init: () => [] as readonly string[],
  update: (said, line: string) => [...said, line],
  view: (said, send) => (
    <main>
      <form action="/sent" onSubmit={send((event) => `${event.formData.get("line")}`)}>
        {/* They would take the place of the form's own. */}
        <input name="submit" defaultValue="" />
        <input name="requestSubmit" defaultValue="" />
        <input name="line" required />
        <button name="how" value="softly">Say</button>
        <button name="how" value="loudly">Shout</button>
      </form>
      <a href="/followed">Read more</a>
      {said.map((line) => <p key={line}>{line}</p>)}
    </main>
  ),
});

/** What the browser asks for when the form is sent as HTML, by its second button. */
const sent = "/sent?submit=&requestSubmit=&line=hello&how=loudly";

interface Site {
  /** How the runtime's script is answered: its own way where it answers nothing. */
  readonly script?: (part: string | null) => Response | undefined | Promise<Response | undefined>;
  readonly attributes?: Record<string, unknown>;
  readonly policy?: string;
  readonly src?: string;
  /** What `script` waits for. */
  readonly gate?: PromiseWithResolvers<Response | undefined>;
}

/** The page, and the addresses that were asked for. */
async function open(
  browser: Browser,
  { script = () => undefined, attributes = {}, policy, src = "/nacre/runtime.mjs", gate }: Site,
  look: (page: Page, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const live = serve(guestbook);
  const asked: string[] = [];
  await using server = serveOn0(async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") return await script(searchParams.get("part")) ?? runtimeScript(request);
    if (/sent|followed/.test(pathname)) asked.push(pathname + search);
    if (pathname !== "/") return new Response("Another page", { headers: { "content-type": "text/html" } });
    return pageOf(
      <html lang="en">
        <head>
          <title>Guestbook</title>
          <script type="module" src={src} {...attributes}></script>
        </head>
        <body>
          <ServerComponent of={live} request={request} route="/ws" nonce="yes" />
        </body>
      </html>,
      policy ? { headers: { "content-security-policy": policy } } : {},
    );
  });
  // What a test still holds when it fails must not keep the server from ending.
  using _ = { [Symbol.dispose]: () => gate?.resolve(undefined) };
  await visit(browser, server.url, async (page, seen) => {
    await page.waitForSelector("server-component > main", { state: "attached" });
    await look(page, asked);
    // A script that cannot be read says so, and nothing else does.
    for (let i = seen.errors.length; i-- > 0;) if (seen.errors[i]!.name === "SyntaxError") seen.errors.splice(i, 1);
  }, { waitUntil: "commit", before: stopClock });
  await live.close();
}

/** The page's time stands still, but for what a test lets pass. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
}

/** As a user does it, whatever the browser thinks of the page that is still loading. */
async function shout(page: Page): Promise<void> {
  await page.evaluate(() => {
    (document.querySelector("[name=line]") as HTMLInputElement).value = "hello";
    (document.querySelector("[value=loudly]") as HTMLElement).click();
  });
}

const held = () => {
  const gate = Promise.withResolvers<Response | undefined>();
  return { gate, script: () => gate.promise };
};

/** Why there is no runtime: how the site is, and how what is held comes to its end. */
const failures: Record<string, () => Site & { readonly gate?: PromiseWithResolvers<Response | undefined>; readonly end?: () => Response }> =
  {
    "is not found": () => ({ ...held(), end: () => new Response("Not found", { status: 404 }) }),
    "is not found, and is async": () => ({ ...held(), attributes: { async: true }, end: () => new Response("Not found", { status: 404 }) }),
    "is a script that this browser cannot read": () => ({
      ...held(),
      end: () => new Response("class { #@ }", { headers: { "content-type": "text/javascript" } }),
    }),
    "is blocked by a policy": () => ({ policy: "default-src 'none'; script-src 'nonce-yes'; form-action 'self'" }),
    "is asked of a server that is not there": () => ({ src: "http://127.0.0.1:1/runtime.mjs" }),
  };

Deno.test("where the browser runtime does not come, forms and links are plain HTML", async (test) => {
  await using browser = await launch();
  for (const [name, siteOf] of Object.entries(failures)) {
    await test.step(`it ${name}: a form that was submitted before is sent by the same button`, async () => {
      const { gate, end, ...site } = siteOf();
      await open(browser, { ...site, ...gate && { gate } }, async (page, asked) => {
        await shout(page);
        if (gate) {
          // It is held back as long as the script may come.
          assertEquals(await page.evaluate("nacreEarly.map(([{ type }]) => type).join()"), "click,submit");
          gate.resolve(end!());
        }
        await page.waitForURL(`**${sent}`);
        assertEquals(asked, [sent]);
      });
    });
    await test.step(`it ${name}: a form that is submitted later is sent, and a link followed`, async () => {
      const { gate, end, ...site } = siteOf();
      gate?.resolve(end!());
      await open(browser, { ...site, ...gate && { gate } }, async (page, asked) => {
        await page.waitForFunction(`document.readyState == "complete"`);
        await shout(page);
        await page.waitForURL(`**${sent}`);
        await page.goBack();
        await page.click("a");
        await page.waitForURL("**/followed");
        assertEquals(asked, [sent, "/followed"]);
      });
    });
  }
});

Deno.test("a part of the runtime that does not come: what was submitted is sent as HTML, and the page is live", async () => {
  const { gate, script } = held();
  const failing = (part: string | null) => part === "adopt" ? new Response(null, { status: 404 }) : part === null ? script() : undefined;
  await using browser = await launch();
  await open(browser, { script: failing, gate }, async (page, asked) => {
    await shout(page);
    gate.resolve(undefined);
    await page.waitForURL(`**${sent}`);
    assertEquals(asked, [sent]);
  });
  await open(browser, { script: failing, gate }, async (page) => {
    await page.waitForSelector("[status=live]");
    await shout(page);
    await page.waitForSelector("p");
    assertEquals(await page.evaluate("location.pathname + location.search"), "/");
  });
});

Deno.test("a script that takes 30 s: a submit waits 10 s for it, a link does not; one that comes earlier sends it to the app", async (test) => {
  await using browser = await launch();
  await test.step("after 10 s the form is sent as HTML", async () => {
    const { gate, script } = held();
    await open(browser, { script, gate }, async (page, asked) => {
      await shout(page);
      await page.clock.runFor(submitWaitsMs - 1);
      assertEquals(await page.evaluate("[nacreEarly.length, location.pathname]"), [2, "/"]);
      await page.clock.runFor(1);
      await page.waitForURL(`**${sent}`);
      assertEquals(asked, [sent]);
      gate.resolve(undefined);
    });
  });
  await test.step("before, the app hears of it, and the page stays", async () => {
    const { gate, script } = held();
    await open(browser, { script, gate }, async (page, asked) => {
      await shout(page);
      await page.clock.runFor(submitWaitsMs - 1_000);
      gate.resolve(undefined);
      await page.waitForSelector("p");
      await page.clock.runFor(60_000);
      assertEquals(await page.evaluate("location.pathname + location.search"), "/");
      assertEquals(asked, []);
    });
  });
  await test.step("a link is followed at once", async () => {
    const { gate, script } = held();
    await open(browser, { script, gate }, async (page) => {
      await page.evaluate(() => document.querySelector("a")!.click());
      await page.waitForURL("**/followed");
      gate.resolve(undefined);
    });
  });
  await test.step("a form whose button has gone meanwhile is sent without it", async () => {
    const { gate, script } = held();
    await open(browser, { script, gate }, async (page, asked) => {
      await shout(page);
      await page.evaluate(() => document.querySelector("[value=loudly]")!.remove());
      gate.resolve(new Response(null, { status: 404 }));
      await until(() => asked.length > 0);
      assertEquals(asked, ["/sent?submit=&requestSubmit=&line=hello"]);
    });
  });
});

Deno.test("another script that fails releases nothing, and a submit that a script dispatches is an ordinary event", async () => {
  const { gate, script } = held();
  await using browser = await launch();
  await open(browser, { script, gate }, async (page, asked) => {
    await page.evaluate(() =>
      document.head.append(Object.assign(document.createElement("script"), { type: "module", src: "http://127.0.0.1:1/other.mjs" }))
    );
    await shout(page);
    await page.evaluate(() => document.querySelector("a")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
    await until(async () => await page.evaluate("nacreEarly.length") === 3);
    gate.resolve(undefined);
    await page.waitForSelector("p");
    assertEquals(asked, []);
  });
});
