/**
 * Goes through cases beside Preact: in Chromium, in one page, by Preact's own client and by Nacre in three ways. What the page shows, which elements it
 * keeps, where the focus is and what was called in which order must be the same, but for the differences that are intended (`intended.ts`).
 */
import { assertEquals } from "@std/assert";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Page } from "playwright-core";
import { runtimeScript, serve, ServerComponent } from "../../mod.ts";
import { run } from "../../runtime/app/runtime.ts";
import { esbuildBundle } from "../bundle.ts";
import { launch, serveOn0, visit } from "../kit.ts";
import { cases as all, topics } from "./all.ts";
import { appOf } from "./app.ts";
import type { Case } from "./case.ts";
import { intended } from "./intended.ts";
import type { Besides, Course } from "./page.ts";

declare const besides: Besides;

let live: (request: Request) => Response | Promise<Response>;

const lives: Readonly<Record<string, (page: Page, one: Case, at: number) => Promise<Course>>> = {
  live: (page, one, at) => served(page, one, at, false),
  painted: (page, one, at) => served(page, one, at, true),
  mounted: (page, _, at) => page.evaluate((at) => besides.course(at, false), at),
};

async function served(page: Page, one: Case, at: number, isPainted: boolean): Promise<Course> {
  const log: string[] = [];
  const scene = one.make((entry) => log.push(entry));
  const [first] = one.steps;
  const shown = appOf(scene, first?.kind === "render" ? first.props : undefined);
  const onError = (error: unknown) => void log.push(`thrown: ${error instanceof Error ? error.message : error}`);
  await using runtime = run(shown, undefined, { onError });
  const handler = live = serve(runtime);
  const request = new Request("http://127.0.0.1/");
  const html = isPainted
    ? renderToString(h(ServerComponent, { of: handler, request, route: "/ws", method: "ws" }))
    : `<server-component route="/ws" method="ws"></server-component>`;
  await page.evaluate((html) => besides.link(html), html);
  const course: Course = { traces: [], logs: [] };
  for (const [number, step] of one.steps.entries()) {
    if (number > 0 && step.kind === "render") runtime.dispatch({ props: step.props });
    else if (step.kind === "act") await scene[step.name]!(...step.args);
    course.traces.push(await page.evaluate(([at, number]) => besides.step(at, number), [at, number] as const));
    course.logs.push(log.splice(0));
  }
  await runtime.stop();
  course.logs.push(log.splice(0));
  await handler.close();
  return course;
}

function difference(preacts: Course, ours: Course): string | undefined {
  for (const [i, log] of preacts.logs.entries()) {
    const [shown, trace] = [ours.traces[i] ?? "", preacts.traces[i] ?? ""];
    if (shown !== trace) return `step ${i} shows\n${shown}\nand Preact\n${trace}`;
    const [called, expected] = [ours.logs[i]!.join("; "), log.join("; ")];
    if (called !== expected) return `step ${i} calls\n  ${called}\nand Preact\n  ${expected}`;
  }
  return undefined;
}

/** A test of the cases of a topic. */
export function testBeside(name: keyof typeof topics): void {
  Deno.test(`${name} beside Preact: the same page, the same elements, the same calls`, async () => {
    const { script } = await esbuildBundle("tests/preact_beside/page.ts");
    await using browser = await launch();
    await using server = serveOn0((request) => {
      switch (new URL(request.url).pathname) {
        case "/":
          return new Response(html, { headers: { "content-type": "text/html" } });
        case "/runtime.mjs":
          return runtimeScript(request);
        case "/page.js":
          return new Response(script, { headers: { "content-type": "text/javascript" } });
        default:
          return live(request);
      }
    });
    // Some cases: NACRE_CASE="useEffect|keys"
    const only = Deno.env.get("NACRE_CASE")?.split("|");
    const chosen = topics[name].filter((one) => !only || only.some((part) => one.name.includes(part)));
    const found = new Map<string, string>();
    await visit(browser, server.url, async (page) => {
      await page.waitForFunction("globalThis.besides && customElements.get('server-component')");
      for (const one of chosen) {
        const at = all.indexOf(one);
        const preacts = await page.evaluate((at) => besides.course(at, true), at);
        for (const [name, life] of Object.entries(lives)) {
          if (one.isLong && name !== "live") continue;
          const differs = difference(preacts, await life(page, one, at));
          if (differs) found.set(one.name, `${found.get(one.name) ?? ""}\n${name}: ${differs}`);
        }
      }
    });
    const wanted = chosen.map((one) => one.name).filter((name) => name in intended);
    const unwanted = [...found].filter(([name]) => !(name in intended)).map(([name, text]) => `${name}${text}`);
    console.log(`${chosen.length} cases, ${found.size} differences`);
    assertEquals(unwanted.join("\n\n"), "");
    assertEquals([...found.keys()].filter((name) => name in intended), wanted, "a difference that is intended is none any more");
  });
}

const html = `<!doctype html><meta charset="utf-8"><title>Beside Preact</title><link rel="icon" href="data:,"><body>
<script type="module" src="/runtime.mjs"></script><script type="module" src="/page.js"></script>`;
