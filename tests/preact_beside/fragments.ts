/** Fragments, arrays and single children, and what each keeps of another. */
import { type ComponentChildren, Fragment, h } from "preact";
import { act, type Any, beside, type Case, click, focus, longBeside, render } from "./case.ts";
import { counter, stateful } from "./pieces.ts";
import { useState } from "preact/hooks";

type Shape = (one: ComponentChildren, two: ComponentChildren) => ComponentChildren;

/** Ways to show one thing, alone or beside another. */
const shapes: Readonly<Record<string, Shape>> = {
  "one": (a) => a,
  "[one]": (a) => [a],
  "[[one]]": (a) => [[a]],
  "<one>": (a) => h(Fragment, null, a),
  "<<one>>": (a) => h(Fragment, null, h(Fragment, null, a)),
  "[one, two]": (a, b) => [a, b],
  "<one two>": (a, b) => h(Fragment, null, a, b),
  "<<one> two>": (a, b) => h(Fragment, null, h(Fragment, null, a), b),
  "<key one>": (a) => h(Fragment, { key: "f" }, a),
  "[null, one]": (a) => [null, a],
  "div one": (a) => h("div", null, a),
  "nothing": () => null,
};

/** From one shape to each of the others and back. */
function* shapeCases(where: string, show: (children: ComponentChildren) => ComponentChildren): Iterable<Case> {
  const names = Object.keys(shapes);
  for (const from of names) {
    const steps = names.filter((name) => name !== from).flatMap((to) => [render(to), render(from)]);
    yield longBeside(
      `${where}: from ${from} to others and back`,
      (log) => {
        const Stateful = stateful(log);
        const Shaped = ({ shape }: { shape: string }) => shapes[shape]!(h(Stateful, null), h("p", null)) as Any;
        const own = where === "a component";
        return { view: (shape) => own ? h(Shaped, { shape }) : show(shapes[shape]!(h(Stateful, null), h("p", null))) };
      },
      render(from),
      ...steps,
    );
  }
}

/** The same with an element that nobody keeps but its DOM. */
function* elementCases(where: string, show: (children: ComponentChildren) => ComponentChildren): Iterable<Case> {
  const names = Object.keys(shapes);
  for (const from of names) {
    const steps = names.filter((name) => name !== from).flatMap((to) => [render(to), render(from)]);
    yield longBeside(
      `${where}, of elements: from ${from} to others and back`,
      () => {
        const Shaped = ({ shape }: { shape: string }) => shapes[shape]!(h("i", null, "one"), h("p", null)) as Any;
        return {
          view: (shape) => where === "a component" ? h(Shaped, { shape }) : show(shapes[shape]!(h("i", null, "one"), h("p", null))),
        };
      },
      render(from),
      ...steps,
    );
  }
}

const inElement = (children: ComponentChildren) => h("main", null, children);
const betweenOthers = (children: ComponentChildren) => h("main", null, h("b", null), children, h("u", null));

export const fragments: readonly Case[] = [
  ...shapeCases("an element", inElement),
  ...shapeCases("between others", betweenOthers),
  ...shapeCases("a component", (children) => children),
  ...elementCases("an element", inElement),
  ...elementCases("a component", (children) => children),
  beside(
    "a component whose fragment grows keeps its neighbours",
    () => {
      let set!: (n: number) => void;
      function Rows() {
        const [n, setN] = useState(1);
        set = setN;
        return h(Fragment, null, Array.from({ length: n }, (_, i) => h("i", { key: i }, i)));
      }
      return { view: () => h("main", null, h("b", null), h(Rows, null), h("u", null)), set: (n) => set(n) };
    },
    act("set", 3),
    act("set", 0),
    act("set", 2),
  ),
  beside(
    "the focus stays in an input that gets a sibling",
    () => ({
      view: (n: number) => h("form", null, ...(n > 0 ? [h("input", { id: "in" }), h("p", null)] : [h("input", { id: "in" })])),
    }),
    render(0),
    focus("#in"),
    render(1),
    render(0),
    render(1),
  ),
  beside(
    "h() with one child, then with several, and back",
    () => ({
      view: (n: number) => n === 0 ? h("div", null, h("i", null, "a")) : h("div", null, h("i", null, "b"), h("b", null, n)),
    }),
    render(0),
    render(1),
    render(2),
    render(0),
  ),
  beside(
    "h() with one child and several, each a component with state",
    () => {
      const Counter = counter();
      const one = () => h(Counter, { name: "a" });
      return { view: (n: number) => n === 0 ? h("div", null, one()) : h("div", null, one(), h(Counter, { name: "b" })) };
    },
    render(0),
    click("#a"),
    render(1),
    click("#a"),
    click("#b"),
    render(0),
    click("#a"),
    render(2),
  ),
  beside(
    "a handler is heard in a child that has become one of several",
    () => {
      let n = 0;
      let again!: (n: number) => void;
      function It() {
        const [shown, set] = useState(0);
        again = set;
        const button = h("button", { id: "in", onClick: () => again(++n) }, shown);
        return shown % 2 ? [h("i", null), button] as Any : button;
      }
      return { view: () => h(It, null) };
    },
    click("#in"),
    click("#in"),
    click("#in"),
  ),
  beside(
    "several become one in a list of components",
    () => {
      const Row = ({ at, isOpen }: { at: number; isOpen: boolean }) =>
        (isOpen ? [h("dt", null, at), h("dd", null)] : h("dt", null, at)) as Any;
      return { view: (open: number) => h("dl", null, [1, 2, 3].map((at) => h(Row, { key: at, at, isOpen: at === open }))) };
    },
    render(0),
    render(2),
  ),
];
