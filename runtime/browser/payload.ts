/**
 * What of an event crosses: the fields of the event, of its target and of a form that say something. Never an object of the
 * page: an input may stand where its form's field should be.
 */
import type { Fields, FormEntry } from "../wire/message.ts";
import { isObject, own } from "./attribute.ts";
import type { World } from "./world.ts";

const eventFields =
  "detail key code repeat altKey ctrlKey metaKey shiftKey button buttons clientX clientY pageX pageY offsetX offsetY movementX movementY data inputType isComposing ";
const targetFields = "id name type value valueAsNumber checked open dataset scrollTop scrollLeft ";

/** Of these names the fields that can be sent, but for those of the usual ones that are `false`, `0`, `""` or absent. */
function pick(source: object, usual: string, include: string): Fields {
  const fields: Fields = {};
  for (const name of (usual + include).split(" ")) {
    let value = (source as Record<string, unknown>)[name];
    // Of what is pasted or dropped the text.
    if (/^(clipboardD|dataT)/.test(name)) value = (value as DataTransfer | null)?.getData("text");
    if (
      isObject(value)
        ? name == "detail" || name == "dataset" && Object.keys(value as object)[0]
        // A long text that is put in stands in the value too.
        : value && !(name == "data" && (value as string).length > 999) || value != null && include.includes(name)
    ) fields[name] = value as Fields[string];
  }
  return fields;
}

/** The fields of the event, of its target, and of the form that is submitted. */
export function payload(world: World, event: Event, include: string): [fields: Fields, target: Fields, form?: FormEntry[]] {
  const fields = pick(event, eventFields, include);
  const element = event.currentTarget as Element;
  // What a window and a document have by these names is the page's own.
  const target: Fields = pick(element, element.localName ? targetFields : "", include.replaceAll("currentTarget.", ""));
  if ((element as HTMLSelectElement).multiple && (element as HTMLSelectElement).selectedOptions) {
    target.selectedOptions = Array.from((element as HTMLSelectElement).selectedOptions, ({ value }) => value);
  }
  // Any element may dispatch an event of this name.
  if (event.type != "submit" || !own(event.target as HTMLFormElement, "submit")) return [fields, target];
  const data = [...new world.FormData(event.target as HTMLFormElement, (event as SubmitEvent).submitter)];
  return [
    fields,
    target,
    data.map(([name, value]) => [name, isObject(value) ? pick(value as File, "", "name size type") : value] as FormEntry),
  ];
}

/**
 * A message as JSON. A `detail` may hold anything: elements, windows, functions and cycles are left out, and a bigint becomes its digits.
 */
export function asText(message: unknown): string {
  const above: unknown[] = [];
  return JSON.stringify(message, function (this: unknown, _key, value) {
    if (typeof value == "bigint") return String(value);
    if (!isObject(value)) return value;
    // `this` holds the value: what was entered after it has been left.
    above.length = above.indexOf(this) + 1;
    return above.includes(value) || value.nodeType || value.window == value ? undefined : (above.push(value), value);
  });
}
