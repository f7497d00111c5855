/**
 * What a case is made of: components, and what is done to them. The same file runs in Deno, for Nacre, and in a page, for Preact's own client, so it
 * must use nothing of either. Views are plain vnodes: under the precompile transform the place in the source counts too (docs/preact.md).
 */
import type { ComponentChildren } from "preact";

/** Notes that something was called. */
export type Log = (entry: string) => void;

/** A component of any props. */
// deno-lint-ignore no-explicit-any -- cases pass what they like
export type Any = any;

/** One of the two: what it shows, and what a case may do to it. */
export interface Scene {
  view(props: Any): ComponentChildren;
  readonly [act: string]: (...args: Any[]) => unknown;
}

/** What is done: to the components, or to what the page shows of them. */
export type Step =
  | { readonly kind: "render"; readonly props: unknown }
  | { readonly kind: "act"; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: "page"; readonly selector: string; readonly does: "click" | "focus" | "input" | "dispatch"; readonly value: string };

/** A case: made once for each life, so that none sees another's state. */
export interface Case {
  readonly name: string;
  readonly make: (log: Log) => Scene;
  readonly steps: readonly Step[];
  /** Many steps of one kind, which are gone through in the live life alone. */
  readonly isLong?: boolean;
}

/** A case, rendered first without props (or by the first step, where that renders), and then gone through step by step. */
export function beside(name: string, make: (log: Log) => Scene, ...steps: Step[]): Case {
  return { name, make, steps: steps[0]?.kind === "render" ? steps : [render(undefined), ...steps] };
}

/** A case of many steps that differ in little: only what is live is compared. */
export function longBeside(name: string, make: (log: Log) => Scene, ...steps: Step[]): Case {
  return { ...beside(name, make, ...steps), isLong: true };
}

/** Renders all again with these props. */
export function render(props: unknown): Step {
  return { kind: "render", props };
}

/** Calls a function of the scene: sets a state, resolves a promise. A promise that it answers is waited for. */
export function act(name: string, ...args: unknown[]): Step {
  return { kind: "act", name, args };
}

/** Clicks an element, as a script does. */
export function click(selector: string): Step {
  return { kind: "page", selector, does: "click", value: "" };
}

/** Gives an element the focus. */
export function focus(selector: string): Step {
  return { kind: "page", selector, does: "focus", value: "" };
}

/** Puts a text in a field, as its user would. */
export function input(selector: string, value: string): Step {
  return { kind: "page", selector, does: "input", value };
}

/** Dispatches an event that bubbles. */
export function dispatch(selector: string, type: string): Step {
  return { kind: "page", selector, does: "dispatch", value: type };
}
