/**
 * The parts: each is a module of its own (`runtimeScript` answers it by its name), loaded when a message, or a mount's config, first needs
 * it, or an element that was painted. This file must never import one of them but as a type: it would be in the main file.
 */
import type { adoptPage } from "./adopt.ts";
import type { watchContexts } from "./contexts.ts";
import type { writeCustom } from "./custom.ts";
import type { performEffects } from "./effect.ts";
import type { openFallback } from "./fallback.ts";
import type { watchFacts } from "./facts.ts";
import type { joinForm } from "./form.ts";
import type { watchInputs } from "./input.ts";
import type { listenElsewhere } from "./listen.ts";
import type { enterShadow } from "./shadow.ts";
import type { sleepHidden } from "./sleep.ts";
import type { watchSilence } from "./watch.ts";

/** What makes each part. */
export interface PartMakers {
  adopt: typeof adoptPage;
  contexts: typeof watchContexts;
  custom: typeof writeCustom;
  effect: typeof performEffects;
  facts: typeof watchFacts;
  fallback: typeof openFallback;
  form: typeof joinForm;
  input: typeof watchInputs;
  listen: typeof listenElsewhere;
  shadow: typeof enterShadow;
  sleep: typeof sleepHidden;
  watch: typeof watchSilence;
}

/** Loads the module of a part. */
export type LoadPart = <Name extends keyof PartMakers>(name: Name) => Promise<{ readonly create: PartMakers[Name] }>;

/** The parts that are there. */
export type Parts = { [Name in keyof PartMakers]?: ReturnType<PartMakers[Name]> };
