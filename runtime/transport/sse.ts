/**
 * Server-sent events as links of a runtime, and POSTs of what their clients say: for where no WebSocket gets through. It decides nothing:
 * who may open a stream is settled before. A POST is known by the two random names in its address, which only its page has.
 */
import { Allowance } from "../app/allowance.ts";
import { stored } from "../app/body.ts";
import { closeCodes, type Link } from "../app/member.ts";
import type { Connection, LinkEnd } from "../app/connection.ts";
import { deflate } from "./deflate.ts";
import { mostPosted, readText, unreadable } from "./posted.ts";
import { longestReason, mostUnsent, type SocketEnds } from "./socket.ts";

/** How often something is written, so that nothing between takes the stream for dead, and a client that vanished is found out. */
const heartbeatMs = 15_000;
/** How long a client that was sent away may take to read that. */
const farewellMs = 5_000;
const linkName = /^[\w-]{16,64}$/;
const gzipHeader = () => new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3]);

interface Stream {
  readonly connection: Connection;
  readonly link: Link;
  /** POSTs that it may still send: what is in them is counted by its connection. */
  readonly allowance: Allowance;
  /** How many messages of it were taken: a POST that is sent twice is taken once. */
  taken: number;
  isPosting: boolean;
}

/** Whether a request asks for a stream. */
export function asksForEvents(request: Request): boolean {
  return request.method === "GET" && /\btext\/event-stream\b/.test(request.headers.get("accept") ?? "") && nameOf(request) !== undefined;
}

/** Whether a request brings what a client of a stream says. */
export function isPost(request: Request): boolean {
  return request.method === "POST" && nameOf(request) !== undefined;
}

/** The two names of a stream: its client's, and its own. */
function nameOf(request: Request): string | undefined {
  const query = URL.parse(request.url)?.searchParams;
  const link = query?.get("link") ?? "";
  return linkName.test(link) ? `${query!.get("nacre")?.split(".")[0]}.${link}` : undefined;
}

/** The streams of one route. */
export class Streams {
  readonly #open = new Map<string, Stream>();

  /** Answers with a stream, and connects it. */
  open<User>(request: Request, ends: SocketEnds<User>): Response {
    const name = nameOf(request)!;
    const resume = new URL(request.url).searchParams.get("nacre") ?? "";
    const compress = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "") ? deflate : undefined;
    const encoder = new TextEncoder();
    let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
    let stream: Stream | undefined;
    let isOver = false;
    /** The timer that drops a client which does not read its last message. */
    let dropping: ReturnType<typeof setTimeout> | undefined;
    const gone = ends.begin(() => isOver && backlog() <= 0);
    const over = (end: LinkEnd) => {
      if (isOver) return;
      isOver = true;
      clearInterval(heartbeat);
      if (this.#open.get(name) === stream) this.#open.delete(name);
      stream?.connection.disconnect(end);
      ends.ended();
    };
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (given) => void (controller = given),
        // Called when all that was written has been read.
        pull() {
          if (dropping === undefined) return;
          clearTimeout(dropping);
          controller.close();
          gone();
        },
        cancel() {
          clearTimeout(dropping);
          over("cut");
          gone();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    );
    const backlog = () => -(controller.desiredSize ?? 0);
    // Each message is whole blocks of deflate, flushed: nothing waits for the next one, and no state is kept.
    const write = (text: string) => controller.enqueue(compress ? stored(text) : encoder.encode(text));
    if (compress) controller.enqueue(gzipHeader());
    // So that it is open for the browser, which may have to speak first.
    write(":\n\n");
    const heartbeat = setInterval(() => write(":\n\n"), heartbeatMs);
    Deno.unrefTimer(heartbeat);
    const link: Link<User> = {
      user: ends.user,
      resume,
      send(message) {
        if (isOver) return;
        if (backlog() > mostUnsent) return link.close(closeCodes.tooSlow, "too slow");
        if (typeof message === "string") return write(`data: ${message}\n\n`);
        write("data: ");
        // Without its last block, after which nothing could follow.
        controller.enqueue(message.slice(0, -2));
        write("\n\n");
      },
      close(code, reason = "") {
        if (isOver) return;
        over("closed");
        // What waits for a client that does not read is let go.
        const drop = () => {
          gone();
          try {
            controller.error(new Error("The client did not read"));
          } catch {
            // It has, or is gone.
          }
        };
        if (code === closeCodes.tooSlow) return drop();
        write(`event: close\ndata: ${JSON.stringify([code, reason.slice(0, longestReason)])}\n\n`);
        if (backlog() > 0) return Deno.unrefTimer(dropping = setTimeout(drop, farewellMs));
        controller.close();
        gone();
      },
      backlog,
      deflate: compress,
    };
    try {
      const connection = ends.connect(link);
      if (!isOver) {
        this.#open.set(name, stream = { connection, link, allowance: new Allowance(performance.now()), taken: 0, isPosting: false });
      }
    } catch (error) {
      over("cut");
      gone();
      throw error;
    }
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-content-type-options": "nosniff",
        ...(compress ? { "content-encoding": "gzip", "vary": "accept-encoding" } : {}),
      },
    });
  }

  /** Takes the messages of a POST: the number of those before, then one a line. */
  async post(request: Request): Promise<Response> {
    const name = nameOf(request)!;
    const stream = this.#open.get(name);
    if (!stream) return answer(404);
    if (!stream.allowance.take(performance.now())) {
      stream.link.close(closeCodes.tooMany, "too many messages");
      return answer(429);
    }
    if (stream.isPosting) return answer(409);
    stream.isPosting = true;
    const text = await readText(request).finally(() => stream.isPosting = false);
    if (this.#open.get(name) !== stream) return answer(404);
    if (text === "too large") stream.connection.receive("x".repeat(mostPosted));
    if (text === "no text") stream.connection.receive(new Uint8Array());
    if (typeof text === "string") return answer(unreadable[text]);
    const [before = "", ...messages] = text.text.split("\n");
    // A number that leaves some out says that they are lost: the client begins again, and sends them again.
    if (!/^\d{1,15}$/.test(before) || Number(before) > stream.taken) return answer(400);
    for (const message of messages.slice(stream.taken - Number(before))) {
      stream.taken++;
      if (stream.connection.receive(message) === "refused") return answer(400);
    }
    return answer(204);
  }
}

function answer(status: number): Response {
  return new Response(null, { status, headers: { "cache-control": "no-store" } });
}
