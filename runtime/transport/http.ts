/**
 * Plain HTTP for those without a link: one POST brings a snapshot and events, its answer what a link would have been sent and the next snapshot,
 * and nothing stays behind. Any process can answer any of them.
 */
import { closeCodes } from "../app/member.ts";
import type { Sessions } from "../app/sessions.ts";
import { readText, unreadable } from "./posted.ts";
import type { Place, RequestLimits } from "./request_limits.ts";

/** How long the effects of a request may take, in ms. */
const effectsMs = 5_000;

/** Whether a request is one of these. */
export function isRequest(request: Request): boolean {
  const query = request.method === "POST" ? URL.parse(request.url)?.searchParams : undefined;
  return query !== undefined && query.has("nacre") && !query.has("link");
}

/** Answers it, when its turn comes. That its page may ask, and who the user is, is settled before; `share` is whose part of the limits it uses. */
export async function answer<Flags, User>(
  request: Request,
  sessions: Sessions<unknown, unknown, Flags, User>,
  user: User,
  flags: Flags,
  limits: RequestLimits,
  share: string | undefined,
): Promise<Response> {
  const resume = new URL(request.url).searchParams.get("nacre")!;
  const place = await limits.enter(resume.split(".", 1)[0]!, share);
  if (typeof place === "number") return new Response(null, { status: place, headers: { ...headers, "retry-after": "1" } });
  try {
    return await answerNow(request, sessions, user, flags, resume, place);
  } finally {
    place.leave();
  }
}

async function answerNow<Flags, User>(
  request: Request,
  sessions: Sessions<unknown, unknown, Flags, User>,
  user: User,
  flags: Flags,
  resume: string,
  place: Place,
): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<"slow">();
  const end = place.reads(() => resolve("slow"));
  const read = await readText(request, promise).finally(end);
  if (typeof read === "string") return new Response(null, { status: unreadable[read], headers });
  const answer = await sessions.answer(resume, user, flags, read.text, effectsMs);
  // The code of a link tells these two from what a proxy answers: the browser does not repeat what was said.
  if (!answer) return new Response(`[${closeCodes.malformed}]`, { status: 400, headers });
  // The browser asks again, with the same.
  if (answer.isLost) return new Response(null, { status: 503, headers });
  if (answer.hasFailed) return new Response(`[${closeCodes.failed}]`, { status: 500, headers });
  return new Response(answer.messages.join("\n"), { headers: { ...headers, "content-type": "text/plain; charset=utf-8" } });
}

const headers = { "cache-control": "private, no-store", "x-content-type-options": "nosniff" };
