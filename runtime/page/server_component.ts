/** `<ServerComponent>`: the custom element that shows an app in a page. */
import { type ComponentChildren, Fragment, h, jsxTemplate, type VNode } from "../deps.ts";
import type { Painted } from "../app/paint.ts";
import { isDevelopment } from "../app/development.ts";
import { neededBy } from "../browser/needed.ts";
import { jsx } from "../view/jsx.ts";
import { sharesThis } from "../view/more_than_props.ts";
import { tagsAround } from "../view/preact.ts";
import { readingInAll } from "../view/raw_text.ts";
import { captureScript } from "./capture.ts";

/** What {@link ServerComponent} takes. */
export interface ServerComponentProps {
  /** Where the app is served: a path or URL. */
  route: string;
  /** How it is reached: `"ws"` by a WebSocket alone, `"sse"` by server-sent events and POSTs, `"http"` by requests alone; otherwise by what gets through. */
  method?: "ws" | "sse" | "http";
  /** With `method="http"`: how long it waits before it asks what is new, as `5s`, `500ms` or `1m`; without it, only with the next event. */
  poll?: string;
  /** How long the page may be hidden before the element closes its link, as `5m`: it goes on when it is shown. Without it, it stays linked. */
  sleep?: string;
  /** The app's route, as `serve` answered it: its view is painted into the page, which then shows it without a script, and shows it at once. */
  of?: { paint(request: Request): Painted | Promise<Painted> } | undefined;
  /** The request for the page; with `of`. */
  request?: Request;
  /** Where the page has the browser runtime from (`runtimeScript`), as `/nacre/runtime.mjs`; with `of`: the page preloads the parts that the view needs. */
  runtime?: string | undefined;
  /** For a Content-Security-Policy that asks for one: the nonce of the script that keeps what a user does to a painted view too early. */
  nonce?: string | undefined;
  /** Shown until the app is there, where nothing is painted; where the view is in a shadow root, in its slots. */
  children?: ComponentChildren;
  /** Any other attribute of the element: an `id`, or one that the app hears of (`onAttribute`). */
  [attribute: string]: unknown;
}

/**
 * The element `<server-component route="/ws">`, with whatever other attributes it is given. With `of` and `request` the view of the app is
 * in it; where `authorize` or `flags` answer a promise, the page has to be made by `pageAsync`.
 *
 * @throws {TypeError} for `of` without `request`.
 *
 * @example
 * ```tsx
 * import { page, ServerComponent } from "@nacre/nacre";
 *
 * const response = page(<body><ServerComponent route="/ws">One moment</ServerComponent></body>);
 * console.log(await response.text());
 * ```
 *
 * @example A view that is there without a script
 * ```tsx
 * import { app, page, serve, ServerComponent } from "@nacre/nacre";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const live = serve(app({ init: () => "World", update: (model) => model, view: (model) => <p>Hello {model}</p> }));
 * const request = new Request("http://localhost/");
 * const response = page(<body><ServerComponent of={live} request={request} route="/ws" /></body>);
 * assertStringIncludes(await response.text(), "<p>Hello World</p>");
 * ```
 */
export function ServerComponent(this: unknown, props: ServerComponentProps): VNode {
  // Said here, so that a bundle for a page may leave this function out.
  sharesThis(ServerComponent);
  const { children, of, request, nonce, runtime, ...attributes } = props;
  const unpainted = () => jsx("server-component", { ...attributes, children });
  if (!of) return unpainted();
  if (!request) throw new TypeError("Cannot paint a server component: `of` needs `request`, the request for the page");
  const around = this ? tagsAround(this) ?? [] : [];
  if (readingInAll(around) !== "raw") {
    warnOnce(
      `cannot paint a server component in <${around.join("> <")}>, where the parser may read its view otherwise: it will be mounted`,
    );
    return unpainted();
  }
  const { html, root = 0 } = painted(props, of.paint, request);
  if (html === "") return unpainted();
  const nonced = nonce !== undefined && { nonce };
  const base = runtime?.replace(/\?.*$/, "");
  const needed = base === undefined ? [] : neededParts(html, props.method);
  return h(
    Fragment,
    null,
    ...needed.map((part) => h("link", { rel: "modulepreload", href: `${base}?part=${part}`, ...nonced })),
    h("script", { ...nonced, dangerouslySetInnerHTML: { __html: captureScript } }),
    // What is in a shadow root shows its children in slots.
    jsx("server-component", {
      ...attributes,
      children: jsxTemplate([html.slice(0, root), html.slice(root)], root > 0 ? children : null),
    }),
  );
}

/** The parts of the browser runtime that a painted view is taken over and linked with. */
function neededParts(html: string, method: ServerComponentProps["method"]): readonly string[] {
  const link = method === "sse" || method === "http" ? ["watch", "fallback"] : ["watch"];
  // Where it cannot be taken over, no script is at the end.
  if (!html.endsWith("</script>")) return link;
  // In the description no `<` stands by itself.
  const start = '<script type="application/json">';
  const text = html.slice(html.lastIndexOf(start) + start.length, -"</script>".length);
  return ["adopt", ...link, ...neededBy(JSON.parse(text), text)];
}

const warned = new Set<string>();

/** Tells a developer, once. Tags stand in the source of a page: few. */
function warnOnce(message: string): void {
  if (!isDevelopment() || warned.has(message) || warned.size >= 100) return;
  warned.add(message);
  console.warn(`nacre: ${message}`);
}

/** What is painted, by the props of the component: where one waits, it and others are rendered again with the same. */
const paintings = new WeakMap<object, { painted?: Painted; ready?: Promise<void> }>();

function painted(props: object, paint: (request: Request) => Painted | Promise<Painted>, request: Request): Painted {
  let painting = paintings.get(props);
  if (!painting) {
    const made: { painted?: Painted; ready?: Promise<void> } = painting = {};
    const given = paint(request);
    if (given instanceof Promise) {
      made.ready = given.then((painted) => {
        made.painted = painted;
      });
    } else made.painted = given;
    paintings.set(props, made);
  }
  if (painting.painted) return painting.painted;
  // As Preact's `lazy` does: who renders waits for it.
  throw painting.ready;
}
