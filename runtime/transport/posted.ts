/** What a browser posts: texts, of which no more is read than a page may say at once. */

/** The bytes of one POST. */
export const mostPosted = 1024 * 1024;

/** Why there is no text in a POST, with the status that it is answered with. */
export const unreadable = { "too large": 413, "no text": 415, cut: 400 } as const;

/** The text of a POST, or why there is none. */
export async function readText(request: Request): Promise<{ text: string } | keyof typeof unreadable> {
  const type = request.headers.get("content-type") ?? "text/plain";
  if (!type.startsWith("text/plain") || request.headers.has("content-encoding")) return "no text";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "", size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      if ((size += chunk.length) > mostPosted) return "too large";
      try {
        text += decoder.decode(chunk, { stream: true });
      } catch {
        return "no text";
      }
    }
  } catch {
    return "cut";
  }
  return { text };
}
