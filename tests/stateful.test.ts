/** Random stateful trees: the page is Preact's after each step, and so is the order in which everything is called. Preact is the judge. */
import { assert, assertEquals } from "@std/assert";
import { Component, type ComponentChildren, Fragment, h, type VNode } from "preact";
import { Suspense } from "preact/compat";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Taste } from "./stateful.ts";
import { type CourseOutcome, restoreCourse, runCourse } from "./stateful_course.ts";
import { type Log, Twin } from "./twin.ts";

const plain: Taste = { classes: true, errors: false, suspense: false, restorable: false };

function firstSeed(): number {
  const named = Deno.env.get("NACRE_SEED");
  return named === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1 : Number(named);
}

/** Runs so many courses, and fails with the first that fails. */
function runCourses(count: number, run: (seed: number) => CourseOutcome): void {
  const first = firstSeed();
  let actors = 0, calls = 0, ended = 0;
  for (let seed = first; seed < first + count; seed++) {
    const outcome = run(seed);
    assert(outcome.failure === undefined, `NACRE_SEED repeats it: ${outcome.failure}`);
    actors += outcome.actors;
    calls += outcome.calls;
    if (outcome.hasEnded) ended++;
  }
  // A generator whose trees no longer live would pass as well.
  assert(actors > 4 * count, "too few components");
  assert(calls > 10 * count, "too few calls");
  assert(ended < count / 100, "too many courses that Preact does not survive");
}

Deno.test("hooks, classes and contexts live as in Preact, call for call: 3,000 courses", () => {
  runCourses(3_000, (seed) => runCourse(seed, plain, 7));
});

Deno.test("errors go to the boundaries that Preact gives them to: 3,000 courses", () => {
  runCourses(3_000, (seed) => runCourse(seed, { ...plain, errors: true }, 7));
});

Deno.test("what waits is put aside and goes on as in Preact: 2,000 courses", () => {
  runCourses(2_000, (seed) => runCourse(seed, { ...plain, suspense: true }, 7));
});

Deno.test("a view whose states were taken down and put back shows what it showed: 1,500 courses", () => {
  runCourses(1_500, (seed) => restoreCourse(seed, 5));
});

// ---- what the courses have found ---------------------------------------------------------------

/** A component that counts, and what counts it up, by name. */
function counters(log: Log): { Counter: (props: { name: string }) => VNode; set: Map<string, (count: number) => void> } {
  const set = new Map<string, (count: number) => void>();
  const Counter = ({ name }: { name: string }) => {
    const [count, setCount] = useState(0);
    set.set(name, setCount);
    log(`${name} ${count}`);
    return h("i", null, `${name}${count}`);
  };
  return { Counter, set };
}

/** Both sides of a view made of counters. */
function counting(view: (Counter: (props: { name: string }) => VNode, step: number) => ComponentChildren) {
  return new Twin((log: Log) => {
    const { Counter, set } = counters(log);
    return { set, view: (step: number) => view(Counter, step) };
  });
}

Deno.test("components are rendered in the order of their depth: an array that is all an element has is no level", () => {
  const twin = counting((Counter) => [
    h("p", null, h("b", null, h("u", null, h(Counter, { name: "deep" })))),
    h("div", null, [h("b", null, h(Counter, { name: "flat" }))]),
  ]);
  twin.render(0);
  twin.act(({ set }) => {
    set.get("deep")!(1);
    set.get("flat")!(1);
  });
  assertEquals(twin.log, ["flat 1", "deep 1"]);
  twin.end();
});

Deno.test("a fragment that is the same vnode is not rendered anew: what changed in it has its turn", () => {
  const twin = new Twin((log: Log) => {
    const { Counter, set } = counters(log);
    const Frame = ({ children }: { children?: ComponentChildren }) => {
      const [, change] = useState(0);
      set.set("frame", change);
      log("frame");
      return h("div", null, children);
    };
    return {
      set,
      view: () => h(Frame, null, h(Fragment, null, h(Counter, { name: "a" }), h(Counter, { name: "b" }))),
    };
  });
  twin.render(0);
  twin.act(({ set }) => {
    set.get("b")!(1);
    set.get("a")!(1);
    set.get("frame")!(1);
  });
  assertEquals(twin.log, ["frame", "b 1", "a 1"]);
  twin.end();
});

Deno.test("in an element a fragment is another than an array, and the same fragment stays", () => {
  const twin = counting((Counter, step) =>
    h("div", null, step < 2 ? h(Fragment, null, h(Counter, { name: "a" })) : [h(Counter, { name: "a" })])
  );
  twin.render(0);
  twin.act(({ set }) => set.get("a")!(1));
  twin.render(1);
  assertEquals(twin.log, ["a 1"]);
  twin.render(2);
  assertEquals(twin.log, ["a 0"]);
  twin.end();
});

Deno.test("a fragment that is all a fragment has is no level of its own: what is in it stays when it goes", () => {
  const twin = counting((Counter, step) => {
    const counter = h(Counter, { name: "a" });
    return h("div", null, h(Fragment, null, step === 0 ? h(Fragment, null, counter) : counter));
  });
  twin.render(0);
  twin.act(({ set }) => set.get("a")!(1));
  twin.render(1);
  assertEquals(twin.log, ["a 1"]);
  twin.end();
});

Deno.test("unkeyed neighbours of what has moved far go on from what Preact gives them", () => {
  const twin = counting((Counter, step) => {
    const counter = (name: string) => [h(Counter, { name })];
    return h(
      "div",
      null,
      ...(step === 0 ? [counter("a"), counter("b"), h("hr", null)] : [h("hr", null), counter("a"), counter("b"), counter("c")]),
    );
  });
  twin.render(0);
  twin.act(({ set }) => set.get("b")!(1));
  twin.render(1);
  assertEquals(twin.log, ["a 0", "b 1", "c 0"]);
  twin.end();
});

Deno.test("getDerivedStateFromProps is called though the vnode is the same", () => {
  const twin = new Twin((log: Log) => {
    class Derived extends Component<{ children?: ComponentChildren }> {
      override state = {};
      static override getDerivedStateFromProps() {
        log("derived");
        return null;
      }
      render() {
        return "shown";
      }
    }
    const subject = { change: (_: number) => {}, view: () => h(Frame, null, h(Derived, null)) };
    const Frame = ({ children }: { children?: ComponentChildren }) => {
      subject.change = useState(0)[1];
      return children;
    };
    return subject;
  });
  twin.render(undefined);
  twin.act(({ change }) => change(1));
  assertEquals(twin.log, ["derived"]);
  twin.end();
});

Deno.test("a component that set its state while it was first rendered has its turns from then on", () => {
  const twin = new Twin((log: Log) => {
    const Settling = ({ name, settles, ends }: { name: string; settles: number; ends: number }) => {
      const [state, set] = useState(0);
      if (state < settles) set(state + 1);
      useLayoutEffect(() => {
        if (state < ends) set(state + 1);
      });
      log(`${name} ${state}`);
      return null;
    };
    return {
      view: () => [
        h(Settling, { name: "first", settles: 0, ends: 3 }),
        h(Settling, { name: "settling", settles: 2, ends: 4 }),
      ],
    };
  });
  twin.render(undefined);
  assertEquals(twin.log.slice(4), ["settling 3", "settling 4", "first 1", "first 2", "first 3"]);
  twin.end();
});
/** Components that wait in a parent within a Suspense, once their state is 1, until the promise is resolved. */
function waiting(names: readonly string[]) {
  return new Twin((log: Log) => {
    const heard: (() => void)[] = [];
    let isResolved = false;
    const set = new Map<string, (state: number) => void>();
    const Waiting = ({ name }: { name: string }) => {
      const [state, setState] = useState(0);
      set.set(name, setState);
      useEffect(() => {
        log(`${name} effect`);
        return () => log(`${name} undone`);
      });
      useLayoutEffect(() => setState((state) => state === 1 && isResolved ? 2 : state));
      log(`${name} ${state}`);
      if (state === 1 && !isResolved) throw { then: (resolved: () => void) => heard.push(resolved) };
      return name;
    };
    const subject = {
      set,
      change: (_: number) => {},
      resolve: () => {
        isResolved = true;
        for (const resolved of heard.splice(0)) resolved();
      },
      view: () => h(Suspense, { fallback: "waiting" }, h(Parent, null)),
    };
    const Parent = () => {
      subject.change = useState(0)[1];
      return names.map((name) => h(Waiting, { name, key: name }));
    };
    return subject;
  });
}

Deno.test("effects of a component that waits are not run, nor when it was rendered again and waits still", () => {
  const twin = waiting(["a"]);
  twin.render(undefined);
  twin.act(({ set }) => set.get("a")!(1));
  assertEquals(twin.log, ["a 1", "a undone"]);
  twin.act(({ change }) => change(1));
  assertEquals(twin.log, ["a 1"]);
  twin.act(({ resolve }) => resolve());
  twin.end();
});

Deno.test("of components that waited, the last that began to wait goes on first", () => {
  const twin = waiting(["a", "b"]);
  twin.render(undefined);
  twin.act(({ set }) => {
    set.get("a")!(1);
    set.get("b")!(1);
  });
  twin.act(({ resolve }) => resolve());
  twin.end();
});

Deno.test("a patch names nothing but what has changed, however much lives around it", () => {
  const rows = Array.from({ length: 200 }, (_, i) => `row ${i}`);
  const twin = counting((Counter) => h("ul", null, rows.map((name) => h("li", { key: name }, h(Counter, { name })))));
  twin.render(0);
  twin.act(({ set }) => set.get("row 150")!(7));
  assertEquals(twin.log, ["row 150 7"]);
  assertEquals(twin.sent.length, 1);
  assert(twin.sent[0]!.length < 60, twin.sent[0]);
  twin.end();
});

Deno.test("a component that had more to set when its step was out of budget is put back as it was", () => {
  for (const seed of [822816987, 2848233825, 1120253801]) assertEquals(restoreCourse(seed, 5).failure, undefined);
});
