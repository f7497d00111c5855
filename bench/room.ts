/** A room with as many clients as asked for, on real sockets whose far ends are in another process; and bare sockets beside it. */
import { app, serve } from "../mod.ts";
import { handshake } from "../tests/raw_socket.ts";
import { middle } from "./median.ts";

type Msg = { text: string };

const room = app<string, Msg>({ init: () => "", update: (_, { text }) => text, view: (text) => text });

/** Sockets that are open, and what can be done with them. */
export interface Crowd extends AsyncDisposable {
  /** Sends one patch to all. */
  patch(text: string): Promise<Sending>;
  /** Sends the same message to the same sockets, in a bare loop of `send`. */
  bare(message: string | Uint8Array): Promise<Sending>;
  /** Bytes of the process for each client of the room, and for each bare socket: of the heap, and of all memory. */
  readonly memory: { readonly room: Memory; readonly bare: Memory };
}

/** How long it took, in ms, from the turn of the event loop in which it began. */
export interface Sending {
  /** Until it was handed to all sockets. */
  readonly handed: number;
  /** Until all sockets had written it. */
  readonly written: number;
}

interface Memory {
  readonly heap: number;
  readonly all: number;
}

/** Sockets are opened in so many rounds, bare ones and clients in turn: what the first ones cost is not what each costs. */
const rounds = 5;

/** Opens `count` sockets to a room, and half as many bare ones. */
export async function crowd(count: number): Promise<Crowd> {
  const bare = new Set<WebSocket>();
  const ofRoom = new Set<WebSocket>();
  const live = serve(room, { key: () => "room", linger: 0 });
  const { upgradeWebSocket } = Deno;
  // The bare loop sends to the very sockets of the room, which no one but its runtime knows. And the far ends answer no pings.
  Deno.upgradeWebSocket = (request) => {
    const upgraded = upgradeWebSocket(request, { idleTimeout: 0 });
    const set = new URL(request.url).pathname === "/room" ? ofRoom : bare;
    upgraded.socket.addEventListener("open", () => set.add(upgraded.socket), { once: true });
    return upgraded;
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (new URL(request.url).pathname === "/room") return live(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    // A socket that has sent something takes more: a client of the room was sent the view.
    socket.addEventListener("open", () => socket.send('["mount","12345678",0,0,[],""]'));
    socket.onclose = () => bare.delete(socket);
    return response;
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const far = new Deno.Command(Deno.execPath(), { args: ["run", "-A", new URL(import.meta.url).pathname, url], stdin: "piped" }).spawn();
  const asks = far.stdin.getWriter();
  const open = async (path: string, more: number, isThere: () => boolean): Promise<Memory> => {
    const before = await memory();
    await asks.write(new TextEncoder().encode(`${path} ${more}\n`));
    while (!isThere()) await pause(20);
    await pause(200);
    const after = await memory();
    return { heap: (after.heap - before.heap) / more, all: (after.all - before.all) / more };
  };
  const memories = { bare: [] as Memory[], room: [] as Memory[] };
  for (let round = 1; round <= rounds; round++) {
    const half = Math.ceil(count / 2 / rounds);
    memories.bare.push(await open("/bare", half, () => bare.size === half * round));
    const more = Math.floor(count * round / rounds) - ofRoom.size;
    const all = ofRoom.size + more;
    memories.room.push(await open("/room", more, () => live.runtime("room")?.status().clients === all));
  }
  Deno.upgradeWebSocket = upgradeWebSocket;
  const runtime = live.runtime("room")!;
  const sockets = [...ofRoom];
  if (sockets.length !== count) throw new Error(`Only ${sockets.length} clients are there`);
  const sent = async (start: number): Promise<Sending> => {
    const handed = performance.now() - start;
    await turn();
    // What each send leaves to be done is done in the next turn, or in one after it.
    for (let first = 0; first < count; first++) while (sockets[first]!.bufferedAmount > 0) await turn();
    const written = performance.now() - start;
    if (runtime.status().clients !== count) throw new Error(`Only ${runtime.status().clients} clients are left`);
    return { handed, written };
  };
  return {
    memory: { bare: middleOf(memories.bare), room: middleOf(memories.room) },
    async patch(text) {
      const { version } = runtime.status();
      await turn();
      runtime.dispatch({ text });
      const start = performance.now();
      while (runtime.status().version === version && runtime.status().clients > 0) await turn();
      return sent(start);
    },
    async bare(message) {
      await turn();
      const start = performance.now();
      setImmediate(() => {
        for (const socket of sockets) socket.send(message as string);
      });
      await turn();
      return sent(start);
    },
    async [Symbol.asyncDispose]() {
      far.kill("SIGKILL");
      await asks.abort().catch(() => {});
      await far.status;
      while (live.running > 0 || bare.size > 0) await pause(20);
      await server.shutdown();
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const turn = () => new Promise((resolve) => setImmediate(resolve));
const middleOf = (all: Memory[]): Memory => ({ heap: middle(all.map(({ heap }) => heap)), all: middle(all.map(({ all }) => all)) });

async function memory(): Promise<Memory> {
  const collect = (globalThis as { gc?: () => void }).gc;
  for (let i = 0; i < 3; i++) {
    collect?.();
    await pause(50);
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed, all: rss };
}

/** The far end: it opens as many sockets as it is asked for, reads, and says nothing. */
if (import.meta.main) {
  const [url = ""] = Deno.args;
  const { hostname, port } = new URL(url);
  const buffer = new Uint8Array(65_536);
  const open = async (path: string) => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(handshake(url, {}, path)));
    await connection.read(buffer);
    void (async () => {
      while (await connection.read(buffer) !== null);
    })();
  };
  for await (const asked of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const line of asked.trim().split("\n")) {
      const [path, count] = line.split(" ");
      for (let i = 0; i < Number(count); i++) await open(path!);
    }
  }
}
