/** A counter: the smallest app that has state, and the first that the demo shows. */
import { type App, app } from "../mod.ts";

/** What it counts. */
export interface CounterModel {
  count: number;
}
/** What it hears. */
export type CounterMsg = "up" | "down";

/** Counts from a number. */
export const counter: App<CounterModel, CounterMsg, number> = app<CounterModel, CounterMsg, number>({
  name: "counter",
  init: (start) => ({ count: start }),
  update: (model, msg) => ({ count: msg === "up" ? model.count + 1 : model.count - 1 }),
  view: (model, send) => (
    <>
      <h1>Hi</h1>
      <button type="button" onClick={send("down")}>-</button>
      <p>Count: {model.count}</p>
      <button type="button" onClick={send("up")}>+</button>
    </>
  ),
});
