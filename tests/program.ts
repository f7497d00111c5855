/** A program of its own, for what only a process can show: that it is killed, what it holds, that it ends. */

/** A program that serves, and prints its port first. */
export class Program implements AsyncDisposable {
  readonly port: Promise<number>;
  readonly #child: Deno.ChildProcess;

  /** Runs a file of `tests/`; `flags` are of `deno run`, `args` its own. */
  constructor(file: string, flags: readonly string[], args: readonly string[] = []) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, `tests/${file}`, ...args],
      cwd: new URL("..", import.meta.url),
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.port = this.#read();
  }

  /** How it has ended. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Ends it as a crash of the machine would. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }

  /** Asks it to end, as a supervisor does before it kills: whether it has ended by itself within so many ms. */
  async terminate(ms: number): Promise<boolean> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    let isClean = true;
    const timer = setTimeout(() => {
      isClean = false;
      this.kill();
    }, ms);
    await this.#child.status;
    clearTimeout(timer);
    return isClean;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #read(): Promise<number> {
    let said = "";
    for await (const bytes of this.#child.stdout) {
      said += new TextDecoder().decode(bytes);
      if (said.includes("\n")) break;
    }
    return Number(said);
  }
}
