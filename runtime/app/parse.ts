/** `parse`: readers of what a page says of its element, an attribute's text or a property's JSON. They never throw anything else than {@link Unparsed}. */

/** What a value of the page is not. Caught where facts are understood: the fact is refused. */
export class Unparsed extends Error {
  override name = "Unparsed";
}

/** Reads a value of the page and makes a message of it. */
export type Parser<Msg> = (value: unknown) => Msg | undefined;

/**
 * Parsers for `onAttribute` and `onProperty`. What does not parse is refused, and counted; in development the console says what it was.
 * An attribute that is removed, or a property that is `null`, is `absent` where that is given, and no message where it is not.
 *
 * @example
 * ```ts
 * import { app, parse, simulate } from "@nacre/nacre";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = app({
 *   init: () => ({ step: 1 }),
 *   update: (_model, msg: { step: number }) => msg,
 *   view: (model) => `Steps of ${model.step}`,
 *   onAttribute: { step: parse.integer((step) => ({ step }), 1) },
 * });
 * const test = simulate(counter);
 * test.attribute("step", "5");
 * assertEquals(test.html(), "Steps of 5");
 * test.attribute("step", null);
 * assertEquals(test.html(), "Steps of 1");
 * ```
 */
export const parse: {
  /** A finite number, or the text of one. */
  number<const Msg>(to: (value: number) => Msg | undefined, absent?: number): Parser<Msg>;
  /** A whole number that is exact in JavaScript, or the text of one. */
  integer<const Msg>(to: (value: number) => Msg | undefined, absent?: number): Parser<Msg>;
  /** Of an attribute whether it is there, as in HTML; of a property a boolean. */
  boolean<const Msg>(to: (value: boolean) => Msg | undefined): Parser<Msg>;
  /** Any text. */
  string<const Msg>(to: (value: string) => Msg | undefined, absent?: string): Parser<Msg>;
  /** One of these texts. */
  oneOf<const Value extends string, const Msg>(
    values: readonly Value[],
    to: (value: Value) => Msg | undefined,
    absent?: Value,
  ): Parser<Msg>;
  /** Any JSON: the text of it, or what a property is already. What it is, only `to` can say: it is from outside. */
  json<const Msg>(to: (value: unknown) => Msg | undefined, absent?: unknown): Parser<Msg>;
} = {
  number: (to, absent) => parser((value) => numberOf(value, "a number", Number.isFinite), to, absent),
  integer: (to, absent) =>
    parser(
      (value) => {
        return numberOf(value, "a whole number", Number.isSafeInteger);
      },
      to,
      absent,
    ),
  boolean: (to) => (value) => {
    if (value !== null && typeof value !== "boolean" && typeof value !== "string") throw new Unparsed("a boolean");
    return to(typeof value === "string" || value === true);
  },
  string: (to, absent) =>
    parser(
      (value) => {
        if (typeof value !== "string") throw new Unparsed("a text");
        return value;
      },
      to,
      absent,
    ),
  oneOf<const Value extends string, const Msg>(
    values: readonly Value[],
    to: (value: Value) => Msg | undefined,
    absent?: Value,
  ): Parser<Msg> {
    return parser(
      (value) => {
        if (!(values as readonly unknown[]).includes(value)) throw new Unparsed(`one of ${values.join(", ")}`);
        return value as Value;
      },
      to,
      absent,
    );
  },
  json: (to, absent) => parser(jsonOf, to, absent),
};

function parser<T, Msg>(read: (value: unknown) => T, to: (value: T) => Msg | undefined, absent: T | undefined): Parser<Msg> {
  return (value) => {
    if (value !== null) return to(read(value));
    return absent === undefined ? undefined : to(absent);
  };
}

function numberOf(value: unknown, what: string, is: (number: unknown) => boolean): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (!is(number)) throw new Unparsed(what);
  return number as number;
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Unparsed("JSON");
  }
}
