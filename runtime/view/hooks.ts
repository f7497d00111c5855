/** Preact's hooks, as long as they are not supported: refused by name. Rests on Preact's option hooks; nothing else here may. */
import { options } from "../deps.ts";
import { UnsupportedError } from "./unsupported.ts";

/**
 * While a view is lowered, a hook throws a named error. Preact's hooks look for the component that is rendered through
 * `options` (`__r`, `_render`, sets it; `__h`, `_hook`, is called first by each but `useContext`, and told which it is); without
 * one they fail in ways that tell nobody what is wrong.
 */
export function refuseHooks(where: () => string): () => void {
  const hooked = options as unknown as { __h?: unknown; __r?: (vnode: unknown) => void; diffed?: (vnode: unknown) => void };
  const before = hooked.__h;
  const refuse = (name: string): never => {
    throw new UnsupportedError(`${where()} uses a hook (${name}): hooks are not supported on the server yet; keep the state in the model`);
  };
  let name: string | undefined;
  // To throw here would be too early: the hooks would keep the name of this one for the next.
  hooked.__h = (_component: unknown, _index: number, type: number) => name = hookNames[type] ?? "a hook";
  // With hooks loaded, a component of which they can take nothing.
  hooked.__r?.({
    __c: {
      get context(): never {
        return refuse("useContext");
      },
      get __H(): undefined {
        return name === undefined ? undefined : refuse(name);
      },
    },
  });
  return () => {
    if (before === undefined) delete hooked.__h;
    else hooked.__h = before;
    hooked.diffed?.({});
  };
}

/** The numbers that Preact's hooks give for themselves (`HookType`). */
const hookNames: Readonly<Record<number, string>> = {
  1: "useState",
  2: "useReducer",
  3: "useEffect",
  4: "useLayoutEffect",
  5: "useRef",
  6: "useImperativeHandle",
  7: "useMemo",
  8: "useCallback",
  9: "useContext",
  10: "useErrorBoundary",
  11: "useId",
};
