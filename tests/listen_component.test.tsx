/** `<Listen>`: as HTML, as types, and how it refuses. In a browser it is in `tests/lives.test.tsx` and `tests/handlers_browser.test.tsx`. */
import { assertEquals, assertThrows } from "@std/assert";
import { app, Listen, renderToString, type Send, simulate } from "../mod.ts";

Deno.test("Listen is an element that shows nothing, the same for a server and a page", () => {
  const still = app<number, "x">({
    init: () => 0,
    update: (model) => model + 1,
    view: (_, send) => (
      <main>
        <Listen on="window" onHashChange={send("x")} onKeyDownCapture={send("x")} />
        <Listen on="document" onVisibilityChange={send("x")} onClick={undefined} />
      </main>
    ),
  });
  const html = '<main><nacre-listen data-on="window" hidden></nacre-listen><nacre-listen data-on="document" hidden></nacre-listen></main>';
  const test = simulate(still);
  assertEquals(test.html(), html);
  // Preact writes an empty attribute out.
  assertEquals(renderToString(still).replaceAll('hidden=""', "hidden"), html);
  for (const event of ["hashchange", "keydown", "visibilitychange"]) test.event(event, { tag: "nacre-listen" });
  assertEquals(test.model, 3);
});

Deno.test("Listen refuses to listen to anything else", () => {
  assertThrows(
    () => Listen({ on: "body" } as never),
    TypeError,
    'Cannot listen: on is "window" or "document", not "body"',
  );
});

/** Never run: what compiles, and what must not. */
export const views = (send: Send<string>) => (
  <>
    <Listen on="window" onResize={send((e) => String(e.currentTarget.innerWidth), { include: ["currentTarget.innerWidth"] })} />
    <Listen on="window" onKeyDown={send((e) => e.key, { when: { key: "a" } })} onPopState={send("x")} />
    <Listen on="document" onSelectionChange={send("x", { debounce: 100 })} onPointerDownCapture={send("x")} />
    {/* @ts-expect-error: a document has no history */}
    <Listen on="document" onPopState={send("x")} />
    {/* @ts-expect-error: whom it listens to must be said */}
    <Listen onClick={send("x")} />
    {/* @ts-expect-error: it has no children */}
    <Listen on="window">x</Listen>
    {/* @ts-expect-error: a key of a click */}
    <Listen on="window" onClick={send("x", { when: { key: "a" } })} />
  </>
);
