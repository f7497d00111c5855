/**
 * Sealing: a text that a browser keeps for the server, and can neither read nor change. It never throws for a token, whatever it is: what
 * was not sealed here, for this app and this context, or is over, does not open, and nothing says why.
 *
 * A token is base64url of: format (1 byte), when it is over (4 bytes, seconds since 1970, big end first), nonce (12), AES-256-GCM of the
 * text (deflated where that is shorter), tag (16). The first five bytes and the context are authenticated with it.
 */
import type * as nodeCrypto from "node:crypto";
import type * as nodeZlib from "node:zlib";
import { builtin } from "./builtin.ts";

/** The format: the text as it is, or raw deflate of it. */
const asItIs = 1;
const deflated = 2;

const headerBytes = 5;
/** 96 bits: the length for which GCM is made (NIST SP 800-38D, 5.2.1.1). */
const nonceBytes = 12;
/** The whole tag: a shorter one is easier to forge (NIST SP 800-38D, appendix C). */
const tagBytes = 16;
const keyBytes = 32;

/** A secret shorter than this could be found by trying, from one token, at home. */
const shortestSecret = 16;
/** Shorter texts are hardly ever shortened, and trying costs more than sealing does. */
const shortestDeflated = 128;
/** A table of 1,000 rows has 6,300 bytes at level 6 in 0.2 ms; 9 would save 400 of them and cost half as much again. */
const level = 6;
/** What deflate may become again: a token of a few bytes could be gigabytes. */
const mostText = 1024 * 1024;
/** The same for what is in a store. */
const mostBytes = 64 * 1024 * 1024;
/** Clocks differ, and what was on its way when it ended shall arrive. */
const graceMs = 120_000;
const dayMs = 86_400_000;
/** Today's keys and those of some days around it, of a few secrets. A forger can name any day: the list must not grow by that. */
const mostKeys = 16;

/** What `Sealer` is told. */
export interface SealerOptions {
  /** At least 16 characters, better `makeSecret()`; the same in all processes of an app. Of several the first seals, and all open. */
  readonly secret: string | readonly string[];
  /** Which app it is: what one seals, another with the same secret does not open. */
  readonly app: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Random bytes that nobody can guess, and that never come again; those of the platform by default. */
  readonly random?: (bytes: number) => Uint8Array;
  /** The most characters of a token; 49,152 by default. */
  readonly mostToken?: number;
}

/** Thrown by `seal` when there is too much for a token. */
export class TooLargeError extends RangeError {
  /** `TooLargeError`. */
  override readonly name = "TooLargeError";

  /** `what` is too large by the bound `most`. */
  constructor(what: string, most: number) {
    super(`Cannot seal ${what}: it must be at most ${most}. Keep less in the model, or give serve a store`);
  }
}

/**
 * Seals and opens, at once and not by promises: a snapshot is made within a rendering, and must not be overtaken by the next.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { makeSecret, Sealer } from "./seal.ts";
 *
 * const sealer = new Sealer({ secret: makeSecret(), app: "counter", now: Date.now });
 * const token = sealer.seal("[42]", { context: "anna", ms: 60_000 });
 * assertEquals(sealer.open(token, { context: "anna" }), "[42]");
 * assertEquals(sealer.open(token, { context: "bob" }), undefined);
 * ```
 */
export class Sealer {
  readonly #secrets: readonly string[];
  readonly #app: string;
  readonly #now: () => number;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #mostToken: number;
  /** By number of the secret and day; the one that was not used for longest first. */
  readonly #keys = new Map<string, Uint8Array>();
  readonly #crypto = builtin<typeof nodeCrypto>("node:crypto");
  readonly #zlib = builtin<typeof nodeZlib>("node:zlib");

  /** @throws RangeError when there is no secret, or one is shorter than 16 characters. */
  constructor({ secret, app, now, random = randomBytes, mostToken = 49_152 }: SealerOptions) {
    this.#secrets = typeof secret === "string" ? [secret] : [...secret];
    if (this.#secrets.length === 0) throw new RangeError("Cannot seal without a secret: give at least one, of makeSecret()");
    for (const { length } of this.#secrets) {
      if (length >= shortestSecret) continue;
      throw new RangeError(`Cannot seal with a secret of ${length} characters: use at least ${shortestSecret}, best those of makeSecret()`);
    }
    this.#app = app;
    this.#now = now;
    this.#random = random;
    this.#mostToken = mostToken;
  }

  /**
   * Seals a text for `ms` milliseconds, for whoever opens it in the same context (a user, for example).
   *
   * @throws TooLargeError when the text is above 1 MiB, or the token would be longer than `mostToken`.
   * @throws TypeError when the text has half of a surrogate pair, which UTF-8 has not. JSON.stringify writes none.
   * @throws RangeError when `ms` leads to no time between 1970 and 2106.
   */
  seal(text: string, options: { readonly context: string; readonly ms: number }): string {
    const token = this.#seal(text, options, mostText).toBase64({ alphabet: "base64url", omitPadding: true });
    if (token.length > this.#mostToken) throw new TooLargeError(`a token of ${token.length} characters`, this.#mostToken);
    return token;
  }

  /**
   * The same as bytes, for a store: only its text is bound, to 64 MiB.
   *
   * @throws as {@link Sealer.seal}.
   */
  sealBytes(text: string, options: { readonly context: string; readonly ms: number }): Uint8Array {
    return this.#seal(text, options, mostBytes);
  }

  #seal(text: string, { context, ms }: { readonly context: string; readonly ms: number }, most: number): Uint8Array<ArrayBuffer> {
    if (!text.isWellFormed()) throw new TypeError("Cannot seal half of a surrogate pair: write the text by JSON.stringify");
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > most) throw new TooLargeError(`${bytes.length} bytes of text`, most);

    const until = Math.ceil((this.#now() + ms) / 1_000);
    if (!(until >= 0 && until < 2 ** 32)) throw new RangeError(`Cannot seal for ${ms} ms: that is no time between 1970 and 2106`);
    const short = bytes.length < shortestDeflated ? bytes : this.#zlib.deflateRawSync(bytes, { level });
    const isShorter = short.length < bytes.length;
    const payload = isShorter ? short : bytes;

    const sealed = new Uint8Array(headerBytes + nonceBytes + payload.length + tagBytes);
    sealed[0] = isShorter ? deflated : asItIs;
    new DataView(sealed.buffer).setUint32(1, until);
    const nonce = this.#random(nonceBytes);
    if (nonce.length !== nonceBytes) {
      throw new RangeError(`Cannot seal with ${nonce.length} random bytes: random(${nonceBytes}) must answer ${nonceBytes}`);
    }
    sealed.set(nonce, headerBytes);
    const cipher = this.#crypto.createCipheriv("aes-256-gcm", this.#key(0, until), nonce, { authTagLength: tagBytes });
    cipher.setAAD(authenticated(sealed, context));
    sealed.set(cipher.update(payload), headerBytes + nonceBytes);
    cipher.final();
    sealed.set(cipher.getAuthTag(), sealed.length - tagBytes);
    return sealed;
  }

  /**
   * The text of a token, or nothing: it was changed, sealed by another secret, for another app or context, or is over since more than 2
   * minutes. It never throws.
   */
  open(token: string, { context }: { readonly context: string }): string | undefined {
    if (token.length > this.#mostToken) return undefined;
    try {
      const sealed = Uint8Array.fromBase64(token, { alphabet: "base64url" });
      // Base64 has room for white space and for bits that mean nothing. A token is spelled in one way.
      if (sealed.toBase64({ alphabet: "base64url", omitPadding: true }) !== token) return undefined;
      return this.#open(sealed, context, mostText);
    } catch {
      return undefined;
    }
  }

  /** The text of what `sealBytes` sealed, or nothing, as `open`. */
  openBytes(sealed: Uint8Array, { context }: { readonly context: string }): string | undefined {
    try {
      return this.#open(sealed, context, mostBytes);
    } catch {
      return undefined;
    }
  }

  #open(sealed: Uint8Array, context: string, most: number): string | undefined {
    if (sealed.length < headerBytes + nonceBytes + tagBytes) return undefined;
    const format = sealed[0];
    if (format !== asItIs && format !== deflated) return undefined;
    const until = new DataView(sealed.buffer, sealed.byteOffset).getUint32(1);
    // It was not authenticated yet. But what says of itself that it is over needs no key.
    if (until * 1_000 + graceMs < this.#now()) return undefined;
    for (const number of this.#secrets.keys()) {
      const payload = this.#decrypt(this.#key(number, until), sealed, context);
      if (!payload) continue;
      const bytes = format === asItIs ? payload : this.#zlib.inflateRawSync(payload, { maxOutputLength: most });
      // A mark of byte order at the beginning is a part of the text.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    return undefined;
  }

  #decrypt(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined {
    const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
    const decipher = this.#crypto.createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(authenticated(sealed, context));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const payload = decipher.update(sealed.subarray(headerBytes + nonceBytes, -tagBytes));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return payload;
  }

  /**
   * The key of a secret for what is over on that day: HKDF (RFC 5869), without salt, which a secret of chance does not need. A key of its own
   * each day, since random nonces are good for 2^32 tokens a key (NIST SP 800-38D, 8.3).
   */
  #key(number: number, until: number): Uint8Array {
    const day = Math.floor(until * 1_000 / dayMs);
    const name = `${number} ${day}`;
    const key = this.#keys.get(name) ??
      new Uint8Array(this.#crypto.hkdfSync("sha256", this.#secrets[number]!, "", JSON.stringify(["nacre seal", this.#app, day]), keyBytes));
    this.#keys.delete(name);
    this.#keys.set(name, key);
    if (this.#keys.size > mostKeys) this.#keys.delete(this.#keys.keys().next().value!);
    return key;
  }
}

/** A secret by chance: 256 bits, in 43 letters, digits, `-` and `_`. */
export function makeSecret(): string {
  return randomBytes(keyBytes).toBase64({ alphabet: "base64url", omitPadding: true });
}

function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

/** What is authenticated and not encrypted. As JSON no two contexts are the same bytes, whatever halves of surrogate pairs they have. */
function authenticated(sealed: Uint8Array, context: string): Uint8Array {
  const written = new TextEncoder().encode(JSON.stringify(context));
  const all = new Uint8Array(headerBytes + written.length);
  all.set(sealed.subarray(0, headerBytes));
  all.set(written, headerBytes);
  return all;
}
