/** A scope in which effects run: when it ends, their timers are cleared, their signal is aborted, and nothing of them is heard again. */
import type { World } from "../world.ts";
import type { FormSaid, Json, PageEffect } from "../wire/message.ts";
import type { Description, Effect, EffectInfo } from "./effect.ts";
import { atOnce, isPromise } from "../view/promise_error.ts";
import { Origin } from "./origin.ts";
import { listenTo } from "./source.ts";

/** What effects do to the runtime that runs them. `cause` is who started the effect, and goes on with what it sends. */
export interface Stage<Cause> {
  dispatch(message: unknown, cause: Cause | undefined, origin: Origin | undefined): void;
  emit(name: string, detail: unknown, to: string, cause: Cause | undefined): void;
  /** An effect of the page; `to` is absent where it is the cause, and all where there is none. */
  page(name: PageEffect, args: readonly Json[], to: string | undefined, cause: Cause | undefined): void;
  /** What the element is to a form around it. */
  form(said: FormSaid): void;
  /** The app provides a context. */
  provide(key: string, value: unknown): void;
  /** The app wants a context; what is answered ends it. */
  context(key: string, listener: (value: unknown) => void): () => void;
  disconnect(client: string): void;
  /** An effect threw, or its promise was rejected. */
  fail(error: unknown): void;
  /** A promise of an effect is settled. */
  settled(): void;
  /** Whether effects may still begin, where that has to be asked. */
  admission(): Promise<boolean> | undefined;
  /** The app runs for one request: what has no end of its own is not begun. */
  readonly isBrief: boolean;
}

type Dispatch = (message: unknown, origin: Origin | undefined) => void;

/** Runs effects until it ends. */
export class Scope<Cause> {
  readonly #timers = new Set<unknown>();
  /** What releases what is listened to. */
  readonly #releases = new Set<() => unknown>();
  #controller: AbortController | undefined;
  #ended = false;
  /** Promises of effects that are not settled. */
  #promises = 0;

  constructor(readonly world: World, readonly stage: Stage<Cause>) {}

  /** How many effects may still send something by themselves: promises and timers. */
  get pending(): number {
    return this.#promises + this.#timers.size;
  }

  /** Whether nothing that was started here goes on, by itself or because something is listened to. */
  get isIdle(): boolean {
    return this.pending === 0 && this.#releases.size === 0;
  }

  /** Starts an effect; `origin` is what it follows from. */
  run(effect: Effect<unknown>, cause: Cause | undefined, origin?: Origin): void {
    this.#run(effect as Description, (message, origin) => this.stage.dispatch(message, cause, origin), cause, origin);
  }

  /** Ends all that was started here. */
  end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) this.world.clearTimer(timer);
    this.#timers.clear();
    if (this.#controller) this.#abort(this.#controller, reason);
    for (const release of this.#releases) this.#release(release);
    this.#releases.clear();
  }

  #release(release: () => unknown): void {
    try {
      // Nobody waits for it: a generator that waits itself returns when it is through.
      Promise.resolve(release()).catch((error) => this.stage.fail(error));
    } catch (error) {
      this.stage.fail(error);
    }
  }

  /** A listener of the app that throws would end the process: such errors go to the global scope, and nowhere else. */
  #abort(controller: AbortController, reason: unknown): void {
    const caught = (event: ErrorEvent) => {
      event.preventDefault();
      this.stage.fail(event.error);
    };
    globalThis.addEventListener("error", caught);
    try {
      controller.abort(reason);
    } finally {
      globalThis.removeEventListener("error", caught);
    }
  }

  #run(effect: Description, send: Dispatch, cause: Cause | undefined, origin: Origin | undefined): void {
    if (this.#ended) return;
    switch (effect.type) {
      case "batch":
        for (const one of effect.effects) this.#run(one, send, cause, origin);
        return;
      case "map": {
        const { to } = effect;
        this.#run(
          effect.effect,
          (message, origin) => send(atOnce(to(message), "effect.map", "its message must be there at once"), origin),
          cause,
          origin,
        );
        return;
      }
    }
    // What follows from this effect is told apart by it.
    const own = origin?.next();
    const dispatch = (message: unknown) => send(atOnce(message, `effect.${effect.type}`, "its message must be there at once"), own);
    switch (effect.type) {
      case "from":
        this.#from(effect.run, own?.id ?? this.world.randomName(9), dispatch);
        return;
      case "after":
        this.#timer(effect.ms, () => dispatch(effect.message));
        return;
      case "every":
        if (!this.stage.isBrief) this.#every(effect.ms, () => dispatch(effect.message));
        return;
      case "listen":
        if (!this.stage.isBrief) this.#listen(effect, dispatch);
        return;
      case "disconnect":
        this.stage.disconnect(effect.client);
        return;
      case "emit":
        this.stage.emit(effect.name, effect.detail, effect.to, cause);
        return;
      case "page":
        this.stage.page(effect.name, effect.args, effect.to, cause);
        return;
      case "form":
        this.stage.form(effect.said);
        return;
      case "provide":
        this.stage.provide(effect.key, effect.value);
        return;
      case "context": {
        const { key, to } = effect;
        this.#releases.add(this.stage.context(key, (value) => {
          const message = to(value);
          if (message !== undefined) dispatch(message);
        }));
        return;
      }
      default:
        effect satisfies never;
        throw new TypeError("Cannot run an effect that effect.* did not make");
    }
  }

  #timer(ms: number, task: () => void): void {
    const timer = this.world.setTimer(ms, () => {
      this.#timers.delete(timer);
      this.#guarded(task);
    });
    this.#timers.add(timer);
  }

  /** Each tick is set from the time that was meant, so that ticks do not drift. */
  #every(ms: number, task: () => void): void {
    let due = this.world.now() + ms;
    const tick = () => {
      this.#guarded(task);
      if (this.#ended) return;
      const now = this.world.now();
      due = Math.max(due + ms, now);
      this.#timer(due - now, tick);
    };
    this.#timer(ms, tick);
  }

  #from(run: (signal: AbortSignal, info: EffectInfo) => unknown, id: string, dispatch: (message: unknown) => void): void {
    this.#controller ??= new AbortController();
    const heard = (message: unknown) => {
      this.#promises--;
      if (message !== undefined && !this.#ended) dispatch(message);
    };
    const begin = () =>
      this.#guarded(() => {
        const result = run(this.#controller!.signal, { id });
        this.#promises++;
        // Always later, so that an effect that answers at once does not come before its own update has ended.
        Promise.resolve(result).then((message) => this.#guarded(() => heard(message)), (error) => {
          this.#promises--;
          if (!this.#ended) this.stage.fail(error);
        }).then(() => this.stage.settled());
      });
    const admission = this.stage.admission();
    if (!admission) return begin();
    this.#promises++;
    admission.then((isAdmitted) => {
      this.#promises--;
      if (isAdmitted && !this.#ended) begin();
      this.stage.settled();
    });
  }

  #listen({ source, event, to }: Extract<Description, { type: "listen" }>, dispatch: (message: unknown) => void): void {
    const failed = (error: unknown) => {
      if (!this.#ended) this.stage.fail(error);
    };
    const begin = (found: unknown, isOwned: boolean) => {
      let isOver = false;
      let release: (() => unknown) | undefined = undefined;
      release = listenTo(found, event, isOwned, {
        over: () => {
          isOver = true;
          if (release) this.#releases.delete(release);
        },
        value: (value) => {
          if (this.#ended) return;
          this.#guarded(() => {
            const message = to(value);
            if (message !== undefined) dispatch(message);
          });
        },
        failed,
        pause: (task) => {
          if (!this.#ended) this.#timer(0, task);
        },
      });
      // It may have been opened for one that has gone meanwhile.
      if (this.#ended) this.#release(release);
      else if (!isOver) this.#releases.add(release);
    };
    this.#guarded(() => {
      if (typeof source !== "function") return begin(source, false);
      this.#controller ??= new AbortController();
      const opened: unknown = source(this.#controller.signal);
      if (isPromise(opened)) Promise.resolve(opened).then((found) => begin(found, true)).catch(failed);
      else begin(opened, true);
    });
  }

  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!this.#ended) this.stage.fail(error);
    }
  }
}
