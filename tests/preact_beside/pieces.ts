/** Components that many cases are made of. */
import { type Attributes, Component, h, type VNode } from "preact";
import { useState } from "preact/hooks";
import type { Any, Log } from "./case.ts";

/** A class that says when it is mounted, updated and unmounted, with its name. */
export function stateful(log: Log): Any {
  return class Stateful extends Component<{ name?: string }> {
    override componentDidMount() {
      log(`mount ${this.props.name ?? ""}`);
    }
    override componentDidUpdate() {
      log(`update ${this.props.name ?? ""}`);
    }
    override componentWillUnmount() {
      log(`unmount ${this.props.name ?? ""}`);
    }
    override render() {
      return h("div", null, "Hello");
    }
  };
}

/** A function with a state, and a button that counts it. */
export function counter(): Any {
  return function Counter({ name = "c" }: { name?: string }) {
    const [n, set] = useState(0);
    return h("button", { id: name, onClick: () => set(n + 1) }, `${name} ${n}`);
  };
}

/** An element with a key, its text the key. */
export function keyed(tag: string, key: string | number): VNode {
  return h(tag, { key } as Attributes, String(key));
}
