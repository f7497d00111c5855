/**
 * The script that keeps what a user does to a painted page before the browser runtime is there. It stands in the page itself, so it must
 * stay small, and it must never keep what happens in an element that has a link.
 */

/** Keeps clicks, inputs, changes and submits, each with what it happened to and the element that this is in; a submit must not leave the page. A form is asked for nothing by name: one of its controls may have that name. */
export const captureScript: string =
  `self.nacreEarly||(nacreEarly=[],["click","input","change","submit"].map(t=>addEventListener(t,e=>{let p=e.composedPath(),o=p.find(n=>n.localName=="server-component"&&!n.hasAttribute("status"));o&&(nacreEarly.push([e,p[0],o]),t=="submit"&&e.preventDefault())},!0)))`;
