/** SVG and MathML. */
import { h } from "preact";
import { type Any, beside, type Case, render } from "./case.ts";

export const svg: readonly Case[] = [
  beside(
    "SVG: elements, and those that come later",
    () => ({
      view: (n: number) =>
        h(
          "svg",
          { viewBox: "0 0 10 10" },
          h("g", null, ...Array.from({ length: n }, (_, i) => h("circle", { cx: i, r: 1 }))),
          n > 1 && h("text", null, n),
        ),
    }),
    render(1),
    render(3),
    render(0),
  ),
  beside(
    "SVG in a component, and HTML in foreignObject",
    () => {
      const Dot = ({ at }: Any) => h("rect", { x: at });
      return {
        view: (on: boolean) =>
          h("div", null, h("svg", null, h(Dot, { at: 1 }), on && h("foreignObject", null, h("p", null, "text")), h(Dot, { at: 2 }))),
      };
    },
    render(false),
    render(true),
    render(false),
  ),
  beside(
    "MathML",
    () => ({ view: (n: number) => h("math", null, h("mrow", null, h("mi", null, "x"), n > 0 && h("mn", null, n))) }),
    render(0),
    render(1),
    render(2),
  ),
  beside(
    "SVG swapped for HTML",
    () => ({ view: (on: boolean) => on ? h("svg", null, h("a", null)) : h("div", null, h("a", null)) }),
    render(true),
    render(false),
    render(true),
  ),
  beside(
    "compat's camel names in SVG",
    () => ({ view: (width: number) => h("svg", null, h("path", { strokeWidth: width, fillOpacity: 0.5 } as Any)) }),
    render(1),
    render(2),
  ),
];
