/** A whiteboard: one runtime for all who look at it. They share everything, the colour too; who comes late sees what there is. */
import { type App, app } from "../mod.ts";
import { Board, type BoardMsg, colours, type Dot, mostDots } from "./board.tsx";

/** What all share. */
export interface WhiteboardModel {
  drawn: number;
  dots: readonly Dot[];
  colour: string;
}

/** To be served with a `key`: the board's name. */
export const whiteboard: App<WhiteboardModel, BoardMsg> = app<WhiteboardModel, BoardMsg>({
  name: "whiteboard",
  init: () => ({ drawn: 0, dots: [], colour: colours[0] }),
  update(model, msg) {
    if (msg.type === "picked") return { ...model, colour: msg.colour };
    const dot = { id: `${model.drawn}`, x: msg.x, y: msg.y, colour: model.colour };
    return { ...model, drawn: model.drawn + 1, dots: [...model.dots, dot].slice(-mostDots) };
  },
  view: ({ dots, colour }, send) => <Board dots={dots} colour={colour} send={send} />,
});
