/** docs/lustre.md held against the tests: a row that names a test names one that is there, and a row without a test says why. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

/** A row of a table of the page: its cells, and the line that it stands in. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A name that a file gives to its tests: the texts between what it fills in, of which there are none where it is a plain text. */
interface TestName {
  readonly texts: readonly string[];
}

/** The rows of all tables, without their heads. */
function rowsOf(markdown: string): Row[] {
  const lines = markdown.split("\n").map((text, index) => ({ text, line: index + 1 }));
  return lines
    .filter(({ text }, index) => text.startsWith("|") && !isRule(text) && !isRule(lines[index + 1]?.text ?? ""))
    .map(({ text, line }) => ({ line, cells: text.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll("\\|", "|")) }));
}

function isRule(line: string): boolean {
  return /^\|[\s|:-]+\|$/.test(line);
}

/** A test as the page names it, `tests/file.test.ts: the whole name` in a code span. */
const namedTest = /`(tests\/[\w./]+\.tsx?): ([^`]+)`/g;

/** The tests that a cell names. */
function namedIn(cell: string): { path: string; name: string }[] {
  return [...cell.matchAll(namedTest)].map(([, path = "", name = ""]) => ({ path, name }));
}

/** The names in calls of `Deno.test`, and of `seeded`, which calls it; a variable is a template of itself. What is ignored is no test. */
function testNamesOf(source: string): TestName[] {
  const calls = source.matchAll(
    /^[ \t]*(?:for \(.*\) )?(?:Deno\.test|seeded)\(\s*(?:"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`|([a-z]\w*))\s*,/gm,
  );
  return [...calls].map(([, plain, template = "${}"]) => ({
    texts: plain === undefined ? template.split(/\$\{[^{}]*\}/) : [JSON.parse(`"${plain}"`)],
  }));
}

/** Whether a file has a test of exactly this name. What a template fills in has to stand in the file, too: it is no wildcard. */
function hasTest(source: string, name: string): boolean {
  return testNamesOf(source).some(({ texts }) => {
    const pattern = texts.map(escaped).join("(.+)");
    const filled = new RegExp(`^${pattern}$`, "s").exec(name)?.slice(1);
    // All of the name is filled in where a helper is given it, as its first argument.
    if (texts.join("") === "") return filled !== undefined && isFirstArgumentIn(source, name);
    return filled?.every((text) => isSaidIn(source, text)) ?? false;
  });
}

function isFirstArgumentIn(source: string, text: string): boolean {
  return new RegExp(`^[ \\t]*\\w+\\(\\s*${escaped(JSON.stringify(text))}\\s*,`, "m").test(source);
}

/** Whether a source has this as a whole string, or as a word or number of its own. */
function isSaidIn(source: string, text: string): boolean {
  if (source.includes(JSON.stringify(text)) || source.includes(`\`${text}\``)) return true;
  return /^\w+$/.test(text) && new RegExp(`\\b${text}\\b`).test(source);
}

/** As a regular expression for just that text. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What is wrong with a row; nothing when it is right. `sourceOf` answers the text of a file, or undefined when there is none. */
async function complaintOf({ cells }: Row, sourceOf: (path: string) => Promise<string | undefined>): Promise<string | undefined> {
  const last = cells.at(-1) ?? "";
  const named = namedIn(last);
  for (const { path, name } of named) {
    const source = await sourceOf(path);
    if (source === undefined) return `names a file that is not there: ${path}`;
    if (!hasTest(source, name)) return `names a test that ${path} does not have: ${name}`;
  }
  if (/\btests\/[\w.]+\.tsx?/.test(last.replaceAll(namedTest, ""))) return "has a test in another form than `tests/file.test.ts: its name`";
  if (named.length === 0 && !/^(None|Not yet): .{10,}/.test(last)) return `has neither a test nor a reason ("None: ..." or "Not yet: ...")`;
}

async function sourceOfFile(path: string): Promise<string | undefined> {
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("docs/lustre.md: every row names tests that exist, or says why there is none", async () => {
  const rows = rowsOf(await read("docs/lustre.md"));
  assert(rows.length > 100, `only ${rows.length} rows were found`);
  const complaints: string[] = [];
  for (const row of rows) {
    const complaint = await complaintOf(row, sourceOfFile);
    if (complaint !== undefined) complaints.push(`docs/lustre.md:${row.line} (${row.cells[0]}) ${complaint}`);
  }
  assertEquals(complaints, []);
});

Deno.test("docs/lustre.md: every row has all of its cells, and every link leads to a file", async () => {
  const markdown = await read("docs/lustre.md");
  for (const { line, cells } of rowsOf(markdown)) {
    assertEquals(cells.length, 3, `docs/lustre.md:${line} has another number of cells`);
    assert(cells.every((cell) => cell !== ""), `docs/lustre.md:${line} has an empty cell`);
  }
  for (const [, path = ""] of markdown.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) await Deno.stat(new URL(`docs/${path}`, root));
});

Deno.test("docs/*.md: every link to a file leads to one", async () => {
  const broken: string[] = [];
  for await (const { name } of Deno.readDir(new URL("docs/", root))) {
    if (!name.endsWith(".md")) continue;
    for (const [, path = ""] of (await read(`docs/${name}`)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      if (await sourceOfFile(`docs/${path}`) === undefined) broken.push(`docs/${name}: ${path}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("a row is complained of that names a test that is not there, or names nothing and gives no reason", async () => {
  const source = [
    'Deno.test("adds", () => {});',
    'Deno.test(\n  "says \\"so\\"", () => {});',
    'for (const what of ["cats"]) Deno.test(`${what} purr`, () => {});',
    '  Deno.test(`counts ${what} (${life})`, () => {}); const life = "live";',
    '// Deno.test("is only said", () => {});',
    'Deno.test.ignore("is left out", () => {});',
    "function one(name: string, text: string) {\n  Deno.test(name, () => {});\n}",
    'one("is a helper\'s", "is another argument");',
  ].join("\n");
  const complaint = (last: string) =>
    complaintOf({ line: 1, cells: ["theirs", "ours", last] }, (path) => Promise.resolve(path === "tests/a.test.ts" ? source : undefined));
  for (
    const good of [
      "`tests/a.test.ts: adds`",
      '`tests/a.test.ts: adds`; `tests/a.test.ts: says "so"`',
      "`tests/a.test.ts: counts cats (live)`",
      "`tests/a.test.ts: is a helper's`",
      "`tests/a.test.ts: cats purr`",
      "None: there is nothing to show",
      "Not yet: it is being made",
    ]
  ) assertEquals(await complaint(good), undefined, good);
  for (
    const bad of [
      "`tests/b.test.ts: adds`",
      "`tests/a.test.ts: add`",
      "`tests/a.test.ts: adds more`",
      "`tests/a.test.ts: counts dogs (live)`",
      "`tests/a.test.ts: counts cat (live)`",
      "`tests/a.test.ts: is only said`",
      "`tests/a.test.ts: is left out`",
      "`tests/a.test.ts: is another argument`",
      "`tests/a.test.ts: adds`; `tests/a.test.ts: subtracts`",
      "tests/a.test.ts: adds",
      "`tests/a.test.ts: adds`; None: see tests/a.test.ts",
      "",
      "-",
      "None:",
      "Yes",
    ]
  ) assert(await complaint(bad) !== undefined, bad);
});
