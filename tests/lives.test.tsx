/**
 * One app, three lives: on a server, shown by `<server-component>`; in a page, mounted there; as HTML. Each scenario is acted in Chromium
 * in the first two, and what the page shows of each model must be what the third makes of it.
 */
import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { next, renderToString, runtimeScript, serve } from "../mod.ts";
import { run } from "../runtime/app/runtime.ts";
import { denoBundle, esbuildBundle } from "./bundle.ts";
import { launch, serveOn0, until, visit } from "./kit.ts";
import { apps, type Life, watched } from "./lives_apps.tsx";

/** A scenario under way. */
interface Stage {
  readonly page: Page;
  /** What the app has gone through so far. */
  life(): Promise<Life>;
  /** The events that reached the document: type and detail. */
  heard(): Promise<unknown[]>;
  /** Waits until an element shows a text, and compares the page with the HTML of the model. */
  shows(selector: string, text: string): Promise<void>;
  /** Waits until the app has heard so many messages. */
  messages(count: number): Promise<unknown[]>;
}

type Name = keyof typeof apps;
type Act = (stage: Stage) => Promise<void>;

const script = { headers: { "content-type": "text/javascript" } };
const emitted = ["began", "counted", "went", "nacre:refused"];

function html(root: string, more = ""): Response {
  return new Response(
    `<!doctype html><meta charset="utf-8"><title>Lives</title><style>#root{display:block}</style><link rel="icon" href="data:,"><body>
<script>heard = [];
listening = [];
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target;
  const mine = (type) => /visibilitychange|resize/.test(type) || type === "keydown" && target === window;
  target.addEventListener = function (type, ...rest) { if (mine(type)) listening.push(type); addEventListener.call(this, type, ...rest); };
  target.removeEventListener = function (type, ...rest) {
    if (mine(type) && listening.includes(type)) listening.splice(listening.indexOf(type), 1);
    removeEventListener.call(this, type, ...rest);
  };
}
for (const type of ${
      JSON.stringify(emitted)
    }) document.addEventListener(type, (e) => heard.push([type, e.detail, e.target.id, e.composed]));
</script>${root}<script type="module" src="/page.js"></script>${more}`,
    { headers: { "content-type": "text/html" } },
  );
}

async function act(name: Name, page: Page, life: () => Promise<Life>, run: Act): Promise<void> {
  const compare = async () => {
    const { models } = await life();
    const alive = { ...apps[name].app, init: () => next(models.at(-1)) };
    const still = await page.evaluate(`lookOf(${JSON.stringify(renderToString(alive, undefined))})`);
    assertEquals(await page.evaluate(`lookAt("#root")`), still);
  };
  await compare();
  await run({
    page,
    life,
    heard: () => page.evaluate("heard"),
    async shows(selector, text) {
      await page.waitForFunction(([selector, text]) => document.querySelector(selector!)?.textContent === text, [selector, text]);
      await compare();
    },
    async messages(count) {
      await until(async () => (await life()).messages.length >= count);
      return (await life()).messages;
    },
  });
}

type World = (browser: Browser, scripts: Scripts, name: Name, run: Act) => Promise<void>;
interface Scripts {
  readonly deno: string;
  readonly esbuild: string;
}

/** The lives with something to act in. */
const lives: Readonly<Record<string, World>> = {
  async "on a server"(browser, scripts, name, scenario) {
    const { app, life } = watched(apps[name].app);
    await using runtime = run(app, apps[name].flags, { onError: (error, where) => void life.errors.push(`${where}: ${error}`) });
    const live = serve(runtime);
    await using server = serveOn0((request) => {
      switch (new URL(request.url).pathname) {
        case "/":
          return html(`<server-component id="root" route="/ws"></server-component>`, `<script type="module" src="/runtime.mjs"></script>`);
        case "/runtime.mjs":
          return runtimeScript(request);
        case "/page.js":
          return new Response(scripts.deno, script);
        default:
          return live(request);
      }
    });
    await visit(browser, server.url, async (page) => {
      await page.waitForSelector("#root[status=live]");
      await page.waitForFunction("globalThis.lookOf");
      await act(name, page, () => Promise.resolve(life), scenario);
    });
  },
  "in a page, by deno bundle": (browser, scripts, name, run) => mounted(browser, scripts.deno, name, run),
  "in a page, by esbuild": (browser, scripts, name, run) => mounted(browser, scripts.esbuild, name, run),
};

async function mounted(browser: Browser, source: string, name: Name, run: Act): Promise<void> {
  await using server = serveOn0((request) =>
    new URL(request.url).pathname === "/page.js" ? new Response(source, script) : html(`<div id="root"></div>`)
  );
  await visit(browser, server.url, async (page) => {
    await page.waitForFunction("globalThis.mountApp");
    await page.evaluate(`life = mountApp(${JSON.stringify(name)})`);
    await act(name, page, () => page.evaluate("life"), run);
  });
}

/** What is done in each life, and what has to come of it. */
const scenarios: Readonly<Partial<Record<Name, Readonly<Record<string, Act>>>>> = {
  counter: {
    async "counts, and emits events that bubble out of its element"({ page, shows, messages, heard }) {
      await page.click("#up");
      await shows("#count", "Count: 4");
      await page.click("#down");
      await page.click("#down");
      await shows("#count", "Count: 2");
      assertEquals(await messages(3), ["up", "down", "down"]);
      assertEquals(await heard(), [["counted", 4, "root", true], ["counted", 3, "root", true], ["counted", 2, "root", true]]);
    },
  },
  parts: {
    async "hears its parts by send.map and effect.map"({ page, shows, messages }) {
      await page.click("#second");
      await shows("#second", "second: 1, 1");
      await page.click("#first");
      await shows("#first", "first: 1, 1");
      assertEquals(await messages(4), [
        { at: 1, msg: "press" },
        { at: 1, msg: "hear" },
        { at: 0, msg: "press" },
        { at: 0, msg: "hear" },
      ]);
    },
  },
  effects: {
    async "runs effects, once and in order, and says events to the page"({ page, messages, shows, heard }) {
      assertEquals(await heard(), [["began", { first: true }, "root", true]]);
      await page.click("#go");
      assertEquals(await messages(4), ["go", "from", "after", "late"]);
      await shows("ol", "gofromafterlate");
      assertEquals((await heard()).slice(1), [
        ["went", ["there", null], "root", true],
        ["went", "to the cause", "root", true],
        ["went", "later: a cause goes on", "root", true],
      ]);
    },
    async "starts a subscription that appears, and ends one that goes"({ page, messages, shows }) {
      await page.click("#switch");
      await shows("#beats", "3");
      assertEquals(await messages(4), ["switch", "beat", "beat", "beat"]);
      await page.waitForTimeout(50);
      await shows("#switch", "off");
      assertEquals((await messages(4)).length, 4);
      await page.click("#switch");
      assertEquals(await messages(8), ["switch", "beat", "beat", "beat", "switch", "beat", "beat", "beat"]);
    },
  },
  typing: {
    async "waits for the end of typing, and loses no letter to what is rendered meanwhile"({ page, messages, life }) {
      await page.click("#text");
      await page.keyboard.type("pearls", { delay: 15 });
      assertEquals(await page.inputValue("#text"), "pearls");
      assertEquals(await messages(1), [{ typed: "pearls" }]);
      await page.evaluate(() => (document.querySelector("#text") as HTMLInputElement).setSelectionRange(0, 0));
      await page.keyboard.type("my ", { delay: 15 });
      assertEquals(await page.inputValue("#text"), "my pearls");
      await messages(2);
      assertEquals(await page.evaluate(() => (document.querySelector("#text") as HTMLInputElement).selectionStart), 3);
      assert((await life()).models.length > 5, "nothing was rendered meanwhile");
    },
    async "hears what waits before what comes later, and shows it"({ page, messages, shows }) {
      await page.click("#text");
      await page.keyboard.type("ab");
      await page.click("#press");
      assertEquals(await messages(2), [{ typed: "ab" }, "press"]);
      await shows("#sent", "ab");
    },
  },
  letters: {
    async "leaves an input alone while a text is composed in it"({ page, shows }) {
      await page.click("#text");
      await page.keyboard.type("a");
      const devtools = await page.context().newCDPSession(page);
      for (const text of ["に", "にh", "にほ", "にほn", "にほん"]) {
        await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
        await page.waitForTimeout(20);
        assertEquals(await page.inputValue("#text"), `a${text}`);
      }
      await devtools.send("Input.insertText", { text: "日本" });
      await shows("#echo", "a日本");
      assertEquals(await page.inputValue("#text"), "a日本");
    },
  },
  shouting: {
    async "writes another text into an input, and leaves the caret where it is"({ page, messages }) {
      const shows = (text: string) =>
        page.waitForFunction((text) => (document.querySelector("#text") as HTMLInputElement).value === text, text);
      await page.click("#text");
      await page.keyboard.type("helo");
      await shows("HELO");
      await page.evaluate(() => (document.querySelector("#text") as HTMLInputElement).setSelectionRange(2, 2));
      await page.keyboard.type("l");
      await shows("HELLO");
      assertEquals(await page.evaluate(() => (document.querySelector("#text") as HTMLInputElement).selectionStart), 3);
      assertEquals((await messages(5)).at(-1), "HElLO");
    },
  },
  form: {
    async "is given what a form holds, its files and the button too, and stays where it is"({ page, messages }) {
      const before = page.url();
      await page.fill("[name=word]", "second");
      await page.check("[name=yes]");
      await page.selectOption("[name=one]", "b");
      await page.evaluate(() => {
        const files = new DataTransfer();
        files.items.add(new File(["pearl"], "shell.txt", { type: "text/plain" }));
        (document.querySelector("[name=file]") as HTMLInputElement).files = files.files;
      });
      await page.click("#submit");
      assertEquals(await messages(1), [[
        ["word", "second"],
        ["yes", "on"],
        ["file", { name: "shell.txt", size: 5, type: "text/plain" }],
        ["one", "b"],
        ["how", "fast"],
      ]]);
      await page.waitForFunction(() => document.querySelector("output")!.textContent === "5");
      assertEquals([page.url(), await page.inputValue("[name=word]")], [before, "second"]);
    },
  },
  options: {
    async "prevents, stops, captures, comes once and comes seldom, as its options say"({ page, messages, shows }) {
      const before = page.url();
      await page.click("#link");
      assertEquals(await messages(2), ["link", "outer"]);
      assertEquals(page.url(), before);
      await page.click("#followed");
      assertEquals(page.url(), `${before}#followed`);
      await page.click("#stopped");
      assertEquals((await messages(5)).slice(2), ["followed", "outer", "stopped"]);
      await page.click("#once");
      await shows("#heard", "7");
      await page.click("#once");
      assertEquals((await messages(8)).slice(5), ["once", "outer", "outer"]);
      await page.click("#captured");
      for (let i = 0; i < 3; i++) await page.click("#throttled");
      // What is left of the last press goes before the next event of another element.
      await page.click("#stopped");
      assertEquals((await messages(13)).slice(8), ["captured", "outer", "throttled", "throttled", "stopped"]);
      await shows("#heard", "13");
    },
  },
  conditions: {
    async "hears, prevents and stops what fits, and nothing else"({ page, messages }) {
      await page.focus("#field");
      for (const key of ["a", "Enter", "Shift+Enter", "Escape"]) await page.keyboard.press(key);
      await page.click("#inner");
      await page.click("#outer", { position: { x: 2, y: 2 } });
      assertEquals(await messages(3), ["enter", "escape", "self"]);
      assertEquals(await page.inputValue("#field"), "a");
      // A key of an input method is none.
      await page.evaluate(() => {
        for (const init of [{ isComposing: true }, { keyCode: 229 }, {}]) {
          document.querySelector("#field")!.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...init }));
        }
      });
      assertEquals((await messages(4)).length, 4);
      await page.waitForFunction(() => document.querySelector("#heard")!.textContent === "4");
    },
  },
  listening: {
    async "listens to the window and the document while it is in the view"({ page, messages, shows }) {
      await page.keyboard.press("Escape");
      await shows("#heard", "escape one");
      await page.click("#swap");
      await shows("#heard", "escape one swap");
      await page.keyboard.press("Escape");
      await shows("#heard", "escape one swap escape two");
      await page.setViewportSize({ width: 501, height: 400 });
      await shows("#heard", "escape one swap escape two 501");
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await shows("#heard", "escape one swap escape two 501 visible");
      await page.click("#off");
      await shows("#heard", "escape one swap escape two 501 visible off");
      await page.keyboard.press("Escape");
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await page.click("#swap");
      await shows("#heard", "escape one swap escape two 501 visible off swap");
      assertEquals((await messages(7)).length, 7);
      // A link of the browser runtime listens too: it asks whether the server is there when the page is shown again.
      const own = await page.evaluate(() => document.querySelector("server-component[status]") ? ["visibilitychange"] : []);
      assertEquals(await page.evaluate("listening"), own);
    },
  },
  both: {
    async "sends the first at once, then the last when it is over, and no event twice"({ page, messages, shows }) {
      await page.evaluate(() => {
        for (let i = 1; i <= 5; i++) document.querySelector("#both")!.dispatchEvent(new MouseEvent("click", { detail: i }));
      });
      await shows("#heard", "1 5");
      await page.waitForTimeout(250);
      await page.evaluate(() => document.querySelector("#both")!.dispatchEvent(new MouseEvent("click", { detail: 6 })));
      await shows("#heard", "1 5 6");
      await page.waitForTimeout(250);
      assertEquals(await messages(3), ["1", "5", "6"]);
    },
    async "lets what waits go first at blur and at submit"({ page, messages }) {
      await page.click("#late");
      await page.keyboard.type("ab");
      await page.click("#other");
      assertEquals(await messages(2), ["typed ab", "blur"]);
      await page.click("#late");
      await page.keyboard.type("c");
      await page.keyboard.press("Enter");
      assertEquals((await messages(4)).slice(2), ["typed abc", "submit"]);
    },
  },
  kept: {
    async "keeps what memo and Opaque keep, and what a script made in there"({ page }) {
      await page.evaluate(() => {
        const map = document.querySelector("#map")!;
        map.append(Object.assign(document.createElement("b"), { id: "mine" }));
        map.setAttribute("data-ready", "yes");
        Object.assign(globalThis, { mine: document.querySelector("#mine") });
      });
      const stays = () => page.evaluate(() => document.querySelector("#map #mine") === (globalThis as unknown as { mine: unknown }).mine);
      const shown = async (text: string) => {
        await page.waitForFunction((text) => document.querySelector("#count")!.textContent === text, text);
        return [await page.textContent("#memo"), await page.getAttribute("#map", "data-at"), await stays()];
      };
      await page.click("#count");
      assertEquals(await shown("1"), ["0", "0", true]);
      await page.click("#turn");
      await page.waitForFunction(() => document.querySelector("ul")!.firstElementChild!.id === "last");
      assertEquals(await shown("1"), ["1", "0", true]);
      await page.click("#memo");
      assertEquals(await shown("2"), ["1", "0", true]);
      await page.click("#anew");
      await page.waitForFunction(() => document.querySelector("#map")!.getAttribute("data-at") === "2");
      assertEquals(await shown("2"), ["1", "2", false]);
    },
  },
  refusing: {
    async "has its way when it refuses what was put in, though its model is the same"({ page, shows, messages }) {
      for (const field of ["#pin", "#area"]) {
        await page.fill(field, "");
        await page.click(field);
        await page.keyboard.type("123456", { delay: 15 });
        await page.waitForFunction((field) => (document.querySelector(field) as HTMLInputElement).value === "1234", field);
      }
      // What was typed is not all heard yet where there is a wire.
      const others = async () => (await messages(1)).filter((message) => !("text" in (message as object)));
      await page.click("#agree");
      await until(async () => (await others()).length === 1);
      await page.waitForFunction(() => (document.querySelector("#agree") as HTMLInputElement).checked);
      await page.selectOption("#choice", "b");
      await page.waitForFunction(() => (document.querySelector("#choice") as HTMLSelectElement).value === "a");
      await page.click("#radio-b");
      await page.waitForFunction(() => (document.querySelector("#radio-a") as HTMLInputElement).checked);
      await until(async () => (await others()).length === 3);
      assertEquals(await others(), [{ asked: false }, { chosen: "b" }, { chosen: "b" }]);
      await shows("option", "a");
    },
  },
  rows: {
    async "hears what its user saw, in a list without keys and in memo()"({ page, messages, shows }) {
      await page.click("li:nth-child(2) button");
      // The row that the press went through was Bob's, though another is in its place before the press has come to its end.
      assertEquals(await messages(2), [{ removed: "bob" }, { chosen: "bob" }]);
      await shows("#chosen", "bob");
      await shows("ul", "anna removecarl remove");
    },
  },
  fields: {
    async "is given the same fields of an event"({ page, messages }) {
      await page.click("#click", { modifiers: ["Shift"], position: { x: 5, y: 6 } });
      const [down, click] = await messages(2) as Record<string, unknown>[];
      assertEquals([down!.type, down!.pointerType, down!.isPrimary, down!.shiftKey], ["pointerdown", "mouse", undefined, true]);
      assertEquals([click!.type, click!.detail, click!.offsetX, click!.key], ["click", 1, 5, ""]);
      const { dataset, value, checked } = click!.currentTarget as Record<string, unknown>;
      assertEquals([dataset, value, checked], [{ a: "1", longName: "2" }, "", false]);
      await page.click("#include");
      const included = (await messages(3))[2] as { isTrusted: boolean; currentTarget: Record<string, unknown> };
      assertEquals([included.isTrusted, included.currentTarget.title, included.currentTarget.tabIndex], [true, "the title", 0]);
      await page.focus("#number");
      await page.keyboard.type("7");
      await page.click("summary");
      await page.mouse.move(20, 20);
      const box = (await page.locator("#wheel").boundingBox())!;
      await page.mouse.move(box.x + 5, box.y + 5);
      await page.mouse.wheel(0, 3);
      const all = await messages(7) as Record<string, unknown>[];
      assertEquals(all.slice(3).map(({ type }) => type), ["keydown", "input", "toggle", "wheel"]);
      assertEquals([all[3]!.key, all[4]!.data, all[5]!.newState, all[6]!.deltaY], ["7", "7", "open", 3]);
      assertEquals((all[4]!.currentTarget as Record<string, unknown>).valueAsNumber, 7);
      told.push(all);
    },
  },
  leaving: {
    async "does not hear of what is gone before its time"({ page, shows, messages, heard }) {
      await page.click("#text");
      await page.keyboard.type("a");
      await shows("p", "gone");
      await page.waitForTimeout(400);
      assertEquals(await heard(), []);
      assertEquals(await messages(2), ["begin", "hide"]);
    },
  },
  called: {
    async "hears handlers that a plain function calls, of the same client"({ page, messages, life, shows }) {
      await page.click("#both");
      assertEquals(await messages(2), ["one", "two string"]);
      await shows("#both", "2");
      assertEquals((await life()).models.at(-1), ["one of a client", "two string of a client"]);
    },
  },
  failing: {
    async "goes on when a handler throws: onError is told, and the event refused"({ page, shows, life }) {
      await page.click("#up");
      await shows("#up", "1");
      await page.click("#handler");
      await until(async () => (await life()).errors.length > 0);
      await page.click("#up");
      await shows("#up", "2");
      assertEquals((await life()).errors, ["handler: Error: broken handler"]);
    },
    ...Object.fromEntries(["update", "effect", "view"].map((where): [string, Act] => [
      `ends when its ${where} throws: onError is told, what was shown stays and says nothing`,
      async ({ page, shows, life, messages }) => {
        await page.click("#up");
        await shows("#up", "1");
        await page.click(`#${where}`);
        await until(async () => (await life()).errors.length > 0);
        const told = (await messages(1)).length;
        await page.click("#up");
        await page.waitForTimeout(30);
        assertEquals((await life()).errors, [`${where}: Error: broken ${where}`]);
        assertEquals([await page.innerText("#up"), (await messages(1)).length], ["1", told]);
      },
    ])),
  },
  styled: {
    async "gives numbers their units and SVG its names"({ page, shows }) {
      await shows("#wider", "1");
      await page.click("#wider");
      await shows("#wider", "2");
      const styles = (selector: string, ...names: string[]) =>
        page.locator(selector).evaluate((one, names) => names.map((name) => (one as HTMLElement).style.getPropertyValue(name)), names);
      assertEquals(await styles("i >> nth=0", "width", "height", "line-height", "font-size", "--gap"), ["2px", "0px", "2", "2em", "2"]);
      assertEquals(await styles("i >> nth=1", "margin-top", "z-index"), ["2px", "2"]);
      assertEquals(await styles("path", "stroke-width", "letter-spacing"), ["2", "2px"]);
      assertEquals(await page.getAttribute("svg", "stroke-width"), "2");
    },
  },
  greeting: {
    async "may be a component and no more"({ shows }) {
      await shows("p", "Hello Anna");
    },
  },
  clicks: {
    async "may be a component that remembers what was done"({ page, life }) {
      for (const count of [6, 7]) {
        await page.click("#clicks");
        await page.waitForFunction((text) => document.querySelector("#clicks")!.textContent === text, `Clicked ${count} times`);
      }
      assertEquals((await life()).models, [{ start: 5 }]);
    },
  },
};

/** What the handlers of each life were given. */
const told: Record<string, unknown>[][] = [];

Deno.test("app() in its three lives", async (test) => {
  await using browser = await launch();
  const scripts: Scripts = {
    deno: await denoBundle("tests/lives_page.ts"),
    esbuild: (await esbuildBundle("tests/lives_page.ts")).script,
  };
  for (const [life, world] of Object.entries(lives)) {
    for (const name of Object.keys(apps) as Name[]) {
      for (const [what, act] of Object.entries(scenarios[name]!)) {
        await test.step(`${life}: ${name} ${what}`, () => world(browser, scripts, name, act));
      }
    }
  }
  await test.step("a handler is given the same in all of them, to the last field", () => {
    const [live, ...others] = told;
    assertEquals(others.length, 2);
    for (const other of others) assertEquals(other, live);
  });
});
