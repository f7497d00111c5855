/** Lists: what is kept, moved and made when keys, types and neighbours change. */
import { type Attributes, type ComponentChildren, Fragment, h } from "preact";
import { act, type Any, beside, type Case, click, focus, longBeside, render } from "./case.ts";
import { counter, keyed, stateful } from "./pieces.ts";
import { useState } from "preact/hooks";

/** Orders of keys, one after the other; a letter for each item. */
const orders: Readonly<Record<string, readonly string[]>> = {
  "append": ["a", "ab", "abc", "abcde"],
  "prepend": ["c", "bc", "abc", "zyabc"],
  "insert in the middle": ["ad", "abd", "abcd", "axybcd"],
  "remove from the end": ["abcd", "abc", "ab", "a", ""],
  "remove from the start": ["abcd", "bcd", "cd", "d", ""],
  "remove from the middle": ["abcde", "abde", "ae"],
  "swap": ["ab", "ba", "ab"],
  "swap the ends": ["abcdef", "fbcdea", "abcdef"],
  "reverse": ["abcdef", "fedcba", "abcdef"],
  "first to last": ["abcdef", "bcdefa", "cdefab"],
  "last to first": ["abcdef", "fabcde", "efabcd"],
  "move two": ["abcdef", "cdabef", "efcdab"],
  "shuffle": ["abcdefgh", "hcbafged", "bgdhcafe", "abcdefgh"],
  "replace all": ["abc", "xyz", "abc"],
  "remove, add and move": ["abcd", "dxcb", "xbyz", "zab"],
  "grow and turn": ["abc", "cxbya", "a"],
};

type Item = (key: string) => ComponentChildren;

function* orderCases(
  of: string,
  make: (log: (entry: string) => void) => Item,
  wrap = (items: ComponentChildren) => h("ul", null, items),
): Iterable<Case> {
  for (const [name, steps] of Object.entries(orders)) {
    yield longBeside(`${of}: ${name}`, (log) => {
      const item = make(log);
      return { view: (order: string) => wrap([...order].map((key) => item(key))) };
    }, ...steps.map(render));
  }
}

const typed: Readonly<Record<string, ComponentChildren>> = {
  p: h("p", null),
  i: h("i", null),
  b: h("b", null),
  t: "text",
  n: null,
  f: false,
};

/** Children without keys by their types, a letter for each. */
const unkeyed: readonly (readonly string[])[] = [
  ["pi", "i", "pi"],
  ["pni", "pbi", "pni"],
  ["npi", "ppi", "pi"],
  ["ptp", "pp", "tpp"],
  ["iii", "ii", "iiii"],
  ["pib", "bip", "pib"],
  ["pfp", "pip", "pfp", "ipi"],
  ["nnp", "pnn", "npn"],
  ["tntn", "ntnt", "tttt"],
];

export const keys: readonly Case[] = [
  ...orderCases("elements by key", () => (key) => keyed("li", key)),
  ...orderCases("classes by key", (log) => {
    const Stateful = stateful(log);
    return (key) => h(Stateful, { key, name: key });
  }),
  ...orderCases(
    "fragments by key",
    () => (key) => h(Fragment, { key }, h("dt", null, key), h("dd", null, key)),
    (items) => h("dl", null, items),
  ),
  ...unkeyed.map((orders) =>
    beside(`children without keys: ${orders.join(", ")}`, () => ({
      view: (order: string) => h("div", null, ...[...order].map((letter) => typed[letter]! ?? null)),
    }), ...orders.map(render))
  ),
  beside(
    "components without keys keep their states by type and place",
    () => {
      const A = counter(), B = counter();
      const of: Any = { a: () => h(A, { name: "a" }), b: () => h(B, { name: "b" }), n: () => null };
      return { view: (order: string) => h("div", null, ...[...order].map((letter) => of[letter]())) };
    },
    render("ab"),
    click("#a"),
    click("#b"),
    render("nb"),
    render("ab"),
    render("ba"),
    render("b"),
  ),
  beside(
    "another key makes another",
    () => {
      const Counter = counter();
      return { view: (key: string) => h("div", null, h(Counter, { key })) };
    },
    render("a"),
    click("#c"),
    render("b"),
    render("a"),
  ),
  beside(
    "a key of a single root makes another",
    () => {
      const Counter = counter();
      return { view: (key: string) => h(Counter, { key }) };
    },
    render("a"),
    click("#c"),
    render("b"),
    render("b"),
  ),
  beside(
    '1 and "1" are one key',
    () => {
      const Counter = counter();
      return { view: (isText: boolean) => h("div", null, [h("b", { key: 0 }), h(Counter, { key: (isText ? "1" : 1) as Any })]) };
    },
    render(false),
    click("#c"),
    render(true),
    render(false),
  ),
  beside(
    '0, "" and null as keys',
    () => {
      const Counter = counter();
      const all: Any[] = [0, "", null, undefined];
      return { view: (at: number) => h("div", null, h(Counter, { key: all[at] })) };
    },
    render(0),
    click("#c"),
    render(1),
    click("#c"),
    render(2),
    click("#c"),
    render(3),
  ),
  beside(
    "keyed and unkeyed side by side",
    () => ({
      view: (n: number) =>
        h(
          "div",
          null,
          n % 2
            ? [keyed("i", "a"), h("b", null), keyed("i", "b"), h("u", null)]
            : [h("u", null), keyed("i", "b"), h("b", null), keyed("i", "a")],
        ),
    }),
    render(0),
    render(1),
    render(2),
    render(3),
  ),
  beside(
    "one key, another type",
    () => ({ view: (tag: string) => h("div", null, [h(tag, { key: "k" }), h("hr", { key: "r" })]) }),
    render("i"),
    render("b"),
    render("i"),
  ),
  beside(
    "an item with a key moves between two lists and is made again",
    (log) => {
      const Stateful = stateful(log);
      return {
        view: (isLeft: boolean) =>
          h(
            "main",
            null,
            h("ul", null, isLeft ? [h(Stateful, { key: "x" })] : []),
            h("ol", null, isLeft ? [] : [h(Stateful, { key: "x" })]),
          ),
      };
    },
    render(true),
    render(false),
    render(true),
  ),
  beside(
    "the row with the focus keeps it while others move round it",
    () => ({
      view: (order: string) => h("ul", null, [...order].map((key) => h("li", { key } as Attributes, h("input", { id: key })))),
    }),
    render("abcd"),
    focus("#b"),
    render("dbca"),
    render("cabd"),
    render("bd"),
  ),
  beside(
    "rows with states, removed by their buttons",
    () => {
      function Row({ name, remove }: { name: string; remove: () => void }) {
        const [n, set] = useState(0);
        return h(
          "li",
          null,
          h("b", { id: `up-${name}`, onClick: () => set(n + 1) }, n),
          h("button", { id: `off-${name}`, onClick: remove }, name),
        );
      }
      function List() {
        const [names, set] = useState([..."abc"]);
        return h("ul", null, names.map((name) => h(Row, { key: name, name, remove: () => set(names.filter((other) => other !== name)) })));
      }
      return { view: () => h(List, null) };
    },
    click("#up-b"),
    click("#up-c"),
    click("#off-a"),
    click("#up-b"),
    click("#off-b"),
    click("#up-c"),
  ),
  beside(
    "rows without keys: the states stay in their places",
    () => {
      const Counter = counter();
      return { view: (names: string) => h("ul", null, [...names].map((name) => h(Counter, { name }))) };
    },
    render("abc"),
    click("#a"),
    click("#c"),
    render("bc"),
    render("xbc"),
  ),
  beside(
    "nested lists",
    () => ({
      view: (order: string) =>
        h("div", null, [...order].map((key) => h("ul", { key } as Attributes, [...order].map((inner) => keyed("li", key + inner))))),
    }),
    render("abc"),
    render("cab"),
    render("b"),
    render("abc"),
  ),
  beside(
    "a hoisted vnode stands twice and moves",
    () => {
      const reused = h("i", null, "same");
      return { view: (n: number) => h("div", null, ...(n % 2 ? [reused, h("b", null), reused] : [h("b", null), reused, reused])) };
    },
    render(0),
    render(1),
    render(2),
  ),
  beside(
    "a list in a component that moves",
    () => {
      let set!: (text: string) => void;
      function Inner() {
        const [text, setText] = useState("ab");
        set = setText;
        return h(Fragment, null, [...text].map((key) => keyed("i", key)));
      }
      return {
        view: (isLast: boolean) =>
          h("p", null, isLast ? [h("b", { key: 1 }), h(Inner, { key: 2 })] : [h(Inner, { key: 2 }), h("b", { key: 1 })]),
        set: (text) => set(text),
      };
    },
    render(false),
    act("set", "bca"),
    render(true),
    act("set", "ac"),
    render(false),
  ),
];
