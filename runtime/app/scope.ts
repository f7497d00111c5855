/** A scope in which effects run: when it ends, their timers are cleared, their signal is aborted, and nothing of them is heard again. */
import type { World } from "../world.ts";
import type { Json, PageEffect } from "../wire/message.ts";
import type { Description, Effect } from "./effect.ts";

/** What effects do to the runtime that runs them. */
export interface Stage {
  dispatch(message: unknown): void;
  emit(name: string, detail: unknown, to: string): void;
  /** An effect of the page; `to` is absent where it is the cause, and all where there is none. */
  page(name: PageEffect, args: readonly Json[], to: string | undefined): void;
  /** The app provides a context. */
  provide(key: string, value: unknown): void;
  /** The app wants a context; what is answered ends it. */
  context(key: string, listener: (value: unknown) => void): () => void;
  /** An effect threw, or its promise was rejected. */
  fail(error: unknown): void;
}

/** Runs effects until it ends. */
export class Scope {
  readonly #timers = new Set<unknown>();
  /** What else there is to end. */
  readonly #ends: (() => void)[] = [];
  #controller: AbortController | undefined;
  #ended = false;

  constructor(readonly world: World, readonly stage: Stage) {}

  /** Starts an effect. */
  run(effect: Effect<unknown>): void {
    this.#run(effect as Description, (message) => this.stage.dispatch(message));
  }

  /** Ends all that was started here. */
  end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) this.world.clearTimer(timer);
    this.#timers.clear();
    for (const end of this.#ends) end();
    if (this.#controller) this.#abort(this.#controller, reason);
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

  #run(effect: Description, dispatch: (message: unknown) => void): void {
    if (this.#ended) return;
    switch (effect.type) {
      case "batch":
        for (const one of effect.effects) this.#run(one, dispatch);
        return;
      case "map": {
        const { to } = effect;
        this.#run(effect.effect, (message) => dispatch(to(message)));
        return;
      }
      case "from":
        this.#from(effect.run, dispatch);
        return;
      case "after":
        this.#timer(effect.ms, () => dispatch(effect.message));
        return;
      case "every":
        this.#every(effect.ms, () => dispatch(effect.message));
        return;
      case "emit":
        this.stage.emit(effect.name, effect.detail, effect.to);
        return;
      case "page":
        this.stage.page(effect.name, effect.args, effect.to);
        return;
      case "provide":
        this.stage.provide(effect.key, effect.value);
        return;
      case "context": {
        const { key, to } = effect;
        this.#ends.push(this.stage.context(key, (value) => {
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

  #from(run: (signal: AbortSignal) => unknown, dispatch: (message: unknown) => void): void {
    this.#controller ??= new AbortController();
    const heard = (message: unknown) => {
      if (message !== undefined && !this.#ended) dispatch(message);
    };
    this.#guarded(() => {
      const result = run(this.#controller!.signal);
      // Always later, so that an effect that answers at once does not come before its own update has ended.
      Promise.resolve(result).then((message) => this.#guarded(() => heard(message)), (error) => {
        if (!this.#ended) this.stage.fail(error);
      });
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
