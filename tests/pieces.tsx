/**
 * The pieces that random views are made of, as an app would write them: holes of every kind, in elements of every kind. Deno compiles
 * this file to templates; the tests compile it once more, to plain vnodes. What the two transforms read differently (spaces at the end
 * of an element, `defaultValue`) does not stand here, nor `null` where Preact's fresh render would leave an empty attribute.
 */
import { type ComponentChildren, Fragment, type HTMLAttributes } from "preact";

/** What a piece shows; each takes what it has a use for. */
export interface PieceProps {
  id: string | number | undefined;
  /** A name of its own on its root element. */
  mark: string;
  word: string | undefined;
  other: string | undefined;
  number: number;
  on: boolean;
  one: ComponentChildren;
  two: ComponentChildren;
}

/** A piece: what it shows of its props. */
export type Show = (props: PieceProps) => ComponentChildren;

declare module "@nacre/nacre/jsx-runtime" {
  namespace JSX {
    interface IntrinsicElements {
      "x-thing": HTMLAttributes<HTMLElement> & { payload?: unknown; word?: string | undefined; onthing?: () => void };
      "x-unknown": HTMLAttributes<HTMLElement> & { word?: string | undefined; number?: number; on?: string | undefined };
    }
  }
}

// ---- components ------------------------------------------------------------------------------

function Words({ word, number, on }: { word: string | undefined; number: number; on: boolean }): ComponentChildren {
  return on ? word : number;
}

function Either({ on, children }: { on: boolean; children?: ComponentChildren }): ComponentChildren {
  return on ? children : null;
}

function Frame({ mark, title, children }: { mark: string; title: string | undefined; children?: ComponentChildren }) {
  return <div data-mark={mark} title={title}>[{children}]</div>;
}

function Several({ word, children }: { word: string | undefined; children?: ComponentChildren }): ComponentChildren {
  return [word, <i key="i">i</i>, children];
}

function Pair({ word, children }: { word: string | undefined; children?: ComponentChildren }) {
  return (
    <>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Leaf({ word, number }: { word: string | undefined; number: number }) {
  return <span class="leaf">{word}:{number}</span>;
}

const click = (): void => {};
const nothing = undefined;

// ---- pieces ----------------------------------------------------------------------------------

/** All pieces by name. */
export const pieces = {
  // flow
  box: ({ id, mark, word, on, one }) => <div key={id} data-mark={mark} class={word} hidden={on}>{one}</div>,
  twoBoxes: ({ id, mark, word, one, two }) => (
    <section key={id} data-mark={mark}>
      <div class="first">{one}</div>
      {word}
      <div class="second" title={word}>
        between {two} and {one}
      </div>
    </section>
  ),
  title: ({ id, mark, word, other, on, one }) => (
    <article key={id} data-mark={mark} id={word}>
      <h2>Title &amp; &lt;{other}&gt;</h2>
      {on && <em class={other}>{word}</em>}
      <div>{one}</div>
    </article>
  ),
  choice: ({ id, mark, word, number, on, one }) => (
    <div key={id} data-mark={mark}>
      {on
        ? (
          <b title={word}>
            yes {number} <u>{one}</u>
          </b>
        )
        : <i>no {word}</i>}
      {on ? null : one}
    </div>
  ),
  roots: ({ word, one, two }) => (
    <>
      <p>{word}</p>
      {one}
      <hr />
      {two}
    </>
  ),
  textRoots: ({ word, number, one }) => <>a{word}b{number}{one}</>,
  keyedRoots: ({ id, word, number, one }) => (
    <Fragment key={id}>
      <p class={word}>{number}</p>
      {one}
    </Fragment>
  ),
  keyedChildren: ({ id, one, two }) => <Fragment key={id}>{one}{two}</Fragment>,
  nested: ({ id, mark, word, number, one, two }) => <div key={id} data-mark={mark}>{[one, [number, [word, two]], null, [[]], true]}</div>,
  statics: ({ id, mark, word }) => (
    <div key={id} data-mark={mark} class="static" title="a &quot;quoted&quot; title">
      {"s"}
      {`t${word}`}
      {1}
      {null}
      {true}
      {undefined}
      <b>bold</b> <i>italic</i> {word}
    </div>
  ),
  inner: ({ id, mark, word, number, one }) => (
    <div key={id} data-mark={mark}>
      <p key="first">{word}</p>
      <div key={number} class="inner">{one}</div>
    </div>
  ),
  spread: ({ id, mark, word, other, number, on, one }) => (
    <div
      key={id}
      data-mark={mark}
      {...(on ? { class: word, "data-x": other, tabIndex: number } : { title: other, class: other, hidden: on, onClick: click })}
    >
      {one}
    </div>
  ),
  raw: ({ id, mark, word, on }) => (
    <div key={id} data-mark={mark} dangerouslySetInnerHTML={{ __html: on ? "<b>bold</b> &amp; <i>x</i>" : `<u>${word?.length}</u>` }} />
  ),
  sometimesRaw: ({ id, mark, on, one }) => (
    <div key={id} data-mark={mark} {...(on ? { dangerouslySetInnerHTML: { __html: "<b>raw</b>" } } : { children: one })} />
  ),
  styled: ({ id, mark, number, on }) => (
    <div
      key={id}
      data-mark={mark}
      style={on ? { color: "red", opacity: number / 10, "--mine": "x" } : { color: "blue", width: `${number}px`, marginTop: "1px" }}
    >
      style
    </div>
  ),
  styleText: ({ id, mark, number, on }) => (
    <div key={id} data-mark={mark} style={on ? `color: red; width: ${number}px` : undefined}>style</div>
  ),
  list: ({ id, mark, one }) => <ul key={id} data-mark={mark} class="list">{one}</ul>,
  table: ({ id, mark, word, one }) => (
    <table key={id} data-mark={mark} class={word}>
      <thead>
        <tr>
          <th scope="col">{word}</th>
        </tr>
      </thead>
      <tbody>{one}</tbody>
    </table>
  ),
  svg: ({ id, mark, number, on, one }) => (
    <svg key={id} data-mark={mark} viewBox={`0 0 ${number} 10`} class={on ? "on" : undefined} fill-opacity="0.5">
      <title>svg</title>
      {one}
    </svg>
  ),
  math: ({ id, mark, number, one }) => (
    <math key={id} data-mark={mark}>
      <mrow>
        <mi>x</mi>
        <mo>=</mo>
        <mn>{number}</mn>
        {one}
      </mrow>
    </math>
  ),
  details: ({ id, mark, word, on, one }) => (
    <details key={id} data-mark={mark} open={on}>
      <summary>{word}</summary>
      {one}
    </details>
  ),
  definitions: ({ id, mark, word, other, one }) => (
    <dl key={id} data-mark={mark}>
      <Pair key={word} word={word}>{one}</Pair>
      <Pair word={other}>x{word}y</Pair>
    </dl>
  ),
  frame: ({ id, mark, word, other, one }) => <Frame key={id} mark={mark} title={word}>{other}{one}</Frame>,
  frameOfMany: ({ id, mark, word, on, one, two }) => (
    <Frame key={id} mark={mark} title={word}>
      <p>one {word}</p>
      <Either on={on}>{two}</Either>
      {one}
      <Either key="e" on={!on}>
        <b>off</b>
      </Either>
    </Frame>
  ),
  either: ({ id, on, one }) => <Either key={id} on={on}>{one}</Either>,
  several: ({ id, word, one }) => <Several key={id} word={word}>{one}</Several>,
  switched: ({ id, on, one, word }) => (on ? <Several key={id} word={word}>{one}</Several> : <Either key={id} on>{one}</Either>),

  // phrasing: what may also stand in a paragraph
  paragraph: ({ id, mark, word, other, number, one }) => <p key={id} data-mark={mark}>a {word} b {number}{other}{one}</p>,
  emphasis: ({ id, mark, word, one }) => <em key={id} data-mark={mark} title={word}>{one}</em>,
  words: ({ id, word, number, on }) => <Words key={id} word={word} number={number} on={on} />,
  leaf: ({ id, word, number }) => <Leaf key={id} word={word} number={number} />,
  link: ({ id, mark, word, other, on }) => (
    <a key={id} data-mark={mark} href={word ?? "#"} onClick={on ? click : undefined} aria-label={other}>go {other}</a>
  ),
  enumerated: ({ id, mark, on, word }) => (
    <span key={id} data-mark={mark} draggable={on} aria-busy={on} data-x={!on} data-word={word} lang="en">flags</span>
  ),
  button: ({ id, mark, word, number, on }) => (
    <button key={id} data-mark={mark} type="button" disabled={on} class="button" onClick={click}>{word} {number}</button>
  ),
  label: ({ id, mark, word, other }) => <label key={id} data-mark={mark} htmlFor={word} className="label">{other}</label>,
  image: ({ id, mark, word, number }) => <img key={id} data-mark={mark} alt={word ?? "none"} width={number} />,
  empty: () => [],

  // controls
  text: ({ id, mark, word, on, number }) => (
    <input key={id} data-mark={mark} type="text" value={word} readOnly={on} maxLength={number + 20} required />
  ),
  check: ({ id, mark, on, other }) => <input key={id} data-mark={mark} type="checkbox" checked={on} name={other} />,
  spreadCheck: ({ id, mark, on, word }) => <input key={id} data-mark={mark} {...{ type: "checkbox", checked: on, value: word ?? "on" }} />,
  area: ({ id, mark, word, number }) => <textarea key={id} data-mark={mark} value={word} rows={number + 1} />,
  select: ({ id, mark, word, one }) => <select key={id} data-mark={mark} value={word ?? "a"}>{one}</select>,
  // In an element of its own: to Preact it would be the same as a select with a value beside it.
  multiple: ({ id, mark, one }) => (
    <label key={id} data-mark={mark}>
      <select multiple>{one}</select>
    </label>
  ),
  video: ({ id, mark, on, word }) => <video key={id} data-mark={mark} muted={on} controls={!on} title={word} />,
  progress: ({ id, mark, number }) => <progress key={id} data-mark={mark} max={20} value={number} />,
  thing: ({ id, mark, word, other, number, one }) => (
    <x-thing key={id} data-mark={mark} word={word} payload={{ number, list: [other] }} title={other || "none"} onthing={click}>
      {one}
    </x-thing>
  ),
  unknownThing: ({ id, mark, word, number, on }) => (
    <x-unknown key={id} data-mark={mark} {...{ word, number }} on={on ? "on" : undefined}>{word}</x-unknown>
  ),
  unset: ({ id, mark }) => (
    <span key={id} data-mark={mark}>
      <input type="checkbox" value={nothing} checked={nothing} />
      <input type="text" value={nothing} />
      <select value={nothing}>
        <option>first</option>
        <option>second</option>
      </select>
      <progress value={nothing} />
      <x-thing payload={nothing} word={nothing} title={nothing} />
    </span>
  ),

  // items of a list
  item: ({ id, mark, word, number, one }) => <li key={id} data-mark={mark} class={word}>{number}{one}</li>,
  plainItem: ({ id, mark, word }) => <li key={id} data-mark={mark}>{word}</li>,
  itemPair: ({ id, word, number }) => (
    <Fragment key={id}>
      <li>{word}</li>
      <li>{number}</li>
    </Fragment>
  ),

  // rows and cells of a table
  row: ({ id, mark, word, other, number, on }) => (
    <tr key={id} data-mark={mark} class={on ? "danger" : ""}>
      <td class="id">{number}</td>
      <td>
        <a href={word ?? "#"}>{other}</a>
      </td>
    </tr>
  ),
  cells: ({ id, mark, one }) => <tr key={id} data-mark={mark}>{one}</tr>,
  cell: ({ id, mark, number, one }) => <td key={id} data-mark={mark} colSpan={number + 1}>{one}</td>,
  heading: ({ id, mark, word }) => <th key={id} data-mark={mark} scope="row">{word}</th>,

  // options
  option: ({ id, mark, word, other }) => <option key={id} data-mark={mark} value={word}>{other}</option>,
  selectedOption: ({ id, mark, word, on }) => <option key={id} data-mark={mark} selected={on} disabled={false}>{word}</option>,
  group: ({ id, mark, word, one }) => <optgroup key={id} data-mark={mark} label={word ?? "none"}>{one}</optgroup>,

  // SVG and MathML
  circle: ({ id, mark, word, number }) => <circle key={id} data-mark={mark} r={number} class={word} stroke-width={number} />,
  shapes: ({ id, mark, word, one }) => <g key={id} data-mark={mark} transform={word} stroke-linecap="round">{one}</g>,
  svgText: ({ id, mark, word, number, on }) => (
    <text key={id} data-mark={mark} x={number} text-anchor={on ? "middle" : undefined}>{word}</text>
  ),
  gradient: ({ id, mark, number }) => (
    <linearGradient key={id} data-mark={mark} gradientUnits="userSpaceOnUse" x1={number}>
      <stop offset="0" stop-color="red" />
    </linearGradient>
  ),
  foreign: ({ id, mark, word, one }) => (
    <foreignObject key={id} data-mark={mark}>
      <div class={word}>{one}</div>
    </foreignObject>
  ),
  mathRow: ({ id, mark, one }) => <mrow key={id} data-mark={mark}>{one}</mrow>,
  mathWord: ({ id, mark, word }) => <mi key={id} data-mark={mark}>{word}</mi>,
  mathText: ({ id, mark, word, one }) => <mtext key={id} data-mark={mark}>{word}{one}</mtext>,
} satisfies Record<string, Show>;

/** The name of a piece. */
export type PieceName = keyof typeof pieces;
