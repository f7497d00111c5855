/**
 * Every function that a user can give, failing in every way, in every shape of an app. There is no handler of `unhandledrejection`: what nobody
 * catches ends the test. Add a function by a line in `functions`.
 */
import { assert, assertEquals } from "@std/assert";
import { Component, type ComponentChildren, h } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { type App, app, effect, next, parse, serve } from "../mod.ts";
import { Caller } from "./caller.ts";
import { serveOn0, until } from "./kit.ts";

type Answer = () => unknown;
/** How a function fails. */
const ways: Record<string, { readonly answer: Answer; /** Whether `onError` has to hear of it. */ readonly isTold: boolean }> = {
  rejects: { answer: () => Promise.reject(new Error("rejected")), isTold: true },
  "rejects later": { answer: () => new Promise((_, reject) => setTimeout(() => reject(new Error("rejected")), 5)), isTold: true },
  throws: {
    answer: () => {
      throw new Error("thrown");
    },
    isTold: true,
  },
  "never settles": { answer: () => new Promise(() => {}), isTold: true },
  "answers another's promise": {
    answer: () => ({ then: (_: unknown, no: (error: Error) => void) => no(new Error("rejected")) }),
    isTold: true,
  },
  "answers garbage": { answer: () => Symbol("garbage"), isTold: false },
};

// deno-lint-ignore no-explicit-any -- garbage is what these tests are about
type Any = any;
interface Parts {
  readonly options: Record<string, unknown>;
  readonly serve?: Record<string, unknown>;
  /** A component of the view, and a handler. */
  readonly component?: () => ComponentChildren;
  readonly handler?: unknown;
  /** How the function is brought about by a client that is there. */
  readonly act?: (caller: Caller) => void;
  /** Its rejection goes to the console. */
  readonly isSilent?: true;
  /** It may answer a promise. */
  readonly mayWait?: true;
  /** It is asked of one client alone: all others in the room go on. */
  readonly isOwn?: true;
}
const press = (name: string) => (caller: Caller) => void caller.press(name);
const fact = (...parts: unknown[]) => (caller: Caller) => caller.socket.send(JSON.stringify([0, ...parts]));

/** Where each function stands. */
const functions: Record<string, (fail: Answer) => Parts> = {
  init: (fail) => ({ options: { init: fail } }),
  "init's effect": (fail) => ({ options: { init: () => next(0, fail() as Any) } }),
  update: (fail) => ({ options: { update: fail }, act: press("go") }),
  "update's effect": (fail) => ({ options: { update: (n: number) => next(n, fail() as Any) }, act: press("go") }),
  view: (fail) => ({ options: { view: fail } }),
  component: (fail) => ({ options: {}, component: fail as () => ComponentChildren }),
  subscriptions: (fail) => ({ options: { subscriptions: fail } }),
  "a subscription": (fail) => ({ options: { subscriptions: () => ({ one: fail() }) } }),
  onConnect: (fail) => ({ options: { onConnect: fail }, isOwn: true }),
  onDisconnect: (fail) => ({ options: { onDisconnect: fail }, isOwn: true }),
  onAttribute: (fail) => ({ options: { onAttribute: { step: fail } }, act: fact("attribute", "step", "1"), isOwn: true }),
  onProperty: (fail) => ({ options: { onProperty: { rows: fail } }, act: fact("property", "rows", 1), isOwn: true }),
  onUrl: (fail) => ({ options: { onUrl: fail }, act: fact("url", "https://example.com/"), isOwn: true }),
  onForm: (fail) => ({ options: { onForm: { reset: fail } }, act: fact("form", "reset", null), isOwn: true }),
  parse: (fail) => ({ options: { onAttribute: { step: parse.integer(fail as Any) } }, act: fact("attribute", "step", "1"), isOwn: true }),
  send: (fail) => ({ options: {}, handler: { send: fail }, act: press("fail"), isOwn: true }),
  "send.map": (fail) => ({ options: {}, handler: { map: fail }, act: press("fail"), isOwn: true }),
  "a plain handler": (fail) => ({ options: {}, handler: { plain: fail }, act: press("fail"), mayWait: true, isOwn: true }),
  "effect.from": (fail) => ({ options: { update: (n: number) => next(n, effect.from(fail as Any)) }, act: press("go"), mayWait: true }),
  "effect.listen": (fail) => ({ options: { subscriptions: () => ({ one: effect.listen(fail as Any, (x) => x as Any) }) }, mayWait: true }),
  "effect.listen's message": (fail) => ({
    options: {
      subscriptions: () => ({
        one: effect.listen(
          (async function* () {
            yield 1;
          }) as Any,
          fail as Any,
        ),
      }),
    },
  }),
  "effect.map": (fail) => ({
    options: { update: (n: number) => next(n, effect.map(effect.from(() => 1 as Any), fail as Any) as Any) },
    act: press("go"),
  }),
  "a store's get": (fail) => ({
    options: { subscriptions: () => ({ one: effect.listen({ get: fail, subscribe: () => () => {} } as Any, (x: Any) => x) }) },
  }),
  "a store's subscribe": (fail) => ({
    options: { subscriptions: () => ({ one: effect.listen({ subscribe: fail } as Any, (x: Any) => x) }) },
    mayWait: true,
    isSilent: true,
  }),
  useEffect: (fail) => ({ options: {}, component: () => (useEffect(fail as Any, []), "x"), mayWait: true }),
  "the cleanup of useEffect": (fail) => ({
    options: {},
    component: () => (useEffect(() => fail as Any, []), "x"),
    mayWait: true,
  }),
  useLayoutEffect: (fail) => ({ options: {}, component: () => (useLayoutEffect(fail as Any, []), "x"), mayWait: true }),
  componentDidMount: (fail) => ({
    options: {},
    component: class extends Component {
      override componentDidMount() {
        return fail() as Any;
      }
      render = () => "x";
    } as Any,
    mayWait: true,
  }),
  componentWillUnmount: (fail) => ({
    options: {},
    component: class extends Component {
      override componentWillUnmount() {
        return fail() as Any;
      }
      render = () => "x";
    } as Any,
    mayWait: true,
  }),
  address: (fail) => ({ options: {}, serve: { address: fail }, isOwn: true }),
  authorize: (fail) => ({ options: {}, serve: { authorize: fail }, mayWait: true, isOwn: true }),
  flags: (fail) => ({ options: {}, serve: { flags: fail }, mayWait: true, isOwn: true }),
  key: (fail) => ({ options: {}, serve: { key: fail }, isOwn: true }),
};

const base = {
  name: "answers",
  init: () => 0,
  update: (n: number, _msg: unknown) => n + 1,
};
function appOf({ options, component, handler }: Parts): App<unknown, never, Any> {
  const { send: sent, map, plain } = (handler ?? {}) as Record<string, Answer | undefined>;
  return app<Any, Any, Any>({
    ...base,
    view: (n: unknown, send: Any) =>
      h("div", null, [
        h("button", { key: 1, onClick: send("go") }, "go"),
        h("button", { key: 2, onClick: plain ?? (map ? send.map(map)("x") : send(sent ?? "fail")) }, "fail"),
        component && h(component as Any, { key: 3 }),
        String(n),
      ]),
    ...options,
  }) as Any;
}

const secret = "only for tests, 16 or more";
/** Opens a link, or answers undefined where the server lets nobody in. */
async function open(url: string): Promise<Caller | undefined> {
  const socket = new WebSocket(url);
  const opened = await Promise.race([
    new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    }),
    // It never answers.
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
  ]);
  const closed = new Promise<void>((resolve) => socket.readyState === WebSocket.CLOSED ? resolve() : socket.onclose = () => resolve());
  socket.close();
  if (socket.readyState !== WebSocket.CLOSED) await closed;
  return opened ? await Caller.open(url) : undefined;
}

type Shape = (parts: Parts, live: Any, url: string, told: unknown[]) => Promise<void>;
const shapes: Record<string, { readonly serve: Record<string, unknown>; readonly run: Shape }> = {
  "a session": {
    serve: {},
    async run({ act }, _live, url) {
      const caller = await open(url.replace("http", "ws"));
      if (!caller) return;
      if (!caller.closed) act?.(caller);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await caller[Symbol.asyncDispose]();
    },
  },
  "a room": {
    serve: { key: () => "room" },
    async run({ act, isOwn, serve }, live, url) {
      const bystander = await open(url.replace("http", "ws"));
      const caller = await open(url.replace("http", "ws"));
      if (caller && !caller.closed) act?.(caller);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (isOwn && !serve) {
        assert(bystander && !bystander.closed, "the one beside it was sent away");
        const { done } = bystander.reader;
        bystander.press("go");
        await bystander.until(() => bystander.reader.done === done + 1);
      }
      await caller?.[Symbol.asyncDispose]();
      await bystander?.[Symbol.asyncDispose]();
      await live.runtime("room")?.stop();
    },
  },
  "a request without a link": {
    serve: {},
    async run(_parts, _live, url) {
      const request = fetch(`${url}/?nacre=abcdefgh-12345678.0.0..0`, { method: "POST", body: "", signal: AbortSignal.timeout(1_000) });
      const response = await request.catch(() => undefined);
      await response?.body?.cancel();
    },
  },
  "a painted page": {
    serve: {},
    async run(_parts, live) {
      const painted = live.paint(new Request("http://example.com/"));
      await Promise.race([painted, new Promise((resolve) => setTimeout(resolve, 20))]);
    },
  },
};

for (const [shape, { serve: shaped, run }] of Object.entries(shapes)) {
  const name = `a function that fails in ${shape} ends neither the process nor anybody else`;
  // What never settles is never over.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const bystanders = serve(app({ ...base, view: String } as Any) as Any, { flags: undefined } as Any);
    await using other = serveOn0(bystanders as Any);
    for (const [name, partsOf] of Object.entries(functions)) {
      for (const [way, { answer, isTold }] of Object.entries(ways)) {
        let calls = 0;
        const parts = partsOf(() => (calls++, answer()));
        const told: unknown[] = [];
        const live = serve(appOf(parts) as Any, {
          secret,
          ...shaped,
          ...parts.serve,
          onError: (error: unknown, where: string) => void told.push([where, String(error)]),
        } as Any) as Any;
        const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, live);
        const url = `http://127.0.0.1:${server.addr.port}`;
        try {
          await run(parts, live, url, told);
          const mustTell = calls > 0 && isTold && !(parts.isSilent && way !== "throws") && !(parts.mayWait && way === "never settles");
          if (mustTell) await until(() => told.length > 0, 2_000);
          // A promise in the wrong place and its rejection are two errors; each is told once for each call.
          for (const [error, times] of Map.groupBy(told, (one) => JSON.stringify(one))) {
            assert(times.length <= calls, `${error} was told ${times.length} times for ${calls} calls`);
          }
        } catch (error) {
          throw new Error(`${name} ${way}, in ${shape}: told ${JSON.stringify(told)}`, { cause: error });
        } finally {
          await live.close();
          await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, 500))]);
        }
      }
    }
    const response = await fetch(other.url);
    assertEquals(response.status, 426);
    await response.body?.cancel();
    await (bystanders as Any).close();
  });
}
