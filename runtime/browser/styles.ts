/**
 * The style sheets of a page in shadow roots: as they are now, in their order, and as they come to be. Each is copied once for all roots; what
 * cannot be read, being of another origin, has its element copied into each. It must never make a view wait for a style sheet, nor fail for
 * one.
 */
import type { World } from "./world.ts";

/** What of a world is used. */
type Styled = Pick<World, "document" | "addEventListener" | "removeEventListener" | "MutationObserver" | "CSSStyleSheet">;

/** A root that has the styles of the page. */
interface Adopter {
  readonly root_: ShadowRoot;
  /** The sheets that it was given; others in it are not ours. */
  sheets_: readonly CSSStyleSheet[];
  /** Copies of elements, by what they are copies of. */
  copies_: ReadonlyMap<Node, Element>;
}

/** What follows the styles of a page, for those who have adopted them. */
interface Follower {
  readonly adopters_: Map<ShadowRoot, Adopter>;
  /** Follows while there is anybody for whom. */
  follow_(): void;
  update_(adopter: Adopter): void;
}

const followers = new WeakMap<Styled, Follower>();

/** Gives a root the styles of the page, until what is answered is called; what has them already is seen to be right. */
export function adoptStyles(world: Styled, root: ShadowRoot): () => void {
  let follower = followers.get(world);
  if (!follower) followers.set(world, follower = createFollower(world));
  const { adopters_: adopters, follow_: follow, update_: update } = follower;
  const adopter = adopters.get(root) ?? { root_: root, sheets_: [], copies_: new Map() };
  adopters.set(root, adopter);
  follow();
  update(adopter);
  return () => {
    adopters.delete(root);
    follow();
    give(adopter, [], []);
  };
}

const isStyle = (node: Node | null): boolean => /^(link|style)$/i.test(node?.nodeName ?? "");

function createFollower(world: Styled): Follower {
  const { document } = world;
  const adopters = new Map<ShadowRoot, Adopter>();
  /** By the sheets of the page; also what they said, so that only what changed is written. */
  const shared = new WeakMap<CSSStyleSheet, { readonly copy_: CSSStyleSheet; text_: string }>();
  let follows = false;

  const share = (sheet: CSSStyleSheet, text: string): CSSStyleSheet => {
    let known = shared.get(sheet);
    if (!known) shared.set(sheet, known = { copy_: new world.CSSStyleSheet({ baseURL: sheet.href || document.baseURI }), text_: "" });
    const { copy_: copy } = known;
    if (known.text_ != text) copy.replaceSync(known.text_ = text);
    if (copy.media.mediaText != sheet.media.mediaText) copy.media.mediaText = sheet.media.mediaText;
    return copy;
  };

  const update = (...some: Adopter[]) => {
    const sheets = [...document.styleSheets].filter((sheet) => !sheet.disabled);
    const texts = sheets.map((sheet) => textOf(sheet, document.baseURI));
    // A root's own elements come before what it has adopted: so all that stands before one that has to be copied is copied too.
    const first = texts.lastIndexOf(undefined) + 1;
    const adopted = [...sheets.slice(first).map((sheet, i) => share(sheet, texts[first + i]!)), ...document.adoptedStyleSheets];
    const elements = sheets.slice(0, first).map(({ ownerNode }, i) => [ownerNode as Element, texts[i]] as const);
    for (const adopter of some) give(adopter, adopted, elements);
  };

  // What a script does to a sheet without its element nobody hears of: a page that does so says this.
  const hear = () => update(...adopters.values());
  /** Of what else changes in the head, a title above all, nothing is read again. */
  const observer = new world.MutationObserver((records) => {
    const isOne = ({ target, addedNodes, removedNodes }: MutationRecord) =>
      [target, target.parentNode, ...addedNodes, ...removedNodes].some(isStyle);
    if (records.some(isOne)) hear();
  });
  /** A link, or the imports of a style, that came later. */
  const load = ({ target }: Event) => isStyle(target as Node) && hear();

  const follow = () => {
    if (follows == !adopters.size) {
      follows = !follows;
      if (follows) observer.observe(document.head, { attributes: true, characterData: true, childList: true, subtree: true });
      else observer.disconnect();
      const act = follows ? "addEventListener" : "removeEventListener";
      document[act]("load", load as EventListener, true);
      world[act]("nacre:styles", hear);
    }
  };
  return { adopters_: adopters, follow_: follow, update_: update };
}

/** Has a root show these and no others of ours; nothing is touched that is right already. */
function give(adopter: Adopter, sheets: readonly CSSStyleSheet[], elements: readonly (readonly [Element, string | undefined])[]): void {
  const { root_: root } = adopter;
  const others = root.adoptedStyleSheets.filter((sheet) => !adopter.sheets_.includes(sheet) && !sheets.includes(sheet));
  const wanted = [...sheets, ...others];
  if (wanted.length != root.adoptedStyleSheets.length || wanted.some((sheet, i) => sheet != root.adoptedStyleSheets[i])) {
    root.adoptedStyleSheets = wanted;
  }
  adopter.sheets_ = sheets;

  const copies = new Map<Node, Element>();
  let place = root.firstChild;
  for (const [element, text] of elements) {
    const copy = copyOf(element, text);
    const before = adopter.copies_.get(element);
    const stays = before?.isEqualNode(copy) ? before : copy;
    copies.set(element, stays);
    if (stays == place) place = place.nextSibling;
    else root.insertBefore(stays, place);
  }
  for (const [element, copy] of adopter.copies_) if (copies.get(element) != copy) copy.remove();
  adopter.copies_ = copies;
}

/** A copy of a `<link>`, or of a `<style>` with what it says now. */
function copyOf(element: Element, text: string | undefined): Element {
  const copy = element.cloneNode(true) as Element;
  // Its handlers have been called already.
  for (const { name } of [...copy.attributes]) if (name.startsWith("on")) copy.removeAttribute(name);
  if (copy.localName == "style" && text != null) copy.textContent = text;
  return copy;
}

/** What a sheet says, with what it imports in place and all addresses whole; undefined where the browser does not tell. */
function textOf(sheet: CSSStyleSheet, base: string): string | undefined {
  try {
    return [...sheet.cssRules].map((rule) => {
      if (!("styleSheet" in rule)) return absolute(rule.cssText, sheet.href || base);
      const { styleSheet, media, layerName, supportsText } = rule as CSSImportRule;
      // It could not be loaded, or its condition does not hold.
      if (!styleSheet) return "";
      let text = textOf(styleSheet, sheet.href || base);
      // One that does not tell has to be loaded again, by a copy of all of it.
      if (text == null) throw sheet;
      if (layerName != null) text = `@layer ${layerName}{${text}}`;
      if (media.mediaText) text = `@media ${media.mediaText}{${text}}`;
      return supportsText ? `@supports ${supportsText.includes("(") ? supportsText : `(${supportsText})`}{${text}}` : text;
    }).join("\n");
  } catch {
    return undefined;
  }
}

/** A rule of a sheet at an address, as it has to be said in one that is at none. */
function absolute(rule: string, base: string): string {
  return rule.replace(/url\("(?!#)([^"\\]+)"\)/g, (all, url) => {
    try {
      return `url("${new URL(url, base)}")`;
    } catch {
      return all;
    }
  });
}
