/** Scripts for pages, bundled as a user would: by Deno itself, with the transform that makes templates, or by esbuild, to plain vnodes. */
import { build, type BuildResult, type Plugin, stop } from "esbuild";

const root = new URL("..", import.meta.url);

/** A file of the repository, bundled by `deno bundle`. */
export async function denoBundle(path: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", ...args, path],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot bundle ${path}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Finds for esbuild what Deno finds: `npm:` specifiers, and the names of the import map. */
export const denoModules: Plugin = {
  name: "deno modules",
  setup({ onResolve }) {
    onResolve({ filter: /^(npm:|@?[a-z])/ }, ({ path, kind }) => {
      return kind === "entry-point" ? undefined : { path: new URL(import.meta.resolve(path)).pathname };
    });
  },
};

/** A file of the repository, bundled by esbuild; `files` says what is in the bundle. */
export async function esbuildBundle(path: string): Promise<{ script: string; files: NonNullable<BuildResult["metafile"]> }> {
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root.pathname,
      bundle: true,
      entryPoints: [path],
      format: "esm",
      jsx: "automatic",
      jsxImportSource: "@nacre/nacre",
      metafile: true,
      minify: true,
      platform: "browser",
      plugins: [denoModules],
      write: false,
    });
    return { script: outputFiles[0]!.text, files: metafile };
  } finally {
    await stop();
  }
}
