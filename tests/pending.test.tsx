/** What a page shows between an event and its acknowledgement, and that a form is not submitted twice meanwhile. In a real browser. */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { app, page as pageOf, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";

type Method = "ws" | "sse" | "http";

const form = app({
  name: "form",
  init: () => ({ said: [] as readonly string[], isOpen: true }),
  update: (model, msg: string) => msg === "close" ? { ...model, isOpen: false } : { ...model, said: [...model.said, msg] },
  view: ({ said, isOpen }, send) => (
    <main>
      <form id="form" onSubmit={send((event) => `sent ${event.formData.get("line")}`)}>
        {/* They would take the place of the form's own. */}
        <input name="closest" />
        <input name="removeAttribute" />
        <input name="line" />
        <button name="how" value="softly">Say</button>
        <button name="how" value="loudly">Shout</button>
        <button id="add" type="button" onClick={send("added")}>Add</button>
      </form>
      <form id="twice" onSubmit={send("sent again", { resubmit: true })}>
        <button>Again</button>
      </form>
      <p id="streams" onClick={send("clicked", { throttle: 1 })}>Click</p>
      {isOpen && <button id="close" type="button" onClick={send("close")}>Close</button>}
      <output>{said.join()}</output>
    </main>
  ),
});

interface Held {
  readonly page: Page;
  /** Nothing is acknowledged from now on. */
  hold(): void;
  release(): void;
  /** Whether something has been held. */
  answered(): boolean;
  /** Cuts the link. */
  cut(): void;
  /** Another process takes over. */
  restart(): void;
  /** What is marked, by tag and id. */
  marked(): Promise<string>;
}

/** A page whose acknowledgements a test holds. */
async function withForm(browser: Browser, method: Method, look: (held: Held) => Promise<void>, painted = false): Promise<void> {
  const lives = [serve(form, { secret: "at least sixteen characters" })];
  let gate: PromiseWithResolvers<void> | undefined;
  /** A painted page's script comes with `release()`. */
  const scriptGate = Promise.withResolvers<void>();
  let cut = () => {};
  const later: (() => void)[] = [];
  await using server = serveOn0(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/ws") {
      if (request.method === "POST") await gate?.promise;
      return lives.at(-1)!(request);
    }
    if (pathname === "/nacre/runtime.mjs") {
      if (painted && search === "") await scriptGate.promise;
      return runtimeScript(request);
    }
    return pageOf(
      <html lang="en">
        <head>
          <title>Form</title>
          <script type="module" src="/nacre/runtime.mjs"></script>
        </head>
        <body>
          {painted ? <ServerComponent route="/ws" method={method} of={lives.at(-1)} request={request} /> : (
            <form id="around">
              <ServerComponent route="/ws" method={method} />
            </form>
          )}
        </body>
      </html>,
    );
  });
  await visit(browser, server.url, async (page) => {
    if (!painted) await page.waitForSelector("server-component[status=live]");
    await look({
      page,
      hold: () => gate = Promise.withResolvers(),
      release() {
        scriptGate.resolve();
        gate?.resolve();
        gate = undefined;
        for (const say of later.splice(0)) say();
      },
      answered: () => later.length > 0,
      cut: () => cut(),
      restart: () => void lives.push(serve(form, { secret: "at least sixteen characters" })),
      marked: () =>
        page.evaluate(() =>
          [...document.querySelectorAll("[nacre-pending]")].map(({ localName, id }) => id || localName).join() +
          (document.querySelector("server-component:state(pending)") ? " and the state" : "")
        ),
    });
  }, {
    waitUntil: painted ? "commit" : "load",
    before: (page) =>
      page.routeWebSocket(/\/ws/, (route) => {
        const server = route.connectToServer();
        cut = () => void Promise.all([route.close({ code: 4999 }), server.close()]);
        server.onMessage((message) => {
          if (gate) later.push(() => route.send(message));
          else route.send(message);
        });
      }),
  });
  gate?.resolve();
  for (const live of lives) await live.close();
}

const output = (page: Page, text: string) => page.waitForFunction((text) => document.querySelector("output")!.textContent === text, text);

// A stream is closed a moment after its server.
Deno.test({
  name: "between an event and its acknowledgement its element, its form and the component are marked, whatever the link",
  sanitizeResources: false,
  sanitizeOps: false,
}, async (test) => {
  await using browser = await launch();
  for (const method of ["ws", "sse", "http"] as const) {
    await test.step(method, () =>
      withForm(browser, method, async ({ page, hold, release, marked }) => {
        hold();
        await page.click("#add");
        await until(async () => await marked() !== "");
        // Not the form of the page, which the component stands in.
        assertEquals(await marked(), "server-component,form,add and the state");
        await page.fill("[name=line]", "a");
        await page.click("text=Shout");
        assertEquals(await marked(), "server-component,form,add and the state");
        release();
        await output(page, "added,sent a");
        await until(async () => await marked() === "");
      }));
  }
  await test.step("events that come in streams mark nothing", () =>
    withForm(browser, "ws", async ({ page, hold, release, marked }) => {
      hold();
      await page.click("#streams");
      assertEquals(await marked(), "");
      release();
      await output(page, "clicked");
    }));
});

Deno.test("marks go when an event is refused, with a mount, and after a cut", async (test) => {
  await using browser = await launch();
  await test.step("refused", () =>
    withForm(browser, "ws", async ({ page, hold, release, answered, marked }) => {
      await page.evaluate(`refused = ""; addEventListener("nacre:refused", ({ detail }) => refused += detail.reason)`);
      hold();
      await page.click("#close");
      // The server has answered, and the page does not know: what is clicked now is gone there.
      await until(answered);
      await page.click("#close");
      assertEquals(await marked(), "server-component,close and the state");
      release();
      await page.waitForFunction(`refused == "gone"`);
      await until(async () => await marked() === "");
    }));
  await test.step("cut: the mark stays until another link has brought the acknowledgement, and the event counts once", () =>
    withForm(browser, "ws", async ({ page, hold, release, cut, marked }) => {
      hold();
      await page.click("#add");
      cut();
      await page.waitForSelector("[status=offline]");
      assertEquals(await marked(), "server-component,form,add and the state");
      await page.click("#add");
      release();
      await output(page, "added,added");
      await until(async () => await marked() === "");
    }));
  await test.step("a new process without the snapshot mounts: nothing stays marked", () =>
    withForm(browser, "ws", async ({ page, hold, release, cut, restart, marked }) => {
      hold();
      await page.click("#add");
      restart();
      cut();
      await page.waitForSelector("[status=offline]");
      release();
      await page.waitForSelector("[status=live]");
      await until(async () => await marked() === "");
    }));
});

Deno.test("the same submit is sent once while it waits; another button, another text, another click, or resubmit, and it is sent again", async (test) => {
  await using browser = await launch();
  const submits = async (name: string, act: (page: Page) => Promise<void>, said: string) => {
    await test.step(name, () =>
      withForm(browser, "ws", async ({ page, hold, release, marked }) => {
        await page.fill("[name=line]", "a");
        hold();
        await act(page);
        release();
        await until(async () => await marked() === "");
        // What came after it tells that nothing else is on its way.
        await page.click("#streams");
        await output(page, `${said},clicked`);
        assertEquals(await page.evaluate("location.search"), "");
      }));
  };
  await submits("a double click", (page) => page.dblclick("text=Say"), "sent a");
  await submits("Enter, three times", async (page) => {
    await page.focus("[name=line]");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Enter");
  }, "sent a");
  await submits("another text", async (page) => {
    await page.click("text=Say");
    await page.fill("[name=line]", "b");
    await page.click("text=Say");
  }, "sent a,sent b");
  await submits("another button", async (page) => {
    await page.click("text=Say");
    await page.click("text=Shout");
  }, "sent a,sent a");
  await submits("another click in between", async (page) => {
    await page.click("text=Say");
    await page.click("#add");
    await page.click("text=Say");
  }, "sent a,added,sent a");
  await submits("resubmit", async (page) => {
    await page.click("text=Again");
    await page.click("text=Again");
  }, "sent again,sent again");
  await test.step("when it was acknowledged it is sent again", () =>
    withForm(browser, "ws", async ({ page, marked }) => {
      await page.fill("[name=line]", "a");
      for (const said of ["sent a", "sent a,sent a"]) {
        await page.click("text=Say");
        await output(page, said);
        await until(async () => await marked() === "");
      }
    }));
  await test.step("a painted page, before its script is there", () =>
    withForm(browser, "http", async ({ page, release, marked }) => {
      await page.waitForSelector("server-component > script", { state: "attached" });
      await page.evaluate(() => {
        const button = document.querySelector<HTMLElement>("#form > [value=softly]")!;
        for (let i = 0; i < 2; i++) button.click();
      });
      release();
      await page.waitForSelector("[status=live]");
      await until(async () => await marked() === "");
      await page.click("#add");
      await output(page, "sent ,added");
    }, true));
});
