/**
 * The simulated app. What a user can act on says by attributes which place it is and what it means, so that the user knows what it saw;
 * the runtimes make nothing of them.
 */
import { useState } from "preact/hooks";
import { type App, app, effect, next, type Send } from "../../mod.ts";
import { firstModel, fold, type Model, type Msg, pendingIn, placeOfPane, placeOfRow, type Row, type Shape, type UserMsg } from "./model.ts";

/** What the app tells of itself, as no app does: the judge listens. */
export interface Watch {
  /** There is a first model. */
  began(model: Model): void;
  /** A view was made of a model. */
  rendered(model: Model): void;
  /** A model came of a message, of the client of this id where it is one's. */
  folded(model: Model, message: Msg, before: Model, client: string | undefined): void;
  /** An effect of this name was started. */
  started(of: number, id: string): void;
  /** Throws now and then, as an app may in this part of it. */
  mayFail(where: "update" | "view"): void;
  /** Settles after so many milliseconds of virtual time. */
  wait(ms: number): Promise<void>;
}

/** Attributes of what a user can act on. */
function meaning(place: string, message?: UserMsg) {
  return { "data-place": place, ...(message && { "data-means": JSON.stringify(message) }) };
}

const RowView = ({ row, place, message, onClick }: {
  row: Row;
  place: string;
  message: UserMsg | undefined;
  onClick: ((event: Event) => void) | undefined;
}) => (
  <li data-id={row.id}>
    <button type="button" data-place={place} data-means={message && JSON.stringify(message)} onClick={onClick}>{row.name}</button>
  </li>
);

/** Two elements for one row. */
const RowPair = ({ row, place, message, onClick }: Parameters<typeof RowView>[0]) => (
  <>
    <dt>{row.id}</dt>
    <dd data-id={row.id}>
      <button type="button" data-place={place} data-means={message && JSON.stringify(message)} onClick={onClick}>{row.name}</button>
    </dd>
  </>
);

/** A component that lives, with a plain function for a handler. */
const Counter = ({ row, place, onBump }: { row: Row; place: string; onBump: (event: Event) => void }) => {
  const [clicks, setClicks] = useState(0);
  return (
    <li data-id={row.id}>
      <button
        type="button"
        {...meaning(place, { type: "bump", id: row.id })}
        onClick={(event: Event) => {
          setClicks(clicks + 1);
          onBump(event);
        }}
      >
        {row.name}
      </button>
      <output data-clicks="">{clicks}</output>
    </li>
  );
};

function rowOf(row: Row, index: number, shape: Shape, send: Send<Msg, number>) {
  const place = placeOfRow(shape, row.id, index);
  const message: UserMsg | undefined = row.locked ? undefined : { type: "row", id: row.id, name: row.name };
  const onClick = message && send(message);
  const means = message && JSON.stringify(message);
  const { rows } = shape;
  switch (rows) {
    case "keyed":
      return (
        <li key={row.id} data-id={row.id}>
          <button type="button" data-place={place} data-means={means} onClick={onClick}>{row.name}</button>
        </li>
      );
    case "unkeyed":
      return (
        <li data-id={row.id}>
          <button type="button" data-place={place} data-means={means} onClick={onClick}>{row.name}</button>
        </li>
      );
    case "keyed components":
      return <RowView key={row.id} row={row} place={place} message={message} onClick={onClick} />;
    case "unkeyed components":
      return <RowView row={row} place={place} message={message} onClick={onClick} />;
    case "keyed pairs":
      return <RowPair key={row.id} row={row} place={place} message={message} onClick={onClick} />;
    case "keyed counters":
      return <Counter key={row.id} row={row} place={place} onBump={send({ type: "bump", id: row.id })} />;
    case "unkeyed counters":
      return <Counter row={row} place={place} onBump={send({ type: "bump", id: row.id })} />;
    default:
      return rows satisfies never;
  }
}

function Pane({ row, place, send }: { row: Row; place: string; send: Send<Msg, number> }) {
  const message = { type: "pane", id: row.id, name: row.name } as const;
  return (
    <section data-id={row.id}>
      <button type="button" {...meaning(place, message)} onClick={send(message)}>{row.name}</button>
    </section>
  );
}

/** A release of the app. */
export interface Release {
  /** The version of its model. */
  readonly version: number;
  /** What its view looks like, whatever the model is. */
  readonly look: number;
}

/** The view of a model. */
export function viewOf(model: Model, shape: Shape, look: number, send: Send<Msg, number>) {
  const { rows: [first] } = model;
  const options = shape.debounce > 0 ? { debounce: shape.debounce } : {};
  return (
    <main>
      {first && <Pane key={shape.keyedPane ? first.id : "pane"} row={first} place={placeOfPane(shape, first.id)} send={send} />}
      <p>
        <button type="button" {...meaning("up", { type: "up" })} onClick={send({ type: "up" })}>{model.count}</button>
        <input
          type="checkbox"
          {...meaning("checked")}
          checked={model.on}
          onClick={send((e) => ({ type: "checked", on: e.currentTarget.checked }))}
        />
      </p>
      {model.isOpen && (
        <input {...meaning("noted")} value={model.note} onInput={send((e) => ({ type: "noted", text: e.currentTarget.value }), options)} />
      )}
      {/* Each submit is to be heard, whatever waits. */}
      <form
        {...meaning("form")}
        onSubmit={send((e) => ({ type: "submitted", text: String(e.formData.get("text")) }), { resubmit: true })}
      >
        <input
          name="text"
          {...meaning("typed")}
          value={model.text}
          onInput={send((e) => ({ type: "typed", text: e.currentTarget.value }), options)}
        />
        <button data-submit="">add</button>
      </form>
      {/* The first deploy changes nothing of the view, those after it do. */}
      {model.made > 1 && <small>{model.made}</small>}
      {look > 0 && <em>{look}</em>}
      <ul>{model.rows.map((row, index) => rowOf(row, index, shape, send))}</ul>
    </main>
  );
}

/** The app of one run, in one process. */
export function createApp(
  shape: Shape,
  chance: () => number,
  watch: Watch,
  { version, look }: Release = { version: 0, look: 0 },
): App<Model, Msg, void, number> {
  const answerTo = (of: number) =>
    of % 2 ? effect.after<Msg>(shape.saving, { type: "later", of }) : effect.from<Msg>(async (_, { id }) => {
      watch.started(of, id);
      await watch.wait(shape.saving);
      return { type: "saved", of };
    });
  return app<Model, Msg, void, number>({
    name: "chaos",
    version,
    init() {
      const model = firstModel(shape, chance(), version);
      watch.began(model);
      return model;
    },
    migrate: (model: Model) => ({ ...model, made: version }),
    // What was under way has gone with its process.
    resumed: (model) => next(model, ...pendingIn(model).map(answerTo)),
    update(model, message, from) {
      watch.mayFail("update");
      const folded = fold(model, message, from?.user ?? -1);
      watch.folded(folded, message, model, from?.id);
      const of = folded.ups;
      return message.type === "up" ? next(folded, effect.emit("done", of, { to: "cause" }), answerTo(of)) : folded;
    },
    onConnect: ({ user }) => ({ type: "joined", user }),
    onDisconnect: ({ user }) => ({ type: "left", user }),
    onAttribute: { step: (value) => ({ type: "step", value }) },
    subscriptions: ({ ticks }) => shape.tick > 0 && ticks > 0 ? { tick: effect.every(shape.tick, { type: "tick" }) } : {},
    view(model, send) {
      watch.mayFail("view");
      watch.rendered(model);
      return viewOf(model, shape, look, send);
    },
  });
}
