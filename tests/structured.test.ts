/** Structured data as text and back: all that comes back as it was, all that is refused and by which path, and garbage. */
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { isDeepStrictEqual } from "node:util";
import vm from "node:vm";
import { NotStructuredError, readStructured, writeStructured } from "../runtime/continuity/structured.ts";
import { type Random, seeded } from "./kit.ts";

/** Comes back, with the difference shown where there is one; and with holes, -0 and prototypes compared, of which `assertEquals` thinks nothing. */
function assertComesBack(value: unknown): void {
  const back = readStructured(writeStructured(value));
  assertEquals(back, value);
  assert(isDeepStrictEqual(back, value), `Not the same: ${writeStructured(value)}`);
}

const ownProto = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":null}');
const bytes = new Uint8Array([0, 1, 127, 128, 255, 9, 9, 9]);

const kept: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  true: true,
  text: 'é "quoted" \\ \u0000 \u2028 \u{1f9aa}',
  "an empty text": "",
  "half of a surrogate pair": ["\ud800", "a\udc00b"],
  "half of a surrogate pair as a name": { "\ud800": 1 },
  numbers: [0, 1, -1.5, 1e21, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53],
  "numbers that are not JSON": [NaN, Infinity, -Infinity, -0],
  bigints: [0n, -1n, 2n ** 200n, -(2n ** 64n)],
  "undefined as property and item": { a: undefined, b: [undefined, 1] },
  "an empty object": {},
  "the name __proto__": ownProto,
  "what is not JSON under the name __proto__": JSON.parse('{"__proto__":{"a":0}}', (name, value) => name === "a" ? new Date(5) : value),
  "a name like the mark": { $: 1 },
  "a name like the mark, and a list": { $: ["Date", 0] },
  "a name like the mark, twice": { $: { $: { $: undefined } } },
  "a name like the mark among others": { $: [], other: new Date(0) },
  "a text like the mark": ['{"$":["Date",0]}', { '{"$":': '{"$":' }],
  "an empty array": [],
  "holes alone": new Array(9),
  // deno-lint-ignore no-sparse-arrays -- holes are what this is about
  "holes between": [, new Date(0), , "x", ,],
  dates: [new Date(0), new Date(-1), new Date(8.64e15), new Date(NaN)],
  map: new Map<unknown, unknown>([["a", 1], [NaN, new Map([[{ key: 1 }, undefined]])], [undefined, new Date(0)]]),
  "an empty map": new Map(),
  set: new Set<unknown>([1, "1", new Set([[]]), undefined, NaN]),
  patterns: [/a\/b[/]"/giu, new RegExp(""), /(?<year>\d)/dvy],
  urls: [new URL("https://example.org/a?b=ü#c"), new URL("data:,x")],
  buffer: bytes.buffer,
  "no bytes": new ArrayBuffer(0),
  views: [
    new DataView(bytes.buffer.slice(1, 4)),
    new Int8Array(bytes),
    bytes,
    new Uint8ClampedArray(bytes),
    new Int16Array([-2, 300]),
    new Uint16Array([65535]),
    new Int32Array([-1]),
    new Uint32Array([4294967295]),
    new Float16Array([0.5, -0]),
    new Float32Array([0.5]),
    new Float64Array([NaN, -0, 0.1]),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
  ],
};
for (const [name, value] of Object.entries(kept)) {
  Deno.test(`writeStructured() keeps ${name}`, () => assertComesBack(value));
}

Deno.test("writeStructured() writes what is JSON as JSON", () => {
  for (const value of [null, 1, "a", [1, [true]], { rows: [{ id: 1, label: "x" }], "": { $a: [] } }, ownProto]) {
    assertEquals(writeStructured(value), JSON.stringify(value));
  }
});

Deno.test("writeStructured() changes nothing of what it writes, and asks no prototype for more", () => {
  const model = Object.freeze({ at: new Date(0), list: Object.freeze([undefined, Object.freeze({ n: NaN })]) });
  writeStructured(model);
  assertEquals(model, { at: new Date(0), list: [undefined, { n: NaN }] });
});

Deno.test("readStructured() makes an ordinary object of one without a prototype, and none has another", () => {
  const bare = Object.assign(Object.create(null), { a: new Date(0) });
  const back = readStructured(writeStructured({ bare })) as { bare: object };
  assertStrictEquals(Object.getPrototypeOf(back.bare), Object.prototype);
  const proto = readStructured(writeStructured({ deep: ownProto, at: new Date(0) })) as { deep: object };
  assertStrictEquals(Object.getPrototypeOf(proto.deep), Object.prototype);
  assertEquals(Object.keys(proto.deep), ["__proto__", "constructor", "toString"]);
  assertEquals(({} as { admin?: boolean }).admin, undefined);
});

Deno.test("readStructured() makes two of what stood at two places, and a buffer of its own for a part of one", () => {
  const shared = { at: new Date(0) };
  const [one, other] = readStructured(writeStructured([shared, shared])) as object[];
  assertEquals(one, other);
  assert(one !== other);
  const part = readStructured(writeStructured(new Uint8Array(bytes.buffer, 2, 3))) as Uint8Array;
  assertEquals(part.buffer.byteLength, 3);
});

class Account {
  balance = 1;
}
class Names extends Map<string, string> {}
class Rows extends Array<number> {}
const within: { list: unknown[] } = { list: [] };
within.list.push({ model: within });
const nested = (levels: number) => {
  let value: unknown = "bottom";
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const refused: readonly (readonly [model: unknown, path: string, why: string])[] = [
  [() => 1, "model", "a function"],
  [Symbol("x"), "model", "a symbol"],
  [{ rows: [1, 2, 3, { onClick() {} }] }, "model.rows[3].onClick", "a function"],
  [{ rows: [new Date(0), { "on click": Symbol() }] }, 'model.rows[1]["on click"]', "a symbol"],
  [{ account: new Account() }, "model.account", "an instance of Account"],
  [[new Names()], "model[0]", "an instance of Names"],
  [[new Rows()], "model[0]", "an instance of Rows"],
  [{ buffer: new (class extends Uint8Array {})(1) }, "model.buffer", "an instance of a class"],
  [{ made: Object.create({ inherited: 1 }) }, "model.made", "an instance of Object"],
  [{ error: new Error("no") }, "model.error", "an instance of Error"],
  [{ user: Promise.resolve() }, "model.user", "an instance of Promise"],
  [{ a: new WeakMap() }, "model.a", "an instance of WeakMap"],
  [{ a: new WeakSet() }, "model.a", "an instance of WeakSet"],
  [{ a: new SharedArrayBuffer(1) }, "model.a", "an instance of SharedArrayBuffer"],
  [{ a: Object(1) }, "model.a", "an instance of Number"],
  [{ a: new Map().values() }, "model.a", "an instance of Iterator"],
  [{ a: vm.runInNewContext("({})") }, "model.a", "an instance of Object"],
  [{ a: Math }, "model.a", "named by a symbol"],
  [{ a: { [Symbol("tag")]: 1 } }, "model.a", "Symbol(tag)"],
  [{ a: Object.assign([1], { [Symbol("tag")]: 1 }) }, "model.a", "named by a symbol"],
  [{ a: [1, "ab".match(/b/)] }, "model.a[1].index", "no item"],
  // deno-lint-ignore no-sparse-arrays -- holes are what this is about
  [{ a: [, () => 1] }, "model.a[1]", "a function"],
  // deno-lint-ignore no-sparse-arrays -- holes are what this is about
  [{ a: Object.assign([, 1], { more: 1 }) }, "model.a.more", "no item"],
  [{ a: Object.assign(new Map(), { size2: 1 }) }, "model.a", "a Map with properties of its own"],
  [{ a: Object.assign(/x/, { note: 1 }) }, "model.a", "a RegExp with properties of its own"],
  [
    {
      user: {
        get name() {
          return "x";
        },
      },
    },
    "model.user.name",
    "a getter",
  ],
  [{ a: Object.defineProperty({}, "b", { value: 1 }) }, "model.a.b", "hidden"],
  [within, "model.list[0].model", "within itself"],
  [{ set: new Set([0, within]) }, "model.set.values()[1].list[0].model", "within itself"],
  [{ deep: nested(600) }, `model.deep${".a".repeat(500)}`, "deeper than 500"],
  [{ byId: new Map<unknown, unknown>([["a", 1], ["b", [new Account()]]]) }, 'model.byId.get("b")[0]', "an instance of Account"],
  [{ byId: new Map<unknown, unknown>([[7, () => 1]]) }, "model.byId.get(7)", "a function"],
  [{ byId: new Map<unknown, unknown>([[{}, 1], [{}, () => 1]]) }, "model.byId.values()[1]", "a function"],
  [{ byId: new Map<unknown, unknown>([["a", 1], [{ f() {} }, 1]]) }, "model.byId.keys()[1].f", "a function"],
  [{ a: 1, tags: new Set([1, Symbol()]) }, "model.tags.values()[1]", "a symbol"],
  [{ a: [{ b: [] }, Object.create(Map.prototype)] }, "model.a[1]", "cannot be read"],
  [{ a: [{ b: [] }, Object.create(Date.prototype)] }, "model.a[1]", "cannot be read"],
  [{ a: [{ b: [] }, revoked.proxy] }, "model.a[1]", "cannot be read"],
  [{ a: (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON("1") }, "model.a", "an instance of a class"],
];
for (const [model, path, why] of refused) {
  Deno.test(`writeStructured() refuses ${path.slice(0, 60)}: ${why}`, () => {
    const error = assertThrows(() => writeStructured(model), NotStructuredError, why);
    assertEquals(error.path, path);
    assertInstanceOf(error, TypeError);
    assert(error.message.startsWith(`Cannot keep ${path}: `), error.message);
  });
}

Deno.test("writeStructured() takes what is nested 500 deep, marks and all", () => {
  assertComesBack(nested(500));
  let value: unknown = new Set([undefined]);
  for (let level = 0; level < 500; level++) value = level % 2 ? { $: value } : new Set([value]);
  assertComesBack(value);
});

const garbage: readonly string[] = [
  "",
  "{",
  "undefined",
  '{"$":1}',
  '{"$":{}}',
  '{"$":["Nothing known"]}',
  '{"$":["constructor"]}',
  '{"$":["__proto__",1]}',
  '{"$":[1]}',
  '{"$":[null]}',
  '{"$":["Date","today"]}',
  '{"$":["bigint","x"]}',
  '{"$":["bigint",{"toString":1}]}',
  '{"$":["number",1]}',
  '{"$":["Map",1]}',
  '{"$":["RegExp","(",""]}',
  '{"$":["RegExp","a","zz"]}',
  '{"$":["URL","not one"]}',
  '{"$":["Uint8Array","***"]}',
  '{"$":["Uint16Array","AAAA"]}',
  '{"$":["Array",-1]}',
  '{"$":["Array",1.5]}',
  '{"$":["Array",2,2,"out of it"]}',
  '{"$":["Array",2,"__proto__",[]]}',
  `${"[".repeat(100_000)}{"$":[]}${"]".repeat(100_000)}`,
];
for (const text of garbage) {
  Deno.test(`readStructured() refuses ${text.length > 50 ? "100,000 levels" : text || "nothing"}`, () => {
    const error = assertThrows(() => readStructured(text), SyntaxError, "Cannot read structured data");
    assert(text.length < 5 || !error.message.includes(text));
  });
}

seeded("readStructured() reads what writeStructured() wrote, whatever it is", (random) => {
  for (let run = 0; run < 500; run++) assertComesBack(randomValue(random, 4));
});

seeded("readStructured() throws nothing but a SyntaxError, whatever is done to a text", (random) => {
  for (let run = 0; run < 500; run++) {
    const text = writeStructured(randomValue(random, 3));
    const at = random.below(text.length);
    const other = random.chance(0.5) ? text.slice(at + 1) : text.slice(random.below(text.length));
    try {
      readStructured(text.slice(0, at) + random.pick(["", "$", '"', "[", "]", "0", ',"']) + other);
    } catch (error) {
      assertInstanceOf(error, SyntaxError);
    }
  }
});

function randomValue(random: Random, levels: number): unknown {
  const parts = <T>(make: () => T): T[] => Array.from({ length: random.below(5) }, make);
  const within = () => randomValue(random, levels - 1);
  const text = () => parts(() => random.pick(["a", "$", "é", "\ud83e", '"', "\\", "__proto__", "length", "0"])).join("");
  const scalars: (() => unknown)[] = [
    () => null,
    () => undefined,
    () => random.chance(0.5),
    text,
    () => random.pick([NaN, -0, Infinity, 0, random.next(), random.below(1e9)]),
    () => BigInt(random.below(1e9)) - 5n,
  ];
  if (levels === 0) return random.pick(scalars)();
  return random.pick([
    ...scalars,
    () => new Date(random.chance(0.1) ? NaN : random.below(1e12)),
    () => new URL(`https://example.org/${encodeURIComponent(text().toWellFormed())}`),
    () => new Uint8Array(parts(() => random.below(256))),
    () => new Float64Array(parts(() => random.next())),
    () => new Map(parts(() => [within(), within()] as const)),
    () => new Set(parts(within)),
    () => parts(within),
    () => {
      const array = parts(within);
      if (array.length > 1) delete array[random.below(array.length)];
      return array;
    },
    // No name with a backslash: JSON.parse of V8 15.0 takes a name `x"` for `x\` once it has read that at the same place of another object.
    () => Object.fromEntries(parts(() => [text().replaceAll("\\", ""), within()] as const)),
    () => ({ $: within() }),
  ])();
}
