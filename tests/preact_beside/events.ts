/** Events, and controls that show a state. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { type Any, beside, type Case, click, dispatch, focus, input, render } from "./case.ts";

export const events: readonly Case[] = [
  beside("compat's events: persist(), isPropagationStopped(), isDefaultPrevented() and nativeEvent", () => {
    function It() {
      const [text, set] = useState("");
      return h("button", {
        onClick: (event: Any) => {
          event.persist();
          set(`${event.isPropagationStopped()} ${event.isDefaultPrevented()} ${event.nativeEvent === event} ${event.type}`);
        },
      }, text);
    }
    return { view: () => h(It, null) };
  }, click("button")),
  beside("an event bubbles through handlers, and down through those of capture", (log) => {
    const on = (name: string) => () => log(name);
    return {
      view: () =>
        h(
          "main",
          { onClick: on("main"), onClickCapture: on("main down") },
          h("button", { onClick: on("button"), onClickCapture: on("button down") }),
        ),
    };
  }, click("button")),
  beside(
    "a handler that comes, changes and goes",
    (log) => ({
      view: (n: number) => h("button", n === 0 ? {} : { onClick: () => log(`heard ${n}`) }),
    }),
    render(0),
    click("button"),
    render(1),
    click("button"),
    render(2),
    click("button"),
    render(0),
    click("button"),
  ),
  beside(
    "a custom event, in lower case",
    (log) => ({ view: () => h("my-element", { "onmy-event": () => log("heard") }) }),
    dispatch("my-element", "my-event"),
  ),
  beside(
    "onDblClick, onMouseDown and onFocusIn by their names",
    (log) => ({
      view: () => h("button", { onDblClick: () => log("dblclick"), onMouseDown: () => log("mousedown"), onFocusIn: () => log("focusin") }),
    }),
    dispatch("button", "dblclick"),
    dispatch("button", "mousedown"),
    focus("button"),
  ),
  beside(
    "compat's onChange of an input, onFocus and onBlur",
    (log) => ({
      view: () =>
        h(
          "form",
          null,
          h("input", { onChange: () => log("change"), onFocus: () => log("focus"), onBlur: () => log("blur") }),
          h("button", { type: "button" }),
        ),
    }),
    focus("input"),
    input("input", "a"),
    focus("button"),
  ),
  beside(
    "compat's onDoubleClick",
    (log) => ({ view: () => h("button", { onDoubleClick: () => log("double") } as Any) }),
    dispatch("button", "dblclick"),
  ),
  beside(
    "the handler of the newest rendering is called, with the states of it",
    () => {
      function It() {
        const [n, set] = useState(0);
        return h("p", null, h("button", { onClick: () => set(n + 1) }, n), h("b", { onClick: () => set(n * 10) }, n));
      }
      return { view: () => h(It, null) };
    },
    click("button"),
    click("b"),
    click("button"),
    click("b"),
  ),
  beside(
    "a controlled checkbox",
    () => {
      function It() {
        const [on, set] = useState(false);
        return h(
          "label",
          null,
          h("input", { type: "checkbox", checked: on, onChange: (event: Any) => set(event.currentTarget.checked) }),
          String(on),
        );
      }
      return { view: () => h(It, null) };
    },
    click("input"),
    click("input"),
  ),
];
