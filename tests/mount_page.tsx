/** The script of the pages of `tests/mount.test.tsx`. */
import { useEffect, useState } from "preact/hooks";
import { app, define, effect, mount, next } from "../mod.ts";
import { ids } from "./mount_apps.tsx";

const root = () => document.querySelector("#root")!;
const later = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
const number = app({ init: (n: number) => n, update: (n, more: number) => n + more, view: (n) => <p>{n}</p> });

async function stopping() {
  const log: string[] = [];
  function Lasting({ count }: { count: number }) {
    useEffect(() => {
      log.push("component starts");
      return () => void log.push("component ends");
    }, []);
    return <p>{count}</p>;
  }
  const mounted = mount(
    app({
      init: () => 0,
      update: (count: number, more: number) => count + more,
      subscriptions: () => ({
        lasting: effect.from((signal) => {
          log.push("effect starts");
          signal.addEventListener("abort", () => log.push(`effect ends: ${signal.reason}`));
        }),
      }),
      view: (count) => <Lasting count={count} />,
    }),
    root(),
  );
  const shown = root().innerHTML;
  await later();
  mounted.dispatch(1);
  mounted.dispatch(1);
  await later();
  const dispatched = root().innerHTML;
  await mounted.stop("enough");
  mounted.dispatch(1);
  const stopped = root().innerHTML;
  await later();
  await mounted.stopped;
  // What starts first and what ends first is not ours to say of a component, whose effects Preact runs when it likes.
  return {
    shown,
    dispatched,
    stopped,
    later: root().innerHTML,
    log: [...log.filter((line) => line.includes("starts")).sort(), ...log.filter((line) => line.includes("ends")).sort()],
  };
}

async function painting() {
  const [left, right] = ["left", "right"].map((id) => document.getElementById(id)!);
  const input = left!.querySelector("input");
  const one = mount(ids, left!, undefined, { ids: "left", hydrate: true });
  mount(ids, right!, undefined, { ids: "right", hydrate: true });
  const result = { kept: left!.querySelector("input") === input, left: left!.innerHTML, right: right!.innerHTML };
  one.dispatch("again");
  await later();
  return { ...result, again: left!.innerHTML };
}

function mistakes() {
  const messageOf = (task: () => unknown) => {
    try {
      return task();
    } catch (error) {
      return String(error);
    }
  };
  mount(number, "#root", 1);
  return [
    messageOf(() => mount(number, "#nowhere", 1)),
    messageOf(() => mount(number, {} as Element, 1)),
    messageOf(() => mount(number, root(), 1)),
  ];
}

async function presence() {
  const said: unknown[] = [];
  const mounted = mount(
    app<string, { joined: string } | { left: string } | "noop">({
      init: () => "",
      onConnect: ({ id }) => ({ joined: id }),
      onDisconnect: ({ id }) => ({ left: id }),
      update(me, msg, from) {
        if (msg === "noop") return me;
        if ("left" in msg) {
          said.push(["left", msg.left === me, from?.id === me]);
          return me;
        }
        said.push(["joined", from?.id === msg.joined]);
        const go = effect.after(1, "noop" as const);
        return next(msg.joined, effect.emit("psst", 1, { to: msg.joined }), effect.emit("no", 1, { to: "x" }), effect.disconnect(me), go);
      },
      view: () => "shown",
    }),
    "#root",
  );
  for (const type of ["psst", "no"]) root().addEventListener(type, () => said.push(type));
  await later();
  await mounted.stop();
  await mounted.stop();
  return said;
}

async function failing() {
  const said: string[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => void said.push(...parts.map(String));
  const broken = app({
    init(): number {
      throw new Error("broken init");
    },
    update: (n: number, _msg: never) => n,
    view: () => null,
  });
  await mount(broken, "#root").stop();
  console.error = error;
  const told: string[] = [];
  function Failing() {
    const [fails, setFails] = useState(false);
    useEffect(() => setFails(true), []);
    if (fails) throw new Error("broken component");
    return null;
  }
  const mounted = mount(app(Failing), "#root", undefined, { onError: (error, where) => void told.push(`${where}: ${error}`) });
  await mounted.stopped;
  return { console: said, told };
}

function component() {
  mount(
    app(function Clicks({ start }: { start: number }) {
      const [count, setCount] = useState(start);
      return <button type="button" onClick={() => setCount(count + 1)}>Clicked {count} times</button>;
    }),
    "#root",
    { start: 5 },
  );
}

async function defining() {
  const told: string[] = [];
  const fragile = app({
    init: (n: number) => next(n, effect.after(20, "break")),
    update(): number {
      throw new Error("broken update");
    },
    view: (n) => <p>{n}</p>,
  });
  define("my-fragile", fragile, {
    flags: (element) => Number(element.getAttribute("start")),
    onError: (error, where) => void told.push(`${where}: ${error}`),
  });
  const element = document.createElement("my-fragile");
  element.setAttribute("start", "7");
  document.body.append(element);
  const statuses = [element.getAttribute("status")];
  await later(60);
  statuses.push(element.getAttribute("status"));
  return { shown: element.innerHTML, statuses, told };
}

/** Whether a text in these became an element. */
async function styling() {
  const text = "</style></script><img src=x onerror='hit = true'>";
  const mounted = mount(
    app({
      init: () => text,
      update: (text) => text,
      view: (text) => (
        <div>
          <svg>
            <style>{text}</style>
            <script type="x">{text}</script>
          </svg>
          <style>{text}</style>
          <script type="x">{text}</script>
        </div>
      ),
    }),
    root(),
  );
  await later();
  const texts = [...root().querySelectorAll("style, script")].map((element) => element.textContent === text);
  const images = root().querySelectorAll("img").length;
  await mounted.stop();
  return { texts, images, hit: "hit" in globalThis };
}

Object.assign(globalThis, { styling, stopping, painting, mistakes, presence, failing, component, defining, ready: true });
