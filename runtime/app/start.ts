/** `start`: an app that runs, without a transport. */
import type { App } from "./app.ts";
import { run, type Runtime } from "./runtime.ts";

/**
 * Starts an app, to be shared by all that connect (`serve(runtime)`), or driven by hand (`docs/by_hand.md`). Errors of the app
 * go to the console and end it; `serve(app, { onError })` tells of them where each element has a session of its own.
 *
 * @example
 * ```ts
 * import { app, start } from "@nacre/nacre";
 *
 * const clock = app({
 *   init: () => 0,
 *   update: (seconds: number, _msg: "tick") => seconds + 1,
 *   view: (seconds) => `${seconds} s`,
 * });
 * await using running = start(clock);
 * running.dispatch("tick");
 * ```
 */
export function start<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  ...flags: undefined extends Flags ? [flags?: Flags] : [flags: Flags]
): Runtime<Msg> {
  return run(app, flags[0] as Flags);
}
