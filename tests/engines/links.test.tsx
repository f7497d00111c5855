/** The battery: the ways to the server, large messages, strict policies, and servers that go away. */
import { assert, assertEquals } from "@std/assert";
import { app, type Live, serve } from "../../mod.ts";
import { until } from "../kit.ts";
import { Program } from "../program.ts";
import { Proxy } from "../proxy.ts";
import { battery } from "./battery.ts";
import { siteOf } from "./site.tsx";
import type { Tab } from "./tab.ts";

const counter = () =>
  serve(app({
    name: "counter",
    init: () => 0,
    update: (count, step: number) => count + step,
    view: (count, send) => (
      <main>
        <button id="up" onClick={send(1)}>Up</button>
        <button id="down" onClick={send(-1)}>Down</button>
        <output>{count}</output>
      </main>
    ),
  }));

/** What asks the site for its link, by kind. */
function counting(live: Live<unknown>, refuse: (request: Request) => boolean = () => false) {
  const kinds: string[] = [];
  const answer = (request: Request) => {
    if (new URL(request.url).pathname !== "/ws") return undefined;
    const stream = request.headers.get("accept")?.includes("text/event-stream");
    kinds.push(request.headers.get("upgrade") === "websocket" ? "ws" : stream ? "sse" : request.method);
    return refuse(request) ? new Response("Not here", { status: 502 }) : live(request);
  };
  return { kinds, answer };
}

async function countsBy(tab: Tab, method: "ws" | "sse" | "http"): Promise<void> {
  const live = counter();
  const { kinds, answer } = counting(live);
  await using site = siteOf(live, { attributes: { method }, answer });
  await tab.open(site.url);
  await tab.live();
  for (const [button, count] of [["#up", "1"], ["#up", "2"], ["#down", "1"]] as const) {
    await tab.click(button);
    await tab.shows("output", count);
  }
  for (let i = 0; i < 5; i++) await tab.click("#up");
  await tab.shows("output", "6");
  if (method === "ws") assertEquals(kinds, ["ws"]);
  else assert(!kinds.includes("ws") && kinds.includes("sse") === (method === "sse"), kinds.join());
}

battery("links", {
  "a WebSocket": (tab) => countsBy(tab, "ws"),
  "server-sent events, and POSTs": (tab) => countsBy(tab, "sse"),
  "requests alone": (tab) => countsBy(tab, "http"),

  "sockets that are refused: server-sent events by themselves": async (tab) => {
    const live = counter();
    const { kinds, answer } = counting(live, (request) => request.headers.get("upgrade") === "websocket");
    await using site = siteOf(live, { answer });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("output", "1");
    assertEquals(kinds.slice(0, 2), ["ws", "ws"]);
    assert(kinds.includes("sse"), kinds.join());
  },

  // Firefox remembers an address that failed; nothing but another address helps.
  "a part that could not be loaded is loaded for the next link": async (tab) => {
    const live = counter();
    let asked = 0;
    const answer = (request: Request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/ws") return live(request);
      if (searchParams.get("part") !== "fallback" || ++asked > 1) return undefined;
      return new Response("Not now", { status: 503 });
    };
    await using site = siteOf(live, { attributes: { method: "sse" }, answer });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("output", "1");
    assertEquals(asked, 2);
    // The page says what failed, once.
    const errors = await tab.evaluate(() => (globalThis as unknown as { pageErrors: string[] }).pageErrors.splice(0));
    assertEquals(errors.length, 1, errors.join());
    assert(/module/.test(errors[0]!), errors.join());
  },

  "large messages arrive compressed, and in order": async (tab) => {
    const line = "A line that is long enough. ".repeat(8);
    const pages = app({
      init: () => 0,
      update: (count, _msg: "more") => count + 1,
      view: (count, send) => (
        <main>
          <button id="up" onClick={send("more")}>More</button>
          <output>{count}</output>
          <ol>{Array.from({ length: count * 100 }, (_, i) => <li key={i}>{`${i} ${line}`}</li>)}</ol>
        </main>
      ),
    });
    const head = `<script>
      binary = 0;
      globalThis.WebSocket = class extends WebSocket {
        constructor(...given) {
          super(...given);
          this.addEventListener("message", ({ data }) => binary += typeof data !== "string");
        }
      };
    </script>`;
    await using site = siteOf(serve(pages), { head });
    await tab.open(site.url);
    await tab.live();
    for (let i = 0; i < 3; i++) await tab.click("#up");
    await tab.shows("output", "3");
    await tab.until(() => document.querySelectorAll("li").length === 300);
    const [binary, first, last] = await tab.evaluate(() => [
      (globalThis as unknown as { binary: number }).binary,
      document.querySelector("li")!.textContent,
      document.querySelector("li:last-child")!.textContent,
    ]);
    assert(Number(binary) > 0, "no message was compressed");
    assertEquals([first, last], [`0 ${line}`, `299 ${line}`]);
  },

  "a strict policy, with Trusted Types where they are": async (tab) => {
    const policy =
      "default-src 'none'; script-src 'self'; connect-src 'self' ws:; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";
    const styled = app({
      init: () => 1,
      update: (count, _msg: "up") => count + 1,
      view: (count, send) => (
        <main>
          <button id="up" style={{ width: count * 50 }} onClick={send("up")}>{count}</button>
          <svg width="10" height="10">
            <circle cx={count} cy="5" r="2" />
          </svg>
        </main>
      ),
    });
    await using site = siteOf(serve(styled), { headers: { "content-security-policy": policy } });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#up");
    await tab.until(() => document.querySelector<HTMLElement>("#up")!.offsetWidth === 100);
    assertEquals(await tab.evaluate(() => document.querySelector("circle")!.getAttribute("cx")), "2");
  },

  "a link that is cut: the page resumes where it was": async (tab) => {
    const live = counter();
    await using site = siteOf(live);
    await using proxy = new Proxy();
    proxy.port = Number(new URL(site.url).port);
    await tab.open(proxy.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("output", "1");
    await tab.evaluate(() => document.querySelector("main")!.setAttribute("mark", "same"));
    for (const count of ["2", "3"]) {
      proxy.cut();
      await tab.click("#up");
      await tab.shows("output", count);
    }
    await tab.live();
    assertEquals(await tab.evaluate(() => document.querySelector("main")!.getAttribute("mark")), "same");
    assertEquals(live.running, 1);
  },

  "a killed server: another process continues, nothing is lost or doubled": async (tab) => {
    await using proxy = new Proxy();
    await using first = new Program("killed_program.tsx", ["--allow-net"]);
    proxy.port = await first.port;
    await tab.open(proxy.url);
    await tab.live();
    await tab.click("#text");
    await tab.type("before ");
    await tab.shows("output", "before");
    await tab.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
    await tab.shows("ol", "0");
    await tab.type("and ");
    await first.kill();
    proxy.cut();
    // Typed while there is no server.
    await tab.type("after");
    await tab.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
    await using second = new Program("killed_program.tsx", ["--allow-net"]);
    proxy.port = await second.port;
    await tab.live();
    await tab.shows("ol", "01");
    await tab.shows("output", "before and after");
    assertEquals(
      await tab.evaluate(() => [document.activeElement?.id, document.querySelector<HTMLInputElement>("#text")!.value]),
      ["text", "before and after"],
    );
  },

  "a server that is gone: offline, and live when it is back": async (tab) => {
    const live = counter();
    await using site = siteOf(live);
    await using proxy = new Proxy();
    proxy.port = Number(new URL(site.url).port);
    await tab.open(proxy.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("output", "1");
    const port = proxy.port;
    proxy.port = 1;
    proxy.cut();
    await tab.until(() => document.querySelector("server-component")!.getAttribute("status") === "offline");
    await tab.shows("output", "1");
    proxy.port = port;
    await tab.live();
    await tab.shows("output", "1");
    await until(() => live.running === 1);
  },

  "a reload is a new visit": async (tab) => {
    await using site = siteOf(serve(
      app({
        name: "kept",
        init: () => 0,
        update: (count, _msg: "up") => count + 1,
        view: (count, send) => <button id="up" onClick={send("up")}>{count}</button>,
      }),
      { linger: 30_000 },
    ));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("#up", "1");
    await tab.reload();
    await tab.live();
    await tab.shows("#up", "0");
  },
});
