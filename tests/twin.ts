/**
 * The same components twice: in Preact itself on a DOM, and lowered here and shown by the browser runtime. After each step both pages
 * and both diaries must be the same. Preact is the judge.
 */
import { assertEquals } from "@std/assert";
import { type ComponentChildren, Fragment, h, isValidElement, options, render } from "preact";
import { Lowering } from "../runtime/view/lower.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Template, type TemplateProps } from "../runtime/view/jsx.ts";
import { withIds } from "../runtime/view/preact.ts";
import type { Node as Tree } from "../runtime/view/tree.ts";
import { createView } from "../runtime/browser/view.ts";
import { controlsOf } from "./controls.ts";
import { look } from "./look.ts";
import { world } from "./shown.ts";

/** Notes that something was called. */
export type Log = (entry: string) => void;

/** One of the two: what it shows now, and what a test may do to it. */
export interface Subject<Props> {
  readonly view: (props: Props) => ComponentChildren;
}

type Task = () => void;

/** Two of the same. `make` is called once for each, so that neither sees the other's state. */
export class Twin<Props, S extends Subject<Props>> {
  /** What was called in the last step, in order. */
  log: string[] = [];
  /** What was sent in the last step: patches as JSON. */
  sent: string[] = [];
  readonly warnings: string[] = [];
  /** What Preact itself has thrown, since nothing there has caught it. */
  uncaught: unknown;
  readonly ours: S;
  readonly preacts: S;
  readonly #logs = { ours: [] as string[], preacts: [] as string[] };
  readonly #page: Element = world.document.createElement("main");
  readonly #reference: Element = world.document.createElement("main");
  readonly #view = createView(world, this.#page, controlsOf(world, this.#page));
  readonly #definitions = new Definitions();
  readonly lowering: Lowering;
  readonly #ids: [string, number] = ["0", 0];
  #tree: Tree | undefined;
  #hasEnded = false;
  #rerender: Task | undefined;
  /** What waits for a frame: effects, and what signals do to elements. */
  readonly #frames: Task[] = [];

  constructor(make: (log: Log) => S & Subject<Props>, lowering: { saved?: ReturnType<Lowering["state"]> } = {}) {
    this.ours = make((entry) => this.#logs.ours.push(entry));
    this.preacts = make((entry) => this.#logs.preacts.push(entry));
    this.lowering = new Lowering({ development: false, warn: (text) => this.warnings.push(text), ...lowering });
  }

  /** Renders both with these props. */
  render(props: Props): void {
    // Preact forgets how many ids it has given when a root is rendered for the third time.
    const reference = () => withIds(h(Fragment, null, this.preacts.view(props)), this.#ids);
    this.#both(() => render(reference(), this.#reference), () => this.lowering.lower(this.ours.view(props)));
  }

  /** Does something to both: sets a state, resolves a promise. */
  act(task: (subject: S) => void): void {
    this.#both(() => task(this.preacts), () => {
      task(this.ours);
      return this.lowering.isWaiting ? this.lowering.update() : this.#tree!;
    });
  }

  /** Lets promises settle that both wait for. */
  async settle(): Promise<void> {
    const restore = this.#holdPreact();
    await new Promise((resolve) => setTimeout(resolve, 0));
    restore();
    this.act(() => {});
  }

  /** Ends both, at the end of the block. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** Ends both. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#withPreact(() => render(null, this.#reference));
    this.lowering.end();
    this.#compareLogs();
  }

  /** What both show, without the comments that hold places. */
  get html(): string {
    return this.#page.innerHTML.replace(/<!--.*?-->/g, "");
  }

  #both(preact: () => void, ours: () => Tree): void {
    this.sent = [];
    this.#withPreact(preact);
    const { requestAnimationFrame } = options;
    options.requestAnimationFrame = (run) => this.#frames.push(run);
    try {
      this.#show(ours());
      for (;;) {
        const frame = this.#frames.shift();
        if (frame) frame();
        else if (this.lowering.hasEffects) this.lowering.effects();
        else if (!this.lowering.isWaiting) break;
        if (this.lowering.isWaiting) this.#show(this.lowering.update());
      }
    } finally {
      Object.assign(options, { requestAnimationFrame });
    }
    this.#compareLogs();
    if (look(this.#page) !== look(this.#reference)) putInOrder(this.#reference);
    assertEquals(look(this.#page), look(this.#reference), "the page is not what Preact shows");
  }

  #compareLogs(): void {
    const { ours, preacts } = this.#logs;
    this.log = ours.splice(0);
    assertEquals(this.log, preacts.splice(0), "what was called is not what Preact calls (expected: Preact)");
  }

  #show(tree: Tree): void {
    const old = this.#tree;
    this.#tree = tree;
    const value = old === undefined ? encode(tree, this.#definitions) : diff(old, tree, this.#definitions);
    if (value === undefined) return;
    const text = JSON.stringify(value);
    this.sent.push(text);
    const definitions = JSON.parse(JSON.stringify(this.#definitions.fresh()));
    if (old === undefined) this.#view.mount(definitions, JSON.parse(text));
    else this.#view.patch(JSON.parse(text), definitions);
  }

  /** Preact's queue and its frames happen here and now: all renderings, then the effects, and so on until nothing is left. */
  #withPreact(task: () => void): void {
    const restore = this.#holdPreact();
    try {
      task();
      for (;;) {
        const next = this.#rerender ?? this.#frames.shift();
        if (!next) break;
        if (next === this.#rerender) this.#rerender = undefined;
        next();
      }
    } catch (error) {
      this.uncaught = error;
      throw error;
    } finally {
      restore();
    }
  }

  /** Only meanwhile there is a document: what is lowered must do without. */
  #holdPreact(): () => void {
    const { debounceRendering, requestAnimationFrame, vnode } = options;
    options.debounceRendering = (run) => this.#rerender = run;
    options.requestAnimationFrame = (run) => this.#frames.push(run);
    options.vnode = (made) => {
      if (made.type === Template as unknown) expandInPlace(made as unknown as ExpandedVNode);
      vnode?.(made);
    };
    const scope = globalThis as { document?: unknown };
    scope.document = world.document;
    return () => {
      Object.assign(options, { debounceRendering, requestAnimationFrame, vnode });
      delete scope.document;
    };
  }
}

/** A vnode that Preact has rendered: its children, and the node that shows it where it is an element or a text. */
interface RenderedVNode {
  readonly type: unknown;
  readonly __k: readonly (RenderedVNode | null)[] | null;
  readonly __e: Node | null;
}

/**
 * Puts what Preact shows in the order of what it has rendered. When a fragment's children and its neighbours move in one rendering,
 * Preact now and then inserts a node before the wrong sibling: its page then contradicts its own vnodes, and those are right.
 */
function putInOrder(root: Element): void {
  const visit = (parent: Element, vnode: RenderedVNode): void => {
    const nodes: Node[] = [];
    const collect = (children: RenderedVNode["__k"]): void => {
      for (const child of children ?? []) {
        if (!child) continue;
        if (typeof child.type === "function") collect(child.__k);
        // What waits is put aside in another parent.
        else if (child.__e?.parentNode === parent) nodes.push(child.__e);
        if (typeof child.type === "string") visit(child.__e as Element, child);
      }
    };
    collect(vnode.__k);
    const shown = [...parent.childNodes].filter((node) => nodes.includes(node));
    if (shown.some((node, index) => node !== nodes[index])) parent.append(...nodes);
  };
  const { __k } = root as unknown as { __k?: RenderedVNode };
  if (__k) visit(root, __k);
}

interface ExpandedVNode {
  type: unknown;
  props: object;
}

/** Makes a template what the usual transform makes of the same JSX: to Preact it would be a component, and these do more than an element. */
function expandInPlace(vnode: ExpandedVNode): void {
  const { place } = vnode.props as TemplateProps;
  const made = Template(vnode.props as TemplateProps);
  if (isValidElement(made) && place.roots.length === 1 && typeof place.roots[0] === "object" && "tag" in place.roots[0]) {
    vnode.type = made.type;
    vnode.props = made.props;
  } else {
    vnode.type = Fragment;
    vnode.props = { children: made };
  }
}
