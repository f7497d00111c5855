/**
 * A tab of a real Chromium that is hidden as a user hides it: by another one in front of it. Playwright makes every page believe that it is
 * in front, so this speaks the browser's own protocol.
 */
import { findChromium } from "./chromium.ts";

/** A tab, and what is in front. */
export interface ShownTab extends AsyncDisposable {
  /** The value of an expression in the page, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Opens another tab in front of it. */
  hide(): Promise<void>;
  /** Brings it to the front. */
  show(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly targetId?: string; readonly sessionId?: string; readonly result?: { readonly value?: unknown } };
  readonly error?: { readonly message: string };
}

/** Opens a page in a Chromium of its own. */
export async function openTab(url: string): Promise<ShownTab> {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(await findChromium(), {
    args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0", `--user-data-dir=${folder}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { address, heard } = hear(child.stderr);
  const socket = new WebSocket(await address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.onmessage = ({ data }) => {
    const answer: Answer = JSON.parse(data);
    waiting.get(answer.id!)?.(answer);
    waiting.delete(answer.id!);
  };
  let count = 0;
  const ask = async (method: string, params: object, sessionId?: string) => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(++count, resolve);
    socket.send(JSON.stringify({ id: count, method, params, sessionId }));
    const { result, error } = await promise;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  };
  const { targetId } = await ask("Target.createTarget", { url });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  return {
    async evaluate(expression) {
      const { result } = await ask("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true }, sessionId);
      return result?.value;
    },
    async hide() {
      await ask("Target.createTarget", { url: "about:blank" });
    },
    async show() {
      await ask("Target.activateTarget", { targetId });
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      await ask("Browser.close", {});
      await closed;
      await child.status;
      await heard;
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

/** What it says that it listens at; the rest of what it says is read, and let go, until it has ended. */
function hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>): { readonly address: Promise<string>; readonly heard: Promise<void> } {
  const { promise: address, resolve, reject } = Promise.withResolvers<string>();
  const hearing = async () => {
    let said = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      said += chunk;
      const found = /ws:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    }
    reject(new Error(`Chromium ended: ${said}`));
  };
  return { address, heard: hearing().catch(reject) };
}
