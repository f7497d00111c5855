/** What must hold of a page when all is quiet again. */
import type { Story } from "./actor.ts";

/** What is wrong with a page that had this session at first; nothing, if all is right. */
export function judge(story: Story, life: string): string[] {
  const { acts, shown, report, problems, status } = story;
  const wrong = [...problems];
  const say = (what: string) => void wrong.push(what);
  if (status !== "live") say(`The element is ${status}`);
  if (story.life !== life) say("The session began again: what it had taken is lost");
  if (!report) say("The server did not say what it knows");
  else if (report.life !== story.life || `${report.acts}` !== `${shown}`) say(`The page shows ${shown}; the server knows ${report.acts}`);
  const times = new Map<number, number>();
  for (const act of shown) times.set(act, (times.get(act) ?? 0) + 1);
  for (const [act, count] of times) {
    if (count > 1) say(`Act ${act} was taken ${count} times`);
    if (!acts[act - 1]) say(`Act ${act} was taken, and never done`);
  }
  for (const [i, act] of shown.entries()) if (i > 0 && act < shown[i - 1]!) say(`Act ${act} was taken after ${shown[i - 1]}`);
  for (const { act, event, refused } of acts) {
    const isTaken = times.has(act);
    if (!isTaken && refused.length === 0) say(`Act ${act} (event ${event}) is missing, and the page was not told`);
    if (isTaken && refused.length > 0) say(`Act ${act} (event ${event}) was taken, and the page was told: ${refused}`);
    if (refused.length > 1) say(`Act ${act} (event ${event}) was refused ${refused.length} times: ${refused}`);
  }
  return wrong;
}
