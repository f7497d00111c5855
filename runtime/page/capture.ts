/**
 * The script that keeps what a user does to a painted page before the browser runtime is there. It stands in the page itself, so it must
 * stay small, and it must never keep what happens in an element that has a link.
 */

/** Keeps clicks, inputs, changes and submits, each with what it happened to and the element that this is in; a submit must not leave the page. */
export const captureScript: string =
  `self.nacreEarly||(nacreEarly=[],["click","input","change","submit"].map(t=>addEventListener(t,e=>{let o=e.target.closest?.("server-component:not([status])");o&&(nacreEarly.push([e,e.composedPath()[0],o]),t=="submit"&&e.preventDefault())},!0)))`;
