/**
 * What the clients of one incarnation of an app are shown: mounts, patches, acknowledgements, and what effects say; a slow one later. The
 * body of a message is made once for all of them. It must never know what an event or a model means.
 */
import type { Config, Down, Refusal } from "../wire/message.ts";
import { descriptionHtml } from "../view/paint.ts";
import type { Node } from "../view/tree.ts";
import type { World } from "../world.ts";
import { Body } from "./body.ts";
import { Contexts } from "./contexts.ts";
import { Form, type FormHandlers } from "./form.ts";
import { closeCodes, type Member } from "./member.ts";
import type { Members } from "./members.ts";
import { paintedEpoch } from "./paintings.ts";
import { backlogOf, Slow, slowBounds } from "./slow.ts";
import type { Versions } from "./versions.ts";

const mostEarlyEmits = 64;
/** The head of nearly every patch: one text, which is known again by its address. */
const nothingHandled = "[0,";

/** What an audience needs of its runtime. */
export interface AudienceOwner {
  readonly world: World;
  /** Who is here. */
  readonly members: Members;
  /** What the app wants to be told of, whatever its model. */
  readonly config: Config | undefined;
  /** What it wants to be told of a form. */
  readonly formHandlers: FormHandlers<unknown> | undefined;
  /** Removes a client and closes its link. */
  drop(member: Member, code: number, why: string): void;
  /**
   * A snapshot that covers what is sent to this client now, where one is due or wanted, as it stands in the head of a message; or one that was
   * saved, with what it covers.
   */
  snapshot(member: Member, isWanted: boolean): string | undefined;
}

/** Who sees one incarnation of an app. */
export class Audience {
  /** What the page is given by the app, and asked for. */
  readonly contexts: Contexts = new Contexts((message) => this.#tellAll(JSON.stringify(message)));
  /** What its element is to a form. */
  readonly form: Form;
  readonly #owner: AudienceOwner;
  readonly #versions: Versions;
  /** Those of whom events were dealt with in this turn. */
  readonly #touched = new Set<Member>();
  /** The timer of the next look at slow clients, while there are any. */
  #looking: unknown;
  /** What a mount of this tree says after its head, while there are clients enough to share it. */
  #shown: { readonly tree: Node; readonly config: string; readonly body: Body } | undefined;
  /** Events for the page that were emitted before the first client was there, which hears them; undefined from then on. */
  #early: [message: string, to: string][] | undefined = [];

  /** `isBegun`: its app goes on from elsewhere, where the first clients have heard what was emitted before them. */
  constructor(owner: AudienceOwner, versions: Versions, isBegun: boolean) {
    this.#owner = owner;
    this.#versions = versions;
    this.form = new Form(owner.formHandlers, (message) => this.#tellAll(JSON.stringify(message)));
    if (isBegun) this.#early = undefined;
  }

  /** Shows the next tree, of which so many holes are new: all are sent what changed. `isFar`: it was not lowered beside what is shown. */
  show(tree: Node, model: unknown, made: number, isFar: boolean): void {
    const versions = this.#versions;
    if (tree !== versions.tree) this.#shown = undefined;
    const known = versions.definitions;
    const patch = versions.add(tree, model, made, isFar);
    if (patch === undefined) return;
    const body = new Body(`${patch}]`);
    for (const member of this.#owner.members) if (!this.#isSlow(member, known)) this.#patch(member, body);
    this.forget();
  }

  /** Shows a client all that there is. */
  mount(member: Member): void {
    member.sent = member.told = this.#versions.newest;
    member.handled = 0;
    member.slow = undefined;
    // Its definitions have to be numbered before a snapshot is made of them.
    const body = this.#whole();
    const last = this.#covered(member, member.last, true);
    this.#deliver(member, body, `["mount",${JSON.stringify(member.epoch)},${member.sent},${last},`);
  }

  /** The view as it is shown, as HTML, and what lets a page begin with it. */
  paint(): { html: string; description: string } {
    const { html, parts } = this.#versions.paint();
    const epoch = paintedEpoch(this.#owner.members.epoch, this.#versions.newest);
    return { html, description: parts ? descriptionHtml(parts, epoch, this.#wanted()) : "" };
  }

  /** Goes on with what a client shows: this version, which is kept. `isNew`: it has not been told what this app wants of it. */
  resume(member: Member, version: number, isNew: boolean): void {
    const { newest } = this.#versions;
    const { definitions } = this.#versions.at(version)!;
    member.sent = newest;
    member.told = version;
    member.handled = 0;
    member.slow = undefined;
    // What it was told before it knows, but for what may have changed since.
    const mayHaveChanged = this.contexts.isUsed || this.form.config.form !== undefined;
    const config = mayHaveChanged || (isNew && Object.keys(this.#wanted()).length > 0) ? JSON.stringify(this.#wanted()) : "0";
    const patch = version < newest ? `,${this.#versions.difference(version, definitions)}` : "";
    const end = patch || config !== "0" ? `,${config}${patch}` : "";
    this.#deliver(member, new Body(`${end}]`), `["resume",${JSON.stringify(member.epoch)},${version},${member.last}`);
  }

  /** Sends a snapshot alone, with what is to be acknowledged. */
  cover(member: Member): void {
    if (member.left !== undefined) return;
    const covered = this.#covered(member, member.handled, true);
    if (typeof covered === "number") return;
    member.handled = 0;
    this.#deliver(member, new Body(`[${covered}]`));
  }

  /** Tells the first clients of what was emitted before them. */
  tellEarly(members: Iterable<Member>): void {
    const early = this.#early;
    this.#early = undefined;
    if (!early || early.length === 0) return;
    for (const member of members) {
      for (const [message, to] of early) {
        if (to === "all" || to === "cause" || to === member.client.id) this.#tell(member, new Body(message));
      }
    }
  }

  /** Tells a page, or all of them: `to` is `"all"`, `"cause"` or the id of a client. */
  reach(message: readonly unknown[], to: string, cause: Member | undefined): void {
    const text = JSON.stringify(message);
    if (this.#early) {
      if (this.#early.length < mostEarlyEmits) this.#early.push([text, to]);
    } else if (to === "all") {
      this.#tellAll(text);
    } else {
      const member = to === "cause" ? cause : this.#owner.members.find(to);
      if (member) this.#tell(member, new Body(text));
    }
  }

  /** An event of a client was dealt with; it is told so with the next patch, or at the end of the turn. */
  handled(member: Member): void {
    member.handled++;
    this.#touched.add(member);
  }

  /** Tells a client that an event of it came to nothing. */
  refused(member: Member, event: number, reason: Refusal): void {
    this.#deliver(member, new Body(JSON.stringify(["emit", "nacre:refused", { event, reason }] satisfies Down)));
  }

  /** The end of a turn: what was dealt with in it, and came with no patch, is acknowledged. */
  acknowledge(): void {
    for (const member of this.#touched) {
      if (member.handled === 0 || member.left !== undefined) continue;
      this.#deliver(member, new Body(`[${this.#covered(member, member.handled)}]`));
      member.handled = 0;
    }
    this.#touched.clear();
  }

  /** Forgets the versions that every client is past. */
  forget(): void {
    const versions = this.#versions;
    if (versions.kept > 1) versions.forgetBefore(this.#owner.members.oldestSeen(versions.newest));
  }

  /** The show is over: nothing is due any more. */
  end(): void {
    this.#owner.world.clearTimer(this.#looking);
    this.#looking = this.#shown = undefined;
  }

  /** Definitions and value of a mount. When all clients come back at once it is made once. */
  #whole(): Body {
    const tree = this.#versions.tree!;
    const wanted = this.#wanted();
    const config = Object.keys(wanted).length > 0 ? `,${JSON.stringify(wanted)}` : "";
    if (this.#shown?.tree === tree && this.#shown.config === config) return this.#shown.body;
    const body = new Body(`${this.#versions.whole()}${config}]`);
    this.#shown = this.#owner.members.size > 1 ? { tree, config, body } : undefined;
    return body;
  }

  #wanted(): Config {
    return { ...this.#owner.config, ...this.contexts.config, ...this.form.config };
  }

  /** A number of events for the head of a message, with a snapshot where one is due. */
  #covered(member: Member, events: number, isWanted = false): number | string {
    // One of a version that it has not been sent would be refused elsewhere: what it shows is older than that.
    if (member.slow || member.sent < this.#versions.newest) return events;
    const snapshot = this.#owner.snapshot(member, isWanted);
    return snapshot === undefined ? events : `[${events},${snapshot}]`;
  }

  #patch(member: Member, body: Body, isWanted = false): void {
    member.sent = this.#versions.newest;
    const covered = this.#covered(member, member.handled, isWanted);
    member.handled = 0;
    this.#deliver(member, body, covered === 0 ? nothingHandled : `[${covered},`);
  }

  #tellAll(message: string): void {
    const body = new Body(message);
    for (const member of this.#owner.members) this.#tell(member, body);
  }

  /** Sends what comes after the patches so far: to a slow client later, when it has got them. */
  #tell(member: Member, message: Body): void {
    if (!member.slow) this.#deliver(member, message);
    else if (!member.slow.hold(message.text)) this.#owner.drop(member, closeCodes.tooSlow, "too slow");
  }

  /** Sends this, now. */
  #deliver(member: Member, body: Body, head = ""): void {
    if (member.left !== undefined) return;
    const { link } = member;
    try {
      link.send(body.after(head, link));
    } catch {
      // The link broke; its transport says so by `disconnect`.
    }
  }

  /** Whether a client has too much to read to be sent more; `known` is the number of definitions that it knows if it has not. */
  #isSlow(member: Member, known: number): boolean {
    if (!member.slow && backlogOf(member.link) > slowBounds.unsent) {
      member.slow = new Slow(known, this.#owner.world.now());
      this.#lookLater();
    }
    return member.slow !== undefined;
  }

  #lookLater(): void {
    const { world, members } = this.#owner;
    this.#looking ??= world.setTimer(slowBounds.pause, () => {
      this.#looking = undefined;
      for (const member of members) {
        if (!member.slow) continue;
        const state = member.slow.look(backlogOf(member.link), world.now());
        if (state === "drained") this.#catchUp(member, member.slow);
        else if (state === "stuck") this.#owner.drop(member, closeCodes.tooSlow, "too slow");
        else this.#lookLater();
      }
    });
  }

  /** Brings a client that was slow from what it has been shown to what there is, in one patch. */
  #catchUp(member: Member, { known, held }: Slow): void {
    const body = new Body(`${this.#versions.difference(member.sent, known)}]`);
    member.slow = undefined;
    // It got none since.
    this.#patch(member, body, true);
    for (const message of held) this.#tell(member, new Body(message));
  }
}
