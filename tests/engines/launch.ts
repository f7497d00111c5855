/** Starts an engine by its name, where it is installed. */
import { findChromium } from "../chromium.ts";
import { launchChromium } from "./chromium.ts";
import type { Engine, EngineName, EngineOptions } from "./engine.ts";
import { findFirefox, launchFirefox } from "./firefox.ts";
import { findWebKit, launchWebKit } from "./webkit.ts";

/** True when the engine can be started here. Chromium is installed where it is missing; the others by `install.ts` alone. */
export async function isInstalled(name: EngineName): Promise<boolean> {
  if (name === "chromium") return Boolean(await findChromium());
  return Boolean(name === "firefox" ? await findFirefox() : await findWebKit());
}

/**
 * Starts an engine.
 *
 * @throws Error when it is not installed.
 */
export async function launchEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  if (name === "chromium") return await launchChromium(options);
  if (name === "firefox") return await launchFirefox(await findFirefox() ?? missing(name), options);
  return await launchWebKit(await findWebKit() ?? missing(name), options);
}

function missing(name: EngineName): never {
  throw new Error(`There is no ${name} here: deno run -A tests/engines/install.ts`);
}
