/** The battery: each page of the demo, as a user tries it. The demo is a program of its own. */
import { assert, assertEquals } from "@std/assert";
import { startDemo } from "../kit.ts";
import { battery } from "./battery.ts";
import type { Tab } from "./tab.ts";

/** Opens a page of a demo that runs until the look is over. */
const onPage = (path: string, look: (tab: Tab, url: string) => Promise<void>) => async (tab: Tab): Promise<void> => {
  await using demo = await startDemo();
  await tab.open(demo.url + path);
  await tab.live();
  await look(tab, demo.url + path);
  // Before the demo ends: a browser may log that its link was lost.
  assertEquals(await tab.errors(), []);
  await tab.open("about:blank");
};

const dots = (tab: Tab) => tab.evaluate(() => document.querySelectorAll("circle").length);

async function draws(tab: Tab, url: string): Promise<void> {
  await tab.click("button[aria-label=crimson]");
  await tab.until(() => document.querySelector("button[aria-label=crimson]")!.getAttribute("aria-pressed") === "true");
  // The board hears of a pointer every 16 ms.
  await tab.drag("svg", [0.2, 0.2], [0.4, 0.6], [0.8, 0.5]);
  await tab.until(() => document.querySelector("circle[fill=crimson]"));
  const least = url.endsWith("whiteboard") ? await dots(tab) : 0;
  const at = await tab.evaluate(() => {
    const circle = document.querySelector("circle")!;
    return [Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy"))];
  });
  assert(at[0]! >= 70 && at[0]! <= 330 && at[1]! >= 50 && at[1]! <= 190, `drawn at ${at}`);
  // Who opens a whiteboard later sees what there is; a sketchpad begins empty.
  await tab.open(url);
  await tab.live();
  const seen = await dots(tab);
  assert(least > 0 ? seen >= least : seen === 0, `${seen} dots`);
}

battery("demo", {
  counter: onPage("/", async (tab) => {
    await tab.click("button:last-of-type");
    await tab.click("button:last-of-type");
    await tab.shows("server-component p", "Count: 2");
    await tab.click("button:first-of-type");
    await tab.shows("server-component p", "Count: 1");
  }),
  rating: onPage("/rating", async (tab) => {
    await tab.shows(".rating output", "3");
    await tab.click("button[aria-label='8 of 10']");
    await tab.shows(".rating output", "8");
    assertEquals(await tab.evaluate(() => document.querySelectorAll("[aria-pressed=true]").length), 8);
    await tab.click("#attribute");
    await tab.shows(".rating output", "7");
    await tab.click("#property");
    await tab.shows(".rating output", "5");
    await tab.click(".rating button:last-of-type");
    await tab.shows("#heard", "5");
  }),
  chat: onPage("/chat", async (tab) => {
    await tab.click("textarea");
    await tab.type("Hello");
    await tab.press("Shift+Enter");
    await tab.type("there");
    await tab.press("Enter");
    await tab.shows(".you", "Hello\nthere");
    await tab.until(() => document.activeElement?.localName === "textarea" && (document.activeElement as HTMLTextAreaElement).value === "");
    await tab.shows(".bot", "Hello! How may I help?");
    await tab.type("No");
    await tab.press("Enter");
    await tab.until(() => document.querySelectorAll("li").length >= 3);
  }),
  whiteboard: onPage("/whiteboard", draws),
  sketchpad: onPage("/sketchpad", draws),
  guarded: onPage("/guarded", async (tab, url) => {
    await tab.click("server-component button");
    await tab.shows("server-component p", "Count: 1");
    await tab.open(`${url}?token=wrong`);
    await tab.until(() => document.querySelector("server-component")!.getAttribute("status") === "refused");
    await tab.until(() => document.body.innerText.includes("The server does not let this page in."));
    // Browsers log the status of a request that was refused.
    await tab.open(url);
    await tab.live();
  }),
});
