/** What an engine's driver cannot do. A feature that is named here is skipped in that engine, and counted. */
import type { EngineName } from "./engine.ts";

export interface NotDriven {
  readonly engine: EngineName;
  readonly feature: string;
  readonly reason: string;
}

export const notDriven: readonly NotDriven[] = [
  { engine: "firefox", feature: "an input method", reason: "WebDriver BiDi has no command that composes a text" },
  { engine: "webkit", feature: "an input method", reason: "WebDriver has no command that composes a text" },
];

/** Why a feature is not tried in an engine; undefined when it is. */
export function reasonAgainst(engine: EngineName, feature: string): string | undefined {
  return notDriven.find((one) => one.engine === engine && one.feature === feature)?.reason;
}
