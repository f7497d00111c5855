/** A short name of exactly this text: 48 bits of SHA-256. It is looked up when it is needed: what is bundled for a browser has no `node:crypto`. */

interface Crypto {
  createHash(name: "sha256"): { update(text: string): { digest(): Uint8Array } };
}

/** Characters of a hash. */
export const hashLength = 8;

let crypto: Crypto | undefined;

/** Eight letters, digits, `-` and `_`. Two texts of one view by chance have the same once in 10^14 times. */
export function hashOf(text: string): string {
  crypto ??= (globalThis as unknown as { process: { getBuiltinModule(name: string): Crypto } }).process.getBuiltinModule("node:crypto");
  return new Uint8Array(crypto.createHash("sha256").update(text).digest()).subarray(0, 6).toBase64({ alphabet: "base64url" });
}
