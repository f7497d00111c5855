/** What the 1,000-row table costs on the wire, to the byte. A change of these numbers is a change of the wire. */
import { assert, assertEquals } from "@std/assert";
import { app } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { realWorld } from "../runtime/world.ts";
import { operations, type TableModel, type TableMsg, tableViews } from "../bench/table_view.tsx";

/** For each operation: bytes of the patch alone, of the definitions that go with it, and of the whole frame. */
const expected: Readonly<Record<string, readonly [patch: number, definitions: number, frame: number]>> = {
  "create 1,000": [31_928, 267, 32_200],
  "replace 1,000": [33_060, 0, 33_064],
  "update every 10th": [3_683, 0, 3_687],
  "select one": [28, 0, 32],
  "swap two": [37, 0, 41],
  "remove one": [27, 0, 31],
  "append 1,000": [33_067, 0, 33_071],
  "clear": [14, 0, 18],
};

/** What the first prototype of the differ took: the patch may have 2 bytes more for each group of new items. */
const prototype: Readonly<Record<string, readonly [bytes: number, groups: number]>> = {
  "create 1,000": [31_926, 1],
  "replace 1,000": [33_058, 1],
  "update every 10th": [3_683, 0],
  "select one": [28, 0],
  "swap two": [39, 0],
  "remove one": [27, 0],
  "append 1,000": [33_065, 1],
  "clear": [14, 0],
};

for (const { name, view } of tableViews) {
  for (const operation of operations) {
    Deno.test(`table: ${operation.name}, ${name}, has the bytes that it must have`, async () => {
      const table = app<TableModel, TableMsg | "go", TableModel>({
        init: (before) => before,
        update: (model, msg) => msg === "go" ? operation.after : model,
        view,
      });
      let turn = () => {};
      const frames: string[] = [];
      await using runtime = run(table, operation.before, { world: { ...realWorld, soon: (task) => void (turn = task) } });
      runtime.connect({ send: (frame) => void frames.push(String(frame)), close() {} });
      runtime.dispatch("go");
      turn();
      assertEquals(frames.length, 2);
      const [, patch, definitions] = JSON.parse(frames[1]!);
      const sizes = [JSON.stringify(patch).length, definitions ? JSON.stringify(definitions).length : 0, frames[1]!.length] as const;
      assertEquals(sizes, expected[operation.name]);
      const [bytes, groups] = prototype[operation.name]!;
      assert(sizes[0] <= bytes + 2 * groups, `${sizes[0]} bytes are more than ${bytes} and 2 for each of ${groups} groups`);
      assert(sizes[2] - sizes[0] - sizes[1] <= 16, `${sizes[2] - sizes[0] - sizes[1]} bytes around the patch`);
    });
  }
}
