/**
 * Facts: attributes and properties of the element, and the page's URL, as far as the app wants them. They are states, not happenings: what
 * changed twice before it could be told is told once, and nothing is told again that was told already.
 */
import type { Config } from "../wire/message.ts";
import type { Host, Part } from "./part.ts";

/** Tells what the config names and was not told yet, from each beginning to its end. */
export function watchFacts({ world_: world, element_: element, tell_: tell }: Host): Part & Required<Pick<Part, "begin_" | "end_">> {
  /** The JSON of each property that was set, by its name. */
  const properties: Record<string, string | undefined> = { __proto__: null as never };
  let config: Config = {};
  /** What was told, by what it is of. */
  const told: Record<string, string> = {};

  const look = () => {
    const say = (kind: string, name: string, value: string | undefined) => {
      const place = JSON.stringify([kind, name]).slice(1, -1) + ",";
      // What was never there is nothing already.
      if (value && value != (told[place] ?? "null")) tell(place + (told[place] = value) + "]");
    };
    for (const name of config.attributes || []) say("attribute", name, JSON.stringify(element.getAttribute(name)));
    for (const name of config.properties || []) say("property", name, properties[name]);
    if (config.url && told.url != world.location.href) tell(`"url",${JSON.stringify(told.url = world.location.href)}]`);
  };
  const watch = (how: "addEventListener" | "removeEventListener") => {
    for (const type of ["popstate", "nacre:url"]) world[how](type, look);
  };

  new world.MutationObserver(look).observe(element, { attributes: true });

  return {
    begin_(wanted, anew) {
      // The model may be one that goes on, and knows what was there before: that it has gone is told, too.
      if (anew) { for (const place in told) told[place] = ""; }
      config = wanted;
      for (const name of config.properties || []) {
        if (!(name in properties)) {
          // Set before anybody listened.
          const wasSet = Object.hasOwn(element, name);
          const before = Reflect.get(element, name);
          let value: unknown;
          properties[name] = undefined;
          Object.defineProperty(element, name, {
            configurable: true,
            get: () => value,
            set(next) {
              properties[name] = JSON.stringify(next ?? null);
              value = next;
              Promise.resolve().then(look);
            },
          });
          if (wasSet) Reflect.set(element, name, before);
        }
      }
      watch("addEventListener");
      look();
    },
    end_() {
      config = {};
      watch("removeEventListener");
    },
  };
}
