/** What a browser posts: texts, of which no more is read than a page may say at once. */

/** The bytes of one POST. */
export const mostPosted = 1024 * 1024;

/** How long the body of one POST may take, in ms. */
const bodyMs = 10_000;

/** Why there is no text in a POST, with the status that it is answered with. */
export const unreadable = { "too large": 413, "no text": 415, cut: 503, slow: 408 } as const;

/** The text of a POST, or why there is none; `givenUp` says so before its time is over. */
export async function readText(request: Request, givenUp?: Promise<"slow">): Promise<{ text: string } | keyof typeof unreadable> {
  const type = request.headers.get("content-type") ?? "text/plain";
  if (!/^text\/plain\s*(?:;|$)/i.test(type) || request.headers.has("content-encoding")) return "no text";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"slow">((resolve) => timer = setTimeout(() => resolve("slow"), bodyMs));
  const reader = request.body?.getReader();
  try {
    const read = await Promise.race([readAll(reader), late, ...(givenUp ? [givenUp] : [])]);
    // Nobody reads the rest.
    if (typeof read === "string") reader?.cancel().catch(() => {});
    return read;
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<{ text: string } | "too large" | "no text" | "cut"> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "", size = 0;
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
      if ((size += part.value.length) > mostPosted) return "too large";
      try {
        text += decoder.decode(part.value, { stream: true });
      } catch {
        return "no text";
      }
    }
  } catch {
    return "cut";
  }
  return { text };
}
