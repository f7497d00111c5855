/**
 * One incarnation of a running app: its loop, the view trees of its model, and those who see them. An app that begins again has another one. It
 * must not know links, snapshots or who is here: what outlives it does.
 */
import type { EventUp, FactUp, Refusal } from "../wire/message.ts";
import { logged } from "../log.ts";
import { sourceOf } from "../view/handler.ts";
import { Lowering } from "../view/lower.ts";
import type { SavedState } from "../view/saved.ts";
import { holesIn, type Node } from "../view/tree.ts";
import type { World } from "../world.ts";
import type { App } from "./app.ts";
import { Audience, type AudienceOwner } from "./audience.ts";
import type { Client } from "./client.ts";
import { messageOfFact } from "./fact.ts";
import { Loop, type Owner } from "./loop.ts";
import type { Member } from "./member.ts";
import type { Origin } from "./origin.ts";
import { type Painted, paintedOf } from "./paint.ts";
import { eventOf, FieldError } from "./payload.ts";
import { handlerFor, placeAt, placeNow } from "./place.ts";
import { isDisabled, meetsCondition } from "./possible.ts";
import { type OnError, report } from "./report.ts";
import { createSend, type Send } from "./send.ts";
import { idsOf, type Seen, type Snapshot } from "./snapshot.ts";
import { Versions } from "./versions.ts";

/** The holes of all views that a snapshot has to be rendered again, and how many views of any size there may be. */
const mostSeenHoles = 400_000;
const fewestSeen = 4;

/** An event as it arrived. */
export interface Arrived {
  readonly member: Member;
  readonly number: number;
  /** Of the version that was seen, or undefined: it is forgotten. Looked up at once, since what arrives later may make it forgotten. */
  readonly tree: Node | undefined;
  readonly up: EventUp | FactUp;
  /** The UTF-16 units that it came in; 0 where it is replayed. */
  readonly size: number;
}

/** Who has an incarnation. */
export interface IncarnationOwner extends Owner<Arrived | Member, Member>, AudienceOwner {
  /** The state of a component has changed, which is not shown yet. */
  changed(): void;
}

/** How an incarnation begins. */
export interface IncarnationOptions {
  readonly world: World;
  readonly development: boolean;
  readonly onError: OnError | undefined;
  /** It runs for one request. */
  readonly isBrief: boolean | undefined;
  /** The name of the session. */
  readonly lineage: string;
  /** What was shown elsewhere, and the states of its components. */
  readonly snapshot: Snapshot | undefined;
}

/** One incarnation. */
export class Incarnation<Model, Msg, Flags, User> {
  readonly loop: Loop<Model, Msg, Flags, User, Arrived | Member, Member>;
  readonly versions: Versions;
  readonly audience: Audience;
  readonly #app: App<Model, Msg, Flags, User>;
  readonly #development: boolean;
  readonly #changed: () => void;
  readonly #ids: string;
  #lowering: Lowering;
  readonly #send: Send<Msg, User>;
  /** The newest view, which may not have been shown. */
  #tree: Node | undefined;
  /** The model that it is of. */
  #rendered: Model | undefined;
  /** Renderings that were not shown, and what they have made. */
  #unshown = 0;
  #made = 0;
  /** Holes of the newest view when it was last counted. */
  #size = 0;

  constructor(app: App<Model, Msg, Flags, User>, owner: IncarnationOwner, options: IncarnationOptions) {
    const { world, development, onError, isBrief, lineage, snapshot } = options;
    this.#app = app;
    this.#development = development;
    this.versions = new Versions(world, snapshot);
    this.audience = new Audience(owner, this.versions, snapshot !== undefined);
    const loop = this.loop = new Loop<Model, Msg, Flags, User, Arrived | Member, Member>(app, owner, world, onError, isBrief);
    this.#send = createSend((message) => loop.dispatch(message), () => loop.cause?.client as Client<User>);
    this.#changed = () => owner.changed();
    this.#ids = idsOf(lineage);
    this.#lowering = this.#lower(snapshot?.state);
  }

  #lower(saved: SavedState | undefined): Lowering {
    return new Lowering({
      development: this.#development,
      warn: (message) => console.warn(logged(`nacre: ${this.#app.name}: ${message}`)),
      changed: this.#changed,
      rejected: (error) => report(this.loop.onError, error, "effect"),
      ids: this.#ids,
      saved,
    });
  }

  // ---- the view --------------------------------------------------------------------------------

  /** Is there another model than what was shown, or another state of a component? */
  get isStale(): boolean {
    return this.versions.tree === undefined || this.#isBehind || this.#unshown > 0;
  }

  /** Something in the view goes on though nobody sees it: its effects are part of the app. */
  get isAlive(): boolean {
    return this.#lowering.isAlive;
  }

  /** Whether what lives in the view is all in a snapshot, and nothing of it waits. */
  get isAtRest(): boolean {
    return !this.#lowering.isWaiting && (!this.#lowering.isAlive || this.#lowering.isSavedWhole);
  }

  /** Is there another model than what was rendered, or another state? */
  get #isBehind(): boolean {
    return this.#tree === undefined || this.#lowering.isWaiting || !Object.is(this.loop.model, this.#rendered);
  }

  /**
   * Renders the model and the components, and sends what has changed to everybody.
   *
   * @throws whatever the app's `view` or a component throws.
   */
  show(): void {
    if (this.#isBehind) this.#render();
    const { loop: { model }, audience } = this;
    const isFar = this.#unshown > 1;
    const made = this.#made;
    this.#unshown = this.#made = 0;
    audience.show(this.#tree!, model, made, isFar);
  }

  #render(): void {
    const { model } = this.loop;
    const isNew = this.#tree === undefined || !Object.is(model, this.#rendered);
    this.#tree = isNew ? this.#lowering.lower(this.#app.view(model, this.#send)) : this.#lowering.update();
    this.#rendered = model;
    this.#unshown++;
    this.#made += this.#lowering.made;
  }

  /** The effects of components come when what they belong to was sent. */
  runEffects(): void {
    if (this.#lowering.hasEffects) this.loop.guarded("effect", () => this.#lowering.effects());
  }

  /** The view as it is shown, for a page. */
  paint(): Painted {
    const { html, description } = this.audience.paint();
    return paintedOf(html, description, this.#app.shadow);
  }

  // ---- events ----------------------------------------------------------------------------------

  /** Makes messages of what an event means; answers why it means nothing. */
  understand({ member, up, tree }: Arrived, origin: Origin): Refusal | undefined {
    if (isFact(up)) return this.#attempt(() => this.#take(member, up, origin));
    if (tree === undefined) return "version";
    const path = up[1];
    const seen = placeAt(tree, path);
    if (!seen) return "gone";
    if (!sourceOf(seen.handler) && this.#lowering.isWaiting) {
      // A plain function knows the state that it was rendered with: what an event just before has set must be rendered, or is lost. It is shown at
      // the end of the turn: elsewhere a patch comes out again from all the events before it, and not from some of a turn.
      this.loop.guarded("view", () => this.#render());
      if (this.loop.ended) return undefined;
    }
    const present = this.#tree!;
    const now = tree === present ? seen : placeNow(present, path, seen);
    if (!now) return "gone";
    const handler = handlerFor(seen, now);
    const source = sourceOf(handler);
    return this.#attempt(() => {
      if (isDisabled(seen.trail, path, seen.event)) return "payload";
      // A handler that is a message asks for nothing, and what came with the event all the same is not looked at.
      const event = source && typeof source.message !== "function" ? null : eventOf(seen.event, up, source?.options);
      if (source && !meetsCondition(source, event)) return "payload";
      return this.loop.handle(member, handler, event, origin);
    });
  }

  /**
   * Has the app make a message of one client's input. An error in that has not touched the model: it refuses this input, and nobody else hears of
   * it but `onError`.
   */
  #attempt(task: () => Refusal | undefined | void): Refusal | undefined {
    try {
      return task() ?? undefined;
    } catch (error) {
      if (!(error instanceof FieldError)) report(this.loop.onError, error, "handler");
      return "payload";
    }
  }

  /** Makes a message of a fact, which means the same whatever its page shows. */
  #take(member: Member, fact: FactUp, origin: Origin): Refusal | undefined {
    const { loop, audience: { contexts } } = this;
    if (fact[1] === "context") return loop.takeAll(member, () => contexts.hear(fact[2], fact[3])) ? undefined : "payload";
    const made = messageOfFact(this.#app.facts, fact);
    if ("refused" in made) {
      if (this.#development) console.warn(logged(`nacre: ${this.#app.name}: refused: ${made.refused}`));
      return "payload";
    }
    if (made.message !== undefined) loop.understood(made.message, member, origin);
    return undefined;
  }

  // ---- snapshots -------------------------------------------------------------------------------

  /** What a snapshot for this client says of what is. */
  describe(member: Member): Omit<Snapshot, "lineage"> {
    const { versions, audience: { contexts, form }, loop: { model } } = this;
    const tree = versions.tree!;
    // Whoever resumes from it renders each of them, so that of a large view there are few; an event that was seen before them is refused there.
    this.#size = holesIn(tree);
    const most = Math.max(fewestSeen, Math.floor(mostSeenHoles / Math.max(1, this.#size)));
    return {
      appVersion: this.#app.version,
      version: versions.newest,
      last: member.dealt,
      tree: versions.hash(tree),
      templates: versions.templates,
      model,
      seen: versions.from(member.oldest).slice(0, -1).slice(-most).map((
        { model, tree, definitions },
      ) => [model, versions.hash(tree), definitions]),
      state: this.#lowering.isAlive ? this.#lowering.state() : undefined,
      provided: contexts.config.provided,
      formed: form.config.form?.said,
    };
  }

  /** Holes of the views that are kept: of the newest as they were last counted. */
  get holes(): number {
    return this.#size + this.versions.holes;
  }

  /** Renders what was shown elsewhere; answers whether the newest of it is the same here. */
  recall(snapshot: Snapshot, member: Member): boolean {
    const { versions, audience } = this;
    const { version, tree, model, seen, state, provided, formed } = snapshot;
    let recalled = this.#views([...seen, [model, tree]]);
    if (state && seen.length > 0 && !recalled.at(-1)!.isSame) {
      // The states are those of the newest: a component that was not there before has begun without its own.
      this.end();
      this.#lowering = this.#lower(state);
      recalled = this.#views([[model, tree]]);
    }
    // From the first on from which all are the same; else the newest alone.
    const first = Math.min(recalled.findLastIndex(({ isSame }) => !isSame) + 1, recalled.length - 1);
    const newest = recalled.at(-1)!;
    // Another view is another version: of this number somebody may show what was there before.
    const last = newest.isSame ? version : version + 1;
    const oldest = last - (recalled.length - 1 - first);
    for (const [i, { model, tree, made, definitions }] of recalled.slice(first).entries()) {
      versions.recall(oldest + i, tree, model, made, definitions);
    }
    this.#tree = newest.tree;
    this.#rendered = model as Model;
    member.first = member.oldest = oldest;
    member.sent = member.told = last;
    for (const [key, value] of Object.entries(provided ?? {})) audience.contexts.provide(key, value);
    for (const said of formed ?? []) audience.form.say(said);
    return newest.isSame;
  }

  /** The views of these models, and whether each is what was shown elsewhere. */
  #views(seen: readonly (Seen | readonly [model: unknown, hash: string])[]) {
    return seen.map(([model, hash, definitions]) => {
      const tree = this.#lowering.lower(this.#app.view(model as Model, this.#send));
      return { model, tree, definitions, made: this.#lowering.made, isSame: this.versions.hash(tree) === hash };
    });
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** The components end: those who saw them have been told. */
  end(): void {
    this.#lowering.end((error) => this.loop.fail(error));
  }
}

function isFact(up: EventUp | FactUp): up is FactUp {
  return typeof up[1] === "string";
}
