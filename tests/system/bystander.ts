/** Users who mind their own business while a server is attacked, in a thread of their own: each click is answered, and it is said how soon. */
import { Caller } from "../caller.ts";
import { until } from "../kit.ts";

/** What the thread is told: where, or to say what it has seen. */
export type Told = { readonly url: string } | "report" | "end";
/** What it says: that everybody is there; for how many ms clicks waited; or what went wrong. */
export type Said = "ready" | "ended" | { readonly waits: readonly number[] } | { readonly wrong: string };

const worker = self as unknown as { onmessage: (event: { data: Told }) => void; postMessage(said: Said): void };
let waits: number[] = [];
let isOver = false;
const everybody: Promise<void>[] = [];

/** Clicks until the end, each time when the last click was answered. */
async function click(url: string): Promise<void> {
  await using caller = await Caller.open(url);
  while (!isOver) {
    const { done } = caller.reader;
    const since = performance.now();
    caller.press("+");
    await until(() => caller.reader.done > done || caller.closed, 20_000);
    if (caller.closed) throw new Error(`${url} was closed: ${JSON.stringify(caller.closed)}`);
    waits.push(performance.now() - since);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** The same without a link: a snapshot goes up with a click, and the next comes down. A refusal (429, 503) is asked again, as a browser does. */
async function request(url: string): Promise<void> {
  const name = `bystander-${crypto.randomUUID()}`;
  let snapshot = "", number = 0;
  while (!isOver) {
    const since = performance.now();
    const body = snapshot && JSON.stringify(["resume", snapshot, number, [], [[number, [5]]]]);
    const response = await fetch(`${url}?nacre=${name}.x.${number}.${number}.1`, {
      method: "POST",
      body,
      headers: { "content-type": "text/plain" },
    });
    const text = await response.text();
    if (response.status === 503) {
      if (performance.now() - since > 20_000) throw new Error("a request was refused for 20 s");
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    if (response.status !== 200) throw new Error(`a request was answered with ${response.status}`);
    const messages = text.split("\n").map((line) => JSON.parse(line));
    if (snapshot) waits.push(performance.now() - since);
    // Each begins anew with what the last answer had: that is enough to be served.
    for (const [kind, , version, last] of messages) if (kind === "mount") [snapshot, number] = [[last].flat()[1], version];
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

worker.onmessage = async ({ data }) => {
  if (data === "report") {
    worker.postMessage({ waits });
    waits = [];
  } else if (data === "end") {
    isOver = true;
    await Promise.allSettled(everybody);
    worker.postMessage("ended");
  } else {
    const wrong = (error: unknown) => worker.postMessage({ wrong: String(error) });
    const socket = data.url.replace("http", "ws");
    everybody.push(
      ...[
        click(`${socket}/session`),
        click(`${socket}/room?room=bystanders`),
        click(`${socket}/room?room=hall`),
        request(`${data.url}/session`),
      ]
        .map((one) => one.catch(wrong)),
    );
    await until(() => waits.length > 8, 10_000).then(() => worker.postMessage("ready"), wrong);
  }
};
