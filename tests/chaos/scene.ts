/**
 * What the judge sees of one running app: its models, when each was shown, and which version that was. It is told by the app and by the
 * network, and must never ask the runtime.
 */
import { assert, assertEquals } from "@std/assert";
import type { Carrier } from "./network.ts";
import { type Model, type Msg, placesOf, type Shape } from "./model.ts";
import type { Stage } from "./stage.ts";
import type { Entry } from "./entry.ts";

/** What the rules promise to every event: so many versions, and so long, is one remembered. */
const bounds = { versions: 32, ms: 10_000 } as const;

interface Version {
  /** Which of the renderings it is. */
  readonly rendering: number;
  readonly time: number;
}

/** One incarnation of a running app. */
export class Scene {
  /** After the last message. */
  model: Model;
  readonly heardBefore: number;
  /** Its memory is gone. */
  isOver = false;
  /** It was begun for a page, and has heard nothing. */
  isPainted = false;
  newest = 0;
  /** Who was heard here, as the app knows them. */
  readonly clients: Set<string> = new Set();
  readonly #models: Model[] = [];
  readonly #times: number[] = [];
  readonly #versions = new Map<number, Version>();
  readonly #effects = new Set<string>();

  constructor(
    readonly stage: Stage,
    readonly shape: Shape,
    readonly name: string,
    /** It may go on with what was seen in another. */
    readonly goesOn: boolean,
    /** That of its release. */
    readonly look: number,
    /** It is kept in a store: another may have judged what this one has to tell. */
    readonly isSaved: boolean,
    /** All that there are. */
    readonly all: readonly Scene[],
    /** It began with this model; what that has in its log was heard before. */
    first: Model,
  ) {
    this.model = first;
    this.heardBefore = first.log.length;
  }

  /** It has shown something. */
  get isRendered(): boolean {
    return this.#models.length > 0;
  }

  rendered(model: Model): void {
    this.#models.push(model);
    this.#times.push(this.stage.clock.now);
  }

  /** A page shows it from the beginning. */
  painted(): void {
    this.#made(0);
    this.isOver = this.isPainted = true;
  }

  folded(model: Model, message: Msg, { here }: Model, client: string | undefined): void {
    this.model = model;
    if (client !== undefined) this.clients.add(client);
    // Nobody joins who is here, nor leaves who is not.
    if (message.type === "joined" || message.type === "left") {
      assertEquals(here.includes(message.user), message.type === "left", `${message.type}: user ${message.user}`);
      this.stage.totals.note(message.type);
    }
  }

  /** An effect begins: in one incarnation each does so once. */
  started(of: number, id: string): void {
    assert(!this.#effects.has(id), `The effect of "up" ${of} was started twice`);
    this.#effects.add(id);
  }

  /** The model that a version shows. */
  at(version: number): Model {
    const known = this.#versions.get(version);
    assert(known, `Version ${version} of ${this.name} was never sent`);
    return this.#models[known.rendering]!;
  }

  /** A message goes to a client. */
  sends(text: string, carrier: Carrier): void {
    const message = JSON.parse(text);
    if (message[0] === "mount") this.#made(carrier.version = message[2]);
    else if (message[0] === "resume") {
      carrier.version = message[2];
      // What was shown elsewhere: as of the first rendering here, where it is not the newest.
      const rendering = message.length > 5 ? 0 : this.#models.length - 1;
      if (!this.#versions.has(message[2])) this.#versions.set(message[2], { rendering, time: this.stage.clock.now });
      this.newest = Math.max(this.newest, message[2]);
      if (message.length > 5) this.#made(carrier.version += 1 + message[7]);
    } else if (message[0] === "emit" && message[1] === "nacre:refused") {
      const { event, reason } = message[2];
      const entry = carrier.entry(event);
      if (entry === "past") return;
      assert(entry, `A refusal of event ${event}, which was never sent`);
      this.#justify(entry, reason, carrier);
    } else if (typeof message[0] !== "string" && message.length > 1) this.#made(carrier.version += 1 + (message[3] ?? 0));
  }

  #made(version: number): void {
    if (this.#versions.has(version)) return;
    this.#versions.set(version, { rendering: this.#models.length - 1, time: this.stage.clock.now });
    if (version > this.newest) this.newest = version;
  }

  /** The models that were shown since a version, that of the version first. */
  since(version: number): readonly Model[] {
    const known = this.#versions.get(version);
    assert(known, `Version ${version} of ${this.name} was never sent`);
    return this.#models.slice(known.rendering);
  }

  /** Whether a version may have been forgotten here by the bounds. */
  mayForget(version: number): boolean {
    const seen = this.#versions.get(version);
    if (!seen) return false;
    const since = Math.min(this.#times[seen.rendering + 1] ?? Infinity, this.#versions.get(version + 1)?.time ?? Infinity);
    // While nobody could read, nobody was sent the newest.
    const unsent = this.#models.length - 1 - this.#versions.get(this.newest)!.rendering;
    return this.newest + unsent - version >= bounds.versions || since <= this.stage.clock.now - bounds.ms;
  }

  /** Throws when an event had to be delivered that is refused now. */
  #justify(entry: Entry, reason: string, carrier: Carrier): void {
    const isHere = entry.scene === this;
    // It was judged when it was told first; another process may have judged it otherwise, and not been heard.
    if (entry.judge === this) {
      return assert(entry.judged === reason, `${entry} was refused for "${entry.judged}", and now for "${reason}"`);
    }
    // Its page knows: from then on it means nothing, wherever it is said.
    if (entry.refused && this.goesOn) return;
    const complaint = `${entry} was refused ("${reason}") at version ${this.newest} of ${this.name} without a reason`;
    assert(isHere || this.goesOn, `${complaint}: it was not seen here`);
    entry.judged = reason;
    entry.judge = this;
    this.stage.totals.note(`refused: ${reason}`);
    // Its page may have been shown more than one of them meanwhile.
    const same = isHere ? [this] : this.all.filter(({ model }) => model.seed === this.model.seed);
    const judges = this.isSaved ? same : [this];
    if (reason === "version") {
      const mayForget = [entry.scene, ...judges].some((scene) => scene.mayForget(entry.seen));
      // Another has gone on from a save, and has saved what its page never heard of: what that has shown since the save is of numbers that it has, too.
      const isOfOwnerBefore = this.isSaved && entry.seen > carrier.caller.covered;
      // Or it has gone on for so long that what the page still shows is forgotten.
      const hasGoneOn = this.newest - entry.seen >= bounds.versions ||
        (this.isSaved && same.some((scene) => scene !== entry.scene && scene.#times[0]! <= this.stage.clock.now - bounds.ms));
      return assert(
        mayForget || (!isHere && (isOfOwnerBefore || hasGoneOn || judges.some((judge) => judge.#cannotKnow(entry)))),
        complaint,
      );
    }
    assert(reason === "gone", complaint);
    const { place } = entry;
    const models = [...entry.scene.since(entry.seen), ...(isHere ? [] : same.flatMap((scene) => scene.#models))];
    const wasAway = models.some((model) => !placesOf(model, this.shape).has(place));
    // Told in a new link's first moment, where it was gone through again, or when it was saved, it may have been refused any time before.
    const present = carrier.isNew || !isHere || this.isSaved ? models : models.slice(-1);
    const hadNoHandler = present.some((model) => placesOf(model, this.shape).get(place) === false);
    assert(wasAway || hadNoHandler, complaint);
  }

  /** Whether what an event was seen on never was here: it followed from what nobody's event was, after the snapshot. */
  #cannotKnow(entry: Entry): boolean {
    this.stage.totals.note("seen on what is known nowhere else");
    const { log, made } = entry.scene.at(entry.seen);
    // A deploy that changes the view leaves none of the old ones.
    const isOtherView = entry.scene.look !== this.look || (made !== this.model.made && this.model.made > 1);
    // A snapshot has the states of components as they are, and not as they were in the versions before: an event of those, and what follows from it.
    const isOfStates = this.shape.rows.endsWith("counters");
    return isOtherView || isOfStates || entry.isSkipped || entry.isMountedOver || log.slice(this.heardBefore).some(([from]) => from < 0);
  }
}
