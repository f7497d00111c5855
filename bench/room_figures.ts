/**
 * Prints how long one patch takes to be sent to all clients of a room, beside a bare loop of `send` of the same text in the same process,
 * and what a client takes in memory, beside a bare socket. Real sockets: it needs as many files as twice the clients.
 *
 *     deno run -A --v8-flags=--expose-gc bench/room_figures.ts [clients]
 */
import { crowd } from "./room.ts";

const count = Number(Deno.args[0] ?? 9_000);
const rounds = 9;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const middle = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;

await using sockets = await crowd(count);
console.log(`${count.toLocaleString("en")} clients\n`);
console.log("| one patch to all | bytes | room, ms | bare send, ms | times |\n|---|---:|---:|---:|---:|");
for (const [name, size] of [["a short text", 20], ["a long text", 2_000]] as const) {
  const room: number[] = [], bare: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    // Both are of the length of the patch, and a flat string that no socket has seen.
    const text = String(round).padEnd(size, "x");
    const same = JSON.stringify([0, text]);
    bytes = same.length;
    for (const run of round % 2 ? ["room", "bare"] : ["bare", "room"]) {
      const start = performance.now();
      if (run === "room") await sockets.patch(text);
      else await sockets.bare(same);
      (run === "room" ? room : bare).push(performance.now() - start);
      // What was sent is read before the next.
      await pause(300);
    }
  }
  const [ofRoom, ofBare] = [middle(room), middle(bare)];
  console.log(`| ${name} | ${bytes} | ${ofRoom.toFixed(1)} | ${ofBare.toFixed(1)} | ${(ofRoom / ofBare).toFixed(2)} |`);
}
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
const { room, bare } = sockets.memory;
console.log(`\n| KiB for each | heap of JavaScript | all |\n|---|---:|---:|`);
console.log(`| client of the room | ${kib(room.heap)} | ${kib(room.all)} |\n| bare socket | ${kib(bare.heap)} | ${kib(bare.all)} |`);
