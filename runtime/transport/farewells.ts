/**
 * The links of a route until their last byte is out: a process that ends right after `live.close()` must not take along what was just sent. It
 * knows only that there are links, and nothing of them.
 */

/** How often it is looked whether a link has sent all, and how long Deno may take to write what it was given, in ms. */
const lookMs = 5, writeMs = 20;

/** Links, each until it is gone. */
export class Farewells {
  /** Of each link whether all of it is out, where that can be asked. */
  readonly #links = new Set<{ readonly isOut: (() => boolean) | undefined }>();

  /** A link, or a request, begins. Call what this answers when nothing of it is left to be sent; twice does no harm. */
  begin(isOut?: () => boolean): () => void {
    const link = { isOut };
    this.#links.add(link);
    return () => void this.#links.delete(link);
  }

  /** Settles when all are gone, or after so many ms: a client that is not there answers nothing. */
  async done(ms: number): Promise<void> {
    const end = performance.now() + ms;
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    while ([...this.#links].some(({ isOut }) => !isOut?.()) && performance.now() < end) await wait(lookMs);
    await wait(writeMs);
  }
}
