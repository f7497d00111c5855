/** The same with a store: processes that are killed share a database of Deno KV, and what somebody has kept sets nothing back. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { until } from "./kit.ts";
import { type Scene, whileKilled } from "./killing.ts";
import { Program } from "./program.ts";
import { Reader } from "./reader.ts";

/** What a page has said when it went on elsewhere. */
interface Said {
  readonly url: string;
  readonly text: string;
}

for (const method of ["ws", "http"]) {
  Deno.test(`${method}: killed processes with one Deno KV: nothing is lost, nothing comes twice, and an old snapshot sets nothing back`, async () => {
    const folder = await Deno.makeTempDir();
    const said: Said[] = [];
    let sockets = 0;
    const saved = async (page: Page) => {
      // A request is answered when it is saved.
      if (method === "http") return;
      // What no event has caused is saved at once, after it was shown. Killed in between, what was seen of it would be refused.
      const ticks = await page.locator("small").innerText();
      await page.waitForFunction((ticks) => document.querySelector("small")!.textContent !== ticks, ticks);
      await page.waitForTimeout(200);
    };
    const say = (url: string, text: unknown) => {
      if (typeof text === "string" && text.startsWith('["resume"')) said.push({ url, text });
    };
    try {
      await whileKilled({
        method,
        rounds: 3,
        start: () => new Program("killed_program.tsx", ["--allow-net", "--allow-read", "--allow-write", "--unstable-kv"], [`${folder}/kv`]),
        watch(page) {
          page.on("request", (request) => say(request.url(), request.postData()));
          page.on("websocket", (socket) => {
            sockets++;
            socket.on("framesent", ({ payload }) => say(socket.url(), payload));
          });
        },
        beforeKill: saved,
        async then(scene) {
          await saved(scene.page);
          const [first] = said;
          const before = sockets;
          assertEquals(await shown(first!, scene), `${scene.clicks}${[...Array(scene.clicks).keys()].join("")}${scene.text}`);
          if (method === "ws") {
            // Who has sent it is the owner. The one before finds out when it is to save what it has shown, and the page takes all of it over again:
            // what was shown last nobody else knows, so it is mounted.
            await until(() => sockets > before);
            await scene.page.waitForSelector("server-component[status=live]");
            await scene.focus();
          }
          for (let i = 0; i < 3; i++) await scene.act();
          await scene.check();
        },
      });
      // There was one to be sent again, of long before.
      assert(said.length >= 3);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** What is shown to somebody who says again what a page has said, and shows nothing; without the ticks at its end. */
async function shown({ url, text }: Said, scene: Scene): Promise<string> {
  const [name, epoch, done] = new URL(url).searchParams.get("nacre")!.split(".");
  const response = await fetch(`${scene.url}/ws?nacre=${name}.${epoch}.${done}..1`, { method: "POST", body: text });
  const reader = new Reader();
  for (const message of (await response.text()).split("\n")) reader.receive(message);
  assertEquals(reader.mounts, 1);
  return reader.text.slice(0, -(await scene.page.locator("small").innerText()).length);
}
