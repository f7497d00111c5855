/**
 * Takes over what a page was painted with: walks the definitions and the DOM together, and makes a view of the nodes that are there. It
 * never repairs: where anything is not as described it leaves all as it is, and a mount comes in its place. A part of its own.
 */
import type { AttributeDefinition, Definition, Description, ElementDefinition, Json, Rest, Shape } from "../wire/message.ts";
import type { Host, Part as LinkPart } from "./part.ts";
import type { Parts } from "./parts.ts";
import type { Tools } from "./tools.ts";
import type { Instance, Part, View } from "./view.ts";

/** A painted page that was taken over. */
export interface Painted {
  /** What the server goes on from; empty where it goes on from the epoch alone. */
  readonly snapshot_: string;
  /** What the page shows is of this epoch; empty where a snapshot says of what it is. */
  readonly epoch_: string;
  /** To be called when the link is live: tells the app of inputs that are not as they were painted. */
  tell_(): void;
}

/** Takes over, once. */
export interface Adoption extends LinkPart {
  /**
   * Makes a view of what is there, by the description in a script, and lets events happen again that were made before. Answers nothing, and
   * has changed nothing but the script, when the page is not as described. `enter` answers the view where its root is; `parts` has
   * those that the page needs.
   */
  adopt_(script: HTMLScriptElement, enter: () => View, parts: Parts): Painted | undefined;
}

/** What stands among characters in a row: a comment that is to be there, a static text, or the text of a hole and how long it is. */
type Piece = Comment | string | [part: Part, length: number];

/** The children of one node, as they are come by. */
interface Row {
  readonly pieces_: Piece[];
  /** The next element, after the characters up to it. */
  element_(): Element;
}

/** A control, whichever it is. */
type Control = HTMLInputElement;

/** An event that happened before this script was there, what it happened to, and the element that this was in. */
type Early = [event: Event, target: EventTarget, owner: Element];

export function adoptPage(
  host: Host,
  { own_: own, inside_: inside, spaceIn_: spaceIn, spaceOf_: spaceOf, checksum_: checksum }: Tools,
): Adoption {
  const { world_: world, element_: element } = host;
  const { document } = world;

  const { isArray } = Array;
  const check = (isSo: unknown) => {
    if (!isSo) throw Error();
  };

  let view: View;
  let parts: Parts;
  /** What has to be done when all is as described. */
  let tasks: (() => void)[] = [];
  /** All texts in holes. */
  let texts = "";

  /** Reads the children of a node. `isFree`: where none are described, there may be any. */
  const readChildren = (parent: Node, isFree: boolean, read: (row: Row) => void) => {
    let node = own(parent, "firstChild");
    let pieces: Piece[] = [];
    const lengthOf = (piece: Piece) => typeof piece == "string" ? piece.length : isArray(piece) && piece[1] < 0 ? ~piece[1] : 0;

    const endRun = () => {
      const run = pieces, found: Text[] = [];
      pieces = row.pieces_ = [];
      for (; node && own(node, "nodeType") != 1; node = node.nextSibling) if (node.nodeType == 3) found.push(node as Text);
      // In a shadow root the view ends with a comment.
      const after = node ?? (host.end_.parentNode == parent ? host.end_ : null), all = found.map(({ data }) => data).join("");
      const rest = run.reduce((rest, piece) => rest - lengthOf(piece), all.length);
      let at = 0;
      const lengths = run.map((piece) => {
        const isHole = isArray(piece);
        const length = isHole && piece[1] > 0 ? rest : lengthOf(piece);
        const text = all.slice(at, at += length);
        if (isHole) {
          check(length > 0);
          texts += text + "\0";
        } else if (typeof piece == "string") check(text == piece);
        return length;
      });
      check(at == all.length);
      if (run[0]) {
        tasks.push(() => {
          let text = found[0];
          // The parser makes several of a long one.
          if (found[1]) text!.data = all;
          for (const more of found.slice(1)) more.remove();
          run.forEach((piece, i) => {
            if (!lengths[i]) own(parent, "insertBefore").call(parent, piece as Comment, text ?? after);
            else {
              const next = lengths[i]! < text!.length ? text!.splitText(lengths[i]!) : undefined;
              if (isArray(piece)) piece[0].text_ = text!;
              text = next;
            }
          });
        });
      }
    };
    const row = {
      pieces_: pieces,
      element_() {
        endRun();
        const element = node;
        node = own(node!, "nextSibling");
        return element as Element;
      },
    };
    read(row);
    if (isFree && node == own(parent, "firstChild") && !pieces[0]) return;
    endRun();
    check(!node);
  };

  const readValue = (row: Row, part: Part, shape: Shape, space: string) => {
    if (!isArray(shape)) {
      if (shape) row.pieces_.push([part, shape as number]);
    } else if (shape[0]) readItem(row, part, shape, space);
    else {
      part.list_ = true;
      for (let i = 1; i < shape.length; i += 2) {
        for (let count = shape[i] as number; count-- > 0;) readItem(row, part, shape[i + 1] as Shape, space);
      }
    }
  };

  const readItem = (row: Row, part: Part, shape: Shape, space: string) => {
    const [number, ...parts] = (isArray(shape) && shape[0] ? shape : [0, shape]) as [number, ...(Shape | Rest)[]];
    const instance = view.blank_(part, number);
    part.items_.push(instance);
    const nodes = view.known_[number]!;
    const rest = parts.at(-1);
    const isRest = rest === Object(rest) && !isArray(rest);
    if (isRest) parts.pop();
    readNodes(row, instance, nodes, parts as Shape[], space, nodes.length != 1 || typeof nodes[0] != "object");
    if (isRest) tasks.push(() => instance.patch_(rest as Rest));
  };

  /** The nodes of a template, where there may be others before and after them; `owner` is the element whose children they all are. */
  const readNodes = (
    row: Row,
    instance: Instance,
    nodes: Definition,
    parts: Shape[],
    space: string,
    isLoose: boolean,
    owner?: Node,
  ) => {
    let last: ChildNode | null = null;
    let isText: unknown;
    const comment = () => {
      row.pieces_.push(last = document.createComment(""));
      return last;
    };
    if (isLoose) instance.first_ = comment();
    for (const node of nodes) {
      if (typeof node == "number") {
        if (isText) comment();
        const isAlone = owner && !(nodes.length > 1);
        const end = isAlone ? owner : document.createComment("");
        const part = view.hole_(instance, node, end);
        part.start_ = last;
        readValue(row, part, parts.shift() ?? 0, space);
        if (!isAlone) row.pieces_.push(last = end as Comment);
      } else if (typeof node == "object") {
        last = readElement(row, instance, node, parts, space);
        if (!owner && !isLoose) instance.first_ = instance.last_ = last;
      } else row.pieces_.push(node);
      isText = typeof node == "string";
    }
    if (isLoose) instance.last_ = comment();
  };

  const readElement = (row: Row, instance: Instance, node: ElementDefinition, parts: Shape[], space: string): Element => {
    const [tag, attributes, ...children] = node as [string, AttributeDefinition[], ...Definition];
    const element = row.element_() as Control;
    check(own(element, "localName") == tag && own(element, "namespaceURI") == spaceOf(tag, space));
    let isFree = tag == "textarea";
    for (const [name, value, options] of attributes) {
      if (typeof value == "number") {
        view.hole_(instance, value, element, name);
        // The content of an element whose children are no part of the view is what its attributes say.
        if (name == "...") isFree ||= !children[0];
        const initial = name == ".value" ? element.defaultValue : name == ".checked" ? element.defaultChecked : options;
        if (initial != null) tasks.push(() => instance.patch_({ [value]: initial as Json }));
      } else check(own(element, "getAttribute").call(element, name) == value);
    }
    const content = inside(element);
    readChildren(content, isFree, (row) => readNodes(row, instance, children, parts, spaceIn(element), false, content));
    return element;
  };

  /** The controls that are not as they were painted; the others get what the model says. */
  const changedControls = (): Control[] => {
    const form = document.createElement("form");
    return [...host.root_.querySelectorAll<Control>("input,select,textarea")].filter((control) => {
      // What it would be if nobody had touched it, the browser knows best; in an inert document nothing is reset.
      const copy = control.cloneNode(true) as Control;
      own(form, "replaceChildren").call(form, copy);
      own(form, "reset").call(form);
      const isChanged = copy.value != control.value || copy.checked != control.checked;
      if (!isChanged) parts.input?.write_(control);
      return isChanged;
    });
  };

  /** Lets happen again what was kept for this element; answers what it happened to. */
  const replay = (): unknown[] => {
    const kept = (world as { nacreEarly?: Early[] }).nacreEarly || [];
    // As the link will say at once: what has a status is no longer captured.
    element.setAttribute("status", "connecting");
    return kept.splice(0).map(([event, target, owner]) => {
      if (owner != element) kept.push([event, target, owner]);
      // One that a script has dispatched is an ordinary event, on whatever element.
      else if (event.type == "submit" && event.isTrusted) {
        const { submitter } = event as SubmitEvent & { readonly submitter: HTMLButtonElement | null };
        // A button that has left its form submits nothing.
        own(target as HTMLFormElement, "requestSubmit").call(target, submitter?.form == target ? submitter : null);
      } else {
        // No mouse event: what a click does of itself, to a box or a link, it has done.
        const again = new world.CustomEvent(event.type, {
          bubbles: true,
          cancelable: true,
          composed: true,
          detail: (event as UIEvent).detail,
        });
        for (const name in event) {
          if (!(name in again)) (again as unknown as Record<string, unknown>)[name] = (event as unknown as Record<string, unknown>)[name];
        }
        own(target, "dispatchEvent").call(target, again);
      }
      return owner == element && target;
    });
  };

  return {
    adopt_(script, enter, made) {
      parts = made;
      const [definitions, shape, sum, snapshot, config = {}]: Description = JSON.parse(script.text);
      // Of an app that was running already it is the epoch, and the version at its end.
      const isEpoch = snapshot[0] == "~";
      host.config_ = config;
      parts.shadow?.begin_(config, 0, 1);
      view = enter();
      const root = host.root_, { top_: top } = view;
      if (parts.shadow) top.start_ = root.firstChild;
      if (isEpoch) view.version_ = +snapshot.split("~")[2]!;
      view.know_(definitions);
      script.remove();
      try {
        readChildren(root, false, (row) => readValue(row, top, shape, spaceIn(root as Element)));
        check(checksum(texts) == sum);
        parts.input?.hold_(true);
        for (const task of tasks) task();
      } catch {
        return;
      } finally {
        parts.input?.hold_(false);
        tasks = [];
        texts = "";
      }
      const changed = changedControls();
      const told = replay();
      return {
        snapshot_: isEpoch ? "" : snapshot,
        epoch_: isEpoch ? snapshot : "",
        tell_() {
          for (const control of changed) {
            if (told.includes(control)) continue;
            for (const type of control.matches(":focus") ? ["input"] : ["input", "change"]) {
              control.dispatchEvent(new world.CustomEvent(type, { bubbles: true }));
            }
          }
        },
      };
    },
  };
}
