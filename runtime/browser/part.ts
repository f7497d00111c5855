/**
 * A part of the browser runtime that few pages need, and what it knows of the link that it is for. Neither may have names that end in an
 * underscore: those are other ones in each module.
 */
import type { Config } from "../wire/message.ts";
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
