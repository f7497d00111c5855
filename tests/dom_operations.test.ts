/**
 * What the operations on the 1,000-row table do to a page, call by call: patches made by the server's own code, applied by the
 * browser's own code. A table that looks right may have been made anew; here it may not.
 */
import { assertEquals } from "@std/assert";
import { Window } from "happy-dom";
import { operations, type TableModel, type TableMsg, type TableView, tableViews } from "../bench/table_view.tsx";
import type { Client } from "../mod.ts";
import { createSend } from "../runtime/app/send.ts";
import { createView } from "../runtime/browser/view.ts";
import type { World } from "../runtime/browser/world.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import type { Node as Tree } from "../runtime/view/tree.ts";
import { controlsOf } from "./controls.ts";
import type { Change, Definition, Value } from "../runtime/wire/message.ts";

// ---- the server's half

const send = createSend<TableMsg, unknown>(() => {}, (): Client => ({ id: "", user: undefined }));
/** What has crossed a wire: nothing is shared by both ends. */
const cross = <T>(message: T): T => JSON.parse(JSON.stringify(message));

class Server {
  readonly #lowering = new Lowering({ development: false, warn() {} });
  readonly #definitions = new Definitions();
  #tree: Tree | undefined;

  constructor(readonly view: TableView) {}

  #render(model: TableModel): Tree {
    return this.#tree = this.#lowering.lower(this.view(model, send), this.#tree);
  }

  mount(model: TableModel): [Definition[], Value] {
    const value = encode(this.#render(model), this.#definitions);
    this.#definitions.fresh();
    return cross([[...this.#definitions.all()], value]);
  }

  patch(model: TableModel): [Value | Change, Definition[]] {
    const change = diff(this.#tree!, this.#render(model), this.#definitions)!;
    return cross([change, [...this.#definitions.fresh()]]);
  }
}

// ---- the browser's half

type Count = { inserted?: number; moved?: number; removed?: number; texts?: number; attributes?: number };
type Callable = (this: Node, ...given: unknown[]) => unknown;

/** A page whose DOM counts what is done to it where it can be seen. A fast DOM has one set of prototypes for all pages: one at a time. */
class CountingPage implements AsyncDisposable {
  readonly window = new Window();
  readonly root = this.window.document.body as unknown as HTMLElement;
  readonly view = createView(this.window as unknown as World, this.root, controlsOf(this.window as unknown as World, this.root));
  readonly #undo: (() => void)[] = [];
  #count: Count = {};
  #isInside = false;

  constructor(isAbleToMove: boolean) {
    const { Node, Element, CharacterData } = this.window as unknown as typeof globalThis;
    const { insertBefore } = Node.prototype;
    this.#replace(Node.prototype, "insertBefore", {
      value: this.#counted(insertBefore as Callable, (node) => {
        const { isConnected, nodeType, childNodes } = node as Node;
        if (isConnected && isAbleToMove) throw new Error("moved by insertBefore although there is moveBefore");
        return isConnected ? { moved: 1 } : { inserted: nodeType == Node.DOCUMENT_FRAGMENT_NODE ? childNodes.length : 1 };
      }),
    });
    this.#replace(Element.prototype, "moveBefore", {
      value: isAbleToMove ? this.#counted(insertBefore as Callable, () => ({ moved: 1 })) : undefined,
    });
    for (const { prototype } of [Element, CharacterData]) {
      this.#replace(prototype, "remove", { value: this.#counted(prototype.remove, () => ({ removed: 1 })) });
    }
    for (const name of ["setAttribute", "removeAttribute"] as const) {
      this.#replace(Element.prototype, name, { value: this.#counted(Element.prototype[name] as Callable, () => ({ attributes: 1 })) });
    }
    const data = Object.getOwnPropertyDescriptor(CharacterData.prototype, "data")!;
    this.#replace(CharacterData.prototype, "data", { ...data, set: this.#counted(data.set as Callable, () => ({ texts: 1 })) });
  }

  #replace(owner: object, name: string, now: PropertyDescriptor): void {
    const real = Object.getOwnPropertyDescriptor(owner, name);
    this.#undo.push(() => real ? Object.defineProperty(owner, name, real) : Reflect.deleteProperty(owner, name));
    Object.defineProperty(owner, name, { configurable: true, ...now });
  }

  /** Counts the outermost calls of a method on nodes in the page; what a fast DOM calls in its turn is its own affair. */
  #counted(real: Callable, counts: (...given: unknown[]) => Count): Callable {
    const during = (node: Node, given: unknown[], act: () => unknown) => {
      if (this.#isInside || !node.isConnected) return act();
      for (const [what, count] of Object.entries(counts(...given)) as [keyof Count, number][]) {
        this.#count[what] = (this.#count[what] ?? 0) + count;
      }
      this.#isInside = true;
      try {
        return act();
      } finally {
        this.#isInside = false;
      }
    };
    return function (...given) {
      return during(this, given, () => real.apply(this, given));
    };
  }

  /** What was done to the page while `act` ran. */
  counting(act: () => void): Count {
    this.#count = {};
    act();
    return this.#count;
  }

  async [Symbol.asyncDispose]() {
    for (const undo of this.#undo.reverse()) undo();
    await this.window.happyDOM.close();
  }
}

const known = new Map<TableModel, string>();

/** The HTML of a page that never showed anything else. */
async function mounted(view: TableView, model: TableModel): Promise<string> {
  const html = known.get(model);
  if (html != undefined) return html;
  await using page = new CountingPage(false);
  page.view.mount(...new Server(view).mount(model));
  known.set(model, page.root.innerHTML);
  return page.root.innerHTML;
}

// ---- the operations

const expected: Readonly<Record<string, Count>> = {
  "create 1,000": { inserted: 1_000 },
  "replace 1,000": { removed: 1_000, inserted: 1_000 },
  "update every 10th": { texts: 100 },
  "select one": { attributes: 1 },
  "swap two": { moved: 2 },
  "remove one": { removed: 1 },
  "append 1,000": { inserted: 1_000 },
  "clear": { removed: 1_000 },
};

for (const isAbleToMove of [true, false]) {
  for (const { name: variant, view } of isAbleToMove ? tableViews : tableViews.slice(0, 1)) {
    Deno.test(`the table does to the page what has to be done, and no more: ${variant}, ${isAbleToMove ? "with" : "without"} moveBefore`, async () => {
      for (const { name, before, after } of operations) {
        let html: string;
        {
          await using page = new CountingPage(isAbleToMove);
          const server = new Server(view);
          page.view.mount(...server.mount(before));
          const kept = new Set(page.root.querySelectorAll("tr"));
          const count = page.counting(() => page.view.patch(...server.patch(after)));
          assertEquals(count, expected[name], name);

          const shown = [...page.root.querySelectorAll("tr")];
          const old = new Set(before.rows.map(({ id }) => id));
          for (const [i, { id }] of after.rows.entries()) {
            assertEquals(kept.has(shown[i]!), old.has(id), `${name}: the node of row ${id}`);
          }
          html = page.root.innerHTML;
        }
        assertEquals(html == await mounted(view, after), true, `${name}: looks as if it had been mounted`);
      }
    });
  }
}

Deno.test("one operation after the other leaves what a mount would show, and the same nodes for the same rows", async () => {
  await using page = new CountingPage(true);
  const server = new Server(tableViews[0]!.view);
  const [, , , , swap] = operations;
  const { rows } = swap!.before;
  page.view.mount(...server.mount(swap!.before));
  const nodes = [...page.root.querySelectorAll("tr")];
  const steps: [TableModel, Count][] = [
    [{ rows: rows.toReversed(), selected: 0 }, { moved: 999 }],
    [{ rows, selected: 0 }, { moved: 999 }],
    [{ rows: [...rows.slice(500), ...rows.slice(0, 500)], selected: 0 }, { moved: 500 }],
    [{ rows, selected: 7 }, { moved: 500, attributes: 1 }],
    [{ rows, selected: 8 }, { attributes: 2 }],
    [{ rows: [...rows.slice(1), rows[0]!], selected: 0 }, { moved: 1, attributes: 1 }],
  ];
  for (const [model, count] of steps) {
    assertEquals(page.counting(() => page.view.patch(...server.patch(model))), count);
    const shown = [...page.root.querySelectorAll("tr")];
    assertEquals(model.rows.every(({ id }, i) => shown[i] == nodes[rows.findIndex((row) => row.id == id)]), true);
  }
});
