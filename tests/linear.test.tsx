/**
 * Functions that read texts of a model or of a client take time that grows as the text does: each is given hostile repetitions of 1,000, 10,000
 * and 100,000 pieces, and ten times as many may not take much more than ten times as long. Quadratic growth takes a hundred times as long.
 */
import { assert, assertEquals } from "@std/assert";
import { h } from "preact";
import { eventOf } from "../runtime/app/payload.ts";
import { readResume } from "../runtime/app/member.ts";
import { readStructured, writeStructured } from "../runtime/continuity/structured.ts";
import { attributeName, attributeValue } from "../runtime/view/attribute.ts";
import { checksum } from "../runtime/view/checksum.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { Lowering } from "../runtime/view/lower.ts";
import { paint } from "../runtime/view/paint.ts";
import { canBeRaw, safeRawText } from "../runtime/view/raw_text.ts";
import { fitsIn } from "../runtime/wire/size.ts";
import { readResumeUp, readUp } from "../runtime/wire/up.ts";
import { realWorld } from "../runtime/world.ts";

const style = attributeName("div", "style");
const pieces = [
  "(",
  ")",
  "()",
  "('",
  '"',
  "'",
  "\\",
  "\\(",
  "/*",
  "*/",
  ";",
  "{",
  "[",
  "&lt;",
  "&",
  "<",
  "</",
  "</style",
  "<!--",
  "<script",
  "\u0000",
  "\r\n",
  " ",
  "\ud800",
  "A",
  "onA",
  "-",
  ".",
  "~",
  ",",
  '{"$":',
  "\\u0041",
];

/** Pieces in a row, and brackets in brackets. */
const texts: readonly (readonly [name: string, textOf: (count: number) => string])[] = [
  ...pieces.map((piece) => [JSON.stringify(piece), (count: number) => piece.repeat(count)] as const),
  ...["()", "[]", "{}", '("', "<>"].map(([open, close]) =>
    [`${open}...${close}`, (count: number) => open!.repeat(count / 2) + close!.repeat(count / 2)] as const
  ),
];
const paintOf = (view: unknown) => paint(new Lowering({ development: false, warn() {} }).lower(view as never), new Definitions());
/** What reads a text, each by its name. */
const readers: Record<string, (text: string) => unknown> = {
  "a style's value": (text) => attributeValue(style, { color: text }),
  "a style's name": (text) => attributeValue(style, { [text]: "red" }),
  "an attribute's name": (text) => attributeName("div", text),
  "an attribute's value": (text) => paintOf(h("p", { title: text })),
  "a text": (text) => paintOf(h("p", null, text)),
  "a style's text": (text) => paintOf(h("style", null, text)),
  "an option's text": (text) => paintOf(h("select", { value: "x" }, h("option", null, text))),
  "a raw text": (text) => [canBeRaw("script", text), safeRawText("style", text)],
  "a key": (text) => paintOf([h("p", { key: text }), h("p", { key: `${text}b` })]),
  "the size of an event": (text) => fitsIn(text, 5),
  "a checksum": (text) => checksum(text),
  "a message": (text) => readUp(text),
  "a message's text": (text) => readUp(JSON.stringify([0, [1], { key: text }])),
  "a resume message": (text) => readResumeUp(JSON.stringify(["resume", text, 0, [], []])),
  "an event's fields": (text) => eventOf("click", [0, [0], { key: text, [text]: text }, { value: text }], { include: ["key"] }),
  "an address": (text) => readResume(text, realWorld),
  "structured data": (text) => readStructured(writeStructured({ [text]: text })),
  "structured text": (text) => {
    try {
      return readStructured(text);
    } catch (error) {
      return assertEquals((error as Error).name, "SyntaxError");
    }
  },
};

/** The shortest of some runs, in ms: what else the machine does makes a run longer, and never shorter. */
function shortest(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

for (const [what, read] of Object.entries(readers)) {
  Deno.test(`reading ${what} takes time in proportion to its length`, () => {
    for (const [name, textOf] of texts) {
      read(textOf(1_000));
      const [less, more] = [10_000, 100_000].map((count) => {
        const text = textOf(count);
        return shortest(() => read(text));
      }) as [number, number];
      // Below a millisecond clocks and caches say more than the length.
      assert(
        more < 40 * Math.max(less, 1),
        `${name}: ${less.toFixed(2)} ms for 10,000, ${more.toFixed(2)} ms for 100,000`,
      );
    }
  });
}

Deno.test("lists of hostile keys are matched in time in proportion to their length", () => {
  const orders: Record<string, (count: number) => unknown[]> = {
    "one key": (count) => Array.from({ length: count }, () => "same"),
    "keys that differ at their end": (count) => Array.from({ length: count }, (_, i) => `${"k".repeat(50)}${i}`),
    "keys of objects' own names": (count) => Array.from({ length: count }, (_, i) => ["__proto__", "constructor", "toString"][i % 3]),
  };
  for (const [name, keys] of Object.entries(orders)) {
    const time = (count: number) => {
      const lowering = new Lowering({ development: false, warn() {} });
      const list = (all: unknown[]) => all.map((key, i) => h(i % 2 ? "p" : "b", { key: key as string }));
      lowering.lower(list(keys(count)));
      const start = performance.now();
      lowering.lower(list(keys(count).reverse()));
      return performance.now() - start;
    };
    time(1_000);
    const [less, more] = [2_000, 20_000].map((count) => Math.min(time(count), time(count), time(count))) as [number, number];
    assert(more < 40 * Math.max(less, 1), `${name}: ${less.toFixed(2)} ms for 2,000, ${more.toFixed(2)} ms for 20,000`);
  }
});
