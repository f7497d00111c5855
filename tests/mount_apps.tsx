/** Apps of `tests/mount.test.tsx` that a server and a page both need. This file must use nothing of Deno. */
import { useId } from "preact/hooks";
import { app } from "../mod.ts";

function Field({ name }: { name: string }) {
  const id = useId();
  return (
    <label for={id}>
      {name} <input id={id} />
    </label>
  );
}

/** Two fields with ids, and a number of renderings. */
export const ids = app({
  init: () => 0,
  update: (count: number, _msg: "again") => count + 1,
  view: (count) => (
    <form class={count > 1 ? "often" : "seldom"}>
      <Field name="one" />
      <Field name="two" />
    </form>
  ),
});
