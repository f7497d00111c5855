/** The battery: what a view is made of: rows that move, custom elements, shadow roots, dialogs, and what is heard of window and document. */
import { assertEquals } from "@std/assert";
import { h } from "preact";
import { app, effect, Listen, next, serve } from "../../mod.ts";
import { battery } from "./battery.ts";
import { siteOf } from "./site.tsx";
import type { Tab } from "./tab.ts";

const rows = app({
  init: () => ["a", "b", "c", "d", "e"],
  update: (names: readonly string[], turn: "reverse" | "rotate" | "swap" | "drop") => {
    if (turn === "reverse") return names.toReversed();
    if (turn === "rotate") return [...names.slice(1), names[0]!];
    if (turn === "swap") return [names.at(-1)!, ...names.slice(1, -1), names[0]!];
    return names.filter((name) => name !== "b");
  },
  view: (names, send) => (
    <main>
      <Listen on="document" onKeyDown={send("reverse", { when: { key: "F2" } })} />
      <Listen on="document" onKeyDown={send("rotate", { when: { key: "F4" } })} />
      <Listen on="document" onKeyDown={send("swap", { when: { key: "F8" } })} />
      <Listen on="document" onKeyDown={send("drop", { when: { key: "F9" } })} />
      <ul>
        {names.map((name) => (
          <li key={name}>
            {name}
            <input id={name} />
          </li>
        ))}
      </ul>
    </main>
  ),
});

const order = (tab: Tab, text: string) => tab.shows("ul", text);

battery("view", {
  "rows with keys move, with focus, text and selection": async (tab) => {
    await using site = siteOf(serve(rows));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#a");
    await tab.type("first");
    await tab.click("#c");
    await tab.type("kept");
    await tab.press("ArrowLeft");
    await tab.press("Shift+ArrowLeft");
    await tab.evaluate(() => {
      for (const item of document.querySelectorAll("li")) item.setAttribute("mark", item.textContent!);
    });
    const state = () =>
      tab.evaluate(() => {
        const input = document.activeElement as HTMLInputElement;
        return [input.id, input.value, input.selectionStart, input.selectionEnd, document.querySelector<HTMLInputElement>("#a")!.value];
      });
    const kept = ["c", "kept", 2, 3, "first"];
    for (const [key, shown] of [["F2", "edcba"], ["F4", "dcbae"], ["F8", "ecbad"], ["F9", "ecad"], ["F2", "dace"]] as const) {
      await tab.press(key);
      await order(tab, shown);
      assertEquals([key, ...await state()], [key, ...kept]);
      assertEquals(
        await tab.evaluate(() => [...document.querySelectorAll("li")].every((item) => item.getAttribute("mark") === item.textContent)),
        true,
      );
    }
  },

  "Listen hears the window and the document": async (tab) => {
    const listening = app({
      init: () => [] as readonly string[],
      update: (log, line: string) => [...log, line],
      view: (log, send) => (
        <main>
          <Listen on="window" onHashChange={send("hash")} onKeyDown={send((e) => e.key, { when: { key: "Escape" } })} />
          {log.length < 3 && <Listen on="document" onClick={send("document")} />}
          <button id="up" onClick={send("up")}>Up</button>
          <output>{log.join(" ")}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(listening));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#up");
    await tab.shows("output", "up document");
    await tab.press("Escape");
    await tab.shows("output", "up document Escape");
    await tab.evaluate(() => void (location.hash = "there"));
    await tab.shows("output", "up document Escape hash");
    // The listener on the document has gone.
    await tab.click("#up");
    await tab.press("Escape");
    await tab.shows("output", "up document Escape hash up Escape");
  },

  "a pointer, heard while it is pressed": async (tab) => {
    const pressed = app({
      init: () => [] as readonly number[],
      update: (log, x: number) => [...log, x],
      view: (log, send) => (
        <main>
          <div
            id="area"
            style={{ width: 200, height: 100, background: "silver" }}
            onPointerMove={send((e) => Math.round(e.offsetX), { when: { buttons: 1 } })}
          />
          <output>{log.join(" ")}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(pressed));
    await tab.open(site.url);
    await tab.live();
    await tab.hover("#area");
    await tab.drag("#area", [0.1, 0.5], [0.2, 0.5], [0.6, 0.5]);
    await tab.hover("#area");
    await tab.drag("#area", [0.1, 0.5], [0.9, 0.5]);
    await tab.shows("output", "40 120 180");
  },

  "custom elements: properties, attributes, events": async (tab) => {
    const Gauge = "x-gauge", Late = "x-late";
    const gauges = app({
      init: () => ({ level: 1, heard: "" }),
      update: (model, msg: "up" | { heard: string }) => msg === "up" ? { ...model, level: model.level + 1 } : { ...model, ...msg },
      view: ({ level, heard }, send) => (
        <main>
          <button id="up" onClick={send("up")}>Up</button>
          {h(Gauge, {
            level: { of: level },
            "data-level": level,
            "onlevel-seen": send((e) => ({ heard: `seen ${(e as CustomEvent<{ level: number }>).detail.level}` })),
          })}
          {h(Late, { level: { of: level } })}
          <output>{heard}</output>
        </main>
      ),
    });
    const head = `<script>
      class Gauge extends HTMLElement {
        set level(level) { this.shown = level; this.textContent = JSON.stringify(level); this.later(); }
        get level() { return this.shown; }
        later() { if (this.isConnected) this.dispatchEvent(new CustomEvent("level-seen", { detail: { level: this.shown.of, element: this } })); }
        connectedCallback() { this.connected = (this.connected ?? 0) + 1; }
      }
      customElements.define("x-gauge", Gauge);
      defineLate = () => customElements.define("x-late", class extends Gauge { later() {} });
    </script>`;
    await using site = siteOf(serve(gauges), { head });
    await tab.open(site.url);
    await tab.live();
    await tab.shows("x-gauge", '{"of":1}');
    await tab.click("#up");
    await tab.shows("x-gauge", '{"of":2}');
    await tab.shows("output", "seen 2");
    assertEquals(await tab.evaluate(() => document.querySelector("x-gauge")!.getAttribute("data-level")), "2");
    assertEquals(await tab.evaluate(() => (document.querySelector("x-gauge") as HTMLElement & { connected: number }).connected), 1);
    await tab.evaluate(() => (globalThis as unknown as { defineLate(): void }).defineLate());
    await tab.shows("x-late", '{"of":2}');
    await tab.click("#up");
    await tab.shows("x-late", '{"of":3}');
  },

  "a view in an open shadow root": async (tab) => {
    await using site = siteOf(serve(shadowed("open")), shadowPage);
    await tab.open(site.url);
    await tab.live();
    await tab.shows("output", "slot");
    await tab.click("#up");
    await tab.shows("output", "slot click");
    await tab.click("#field");
    await tab.type("abcdef");
    await tab.until(() => (deepQuery("#field") as HTMLInputElement).value === "abcd");
    const state = await tab.evaluate(() => {
      const element = document.querySelector("server-component")!;
      const style = getComputedStyle(deepQuery("section")!);
      return [document.activeElement === element, element.shadowRoot!.activeElement?.id, style.color, style.borderTopWidth];
    });
    assertEquals(state, [true, "field", "rgb(0, 128, 0)", "3px"]);
    // Styles that the page adds later come too.
    await tab.evaluate(() => {
      const style = document.createElement("style");
      style.textContent = ".card { color: rgb(0, 0, 255) }";
      document.head.append(style);
    });
    await tab.until(() => getComputedStyle(deepQuery("section")!).color === "rgb(0, 0, 255)");
  },

  "a view in a closed shadow root": async (tab) => {
    // Caught before the element can close it: no driver sees into a closed root.
    const head = `<script>
      const { attachShadow } = Element.prototype;
      Element.prototype.attachShadow = function (init) {
        const root = attachShadow.call(this, init);
        if (init.mode === "closed") closedRoot = root;
        return root;
      };
    </script>`;
    await using site = siteOf(serve(shadowed("closed")), { ...shadowPage, head: shadowPage.head + head });
    await tab.open(site.url);
    await tab.live();
    await tab.evaluate(() => closedRoot.querySelector<HTMLElement>("#up")!.click());
    await tab.until(() => closedRoot.querySelector("output")!.textContent === "slot click");
    assertEquals(await tab.evaluate(() => document.querySelector("server-component")!.shadowRoot), null);
  },

  "a dialog, opened and closed by the model and by the user": async (tab) => {
    const dialogs = app({
      init: () => "closed",
      update: (_, msg: "open" | "close" | "closed") =>
        msg === "open" ? next("open", effect.showModal("dialog")) : msg === "close" ? next("closing", effect.close("dialog")) : msg,
      view: (model, send) => (
        <main>
          <button id="open" onClick={send("open")}>Open</button>
          <dialog onClose={send("closed")}>
            <button id="close" onClick={send("close")}>Close</button>
          </dialog>
          <output>{model}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(dialogs));
    await tab.open(site.url);
    await tab.live();
    for (const way of ["button", "Escape"]) {
      await tab.click("#open");
      await tab.until(() => document.querySelector("dialog")!.matches(":modal"));
      await tab.shows("output", "open");
      if (way === "button") await tab.click("#close");
      else await tab.press(way);
      await tab.shows("output", "closed");
      assertEquals(await tab.evaluate(() => document.querySelector("dialog")!.open), false);
    }
  },

  "a popover, and what it says": async (tab) => {
    const popovers = app({
      init: () => "",
      update: (log, state: string) => `${log} ${state}`.trim(),
      view: (log, send) => (
        <main>
          <button id="open" popovertarget="menu">Menu</button>
          <div id="menu" popover="auto" onToggle={send((e) => e.newState, { include: ["newState"] })}>
            Menu <b>{log}</b>
          </div>
          <output>{log}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(popovers));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#open");
    await tab.shows("output", "open");
    // It stays open though it is patched.
    await tab.shows("#menu b", "open");
    assertEquals(await tab.evaluate(() => document.querySelector("#menu")!.matches(":popover-open")), true);
    await tab.press("Escape");
    await tab.shows("output", "open closed");
  },

  "details, SVG, MathML and styles": async (tab) => {
    const shapes = app({
      init: () => 1,
      update: (model, _msg: "up") => model + 1,
      view: (model, send) => (
        <main>
          <details onToggle={send("up", { once: true })}>
            <summary>More</summary>
            <p>{model}</p>
          </details>
          <svg viewBox="0 0 100 100" width="100" height="100">
            {Array.from({ length: model }, (_, i) => <circle key={i} cx={i * 20 + 10} cy="50" r="8" onClick={send("up")} />)}
            <foreignObject width="50" height="20">
              <b>{model}</b>
            </foreignObject>
          </svg>
          <math>
            <mn>{model}</mn>
          </math>
          <div id="bar" style={{ width: model * 50, "--level": model, color: model > 1 ? "rgb(0, 128, 0)" : undefined }}>{model}</div>
        </main>
      ),
    });
    await using site = siteOf(serve(shapes));
    await tab.open(site.url);
    await tab.live();
    await tab.click("summary");
    await tab.shows("details p", "2");
    assertEquals(await tab.evaluate(() => document.querySelector("details")!.open), true);
    await tab.click("circle:nth-of-type(2)");
    await tab.shows("details p", "3");
    const shown = await tab.evaluate(() => {
      const bar = document.querySelector<HTMLElement>("#bar")!;
      const spaces = ["circle:nth-of-type(3)", "foreignObject b", "mn"].map((one) =>
        document.querySelector(one)!.namespaceURI!.split("/").at(-1)
      );
      return [...spaces, bar.offsetWidth, bar.style.getPropertyValue("--level"), getComputedStyle(bar).color];
    });
    assertEquals(shown, ["svg", "xhtml", "MathML", 150, "3", "rgb(0, 128, 0)"]);
  },

  "contexts, between an app and web components": async (tab) => {
    const providing = app({
      init: () => next({ count: 0, theme: "none" }, effect.provide("count", 0)),
      update: (model, msg: "up" | { theme: string }) =>
        msg === "up" ? next({ ...model, count: model.count + 1 }, effect.provide("count", model.count + 1)) : { ...model, ...msg },
      subscriptions: () => ({ theme: effect.context("theme", (theme) => ({ theme: String(theme) })) }),
      view: ({ count, theme }, send) => (
        <main>
          <button id="up" onClick={send("up")}>Up</button>
          <output>{`${count} ${theme}`}</output>
          {h("x-reader", {})}
        </main>
      ),
    });
    const head = `<script>
      const ask = (element, context, callback) => {
        const event = new Event("context-request", { bubbles: true, composed: true });
        element.dispatchEvent(Object.assign(event, { context, callback, subscribe: true }));
      };
      customElements.define("x-reader", class extends HTMLElement {
        connectedCallback() { ask(this, "count", (count) => this.textContent = count); }
      });
      document.addEventListener("context-request", (event) => {
        if (event.context !== "theme") return;
        event.stopPropagation();
        event.callback("dark", () => {});
      });
    </script>`;
    await using site = siteOf(serve(providing), { head });
    await tab.open(site.url);
    await tab.live();
    await tab.shows("output", "0 dark");
    await tab.shows("x-reader", "0");
    await tab.click("#up");
    await tab.shows("x-reader", "1");
  },

  "effects of the page: focus, select, scroll, title, emit": async (tab) => {
    const acts = {
      select: effect.batch(effect.focus("#who"), effect.select("#who")),
      scroll: effect.scrollIntoView("#far", { block: "center" }),
      title: effect.title("A title"),
      emit: effect.emit("said", { word: "hello" }),
    };
    const acting = app({
      init: () => "",
      update: (_, act: keyof typeof acts) => next(act, acts[act]),
      view: (last, send) => (
        <main>
          {Object.keys(acts).map((act) => <button key={act} id={act} onClick={send(act as keyof typeof acts)}>{act}</button>)}
          {last !== "" && <input id="who" defaultValue="Anna" />}
          <p id="far" style="margin-top: 5000px">Far</p>
        </main>
      ),
    });
    await using site = siteOf(serve(acting), { head: `<script>addEventListener("said", (event) => said = event.detail.word)</script>` });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#select");
    await tab.until(() => document.activeElement?.id === "who" && (document.activeElement as HTMLInputElement).selectionEnd === 4);
    await tab.click("#title");
    await tab.until(() => document.title === "A title");
    await tab.click("#emit");
    await tab.until(() => (globalThis as unknown as { said?: string }).said === "hello");
    await tab.click("#scroll");
    await tab.until(() => scrollY > 1_000);
  },
});

declare global {
  var closedRoot: ShadowRoot;
}

function shadowed(shadow: "open" | "closed") {
  return app({
    shadow,
    init: () => ({ log: "", text: "" }),
    update: (model, msg: { say: string } | { text: string }) =>
      "say" in msg ? { ...model, log: `${model.log} ${msg.say}`.trim() } : { ...model, text: msg.text.slice(0, 4) },
    view: ({ log, text }, send) => (
      <section class="card">
        <slot name="title" onSlotChange={send({ say: "slot" })}>Untitled</slot>
        <slot></slot>
        <input id="field" value={text} onInput={send((e) => ({ text: e.currentTarget.value }))} />
        <button id="up" onClick={send({ say: "click" })}>Up</button>
        <output>{log}</output>
      </section>
    ),
  });
}

const shadowPage = {
  head: "<style>.card { color: rgb(0, 128, 0); border: 3px solid }</style>",
  attributes: { children: [h("em", { slot: "title" }, "Mine"), h("b", null, "child")] },
};
