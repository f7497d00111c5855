/** `<ServerComponent>`: the custom element that shows an app in a page. */
import { type ComponentChildren, h, type VNode } from "../deps.ts";
import { NotYetError } from "../app/effect.ts";

/** What {@link ServerComponent} takes. */
export interface ServerComponentProps {
  /** Where the app is served: a path or URL. */
  route: string;
  /** How it is reached; only `"ws"` for now. */
  method?: "ws" | "sse" | "http";
  /** Shown until the app is there. */
  children?: ComponentChildren;
  /** Any other attribute of the element: an `id`, or one that the app hears of (`onAttribute`). */
  [attribute: string]: unknown;
}

/**
 * The element `<server-component route="/ws">`, with whatever other attributes it is given.
 *
 * @throws {NotYetError} for a method other than `"ws"`.
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
  const { method, children, ...attributes } = props;
  if (method !== undefined && method !== "ws") throw new NotYetError(`method="${method}"`, 'use "ws"');
  return h("server-component", attributes as Record<never, never>, children);
}
