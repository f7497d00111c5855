/** The processes behind the pages: two that answer, killed and terminated and replaced all the time. It must never leave one behind. */
import { Program } from "../program.ts";
import type { Random } from "../random.ts";
import type { Diary } from "./diary.ts";

/** How long a process that is asked to end may take, in ms: then it is killed, as a supervisor would. */
const graceMs = 5_000;

/** The processes. */
export class Fleet implements AsyncDisposable {
  readonly #random: Random;
  readonly #diary: Diary;
  readonly #path: string;
  /** Those that answer, and their ports. */
  readonly #up = new Map<Program, number>();
  readonly #all = new Set<Program>();
  /** Those that are asked to end, and may answer still. */
  readonly #ending = new Set<Program>();

  /** `path` is the database of all processes. */
  constructor(random: Random, diary: Diary, path: string) {
    this.#random = random;
    this.#diary = diary;
    this.#path = path;
  }

  /** The port of any that answers; where it still does, this one. */
  port(before?: number): number | undefined {
    const ports = [...this.#up.values()];
    if (before !== undefined && ports.includes(before)) return before;
    return ports.length > 0 ? this.#random.pick(ports) : undefined;
  }

  /** Starts one; settled when it answers. */
  async start(): Promise<void> {
    const program = new Program("faults/program.tsx", ["--allow-net", "--allow-read", "--allow-write", "--unstable-kv"], [this.#path]);
    this.#all.add(program);
    const port = await program.port;
    // It may have been too late.
    if (!this.#all.has(program)) return;
    this.#up.set(program, port);
    this.#diary.note(`${port} answers`);
  }

  /** Crashes one (SIGKILL); false where none is left. */
  async crash(): Promise<boolean> {
    const [program, port] = this.#pick();
    if (!program) return false;
    this.#diary.note(`${port} is killed`);
    this.#up.delete(program);
    await program.kill();
    this.#all.delete(program);
    return true;
  }

  /** Asks one to end (SIGTERM), and sends it requests until it has, or none from then on; false where none is left. */
  async terminate(): Promise<boolean> {
    const [program, port] = this.#pick();
    if (!program) return false;
    this.#ending.add(program);
    this.#diary.note(`${port} is terminated`);
    if (this.#random.chance(0.5)) this.#up.delete(program);
    const isClean = await program.terminate(graceMs);
    this.#up.delete(program);
    this.#all.delete(program);
    this.#ending.delete(program);
    this.#diary.note(`${port} has ended${isClean ? "" : ", killed in the end"}`);
    return true;
  }

  /** One that is not ending already: another takes its place. */
  #pick(): readonly [program?: Program, port?: number] {
    const all = [...this.#up].filter(([program]) => !this.#ending.has(program));
    return all.length > 0 ? this.#random.pick(all) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    this.#up.clear();
    await Promise.all(all.map((program) => program.kill()));
  }
}
