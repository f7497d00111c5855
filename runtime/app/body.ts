/**
 * The part of a message that is the same for many clients, compressed once for all of them where it is long (`docs/protocol.md`,
 * "Large messages"). It must never keep anything of a client.
 */
import type { Link } from "./member.ts";

/** UTF-16 units of the longest message that is sent as text to a link that compresses. */
export const mostPlain = 1024;
/** An empty last block of raw deflate. */
const end = [3, 0];

/** What comes after the head of a message, to its end. */
export class Body {
  #deflated: Uint8Array | undefined;
  #by: Link["deflate"];
  #head: string | undefined;
  #plain = "";

  constructor(readonly text: string) {}

  /** The whole message for one client: a text, or bytes of raw deflate of the same text. The head is short. */
  after(head: string, link: Link): string | Uint8Array {
    const { deflate } = link;
    if (!deflate || head.length + this.text.length <= mostPlain) {
      // One text for all whose heads are the same, as most are.
      if (this.#head !== head) this.#plain = (this.#head = head) + this.text;
      return this.#plain;
    }
    if (this.#by !== deflate) {
      this.#deflated = deflate(this.text);
      this.#by = deflate;
    }
    const body = this.#deflated!;
    const before = stored(head);
    const message = new Uint8Array(before.length + body.length + end.length);
    message.set(before);
    message.set(body, before.length);
    message.set(end, before.length + body.length);
    return message;
  }
}

/** A block of raw deflate that holds a text of less than 65,536 bytes as it is, so that each client has a head of its own before what is compressed for all. */
export function stored(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const low = bytes.length & 255, high = bytes.length >> 8;
  const block = new Uint8Array(5 + bytes.length);
  block.set([0, low, high, low ^ 255, high ^ 255]);
  block.set(bytes, 5);
  return block;
}
