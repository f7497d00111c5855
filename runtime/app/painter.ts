/**
 * Paints pages with an app that is not running, each with a snapshot that whoever takes the page over goes on from. It starts no effect, and
 * must keep nothing of a page (rule 12 of continuity).
 */
import { encode } from "../view/diff.ts";
import { hashOf } from "../view/hash.ts";
import type { World } from "../world.ts";
import { logged } from "../log.ts";
import type { App } from "./app.ts";
import { paintApp, type Painted, type PaintedState } from "./paint.ts";
import { type OnError, report } from "./report.ts";
import { idsOf, type Snapshot, writeSnapshot } from "./snapshot.ts";
import type { Tokens, UserTokens } from "./tokens.ts";

/** Warnings that are remembered. */
const mostWarnings = 1_000;

/** How pages are painted. */
export interface PainterOptions {
  readonly tokens: Tokens;
  readonly world: World;
  readonly development: boolean;
  readonly onError: OnError;
}

/** Paints the pages of one route. */
export class Painter<Model, Msg, Flags, User> {
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #options: PainterOptions;
  /** What a developer was told. */
  readonly #warned = new Set<string>();

  constructor(app: App<Model, Msg, Flags, User>, options: PainterOptions) {
    this.#app = app;
    this.#options = options;
  }

  /**
   * What a page is painted with for this user. Where nobody could go on from it (`isOwn` is false: it is of a room; or there can be no snapshot)
   * the page is mounted.
   *
   * @throws whatever `init`, `view` or a component throws.
   */
  paint(user: User, flags: Flags, isOwn: boolean): Painted {
    const { tokens, world, development, onError } = this.#options;
    const own = tokens.of(user);
    const lineage = world.randomName(6);
    return paintApp(this.#app, flags, {
      ids: idsOf(lineage),
      development,
      warn: (message) => this.#warn(message),
      failed: (error) => report(onError, error, "effect"),
      seal: (state) => isOwn && own ? this.#seal(own, lineage, flags, state) : undefined,
    });
  }

  #seal(own: UserTokens, lineage: string, flags: Flags, { model, tree, definitions, components }: PaintedState): string | undefined {
    const snapshot: Snapshot = {
      appVersion: this.#app.version,
      lineage,
      version: 0,
      last: 0,
      templates: definitions.names(),
      tree: hashOf(JSON.stringify(encode(tree, definitions))),
      model,
      seen: [],
      state: components,
      painted: { flags },
    };
    try {
      return own.seal(writeSnapshot(snapshot));
    } catch (error) {
      report(this.#options.onError, error, "snapshot");
      return undefined;
    }
  }

  /** Says it once. */
  #warn(message: string): void {
    if (this.#options.development && !this.#warned.has(message)) console.warn(logged(`nacre: ${this.#app.name}: ${message}`));
    if (this.#warned.size < mostWarnings) this.#warned.add(message);
  }
}
