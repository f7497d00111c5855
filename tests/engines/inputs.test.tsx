/** The battery: controls that the model has a say in, as a user types, chooses and composes in them. */
import { assertEquals } from "@std/assert";
import { app, type Live, serve } from "../../mod.ts";
import { battery } from "./battery.ts";
import { siteOf } from "./site.tsx";
import type { Tab } from "./tab.ts";

/** `(212) 555-1234`, as much of it as there is. */
function phone(text: string): string {
  const digits = text.replace(/\D/g, "").slice(0, 10);
  if (digits.length < 4) return digits && `(${digits}`;
  return `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}${digits.length > 6 ? `-${digits.slice(6)}` : ""}`;
}

/** An input and a textarea that show one text, formatted by the model. */
const field = (format: (text: string) => string): Live<unknown> =>
  serve(app({
    init: () => ({ text: "", heard: 0 }),
    update: ({ heard }, text: string) => ({ text: format(text), heard: heard + 1 }),
    view: ({ text, heard }, send) => (
      <main>
        <input id="field" value={text} onInput={send((e) => e.currentTarget.value)} />
        <textarea id="area" value={text} onInput={send((e) => e.currentTarget.value)}></textarea>
        <output>{heard}</output>
      </main>
    ),
  }));

/** The page hears each message of the server so many ms late. */
const late = (ms: number) =>
  `<script>
  globalThis.WebSocket = class extends WebSocket {
    set onmessage(hear) { super.onmessage = hear && ((event) => setTimeout(() => hear(event), ${ms})); }
  };
</script>`;

const isValue = (tab: Tab, selector: string, value: string) =>
  tab.until((selector, value) => (deepQuery(selector) as HTMLInputElement).value === value, selector, value);

/** Waits until the model has heard so many events, and their answers are in the page. */
const heard = (tab: Tab, count: number) => tab.shows("output", `${count}`);

const caretOf = (tab: Tab, selector: string) =>
  tab.evaluate((selector) => (deepQuery(selector) as HTMLInputElement).selectionStart, selector);

battery("inputs", {
  "typing is not disturbed by late answers": async (tab) => {
    await using site = siteOf(field((text) => text), { head: late(80) });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.type("the quick brown fox");
    await isValue(tab, "#field", "the quick brown fox");
    await isValue(tab, "#area", "the quick brown fox");
    await tab.click("#area");
    await tab.press("End");
    await tab.type(" jumps");
    await isValue(tab, "#area", "the quick brown fox jumps");
    await heard(tab, "the quick brown fox jumps".length);
    await isValue(tab, "#field", "the quick brown fox jumps");
    assertEquals(await tab.evaluate(() => document.activeElement?.id), "area");
  },

  "the caret stays in the middle of a text": async (tab) => {
    await using site = siteOf(field((text) => text.toUpperCase()), { head: late(60) });
    await tab.open(site.url);
    await tab.live();
    for (const [selector, before, events] of [["#field", "", 6], ["#area", "ABXYCD", 12]] as const) {
      await tab.click(selector);
      await tab.press("End");
      await tab.type("abcd");
      await tab.press("ArrowLeft");
      await tab.press("ArrowLeft");
      await tab.type("xy");
      await heard(tab, events);
      await isValue(tab, selector, `${before}ABXYCD`);
      assertEquals(await caretOf(tab, selector), before.length + 4);
    }
    await tab.press("Shift+ArrowLeft");
    await tab.press("Shift+ArrowLeft");
    await tab.type("-");
    await isValue(tab, "#area", "ABXYCDAB-CD");
    await heard(tab, 13);
    assertEquals(await caretOf(tab, "#area"), 9);
  },

  "a model formats a phone number while it is typed": async (tab) => {
    await using site = siteOf(field(phone), { head: late(30) });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.type("2125551234");
    await heard(tab, 10);
    await isValue(tab, "#field", "(212) 555-1234");
  },

  "a model that takes less has its way": async (tab) => {
    await using site = siteOf(field((text) => text.slice(0, 4)));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.type("123456");
    await isValue(tab, "#field", "1234");
  },

  "a number in the middle of typing stays": async (tab) => {
    const number = app({
      init: () => 0,
      update: (_, text: string) => Number(text),
      view: (model, send) => (
        <main>
          <input id="number" type="number" step="any" value={model || ""} onInput={send((e) => e.currentTarget.value)} />
          <output>{model}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(number));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#number");
    for (const [key, shown] of [["1", "1"], [".", "1"], ["0", "1"], ["5", "1.05"]] as const) {
      await tab.type(key);
      await tab.shows("output", shown);
    }
    await isValue(tab, "#number", "1.05");
  },

  "an editable element keeps its text and caret": async (tab) => {
    const texts: string[] = [];
    const editable = app({
      init: () => "hello",
      update(_, text: string) {
        texts.push(text);
        return text.replace("!", "");
      },
      view: (text, send) => (
        <main>
          <div
            id="edit"
            contenteditable="true"
            onInput={send((e) => e.currentTarget.textContent ?? "", { include: ["currentTarget.textContent"] })}
          >
            {text}
          </div>
          <output>{text}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(editable), { head: late(80) });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#edit");
    await tab.press("End");
    // The answer to the first key comes after the last of them.
    await tab.type("abcd");
    await tab.press("ArrowLeft");
    await tab.type("-");
    await tab.shows("output", "helloabc-d");
    await tab.shows("#edit", "helloabc-d");
    await tab.type("!");
    await tab.shows("output", "helloabc-d");
    await tab.until(() => document.querySelector("#edit")!.textContent === "helloabc-d" && getSelection()!.anchorOffset === 9);
    assertEquals([...new Set(texts)], ["helloa", "helloab", "helloabc", "helloabcd", "helloabc-d", "helloabc-!d"]);
  },

  "checkbox, radio, select and range": async (tab) => {
    const controls = app({
      init: () => ({ box: false, radio: "a", select: "x", range: 50, log: 0 }),
      update: (model, change: { box?: boolean; radio?: string; select?: string; range?: number }) => ({
        ...model,
        ...change,
        log: model.log + 1,
      }),
      view: (model, send) => (
        <main>
          <input id="box" type="checkbox" checked={model.box} onChange={send((e) => ({ box: e.currentTarget.checked }))} />
          {["a", "b"].map((one) => (
            <input key={one} id={one} type="radio" name="radio" value={one} checked={model.radio === one} onChange={send({ radio: one })} />
          ))}
          <select id="select" value={model.select} onChange={send((e) => ({ select: e.currentTarget.value }))}>
            {["x", "y", "z"].map((one) => <option key={one}>{one}</option>)}
          </select>
          <input id="range" type="range" value={model.range} onInput={send((e) => ({ range: Number(e.currentTarget.value) }))} />
          <p>{`${model.box} ${model.radio} ${model.select} ${model.range}`}</p>
          <button id="back" onClick={send({ box: false, radio: "a", select: "x", range: 50 })}>Back</button>
        </main>
      ),
    });
    await using site = siteOf(serve(controls));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#box");
    await tab.click("#b");
    await tab.shows("p", "true b x 50");
    await tab.evaluate(() => document.querySelector<HTMLElement>("#range")!.focus());
    await tab.press("ArrowRight");
    await tab.shows("p", "true b x 51");
    // The list of a select is the desktop's own, and no driver sees it: its events are a user's all the same.
    await tab.evaluate(() => {
      const select = document.querySelector<HTMLSelectElement>("#select")!;
      select.value = "z";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await tab.shows("p", "true b z 51");
    await tab.click("#back");
    await tab.shows("p", "false a x 50");
    const shown = await tab.evaluate(() => {
      const of = (id: string) => document.getElementById(id) as HTMLInputElement;
      return [of("box").checked, of("a").checked, of("b").checked, of("select").value, of("range").value];
    });
    assertEquals(shown, [false, true, false, "x", "50"]);
  },

  "a control that the model refuses": async (tab) => {
    const refusing = app({
      init: () => 0,
      update: (count, _msg: "tried") => count + 1,
      view: (count, send) => (
        <main>
          <input id="box" type="checkbox" checked={count >= 0} onChange={send("tried")} />
          <output>{count}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(refusing));
    await tab.open(site.url);
    await tab.live();
    for (const count of ["1", "2"]) {
      await tab.click("#box");
      await tab.shows("output", count);
      await tab.until(() => document.querySelector<HTMLInputElement>("#box")!.checked);
    }
  },

  "keys, and what each waits for": async (tab) => {
    const keys = app({
      init: () => "",
      update: (log, key: string) => `${log} ${key}`.trim(),
      view: (log, send) => (
        <main>
          <input id="field" onKeyDown={send((e) => e.key, { when: { key: ["Enter", "ArrowUp"] }, preventDefault: true })} />
          <output>{log}</output>
        </main>
      ),
    });
    await using site = siteOf(serve(keys));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.type("a");
    await tab.press("ArrowUp");
    await tab.press("Enter");
    await tab.press("Escape");
    await tab.press("ArrowUp");
    await tab.shows("output", "ArrowUp Enter ArrowUp");
  },

  "an input method": async (tab) => {
    await using site = siteOf(field((text) => text), { head: late(30) });
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.type("a");
    await tab.compose(["に", "にh", "にほ", "にほn", "にほん"], "日本");
    await isValue(tab, "#field", "a日本");
    await isValue(tab, "#area", "a日本");
  },

  "a composition, told by a script's events": async (tab) => {
    await using site = siteOf(field((text) => text.toUpperCase()));
    await tab.open(site.url);
    await tab.live();
    await tab.click("#field");
    await tab.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>("#field")!;
      input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      input.value = "e";
      input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
    });
    // The other field has the model's text. This one is composed in, and is left alone until that ends.
    await isValue(tab, "#area", "E");
    await isValue(tab, "#field", "e");
    await tab.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>("#field")!;
      input.value = "é";
      input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
      input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    });
    await isValue(tab, "#area", "É");
    await isValue(tab, "#field", "É");
  },
});
