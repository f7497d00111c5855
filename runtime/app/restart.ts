/**
 * What comes after an error of an app: whether it begins again, from which model, and what waits for that. It must never let an app that
 * fails again and again keep a server busy.
 */
import type { World } from "../world.ts";
import type { Presence } from "./presence.ts";

/**
 * What comes after an error of an app: nothing (its links are closed), a new `init`, or the last good model: the one before the messages
 * that failed; the last that was rendered, when it was `view` that failed; the present one, when it was an effect.
 */
export type Restart = "never" | "fresh" | "last";

/** Restarts in so many ms: an app that fails more often than that stays as it is. */
const restartBounds = { times: 3, ms: 10_000 } as const;

/** How a loop has ended, as {@link Restarting} has to know. */
interface Ended<Model> {
  readonly ended: "stopped" | "failed" | undefined;
  readonly failedIn: string | undefined;
  readonly model: Model;
}

/** The restarts of one runtime. */
export class Restarting<Model, Msg, User> {
  readonly #times: number[] = [];
  #isDue = false;
  #waiting: Msg[] = [];
  /** The model that was rendered last, once all of it went well. */
  #good: { readonly model: Model } | undefined;

  constructor(readonly how: Restart, readonly world: World, readonly presence: Presence<Msg, User> | undefined) {}

  /** The app has failed, and begins again soon: until then messages wait, and events are not heard. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** A message that comes while a restart is due. */
  wait(message: Msg): void {
    this.#waiting.push(message);
  }

  /** This model was rendered, and all of it went well. */
  rendered(model: Model): void {
    this.#good = { model };
  }

  /** Whether an app that has ended just now is to begin again; noted, when it is. */
  isToBegin({ ended, failedIn }: Ended<Model>): boolean {
    if (this.how === "never" || ended !== "failed" || failedIn === "init") return false;
    const now = this.world.now();
    while (this.#times.length > 0 && this.#times[0]! <= now - restartBounds.ms) this.#times.shift();
    return this.#isDue = this.#times.length < restartBounds.times && this.#times.push(now) > 0;
  }

  /** It begins now: the model to go back to, or undefined for a new one. Who it knows to be here goes back with it. */
  begin({ failedIn, model }: Ended<Model>): { readonly model: Model } | undefined {
    this.#isDue = false;
    const good = this.#good;
    this.#good = undefined;
    const isOfView = failedIn === "view";
    if (this.how === "last" && failedIn !== "effect") this.presence?.undo(isOfView ? "rendered" : "turn");
    const last = this.how !== "last" ? undefined : isOfView ? good : { model };
    if (!last) this.presence?.undo("all");
    return last;
  }

  /** What has waited, once. */
  waited(): Msg[] {
    return this.#waiting.splice(0);
  }

  /** It never begins again. */
  end(): void {
    this.#isDue = false;
    this.#waiting = [];
  }
}
