/**
 * Who says again what a tab has said before, whoever it is: the tab's own words once more, a copy of its page, a thief, a forger. What it gets may be
 * a session of its own; it must never get that of another user, nor disturb what the tab goes on with.
 */
import { assert } from "@std/assert";
import type { Link } from "../../runtime/app/member.ts";
import type { Network } from "./network.ts";
import type { Process } from "./process.ts";

/** What was said with a snapshot. */
export interface Overheard {
  readonly user: number;
  /** What the link was opened with. */
  readonly resume: string;
  readonly text: string;
}

const kinds = ["said again", "copied", "stolen", "forged"] as const;

/** Says something again, to any process. */
export function sayAgain({ user, resume, text }: Overheard, network: Network): void {
  const { stage } = network;
  const { random, clock, totals } = stage;
  const process = network.pick();
  if (!process?.sceneOf) return;
  const kind = random.pick(kinds);
  totals.note(kind);
  const who = kind === "stolen" ? user + 100 : user;
  // Who says the name of a client is known by it, whatever comes after.
  const opened = kind === "copied" || kind === "forged" ? resume.replace(/^[^.]*/, `copy-${random.below(1e9)}`) : resume;
  const said = kind === "forged" ? forge(text, random.below(1e9)) : text;
  const name = kind;
  stage.note(name, () => `comes to ${process.name}: ${said}`);
  /** What is told first, of what is gone on with. */
  const judge = (message: string) => {
    if (!/^\["(mount|resume)"/.test(message)) return;
    try {
      judgeStranger(kind, message, process);
    } catch (error) {
      stage.fail(error);
    }
  };
  if (random.chance(0.5)) {
    const request = new Request(`https://chaos.example/ws?nacre=${opened}`, { method: "POST", body: said });
    process.respond(request, who).then(async (response) => {
      if (response.status === 200) { for (const message of (await response.text()).split("\n")) judge(message); }
    }).catch((error) => stage.fail(error));
    return;
  }
  const link: Link<number> = { resume: opened, user: who, send: (message) => judge(message as string), close() {} };
  const connection = process.connect(link);
  clock.after(network.delay(), () => {
    if (process.isUp) connection.receive(said);
  });
  clock.after(random.below(8_000), () => {
    if (process.isUp) connection.disconnect();
  });
}

/** What no snapshot was good for begins anew. */
function judgeStranger(kind: typeof kinds[number], message: string, process: Process): void {
  const [what, epoch, , covered] = JSON.parse(message);
  const scene = process.sceneOf!(epoch)!;
  // With a store there is nobody to go on with what another client has said; else a copy is a fork of it.
  if (kind === "said again" || (kind === "copied" && !scene.isSaved)) return;
  const others = scene.all.filter((other) => other !== scene && other.model.seed === scene.model.seed);
  // A painted page is nobody's yet: more than one may go on from it.
  if (kind === "copied" && scene.heardBefore === 0 && others.some(({ isPainted }) => isPainted)) return;
  const [last] = [covered].flat();
  assert(what === "mount" && last === 0 && scene.heardBefore === 0, `What was ${kind} was good for ${message}`);
  assert(others.length === 0, `What was ${kind} has shown what ${others[0]?.name} knows`);
}

/** Another character somewhere in the token. */
function forge(text: string, at: number): string {
  const [kind, token, ...rest] = JSON.parse(text) as [string, string, ...unknown[]];
  const i = at % token.length;
  const other = token[i] === "A" ? "B" : "A";
  return JSON.stringify([kind, token.slice(0, i) + other + token.slice(i + 1), ...rest]);
}
