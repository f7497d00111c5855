/**
 * Prints how long one patch takes to reach all clients of a room, beside a bare loop of `send` of the same bytes to the same sockets in
 * the same process, and what a client takes in memory, beside a bare socket. Real sockets: it needs files for 1.5 times the clients.
 *
 * A machine does other things as well, and the next second is not the last: the two are measured in pairs, one right after the other,
 * each first in every second pair, and what is printed as `times` is the median of the pairs' ratios, and in brackets the ratio of the
 * shortest times. `handed`: each socket was given it. `written`: each socket has written it, which is when it has left the process.
 *
 *     deno run -A --v8-flags=--expose-gc bench/room_figures.ts [clients] [pairs]
 */
import { Body } from "../runtime/app/body.ts";
import { deflate } from "../runtime/transport/deflate.ts";
import { middle } from "./median.ts";
import { crowd, type Sending } from "./room.ts";

const count = Number(Deno.args[0] ?? 10_000);
const pairs = Number(Deno.args[1] ?? 21);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const letters = (size: number) => crypto.getRandomValues(new Uint8Array(size)).toBase64().slice(0, size);

await using sockets = await crowd(count);
console.log(`${count.toLocaleString("en")} clients, ${pairs} pairs\n`);
console.log("| one patch to all | bytes | | room, ms | bare send, ms | times |\n|---|---:|---|---:|---:|---:|");
for (const [name, size] of [["a short text", 20], ["a long text, compressed", 2_000]] as const) {
  const room: Sending[] = [], bare: Sending[] = [];
  let bytes = 0;
  for (let pair = -2; pair < pairs; pair++) {
    const text = letters(size);
    // What a patch of such a text is, made before the clock runs; of a text that is a flat string.
    const message = new Body(JSON.stringify([letters(size)]).slice(1)).after("[0,", { deflate, send() {}, close() {} });
    const same = typeof message === "string" ? [...message].join("") : message;
    bytes = same.length;
    for (const run of pair % 2 ? ["room", "bare"] : ["bare", "room"]) {
      const sending = run === "room" ? await sockets.patch(text) : await sockets.bare(same);
      // The first two warm it up.
      if (pair >= 0) (run === "room" ? room : bare).push(sending);
      // What was sent is read before the next.
      await pause(100);
    }
  }
  for (const until of ["handed", "written"] as const) {
    const [ofRoom, ofBare] = [room.map((sending) => sending[until]), bare.map((sending) => sending[until])];
    const times = middle(ofRoom.map((ms, pair) => ms / ofBare[pair]!)).toFixed(2);
    const least = (Math.min(...ofRoom) / Math.min(...ofBare)).toFixed(2);
    console.log(`| ${name} | ${bytes} | ${until} | ${middle(ofRoom).toFixed(1)} | ${middle(ofBare).toFixed(1)} | ${times} (${least}) |`);
  }
}
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
const { room, bare } = sockets.memory;
console.log(`\n| KiB for each | heap of JavaScript | all |\n|---|---:|---:|`);
console.log(`| client of the room | ${kib(room.heap)} | ${kib(room.all)} |\n| bare socket | ${kib(bare.heap)} | ${kib(bare.all)} |`);
