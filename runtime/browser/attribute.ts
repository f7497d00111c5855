/**
 * Writes attributes and properties of elements. Never writes what is there already: a property that is written again may move
 * a caret, restart a video or run a setter.
 */

/** Is the user in this element? (Holds in a shadow tree too, where `document.activeElement` is the host.) */
export const isFocused = (element: Element): boolean => element.matches(":focus");

/** `null` and `false` remove. The style goes through its object: a Content-Security-Policy may forbid the attribute. */
export function setAttribute(element: Element, name: string, value: unknown): void {
  if (value == null || value === false) element.removeAttribute(name);
  else if (name == "style") (element as HTMLElement).style.cssText = value as string;
  else element.setAttribute(name, value === true ? "" : value as string);
}

/** `null` resets. The caret stays where it was. */
export function setProperty(element: Element, name: string, value: unknown): void {
  const { selectionStart: start, selectionEnd: end } = element as HTMLInputElement;
  const present: unknown = Reflect.get(element, name);
  value ??= typeof present == "string" ? "" : typeof present == "boolean" ? false : null;
  if (present !== value && present !== value + "") {
    // Not by assignment: that throws where a property can only be read.
    Reflect.set(element, name, value);
    if (start != null && isFocused(element)) (element as HTMLInputElement).setSelectionRange(start, end);
  }
}
