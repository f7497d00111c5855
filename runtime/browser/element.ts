/**
 * The custom element `<server-component route="/ws">`: it ties a link to its life in the page. It holds no state of its own and
 * must never reconnect because it was moved.
 */
import { createLink } from "./link.ts";
import type { LoadPart } from "./parts.ts";
import type { World } from "./world.ts";

/** Defines the element, once. */
export function install(world: World, loadPart: LoadPart): void {
  const name = "server-component";
  if (world.customElements.get(name)) return;
  world.customElements.define(
    name,
    class extends world.HTMLElement {
      static observedAttributes = ["route"];
      static formAssociated = true;

      // At once: who asks for them first is given them, and a closed root with them.
      readonly #sync = createLink(world, loadPart, this, this.attachInternals?.());

      attributeChangedCallback(): void {
        this.#sync();
      }

      connectedCallback(): void {
        this.#sync();
      }

      disconnectedCallback(): void {
        // A node that is moved is taken out and put back before the next task.
        world.setTimeout(() => this.#sync());
      }

      formResetCallback(): void {
        this.#sync("reset");
      }

      formDisabledCallback(): void {
        this.#sync("disabled");
      }

      formStateRestoreCallback(state: string, mode: string): void {
        this.#sync(mode, state);
      }
    },
  );
}
