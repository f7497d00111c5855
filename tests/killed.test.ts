/**
 * Processes that are killed, without a word, while a person types and clicks: a real Chromium, real processes that share nothing but a secret,
 * and a proxy between them that only passes bytes.
 */
import { assert, assertEquals } from "@std/assert";
import { launch, until, visit } from "./kit.ts";

/** A process that serves. */
class Program {
  #child: Deno.ChildProcess;
  #port: Promise<number>;

  constructor() {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", "tests/killed_program.tsx"],
      cwd: new URL("..", import.meta.url),
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#port = this.#read();
  }

  get port(): Promise<number> {
    return this.#port;
  }

  /** Ends it as a crash of the machine would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
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

/** Passes bytes to whichever process is the present one, and cuts all that went to the one before. */
class Proxy {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<unknown>>();
  port = 0;

  constructor() {
    this.#run(this.#accept());
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  cut(): void {
    for (const connection of this.#connections) this.#close(connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for await (const from of this.#listener) this.#run(this.#pass(from));
  }

  async #pass(from: Deno.Conn): Promise<void> {
    this.#connections.add(from);
    const to = await Deno.connect({ hostname: "127.0.0.1", port: this.port }).catch(() => undefined);
    if (!to || !this.#connections.has(from)) {
      to?.close();
      this.#close(from);
      return;
    }
    this.#connections.add(to);
    const over = () => {
      for (const connection of [from, to]) this.#close(connection);
    };
    // What a cut leaves is no error here.
    await Promise.all(
      [from.readable.pipeTo(to.writable), to.readable.pipeTo(from.writable)].map((way) => way.catch(() => {}).finally(over)),
    );
  }

  #close(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // Its stream has ended, and closed it.
    }
  }

  #run(work: Promise<unknown>): void {
    const running = work.catch(() => {}).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}

for (const method of ["ws", "sse", "http"]) {
  Deno.test(`${method}: processes are killed while a person clicks and types: nothing is lost, nothing comes twice, the focus stays`, async () => {
    await using proxy = new Proxy();
    const programs = [new Program(), new Program()];
    try {
      proxy.port = await programs[0]!.port;
      await using browser = await launch();
      await visit(browser, `${proxy.url}/?method=${method}`, async (page, seen) => {
        await page.waitForSelector("server-component[status=live]");
        await page.evaluate(() => {
          Object.assign(globalThis, { refused: 0, input: document.querySelector("#text") });
          document.addEventListener("nacre:refused", () => (globalThis as unknown as { refused: number }).refused++);
        });
        let clicks = 0, text = "";
        await page.focus("#text");
        for (let round = 0; round < 5; round++) {
          const killed = programs.shift()!;
          programs.push(new Program());
          for (let i = 0; i < 8; i++) {
            // As a click does that leaves the focus where it is; each waits until the one before is shown, or the button would say the same.
            await page.waitForFunction((count) => document.querySelector("#next")!.textContent === `${count}`, clicks, { timeout: 20_000 });
            await page.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
            clicks++;
            const letter = String.fromCharCode(97 + (clicks % 26));
            await page.keyboard.type(letter);
            text += letter;
            // Time enough for what the app does by itself.
            await page.waitForTimeout(150);
            if (i === 3) {
              await killed.kill();
              proxy.port = await programs[0]!.port;
              proxy.cut();
            }
          }
        }
        await until(async () => await page.locator("output").innerText() === text, 20_000);
        await until(async () => await page.locator("#next").innerText() === `${clicks}`, 20_000);
        assertEquals(await page.locator("li").allInnerTexts(), Array.from({ length: clicks }, (_, i) => `${i}`));
        assertEquals(
          await page.evaluate(() => {
            const { refused, input } = globalThis as unknown as { refused: number; input: Element };
            return { refused, isSame: input === document.activeElement, value: (document.activeElement as HTMLInputElement).value };
          }),
          { refused: 0, isSame: true, value: text },
        );
        // What a request has no time for does not run in one.
        assert(method === "http" || Number(await page.locator("small").innerText()) > 0);
        seen.errors.length = 0;
      });
    } finally {
      await Promise.all(programs.map((program) => program.kill()));
    }
  });
}
