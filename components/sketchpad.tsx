/**
 * A sketchpad: a runtime for each who looks at it, with a colour of their own, and a channel on which every dot is told to all. Who comes
 * late sees what is drawn from then on.
 */
import { type App, app, effect, next } from "../mod.ts";
import { Board, type BoardMsg, colours, type Cursor, type Dot, middle, mostDots, moved } from "./board.tsx";

/** What each has alone. */
export interface SketchpadModel {
  dots: readonly Dot[];
  colour: string;
  cursor: Cursor;
}
/** What it hears: of its user, and of the channel. */
export type SketchpadMsg = BoardMsg | { type: "told"; dot: Dot };

const open = () => new BroadcastChannel("sketchpad");

function tell(dot: Dot): void {
  const channel = open();
  channel.postMessage(dot);
  channel.close();
}

/** What is drawn comes back over the channel, as it comes to all others. */
export const sketchpad: App<SketchpadModel, SketchpadMsg> = app<SketchpadModel, SketchpadMsg>({
  name: "sketchpad",
  init: () => ({ dots: [], colour: colours[0], cursor: middle }),
  subscriptions: () => ({ dots: effect.listen(open, (dot) => ({ type: "told", dot: dot as Dot })) }),
  update(model, msg) {
    switch (msg.type) {
      case "picked":
        return { ...model, colour: msg.colour };
      case "moved":
        return { ...model, cursor: moved(model.cursor, msg) };
      case "drawn":
      case "dotted": {
        const { x, y } = msg.type === "drawn" ? msg : model.cursor;
        const dot = { id: crypto.randomUUID(), x, y, colour: model.colour };
        return next(model, effect.from(() => tell(dot)));
      }
      case "told":
        return { ...model, dots: [...model.dots, msg.dot].slice(-mostDots) };
    }
  },
  view: ({ dots, cursor, colour }, send) => <Board dots={dots} cursor={cursor} colour={colour} send={send} />,
});
