/**
 * A counter behind a door: the page has a token in a cookie and in the address of its socket, and only who brings both alike comes in. (A page
 * of another site sends the cookie with its socket, but cannot read it.)
 */
import { type App, app } from "../mod.ts";

/** Who came in. */
export interface Visitor {
  name: string;
}
/** What it knows. */
export interface GuardedModel {
  name: string;
  count: number;
}
/** What it hears. */
export type GuardedMsg = { type: "entered"; name: string } | { type: "up" };

/** Greets, and counts. */
export const guarded: App<GuardedModel, GuardedMsg, void, Visitor> = app<GuardedModel, GuardedMsg, void, Visitor>({
  name: "guarded",
  init: () => ({ name: "", count: 0 }),
  onConnect: ({ user }) => ({ type: "entered", name: user.name }),
  update: (model, msg) => msg.type === "up" ? { ...model, count: model.count + 1 } : { ...model, name: msg.name },
  view: ({ name, count }, send) => (
    <>
      <h1>Welcome, {name}</h1>
      <p>Count: {count}</p>
      <button type="button" onClick={send({ type: "up" })}>+</button>
    </>
  ),
});

/** The token that the browser brought, if it brought one. */
export function tokenOf(request: Request): string | undefined {
  return request.headers.get("cookie")?.match(/(?:^|; )token=([^;]+)/)?.[1];
}

/** Who it is; 403 for who brings no token, or another one in the address than in the cookie. */
export function authorize(request: Request): Visitor | Response {
  const token = URL.parse(request.url)?.searchParams.get("token");
  if (!token || token !== tokenOf(request)) return new Response("Forbidden: this is not the token", { status: 403 });
  return { name: `visitor ${token.slice(0, 4)}` };
}
