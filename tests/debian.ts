/** Installs programs that the tests need from Debian's packages. It works for root on Debian and its kin, and nowhere else. */
import { run } from "./command.ts";

/** Installs packages where that is possible. Answers what happened in a few lines; never throws. */
export async function installFromDebian(...packages: string[]): Promise<string> {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return "apt-get: not root";
  try {
    // An old list of packages may name versions that the mirror no longer has. One that cannot be renewed may still do.
    await run("apt-get", ["update"]);
    return (await run("apt-get", ["install", "-y", "--no-install-recommends", ...packages])).output;
  } catch {
    return "apt-get: not on this machine";
  }
}
