/** The script of the pages of `tests/lives.test.tsx`: it mounts the app that it is told, and says what a page looks like. */
import { define, mount } from "../mod.ts";
import { apps, type Life, watched } from "./lives_apps.tsx";
import { look } from "./look.ts";

/** What an HTML reads like, as {@link look} says it. What only attributes say of a control is said as its state. */
function lookOf(html: string): string {
  const element = document.createElement("div");
  element.innerHTML = html;
  for (const control of element.querySelectorAll("[checked],[selected]")) {
    const { checked } = control as HTMLInputElement;
    const select = control.closest("select");
    const value = select?.value;
    control.removeAttribute("checked");
    control.removeAttribute("selected");
    if (select) select.value = value!;
    else (control as HTMLInputElement).checked = checked;
  }
  for (const area of element.querySelectorAll("textarea")) {
    const { value } = area;
    area.textContent = "";
    area.value = value;
  }
  return look(element);
}

Object.assign(globalThis, {
  lookOf,
  lookAt: (selector: string) => look(document.querySelector(selector)!),
  /** Mounts an app; answers what it goes through. */
  mountApp(name: keyof typeof apps): Life {
    const { app, life } = watched(apps[name].app);
    mount(app, "#root", apps[name].flags, { onError: (error, where) => void life.errors.push(`${where}: ${error}`) });
    return life;
  },
  defineApp: (name: keyof typeof apps, tag: string) => define(tag, apps[name].app, { flags: apps[name].flags }),
});
