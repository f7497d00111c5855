/**
 * Parts: what few pages need of the browser runtime, each a module of its own (`runtimeScript` answers it by its name), loaded when a
 * message, or a mount's config, first needs it. A part and what it is given never have names that end in an underscore: those are other ones
 * in each module.
 */
import type { Config, Down } from "../wire/message.ts";
import type { watchContexts } from "./contexts.ts";
import type { performEffects } from "./effect.ts";
import type { openStreams } from "./sse.ts";
import type { World } from "./world.ts";

/** What a part knows of the link that it is for. */
export interface Host {
  readonly world: World;
  readonly element: Element;
  /** Where the view is. */
  readonly root: ParentNode;
  /** What the app wants; nothing before the first mount. */
  config: Config;
  /** Tells the app a fact as it crosses, without its beginning. */
  tell(text: string): void;
}

/** What a link tells a part. */
export interface Part {
  /** There is a mount, which is about to be shown; `anew`: of an app that was told nothing. */
  begin?(config: Config, anew: unknown): void;
  /** A message of a kind that is the part's own. */
  take?(...message: unknown[]): void;
  /** The link is lost, or left. */
  end?(): void;
}

/** What makes each part. */
export interface PartMakers {
  contexts: typeof watchContexts;
  effect: typeof performEffects;
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
  (kind == "mount" ? Object.keys(rest[5] || {}) : [kind]).flatMap((name) => owners[name] || []);
