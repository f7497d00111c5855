/** Runs a command to its end, and finds programs on the PATH. */

/** How a command ended, and the last lines that it printed. */
export interface Ended {
  readonly success: boolean;
  readonly output: string;
}

/**
 * Runs a command in the project's folder, and waits for its end.
 *
 * @throws Deno.errors.NotFound when there is no such command.
 */
export async function run(command: string, args: readonly string[]): Promise<Ended> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive", NO_COLOR: "1" },
    stdin: "null",
    cwd: new URL("..", import.meta.url),
  }).output();
  const text = new TextDecoder();
  const lines = (text.decode(stdout) + text.decode(stderr)).trim().split("\n");
  return { success, output: `${command}: ${lines.slice(-5).join("\n")}` };
}

/** Where programs of these names may be, in the folders of the PATH and in `more`. */
export function* placesOf(names: readonly string[], ...more: string[]): Generator<string> {
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  for (const name of names) {
    for (const folder of [...folders, ...more]) yield `${folder}/${name}`;
  }
}
