/** Events that no browser would have sent: of disabled controls, and other than their handler's `when`. */
import { assertEquals } from "@std/assert";
import { type ComponentChildren, h } from "preact";
import { app, renderToString, type Send, serve } from "../mod.ts";
import { Caller } from "./caller.ts";
import { launch, Random, seeded, serveOn0 } from "./kit.ts";

type Msg = "heard";
const on = true, off = false;

function Row({ send }: { send: Send<Msg> | undefined }) {
  return <p>{send ? <button type="button" onClick={send("heard")}>x</button> : "y"}</p>;
}

/** What stands in the view, and whether its click is heard. */
const rows: Record<string, { view: (send: Send<Msg>) => ComponentChildren; isHeard: boolean }> = {
  "a button": { view: (send) => <button type="button" onClick={send("heard")}>x</button>, isHeard: true },
  "a button with a static disabled": { view: (send) => <button type="button" disabled onClick={send("heard")}>x</button>, isHeard: false },
  "a button with a dynamic disabled": {
    view: (send) => <button type="button" disabled={on} onClick={send("heard")}>x</button>,
    isHeard: false,
  },
  "a button with a dynamic disabled that is off": {
    view: (send) => <button type="button" disabled={off} onClick={send("heard")}>x</button>,
    isHeard: true,
  },
  "a button of h()": { view: (send) => h("button", { disabled: true, onClick: send("heard") }, "x"), isHeard: false },
  "a button of h() that is on": { view: (send) => h("button", { disabled: false, onClick: send("heard") }, "x"), isHeard: true },
  "an element that knows no disabled": { view: (send) => h("a", { disabled: true, onClick: send("heard") }, "x"), isHeard: true },
  "a button in a disabled fieldset": {
    view: (send) => (
      <fieldset disabled={on}>
        <div>
          <button type="button" onClick={send("heard")}>x</button>
        </div>
      </fieldset>
    ),
    isHeard: false,
  },
  "a button in the first legend of a disabled fieldset": {
    view: (send) => (
      <fieldset disabled>
        <legend>
          <button type="button" onClick={send("heard")}>x</button>
        </legend>
      </fieldset>
    ),
    isHeard: true,
  },
  "a button in the second legend of a disabled fieldset": {
    view: (send) => (
      <fieldset disabled>
        <legend>y</legend>
        <legend>
          <button type="button" onClick={send("heard")}>x</button>
        </legend>
      </fieldset>
    ),
    isHeard: false,
  },
  "a button in a legend that is no child of a disabled fieldset": {
    view: (send) => (
      <fieldset disabled>
        <div>
          <legend>
            <button type="button" onClick={send("heard")}>x</button>
          </legend>
        </div>
      </fieldset>
    ),
    isHeard: false,
  },
  "a button that stands on a condition in a disabled fieldset": {
    view: (send) => <fieldset disabled={on}>{on && <button type="button" onClick={send("heard")}>x</button>}</fieldset>,
    isHeard: false,
  },
  "a button of a component, in an item of a list, in a disabled fieldset of h()": {
    view: (send) => h("fieldset", { disabled: true }, [<Row key="a" send={send} />, <Row key="b" send={undefined} />]),
    isHeard: false,
  },
  "a button of a component in the legend of a disabled fieldset": {
    view: (send) => (
      <fieldset disabled>
        <legend>
          <Row send={send} />
        </legend>
      </fieldset>
    ),
    isHeard: true,
  },
  "a button in a fieldset that is on, in a disabled one": {
    view: (send) => (
      <fieldset disabled>
        <fieldset disabled={off}>
          <Row send={send} />
        </fieldset>
      </fieldset>
    ),
    isHeard: false,
  },
  "tags in capitals": {
    view: (send) => h("FIELDSET", { disabled: true }, h("BUTTON", { onClick: send("heard") }, "x")),
    isHeard: false,
  },
  "a button in capitals": { view: (send) => h("BUTTON", { disabled: true, onClick: send("heard") }, "x"), isHeard: false },
  "a spread of outside names": { view: (send) => h("button", { ...{ DISABLED: true }, onClick: send("heard") }, "x"), isHeard: false },
  "a button beside a disabled one": {
    view: (send) => (
      <p>
        <button type="button" disabled>y</button>
        <button type="button" onClick={send("heard")}>x</button>
      </p>
    ),
    isHeard: true,
  },
  "a row around a disabled button": {
    view: (send) => (
      <p onClick={send("heard")}>
        x<button type="button" disabled></button>
      </p>
    ),
    isHeard: true,
  },
};

type View = (send: Send<Msg>) => ComponentChildren;

/** An app that shows this beside the number of messages that it heard. */
function appOf(view: View) {
  return app<number, Msg>({
    init: () => 0,
    update: (n) => n + 1,
    view: (n, send) => (
      <main>
        {view(send)}
        <i>{n}</i>
      </main>
    ),
  });
}

/** Whether a click on what shows "x" reaches the app. */
async function hears(view: View): Promise<boolean> {
  const live = serve(appOf(view));
  await using server = serveOn0(live);
  let isRefused: boolean;
  {
    await using caller = await Caller.open(server.ws);
    caller.press("x");
    await caller.until(() => caller.reader.done === 1);
    isRefused = caller.messages.some((text) => text.includes('"payload"'));
  }
  await live.close();
  return !isRefused;
}

Deno.test("an event of a control that was disabled in the view that its user saw is refused", async () => {
  for (const [what, { view, isHeard }] of Object.entries(rows)) assertEquals(await hears(view), isHeard, what);
});

seeded("Chromium takes for disabled what the server refuses: the rows above, and random fieldsets, legends and buttons", async (random) => {
  await using browser = await launch();
  const page = await browser.newPage();
  const isDisabled = async (view: View, selector: string) => {
    const html = renderToString(appOf(view));
    await page.setContent(html);
    return [await page.$eval(selector, (button) => button.matches(":disabled")), html] as const;
  };
  for (const [what, { view, isHeard }] of Object.entries(rows)) {
    const selector = /knows no/.test(what) ? "a" : /^a row/.test(what) ? "main > p" : /beside/.test(what) ? "button + button" : "button";
    const [isOff, html] = await isDisabled(view, selector);
    assertEquals(isOff, !isHeard, `${what}: ${html}`);
  }
  for (let i = 0; i < 30; i++) {
    const seed = random.below(2 ** 31);
    let hasLegend = false;
    /** The same for the same seed, of pieces that end anywhere. */
    const view = (send: Send<Msg>) => {
      const one = new Random(seed);
      let made: ComponentChildren = <button type="button" onClick={send("heard")}>x</button>;
      for (let depth = one.below(5); depth >= 0; depth--) {
        const child = made, disabled = one.chance(0.4);
        const shapes: (() => ComponentChildren)[] = [
          () => <fieldset disabled={disabled}>{child}</fieldset>,
          () => h("fieldset", { disabled }, child),
          () => (
            <fieldset disabled>
              <legend>{child}</legend>
            </fieldset>
          ),
          () => {
            hasLegend = true;
            return h("legend", null, child);
          },
          () => <div>{[child]}</div>,
          () => h("div", null, child),
        ];
        made = one.pick(shapes)();
      }
      return made;
    };
    const [isOff, html] = await isDisabled(view, "button");
    const isHeard = await hears(view);
    // Whether a legend of another piece is the first is not known: the server hears more there, and never less.
    if (!isOff || !hasLegend) assertEquals(isHeard, !isOff, html);
  }
});

Deno.test("an event that is other than its handler's `when` is refused, where its fields cross", async () => {
  const heard: string[] = [];
  const keys = app<number, { key: string }>({
    init: () => 0,
    update(n, { key }) {
      heard.push(key);
      return n + 1;
    },
    view: (n, send) => (
      <input value={n} onKeyDown={send((e) => ({ key: e.key }), { when: { key: ["Enter", "Escape"], shiftKey: false, self: true } })} />
    ),
  });
  const live = serve(keys);
  await using server = serveOn0(live);
  {
    await using caller = await Caller.open(server.ws);
    const path = "[1]";
    const fields = [{ key: "Enter" }, { key: "a" }, { key: "Enter", shiftKey: true }, {}, { key: "Escape" }];
    for (const one of fields) caller.socket.send(`[0,${path},${JSON.stringify(one)}]`);
    await caller.until(() => caller.reader.done === fields.length);
    assertEquals(heard, ["Enter", "Escape"]);
  }
  await live.close();
});
