// deno-lint-ignore-file jsx-key -- unkeyed lists are a part of what is tested
/**
 * Apps that live three lives: what `tests/lives.test.tsx` runs on a server and in a page, and renders to text. Each message and each model
 * is JSON, so that those of one life can be compared with those of another. This file must use nothing of Deno.
 */
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { type App, app, effect, Listen, memo as remember, next, Opaque, type Send } from "../mod.ts";

/** An app whatever its types, with its flags. */
export interface Living {
  readonly app: App<unknown, unknown, unknown>;
  readonly flags: unknown;
}

/** What an app has gone through. */
export interface Life {
  readonly models: unknown[];
  readonly messages: unknown[];
  readonly errors: string[];
}

function living<Model, Msg, Flags>(app: App<Model, Msg, Flags>, ...flags: undefined extends Flags ? [] : [Flags]): Living {
  return { app: app as unknown as Living["app"], flags: flags[0] };
}

/** The same app, and what it goes through from now on. A message `"tick"` comes when it likes and is not noted. */
export function watched(app: Living["app"]): { app: Living["app"]; life: Life } {
  const life: Life = { models: [], messages: [], errors: [] };
  return {
    life,
    app: {
      ...app,
      init(flags) {
        const first = app.init(flags);
        life.models.push(first.model);
        return first;
      },
      update(model, message, from) {
        if (message !== "tick") life.messages.push(message);
        const after = app.update(model, message, from);
        life.models.push(after.model);
        return after;
      },
    },
  };
}

// ---- the apps ----------------------------------------------------------------------------------

const counter = app({
  init: (start: number) => ({ count: start }),
  update(model, msg: "up" | "down") {
    const count = model.count + (msg === "up" ? 1 : -1);
    return next({ count }, effect.emit("counted", count));
  },
  view: (model, send) => (
    <section>
      <button type="button" id="down" onClick={send("down")}>-</button>
      <p id="count">Count: {model.count}</p>
      <button type="button" id="up" onClick={send("up")}>+</button>
    </section>
  ),
});

/** A part that says a while later that it was pressed. */
const part = app({
  init: (name: string) => ({ name, pressed: 0, heard: 0 }),
  update: (model, msg: "press" | "hear") =>
    msg === "press" ? next({ ...model, pressed: model.pressed + 1 }, effect.after(10, "hear")) : { ...model, heard: model.heard + 1 },
  view: (model, send) => (
    <p class={model.heard > 0 ? "heard" : undefined}>
      <button type="button" id={model.name} onClick={send("press")}>{model.name}: {model.pressed}, {model.heard}</button>
    </p>
  ),
});
type PartModel = ReturnType<typeof part.init>["model"];
type PartMsg = { at: number; msg: "press" | "hear" };
const parts = app<PartModel[], PartMsg>({
  init: () => ["first", "second"].map((name) => part.init(name).model),
  update(models, { at, msg }) {
    const { model, effects } = part.update(models[at]!, msg);
    return next(models.with(at, model), ...effects.map((one) => effect.map(one, (msg) => ({ at, msg }))));
  },
  view: (models, send) => models.map((model, at) => <div key={model.name}>{part.view(model, send.map((msg) => ({ at, msg })))}</div>),
});

type EffectsMsg = "go" | "after" | "from" | "late" | "switch" | "beat";
const effects = app<{ heard: string[]; on: boolean; beats: number }, EffectsMsg>({
  init: () => next({ heard: [], on: false, beats: 0 }, effect.emit("began", { first: true })),
  update(model, msg) {
    const heard = { ...model, heard: [...model.heard, msg] };
    switch (msg) {
      case "go":
        return next(
          heard,
          effect.batch(effect.after(60, "late"), effect.after(20, "after"), effect.from(() => Promise.resolve("from" as const))),
          effect.emit("went", ["there", undefined]),
          effect.emit("went", "to the cause", { to: "cause" }),
        );
      case "late":
        return next(heard, effect.emit("went", "later: a cause goes on", { to: "cause" }));
      case "switch":
        return { ...heard, on: !model.on, beats: 0 };
      case "beat":
        return { ...model, beats: model.beats + 1, on: model.beats < 2 };
      default:
        return heard;
    }
  },
  // The first goes with the third beat, the other stays and says nothing.
  subscriptions: ({ on }) => ({ beat: on && effect.every(10, "beat"), other: effect.from(() => new Promise<never>(() => {})) }),
  view: (model, send) => (
    <>
      <button type="button" id="go" onClick={send("go")}>go</button>
      <button type="button" id="switch" onClick={send("switch")}>{model.on ? "on" : "off"}</button>
      <ol>{model.heard.map((text) => <li>{text}</li>)}</ol>
      <p id="beats">{model.beats}</p>
    </>
  ),
});

const typing = app<{ text: string; sent: string[] }, { typed: string } | "press" | "tick">({
  init: () => ({ text: "", sent: [] }),
  update(model, msg) {
    if (msg === "tick") return { ...model };
    if (msg === "press") return { ...model, sent: [...model.sent, model.text] };
    return { ...model, text: msg.typed };
  },
  // A new rendering all the time, while what is typed waits.
  subscriptions: () => ({ ticks: effect.every(7, "tick") }),
  view: (model, send) => (
    <main>
      <input id="text" value={model.text} onInput={send((e) => ({ typed: e.currentTarget.value }), { debounce: 500 })} />
      <button type="button" id="press" onClick={send("press")}>press</button>
      <p id="sent">{model.sent.join(" ")}</p>
    </main>
  ),
});

const letters = app<string, string>({
  init: () => "",
  update: (_, typed) => typed,
  view: (text, send) => (
    <main>
      <input id="text" value={text} onInput={send((e) => e.currentTarget.value)} />
      <p id="echo">{text}</p>
    </main>
  ),
});

const shouting = app<string, string>({
  init: () => "",
  update: (_, typed) => typed.toUpperCase(),
  view: (text, send) => <input id="text" value={text} onInput={send((e) => e.currentTarget.value)} />,
});

type Entry = [name: string, value: string | { name: string; size: number; type: string }];
const form = app<Entry[], Entry[]>({
  init: () => [],
  update: (_, entries) => entries,
  view: (entries, send) => (
    <form
      onSubmit={send((e) =>
        [...e.formData].map(([name, value]): Entry => [
          name,
          typeof value === "string" ? value : { name: value.name, size: value.size, type: value.type },
        ])
      )}
    >
      <input name="word" />
      <input name="yes" type="checkbox" />
      <input name="file" type="file" />
      <select name="one">
        <option>a</option>
        <option>b</option>
      </select>
      <button type="submit" name="how" value="fast" id="submit">submit</button>
      <output>{entries.length}</output>
    </form>
  ),
});

const options = app<string[], string>({
  init: () => [],
  update: (heard, msg) => [...heard, msg],
  view: (heard, send) => (
    <div id="outer" onClick={send("outer")}>
      <a id="link" href="#elsewhere" onClick={send("link", { preventDefault: true })}>link</a>
      <a id="followed" href="#followed" onClick={send("followed")}>followed</a>
      <button type="button" id="stopped" onClick={send("stopped", { stopPropagation: true })}>stopped</button>
      <button type="button" id="once" onClick={send("once", { once: true })}>once</button>
      <button type="button" id="throttled" onClick={send("throttled", { throttle: 60_000, stopPropagation: true })}>throttled</button>
      <button type="button" id="captured" onClickCapture={send("captured")} onClick={send(() => undefined)}>captured</button>
      <p id="heard">{heard.length}</p>
    </div>
  ),
});

type Refused = { text: string } | { asked: boolean } | { chosen: string };
const refusing = app<{ text: string; refused: number; agreed: boolean; chosen: string }, Refused>({
  init: () => ({ text: "", refused: 0, agreed: true, chosen: "a" }),
  // What is refused is refused by the same model: nothing is new, and yet it has to be shown.
  update: (model, msg) => "text" in msg && msg.text.length <= 4 ? { ...model, text: msg.text } : model,
  view: (model, send) => (
    <main>
      <input id="pin" value={model.text} onInput={send((e) => ({ text: e.currentTarget.value }))} />
      <textarea id="area" value={model.text} onInput={send((e) => ({ text: e.currentTarget.value }))} />
      <input id="agree" type="checkbox" checked={model.agreed} onChange={send((e) => ({ asked: e.currentTarget.checked }))} />
      <select id="choice" value={model.chosen} onChange={send((e) => ({ chosen: e.currentTarget.value }))}>
        <option>a</option>
        <option>b</option>
      </select>
      {["a", "b"].map((name) => (
        <input
          id={`radio-${name}`}
          type="radio"
          name="radio"
          checked={model.chosen === name}
          onChange={send({ chosen: name })}
        />
      ))}
    </main>
  ),
});

const Row = memo(function Row({ name, send }: { name: string; send: Send<{ removed: string } | { chosen: string }> }) {
  return (
    <li onClick={send({ chosen: name })}>
      {name} <button type="button" onClick={send({ removed: name })}>remove</button>
    </li>
  );
});
const rows = app<{ names: string[]; chosen: string }, { removed: string } | { chosen: string }>({
  init: () => ({ names: ["anna", "bob", "carl"], chosen: "" }),
  update: (model, msg) =>
    "chosen" in msg ? { ...model, chosen: msg.chosen } : { ...model, names: model.names.filter((name) => name !== msg.removed) },
  view: (model, send) => (
    <div>
      <ul>{model.names.map((name) => <Row name={name} send={send} />)}</ul>
      <p id="chosen">{model.chosen}</p>
    </div>
  ),
});

/** Every field of an event that a handler is given, but for when it came. */
function fieldsOf(event: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => typeof value !== "function"));
}
const fields = app<number, Record<string, unknown>>({
  init: () => 0,
  update: (count) => count + 1,
  view: (count, send) => {
    const tell = send(fieldsOf);
    return (
      <main>
        <button type="button" id="click" data-a="1" data-long-name="2" onClick={tell} onPointerDown={tell} title={`${count}`}>click</button>
        <button
          type="button"
          id="include"
          title="the title"
          onClick={send(fieldsOf, { include: ["isTrusted", "currentTarget.title", "currentTarget.tabIndex"] })}
        >
          include
        </button>
        <input id="number" type="number" onInput={tell} onKeyDown={tell} />
        <details id="details" onToggle={tell}>
          <summary>summary</summary>
        </details>
        <div id="wheel" style="height: 40px; width: 40px; overflow: auto" onWheel={tell}>wheel</div>
      </main>
    );
  },
});

const leaving = app<{ shown: boolean }, "begin" | "hide" | { typed: string }>({
  init: () => ({ shown: true }),
  update: (model, msg) => msg === "begin" ? next(model, effect.after(50, "hide")) : msg === "hide" ? { shown: false } : model,
  view: (model, send) => (
    <p onKeyDown={send("begin")}>
      {model.shown ? <input id="text" onInput={send((e) => ({ typed: e.currentTarget.value }), { debounce: 300 })} /> : "gone"}
    </p>
  ),
});

const called = app<string[], string>({
  init: () => [],
  update: (heard, msg, from) => [...heard, `${msg} ${from === undefined ? "of nobody" : "of a client"}`],
  view(heard, send) {
    const one = send("one"), two = send((_event, client) => `two ${typeof client.id}`);
    return (
      <p>
        <button
          type="button"
          id="both"
          onClick={(event) => {
            one(event);
            two(event);
          }}
        >
          {heard.length}
        </button>
      </p>
    );
  },
});

const failing = app<number, "up" | "update" | "handler" | "effect" | "view">({
  init: () => 0,
  update(count, msg) {
    if (msg === "update") throw new Error("broken update");
    if (msg === "view") return -1;
    if (msg === "effect") {
      return next(
        count,
        effect.from(() => {
          throw new Error("broken effect");
        }),
      );
    }
    return count + 1;
  },
  view(count, send) {
    if (count < 0) throw new Error("broken view");
    return (
      <p>
        <button type="button" id="up" onClick={send("up")}>{count}</button>
        {(["update", "effect", "view"] as const).map((where) => <button type="button" id={where} onClick={send(where)}>{where}</button>)}
        <button
          type="button"
          id="handler"
          onClick={send(() => {
            throw new Error("broken handler");
          })}
        >
          handler
        </button>
      </p>
    );
  },
});

/** Styles with numbers, and attributes of SVG, as templates and in spreads. */
const styled = app<number, "wider">({
  init: () => 1,
  update: (width) => width + 1,
  view: (width, send) => (
    <p>
      <button type="button" id="wider" onClick={send("wider")}>{width}</button>
      <i style={{ width, height: 0, lineHeight: width, fontSize: "2em", "--gap": width }}>template</i>
      <i {...{ style: { marginTop: width, zIndex: width } }}>spread</i>
      <svg viewBox="0 0 9 9" {...{ strokeWidth: width, strokeLinecap: "round" }}>
        <path d="M0 0" strokeWidth={width} clipPathUnits="userSpaceOnUse" {...{ style: { strokeWidth: width, letterSpacing: width } }} />
      </svg>
    </p>
  ),
});

/** A component as a whole app. */
function Greeting({ name }: { name: string }) {
  return <p>Hello {name}</p>;
}

/** One that remembers something itself: that is in no model. */
function Clicks({ start }: { start: number }) {
  const [count, setCount] = useState(start);
  return <button type="button" id="clicks" onClick={() => setCount(count + 1)}>Clicked {count} times</button>;
}

const conditions = app<string[], string>({
  init: () => [],
  update: (heard, msg) => [...heard, msg],
  view: (heard, send) => (
    <main>
      <input
        id="field"
        onKeyDown={send((e) => e.key.toLowerCase(), {
          when: { key: ["Enter", "Escape"], shiftKey: false },
          preventDefault: { key: "Enter" },
        })}
      />
      <div id="outer" style="padding:20px" onClick={send("self", { when: { self: true } })}>
        <button type="button" id="inner">inner</button>
      </div>
      <p id="heard">{heard.length}</p>
    </main>
  ),
});

const listening = app<{ heard: string[]; isOn: boolean; name: string }, string>({
  init: () => ({ heard: [], isOn: true, name: "one" }),
  update: (model, msg) => ({
    heard: [...model.heard, msg],
    isOn: model.isOn && msg !== "off",
    name: msg === "swap" ? "two" : model.name,
  }),
  view: ({ heard, isOn, name }, send) => (
    <main>
      {isOn && [
        name === "one" ? null : <i key="i">moved</i>,
        <Listen key="window" on="window" onKeyDown={send(`escape ${name}`, { when: { key: "Escape" } })} />,
        <Listen
          on="window"
          onResize={send((e) => String(e.currentTarget.innerWidth), { include: ["currentTarget.innerWidth"], debounce: 50 })}
        />,
        <Listen
          on="document"
          onVisibilityChange={send((e) => e.currentTarget.visibilityState, { include: ["currentTarget.visibilityState"] })}
        />,
      ]}
      <button type="button" id="swap" onClick={send("swap")}>swap</button>
      <button type="button" id="off" onClick={send("off")}>off</button>
      <p id="heard">{heard.join(" ")}</p>
    </main>
  ),
});

const both = app<string[], string>({
  init: () => [],
  update: (heard, msg) => [...heard, msg],
  view: (heard, send) => (
    <main>
      <div id="both" onClick={send((e) => String(e.detail), { throttle: 150, debounce: 60 })}>both</div>
      <form onSubmit={send("submit")}>
        <input
          id="late"
          onInput={send((e) => `typed ${e.currentTarget.value}`, { debounce: 60_000 })}
          onBlur={send("blur")}
        />
        <input id="other" />
        <button type="submit">go</button>
      </form>
      <p id="heard">{heard.join(" ")}</p>
    </main>
  ),
});

const partsKept = app<{ count: number; turned: boolean; map: number }, "count" | "turn" | "anew">({
  init: () => ({ count: 0, turned: false, map: 0 }),
  update(model, msg) {
    if (msg === "count") return { ...model, count: model.count + 1 };
    return msg === "turn" ? { ...model, turned: !model.turned } : { ...model, map: model.map + 1 };
  },
  view({ count, turned, map }, send) {
    const items = [
      <li key="map">
        <Opaque key={map}>
          <div id="map" data-at={count}></div>
        </Opaque>
      </li>,
      <li key="last" id="last">last {count}</li>,
    ];
    return (
      <main>
        <button type="button" id="count" onClick={send("count")}>{count}</button>
        <button type="button" id="turn" onClick={send("turn")}>turn</button>
        <button type="button" id="anew" onClick={send("anew")}>anew</button>
        {remember([turned], () => <button type="button" id="memo" onClick={send("count")}>{count}</button>)}
        <ul>{turned ? items.toReversed() : items}</ul>
      </main>
    );
  },
});

/** All of them, by name. */
export const apps = {
  counter: living(counter, 3),
  parts: living(parts),
  effects: living(effects),
  typing: living(typing),
  letters: living(letters),
  shouting: living(shouting),
  form: living(form),
  options: living(options),
  refusing: living(refusing),
  rows: living(rows),
  fields: living(fields),
  leaving: living(leaving),
  called: living(called),
  failing: living(failing),
  conditions: living(conditions),
  listening: living(listening),
  both: living(both),
  kept: living(partsKept),
  styled: living(styled),
  greeting: living(app(Greeting), { name: "Anna" }),
  clicks: living(app(Clicks), { start: 5 }),
} as const;
