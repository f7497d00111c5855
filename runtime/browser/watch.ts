/**
 * Notices a network that has gone silent without a word (a NAT that forgot the connection, a phone that slept, a captive portal), and a server that
 * refuses every link. It must never end a link that answers, nor keep anything of an element that has left the page. A part of its own.
 */
import type { Linked, Part } from "./part.ts";
import { type Pending, showPending } from "./pending.ts";

/** What watches a link. */
export interface Watch extends Part, Pending {
  /** Something was said that has an answer: a link is opened, an event is sent. */
  ask_(): void;
  /** A message has come. */
  heard_(): void;
  /** So many links in a row have failed. */
  failed_(attempts: number): void;
}

/** After so many ms without an answer a link counts as lost. */
const silentMs = 15_000;
/** After so many ms without a message the server is asked whether it is there. */
const idleMs = 30_000;
/** How often it is looked, in ms. A timer that comes much later has slept along with its computer. */
const lookMs = 5_000;
/** Answers that say nothing of the user: this is no WebSocket; ask later. */
const isOpen = [408, 426, 429];

/** Makes the part. */
export function watchSilence(host: Linked): Watch {
  const { world_: world, element_: element, queue_: queue, probe_: probe, lose_: lose, refuse_: refuse } = host;
  const { document } = world;
  let timer = 0, looked = 0;
  /** When a message came last, or what is waited for was asked. */
  let since = 0;
  let isAsked = false;
  const pending = showPending(host);

  /** Also after a clock has jumped back. */
  const isPast = (time: number, ms: number) => Math.abs(world.Date.now() - time) > ms;
  const ask = () => {
    if (!isAsked) since = world.Date.now();
    isAsked = true;
    if (timer) return;
    looked = since;
    timer = world.setTimeout(look, lookMs);
  };
  const check = () => {
    if (!document.hidden && probe()) ask();
  };
  const look = () => {
    timer = world.setTimeout(look, lookMs);
    const hasSlept = isPast(looked, 4 * lookMs);
    looked = world.Date.now();
    const waits = isAsked || queue[0];
    if (waits && isPast(since, silentMs)) lose();
    else if (hasSlept || !waits && isPast(since, idleMs)) check();
  };
  const listen = (add: "addEventListener" | "removeEventListener") => {
    document[add]("visibilitychange", check);
    for (const type of ["pageshow", "online"]) world[add](type, check);
  };

  return {
    ...pending,
    ask_: ask,
    heard_() {
      since = world.Date.now();
      isAsked = false;
    },
    failed_(attempts) {
      if (attempts != 2) return;
      world.fetch(element.getAttribute("route")!, { cache: "no-store" }).then(({ status }) => {
        if (status >= 400 && status < 500 && !isOpen.includes(status)) refuse(status);
      }).catch(() => {/* Nobody answers. */});
    },
    begin_() {
      listen("removeEventListener");
      listen("addEventListener");
      ask();
      isAsked = false;
      pending.begin_();
      pending.sync_();
    },
    end_() {
      world.clearTimeout(timer);
      timer = 0;
      isAsked = false;
      listen("removeEventListener");
    },
  };
}
