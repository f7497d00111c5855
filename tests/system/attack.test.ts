/**
 * Attacks on a server that is a process of its own, while others use it. Whatever strangers do, each click of the others is answered, the process
 * lives and keeps little, and its log obeys nobody. Add an attack by an entry in `attacks.ts`. `NACRE_ATTACK` sets for how many seconds each goes on,
 * and prints a table.
 */
import { assert, assertEquals } from "@std/assert";
import { until } from "../kit.ts";
import { type Attack, attacks } from "./attacks.ts";
import type { Said, Told } from "./bystander.ts";

const given = Deno.env.get("NACRE_ATTACK");
const seconds = Number(given ?? 0.2);
/** What the server may hold after all of it: 64 MiB of sessions, by an estimate that may be wrong by a factor of two, and itself. */
const mostHeap = 300 * 1024 * 1024;
/** What a terminal or a reader of lines would obey. */
// deno-lint-ignore no-control-regex
const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/;

/** The server, until the end of the block. */
async function target() {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "tests/system/attack_target.tsx"],
    cwd: new URL("../..", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = { stdout: "", stderr: "" };
  const hear = async (stream: "stdout" | "stderr") => {
    for await (const text of child[stream].pipeThrough(new TextDecoderStream())) said[stream] += text;
  };
  const hearing = Promise.all([hear("stdout"), hear("stderr")]);
  const port = await until(() => said.stdout.match(/^\d+/m)?.[0], 20_000);
  return {
    url: `http://127.0.0.1:${port}`,
    get log() {
      return said.stderr;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await hearing;
    },
  };
}

/** Those who use it, in a thread of their own, until the end of the block. */
async function bystanders(url: string) {
  const worker = new Worker(new URL("bystander.ts", import.meta.url), { type: "module" });
  const heard: Said[] = [];
  worker.onmessage = ({ data }: { data: Said }) => void heard.push(data);
  const tell = (told: Told) => worker.postMessage(told);
  const next = async () => {
    const said = await until(() => heard.shift(), 30_000);
    if (typeof said === "object" && "wrong" in said) throw new Error(`A bystander was hurt: ${said.wrong}`);
    return said;
  };
  tell({ url });
  assertEquals(await next(), "ready");
  return {
    async waits(): Promise<readonly number[]> {
      tell("report");
      const said = await next();
      assert(typeof said === "object" && "waits" in said);
      return said.waits;
    },
    async [Symbol.asyncDispose]() {
      tell("end");
      await until(() => heard.includes("ended"), 30_000);
      worker.terminate();
    },
  };
}

Deno.test("strangers who attack a server hurt nobody beside them", async (test) => {
  await using server = await target();
  await using others = await bystanders(server.url);
  const status = async (): Promise<{ rss: number; heapUsed: number; running: number[] }> =>
    await (await fetch(`${server.url}/status`)).json();
  await others.waits();
  for (const [name, attack] of Object.entries<Attack>(attacks)) {
    await test.step(name, async () => {
      const end = performance.now() + seconds * 1_000;
      const outcomes = new Map<string, number>();
      const count = (outcome: string | number) => void outcomes.set(`${outcome}`, (outcomes.get(`${outcome}`) ?? 0) + 1);
      let most = 0;
      for (let round = 0; round === 0 || performance.now() < end; round++) {
        await attack({ url: server.url, round, count });
        most = Math.max(most, (await status()).rss);
      }
      const waits = (await others.waits()).toSorted((a, b) => a - b);
      const { heapUsed, running } = await status();
      if (given !== undefined) {
        const p95 = waits[Math.floor(waits.length * 0.95)] ?? NaN;
        const all = [...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(", ");
        console.log(
          `| ${name} | ${[...outcomes.values()].reduce((a, b) => a + b, 0)} | ${all} | p95 ${p95.toFixed(0)} ms, most ${
            waits.at(-1)?.toFixed(0)
          } ms of ${waits.length} | ` +
            `heap ${(heapUsed / 2 ** 20).toFixed(0)}, RSS at most ${(most / 2 ** 20).toFixed(0)} MiB, running ${running} |`,
        );
      }
      assert(outcomes.size > 0, "nothing was tried");
    });
  }
  await until(async () => (await status()).heapUsed < mostHeap, 20_000);
  // Everybody is still there, and is answered.
  let answered = 0;
  await until(async () => (answered += (await others.waits()).length) > 20, 20_000);
  for (const line of server.log.split("\n")) {
    assert(!obeyed.test(line), JSON.stringify(line));
    assert(/^(nacre: | {4}|$)/.test(line), line);
  }
});
