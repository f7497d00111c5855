/** The differential test in a page: a script that a test bundles and starts. */
import { compare, type Course, defineElements, type Outcome, plainPieces } from "./differential.ts";

defineElements(window);

Object.assign(globalThis, {
  /** Runs `count` sequences from a seed on, with the pieces in `code` as plain vnodes. */
  compareAll(code: string, first: number, count: number, course: Course): Outcome[] {
    const plain = plainPieces(code);
    return Array.from({ length: count }, (_, i) => compare(first + i, course, plain, window));
  },
});
