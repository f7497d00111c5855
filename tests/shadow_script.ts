/** The script of the mounted pages of `tests/shadow.test.tsx`: the same apps under other tags, and `mount` with them by name. */
import { type App, define, mount, type MountOptions } from "../mod.ts";
import { apps } from "./shadow_apps.tsx";

for (const [name, app] of Object.entries(apps)) define(`my-${name}`, app as App<unknown, unknown>);

Object.assign(globalThis, {
  mountApp: (name: keyof typeof apps, target: string | Element, options?: MountOptions) =>
    mount(apps[name] as App<unknown, unknown>, target, undefined, options),
});
