/** `serve`: an app, or a running one, as a function from `Request` to `Response` that works under any router. */
import type { App } from "../app/app.ts";
import { type Connection, deadConnection } from "../app/connection.ts";
import { isDevelopment } from "../app/development.ts";
import { closeCodes, closeLink, type Link } from "../app/member.ts";
import type { Painted } from "../app/paint.ts";
import { report } from "../app/report.ts";
import { run, type Running, type Runtime } from "../app/runtime.ts";
import { Sessions } from "../app/sessions.ts";
import { makeSecret, Sealer } from "../continuity/seal.ts";
import { ErrorLog, logged } from "../log.ts";
import { atOnce, isPromise } from "../view/promise_error.ts";
import { Farewells } from "./farewells.ts";
import { answer, isRequest } from "./http.ts";
import { isHostAllowed, isOriginAllowed, type Trusted } from "./origin.ts";
import { RequestLimits } from "./request_limits.ts";
import { isKey, type Room, Rooms } from "./rooms.ts";
import { type AnyOptions, type Optional, type ServeOptions, settled, type SharedOptions } from "./serve_options.ts";
import { Shares } from "./shares.ts";
import { type SocketEnds, upgrade } from "./socket.ts";
import { asksForEvents, isPost, Streams } from "./sse.ts";

/** The route of an app. */
export interface Live<Msg> {
  /**
   * Answers a WebSocket's request, one for server-sent events and their POSTs, and a POST of `method="http"`; every other one with a 4xx. `info`
   * is what `Deno.serve` gives its handler, for the option `address`.
   */
  (request: Request, info?: Deno.ServeHandlerInfo): Response | Promise<Response>;
  /**
   * What a page is painted with, for `<ServerComponent of={live} request={request}>`: runs `authorize`, `key`, `flags`, `init` and `view`
   * for the page's own request and keeps nothing. A promise where `authorize` or `flags` answers one. Empty where the request is refused
   * or something fails, which `onError` is told of. It never throws.
   */
  paint(request: Request): Painted | Promise<Painted>;
  /** The runtime of the room of this key, if it is running. */
  runtime(key: string): Runtime<Msg> | undefined;
  /** How many sessions and rooms this route has at the moment: those that sleep too, and those whose clients may come back. */
  readonly running: number;
  /**
   * Ends what runs here, for a server that shuts down: each client is given a last snapshot and told to come back, which it does spread over
   * 4 s; apps are told nothing, since they go on elsewhere. Rooms end; a runtime that `start` answered goes on until it is stopped. New requests
   * are answered with 503. A store that does not answer is waited for 10 s. Settles when all sockets and streams have sent what they had to and are
   * closed, a second later at most: the process may end then.
   */
  close(): Promise<void>;
}

/**
 * The route of an app: a session for each element in a page, which outlives its links (docs/continuity.md), or with `key` a runtime for all of
 * that key. Or of a running app, shared by all that connect.
 *
 * @throws {TypeError} when it is given neither, or a `secret` for an app without a name.
 * @throws {RangeError} when `linger`, `sleep`, `expires`, `mostRooms`, `mostSessions` or `mostMemory` is out of its bounds, or a secret has less than 16 characters.
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
  const { key: keyOf } = options;
  const { linger, sleep, expires, mostRooms, mostSessions, mostMemory, restart } = settled(options);
  const log = new ErrorLog();
  const onError = options.onError ?? ((error: unknown, where: string) => log.write("failed in", where, error));
  const runtimes = new Set<Running<unknown, unknown, unknown, unknown>>();
  const streams = new Streams();
  const limits = new RequestLimits();

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
    most: mostSessions,
    mostBytes: mostMemory,
    wall: Date.now,
    restart,
    onError,
    sealer: new Sealer({ secret: options.secret ?? makeSecret(), app: (what as App<unknown, unknown>).name, now: Date.now }),
  });
  const rooms = new Rooms<Runtime<unknown>>({ linger, most: mostRooms, start: startOne });
  const flagsFor = async (request: Request, user: unknown): Promise<unknown> =>
    typeof options.flags === "function"
      ? await (options.flags as (request: Request, user: unknown) => unknown)(request, user)
      : options.flags;
  const route: Route = {
    shared,
    sessions,
    farewells: new Farewells(),
    links: new Shares(Math.ceil(mostSessions * partOfOne)),
    isClosed: false,
    onError: (error, where) => report(onError, error, where),
  };
  let isTold = !isDevelopment();
  const refused = new Set<string>();
  /** Says it once for each origin: strangers may name as many as they like. */
  const tellOrigin = (origin: string) => {
    const known = logged(JSON.stringify(origin.slice(0, longestOrigin)));
    if (origin === "" || refused.size >= mostOrigins || refused.has(known)) return;
    refused.add(known);
    console.warn(`nacre: refused a page of ${known}: serve(app, { origins: [${known}] }) lets it in`);
  };

  const live = async (request: Request, info?: Deno.ServeHandlerInfo): Promise<Response> => {
    // Any `Host` is part of it: what the app does with the address must not fail for what a stranger writes there.
    if (!URL.canParse(request.url)) return new Response("Bad Request", { status: 400 });
    const refusal = refuse(request, options, tellOrigin);
    if (refusal) return refusal.status === 426 ? await refuseOrTell(request, refusal) : refusal;
    const isAlone = isRequest(request);
    if (request.method === "POST" && !isAlone) return await streams.post(request);
    if (route.isClosed) return shutsDown();
    let user: unknown, flags: unknown, room: Room<Runtime<unknown>> | undefined;
    try {
      user = await options.authorize?.(request);
      if (user instanceof Response) return user;
      const key = shared ? undefined : atOnce(keyOf?.(request, user), "key", "wait in authorize, whose answer key is given");
      if (isAlone && (shared || key !== undefined)) return new Response("Conflict: what is shared needs a link", { status: 409 });
      if (key === undefined) flags = shared ? undefined : await flagsFor(request, user);
      else if (!isKey(key)) return new Response("Bad Request: this is no key of a room", { status: 400 });
      else {
        if (!isTold) console.warn("nacre: rooms live in this process: with several processes each has its own (docs/rooms.md)");
        isTold = true;
        for (let isOpener = false, isReady = false; !isReady;) {
          room = rooms.enter(key, () => {
            isOpener = true;
            return flagsFor(request, user);
          });
          if (!room) return new Response("Service Unavailable: too many rooms", { status: 503, headers: later });
          try {
            await room.ready;
            isReady = true;
          } catch (error) {
            if (isOpener) throw error;
            // It failed for the one who opened it: this client's own request may do better.
            room.leave();
          }
        }
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
    let who: string | undefined;
    try {
      // Where nobody is asked who they are, all are one user: a crowd of strangers must not use up the share of the others.
      who = options.address
        ? atOnce(options.address(request, info), "address", "it is asked for each request; answer a text at once")
        : options.authorize && sessions?.contextOf(user);
      if (isAlone) {
        const gone = route.farewells.begin();
        try {
          return await answer(request, sessions!, user, flags, limits, who);
        } finally {
          gone();
        }
      }
    } catch (error) {
      room?.leave();
      report(onError, error, "request");
      return new Response("Internal Server Error", { status: 500 });
    }
    if (!route.links.take(who)) {
      room?.leave();
      return new Response("Too Many Requests: too many links", { status: 429, headers: later });
    }
    const visit = new Visit(route, user, room, flags, who);
    try {
      if (sessions && !room && !sessions.admits(new URL(request.url).searchParams.get("nacre") ?? undefined, user)) {
        visit.ended();
        return new Response("Service Unavailable: too many sessions", { status: 503, headers: later });
      }
      const open: typeof upgrade = asksForEvents(request) ? (request, ends) => streams.open(request, ends) : upgrade;
      return open(request, visit);
    } catch {
      visit.ended();
      // A handshake without its key.
      return new Response("Bad Request", { status: 400 });
    }
  };
  /** A browser learns nothing of a handshake that was refused, and asks by a plain GET: `authorize` answers that, too. */
  const refuseOrTell = async (request: Request, refusal: Response): Promise<Response> => {
    if (!options.authorize || route.isClosed) return refusal;
    try {
      const user = await options.authorize(request);
      return user instanceof Response ? user : refusal;
    } catch (error) {
      report(onError, error, "request");
      return new Response("Internal Server Error", { status: 500 });
    }
  };
  const paint = (request: Request): Painted | Promise<Painted> => {
    const failed = (error: unknown): Painted => {
      report(onError, error, "paint");
      return unpainted;
    };
    if (!URL.canParse(request.url)) return unpainted;
    try {
      const painted = whenThere(shared ? undefined : options.authorize?.(request), (user) => {
        if (user instanceof Response) return failed(new Error(`A page was painted empty: authorize refused it with ${user.status}`));
        const key = shared ? undefined : atOnce(keyOf?.(request, user), "key", "wait in authorize, whose answer key is given");
        const running = shared ?? (isKey(key) ? rooms.get(key) : undefined);
        if (running) return running.paint();
        if (key !== undefined && !isKey(key)) return failed(new Error("A page was painted empty: this is no key of a room"));
        const { flags } = options;
        return whenThere(
          typeof flags === "function" ? (flags as (request: Request, user: unknown) => unknown)(request, user) : flags,
          (flags) => sessions!.paint(user, flags, key === undefined),
        );
      });
      return isPromise(painted) ? Promise.resolve(painted).catch(failed) : painted;
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
        // Clients that are there answer a close at once.
        await route.farewells.done(farewellMs);
      },
    },
  }) as unknown as Live<unknown>;
}

/** Of so many origins it is said that they were refused, and so much of each. */
const mostOrigins = 100, longestOrigin = 200;

/** The part of all sessions that links of one user, or of one address, may be. */
const partOfOne = 0.1;

const later = { "retry-after": "5" };

/** How long `close` waits for what was sent to be out, in ms. */
const farewellMs = 1_000;

const unpainted: Painted = { html: "" };

function shutsDown(): Response {
  return new Response("Service Unavailable: this server shuts down", { status: 503 });
}

/** Goes on with a value, at once where it is no promise. */
function whenThere<R>(value: unknown, then: (value: unknown) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(then) : then(value);
}

/** What all visits of a route share. */
interface Route {
  readonly shared: Runtime<unknown> | undefined;
  /** Of those that are neither shared nor in a room. */
  readonly sessions: Sessions<unknown, unknown, unknown, unknown> | undefined;
  /** The links, until their last byte is out. */
  readonly farewells: Farewells;
  /** Links of users or addresses. */
  readonly links: Shares;
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
  readonly #who: string | undefined;
  #isOver = false;

  constructor(route: Route, user: unknown, room: Room<Runtime<unknown>> | undefined, flags: unknown, who: string | undefined) {
    this.user = user;
    this.#route = route;
    this.#room = room;
    this.#flags = flags;
    this.#who = who;
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
    if (this.#isOver) return;
    this.#isOver = true;
    this.#room?.leave();
    this.#route.links.release(this.#who);
  }

  begin(isOut?: () => boolean): () => void {
    return this.#route.farewells.begin(isOut);
  }

  onError(error: unknown, where: string): void {
    this.#route.onError(error, where);
  }
}

/** What is wrong with a request for a link; all of it before the upgrade, which cannot be taken back. */
function refuse(request: Request, trusted: Trusted, tell: (origin: string) => void): Response | undefined {
  const isSocket = request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (!isHostAllowed(request, trusted)) return new Response("Misdirected Request: this is no host of the server", { status: 421 });
  if (!isOriginAllowed(request, trusted)) {
    tell(request.headers.get("origin") ?? "");
    return new Response("Forbidden: a page of another origin", { status: 403 });
  }
  if (!isSocket && !asksForEvents(request) && !isPost(request) && !isRequest(request)) {
    return new Response("This is the address of a WebSocket", { status: 426, headers: { upgrade: "websocket", connection: "upgrade" } });
  }
  return undefined;
}
