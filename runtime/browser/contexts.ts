/**
 * Contexts, as the Web Components Community Group has them: an element asks by the event `context-request`, and whoever stands above it
 * answers. The app may answer what is below its element, and ask what is above it. Few pages do: this file is a part of its own, loaded when an
 * app first provides or wants a context.
 */
import type { Config } from "../wire/message.ts";
import type { Host } from "./part.ts";

/** Takes a value, and what ends the subscription to it. */
type Callback = (value: unknown, stop?: () => void) => void;

/** The event by which an element asks. */
interface Request extends Event {
  context: string;
  callback: Callback;
  subscribe?: boolean;
}

/** The contexts of an element. */
export interface Contexts {
  /** Begins with what the app provides and wants; `anew`: nothing was told. */
  begin_(config: Config, anew: unknown): void;
  /** The app provides a context; or it wants one, or no more. */
  take_(kind: "provide" | "context", key: string, value: unknown): void;
  /** Wants nothing until the next beginning; `forGood`: there is none, and nothing is provided either. */
  end_(forGood?: boolean): void;
}

export function watchContexts({ world_: world, element_: element, tell_: tell }: Host): Contexts {
  const provided = new Map<string, unknown>();
  /** Those who wait for a context, or have subscribed to it. */
  const asking = new Set<Request>();
  /** What the app wants; what ends it. */
  const wanted = new Map<string, (() => void) | undefined>();
  const told = new Map<string, string>();

  /** What it has asked for itself: by their targets they are not told from those in a shadow root. */
  const own = new WeakSet<Event>();
  const signal = (type: string, context: string, more?: object) => {
    const event = new world.CustomEvent(type, { bubbles: true, composed: true });
    own.add(event);
    element.dispatchEvent(Object.assign(event, { context, contextTarget: element, ...more }));
  };

  const ask = (key: string) =>
    signal("context-request", key, {
      subscribe: true,
      callback(value: unknown, stop?: () => void) {
        if (!wanted.has(key)) return stop?.();
        const before = wanted.get(key);
        wanted.set(key, stop);
        // Another provider, which is nearer.
        if (before != stop) before?.();
        const text = JSON.stringify(["context", key, value ?? null]).slice(1);
        if (told.get(key) != text) {
          told.set(key, text);
          tell(text);
        }
      },
    });

  const answer = (request: Request) => {
    const { context, subscribe } = request;
    if (provided.has(context)) {
      if (!subscribe) asking.delete(request);
      try {
        request.callback(provided.get(context), subscribe ? stops.get(request) : undefined);
      } catch (error) {
        world.console.error(error);
      }
    }
  };
  /** One for each request, so that who asks knows whose it is. */
  const stops = new WeakMap<Request, () => void>();
  /** Who has asked: an event that is over says nothing of a shadow tree. */
  const askers = new WeakMap<Request, Node>();

  const hear = (event: Event) => {
    // Its own wish goes further up.
    if (!own.has(event)) {
      const request = event as Request;
      asking.add(request);
      askers.set(request, event.composedPath()[0] as Node);
      stops.set(request, () => asking.delete(request));
      if (provided.has(request.context)) event.stopImmediatePropagation();
      answer(request);
    }
  };
  element.addEventListener("context-request", hear);
  // A provider that has come late.
  const late = (event: Event) => wanted.has((event as Request).context) && event.target != element && ask((event as Request).context);

  const provide = (key: string, value: unknown) => {
    const isNew = !provided.has(key);
    provided.set(key, value);
    for (const request of [...asking]) {
      // Who has gone without a word asks again if it comes back.
      if (!askers.get(request)!.isConnected) asking.delete(request);
      else if (request.context == key) answer(request);
    }
    if (isNew) signal("context-provider", key);
  };

  const want = (key: string, on: unknown) => {
    wanted.get(key)?.();
    wanted.delete(key);
    told.delete(key);
    if (on) {
      wanted.set(key, undefined);
      ask(key);
    }
  };

  return {
    begin_({ provided: given = {}, contexts: keys = [] }, anew) {
      if (anew) told.clear();
      provided.clear();
      for (const key in given) provide(key, given[key]);
      for (const key of keys) want(key, 1);
      world.addEventListener("context-provider", late);
    },
    take_(kind, key, value) {
      (kind == "provide" ? provide : want)(key, value);
    },
    end_(forGood) {
      if (forGood) element.removeEventListener("context-request", hear);
      world.removeEventListener("context-provider", late);
      for (const stop of wanted.values()) stop?.();
      wanted.clear();
    },
  };
}
