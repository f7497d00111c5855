/** Frames of a socket as the texts they are: inflated where they are binary, and one after the other. It must never let a frame overtake another one. */
import type { World } from "./world.ts";

/**
 * Returns what hears a socket's frames. `read` may return a promise when its text has to wait; `failed` is called with what it throws, and with what
 * cannot be inflated.
 */
export function readFrames(
  { Response, DecompressionStream }: World,
  read: (text: string) => unknown,
  failed: (error: unknown) => void,
): (event: MessageEvent) => unknown {
  /** Resolves when all earlier frames have been read. */
  let reading: Promise<unknown> | undefined;
  return ({ data }) => {
    try {
      const text = data.byteLength
        ? new Response(new Response(data).body!.pipeThrough(new DecompressionStream("deflate-raw"))).text()
        : data;
      // A small frame waits only for earlier frames that still wait to be inflated.
      const turn = text != data || reading ? Promise.all([text, reading]).then(([text]) => read(text)) : read(text);
      if (turn) {
        const done = reading = (turn as Promise<unknown>).catch(failed).then(() => {
          if (done == reading) reading = undefined;
        });
      }
      return reading;
    } catch (error) {
      failed(error);
    }
  };
}
