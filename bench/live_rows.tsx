/** Rows that are components with two hooks each, of which one changes its state: here, in Preact on a DOM, and rendered to text. */
import { type ComponentChildren, options, render } from "preact";
import { useMemo, useState } from "preact/hooks";
import { renderToString } from "preact-render-to-string";
import { Window } from "happy-dom";
import { Definitions } from "../runtime/view/definitions.ts";
import { diff, encode } from "../runtime/view/diff.ts";
import { Lowering } from "../runtime/view/lower.ts";
import type { Node } from "../runtime/view/tree.ts";

/** A table of rows; `change` sets the state of the one in the middle. */
class Rows {
  change!: (count: number) => void;
  readonly #middle: number;

  constructor(readonly count: number) {
    this.#middle = count >> 1;
  }

  view = (): ComponentChildren => (
    <table>
      <tbody>{Array.from({ length: this.count }, (_, id) => <this.Row key={id} id={id} />)}</tbody>
    </table>
  );

  Row = ({ id }: { id: number }): ComponentChildren => {
    const [count, setCount] = useState(0);
    const label = useMemo(() => `row ${id}`, [id]);
    if (id === this.#middle) this.change = setCount;
    return (
      <tr class={count % 2 ? "odd" : "even"}>
        <td>{id}</td>
        <td>{label}</td>
        <td>{count}</td>
      </tr>
    );
  };
}

/** A way to show that one row of a table has changed; `step` does it once more. */
export interface LiveCase {
  readonly name: string;
  prepare(count: number): () => void;
}

/** What changes, as the JSON of a patch; `render` is how it is found. */
function patched(count: number, render: (lowering: Lowering, rows: Rows) => Node): () => void {
  const rows = new Rows(count);
  const lowering = new Lowering({ development: false, warn() {} });
  const definitions = new Definitions();
  let tree = lowering.lower(rows.view());
  encode(tree, definitions);
  let n = 0;
  return () => {
    rows.change(++n);
    const next = render(lowering, rows);
    const text = JSON.stringify(diff(tree, next, definitions));
    if (text.length > 60) throw new Error(`Too much was patched: ${text}`);
    tree = next;
  };
}

/** All to text, as a server without patches would. */
function printed(count: number): () => void {
  const rows = new Rows(count);
  return () => void renderToString(<>{rows.view()}</>);
}

/** Preact itself, on a DOM. */
function onDom(count: number): () => void {
  const rows = new Rows(count);
  const container = new Window().document.createElement("main") as unknown as Element;
  let flush: (() => void) | undefined;
  render(<>{rows.view()}</>, container);
  let n = 0;
  return () => {
    options.debounceRendering = (run) => flush = run;
    rows.change(++n);
    delete options.debounceRendering;
    flush!();
  };
}

/** All ways. */
export const liveCases: readonly LiveCase[] = [
  { name: "the component, as a patch", prepare: (count) => patched(count, (lowering) => lowering.update()) },
  { name: "the whole view, as a patch", prepare: (count) => patched(count, (lowering, rows) => lowering.lower(rows.view())) },
  { name: "Preact on a DOM (happy-dom)", prepare: onDom },
  { name: "preact-render-to-string", prepare: printed },
];
