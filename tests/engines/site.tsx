/** A site of one app for the battery: a page, the browser runtime, the app's link, and what watches the page for errors. */
import type { ComponentChildren, VNode } from "preact";
import { type Live, page, runtimeScript, ServerComponent, type ServerComponentProps } from "../../mod.ts";
import { serveOn0, type Serving } from "../kit.ts";
import { watchSource } from "./tab.ts";

export interface SiteOptions {
  /** More of the document's head, as HTML. */
  readonly head?: string;
  /** What stands around the component. */
  readonly around?: (component: VNode) => ComponentChildren;
  /** Attributes of the component's element. */
  readonly attributes?: Partial<ServerComponentProps>;
  /** The view is in the page. The page waits for its browser runtime until `site.release()`. */
  readonly painted?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers instead of the site, where it answers anything. */
  readonly answer?: (request: Request) => Response | Promise<Response> | undefined;
}

export interface Site extends Serving {
  /** Answers the requests for the browser runtime that a painted page waits for. */
  release(): void;
}

/** Serves a page with an app until the end of the block. */
export function siteOf(live: Live<unknown>, options: SiteOptions = {}): Site {
  const released = Promise.withResolvers<void>();
  if (!options.painted) released.resolve();
  const server = serveOn0(async (request) => {
    if (new URL(request.url).pathname === "/nacre/runtime.mjs") await released.promise;
    return await (options.answer?.(request) ?? respond(live, options, request));
  });
  return {
    ...server,
    release: released.resolve,
    async [Symbol.asyncDispose]() {
      released.resolve();
      await live.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function respond(live: Live<unknown>, options: SiteOptions, request: Request): Response | Promise<Response> {
  switch (new URL(request.url).pathname) {
    case "/":
      return page(<Document live={live} request={request} {...options} />, { headers: { ...options.headers } });
    case "/watch.js":
      return new Response(watchSource, { headers: { "content-type": "text/javascript" } });
    case "/nacre/runtime.mjs":
      return runtimeScript(request);
    case "/ws":
      return live(request);
    default:
      return new Response(`At ${new URL(request.url).pathname}`, { headers: { "content-type": "text/html" } });
  }
}

type DocumentProps = SiteOptions & { readonly live: Live<unknown>; readonly request: Request };

function Document({ live, request, head = "", around = (one) => one, attributes, painted }: DocumentProps): VNode {
  const scripts = `<meta charset="utf-8"><title>Battery</title><link rel="icon" href="data:,"><script src="/watch.js"></script>${head}
<script type="module" src="/nacre/runtime.mjs"></script>`;
  return (
    <html lang="en">
      <head dangerouslySetInnerHTML={{ __html: scripts }} />
      <body>{around(<ServerComponent route="/ws" {...painted && { of: live, request, nonce: "battery" }} {...attributes} />)}</body>
    </html>
  );
}
