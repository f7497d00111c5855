/** One operation on the table, ready to be done again and again: view, lowering, diff and JSON. */
import { createSend } from "../runtime/app/send.ts";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import type { Client, Send } from "../mod.ts";
import type { Operation, TableMsg, TableView } from "./table_view.tsx";

/** An operation whose first view is on the page. */
export interface Prepared {
  readonly operation: Operation;
  readonly view: TableView;
  /** Does it, and answers the text of the patch. */
  step(): string;
}

const send: Send<TableMsg> = createSend<TableMsg, unknown>(() => {}, (): Client => ({ id: "", user: undefined }));

/** Puts the view of the model before on the page. */
export function prepare(view: TableView, operation: Operation): Prepared {
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  const old = lowering.lower(view(operation.before, send), undefined);
  encode(old, definitions);
  return {
    operation,
    view,
    step: () => JSON.stringify(diff(old, lowering.lower(view(operation.after, send), old), definitions)),
  };
}
