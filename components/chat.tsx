/**
 * A chat with a machine. The browser looks at the keys: the app hears of Enter alone (with Shift it is a new line, as usual), and has the
 * page empty the input.
 */
import { type App, app, effect, next } from "../mod.ts";

/** One thing that was said. */
export interface Line {
  id: number;
  who: "you" | "bot";
  text: string;
}
/** What it hears. */
export type ChatMsg = Omit<Line, "id"> | { remove: number };

/** By the number of the line that it answers: where the two take turns, the lines of the user are 0, 2, 4. */
const replies = ["Hello! How may I help?", "I see. And how does that make you feel?", "Have you turned it off and on again?"];

/** Lines, the newest first. */
export const chat: App<readonly Line[], ChatMsg> = app<readonly Line[], ChatMsg>({
  name: "chat",
  init: () => [],
  update(lines, msg) {
    // The button that was pressed goes with its line. Where the focus would be lost, it goes to what the user does next.
    if ("remove" in msg) return next(lines.filter(({ id }) => id !== msg.remove), effect.focus("textarea"));
    const { who, text } = msg;
    const id = lines.length > 0 ? lines[0]!.id + 1 : 0;
    const said = [{ id, who, text }, ...lines].slice(0, 200);
    if (who === "bot") return said;
    const reply = replies[id % replies.length]!;
    return next(said, effect.reset("form"), effect.focus("textarea"), effect.after(600, { who: "bot", text: reply }));
  },
  view: (lines, send) => (
    <div class="chat">
      {/* A screen reader reads what is added at its end. It scrolls, so it can have the focus. */}
      <div role="log" aria-label="Messages" tabIndex={0}>
        <ol>
          {lines.toReversed().map(({ id, who, text }) => (
            <li key={id} class={who}>
              {text}
              {who === "you" && <button type="button" aria-label={`Remove "${text}"`} onClick={send({ remove: id })} />}
            </li>
          ))}
        </ol>
      </div>
      <form>
        <textarea
          rows={1}
          placeholder="Say something, then Enter"
          aria-label="Say something"
          autofocus
          onKeyDown={send(({ currentTarget }) => {
            const text = currentTarget.value.trim();
            return text === "" ? undefined : { who: "you", text };
          }, { when: { key: "Enter", shiftKey: false }, preventDefault: true })}
        />
      </form>
    </div>
  ),
});
