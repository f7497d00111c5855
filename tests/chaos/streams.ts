/**
 * Links of server-sent events and POSTs, by the real transport at the far end. A POST may be executed twice, one after the other or at once,
 * and its answer may be lost. It must never leave a body open.
 */
import type { Link } from "../../runtime/app/member.ts";
import { Cable, type Caller, type Network } from "./network.ts";
import type { Process } from "./process.ts";

/** What of an `EventSource` is used. */
interface Source {
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onerror: (() => void) | null;
}

/** The classes of one tab. */
export function streamsOf(network: Network, caller: Caller) {
  const open = new Map<string, StreamCable>();
  return {
    EventSource: class implements Source {
      readyState = 0;
      onopen: Source["onopen"] = null;
      onmessage: Source["onmessage"] = null;
      onerror: Source["onerror"] = null;
      readonly #cable: StreamCable;
      #onClose: ((event: { data: string }) => void) | undefined;
      constructor(url: string) {
        const closed = (code: number) => code === 1006 ? this.onerror?.() : this.#onClose?.({ data: `[${code},""]` });
        const face = Object.assign(this, { onclose: ({ code }: { code: number }) => closed(code) });
        this.#cable = new StreamCable(network, caller, face, url);
        open.set(url, this.#cable);
      }
      addEventListener(type: string, listener: (event: { data: string }) => void): void {
        if (type !== "close") throw new Error(`Cannot listen to ${type}`);
        this.#onClose = listener;
      }
      close(): void {
        if (this.readyState < 2) {
          this.readyState = 2;
          this.#cable.hangUp();
        }
      }
    },
    /** That of POSTs to a stream. */
    fetch: (url: string, { body }: { body: string }) => open.get(url)!.post(body),
  };
}

class StreamCable extends Cable implements Disposable {
  readonly #url: string;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(network: Network, caller: Caller, face: ConstructorParameters<typeof Cable>[2], url: string) {
    super(network, caller, face, new URL(url, "https://chaos.example").searchParams.get("nacre")!, "streams");
    this.#url = new URL(url, "https://chaos.example").href;
  }

  protected override connect(process: Process): void {
    const { network: { stage }, caller: { user } } = this;
    stage.totals.note("streams");
    const response = process.streams.open(new Request(this.#url, { headers: { accept: "text/event-stream" } }), {
      user,
      connect: (link) => {
        const connection = this.connection = process.connect(this.#watched(link), this);
        this.isNew = false;
        return connection;
      },
      begin: () => () => {},
      ended() {},
      onError: (error) => stage.fail(error),
    });
    this.network.held.add(this);
    const reader = this.#reader = response.body!.getReader();
    const read = async () => {
      let text = "";
      const decoder = new TextDecoder();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        const events = (text + decoder.decode(chunk.value)).split("\n\n");
        text = events.pop()!;
        for (const event of events) this.#comes(event);
      }
      this.ends(1006);
    };
    // What fails a stream was told by its link.
    read().catch(() => this.ends(1006));
  }

  /** The transport's own link, with what the judge has to know. */
  #watched(link: Link<number>): Link<number> {
    return {
      ...link,
      send: (message) => {
        if (this.isOver) return;
        this.sends(message as string);
        link.send(message);
      },
      close: (code, reason = "") => {
        this.closes(code, reason);
        link.close(code, reason);
      },
      backlog: () => this.network.stage.clock.now < this.congestedUntil ? 2 << 20 : link.backlog!(),
    };
  }

  #comes(event: string): void {
    if (event.startsWith("data: ")) this.brings(event.slice(6));
    else if (event.startsWith("event: close\ndata: ")) this.ends(JSON.parse(event.slice(19))[0]);
  }

  /** What the browser says, all of it that waits. */
  post(body: string): Promise<{ readonly ok: boolean }> {
    const { stage } = this.network;
    stage.note(this.caller.name, () => `posts ${JSON.stringify(body)}`);
    for (const text of body.split("\n").slice(1)) this.caller.said(text, this);
    const answer = Promise.withResolvers<{ readonly ok: boolean }>();
    const fail = () => void stage.clock.after(this.network.delay(), () => answer.reject(new TypeError("error sending request")));
    const execute = async () => {
      const { process } = this;
      if (!process?.isUp) return fail();
      stage.note(process.name, () => `is posted ${JSON.stringify(body)}`);
      const { status } = await process.streams.post(new Request(this.#url, { method: "POST", body }));
      stage.note(process.name, () => `answers ${status}`);
      if (status === 400) stage.fail(new Error(`The server refused the POST ${JSON.stringify(body)}`));
      this.downwards(() => answer.resolve({ ok: status < 300 }), fail);
    };
    const times = stage.random.chance(0.1) ? 2 : 1;
    if (times > 1) stage.totals.note("POSTs executed twice");
    // What is between may try again on its own; the second is answered, whichever it is.
    for (let i = 0; i < times; i++) this.upwards(() => void execute().catch((error) => stage.fail(error)), fail);
    return answer.promise;
  }

  protected override disconnect(): void {
    this.#reader?.cancel().catch((error) => this.network.stage.fail(error));
    this.network.held.delete(this);
  }

  [Symbol.dispose](): void {
    this.disconnect();
  }
}
