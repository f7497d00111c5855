/**
 * What the tests share: real servers, real browsers, repeatable chance. Each is cleaned up by `using`, also when a test fails. Nothing
 * here stands in for a part of Nacre or of Deno.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";
import { Random } from "./random.ts";

export { Random };

/** A server on a port that nobody else has. */
export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** The same for a WebSocket. */
  readonly ws: string;
  /** As `Deno.HttpServer.shutdown`: sockets are told 1001, requests are answered first. Calling it twice does nothing. */
  shutdown(): Promise<void>;
}

/**
 * Serves `handler` until the end of the block. What it answers must be read or cancelled before: declare clients after it.
 *
 * @throws Error when the block ends and a response is still open after 5 s.
 */
export function serveOn0(
  handler: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Response | Promise<Response>,
): Serving {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const { port } = server.addr;
  let stopped: Promise<void> | undefined;
  const shutdown = () => stopped ??= server.shutdown();
  return {
    url: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    shutdown,
    async [Symbol.asyncDispose]() {
      // Without a limit a stream that a failed test left open hangs the whole suite, and the failure is never printed.
      await within(5_000, shutdown(), "Cannot stop a server: a response is still open. Read or cancel it before the block ends");
    },
  };
}

/** A headless Chromium of its own: `await using browser = await launch()`. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await findChromium(),
    args: [
      "--no-sandbox", // root in a container has no other way
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** What a page said while it was looked at. A test that expects an error takes it out of `errors`. */
export interface Seen {
  readonly console: string[];
  readonly errors: Error[];
}

export interface VisitOptions extends BrowserContextOptions {
  /** Run before the page is opened: routes, init scripts, a clock. */
  before?: (page: Page) => Promise<void>;
  /** Until when the opening of the page is waited for; its `load` event by default. */
  waitUntil?: "commit" | "load";
}

/**
 * Opens a page in a context of its own (no shared cookies or storage) and looks at it. When `look` fails, the page's HTML and
 * console are printed.
 *
 * @throws Error when the page had an uncaught error that the test did not take out of `seen.errors`.
 */
export async function visit(
  browser: Browser,
  url: string,
  look: (page: Page, seen: Seen) => Promise<void>,
  { before, waitUntil = "load", ...options }: VisitOptions = {},
): Promise<void> {
  await using context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const seen: Seen = { console: [], errors: [] };
  page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.errors.push(error));
  try {
    await before?.(page);
    await page.goto(url, { waitUntil });
    await look(page, seen);
    if (seen.errors.length > 0) throw new AggregateError(seen.errors, "The page had uncaught errors");
  } catch (error) {
    const html = await page.content().catch((reason) => `(no HTML: ${reason})`);
    console.error(["---- page", page.url(), html, "---- console", ...seen.console, ...seen.errors.map(String), "----"].join("\n"));
    throw error;
  }
}

/** A test with a seed: a new one each time, printed when the test fails; `NACRE_SEED` repeats it. */
export function seeded(name: string, run: (random: Random, test: Deno.TestContext) => void | Promise<void>): void {
  Deno.test(name, async (test) => {
    const named = Deno.env.get("NACRE_SEED");
    const seed = named === undefined ? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0 : Number(named);
    try {
      await run(new Random(seed), test);
    } catch (error) {
      console.error(`To repeat: NACRE_SEED=${seed} deno test -A --filter ${JSON.stringify(name)}`);
      throw error;
    }
  });
}

/**
 * Waits until `predicate` answers something true, and answers that.
 *
 * @throws Error when it has not within `ms` milliseconds.
 */
export async function until<T>(predicate: () => T | Promise<T>, ms = 5_000): Promise<NonNullable<T>> {
  const end = performance.now() + ms;
  while (true) {
    const answer = await predicate();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`Still not so after ${ms} ms: ${predicate}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function within(ms: number, work: Promise<void>, complaint: string): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(complaint)), ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The demo's program. */
export interface Demo extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Asks it to end, and answers the code that it ended with. */
  stop(): Promise<number>;
}

/** Runs `main.ts` as a program of its own, until the end of the block. */
export async function startDemo(): Promise<Demo> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-env=PORT,HOST,NACRE_SECRET", "main.ts"],
    cwd: new URL("..", import.meta.url),
    env: { PORT: "0", HOST: "127.0.0.1", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const hear = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said += text;
  };
  const hearing = Promise.all([hear(child.stdout), hear(child.stderr)]);
  let stopped: Promise<number> | undefined;
  const stop = () =>
    stopped ??= (async () => {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await hearing;
      return code;
    })();
  const dispose = async () => void await stop();
  try {
    const url = await until(() => said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], 20_000);
    return { url, stop, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw new Error(`The demo did not start: ${said}`, { cause: error });
  }
}
