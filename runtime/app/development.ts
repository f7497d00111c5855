/** Whether this is a developer's machine, where a problem of a view is shown in the page and an impure component is looked for. */

let answer: boolean | undefined;

/** True when `NACRE_ENV` is `development`; read once, and only where permission is already granted. */
export function isDevelopment(): boolean {
  return answer ??= read("NACRE_ENV") === "development";
}

function read(name: string): string | undefined {
  if (typeof Deno === "undefined" || Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name);
}
