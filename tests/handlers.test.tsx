/** Options of handlers: what is refused when one is made, what crosses the wire, and what compiles. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Send } from "../mod.ts";
import { createSend } from "../runtime/app/send.ts";
import { sameOptions, wireOptions } from "../runtime/view/handler.ts";
import type { HandlerOptions } from "../runtime/wire/message.ts";

const send = createSend<string, unknown>(() => {}, () => undefined as never) as Send<string>;
// deno-lint-ignore no-explicit-any -- options that TypeScript would refuse
const loose = send as any;

Deno.test("send() refuses options that no event can meet, and says the mend", () => {
  for (
    const [options, message] of [
      [{ when: "Enter" }, 'when is "plain", or names fields of the event, as in { key: "Enter" }'],
      [{ when: ["Enter"] }, 'when is "plain", or names fields of the event, as in { key: "Enter" }'],
      [{ when: null }, 'when is "plain", or names fields of the event, as in { key: "Enter" }'],
      [
        { when: { keys: "Enter" } },
        'when knows no field "keys"; it knows key, code, repeat, button, buttons, altKey, ctrlKey, metaKey, shiftKey, self',
      ],
      [{ when: { toString: "Enter" } }, 'when knows no field "toString"'],
      [{ when: { key: 13 } }, "when.key is a string, or a list of them"],
      [{ when: { key: [] } }, "when.key is a string, or a list of them"],
      [{ when: { key: ["a", 1] } }, "when.key is a string, or a list of them"],
      [{ when: { key: undefined } }, "when.key is a string, or a list of them"],
      [{ when: { button: "0" } }, "when.button is a number, or a list of them"],
      [{ when: { shiftKey: 1 } }, "when.shiftKey is a boolean"],
      [{ when: { self: [true] } }, "when.self is a boolean"],
      [{ preventDefault: "Enter" }, 'preventDefault is "plain", or names fields of the event'],
      [{ preventDefault: { key: 1 } }, "preventDefault.key is a string"],
      [{ stopPropagation: { code: 1 } }, "stopPropagation.code is a string"],
      [{ passive: true, preventDefault: true }, "a passive one can prevent nothing; leave out passive or preventDefault"],
      [{ passive: true, preventDefault: { key: "a" } }, "a passive one can prevent nothing"],
      [{ debounce: -1 }, "debounce is a number of milliseconds"],
    ] as const
  ) assertThrows(() => loose("x", options), TypeError, `Cannot make a handler: ${message}`);
});

Deno.test("wireOptions() writes conditions after the times and before the fields, and nothing for what has none", () => {
  const wire = (options: unknown, hears = false, event = "keydown") => wireOptions(loose(hears ? () => "x" : "x", options), event, "input");
  assertEquals(wire(undefined), 0);
  assertEquals(wire({ preventDefault: true, stopPropagation: true, once: true, passive: false }), 7);
  assertEquals(wire({ passive: true }), 16);
  assertEquals(wire({ when: { key: "a" } }), [0, 0, 0, { when: { key: "a" } }]);
  assertEquals(wire({ when: { key: "a" }, include: ["which"] }, true), [8, 0, 0, { when: { key: "a" } }, "which"]);
  assertEquals(wire({ preventDefault: { key: ["a", "b"] }, stopPropagation: { self: true }, throttle: 5 }), [0, 0, 5, {
    prevent: { key: ["a", "b"] },
    stop: { self: true },
  }]);
  assertEquals(wire({}, false, "submit"), 1);
  assertEquals(wire({ preventDefault: { shiftKey: true } }, false, "submit"), [0, 0, 0, { prevent: { shiftKey: true } }]);
});

Deno.test("sameOptions() compares conditions by what they say", () => {
  const same = (a: HandlerOptions | null, b: HandlerOptions | null) => sameOptions(a, structuredClone(b)) && sameOptions(b, a);
  const one: HandlerOptions = [0, 0, 0, { when: { key: ["a", "b"], self: true }, stop: {} }, "which"];
  assertEquals(same(one, one), true);
  assertEquals(same(one, [0, 0, 0, { stop: {}, when: { self: true, key: ["a", "b"] } }, "which"]), true);
  for (
    const other of [
      null,
      0,
      [0, 0, 0, "which"],
      [0, 0, 0, { when: { key: ["a", "b"], self: true } }, "which"],
      [0, 0, 0, { when: { key: ["b", "a"], self: true }, stop: {} }, "which"],
      [0, 0, 0, { when: { key: "a", self: true }, stop: {} }, "which"],
      [0, 0, 0, { when: { key: ["a", "b"], self: false }, stop: {} }, "which"],
      [0, 0, 0, { when: { key: ["a", "b"], code: true }, stop: {} }, "which"],
      [0, 0, 0, { when: { key: ["a", "b"], self: true }, prevent: {} }, "which"],
    ] as (HandlerOptions | null)[]
  ) assertEquals(same(one, other), false, JSON.stringify(other));
});

/** Never run: what compiles, and what must not. */
export const views = () => (
  <main>
    <input onKeyDown={send("x", { when: { key: ["a"], repeat: false, shiftKey: false }, preventDefault: { code: "KeyA" } })} />
    <button type="button" onClick={send("x", { when: { button: [0, 1], altKey: true, self: true } })} />
    <p onScroll={send("x", { passive: true, when: { self: true } })} />
    {/* @ts-expect-error: a click has no key */}
    <button type="button" onClick={send("x", { when: { key: "Enter" } })} />
    {/* @ts-expect-error: a key has no button */}
    <input onKeyDown={send("x", { preventDefault: { button: 0 } })} />
    {/* @ts-expect-error: an input event has neither */}
    <input onInput={send("x", { stopPropagation: { key: "Enter" } })} />
    {/* @ts-expect-error: no such field */}
    <input onKeyDown={send("x", { when: { value: "a" } })} />
  </main>
);
