/**
 * How many requests without a link are worked on at once: one of each client, a few of each user or address, and a bounded number of all. It must
 * never let those who share nothing but that nobody knows them use up each other's share.
 */

import { Shares } from "./shares.ts";

/** Of one user, or of one address. */
const mostOfOne = 16;
/** Of all together: each may hold 1 MiB. */
const mostOfAll = 128;
/** So long a body may take, in ms, before its place is given to another where there is none left: most come with their head. */
const patienceMs = 250;

/** Why a request is not answered now: its own user or address has too many, or all together have. */
export type Excess = 429 | 503;

/** A place among the requests that are worked on; it has to be left. */
export interface Place {
  leave(): void;
  /** The body is read from now on, until what this answers is called. Where others need the place it is taken away, and `giveWay` is called. */
  reads(giveWay: () => void): () => void;
}

/** What waits for the one before it of the same client. */
interface Next {
  begin(): void;
  giveWay(): void;
}

/** The requests of one route. */
export class RequestLimits {
  /** Clients with a request that is worked on, and the one that waits for that. */
  readonly #clients = new Map<string, Next | undefined>();
  readonly #shares = new Shares(mostOfOne);
  /** Those whose body is on its way, the longest first. */
  readonly #reading = new Set<{ readonly since: number; giveWay(): void }>();
  readonly #now: () => number;
  #all = 0;

  /** `now` answers milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Waits until no other request of this client is worked on, and takes a place. A client asks again with the same body when an answer was lost, so
   * of several that wait the newest counts, and the others give way. `share` is the user or the address, where one is known.
   */
  async enter(client: string, share: string | undefined): Promise<Place | Excess> {
    if (!this.#shares.take(share)) return 429;
    if (this.#all >= mostOfAll && !this.#takeSlowest()) {
      this.#shares.release(share);
      return 503;
    }
    this.#all++;
    if (!this.#clients.has(client)) this.#clients.set(client, undefined);
    else if (!await this.#wait(client)) {
      // Its client has asked again meanwhile.
      this.#release(share);
      return 503;
    }
    let isLeft = false;
    const leave = () => {
      if (isLeft) return;
      isLeft = true;
      this.#release(share);
      const next = this.#clients.get(client);
      this.#clients.delete(client);
      if (!next) return;
      this.#clients.set(client, undefined);
      next.begin();
    };
    return {
      leave,
      reads: (giveWay) => {
        const reading = {
          since: this.#now(),
          giveWay() {
            leave();
            giveWay();
          },
        };
        this.#reading.add(reading);
        return () => void this.#reading.delete(reading);
      },
    };
  }

  /** Answers whether its turn has come; false where a newer one takes its place. */
  #wait(client: string): Promise<boolean> {
    this.#clients.get(client)?.giveWay();
    return new Promise((resolve) => this.#clients.set(client, { begin: () => resolve(true), giveWay: () => resolve(false) }));
  }

  /** Takes the place of one whose body takes too long. */
  #takeSlowest(): boolean {
    const [slowest] = this.#reading;
    if (!slowest || this.#now() - slowest.since < patienceMs) return false;
    this.#reading.delete(slowest);
    slowest.giveWay();
    return this.#all < mostOfAll;
  }

  #release(share: string | undefined): void {
    this.#all--;
    this.#shares.release(share);
  }
}
