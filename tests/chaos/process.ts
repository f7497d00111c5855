/**
 * A server process: what runs in it hears nothing of the clock, and sends nothing, once it has crashed. What it knew is gone with it;
 * another process takes its place.
 */
import type { Link } from "../../runtime/app/member.ts";
import type { Connection } from "../../runtime/app/connection.ts";
import { run, type Runtime } from "../../runtime/app/runtime.ts";
import { Streams } from "../../runtime/transport/sse.ts";
import type { World } from "../../runtime/world.ts";
import { createApp } from "./app.tsx";
import type { Shape } from "./model.ts";
import type { Cable, Network } from "./network.ts";
import { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** What a simulation does to a process. */
export interface Process {
  readonly name: string;
  readonly isUp: boolean;
  /** Its end of server-sent events. */
  readonly streams: Streams;
  /** Takes a link. */
  connect(link: Link, cable: Cable): Connection;
  /** Told of each message before it is on its way. */
  sends(text: string, cable: Cable): void;
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

  constructor(stage: Stage, readonly busy: number) {
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
    return Array.from({ length: Math.ceil(bytes * 4 / 3) }, () => letters[this.#stage.random.below(64)]).join("");
  }
}

/** One app for all, or one for each link, in memory alone. */
export class PlainProcess implements Process {
  readonly streams: Streams = new Streams();
  readonly #world: ProcessWorld;
  #room: { runtime: Runtime<never>; scene: Scene } | undefined;
  readonly #runtimes = new Set<Runtime<never>>();
  readonly #scenes = new Set<Scene>();

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
    stage.note(name, () => "starts");
  }

  get isUp(): boolean {
    return this.#world.isUp;
  }

  connect(link: Link, cable: Cable): Connection {
    const { runtime, scene } = this.isRoom ? this.#room ??= this.#start() : this.#start();
    cable.scene = scene;
    const connection = runtime.connect(link);
    if (this.isRoom) return connection;
    return {
      receive: (message) => connection.receive(message),
      disconnect: () => {
        connection.disconnect();
        runtime.stop();
        scene.isOver = true;
        this.#runtimes.delete(runtime);
      },
    };
  }

  sends(text: string, cable: Cable): void {
    cable.scene!.sends(text, cable);
  }

  crash(): void {
    this.network.stage.note(this.name, () => "crashes");
    this.#world.isUp = false;
    for (const cable of [...this.network.cables]) if (cable.process === this) cable.lost();
    for (const scene of this.#scenes) scene.isOver = true;
  }

  stop(): void {
    this.network.stage.note(this.name, () => "is stopped");
    for (const runtime of this.#runtimes) runtime.stop();
    for (const scene of this.#scenes) scene.isOver = true;
    this.#room = undefined;
  }

  #start(): { runtime: Runtime<never>; scene: Scene } {
    const { stage } = this.network;
    const scene = new Scene(stage, this.shape, stage.random.below(2 ** 31), `app ${this.scenes.length} of ${this.name}`);
    this.#scenes.add(scene);
    this.scenes.push(scene);
    const app = createApp(this.shape, scene.chance, {
      rendered: (model) => scene.rendered(model),
      folded: (...what) => scene.folded(...what),
      started: (of) => scene.started(of),
      wait: (ms) => new Promise((resolve) => this.#world.setTimer(ms, resolve as () => void)),
    });
    const runtime = run(app, undefined, {
      world: this.#world,
      development: false,
      onError(error) {
        stage.fail(error);
      },
    });
    this.#runtimes.add(runtime as Runtime<never>);
    return { runtime: runtime as Runtime<never>, scene };
  }
}
