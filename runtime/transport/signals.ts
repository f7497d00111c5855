/**
 * Ends a program when the system asks it to, or when its server has failed: first the sessions, then the server. It never ends a program that does
 * not use it.
 */
import { loggedError } from "../log.ts";

/** What is closed first: `serve`'s answer. */
interface Closing {
  close(): Promise<void>;
}
/** What is shut down then: what `Deno.serve` answers. */
interface Server {
  shutdown(): Promise<void>;
  /** Rejected where it can take no more connections: the process has no more file descriptors, say. */
  readonly finished?: Promise<void>;
}

/** What asks a program to end: Ctrl+C, and what supervisors and containers send. */
const signals = ["SIGINT", "SIGTERM"] as const;
/** How long what else the program does may keep it after that, in ms. */
const lastMs = 1_000;

/**
 * On SIGINT and SIGTERM closes these routes, so that their sessions resume in another process (docs/continuity.md), then shuts the server down.
 * The program then ends, with code 0, a second later at the latest; a second signal ends it at once. Does nothing where there are no signals, as on Deno
 * Deploy.
 *
 * A server that runs out of file descriptors (strangers may open as many connections as a system lets them) accepts nothing any more: the routes are
 * closed then, too, and the program ends with code 1, to be started again.
 *
 * @returns What takes the listeners away.
 *
 * @example
 * ```ts
 * import { app, closeOnSignals, serve } from "@nacre/nacre";
 *
 * const live = serve(app({ init: () => "World", update: (model, _msg: never) => model, view: (model) => `Hello ${model}` }));
 * const server = Deno.serve({ port: 0, onListen() {} }, (request, info) => live(request, info));
 * const stop = closeOnSignals(server, live);
 * // Where a test takes the place of the system:
 * stop();
 * await live.close();
 * await server.shutdown();
 * ```
 */
export function closeOnSignals(server: Server, ...routes: readonly Closing[]): () => void {
  let isEnding = false, isStopped = false;
  const end = async () => {
    if (isEnding) Deno.exit(1);
    isEnding = true;
    try {
      await Promise.all(routes.map((route) => route.close()));
      await server.shutdown();
    } catch (error) {
      console.error(`nacre: failed while the program was ending: ${loggedError(error)}`);
      Deno.exit(1);
    }
    stop();
    // Deno keeps a program up to 15 s for a socket whose last message has crossed its close.
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), lastMs));
  };
  const failed = async (error: unknown) => {
    // As without us: a rejection that nobody hears ends the program.
    if (isStopped) throw error;
    console.error(`nacre: the server takes no more connections, so the program ends: ${loggedError(error)}`);
    isEnding = true;
    await Promise.allSettled(routes.map((route) => route.close()));
    Deno.exit(1);
  };
  const stop = () => {
    isStopped = true;
    for (const signal of added.splice(0)) Deno.removeSignalListener(signal, end);
  };
  const added: Deno.Signal[] = [];
  for (const signal of signals) {
    try {
      Deno.addSignalListener(signal, end);
      added.push(signal);
    } catch {
      // This system has no such signal.
    }
  }
  server.finished?.then(undefined, failed);
  return stop;
}
