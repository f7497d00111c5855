/** `<ServerComponent>`: the custom element that shows an app in a page. */
import { type ComponentChildren, h, type VNode } from "../deps.ts";

/** What {@link ServerComponent} takes. */
export interface ServerComponentProps {
  /** Where the app is served: a path or URL. */
  route: string;
  /** How it is reached: `"ws"` by a WebSocket alone, `"sse"` by server-sent events and POSTs, `"http"` by requests alone; otherwise by what gets through. */
  method?: "ws" | "sse" | "http";
  /** With `method="http"`: how long it waits before it asks what is new, as `5s` or `500ms`; without it, only with the next event. */
  poll?: string;
  /** Shown until the app is there. */
  children?: ComponentChildren;
  /** Any other attribute of the element: an `id`, or one that the app hears of (`onAttribute`). */
  [attribute: string]: unknown;
}

/**
 * The element `<server-component route="/ws">`, with whatever other attributes it is given.
 *
 * @example
 * ```tsx
 * import { page, ServerComponent } from "@nacre/nacre";
 *
 * const response = page(<body><ServerComponent route="/ws">One moment</ServerComponent></body>);
 * console.log(await response.text());
 * ```
 */
export function ServerComponent(props: ServerComponentProps): VNode {
  const { children, ...attributes } = props;
  return h("server-component", attributes as Record<never, never>, children);
}
