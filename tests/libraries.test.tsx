/** Libraries as they come from npm, in views that a server runs and Chromium shows. */
import { assertEquals, assertMatch } from "@std/assert";
import { QueryClient } from "@tanstack/preact-query";
import type { ComponentType, Context } from "preact";
import { useState } from "preact/hooks";
import { ErrorBoundary, lazy, LocationProvider, Route, Router, useRoute } from "preact-iso";
import type { Page } from "playwright-core";
import { app, page as htmlPage, runtimeScript, serve } from "../mod.ts";
import { Document } from "../components/document.tsx";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { Icons, inParts, Names, Queried, Routed, shared, Signalled, Todo } from "./libraries_apps.tsx";
import { Twin } from "./twin.ts";

const root = "server-component[status=live]";

/** A page that a test looks at: what it shows, and the patches that came. */
class Looked {
  readonly #patches: string[] = [];
  constructor(readonly page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        if (!/^\["mount"|^\[\d+\]$/.test(String(payload))) this.#patches.push(String(payload));
      });
    });
  }

  /** Waits until an element shows a text. */
  async shows(selector: string, text: string): Promise<void> {
    await this.page.waitForFunction(
      ([selector, text]) => document.querySelector(selector!)?.textContent?.trim().replace(/\s+/g, " ") === text,
      [`${root} ${selector}`, text],
    );
  }

  async click(selector: string): Promise<void> {
    await this.page.click(`${root} ${selector}`);
  }

  /** The patches since the last time. */
  patches(): string[] {
    return this.#patches.splice(0);
  }

  html(selector: string): Promise<string> {
    return this.page.locator(`${root} ${selector}`).evaluate((element) => element.outerHTML.replaceAll("<!---->", ""));
  }
}

/** Shows a component to a browser. What fails on the server fails the test, but for these failures, all of which have to come. */
async function look<Props extends object>(
  component: ComponentType<Props>,
  props: Props,
  act: (looked: Looked, open: (act: (looked: Looked) => Promise<void>) => Promise<void>) => Promise<void>,
  expected: readonly string[] = [],
): Promise<void> {
  const failures: string[] = [];
  // A close that meets an answer on its way is lost, as Deno has it: such a session would wait for its page.
  const live = serve(app(component), {
    flags: props as never,
    linger: 0,
    onError: (error, where) => failures.push(`${where}: ${error}`),
  });
  await using server = serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return htmlPage(Document({ title: "Library" }));
      case "/nacre/runtime.mjs":
        return runtimeScript(request);
      case "/ws":
        return live(request);
      default:
        return new Response("Not found", { status: 404 });
    }
  });
  await using browser = await launch();
  const open = async (act: (looked: Looked) => Promise<void>) => {
    let looked: Looked;
    await visit(browser, server.url, async (page) => {
      await page.waitForSelector(root);
      await act(looked);
    }, { before: async (page) => void (looked = await Promise.resolve(new Looked(page))) });
  };
  await open((looked) => act(looked, open));
  await until(() => live.running === 0);
  assertEquals(failures, expected);
}

Deno.test("deno.lock has one Preact, which all libraries share", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", import.meta.url)));
  const all = Object.keys(npm).filter((name) => /^preact@/.test(name));
  assertEquals(all.length, 1, `${all}`);
  assertMatch(all[0]!, /^preact@11\./);
});

Deno.test("wouter-preact routes each page by a location of its own, and a route is a patch", async () => {
  await look(Routed, {}, async (looked, open) => {
    await looked.click("[id='/users/anna']");
    await looked.shows("h1", "Hello anna");
    looked.patches();
    await looked.click("[id='/users/bert']");
    await looked.shows("h1", "Hello bert");
    assertEquals(looked.patches().length, 1, "the name and the place of the bar, in one");
    assertEquals(await looked.page.locator(`${root} nav`).getAttribute("class"), "user");
    await open(async (other) => void await other.page.waitForSelector("text=home"));
    await looked.click("[id='/app/inner']");
    await looked.shows("#deep", "/inner");
    await looked.click("#deep");
    await looked.shows("h1", "Hello deep");
    await looked.click("[id='/old']");
    await looked.shows("h1", "Hello old");
    await looked.click("#link");
    await looked.shows("h1", "Hello link");
    await looked.click("[id='/none']");
    await looked.page.waitForSelector("text=nowhere");
    // What a handler on the server prevents has happened: a link leads away.
    await looked.click("#real");
    await looked.page.waitForURL("**/users/real");
  });
});

Deno.test("htm renders lists and handlers, and each item has its own state", async () => {
  await look(Todo, {}, async (looked) => {
    await looked.click("#bread b");
    await looked.page.waitForSelector("#bread.done");
    assertEquals(looked.patches().length, 1);
    await looked.page.fill("[name=item]", "honey");
    await looked.click("#add");
    await looked.shows("#honey b", "honey");
    await looked.click("#milk i");
    await looked.page.waitForSelector("#milk", { state: "detached" });
    assertEquals(
      await looked.html("ul"),
      '<ul><li id="bread" class="done"><b>bread</b><i>x</i></li><li id="honey"><b>honey</b><i>x</i></li></ul>',
    );
  });
});

Deno.test("@tanstack/preact-query asks once for two components, and again after a mutation", async () => {
  const names = new Names();
  const client = new QueryClient();
  await look(Queried, { names, client }, async (looked) => {
    await looked.shows("ul", "Anna");
    await looked.shows("output", "1");
    assertEquals(names.asked, 1);
    await looked.click("#add");
    await looked.shows("output", "2");
    await looked.shows("li + li", "Bert 1");
    await looked.shows("#add", "success");
    assertEquals(names.asked, 2);
    names.fails = true;
    await looked.click("#again");
    await looked.shows("p", "failed: no names");
    // What is no data works, and is not kept.
  }, [
    "snapshot: NotStructuredError: Cannot keep model.names: it is an instance of Names. A model that is to go on elsewhere holds data only",
  ]);
  assertEquals(client.isFetching(), 0);
});

Deno.test("lucide-preact draws SVG, which changes where it has changed", async () => {
  await look(Icons, {}, async (looked) => {
    const plus = () =>
      looked.page.locator("svg.plus").evaluate((
        svg,
      ) => [svg.namespaceURI, svg.getAttribute("width"), svg.getAttribute("stroke"), svg.children.length]);
    assertEquals(await plus(), ["http://www.w3.org/2000/svg", "16", "green", 2]);
    await looked.click("#grow");
    await looked.page.waitForSelector("svg.plus[width='32'][height='32']");
    assertEquals(looked.patches().length, 1);
    await looked.click("#done");
    assertEquals(await looked.page.locator("#done path").evaluate((path) => path.namespaceURI), "http://www.w3.org/2000/svg");
    assertEquals(await looked.page.locator("[aria-label=done]").getAttribute("width"), "10");
    await looked.click("#done");
    await looked.shows("#done", "to do");
  });
});

Deno.test("@preact/signals updates holes without running their component, in every page that shows them", async () => {
  const log: string[] = [];
  shared.value = 0;
  await look(
    Signalled,
    { log: (entry) => log.push(entry) },
    async (looked, open) => {
      await looked.click("#own");
      await looked.shows("output", "4");
      assertEquals(await looked.page.locator("output").getAttribute("title"), "4");
      await open(async (other) => {
        await other.click("#shared");
        await other.shows("#shared", "1");
        await other.shows("#own", "1");
      });
      await looked.shows("#shared", "1");
      assertEquals(log, ["run", "run"], "once for each page");
    },
    Array(2).fill(
      "snapshot: NotStructuredError: Cannot keep model.log: it is a function. A model that is to go on elsewhere holds data only",
    ),
  );
});

Deno.test("lazy() and Suspense of preact/compat show what comes later when it has come", async () => {
  const { promise, resolve } = Promise.withResolvers<{ default: ComponentType }>();
  await look(inParts(() => promise as never), {}, async (looked) => {
    await looked.click("#open");
    await looked.shows("p", "coming");
    resolve({ default: ({ children }) => <b>{children} at last</b> });
    await looked.shows("b", "inside at last");
    await looked.click("#open");
    await looked.page.waitForSelector("b", { state: "detached" });
    await looked.click("#open");
    await looked.shows("b", "inside at last");
  });
});

Deno.test("preact-iso routes, and lets the route before stand until a lazy one has come, as it does in Preact", async () => {
  using twin = new Twin((log) => {
    let go!: (url: string) => void;
    let come!: (module: { default: ComponentType }) => void;
    const Late = lazy((): Promise<{ default: ComponentType }> => new Promise((resolve) => come = resolve));
    // Its <LocationProvider> is the browser's: here the place is in a state.
    const Location = (LocationProvider as unknown as { ctx: Context<object> }).ctx;
    const Home = () => <h1>home</h1>;
    function User() {
      const { params } = useRoute();
      log(`user ${params.name}`);
      return <h1>{params.name}</h1>;
    }
    function Site() {
      const [url, route] = useState("/");
      go = route;
      return (
        <Location.Provider value={{ url, path: url, query: {}, route, wasPush: false }}>
          <ErrorBoundary>
            <Router
              onLoadStart={(at) => log(`start ${at}`)}
              onLoadEnd={(at) => log(`end ${at}`)}
              onRouteChange={(at) => log(`change ${at}`)}
            >
              <Route path="/" component={Home} />
              <Route path="/users/:name" component={User} />
              <Route path="/late" component={Late} />
            </Router>
          </ErrorBoundary>
        </Location.Provider>
      );
    }
    return { go: (url: string) => go(url), come: () => come({ default: () => <b>late</b> }), view: () => <Site /> };
  });
  twin.render({});
  twin.act((s) => s.go("/users/anna"));
  twin.act((s) => s.go("/late"));
  assertEquals([twin.html, twin.log], ["<h1>anna</h1>", ["start /late"]]);
  twin.act((s) => s.come());
  await twin.settle();
  await twin.settle();
  assertEquals(twin.html, "<b>late</b>");
  twin.act((s) => s.go("/"));
  assertEquals(twin.html, "<h1>home</h1>");
});
