/** What stands around a mounted view, to hear of the errors of its components: those too that Preact renders again by itself. */
import { Component, type ComponentChildren } from "../deps.ts";

/** The props of {@link Boundary}. */
export interface BoundaryProps {
  /** Told of each error. */
  readonly failed: (error: unknown) => void;
  readonly children?: ComponentChildren;
}

/** Hears of an error and lets it pass: Preact throws it on, so that the console has it where it happened. */
export class Boundary extends Component<BoundaryProps> {
  override componentDidCatch(error: unknown): void {
    this.props.failed(error);
  }

  override render(): ComponentChildren {
    return this.props.children;
  }
}
