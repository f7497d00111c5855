/**
 * The part of a message that is the same for many clients, compressed once for all of them where it is long (`docs/protocol.md`,
 * "Large messages"). It must never keep anything of a client.
 */
import type { Link } from "./member.ts";

/** UTF-16 units of the longest message that is sent as text to a link that compresses. */
const mostPlain = 1024;
/** An empty last block of raw deflate. */
const end = [3, 0];

/** What comes after the head of a message, to its end. */
export class Body {
  // What was made last, of each kind: most heads are the same.
  #plainHead: string | undefined;
  #plain = "";
  #packedHead: string | undefined;
  #packed: Uint8Array | undefined;
  #by: Link["deflate"];
  #deflated: Uint8Array | undefined;

  constructor(readonly text: string) {}

  /** The whole message for one client: a text, or bytes of raw deflate of the same text, which many are given. The head is short. */
  after(head: string, link: Link): string | Uint8Array {
    const { deflate } = link;
    if (!deflate || head.length + this.text.length <= mostPlain) {
      if (this.#plainHead !== head) {
        this.#plainHead = head;
        // Flat: what is only linked together costs each socket that it is sent to.
        this.#plain = [head, this.text].join("");
      }
      return this.#plain;
    }
    if (this.#packedHead !== head || this.#by !== deflate) {
      if (this.#by !== deflate) this.#deflated = (this.#by = deflate)(this.text);
      this.#packedHead = head;
      this.#packed = packed(head, this.#deflated!);
    }
    return this.#packed!;
  }
}

/** A whole message of raw deflate: a head as it is, then what is compressed. */
function packed(head: string, body: Uint8Array): Uint8Array {
  const before = stored(head);
  const message = new Uint8Array(before.length + body.length + end.length);
  message.set(before);
  message.set(body, before.length);
  message.set(end, before.length + body.length);
  return message;
}

/** The most bytes of a stored block of deflate. */
const mostStored = 65_535;

/** Stored blocks of raw deflate. They hold the head of one client, in front of the compressed body that all clients share. */
export function stored(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const count = Math.max(1, Math.ceil(bytes.length / mostStored));
  const blocks = new Uint8Array(5 * count + bytes.length);
  for (let i = 0, at = 0; i < count; i++) {
    const part = bytes.subarray(i * mostStored, (i + 1) * mostStored);
    const low = part.length & 255, high = part.length >> 8;
    blocks.set([0, low, high, low ^ 255, high ^ 255], at);
    blocks.set(part, at + 5);
    at += 5 + part.length;
  }
  return blocks;
}
