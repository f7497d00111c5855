/** The templates that one runtime has used, numbered from 1 in the order of their first use, as its clients know them. */
import type { Definition, HandlerOptions } from "../wire/message.ts";
import { type Usual, usualOf, wireOptions } from "./handler.ts";
import type { Template } from "./template.ts";
import type { Instance } from "./tree.ts";

/** A template as this runtime's clients know it. */
export interface Numbered {
  readonly number: number;
  /** For each handler hole what an instance has that says nothing of it. */
  readonly options: readonly (HandlerOptions | null)[];
  /** The same at a glance. */
  readonly usual: readonly (Usual | null)[];
}

/** Numbers templates. */
export class Definitions {
  readonly #numbered = new Map<Template, Numbered>();
  readonly #all: Definition[] = [];
  #told = 0;
  #lastTemplate: Template | undefined;
  #lastNumbered: Numbered | undefined;

  /** The template of this instance, defined by it when it is the first: its handlers' options become the usual ones. */
  of(instance: Instance): Numbered {
    const { template, holes } = instance.place;
    // The rows of a table come one after the other.
    if (template === this.#lastTemplate) return this.#lastNumbered!;
    let numbered = this.#numbered.get(template);
    if (!numbered) {
      const options = holes.map((hole, i) => hole.kind === "handler" ? wireOptions(instance.holes[i], hole.event, hole.tag) : null);
      const usual = holes.map((hole, i) => hole.kind === "handler" ? usualOf(instance.holes[i]) : null);
      numbered = { number: this.#all.length + 1, options, usual };
      this.#numbered.set(template, numbered);
      this.#all.push(template.define((hole) => options[hole]!));
    }
    this.#lastTemplate = template;
    return this.#lastNumbered = numbered;
  }

  /** All definitions so far, for a client that knows none. */
  all(): readonly Definition[] {
    return this.#all;
  }

  /** Those that are new since this was asked last. */
  fresh(): readonly Definition[] {
    if (this.#told === this.#all.length) return none;
    const fresh = this.#all.slice(this.#told);
    this.#told = this.#all.length;
    return fresh;
  }
}

const none: readonly Definition[] = [];
