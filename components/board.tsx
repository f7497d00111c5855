/** A board to draw on: the view that the whiteboard and the sketchpad share. It knows of no room and no channel. */
import type { VNode } from "preact";
import type { Send } from "../mod.ts";

/** A drop of paint, in the coordinates of a board of 400 by 300. */
export interface Dot {
  id: string;
  x: number;
  y: number;
  colour: string;
}
/** What a board hears of its user. */
export type BoardMsg =
  | { type: "picked"; colour: string }
  | { type: "drawn"; x: number; y: number }
  | { type: "moved"; x: number; y: number }
  | { type: "dotted" };

/** Where the keyboard draws. */
export interface Cursor {
  x: number;
  y: number;
}

/** What there is to paint with; the first is what one begins with. */
export const colours = ["black", "crimson", "seagreen", "royalblue"] as const;

/** How many dots a board keeps: the oldest make room. */
export const mostDots = 2_000;

/** Where a cursor begins. */
export const middle: Cursor = { x: 200, y: 150 };

/** A cursor that was moved so far, and stays on the board. */
export function moved(cursor: Cursor, by: Cursor): Cursor {
  return { x: Math.max(0, Math.min(400, cursor.x + by.x)), y: Math.max(0, Math.min(300, cursor.y + by.y)) };
}

const arrows: Readonly<Record<string, Cursor>> = {
  ArrowLeft: { x: -10, y: 0 },
  ArrowRight: { x: 10, y: 0 },
  ArrowUp: { x: 0, y: -10 },
  ArrowDown: { x: 0, y: 10 },
};

/** What the board takes. */
export interface BoardProps {
  cursor: Cursor;
  dots: readonly Dot[];
  colour: string;
  send: Send<BoardMsg>;
}

/** Shows the dots, and is drawn on with a pointer that is pressed, or with the keyboard: arrows move the cursor, space draws. */
export function Board({ dots, cursor, colour, send }: BoardProps): VNode {
  return (
    <div class="board">
      <svg
        viewBox="0 0 400 300"
        role="application"
        tabIndex={0}
        aria-label="Board: arrow keys move, space draws"
        onKeyDown={send(({ key }) => key in arrows ? { type: "moved", ...arrows[key]! } : { type: "dotted" }, {
          when: { key: [...Object.keys(arrows), " "], altKey: false, ctrlKey: false, metaKey: false },
          preventDefault: true,
        })}
        onPointerMove={send(({ offsetX, offsetY, currentTarget }) => {
          const scale = 400 / currentTarget.clientWidth;
          return { type: "drawn", x: Math.round(offsetX * scale), y: Math.round(offsetY * scale) };
        }, { when: { buttons: 1 }, throttle: 16, include: ["currentTarget.clientWidth"] })}
      >
        {dots.map((dot) => <circle key={dot.id} cx={dot.x} cy={dot.y} r="4" fill={dot.colour} />)}
        <path d={`M${cursor.x - 8} ${cursor.y}h16M${cursor.x} ${cursor.y - 8}v16`} />
      </svg>
      {colours.map((name) => (
        <button
          key={name}
          type="button"
          style={`background: ${name}`}
          aria-label={name}
          aria-pressed={name === colour}
          onClick={send({ type: "picked", colour: name })}
        />
      ))}
    </div>
  );
}
