/** `memo` in a lowering and on the wire: what is kept is neither run nor compared. Its other lives are in `tests/lives.test.tsx`. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { useState } from "preact/hooks";
import { Listen, memo } from "../mod.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff } from "../runtime/view/diff.ts";
import { htmlOf } from "../runtime/view/html.ts";
import { Lowering } from "../runtime/view/lower.ts";

const lowering = (development = false) => {
  const told: string[] = [];
  return { told, lowering: new Lowering({ development, warn: (message) => told.push(message) }) };
};

Deno.test("memo() runs its view again only when a dependency is another, by Object.is", () => {
  const { lowering: views } = lowering();
  let runs = 0;
  const show = (...deps: unknown[]) => views.lower(<div>{memo(deps, () => <p>{++runs}</p>)}</div>);
  const first = show(NaN, 0, "a");
  assertStrictEquals(show(NaN, 0, "a"), first);
  assertEquals(runs, 1);
  for (const deps of [[NaN, -0, "a"], [NaN, -0], [], [{}], [{}]]) show(...deps);
  assertEquals(runs, 6);
});

Deno.test("memo() that is kept keeps those in it, and those go on when it is run again", () => {
  const { lowering: views } = lowering();
  const runs: string[] = [];
  const show = (outer: number, inner: number) =>
    views.lower(memo([outer], () => {
      runs.push("outer");
      return (
        <ul>
          {memo([inner], () => {
            runs.push("inner");
            return <li>{inner}</li>;
          })}
        </ul>
      );
    }));
  show(1, 1);
  show(1, 2);
  show(1, 2);
  assertEquals(runs.splice(0), ["outer", "inner"]);
  show(2, 1);
  assertEquals(runs.splice(0), ["outer"]);
  show(3, 2);
  assertEquals(runs, ["outer", "inner"]);
});

Deno.test("memo() sends nothing while it is kept, and a patch when it is not", () => {
  const { lowering: views } = lowering();
  const definitions = new Definitions();
  const show = (dep: number, text: string) => views.lower(<main>{text}{memo([dep], () => <p>{text}</p>)}</main>);
  const first = show(1, "a");
  const second = show(1, "b");
  assertEquals(diff(first, second, definitions), { 0: "b" });
  assertEquals(diff(second, show(2, "c"), definitions), { 0: "c", 1: { 0: "c" } });
});

Deno.test("memo() in a list goes with its key", () => {
  const { lowering: views } = lowering();
  let runs = 0;
  const show = (...keys: string[]) =>
    views.lower(
      <ul>
        {keys.map((key) =>
          memo([], () => {
            runs++;
            return <li>{key}</li>;
          }, key)
        )}
      </ul>,
    );
  show("a", "b", "c");
  assertEquals(htmlOf(show("c", "a")), "<ul><li>c</li><li>a</li></ul>");
  assertEquals(runs, 3);
  assertEquals(htmlOf(show("d", "c")), "<ul><li>d</li><li>c</li></ul>");
  assertEquals(runs, 4);
});

Deno.test("memo() that is kept lets a component in it show its state", () => {
  const { lowering: views } = lowering();
  let set!: (value: number) => void;
  let runs = 0;
  function Counter() {
    const [count, setCount] = useState(0);
    set = setCount;
    runs++;
    return <b>{count}</b>;
  }
  const show = () =>
    views.lower(
      <div>
        {memo([], () => (
          <p>
            <Counter />
          </p>
        ))}
      </div>,
    );
  show();
  set(1);
  assertEquals(htmlOf(show()), "<div><p><b>1</b></p></div>");
  set(2);
  assertEquals(htmlOf(views.update()), "<div><p><b>2</b></p></div>");
  assertEquals(htmlOf(show()), "<div><p><b>2</b></p></div>");
  assertEquals(runs, 3);
});

Deno.test("memo() whose view throws is run again by the next rendering", () => {
  const { lowering: views } = lowering();
  let fails = true;
  const show = () =>
    views.lower(memo([1], () => {
      if (fails) throw new Error("not yet");
      return <p>now</p>;
    }));
  try {
    show();
  } catch (error) {
    assertEquals((error as Error).message, "not yet");
  }
  fails = false;
  assertEquals(htmlOf(show()), "<p>now</p>");
});

Deno.test("memo() in development tells of a dependency that is missing, and shows what it should", () => {
  const { lowering: views, told } = lowering(true);
  let shown = "";
  for (let i = 0; i < 8; i++) shown = htmlOf(views.lower(<div>{memo([], () => <p>{i}</p>)}</div>));
  assertEquals(told, ["a memo shows something else with the same dependencies: all that its view uses has to be among them"]);
  assertEquals(shown.includes("<p>7</p>"), true);
});

Deno.test("memo() may hold what listens to the window", () => {
  const { lowering: views } = lowering();
  assertEquals(
    htmlOf(views.lower(memo([], () => <Listen on="window" onKeyDown={() => {}} />))),
    '<nacre-listen data-on="window" hidden></nacre-listen>',
  );
});
