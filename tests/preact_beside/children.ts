/** What may stand in a view. */
import { Component, Fragment, h } from "preact";
import { useEffect } from "preact/hooks";
import { act, type Any, beside, type Case, click, render } from "./case.ts";
import { counter } from "./pieces.ts";

export const children: readonly Case[] = [
  beside(
    "children that are nothing: booleans, null, undefined, functions",
    () => ({
      view: (n: number) => h("div", null, true, false, null, undefined, (() => n) as Any, n, 0, "", 10n as Any, NaN),
    }),
    render(1),
    render(2),
  ),
  beside(
    "a child that comes and goes between others",
    () => ({
      view: ([a, b]: boolean[]) => h("div", null, a && h("i", null), h("p", null), b ? h("b", null) : null, "text", a && "more"),
    }),
    render([true, false]),
    render([false, true]),
    render([true, true]),
    render([false, false]),
  ),
  beside(
    "a component that shows nothing, then something, then a text",
    () => {
      const It = ({ n }: { n: number }) => (n === 0 ? null : n === 1 ? h("p", null) : n === 2 ? "text" : n === 3 ? 5 : false) as Any;
      return { view: (n) => h("div", null, h("b", null), h(It, { n }), h("i", null)) };
    },
    render(0),
    render(1),
    render(2),
    render(3),
    render(4),
    render(1),
  ),
  beside(
    "a component inside others, which change their types",
    () => {
      const Counter = counter();
      const A = ({ children }: Any) => h("div", null, children), B = ({ children }: Any) => h("div", null, children);
      return { view: (isB: boolean) => h(isB ? B : A, null, h(Counter, null)) };
    },
    render(false),
    click("#c"),
    render(true),
    click("#c"),
    render(false),
  ),
  beside(
    "high-order components around one another",
    (log) => {
      const Inner = ({ n }: Any) => {
        useEffect(() => {
          log(`mount ${n}`);
          return () => log(`unmount ${n}`);
        }, []);
        return h("p", null, n);
      };
      const wrap = (Of: Any) => (props: Any) => h(Of, props);
      const Twice = wrap(wrap(Inner)), Once = wrap(Inner);
      return { view: (n) => h("div", null, h(n % 2 ? Twice : Once, { n })) };
    },
    render(0),
    render(2),
    render(1),
    render(3),
  ),
  beside("a root that is a text, a list, a component and nothing", () => {
    const It = () => h("p", null, "component");
    const all: Any[] = [
      "text",
      [h("i", { key: 1 }), h("b", { key: 2 })],
      h(It, null),
      null,
      h("div", null),
      5,
      h(Fragment, null, h("u", null)),
    ];
    return { view: (at: number) => all[at] };
  }, ...[0, 1, 2, 3, 4, 5, 6, 0].map(render)),
  beside(
    "a select whose options come and go",
    () => ({
      view: ([value, options]: Any) => h("select", { value }, [...options].map((key: string) => h("option", { key, value: key }, key))),
    }),
    render(["a", "ab"]),
    render(["b", "ab"]),
    render(["b", "cab"]),
    render(["c", "bc"]),
  ),
  beside(
    "raw HTML, changed and taken away",
    () => ({
      view: (html: string | null) =>
        h("div", html === null ? { class: "x" } : { dangerouslySetInnerHTML: { __html: html } }, html === null ? h("p", null) : undefined),
    }),
    render("<b>raw</b>"),
    render("<i>other</i>"),
    render(null),
    render("<u>again</u>"),
  ),
  beside(
    "a class component in a class component, both with states",
    () => {
      const sets: Any = {};
      class In extends Component<Any, Any> {
        override state = { n: 0 };
        override render() {
          sets.in = (n: number) => this.setState({ n });
          return h("i", null, this.props.n, this.state.n);
        }
      }
      class Out extends Component<Any, Any> {
        override state = { n: 0 };
        override render() {
          sets.out = (n: number) => this.setState({ n });
          return h("div", null, h(In, { n: this.state.n }));
        }
      }
      return { view: () => h(Out, null), set: (name, n) => sets[name](n), both: (n) => Object.values(sets).forEach((set: Any) => set(n)) };
    },
    act("set", "in", 1),
    act("set", "out", 2),
    act("both", 3),
  ),
];
