/** Sealing, as whoever wants to forge sees it: a table of attacks, none of which may open, throw, or say why. */
import { assert, assertEquals, assertInstanceOf, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { makeSecret, Sealer, type SealerOptions, TooLargeError } from "../runtime/continuity/seal.ts";
import { seeded } from "./kit.ts";

const secret = "a secret for tests alone";
const start = Date.UTC(2026, 0, 31, 23, 59, 30);
const base = { secret, app: "counter", now: () => start };
const anna = { context: "anna" };
const text = '["counter",[1,2],{"count":42}]';

function sealer(options: Partial<SealerOptions> = {}): Sealer {
  return new Sealer({ ...base, ...options });
}

const bytesOf = (token: string) => Uint8Array.fromBase64(token, { alphabet: "base64url" });
const tokenOf = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

/** A token made by the description of the format alone, and by another implementation of all that is in it: what the secret's owner could make. */
async function make(
  payload: Uint8Array<ArrayBuffer>,
  { format = 1, until = start / 1_000 + 60, app = "counter", context = "anna" } = {},
): Promise<string> {
  const utf8 = (value: string) => new TextEncoder().encode(value);
  const info = utf8(JSON.stringify(["nacre seal", app, Math.floor(until / 86_400)]));
  const secretKey = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    secretKey,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const header = new Uint8Array(5);
  header[0] = format;
  new DataView(header.buffer).setUint32(1, until);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new Uint8Array([...header, ...utf8(JSON.stringify(context))]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData, tagLength: 128 }, key, payload);
  return tokenOf(new Uint8Array([...header, ...iv, ...new Uint8Array(sealed)]));
}

Deno.test("seal() makes what open() opens, short and long, in the same context", () => {
  const long = JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, label: `row ${id}` })));
  for (const each of ["", "x", text, long, "\ufeffé\u{1f9aa}\u0000", "\ufeff".repeat(100)]) {
    for (const context of ["", "anna", "é", "\ud800", '"', "x".repeat(100_000)]) {
      assertEquals(sealer().open(sealer().seal(each, { context, ms: 1_000 }), { context }), each);
    }
  }
});

Deno.test("seal() adds 44 characters to a short text, and deflates a long one", () => {
  assertEquals(sealer().seal("", { ...anna, ms: 1_000 }).length, 44);
  assertEquals(sealer().seal("x".repeat(192), { ...anna, ms: 1_000 }).length < 80, true);
  const counter = JSON.stringify(["counter", "1.0.0", "b7Wf2m1Qe0", 12, 7, ["9f86d081884c7d65"], "3a7bd3e2360a3d29", {
    count: 42,
    name: "Anna",
  }, []]);
  assertLess(sealer().seal(counter, { ...anna, ms: 1_000 }).length, 200);
});

Deno.test("seal() never makes the same token twice, and shows nothing of the text", () => {
  const tokens = Array.from({ length: 1_000 }, () => sealer().seal(text, { ...anna, ms: 1_000 }));
  assertEquals(new Set(tokens).size, 1_000);
  for (const token of tokens) assert(!new TextDecoder().decode(bytesOf(token)).includes("count"));
});

Deno.test("open() opens what another implementation made by the format's description", async () => {
  assertEquals(sealer().open(await make(new TextEncoder().encode(text)), anna), text);
  assertEquals(sealer().open(await make(new Uint8Array(deflateRawSync(text)), { format: 2 }), anna), text);
});

const token = sealer().seal(text, { ...anna, ms: 60_000 });
const bytes = bytesOf(token);
const other = bytesOf(sealer().seal(text, { ...anna, ms: 60_000 }));
const at = (ms: number) => sealer({ now: () => start + ms });

const refused: Record<string, () => (string | undefined)[] | Promise<(string | undefined)[]>> = {
  "each byte changed, in each bit": () =>
    [...bytes].flatMap((byte, index) =>
      Array.from({ length: 8 }, (_, bit) => sealer().open(tokenOf(bytes.with(index, byte ^ (1 << bit))), anna))
    ),
  "each character changed": () =>
    [...token].flatMap((was, index) =>
      ["A", "z", "_", "=", " ", "\n", "\0", "é", "\ud800"].filter((now) => now !== was).map((now) =>
        sealer().open(token.slice(0, index) + now + token.slice(index + 1), anna)
      )
    ),
  "cut off at each length": () => [...token].map((_, length) => sealer().open(token.slice(0, length), anna)),
  "begun late": () => [...token].map((_, index) => sealer().open(token.slice(index + 1), anna)),
  "bytes appended, or characters": () => ["A", "AA", "AAAA", "=", "==", " ", "\n", token].map((end) => sealer().open(token + end, anna)),
  "another spelling of the same bytes": () => {
    const odd = sealer().seal("ab", { ...anna, ms: 60_000 });
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return [...letters].filter((last) => last !== odd.at(-1)).map((last) => sealer().open(odd.slice(0, -1) + last, anna));
  },
  "base64 that is not base64url": () => {
    const plus = Array.from({ length: 100 }, () => sealer().seal(text, { ...anna, ms: 60_000 })).find((each) => /[-_]/.test(each))!;
    return [sealer().open(plus.replaceAll("-", "+").replaceAll("_", "/"), anna)];
  },
  "parts of two tokens": () => {
    const parts = [...bytes].map((_, cut) => tokenOf(new Uint8Array([...bytes.slice(0, cut), ...other.slice(cut)])));
    return parts.filter((part) => part !== token && part !== tokenOf(other)).map((part) => sealer().open(part, anna));
  },
  "another context": () => ["", "bob", "Anna", "anna ", "anna\0", '"anna"', "\ud800"].map((context) => sealer().open(token, { context })),
  "contexts that are one in UTF-8": () => [sealer().open(sealer().seal(text, { context: "\ud800", ms: 60_000 }), { context: "\udbff" })],
  "another app": () => ["", "Counter", "counter ", "todo"].map((app) => sealer({ app }).open(token, anna)),
  "another secret": () => [sealer({ secret: makeSecret() }).open(token, anna), sealer({ secret: `${secret} ` }).open(token, anna)],
  "over since more than 2 minutes": () => [60_000 + 120_001, 86_400_000, 1e12].map((ms) => at(ms).open(token, anna)),
  "a longer life than was sealed": () => {
    const longer = bytes.slice();
    new DataView(longer.buffer).setUint32(1, start / 1_000 + 3_600);
    return [sealer().open(tokenOf(longer), anna)];
  },
  "an unknown format": async () =>
    await Promise.all([0, 3, 255].map(async (format) => sealer().open(await make(new Uint8Array(10), { format }), anna))),
  "a format that is the other one": async () => [
    sealer().open(await make(new TextEncoder().encode(text), { format: 2 }), anna),
    // Deflate is no UTF-8.
    sealer().open(await make(new Uint8Array(deflateRawSync(text.repeat(100))), { format: 1 }), anna),
  ],
  "what is no UTF-8": async () => [sealer().open(await make(new Uint8Array([0xc3, 0x28])), anna)],
  "a deflate bomb": async () => {
    const bomb = new Uint8Array(deflateRawSync(new Uint8Array(30_000_000)));
    assertLess(bomb.length, 30_000);
    return [
      sealer().open(await make(bomb, { format: 2 }), anna),
      sealer().open(await make(new Uint8Array(deflateRawSync(new Uint8Array(1024 * 1024 + 1))), { format: 2 }), anna),
    ];
  },
  "a stream that does not end":
    async () => [sealer().open(await make(new Uint8Array(deflateRawSync(text)).slice(0, -3), { format: 2 }), anna)],
  "longer than any token may be": () => {
    const large = new Sealer({ ...base, mostToken: 100_000 });
    const noise = tokenOf(crypto.getRandomValues(new Uint8Array(30_000)));
    return [sealer().open(large.seal(noise + noise, { ...anna, ms: 1_000 }), anna), sealer().open("A".repeat(50_000_000), anna)];
  },
  garbage: () =>
    ["", " ", "\0", "A", "AAAA", "null", "[]", "é", "\ud800", "=", "A".repeat(43), "A".repeat(44), "_".repeat(48), "A".repeat(49_152)].map((
      each,
    ) => sealer().open(each, anna)),
  "noise under a known format": () =>
    Array.from({ length: 500 }, (_, length) => {
      const noise = crypto.getRandomValues(new Uint8Array(length + 1));
      noise[0] = 1 + length % 2;
      return sealer().open(tokenOf(noise), anna);
    }),
};
for (const [name, attempts] of Object.entries(refused)) {
  Deno.test(`open() refuses ${name}`, async () => {
    assertEquals(sealer().open(token, anna), text);
    const opened = await attempts();
    assert(opened.length > 0);
    assertEquals(new Set(opened), new Set([undefined]));
  });
}

Deno.test("open() gives 2 minutes of grace, and thinks nothing of a token from the future", () => {
  for (const ms of [0, 59_999, 60_001, 60_000 + 120_000]) assertEquals(at(ms).open(token, anna), text);
  for (const ms of [-1, -3_600_000, -40 * 86_400_000]) assertEquals(at(ms).open(token, anna), text);
});

Deno.test("open() opens across midnight: the day is the token's, not the clock's", () => {
  const across = sealer().seal(text, { ...anna, ms: 20_000 });
  assertEquals(at(60_000).open(across, anna), text);
  const long = sealer().seal(text, { ...anna, ms: 400 * 86_400_000 });
  assertEquals(at(399 * 86_400_000).open(long, anna), text);
});

Deno.test("open() opens under all secrets, seal() seals under the first: a secret is changed without a cut", () => {
  const next = makeSecret();
  const old = sealer();
  const both = sealer({ secret: [next, secret] });
  const after = sealer({ secret: [next] });
  assertEquals(both.open(token, anna), text);
  const fresh = both.seal(text, { ...anna, ms: 60_000 });
  assertEquals([old.open(fresh, anna), both.open(fresh, anna), after.open(fresh, anna)], [undefined, text, text]);
  assertEquals(after.open(token, anna), undefined);
  // First all processes learn to open by the next, then they seal by it.
  assertEquals(sealer({ secret: [secret, next] }).open(fresh, anna), text);
});

Deno.test("open() goes on opening when strangers have named more days than there are keys kept", () => {
  const one = sealer();
  for (let day = 0; day < 200; day++) {
    const forged = bytes.slice();
    new DataView(forged.buffer).setUint32(1, start / 1_000 + day * 86_400);
    assertEquals(one.open(tokenOf(forged), anna), undefined);
    assertEquals(one.open(token, anna), text);
  }
});

Deno.test("seal() throws when there is too much, and what it does seal opens", () => {
  const noise = (length: number) => tokenOf(crypto.getRandomValues(new Uint8Array(length)));
  const one = sealer();
  const error = assertThrows(() => one.seal(noise(60_000), { ...anna, ms: 1 }), TooLargeError, "it must be at most 49152");
  assertInstanceOf(error, RangeError);
  assertThrows(() => one.seal("x".repeat(1024 * 1024 + 1), { ...anna, ms: 1 }), TooLargeError, "1048577 bytes of text");
  const most = "x".repeat(1024 * 1024);
  assertEquals(one.open(one.seal(most, { ...anna, ms: 1 }), anna), most);
  const small = sealer({ mostToken: 100 });
  assertEquals(small.open(small.seal("x".repeat(42), { ...anna, ms: 1 }), anna), "x".repeat(42));
  assertThrows(() => small.seal("x".repeat(43), { ...anna, ms: 1 }), TooLargeError, "a token of 102 characters");
});

Deno.test("seal() throws for what it could not give back, and for times that are none", () => {
  assertThrows(() => sealer().seal("\ud800", { ...anna, ms: 1 }), TypeError, "half of a surrogate pair");
  for (const ms of [NaN, Infinity, -Infinity, 1e15, -1e15]) {
    assertThrows(() => sealer().seal("x", { ...anna, ms }), RangeError, "no time between 1970 and 2106");
  }
});

Deno.test("new Sealer() takes no secret that could be guessed, and repeats none", () => {
  for (const weak of ["", "123456789012345", ["long enough for one", "short one"]]) {
    const error = assertThrows(() => sealer({ secret: weak }), RangeError, "use at least 16");
    assert(!error.message.includes("short one"));
  }
  assertThrows(() => sealer({ secret: [] }), RangeError, "without a secret");
  assertThrows(() => sealer({ random: () => new Uint8Array(8) }).seal("", { ...anna, ms: 1 }), RangeError, "8 random bytes");
});

Deno.test("makeSecret() makes a secret of 43 characters that nobody had before", () => {
  const made = makeSecret();
  assertEquals(made.length, 43);
  assertNotEquals(made, makeSecret());
  assertEquals(sealer({ secret: made }).open(sealer({ secret: made }).seal(text, { ...anna, ms: 1 }), anna), text);
});

seeded("seal() and open() are each other's way back, for any text and time", (random) => {
  for (let run = 0; run < 300; run++) {
    const any = Array.from({ length: random.below(400) }, () => String.fromCodePoint(random.below(random.pick([0x80, 0xd800])))).join("");
    const one = sealer({ random: (bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)) });
    const ms = random.below(1e10);
    const made = one.seal(any, { context: any, ms });
    assertEquals(at(random.below(ms + 120_000)).open(made, { context: any }), any);
    assertEquals(at(ms + 122_000).open(made, { context: any }), undefined);
  }
});
