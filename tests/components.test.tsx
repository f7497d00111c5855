// deno-lint-ignore-file jsx-key -- what has no key is what some of this is about
/** Components that live, without hooks: what they are given, what is called and in which order. Preact does the same beside them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Component, type ComponentChildren, type ComponentType, h } from "preact";
import { Lowering } from "../runtime/view/lower.ts";
import { sharesThis, usesMore } from "../runtime/view/more_than_props.ts";
import { type Log, Twin } from "./twin.ts";

type Props = Record<string, unknown>;
// deno-lint-ignore no-explicit-any -- tests look at states of all kinds
type Any = any;

// ---- what a component is given and shows -------------------------------------------------------

Deno.test("a class component is given its props and its state, also as arguments of render()", () => {
  const twin = new Twin((log) => {
    class Greeting extends Component<{ name: string }, { mark: string }> {
      override state = { mark: "!" };
      override render(props: { name: string }, state: { mark: string }) {
        log(`${props === this.props} ${state === this.state}`);
        return <b>{props.name}{state.mark}</b>;
      }
    }
    return { view: ({ name }: { name: string }) => <Greeting name={name} /> };
  });
  twin.render({ name: "a" });
  assertEquals([twin.html, twin.log], ["<b>a!</b>", ["true true"]]);
  twin.render({ name: "b" });
  assertEquals([twin.html, twin.sent], ["<b>b!</b>", ['{"0":"b"}']]);
  twin.end();
});

Deno.test("a class component has its props though its constructor gave none to Component", () => {
  const twin = new Twin(() => {
    class Careless extends Component<{ n: number }> {
      constructor() {
        super();
      }
      override render() {
        return this.props.n;
      }
    }
    return { view: () => <Careless n={1} /> };
  });
  twin.render({});
  assertEquals(twin.html, "1");
});

Deno.test("a component's state begins in its constructor, in a field, in componentWillMount or in getDerivedStateFromProps", () => {
  const twin = new Twin(() => {
    class InConstructor extends Component<Props, { n: number }> {
      constructor(props: Props) {
        super(props);
        this.state = { n: 1 };
      }
      override render() {
        return this.state.n;
      }
    }
    class InField extends Component<Props, { n: number }> {
      override state = { n: 2 };
      override render() {
        return this.state.n;
      }
    }
    class BySetState extends Component<Props, { n: number; m: number }> {
      constructor(props: Props) {
        super(props);
        this.state = { n: 0, m: 7 };
        this.setState({ n: 3 });
      }
      override render() {
        return [this.state.n, this.state.m];
      }
    }
    class BeforeMount extends Component<Props, { n: number }> {
      override componentWillMount() {
        this.setState({ n: 4 });
      }
      override render() {
        return this.state.n;
      }
    }
    class Derived extends Component<Props, { n: number }> {
      static override getDerivedStateFromProps() {
        return { n: 5 };
      }
      override render() {
        return this.state.n;
      }
    }
    class None extends Component {
      override render() {
        return JSON.stringify(this.state);
      }
    }
    const all: ComponentType[] = [InConstructor, InField, BySetState, BeforeMount, Derived, None];
    return { view: () => all.map((One) => <One />) };
  });
  twin.render({});
  assertEquals(twin.html, "123745{}");
});

Deno.test("a class without render() shows its children", () => {
  const twin = new Twin(() => {
    class Passes extends Component<{ children?: ComponentChildren }> {
      declare render: () => ComponentChildren;
    }
    return {
      view: ({ n }: { n: number }) => (
        <Passes>
          <b>{n}</b>
        </Passes>
      ),
    };
  });
  twin.render({ n: 1 });
  assertEquals(twin.html, "<b>1</b>");
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.sent], ["<b>2</b>", ['{"0":2}']]);
});

Deno.test("a class that is no Component is rendered if it can be", () => {
  const twin = new Twin((log) => {
    class Plain {
      props: Props;
      constructor(props: Props, _context: unknown) {
        this.props = props;
      }
      componentDidMount() {
        log("did mount");
      }
      componentWillUnmount() {
        log("will unmount");
      }
      render(props: Props) {
        return <b>{props.n as number}</b>;
      }
    }
    return { view: ({ n }: { n: number }) => h(Plain as unknown as ComponentType<Props>, { n }) };
  });
  twin.render({ n: 1 });
  assertEquals([twin.html, twin.log], ["<b>1</b>", ["did mount"]]);
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.sent, twin.log], ["<b>2</b>", ['{"0":2}'], []]);
  twin.end();
  assertEquals(twin.log, ["will unmount"]);
});

Deno.test("a class component shows nothing, a text, a number, an array, a fragment, an element or another component", () => {
  const shown: ComponentChildren[] = [null, undefined, false, true, "", "text", 0, 7n, ["a", 1, null, <i>x</i>], <>f{1}</>, <b>e</b>];
  const twin = new Twin(() => {
    class Shows extends Component<{ what: ComponentChildren }> {
      override render() {
        return this.props.what;
      }
    }
    return {
      view: ({ what }: { what: ComponentChildren }) => (
        <p>
          [<Shows what={what} />]
        </p>
      ),
    };
  });
  const pages = shown.map((what) => {
    twin.render({ what });
    return twin.html.slice(4, -5);
  });
  assertEquals(pages, ["", "", "", "", "", "text", "0", "7", "a1<i>x</i>", "f1", "<b>e</b>"]);
  for (const what of shown.toReversed()) twin.render({ what });
  assertEquals(twin.html, "<p>[]</p>");
});

Deno.test("a component passes all of its props on to the one that it shows, which has a state of its own", () => {
  const twin = new Twin((log) => {
    let set!: (n: number) => void;
    class Inner extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override componentDidMount() {
        set = (n) => this.setState({ n });
      }
      override render() {
        log("inner");
        return <b {...this.props as Props}>{this.state.n}</b>;
      }
    }
    const Middle = (props: Props) => {
      log("middle");
      return <Inner {...props} />;
    };
    class Outer extends Component<Props> {
      override render() {
        log("outer");
        return <Middle {...this.props} title="o" />;
      }
    }
    return { view: (props: Props) => <Outer {...props} />, set: (n: number) => set(n) };
  });
  twin.render({ id: "a" });
  assertEquals([twin.html, twin.log], ['<b id="a" title="o">0</b>', ["outer", "middle", "inner"]]);
  twin.act((it) => it.set(1));
  assertEquals([twin.html, twin.log], ['<b id="a" title="o">1</b>', ["inner"]]);
  twin.render({ id: "b" });
  assertEquals([twin.html, twin.log], ['<b id="b" title="o">1</b>', ["outer", "middle", "inner"]]);
});

Deno.test("a component that shows another one instead ends the first before it begins the second", () => {
  const twin = new Twin((log) => {
    class A extends Component {
      override componentWillMount() {
        log("A will mount");
      }
      override componentDidMount() {
        log("A did mount");
      }
      override componentWillUnmount() {
        log("A will unmount");
      }
      override render() {
        log("A");
        return <p>A</p>;
      }
    }
    class B extends Component {
      override componentWillMount() {
        log("B will mount");
      }
      override componentDidMount() {
        log("B did mount");
      }
      override componentWillUnmount() {
        log("B will unmount");
      }
      override render() {
        log("B");
        return <p>B</p>;
      }
    }
    const Either = ({ a }: { a: boolean }) => a ? <A /> : <B />;
    return { view: ({ a }: { a: boolean }) => <Either a={a} /> };
  });
  twin.render({ a: true });
  assertEquals([twin.html, twin.log], ["<p>A</p>", ["A will mount", "A", "A did mount"]]);
  twin.render({ a: false });
  assertEquals([twin.html, twin.log], ["<p>B</p>", ["A will unmount", "B will mount", "B", "B did mount"]]);
  twin.end();
  assertEquals(twin.log, ["B will unmount"]);
});

Deno.test("a child that is passed through is not run again when only its parent changed", () => {
  const twin = new Twin((log) => {
    let set!: (n: number) => void;
    class Parent extends Component<{ children?: ComponentChildren }, { n: number }> {
      override state = { n: 0 };
      override render() {
        set = (n) => this.setState({ n });
        log("parent");
        return <p>{this.state.n}{this.props.children}</p>;
      }
    }
    class Child extends Component<Props> {
      override render() {
        log("child");
        return <b>c</b>;
      }
    }
    const Pure = () => {
      log("pure");
      return <i>p</i>;
    };
    return { view: () => h(Parent, null, h(Child, null), h("u", null, h(Child, null)), h(Pure, null)), set: (n: number) => set(n) };
  });
  twin.render({});
  assertEquals(twin.log, ["parent", "child", "child", "pure"]);
  twin.act((it) => it.set(1));
  assertEquals([twin.html, twin.log, twin.sent], ["<p>1<b>c</b><u><b>c</b></u><i>p</i></p>", ["parent"], ['{"0":1}']]);
});

Deno.test("a vnode that is kept and shown again is not run, unless its own state has changed", () => {
  const twin = new Twin((log) => {
    let set!: (n: number) => void, again!: () => void;
    class Inner extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override render() {
        set = (n) => this.setState({ n });
        log("inner");
        return <b>{this.state.n}</b>;
      }
    }
    const kept = h(Inner, null);
    class Outer extends Component {
      override render() {
        again = () => this.setState({});
        log("outer");
        return h("p", null, kept);
      }
    }
    return { view: () => <Outer />, set: (n: number) => set(n), again: () => again() };
  });
  twin.render({});
  twin.act((it) => it.again());
  assertEquals(twin.log, ["outer"]);
  twin.act((it) => {
    it.again();
    it.set(2);
  });
  assertEquals([twin.html, twin.log], ["<p><b>2</b></p>", ["outer", "inner"]]);
});

Deno.test("one vnode at two places is two components", () => {
  const twin = new Twin((log) => {
    const sets: ((n: number) => void)[] = [];
    class Counter extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override componentDidMount() {
        sets.push((n) => this.setState({ n }));
      }
      override render() {
        log("counter");
        return <b>{this.state.n}</b>;
      }
    }
    const one = <Counter />;
    return { view: () => <p>{one}-{one}</p>, sets };
  });
  twin.render({});
  twin.act((it) => it.sets[1]!(5));
  assertEquals([twin.html, twin.log], ["<p><b>0</b>-<b>5</b></p>", ["counter"]]);
});

Deno.test("a function that is a child is called by the component that it is given to", () => {
  const twin = new Twin(() => {
    let add!: () => void;
    class Counts extends Component<{ children: (n: number) => ComponentChildren }, { n: number }> {
      override state = { n: 0 };
      override render() {
        add = () => this.setState(({ n }) => ({ n: n + 1 }));
        return this.props.children(this.state.n);
      }
    }
    return { view: ({ text }: { text: string }) => <Counts>{(n: number) => <b>{text}{n}</b>}</Counts>, add: () => add() };
  });
  twin.render({ text: "a" });
  twin.act((it) => it.add());
  assertEquals(twin.html, "<b>a1</b>");
  twin.render({ text: "b" });
  assertEquals([twin.html, twin.sent], ["<b>b1</b>", ['{"0":"b"}']]);
});

Deno.test("a function component has an object: what it leaves there stays, as shouldComponentUpdate", () => {
  const twin = new Twin((log) => {
    function Odd(this: Component<{ n: number }>, { n }: { n: number }) {
      log(`run ${n}`);
      this.shouldComponentUpdate = (next) => next.n % 2 === 1;
      return <b>{n}</b>;
    }
    return { view: ({ n }: { n: number }) => h(Odd as unknown as ComponentType<{ n: number }>, { n }) };
  });
  const pages = [1, 2, 3, 4].map((n) => {
    twin.render({ n });
    return `${twin.html} ${twin.log}`;
  });
  assertEquals(pages, ["<b>1</b> run 1", "<b>1</b> ", "<b>3</b> run 3", "<b>3</b> "]);
});

// ---- the order of things -----------------------------------------------------------------------

/** A class that notes each call. */
function noted(log: Log, name: string, shows: (props: Props) => ComponentChildren): ComponentType<Props> & { it: Component<Props, Props> } {
  return class Noted extends Component<Props, Props> {
    static it: Component<Props, Props>;
    constructor(props: Props) {
      super(props);
      log(`${name} constructor`);
      Noted.it = this;
    }
    override componentWillMount() {
      log(`${name} will mount`);
    }
    override componentDidMount() {
      log(`${name} did mount`);
    }
    override componentWillReceiveProps() {
      log(`${name} receives`);
    }
    override shouldComponentUpdate() {
      log(`${name} should update`);
      return true;
    }
    override componentWillUpdate() {
      log(`${name} will update`);
    }
    override getSnapshotBeforeUpdate() {
      log(`${name} snapshot`);
      return null;
    }
    override componentDidUpdate() {
      log(`${name} did update`);
    }
    override componentWillUnmount() {
      log(`${name} will unmount`);
    }
    override render() {
      log(`${name} render`);
      return shows(this.props);
    }
  } as Any;
}

Deno.test("the methods of a class are called in Preact's order: parents before children, and back after all is shown", () => {
  const twin = new Twin((log) => {
    const Child = noted(log, "child", (props) => props.n as number);
    const Second = noted(log, "second", (props) => props.n as number);
    const Parent = noted(log, "parent", (props) => (
      <p>
        <Child n={props.n} />,<Second n={props.n} />
      </p>
    ));
    return {
      view: ({ n }: { n: number | null }) => n === null ? null : <Parent n={n} />,
      parent: () => Parent.it.setState({}),
      child: () => Child.it.setState({}),
    };
  });
  twin.render({ n: 1 });
  assertEquals(twin.log, [
    ...["parent constructor", "parent will mount", "parent render"],
    ...["child constructor", "child will mount", "child render"],
    ...["second constructor", "second will mount", "second render"],
    ...["child did mount", "second did mount", "parent did mount"],
  ]);
  twin.render({ n: 2 });
  assertEquals(twin.log, [
    ...["parent receives", "parent should update", "parent will update", "parent render", "parent snapshot"],
    ...["child receives", "child should update", "child will update", "child render", "child snapshot"],
    ...["second receives", "second should update", "second will update", "second render", "second snapshot"],
    ...["child did update", "second did update", "parent did update"],
  ]);
  twin.act((it) => it.child());
  assertEquals(twin.log, ["child should update", "child will update", "child render", "child snapshot", "child did update"]);
  twin.act((it) => it.parent());
  assertEquals(twin.log.slice(0, 5), ["parent should update", "parent will update", "parent render", "parent snapshot", "child receives"]);
  twin.render({ n: null });
  assertEquals(twin.log, ["parent will unmount", "child will unmount", "second will unmount"]);
  assertEquals(twin.html, "");
});

Deno.test("components beside one another are ended in order, and before any that is new is begun", () => {
  const twin = new Twin((log) => {
    const kinds = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, noted(log, name, () => <b>{name}</b>)]));
    return { view: ({ names }: { names: string }) => <p>{[...names].map((name) => h(kinds[name]!, { key: name }))}</p> };
  });
  twin.render({ names: "abc" });
  twin.render({ names: "db" });
  assertEquals([twin.html, twin.log.filter((entry) => /unmount|constructor|did/.test(entry))], [
    "<p><b>d</b><b>b</b></p>",
    ["a will unmount", "c will unmount", "d constructor", "d did mount", "b did update"],
  ]);
  twin.render({ names: "" });
  assertEquals(twin.log, ["d will unmount", "b will unmount"]);
});

Deno.test("a component may still read its props and its state when it ends, and cannot set it any more", () => {
  const twin = new Twin((log) => {
    class Last extends Component<{ n: number }, { m: number }> {
      override state = { m: 1 };
      override componentWillUnmount() {
        log(`${this.props.n} ${this.state.m}`);
        this.setState({ m: 2 }, () => log("never"));
        this.forceUpdate(() => log("never"));
      }
      override render() {
        log("render");
        return <b />;
      }
    }
    return { view: ({ n }: { n: number }) => n > 0 && <Last n={n} /> };
  });
  twin.render({ n: 3 });
  twin.render({ n: 0 });
  assertEquals([twin.html, twin.log], ["", ["3 1"]]);
});

Deno.test("a component that is gone can be asked to change, and nothing happens", () => {
  const twin = new Twin((log) => {
    let it!: Component;
    class Gone extends Component {
      override render() {
        it = this;
        log("render");
        return <b />;
      }
    }
    return {
      view: ({ on }: { on: boolean }) => on && <Gone />,
      set: () => {
        it.setState({ n: 1 });
        it.forceUpdate();
      },
    };
  });
  twin.render({ on: true });
  twin.render({ on: false });
  twin.act((it) => it.set());
  assertEquals([twin.html, twin.log], ["", []]);
});

Deno.test("getDerivedStateFromProps is asked before each rendering, and the older methods are not called then", () => {
  const twin = new Twin((log) => {
    let it!: Component<{ n: number }, { own: number; from: number }>;
    class Derives extends Component<{ n: number }, { own: number; from: number }> {
      static override getDerivedStateFromProps(props: { n: number }, state: { own: number }) {
        log(`derive ${props.n} ${state.own}`);
        return state.own === 9 ? null : { from: props.n * 10 };
      }
      override state = { own: 1, from: 0 };
      override componentWillMount() {
        log("never");
      }
      override componentWillReceiveProps() {
        log("never");
      }
      override render() {
        it = this;
        return <b>{this.state.own} {this.state.from}</b>;
      }
    }
    return { view: ({ n }: { n: number }) => <Derives n={n} />, set: (own: number) => it.setState({ own }), force: () => it.forceUpdate() };
  });
  twin.render({ n: 1 });
  assertEquals([twin.html, twin.log], ["<b>1 10</b>", ["derive 1 1"]]);
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.log], ["<b>1 20</b>", ["derive 2 1"]]);
  twin.act((it) => it.set(3));
  assertEquals([twin.html, twin.log], ["<b>3 20</b>", ["derive 2 3"]]);
  twin.act((it) => it.force());
  assertEquals(twin.log, ["derive 2 3"]);
  twin.act((it) => it.set(9));
  twin.render({ n: 5 });
  assertEquals([twin.html, twin.log], ["<b>9 20</b>", ["derive 5 9"]]);
});

Deno.test("componentDidUpdate is given the props and the state before, and what getSnapshotBeforeUpdate answered", () => {
  const twin = new Twin((log) => {
    let it!: Component<{ n: number }, { m: number }>;
    class Remembers extends Component<{ n: number }, { m: number }> {
      override state = { m: 0 };
      override getSnapshotBeforeUpdate(props: { n: number }, state: { m: number }) {
        log(`snapshot ${props.n} ${state.m}`);
        return props.n * 100 + state.m;
      }
      override componentDidUpdate(props: { n: number }, state: { m: number }, snapshot: number) {
        log(`${props.n}->${this.props.n} ${state.m}->${this.state.m} ${snapshot}`);
      }
      override render() {
        it = this;
        return <b>{this.props.n}</b>;
      }
    }
    return { view: ({ n }: { n: number }) => <Remembers n={n} />, set: (m: number) => it.setState({ m }) };
  });
  twin.render({ n: 1 });
  assertEquals(twin.log, []);
  twin.act((it) => it.set(2));
  assertEquals([twin.log, twin.sent], [["snapshot 1 0", "1->1 0->2 100"], []]);
  twin.render({ n: 3 });
  assertEquals(twin.log, ["snapshot 1 2", "1->3 2->2 102"]);
});

// ---- setState ----------------------------------------------------------------------------------

Deno.test("setState() takes an object, or a function of the state and the props, and leaves what it does not name", () => {
  const twin = new Twin((log) => {
    let it!: Component<{ step: number }, { n: number; name: string }>;
    class Counter extends Component<{ step: number }, { n: number; name: string }> {
      override state = { n: 0, name: "x" };
      override render() {
        it = this;
        log("render");
        return <b>{this.state.name}{this.state.n}</b>;
      }
    }
    return { view: () => <Counter step={5} />, it: () => it, log };
  });
  twin.render({});
  twin.act((s) => s.it().setState({ n: 1 }));
  assertEquals([twin.html, twin.log], ["<b>x1</b>", ["render"]]);
  twin.act((s) => s.it().setState((state, props) => ({ n: state.n + props.step })));
  assertEquals(twin.html, "<b>x6</b>");
  twin.act((s) => {
    const before = s.it().state;
    s.it().setState((state) => {
      (state as { n: number }).n = 99;
      return { name: "y" };
    });
    s.log(`${before === s.it().state} ${before.n}`);
  });
  assertEquals([twin.html, twin.log], ["<b>y6</b>", ["true 6", "render"]]);
});

Deno.test("setState() with nothing, or a function that answers nothing, does nothing", () => {
  const twin = new Twin((log) => {
    let it!: Component;
    class Still extends Component {
      override render() {
        it = this;
        log("render");
        return "s";
      }
    }
    return { view: () => <Still />, it: () => it };
  });
  twin.render({});
  twin.act((s) => {
    s.it().setState(null);
    s.it().setState(() => null);
  });
  assertEquals([twin.log, twin.sent], [[], []]);
});

Deno.test("setState() many times is one rendering; the callbacks come after componentDidUpdate, in order", () => {
  const twin = new Twin((log) => {
    let it!: Component<Props, { n: number }>;
    class Counter extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override componentDidUpdate() {
        log("did update");
      }
      override render() {
        it = this;
        log(`render ${this.state.n}`);
        return <b>{this.state.n}</b>;
      }
    }
    return { view: () => <Counter />, it: () => it, log };
  });
  twin.render({});
  twin.act((s) => {
    for (const i of [1, 2, 3]) {
      s.it().setState(({ n }) => ({ n: n + 1 }), function (this: unknown) {
        s.log(`callback ${i} ${this === s.it()}`);
      });
    }
    s.log(`now ${s.it().state.n}`);
  });
  assertEquals(twin.log, ["now 0", "render 3", "did update", "callback 1 true", "callback 2 true", "callback 3 true"]);
  assertEquals(twin.sent, ['{"0":3}']);
});

Deno.test("setState() in a parent and in its child is one rendering of each, the parent's first", () => {
  const twin = new Twin((log) => {
    let parent!: Component, child!: Component;
    class Child extends Component<Props, Props> {
      override render() {
        child = this;
        log("child");
        return <i>{this.props.n as number}{this.state.m as number}</i>;
      }
    }
    class Parent extends Component<Props, Props> {
      override render() {
        parent = this;
        log("parent");
        return (
          <p>
            <Child n={this.state.n} />
          </p>
        );
      }
    }
    return {
      view: () => <Parent />,
      both: () => {
        child.setState({ m: 2 });
        parent.setState({ n: 1 });
      },
    };
  });
  twin.render({});
  twin.act((s) => s.both());
  assertEquals([twin.html, twin.log], ["<p><i>12</i></p>", ["parent", "child"]]);
});

for (
  const method of [
    "componentWillMount",
    "componentDidMount",
    "componentWillReceiveProps",
    "componentWillUpdate",
    "componentDidUpdate",
    "render",
  ]
) {
  Deno.test(`setState() in ${method}() is shown`, () => {
    const twin = new Twin((log) => {
      class Sets extends Component<{ n: number }, { m: number }> {
        override state = { m: 0 };
        once = new Set<number>();
        set(where: string) {
          if (where !== method || this.once.has(this.props.n)) return;
          this.once.add(this.props.n);
          this.setState({ m: this.state.m + 1 }, () => log("set"));
        }
        override componentWillMount() {
          this.set("componentWillMount");
        }
        override componentDidMount() {
          log("did mount");
          this.set("componentDidMount");
        }
        override componentWillReceiveProps() {
          this.set("componentWillReceiveProps");
        }
        override componentWillUpdate() {
          this.set("componentWillUpdate");
        }
        override componentDidUpdate() {
          log("did update");
          this.set("componentDidUpdate");
        }
        override render() {
          log(`render ${this.state.m}`);
          this.set("render");
          return <b>{this.props.n} {this.state.m}</b>;
        }
      }
      return { view: ({ n }: { n: number }) => <Sets n={n} /> };
    });
    const pages = [1, 2, 3].map((n) => {
      twin.render({ n });
      return `${twin.html}: ${twin.log.join(", ")}`;
    });
    const expected: Record<string, string[]> = {
      // Before the first rendering it is the state that this begins with.
      componentWillMount: ["<b>1 1</b>: render 1, did mount, set", "<b>2 1</b>: render 1, did update", "<b>3 1</b>: render 1, did update"],
      componentDidMount: [
        "<b>1 1</b>: render 0, did mount, render 1, did update, set",
        "<b>2 1</b>: render 1, did update",
        "<b>3 1</b>: render 1, did update",
      ],
      // The props are the old ones then: of 1 and of 2.
      componentWillReceiveProps: [
        "<b>1 0</b>: render 0, did mount",
        "<b>2 1</b>: render 1, did update, set",
        "<b>3 2</b>: render 2, did update, set",
      ],
      componentWillUpdate: [
        "<b>1 0</b>: render 0, did mount",
        "<b>2 1</b>: render 1, did update, set",
        "<b>3 2</b>: render 2, did update, set",
      ],
      componentDidUpdate: [
        "<b>1 0</b>: render 0, did mount",
        "<b>2 1</b>: render 0, did update, render 1, did update, set",
        "<b>3 2</b>: render 1, did update, render 2, did update, set",
      ],
      render: [
        "<b>1 1</b>: render 0, did mount, set, render 1, did update",
        "<b>2 2</b>: render 1, did update, set, render 2, did update",
        "<b>3 3</b>: render 2, did update, set, render 3, did update",
      ],
    };
    assertEquals(pages, expected[method]);
  });
}

Deno.test("a component that sets its parent's state while it mounts has its parent rendered once more", () => {
  for (const when of ["constructor", "will mount", "render", "did mount"]) {
    const twin = new Twin((log) => {
      class Child extends Component<{ tell(): void }> {
        constructor(props: { tell(): void }) {
          super(props);
          if (when === "constructor") props.tell();
        }
        override componentWillMount() {
          if (when === "will mount") this.props.tell();
        }
        override componentDidMount() {
          if (when === "did mount") this.props.tell();
        }
        #told = false;
        override render() {
          if (when === "render" && !this.#told) this.props.tell();
          this.#told = true;
          log("child");
          return <i>c</i>;
        }
      }
      class Parent extends Component<Props, { told: boolean }> {
        override state = { told: false };
        tell = () => this.setState({ told: true });
        override render() {
          log(`parent ${this.state.told}`);
          return (
            <p>
              {String(this.state.told)}
              <Child tell={this.tell} />
            </p>
          );
        }
      }
      return { view: () => <Parent /> };
    });
    twin.render({});
    assertEquals([twin.html, twin.log], ["<p>true<i>c</i></p>", ["parent false", "child", "parent true", "child"]], when);
  }
});

Deno.test("a class may have its own setState(), and may bind or borrow that of Component", () => {
  const twin = new Twin((log) => {
    class Overrides extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override setState(update: Any, callback?: () => void) {
        log(`set ${JSON.stringify(update)}`);
        super.setState(update, callback);
      }
      override forceUpdate(callback?: () => void) {
        log("force");
        super.forceUpdate(callback);
      }
      override render() {
        its.overrides = this;
        return <b>{this.state.n}</b>;
      }
    }
    class Binds extends Component<Props, { n: number }> {
      override state = { n: 0 };
      constructor(props: Props) {
        super(props);
        this.setState = this.setState.bind(this);
      }
      override render() {
        const { setState } = this;
        its.binds = (n: number) => setState({ n });
        return <b>{this.state.n}</b>;
      }
    }
    class Borrows extends Component<Props, { n: number }> {
      override state = { n: 0 };
      set = this.setState.bind(this, { n: 7 });
      force = this.forceUpdate.bind(this);
      override render() {
        its.borrows = this;
        log("borrows");
        return <b>{this.state.n}</b>;
      }
    }
    class HasField extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override setState = (update: Any) => {
        log("field");
        super.setState(update);
      };
      override render() {
        its.field = this;
        return <b>{this.state.n}</b>;
      }
    }
    const its: Record<string, Any> = {};
    return { view: () => [<Overrides />, <Binds />, <Borrows />, <HasField />], its };
  });
  twin.render({});
  twin.act(({ its }) => its.overrides.setState({ n: 1 }));
  assertEquals([twin.html, twin.log], ["<b>1</b><b>0</b><b>0</b><b>0</b>", ['set {"n":1}']]);
  twin.act(({ its }) => its.overrides.forceUpdate());
  assertEquals(twin.log, ["force"]);
  twin.act(({ its }) => its.binds(2));
  assertEquals(twin.html, "<b>1</b><b>2</b><b>0</b><b>0</b>");
  twin.act(({ its }) => its.borrows.set());
  assertEquals(twin.html, "<b>1</b><b>2</b><b>7</b><b>0</b>");
  twin.act(({ its }) => its.borrows.force());
  assertEquals(twin.log, ["borrows"]);
  twin.act(({ its }) => its.field.setState({ n: 4 }));
  assertEquals([twin.html, twin.log], ["<b>1</b><b>2</b><b>7</b><b>4</b>", ["field"]]);
});

Deno.test("forceUpdate() renders a component that says that it should not be, and calls back", () => {
  const twin = new Twin((log) => {
    let it!: Component;
    class Stubborn extends Component {
      override shouldComponentUpdate() {
        log("should update?");
        return false;
      }
      override render() {
        it = this;
        log("render");
        return "s";
      }
    }
    return {
      view: () => <Stubborn />,
      force: () => it.forceUpdate(() => log("forced")),
      set: () => it.setState({ n: 1 }, () => log("set")),
    };
  });
  twin.render({});
  twin.act((s) => s.force());
  assertEquals(twin.log, ["render", "forced"]);
  twin.act((s) => s.set());
  assertEquals(twin.log, ["should update?", "set"]);
  twin.act((s) => {
    s.set();
    s.force();
  });
  assertEquals(twin.log, ["render", "forced", "set"]);
});

Deno.test("shouldComponentUpdate() is given what is next; what it turns down is there all the same at the next rendering", () => {
  const twin = new Twin((log) => {
    let it!: Component<{ n: number }, { m: number }>;
    class Chooses extends Component<{ n: number }, { m: number }> {
      override state = { m: 0 };
      override shouldComponentUpdate(props: { n: number }, state: { m: number }) {
        log(`${this.props.n}->${props.n} ${this.state.m}->${state.m}`);
        return state.m % 2 === 1;
      }
      override render() {
        it = this;
        return <b>{this.props.n} {this.state.m}</b>;
      }
    }
    return {
      view: ({ n }: { n: number }) => (
        <p>
          {n}
          <Chooses n={n} />
        </p>
      ),
      set: (m: number) => it.setState({ m }),
    };
  });
  twin.render({ n: 1 });
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.log], ["<p>2<b>1 0</b></p>", ["1->2 0->0"]]);
  twin.act((s) => s.set(2));
  assertEquals([twin.log, twin.sent], [["2->2 0->2"], []]);
  twin.act((s) => s.set(3));
  assertEquals([twin.html, twin.log], ["<p>2<b>2 3</b></p>", ["2->2 2->3"]]);
});

Deno.test("shouldComponentUpdate() keeps all below as it is, and what is below may still change by itself", () => {
  const twin = new Twin((log) => {
    let inner!: Component;
    class Inner extends Component<{ n: number }, { m: number }> {
      override state = { m: 0 };
      override render() {
        inner = this;
        log("inner");
        return <i>{this.props.n} {this.state.m}</i>;
      }
    }
    class Wall extends Component<{ n: number }> {
      override shouldComponentUpdate() {
        return false;
      }
      override render() {
        log("wall");
        return (
          <p>
            <Inner n={this.props.n} />
          </p>
        );
      }
    }
    return { view: ({ n }: { n: number }) => <Wall n={n} />, set: (m: number) => inner.setState({ m }) };
  });
  twin.render({ n: 1 });
  twin.render({ n: 2 });
  assertEquals(twin.log, []);
  twin.act((s) => s.set(5));
  assertEquals([twin.html, twin.log], ["<p><i>1 5</i></p>", ["inner"]]);
  twin.render({ n: 3 });
  assertEquals([twin.html, twin.log], ["<p><i>1 5</i></p>", []]);
  twin.act((s) => s.set(6));
  assertEquals(twin.html, "<p><i>1 6</i></p>");
});

Deno.test("an app's own arrays and objects are never written to", () => {
  const frozen = <T,>(value: T): T => {
    if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
      Object.freeze(value);
      for (const inner of Object.values(value)) frozen(inner);
    }
    return value;
  };
  const model = frozen({ rows: [{ id: 1, style: { color: "red" } }, { id: 2, style: { color: "blue" } }], names: ["a", ["b"]] });
  const twin = new Twin(() => {
    let it!: Component;
    class Rows extends Component<typeof model, Props> {
      override state = frozen({ n: 0 });
      override render() {
        it = this;
        return (
          <ul>
            {this.props.rows.map((row) => <li key={row.id} style={row.style}>{row.id}</li>)}
            {this.props.names as ComponentChildren}
            {this.state.n as number}
          </ul>
        );
      }
    }
    return { view: (props: typeof model) => h(Rows, props), set: (n: number) => it.setState(frozen({ n })) };
  });
  twin.render(model);
  twin.act((s) => s.set(1));
  twin.render({ ...model, rows: frozen(model.rows.toReversed()) });
  assertEquals(
    twin.html,
    '<ul><li style="color: blue;">2</li><li style="color: red;">1</li>ab1</ul>',
  );
});

// ---- bounds ------------------------------------------------------------------------------------

Deno.test("of ten thousand components the one that changed is made anew, and what it stands in", () => {
  const its: Component[] = [];
  class Row extends Component<{ id: number }, { n: number }> {
    override state = { n: 0 };
    override render() {
      its[this.props.id] = this;
      return <li>{this.props.id}: {this.state.n}</li>;
    }
  }
  const ids = Array.from({ length: 100 }, (_, i) => i);
  const lowering = new Lowering({ development: false, warn() {} });
  lowering.lower(<main>{ids.map((a) => <ul key={a}>{ids.map((b) => <Row key={b} id={a * 100 + b} />)}</ul>)}</main>);
  assert(lowering.made > 20_000);
  its[5_050]!.setState({ n: 1 });
  lowering.update();
  // Its own row, the two lists of a hundred that it is in, and the list that holds them.
  assert(lowering.made < 250, `${lowering.made}`);
  lowering.update();
  assertEquals(lowering.made, 0);
  lowering.end();
});

// Deeper, the stack of an engine that has not compiled this code yet may end: a thousand failed by chance, and always when it ran alone.
Deno.test("components are five hundred deep, and the deepest changes by itself", () => {
  const twin = new Twin((log) => {
    let it!: Component;
    class Deepest extends Component<Props, { n: number }> {
      override state = { n: 0 };
      override componentWillUnmount() {
        log("gone");
      }
      override render() {
        it = this;
        return this.state.n;
      }
    }
    class Level extends Component<{ at: number }> {
      override render() {
        return this.props.at === 0 ? <Deepest /> : h(Level, { at: this.props.at - 1 });
      }
    }
    return {
      view: () => (
        <p>
          <Level at={500} />
        </p>
      ),
      set: (n: number) => it.setState({ n }),
    };
  });
  twin.render({});
  twin.act((s) => s.set(1));
  assertEquals([twin.html, twin.sent], ["<p>1</p>", ['{"0":1}']]);
  twin.end();
  assertEquals(twin.log, ["gone"]);
});

// ---- what cannot be ----------------------------------------------------------------------------

Deno.test("a component that always sets its state when it has been rendered is stopped, by its name", () => {
  class Restless extends Component<Props, { n: number }> {
    static override displayName = "Restless of ours";
    override state = { n: 0 };
    override componentDidUpdate() {
      this.setState({ n: this.state.n + 1 });
    }
    override componentDidMount() {
      this.setState({ n: 1 });
    }
    override render() {
      return this.state.n;
    }
  }
  const lowering = new Lowering({ development: false, warn() {} });
  assertThrows(() => lowering.lower(<Restless />), RangeError, "<Restless of ours> sets its state each time that it is rendered");
  lowering.end();
});

Deno.test("what cannot be shown is said with the displayName of the component that shows it", () => {
  class Inner extends Component {
    static override displayName = "Named";
    override render() {
      return { a: 1 } as Any;
    }
  }
  const lowering = new Lowering({ development: false, warn() {} });
  assertThrows(() => lowering.lower(<Inner />), Error, "Cannot render the view: In <Named>: an object ({a}) is no child");

  // The components around it do not say the same once more.
  const Middle = () => <Inner />;
  const Outer = () => <p>{<Middle />}</p>;
  const error = assertThrows(() => new Lowering({ development: false, warn() {} }).lower(<Outer />), Error);
  assertEquals(error.message.match(/Cannot render the view/g)?.length, 1);
  assertEquals(error.message.match(/In </g)?.length, 1);
});

Deno.test("a function component has an object of its own if it uses its this or a context, and shares one if it uses its props", () => {
  const uses = (type: Any) => usesMore(type);
  assertEquals(
    [
      function Own(this: Any) {
        return this.state;
      },
      (_: Any, context: Any) => context.n,
      {
        Method() {
          return (this as Any).n;
        },
      }.Method,
      // A mock calls what it stands for with its own this.
      function (this: Any, ...args: Any[]) {
        return Reflect.apply(String, this, args);
      },
    ].map(uses),
    [true, true, true, true],
  );
  const arrow = (text: string) => `${text} this`;
  assertEquals(
    [
      arrow,
      arrow.bind(null),
      function Commented() {
        // this is only a comment
        /* and so is this */
        return null;
      },
      function thistle() {
        return "nothis";
      },
      sharesThis(function Shares(this: Any) {
        return this.props;
      }),
    ].map(uses),
    [false, false, false, false, false],
  );
});
