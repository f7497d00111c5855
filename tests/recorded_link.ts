/** The far end of a link, for tests without a transport: it keeps what a runtime sends. */
import type { Link } from "../runtime/app/member.ts";

/** A link that records. */
export class RecordedLink implements Link {
  readonly messages: string[] = [];
  /** How the runtime closed it. */
  closed: { code: number; reason: string } | undefined;

  constructor(readonly resume: string, readonly user?: unknown) {}

  send(message: string | Uint8Array): void {
    if (this.closed) throw new Error("Cannot send: the link is closed");
    this.messages.push(message as string);
  }

  close(code: number, reason = ""): void {
    this.closed ??= { code, reason };
  }
}
