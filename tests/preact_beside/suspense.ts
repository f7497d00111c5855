/** Suspense and lazy. */
import { h } from "preact";
import { lazy, Suspense } from "preact/compat";
import { act, type Any, beside, type Case, click, type Log, render } from "./case.ts";
import { counter } from "./pieces.ts";

/** A promise that a case resolves. */
function waiting(log: Log): { read(): string; resolve(text: string): Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let text: string | undefined;
  return {
    read() {
      log(text === undefined ? "waits" : "reads");
      if (text === undefined) throw promise;
      return text;
    },
    async resolve(given) {
      text = given;
      resolve();
      await promise;
    },
  };
}

export const suspense: readonly Case[] = [
  beside("Suspense shows its fallback, then what was waited for", (log) => {
    const text = waiting(log);
    const Waits = () => h("p", null, text.read());
    return { view: () => h(Suspense, { fallback: h("i", null, "wait") } as Any, h(Waits, null)), resolve: (given) => text.resolve(given) };
  }, act("resolve", "there")),
  beside("lazy() comes once, for all its places", () => {
    const { promise, resolve } = Promise.withResolvers<Any>();
    const Lazy = lazy(() => promise) as Any;
    return {
      view: () => h(Suspense, { fallback: "wait" } as Any, h(Lazy, { name: "a" }), h(Lazy, { name: "b" })),
      async resolve() {
        resolve({ default: ({ name }: Any) => h("p", null, name) });
        await promise;
      },
    };
  }, act("resolve")),
  beside(
    "what stands beside what waits",
    (log) => {
      const text = waiting(log);
      const Waits = () => h("p", null, text.read());
      const Counter = counter();
      return {
        view: (on) => h("main", null, h(Counter, null), h(Suspense, { fallback: h("i", null) } as Any, h("b", null), on && h(Waits, null))),
        resolve: (given) => text.resolve(given),
      };
    },
    render(false),
    click("#c"),
    render(true),
    click("#c"),
    act("resolve", "there"),
    render(false),
  ),
];
