/** Classes, their lifecycles, and functions that use their `this`. */
import { Component, h } from "preact";
import { act, type Any, beside, type Case, click, type Log, render } from "./case.ts";

/** A class that says what is called, and with what. */
function chatty(log: Log, more: Any = {}): Any {
  class Chatty extends Component<Any, Any> {
    constructor(props: Any) {
      super(props);
      this.state = { n: 0 };
      log(`constructor ${props.p}`);
      props.tell?.(this);
    }
    override componentDidMount() {
      log(`didMount ${this.props.p} ${this.state.n}`);
    }
    override componentDidUpdate(props: Any, state: Any, snapshot: Any) {
      log(`didUpdate ${props.p} ${state.n} ${snapshot}`);
    }
    override componentWillUnmount() {
      log(`willUnmount ${this.props.p}`);
    }
    override render() {
      log(`render ${this.props.p} ${this.state.n}`);
      return h("div", null, this.props.p, this.state.n, this.props.children);
    }
  }
  for (const [name, made] of Object.entries(more)) (Chatty.prototype as Any)[name] = made;
  return Chatty;
}

const old = (log: Log) => ({
  componentWillMount() {
    log("willMount");
  },
  componentWillReceiveProps(this: Any, props: Any) {
    log(`willReceiveProps ${this.props.p} ${props.p}`);
  },
  componentWillUpdate(this: Any, props: Any, state: Any) {
    log(`willUpdate ${props.p} ${state.n}`);
  },
});

export const classes: readonly Case[] = [
  beside(
    "a class goes through its life",
    (log) => {
      const Chatty = chatty(log);
      return { view: (p) => p === 3 ? null : h(Chatty, { p }) };
    },
    render(1),
    render(2),
    render(3),
    render(1),
  ),
  beside(
    "the old methods of a class",
    (log) => {
      const Chatty = chatty(log, old(log));
      let it: Any;
      return { view: (p) => h(Chatty, { p, tell: (one: Any) => it = one }), set: (n) => it.setState({ n }) };
    },
    render(1),
    act("set", 1),
    render(2),
    act("set", 2),
  ),
  beside(
    "getDerivedStateFromProps and getSnapshotBeforeUpdate",
    (log) => {
      const Chatty = chatty(log, {
        getSnapshotBeforeUpdate(props: Any, state: Any) {
          log(`snapshot ${props.p} ${state.n}`);
          return `s${props.p}`;
        },
      });
      Chatty.getDerivedStateFromProps = (props: Any, state: Any) => {
        log(`derive ${props.p} ${state.n}`);
        return { n: state.n + props.p };
      };
      let it: Any;
      return { view: (p) => h(Chatty, { p, tell: (one: Any) => it = one }), set: (n) => it.setState({ n }), force: () => it.forceUpdate() };
    },
    render(1),
    act("set", 5),
    render(2),
    act("force"),
  ),
  beside(
    "shouldComponentUpdate says no, and forceUpdate does not ask",
    (log) => {
      const Chatty = chatty(log, {
        shouldComponentUpdate(props: Any, state: Any) {
          log(`should ${props.p} ${state.n}`);
          return props.p % 2 === 0;
        },
      });
      let it: Any;
      return {
        view: (p) => h(Chatty, { p, tell: (one: Any) => it = one }),
        set: (n) => it.setState({ n }, () => log(`set ${it.state.n}`)),
        force: () => it.forceUpdate(() => log("forced")),
      };
    },
    render(1),
    render(3),
    act("set", 1),
    act("force"),
    render(4),
    act("set", 2),
  ),
  beside(
    "setState: an object, a function, nothing, and callbacks in order",
    (log) => {
      const Chatty = chatty(log);
      let it: Any;
      return {
        view: () => h(Chatty, { p: 1, tell: (one: Any) => it = one }),
        set: () => {
          it.setState({ n: 1 }, () => log("first"));
          it.setState((state: Any) => ({ n: state.n + 1 }), () => log("second"));
          it.setState(null, () => log("never"));
          it.setState(() => null, () => log("never"));
        },
      };
    },
    act("set"),
    act("set"),
  ),
  beside("setState in componentDidMount, componentDidUpdate and a callback", (log) => {
    class It extends Component<Any, Any> {
      override state = { n: 0 };
      override componentDidMount() {
        this.setState({ n: 1 }, () => this.setState({ n: 2 }));
      }
      override componentDidUpdate(_: Any, { n }: Any) {
        log(`from ${n} to ${this.state.n}`);
        if (this.state.n === 2) this.setState({ n: 3 });
      }
      override render() {
        return h("p", null, this.state.n);
      }
    }
    return { view: () => h(It, null) };
  }),
  beside("setState in the constructor and in componentWillMount", (log) => {
    class It extends Component<Any, Any> {
      constructor(props: Any) {
        super(props);
        this.state = { n: 0 };
        this.setState({ n: 1 }, () => log("never"));
      }
      override componentWillMount() {
        this.setState({ m: 5 });
      }
      override render(_: Any, state: Any) {
        return h("p", null, JSON.stringify(state));
      }
    }
    return { view: () => h(It, null) };
  }),
  beside(
    "mounting and unmounting: order in a tree",
    (log) => {
      const Chatty = chatty(log);
      return {
        view: (on) =>
          h("main", null, on && h(Chatty, { p: "a" }, h(Chatty, { p: "b" }), h("i", null, h(Chatty, { p: "c" }))), h(Chatty, { p: "d" })),
      };
    },
    render(true),
    render(false),
    render(true),
  ),
  beside(
    "children that are the same vnodes are not run",
    (log) => {
      const Chatty = chatty(log);
      let it: Any;
      return { view: () => h(Chatty, { p: "out", tell: (one: Any) => it = one }, h(Chatty, { p: "in" })), set: (n) => it.setState({ n }) };
    },
    act("set", 1),
    act("set", 2),
  ),
  beside(
    "a class without a render method, and one that is no Component",
    (log) => {
      class Empty extends (Component as Any) {}
      class Bare {
        state = { text: "bare" };
        render(props: Any, state: Any) {
          log(`${props.p} ${state.text}`);
          return h("b", null, state.text);
        }
      }
      return { view: (p) => h("div", null, h(Empty as Any, null), h(Bare as Any, { p })) };
    },
    render(1),
    render(2),
  ),
  beside(
    "a function that keeps its this, and forces an update",
    (log) => {
      const kept: Any[] = [];
      function Foo(this: Any, { at }: { at: number }) {
        kept[at] = this;
        log(`run ${at}`);
        return h("p", null, `${at} ${this.n ?? 0}`);
      }
      return {
        view: () => h("div", null, h(Foo as Any, { at: 0 }), h(Foo as Any, { at: 1 })),
        force: (at) => {
          kept[at].n = 5;
          kept[at].forceUpdate();
        },
        same: () => log(String(kept[0] === kept[1])),
      };
    },
    act("force", 1),
    act("same"),
    act("force", 0),
  ),
  beside(
    "a function that sets a state of its this",
    (log) => {
      function Foo(this: Any) {
        log(JSON.stringify(this.state) ?? "no state yet");
        return h("button", { onClick: () => this.setState({ n: (this.state?.n ?? 0) + 1 }, () => log("set")) }, this.state?.n);
      }
      return { view: () => h(Foo as Any, null) };
    },
    click("button"),
    click("button"),
  ),
  beside(
    "a function that gives its this methods",
    (log) => {
      function Foo(this: Any, { n }: { n: number }) {
        this.componentDidMount ??= () => log("never");
        this.componentWillUnmount ??= () => log("willUnmount");
        this.shouldComponentUpdate ??= (props: Any) => props.n % 2 === 0;
        return h("p", null, n);
      }
      return { view: (n) => n < 5 ? h(Foo as Any, { n }) : null };
    },
    render(0),
    render(1),
    render(2),
    render(5),
  ),
  beside(
    "a function reads its props and state as Preact gives them",
    (log) => {
      function Foo(this: Any, props: Any, context: Any) {
        log([this.props === props, JSON.stringify(this.state), JSON.stringify(context), this.constructor === Foo].join());
        return null;
      }
      return { view: (n) => h(Foo as Any, { n }) };
    },
    render(1),
    render(2),
  ),
];
