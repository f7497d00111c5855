/**
 * Finds a Chromium for the browser tests, and installs one where there is none. It never answers "skip": a suite that is silently
 * smaller on one machine passes there for the wrong reason.
 */
import { chromium } from "playwright-core";
import { placesOf, run } from "./command.ts";
import { installFromDebian } from "./debian.ts";

let found: Promise<string> | undefined;

/**
 * The path of a Chromium that starts. Looks at `CHROMIUM`, the PATH, the usual places and Playwright's own, then asks Debian's
 * packages, then Playwright.
 *
 * @throws Error naming what was tried, when no Chromium can be had.
 */
export function findChromium(): Promise<string> {
  return found ??= search();
}

async function search(): Promise<string> {
  const named = Deno.env.get("CHROMIUM");
  if (named) {
    if (await starts(named)) return named;
    throw new Error(`Cannot start CHROMIUM=${named}: name a Chromium, or unset CHROMIUM to have one looked for`);
  }
  const here = await firstThatStarts();
  if (here) return here;

  const tried: string[] = [];
  for (const install of [() => installFromDebian("chromium"), fromPlaywright]) {
    tried.push(await install());
    const installed = await firstThatStarts();
    if (installed) return installed;
  }
  throw new Error(`Cannot find a Chromium, nor install one: set CHROMIUM to the path of one.\n${tried.join("\n")}`);
}

async function firstThatStarts(): Promise<string | undefined> {
  for (const path of candidates()) {
    if (await starts(path)) return path;
  }
  return undefined;
}

function* candidates(): Generator<string> {
  yield* placesOf(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"], "/usr/bin", "/snap/bin");
  yield "/Applications/Chromium.app/Contents/MacOS/Chromium";
  yield "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  yield "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe";
  yield chromium.executablePath();
}

/** Asked, not only looked for: Ubuntu's `chromium-browser` is a script that says to install something else. */
async function starts(path: string): Promise<boolean> {
  try {
    if (!(await Deno.stat(path)).isFile) return false;
    // On Windows `--version` opens a window instead of answering.
    return Deno.build.os === "windows" || (await run(path, ["--version"])).success;
  } catch {
    return false;
  }
}

async function fromPlaywright(): Promise<string> {
  return (await run(Deno.execPath(), ["run", "-A", "npm:playwright-core", "install", "chromium"])).output;
}

if (import.meta.main) console.log(await findChromium());
