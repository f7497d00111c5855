/** Effects that run in the browser, after the patch before them: as plain values, so that a test can compare them. */
import type { Json, PageEffect } from "../wire/message.ts";
import type { Effect } from "./carries.ts";

/** In whose page an effect runs. */
export interface PageEffectOptions {
  /**
   * `"cause"`: the client whose event or fact caused it; `"all"`; or a client's `id`. As usual the cause, and where nothing of a client
   * caused it, all.
   */
  readonly to?: "cause" | "all" | string;
}

/** Where an element is scrolled to, as `Element.scrollIntoView` has it. */
export interface ScrollOptions extends PageEffectOptions {
  /** Whether it moves smoothly. */
  readonly behavior?: "auto" | "instant" | "smooth";
  /** Where it is then, from top to bottom. */
  readonly block?: "start" | "center" | "end" | "nearest";
  /** Where it is then, along a line. */
  readonly inline?: "start" | "center" | "end" | "nearest";
}

/** Where a page is sent. */
export interface NavigateOptions extends PageEffectOptions {
  /** In place of the present entry of the history. */
  readonly replace?: boolean;
}

/**
 * What a page can be asked to do. Selectors find the first element that fits in the component. Where there is none, or the browser
 * will not, its console says so, and nothing else happens.
 */
export interface PageEffects {
  /** Focuses an element. */
  focus(selector: string, options?: PageEffectOptions): Effect;
  /** Selects what is in an input. */
  select(selector: string, options?: PageEffectOptions): Effect;
  /** Resets a form. */
  reset(selector: string, options?: PageEffectOptions): Effect;
  /** Scrolls until an element is seen. */
  scrollIntoView(selector: string, options?: ScrollOptions): Effect;
  /** Opens a `<dialog>` above the page. */
  showModal(selector: string, options?: PageEffectOptions): Effect;
  /** Closes a `<dialog>`. */
  close(selector: string, options?: PageEffectOptions): Effect;
  /** Plays a video or audio; most browsers want the user to have done something before. */
  play(selector: string, options?: PageEffectOptions): Effect;
  /** Pauses a video or audio. */
  pause(selector: string, options?: PageEffectOptions): Effect;
  /** Posts a form as HTML does, by a real request that leaves the page; its `submit` handlers are not asked. */
  submit(selector: string, options?: PageEffectOptions): Effect;
  /** Copies a text to the clipboard; the page must be secure, and the user have done something. */
  copy(text: string, options?: PageEffectOptions): Effect;
  /** Sets the title of the page. */
  title(text: string, options?: PageEffectOptions): Effect;
  /**
   * Sends the page elsewhere, to a URL of `http` or `https`. Where the app has `onUrl` and the origin is the page's own, the page stays, its
   * history goes on, and `onUrl` is told.
   */
  navigate(url: string, options?: NavigateOptions): Effect;
  /** Downloads what is at a URL of `http`, `https` or `data`, under this name. */
  download(url: string, name?: string, options?: PageEffectOptions): Effect;
}

function describe(name: PageEffect, args: readonly Json[], { to }: PageEffectOptions = {}): Effect {
  return Object.freeze({ type: "page", name, args, ...(to !== undefined && { to }) }) as Effect;
}

const onElement = (name: PageEffect) => (selector: string, options?: PageEffectOptions): Effect => describe(name, [selector], options);

export const pageEffects: PageEffects = {
  focus: onElement("focus"),
  select: onElement("select"),
  reset: onElement("reset"),
  scrollIntoView(selector, { to, ...how } = {}): Effect {
    return describe(
      "scroll",
      Object.keys(how).length > 0 ? [selector, { ...how } as Record<string, Json>] : [selector],
      to === undefined ? {} : { to },
    );
  },
  showModal: onElement("showModal"),
  close: onElement("close"),
  play: onElement("play"),
  pause: onElement("pause"),
  submit: onElement("submit"),
  copy: onElement("copy"),
  title: onElement("title"),
  navigate: (url, options) => describe("navigate", [url, options?.replace ? 1 : 0], options),
  download: (url, name = "", options) => describe("download", [url, name], options),
};
