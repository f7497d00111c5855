/** The script of the mounted pages of `tests/forms.test.tsx`: the same apps under other tags. */
import { type App, define } from "../mod.ts";
import { apps } from "./forms_apps.tsx";

for (const [name, app] of Object.entries(apps)) define(`my-${name}`, app as App<unknown, unknown>);
