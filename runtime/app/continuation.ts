/**
 * What a client goes on from: the snapshot in its token, or in the store that it has a claim to, with a model of this version of the app. It
 * must never answer what is another client's, nor what is older than what its page has.
 */
import type { Store, Stored } from "../continuity/store.ts";
import { hashOf } from "../view/hash.ts";
import type { ResumeUp } from "../wire/message.ts";
import type { World } from "../world.ts";
import type { App } from "./app.ts";
import { type Claim, readClaim } from "./claim.ts";
import type { Resume } from "./member.ts";
import { Newer } from "./newer.ts";
import { type OnError, report } from "./report.ts";
import { follows, isMounted, type Saved, Saving, type Taken } from "./saving.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import type { Tokens, UserTokens } from "./tokens.ts";

/** How long a store may take with what a client goes on from, in ms. */
const storeMs = 10_000;

/** What a client goes on from. */
export interface Continuation {
  readonly snapshot: Snapshot;
  /** UTF-16 units of the snapshot. */
  readonly units: number;
  /** What it says, from there on. */
  readonly up: ResumeUp;
  readonly saving?: Saving | undefined;
  /** The newest version up to which the snapshot's are those of the page, -1 where none is; all, when absent. */
  readonly common?: number;
  /** The last event before those that the page has kept; that of the snapshot, when absent. */
  readonly from?: number;
}

/** What was looked for; undefined for what is refused or gone, `"elsewhere"` for what another process may know. */
export type Found = Continuation | "elsewhere" | undefined;

/** How it is found what clients go on from. */
export interface ContinuationsOptions {
  readonly tokens: Tokens;
  /** Where snapshots are kept, if they are. */
  readonly store?: Store | undefined;
  readonly world: World;
  readonly onError: OnError;
}

/** What a token had, where nothing is saved. */
interface Unsaved {
  readonly snapshot: Snapshot;
  readonly text: string;
}

/** What the clients of one route go on from. */
export class Continuations {
  readonly #app: Pick<App<unknown, unknown>, "version" | "migrate">;
  readonly #options: ContinuationsOptions;
  /** Those who come from a later version of the app. */
  readonly #newer: Newer;

  constructor(app: Pick<App<unknown, unknown>, "version" | "migrate">, options: ContinuationsOptions) {
    this.#app = app;
    this.#options = options;
    this.#newer = new Newer(options.world);
  }

  /** The saves of a session that begins; undefined where none are made. */
  begin(name: string, user: unknown): Saving | undefined {
    const { tokens, store, world } = this.#options;
    const own = store && tokens.of(user);
    return own && this.#saving(store, own, name, world.randomName(12));
  }

  /** What this client goes on from: what it says first is this. A promise where a store has to be asked. */
  find(up: ResumeUp, resume: Resume, user: unknown): Found | Promise<Found> {
    const { tokens, store } = this.#options;
    const own = tokens.of(user);
    const text = own?.open(up[1]);
    if (!own || text === undefined) return undefined;
    const claim = readClaim(text);
    if (claim) return store && this.#take(store, own, claim, up, resume);
    const snapshot = this.#read(text, resume);
    if (snapshot === "elsewhere") return snapshot;
    if (!snapshot || !isAfter(up, resume, snapshot)) return undefined;
    if (!store) return { snapshot, units: text.length, up };
    // It was not saved when this was made: of a painted page, or before there was a store. More than one process may be given it.
    const { lineage, last, version } = snapshot;
    const client = hashOf(resume.name);
    return this.#take(store, own, { key: `${lineage}.${client}`, client, last, version }, up, resume, { snapshot, text });
  }

  /** What a store answers, if it does so in time: who waits for it, a link or a request, is to try elsewhere. */
  async #inTime<T>(asked: Promise<T>): Promise<T> {
    const { world } = this.#options;
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = world.setTimer(storeMs, () => reject(new Error(`The store has not answered for ${storeMs / 1_000} s`)));
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      world.clearTimer(timer);
    }
  }

  /** Takes over what is claimed. What was not saved yet is saved first: of several that are given it each finds out that another came after. */
  async #take(store: Store, own: UserTokens, claim: Claim, up: ResumeUp, resume: Resume, unsaved?: Unsaved): Promise<Found> {
    const { key, client, last, version } = claim;
    if (client !== hashOf(resume.name) || !isAfter(up, resume, claim)) return undefined;
    let taken: Stored | undefined;
    try {
      taken = await this.#inTime(store.take(key));
      if (!taken && unsaved) {
        await this.#inTime(store.set(key, own.sealSaved(key, unsaved.text), 0, own.ms));
        taken = await this.#inTime(store.take(key));
      }
    } catch (error) {
      report(this.#options.onError, error, "store");
      return "elsewhere";
    }
    const text = taken && own.openSaved(key, taken.value);
    if (!taken || text === undefined) return undefined;
    const saving = ({ last, version }: Saved) =>
      this.#saving(store, own, resume.name, key, { epoch: taken.epoch, saved: { last, version } });
    // Nobody has gone on with it.
    if (text === unsaved?.text) return { snapshot: unsaved.snapshot, units: text.length, up, saving: saving(claim) };
    const snapshot = this.#read(text, resume);
    if (snapshot === "elsewhere") return snapshot;
    // It was set back, by whoever looks after it: what lies between is nowhere.
    if (!snapshot || snapshot.last < last || snapshot.version < version) return undefined;
    const [kind, token, shown, marks, events] = up;
    const isOfSaved = follows(resume.epoch, snapshot.epoch);
    return {
      snapshot,
      units: text.length,
      up: [
        kind,
        token,
        shown,
        isOfSaved ? marks.filter(([, , version]) => version > snapshot.version) : [],
        events.slice(snapshot.last - last),
      ],
      common: isOfSaved ? snapshot.version : isMounted(resume.epoch) ? -1 : version,
      from: last,
      saving: saving(snapshot),
    };
  }

  #saving(store: Store, { sealer, context, ms }: UserTokens, name: string, key: string, taken?: Taken): Saving {
    const { world, onError } = this.#options;
    const newKey = () => world.randomName(12);
    return new Saving({ store, sealer, key, newKey, client: hashOf(name), context, ms, onError }, taken);
  }

  /** The snapshot in a text, with a model of this version of the app; undefined for what cannot be one, `"elsewhere"` where a later one can. */
  #read(text: string, { name }: Resume): Snapshot | "elsewhere" | undefined {
    const snapshot = readSnapshot(text);
    if (!snapshot) return undefined;
    const { version, migrate } = this.#app;
    if (snapshot.appVersion === version) return snapshot;
    if (snapshot.appVersion > version) return this.#newer.sends(name) ? "elsewhere" : undefined;
    if (!migrate) return undefined;
    try {
      const migrated = (model: unknown) => migrate(model, snapshot.appVersion);
      return { ...snapshot, model: migrated(snapshot.model), seen: snapshot.seen.map(([model, ...rest]) => [migrated(model), ...rest]) };
    } catch (error) {
      report(this.#options.onError, error, "migrate");
      return undefined;
    }
  }
}

/** What a browser says is of what it has: its numbers cannot be less. */
function isAfter([, , shown]: ResumeUp, { done }: Resume, { last, version }: { readonly last: number; readonly version: number }): boolean {
  return shown >= version && done >= last;
}
