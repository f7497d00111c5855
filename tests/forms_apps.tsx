/** Apps that are fields of a form, for `tests/forms.test.tsx`: on a server and, in `tests/forms_script.ts`, in the page. */
import { app, effect, next } from "../mod.ts";

interface Model {
  readonly stars: number;
  readonly disabled: boolean;
  readonly log: readonly string[];
}
type Msg = "reset" | "clear" | "many" | "bad" | { stars: number } | { disabled: boolean } | { restored: string };

const saying = (stars: number) =>
  effect.batch(
    effect.formValue(stars > 0 ? String(stars) : null, `state ${stars}`),
    effect.validity({ valueMissing: stars === 0 }, stars === 0 ? "How many stars?" : "", "#anchor"),
    effect.states({ empty: stars === 0, full: stars === 5 }),
  );
const shown = (model: Model, stars: number, line: string) => next({ ...model, stars, log: [...model.log, line] }, saying(stars));

const field = (shadow: boolean) =>
  app<Model, Msg>({
    ...(shadow && { shadow: { mode: "open", delegatesFocus: true } as const }),
    init: () => next({ stars: 0, disabled: false, log: [] }, saying(0)),
    update(model, msg) {
      if (msg === "reset") return shown(model, 0, "reset");
      if (msg === "clear") return next(model, effect.formValue(null));
      if (msg === "many") return next(model, effect.formValue([["a", "1"], ["b", "2"], ["a", "3"]]));
      if (msg === "bad") return next(model, effect.states({ "": true }), effect.validity({ customError: true }, "No", "###"));
      if ("disabled" in msg) return { ...model, disabled: msg.disabled, log: [...model.log, `disabled:${msg.disabled}`] };
      if ("restored" in msg) return shown(model, Number(msg.restored.split(" ")[1]), `restore:${msg.restored}`);
      return shown(model, msg.stars, `stars:${msg.stars}`);
    },
    view: ({ stars, disabled, log }, send) => (
      <div>
        <output>{log.join(" ")}</output>
        <input id="anchor" value={stars} disabled={disabled} />
        {[3, 5].map((stars) => <button key={stars} type="button" id={`set-${stars}`} onClick={send({ stars })}>{stars}</button>)}
        {(["clear", "many", "bad"] as const).map((what) => <button key={what} type="button" id={what} onClick={send(what)}>{what}</button>)}
      </div>
    ),
    onForm: {
      reset: "reset",
      disabled: (disabled) => ({ disabled }),
      restore: (state) => ({ restored: state }),
    },
  });

export const apps = {
  field: field(false),
  shadowed: field(true),
  /** Filled in by the browser. */
  filled: app({
    init: () => "",
    update: (_, text: string) => next(text, effect.formValue(text)),
    view: (text) => <output>{text}</output>,
    onForm: { autofill: (text) => text },
  }),
  /** Nothing of a form. */
  plain: app({ init: () => 0, update: (count: number, _msg: "up") => count + 1, view: (count) => <output>{count}</output> }),
};
