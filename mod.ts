/**
 * Nacre: server components for Deno. An app is `init`, `update` and `view`; it runs on the server, and a page shows it through
 * one small custom element. Events go up and patches come down a WebSocket. (These are not React Server Components.)
 *
 * @example A whole app, and the handler that serves it
 * ```tsx
 * import { app, page, runtimeScript, serve, ServerComponent } from "@nacre/nacre";
 *
 * const counter = app({
 *   init: (start: number) => ({ count: start }),
 *   update: (model, msg: "up" | "down") => ({ count: model.count + (msg === "up" ? 1 : -1) }),
 *   view: (model, send) => (
 *     <div>
 *       <button onClick={send("down")}>-</button>
 *       <p>Count: {model.count}</p>
 *       <button onClick={send("up")}>+</button>
 *     </div>
 *   ),
 * });
 *
 * const live = serve(counter, { flags: 0 });
 *
 * export function handler(request: Request): Response | Promise<Response> {
 *   switch (URL.parse(request.url)?.pathname) {
 *     case "/":
 *       return page(
 *         <html>
 *           <head><script type="module" src="/nacre/runtime.mjs"></script></head>
 *           <body><ServerComponent route="/ws" /></body>
 *         </html>,
 *       );
 *     case "/nacre/runtime.mjs":
 *       return runtimeScript(request);
 *     case "/ws":
 *       return live(request);
 *     default:
 *       return new Response("Not found", { status: 404 });
 *   }
 * }
 * // Deno.serve(handler);
 * ```
 *
 * @module
 */
export { app, next } from "./runtime/app/app.ts";
export type { App, AppOptions, FlagsOf, Next, Resumed, Returns } from "./runtime/app/app.ts";
export type { Client } from "./runtime/app/client.ts";
export { effect, NotYetError } from "./runtime/app/effect.ts";
export type { Effect, EffectInfo, EmitOptions, Listened } from "./runtime/app/effect.ts";
export type { FactHandlers } from "./runtime/app/fact.ts";
export type { FormEffects, FormHandlers, ValidityFlag } from "./runtime/app/form.ts";
export type { NavigateOptions, PageEffectOptions, PageEffects, ScrollOptions } from "./runtime/app/page_effect.ts";
export type { Observable } from "./runtime/app/source.ts";
export { parse } from "./runtime/app/parse.ts";
export type { Parser } from "./runtime/app/parse.ts";
export type { Connection, LinkEnd } from "./runtime/app/connection.ts";
export type { Link } from "./runtime/app/member.ts";
export type { Restart } from "./runtime/app/restart.ts";
export type { Runtime, RuntimeStatus } from "./runtime/app/runtime.ts";
export type { FieldPath, Send, SendOptions, Sent, TargetOf, When } from "./runtime/app/send.ts";
export { simulate } from "./runtime/app/simulate.ts";
export type { Brings, Simulation, Where } from "./runtime/app/simulate.ts";
export type { Painted } from "./runtime/app/paint.ts";
export type { ShadowOptions } from "./runtime/app/shadow.ts";
export { start } from "./runtime/app/start.ts";
export { Listen } from "./runtime/view/listen.ts";
export type { HandlersOf, ListenProps } from "./runtime/view/listen.ts";
export { memo } from "./runtime/view/memo.ts";
export { Opaque } from "./runtime/view/opaque.ts";
export type { OpaqueProps } from "./runtime/view/opaque.ts";
export { kvStore } from "./runtime/continuity/kv_store.ts";
export type { Kv, KvAtomic } from "./runtime/continuity/kv_store.ts";
export { memoryStore } from "./runtime/continuity/memory_store.ts";
export type { Store, Stored } from "./runtime/continuity/store.ts";
export { NotStructuredError } from "./runtime/continuity/structured.ts";
export { define } from "./runtime/client/define.ts";
export type { DefineOptions } from "./runtime/client/define.ts";
export { mount } from "./runtime/client/mount.ts";
export type { Mounted, MountOptions } from "./runtime/client/mount.ts";
export { serve } from "./runtime/transport/serve.ts";
export { closeOnSignals } from "./runtime/transport/signals.ts";
export type { Live } from "./runtime/transport/serve.ts";
export type { ServeOptions, SharedOptions } from "./runtime/transport/serve_options.ts";
export { page, pageAsync } from "./runtime/page/page.ts";
export type { PageInit } from "./runtime/page/page.ts";
export { runtimeScript } from "./runtime/page/script.ts";
export { renderToString, renderToStringAsync } from "./runtime/page/static.ts";
export type { RenderOptions } from "./runtime/page/static.ts";
export { ServerComponent } from "./runtime/page/server_component.ts";
export type { ServerComponentProps } from "./runtime/page/server_component.ts";
