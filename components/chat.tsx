/** A chat with a machine: the app hears of a text when it is sent and not of its letters, and empties the input in the page. */
import { type App, app, effect, next } from "../mod.ts";

/** One thing that was said. */
export interface Line {
  id: number;
  who: "you" | "bot";
  text: string;
}
/** What it hears. */
export type ChatMsg = Omit<Line, "id">;

const replies = ["Hello! How may I help?", "Have you turned it off and on again?", "I see. And how does that make you feel?"];

/** Lines, the newest first: `column-reverse` shows it at the bottom, and keeps the bottom in sight. */
export const chat: App<readonly Line[], ChatMsg> = app<readonly Line[], ChatMsg>({
  name: "chat",
  init: () => [],
  update(lines, { who, text }) {
    const id = lines.length > 0 ? lines[0]!.id + 1 : 0;
    const said = [{ id, who, text }, ...lines].slice(0, 200);
    if (who === "bot") return said;
    const reply = replies[Math.floor(id / 2) % replies.length]!;
    return next(said, effect.reset("form"), effect.focus("input"), effect.after(600, { who: "bot", text: reply }));
  },
  view: (lines, send) => (
    <div class="chat">
      <ol>
        {lines.map(({ id, who, text }) => <li key={id} class={who}>{text}</li>)}
      </ol>
      <form
        onSubmit={send(({ formData }) => {
          const text = String(formData.get("text")).trim();
          return text === "" ? undefined : { who: "you", text };
        })}
      >
        <input name="text" placeholder="Say something, then Enter" aria-label="Say something" autocomplete="off" autofocus />
      </form>
    </div>
  ),
});
