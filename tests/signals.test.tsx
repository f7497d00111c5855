// deno-lint-ignore-file jsx-key -- the items of these arrays stay where they are
/** Signals of `@preact/signals`: as children, as attributes and read by components. Preact does the same beside them. */
import { assertEquals } from "@std/assert";
import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
import { Component, type ComponentChildren, h } from "preact";
import { Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { Twin } from "./twin.ts";

type Props = Record<string, unknown>;

// ---- as a child --------------------------------------------------------------------------------

Deno.test("a signal among the children is a text that changes without any component being run", () => {
  for (const isPlain of [false, true]) {
    const twin = new Twin((log) => {
      const count = signal(0);
      const Shows = () => {
        log("run");
        return isPlain ? h("p", null, "n: ", count, "!") : <p>n: {count}!</p>;
      };
      return { view: () => <Shows />, count };
    });
    twin.render({});
    assertEquals([twin.html, twin.log], ["<p>n: 0!</p>", ["run"]]);
    twin.act((it) => it.count.value = 7);
    assertEquals([twin.html, twin.log], ["<p>n: 7!</p>", []]);
    assertEquals(twin.sent, [isPlain ? '{"0":{"1":7}}' : '{"0":7}']);
    twin.act((it) => it.count.value = 7);
    assertEquals(twin.sent, []);
  }
});

Deno.test("a signal needs no component: a view of templates and of plain vnodes follows it", () => {
  const twin = new Twin(() => {
    const count = signal(1), title = signal("t");
    return { view: () => [<p title={title}>{count}</p>, h("b", { title }, count), count], count, title };
  });
  twin.render({});
  assertEquals(twin.html, '<p title="t">1</p><b title="t">1</b>1');
  twin.act((it) => it.count.value = 2);
  assertEquals([twin.html, twin.sent], ['<p title="t">2</p><b title="t">2</b>2', ['{"0":{"0":2},"1":{"0":2},"2":2}']]);
  twin.act((it) => it.title.value = "u");
  assertEquals(twin.sent, ['{"0":{"1":"u"},"1":{"1":{"title":"u"}}}']);
  twin.end();
});

Deno.test("a signal shows texts, numbers, nothing, vnodes and arrays, each in the place of the other", () => {
  const twin = new Twin(() => {
    const what = signal<ComponentChildren>("text");
    return { view: () => <p>[{what}]</p>, what };
  });
  twin.render({});
  const values: ComponentChildren[] = ["", 0, null, "again", undefined, false, true, <b>vnode</b>, ["a", <i>x</i>], <b>back</b>, 5];
  const pages = values.map((value) => {
    twin.act((it) => it.what.value = value);
    return twin.html.slice(4, -5);
  });
  assertEquals(pages, ["", "0", "", "again", "", "", "", "<b>vnode</b>", "a<i>x</i>", "<b>back</b>", "5"]);
});

Deno.test("a component in a signal's vnode keeps its state while the signal has another vnode of it", () => {
  const twin = new Twin((log) => {
    let set!: (n: number) => void;
    class Counter extends Component<{ name: string }, { n: number }> {
      override state = { n: 0 };
      override componentWillUnmount() {
        log("gone");
      }
      override render() {
        set = (n) => this.setState({ n });
        return <b>{this.props.name}{this.state.n}</b>;
      }
    }
    const what = signal<ComponentChildren>(<Counter name="a" />);
    return { view: () => <p>{what}</p>, what, name: (name: string) => what.value = <Counter name={name} />, set: (n: number) => set(n) };
  });
  twin.render({});
  twin.act((it) => it.set(3));
  twin.act((it) => it.name("b"));
  assertEquals([twin.html, twin.log], ["<p><b>b3</b></p>", []]);
  twin.act((it) => it.what.value = "text");
  assertEquals([twin.html, twin.log], ["<p>text</p>", ["gone"]]);
  twin.end();
});

Deno.test("a signal that is replaced by another is followed no more", () => {
  const twin = new Twin(() => {
    const a = signal("a"), b = signal("b");
    return { view: ({ first }: { first: boolean }) => <p title={first ? a : b}>{first ? a : b}</p>, a, b };
  });
  twin.render({ first: true });
  twin.render({ first: false });
  assertEquals(twin.html, '<p title="b">b</p>');
  twin.act((it) => it.a.value = "never");
  assertEquals([twin.html, twin.sent], ['<p title="b">b</p>', []]);
  twin.act((it) => it.b.value = "c");
  assertEquals(twin.html, '<p title="c">c</p>');
  twin.end();
});

Deno.test("a signal that changes in the turn in which it is replaced by another is not shown", () => {
  const twin = new Twin(() => {
    const a = signal("a"), b = signal("b");
    let show!: (signal: Signal<string>) => void;
    const Either = () => {
      const [shown, setShown] = useState(a);
      show = setShown;
      return [<p title={shown}>{shown}</p>, h("p", { title: shown }, shown)];
    };
    return {
      view: () => <Either />,
      change: () => {
        a.value = "never";
        show(b);
        a.value = "never at all";
      },
    };
  });
  twin.render({});
  twin.act((it) => it.change());
  assertEquals(twin.html, '<p title="b">b</p><p title="b">b</p>');
});

Deno.test("a signal takes the place of a text, and a text that of a signal", () => {
  const twin = new Twin(() => {
    const s = signal("s");
    return {
      view: ({ on }: { on: boolean }) => h("p", { title: on ? s : "t" }, on ? s : "t", h("hr", null)),
      s,
    };
  });
  for (const on of [false, true, false, true]) {
    twin.render({ on });
    assertEquals(twin.html, on ? '<p title="s">s<hr></p>' : '<p title="t">t<hr></p>');
  }
  twin.act((it) => it.s.value = "u");
  assertEquals(twin.html, '<p title="u">u<hr></p>');
  twin.render({ on: false });
  twin.act((it) => it.s.value = "never");
  assertEquals(twin.sent, []);
});

Deno.test("signals in a list follow their items wherever they move", () => {
  const twin = new Twin(() => {
    const signals: Record<string, Signal<number>> = { a: signal(1), b: signal(2), c: signal(3) };
    return {
      view: ({ names }: { names: string }) => (
        <ul>{[...names].map((name) => <li key={name} tabIndex={signals[name]!}>{name}{signals[name]}</li>)}</ul>
      ),
      signals,
    };
  });
  twin.render({ names: "abc" });
  twin.render({ names: "cab" });
  twin.act(({ signals }) => signals.a!.value = 9);
  assertEquals(twin.html, '<ul><li tabindex="3">c3</li><li tabindex="9">a9</li><li tabindex="2">b2</li></ul>');
  assertEquals(twin.sent, ['{"0":{"1":{"1":9,"2":9}}}']);
  twin.render({ names: "ba" });
  twin.act(({ signals }) => signals.c!.value = 8);
  assertEquals(twin.sent, []);
});

// ---- as an attribute ---------------------------------------------------------------------------

Deno.test("a signal as an attribute changes that attribute alone, and no component is run", () => {
  const twin = new Twin((log) => {
    const title = signal("a"), kind = signal("k");
    const Shows = () => {
      log("run");
      return [<p id="x" title={title} class={kind}>t</p>, h("b", { id: "y", title, class: kind })];
    };
    return { view: () => <Shows />, title, kind };
  });
  twin.render({});
  assertEquals([twin.html, twin.log], ['<p id="x" title="a" class="k">t</p><b id="y" title="a" class="k"></b>', ["run"]]);
  for (const to of ["b", "c", "b"]) {
    twin.act((it) => it.title.value = to);
    assertEquals([twin.sent, twin.log], [[`{"0":{"0":"${to}"},"1":{"1":{"title":"${to}"}}}`], []]);
  }
  twin.act((it) => it.kind.value = "l");
  assertEquals([twin.sent, twin.log], [['{"0":{"1":"l"},"1":{"1":{"class":"l"}}}'], []]);
  assertEquals(twin.html, '<p id="x" title="b" class="l">t</p><b id="y" title="b" class="l"></b>');
});

Deno.test("a signal is what a field holds, whether it is checked or disabled, and how something looks", () => {
  const twin = new Twin(() => {
    const value = signal("v"), checked = signal(false), disabled = signal(true), style = signal("color: red;"), data = signal<unknown>(1);
    return {
      view: () => [
        <input value={value} {...{ disabled }} />,
        <input type="checkbox" {...{ checked }} />,
        <p style={style} data-n={data as ReadonlySignal<string>}></p>,
        h("input", { value, disabled }),
        h("input", { type: "checkbox", checked }),
        h("p", { style, "data-n": data } as Props),
      ],
      value,
      checked,
      disabled,
      style,
      data,
    };
  });
  twin.render({});
  // What both pages are, with their properties, is compared at each step.
  twin.act((it) => it.value.value = "w");
  assertEquals(twin.sent, ['{"0":{"0":{".value":"w"}},"3":{"0":{".value":"w"}}}']);
  twin.act((it) => it.checked.value = true);
  assertEquals(twin.sent, ['{"1":{"0":{".checked":true}},"4":{"0":{".checked":true}}}']);
  twin.act((it) => it.disabled.value = false);
  assertEquals(twin.sent, ['{"0":{"0":{"disabled":null}},"3":{"0":{"disabled":null}}}']);
  twin.act((it) => it.style.value = "color: blue;");
  assertEquals(twin.sent, ['{"2":{"0":"color: blue;"},"5":{"1":{"style":"color: blue;"}}}']);
  twin.act((it) => it.data.value = false);
  assertEquals(twin.sent, ['{"2":{"1":"false"},"5":{"1":{"data-n":"false"}}}']);
});

Deno.test("the precompile transform asks a boolean attribute for its truth, and a signal is always true: a spread or h() follows it", () => {
  const disabled = signal(false);
  const lowering = new Lowering({ development: false, warn() {} });
  const tree = lowering.lower([<button disabled={disabled}></button>, <button {...{ disabled }}></button>, h("button", { disabled })]);
  assertEquals(JSON.stringify(encode(tree, new Definitions())), '[0,[1,{"disabled":""}],[2],[2]]');
  lowering.end();
});

Deno.test("a signal as an attribute takes it away when it has nothing, and brings it back", () => {
  const twin = new Twin(() => {
    const title = signal<string | undefined>("a");
    return { view: () => [<p title={title as ReadonlySignal<string>}></p>, h("p", { title: title as ReadonlySignal<string> })], title };
  });
  twin.render({});
  twin.act((it) => it.title.value = "b");
  assertEquals(twin.html, '<p title="b"></p><p title="b"></p>');
});

// ---- read by components ------------------------------------------------------------------------

Deno.test("a component that reads a signal's value is run again when that changes, and no other", () => {
  const twin = new Twin((log) => {
    const count = signal(0), other = signal(0);
    const Reads = () => {
      log("reads");
      return <b>{count.value}</b>;
    };
    class OfClass extends Component {
      override render() {
        log("class");
        return <i>{count.value}</i>;
      }
    }
    const Peeks = () => {
      log("peeks");
      return <u>{count.peek()}</u>;
    };
    const Parent = () => {
      log("parent");
      return (
        <p>
          <Reads />
          <OfClass />
          <Peeks />
          {other.value}
        </p>
      );
    };
    return { view: () => <Parent />, count, other };
  });
  twin.render({});
  assertEquals(twin.log, ["parent", "reads", "class", "peeks"]);
  twin.act((it) => it.count.value = 1);
  assertEquals([twin.html, twin.log], ["<p><b>1</b><i>1</i><u>0</u>0</p>", ["reads", "class"]]);
  twin.act((it) => it.count.value = 1);
  assertEquals(twin.log, []);
});

Deno.test("a component that reads other signals each time follows those that it read last", () => {
  const twin = new Twin((log) => {
    const which = signal(true), a = signal("a"), b = signal("b");
    const Reads = () => {
      log("run");
      return <b>{which.value ? a.value : b.value}</b>;
    };
    return { view: () => <Reads />, which, a, b };
  });
  twin.render({});
  twin.act((it) => it.b.value = "never");
  assertEquals(twin.log, []);
  twin.act((it) => it.which.value = false);
  twin.act((it) => it.a.value = "never");
  assertEquals([twin.html, twin.log], ["<b>never</b>", []]);
  twin.act((it) => it.b.value = "c");
  assertEquals([twin.html, twin.log], ["<b>c</b>", ["run"]]);
});

Deno.test("a component reads its signals, its state and its props, and each of them has it run once", () => {
  const twin = new Twin((log) => {
    const count = signal(0);
    let set!: (n: number) => void;
    const Mixed = ({ n }: { n: number }) => {
      const [own, setOwn] = useState(0);
      set = setOwn;
      log("run");
      return <b>{n} {own} {count.value}</b>;
    };
    return {
      view: ({ n }: { n: number }) => (
        <p>
          <Mixed n={n} />
        </p>
      ),
      count,
      set: (n: number) => set(n),
      both: () => {
        set(5);
        count.value = 5;
      },
    };
  });
  twin.render({ n: 1 });
  twin.act((it) => it.both());
  assertEquals([twin.html, twin.log], ["<p><b>1 5 5</b></p>", ["run"]]);
  twin.render({ n: 2 });
  assertEquals([twin.html, twin.log], ["<p><b>2 5 5</b></p>", ["run"]]);
});

Deno.test("computed signals and batches are one rendering, and none when the result is the same", () => {
  const twin = new Twin((log) => {
    const a = signal(1), b = signal(2);
    const sum = computed(() => a.value + b.value), isBig = computed(() => sum.value > 10);
    const Reads = () => {
      log("run");
      return <b>{isBig.value ? "big" : "small"}</b>;
    };
    return {
      view: () => (
        <p>
          {sum}
          <Reads />
        </p>
      ),
      add: (n: number, m: number) =>
        batch(() => {
          a.value += n;
          b.value += m;
        }),
    };
  });
  twin.render({});
  twin.act((it) => it.add(1, 1));
  assertEquals([twin.html, twin.log, twin.sent], ["<p>5<b>small</b></p>", [], ['{"0":5}']]);
  twin.act((it) => it.add(1, -1));
  assertEquals(twin.sent, []);
  twin.act((it) => it.add(4, 4));
  assertEquals([twin.html, twin.log], ["<p>13<b>big</b></p>", ["run"]]);
});

Deno.test("useSignal() and useComputed() are a component's own", () => {
  const twin = new Twin((log) => {
    const its: Signal<number>[] = [];
    const Counter = ({ at, by }: { at: number; by: number }) => {
      const count = useSignal(at);
      const product = useComputed(() => count.value * by);
      its[at] = count;
      log(`run ${at}`);
      return <b>{count}*{by}={product};</b>;
    };
    return {
      view: ({ by }: { by: number }) => (
        <p>
          <Counter at={1} by={by} />
          <Counter at={2} by={by} />
        </p>
      ),
      its,
    };
  });
  twin.render({ by: 10 });
  assertEquals(twin.html, "<p><b>1*10=10;</b><b>2*10=20;</b></p>");
  twin.act(({ its }) => its[2]!.value = 5);
  assertEquals([twin.html, twin.log], ["<p><b>1*10=10;</b><b>5*10=50;</b></p>", []]);
  twin.render({ by: 100 });
  twin.act(({ its }) => its[2]!.value = 6);
  // Another function is called only when a signal in it has changed.
  assertEquals([twin.html, twin.log], ["<p><b>1*100=10;</b><b>6*100=600;</b></p>", []]);
});

Deno.test("useSignalEffect() runs at each change, undoes what it did before, and ends with its component", () => {
  const twin = new Twin((log) => {
    const count = signal(0);
    const Effects = () => {
      useSignalEffect(() => {
        const n = count.value;
        log(`effect ${n}`);
        return () => log(`undone ${n}`);
      });
      log("run");
      return <b />;
    };
    return { view: ({ on }: { on: boolean }) => on && <Effects />, count };
  });
  twin.render({ on: true });
  assertEquals(twin.log, ["run", "effect 0"]);
  twin.act((it) => it.count.value = 1);
  assertEquals(twin.log, ["undone 0", "effect 1"]);
  twin.render({ on: false });
  assertEquals(twin.log, ["undone 1"]);
  twin.act((it) => it.count.value = 2);
  assertEquals(twin.log, []);
});

Deno.test("effect() of an app runs beside the view, and what it sets is shown", () => {
  const twin = new Twin(() => {
    const count = signal(1), double = signal(0);
    const dispose = effect(() => {
      double.value = count.value * 2;
    });
    return { view: () => <p>{double}</p>, count, dispose };
  });
  twin.render({});
  twin.act((it) => it.count.value = 4);
  assertEquals([twin.html, twin.sent], ["<p>8</p>", ['{"0":8}']]);
  twin.act((it) => it.dispose());
});

Deno.test("a signal that is written while a component is rendered is shown at once by those who follow it", () => {
  const twin = new Twin((log) => {
    const seen = signal(0);
    const Follows = () => {
      log(`follows ${seen.value}`);
      return <b>{seen.value}</b>;
    };
    const Writes = ({ n }: { n: number }) => {
      seen.value = n;
      return <i>{n}</i>;
    };
    return {
      view: ({ n }: { n: number }) => (
        <p>
          {seen}
          <Follows />
          <Writes n={n} />
        </p>
      ),
    };
  });
  twin.render({ n: 1 });
  assertEquals([twin.html, twin.log], ["<p>1<b>1</b><i>1</i></p>", ["follows 0", "follows 1"]]);
  twin.render({ n: 2 });
  assertEquals(twin.html, "<p>2<b>2</b><i>2</i></p>");
});

Deno.test("signals are followed in what a Suspense has put aside, in its fallback, and when all is back", async () => {
  const twin = new Twin((log) => {
    const count = signal(0);
    let wait: PromiseWithResolvers<void> | undefined;
    let set!: (n: number) => void;
    const Waits = () => {
      set = useState(0)[1];
      if (wait) throw wait.promise;
      return <b>w</b>;
    };
    const Reads = () => {
      log("reads");
      return <i>{count.value}</i>;
    };
    return {
      view: () => (
        <p title={count as ReadonlySignal<unknown> as ReadonlySignal<string>}>
          <Suspense fallback={<u>{count}</u>}>
            <Waits />
            <em id={count as ReadonlySignal<unknown> as ReadonlySignal<string>}>{count}</em>
            <Reads />
          </Suspense>
        </p>
      ),
      count,
      wait: () => {
        wait = Promise.withResolvers();
        set(1);
      },
      come: () => {
        const { resolve } = wait!;
        wait = undefined;
        resolve();
      },
    };
  });
  twin.render({});
  twin.act((it) => it.wait());
  twin.act((it) => it.count.value = 3);
  assertEquals([twin.html, twin.log], ['<p title="3"><u>3</u></p>', ["reads"]]);
  twin.act((it) => it.come());
  await twin.settle();
  assertEquals(twin.html, '<p title="3"><b>w</b><em id="3">3</em><i>3</i></p>');
  twin.act((it) => it.count.value = 4);
  assertEquals([twin.html, twin.log], ['<p title="4"><b>w</b><em id="4">4</em><i>4</i></p>', ["reads"]]);
  twin.end();
});

// ---- who follows -------------------------------------------------------------------------------

/** A signal that counts whether it is followed. */
function counted<T>(value: T): { signal: Signal<T>; isWatched(): boolean } {
  let watched = 0;
  return { signal: signal(value, { watched: () => watched++, unwatched: () => watched-- }), isWatched: () => watched > 0 };
}

Deno.test("a signal keeps nobody who is gone: child, attribute, reader, in a list, in a Lowering that has ended", async () => {
  const { signal: s, isWatched } = counted("x");
  const Reads = () => <b>{s.value}</b>;
  const Derives = () => {
    const twice = useComputed(() => s.value + s.value);
    return <b>{twice}</b>;
  };
  const Effects = () => {
    useSignalEffect(() => void s.value);
    return <b />;
  };
  const views: Record<string, ComponentChildren> = {
    child: <p>{s}</p>,
    "plain child": h("p", null, s),
    "all of the view": s,
    attribute: <p title={s}>x</p>,
    "plain attribute": h("p", { title: s }),
    "in an array": [[s], <i key="k" title={s} />],
    reads: (
      <p>
        <Reads />
      </p>
    ),
    derives: (
      <p>
        <Derives />
      </p>
    ),
    effects: (
      <p>
        <Effects />
      </p>
    ),
  };
  const show = (lowering: Lowering, view: ComponentChildren) => {
    lowering.lower(view);
    lowering.effects();
  };
  for (const [name, view] of Object.entries(views)) {
    const lowering = new Lowering({ development: false, warn() {} });
    for (const inside of [(view: ComponentChildren) => view, (view: ComponentChildren) => <main>{view}</main>]) {
      show(lowering, inside(view));
      assertEquals(isWatched(), true, name);
      s.value += ".";
      lowering.update();
      show(lowering, inside(view));
      show(lowering, inside(null));
      assertEquals(isWatched(), false, `${name}, removed`);
    }
    show(lowering, view);
    assertEquals(isWatched(), true, name);
    lowering.end();
    assertEquals(isWatched(), false, `${name}, ended`);
  }
  // An effect of a signal is run again in a task of its own.
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("a signal that is changed outside of any event says so, and waits to be rendered", () => {
  const count = signal(0);
  let told = 0;
  const lowering = new Lowering({ development: false, warn() {}, changed: () => told++ });
  const Reads = () => <b>{count.value}</b>;
  const first = lowering.lower(
    <p tabIndex={count}>
      {count}
      <Reads />
    </p>,
  );
  assertEquals([told, lowering.isWaiting], [0, false]);
  count.value = 1;
  assertEquals([told, lowering.isWaiting], [1, true]);
  count.value = 2;
  assertEquals(told, 1);
  const now = lowering.update();
  assertEquals([JSON.stringify(diff(first, now, new Definitions())), lowering.isWaiting], ['{"0":2,"1":{"0":2},"2":2}', false]);
  lowering.end();
});

Deno.test("a signal of a module that two views show patches both", () => {
  const shared = signal("a");
  const views = [1, 2].map((n) => {
    const lowering = new Lowering({ development: false, warn() {} });
    return { lowering, tree: lowering.lower(<p>{n}{shared}</p>) };
  });
  shared.value = "b";
  for (const { lowering, tree } of views) {
    assertEquals(lowering.isWaiting, true);
    assertEquals(diff(tree, lowering.update(), new Definitions()), { 1: "b" });
  }
  views[0]!.lowering.end();
  shared.value = "c";
  assertEquals(views.map(({ lowering }) => lowering.isWaiting), [false, true]);
  views[1]!.lowering.end();
});

Deno.test("of ten thousand signals the one that changed is made anew, and what it stands in", () => {
  const signals = Array.from({ length: 10_000 }, (_, i) => signal(i));
  const rows = Array.from({ length: 100 }, (_, i) => signals.slice(i * 100, i * 100 + 100));
  const lowering = new Lowering({ development: false, warn() {} });
  const tree = lowering.lower(<main>{rows.map((row, i) => <ul key={i}>{row.map((s, j) => <li key={j}>{s}</li>)}</ul>)}</main>);
  signals[1_234]!.value = -1;
  const now = lowering.update();
  assertEquals(diff(tree, now, new Definitions()), { 0: { 12: { 0: { 34: { 0: -1 } } } } });
  assertEquals(lowering.made < 250, true);
  lowering.end();
});
