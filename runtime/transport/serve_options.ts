/** How an app is served: the options of `serve`, what stands for those that are absent, and their bounds. */
import type { Restart } from "../app/restart.ts";
import type { Store } from "../continuity/store.ts";

/** Ten years, in ms: the time of a seal ends in 2106. */
const longestExpires = 10 * 365 * 86_400_000;

type FlagsFor<Flags, User> = Flags | ((request: Request, user: User) => Flags | Promise<Flags>);
/** What is asked of each request. */
interface Asked<Flags, User> {
  /** What `init` is given: the flags themselves, or a function of the request and its user. */
  flags: FlagsFor<Flags, User>;
  /**
   * Who comes: what it answers is the user of the client; a `Response` refuses. A session is its user's, so it has to be structured data, and the
   * same each time: with what changes by itself (a time, a token) it is another user, who begins anew.
   */
  authorize: (request: Request) => User | Response | Promise<User | Response>;
}
type FlagsOption<Flags, User> = undefined extends Flags ? Partial<Pick<Asked<Flags, User>, "flags">> : Pick<Asked<Flags, User>, "flags">;
type AuthorizeOption<Flags, User> = unknown extends User ? Partial<Pick<Asked<Flags, User>, "authorize">>
  : Pick<Asked<Flags, User>, "authorize">;

/** How an app is served. */
export type ServeOptions<Flags, User> =
  & FlagsOption<Flags, User>
  & AuthorizeOption<Flags, User>
  & {
    /**
     * Connections of one key share a runtime, a room; its flags come from the request that opens it. `undefined`: a session of its
     * own. A key is a text of at most 256 characters; another is answered with 400.
     */
    key?: (request: Request, user: User) => string | undefined;
    /** How long a session whose link was cut is kept in memory, or a room after the last has left, in ms; 30,000 by default, 0: not at all. */
    linger?: number;
    /**
     * After how many ms of silence a session sleeps, 60,000 by default; 0 or Infinity: never. It is woken by the next event. One that listens to
     * something (`subscriptions`), or for which an effect or a timer is under way, stays awake.
     */
    sleep?: number;
    /**
     * What snapshots are sealed with: at least 16 random characters, the same in all processes that are to go on with each other's sessions. Of
     * several the first seals and all open, so that a secret can be replaced. Without it one is made for the life of the process, and sessions
     * end with that. With it the app must have a `name`.
     */
    secret?: string | readonly string[];
    /**
     * Where snapshots are kept, for models that outgrow what a browser can keep, or where nobody may set one back: `kvStore`, `memoryStore`, or one
     * of yours. What is in it is sealed, so give a `secret` too; browsers then keep a claim of 100 to 150 characters. docs/deploy.md says what it
     * costs.
     */
    store?: Store;
    /**
     * How long a snapshot is good for, in ms, from 1,000 to those of ten years; a day by default. A page that is linked is given another after
     * half of it.
     */
    expires?: number;
    /** The most rooms at once, 10,000 by default: keys may be made up by strangers. A request for one more is answered with 503. */
    mostRooms?: number;
    /**
     * The most sessions at once, those included whose links were cut a moment ago; 20,000 by default. A link for one more is answered with 503, and its
     * browser tries again; a client whose session is here always finds it.
     */
    mostSessions?: number;
    /**
     * The most memory that sessions may be known to hold, in bytes; 512 MiB by default. It is estimated, by a factor of two or so: from the size of
     * each model as a snapshot writes it, the holes of the views, and what clients have sent since. Above three quarters of it a link for a new session
     * is answered with 503. When sessions that are there grow past it, those without a link are ended first, then those far above the average, then
     * the newest: their pages are told to come back, with a last snapshot. Rooms, and models that are no plain data, are not measured.
     */
    mostMemory?: number;
    /**
     * Where a request comes from, as a text: `(request, info) => info?.remoteAddr.hostname`. Requests without a link are then limited by it too (16
     * at once), and links (a tenth of `mostSessions`). Behind a proxy take what your own proxy has appended to `X-Forwarded-For`, its last entry: the others a client can make up.
     */
    address?: (request: Request, info: Deno.ServeHandlerInfo | undefined) => string | undefined;
    /**
     * What comes after an error of the app: `"never"`, its links are closed with 4500, and a new connection begins anew; `"fresh"`, a new
     * `init`; `"last"`, the last good model. Clients keep their links. After 3 restarts in 10 s it is as `"never"`, which is the default.
     */
    restart?: Restart;
    /**
     * Told of each error of an app, with where it was, and of what keeps a session from going on elsewhere (`snapshot`, `migrate`, `store`); by
     * default it goes to the console.
     */
    onError?: (error: unknown, where: string) => void;
    /** Origins beside the server's own whose pages may connect, as `https://example.com`. */
    origins?: readonly string[];
    /**
     * The server's own hosts, as `example.com` or `localhost:8000`: a request for another is answered with 421. Give them where the server has no
     * other protection against a page whose name leads to it (DNS rebinding), as in a network of its own. Any host, when absent.
     */
    hosts?: readonly string[];
  };
/** Options that may be left out where each of them may. */
export type Optional<O> = Record<never, never> extends O ? [options?: O] : [options: O];

/** How a running app is served. */
export interface SharedOptions {
  /** Told of each error of the socket, with where it was; by default it goes to the console. */
  onError?: (error: unknown, where: string) => void;
  /** Origins beside the server's own whose pages may connect, as `https://example.com`. */
  origins?: readonly string[];
  /** The server's own hosts, as `example.com`: a request for another is answered with 421. Any, when absent. */
  hosts?: readonly string[];
}

/** All of them, without their types. */
export interface AnyOptions {
  flags?: unknown;
  authorize?: (request: Request) => unknown;
  key?: (request: Request, user: unknown) => unknown;
  linger?: number;
  mostRooms?: number;
  mostSessions?: number;
  mostMemory?: number;
  address?: (request: Request, info: Deno.ServeHandlerInfo | undefined) => string | undefined;
  restart?: Restart;
  sleep?: number;
  secret?: string | readonly string[];
  expires?: number;
  store?: Store;
  onError?: (error: unknown, where: string) => void;
  origins?: readonly string[];
  hosts?: readonly string[];
}

/** What is always there. */
type Settled = Required<Pick<AnyOptions, "linger" | "sleep" | "expires" | "mostRooms" | "mostSessions" | "mostMemory" | "restart">>;

/**
 * The numbers, and what comes after an error, with what stands for those that are absent.
 *
 * @throws {RangeError} when a number is out of its bounds.
 */
export function settled({
  linger = 30_000,
  sleep = 60_000,
  expires = 86_400_000,
  mostRooms = 10_000,
  mostSessions = 20_000,
  mostMemory = 512 * 1024 * 1024,
  restart = "never",
}: AnyOptions): Settled {
  // What timers take; Infinity would be at once.
  if (!(linger >= 0 && linger < 2 ** 31)) throw new RangeError(`Cannot serve with linger ${linger}: give milliseconds, at most 2^31 - 1`);
  if (!(sleep === Infinity || (sleep >= 0 && sleep < 2 ** 31))) {
    throw new RangeError(`Cannot serve with sleep ${sleep}: give milliseconds, at most 2^31 - 1, or Infinity`);
  }
  if (!(expires >= 1_000 && expires <= longestExpires)) {
    throw new RangeError(`Cannot serve with expires ${expires}: give milliseconds, from 1,000 to those of ten years`);
  }
  if (!(mostRooms >= 0)) throw new RangeError(`Cannot serve with mostRooms ${mostRooms}: give a number`);
  if (!(mostSessions >= 0)) throw new RangeError(`Cannot serve with mostSessions ${mostSessions}: give a number`);
  if (!(mostMemory >= 0)) throw new RangeError(`Cannot serve with mostMemory ${mostMemory}: give a number of bytes`);
  return { linger, sleep, expires, mostRooms, mostSessions, mostMemory, restart };
}
