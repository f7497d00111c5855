/**
 * The parts: each is a module of its own (`runtimeScript` answers it by its name), loaded when a message, or a mount's config, first needs
 * it. This file must never import one of them but as a type: it would be in the main file.
 */
import type { Down } from "../wire/message.ts";
import type { watchContexts } from "./contexts.ts";
import type { performEffects } from "./effect.ts";
import type { watchFacts } from "./facts.ts";
import type { joinForm } from "./form.ts";
import type { openRequests } from "./http.ts";
import type { enterShadow } from "./shadow.ts";
import type { openStreams } from "./sse.ts";

/** What makes each part. */
export interface PartMakers {
  contexts: typeof watchContexts;
  effect: typeof performEffects;
  facts: typeof watchFacts;
  form: typeof joinForm;
  http: typeof openRequests;
  shadow: typeof enterShadow;
  sse: typeof openStreams;
}

/** Loads the module of a part. */
export type LoadPart = <Name extends keyof PartMakers>(name: Name) => Promise<{ readonly create: PartMakers[Name] }>;

/** The parts that are there. */
export type Parts = { [Name in keyof PartMakers]?: ReturnType<PartMakers[Name]> };

/** The parts that a message needs: a part has the name of its messages and of what a config says for it; contexts have several names. */
export const neededBy = ([kind, ...rest]: Down): (keyof Parts)[] =>
  (kind == "mount" ? Object.keys(rest[5] || {}) : kind == "resume" ? Object.keys(rest[3] || {}) : [`${kind}`]).flatMap((name) =>
    /^(provide|context)/.test(name)
      ? "contexts"
      : /^(attributes|properties|url)$/.test(name)
      ? "facts"
      : /^(effect|form|shadow)$/.test(name)
      ? name as keyof Parts
      : []
  );
