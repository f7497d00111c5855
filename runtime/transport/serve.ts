/** `serve`: an app, or a running one, as a function from `Request` to `Response` that works under any router. */
import type { App } from "../app/app.ts";
import { NotYetError } from "../app/effect.ts";
import { report } from "../app/report.ts";
import { run, type Runtime } from "../app/runtime.ts";
import { isOriginAllowed } from "./origin.ts";
import { upgrade } from "./socket.ts";
import { asksForEvents, isPost, Streams } from "./sse.ts";

/** The route of an app. */
export interface Live<Msg> {
  /** Answers a WebSocket's request, or one for server-sent events and their POSTs; every other one with a 4xx. */
  (request: Request): Response | Promise<Response>;
  /** Not yet: the room of this key, if it is running. */
  runtime(key: string): Runtime<Msg> | undefined;
  /** How many runtimes this route keeps alive at the moment. */
  readonly running: number;
}

type FlagsOption<Flags> = undefined extends Flags ? { flags?: Flags | ((request: Request) => Flags | Promise<Flags>) }
  : { flags: Flags | ((request: Request) => Flags | Promise<Flags>) };
type AuthorizeOption<User> = unknown extends User ? { authorize?: (request: Request) => unknown }
  : { authorize: (request: Request) => User | Response | Promise<User | Response> };

/** How an app is served. */
export type ServeOptions<Flags, User> =
  & FlagsOption<Flags>
  & AuthorizeOption<User>
  & {
    /** Not yet: connections of one key share a runtime. */
    key?: (request: Request, user: User) => string | undefined;
    /** Told of each error of an app, with where it was; by default it goes to the console. */
    onError?: (error: unknown, where: string) => void;
    /** Origins beside the server's own whose pages may connect, as `https://example.com`. */
    origins?: readonly string[];
  };
type Optional<O> = Record<never, never> extends O ? [options?: O] : [options: O];

/** How a running app is served. */
export interface SharedOptions {
  /** Told of each error of the socket, with where it was; by default it goes to the console. */
  onError?: (error: unknown, where: string) => void;
  /** Origins beside the server's own whose pages may connect, as `https://example.com`. */
  origins?: readonly string[];
}

interface AnyOptions {
  flags?: unknown;
  authorize?: (request: Request) => unknown;
  key?: unknown;
  onError?: (error: unknown, where: string) => void;
  origins?: readonly string[];
}

/**
 * The route of an app: one runtime for each connection, stopped when the connection closes. Or of a running app, shared by all
 * that connect.
 *
 * @throws {TypeError} when it is given neither.
 *
 * @example
 * ```ts
 * import { app, serve } from "@nacre/nacre";
 *
 * const hello = app({ init: () => "World", update: (model, _msg: never) => model, view: (model) => `Hello ${model}` });
 * const live = serve(hello);
 * const response = await live(new Request("http://localhost/ws"));
 * console.log(response.status); // 426: this is no WebSocket
 * ```
 */
export function serve<Model, Msg, Flags, User>(
  app: App<Model, Msg, Flags, User>,
  ...options: Optional<ServeOptions<Flags, User>>
): Live<Msg>;
/** The same for a running app, shared by all that connect. */
export function serve<Msg>(runtime: Runtime<Msg>, options?: SharedOptions): Live<Msg>;
export function serve(what: App<unknown, unknown, unknown, unknown> | Runtime<unknown>, options: AnyOptions = {}): Live<unknown> {
  const shared = "dispatch" in what ? what : undefined;
  if (!shared && typeof (what as { init?: unknown }).init !== "function") {
    throw new TypeError("Cannot serve this: give an app, or a runtime that start answered");
  }
  if (options.key) throw new NotYetError("serve with a key (rooms)", "serve(start(app)) shares one runtime with all");
  const onError = options.onError ?? ((error: unknown, where: string) => console.error(`nacre: failed in ${where}:`, error));
  const runtimes = new Set<Runtime<unknown>>();
  const streams = new Streams();

  const startOne = (flags: unknown): Runtime<unknown> => {
    const runtime = run(what as App<unknown, unknown, unknown, unknown>, flags, { onError });
    runtimes.add(runtime);
    runtime.stopped.then(() => runtimes.delete(runtime));
    return runtime;
  };

  const live = async (request: Request): Promise<Response> => {
    const refusal = refuse(request, options.origins);
    if (refusal) return refusal;
    if (request.method === "POST") return await streams.post(request);
    let user: unknown, flags: unknown;
    try {
      user = await options.authorize?.(request);
      if (user instanceof Response) return user;
      flags = typeof options.flags === "function" ? await (options.flags as (request: Request) => unknown)(request) : options.flags;
    } catch (error) {
      report(onError, error, "request");
      return new Response("Internal Server Error", { status: 500 });
    }
    let runtime = shared;
    try {
      const open: typeof upgrade = asksForEvents(request) ? (request, ends) => streams.open(request, ends) : upgrade;
      return open(request, {
        user,
        onError: (error, where) => report(onError, error, where),
        connect(link) {
          runtime ??= startOne(flags);
          return runtime.connect(link);
        },
        ended() {
          if (!shared) runtime?.stop();
        },
      });
    } catch {
      // A URL that is none (any `Host` is part of it), or a handshake without its key.
      return new Response("Bad Request", { status: 400 });
    }
  };
  return Object.defineProperties(live, {
    runtime: { value: () => undefined },
    running: { get: () => runtimes.size },
  }) as unknown as Live<unknown>;
}

/** What is wrong with a request for a link; all of it before the upgrade, which cannot be taken back. */
function refuse(request: Request, origins: readonly string[] | undefined): Response | undefined {
  const isSocket = request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (!isSocket && !asksForEvents(request) && !isPost(request)) {
    return new Response("This is the address of a WebSocket", { status: 426, headers: { upgrade: "websocket", connection: "upgrade" } });
  }
  if (!isOriginAllowed(request, origins)) return new Response("Forbidden: a page of another origin", { status: 403 });
  return undefined;
}
