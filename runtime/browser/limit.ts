/**
 * Tells the user that a text is too long to be sent, in the browser's own way: as a field that is not valid. The text stays in the field. It must
 * never change what the app says of the field's validity for longer than until the next input.
 */
import { usualText } from "../wire/size.ts";
import type { Host } from "./part.ts";

/** Shows on a field that its text was not sent. */
export function showLimit({ config_: { limit = usualText } }: Pick<Host, "config_">, target: EventTarget | undefined): void {
  const field = target as HTMLInputElement | undefined;
  // Not everything that a user edits takes part in forms.
  if (!field?.setCustomValidity) return;
  field.setCustomValidity(`This text is too long: at most ${limit} characters can be sent.`);
  field.reportValidity();
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
}
