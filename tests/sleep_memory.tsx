/** What a sleeping session holds beyond its link, said as JSON: heap of 10,000 of them. Run with `--v8-flags=--expose-gc`. */
import { app, type Send } from "../mod.ts";
import { Sessions } from "../runtime/app/sessions.ts";
import { Sealer } from "../runtime/continuity/seal.ts";
import { RecordedLink } from "./recorded_link.ts";

const many = 10_000;
const collect = (globalThis as unknown as { gc(): void }).gc;

/** A world in which all that is due at a time happens at once: there are too many timers to look for the next. */
class CoarseWorld {
  #now = 0;
  #names = 0;
  #timers = new Map<number, { readonly due: number; readonly task: () => void }>();
  #soon: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, task: () => void): number {
    this.#timers.set(++this.#names, { due: this.#now + ms, task });
    return this.#names;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  randomName(bytes: number): string {
    return crypto.getRandomValues(new Uint8Array(bytes)).toBase64({ alphabet: "base64url", omitPadding: true });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [timer, { due, task }] of this.#timers) if (due <= this.#now && this.#timers.delete(timer)) task();
    for (const task of this.#soon.splice(0)) task();
  }
}

const todos = app({
  init: () => ({ draft: "", rows: [{ id: 1, text: "Milk", done: false }, { id: 2, text: "Bread", done: true }] }),
  update: (model, msg: { readonly toggle: number }) => ({
    ...model,
    rows: model.rows.map((row) => row.id === msg.toggle ? { ...row, done: !row.done } : row),
  }),
  view: (model, send: Send<{ readonly toggle: number }>) => (
    <ul>
      {model.rows.map((row) => <li key={row.id} onClick={send({ toggle: row.id })}>{row.text} {row.done ? "done" : ""}</li>)}
    </ul>
  ),
  name: "todos",
});

const world = new CoarseWorld();
const sessions = new Sessions<ReturnType<typeof todos.init>["model"], { readonly toggle: number }, void, unknown>(todos, {
  sealer: new Sealer({ secret: "a secret that nobody knows", app: todos.name, now: () => world.now() }),
  linger: 30_000,
  expires: 3_600_000,
  sleep: 60_000,
  world,
  onError(error) {
    throw error;
  },
});
const user = { id: "anna" };

function connect(from: number, to: number) {
  const connected: unknown[] = [];
  for (let i = from; i < to; i++) {
    const link = new RecordedLink(`client-${i}.`, user);
    connected.push(link, sessions.connect(link));
  }
  world.advance(61_000);
  // What was sent is no part of a link.
  for (const link of connected) if (link instanceof RecordedLink) link.messages.length = 0;
  return connected;
}

async function heap(): Promise<number> {
  // What waits for promises is held by them.
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
  collect();
  return Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
}

// What all share is there before.
const first = connect(0, 100);
const before = await heap();
const alone = Array.from({ length: many }, (_, i) => new RecordedLink(`client-${i}.`, user));
const perLink = (await heap() - before) / many;
const start = await heap();
const connected = connect(100, 100 + many);
const bytes = Math.round((await heap() - start) / many - perLink);
console.log(JSON.stringify({ asleep: sessions.asleep - 100, bytes, perLink: Math.round(perLink) }));
// They must live until here.
if (first.length + alone.length + connected.length === 0) throw new Error("nothing was measured");
