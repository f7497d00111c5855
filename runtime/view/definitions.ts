/**
 * The templates that one runtime has used, numbered from 1 in the order of their first use, as its clients know them. What a client was sent
 * elsewhere keeps its number: it is known by its hash until it is used here.
 */
import type { Definition, HandlerOptions } from "../wire/message.ts";
import { type Usual, usualOf, wireOptions } from "./handler.ts";
import type { Template } from "./template.ts";
import type { Instance } from "./tree.ts";
import { hashOf } from "./hash.ts";

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
  readonly #hashes: string[];
  /** The numbers of those. */
  readonly #elsewhere = new Map<string, number>();
  #told: number;
  #lastTemplate: Template | undefined;
  #lastNumbered: Numbered | undefined;

  /** @param hashes of the definitions that the client was sent elsewhere, in the order of their numbers. */
  constructor(hashes: readonly string[] = []) {
    this.#hashes = [...hashes];
    for (const [i, hash] of hashes.entries()) {
      this.#elsewhere.set(hash, i + 1);
      this.#all.push([]);
    }
    this.#told = hashes.length;
  }

  /** The template of this instance, defined by it when it is the first: its handlers' options become the usual ones. */
  of(instance: Instance): Numbered {
    const { template, holes } = instance.place;
    // The rows of a table come one after the other.
    if (template === this.#lastTemplate) return this.#lastNumbered!;
    let numbered = this.#numbered.get(template);
    if (!numbered) {
      const options = holes.map((hole, i) => hole.kind === "handler" ? wireOptions(instance.holes[i], hole.event, hole.tag) : null);
      const usual = holes.map((hole, i) => hole.kind === "handler" ? usualOf(instance.holes[i]) : null);
      numbered = { number: this.#number(template.define((hole) => options[hole]!)), options, usual };
      this.#numbered.set(template, numbered);
    }
    this.#lastTemplate = template;
    return this.#lastNumbered = numbered;
  }

  /** How many there are. */
  get count(): number {
    return this.#all.length;
  }

  /** The hashes of all, in the order of their numbers. */
  hashes(): readonly string[] {
    for (let i = this.#hashes.length; i < this.#all.length; i++) this.#hashes.push(hashOf(JSON.stringify(this.#all[i])));
    return this.#hashes;
  }

  /** All definitions so far, for a client that knows none: those that were never used here are empty, and never will be. */
  all(): readonly Definition[] {
    for (const number of this.#elsewhere.values()) {
      // What was used here has its definition; of the others this client has none, and a snapshot must not say that it has.
      if (this.#all[number - 1]!.length === 0) this.#hashes[number - 1] = unknown;
    }
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

  #number(definition: Definition): number {
    const known = this.#elsewhere.size > 0 ? this.#elsewhere.get(hashOf(JSON.stringify(definition))) : undefined;
    if (known === undefined) return this.#all.push(definition);
    this.#all[known - 1] = definition;
    return known;
  }
}

const none: readonly Definition[] = [];
/** In the place of a hash: no definition has it. */
const unknown = "........";
