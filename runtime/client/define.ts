/** `define`: a custom element that runs an app in the page, as its server twin `<server-component>` runs one on a server. */
import type { App } from "../app/app.ts";
import type { Status } from "../browser/part.ts";
import { type MountedIn, mountIn, type MountOptions, type Own } from "./mount.ts";

/** How the elements of {@link define} are made. */
export interface DefineOptions<Flags> extends Omit<MountOptions, "hydrate" | "ids"> {
  /** The flags of each app, or a function that makes them of its element. (Flags that are a function themselves have to be made by one.) */
  readonly flags?: Flags | ((element: HTMLElement) => Flags);
}

/**
 * Defines a custom element that shows an app, which runs in the page, from when the element is put into a document
 * until it is taken out (being moved is neither). So a component crosses the wire by a change of its tag:
 * `<server-component route="/counter">` and `<my-counter>` show the same, dispatch the same emitted events, and say how it is by the
 * attribute `status` and the event `nacre:status`: `connecting`, `live`, and `failed` after an error of the app. Attributes and properties
 * of the element reach the app alike (`onAttribute`, `onProperty`).
 *
 * @throws {TypeError} where there are no custom elements: on a server.
 * @throws {DOMException} when the name is not that of a custom element, or is taken.
 *
 * @example In a module that is bundled for the browser
 * ```tsx ignore
 * import { define } from "@nacre/nacre";
 * import { counter } from "./counter.tsx";
 *
 * define("my-counter", counter, { flags: (element) => ({ start: Number(element.getAttribute("start")) }) });
 * ```
 */
export function define<Model, Msg, Flags, User>(
  name: string,
  app: App<Model, Msg, Flags, User>,
  ...rest: undefined extends Flags ? [options?: DefineOptions<Flags>]
    : [options: DefineOptions<Flags> & { readonly flags: Flags | ((element: HTMLElement) => Flags) }]
): void {
  if (typeof customElements === "undefined") {
    throw new TypeError(`Cannot define <${name}>: there are no custom elements here; define it in a browser`);
  }
  const { flags, onError }: DefineOptions<Flags> = rest[0] ?? {};
  const flagsOf = (element: HTMLElement) => typeof flags === "function" ? (flags as (element: HTMLElement) => Flags)(element) : flags;
  const show = (element: HTMLElement, status: Status) => {
    element.setAttribute("status", status);
    element.dispatchEvent(new CustomEvent("nacre:status", { detail: status, bubbles: true, composed: true }));
  };

  customElements.define(
    name,
    class extends HTMLElement {
      static formAssociated = true;

      // At once: who asks for them first is given them, and a closed root with them.
      readonly #own: Own = { internals_: this.attachInternals(), formed_: {} };
      #mounted: MountedIn<Msg> | undefined;

      connectedCallback(): void {
        // Its children have not all been read, which are replaced.
        if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", this.#sync, { once: true });
        else this.#sync();
      }

      disconnectedCallback(): void {
        // An element that is moved is taken out and put back before the next task.
        setTimeout(this.#sync);
      }

      formResetCallback(): void {
        this.#hear("reset");
      }

      formDisabledCallback(): void {
        this.#hear("disabled");
      }

      formStateRestoreCallback(state: string, mode: string): void {
        this.#hear(mode, state);
      }

      #hear(what: string, state?: string): void {
        this.#own.formed_[what] = state;
        this.#mounted?.hear(what, state);
      }

      readonly #sync = (): void => {
        if (this.isConnected === (this.#mounted !== undefined)) return;
        if (this.#mounted) {
          this.#mounted.stop();
          this.#mounted = undefined;
          return;
        }
        show(this, "connecting");
        let failed = false;
        const tell = onError ?? ((error, where) => console.error(`nacre: ${app.name} failed in ${where}:`, error));
        const mounted = this.#mounted = mountIn(app, this, this.#own, flagsOf(this) as Flags, {
          onError: (error, where) => {
            failed = true;
            if (this.#mounted === mounted) show(this, "failed");
            return tell(error, where);
          },
        });
        show(this, failed ? "failed" : "live");
      };
    },
  );
}
