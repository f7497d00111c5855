/** What preact/compat adds. */
import { cloneElement, h, toChildArray } from "preact";
import {
  Children,
  forwardRef,
  memo,
  PureComponent,
  startTransition,
  StrictMode,
  useDeferredValue,
  useInsertionEffect,
  useSyncExternalStore,
  useTransition,
} from "preact/compat";
import { useEffect, useImperativeHandle, useRef, useState } from "preact/hooks";
import { act, type Any, beside, type Case, click, render } from "./case.ts";

export const compat: readonly Case[] = [
  beside(
    "memo() and PureComponent do not run for the same props",
    (log) => {
      const Kept = memo(({ n }: Any) => {
        log(`memo ${n}`);
        return h("p", null, n);
      });
      class Pure extends PureComponent<Any> {
        override render() {
          log(`pure ${this.props.n}`);
          return h("i", null, this.props.n);
        }
      }
      return { view: ([n]) => h("div", null, h(Kept as Any, { n }), h(Pure, { n })) };
    },
    render([1]),
    render([1]),
    render([2]),
  ),
  beside(
    "memo() with a comparison",
    (log) => {
      const Kept = memo(({ n }: Any) => {
        log(`memo ${n}`);
        return h("p", null, n);
      }, (a: Any, b: Any) => a.n % 2 === b.n % 2);
      return { view: (n) => h(Kept as Any, { n }) };
    },
    render(1),
    render(3),
    render(4),
  ),
  beside(
    "forwardRef and a handle",
    (log) => {
      const Inner = forwardRef(({ n }: Any, ref: Any) => {
        useImperativeHandle(ref, () => ({ n }), [n]);
        return h("p", null, n);
      });
      function Above({ n }: Any) {
        const ref = useRef<Any>(null);
        useEffect(() => log(`handle ${ref.current?.n}`));
        return h(Inner as Any, { n, ref });
      }
      return { view: (n) => h(Above, { n }) };
    },
    render(1),
    render(2),
  ),
  beside(
    "useSyncExternalStore follows a store",
    (log) => {
      let value = 0;
      const heard = new Set<() => void>();
      const subscribe = (hear: () => void) => {
        log("subscribe");
        heard.add(hear);
        return () => {
          log("unsubscribe");
          heard.delete(hear);
        };
      };
      const It = () => h("p", null, useSyncExternalStore(subscribe, () => value));
      return {
        view: (on) => h("div", null, on && h(It, null)),
        set(to) {
          value = to;
          for (const hear of heard) hear();
        },
      };
    },
    render(true),
    act("set", 1),
    act("set", 1),
    act("set", 2),
    render(false),
    act("set", 3),
  ),
  beside(
    "useTransition, useDeferredValue, startTransition, useInsertionEffect and StrictMode",
    (log) => {
      function It() {
        const [n, set] = useState(0);
        const [pending, start] = useTransition();
        useInsertionEffect(() => log(`insertion ${n}`), [n]);
        return h(
          "p",
          null,
          h("b", { onClick: () => start(() => set(n + 1)) }, useDeferredValue(n)),
          h("i", { onClick: () => startTransition(() => set(n + 2)) }, String(pending)),
        );
      }
      return { view: () => h(StrictMode as Any, null, h(It, null)) };
    },
    click("b"),
    click("i"),
  ),
  beside(
    "Children: map, count, only and toArray",
    (log) => {
      const It = ({ children }: Any) => {
        log(`${Children.count(children)} ${Children.toArray(children).length} ${toChildArray(children).length}`);
        return h("ul", null, Children.map(children, (child: Any, at: number) => h("li", { key: at }, child)));
      };
      return { view: (n: number) => h(It, null, "text", null, h("b", null), n > 1 && [h("i", null), h("u", null)]) };
    },
    render(1),
    render(2),
    render(1),
  ),
  beside(
    "cloneElement: props, key, children",
    () => {
      const It = ({ children, n }: Any) => cloneElement(children, { title: `t${n}`, key: n % 2 }, n > 2 ? ["cloned"] : undefined);
      return { view: (n) => h("div", null, h(It, { n }, h("p", { id: "p" }, "own"))) };
    },
    render(1),
    render(3),
    render(2),
  ),
];
