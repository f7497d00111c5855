import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { app, effect, next, simulate } from "../mod.ts";
import { form } from "./api/form.tsx";
import { counter } from "./api/counter.tsx";

Deno.test("simulate() lets events happen as the server would, by text, tag, id and name", () => {
  const test = simulate(counter, 3);
  test.event("click", { text: "+" });
  test.event("click", { text: "-" });
  test.event("input", { tag: "input" }, { currentTarget: { value: "Anna" } });
  test.event("keydown", {}, { key: "Enter" });
  test.event("keydown", {}, { key: "a" });
  assertEquals(test.model, { count: 4, name: "Anna" });
  assertEquals(test.messages, ["up", "down", { type: "typed", text: "Anna" }, "up"]);
  assertEquals(test.effects, [effect.emit("change", 3), effect.after(100, "up")]);
  assertStringIncludes(test.html(), "<p>Count: 4</p>");
});

Deno.test("simulate() finds handlers in lists, components and spreads", () => {
  const Row = ({ id, onPick }: { id: number; onPick: (event: Event) => void }) => <li id={`row-${id}`} onClick={onPick}>row {id}</li>;
  const list = app({
    init: () => [] as number[],
    update: (picked: number[], id: number) => [...picked, id],
    view: (picked, send) => (
      <ul>
        {[1, 2].map((id) => <Row key={id} id={id} onPick={send(id)} />)}
        <li {...{ onClick: send(3), name: "spread" }}>picked {picked.length}</li>
      </ul>
    ),
  });
  const test = simulate(list);
  test.event("click", { id: "row-2" });
  test.event("click", { text: "row 1" });
  test.event("click", { name: "spread", text: "picked 2" });
  assertEquals(test.model, [2, 1, 3]);
});

Deno.test("simulate() brings form data", () => {
  const data = new FormData();
  data.append("photo", new File(["x"], "me.png"));
  const test = simulate(form);
  test.event("submit", {}, { formData: data });
  assertEquals(test.model.state, "saving");
  assertEquals(test.effects.length, 1);
});

Deno.test("simulate() says which element is missing, and refuses what the server would refuse", () => {
  const test = simulate(counter, 0);
  assertThrows(() => test.event("click", { text: "no such" }), Error, `no element with a handler for it fits {"text":"no such"}`);
  assertThrows(() => test.event("input", {}, { currentTarget: { value: true } }), TypeError, "wrong type");
});

Deno.test("simulate() keeps the effects of init", () => {
  const test = simulate(app({ init: () => next(0, effect.after(5, "go")), update: (n: number, _msg: "go") => n, view: () => null }));
  assertEquals(test.effects, [effect.after(5, "go")]);
});

Deno.test("simulate() finds the handler of a plain select, whose attributes and value stand apart", () => {
  const pick = app({
    init: () => "a",
    update: (_, picked: string) => picked,
    // A spread makes it a plain vnode.
    view: (value, send) => (
      <select {...{ id: "s" }} value={value} onChange={send((e) => e.currentTarget.value)}>
        <option>a</option>
        <option>b</option>
      </select>
    ),
  });
  const test = simulate(pick);
  test.event("change", { id: "s" }, { currentTarget: { value: "b" } });
  assertEquals(test.model, "b");
});
