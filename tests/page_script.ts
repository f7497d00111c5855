/** The script of the mounted pages of `tests/page.test.tsx`: the same apps under other tags. */
import { define } from "../mod.ts";
import { acting, contextual, routed, told } from "./page_apps.tsx";

define("my-told", told);
define("my-acting", acting);
define("my-routed", routed);
define("my-contextual", contextual);
