/** What it costs to let a model go: as text, sealed, and back; a counter's, and that of a table of 1,000 rows (JSON's own cost beside it). */
import { Sealer } from "../runtime/continuity/seal.ts";
import { readStructured, writeStructured } from "../runtime/continuity/structured.ts";
import { rows } from "./table.ts";

const table = { rows: rows(1_000), selected: null };
const tableText = writeStructured(table);
const counterText = JSON.stringify(["counter", "1.0.0", 12, 7, ["9f86d081884c7d65"], { count: 42 }]);

const sealer = new Sealer({ secret: "a secret for benches", app: "bench", now: Date.now });
const seal = (text: string) => sealer.seal(text, { context: "anna", ms: 3_600_000 });
const open = (token: string) => sealer.open(token, { context: "anna" });
const tableToken = seal(tableText);
const counterToken = seal(counterText);

Deno.bench("a table as text", { group: "write", baseline: true }, () => void JSON.stringify(table));
Deno.bench("a table as structured text", { group: "write" }, () => void writeStructured(table));
Deno.bench("a table of text", { group: "read", baseline: true }, () => void JSON.parse(tableText));
Deno.bench("a table of structured text", { group: "read" }, () => void readStructured(tableText));
Deno.bench("seal a counter", () => void seal(counterText));
Deno.bench("open a counter", () => void open(counterToken));
Deno.bench("seal a table", () => void seal(tableText));
Deno.bench("open a table", () => void open(tableToken));
