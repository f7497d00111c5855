/**
 * Finds a Chromium for the browser tests, and installs one where there is none. It never answers "skip": a suite that is silently
 * smaller on one machine passes there for the wrong reason.
 */
import { chromium } from "playwright-core";

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
  for (const install of [fromDebian, fromPlaywright]) {
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
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    for (const folder of [...folders, "/usr/bin", "/snap/bin"]) yield `${folder}/${name}`;
  }
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

async function fromDebian(): Promise<string> {
  if (Deno.uid() !== 0) return "apt-get: not root";
  try {
    // An old list of packages may name versions that the mirror no longer has. One that cannot be renewed may still do.
    await run("apt-get", ["update"]);
    return (await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"])).output;
  } catch {
    return "apt-get: not on this machine";
  }
}

async function fromPlaywright(): Promise<string> {
  return (await run(Deno.execPath(), ["run", "-A", "npm:playwright-core", "install", "chromium"])).output;
}

async function run(command: string, args: string[]): Promise<{ success: boolean; output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive", NO_COLOR: "1" },
    stdin: "null",
    cwd: new URL("..", import.meta.url),
  }).output();
  const text = new TextDecoder();
  const lines = (text.decode(stdout) + text.decode(stderr)).trim().split("\n");
  return { success, output: `${command}: ${lines.slice(-5).join("\n")}` };
}

if (import.meta.main) console.log(await findChromium());
