/** Modules of the platform, looked up when they are needed: what is bundled for a browser has no `node:` modules. */

/** The module of this name, `node:zlib` for example. */
export function builtin<Module>(name: string): Module {
  return (globalThis as unknown as { process: { getBuiltinModule(name: string): Module } }).process.getBuiltinModule(name);
}
