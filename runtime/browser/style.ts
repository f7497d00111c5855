/**
 * Writes the style of an element: what has changed in the model's text and nothing else, so that a size that the user has dragged, or what a script
 * has set, stays.
 */
import { own, setAttribute } from "./attribute.ts";

/** The declarations of a text; a semicolon in quotes or brackets ends none. */
const declarations = (text: unknown): string[] => `${text ?? ""}`.match(/("[^"]*"|'[^']*'|[({][^)}]*|[^;])+/g) || [];

/** What a declaration is of: `border` of `border-color:red`. What is of the same is written together, for a shorthand changes the others. */
const kindOf = (declaration: string) => /-*\w+/.exec(declaration) + "";

/** Answers what writes texts to the style of this element. Through its object: a Content-Security-Policy may forbid the attribute. */
export function styleWriter(element: HTMLElement): (text: unknown) => void {
  const style = own(element, "style");
  // A painted page has it already, unless its policy forbids that.
  let before = declarations(style.length ? own(element, "getAttribute").call(element, "style") : "");
  return (text) => {
    const now = declarations(text);
    const kinds = before.filter((declaration) => {
      const isGone = !now.includes(declaration);
      if (isGone) style.removeProperty(declaration.split(":")[0]!.trim());
      return isGone;
    }).map(kindOf);
    style.cssText += ";" + now.filter((declaration) => !before.includes(declaration) || kinds.includes(kindOf(declaration))).join(";");
    style.length || setAttribute(element, "style", null);
    before = now;
  };
}
