/** Which parts of the browser runtime a message, or a painted page, needs. It must never import a part, nor what imports one. */
import type { Description, Down } from "../wire/message.ts";

/** The parts that a message can need. */
export type NeededPart = "contexts" | "custom" | "effect" | "facts" | "form" | "input" | "listen" | "shadow";

/** The names of holes, also in the text of a message, that make an element a control. */
export const controls = /(^|")\.(value|checked|sele|muted|indet)|contenteditable/;

/** The parts that a message needs: a part has the name of its messages and of what a config says for it; some have several names. */
export const neededBy = (message: Down | Description, text = ""): NeededPart[] =>
  [
    // The element of that name, as definitions have it.
    text.includes("nacre-listen") ? "listen" : "",
    controls.test(text) ? "input" : "",
    text.includes('"~') ? "custom" : "",
    ...Object.keys({ [`${message[0]}`]: 0, ...message[message[0] == "mount" ? 6 : 4] as object }),
  ]
    .flatMap((name) =>
      /^(prov|cont)/.test(name)
        ? "contexts"
        : /^(attr|prop|url)/.test(name)
        ? "facts"
        : /^(custom|effect|form|input|listen|shadow)$/.test(name)
        ? name as NeededPart
        : []
    );
