/**
 * A process with sessions: a runtime for each client, which goes on elsewhere from what its browser keeps. All processes of a run have one
 * secret. Which model belongs to which runtime is known by the models alone: each comes from the one before.
 */
import { RequestLimits } from "../../runtime/transport/request_limits.ts";
import type { Connection } from "../../runtime/app/connection.ts";
import type { Link } from "../../runtime/app/member.ts";
import { Sessions } from "../../runtime/app/sessions.ts";
import { Sealer } from "../../runtime/continuity/seal.ts";
import { answer } from "../../runtime/transport/http.ts";
import { Streams } from "../../runtime/transport/sse.ts";
import { type Database, DatabaseFailure } from "./database.ts";
import { createApp, type Release } from "./app.tsx";
import type { Model, Msg, Shape } from "./model.ts";
import type { Carrier, Network } from "./network.ts";
import { type Painting, type Process, ProcessWorld } from "./process.ts";
import { Scene } from "./scene.ts";

/** Milliseconds since 1970 when a run begins. */
const secrets = ["a secret that all processes share", "another one, that they share too"];
const epoch = 1_750_000_000_000;

/** What all processes of a run share. */
export interface Fleet {
  readonly network: Network;
  readonly shape: Shape;
  /** How long they keep what nobody is linked to. */
  readonly linger: number;
  /** Where snapshots are kept; browsers keep them where there is none. */
  readonly database: Database | undefined;
  /** All that there were, in any process. */
  readonly scenes: Scene[];
  /** Which event of whom an effect followed from, by its name. */
  readonly effects: Map<string, number>;
}

/** One process. */
export class SessionProcess implements Process {
  readonly streams: Streams = new Streams();
  isStopping = false;
  readonly #world: ProcessWorld;
  readonly #limits = new RequestLimits();
  readonly #sessions: Sessions<Model, Msg, void, number>;
  /** By the newest model of each. */
  readonly #scenes = new Map<Model, Scene>();
  readonly #byEpoch = new Map<string, Scene>();
  /** Names for what begins, until it has a model: one of them is its epoch. */
  #names: string[] = [];
  #isNamed = false;
  /** What was said on links before it was known of which app they are. */
  readonly #early = new WeakMap<Carrier, string[]>();

  constructor(readonly fleet: Fleet, readonly name: string, readonly release: Release) {
    const { network: { stage }, shape, effects } = fleet;
    this.#world = new ProcessWorld(stage, stage.random.pick([0, 3, 30]), (name) => {
      if (this.#isNamed) this.#names = [];
      this.#isNamed = false;
      this.#names.push(name);
    });
    stage.note(name, () => `starts with version ${release.version}, look ${release.look}`);
    const app = createApp(shape, () => stage.random.below(2 ** 31), {
      began: (model) => void this.#begin(model),
      rendered: (model) => {
        const scene = this.#scenes.get(model) ?? this.#begin(model);
        // The newest that an incarnation begins with is it.
        if (!scene.isRendered) { for (const name of this.#names) this.#byEpoch.set(name, scene); }
        this.#isNamed = true;
        scene.rendered(model);
      },
      folded: (model, message, before, client) => {
        const scene = this.#scenes.get(before) ?? this.#begin(before);
        this.#scenes.delete(before);
        this.#scenes.set(model, scene);
        scene.folded(model, message, before, client);
      },
      started(of, id) {
        const before = effects.get(id) ?? of;
        if (before !== of) stage.fail(new Error(`The effects of "up" ${before} and ${of} have the same name, ${id}`));
        if (effects.has(id)) stage.totals.note("effects started again");
        effects.set(id, of);
      },
      mayFail() {},
      wait: (ms) => new Promise((resolve) => this.#world.setTimer(ms, resolve as () => void)),
    }, release);
    this.#sessions = new Sessions(app, {
      sealer: new Sealer({
        // It is replaced while sessions are under way: of two that all know, each release seals with the other.
        secret: (release.version + release.look) % 2 === 0 ? secrets : secrets.toReversed(),
        app: app.name,
        now: () => epoch + stage.clock.now + fleet.network.wall,
        random: (bytes) => Uint8Array.from({ length: bytes }, () => stage.random.below(256)),
      }),
      store: fleet.database?.of(this.#world),
      linger: fleet.linger,
      wall: () => epoch + stage.clock.now + fleet.network.wall,
      // The clocks may jump by some days.
      expires: 30 * 86_400_000,
      world: this.#world,
      development: false,
      onError: (error) => {
        if (!(error instanceof DatabaseFailure)) stage.fail(error);
      },
    });
  }

  get isUp(): boolean {
    return this.#world.isUp;
  }

  connect(link: Link<number>): Connection {
    return this.#sessions.connect(link);
  }

  respond(request: Request, user: number): Promise<Response> {
    return answer(request, this.#sessions as unknown as Sessions<unknown, unknown, void, number>, user, undefined, this.#limits, undefined);
  }

  paint(user: number): Painting {
    const { html } = this.#sessions.paint(user, undefined, true);
    // It was begun for this, and is over: whoever takes the page over has another.
    const scene = this.fleet.scenes.at(-1)!;
    scene.painted();
    this.fleet.network.stage.note(this.name, () => `paints for user ${user}: ${html}`);
    return { html, scene };
  }

  sceneOf(epoch: string): Scene | undefined {
    return this.#byEpoch.get(epoch.split("~")[0]!);
  }

  sends(text: string, carrier: Carrier): void {
    if (/^\["(mount|resume)"/.test(text)) {
      const [, name] = JSON.parse(text);
      carrier.scene = this.sceneOf(name)!;
      for (const early of this.#early.get(carrier) ?? []) carrier.scene.sends(early, carrier);
    }
    if (carrier.scene) carrier.scene.sends(text, carrier);
    else this.#early.set(carrier, [...this.#early.get(carrier) ?? [], text]);
  }

  crash(): void {
    this.fleet.network.stage.note(this.name, () => "crashes");
    this.#world.isUp = false;
    this.fleet.network.lose(this);
    for (const scene of this.#scenes.values()) scene.isOver = true;
  }

  stop(): void {
    const { network: { stage, cables, exchanges }, database } = this.fleet;
    stage.note(this.name, () => "is stopped");
    this.isStopping = true;
    const end = () => {
      for (const scene of this.#scenes.values()) scene.isOver = true;
      // What it has said is on its way; nothing more is.
      this.#world.isUp = false;
      for (const carrier of [...cables, ...exchanges]) if (carrier.process === this) carrier.left();
    };
    const left = this.#sessions.leave();
    // Who saves takes the time that it takes.
    if (database) left.then(end, (error) => stage.fail(error));
    else end();
  }

  #begin(model: Model): Scene {
    const { network: { stage }, scenes, shape, database } = this.fleet;
    const scene = new Scene(
      stage,
      shape,
      `app ${scenes.length} of ${this.name}`,
      true,
      this.release.look,
      database !== undefined,
      scenes,
      model,
    );
    scenes.push(scene);
    this.#scenes.set(model, scene);
    return scene;
  }
}
