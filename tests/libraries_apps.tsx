/** Components that are made of libraries as they come from npm, for `libraries.test.tsx`. */
import { signal, useComputed, useSignal } from "@preact/signals";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/preact-query";
import { html } from "htm/preact";
import { Check, LucideProvider, Plus } from "lucide-preact";
import { type ComponentChildren, h, type VNode } from "preact";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Link, Redirect, Route, Router, Switch, useLocation, useRoute } from "wouter-preact";
import { memoryLocation } from "wouter-preact/memory-location";

// ---- wouter-preact: createElement(), contexts, a store of its own ------------------------------

/** Every page has a location of its own: that of the browser is not on the server. */
export function Routed(): VNode {
  const [{ hook }] = useState(() => memoryLocation({ path: "/" }));
  return (
    <Router hook={hook}>
      <Bar />
      <Switch>
        <Route path="/">home</Route>
        <Route path="/users/:name">{({ name }: { name?: string }) => <h1>Hello {name}</h1>}</Route>
        <Route path="/app" nest>
          <Route path="/inner">
            <Deep />
          </Route>
        </Route>
        <Route path="/old">
          <Redirect to="/users/old" />
        </Route>
        <Route>nowhere</Route>
      </Switch>
    </Router>
  );
}

function Bar(): VNode {
  const [path, navigate] = useLocation();
  const [isUser] = useRoute("/users/:name");
  return (
    <nav data-path={path} class={isUser ? "user" : ""}>
      {["/", "/users/anna", "/users/bert", "/app/inner", "/old", "/none"].map((to) => (
        <button key={to} id={to} onClick={() => navigate(to)}>{to}</button>
      ))}
      {/* A precompiled element takes no props of whoever clones it. */}
      <Link href="/users/link" asChild>{h("span", { id: "link" }, "link")}</Link>
      <Link href="/users/real" id="real">leaves the page</Link>
    </nav>
  );
}

function Deep(): VNode {
  const [path, navigate] = useLocation();
  return <button id="deep" onClick={() => navigate("~/users/deep")}>{path}</button>;
}

// ---- htm: templates without a compiler ---------------------------------------------------------

/** A list of things to do, as `htm` writes it. */
export function Todo(): VNode {
  const [all, setAll] = useState(["milk", "bread"]);
  const remove = (item: string) => setAll(all.filter((other) => other !== item));
  return html`
    <form onSubmit=${(event: { formData: FormData }) => setAll([...all, String(event.formData.get("item"))])}>
      <input name="item" />
      <button id="add">add</button>
      <ul>
        ${all.map((item) => html`<${Item} key=${item} text=${item} onRemove=${() => remove(item)} />`)}
      </ul>
    </form>
  ` as VNode;
}

function Item({ text, onRemove }: { text: string; onRemove: () => void }): VNode {
  const [isDone, setDone] = useState(false);
  return html`
    <li id=${text} class=${isDone ? "done" : ""}>
      <b onClick=${() => setDone(!isDone)}>${text}</b><i onClick=${onRemove}>x</i>
    </li>
  ` as VNode;
}

// ---- @tanstack/preact-query: the automatic runtime, promises, timers ---------------------------

/** What a query asks: names that a mutation adds to. */
export class Names {
  readonly all = ["Anna"];
  asked = 0;
  fails = false;

  async list(): Promise<readonly string[]> {
    this.asked++;
    await Promise.resolve();
    if (this.fails) throw new Error("no names");
    return this.all.slice();
  }

  async add(name: string): Promise<void> {
    await Promise.resolve();
    this.all.push(name);
  }
}

/** A page of names that are asked for. */
export function Queried({ names, client }: { names: Names; client: QueryClient }): VNode {
  return (
    <QueryClientProvider client={client}>
      <List names={names} client={client} />
      <Count names={names} />
    </QueryClientProvider>
  );
}

function List({ names, client }: { names: Names; client: QueryClient }): VNode {
  const { data, error, isPending } = useQuery({ queryKey: ["names"], queryFn: () => names.list() });
  const add = useMutation({
    mutationFn: (name: string) => names.add(name),
    onSuccess: () => client.invalidateQueries({ queryKey: ["names"] }),
  });
  if (isPending) return <p>loading</p>;
  if (error) return <p>failed: {error.message}</p>;
  return (
    <div>
      <ul>{data.map((name) => <li key={name}>{name}</li>)}</ul>
      <button id="add" onClick={() => add.mutate(`Bert ${data.length}`)}>{add.status}</button>
      <button id="again" onClick={() => client.invalidateQueries()}>again</button>
    </div>
  );
}

function Count({ names }: { names: Names }): VNode {
  const { data } = useQuery({ queryKey: ["names"], queryFn: () => names.list(), select: (all) => all.length });
  return <output>{data ?? "?"}</output>;
}

// ---- lucide-preact: h(), SVG, a context --------------------------------------------------------

/** Icons that grow. */
export function Icons(): VNode {
  const [size, setSize] = useState(16);
  const [isDone, setDone] = useState(false);
  return (
    <LucideProvider size={size} color="green">
      <button id="grow" onClick={() => setSize(size * 2)}>
        <Plus class="plus" />
      </button>
      <button id="done" onClick={() => setDone(!isDone)}>{isDone ? <Check aria-label="done" size={10} /> : "to do"}</button>
    </LucideProvider>
  );
}

// ---- @preact/signals: values that are followed -------------------------------------------------

/** What all who look at it share. */
export const shared = signal(0);

/** Signals of its own and one for all. `log` is told each time that the component runs. */
export function Signalled({ log }: { log?: (entry: string) => void }): VNode {
  const own = useSignal(1);
  const double = useComputed(() => own.value * 2);
  log?.("run");
  return (
    <div>
      <button id="own" onClick={() => own.value++}>{own}</button>
      <button id="shared" onClick={() => shared.value++}>{shared}</button>
      <output title={double as unknown as string}>{double}</output>
    </div>
  );
}

// ---- lazy() of compat --------------------------------------------------------------------------

/** A page in parts that come later. */
export function inParts(load: () => Promise<{ default: (props: { children?: ComponentChildren }) => VNode }>): () => VNode {
  const Part = lazy(load);
  return function Parts() {
    const [isOpen, setOpen] = useState(false);
    return (
      <div>
        <button id="open" onClick={() => setOpen(!isOpen)}>{isOpen ? "close" : "open"}</button>
        <Suspense fallback={<p>coming</p>}>{isOpen && <Part>inside</Part>}</Suspense>
      </div>
    );
  };
}
