/** The page of the demo: a document with the browser runtime and one server component in it. */
import type { ComponentChildren, VNode } from "preact";
import { ServerComponent, type ServerComponentProps } from "../mod.ts";

/** What the document takes. */
export interface DocumentProps {
  title: string;
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
  :root { color-scheme: light dark; --quiet: dimgray; --panel: whitesmoke; --bubble: white; --star: silver; }
  @media (prefers-color-scheme: dark) { :root { --quiet: darkgray; --panel: #333; --bubble: #555; --star: dimgray; } }
  body { max-width: 32rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-bottom: 1rem; }
  .hint { margin-bottom: 1rem; color: var(--quiet); }
  button { min-width: 3rem; padding: 0.25rem; font: inherit; }
  server-component { display: block; }
  server-component[status="offline"] { opacity: 0.6; }
  server-component:is([status="connecting"], [status="offline"]):empty::after { content: "Offline: the server is not there."; }
  server-component[status="refused"]:empty::after { content: "The server does not let this page in."; }

  .rating button[aria-label] { min-width: 0; border: 0; background: none; color: var(--star); font-size: 1.5rem; }
  .rating button[aria-pressed="true"] { color: orange; }
  .rating { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0; }
  .rating output { margin: 0 1rem; font-size: 1.5rem; }
  section { margin-top: 2rem; }
  section button { margin: 0 0.5rem 0.5rem 0; }

  .chat ol { display: flex; flex-direction: column-reverse; gap: 0.5rem; height: 16rem; margin: 0; padding: 0.5rem; overflow-y: auto; background: var(--panel); }
  .chat li { max-width: 75%; padding: 0.25rem 0.75rem; border-radius: 1rem; list-style: none; white-space: pre-line; }
  .chat .you { align-self: end; background: royalblue; color: white; }
  .chat .bot { align-self: start; background: var(--bubble); }
  .chat textarea { box-sizing: border-box; width: 100%; margin-top: 0.5rem; padding: 0.5rem; font: inherit; field-sizing: content; resize: none; }
  ::placeholder { color: var(--quiet); opacity: 1; }

  .board svg { display: block; width: 100%; margin-bottom: 0.5rem; background: whitesmoke; cursor: crosshair; touch-action: none; }
  .board circle { pointer-events: none; }
  .board button { width: 2rem; min-width: 0; height: 2rem; margin-right: 0.5rem; border: 3px solid var(--bubble); border-radius: 50%; }
  .board button[aria-pressed="true"] { outline: 2px solid CanvasText; }
`;

/** The whole page. */
export function Document({ title, route = "/ws", live, request, attributes, links = [], hint, children, below }: DocumentProps): VNode {
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
        {links.length > 0 && <nav>{links.map((link) => <a key={link.path} href={link.path}>{link.title}</a>)}</nav>}
        {hint && <div class="hint">{hint}</div>}
        <ServerComponent route={route} of={request && live} runtime="/nacre/runtime.mjs" {...request && { request }} {...attributes}>
          {children}
        </ServerComponent>
        {below}
      </body>
    </html>
  );
}
