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
export type BoardMsg = { type: "picked"; colour: string } | { type: "drawn"; x: number; y: number };

/** What there is to paint with; the first is what one begins with. */
export const colours = ["black", "crimson", "seagreen", "royalblue"] as const;

/** How many dots a board keeps: the oldest make room. */
export const mostDots = 2_000;

/** What the board takes. */
export interface BoardProps {
  dots: readonly Dot[];
  colour: string;
  send: Send<BoardMsg>;
}

/** Shows the dots, and is drawn on with a pointer that is pressed. */
export function Board({ dots, colour, send }: BoardProps): VNode {
  return (
    <div class="board">
      <svg
        viewBox="0 0 400 300"
        onPointerMove={send(({ offsetX, offsetY, currentTarget }) => {
          const scale = 400 / currentTarget.clientWidth;
          return { type: "drawn", x: Math.round(offsetX * scale), y: Math.round(offsetY * scale) };
        }, { when: { buttons: 1 }, throttle: 16, include: ["currentTarget.clientWidth"] })}
      >
        {dots.map((dot) => <circle key={dot.id} cx={dot.x} cy={dot.y} r="4" fill={dot.colour} />)}
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
