/**
 * A WebSocket client made by hand on TCP, for what no honest client does: broken frames, no answer to a close, no end. It masks
 * with zeros.
 */
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 } as const;

/** A TCP connection to a server of the tests. */
export class RawSocket implements Disposable {
  #received = "";
  #isOpen = true;
  #isReading = true;

  private constructor(readonly connection: Deno.TcpConn) {
    void this.#read();
  }

  /** Connects, and says nothing yet. */
  static async connect(url: string): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    return new RawSocket(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Connects and sends a handshake, with these headers in place of or beside the usual ones; `undefined` leaves one out. */
  static async upgrade(url: string, headers: Record<string, string | undefined> = {}, path = "/"): Promise<RawSocket> {
    const socket = await RawSocket.connect(url);
    await socket.write(handshake(url, headers, path));
    return socket;
  }

  /** All that came, bytes as Latin-1. */
  get received(): string {
    return this.#received;
  }

  /** False when the server has ended the connection. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The status of the answer; 0 when there is none yet. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.#received)?.[1] ?? 0);
  }

  /** Reads no more: what comes waits on its way. */
  stop(): void {
    this.#isReading = false;
  }

  async write(text: string | Uint8Array): Promise<void> {
    let bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    while (bytes.length > 0) bytes = bytes.subarray(await this.connection.write(bytes));
  }

  /** Sends one frame. */
  async frame(kind: keyof typeof opcodes, payload: string | Uint8Array, isLast = true): Promise<void> {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const { length } = bytes;
    const head = length < 126
      ? [0x80 | length]
      : length < 65_536
      ? [0x80 | 126, length >> 8, length & 255]
      : [0x80 | 127, 0, 0, 0, 0, (length >> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255];
    const frame = new Uint8Array(1 + head.length + 4 + length);
    frame[0] = (isLast ? 0x80 : 0) | opcodes[kind];
    frame.set(head, 1);
    frame.set(bytes, 1 + head.length + 4);
    await this.write(frame);
  }

  /** Vanishes, without a close. */
  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch {
      // The server was first.
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder("latin1");
    try {
      for (let count = await this.connection.read(buffer); count !== null; count = await this.connection.read(buffer)) {
        this.#received += decoder.decode(buffer.subarray(0, count));
        if (!this.#isReading) return;
      }
    } catch {
      // Closed, by either side.
    }
    this.#isOpen = false;
  }
}

/** The text of a handshake. */
export function handshake(url: string, headers: Record<string, string | undefined> = {}, path = "/"): string {
  const all: Record<string, string | undefined> = {
    "host": new URL(url).host,
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}`]);
  return [`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
