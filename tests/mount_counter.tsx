/** The script of a page with a counter in it: what `docs/lives.md` shows, and what its size is measured of. */
import { app, mount } from "../mod.ts";

const counter = app({
  init: (start: number) => ({ count: start }),
  update: (model, msg: "up" | "down") => ({ count: model.count + (msg === "up" ? 1 : -1) }),
  view: (model, send) => (
    <div>
      <button type="button" onClick={send("down")}>-</button>
      <p>Count: {model.count}</p>
      <button type="button" onClick={send("up")}>+</button>
    </div>
  ),
});

mount(counter, "#root", 0);
