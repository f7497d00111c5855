/**
 * Keeps the caret where the user types when a script writes the text around it. A model may format what is typed (a phone number, capitals),
 * and a browser moves the caret to the end, or to the start, of a text that is written.
 */

/** Is the user in this element? (Holds in a shadow tree too, where `document.activeElement` is the host.) */
export const isFocused = (element: Element): boolean => element.matches(":focus");

/** Runs `write`, which may change the text of this element, and puts the caret or the selection back into that text. */
export function keepCaret(element: Element, write: () => void): void {
  const input = element as HTMLInputElement;
  const { selectionStart: start, selectionEnd: end } = input;
  // An editable element has no selection of its own. One in a shadow root keeps no caret: the document does not show where that is.
  const selection = (element as HTMLElement).isContentEditable && element.ownerDocument.getSelection();
  const text = () => selection ? element.textContent! : input.value;
  const before = text();
  const at = selection && selection.anchorNode == element.firstChild ? selection.anchorOffset : 0;
  write();
  const move = (at: number): number => moveCaret(before, at, text());
  if (selection) at && selection.collapse(element.firstChild, move(at));
  // Not every type of input has one.
  else if (start != null && isFocused(element)) input.setSelectionRange(move(start), move(end!));
}

/**
 * Where a caret of one text belongs in another. At the end it stays at the end. Else it stays behind the text before it, if that is still
 * there, or before the text after it: `a|c` with a `b` typed is `ab|c`, which a model may show as `AB|c`.
 */
export function moveCaret(before: string, at: number, after: string): number {
  const rest = before.slice(at);
  const stays = rest && after.startsWith(before.slice(0, at));
  return !stays && after.endsWith(rest) ? after.length - rest.length : Math.min(at, after.length);
}

/**
 * Whether the user is in the middle of typing the number that the model gives: `1.0` where the model says 1; or `-` and `1e`, which are no
 * numbers yet and which the page cannot read.
 */
export function isUnfinished(element: Element, value: unknown): boolean {
  const { type, value: present, validity } = element as HTMLInputElement;
  return type == "number" && isFocused(element) && (validity.badInput || present != "" && +present == +(value as string));
}
