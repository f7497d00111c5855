/** All cases, in the order of their topics. */
import { boundaries } from "./boundaries.ts";
import type { Case } from "./case.ts";
import { children } from "./children.ts";
import { classes } from "./classes.ts";
import { compat } from "./compat.ts";
import { contexts } from "./context.ts";
import { events } from "./events.ts";
import { fragments } from "./fragments.ts";
import { hooks } from "./hooks.ts";
import { keys } from "./keys.ts";
import { suspense } from "./suspense.ts";
import { svg } from "./svg.ts";

/** By the test that goes through them. */
export const topics = {
  Hooks: hooks,
  "Classes and contexts": [...classes, ...boundaries, ...contexts],
  Keys: keys,
  Fragments: fragments,
  "Compat, events, SVG and Suspense": [...compat, ...children, ...events, ...svg, ...suspense],
} as const satisfies Record<string, readonly Case[]>;

export const cases: readonly Case[] = Object.values(topics).flat();
