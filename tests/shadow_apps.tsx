/** Apps in shadow roots, for `tests/shadow.test.tsx`: on a server and, in `tests/shadow_script.ts`, in the page. */
import { h } from "preact";
import { app, effect, Listen, next } from "../mod.ts";

interface Log {
  readonly log: readonly string[];
  readonly text: string;
  readonly order: readonly string[];
}
type Msg = { say: string } | { text: string } | "focus" | "beyond" | "turn";

const options = {
  init: (): Log => ({ log: [], text: "", order: ["a", "b", "c"] }),
  update(model: Log, msg: Msg) {
    if (msg === "focus") return next(model, effect.focus("#text"));
    if (msg === "beyond") return next(model, effect.focus("#beyond"));
    if (msg === "turn") return { ...model, order: model.order.toReversed() };
    if ("text" in msg) return { ...model, text: msg.text.slice(0, 4) };
    return next({ ...model, log: [...model.log, msg.say] }, effect.emit("said", msg.say));
  },
};

/** Slots, parts, a form, a controlled input of four characters, a list, and what the window hears. */
const view = (kind: string) =>
  app<Log, Msg>({
    ...options,
    ...(kind === "light" ? {} : kind === "open" || kind === "closed" ? { shadow: kind } : {
      shadow: { mode: "open", delegatesFocus: kind === "delegating", adoptStyles: kind !== "bare" },
    }),
    view: ({ log, text, order }, send) => (
      <section class="box" part="box">
        <h2>
          <slot name="title" onSlotChange={send({ say: "slot" })}>Untitled</slot>
        </h2>
        <slot></slot>
        <output>{log.join(" ")}</output>
        <p id="plain">{kind}</p>
        <input id="text" value={text} onInput={send((e) => ({ text: e.currentTarget.value }))} />
        <form id="form" onSubmit={send((e) => ({ say: `submit:${e.formData.get("field")}` }))}>
          <input name="field" onInput={send((e) => ({ say: `field:${e.currentTarget.value}` }), { debounce: 60_000 })} />
          <button id="send">Send</button>
        </form>
        <ul>
          {order.map((name) => (
            <li key={name}>
              <input id={name} />
            </li>
          ))}
        </ul>
        {(["focus", "beyond", "turn"] as const).map((what) => <button key={what} id={`do-${what}`} onClick={send(what)}>{what}</button>)}
        <button id="up" onClick={send((e) => ({ say: `click:${e.currentTarget.id}` }))}>up</button>
        <Listen on="window" onKeyDown={send((e) => ({ say: `key:${e.key}` }), { when: { key: "F2" } })} />
        <Listen on="document" onClick={send({ say: "document" })} />
      </section>
    ),
  });

const contextual = app<readonly string[], string>({
  shadow: "open",
  init: () => next([], effect.provide("count", 1)),
  update: (log, line) => next([...log, line], effect.provide("count", 1 + log.length + 1)),
  subscriptions: () => ({ colour: effect.context("colour", (colour) => String(colour)) }),
  view: (log) => (
    <div>
      <output>{log.join(" ")}</output>
      {h("count-reader", { id: "within" })}
      <slot></slot>
    </div>
  ),
});

export const apps = {
  light: view("light"),
  open: view("open"),
  closed: view("closed"),
  delegating: view("delegating"),
  bare: view("bare"),
  contextual,
};
