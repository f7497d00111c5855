/** Libraries of React as they come from npm: a folder of two files, linked in the place of `react`, gives them `preact/compat`. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("..", import.meta.url);

const files = {
  "react/package.json": JSON.stringify({
    name: "react",
    version: "19.99.0",
    type: "module",
    exports: { ".": "./index.js", "./jsx-runtime": "./jsx-runtime.js" },
    peerDependencies: { preact: "*" },
  }),
  "react/index.js": `export * from "preact/compat";\nexport { default } from "preact/compat";\n`,
  "react/jsx-runtime.js": `export * from "preact/jsx-runtime";\n`,
  "deno.json": JSON.stringify({
    nodeModulesDir: "auto",
    links: ["./react"],
    imports: {
      preact: "npm:preact@^11.2.0",
      react: "npm:react@^19.0.0",
      "react-error-boundary": "npm:react-error-boundary@6.1.6",
      zustand: "npm:zustand@5.1.0",
    },
  }),
  "main.js": `
    import { h } from "preact";
    import { ErrorBoundary } from "react-error-boundary";
    import { create } from "zustand";
    import { Lowering } from "${root}runtime/view/lower.ts";
    import { Definitions } from "${root}runtime/view/definitions.ts";
    import { diff, encode } from "${root}runtime/view/diff.ts";

    const useStore = create((set) => ({ count: 0, up: () => set(({ count }) => ({ count: count + 1 })) }));
    function Count() {
      const count = useStore((state) => state.count);
      if (count === 2) throw new Error("no two");
      return h("b", null, count);
    }
    const Fallback = ({ error, resetErrorBoundary }) => {
      reset = resetErrorBoundary;
      return h("p", null, error.message);
    };
    let reset;
    const lowering = new Lowering({ development: false, warn: console.warn });
    const definitions = new Definitions();
    let tree = lowering.lower(h(ErrorBoundary, { FallbackComponent: Fallback }, h(Count)));
    lowering.effects();
    console.log(JSON.stringify(encode(tree, definitions)));
    for (const step of [() => useStore.getState().up(), () => useStore.getState().up(), () => (useStore.getState().up(), reset())]) {
      step();
      const next = lowering.update();
      lowering.effects();
      console.log(JSON.stringify(diff(tree, next, definitions)));
      tree = next;
    }
    lowering.end();
  `,
};

Deno.test("react-error-boundary and zustand run with preact/compat for react", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/react`);
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "main.js"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert(success, text.decode(stderr));
    assertEquals(text.decode(stdout).trim().split("\n"), ["[1,0]", '{"0":1}', '[2,"no two"]', "[1,3]"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
