/** A rating of one to ten: what a page says to an app by an attribute or a property, and what an app says to a page by an event. */
import type { VNode } from "preact";
import { type App, app, effect, next, parse } from "../mod.ts";

/** What it hears. */
export type RatingMsg = { type: "rated"; value: number } | { type: "submitted" };

const rated = parse.integer((value) => ({ type: "rated", value }), 0);
const stars = Array.from({ length: 10 }, (_, i) => i + 1);

/** Rates. The page may set `value`, as an attribute or a property, and hears of the user's choice in the event `change`. */
export const rating: App<number, RatingMsg> = app<number, RatingMsg>({
  name: "rating",
  init: () => 0,
  onAttribute: { value: rated },
  onProperty: { value: rated },
  update: (model, msg) => msg.type === "rated" ? msg.value : next(model, effect.emit("change", model)),
  view: (model, send) => (
    <div class="rating">
      {stars.map((value) => (
        <button
          key={value}
          type="button"
          aria-label={`${value} of 10`}
          aria-pressed={value <= model}
          onClick={send({ type: "rated", value })}
        >
          ★
        </button>
      ))}
      <output>{model}</output>
      <button type="button" onClick={send({ type: "submitted" })}>Submit</button>
    </div>
  ),
});

const script = `
  const rating = document.querySelector("server-component");
  const heard = document.querySelector("#heard");
  document.querySelector("#attribute").onclick = () => rating.setAttribute("value", "7");
  document.querySelector("#property").onclick = () => rating.value = 5;
  rating.addEventListener("change", (event) => heard.value = event.detail);
`;

/** The page's side of it, in plain JavaScript. */
export function RatingControls(): VNode {
  return (
    <section>
      <button type="button" id="attribute">setAttribute("value", "7")</button>
      <button type="button" id="property">element.value = 5</button>
      <p>
        The page has heard: <output id="heard">nothing yet</output>
      </p>
      <script type="module" dangerouslySetInnerHTML={{ __html: script }}></script>
    </section>
  );
}
