/** Effects of both kinds: when they run, and when they are undone. */
import { h } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type Any, beside, type Case, render } from "./case.ts";

const effects = { useEffect, useLayoutEffect } as const;

export function* effectCases(): Iterable<Case> {
  for (const [name, use] of Object.entries(effects)) {
    yield beside(
      `${name} without dependencies runs each time, with its cleanup before`,
      (log) => {
        const It = ({ n }: { n: number }) => {
          use(() => {
            log(`effect ${n}`);
            return () => log(`cleanup ${n}`);
          });
          return h("p", null, n);
        };
        return { view: (n) => h(It, { n }) };
      },
      render(1),
      render(1),
      render(2),
    );
    yield beside(
      `${name} runs when a dependency is another`,
      (log) => {
        const It = ({ n, m }: { n: number; m: number }) => {
          use(() => {
            log(`effect ${n}`);
            return () => log(`cleanup ${n}`);
          }, [n, m % 2]);
          return h("p", null, n, m);
        };
        return { view: ([n, m]) => h(It, { n, m }) };
      },
      render([1, 1]),
      render([1, 3]),
      render([1, 4]),
      render([2, 4]),
      render([NaN, 4]),
      render([NaN, 4]),
    );
    yield beside(
      `${name} with no dependencies runs once, and is undone at the end`,
      (log) => {
        const It = ({ n }: { n: number }) => {
          use(() => {
            log(`effect ${n}`);
            return () => log(`cleanup ${n}`);
          }, []);
          return h("p", null, n);
        };
        return { view: (n) => n < 3 ? h(It, { n }) : null };
      },
      render(1),
      render(2),
      render(3),
    );
    yield beside(
      `${name}: children before parents, siblings in order`,
      (log) => {
        const It = ({ name, children }: Any) => {
          use(() => {
            log(`effect ${name}`);
            return () => log(`cleanup ${name}`);
          });
          return h("div", null, children);
        };
        return { view: (on) => h(It, { name: "a" }, h(It, { name: "b" }, h(It, { name: "c" })), on && h(It, { name: "d" })) };
      },
      render(true),
      render(false),
      render(true),
    );
    yield beside(
      `${name} that sets a state renders again`,
      (log) => {
        const It = ({ n }: { n: number }) => {
          const [m, set] = useState(0);
          use(() => set(n * 2), [n]);
          log(`run ${n} ${m}`);
          return h("p", null, m);
        };
        return { view: (n) => h(It, { n }) };
      },
      render(1),
      render(2),
      render(2),
    );
    yield beside(
      `${name} of a component that is replaced`,
      (log) => {
        const make = (name: string) => () => {
          use(() => {
            log(`effect ${name}`);
            return () => log(`cleanup ${name}`);
          }, []);
          return h("p", null, name);
        };
        const A = make("a"), B = make("b");
        return { view: (isB) => h("div", null, h(isB ? B : A, null)) };
      },
      render(false),
      render(true),
      render(false),
    );
  }
}
