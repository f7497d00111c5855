// Server components in Nacre: six examples, each a page and a WebSocket; the browser runtime, and 404 for the rest.
//
//     deno run --allow-net --allow-env=PORT,HOST,NACRE_SECRET main.ts
import { closeOnSignals, type Live, page, runtimeScript, serve } from "./mod.ts";
import { chat } from "./components/chat.tsx";
import { counter } from "./components/counter.tsx";
import { Document, type DocumentProps } from "./components/document.tsx";
import { authorize, guarded, tokenOf } from "./components/guarded.tsx";
import { rating, RatingControls } from "./components/rating.tsx";
import { sketchpad } from "./components/sketchpad.tsx";
import { whiteboard } from "./components/whiteboard.tsx";

/** Where an example's page is, what is on it, and what answers its socket. */
interface Example extends DocumentProps {
  path: string;
  route: string;
  live: Live<unknown>;
}

/** What browsers keep of their sessions is sealed with this; several, with spaces between, to replace one: the first seals, all open. */
const secret = setting("NACRE_SECRET")?.split(" ").filter((one) => one !== "") ?? [];
if (secret.length === 0) console.info("NACRE_SECRET is not set: sessions are sealed with a secret of this process, and end with it");
/** What all examples have. */
const common = secret.length > 0 ? { secret } : {};

/** An app has a session for each element in a page, which outlives its links and this process; with a `key` it has a runtime for all of that key. */
const examples: readonly Example[] = [
  { path: "/", route: "/ws", title: "Counter", live: serve(counter, { ...common, flags: 0 }), hint: "Another tab counts apart." },
  {
    path: "/rating",
    route: "/ws/rating",
    title: "Rating",
    heading: true,
    live: serve(rating, common),
    attributes: { value: "3" },
    hint: "The page sets an attribute or a property, and hears an event.",
    below: RatingControls(),
  },
  {
    path: "/chat",
    route: "/ws/chat",
    title: "Chat",
    heading: true,
    live: serve(chat, common),
    hint: "Of all keys only Enter crosses the wire.",
  },
  {
    path: "/whiteboard",
    route: "/ws/whiteboard",
    title: "Whiteboard",
    heading: true,
    live: serve(whiteboard, { ...common, key: () => "everybody" }),
    hint: "Another tab sees all that is drawn here, and has the same colour. By keyboard: arrows move, space draws.",
  },
  {
    path: "/sketchpad",
    route: "/ws/sketchpad",
    title: "Sketchpad",
    heading: true,
    live: serve(sketchpad, common),
    hint: "Another tab sees what is drawn from then on, and has a colour of its own.",
  },
  {
    path: "/guarded",
    route: "/ws/guarded",
    title: "Guarded",
    live: serve(guarded, { ...common, authorize }),
    hint: "With another token than the page's own, /guarded?token=wrong, nobody comes in.",
  },
];

function handler(request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
  // A `Host` that is none makes a URL that is none.
  const { pathname } = URL.parse(request.url) ?? {};
  if (pathname === undefined) return new Response("Bad Request", { status: 400 });
  if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
  const example = examples.find(({ path, route }) => path === pathname || route === pathname);
  if (!example) return new Response("Not found", { status: 404 });
  if (pathname === example.route) return example.live(request, info);
  return pathname === "/guarded" ? guardedPage(request, example) : page(Document({ ...example, request, links: examples }), { request });
}

/** A page with a token, in a cookie and in the route: only its socket is let in, so nothing is painted. `?token=wrong` shows what becomes of another one. */
function guardedPage(request: Request, example: Example): Response {
  const token = tokenOf(request) ?? crypto.randomUUID();
  const shown = new URL(request.url).searchParams.get("token") ?? token;
  return page(Document({ ...example, links: examples, route: `${example.route}?token=${encodeURIComponent(shown)}` }), {
    request,
    headers: { "set-cookie": `token=${token}; Path=/; HttpOnly; SameSite=Strict` },
  });
}

/** An environment variable, where it may be read. */
function setting(variable: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted" ? Deno.env.get(variable) : undefined;
}

const server = Deno.serve({ hostname: setting("HOST") ?? "localhost", port: Number(setting("PORT") ?? 1234) }, handler);

closeOnSignals(server, ...examples.map(({ live }) => live));
