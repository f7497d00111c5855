/**
 * Which function components see more than their props: `this`, or the context that is their second parameter. Only those that do need an object of
 * their own, and run whenever Preact would run them.
 */

type AnyFunction = (...args: never[]) => unknown;

const found = new WeakMap<object, boolean>();
/** An arrow function has the `this` of the place where it was written. */
const arrow = /^(?:\(|[\w$]+\s*=>)/;
const comment = /\/\*[^]*?\*\/|(?:^|[\s;{}(),])\/\/.*/gm;

/** Whether a function component uses more than its props, as far as its source tells. Where that is doubtful the answer is yes. */
export function usesMore(type: AnyFunction): boolean {
  let uses = found.get(type);
  if (uses === undefined) {
    const source = Function.prototype.toString.call(type);
    uses = type.length > 1 || !arrow.test(source) && source.includes("this") && /\bthis\b/.test(source.replace(comment, ""));
    found.set(type, uses);
  }
  return uses;
}

/** The component, which reads its `this` while it runs and never keeps or changes it. */
export function sharesThis<C extends object>(type: C): C {
  found.set(type, false);
  return type;
}
