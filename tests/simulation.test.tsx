/**
 * Two clients of one runtime under virtual time, with slow and broken links, while the rows change under their clicks. Each
 * message that `update` hears has to be what that user saw; each event is heard once, in order, or refused for a reason.
 */
import { assert, assertEquals } from "@std/assert";
import { app, type Send } from "../mod.ts";
import type { Link } from "../runtime/app/member.ts";
import type { Connection } from "../runtime/app/connection.ts";
import { run, type Runtime } from "../runtime/app/runtime.ts";
import type { Path } from "../runtime/wire/message.ts";
import { type Random, seeded } from "./kit.ts";
import { type Plain, readDown, Reader, textOf } from "./reader.ts";
import { RecordedLink } from "./recorded_link.ts";
import { VirtualWorld } from "./virtual_world.ts";

interface Row {
  readonly id: number;
  readonly name: string;
  /** A locked row has no handler. */
  readonly locked: boolean;
}
interface Click {
  readonly what: "row" | "pane";
  readonly id: number;
  readonly name: string;
}
type Msg = { readonly rows: readonly Row[] } | Click;

const keyings = ["keyed", "unkeyed", "keyed components", "unkeyed components"] as const;
type Keying = typeof keyings[number];

const RowView = ({ row, onClick }: { row: Row; onClick: ((event: Event) => void) | undefined }) => (
  <li data-id={row.id}>
    <button onClick={onClick}>{row.name}</button>
  </li>
);

function view(keying: Keying, rows: readonly Row[], send: Send<Msg>) {
  const click = (what: "row" | "pane", { id, name }: Row) => send({ what, id, name });
  const list = rows.map((row) => {
    const onClick = row.locked ? undefined : click("row", row);
    switch (keying) {
      case "keyed":
        return <li key={row.id} data-id={row.id}>{<button onClick={onClick}>{row.name}</button>}</li>;
      case "unkeyed":
        return (
          <li data-id={row.id}>
            <button onClick={onClick}>{row.name}</button>
          </li>
        );
      case "keyed components":
        return <RowView key={row.id} row={row} onClick={onClick} />;
      case "unkeyed components":
        return <RowView row={row} onClick={onClick} />;
      default:
        return keying satisfies never;
    }
  });
  const [first] = rows;
  return (
    <main>
      {/* The pane goes on to the next row when the first is gone: one place, another subject. */}
      {first && (
        <section data-id={first.id}>
          <button data-pane="" onClick={click("pane", first)}>{first.name}</button>
        </section>
      )}
      <ul>{list}</ul>
    </main>
  );
}

interface Sent {
  readonly number: number;
  readonly seen: number;
  readonly path: Path;
  readonly click: Click;
  /** Where in the list its row stood. */
  readonly index: number;
  refused: boolean;
}

/** What the server's side of a run knows, to judge refusals by. */
class Judge {
  readonly rowsAt = new Map<number, readonly Row[]>();
  readonly madeAt = new Map<number, number>();
  rows: readonly Row[] = [];

  constructor(readonly world: VirtualWorld, readonly keying: Keying) {}

  made(version: number): void {
    if (this.rowsAt.has(version)) return;
    this.rowsAt.set(version, this.rows);
    this.madeAt.set(version, this.world.now());
  }

  /** Throws when this event had to be delivered. */
  refused(sent: Sent, reason: string, present: number): void {
    const { seen, index, click } = sent;
    const complaint = `Event ${sent.number} of version ${seen} was refused at ${present} ("${reason}") without a reason`;
    if (reason === "version") {
      const since = this.madeAt.get(seen + 1);
      assert(present - seen >= 32 || (since !== undefined && since <= this.world.now() - 10_000), complaint);
      return;
    }
    assertEquals(reason, "gone");
    for (let version = seen; version <= present; version++) {
      const rows = this.rowsAt.get(version)!;
      if (click.what === "pane" ? rows.length === 0 : this.at(rows, click.id, index) === undefined) return;
    }
    assert(click.what === "row" && this.at(this.rowsAt.get(present)!, click.id, index)!.locked, complaint);
  }

  /** The row that stands at a place of the page. */
  at(rows: readonly Row[], id: number, index: number): Row | undefined {
    return this.keying.startsWith("keyed") ? rows.find((row) => row.id === id) : rows[index];
  }
}

/** A browser and its user, at the end of a slow link. */
class Client {
  reader = new Reader();
  readonly sent: Sent[] = [];
  /** The first event that update has not heard yet. */
  heard = 0;
  /** Events that the present link has sent. */
  #flushed = 0;
  #told = 0;
  #live = false;
  /** Which link this is: what comes from an older one is lost. */
  #generation = 0;
  #connection: Connection | undefined;
  #downAt = 0;
  #upAt = 0;
  #telling = false;

  constructor(
    readonly user: number,
    readonly runtime: Runtime<Msg>,
    readonly world: VirtualWorld,
    readonly random: Random,
    readonly judge: Judge,
    readonly slowest: number,
  ) {}

  get isQuiet(): boolean {
    return this.#live && this.sent.every(({ number }) => number <= this.reader.done);
  }

  open(): void {
    const generation = ++this.#generation;
    this.#live = false;
    let version = 0;
    const link: Link = {
      resume: `client-number-${this.user}${this.reader.epoch && `.${this.reader.epoch}`}`,
      user: this.user,
      send: (message) => {
        const text = message as string;
        const down = readDown(text);
        if (down[0] === "mount") this.judge.made(version = down[2]);
        else if (down[0] === "emit") {
          const { event, reason } = down[2] as { event: number; reason: string };
          const sent = this.sent[event - 1]!;
          this.judge.refused(sent, reason, version);
          sent.refused = true;
        } else if (down.length > 1) this.judge.made(++version);
        this.#downAt = Math.max(this.#downAt, this.world.now() + this.random.below(this.slowest));
        this.world.setTimer(this.#downAt - this.world.now(), () => {
          if (generation === this.#generation) this.#receive(text);
        });
      },
      close: (code, reason) => assertEquals(code, 4409, reason),
    };
    this.#connection = this.runtime.connect(link);
  }

  /** The link breaks: what is on its way is lost. The server may hear of it late, or only of the next link. */
  cut(): void {
    const connection = this.#connection!;
    this.#generation++;
    this.#live = false;
    this.world.setTimer(this.random.below(2_000), () => connection.disconnect());
    const generation = this.#generation;
    this.world.setTimer(this.random.below(4_000), () => {
      if (generation === this.#generation) this.open();
    });
  }

  click(): void {
    const { page, version } = this.reader;
    const [main] = page;
    if (typeof main !== "object") return;
    const seen = main.children.flatMap((part) => typeof part === "string" ? [] : part.tag === "ul" ? part.children : [part])
      .flatMap((holder) => {
        const [button] = (holder as Plain).children as Plain[];
        const handler = button!.handlers.click;
        return handler ? [{ path: handler.path, id: (holder as Plain).attributes["data-id"] as number, button: button! }] : [];
      });
    if (seen.length === 0) return;
    const { path, id, button } = this.random.pick(seen);
    const what = "data-pane" in button.attributes ? "pane" : "row";
    const index = what === "row" ? path[1] as number : -1;
    const click = { what, id, name: textOf(button.children) } as const;
    this.sent.push({ number: this.sent.length + 1, seen: version, path, click, index, refused: false });
    this.#flush();
  }

  #receive(text: string): void {
    const before = this.reader.epoch;
    const down = this.reader.receive(text);
    if (down[0] === "emit" || down.length === 1) return;
    if (down[0] === "mount") {
      if (before !== "") assertEquals(this.reader.epoch, before);
      this.#live = true;
      this.#told = this.reader.version;
      this.#flushed = this.reader.done;
      this.#flush();
      return;
    }
    if (this.reader.version - this.#told > 15) this.#tell();
    else if (!this.#telling) {
      this.#telling = true;
      this.world.setTimer(1_000, () => {
        this.#telling = false;
        this.#tell();
      });
    }
  }

  #tell(): void {
    const untold = this.reader.version - this.#told;
    if (!this.#live || untold <= 0) return;
    this.#told = this.reader.version;
    this.#up(String(untold));
  }

  #flush(): void {
    while (this.#live && this.#flushed < this.sent.length) {
      const { seen, path } = this.sent[this.#flushed++]!;
      this.#up(JSON.stringify([seen - this.#told, path]));
      this.#told = Math.max(this.#told, seen);
    }
  }

  #up(text: string): void {
    const generation = this.#generation;
    const connection = this.#connection!;
    this.#upAt = Math.max(this.#upAt, this.world.now() + this.random.below(this.slowest));
    this.world.setTimer(this.#upAt - this.world.now(), () => {
      if (generation === this.#generation) assertEquals(connection.receive(text), "taken");
    });
  }
}

function changed(rows: readonly Row[], random: Random, fresh: () => Row): readonly Row[] {
  switch (random.below(8)) {
    case 0:
      return random.shuffled(rows);
    case 1:
      return rows.filter(() => random.chance(0.8));
    case 2:
      return rows.slice(1);
    case 3: {
      const at = random.below(rows.length + 1);
      return [...rows.slice(0, at), fresh(), ...rows.slice(at)];
    }
    case 4:
      return rows.map((row) => random.chance(0.3) ? { ...row, name: `${row.name}'`.slice(-6) } : row);
    case 5:
      return rows.map((row) => random.chance(0.2) ? { ...row, locked: !row.locked } : row);
    case 6:
      return rows.toReversed();
    default:
      return [...rows, fresh()];
  }
}

interface Totals {
  clicks: number;
  gone: number;
  tooOld: number;
  /** Messages whose place showed something else by the time they were heard. */
  moved: number;
  cuts: number;
}

function simulate(random: Random, totals: Totals): void {
  const world = new VirtualWorld();
  const keying = random.pick(keyings);
  const judge = new Judge(world, keying);
  let id = 0;
  const fresh = (): Row => ({ id: ++id, name: `row ${id}`, locked: random.chance(0.1) });
  const clients: Client[] = [];
  let model: readonly Row[] = Array.from({ length: 2 + random.below(6) }, fresh);

  const rows = app<readonly Row[], Msg, void, number>({
    init: () => model,
    update(rows, msg, from) {
      if ("rows" in msg) return model = msg.rows;
      const client = clients[from!.user]!;
      while (client.sent[client.heard]?.refused) client.heard++;
      const expected = client.sent[client.heard++];
      assertEquals(msg, expected?.click, `not what user ${from!.user} saw with event ${expected?.number}`);
      const there = msg.what === "pane" ? judge.rows[0] : judge.at(judge.rows, msg.id, expected!.index);
      if (there?.id !== msg.id || there.name !== msg.name) totals.moved++;
      if (msg.what === "pane") return model = rows.filter((row) => row.id !== msg.id);
      return model = rows.map((row) => row.id === msg.id ? { ...row, name: `${row.id}!` } : row);
    },
    view(rows, send) {
      judge.rows = rows;
      return view(keying, rows, send as Send<Msg>);
    },
  });
  const runtime = run(rows, undefined, {
    world,
    onError(error) {
      throw error;
    },
  });
  const slowest = random.pick([2, 50, 300, 3_000]);
  for (const user of [0, 1]) {
    const client = new Client(user, runtime, world, random, judge, slowest);
    clients.push(client);
    client.open();
  }

  for (let step = 0; step < 60; step++) {
    world.advance(random.below(random.pick([10, 200, 1_000])));
    if (random.chance(0.5)) runtime.dispatch({ rows: changed(model, random, fresh) });
    const client = random.pick(clients);
    if (random.chance(0.7)) client.click();
    if (random.chance(0.02)) {
      client.cut();
      totals.cuts++;
    }
  }
  for (let i = 0; i < 40 && !clients.every((client) => client.isQuiet); i++) world.advance(1_000);
  world.advance(5_000);

  const { version, gone, payload } = runtime.status().refused;
  assertEquals(payload, 0);
  let refused = 0;
  const link = new RecordedLink("reference");
  const reference = new Reader();
  run(
    app({ init: () => model, update: (rows: readonly Row[], _msg: Msg) => rows, view: (rows, send) => view(keying, rows, send) }),
    undefined,
    { world },
  )
    .connect(link);
  link.messages.forEach((text) => reference.receive(text));
  for (const client of clients) {
    while (client.sent[client.heard]?.refused) client.heard++;
    assertEquals(client.heard, client.sent.length, "each event is heard once, or refused");
    assertEquals(client.reader.done, client.sent.length, "each event is acknowledged");
    assertEquals(client.reader.page, reference.page, "the page is what the model looks like");
    refused += client.sent.filter((sent) => sent.refused).length;
    totals.clicks += client.sent.length;
  }
  assertEquals(version + gone, refused);
  totals.gone += gone;
  totals.tooOld += version;
  runtime.stop();
}

seeded("Every message that update hears is what its user saw, however slow or broken the links: 2,000 runs", (random) => {
  const totals: Totals = { clicks: 0, gone: 0, tooOld: 0, moved: 0, cuts: 0 };
  for (let i = 0; i < 2_000; i++) simulate(random, totals);
  // A simulation in which nothing goes wrong proves nothing.
  assert(totals.clicks > 50_000, JSON.stringify(totals));
  for (const [name, count] of Object.entries(totals)) assert(count > 100, `${name}: ${JSON.stringify(totals)}`);
});
