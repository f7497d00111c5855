/**
 * Refs without `preact/compat`, which changes what a ref is: to Preact 11 itself that of a component is a prop, as any other, and that of an
 * element is what no server has. With compat: `components_compat.test.tsx`.
 */
import { assert, assertEquals } from "@std/assert";
import { Component, type ComponentType, createRef, h, type RefObject } from "preact";
import { useImperativeHandle, useLayoutEffect, useRef } from "preact/hooks";
import { Lowering } from "../runtime/view/lower.ts";
import { Shown } from "./shown.ts";
import { Twin } from "./twin.ts";

type Props = Record<string, unknown>;

Deno.test("a ref is a prop to a function component, which may give it a handle", () => {
  const twin = new Twin((log) => {
    const ref = createRef<{ name: string }>();
    const Handle = ({ name, ref }: { name: string; ref: RefObject<{ name: string }> }) => {
      useImperativeHandle(ref, () => {
        log(`handle ${name}`);
        return { name };
      }, [name]);
      return <b>{name}</b>;
    };
    return {
      view: ({ name }: { name: string }) => name && h(Handle as ComponentType<Props>, { name, ref }),
      read: () => log(`${ref.current?.name}`),
    };
  });
  twin.render({ name: "a" });
  assertEquals([twin.html, twin.log], ["<b>a</b>", ["handle a"]]);
  twin.render({ name: "b" });
  twin.act((it) => it.read());
  assertEquals(twin.log, ["b"]);
  twin.render({ name: "" });
  twin.act((it) => it.read());
  assertEquals(twin.log, ["undefined"]);
});

Deno.test("a ref is a prop to a class component, too, and is not set by itself", () => {
  const twin = new Twin((log) => {
    const ref = createRef();
    class Sees extends Component<Props> {
      override render() {
        log(String(this.props.ref === ref));
        return "s";
      }
    }
    return { view: () => h(Sees as ComponentType<Props>, { ref }), read: () => log(`${ref.current}`) };
  });
  twin.render({});
  assertEquals(twin.log, ["true"]);
  twin.act((it) => it.read());
  assertEquals(twin.log, ["null"]);
});

Deno.test("a ref in an element is never set or called: it is told with what to use instead, and shown in development", () => {
  const calls: unknown[] = [];
  const ref = createRef<HTMLParagraphElement>();
  const call = (element: unknown) => {
    calls.push(element);
  };
  class HasRefs extends Component<Props> {
    override render() {
      return this.props.plain ? h("p", { ref: call }, "x") : <p ref={ref}>x</p>;
    }
  }
  for (const plain of [true, false]) {
    for (const development of [true, false]) {
      const shown = new Shown({ development });
      shown.show(<HasRefs plain={plain} />);
      shown.show(<HasRefs plain={plain} n={1} />);
      assertEquals(shown.warnings, ["a ref in <p>: there are no elements on the server; use a browser effect or a custom element"]);
      assertEquals(shown.html.includes("a ref in &lt;p&gt;"), development);
      assert(shown.html.endsWith("<p>x</p>"));
    }
  }
  assertEquals([calls, ref.current], [[], null]);
});

Deno.test("a ref of useRef() that an element has stays as it began: a component that looks for its element finds none", () => {
  const warnings: string[] = [];
  let seen: unknown = "not run";
  const Focus = () => {
    const ref = useRef<HTMLInputElement>(null);
    useLayoutEffect(() => {
      seen = ref.current;
    });
    return <input ref={ref} />;
  };
  const lowering = new Lowering({ development: false, warn: (text) => warnings.push(text) });
  lowering.lower(<Focus />);
  assertEquals([seen, warnings.length], [null, 1]);
  lowering.end();
});
