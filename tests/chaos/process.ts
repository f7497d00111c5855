/**
 * A server process: what runs in it hears nothing of the clock, and sends nothing, once it has crashed. What it knew is gone with it;
 * another process takes its place.
 */
import type { Link } from "../../runtime/app/member.ts";
import type { Connection } from "../../runtime/app/connection.ts";
import type { Restart } from "../../runtime/app/restart.ts";
import { run, type Runtime } from "../../runtime/app/runtime.ts";
import { Streams } from "../../runtime/transport/sse.ts";
import type { World } from "../../runtime/world.ts";
import { createApp } from "./app.tsx";
import type { Model, Shape } from "./model.ts";
import type { Cable, Carrier, Network } from "./network.ts";
import { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** A running app, and what the judge sees of it. */
export interface Stand {
  readonly runtime: Pick<Runtime<never>, "connect" | "stop" | "stopped">;
  /** Another one when it begins again. */
  readonly scene: Scene;
}

/** A page as a process has painted it. */
export interface Painting {
  readonly html: string;
  readonly scene: Scene;
}

/** What a simulation does to a process. */
export interface Process {
  readonly name: string;
  readonly isUp: boolean;
  /** It was asked to end. */
  readonly isStopping: boolean;
  /** Its end of server-sent events. */
  readonly streams: Streams;
  /** Takes a link. */
  connect(link: Link, carrier?: Cable): Connection;
  /** Answers a request without a link, of this user. */
  respond(request: Request, user: number): Promise<Response>;
  /** Paints a page for a user, where sessions are. */
  paint?(user: number): Painting;
  /** What goes on under the name of an incarnation, where sessions do. */
  sceneOf?(epoch: string): Scene | undefined;
  /** Told of each message before it is on its way. */
  sends(text: string, carrier: Carrier): void;
  /** It ends at once, and says nothing. */
  crash(): void;
  /** It is asked to end. */
  stop(): void;
}

/** The world of one process. Its clock began at another moment than any other. */
export class ProcessWorld implements World {
  isUp = true;
  readonly #stage: Stage;
  readonly #began: number;
  #soonAt = 0;

  constructor(
    stage: Stage,
    readonly busy: number,
    /** Told of each name for what begins. */
    readonly named: (name: string) => void = () => {},
  ) {
    this.#stage = stage;
    this.#began = stage.random.below(1e6);
  }

  now(): number {
    return this.#began + this.#stage.clock.now;
  }

  setTimer(ms: number, task: () => void): unknown {
    return this.#stage.clock.after(ms, () => this.isUp && task());
  }

  clearTimer(timer: unknown): void {
    this.#stage.clock.forget(timer as never);
  }

  /** A process has other things to do: what arrives meanwhile arrived together. */
  soon(task: () => void): void {
    const { clock, random } = this.#stage;
    this.#soonAt = Math.max(this.#soonAt, clock.now + random.below(random.chance(0.03) ? 3_000 : this.busy + 1));
    this.setTimer(this.#soonAt - clock.now, task);
  }

  randomName(bytes: number): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const name = Array.from({ length: Math.ceil(bytes * 4 / 3) }, () => letters[this.#stage.random.below(64)]).join("");
    this.named(name);
    return name;
  }
}

/** One app for all, or one for each link, in memory alone; it may fail, and begin again. */
export class PlainProcess implements Process {
  readonly streams: Streams = new Streams();
  isStopping = false;
  readonly #world: ProcessWorld;
  readonly #restart: Restart;
  #room: Stand | undefined;
  readonly #stands = new Set<Stand>();

  constructor(
    readonly network: Network,
    readonly name: string,
    readonly shape: Shape,
    readonly isRoom: boolean,
    /** All that there were, in any process: this one's are added. */
    readonly scenes: Scene[],
  ) {
    const { stage } = network;
    this.#world = new ProcessWorld(stage, stage.random.pick([0, 3, 30]));
    this.#restart = stage.random.pick(["never", "fresh", "last"]);
    stage.note(name, () => `starts (restart: ${this.#restart})`);
  }

  get isUp(): boolean {
    return this.#world.isUp;
  }

  connect(link: Link, cable?: Cable): Connection {
    const stand = this.isRoom ? this.#room ??= this.#start() : this.#start();
    cable!.stand = stand;
    const connection = stand.runtime.connect(link);
    if (this.isRoom) return connection;
    return {
      receive: (message) => connection.receive(message),
      disconnect: () => {
        connection.disconnect();
        this.#close(stand);
        stand.runtime.stop();
      },
    };
  }

  /** What is shared, and what is kept nowhere, needs a link. */
  async respond(): Promise<Response> {
    return new Response(null, { status: 409 });
  }

  sends(text: string, carrier: Carrier): void {
    // An app that began again has another scene.
    if (/^\["(mount|resume)"/.test(text)) carrier.scene = carrier.stand!.scene;
    carrier.stand!.scene.sends(text, carrier);
  }

  crash(): void {
    this.network.stage.note(this.name, () => "crashes");
    this.#world.isUp = false;
    this.network.lose(this);
    for (const stand of this.#stands) this.#close(stand);
  }

  stop(): void {
    this.network.stage.note(this.name, () => "is stopped");
    this.isStopping = true;
    for (const stand of [...this.#stands]) {
      this.#close(stand);
      stand.runtime.stop();
    }
  }

  #close(stand: Stand): void {
    stand.scene.isOver = true;
    this.#stands.delete(stand);
    if (this.#room === stand) this.#room = undefined;
  }

  #start(): Stand {
    const { stage } = this.network;
    const chance = stage.random.below(2 ** 31);
    const stand = {} as { runtime: Stand["runtime"]; scene: Scene };
    const begin = (model: Model) => {
      if (stand.scene) stand.scene.isOver = true;
      this.scenes.push(
        stand.scene = new Scene(stage, this.shape, `app ${this.scenes.length} of ${this.name}`, false, 0, false, this.scenes, model),
      );
    };
    let failed: "update" | "view" | undefined;
    /** If it has failed, it went back to this model, which there was before. */
    const goOn = (model: Model) => {
      if (!failed) return;
      failed = undefined;
      stand.scene.model = model;
      begin(model);
    };
    const app = createApp(this.shape, () => chance, {
      began: (model) => {
        failed = undefined;
        begin(model);
      },
      rendered: (model) => {
        goOn(model);
        stand.scene.rendered(model);
      },
      folded(model, message, before, client) {
        goOn(before);
        stand.scene.folded(model, message, before, client);
      },
      started: (of, id) => stand.scene.started(of, id),
      mayFail(where) {
        if (!stage.mayFail || !stage.random.chance(0.01)) return;
        stage.totals.note(`errors in ${where}`);
        failed = where;
        throw new Failure(where);
      },
      wait: (ms) => new Promise((resolve) => this.#world.setTimer(ms, resolve as () => void)),
    });
    stand.runtime = run(app, undefined, {
      world: this.#world,
      development: false,
      restart: this.#restart,
      onError: (error) => {
        if (!(error instanceof Failure)) stage.fail(error);
        stage.note(this.name, () => String(error));
      },
    });
    // It fails too often, or is not to begin again: who comes next finds another one.
    stand.runtime.stopped.then(() => this.#close(stand));
    this.#stands.add(stand);
    return stand;
  }
}

/** What an app throws in these runs. */
class Failure extends Error {
  override readonly name = "Failure";
}
