/** What a view needs beside itself where there is no link that loads it: the part that knows controls. */
import { watchInputs } from "../runtime/browser/input.ts";
import { tools } from "../runtime/browser/tools.ts";
import type { Parts } from "../runtime/browser/parts.ts";
import type { World } from "../runtime/browser/world.ts";

/** That part, for a view in this root. */
export const controlsOf = (world: World, root: Element | ShadowRoot): Parts => ({
  input: watchInputs({ world_: world, root_: root, config_: {} }, tools),
});
