/**
 * The rooms of a route: runtimes by key, opened by the first who comes and ended a while after the last has left. It must hold nothing of
 * a room that has ended.
 */

/** The longest key, in UTF-16 units. */
const longestKey = 256;

/** Whether this may name a room. */
export function isKey(key: unknown): key is string {
  return typeof key === "string" && key.length <= longestKey;
}

/** What a room needs of a runtime. */
interface Stoppable {
  readonly stopped: Promise<void>;
  /** `version` counts what has changed. */
  status(): { readonly version: number };
  stop(): Promise<void>;
}

/** How rooms are kept. */
interface RoomsOptions<Runtime> {
  /** How long a room stays after the last has left, in ms. */
  readonly linger: number;
  /** The most rooms at once. */
  readonly most: number;
  start(flags: unknown): Runtime;
}

/** A room, for one who is in it. */
export interface Room<Runtime> {
  /** Settles when its flags are known; rejected, when they cannot be. */
  readonly ready: Promise<void>;
  /** Its runtime, which the first call starts. Only once it is ready. */
  runtime(): Runtime;
  /** To be called once. */
  leave(): void;
}

interface Entry<Runtime> {
  readonly key: string;
  readonly ready: Promise<void>;
  /** Once it is ready. */
  flags: unknown;
  runtime: Runtime | undefined;
  /** Who is in it, or on the way. */
  guests: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** All rooms of one route. */
export class Rooms<Runtime extends Stoppable> {
  readonly #rooms = new Map<string, Entry<Runtime>>();
  readonly #options: RoomsOptions<Runtime>;
  /** Those that nobody is in, the longest empty first. */
  readonly #empty = new Set<Entry<Runtime>>();

  constructor(options: RoomsOptions<Runtime>) {
    this.#options = options;
  }

  /** The runtime of this key, if it is running. */
  get(key: string): Runtime | undefined {
    return this.#rooms.get(key)?.runtime;
  }

  /** Enters a room, which is opened with `flags` if need be; undefined when there are too many. */
  enter(key: string, flags: () => Promise<unknown>): Room<Runtime> | undefined {
    let room = this.#rooms.get(key);
    if (!room) {
      if (this.#rooms.size >= this.#options.most && !this.#makeRoom()) return undefined;
      const opened: Entry<Runtime> = {
        key,
        ready: flags().then((flags) => void (opened.flags = flags)),
        flags: undefined,
        runtime: undefined,
        guests: 0,
        timer: undefined,
      };
      this.#rooms.set(key, room = opened);
      // Who waits for it may open another, and who comes next does.
      opened.ready.catch(() => this.#forget(opened));
    }
    room.guests++;
    this.#empty.delete(room);
    clearTimeout(room.timer);
    return new Guest(this, room);
  }

  /** For {@link Guest}: the runtime of a room, which the first call starts. */
  runtimeOf(room: Entry<Runtime>): Runtime {
    if (room.runtime) return room.runtime;
    const runtime = room.runtime = this.#options.start(room.flags);
    // By itself, or by an error: whoever comes next opens it anew.
    runtime.stopped.then(() => this.#forget(room));
    return runtime;
  }

  /** For {@link Guest}: one has left. */
  left(room: Entry<Runtime>): void {
    if (--room.guests > 0) return;
    if (!room.runtime || this.#rooms.get(room.key) !== room || this.#options.linger === 0) return this.#end(room);
    this.#empty.add(room);
    const timer = room.timer = setTimeout(() => this.#end(room), this.#options.linger);
    // A program that has nothing else to do ends.
    Deno.unrefTimer(timer);
  }

  /** Ends a room that is empty and where nothing ever happened: strangers who open rooms and leave them must not keep others out. */
  #makeRoom(): boolean {
    for (const room of this.#empty) {
      if (room.runtime!.status().version > 0) continue;
      this.#end(room);
      return true;
    }
    return false;
  }

  #end(room: Entry<Runtime>): void {
    this.#forget(room);
    room.runtime?.stop();
  }

  #forget(room: Entry<Runtime>): void {
    clearTimeout(room.timer);
    this.#empty.delete(room);
    if (this.#rooms.get(room.key) === room) this.#rooms.delete(room.key);
  }
}

/** One who is in a room. There are thousands: it holds no closures. */
class Guest<Runtime extends Stoppable> implements Room<Runtime> {
  readonly #rooms: Rooms<Runtime>;
  readonly #room: Entry<Runtime>;

  constructor(rooms: Rooms<Runtime>, room: Entry<Runtime>) {
    this.#rooms = rooms;
    this.#room = room;
  }

  get ready(): Promise<void> {
    return this.#room.ready;
  }

  runtime(): Runtime {
    return this.#rooms.runtimeOf(this.#room);
  }

  leave(): void {
    this.#rooms.left(this.#room);
  }
}
