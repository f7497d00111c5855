/**
 * A small DOM, as far as the browser runtime uses one: nodes, events that go down and up, controls, focus, custom elements. It is there
 * for its speed alone, ten times that of a whole one, and must never do anything that a browser would not.
 */

import { parseInto } from "./parse.ts";

const html = "http://www.w3.org/1999/xhtml";

/** What dispatches events. */
export class Target {
  #listeners: { type: string; listener: (event: PageEvent) => void; capture: boolean }[] = [];

  addEventListener(type: string, listener: (event: PageEvent) => void, options?: boolean | { capture?: boolean }): void {
    const capture = typeof options === "object" ? options.capture === true : options === true;
    if (this.#listeners.some((old) => old.type === type && old.listener === listener && old.capture === capture)) return;
    // A new array, since an event may be going through the old one.
    this.#listeners = [...this.#listeners, { type, listener, capture }];
  }

  removeEventListener(type: string, listener: (event: PageEvent) => void, options?: boolean | { capture?: boolean }): void {
    const capture = typeof options === "object" ? options.capture === true : options === true;
    this.#listeners = this.#listeners.filter((old) => old.type !== type || old.listener !== listener || old.capture !== capture);
  }

  /** Where an event goes from here; nothing above a window. */
  above(): Target | null {
    return null;
  }

  dispatchEvent(event: PageEvent): boolean {
    event.target = this;
    const way: Target[] = [this];
    for (let above = this.above(); above; above = above.above()) way.push(above);
    for (let i = way.length - 1; i >= 0; i--) way[i]!.#hear(event, true);
    for (const target of event.bubbles ? way : [this]) target.#hear(event, false);
    event.currentTarget = null;
    return !event.defaultPrevented;
  }

  #hear(event: PageEvent, capture: boolean): void {
    if (event.isStopped || this.#listeners.length === 0) return;
    event.currentTarget = this;
    for (const one of this.#listeners) {
      if (one.type === event.type && one.capture === capture && this.#listeners.includes(one)) one.listener.call(this, event);
    }
  }
}

/** What an event is made with. */
export interface EventFields {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly detail?: unknown;
  readonly submitter?: PageNode | null;
  readonly isTrusted?: boolean;
}

/** An event of any kind. */
export class PageEvent {
  target: Target | null = null;
  currentTarget: Target | null = null;
  readonly bubbles: boolean;
  readonly detail: unknown;
  readonly submitter: PageNode | null;
  readonly isTrusted: boolean;
  defaultPrevented = false;
  isStopped = false;

  constructor(readonly type: string, readonly fields: EventFields = {}) {
    this.bubbles = fields.bubbles ?? false;
    this.detail = fields.detail ?? null;
    this.submitter = fields.submitter ?? null;
    this.isTrusted = fields.isTrusted ?? false;
  }

  preventDefault(): void {
    if (this.fields.cancelable) this.defaultPrevented = true;
  }

  stopPropagation(): void {
    this.isStopped = true;
  }
}

/** What a user's click is: what it does by itself, no other event does. */
export class PageClick extends PageEvent {}

/** Elements 1, texts 3, comments 8, documents 9, fragments 11. */
export class PageNode extends Target {
  parentNode: PageNode | null = null;
  nextSibling: PageNode | null = null;
  previousSibling: PageNode | null = null;
  firstChild: PageNode | null = null;
  lastChild: PageNode | null = null;

  constructor(public ownerDocument: PageDocument, readonly nodeType: number, public data = "") {
    super();
  }

  override above(): Target | null {
    return this.parentNode;
  }

  get childNodes(): PageNode[] {
    const children: PageNode[] = [];
    for (let child = this.firstChild; child; child = child.nextSibling) children.push(child);
    return children;
  }

  get baseURI(): string {
    return "https://chaos.example/";
  }

  get isConnected(): boolean {
    return this.nodeType === 9 || this.parentNode?.isConnected === true;
  }

  getRootNode(): PageNode {
    return this.parentNode?.getRootNode() ?? this;
  }

  get textContent(): string {
    if (this.nodeType === 3) return this.data;
    let text = "";
    for (let child = this.firstChild; child; child = child.nextSibling) text += child.textContent;
    return text;
  }

  contains(node: PageNode | null): boolean {
    while (node && node !== this) node = node.parentNode;
    return node !== null;
  }

  insertBefore(node: PageNode, next: PageNode | null): PageNode {
    if (node.nodeType === 11) {
      while (node.firstChild) this.insertBefore(node.firstChild, next);
      return node;
    }
    if (node.contains(this)) throw new Error("Cannot insert a node into itself");
    if (node.ownerDocument !== this.ownerDocument) this.ownerDocument.adoptNode(node);
    if (node === next) next = node.nextSibling;
    node.remove();
    this.attach(node, next);
    if (this.isConnected) node.connected();
    return node;
  }

  /** Of browsers that have it: what moves stays what it is, and keeps the focus. */
  get moveBefore(): ((node: PageNode, next: PageNode | null) => void) | undefined {
    return this.ownerDocument.window?.canMove ? move : undefined;
  }

  /** Puts it into this, wherever it was. */
  attach(node: PageNode, next: PageNode | null): void {
    if (next && next.parentNode !== this) throw new Error("Cannot insert before a node that is elsewhere");
    node.parentNode = this;
    node.nextSibling = next;
    node.previousSibling = next ? next.previousSibling : this.lastChild;
    if (node.previousSibling) node.previousSibling.nextSibling = node;
    else this.firstChild = node;
    if (next) next.previousSibling = node;
    else this.lastChild = node;
  }

  remove(): void {
    const parent = this.parentNode;
    if (!parent) return;
    const { activeElement, body } = this.ownerDocument;
    if (activeElement !== body && this.contains(activeElement)) this.ownerDocument.activeElement = body;
    const wasConnected = parent.isConnected;
    this.detach();
    if (wasConnected) this.disconnected();
  }

  /** Takes it out of its parent, and nothing else. */
  detach(): void {
    const { parentNode: parent, previousSibling: before, nextSibling: after } = this;
    if (before) before.nextSibling = after;
    else parent!.firstChild = after;
    if (after) after.previousSibling = before;
    else parent!.lastChild = before;
    this.parentNode = this.previousSibling = this.nextSibling = null;
  }

  /** Of a text: what is from there on becomes a text of its own. */
  splitText(at: number): PageNode {
    const rest = this.ownerDocument.createTextNode(this.data.slice(at));
    this.data = this.data.slice(0, at);
    this.parentNode!.insertBefore(rest, this.nextSibling);
    return rest;
  }

  replaceChildren(...nodes: PageNode[]): void {
    while (this.firstChild) this.firstChild.remove();
    this.append(...nodes);
  }

  before(node: PageNode): void {
    this.parentNode!.insertBefore(node, this);
  }

  append(...nodes: (PageNode | string)[]): void {
    for (const node of nodes) this.insertBefore(typeof node === "string" ? this.ownerDocument.createTextNode(node) : node, null);
  }

  cloneNode(deep = false): PageNode {
    const clone = this.copy();
    if (deep) { for (let child = this.firstChild; child; child = child.nextSibling) clone.append(child.cloneNode(true)); }
    return clone;
  }

  copy(): PageNode {
    return new PageNode(this.ownerDocument, this.nodeType, this.data);
  }

  /** It is in the page now, and what is in it too. */
  connected(): void {
    for (let child = this.firstChild; child; child = child.nextSibling) child.connected();
  }

  disconnected(): void {
    for (let child = this.firstChild; child; child = child.nextSibling) child.disconnected();
  }

  adopt(document: PageDocument): void {
    this.ownerDocument = document;
    for (let child = this.firstChild; child; child = child.nextSibling) child.adopt(document);
  }

  /** All elements in it, in the order of the document. */
  *elements(): Generator<PageElement> {
    for (let child = this.firstChild; child; child = child.nextSibling) {
      if (child instanceof PageElement) {
        yield child;
        yield* child.elements();
      }
    }
  }
}

function move(this: PageNode, node: PageNode, next: PageNode | null): void {
  if (!node.parentNode || node.contains(this)) throw new DOMException("Cannot move this node", "HierarchyRequestError");
  if (node === next) next = node.nextSibling;
  node.detach();
  this.attach(node, next);
}

/** An element; a control, where its name is one's. */
export class PageElement extends PageNode {
  readonly namespaceURI = html;
  readonly #attributes = new Map<string, string>();
  #value: unknown;
  checked: boolean | undefined;
  selectionStart: number | null = null;
  selectionEnd: number | null = null;

  constructor(document: PageDocument, readonly localName: string) {
    super(document, 1);
    if (localName === "input") {
      this.#value = "";
      this.checked = false;
    }
  }

  get value(): unknown {
    return this.type === "checkbox" ? this.getAttribute("value") ?? "on" : this.#value;
  }

  /** That of an input is a text, whatever is written. */
  set value(value: unknown) {
    this.#value = this.localName === "input" ? String(value ?? "") : value;
  }

  /** As a browser copies a control: with what is in it. */
  override copy(): PageNode {
    const copy = new PageElement(this.ownerDocument, this.localName);
    for (const [name, value] of this.#attributes) copy.#attributes.set(name, value);
    copy.#value = this.#value;
    copy.checked = this.checked;
    return copy;
  }

  get defaultValue(): string {
    return this.getAttribute("value") ?? "";
  }

  get defaultChecked(): boolean {
    return this.hasAttribute("checked");
  }

  /** A control is what HTML says that it is at first; a form, all of its controls. */
  reset(): void {
    if (this.localName === "input") {
      this.#value = this.defaultValue;
      this.checked = this.defaultChecked;
    } else for (const element of this.elements()) element.reset();
  }

  requestSubmit(submitter?: PageNode | null): void {
    this.dispatchEvent(new PageEvent("submit", { bubbles: true, cancelable: true, submitter: submitter ?? null, isTrusted: true }));
  }

  /** Of a script. */
  get text(): string {
    return this.textContent;
  }

  get dataset(): Record<string, string> {
    const data: Record<string, string> = {};
    for (const [name, value] of this.#attributes) if (name.startsWith("data-")) data[name.slice(5)] = value;
    return data;
  }

  getAttributeNames(): string[] {
    return [...this.#attributes.keys()];
  }

  get name(): string | undefined {
    return this.getAttribute("name") ?? (this.isControl ? "" : undefined);
  }

  get type(): string | undefined {
    if (this.localName === "button") return this.getAttribute("type") ?? "submit";
    if (this.localName === "script") return this.getAttribute("type") ?? "";
    return this.isControl ? this.getAttribute("type") ?? "text" : undefined;
  }

  get isControl(): boolean {
    return this.localName === "input" || this.localName === "button";
  }

  /** What a form has, and nothing else. */
  get submit(): (() => void) | undefined {
    return this.localName === "form" ? () => {} : undefined;
  }

  /** The form of a control. */
  get form(): PageElement | undefined {
    let node = this.isControl ? this.parentNode : null;
    while (node && (node as PageElement).localName !== "form") node = node.parentNode;
    return node as PageElement ?? undefined;
  }

  /** Itself, or what is above it, with this tag. */
  closest(tag: string): PageElement | null {
    return this.localName === tag ? this : this.parentNode instanceof PageElement ? this.parentNode.closest(tag) : null;
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, String(value));
    this.ownerDocument.window?.changed(this, name);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
    this.ownerDocument.window?.changed(this, name);
  }

  matches(selector: string): boolean {
    if (selector !== ":focus") throw new Error(`Cannot match ${selector}: this page knows :focus alone`);
    return this.ownerDocument.activeElement === this;
  }

  querySelectorAll(selector: string): PageElement[] {
    if (selector === "input,select,textarea") return [...this.elements()].filter(({ localName }) => localName === "input");
    const [, name, value] = selector.match(/^\[([\w-]+)(?:=(\w+))?\]$/) ?? [];
    if (!name) throw new Error(`Cannot find ${selector}: this page knows attributes alone`);
    const found: PageElement[] = [];
    for (const element of this.elements()) {
      if (value === undefined ? element.hasAttribute(name) : element.getAttribute(name) === value) found.push(element);
    }
    return found;
  }

  /** The user goes there, or a script. */
  focus(): void {
    const { ownerDocument: document } = this;
    const before = document.activeElement;
    if (before === this || !this.isControl || !this.isConnected) return;
    document.activeElement = this;
    if (before !== document.body) before.dispatchEvent(new PageEvent("blur"));
    this.dispatchEvent(new PageEvent("focus"));
  }

  setSelectionRange(start: number, end: number): void {
    this.selectionStart = start;
    this.selectionEnd = end;
  }

  /** A click does what it does in a browser: it checks a box before it is heard, and submits a form after. */
  override dispatchEvent(event: PageEvent): boolean {
    const checks = event instanceof PageClick && this.type === "checkbox";
    if (checks) this.checked = !this.checked;
    const goesOn = super.dispatchEvent(event);
    if (!(event instanceof PageClick)) return goesOn;
    if (checks && !goesOn) this.checked = !this.checked;
    if (!goesOn || !this.isConnected) return goesOn;
    if (checks) { for (const type of ["input", "change"]) super.dispatchEvent(new PageEvent(type, { bubbles: true })); }
    else if (this.type === "submit") {
      this.form?.dispatchEvent(new PageEvent("submit", { bubbles: true, cancelable: true, submitter: this, isTrusted: true }));
    }
    return goesOn;
  }
}

// A browser has these on its classes, and the browser runtime looks there.
for (
  const name of ["nodeType", "localName", "namespaceURI", "childNodes", "parentNode", "firstChild", "nextSibling", "content", "options"]
) {
  if (name in PageElement.prototype) continue;
  Object.defineProperty(PageNode.prototype, name, {
    get() {
      return Object.getOwnPropertyDescriptor(this, name)?.value;
    },
  });
}

/** A document. */
export class PageDocument extends PageNode {
  readonly body: PageElement;
  activeElement: PageElement;
  readonly implementation = { createHTMLDocument: () => new PageDocument(undefined) };

  /** An inert one has no window. */
  constructor(readonly window: PageWindow | undefined) {
    super(undefined as never, 9);
    this.ownerDocument = this;
    this.body = this.activeElement = new PageElement(this, "body");
    this.append(this.body);
  }

  override above(): Target | null {
    return this.window ?? null;
  }

  createTextNode(data: string): PageNode {
    return new PageNode(this, 3, data);
  }

  createComment(data: string): PageNode {
    return new PageNode(this, 8, data);
  }

  createDocumentFragment(): PageNode {
    return new PageNode(this, 11);
  }

  createElement(name: string): PageElement {
    return new PageElement(this, name);
  }

  createElementNS(namespace: string, name: string): PageElement {
    if (namespace !== html || name.includes("-")) throw new Error(`Cannot make <${name}>: this page knows plain HTML alone`);
    return new PageElement(this, name);
  }

  adoptNode(node: PageNode): PageNode {
    node.adopt(this);
    return node;
  }
}

interface Lively {
  readonly observedAttributes?: readonly string[];
  new (): PageElement & { connectedCallback(): void; disconnectedCallback(): void; attributeChangedCallback(): void };
}

/** A window: what has a document, custom elements and a history. Timers, links and chance are given to it. */
export class PageWindow extends Target {
  readonly document: PageDocument = new PageDocument(this);
  readonly CustomEvent: typeof PageEvent = PageEvent;
  readonly HTMLElement: typeof PageElement;
  readonly customElements: { get(name: string): Lively | undefined; define(name: string, made: Lively): void; upgrade(): void };
  readonly FormData: new (form: PageElement) => Iterable<[name: string, value: string]>;
  /** Told of each attribute of a custom element that was set or removed. */
  observe: (() => void) | undefined;
  readonly #defined = new Map<string, Lively>();

  /** @param canMove whether it has `moveBefore`, as some browsers have. */
  constructor(readonly canMove: boolean) {
    super();
    const names = new Map<unknown, string>();
    /** What is there already becomes an element of the class. */
    let upgraded: PageElement | undefined;
    const upgrade = (element: PageElement, made: Lively) => {
      upgraded = element;
      const lively = new made();
      for (const name of made.observedAttributes ?? []) if (element.hasAttribute(name)) lively.attributeChangedCallback();
      lively.connectedCallback();
    };
    // deno-lint-ignore no-this-alias
    const window = this;
    this.customElements = {
      get: (name) => this.#defined.get(name),
      define: (name, made) => {
        this.#defined.set(name, made);
        names.set(made, name);
        for (const element of [...this.document.elements()]) if (element.localName === name) upgrade(element, made);
      },
      upgrade() {},
    };
    this.HTMLElement = class extends PageElement {
      constructor() {
        super(window.document, names.get(new.target)!);
        const element = upgraded;
        upgraded = undefined;
        if (element) return Object.setPrototypeOf(element, new.target.prototype);
      }
      override connected(): void {
        (this as unknown as InstanceType<Lively>).connectedCallback();
        super.connected();
      }
      override disconnected(): void {
        (this as unknown as InstanceType<Lively>).disconnectedCallback();
        super.disconnected();
      }
    } as unknown as typeof PageElement;
    this.FormData = class {
      constructor(readonly form: PageElement) {}
      *[Symbol.iterator](): Iterator<[name: string, value: string]> {
        for (const element of this.form.elements()) {
          if (element.localName === "input" && element.name && (element.type !== "checkbox" || element.checked)) {
            yield [element.name, element.value as string];
          }
        }
      }
    };
  }

  /** An attribute was set. */
  changed(element: PageElement, name: string): void {
    const { observedAttributes } = element.constructor as Partial<Lively>;
    if (observedAttributes) this.observe?.();
    if (observedAttributes?.includes(name)) (element as InstanceType<Lively>).attributeChangedCallback();
  }

  /** The event of a click. */
  click(): PageClick {
    return new PageClick("click", { bubbles: true, cancelable: true });
  }

  /** Makes a custom element. */
  create(name: string): PageElement {
    return new (this.#defined.get(name)!)();
  }

  /** An element as it is in a page, which may be a custom one later. */
  parse(name: string, html: string): PageElement {
    const element = this.document.createElement(name);
    parseInto(element, html);
    return element;
  }
}
