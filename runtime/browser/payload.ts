/**
 * What of an event crosses: the fields of the event, of its target and of a form that say something. Never an object of the
 * page: an input may stand where its form's field should be.
 */
import type { Fields, FormEntry } from "../wire/message.ts";
import type { World } from "./world.ts";

const eventFields =
  "detail key code repeat altKey ctrlKey metaKey shiftKey button buttons clientX clientY pageX pageY offsetX offsetY movementX movementY pointerId pointerType pressure deltaX deltaY data inputType isComposing newState oldState propertyName animationName ";
const targetFields = "id name type value valueAsNumber checked open dataset scrollTop scrollLeft currentTime duration paused ";

/** Of these names, the fields that can be sent and are not `false`, `0`, `""` or absent. */
function pick(source: object, names: string): Fields | 0 {
  let fields: Fields | 0 = 0;
  for (const name of names.split(" ")) {
    const value: unknown = Reflect.get(source, name);
    const sendable = Object(value) !== value
      ? value !== Infinity
      : name == "detail" || name == "dataset" && Object.keys(value as object)[0];
    if (value && sendable) (fields ||= {})[name] = value as Fields[string];
  }
  return fields;
}

/** The fields of the event, of its target, and of the form that is submitted. */
export function payload(world: World, event: Event, include: string[]): [fields: Fields | 0, target: Fields | 0, form?: FormEntry[]] {
  const fields = pick(event, eventFields + include.join(" "));
  const target = pick(event.currentTarget!, targetFields + include.map((name) => name.split("currentTarget.")[1]).join(" "));
  return event.type == "submit"
    ? [
      fields,
      target,
      Array.from(
        new world.FormData(event.target as HTMLFormElement, (event as SubmitEvent).submitter),
        ([name, value]) => [name, typeof value == "string" ? value : { name: value.name, size: value.size, type: value.type }],
      ),
    ]
    : [fields, target];
}
