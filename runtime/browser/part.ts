/**
 * A part of the browser runtime that few pages need, and what it knows of the link that it is for.
 */
import type { Config } from "../wire/message.ts";
import type { Entry } from "./event.ts";
import type { World } from "./world.ts";

/** What an element says of its link. */
export type Status = "connecting" | "live" | "offline" | "asleep" | "failed" | "refused" | "unsupported";

/** Why a request was aborted that nobody answered in time. */
export const unanswered = "unanswered";

/** What a part knows of the link that it is for. */
export interface Host {
  readonly world_: World;
  readonly element_: Element;
  /** Of the element, where the browser has such a thing. */
  readonly internals_?: ElementInternals | undefined;
  /** Where the view is: the element, or its shadow root. */
  root_: Element | ShadowRoot;
  /** Where the view ends: a comment, or the root when it is the view's alone. */
  end_: Node;
  /** What forms have done to the element, by the browser's words; the part that deals with it may come later. */
  readonly formed_: { [what: string]: string | undefined };
  /** What the app wants; nothing before the first mount. */
  config_: Config;
  /** The request on its way, where links are made of requests; whoever watches the link may abort it. */
  request_?: AbortController | undefined;
  /** Tells the app a fact as it crosses, without its beginning. */
  tell_(text: string): void;
}

/** What one knows that opens and closes links. */
export interface Linked extends Host {
  /** What is not dealt with. */
  readonly queue_: readonly Entry[];
  /** What it goes on from elsewhere. */
  readonly kept_: { readonly snapshot_: string };
  /** Opens a link, where there is none. `isQuiet`: nothing has changed for the user, and the status stays until it has. */
  open_(isQuiet?: unknown): void;
  /** Closes it. With 4000 its session waits for the page to come back; without a code the session ends. */
  stop_(code?: number): void;
  /** Says how it is linked. */
  show_(status: Status): void;
  /** Asks the server whether it is there; false where there is no link, or one that cannot be asked. */
  probe_(): boolean;
  /** The link is lost, though nobody has said so. */
  lose_(): void;
  /** The status of HTTP that the server refuses every link with; 0: it does not. */
  turnedAway_: number;
}

/** What a link tells a part. */
export interface Part {
  /** There is a mount, which is about to be shown; `anew`: of an app that was told nothing. `isPainted`: what is shown is to be taken over first. */
  begin_?(config: Config, anew: unknown, isPainted?: unknown): void;
  /** A message of a kind that is the part's own. */
  take_?(...message: unknown[]): void;
  /** The link is lost, or left. */
  end_?(): void;
}
