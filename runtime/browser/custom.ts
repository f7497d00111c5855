/**
 * Writes what a view gives a custom element: a property where its class has one, else an attribute. It must never keep an element alive that
 * has left the page, however long its definition takes. A part of its own.
 */
import type { Host, Part } from "./part.ts";
import type { Tools } from "./tools.ts";

/** The values that were written to elements before their tag was defined, by name. */
const written = new WeakMap<Element, Record<string, unknown>>();

/** What writes to custom elements. */
export interface Custom extends Part {
  /** Writes a property, or an attribute; names are in lower case. */
  write_(element: Element, name: string, value: unknown): void;
}

/** Makes the part. */
export function writeCustom(host: Pick<Host, "world_" | "root_">, { attempt_: attempt, set_: setAttribute }: Tools): Custom {
  const { customElements } = host.world_;
  const awaited: Record<string, unknown> = {};
  const write = (element: Element, name: string, value: unknown) => {
    let isSet;
    // The property of that name, its case ignored; the accessors of a class do not come up in a loop over an element. Those of
    // `Object.prototype` are the language's.
    for (let from: object = element, next; (next = Object.getPrototypeOf(from)); from = next) {
      for (const key of Object.getOwnPropertyNames(from)) {
        if (key.toLowerCase() == name) isSet ??= attempt(() => Reflect.set(element, key, value ?? ""));
      }
    }
    // `null` leaves no attribute. An attribute that reflects a property goes with the property.
    if (value == null || !isSet && Object(value) !== value) setAttribute(element, name, value);
    const tag = element.localName;
    if (!customElements.get(tag)) {
      // A definition that comes later gets all that was written.
      written.set(element, { ...written.get(element), [name]: value });
      // What waits for a definition may wait for ever.
      const place = new WeakRef(host.root_);
      awaited[tag] ??= customElements.whenDefined(tag).then(() => {
        for (const element of place.deref()?.querySelectorAll(tag) || []) {
          const values = written.get(element);
          for (const name in values) write(element, name, values[name]);
        }
      }, () => {/* It is no name that can be defined. */});
    }
  };
  return { write_: write };
}
