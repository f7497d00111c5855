/**
 * What an element is to the form around it, and what that does to the element. What the browser will not take the console says; nothing may
 * depend on it. A part of its own.
 */
import type { Config, FormKind, FormSaid } from "../wire/message.ts";
import type { Host, Part } from "./part.ts";

/** What an element tells of the form around it. */
export interface FormPart extends Part {
  begin_(config: Config, anew: unknown): void;
  take_(kind: "form", ...said: FormSaid): void;
  /** `"reset"`, `"disabled"` (or no more), or with a state `"restore"` and `"autocomplete"`. `Host.formed_` has it too. */
  hear_(what: string, state?: string): void;
}

export function joinForm(host: Host): FormPart {
  const { world_: world, element_: element, tell_: tell, formed_: formed } = host;
  const internals = host.internals_!;
  let hears: readonly FormKind[] = [];
  /** The app knows that it is disabled. */
  let disabled = false;

  const say = (kind: FormKind, value: unknown) => hears.includes(kind) && tell(JSON.stringify(["form", kind, value]).slice(1));
  const look = () => disabled != element.matches(":disabled") && say("disabled", disabled = !disabled);
  const hear = (what: string, state?: string) => {
    if (what == "disabled") look();
    else say(what == "autocomplete" ? "autofill" : what as FormKind, state ?? null);
  };

  const act = (said: FormSaid) => {
    if (said[0] == "value") {
      const [, value, state] = said;
      const data = new world.FormData();
      if (Array.isArray(value)) { for (const [name, text] of value) data.append(name, text); }
      internals.setFormValue(Array.isArray(value) ? data : value as string | null, state);
    } else if (said[0] == "validity") {
      const [, flags, message, anchor] = said;
      internals.setValidity(
        Object.fromEntries(flags.map((flag) => [flag, true])),
        message,
        // Where there is none any more it is said without a place.
        anchor ? host.root_.querySelector<HTMLElement>(anchor) || undefined : undefined,
      );
    } else for (const name in said[1]) internals.states[said[1][name] ? "add" : "delete"](name);
  };
  const guarded = (said: FormSaid) => {
    try {
      act(said);
    } catch (error) {
      world.console.error("form", ...said, error);
    }
  };

  return {
    begin_({ form: { hears: wanted = [], said = [] } = {} }, anew) {
      hears = wanted;
      if (anew) {
        disabled = false;
        // What no value has taken the place of.
        for (const what in formed) if (formed[what] != null) hear(what, formed[what]);
      }
      look();
      // What another app has said. (States came last to the browsers: where there are none, that is no failure.)
      internals.setFormValue(null);
      internals.setValidity({});
      internals.states?.clear();
      // When the view is there, in which a place may be.
      Promise.resolve().then(() => said.forEach(guarded));
    },
    take_(_: "form", ...said: FormSaid) {
      if (said[0] == "value") { for (const kind in formed) delete formed[kind]; }
      guarded(said);
    },
    hear_: hear,
  };
}
