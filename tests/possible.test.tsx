/** Events that no browser would have sent: of disabled controls, and other than their handler's `when`. */
import { assertEquals } from "@std/assert";
import { type ComponentChildren, h } from "preact";
import { app, type Send, serve } from "../mod.ts";
import { Caller } from "./caller.ts";
import { serveOn0 } from "./kit.ts";

type Msg = "heard";
const on = true, off = false;

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

Deno.test("an event of a control that was disabled in the view that its user saw is refused", async () => {
  for (const [what, { view, isHeard }] of Object.entries(rows)) {
    const live = serve(app<number, Msg>({
      init: () => 0,
      update: (n) => n + 1,
      view: (n, send) => (
        <main>
          {view(send)}
          <i>{n}</i>
        </main>
      ),
    }));
    await using server = serveOn0(live);
    {
      await using caller = await Caller.open(server.ws);
      caller.press("x");
      await caller.until(() => caller.reader.done === 1);
      assertEquals(caller.messages.some((text) => text.includes('"payload"')), !isHeard, what);
    }
    await live.close();
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
