/** Random trees of components that set states at random moments, beside Preact: both must show and call the same, in the same order. */
import { Component, type ComponentChildren, createContext, Fragment, h } from "preact";
import { memo } from "preact/compat";
import {
  type Dispatch,
  type StateUpdater,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";
import { type Random, seeded } from "./kit.ts";
import { type Log, Twin } from "./twin.ts";

const kinds = ["state", "state", "state", "plain", "kept", "provider", "reader", "class", "list", "element", "text", "nothing"] as const;

/** What is to be shown; it is drawn anew for each rendering from above. */
interface Spec {
  readonly kind: typeof kinds[number];
  readonly key: string | undefined;
  readonly id: number;
  readonly children: readonly Spec[];
}

function draw(random: Random, depth: number): Spec {
  const count = depth > 0 ? random.below(4) : 0;
  const isKeyed = random.chance(0.5);
  return {
    kind: random.pick(kinds),
    key: undefined,
    id: random.below(6),
    children: Array.from({ length: count }, (_, i) => ({ ...draw(random, depth - 1), key: isKeyed ? `k${i}` : undefined })),
  };
}

/** The same with changes here and there. */
function change(random: Random, spec: Spec, depth: number): Spec {
  if (random.chance(0.05)) return { ...draw(random, depth), key: spec.key };
  let children = spec.children.map((child) => change(random, child, depth - 1));
  if (random.chance(0.2)) children = random.shuffled(children);
  if (random.chance(0.15)) children = children.slice(1);
  if (depth > 0 && random.chance(0.15)) {
    const key = children[0]?.key === undefined ? undefined : `k${10 + random.below(1_000)}`;
    children = [...children, { ...draw(random, depth - 1), key }];
  }
  return { ...spec, id: random.chance(0.1) ? random.below(6) : spec.id, children };
}

function subject(log: Log) {
  const Shared = createContext(0);
  const setters: Dispatch<StateUpdater<number>>[] = [];

  function Stateful({ id, children }: { id: number; children?: ComponentChildren }) {
    const [n, setN] = useState(0);
    const me = useRef(-1);
    if (me.current < 0) me.current = setters.push(setN) - 1;
    const name = `${me.current}/${id}`;
    const [sum, add] = useReducer((sum: number, by: number) => sum + by, 0);
    const half = useMemo(() => {
      log(`memo ${name}`);
      return n >> 1;
    }, [n >> 1]);
    if (n % 11 === 10) setN(n + 1);
    useLayoutEffect(() => {
      log(`+layout ${name} ${n}`);
      if (n % 5 === 4) setN(n + 1);
      return () => log(`-layout ${name} ${n}`);
    }, [n]);
    useEffect(() => {
      log(`+effect ${name} ${half}`);
      if (n % 7 === 6) add(1);
      // Another, which may have gone.
      if (n % 7 === 5) setters[(me.current * 7 + n) % setters.length]!((m) => m + 1);
      return () => log(`-effect ${name} ${half}`);
    }, [half]);
    log(`render ${name} ${n}`);
    return <p title={useId()}>{n} {sum}{n % 3 === 2 ? null : children}</p>;
  }
  function Plain({ children }: { children?: ComponentChildren }) {
    return <>{children}</>;
  }
  const Kept = memo(function Kept({ id, children }: { id: number; children?: ComponentChildren }) {
    const [n, setN] = useState(id);
    const me = useRef(-1);
    if (me.current < 0) me.current = setters.push(setN) - 1;
    log(`kept ${me.current} ${n}`);
    return <i>{n}{children}</i>;
  }, (before, after) => before.id === after.id && before.id % 2 === 0);
  function Provider({ id, children }: { id: number; children?: ComponentChildren }) {
    const [n, setN] = useState(0);
    const me = useRef(-1);
    if (me.current < 0) me.current = setters.push(setN) - 1;
    return <Shared.Provider value={id + n}>{children}</Shared.Provider>;
  }
  function Reader({ id, children }: { id: number; children?: ComponentChildren }) {
    const value = useContext(Shared);
    useEffect(() => log(`read ${id} ${value}`), [value]);
    log(`reader ${id} ${value}`);
    return <u>{value}{value % 4 === 3 ? [] : children}</u>;
  }
  class Classy extends Component<{ id: number; children?: ComponentChildren }, { n: number }> {
    static override contextType = Shared;
    override state = { n: 0 };
    readonly #me = setters.push((to) => this.setState(({ n }) => ({ n: typeof to === "function" ? to(n) : to }), () => log("set"))) - 1;
    override shouldComponentUpdate(_: unknown, { n }: { n: number }) {
      return n % 4 !== 1;
    }
    override componentDidMount() {
      log(`+class ${this.#me}`);
    }
    override componentDidUpdate() {
      log(`~class ${this.#me}`);
    }
    override componentWillUnmount() {
      log(`-class ${this.#me}`);
    }
    render() {
      log(`class ${this.#me} ${this.state.n} ${this.context}`);
      return <b>{this.state.n}{this.props.children}</b>;
    }
  }

  function show({ kind, key, id, children }: Spec): ComponentChildren {
    const inside = children.map(show);
    const keyed = key === undefined ? {} : { key };
    switch (kind) {
      case "state":
        return h(Stateful, { ...keyed, id }, inside);
      case "plain":
        return h(Plain, keyed, inside);
      case "kept":
        return h(Kept, { ...keyed, id }, inside);
      case "provider":
        return h(Provider, { ...keyed, id }, inside);
      case "reader":
        return h(Reader, { ...keyed, id }, inside);
      case "class":
        return h(Classy, { ...keyed, id }, inside);
      case "list":
        return h(Fragment, keyed, inside);
      case "element":
        return h("section", keyed, inside);
      case "text":
        return `text ${id}`;
      case "nothing":
        return null;
    }
  }
  return {
    view: (spec: Spec) => h("main", null, show(spec)),
    /** Sets the states of these, counted among all that ever were. */
    set(at: readonly number[], by: number) {
      for (const i of at) setters[i % setters.length]?.((n) => n + by);
    },
  };
}

seeded("Random components do what they do in Preact", (random) => {
  for (let run = 0; run < 60; run++) {
    using twin = new Twin(subject);
    let spec = draw(random, 4);
    twin.render(spec);
    for (let step = 0; step < 12; step++) {
      if (random.chance(0.4)) twin.render(spec = change(random, spec, 4));
      else {
        const at = Array.from({ length: 1 + random.below(3) }, () => random.below(1_000)), by = random.below(4);
        twin.act((subject) => subject.set(at, by));
      }
    }
  }
});
