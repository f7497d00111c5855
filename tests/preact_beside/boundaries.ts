/** Refs of classes, boundaries of errors, and default props. */
import { Component, createRef, Fragment, h } from "preact";
import { type Any, beside, type Case, render } from "./case.ts";

export const boundaries: readonly Case[] = [
  beside(
    "refs to classes come before componentDidMount and go at the end",
    (log) => {
      const ref = createRef();
      class It extends Component<Any> {
        override componentDidMount() {
          log(`own ${ref.current === this}`);
        }
        override render() {
          return h("i", null);
        }
      }
      class Above extends Component<Any> {
        override componentDidMount() {
          log(`above ${ref.current !== null}`);
        }
        override componentDidUpdate() {
          log(`above ${ref.current !== null}`);
        }
        override render() {
          return this.props.on ? h(It, { ref } as Any) : h(Fragment, null);
        }
      }
      return { view: (on) => h(Above, { on }) };
    },
    render(true),
    render(false),
    render(true),
  ),
  beside(
    "a ref that is a function, another each time",
    (log) => {
      class It extends Component<Any> {
        override render() {
          return h("i", null);
        }
      }
      return { view: (n) => n < 3 ? h(It, { ref: (it: Any) => log(`${n} ${it instanceof It}`) } as Any) : null };
    },
    render(1),
    render(2),
    render(3),
  ),
  beside(
    "componentDidCatch and getDerivedStateFromError",
    (log) => {
      const Bad = ({ bad }: Any) => {
        if (bad) throw new Error("bad");
        return h("i", null, "good");
      };
      class Catches extends Component<Any, Any> {
        override componentDidCatch(error: Error) {
          log(`caught ${error.message}`);
          this.setState({ error });
        }
        override render() {
          return this.state.error ? h("b", null, this.state.error.message) : this.props.children;
        }
      }
      class Derives extends Component<Any, Any> {
        static override getDerivedStateFromError(error: Error) {
          return { error };
        }
        override render() {
          return this.state.error ? h("u", null, this.state.error.message) : this.props.children;
        }
      }
      return { view: (bad) => h("div", null, h(Catches, null, h(Bad, { bad })), h(Derives, null, h("p", null, h(Bad, { bad })))) };
    },
    render(false),
    render(true),
    render(true),
  ),
  beside(
    "an error in componentDidMount, componentDidUpdate and componentWillUnmount goes to the boundary",
    (log) => {
      class Bad extends Component<Any> {
        override componentDidMount() {
          if (this.props.at === "mount") throw new Error("in mount");
        }
        override componentDidUpdate() {
          if (this.props.at === "update") throw new Error("in update");
        }
        override componentWillUnmount() {
          if (this.props.at === "unmount") throw new Error("in unmount");
        }
        override render() {
          return h("i", null, this.props.at);
        }
      }
      class Catches extends Component<Any, Any> {
        override componentDidCatch(error: Error) {
          log(`caught ${error.message}`);
          this.setState({ error });
        }
        override render() {
          return this.state.error ? h("b", null, this.state.error.message) : this.props.children;
        }
      }
      return { view: ([key, at]) => h(Catches, { key }, at === "nothing" ? null : h(Bad, { at })) };
    },
    render([1, "mount"]),
    render([2, "fine"]),
    render([2, "update"]),
    render([3, "unmount"]),
    render([3, "nothing"]),
  ),
  beside("a boundary that fails itself leaves it to the next", (log) => {
    class Outer extends Component<Any, Any> {
      override componentDidCatch(error: Error) {
        log(`outer ${error.message}`);
        this.setState({ error });
      }
      override render() {
        return this.state.error ? h("b", null, this.state.error.message) : this.props.children;
      }
    }
    class Inner extends Component<Any, Any> {
      override componentDidCatch(error: Error) {
        log(`inner ${error.message}`);
        throw new Error("inner failed");
      }
      override render() {
        return this.props.children;
      }
    }
    const Bad = () => {
      throw new Error("bad");
    };
    return { view: () => h(Outer, null, h(Inner, null, h(Bad, null))) };
  }),
  beside(
    "defaultProps are compat's, and displayName is nobody's",
    () => {
      class It extends Component<Any> {
        static defaultProps = { text: "default" };
        override render() {
          return h("p", null, this.props.text);
        }
      }
      return { view: (text) => h(It, text === null ? null : { text }) };
    },
    render(null),
    render("given"),
    render(null),
  ),
];
