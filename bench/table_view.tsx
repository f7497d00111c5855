/**
 * The 1,000-row table as an app's view, and its eight operations: what the benchmark times, and what the test of the bytes pins.
 */
import type { VNode } from "preact";
import type { Send } from "../mod.ts";
import { type Row, rows } from "./table.ts";

/** What the table shows. */
export interface TableModel {
  readonly rows: readonly Row[];
  readonly selected: number;
}
/** What the table hears. */
export type TableMsg = { readonly type: "select" | "remove"; readonly id: number };

/** A row as a component: with the same row, not run again. */
function TableRow({ row, selected, send }: { row: Row; selected: boolean; send: Send<TableMsg> }): VNode {
  const { id, label } = row;
  return (
    <tr class={selected ? "danger" : ""}>
      <td class="col-md-1">{id}</td>
      <td class="col-md-4">
        <a onClick={send({ type: "select", id })}>{label}</a>
      </td>
      <td class="col-md-1">
        <a onClick={send({ type: "remove", id })}>
          <span class="glyphicon glyphicon-remove" aria-hidden="true"></span>
        </a>
      </td>
      <td class="col-md-6"></td>
    </tr>
  );
}

/** The view with a component for each row. */
export function tableView({ rows, selected }: TableModel, send: Send<TableMsg>): VNode {
  return (
    <table class="table table-hover table-striped test-data">
      <tbody>{rows.map((row) => <TableRow key={row.id} row={row} selected={row.id === selected} send={send} />)}</tbody>
    </table>
  );
}

/** The view as one function: every row is made anew each time, and compared hole by hole. */
export function inlineTableView({ rows, selected }: TableModel, send: Send<TableMsg>): VNode {
  return (
    <table class="table table-hover table-striped test-data">
      <tbody>
        {rows.map(({ id, label }) => (
          <tr key={id} class={id === selected ? "danger" : ""}>
            <td class="col-md-1">{id}</td>
            <td class="col-md-4">
              <a onClick={send({ type: "select", id })}>{label}</a>
            </td>
            <td class="col-md-1">
              <a onClick={send({ type: "remove", id })}>
                <span class="glyphicon glyphicon-remove" aria-hidden="true"></span>
              </a>
            </td>
            <td class="col-md-6"></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A view of the table. */
export type TableView = (model: TableModel, send: Send<TableMsg>) => VNode;

/** Both views. */
export const tableViews: readonly { readonly name: string; readonly view: TableView }[] = [
  { name: "a component for each row", view: tableView },
  { name: "rows inline", view: inlineTableView },
];

/** An operation: the model before, and after. */
export interface Operation {
  readonly name: string;
  readonly before: TableModel;
  readonly after: TableModel;
}

const first = rows(1_000), second = rows(1_000, 1_001);
const show = (rows: readonly Row[], selected = 0): TableModel => ({ rows, selected });
const swapped = [...first];
[swapped[1], swapped[998]] = [swapped[998]!, swapped[1]!];

/** The operations of js-framework-benchmark. */
export const operations: readonly Operation[] = [
  { name: "create 1,000", before: show([]), after: show(first) },
  { name: "replace 1,000", before: show(first), after: show(second) },
  {
    name: "update every 10th",
    before: show(first),
    after: show(first.map((row, i) => i % 10 === 0 ? { ...row, label: `${row.label} !!!` } : row)),
  },
  { name: "select one", before: show(first), after: show(first, 501) },
  { name: "swap two", before: show(first), after: show(swapped) },
  { name: "remove one", before: show(first), after: show(first.filter((_, i) => i !== 500)) },
  { name: "append 1,000", before: show(first), after: show([...first, ...second]) },
  { name: "clear", before: show(first), after: show([]) },
];
