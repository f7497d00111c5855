/**
 * Writes attributes and properties of elements. Never writes what is there already: a property that is written again may move
 * a caret, restart a video or run a setter.
 */

/** What a node has by its class. By its own name it may be a control: a form has each of its controls by the control's name. */
export const own = <N extends object, K extends keyof N>(node: N, name: K): N[K] => Reflect.get(Object.getPrototypeOf(node), name, node);

/** An array too. */
export const isObject = (value: unknown): boolean => Object(value) === value;

/** `null` and `false` remove. The style goes through its object: a Content-Security-Policy may forbid the attribute. */
export function setAttribute(element: Element, name: string, value: unknown): void {
  attempt(() => {
    if (value == null || value === false) own(element, "removeAttribute").call(element, name);
    else if (name == "style") own(element as HTMLElement, "style").cssText = value as string;
    else own(element, "setAttribute").call(element, name, value as string);
    return true;
  });
}

/** `null` resets: to what an empty text is to the property, as in Preact. Answers whether it is written: some can only be read. */
export const setProperty = (element: Element, name: string, value: unknown = ""): boolean =>
  attempt(() => Reflect.get(element, name) === (value ??= "") || Reflect.set(element, name, value));

/** A write that fails (a setter throws, a policy forbids it) ends nothing: the console says so, and all else is written. */
export function attempt(write: () => boolean): boolean {
  try {
    return write();
  } catch (error) {
    console.error(error);
    return false;
  }
}
