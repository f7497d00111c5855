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
}

/**
 * The element `<server-component route="/ws">`.
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
  if (props.method !== undefined && props.method !== "ws") throw new NotYetError(`method="${props.method}"`, 'use "ws"');
  return h("server-component", { route: props.route } as Record<never, never>, props.children);
}
