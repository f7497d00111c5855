/** `serve`: an app, or a running one, as a function from `Request` to `Response` that works under any router. */
import type { App } from "../app/app.ts";
import { type Connection, deadConnection } from "../app/connection.ts";
import { isDevelopment } from "../app/development.ts";
import { closeCodes, closeLink, type Link } from "../app/member.ts";
import { report } from "../app/report.ts";
import type { Painted } from "../app/paint.ts";
import type { Restart } from "../app/restart.ts";
import { run, type Running, type Runtime } from "../app/runtime.ts";
import { Sessions } from "../app/sessions.ts";
import { makeSecret, Sealer } from "../continuity/seal.ts";
import type { Store } from "../continuity/store.ts";
import { isOriginAllowed } from "./origin.ts";
import { isKey, type Room, Rooms } from "./rooms.ts";
import { answer, isRequest } from "./http.ts";
import { type SocketEnds, upgrade } from "./socket.ts";
import { asksForEvents, isPost, Streams } from "./sse.ts";

/** The route of an app. */
export interface Live<Msg> {
  /** Answers a WebSocket's request, or one for server-sent events and their POSTs; every other one with a 4xx. */
  (request: Request): Response | Promise<Response>;
  /**
   * What a page is painted with, for `<ServerComponent of={live} request={request}>`: runs `authorize`, `key`, `flags`, `init` and `view`
   * for the page's own request and keeps nothing. A promise where `authorize` or `flags` answers one. Empty where the request is refused
   * or something fails, which `onError` is told of. It never throws.
   */
  paint(request: Request): Painted | Promise<Painted>;
  /** The runtime of the room of this key, if it is running. */
  runtime(key: string): Runtime<Msg> | undefined;
  /** How many runtimes this route keeps alive at the moment. */
  readonly running: number;
  /**
   * Ends what runs here, for a server that shuts down: each client is given a last snapshot and told to come back, which it does spread over
   * some seconds; apps are told nothing, since they go on elsewhere. Rooms end. New requests are answered with 503. A store that does not
   * answer is waited for 10 s.
   */
  close(): Promise<void>;
}

/** The flags, or what they are for the one who comes: `user` is what `authorize` answered. */
type FlagsFor<Flags, User> = Flags | ((request: Request, user: User) => Flags | Promise<Flags>);
type FlagsOption<Flags, User> = undefined extends Flags ? { flags?: FlagsFor<Flags, User> } : { flags: FlagsFor<Flags, User> };
type AuthorizeOption<User> = unknown extends User ? { authorize?: (request: Request) => unknown }
  : { authorize: (request: Request) => User | Response | Promise<User | Response> };

/** How an app is served. */
export type ServeOptions<Flags, User> =
  & FlagsOption<Flags, User>
  & AuthorizeOption<User>
  & {
    /**
     * Connections of one key share a runtime, a room; its flags come from the request that opens it. `undefined`: a runtime of its own.
     * A key is a text of at most 256 characters; another is answered with 400.
     */
    key?: (request: Request, user: User) => string | undefined;
    /** How long a session whose link was cut is kept in memory, or a room after the last has left, in ms; 30,000 by default. */
    linger?: number;
    /**
     * After how many ms of silence a session sleeps, 60,000 by default; 0 or Infinity: never. It is woken by the next event. One that listens to
     * something (`subscriptions`), or for which an effect or a timer is under way, stays awake.
     */
    sleep?: number;
    /**
     * What snapshots are sealed with: at least 16 random characters, the same in all processes that are to go on with each other's sessions. Of
     * several the first seals and all open, so that a secret can be replaced. Without it one is made for the life of the process.
     */
    secret?: string | readonly string[];
    /**
     * Where snapshots are kept, for models that outgrow what a browser can keep, or where nobody may set one back: `kvStore`, `memoryStore`, or one
     * of yours. What is in it is sealed; browsers then keep a claim of some hundred characters. docs/deploy.md says what it costs.
     */
    store?: Store;
    /** How long a snapshot is good for, in ms; a day by default. A page that is linked is given another after half of it. */
    expires?: number;
    /** The most rooms at once, 10,000 by default: keys may be made up by strangers. A request for one more is answered with 503. */
    mostRooms?: number;
    /**
     * What comes after an error of the app: `"never"`, its links are closed with 4500, and a new connection begins anew; `"fresh"`, a new
     * `init`; `"last"`, the last good model. Clients keep their links. After 3 restarts in 10 s it is as `"never"`, which is the default.
     */
    restart?: Restart;
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
  key?: (request: Request, user: unknown) => unknown;
  linger?: number;
  mostRooms?: number;
  restart?: Restart;
  sleep?: number;
  secret?: string | readonly string[];
  expires?: number;
  store?: Store;
  onError?: (error: unknown, where: string) => void;
  origins?: readonly string[];
}

/**
 * The route of an app: one runtime for each connection, stopped when the connection closes, or with `key` one for all connections of a
 * room. Or of a running app, shared by all that connect.
 *
 * @throws {TypeError} when it is given neither.
 * @throws {RangeError} when `linger`, `sleep` or `mostRooms` is negative or no number.
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
  if (options.secret !== undefined && !shared && (what as App<unknown, unknown>).name === "app") {
    throw new TypeError(
      "Cannot serve this with a secret: name the app, app({ name, ... }); its snapshots are told from those of other apps by it",
    );
  }
  const { key: keyOf, linger = 30_000, mostRooms = 10_000, restart = "never", expires = 86_400_000, sleep = 60_000 } = options;
  // What timers take; Infinity would be at once.
  if (!(linger >= 0 && linger < 2 ** 31)) throw new RangeError(`Cannot serve with linger ${linger}: give milliseconds, at most 2^31 - 1`);
  if (!(sleep === Infinity || (sleep >= 0 && sleep < 2 ** 31))) {
    throw new RangeError(`Cannot serve with sleep ${sleep}: give milliseconds, at most 2^31 - 1, or Infinity`);
  }
  if (!(mostRooms >= 0)) throw new RangeError(`Cannot serve with mostRooms ${mostRooms}: give a number`);
  const onError = options.onError ?? ((error: unknown, where: string) => console.error(`nacre: failed in ${where}:`, error));
  const runtimes = new Set<Running<unknown, unknown, unknown, unknown>>();
  const streams = new Streams();

  const startOne = (flags: unknown) => {
    const runtime = run(what as App<unknown, unknown, unknown, unknown>, flags, { onError, restart });
    runtimes.add(runtime);
    runtime.stopped.then(() => runtimes.delete(runtime));
    return runtime;
  };
  const sessions = shared ? undefined : new Sessions(what as App<unknown, unknown, unknown, unknown>, {
    linger,
    sleep,
    store: options.store,
    expires,
    restart,
    onError,
    sealer: new Sealer({ secret: options.secret ?? makeSecret(), app: (what as App<unknown, unknown>).name, now: Date.now }),
  });
  const rooms = new Rooms<Runtime<unknown>>({ linger, most: mostRooms, start: startOne });
  const flagsFor = async (request: Request, user: unknown): Promise<unknown> =>
    typeof options.flags === "function"
      ? await (options.flags as (request: Request, user: unknown) => unknown)(request, user)
      : options.flags;
  const route: Route = { shared, sessions, isClosed: false, onError: (error, where) => report(onError, error, where) };
  let isTold = !isDevelopment();

  const live = async (request: Request): Promise<Response> => {
    const refusal = refuse(request, options.origins);
    if (refusal) return refusal;
    const isAlone = isRequest(request);
    if (request.method === "POST" && !isAlone) return await streams.post(request);
    if (route.isClosed) return shutsDown();
    let user: unknown, flags: unknown, room: Room<Runtime<unknown>> | undefined;
    try {
      user = await options.authorize?.(request);
      if (user instanceof Response) return user;
      const key = shared ? undefined : keyOf?.(request, user);
      if (isAlone && (shared || key !== undefined)) return new Response("Conflict: what is shared needs a link", { status: 409 });
      if (key === undefined) flags = shared ? undefined : await flagsFor(request, user);
      else if (!isKey(key)) return new Response("Bad Request: this is no key of a room", { status: 400 });
      else {
        if (!isTold) console.warn("nacre: rooms live in this process: with several processes each has its own (docs/rooms.md)");
        isTold = true;
        room = rooms.enter(key, () => flagsFor(request, user));
        if (!room) return new Response("Service Unavailable: too many rooms", { status: 503 });
        await room.ready;
      }
    } catch (error) {
      room?.leave();
      report(onError, error, "request");
      // The app has not failed: a page without a link asks again, as one with a link opens another.
      return new Response(isAlone ? "Service Unavailable" : "Internal Server Error", { status: isAlone ? 503 : 500 });
    }
    // While it was asked who comes.
    if (route.isClosed) {
      room?.leave();
      return shutsDown();
    }
    if (isAlone) {
      try {
        return await answer(request, sessions!, user, flags);
      } catch (error) {
        report(onError, error, "request");
        return new Response("Internal Server Error", { status: 500 });
      }
    }
    try {
      const open: typeof upgrade = asksForEvents(request) ? (request, ends) => streams.open(request, ends) : upgrade;
      return open(request, new Visit(route, user, room, flags));
    } catch {
      room?.leave();
      // A URL that is none (any `Host` is part of it), or a handshake without its key.
      return new Response("Bad Request", { status: 400 });
    }
  };
  const paint = (request: Request): Painted | Promise<Painted> => {
    const failed = (error: unknown): Painted => {
      report(onError, error, "paint");
      return unpainted;
    };
    try {
      const painted = whenThere(shared ? undefined : options.authorize?.(request), (user) => {
        if (user instanceof Response) return failed(new Error(`A page was painted empty: authorize refused it with ${user.status}`));
        const key = shared ? undefined : keyOf?.(request, user);
        const running = shared ?? (isKey(key) ? rooms.get(key) : undefined);
        if (running) return running.paint();
        if (key !== undefined && !isKey(key)) return failed(new Error("A page was painted empty: this is no key of a room"));
        const { flags } = options;
        return whenThere(
          typeof flags === "function" ? (flags as (request: Request, user: unknown) => unknown)(request, user) : flags,
          (flags) => sessions!.paint(user, flags, key === undefined),
        );
      });
      return painted instanceof Promise ? painted.catch(failed) : painted;
    } catch (error) {
      return failed(error);
    }
  };
  return Object.defineProperties(live, {
    paint: { value: paint },
    runtime: { value: (key: string) => rooms.get(key) },
    running: { get: () => runtimes.size + (sessions?.size ?? 0) },
    close: {
      value: async () => {
        route.isClosed = true;
        await Promise.all([sessions?.leave(), ...[...runtimes].map((runtime) => runtime.leave())]);
      },
    },
  }) as unknown as Live<unknown>;
}

const unpainted: Painted = { html: "" };

function shutsDown(): Response {
  return new Response("Service Unavailable: this server shuts down", { status: 503 });
}

/** Goes on with a value, at once where it is no promise. */
function whenThere<R>(value: unknown, then: (value: unknown) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** What all visits of a route share. */
interface Route {
  readonly shared: Runtime<unknown> | undefined;
  /** Of those that are neither shared nor in a room. */
  readonly sessions: Sessions<unknown, unknown, unknown, unknown> | undefined;
  /** Nothing begins any more. */
  isClosed: boolean;
  onError(error: unknown, where: string): void;
}

/** One connection of a route, from its handshake to its end. There are thousands: it holds no closures, and not its request. */
class Visit implements SocketEnds<unknown> {
  readonly user: unknown;
  readonly #route: Route;
  readonly #room: Room<Runtime<unknown>> | undefined;
  #flags: unknown;

  constructor(route: Route, user: unknown, room: Room<Runtime<unknown>> | undefined, flags: unknown) {
    this.user = user;
    this.#route = route;
    this.#room = room;
    this.#flags = flags;
  }

  connect(link: Link): Connection {
    if (this.#route.isClosed) {
      closeLink(link, closeCodes.elsewhere, "come back");
      return deadConnection;
    }
    const flags = this.#flags;
    this.#flags = undefined;
    const runtime = this.#route.shared ?? this.#room?.runtime();
    return runtime ? runtime.connect(link) : this.#route.sessions!.connect(link, flags);
  }

  ended(): void {
    this.#room?.leave();
  }

  onError(error: unknown, where: string): void {
    this.#route.onError(error, where);
  }
}

/** What is wrong with a request for a link; all of it before the upgrade, which cannot be taken back. */
function refuse(request: Request, origins: readonly string[] | undefined): Response | undefined {
  const isSocket = request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (!isSocket && !asksForEvents(request) && !isPost(request) && !isRequest(request)) {
    return new Response("This is the address of a WebSocket", { status: 426, headers: { upgrade: "websocket", connection: "upgrade" } });
  }
  if (!isOriginAllowed(request, origins)) return new Response("Forbidden: a page of another origin", { status: 403 });
  return undefined;
}
