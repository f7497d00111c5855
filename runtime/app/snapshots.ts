/**
 * The snapshots of one runtime that is one client's: made when they are due, given to the client, or saved in a store, where nothing may be said
 * before it is saved. It must not know what is in one.
 */
import type { Refusal } from "../wire/message.ts";
import type { World } from "../world.ts";
import { bytesHeld } from "./capacity.ts";
import { Keeping } from "./keeping.ts";
import type { Member } from "./member.ts";
import { type OnError, report } from "./report.ts";
import type { Saving } from "./saving.ts";
import { type Snapshot, unitsOf, writeSnapshot } from "./snapshot.ts";

/** How long a store may take with the last snapshot of a runtime that ends, in ms. */
const lastMs = 10_000;

/** How a runtime that is one client's keeps snapshots with it. */
export interface Keep {
  /** Seals a text for the client; undefined when it cannot be, which is told already, unless it is a try. */
  seal(text: string, isTry?: boolean): string | undefined;
  /** What to go on with, in place of a beginning. */
  readonly snapshot?: Snapshot;
  /** Told how many bytes the app is known to hold, whenever a snapshot is made. */
  readonly measured?: (bytes: number) => void;
  /** Where snapshots are saved; the client then has a claim to them alone. */
  readonly saving?: Saving | undefined;
}

/** What snapshots are made of. */
export interface SnapshotsOwner {
  readonly world: World;
  readonly onError: OnError;
  /** The one client, once there was one. */
  readonly client: Member | undefined;
  /** Holes of the views that are kept, as of the last snapshot. */
  readonly holes: number;
  /** The newest version. */
  readonly version: number;
  /** The name of the session; another one when the app has begun again. */
  readonly lineage: string;
  /** Events are being dealt with, or gone through again: some are not covered by what is. */
  readonly isBusy: boolean;
  readonly hasEnded: boolean;
  /** Deals now with what has arrived. */
  catchUp(): void;
  /** Shows what is, where nobody was shown that; false when the app has ended. */
  showNow(): boolean;
  /** What is, for this client. */
  describe(client: Member): Snapshot;
  /** Gives the client a snapshot in a message of its own. */
  cover(client: Member): void;
  /** Tells the client that an event of it came to nothing. */
  refused(client: Member, event: number, reason: Refusal): void;
  /** Another has taken the session over. */
  lose(): void;
}

/** The snapshots of one runtime. */
export class Snapshots {
  /** Where they are saved, if they are. */
  readonly saving: Saving | undefined;
  readonly #owner: SnapshotsOwner;
  readonly #seal: Keep["seal"];
  readonly #keeping: Keeping;
  readonly #measured: Keep["measured"];
  /** There are none any more: the model is not what can be kept. */
  #cannot = false;
  /** One is due, and goes with what is sent next. */
  #isDue = false;
  /** None is made before the last. */
  #isEarly: boolean;
  /** A save that is under way. */
  #saves: Promise<void> | undefined;
  /** What is asked of the store before effects begin. */
  #asked: Promise<boolean> | undefined;
  /**
   * Refusals of events after this one are not told yet: with a store only when they are saved. What was said to a process that is no more the
   * owner another may have taken in, and done.
   */
  #untold: number | undefined;
  /** The version that was newest when refusals were told: a page that shows a later one has heard of them. */
  #toldAt = -1;

  /** `isBrief`: of one request. Only the last is of use then: it covers all that is said in it. */
  constructor(owner: SnapshotsOwner, { seal, saving, measured }: Keep, isBrief: boolean) {
    this.#measured = measured;
    this.#owner = owner;
    this.#isEarly = isBrief;
    this.#seal = seal;
    this.saving = saving;
    this.#keeping = new Keeping(owner.world, () => this.coverAll());
  }

  // ---- when they are made ----------------------------------------------------------------------

  /** In a turn so many events were dealt with, or what no event brought: one may ride with what is sent next. */
  turned(events: number, isForeign: boolean): void {
    this.#isDue = (isForeign || events > 0) && this.#keeping.changed(events, isForeign || !this.tellsRefusals);
  }

  /** So much has happened that none covers. */
  changed(events: number, isForeign: boolean): void {
    this.#keeping.changed(events, isForeign);
  }

  /** What was due is made, where nothing was sent that it could ride with. */
  sent(): void {
    if (this.#isDue) this.cover();
  }

  /**
   * A client goes on from a version. What has brought it up from there (`isBehind`; a mount too) is a patch that no other process can make again:
   * an event that is seen in what it leads to would be refused after a crash, until a snapshot comes.
   */
  resumed(isBehind: boolean): void {
    const isDue = isBehind || !this.tellsRefusals;
    // Where it shows what there is, the one that it has is as good; but not for as long.
    this.#keeping.changed(1, isDue);
    if (isDue) this.cover();
  }

  /** Whether the client has one that covers all so far, or could have it. */
  get isCovered(): boolean {
    return this.#keeping.isCovered && !this.#cannot;
  }

  /** Whether nothing of this is under way. */
  get isAtRest(): boolean {
    return !this.#cannot && !this.#saves && !this.#asked && this.#untold === undefined;
  }

  /** None is made any more. */
  end(): void {
    this.#keeping.end();
  }

  // ---- how they are made -----------------------------------------------------------------------

  /** One for the head of a message, where it is due or wanted; of what is saved the claim to that. */
  forMessage(client: Member, isWanted: boolean): string | undefined {
    if (this.saving) return isWanted ? this.saving.tail : undefined;
    if (this.#isEarly) {
      this.#keeping.changed(0, true);
      return undefined;
    }
    if (this.#cannot || this.#owner.isBusy || !(isWanted || this.#isDue)) return undefined;
    this.#isDue = false;
    return this.attempt(() => {
      const snapshot = this.#owner.describe(client);
      const { seen } = snapshot;
      // Rather one by which some events will be refused than none.
      const token = (seen.length > 0 ? this.#seal(this.#write(snapshot), true) : undefined) ??
        this.#seal(this.#write({ ...snapshot, seen: [] }));
      this.#cannot = token === undefined;
      if (token !== undefined) this.#keeping.made();
      return token && JSON.stringify(token);
    });
  }

  /** Measures what the app holds, where no snapshot is made that would tell; false where that cannot be. */
  measure(): boolean {
    const { client, isBusy, hasEnded } = this.#owner;
    if (!client || isBusy || hasEnded) return false;
    try {
      this.#write({ ...this.#owner.describe(client), seen: [] });
    } catch {
      // A model that is not plain data cannot be measured, but its views can.
      this.#measured?.(bytesHeld(0, this.#owner.holes));
    }
    return true;
  }

  #write(snapshot: Snapshot): string {
    const text = writeSnapshot(snapshot);
    this.#measured?.(bytesHeld(unitsOf(text, snapshot), this.#owner.holes));
    return text;
  }

  /** What `make` makes of the model; undefined where that cannot be kept, and then nothing is tried again. */
  attempt<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Makes one of all that has arrived: what its client said last may be of versions that it would not know. */
  async coverAll(): Promise<void> {
    this.#owner.catchUp();
    if (!this.#owner.hasEnded && !this.#keeping.isCovered) await this.cover();
  }

  /** Makes one now; settled when it is saved, where it has to be. */
  async cover(): Promise<void> {
    this.#isDue = false;
    if (this.#isEarly) return;
    const { saving } = this, { client } = this.#owner;
    if (saving) await (this.#saves ??= this.#save(saving).finally(() => this.#after()));
    else if (client) this.#owner.cover(client);
  }

  /** Makes a last one of all; settled when it is saved, where it has to be, or when a store has had time enough. */
  async last(): Promise<void> {
    this.#isEarly = false;
    if (!this.saving) return await this.coverAll();
    const { world } = this.#owner;
    const all = async () => {
      await this.#saves;
      await this.coverAll();
    };
    let timer: unknown;
    // What is not saved the browser says again elsewhere.
    await Promise.race([all(), new Promise<void>((resolve) => timer = world.setTimer(lastMs, resolve))]);
    world.clearTimer(timer);
  }

  /** Saves what is, and then says so: it must not be said before. */
  async #save(saving: Saving): Promise<void> {
    const owner = this.#owner, { client, lineage } = owner;
    // What nobody was shown would not be known again.
    if (!client || this.#cannot || owner.isBusy || !owner.showNow()) return;
    try {
      const snapshot = owner.describe(client);
      this.#keeping.made();
      const save = () => saving.save(this.#write(snapshot), snapshot.last, snapshot.version);
      let isSaved = await save();
      // Of a page that is here all is here.
      if (isSaved === false && client.left === undefined && await saving.isGone()) isSaved = await save();
      if (isSaved === false) return owner.lose();
      if (owner.hasEnded) return;
      if (lineage !== owner.lineage) saving.renew();
      else if (isSaved) this.#saved(client, snapshot.last);
      else this.#keeping.changed(0, true);
    } catch (error) {
      this.#failed(error);
    }
  }

  #after(): void {
    this.#saves = undefined;
    // What has happened meanwhile was due then.
    if (!this.#owner.hasEnded && !this.#keeping.isCovered && this.#keeping.changed(0, false) && !this.#cannot) this.coverAll();
  }

  /** It is saved up to this event. */
  #saved(client: Member, last: number): void {
    if (client.left !== undefined) return;
    this.#tellRefusals(client, last);
    this.#owner.cover(client);
  }

  #failed(error: unknown): void {
    this.#cannot = true;
    const { client } = this.#owner;
    if (client) this.#tellRefusals(client, Infinity);
    report(this.#owner.onError, error, "snapshot");
  }

  // ---- what waits for a save -------------------------------------------------------------------

  /** Tells of the refusals that have waited, up to this event. */
  #tellRefusals(client: Member, last: number): void {
    const untold = this.#untold;
    if (untold === undefined) return;
    for (const [event, reason] of client.refusals ?? []) if (event > untold && event <= last) this.#owner.refused(client, event, reason);
    this.#untold = client.refusals?.some(([event]) => event > last) ? last : undefined;
    this.#toldAt = this.#owner.version;
  }

  /** Events after this one are gone through again: what was saved may be before them. */
  holdRefusals(after: number): void {
    if (this.saving) this.#untold = after;
  }

  /** This event has come to nothing: whether that is told later. */
  holdsRefusal(event: number): boolean {
    if (!this.saving || this.#cannot) return false;
    this.#untold ??= event - 1;
    return true;
  }

  /** Events after the one that is saved have been gone through again, and what was saved of refusals has been told. */
  replayed(client: Member, saved: number): void {
    if (!client.refusals?.some(([event]) => event > saved)) this.#untold = undefined;
    this.#toldAt = this.#owner.version;
  }

  /** The app has begun again: events are numbered from 1, and what was saved says nothing of them. */
  renew(): void {
    this.#untold = undefined;
    this.#toldAt = -1;
    this.saving?.renew();
  }

  /** Whether no refusal waits to be told. */
  get tellsRefusals(): boolean {
    return this.#untold === undefined;
  }

  /** Whether a refusal is told again to a client that knows its events up to `done` to be dealt with, and shows this version. */
  isToTell(event: number, done: number, shown: number): boolean {
    if (!this.saving || this.#cannot) return event > done;
    // It was told late: an acknowledgement says nothing of it.
    return event <= this.saving.last && (event > done || shown <= this.#toldAt);
  }

  // ---- who the owner is ------------------------------------------------------------------------

  /** Whether effects may begin: undefined where nobody else can have taken the session over. */
  admission(): Promise<boolean> | undefined {
    return this.#asked ??= this.saving?.isOwner()?.then((isOwner) => {
      this.#asked = undefined;
      if (!isOwner) this.#owner.lose();
      return isOwner;
    });
  }
}
