/** `docs/protocol.md`, held against the code: its examples, its figures, and what crosses a real socket. */
import { assert, assertEquals } from "@std/assert";
import { serve } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { clientBounds } from "../runtime/app/allowance.ts";
import { readResumeUp, readUp } from "../runtime/wire/up.ts";
import { counter } from "../components/counter.tsx";
import { serveOn0 } from "./kit.ts";
import { Caller } from "./caller.ts";
import { readDown, Reader } from "./reader.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { Visitor } from "./visitor.ts";

const text = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));

/** The lines of the document's blocks of this kind. */
function examples(kind: "up" | "down"): string[] {
  return [...text.matchAll(/^```json (\w+)\n([^]*?)^```$/gm)]
    .filter(([, of]) => of === kind)
    .flatMap(([, , block]) => block!.trimEnd().split("\n"));
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("docs/protocol.md: every example of a server's message is one", () => {
  assert(examples("down").length >= 6);
  for (const line of examples("down")) readDown(line);
});

Deno.test("docs/protocol.md: every example of a browser's message is one, and comes through as it is", () => {
  assert(examples("up").length >= 6);
  for (const line of examples("up")) {
    assertEquals(line.startsWith('["resume"') ? readResumeUp(line) : readUp(line), JSON.parse(line), line);
  }
});

Deno.test("docs/protocol.md: every block of an example says which way it goes", () => {
  const fences = text.match(/^```\w.*$/gm)!;
  assertEquals(new Set(fences), new Set(["```json down", "```json up"]));
});

Deno.test("docs/protocol.md: the mount of its example can be read and shown", () => {
  const reader = new Reader();
  const [mount, patch] = examples("down");
  reader.receive(mount!);
  assertEquals(reader.text, "-Count: 0+");
  reader.receive(patch!);
  assertEquals([reader.text, reader.done, reader.version], ["-Count: 1+", 1, 1]);
});

for (
  const line of [
    "",
    "null",
    "true",
    '"1"',
    "{}",
    "[]",
    "[1]",
    "-1",
    "1.5",
    "1e400",
    "[0,[]]",
    "[0,[-1]]",
    "[0,[1.5]]",
    '[0,["click"]]',
    '[0,[0,"click",0]]',
    "[0,[null]]",
    "[0,0]",
    '["0",[0]]',
    "[0.5,[0]]",
    "[0,[0],null]",
    "[0,[0],[]]",
    "[0,[0],1]",
    '[0,[0],""]',
    "[0,[0],0,null]",
    "[0,[0],0,0,0]",
    "[0,[0],0,0,[0]]",
    '[0,[0],0,0,[["a"]]]',
    '[0,[0],0,0,[["a",1]]]',
    '[0,[0],0,0,[[1,"a"]]]',
    '[0,[0],0,0,[["a",null]]]',
    '[0,[0],0,0,[["a",{"name":"x"}]]]',
    '[0,[0],0,0,[["a",{"name":"x","size":-1,"type":""}]]]',
    '[0,[0],0,0,[["a","b","c"]]]',
    "[0,[0],0,0,[],0]",
    `[0,[${Array(257).fill(0)}]]`,
  ]
) {
  Deno.test(`readUp() refuses ${line.length > 60 ? `${line.slice(0, 30)}... (${line.length} units)` : line || "nothing"}`, () => {
    assertEquals(readUp(line), undefined);
  });
}

for (
  const line of [
    "",
    "null",
    "[]",
    '["resume"]',
    '["resume","",0,[]]',
    '["resume","",0,[],[],0]',
    '["mount","",0,[],[]]',
    '["resume",1,0,[],[]]',
    '["resume","",-1,[],[]]',
    '["resume","",0.5,[],[]]',
    '["resume","",0,{},[]]',
    '["resume","",0,[[1,2]],[]]',
    '["resume","",0,[[1,2,0]],[]]',
    '["resume","",0,[[-1,2,1]],[]]',
    '["resume","",0,[],[0]]',
    '["resume","",0,[],[[-1,[0]]]]',
    '["resume","",0,[],[[0,[]]]]',
    `["resume","",0,[${Array(4_097).fill("[0,0,1]")}],[]]`,
    `["resume","",0,[],[${Array(4_097).fill("[0,[0]]")}]]`,
  ]
) {
  Deno.test(`readResumeUp() refuses ${line.length > 60 ? `${line.slice(0, 30)}... (${line.length} units)` : line || "nothing"}`, () => {
    assertEquals(readResumeUp(line), undefined);
  });
}

for (
  const line of [
    "null",
    "0",
    "-1",
    "[]",
    "1",
    '["mount"]',
    '["emit","nacre:refused",{"event":1,"reason":"epoch"}]',
    '["unknown",1,2]',
    "[1,{}]",
    '[1,{"a":1}]',
    "[-1,1]",
    "[1,{},[]]",
    "[1,1,[],-1]",
    "[1,1,[],1,1]",
  ]
) {
  Deno.test(`The reference reader refuses ${line}`, () => {
    let refused = false;
    try {
      readDown(line);
    } catch {
      refused = true;
    }
    assert(refused);
  });
}

for (const start of [0, 999_999, -1_000_000]) {
  Deno.test(`A click on a counter at ${start} takes at most 20 bytes up and 20 bytes down on a real socket`, async () => {
    await using server = serveOn0(serve(counter, { flags: start }));
    await using caller = await Caller.open(server.ws);
    for (let i = 1; i <= 20; i++) {
      const up = caller.press("+");
      await caller.until(() => caller.reader.done === i);
      assert(bytes(up) <= 20 && bytes(caller.last) <= 20, `${up} up, ${caller.last} down`);
    }
    assertEquals(caller.reader.text, `Hi-Count: ${start + 20}+`);
  });
}

Deno.test("The millionth event takes no more bytes than the first: numbers are implied", async () => {
  const world = new VirtualWorld();
  await using runtime = run(counter, 0, { world });
  const visitor = new Visitor(runtime);
  const path = visitor.find("+").handlers.click!.path;
  // The first event has seen nothing new, every other one the patch that answered the one before.
  const [first, other] = [`[0,${JSON.stringify(path)}]`, `[1,${JSON.stringify(path)}]`];
  const perMessage = 1_000 / clientBounds.rate;
  visitor.link.messages.length = 0;
  let longest = 0;
  for (let i = 0; i < 1_000_000; i++) {
    world.advance(perMessage);
    if (visitor.say(i === 0 ? first : other) !== "taken") throw new Error(`Event ${i} was not taken: ${visitor.link.closed?.reason}`);
    world.settle();
    // Kept short, or a million messages are.
    const [down] = visitor.link.messages.splice(0);
    longest = Math.max(longest, down!.length);
  }
  assertEquals(runtime.status().version, 1_000_000);
  assert(longest <= 20 && other.length <= 20, `${longest} bytes down, ${other.length} up`);
  assertEquals(runtime.status().kept, 2);
});
