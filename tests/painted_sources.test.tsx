/** What happens between the painting of a page and its link is not missed: `resumed` reads again, or a source has a present value. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { signal } from "@preact/signals";
import { app, effect, type Listened, memoryStore, type Observable, serve, type Store } from "../mod.ts";
import { paintApp } from "../runtime/app/paint.ts";
import { run } from "../runtime/app/runtime.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";

const secret = "only for these tests, 16 or more";

/** A total that everybody shares, with a bus that says each new one, and no value before it. */
class Total extends EventTarget {
  value = 0;
  set(value: number): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent("total", { detail: value }));
  }
}
/** The same with a present value. */
class Store_ implements Observable<number> {
  readonly #listeners = new Set<(value: number) => void>();
  #value = 0;
  get = (): number => this.#value;
  subscribe(listener: (value: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  set(value: number): void {
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }
  get size(): number {
    return this.#listeners.size;
  }
}

type Msg = { total: number };
function watching(source: { listen: Effect_; read: () => number; isReadAgain: boolean }) {
  return app<{ total: number }, Msg>({
    name: "watching",
    init: () => ({ total: source.read() }),
    update: (_model, msg) => msg,
    view: ({ total }) => <p>{total}</p>,
    subscriptions: () => ({ total: source.listen }),
    ...(source.isReadAgain && { resumed: (model, why) => why === "page" ? { total: source.read() } : model }),
  });
}
type Effect_ = ReturnType<typeof effect.listen<number, Msg>>;

/** The snapshot in a painted page. */
function snapshotOf(html: string): string {
  return JSON.parse(/<script type="application\/json">(.*)<\/script>$/s.exec(html)![1]!)[3];
}

const sources = {
  "an event target, read again in resumed": () => {
    const total = new Total();
    const listen = effect.listen(total, "total", (event) => ({ total: (event as CustomEvent<number>).detail }));
    return { of: { listen, read: () => total.value, isReadAgain: true }, set: (value: number) => total.set(value) };
  },
  "a store with get and subscribe": () => {
    const store = new Store_();
    return {
      of: { listen: effect.listen(store as Listened<Observable<number>>, (total) => ({ total })), read: store.get, isReadAgain: false },
      set: (value: number) => store.set(value),
    };
  },
  "a signal": () => {
    const total = signal(0);
    return {
      of: { listen: effect.listen(total, (total) => ({ total })), read: () => total.peek(), isReadAgain: false },
      set: (value: number) => void (total.value = value),
    };
  },
};

for (const [name, make] of Object.entries(sources)) {
  for (const stores of ["no store", "a store"] as const) {
    Deno.test(`a message between a painted page and its socket is not missed: ${name}, ${stores}`, async () => {
      const { of, set } = make();
      const store: { store?: Store } = stores === "a store" ? { store: memoryStore() } : {};
      const live = serve(watching(of), { secret, ...store });
      await using server = serveOn0(live);
      const { html } = await live.paint(new Request(`${server.url}/`));
      assertStringIncludes(html, "<p>0</p>");
      set(7);
      const caller = new WebSocket(`${server.ws}?nacre=painted-page-1..0.0.1`);
      const heard: string[] = [];
      caller.onmessage = ({ data }) => heard.push(data);
      caller.onopen = () => caller.send(JSON.stringify(["resume", snapshotOf(html), 0, [], []]));
      // Taken over, and shown what is so now.
      await until(() => heard.some((text) => text.startsWith('["resume"')));
      await until(() => heard.some((text) => /,\{"0":7\}/.test(text)));
      set(8);
      await until(() => heard.some((text) => /,\{"0":8\}/.test(text)));
      const closed = new Promise((resolve) => caller.onclose = resolve);
      caller.close();
      await closed;
      await live.close();
    });
  }

  Deno.test(`a message between a painted page and its first request is not missed, where resumed reads again: ${name}`, async () => {
    const { of, set } = make();
    // What listens is not begun for one request.
    const live = serve(watching({ ...of, isReadAgain: true }), { secret });
    await using server = serveOn0(live);
    const { html } = await live.paint(new Request(`${server.url}/`));
    set(7);
    const body = JSON.stringify(["resume", snapshotOf(html), 0, [], []]);
    const response = await fetch(`${server.url}?nacre=painted-page-1..0.0.1`, { method: "POST", body });
    assertStringIncludes(await response.text(), '{"0":7}');
    await live.close();
  });

  Deno.test(`a room that is open hears what comes before the socket of a painted page: ${name}`, async () => {
    const { of, set } = make();
    const live = serve(watching(of), { secret, key: () => "room" });
    await using server = serveOn0(live);
    await using first = await Caller.open(server.ws);
    await live.paint(new Request(`${server.url}/`));
    set(7);
    await using later = await Caller.open(`${server.ws}?nacre=painted-page-1....0`);
    assertEquals(later.text, "7");
    await first.until(() => first.text === "7");
    await live.close();
  });
}

Deno.test("effect.listen() begins with the present value of a store or a signal, once, and leaves nothing behind", async () => {
  const store = new Store_();
  store.set(1);
  const heard: number[] = [];
  const listening = app<boolean, { value: number } | "off">({
    init: () => true,
    update(isOn, msg) {
      if (msg === "off") return false;
      heard.push(msg.value);
      return isOn;
    },
    view: String,
    subscriptions: (isOn) => ({ store: isOn && effect.listen(store as Listened<Observable<number>>, (value) => ({ value })) }),
  });
  await using runtime = run(listening, undefined);
  await until(() => heard.length > 0);
  store.set(2);
  store.set(3);
  await until(() => heard.length === 3);
  assertEquals(heard, [1, 2, 3]);
  runtime.dispatch("off");
  await until(() => store.size === 0);
  store.set(4);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(heard, [1, 2, 3]);

  const calls: unknown[] = [];
  // Who calls at once is not asked for its value too; what is answered may be an object.
  let released = 0;
  const eager: Observable<number> = {
    get: () => 1,
    subscribe(listener) {
      listener(5);
      return { unsubscribe: () => void released++ };
    },
  };
  const other = app<null, { value: number }>({
    init: () => null,
    update(model, { value }) {
      calls.push(value);
      return model;
    },
    view: () => "",
    subscriptions: () => ({ eager: effect.listen(eager as Listened<Observable<number>>, (value) => ({ value })) }),
  });
  const another = run(other, undefined);
  await until(() => calls.length > 0);
  await another.stop();
  assertEquals([calls, released], [[5], 1]);
});

Deno.test("development warns of a painted app that listens to what has no present value, without resumed", () => {
  const total = new Total();
  const listen = effect.listen(total, "total", () => ({ total: 1 }));
  const warningsOf = (of: Parameters<typeof watching>[0]) => {
    const warned: string[] = [];
    paintApp(watching(of), undefined, { ids: "0", development: true, warn: (message) => warned.push(message) });
    return warned.filter((text) => /resumed\(model, "page"\)/.test(text)).length;
  };
  assertEquals(warningsOf({ listen, read: () => 0, isReadAgain: false }), 1);
  assertEquals(warningsOf({ listen, read: () => 0, isReadAgain: true }), 0);
  assertEquals(warningsOf(sources["a store with get and subscribe"]().of), 0);
});
