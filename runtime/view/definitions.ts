/**
 * The templates that one runtime has used, numbered from 1 in the order of their first use, as its clients know them. What a client was sent
 * elsewhere keeps its number: it is known by its hash until it is used here.
 */
import type { Definition, HandlerOptions } from "../wire/message.ts";
import { type Usual, usualOf, wireOptions } from "./handler.ts";
import type { Template } from "./template.ts";
import type { Instance } from "./tree.ts";
import { hashLength, hashOf } from "./hash.ts";

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
  /** By number, from 1; of a definition from elsewhere that has not been used here it is all there is. */
  readonly #names: string[];
  /** Those of which nobody has asked for the name yet. */
  readonly #unnamed: { readonly template: Template; readonly options: Numbered["options"] }[] = [];
  /** Those from elsewhere that were not used here yet, by their hashes. */
  readonly #elsewhere = new Map<string, { readonly number: number; readonly options: Numbered["options"] }>();
  #told: number;
  #lastTemplate: Template | undefined;
  #lastNumbered: Numbered | undefined;

  /** @param names of the definitions that the client was sent elsewhere, in the order of their numbers. */
  constructor(names: readonly string[] = []) {
    this.#names = [...names];
    for (const [i, name] of names.entries()) {
      if (name !== "") this.#elsewhere.set(name.slice(0, hashLength), { number: i + 1, options: JSON.parse(name.slice(hashLength)) });
      this.#all.push([]);
    }
    this.#told = names.length;
  }

  /** The template of this instance, defined by it when it is the first: its handlers' options become the usual ones. */
  of(instance: Instance): Numbered {
    const { template, holes } = instance.place;
    // The rows of a table come one after the other.
    if (template === this.#lastTemplate) return this.#lastNumbered!;
    let numbered = this.#numbered.get(template);
    if (!numbered) {
      // Elsewhere another instance may have been the first: what is usual to the client is what that had.
      const hash = this.#elsewhere.size > 0 ? hashOfTemplate(template) : "";
      const known = this.#elsewhere.get(hash);
      this.#elsewhere.delete(hash);
      const options = known?.options ??
        holes.map((hole, i) => hole.kind === "handler" ? wireOptions(instance.holes[i], hole.event, hole.tag) : null);
      const usual = holes.map((hole, i) => hole.kind === "handler" && !known ? usualOf(instance.holes[i]) : null);
      numbered = { number: this.#number(template, options, known?.number), options, usual };
      this.#numbered.set(template, numbered);
    }
    this.#lastTemplate = template;
    return this.#lastNumbered = numbered;
  }

  /** How many there are. */
  get count(): number {
    return this.#all.length;
  }

  /** Whether {@link Definitions.all} would leave out some that a client was sent elsewhere. */
  get hasUnused(): boolean {
    return this.#elsewhere.size > 0;
  }

  /** The names of all, in the order of their numbers: a hash of what does not depend on the first instance, and what does. */
  names(): readonly string[] {
    for (const { template, options } of this.#unnamed.splice(0)) this.#names.push(hashOfTemplate(template) + JSON.stringify(options));
    return this.#names;
  }

  /** All definitions so far, for a client that knows none: those that were never used here are empty, and never will be. */
  all(): readonly Definition[] {
    // From now on the client has nothing under their numbers, and no other process must think that it has.
    for (const { number } of this.#elsewhere.values()) this.#names[number - 1] = "";
    this.#elsewhere.clear();
    return this.#all;
  }

  /** All after the first `known`. */
  after(known: number): readonly Definition[] {
    return this.#all.slice(known);
  }

  /** Those that are new since this was asked last. */
  fresh(): readonly Definition[] {
    if (this.#told === this.#all.length) return none;
    const fresh = this.#all.slice(this.#told);
    this.#told = this.#all.length;
    return fresh;
  }

  #number(template: Template, options: Numbered["options"], known: number | undefined): number {
    const definition = template.define((hole) => options[hole]!);
    if (known !== undefined) {
      this.#all[known - 1] = definition;
      return known;
    }
    this.#unnamed.push({ template, options });
    return this.#all.push(definition);
  }
}

/** Whether this may be a name of a definition; throws for what is no JSON at its end. */
export function isDefinitionName(name: unknown): boolean {
  return name === "" || (typeof name === "string" && Array.isArray(JSON.parse(name.slice(hashLength))));
}

function hashOfTemplate(template: Template): string {
  return hashOf(JSON.stringify(template.define(() => null)));
}

const none: readonly Definition[] = [];
