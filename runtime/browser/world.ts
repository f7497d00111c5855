/**
 * The world that the browser runtime lives in: a window, or what a test puts in its place. Nothing under this folder may reach
 * for a global that has an effect, a clock or chance in it: a whole system must run under virtual time.
 */

/** What of a window is used. */
export type World =
  & Pick<
    Window,
    | "document"
    | "customElements"
    | "crypto"
    | "addEventListener"
    | "removeEventListener"
    | "dispatchEvent"
    | "setTimeout"
    | "clearTimeout"
    | "location"
    | "history"
    | "navigator"
    | "performance"
  >
  & Pick<
    typeof globalThis,
    | "AbortController"
    | "HTMLElement"
    | "MutationObserver"
    | "WebSocket"
    | "CustomEvent"
    | "FormData"
    | "Response"
    | "CSSStyleSheet"
    | "EventSource"
    | "fetch"
    | "DecompressionStream"
    | "Math"
    | "Date"
    | "console"
  >;
