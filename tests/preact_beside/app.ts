/** A case as an app of Nacre. */
import { type App, app, effect, next } from "../../mod.ts";
import type { Scene } from "./case.ts";

/** Renders with these props, or answers once all before it is done. */
export type Message = { readonly props: unknown } | { readonly ping: string };
interface Model {
  readonly props: unknown;
}

/** An app that shows a scene, with these props at first. */
export function appOf(scene: Scene, props: unknown): App<Model, Message, undefined> {
  return app<Model, Message>({
    init: () => ({ props }),
    update: (model, message) => "ping" in message ? next(model, effect.emit("pong", message.ping)) : message,
    view: (model) => scene.view(model.props),
    onAttribute: { ping: (value) => ({ ping: value ?? "" }) },
  });
}
