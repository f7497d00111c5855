/** What strangers try, each a function that tries it once, or some hundreds of times, and counts what came of it. */
import { RawSocket } from "../raw_socket.ts";
import { until } from "../kit.ts";

/** What an attack is given. */
export interface Place {
  readonly url: string;
  /** How often it was tried before. */
  readonly round: number;
  /** Notes what came of one try. */
  count(outcome: string | number): void;
}
/** One kind of attack. */
export type Attack = (place: Place) => Promise<void>;

/** ESC and CSI, a line of its own, and an order of letters that is turned round. */
const hostile = "\x1b[2J\x9b31m\r\nnacre: all is well\u202e\u2028";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const times = <T>(count: number, make: (i: number) => Promise<T>) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const name = () => `stranger-${crypto.randomUUID()}`;

/** A WebSocket of a stranger, which is closed after a while if it was not before; answers the code. */
async function socket(url: string, path: string, use: (socket: WebSocket, messages: string[]) => void | Promise<void>): Promise<number> {
  const it = new WebSocket(`${url.replace("http", "ws")}${path}`);
  const messages: string[] = [];
  let code: number | undefined;
  it.onmessage = ({ data }) => void messages.push(typeof data === "string" ? data : "binary");
  it.onclose = (event) => code = event.code;
  it.onerror = (event) => event.preventDefault();
  await until(() => messages.length > 0 || code !== undefined, 15_000);
  try {
    if (code === undefined) await use(it, messages);
    await until(() => messages.includes("[0]") || code !== undefined, 1_000).catch(() => {});
  } finally {
    it.close();
  }
  await until(() => code !== undefined, 15_000);
  return code!;
}

/** A request by hand; answers the status, 0 where the connection ended without one. */
async function raw(url: string, request: string): Promise<number> {
  using connection = await RawSocket.connect(url);
  await connection.write(request).catch(() => {});
  await until(() => connection.status || !connection.isOpen, 5_000).catch(() => {});
  return connection.status;
}

/** A POST without a link. */
async function post(url: string, path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${url}${path}`, { method: "POST", body, headers: { "content-type": "text/plain", ...headers } });
  await response.body?.cancel();
  return response.status;
}

/** The snapshot of a painted page. */
async function token(url: string): Promise<string> {
  const html = await (await fetch(url)).text();
  return JSON.parse(/<script type="application\/json">(.*?)<\/script>/s.exec(html)![1]!)[3];
}

const frames: Record<string, number[]> = {
  "without a mask": [0x81, 3, 91, 48, 93],
  "said to be deflated": [0xc1, 0x83, 0, 0, 0, 0, 1, 2, 3],
  "of no known kind": [0x83, 0x80, 0, 0, 0, 0],
  "a continuation of nothing": [0x80, 0x81, 0, 0, 0, 0, 48],
  "a ping in pieces": [0x09, 0x80, 0, 0, 0, 0],
  "a text in a text": [0x01, 0x81, 0, 0, 0, 0, 48, 0x81, 0x81, 0, 0, 0, 0, 48],
  "of 2^63 bytes": [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
  "of a gibibyte": [0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0],
  "of 64 MiB that never come": [0x81, 0xff, 0, 0, 0, 0, 0x03, 0xff, 0xff, 0xff, 0, 0, 0, 0],
  "no UTF-8": [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
  "a close of one byte": [0x88, 0x81, 0, 0, 0, 0, 3],
  "a close of code 65535": [0x88, 0x82, 0, 0, 0, 0, 0xff, 0xff],
  "2,000 pings": Array.from({ length: 2_000 }, () => [0x89, 0x80, 0, 0, 0, 0]).flat(),
  "2,000 empty pieces": [0x01, 0x80, 0, 0, 0, 0, ...Array.from({ length: 2_000 }, () => [0x00, 0x80, 0, 0, 0, 0]).flat()],
};

const hosts = ["", "a b", "[", "%", "a:b:c", "x:99999999", "user@x", "<script>", "\x1b[31mred", "a".repeat(300), "http://x", ":80"];
const heads: Record<string, string> = {
  "two lengths": "content-length: 4\r\ncontent-length: 5\r\n\r\n12345",
  "a length and chunks": "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /status HTTP/1.1\r\nhost: x\r\n\r\n",
  "a negative length": "content-length: -1\r\n\r\n",
  "a length without end": "content-length: 99999999999999999999\r\n\r\n",
  "a chunk that is none": "transfer-encoding: chunked\r\n\r\nzz\r\nabc",
  "a header in two lines": "origin: a\r\n b\r\n\r\n",
  "500 headers": `${Array.from({ length: 500 }, (_, i) => `h${i}: a\r\n`).join("")}\r\n`,
  "a header of 900 kB": `a: ${"b".repeat(900_000)}\r\n\r\n`,
};
const route = "/session?nacre=abcdefgh-1.x.0..0";

/** What a socket says that no page would. */
const messages: string[] = [
  "[0,[9007199254740992]]",
  "[0,[1e308]]",
  '[0,["__proto__"]]',
  '[0,[5,"constructor"]]',
  '[0,[6],{"__proto__":{"key":"x"}},{"__proto__":{"value":"x"},"value":"1"}]',
  `[0,[6],0,{"value":${JSON.stringify(hostile)}}]`,
  `[0,[6],0,{"value":"${"\\ud800"}"}]`,
  '[0,[6],0,{"valueAsNumber":1e999,"value":"1"}]',
  `[0,[6],${"[".repeat(30_000)}${"]".repeat(30_000)}]`,
  `[0,[6],{"detail":${"[".repeat(30_000)}${"]".repeat(30_000)}}]`,
  `[0,"attribute","__proto__","1"]`,
  `[0,"attribute","step","1e999"]`,
  '[0,"property","constructor",1]',
  `[0,"url",${JSON.stringify(`https://x/?${hostile}%`)}]`,
  '[0,"url","data:text/html,x"]',
  '[0,"form","reset",null]',
  '[0,"context","__proto__",{}]',
  "9007199254740993",
  "-1",
  "1e999",
  "\ufeff0",
  '["resume","x",0,[],[]]',
];

/** Each of these is tried in turn. */
export const attacks: Record<string, Attack> = {
  async "frames that no browser sends"({ url, count }) {
    await times(Object.keys(frames).length, async (i) => {
      using connection = await RawSocket.upgrade(url, {}, i % 2 ? "/session" : "/room");
      await until(() => connection.received.includes("mount"), 15_000);
      await connection.write(new Uint8Array(Object.values(frames)[i]!)).catch(() => {});
      await until(() => !connection.isOpen, 100).catch(() => {});
      count(connection.isOpen ? "ignored or closed by us" : "dropped");
    });
  },
  async "hosts that are none"({ url, count }) {
    const lines = ["accept: text/event-stream", "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x", "x: y"];
    for (const host of hosts) {
      await times(lines.length, async (i) => {
        const path = ["/session", "/room", "/known", "/runtime.mjs", "/"][i]!;
        count(
          await raw(
            url,
            `GET ${path}?nacre=abcdefgh-1&link=${"l".repeat(20)} HTTP/1.1\r\nhost: ${host}\r\norigin: http://${host}\r\n${
              lines[i]
            }\r\n\r\n`,
          ),
        );
      });
    }
  },
  async "heads that proxies read in another way"({ url, count }) {
    await times(
      Object.keys(heads).length,
      async (i) => count(await raw(url, `POST ${route} HTTP/1.1\r\nhost: x\r\n${Object.values(heads)[i]}`)),
    );
    for (const method of ["HEAD", "OPTIONS", "TRACE", "PUT", "FOO", "CONNECT"]) {
      count(await raw(url, `${method} ${route} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`));
    }
  },
  async "messages that no page says"({ url, round, count }) {
    await times(messages.length, async (i) => {
      count(
        await socket(url, (i + round) % 2 ? "/session" : "/room", (it) => {
          it.send(messages[i]!);
          it.send("0");
        }),
      );
    });
  },
  async "requests whose bodies never end"({ url, count }) {
    const sockets = await times(150, () => RawSocket.connect(url));
    await times(
      150,
      (i) =>
        sockets[i]!.write(
          `POST /session?nacre=${name()}.x.0..0 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: text/plain\r\n\r\n1\r\n[\r\n`,
        ),
    );
    await pause(300);
    for (const one of sockets) {
      count(one.status || "waits");
      one[Symbol.dispose]();
    }
  },
  async "tokens that are forged, of others, and copied"({ url, count }) {
    const own = await token(url);
    const forged = [
      own.slice(0, -1) + (own.endsWith("A") ? "B" : "A"),
      own.slice(0, 40),
      "A".repeat(49_000),
      own.replace(/^./, "B"),
      own + own,
    ];
    const say = (text: string) => JSON.stringify(["resume", text, 0, [], [[0, [5]]]]);
    await times(forged.length, async (i) => count(await post(url, `/session?nacre=${name()}.x.0.0.1`, say(forged[i]!))));
    // Of another route and user, and the same by many at once.
    count(await post(url, `/known?nacre=${name()}.x.0.0.1`, say(own), { cookie: "mallory" }));
    const one = name();
    await times(20, async (i) => count(await post(url, `/session?nacre=${i % 2 ? name() : one}.x.0.0.1`, say(own))));
  },
  async "resume messages with all marks that there may be"({ url, count }) {
    const own = await token(url);
    const marks = Array.from({ length: 2_000 }, (_, i) => [i + 1, 1, i + 1]);
    const events = Array.from({ length: 2_000 }, () => [0, [5]]);
    await times(
      8,
      async () => count(await post(url, `/session?nacre=${name()}.x.0.2000.1`, JSON.stringify(["resume", own, 2_000, marks, events]))),
    );
  },
  async "streams that nobody reads"({ url, count }) {
    const sockets = await times(100, () => RawSocket.connect(url));
    await times(100, async (i) => {
      sockets[i]!.stop();
      await sockets[i]!.write(
        `GET /session?nacre=${name()}....0&link=${"l".repeat(20)}${i} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`,
      );
    });
    await pause(100);
    for (const one of sockets) {
      count(one.status || "waits");
      one[Symbol.dispose]();
    }
  },
  async "sockets that ask for much and read nothing"({ url, count }) {
    const sockets = await times(5, () => RawSocket.upgrade(url, {}, "/session"));
    for (const one of sockets) {
      await until(() => one.received.includes("mount"), 15_000);
      one.stop();
      for (let i = 0; i < 120; i++) await one.frame("text", "[0,[8]]");
    }
    await pause(100);
    for (const one of sockets) {
      count(one.isOpen ? "waits" : "dropped");
      one[Symbol.dispose]();
    }
  },
  async "models that grow"({ url, count }) {
    await times(4, async () => {
      count(
        await socket(url, "/session", async (it) => {
          let sent = 0;
          for (let i = 0; i < 300 && it.readyState === WebSocket.OPEN; i++) {
            it.send(JSON.stringify([0, [7], 0, { value: `${"x".repeat(60_000)}${i}` }]));
            if ((sent += 60_000) % 600_000 === 0) await pause(1);
          }
        }),
      );
    });
  },
  async "rooms that are opened and left at once"({ url, round, count }) {
    await times(60, async (i) => count(await socket(url, `/room?room=${round}-${i}`, (it) => it.send("0"))));
  },
  async "a room that is flooded"({ url, count }) {
    await times(5, async () => {
      count(
        await socket(url, "/room?room=hall", (it) => {
          for (let i = 0; i < 1_500; i++) it.send("[0,[5]]");
        }),
      );
    });
  },
  async "links that are opened and cut"({ url, count }) {
    await times(60, async (i) => {
      using connection = await RawSocket.upgrade(url, {}, `/session?nacre=${name()}....${i % 2}`);
      await until(() => connection.status, 15_000);
      count(connection.status);
    });
  },
  async "requests that stop in their head"({ url, count }) {
    const sockets = await times(200, () => RawSocket.connect(url));
    await times(200, (i) => sockets[i]!.write("GET /session HTTP/1.1\r\nhost: x\r\nx-long: "));
    await pause(50);
    for (const one of sockets) {
      count(one.status || "waits");
      one[Symbol.dispose]();
    }
  },
};
