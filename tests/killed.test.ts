/**
 * Processes that are killed, without a word, while a person types and clicks: a real Chromium, real processes that share nothing but a secret,
 * and a proxy between them that only passes bytes.
 */
import { assert } from "@std/assert";
import { whileKilled } from "./killing.ts";
import { Program } from "./program.ts";

const start = () => new Program("killed_program.tsx", ["--allow-net"]);

for (const method of ["ws", "sse", "http"]) {
  Deno.test(`${method}: processes are killed while a person clicks and types: nothing is lost, nothing comes twice, the focus stays`, async () => {
    await whileKilled({
      method,
      rounds: 5,
      start,
      async then({ page }) {
        // What a request has no time for does not run in one.
        assert(method === "http" || Number(await page.locator("small").innerText()) > 0);
      },
    });
  });
}
