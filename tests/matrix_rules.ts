/** Where an attribute is meant to come out otherwise than in Preact's own client: one rule each, with its reason. docs/views.md shows the same list. */
import type { Difference } from "./matrix_page.ts";

/** One intended difference. */
export interface Rule {
  /** What is otherwise, as docs/views.md says it. */
  readonly what: string;
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

/** Of a look its attributes and the property that follows. */
const split = (look: string): [attributes: string, property: string] => {
  const at = look.lastIndexOf(" .");
  return [look.slice(0, at), look.slice(at)];
};
const last = ({ values }: Difference) => values.split(",").at(-1)!;
const namesIn = (look: string) => [...look.matchAll(/([^ =]+)="/g)].map(([, name]) => name).join();

export const rules: readonly Rule[] = [
  {
    what: "the content of an element comes from its children, or from `dangerouslySetInnerHTML`",
    why:
      "Preact also sets `textContent`, `innerText`, `innerHTML`, `text`, the `value` of an `output` and the like; a painted page could not have the same",
    is: ({ tag, name }) =>
      /^(?:inner|outer)(?:HTML|Text)$|^textContent$|^nodeValue$|^children$|^text$|^length$/.test(name) ||
      tag === "output" && /^(?:defaultV|v)alue$/.test(name),
  },
  {
    what: "names are read without their case, and written as HTML, ARIA, SVG and MathML have them",
    why: "the precompiling transform has lost the capitals; Preact makes attributes that mean nothing (`tabIndex` in SVG)",
    is: (one) =>
      one.space !== "" || one.name === "defaultvalue" || [one.ours, one.preacts].every((look) => split(look)[1] === " .undefined"),
  },
  {
    what: "`null` and `undefined` remove an attribute",
    why: 'Preact leaves `title=""` and the like, which a page that is loaded now would not have',
    is: (one) => /^(?:undefined|null)$/.test(last(one)) && split(one.ours)[0] === "",
  },
  {
    what: "`false` removes an attribute that is a text",
    why: 'Preact writes `title="false"` where there is a property, and removes where there is none',
    is: (one) => last(one) === "false" && split(one.ours)[0] === "" && !one.preacts.startsWith(" "),
  },
  {
    what: 'a text stays as it is: `translate="no"`, `draggable="false"`',
    why: "Preact sets a property, which makes `true` of any text",
    is: (one) =>
      /^".*"$|^\d+$/.test(last(one)) && split(one.ours)[0].replace(/^[a-z-]+=/, "") === JSON.stringify(last(one).replaceAll('"', "")),
  },
  {
    what: '`true` is `"true"`; for `download` and `popover` it is `""`',
    why: 'Preact writes what the property makes of it (`1` for a number), and `download="true"` names the file',
    is: (one) => last(one) === "true" && namesIn(one.ours) === namesIn(one.preacts),
  },
  {
    what: "a style without declarations leaves no attribute",
    why: "Preact leaves an empty one",
    is: (one) => one.name === "style" && split(one.ours)[0] === "",
  },
  {
    what:
      "a property without an attribute of its name becomes an attribute: `host`, `hash` and other parts of an `href`, `encoding` of a form",
    why: "a painted page could not have it; write `href` or `enctype`",
    is: ({ tag, name }) =>
      /^(?:a|area)$/.test(tag) && /^(?:protocol|username|password|host|hostname|port|pathname|search|hash)$/.test(name) ||
      `${tag} ${name}` === "form encoding" || `${tag} ${name}` === "select selectedIndex",
  },
  {
    what: "a `nonce` is an attribute",
    why: "browsers hide it, and know it, either way",
    is: ({ name }) => name === "nonce",
  },
  {
    what: "a property that throws is reported in the console",
    why: 'Preact makes an attribute of it, which means nothing (`volume="5"`)',
    is: (one) => /^(?:currentTime|volume|playbackRate|defaultPlaybackRate|selection.*)$/.test(one.name) && !one.ours.includes("="),
  },
];
