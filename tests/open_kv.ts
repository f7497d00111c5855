/// <reference lib="deno.unstable" />

/**
 * Opens a database that others may open, or write, at the same time. KV does not wait for them at first: SQLite says `database is locked` to all
 * but one.
 *
 * @throws TypeError when it has been locked for five seconds.
 */
export async function openKv(path: string): Promise<Deno.Kv> {
  const end = performance.now() + 5_000;
  for (;;) {
    try {
      return await Deno.openKv(path);
    } catch (error) {
      const isLocked = error instanceof Error && error.message.includes("database is locked");
      if (!isLocked || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
    }
  }
}
