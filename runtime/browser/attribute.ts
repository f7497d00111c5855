/**
 * Writes attributes and properties of elements. Never writes what is there already: a property that is written again may move
 * a caret, restart a video or run a setter.
 */

import { keepCaret } from "./caret.ts";

/** Is the user in this element? (Holds in a shadow tree too, where `document.activeElement` is the host.) */
export const isFocused = (element: Element): boolean => element.matches(":focus");

/** An array too. */
export const isObject = (value: unknown): boolean => Object(value) === value;

/** `null` and `false` remove. The style goes through its object: a Content-Security-Policy may forbid the attribute. */
export function setAttribute(element: Element, name: string, value: unknown): void {
  if (value == null || value === false) element.removeAttribute(name);
  else if (name == "style") (element as HTMLElement).style.cssText = value as string;
  else element.setAttribute(name, value as string);
}

/** `null` resets: to what an empty text is to the property, as in Preact. The caret stays where the user types. */
export function setProperty(element: Element, name: string, value: unknown): void {
  value ??= "";
  // Not by assignment: that throws where a property can only be read.
  if ((element as unknown as Record<string, unknown>)[name] !== value) keepCaret(element, () => Reflect.set(element, name, value));
}
