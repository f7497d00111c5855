/**
 * The parts: each is a module of its own (`runtimeScript` answers it by its name), loaded when a message, or a mount's config, first needs
 * it. This file must never import one of them but as a type: it would be in the main file.
 */
import type { Down } from "../wire/message.ts";
import type { watchContexts } from "./contexts.ts";
import type { performEffects } from "./effect.ts";
import type { openRequests } from "./http.ts";
import type { openStreams } from "./sse.ts";

/** What makes each part. */
export interface PartMakers {
  contexts: typeof watchContexts;
  effect: typeof performEffects;
  http: typeof openRequests;
  sse: typeof openStreams;
}

/** Loads the module of a part. */
export type LoadPart = <Name extends keyof PartMakers>(name: Name) => Promise<{ readonly create: PartMakers[Name] }>;

/** The parts that are there. */
export type Parts = { [Name in keyof PartMakers]?: ReturnType<PartMakers[Name]> };

/** Whose a kind of message, or what a config names, is. */
const owners: Record<string, keyof Parts | undefined> = {
  provide: "contexts",
  provided: "contexts",
  context: "contexts",
  contexts: "contexts",
  effect: "effect",
};

/** The parts that a message needs. */
export const neededBy = ([kind, ...rest]: Down): (keyof Parts)[] =>
  (kind == "mount" ? Object.keys(rest[5] || {}) : kind == "resume" ? Object.keys(rest[3] || {}) : [kind]).flatMap((name) =>
    owners[name as string] || []
  );
