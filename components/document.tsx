/** The page of the demo: a document with the browser runtime and one server component in it. */
import type { ComponentChildren, VNode } from "preact";
import { ServerComponent } from "../mod.ts";

/** What the document takes. */
export interface DocumentProps {
  title: string;
  /** What the component shows until its socket is there. */
  children?: ComponentChildren;
}

const style = `
  body { max-width: 32rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  button { min-width: 3rem; padding: 0.25rem; font: inherit; }
  server-component[status="offline"] { opacity: 0.6; }
`;

/** The whole page. */
export function Document({ title, children }: DocumentProps): VNode {
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
        <ServerComponent route="/ws">{children}</ServerComponent>
      </body>
    </html>
  );
}
