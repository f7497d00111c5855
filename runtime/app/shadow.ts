/** The shadow root of an app's element, as an app asks for it. What it is in a page is `runtime/browser/shadow.ts`'s. */

/** How the view stands in a shadow root of the element. */
export interface ShadowOptions {
  /** Whether scripts of the page can reach it, by `element.shadowRoot`. */
  readonly mode: "open" | "closed";
  /** A click on the element, or its `focus()`, goes to the first thing in it that can have the focus. `false` when absent. */
  readonly delegatesFocus?: boolean;
  /** The style sheets of the page hold in it too. `true` when absent. */
  readonly adoptStyles?: boolean;
}

/**
 * What an app has asked for, whole.
 *
 * @throws {TypeError} when the mode is neither `"open"` nor `"closed"`.
 */
export function shadowOf(option: ShadowOptions["mode"] | ShadowOptions): Required<ShadowOptions> {
  const { mode, delegatesFocus = false, adoptStyles = true } = typeof option === "string" ? { mode: option } : option;
  if (mode !== "open" && mode !== "closed") {
    throw new TypeError(
      `Cannot make an app: shadow must be "open", "closed" or { mode: "open" | "closed" }, not ${JSON.stringify(option)}`,
    );
  }
  return { mode, delegatesFocus, adoptStyles };
}
