// deno-lint-ignore-file jsx-key jsx-no-useless-fragment -- what has no key, and fragments in fragments, are what this is about
/**
 * Which component goes on when its neighbours come, go and move: by its key, else by its place. Each case is written as templates of the
 * precompile transform and as plain vnodes; Preact does the same beside them.
 */
import { assertEquals } from "@std/assert";
import { Component, type ComponentChildren, Fragment, h } from "preact";
import { Shown } from "./shown.ts";
import { type Log, Twin } from "./twin.ts";

type Props = Record<string, unknown>;

/** A component that shows which one of its kind it is: the number of a component that goes on is the same. */
function numbered(log: Log) {
  let count = 0;
  return class Numbered extends Component<{ name?: string }> {
    readonly number = ++count;
    override componentDidMount() {
      log(`+${this.number}`);
    }
    override componentWillUnmount() {
      log(`-${this.number}`);
    }
    override render() {
      return [this.props.name, this.number];
    }
  };
}

type Item = ReturnType<typeof numbered>;

/** What is shown, and who came and went, for each of these in turn. */
function shows<P>(views: { [how: string]: (Item: Item, given: P) => ComponentChildren }, given: readonly P[]): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(views).map(([how, view]) => {
      const twin = new Twin((log) => {
        const Item = numbered(log);
        return { view: ({ given }: { given: P }) => view(Item, given) };
      });
      const pages = given.map((given) => {
        twin.render({ given });
        return `${twin.html.replace(/<\/?p>/g, "")}${twin.log.length > 0 ? ` ${twin.log.join("")}` : ""}`;
      });
      twin.end();
      return [how, pages];
    }),
  );
}

/** The same for all ways to write it. */
function same<P>(views: { [how: string]: (Item: Item, given: P) => ComponentChildren }, given: readonly P[], expected: string[]): void {
  for (const [how, pages] of Object.entries(shows(views, given))) assertEquals(pages, expected, how);
}

const keyed = {
  template: (Item: Item, names: string) => <p>{[...names].map((name) => <Item key={name} name={name} />)}</p>,
  plain: (Item: Item, names: string) => h("p", null, [...names].map((name) => h(Item, { key: name, name }))),
  spread: (Item: Item, names: string) => h("p", null, ...[...names].map((name) => h(Item, { key: name, name }))),
  inElements: (Item: Item, names: string) => (
    <p>
      {[...names].map((name) => (
        <Fragment key={name}>
          <Item name={name} />
        </Fragment>
      ))}
    </p>
  ),
  inTemplates: (Item: Item, names: string) => (
    <p>
      {[...names].map((name) => (
        <p key={name}>
          <Item name={name} />
        </p>
      ))}
    </p>
  ),
  inPlainElements: (Item: Item, names: string) => h("p", null, [...names].map((name) => h("p", { key: name }, h(Item, { name })))),
};

// ---- keys --------------------------------------------------------------------------------------

Deno.test("a component with a key goes on when others come before it, after it and between", () => {
  same(keyed, ["b", "ab", "abd", "abcd"], ["b1 +1", "a2b1 +2", "a2b1d3 +3", "a2b1c4d3 +4"]);
});

Deno.test("a component with a key goes on when others go", () => {
  same(keyed, ["abcd", "bcd", "bd", "b", ""], ["a1b2c3d4 +1+2+3+4", "b2c3d4 -1", "b2d4 -3", "b2 -4", " -2"]);
});

Deno.test("components with keys go on wherever they move", () => {
  same(keyed, ["abcd", "dcba", "bdac", "bdac", "cbad"], [
    "a1b2c3d4 +1+2+3+4",
    "d4c3b2a1",
    "b2d4a1c3",
    "b2d4a1c3",
    "c3b2a1d4",
  ]);
});

Deno.test("components with keys go on while others are replaced", () => {
  same(keyed, ["abc", "cxa", "xyz", "a"], ["a1b2c3 +1+2+3", "c3x4a1 -2+4", "x4y5z6 -3-1+5+6", "a7 -4-5-6+7"]);
});

Deno.test("many components with keys go on in any order", () => {
  const names = "abcdefghijklmnopqrstuvwxyz";
  const shuffled = "qwertyuiopasdfghjklzxcvbnm";
  const number = (text: string) => [...text].map((name) => name + (names.indexOf(name) + 1)).join("");
  const mounted = [...names].map((_, i) => `+${i + 1}`).join("");
  same(keyed, [names, shuffled, names.slice(13), shuffled], [
    `${number(names)} ${mounted}`,
    number(shuffled),
    `${number(names.slice(13))} ${[...shuffled].filter((name) => name < "n").map((name) => `-${names.indexOf(name) + 1}`).join("")}`,
    (() => {
      let count = 26;
      const numbers = [...shuffled].map((name) => name < "n" ? ++count : names.indexOf(name) + 1);
      return `${[...shuffled].map((name, i) => name + numbers[i]).join("")} ${numbers.filter((n) => n > 26).map((n) => `+${n}`).join("")}`;
    })(),
  ]);
});

Deno.test("a component begins anew when its key changes, and goes on when only its props do", () => {
  same<[key: string, name: string]>(
    {
      template: (Item, [key, name]) => (
        <p>
          <Item key={key} name={name} />
        </p>
      ),
      plain: (Item, [key, name]) => h("p", null, h(Item, { key, name })),
      alone: (Item, [key, name]) => <Item key={key} name={name} />,
    },
    [["k", "a"], ["k", "b"], ["l", "b"], ["k", "b"]],
    ["a1 +1", "b1", "b2 -1+2", "b3 -2+3"],
  );
});

Deno.test("a component begins anew when the element around it has another key or another name", () => {
  same<string>(
    {
      template: (Item, key) => (
        <p key={key}>
          <Item />
        </p>
      ),
      plain: (Item, key) => h("p", { key }, h(Item, null)),
      fragment: (Item, key) => (
        <Fragment key={key}>
          <Item />
        </Fragment>
      ),
    },
    ["k", "k", "l"],
    ["1 +1", "1", "2 -1+2"],
  );
  same<"b" | "i">({ plain: (Item, tag) => h("p", null, h(tag, null, h(Item, null))) }, ["b", "b", "i"], [
    "<b>1</b> +1",
    "<b>1</b>",
    "<i>2</i> -1+2",
  ]);
});

Deno.test("a key is the same as a number and as a text, and 0 is one", () => {
  same<(string | number)[]>(
    {
      template: (Item, keys) => <p>{keys.map((key) => <Item key={key} name={`${key}.`} />)}</p>,
      plain: (Item, keys) => h("p", null, keys.map((key) => h(Item, { key, name: `${key}.` }))),
    },
    [[0, 1, 2], ["2", "1", "0"], ["0", 2]],
    ["0.11.22.3 +1+2+3", "2.31.20.1", "0.12.3 -2"],
  );
});

Deno.test("components that share a key go on in their order", () => {
  same<string>(
    {
      template: (Item, names) => <p>{[...names].map((name) => <Item key="k" name={name} />)}</p>,
      plain: (Item, names) => h("p", null, [...names].map((name) => h(Item, { key: "k", name }))),
    },
    ["abc", "abc", "xy", "xyz"],
    ["a1b2c3 +1+2+3", "a1b2c3", "x1y2 -3", "x1y2z4 +4"],
  );
});

Deno.test("a component begins anew when its place is taken by another type with the same key", () => {
  const Other = () => <i>other</i>;
  same<boolean>(
    {
      template: (Item, isItem) => <p>{[isItem ? <Item key="k" /> : <Other key="k" />, <Item key="l" />]}</p>,
      plain: (Item, isItem) => h("p", null, isItem ? h(Item, { key: "k" }) : h("i", { key: "k" }, "other"), h(Item, { key: "l" })),
    },
    [true, false, true],
    ["12 +1+2", "<i>other</i>2 -1", "32 +3"],
  );
});

Deno.test("a component without a key is the one at its place: what is put before it takes over", () => {
  same<string>(
    {
      template: (Item, names) => <p>{[...names].map((name) => <Item name={name} />)}</p>,
      plain: (Item, names) => h("p", null, ...[...names].map((name) => h(Item, { name }))),
    },
    ["b", "ab", "abc", "c"],
    ["b1 +1", "a1b2 +2", "a1b2c3 +3", "c1 -2-3"],
  );
});

Deno.test("components with and without a key keep apart", () => {
  same<boolean>(
    {
      template: (Item, more) => <p>{[more && <Item key="k" name="k" />, <Item name="x" />, <Item key="l" name="l" />]}</p>,
      plain: (Item, more) =>
        h("p", null, more && h(Item, { key: "k", name: "k" }), h(Item, { name: "x" }), h(Item, { key: "l", name: "l" })),
    },
    [false, true, false],
    ["x1l2 +1+2", "k3x1l2 +3", "x1l2 -3"],
  );
});

// ---- what comes and goes -----------------------------------------------------------------------

Deno.test("a component without a key keeps its state when what is beside it comes and goes", () => {
  for (const nothing of [null, undefined, false, true, ""] as const) {
    same<boolean>(
      {
        template: (Item, on) => (
          <p>
            {on ? <b>on</b> : nothing}
            <Item name="x" />
            {on ? "text" : nothing}
            <Item name="y" />
          </p>
        ),
        plain: (Item, on) =>
          h("p", null, on ? h("b", null, "on") : nothing, h(Item, { name: "x" }), on ? "text" : nothing, h(Item, { name: "y" })),
        array: (Item, on) => <p>{[on ? <b>on</b> : nothing, <Item name="x" />, on ? "text" : nothing, <Item name="y" />]}</p>,
      },
      [false, true, false],
      ["x1y2 +1+2", "<b>on</b>x1texty2", "x1y2"],
    );
  }
});

Deno.test("a component that is shown when a condition holds begins anew each time", () => {
  same<boolean>(
    {
      template: (Item, on) => <p>{on && <Item />}{on ? null : "off"}</p>,
      plain: (Item, on) => h("p", null, on && h(Item, null), on ? null : "off"),
    },
    [true, false, true, true],
    ["1 +1", "off -1", "2 +2", "2"],
  );
});

Deno.test("a component of the same type takes over from its alternative at the same place, unless they have keys", () => {
  same<boolean>(
    {
      template: (Item, first) => <p>{first ? <Item name="a" /> : <Item name="b" />}</p>,
      plain: (Item, first) => h("p", null, first ? h(Item, { name: "a" }) : h(Item, { name: "b" })),
    },
    [true, false],
    ["a1 +1", "b1"],
  );
  same<boolean>(
    {
      template: (Item, first) => <p>{first ? <Item key="a" name="a" /> : <Item key="b" name="b" />}</p>,
      plain: (Item, first) => h("p", null, first ? h(Item, { key: "a", name: "a" }) : h(Item, { key: "b", name: "b" })),
    },
    [true, false],
    ["a1 +1", "b2 -1+2"],
  );
});

Deno.test("a component in a list keeps its state when what is before it goes, as Preact finds it without a key", () => {
  same<boolean>(
    {
      template: (Item, on) => <p>{[...on ? [<b>b</b>, <i>i</i>] : [], <Item />]}</p>,
      plain: (Item, on) => h("p", null, ...on ? [h("b", null, "b"), h("i", null, "i")] : [], h(Item, null)),
    },
    [true, false, true],
    ["<b>b</b><i>i</i>1 +1", "1", "<b>b</b><i>i</i>1"],
  );
});

Deno.test("each hole of a precompiled template is a position of its own: where Preact moves a component to another one, it begins anew", () => {
  type View = { [how: string]: (Item: Item, first: boolean) => ComponentChildren };
  // In plain vnodes all children of an element are one list: one that has gone is looked for among the others.
  same<boolean>(
    { plain: (Item, first) => h("p", null, first ? h(Item, { key: "k" }) : null, h("hr", null), first ? null : h(Item, { key: "k" })) },
    [true, false],
    ["1<hr> +1", "<hr>1"],
  );
  // The holes of a template are not: here, and not in Preact, it is another component. So there is no twin of this.
  const view: View[string] = (Item, first) => (
    <p>
      {first ? <Item key="k" /> : null}
      <hr />
      {first ? null : <Item key="k" />}
    </p>
  );
  const log: string[] = [];
  const Item = numbered((entry) => log.push(entry));
  const shown = new Shown();
  shown.show(view(Item, true));
  shown.show(view(Item, false));
  assertEquals([shown.html, log], ["<p><hr>2</p>", ["+1", "-1", "+2"]]);
});

// ---- fragments and arrays ----------------------------------------------------------------------

Deno.test("components in fragments and arrays with keys move together, and each keeps its state", () => {
  same<string>(
    {
      template: (Item, names) => (
        <p>
          {[...names].map((name) => (
            <Fragment key={name}>
              <Item name={name} />
              <Item name="+" />
            </Fragment>
          ))}
        </p>
      ),
      short: (Item, names) => <p>{[...names].map((name) => <Fragment key={name}>{[<Item name={name} />, <Item name="+" />]}</Fragment>)}
      </p>,
      plain: (Item, names) => h("p", null, [...names].map((name) => h(Fragment, { key: name }, h(Item, { name }), h(Item, { name: "+" })))),
    },
    ["ab", "ba", "cb", "b"],
    ["a1+2b3+4 +1+2+3+4", "b3+4a1+2", "c5+6b3+4 -1-2+5+6", "b3+4 -5-6"],
  );
});

Deno.test("components keep their state in fragments in fragments, and in arrays in arrays", () => {
  same<string>(
    {
      template: (Item, names) => (
        <>
          {[[
            <Fragment>
              <>{[...names].map((name) => <Item key={name} name={name} />)}</>
            </Fragment>,
          ]]}
          <Item name="z" />
        </>
      ),
      plain: (Item, names) =>
        h(
          Fragment,
          null,
          [[h(Fragment, null, h(Fragment, null, [...names].map((name) => h(Item, { key: name, name }))))]],
          h(Item, { name: "z" }),
        ),
    },
    ["ab", "ba", "b", ""],
    ["a1b2z3 +1+2+3", "b2a1z3", "b2z3 -1", "z3 -2"],
  );
});

Deno.test("an array, a fragment and a component that show the same keyed things are not the same place once they are deeper", () => {
  same<number>(
    {
      plain: (Item, deep) => {
        const item = h(Item, { key: "k" });
        return h("p", null, deep === 0 ? item : deep === 1 ? [item] : h(Fragment, null, [[item]]), h("hr", null));
      },
    },
    [0, 1, 2, 1, 0],
    ["1<hr> +1", "2<hr> -1+2", "3<hr> -2+3", "4<hr> -3+4", "5<hr> -4+5"],
  );
});

Deno.test("an array is a fragment without a key: one goes on as the other", () => {
  same<boolean>(
    {
      plain: (Item, array) => h("p", null, array ? [h(Item, null)] : h(Fragment, null, h(Item, null)), h("hr", null)),
      template: (Item, array) => (
        <p>
          {array ? [<Item />] : (
            <Fragment>
              <Item />
            </Fragment>
          )}
          <hr />
        </p>
      ),
    },
    [true, false, true],
    ["1<hr> +1", "1<hr>", "1<hr>"],
  );
});

Deno.test("a fragment with a key is not the one without, nor one with another key", () => {
  same<string | undefined>(
    {
      plain: (Item, key) => h("p", null, h(Fragment, key === undefined ? null : { key }, h(Item, null)), h("hr", null)),
    },
    [undefined, "a", "a", "b", undefined],
    ["1<hr> +1", "2<hr> -1+2", "2<hr>", "3<hr> -2+3", "4<hr> -3+4"],
  );
});

Deno.test("what a component shows goes on alone, in an array or in a fragment: it is all that the component shows", () => {
  same<number>(
    {
      component: (Item, how) =>
        h(Shows, null, [h(Item, { key: "k" }), [h(Item, { key: "k" })], h(Fragment, null, h(Item, { key: "k" }))][how]),
    },
    [0, 1, 2, 0],
    ["1 +1", "1", "1", "1"],
  );
});

Deno.test("what an element has goes on when others come beside it", () => {
  same<boolean>(
    {
      plain: (Item, more) => more ? h("p", null, h(Item, null), h("hr", null)) : h("p", null, h(Item, null)),
      array: (Item, more) => h("p", null, more ? [h(Item, null), h("hr", null)] : h(Item, null)),
      template: (Item, more) => <p>{more ? [<Item />, <hr />] : <Item />}</p>,
    },
    [false, true, false],
    ["1 +1", "1<hr>", "1"],
  );
});

Deno.test("what a component shows goes on when others come beside it in a fragment", () => {
  same<boolean>(
    {
      component: (Item, more) =>
        h(Shows, null, more ? h(Fragment, null, h(Item, { key: "k" }), h("hr", { key: "l" })) : h(Item, { key: "k" })),
      fragments: (Item, more) =>
        h(Shows, null, more ? h(Fragment, null, h(Item, { key: "k" }), h("hr", { key: "l" })) : h(Fragment, null, h(Item, { key: "k" }))),
    },
    [false, true, false],
    ["1 +1", "1<hr>", "1"],
  );
});

Deno.test("components in a list go on while a fragment beside them comes and goes", () => {
  same<boolean>(
    {
      plain: (Item, on) =>
        h("p", null, h(Item, { name: "a" }), on ? h(Fragment, null, h(Item, { name: "x" })) : null, h(Item, { name: "b" })),
      template: (Item, on) => (
        <p>
          <Item name="a" />
          {on
            ? (
              <>
                <Item name="x" />
              </>
            )
            : null}
          <Item name="b" />
        </p>
      ),
    },
    [false, true, false],
    ["a1b2 +1+2", "a1x3b2 +3", "a1b2 -3"],
  );
});

Deno.test("two lists beside one another keep apart, though their keys are the same", () => {
  same<[string, string]>(
    {
      template: (Item, [a, b]) => (
        <p>{[...a].map((name) => <Item key={name} name={name} />)}|{[...b].map((name) => <Item key={name} name={name} />)}</p>
      ),
      plain: (Item, [a, b]) =>
        h("p", null, [...a].map((name) => h(Item, { key: name, name })), "|", [...b].map((name) => h(Item, { key: name, name }))),
    },
    [["ab", "ab"], ["b", "ba"], ["", "a"]],
    ["a1b2|a3b4 +1+2+3+4", "b2|b4a3 -1", "|a3 -2-4"],
  );
});

Deno.test("a component's own list of components with keys moves as one, and in it", () => {
  const twin = new Twin((log) => {
    const Item = numbered(log);
    const groups: Record<string, Component<{ name: string }, { names: string }>> = {};
    class Group extends Component<{ name: string }, { names: string }> {
      override state = { names: "xy" };
      override render() {
        groups[this.props.name] = this;
        return <>{this.props.name}:{[...this.state.names].map((name) => <Item key={name} name={name} />)};</>;
      }
    }
    return { view: ({ names }: { names: string }) => <p>{[...names].map((name) => <Group key={name} name={name} />)}</p>, groups };
  });
  twin.render({ names: "ab" });
  assertEquals(twin.html, "<p>a:x1y2;b:x3y4;</p>");
  twin.act(({ groups }) => groups.a!.setState({ names: "yzx" }));
  assertEquals([twin.html, twin.log], ["<p>a:y2z5x1;b:x3y4;</p>", ["+5"]]);
  twin.render({ names: "ba" });
  assertEquals([twin.html, twin.log], ["<p>b:x3y4;a:y2z5x1;</p>", []]);
  twin.act(({ groups }) => {
    groups.a!.setState({ names: "x" });
    groups.b!.setState({ names: "yx" });
  });
  assertEquals([twin.html, twin.log], ["<p>b:y4x3;a:x1;</p>", ["-2", "-5"]]);
});

Deno.test("a list that moves and a component in it that changes are one patch", () => {
  const twin = new Twin(() => {
    const its: Record<string, Component> = {};
    class Item extends Component<{ name: string }, { n: number }> {
      override state = { n: 0 };
      override render() {
        its[this.props.name] = this;
        return <b>{this.props.name}{this.state.n}</b>;
      }
    }
    let list!: Component;
    class List extends Component<Props, { names: string }> {
      override state = { names: "abc" };
      override render() {
        list = this as Component;
        return <p>{[...this.state.names].map((name) => <Item key={name} name={name} />)}</p>;
      }
    }
    return {
      view: () => <List />,
      act: (names: string, name: string) => {
        its[name]!.setState({ n: 7 });
        list.setState({ names });
      },
    };
  });
  twin.render({});
  twin.act((it) => it.act("cab", "a"));
  assertEquals([twin.html, twin.sent], ["<p><b>c0</b><b>a7</b><b>b0</b></p>", ['{"0":{"1":{"1":7},"$":[-3,0,2]}}']]);
  twin.act((it) => it.act("c", "a"));
  assertEquals(twin.html, "<p><b>c0</b></p>");
});

/** Shows its children, as what it renders. */
class Shows extends Component<{ children?: ComponentChildren }> {
  override render() {
    return this.props.children;
  }
}
