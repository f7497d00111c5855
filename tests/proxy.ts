/** A proxy between a browser and processes that come and go: it only passes bytes. */

/** Passes bytes to whichever process is the present one, and cuts all that went to the one before. */
export class Proxy {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<unknown>>();
  port = 0;
  /** So many ms everything takes, on each way. */
  delay = 0;

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
      [from.readable.pipeThrough(this.#late()).pipeTo(to.writable), to.readable.pipeThrough(this.#late()).pipeTo(from.writable)]
        .map((way) => way.catch(() => {}).finally(over)),
    );
  }

  /** Passes each piece on after the delay, and the pieces that come meanwhile beside it. */
  #late(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    if (this.delay === 0) return new TransformStream();
    const { delay } = this;
    let last = Promise.resolve();
    return new TransformStream({
      transform(piece, controller) {
        const due = new Promise((resolve) => setTimeout(resolve, delay));
        last = Promise.all([last, due]).then(() => controller.enqueue(piece)).catch(() => {});
      },
      flush: () => last,
    });
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
