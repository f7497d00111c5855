/** A process for tests of sessions: what it has in memory is its own, and all of them have one secret. Its time is virtual. */
import type { App } from "../mod.ts";
import { Sessions, type SessionsOptions } from "../runtime/app/sessions.ts";
import { Sealer } from "../runtime/continuity/seal.ts";
import type { VirtualWorld } from "./virtual_world.ts";

/** The sessions of an app in a process of their own, as `serve` has them, without `sleep`. An error of the app is thrown. */
export function processOf<Model, Msg>(
  app: App<Model, Msg>,
  world: VirtualWorld,
  options: Partial<SessionsOptions> = {},
): Sessions<Model, Msg, void, unknown> {
  return new Sessions<Model, Msg, void, unknown>(app, {
    sealer: new Sealer({ secret: "a secret that nobody knows", app: app.name, now: () => world.now() }),
    linger: 30_000,
    expires: 3_600_000,
    world,
    onError(error) {
      throw error;
    },
    ...options,
  });
}
