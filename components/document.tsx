/** The page of the demo: a document with the browser runtime and one server component in it. */
import type { ComponentChildren, VNode } from "preact";
import { ServerComponent, type ServerComponentProps } from "../mod.ts";

/** What the document takes. */
export interface DocumentProps {
  title: string;
  /** Whether the title is the page's heading; else the component has one. */
  heading?: boolean;
  /** Where the component is served. */
  route?: string;
  /** What serves it, and the request for this page: the component is painted into it. */
  live?: ServerComponentProps["of"];
  request?: Request;
  /** Attributes of the component's element. */
  attributes?: Partial<ServerComponentProps>;
  /** The pages of the demo, for the list at the top. */
  links?: readonly { path: string; title: string }[];
  /** What there is to try. */
  hint?: ComponentChildren;
  /** What the component shows until its socket is there. */
  children?: ComponentChildren;
  /** What comes below the component. */
  below?: ComponentChildren;
}

const style = `
  :root { color-scheme: light dark; background: Canvas; color: CanvasText; --quiet: dimgray; --panel: whitesmoke; --bubble: white; --star: #767676; --lit: #a34900; }
  @media (prefers-color-scheme: dark) { :root { --quiet: darkgray; --panel: #333; --bubble: #555; --star: #949494; --lit: orange; } }
  body { max-width: 32rem; margin: 3rem auto; padding: 0 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif; }
  nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-bottom: 1rem; }
  .hint { margin-bottom: 1rem; color: var(--quiet); }
  button { min-width: 3rem; padding: 0.25rem; font: inherit; }
  server-component { display: block; }
  nav a[aria-current] { font-weight: bold; }

  /* What the link's state is, in words: see the script below. */
  #link:not(:empty) { position: fixed; inset: auto 0 0; padding: 0.75rem 1rem; border-top: 2px solid; background: Canvas; color: CanvasText; text-align: center; }
  /* What waits for the server, after 0.3 s: a fast answer shows nothing. */
  @keyframes wait { to { outline: 2px dashed; outline-offset: 2px; } }
  [nacre-pending]:is(button, textarea) { animation: wait 0s 0.3s forwards; cursor: progress; }

  .rating button[aria-label] { min-width: 0; border: 0; background: none; color: var(--star); font-size: 1.5rem; }
  .rating button[aria-pressed="true"] { color: var(--lit); }
  .rating { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0; }
  .rating output { margin: 0 1rem; font-size: 1.5rem; }
  section { margin-top: 2rem; }
  section button { margin: 0 0.5rem 0.5rem 0; }

  /* Reversed, with one child: the end is in sight, and stays so. */
  .chat [role="log"] { display: flex; flex-direction: column-reverse; height: 16rem; padding: 0.5rem; border: 1px solid transparent; overflow-y: auto; background: var(--panel); }
  .chat ol { display: flex; flex-direction: column; gap: 0.5rem; margin: 0; padding: 0; }
  .chat li { max-width: 75%; padding: 0.25rem 0.75rem; border: 1px solid transparent; border-radius: 1rem; list-style: none; white-space: pre-line; }
  .chat li button { min-width: 0; margin-left: 0.5rem; padding: 0 0.5rem; border: 0; background: none; color: inherit; }
  .chat li button::after { content: "×"; }
  .chat .you { align-self: end; background: royalblue; color: white; }
  .chat .bot { align-self: start; background: var(--bubble); }
  .chat textarea { box-sizing: border-box; width: 100%; margin-top: 0.5rem; padding: 0.5rem; font: inherit; field-sizing: content; resize: none; }
  ::placeholder { color: var(--quiet); opacity: 1; }

  .board svg { display: block; width: 100%; margin-bottom: 0.5rem; background: whitesmoke; cursor: crosshair; touch-action: none; }
  .board circle, .board path { pointer-events: none; }
  .board path { visibility: hidden; fill: none; stroke: black; stroke-width: 2; }
  .board svg:focus-visible path { visibility: visible; }
  .board button { width: 2rem; min-width: 0; height: 2rem; margin-right: 0.5rem; border: 3px solid var(--bubble); border-radius: 50%; }
  .board button[aria-pressed="true"] { outline: 2px solid CanvasText; }

  /* Where the user has chosen the colours: what a colour says is said otherwise, and paint stays what it is. */
  @media (forced-colors: active) {
    .rating button[aria-label] { forced-color-adjust: none; color: GrayText; }
    .rating button[aria-pressed="true"] { color: Highlight; }
    .board button, .board svg { forced-color-adjust: none; }
    .chat .you { border-color: Highlight; }
  }
`;

/** Says in words how the link is, when it has been so for a second: a short cut is not worth a word. */
const script = `
  const words = {
    offline: "The connection is lost. What you do is kept, and sent when it is back.",
    failed: "Something went wrong on the server. Trying again.",
    refused: "The server does not let this page in.",
    unsupported: "This browser is too old for this page to be live.",
  };
  const notice = document.querySelector("#link");
  let timer;
  const say = (status) => {
    clearTimeout(timer);
    timer = setTimeout(() => notice.textContent = words[status] ?? "", words[status] ? 1000 : 0);
  };
  say(document.querySelector("server-component").getAttribute("status"));
  addEventListener("nacre:status", ({ detail }) => say(detail));
`;

/** The whole page. */
export function Document(
  { title, heading = false, route = "/ws", live, request, attributes, links = [], hint, children, below }: DocumentProps,
): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <script type="module" src="/nacre/runtime.mjs"></script>
        <style>{style}</style>
      </head>
      <body>
        {links.length > 0 && (
          <nav aria-label="Examples">
            {links.map((link) => (
              <a key={link.path} href={link.path} aria-current={link.title === title ? "page" : undefined}>{link.title}</a>
            ))}
          </nav>
        )}
        <main>
          {heading && <h1>{title}</h1>}
          {hint && <div class="hint">{hint}</div>}
          <ServerComponent route={route} of={request && live} runtime="/nacre/runtime.mjs" {...request && { request }} {...attributes}>
            {children}
          </ServerComponent>
          {below}
        </main>
        {/* Empty as long as all is well; a screen reader says what comes into it, when it has said what it is at. */}
        <div id="link" role="status"></div>
        <script type="module" dangerouslySetInnerHTML={{ __html: script }}></script>
      </body>
    </html>
  );
}
