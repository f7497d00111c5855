/** Apps that listen to the page and act on it, for `tests/page.test.tsx`: on a server and, in `tests/page_script.ts`, in the page. */
import { h } from "preact";
import { app, type Effect, effect, next, parse } from "../mod.ts";

/** Shows all that it is told. */
export const told = app({
  init: () => [] as readonly string[],
  update: (log, line: string) => [...log, line],
  view: (log, send) => (
    <div>
      <output>{log.join(" ")}</output>
      <button onClick={send("click")}>Click</button>
    </div>
  ),
  onAttribute: {
    step: parse.integer((step) => `step:${step}`, 1),
    open: parse.boolean((open) => `open:${open}`),
    "data-mode": parse.oneOf(["plain", "rich"], (mode) => `mode:${mode}`),
    label: (label) => `label:${label}`,
  },
  onProperty: {
    rows: parse.json((rows) => `rows:${JSON.stringify(rows)}`),
    title: (title) => `title:${title}`,
  },
});

const acts = {
  focus: effect.focus("#who"),
  select: effect.batch(effect.focus("#who"), effect.select("#who")),
  reset: effect.reset("#form"),
  scroll: effect.scrollIntoView("#far", { block: "center" }),
  open: effect.showModal("dialog"),
  close: effect.close("dialog"),
  play: effect.play("audio"),
  pause: effect.pause("audio"),
  copy: effect.copy("copied text"),
  title: effect.title("A title"),
  outside: effect.focus("#beyond"),
  invalid: effect.focus("###"),
  script: effect.navigate("javascript:document.title='hacked'"),
  data: effect.navigate("data:text/html,hacked"),
  submit: effect.submit("#post"),
  download: effect.download("data:text/plain,hello", "hello.txt"),
  leave: effect.navigate("/elsewhere?from=here"),
  leaveForGood: effect.navigate("/elsewhere?from=nowhere", { replace: true }),
} satisfies Record<string, Effect>;

/** A button for each effect of the page, which happens after a patch. */
export const acting = app({
  init: () => next({ count: 0, last: "" }, effect.title("Begun")),
  update: ({ count }, last: keyof typeof acts) => next({ count: count + 1, last }, acts[last]),
  view: ({ count, last }, send) => (
    <div>
      <output>{count} {last}</output>
      {Object.keys(acts).map((name) => <button key={name} id={name} onClick={send(name as keyof typeof acts)}>{name}</button>)}
      <form id="form">
        <input id="typed" />
        <input name="reset" />
      </form>
      <form id="post" action="/posted" method="post" onSubmit={send("focus")}>
        <input name="submit" defaultValue="real" />
      </form>
      {count > 0 && <input id="who" defaultValue="Anna" />}
      <dialog>Hello</dialog>
      <audio></audio>
      <p id="far" style="margin-top: 5000px">Far</p>
    </div>
  ),
});

/** Lives at a path of the page. */
export const routed = app({
  init: () => [] as readonly string[],
  update: (log, msg: { at: string } | { go: string; replace?: boolean }) =>
    "at" in msg ? [...log, msg.at] : next(log, effect.navigate(msg.go, { replace: msg.replace ?? false })),
  view: (log, send) => (
    <div>
      <output>{log.join(" ")}</output>
      <button id="go" onClick={send({ go: "?page=2" })}>Go</button>
      <button id="replace" onClick={send({ go: "?page=3", replace: true })}>Replace</button>
      <button id="away" onClick={send({ go: "http://localhost:1/away" })}>Away</button>
    </div>
  ),
  onUrl: (url) => ({ at: url.search + url.hash }),
});

/** Provides a count to what is in it, and wants a colour of what is around it. */
export const contextual = app({
  init: () => next({ count: 0, wants: true, log: [] as readonly string[] }, effect.provide("count", 0)),
  update(model, msg: "up" | "toggle" | { colour: unknown }) {
    if (msg === "toggle") return { ...model, wants: !model.wants };
    if (msg === "up") return next({ ...model, count: model.count + 1 }, effect.provide("count", model.count + 1));
    return { ...model, log: [...model.log, JSON.stringify(msg.colour)] };
  },
  subscriptions: ({ wants }) => ({ colour: wants && effect.context("colour", (colour) => ({ colour })) }),
  view: ({ count, wants, log }, send) => (
    <div>
      <output>{count} {String(wants)} {log.join(" ")}</output>
      <button id="up" onClick={send("up")}>Up</button>
      <button id="toggle" onClick={send("toggle")}>Toggle</button>
      {h("count-reader", { id: "first" })}
      {count > 0 && h("count-reader", { id: "late" })}
    </div>
  ),
});

export const apps = { told, acting, routed, contextual } as const;
