/** What a view needs beside itself where there is no link that loads it: the parts that write controls and custom elements. */
import { writeCustom } from "../runtime/browser/custom.ts";
import { watchInputs } from "../runtime/browser/input.ts";
import { tools } from "../runtime/browser/tools.ts";
import type { Parts } from "../runtime/browser/parts.ts";
import type { World } from "../runtime/browser/world.ts";

/** Those parts, for a view in this root. */
export const controlsOf = (world: World, root: Element | ShadowRoot): Parts => ({
  custom: writeCustom({ world_: world, root_: root }, tools),
  input: watchInputs({ world_: world, root_: root, config_: {} }, tools),
});
