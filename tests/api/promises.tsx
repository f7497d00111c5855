/**
 * What must answer at once: the types reject a promise where they can. Each line is an error that must stay one. (An `async` view or component
 * compiles: any object is a child to Preact's types, a promise too. It is refused by name when it runs.)
 */
import { app, effect, next, serve } from "@nacre/nacre";

const base = {
  init: () => 0,
  update: (model: number, _msg: "go") => model,
  view: (model: number) => <p>{model}</p>,
};

// @ts-expect-error update answers at once
app<number, "go">({ ...base, update: async (model: number, _msg: "go") => model });
// @ts-expect-error init answers at once
app<number, "go">({ ...base, init: async () => 0 });
// @ts-expect-error subscriptions answer at once
app<number, "go">({ ...base, subscriptions: async () => ({ clock: effect.every(1_000, "go") }) });
// @ts-expect-error a fact of the page means a message at once
app<number, "go">({ ...base, onProperty: { items: async (_value: unknown) => "go" as const } });
// @ts-expect-error so does one that is an attribute
app<number, "go">({ ...base, onAttribute: { name: async (_value: string | null) => "go" as const } });
// @ts-expect-error so does a client that comes
app<number, "go">({ ...base, onConnect: async () => "go" as const });
// @ts-expect-error an effect is a value, no promise of one
app<number, "go">({ ...base, update: (model: number, _msg: "go") => next(model, Promise.resolve(effect.after(1, "go"))) });
// @ts-expect-error a handler answers a message, or none
app<number, "go">({ ...base, view: (_model, send) => <button onClick={send(async () => "go" as const)} /> });
// @ts-expect-error the key of a room is known at once
serve(app<number, "go">(base), { key: async (_request: Request) => "room" });
