/**
 * What an app's element is to a form around it: as effects say it, and as every page that comes is told. It is a state, not a happening: a
 * page that comes back has it again.
 */
import type { Config, FormKind, FormSaid } from "../wire/message.ts";
import type { Effect } from "./carries.ts";

/** Messages for what a form around the element does to it. */
export interface FormHandlers<out Msg> {
  /** The message for a form that is reset. */
  readonly reset?: Msg;
  /** The message for when the element is disabled, by itself or a `<fieldset>`, and enabled again; also when it is disabled at first. */
  readonly disabled?: (disabled: boolean) => Msg | undefined;
  /** The message for a state of `effect.formValue` that the browser has kept, when the user comes back to the page. */
  readonly restore?: (state: string) => Msg | undefined;
  /** The message for what the browser fills in. */
  readonly autofill?: (value: string) => Msg | undefined;
}

/** What can be wrong with a value, as `ValidityState` has it. */
export type ValidityFlag =
  | "badInput"
  | "customError"
  | "patternMismatch"
  | "rangeOverflow"
  | "rangeUnderflow"
  | "stepMismatch"
  | "tooLong"
  | "tooShort"
  | "typeMismatch"
  | "valueMissing";

/** What an app's element is to a form around it, and to the page's CSS. */
export interface FormEffects {
  /**
   * What the form is sent for the element: a text, under the element's `name`; entries, under names of their own; `null`: nothing. `state` is what
   * `onForm.restore` is given when the user comes back; the text itself when absent, or the JSON of the entries.
   *
   * @throws {TypeError} when an entry is a file: that cannot be sent back to a page.
   */
  formValue(value: string | null | Iterable<readonly [name: string, value: unknown]>, state?: string): Effect;
  /**
   * What is wrong with the value, and what the browser says of it, where it is anchored by a selector in the component; `{}` is nothing. A
   * form with something wrong in it is not sent.
   *
   * @throws {TypeError} when something is wrong and there is no message.
   */
  validity(flags: { readonly [Flag in ValidityFlag]?: boolean }, message?: string, anchor?: string): Effect;
  /** Sets and takes away states that CSS sees as `:state(name)`; others stay. */
  states(states: Readonly<Record<string, boolean>>): Effect;
}

const describe = (...said: FormSaid): Effect => Object.freeze({ type: "form", said }) as unknown as Effect;

export const formEffects: FormEffects = {
  formValue(value, state) {
    if (value === null || typeof value === "string") return describe("value", value, state ?? value);
    const entries = Array.from(value, ([name, text]): [string, string] => {
      if (typeof text === "string") return [String(name), text];
      throw new TypeError(`Cannot make effect.formValue: "${name}" is no text; only texts can be sent back to a page`);
    });
    return describe("value", entries, state ?? JSON.stringify(entries));
  },
  validity(flags, message = "", anchor) {
    const wrong = Object.entries(flags).filter(([, is]) => is).map(([name]) => name);
    if (wrong.length > 0 && message === "") {
      throw new TypeError(`Cannot make effect.validity: ${wrong.join()} needs a message, which the browser says`);
    }
    if (wrong.length === 0) return describe("validity", [], "");
    return anchor === undefined ? describe("validity", wrong, message) : describe("validity", wrong, message, anchor);
  },
  states: (states) => describe("states", Object.fromEntries(Object.entries(states).map(([name, is]) => [name, is ? 1 : 0] as const))),
};

/** What one running app has said of its element. */
export class Form {
  readonly #hears: readonly FormKind[];
  readonly #said = new Map<FormSaid[0], FormSaid>();
  readonly #changed: (message: ["form", ...FormSaid]) => void;

  /** `changed` is told of each change, for the pages that are there. */
  constructor(handlers: FormHandlers<unknown> | undefined, changed: (message: ["form", ...FormSaid]) => void) {
    this.#hears = Object.keys(handlers ?? {}) as FormKind[];
    this.#changed = changed;
  }

  /** What a page that comes is told; nothing where the app has nothing to do with forms. */
  get config(): Config {
    const said = [...this.#said.values()];
    return this.#hears.length + said.length === 0 ? {} : { form: { hears: this.#hears, said } };
  }

  /** It is so from now on. */
  say(said: FormSaid): void {
    const before = this.#said.get(said[0]);
    const now: FormSaid = said[0] === "states" && before?.[0] === "states" ? ["states", { ...before[1], ...said[1] }] : said;
    this.#said.set(said[0], now);
    if (JSON.stringify(now) !== JSON.stringify(before)) this.#changed(["form", ...said]);
  }
}
