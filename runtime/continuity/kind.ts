/**
 * The kinds of data that JSON does not know, each with how it is written as parts and made again of them. A kind is known by its prototype
 * alone: what an app derived from it is none. Reading never trusts a part to be what was written.
 */

/** One kind of object. */
export interface Kind {
  readonly name: string;
  /** How many named properties each has of its own. More are an app's, and would be lost. Infinity: they are not counted. */
  readonly own: number;
  /** Its parts, each either JSON already or given to `lower` with its index. It throws when the object is none of the kind. */
  write(value: object, lower: Lower): unknown[];
  /** Throws when the parts are not those of one. */
  read(parts: readonly unknown[]): object;
}

/** Writes what is within, which may be anything. */
export type Lower = (part: unknown, index: number) => unknown;

export interface Kinds {
  readonly byPrototype: ReadonlyMap<object, Kind>;
  readonly byName: ReadonlyMap<string, Kind>;
}

let known: Kinds | undefined;

/** All kinds. They are put together when the first is asked for: a bundler then sees that a page without needs none of them. */
export function kinds(): Kinds {
  if (known) return known;
  const all: (readonly [prototype: object, kind: Kind])[] = [
    kind(Date, (date) => [date.getTime()], ([time]) => new Date(time === null ? NaN : expect(isNumber, time))),
    kind(
      Map<unknown, unknown>,
      (map, lower) => [...Map.prototype.entries.call(map)].flat().map(lower),
      (parts) => new Map(pairsOf(parts)),
    ),
    kind(Set<unknown>, (set, lower) => [...Set.prototype.values.call(set)].map(lower), (parts) => new Set(parts)),
    kind(
      RegExp,
      (pattern) => [pattern.source, pattern.flags],
      ([source, flags]) => new RegExp(expect(isText, source), expect(isText, flags)),
      1,
    ),
    kind(URL, (url) => [url.href], ([href]) => new URL(expect(isText, href))),
    kind(ArrayBuffer, (buffer) => [new Uint8Array(buffer).toBase64()], ([text]) => bytesOf(text)),
  ];
  for (const View of views()) {
    const Class: { readonly name: string; readonly prototype: ArrayBufferView; new (bytes: ArrayBuffer): ArrayBufferView } = View;
    const write = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => [new Uint8Array(buffer, byteOffset, byteLength).toBase64()];
    // Bytes are in the order of the machine: little end first, wherever Deno runs.
    all.push(kind(Class, write, ([text]) => new Class(bytesOf(text)), Infinity));
  }
  return known = { byPrototype: new Map(all), byName: new Map(all.map(([, each]) => [each.name, each])) };
}

/** Typed arrays and `DataView`. */
function views() {
  return [
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float16Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ] as const;
}

function kind<T extends object>(
  of: { readonly name: string; readonly prototype: T },
  write: (value: T, lower: Lower) => unknown[],
  read: (parts: readonly unknown[]) => T,
  own = 0,
): [prototype: object, kind: Kind] {
  return [of.prototype, { name: of.name, own, write: write as Kind["write"], read }];
}

function bytesOf(text: unknown): ArrayBuffer {
  return Uint8Array.fromBase64(expect(isText, text)).buffer;
}

/** A part that is what it must be, or throws: what is read may be anything. */
export function expect<T>(is: (value: unknown) => value is T, part: unknown): T {
  if (!is(part)) throw new SyntaxError("A part of the data is of the wrong kind");
  return part;
}

/** For `expect`. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** For `expect`. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** Keys and values by turns, as pairs. */
function pairsOf(parts: readonly unknown[]): [key: unknown, value: unknown][] {
  if (parts.length % 2 !== 0) throw new SyntaxError("A key without a value");
  return Array.from({ length: parts.length / 2 }, (_, index) => [parts[2 * index], parts[2 * index + 1]]);
}
