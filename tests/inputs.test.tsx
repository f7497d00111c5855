/** Controls that a model formats, bounds or takes back, and events of elements that are not of HTML: in Chromium, with late answers. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type App, app, runtimeScript, serve } from "../mod.ts";
import { launch, serveOn0, type Serving, until, visit } from "./kit.ts";

declare module "../runtime/view/jsx.ts" {
  namespace JSX {
    interface IntrinsicElements {
      "my-talker": Loose;
    }
  }
}

/** Elements that only these tests have, whose attributes and events no type knows. */
type Loose = Record<string, unknown>;

function site(of: App<unknown, never>, head = "", onError: (error: unknown, where: string) => void = () => {}): Serving {
  const live = serve(of as App<unknown, never, unknown>, { flags: undefined, onError });
  const server = serveOn0((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return live(request);
    if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
    const html = `<!doctype html><meta charset="utf-8"><title>Inputs</title><script>${head}</script>
      <script type="module" src="/nacre/runtime.mjs"></script><form id="outer"><server-component route="/ws"></server-component></form>`;
    return new Response(html, { headers: { "content-type": "text/html" } });
  });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await live.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The page hears each message of the server so many ms late. */
const late = (ms: number) => async (page: Page): Promise<void> =>
  void await page.addInitScript((ms) => {
    globalThis.WebSocket = class extends WebSocket {
      override set onmessage(hear: ((event: MessageEvent) => void) | null) {
        super.onmessage = hear && ((event) => void setTimeout(() => hear(event), ms));
      }
    };
  }, ms);

const live = "server-component[status=live]";
const valueOf = (page: Page, id: string) => page.evaluate((id) => (document.getElementById(id) as HTMLInputElement).value, id);

// ---- the caret ------------------------------------------------------------------------------------

/** `(212) 555-1234`, as much of it as there is. */
function phone(text: string): string {
  const digits = text.replace(/\D/g, "").slice(0, 10);
  if (digits.length < 4) return digits && `(${digits}`;
  return `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}${digits.length > 6 ? `-${digits.slice(6)}` : ""}`;
}

const formats = {
  phone,
  upper: (text: string) => text.toUpperCase(),
  few: (text: string) => text.slice(0, 4),
  same: (text: string) => text,
};

/** An input and a textarea, formatted. */
const formatted = (format: (text: string) => string, tag: "input" | "textarea") =>
  app({
    init: () => "",
    update: (_, text: string) => format(text),
    view: (text, send) =>
      tag === "input"
        ? <input id="field" value={text} onInput={send((e) => e.currentTarget.value)} />
        : <textarea id="field" value={text} onInput={send((e) => e.currentTarget.value)}></textarea>,
  });

interface Typing {
  readonly format: keyof typeof formats;
  /** What is typed: `<` and `>` move the caret, `[` selects the two characters before it. */
  readonly keys: string;
  readonly shows: string;
}

const typings: readonly Typing[] = [
  { format: "phone", keys: "2125551234", shows: "(212) 555-1234" },
  { format: "upper", keys: "abcd<<xy", shows: "ABXYCD" },
  { format: "upper", keys: "abcd[x", shows: "ABX" },
  { format: "same", keys: "abcd<<xy", shows: "abxycd" },
  { format: "few", keys: "123456", shows: "1234" },
  { format: "phone", keys: "2125551<9", shows: "(212) 555-91" },
];

for (const tag of ["input", "textarea"] as const) {
  for (const ms of [0, 120, 400]) {
    Deno.test(`an ${tag} that a model formats keeps what is typed in order, answers ${ms} ms late`, async () => {
      await using browser = await launch();
      for (const { format, keys, shows } of typings) {
        await using server = site(formatted(formats[format], tag) as never);
        await visit(browser, server.url, async (page) => {
          await page.waitForSelector(live, { state: "attached" });
          await page.click("#field");
          for (const key of keys) {
            if (key === "<") await page.keyboard.press("ArrowLeft");
            else if (key === "[") { for (let i = 0; i < 2; i++) await page.keyboard.press("Shift+ArrowLeft"); }
            else await page.keyboard.type(key);
            // Slower and faster than the answers.
            await page.waitForTimeout(ms === 120 ? 70 : 25);
          }
          await page.waitForTimeout(ms);
          await until(async () => await valueOf(page, "field") === shows, 5_000).catch(async () =>
            assertEquals([format, await valueOf(page, "field")], [format, shows])
          );
        }, { before: late(ms) });
      }
    });
  }
}

Deno.test("a number in the middle of typing is not taken away", async () => {
  const numbers = app({
    init: () => 0,
    update: (_, text: string) => Number(text),
    view: (n, send) => (
      <div>
        <p id="n">{n}</p>
        <input id="field" type="number" step="any" value={n || ""} onInput={send((e) => e.currentTarget.value)} />
      </div>
    ),
  });
  await using server = site(numbers as never);
  await using browser = await launch();
  for (const [keys, shows] of [["1.05", "1.05"], ["-3", "-3"], ["1e2", "100"], ["1.50", "1.5"]] as const) {
    await visit(browser, server.url, async (page) => {
      await page.waitForSelector(live, { state: "attached" });
      await page.click("#field");
      for (const key of keys) {
        await page.keyboard.type(key);
        await page.waitForTimeout(60);
      }
      await page.waitForFunction((shows) => document.querySelector("#n")!.textContent === shows, shows);
      assertEquals(await page.evaluate(() => (document.querySelector("#field") as HTMLInputElement).valueAsNumber), Number(keys));
      assertEquals(await valueOf(page, "field"), keys);
    });
  }
});

Deno.test("an editable element whose text the model echoes, or formats, keeps text and caret", async () => {
  for (const [format, shows] of [["same", "helloabc"], ["upper", "helloABC".toUpperCase()]] as const) {
    const editable = app({
      init: () => "hello",
      update: (_, text: string) => formats[format](text),
      view: (text, send) => (
        <div>
          <p id="n">{text}</p>
          <div
            id="field"
            contenteditable
            onInput={send((e) => (e.currentTarget as { textContent: string | null }).textContent ?? "", {
              include: ["currentTarget.textContent"],
            })}
          >
            {text}
          </div>
        </div>
      ),
    });
    await using server = site(editable as never);
    await using browser = await launch();
    for (const ms of [0, 150]) {
      await visit(browser, server.url, async (page) => {
        await page.waitForSelector(live, { state: "attached" });
        await page.click("#field");
        await page.keyboard.press("End");
        for (const key of "abc") {
          await page.keyboard.type(key);
          await page.waitForTimeout(40);
        }
        await page.waitForFunction((shows) => document.querySelector("#n")!.textContent === shows, shows);
        await page.waitForFunction((shows) => document.querySelector("#field")!.textContent === shows, shows);
      }, { before: late(ms) });
    }
  }
});

// ---- what else changes a control --------------------------------------------------------------------

Deno.test("controls show the model's value again after their bounds, type, options or form have changed it", async () => {
  const changing = app({
    init: () => false,
    update: (model, on: boolean | "seen") => on === "seen" ? model : on,
    view: (on, send) => (
      <div>
        <button type="button" id="on" onClick={send(true)}>on</button>
        <button type="button" id="off" onClick={send(false)}>off</button>
        <input id="range" type="range" value={150} max={on ? 100 : 200} />
        <input id="type" value="abc" {...{ type: on ? "number" : "text" } as Loose} />
        <select id="select" value="b">{(on ? ["a", "c"] : ["a", "b", "c"]).map((text) => <option key={text}>{text}</option>)}</select>
        <form id="inner">
          <input id="inside" value="model" onInput={send("seen")} />
        </form>
        <input id="outside" value="model" />
        <input id="free" />
      </div>
    ),
  });
  await using server = site(changing as never);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    const values = () => Promise.all(["range", "type", "select"].map((id) => valueOf(page, id)));
    assertEquals(await values(), ["150", "abc", "b"]);
    await page.click("#on");
    await page.waitForFunction(() => (document.querySelector("#range") as HTMLInputElement).max === "100");
    assertEquals(await values(), ["100", "", ""]);
    await page.click("#off");
    await page.waitForFunction(() => (document.querySelector("#range") as HTMLInputElement).max === "200");
    assertEquals(await values(), ["150", "abc", "b"]);

    // What has no value of the model is the form's to reset.
    await page.fill("#free", "typed");
    await page.evaluate(() => {
      (document.querySelector("#outside") as HTMLInputElement).value = "typed";
      (document.querySelector("#outer") as HTMLFormElement).reset();
    });
    await page.waitForFunction(() => (document.querySelector("#outside") as HTMLInputElement).value === "model");
    assertEquals(await valueOf(page, "free"), "");
  });
});

Deno.test("selected, indeterminate and muted are the model's again once it has seen what the user did", async () => {
  const states = app({
    init: () => 0,
    update: (n, _msg: "seen") => n + 1,
    view: (n, send) => (
      <div>
        <p id="n">{n}</p>
        <select id="select" onChange={send("seen")}>
          <option selected={n >= 0}>a</option>
          <option selected={n < 0}>b</option>
        </select>
        <input id="box" type="checkbox" indeterminate={n >= 0} onChange={send("seen")} />
        <audio id="audio" muted={n >= 0} onVolumeChange={send("seen")}></audio>
      </div>
    ),
  });
  await using server = site(states as never);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    await page.selectOption("#select", "b");
    await page.waitForFunction(() => (document.querySelector("#select") as HTMLSelectElement).value === "a");
    await page.click("#box");
    await page.waitForFunction(() => (document.querySelector("#box") as HTMLInputElement).indeterminate);
    await page.evaluate(() => void ((document.querySelector("#audio") as HTMLAudioElement).muted = false));
    await page.waitForFunction(() => (document.querySelector("#audio") as HTMLAudioElement).muted);
  });
});

Deno.test("a long paste stays in its field: what fits is sent, and the user learns what does not", async () => {
  const echo = (mostText?: number) =>
    app({
      init: () => "",
      update: (_, text: string) => text,
      view: (text, send) => (
        <div>
          <p id="n">{text.length}</p>
          <textarea id="field" value={text} onInput={send((e) => e.currentTarget.value)}></textarea>
        </div>
      ),
      ...(mostText !== undefined && { mostText }),
    });
  await using browser = await launch();
  // Quotes take two characters of JSON each: they are counted once.
  for (
    const [mostText, pasted, sent] of [[undefined, 33_000, true], [undefined, 64_800, true], [undefined, 70_000, false], [
      100_000,
      90_000,
      true,
    ]] as const
  ) {
    await using server = site(echo(mostText) as never);
    await visit(browser, server.url, async (page) => {
      await page.waitForSelector(live, { state: "attached" });
      await page.evaluate(() => {
        (window as unknown as { refused: unknown[] }).refused = [];
        document.addEventListener(
          "nacre:refused",
          (event) => (window as unknown as { refused: unknown[] }).refused.push((event as CustomEvent).detail),
        );
      });
      await page.click("#field");
      await page.keyboard.insertText('"'.repeat(pasted));
      const field = () =>
        page.evaluate(() => {
          const { value, validationMessage } = document.querySelector("#field") as HTMLTextAreaElement;
          return [value.length, validationMessage] as const;
        });
      if (sent) await page.waitForFunction((n) => document.querySelector("#n")!.textContent === String(n), pasted);
      else await until(async () => (await field())[1] !== "");
      const [length, said] = await field();
      assertEquals(length, pasted);
      assertEquals(said, sent ? "" : "This text is too long: at most 65000 characters can be sent.");
      const refused = await page.evaluate(() => (window as unknown as { refused: unknown[] }).refused);
      assertEquals(refused, sent ? [] : [{ event: 1, reason: "limit" }]);
      if (sent) return;
      // What fits is heard again, and nothing is left of the complaint.
      await page.fill("#field", "short");
      await page.waitForFunction(() => document.querySelector("#n")!.textContent === "5");
      assertEquals(await field(), [5, ""]);
    });
  }
});

// ---- events -----------------------------------------------------------------------------------------

Deno.test("a detail crosses as far as it can: without elements, windows, functions and cycles", async () => {
  const picker = app({
    init: () => "",
    update: (_, text: string) => text,
    view: (text, send) => (
      <div>
        <p id="n">{text}</p>
        <div id="menu" {...{ "onmy-pick": send((e: unknown) => JSON.stringify((e as { detail: unknown }).detail)) } as Loose}></div>
      </div>
    ),
  });
  await using server = site(picker as never);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    await page.evaluate(() => {
      const item = document.createElement("b") as HTMLElement & Record<string, unknown>;
      item.host = { item };
      const cycle: Record<string, unknown> = { name: "c" };
      cycle.self = cycle;
      const shared = { x: 1 };
      const detail = { value: "v", item, big: 12n, cycle, twice: [shared, shared], window, call: () => 1, list: [item, 2] };
      document.querySelector("#menu")!.dispatchEvent(new CustomEvent("my-pick", { detail }));
    });
    const expected = { value: "v", big: "12", cycle: { name: "c" }, twice: [{ x: 1 }, { x: 1 }], list: [null, 2] };
    await page.waitForFunction(() => document.querySelector("#n")!.textContent !== "");
    assertEquals(JSON.parse(await page.textContent("#n") ?? ""), expected);
  });
});

Deno.test("a field that no handler reads refuses nothing, whatever a web component keeps in it", async () => {
  const errors: unknown[] = [];
  const odd = app({
    init: () => "",
    update: (_, text: string) => text,
    view: (text, send) => (
      <div>
        <p id="n">{text}</p>
        <div
          id="odd"
          {...{
            "onmy-a": send((e: unknown) => `a ${(e as Event).type}`),
            "onmy-b": send((e: unknown) => `b ${(e as { currentTarget: { open: unknown } }).currentTarget.open}`),
          } as Loose}
        >
        </div>
      </div>
    ),
  });
  await using server = site(odd as never, "", (error) => errors.push(error));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    await page.evaluate(() => {
      const element = document.querySelector("#odd")! as HTMLElement & Record<string, unknown>;
      Object.assign(element, { value: true, type: 7, open: "yes", checked: "no", code: 3 });
      (window as unknown as { refused: unknown[] }).refused = [];
      document.addEventListener(
        "nacre:refused",
        (event) => (window as unknown as { refused: unknown[] }).refused.push((event as CustomEvent).detail),
      );
      element.dispatchEvent(new CustomEvent("my-a"));
    });
    await page.waitForFunction(() => document.querySelector("#n")!.textContent === "a my-a");
    await page.evaluate(() => document.querySelector("#odd")!.dispatchEvent(new CustomEvent("my-b")));
    const refused = () => page.evaluate(() => (window as unknown as { refused: unknown[] }).refused);
    await until(async () => (await refused()).length > 0);
    assertEquals(await refused(), [{ event: 2, reason: "payload" }]);
    assertEquals(await page.textContent("#n"), "a my-a");
    assertEquals(errors, []);
  });
});

Deno.test("events that an element dispatches while it is mounted or written are heard, in order", async () => {
  type Msg = { on: boolean } | { v: number } | { said: string };
  const talking = app({
    init: () => ({ on: false, v: 1, log: "" }),
    update: (model, msg: Msg) => "said" in msg ? { ...model, log: model.log + msg.said } : { ...model, ...msg },
    view: ({ on, v, log }, send) => (
      <div>
        <p id="n">{log}</p>
        <button type="button" id="a" onClick={send({ on: true })}>a</button>
        <button type="button" id="b" onClick={send({ v: 11 })}>b</button>
        {on && (
          <my-talker
            {...{
              val: v,
              onmade: send({ said: "made " }),
              onready: send({ said: "ready " }),
              onclamped: send({ said: "clamped " }),
            } as Loose}
          />
        )}
      </div>
    ),
  });
  const element = `customElements.define("my-talker", class extends HTMLElement {
    connectedCallback() { this.dispatchEvent(new CustomEvent("ready")); }
    set val(v) { this.dispatchEvent(new CustomEvent(v > 5 ? "clamped" : "made")); } })`;
  await using server = site(talking as never, element);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    await page.click("#a");
    await page.waitForFunction(() => /ready/.test(document.querySelector("#n")!.textContent!));
    await page.click("#b");
    await page.waitForFunction(() => /clamped/.test(document.querySelector("#n")!.textContent!));
    assertEquals(await page.textContent("#n"), "made ready clamped ");
  });
});

Deno.test("a submit that is no form's is an ordinary event; a select tells all its options; a paste its text", async () => {
  const all = app({
    init: () => "",
    update: (text, said: string) => `${text}${said};`,
    view: (text, send) => (
      <div>
        <p id="n">{text}</p>
        <div id="div" onSubmit={send((e) => `submit ${[...e.formData.keys()].length}`)}></div>
        <select id="select" multiple onChange={send((e) => Array.from(e.currentTarget.selectedOptions, ({ value }) => value).join("+"))}>
          <option>a</option>
          <option>b</option>
          <option>c</option>
        </select>
        <input
          id="field"
          onPaste={send((e) => `${e.clipboardData?.getData("text/plain")}|${e.clipboardData?.getData("text/html")}`, {
            include: ["clipboardData"],
          })}
          onDrop={send((e) => `${e.dataTransfer?.getData("text")}`, { include: ["dataTransfer"] })}
        />
      </div>
    ),
  });
  await using server = site(all as never);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    const heard = async (text: string) =>
      await page.waitForFunction((text) => document.querySelector("#n")!.textContent!.endsWith(text), text);
    await page.evaluate(() => document.querySelector("#div")!.dispatchEvent(new CustomEvent("submit")));
    await heard("submit 0;");
    await page.selectOption("#select", ["a", "c"]);
    await heard("a+c;");
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "pasted");
      const field = document.querySelector("#field")!;
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
      field.dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
    });
    await heard("pasted|;pasted;");
  });
});

Deno.test("a link keeps its modified clicks, unless its handler asks for them", async () => {
  const links = app({
    init: () => "",
    update: (text, said: string) => text + said,
    view: (text, send) => (
      <div>
        <p id="n">{text}</p>
        <a id="link" href="#link" onClick={send("link ", { preventDefault: true })}>link</a>
        <a id="every" href="#every" onClick={send("every ", { preventDefault: true, when: {} })}>every</a>
        <button type="button" id="button" onClick={send("button ", { when: "plain" })}>button</button>
      </div>
    ),
  });
  await using server = site(links as never);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live, { state: "attached" });
    const click = (id: string, ctrlKey: boolean) =>
      page.evaluate(
        ([id, ctrlKey]) => !document.querySelector(`#${id}`)!.dispatchEvent(new MouseEvent("click", { cancelable: true, ctrlKey })),
        [id, ctrlKey] as const,
      );
    assert(!await click("link", true));
    assert(await click("link", false));
    assert(await click("every", true));
    assert(!await click("button", true));
    assert(!await click("button", false));
    await page.waitForFunction(() => document.querySelector("#n")!.textContent === "link every button ");
  });
});
