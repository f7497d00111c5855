/** The box that shows a problem of a view in the page, in development. Made of plain vnodes; it must never throw. */
import { h, type VNode } from "../deps.ts";

const style =
  "display:inline-block;margin:2px;padding:2px 8px;border-left:4px solid #c00;background:#fee;color:#600;font:12px/1.5 monospace;white-space:pre-wrap";

/** A box with this message. */
export function warningBox(message: string): VNode {
  return h("nacre-warning", { role: "alert", style }, `Nacre: ${message}`);
}
