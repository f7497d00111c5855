/** A whiteboard: one runtime for all who look at it. They share everything, the colour too; who comes late sees what there is. */
import { type App, app } from "../mod.ts";
import { Board, type BoardMsg, colours, type Cursor, type Dot, middle, mostDots, moved } from "./board.tsx";

/** What all share. */
export interface WhiteboardModel {
  drawn: number;
  dots: readonly Dot[];
  colour: string;
  cursor: Cursor;
}

/** To be served with a `key`: the board's name. */
export const whiteboard: App<WhiteboardModel, BoardMsg> = app<WhiteboardModel, BoardMsg>({
  name: "whiteboard",
  init: () => ({ drawn: 0, dots: [], colour: colours[0], cursor: middle }),
  update(model, msg) {
    if (msg.type === "picked") return { ...model, colour: msg.colour };
    if (msg.type === "moved") return { ...model, cursor: moved(model.cursor, msg) };
    const { x, y } = msg.type === "drawn" ? msg : model.cursor;
    const dot = { id: `${model.drawn}`, x, y, colour: model.colour };
    return { ...model, drawn: model.drawn + 1, dots: [...model.dots, dot].slice(-mostDots) };
  },
  view: ({ dots, cursor, colour }, send) => <Board dots={dots} cursor={cursor} colour={colour} send={send} />,
});
