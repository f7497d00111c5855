/** A page without a link in a real Chromium, where something between answers its requests, or its server cannot say who it is for a while. */
import { assertEquals } from "@std/assert";
import { app, page, runtimeScript, type Send, serve, ServerComponent } from "../mod.ts";
import { launch, serveOn0, visit } from "./kit.ts";

const counter = app({
  init: () => ({ count: 0 }),
  update: (model, _msg: "up") => ({ count: model.count + 1 }),
  view: (model, send: Send<"up">) => (
    <p>
      <button onClick={send("up")}>+</button>
      <output>{model.count}</output>
      <input />
    </p>
  ),
  name: "counter",
});

const portal = "<!doctype html>\n<p>Please sign in to this network</p>";
const html = { headers: { "content-type": "text/html" } };

/** What answers a request in the place of the app; undefined: `authorize` fails. */
const between: Record<string, ((url: string) => Response) | undefined> = {
  "a page with 200": () => new Response(portal, html),
  "a redirect to a page": (url) => Response.redirect(new URL("/portal", url), 302),
  "nothing with 200": () => new Response(""),
  "a page with 502": () => new Response(portal, { status: 502, ...html }),
  "an authorize that fails": undefined,
};

Deno.test("a page without a link keeps what is in it, and loses and doubles nothing, while something between answers", async () => {
  let answers: string | undefined;
  const live = serve(counter, {
    secret: "the secret of all processes",
    authorize() {
      if (answers) throw new Error("The database is away");
    },
    onError() {},
  });
  await using server = serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return page(
          <html>
            <head>
              <script type="module" src="/runtime.mjs"></script>
            </head>
            <body>
              <ServerComponent route="/ws" method="http" />
            </body>
          </html>,
        );
      case "/runtime.mjs":
        return runtimeScript(request);
      case "/portal":
        return new Response(portal, html);
      default:
        return between[answers ?? ""]?.(request.url) ?? live(request);
    }
  });
  await using browser = await launch();
  for (const what of Object.keys(between)) {
    await visit(browser, server.url, async (page) => {
      await page.waitForSelector("server-component[status=live]");
      await page.click("button");
      await page.waitForFunction(() => document.querySelector("output")!.textContent === "1");
      await page.fill("input", "typed");
      await page.evaluate(() => {
        Object.assign(globalThis, { input: document.activeElement, refused: 0 });
        document.addEventListener("nacre:refused", () => (globalThis as unknown as { refused: number }).refused++);
      });
      const click = () => page.evaluate(() => document.querySelector("button")!.click());
      answers = what;
      await click();
      await page.waitForSelector("server-component[status=offline]");
      await click();
      answers = undefined;
      await page.waitForFunction(() => document.querySelector("output")!.textContent === "3");
      const found = await page.evaluate(() => {
        const { refused, input } = globalThis as unknown as { refused: number; input: Element };
        return { refused, isSame: input === document.activeElement, value: document.querySelector("input")!.value };
      });
      assertEquals(found, { refused: 0, isSame: true, value: "typed" }, what);
    });
  }
  await live.close();
});
