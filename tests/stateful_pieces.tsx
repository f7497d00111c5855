/**
 * The templates of random stateful trees. To Preact each is the one component `Template`, so each has a key of its own kind: only then does
 * Preact, too, take two of them for two things. Where two holes are siblings, each gets an array or nothing: see `stateful.ts`.
 */
import type { ComponentChildren } from "preact";

/** What a piece shows: its key and what is in its holes. */
export interface PieceProps {
  readonly key: string;
  readonly word: string;
  readonly one: ComponentChildren;
  readonly two: ComponentChildren;
}

/** All pieces by name. */
export const pieces = {
  box: ({ key, word, one }: PieceProps) => <div key={`box${key}`} data-n={word}>{one}</div>,
  text: ({ key, word, one }: PieceProps) => (
    <p key={`text${key}`}>
      a {word} b<b>{one}</b>c
    </p>
  ),
  two: ({ key, one, two }: PieceProps) => <section key={`two${key}`}>{one}{two}</section>,
  deep: ({ key, word, one, two }: PieceProps) => (
    <article key={`deep${key}`} data-n={word}>
      <header>
        <h2>{one}</h2>
      </header>
      <footer>{two}</footer>
    </article>
  ),
  list: ({ key, one }: PieceProps) => <ul key={`list${key}`}>{one}</ul>,
  /** The only one without a key. */
  row: ({ word, one }: PieceProps) => <li data-n={word}>{one}</li>,
};

/** The name of a piece. */
export type PieceName = keyof typeof pieces;
