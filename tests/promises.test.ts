/**
 * The promises of docs/security.md and docs/continuity.md have tests: each name of a test there is the name of a test that exists, each part of
 * docs/security.md names one, and each limit in its table is the number in the code.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));
/** Texts as `tests/sealed.test.ts: opens what it sealed`, in backticks. */
const named = (text: string) => [...text.matchAll(/`(tests\/[\w./]+): ([^\n]+)`/g)].map(([, file, name]) => ({ file: file!, name: name! }));

for (const path of ["docs/security.md", "docs/continuity.md"]) {
  Deno.test(`${path}: every test that it names exists`, async () => {
    const tests = named(await read(path));
    assert(tests.length >= 20, `only ${tests.length} tests are named`);
    const missing: string[] = [];
    for (const { file, name } of tests) {
      if (!(await read(file)).includes(name)) missing.push(`${file}: ${name}`);
    }
    assertEquals(missing, []);
  });
}

Deno.test("docs/security.md: every part names the tests of its promises", async () => {
  const [, ...parts] = (await read("docs/security.md")).split(/^##+ /m);
  assert(parts.length > 10);
  assertEquals(parts.filter((part) => named(part).length === 0).map((part) => part.split("\n")[0]), []);
});

/** A limit of the table: where its numbers stand in the code, in the order of the row. */
type Limit = readonly (readonly [file: string, before: string])[];

const runtime = "runtime/app";
const limits: Record<string, Limit> = {
  "a message": [
    [`${runtime}/allowance.ts`, "message: "],
    // `mostText` and the rest: the difference is checked below.
    [`${runtime}/allowance.ts`, "message: "],
    ["runtime/wire/size.ts", "mostJson = "],
  ],
  "the path to a handler": [["runtime/wire/up.ts", "longestPath = "]],
  "messages of one client": [[`${runtime}/allowance.ts`, "burst: "], [`${runtime}/allowance.ts`, "rate: "]],
  "POSTs of one stream": [[`${runtime}/allowance.ts`, "burst: "], [`${runtime}/allowance.ts`, "rate: "]],
  "a POST": [["runtime/transport/posted.ts", "mostPosted = "], ["runtime/transport/posted.ts", "bodyMs = "]],
  "requests without a link, all together": [
    ["runtime/transport/request_limits.ts", "mostOfAll = "],
    ["runtime/transport/request_limits.ts", "mostOfOne = "],
  ],
  "a resume message": [[`${runtime}/sessions.ts`, "mostResume = "], ["runtime/wire/up.ts", "mostKept = "]],
  "a link that does not send its resume message": [[`${runtime}/waiting.ts`, "resumeMs = "]],
  "renders of one replay": [
    [`${runtime}/replay_budget.ts`, "mostHoles = "],
    [`${runtime}/replay_budget.ts`, "fewest = "],
    [`${runtime}/replay_budget.ts`, "most = "],
  ],
  "views that a snapshot holds": [[`${runtime}/incarnation.ts`, "mostSeenHoles = "], [`${runtime}/incarnation.ts`, "fewestSeen = "]],
  "patches that one client has not read yet": [[`${runtime}/slow.ts`, "unsent: "]],
  "`emit`s that wait behind such patches": [[`${runtime}/slow.ts`, "held: "]],
  "everything that one client has not read yet": [["runtime/transport/socket.ts", "mostUnsent = "]],
  "a client that reads nothing of it": [[`${runtime}/slow.ts`, " ms: "]],
  "a page that does not answer a new epoch": [[`${runtime}/member.ts`, "confirmMs = "]],
  "views that are kept for events on their way": [
    [`${runtime}/history.ts`, "versions: "],
    [`${runtime}/history.ts`, " ms: "],
    [`${runtime}/history.ts`, " holes: "],
  ],
  "sessions of a route": [["runtime/transport/serve_options.ts", "mostSessions = "]],
  "memory of the sessions of a route": [["runtime/transport/serve_options.ts", "mostMemory = "]],
  "sessions of a route that wait without a link": [
    [`${runtime}/capacity.ts`, "mostLingering = "],
    ["runtime/transport/serve_options.ts", "linger = "],
  ],
  "clients that a room remembers after they have left": [
    [`${runtime}/members.ts`, "lingerMs = "],
    [`${runtime}/members.ts`, "mostLingering = "],
  ],
  "the key of a room": [["runtime/transport/rooms.ts", "longestKey = "]],
  "rooms at once": [["runtime/transport/serve_options.ts", "mostRooms = "]],
};
/** Rows that say how many of a kind there may be by the shape of the code, not by a number in it; tests of behaviour hold them. */
const shapes = [
  "POSTs of one stream that are read at the same time",
  "requests without a link of one client",
  "links of one user, or of an `address`",
];

/** The first number after this text in the source, such as `16 * 1024 * 1024` or `10_000`. */
async function numberIn(file: string, before: string): Promise<number> {
  const found = (await read(file)).split(before)[1]?.match(/^[\d_]+(?: \* [\d_]+)*/)?.[0];
  assert(found, `${file} has no number after ${JSON.stringify(before)}`);
  return found.split("*").reduce((product, factor) => product * Number(factor.replaceAll("_", "")), 1);
}

/** The numbers of a cell, with their units multiplied out: `10 s` is 10,000 ms, `1 MiB` is 1,048,576. */
function numbersOf(cell: string): number[] {
  const units: Record<string, number> = { "s": 1_000, "MiB": 1024 * 1024, "Mi": 1024 * 1024 };
  return [...cell.matchAll(/(\d[\d,]*)(?: (s|MiB|Mi)\b)?/g)].map(([, digits, unit]) =>
    Number(digits!.replaceAll(",", "")) * (units[unit!] ?? 1)
  );
}

Deno.test("docs/security.md: each limit is the one in the code", async () => {
  const table = (await read("docs/security.md")).split("<!-- limits -->")[1]!;
  const rows = table.trim().split("\n").slice(2).map((row) => row.split("|").slice(1, 3).map((cell) => cell.trim()) as [string, string]);
  assertEquals(rows.map(([what]) => what).filter((what) => !limits[what] && !shapes.includes(what)), [], "a row that is not checked");
  assertEquals(Object.keys(limits).filter((what) => !rows.some(([row]) => row === what)), [], "a limit that is not in the table");
  for (const [what, limit] of rows) {
    if (!limits[what]) continue;
    const said = numbersOf(limit);
    const meant = await Promise.all(limits[what].map(([file, before]) => numberIn(file, before)));
    // The extra characters of a message are for its path and its names: those above the default of `mostText`.
    if (what === "a message") meant[1]! -= await numberIn("runtime/wire/size.ts", "usualText = ");
    assertEquals(said.slice(0, meant.length), meant, what);
  }
  assertMatch(table, /`mostText`/);
});
