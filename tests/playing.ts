/** Tests of an app in a page of Chromium, once on a server and once in the page: a change of the tag must keep the behaviour. */
import type { Page } from "playwright-core";
import { type App, runtimeScript, serve } from "../mod.ts";
import { denoBundle } from "./bundle.ts";
import { launch, type Seen, serveOn0, type Serving, visit } from "./kit.ts";

export type Life = "live" | "mounted";

export interface Stage {
  readonly page: Page;
  readonly seen: Seen;
  readonly server: Serving;
  /** Waits until the app shows this in its `<output>`, in the page or in an open shadow root. */
  shows(text: string): Promise<void>;
}

/** What else there is. */
export interface Around {
  /** Answers other addresses than those of the page and the app. */
  readonly others?: (request: Request) => Response | Promise<Response> | undefined;
  /** What stands in the document's head. */
  readonly head?: string;
}

/** What a test is given: the app's name, the page's HTML with the element as `<x-app ...>`, what happens, and what else there is. */
export type Play<Name extends string> = [
  name: Name,
  html: string,
  act: (stage: Stage, life: Life) => Promise<void>,
  around?: Around,
];

/** The script of the page, in `html`. */
export const script = `<script type="module" src="/page.js"></script>`;

/** For these apps, which a script, by its path, `define`s as `my-NAME`: acts in a page with one of them. */
export function playing<Apps extends object>(
  apps: Apps,
  path: string,
): (life: Life, ...play: Play<Extract<keyof Apps, string>>) => Promise<void> {
  let bundled: Promise<string> | undefined;
  return async (life, name, html, act, { others, head = "" } = {}) => {
    const bundle = life === "live" ? undefined : await (bundled ??= denoBundle(path));
    const live = serve(apps[name] as App<unknown, unknown>);
    const tag = life === "live" ? "server-component" : `my-${name}`;
    const body = html.replaceAll("<x-app", `<${tag} route="/ws"`).replaceAll("</x-app", `</${tag}`).replaceAll("x-app", tag);
    await using server = serveOn0((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/ws") return live(request);
      if (pathname === "/page.js") {
        return bundle === undefined ? runtimeScript(request) : new Response(bundle, { headers: { "content-type": "text/javascript" } });
      }
      if (pathname !== "/") {
        return others?.(request) ?? request.text().then((text) => new Response(`${request.method} ${pathname} ${text}`));
      }
      return new Response(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head}<body>${body}`, {
        headers: { "content-type": "text/html" },
      });
    });
    await using browser = await launch();
    await visit(browser, server.url, (page, seen) =>
      act({
        page,
        seen,
        server,
        shows: async (text) =>
          void await page.waitForFunction((text) => {
            const roots = [...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []);
            return [document, ...roots].some((root) => root.querySelector("output")?.textContent === text);
          }, text),
      }, life), { permissions: ["clipboard-read", "clipboard-write"] });
    // Those whose links were cut would wait for them.
    await live.close();
  };
}
