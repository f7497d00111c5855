/** A room with as many clients as asked for, on real sockets whose far ends are in another process; and bare sockets beside it. */
import { app, serve } from "../mod.ts";
import { handshake } from "../tests/raw_socket.ts";

type Msg = { text: string };

const room = app<string, Msg>({ init: () => "", update: (_, { text }) => text, view: (text) => text });

/** Sockets that are open, and what can be done with them. */
export interface Crowd extends AsyncDisposable {
  /** Sends one patch to all, which is handed to each socket when this returns. */
  patch(text: string): Promise<void>;
  /** Sends the same text to all, in a bare loop of `send`; it begins, and is over, as a patch is. */
  bare(text: string): Promise<void>;
  /** Bytes of the process for each client of the room, and for each bare socket: of the heap, and of all memory. */
  readonly memory: { readonly room: Memory; readonly bare: Memory };
}

interface Memory {
  readonly heap: number;
  readonly all: number;
}

/** Opens `count` sockets to a room and as many bare ones. */
export async function crowd(count: number): Promise<Crowd> {
  const bare = new Set<WebSocket>();
  const live = serve(room, { key: () => "room", linger: 0 });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (new URL(request.url).pathname === "/room") return live(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => bare.add(socket);
    socket.onclose = () => bare.delete(socket);
    return response;
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const far: Deno.ChildProcess[] = [];
  const open = async (path: string, isThere: () => boolean): Promise<Memory> => {
    const before = await memory();
    const args = ["run", "-A", new URL(import.meta.url).pathname, url, path, String(count)];
    far.push(new Deno.Command(Deno.execPath(), { args, stdin: "piped" }).spawn());
    while (!isThere()) await pause(20);
    await pause(500);
    const after = await memory();
    return { heap: (after.heap - before.heap) / count, all: (after.all - before.all) / count };
  };
  const memories = {
    bare: await open("/bare", () => bare.size === count),
    room: await open("/room", () => live.runtime("room")?.status().clients === count),
  };
  const runtime = live.runtime("room")!;
  return {
    memory: memories,
    async patch(text) {
      const { version } = runtime.status();
      runtime.dispatch({ text });
      while (runtime.status().version === version) await new Promise((resolve) => setImmediate(resolve));
    },
    async bare(text) {
      setImmediate(() => {
        if (bare.size !== count) throw new Error(`Only ${bare.size} bare sockets are left`);
        for (const socket of bare) socket.send(text);
      });
      // What each send leaves to be done after it is part of it, here and there.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      for (const child of far) {
        await child.stdin.close().catch(() => {});
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended.
        }
        await child.status;
      }
      while (live.running > 0 || bare.size > 0) await pause(20);
      await server.shutdown();
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function memory(): Promise<Memory> {
  const collect = (globalThis as { gc?: () => void }).gc;
  for (let i = 0; i < 3; i++) {
    collect?.();
    await pause(50);
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed, all: rss };
}

/** The far end: it reads, and says nothing. */
if (import.meta.main) {
  const [url = "", path, count] = Deno.args;
  const { hostname, port } = new URL(url);
  const buffer = new Uint8Array(65_536);
  for (let i = 0; i < Number(count); i++) {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(handshake(url, {}, path)));
    await connection.read(buffer);
    void (async () => {
      while (await connection.read(buffer) !== null);
    })();
  }
}
