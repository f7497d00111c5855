/**
 * Notices what no network reports: a link that went silent (a NAT that forgot the connection, a phone that slept, a captive portal), a page that goes
 * into the back/forward cache and comes out of it, and a server that refuses every link. It must never end a link that answers, nor keep anything of
 * an element that has left the page. A part of its own.
 */
import { type Linked, type Part, unanswered } from "./part.ts";
import { type Pending, showPending } from "./pending.ts";

/** Watches a link. */
export interface Watch extends Part, Pending {
  /** Something was sent that has an answer: a link is opened, an event is sent. */
  ask_(): void;
  /** A message has come. */
  heard_(): void;
  /** The link was lost; so many were lost in a row. */
  failed_(losses: number): void;
}

/** After so many ms without an answer a link counts as lost. Doubled after every two that were lost so, three times at most. */
const silentMs = 15_000;
/** After so many ms without a message the server is probed. */
const idleMs = 30_000;
/** How often the times are compared, in ms. A timer that fires much later slept along with its computer or its tab. */
const lookMs = 5_000;
/** These refuse nobody: a timeout, "this is no WebSocket", "ask later". */
const isOpen = [408, 426, 429];
/** The close code of a page that comes back: its session waits. */
const comesBack = 4000;

/** Makes the part. */
export function watchSilence(host: Linked): Watch {
  const { world_: world, element_: element, queue_: queue, probe_: probe, lose_: lose, show_: show } = host;
  const { document } = world;
  let timer = 0, looked = 0;
  /** When a message came last, or when the first question that waits for an answer was asked. */
  let since = 0;
  let isAsked = false;
  const pending = showPending(host);
  /** A late timer has restarted the wait, and nothing was heard since. */
  let isRestarted = false;
  /** How many links went silent in a row. */
  let silences = 0;
  /** The request that was seen last, when it was seen first, and the last one of a link that has ended. */
  let request: AbortController | undefined, requested = 0, left: AbortController | undefined;

  const now = () => world.Date.now();
  /** Also after a clock was set back. */
  const isPast = (time: number, ms: number) => Math.abs(now() - time) > ms;
  const listen = (add: "addEventListener" | "removeEventListener") => {
    document[add]("visibilitychange", hear);
    for (const type of ["pagehide", "pageshow", "online"]) world[add](type, hear);
  };
  const ask = () => {
    if (!isAsked) since = now();
    isAsked = true;
    if (timer) return;
    looked = since;
    timer = world.setTimeout(look, lookMs);
    listen("addEventListener");
  };
  const hear = ({ type, persisted }: Event & { persisted?: boolean }) => {
    if (type == "pagehide") {
      // A page that may come back must not end its session, and an open link would keep it out of the cache.
      if (persisted) {
        host.stop_(comesBack);
        listen("addEventListener");
      }
    } else check();
  };
  /** The user is here: there is a link, and it answers. */
  const check = () => {
    if (document.hidden) return;
    host.open_(1);
    if (probe()) ask();
  };
  const silence = () => {
    silences++;
    lose();
  };
  const look = () => {
    timer = world.setTimeout(look, lookMs);
    const restarts = !isRestarted && isPast(looked, 4 * lookMs);
    looked = now();
    if (request != host.request_) {
      request = host.request_;
      requested = looked;
    }
    const ms = silentMs * 2 ** Math.min(3, silences >> 1);
    const waits = isAsked || queue[0];
    if (restarts) {
      // The answer may have come while nothing ran.
      isRestarted = true;
      since = requested = looked;
      check();
    } else if (request && isPast(requested, ms)) {
      request.abort(unanswered);
      silence();
    } else if (waits && isPast(since, ms)) silence();
    else if (!waits && isPast(since, idleMs)) check();
  };

  return {
    ...pending,
    ask_: ask,
    heard_() {
      since = now();
      isAsked = isRestarted = false;
    },
    failed_(losses) {
      // The next link says it again.
      left?.abort();
      listen("addEventListener");
      if (losses < 2 || losses & losses - 1) return;
      const asked = new world.AbortController();
      const stop = () => asked.abort();
      const late = world.setTimeout(stop, silentMs);
      world.fetch(element.getAttribute("route")!, { cache: "no-store", redirect: "manual", signal: asked.signal }).then(
        ({ status, type }) => {
          // Where a redirect leads to, and its status, no script may know.
          if (type == "opaqueredirect") status = 302;
          const refused = status > 300 && status < 500 && !isOpen.includes(status) ? status : 0;
          if (refused == host.turnedAway_ || element.getAttribute("status") == "live") return;
          host.turnedAway_ = refused;
          show(refused ? "refused" : "offline");
        },
      ).catch(() => {/* Nobody answers. */}).then(() => {
        world.clearTimeout(late);
        // Nobody reads the body.
        stop();
      });
    },
    begin_() {
      silences = 0;
      ask();
      isAsked = false;
      pending.begin_();
      pending.sync_();
    },
    end_() {
      world.clearTimeout(timer);
      timer = 0;
      isAsked = isRestarted = false;
      listen("removeEventListener");
      const last = left = host.request_;
      host.request_ = undefined;
      // What was said may still arrive, but must not hold one of the few connections to its host for ever.
      if (last) world.setTimeout(() => last.abort(), silentMs);
    },
  };
}
