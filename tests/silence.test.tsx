/** Networks that go silent without a word, and servers that let nobody in, in Chromium with a proxy on the way. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { app, runtimeScript, serve } from "../mod.ts";
import { Proxy } from "./proxy.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";

/** Passes bytes both ways, until it swallows them: what comes is read, and goes nowhere. Connections that come then are swallowed as well. */
class Hole implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #running: Promise<unknown>[] = [];
  /** How many were accepted. */
  accepted = 0;
  /** Connections up to this number are swallowed. */
  #swallowed = 0;
  /** Whether what comes from now on is swallowed. */
  swallowsNew = false;

  constructor(readonly port: number) {
    this.#running.push(this.#accept());
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Those that are there go silent. */
  swallow(): void {
    this.#swallowed = this.accepted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for await (const from of this.#listener) {
      const number = ++this.accepted;
      if (this.swallowsNew) this.#swallowed = number;
      this.#running.push(this.#pass(from, number).catch(() => {}));
    }
  }

  async #pass(from: Deno.Conn, number: number): Promise<void> {
    const to = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const pump = async (from: Deno.Conn, to: Deno.Conn) => {
      this.#connections.add(from);
      try {
        const buffer = new Uint8Array(65_536);
        for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
          for (let at = 0; at < count && number > this.#swallowed;) at += await to.write(buffer.subarray(at, count));
        }
      } catch {
        // It was closed.
      }
      // The end is swallowed, too.
      if (number > this.#swallowed) { for (const connection of [from, to]) this.#close(connection); }
    };
    await Promise.all([pump(from, to), pump(to, from)]);
  }

  #close(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  }
}

const counter = app({
  name: "counter",
  init: () => 0,
  update: (n: number, _msg: "up") => n + 1,
  view: (n, send) => <button type="button" id="up" onClick={send("up")}>{n}</button>,
});

function site(method: string, authorize?: (request: Request) => Response | "user") {
  const live = serve(counter, { secret: "only for these tests, 16 or more", ...(authorize && { authorize }) } as never);
  const server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    const html = `<!doctype html><title>Silence</title><script type="module" src="/nacre/runtime.mjs"></script>
      <server-component route="/ws" ${method && `method="${method}"`}></server-component>`;
    return new Response(html, { headers: { "content-type": "text/html", connection: "close" } });
  });
  return { live, server };
}

const shown = (page: Page, text: string, timeout = 90_000) =>
  page.waitForFunction((text) => document.querySelector("#up")?.textContent === text, text, { timeout });
const statusOf = (page: Page) => page.evaluate(() => document.querySelector("server-component")!.getAttribute("status"));

// All at once: what takes long is the waiting.
Deno.test("a link that goes silent is noticed, and what was clicked meanwhile is counted once", async (test) => {
  await using browser = await launch();
  await Promise.all((["ws", "sse", "http"] as const).map(async (method) => {
    const { live, server } = site(method);
    await using _server = server;
    await using hole = new Hole(Number(new URL(server.url).port));
    await visit(browser, hole.url, async (page) => {
      await shown(page, "0");
      await page.click("#up");
      await shown(page, "1");
      hole.swallow();
      const started = performance.now();
      for (let i = 0; i < 3; i++) await page.click("#up");
      await shown(page, "4");
      const ms = performance.now() - started;
      // 15 s, looked at every 5, and a busy machine; a request may be given a silent connection once more by its browser.
      assert(ms < (method === "http" ? 85_000 : 40_000), `${method}: ${ms} ms`);
      await page.click("#up");
      await shown(page, "5");
    });
    await live.close();
  }));
  await test.step("an idle link is probed when the page is shown again", async () => {
    const { live, server } = site("ws");
    await using _server = server;
    await using hole = new Hole(Number(new URL(server.url).port));
    await visit(browser, hole.url, async (page) => {
      await shown(page, "0");
      const before = hole.accepted;
      hole.swallow();
      await page.evaluate(() => globalThis.dispatchEvent(new PageTransitionEvent("pageshow")));
      // Nobody has clicked: only the probe can tell.
      await until(async () => hole.accepted > before && await statusOf(page) === "live", 60_000);
    });
    await live.close();
  });
});

Deno.test("an upgrade that is never answered is given up, and another way is taken", async () => {
  const { live, server } = site("");
  await using _server = server;
  await using browser = await launch();
  // Something between takes sockets, and never says a word; all else gets through.
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector("#up", { timeout: 90_000 });
    assertEquals(await statusOf(page), "live");
    assertEquals(await page.evaluate(() => (globalThis as unknown as { tried: number }).tried), 2);
  }, {
    before: async (page) => {
      await page.addInitScript(() => {
        (globalThis as unknown as { tried: number }).tried = 0;
        globalThis.WebSocket = class {
          constructor() {
            (globalThis as unknown as { tried: number }).tried++;
          }
          close() {}
        } as unknown as typeof WebSocket;
      });
    },
  });
  await live.close();
});

Deno.test("a login that has expired is said to the page, and a renewed one comes back by itself", async () => {
  let isIn = true;
  const { live, server } = site("", () => isIn ? "user" as const : new Response("Who are you?", { status: 401 }));
  await using _server = server;
  await using proxy = new Proxy();
  proxy.port = Number(new URL(server.url).port);
  await using browser = await launch();
  await visit(browser, proxy.url, async (page) => {
    await shown(page, "0");
    await page.click("#up");
    await shown(page, "1");
    await page.evaluate(() => {
      const said: unknown[] = (globalThis as unknown as { said: unknown[] }).said = [];
      document.addEventListener(
        "nacre:status",
        (event) => said.push([(event as CustomEvent).detail, (event as unknown as { code: number }).code]),
      );
    });
    isIn = false;
    proxy.cut();
    await until(async () => await statusOf(page) === "refused", 60_000);
    const said = () => page.evaluate(() => (globalThis as unknown as { said: unknown[] }).said);
    assertEquals((await said()).at(-1), ["refused", 401]);
    // It goes on trying.
    isIn = true;
    await until(async () => await statusOf(page) === "live", 60_000);
    assertEquals((await said()).at(-1), ["live", 0]);
    // Not once has it said that it was connecting.
    assertEquals((await said() as [string][]).filter(([status]) => status === "connecting"), []);
    await page.click("#up");
    await shown(page, "2");
  });
  await live.close();
});

Deno.test("requests that hang do not hold every connection to their host: the page comes back when the network does", async () => {
  const { live, server } = site("http");
  await using _server = server;
  await using hole = new Hole(Number(new URL(server.url).port));
  await using browser = await launch();
  await visit(browser, hole.url, async (page) => {
    await shown(page, "0");
    await page.click("#up");
    await shown(page, "1");
    hole.swallow();
    hole.swallowsNew = true;
    await page.click("#up");
    // Ten minutes for the page: more tries than there are connections.
    for (let second = 0; second < 600; second += 5) await page.clock.runFor(5_000);
    hole.swallowsNew = false;
    await until(async () => {
      await page.clock.runFor(1_000);
      return await page.textContent("#up") === "2";
    }, 30_000);
    assertEquals(await statusOf(page), "live");
  }, { before: (page) => page.clock.install() });
  await live.close();
});
