/** Components with state, from a real server to a page in Chromium. */
import { assertEquals, assertMatch } from "@std/assert";
import { useEffect, useId, useState } from "preact/hooks";
import type { Page } from "playwright-core";
import { app, page as htmlPage, runtimeScript, serve, start } from "../mod.ts";
import { Document } from "../components/document.tsx";
import { launch, serveOn0, type Serving, until, visit } from "./kit.ts";

const live = "server-component[status=live]";

function site(socket: (request: Request) => Response | Promise<Response>): Serving {
  return serveOn0((request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return htmlPage(Document({ title: "Test" }));
      case "/nacre/runtime.mjs":
        return runtimeScript(request);
      case "/ws":
        return socket(request);
      default:
        return new Response("Not found", { status: 404 });
    }
  });
}

/** Waits until an element shows a text. */
function shows(page: Page, selector: string, text: string): Promise<unknown> {
  return page.waitForFunction(([selector, text]) => document.querySelector(selector!)?.textContent === text, [selector, text]);
}

const undone: string[] = [];

/** Todos that are all in one component. */
function Todos() {
  const [todos, setTodos] = useState(["first"]);
  const [text, setText] = useState("");
  const [seconds, setSeconds] = useState(0);
  const id = useId();
  useEffect(() => {
    const timer = setInterval(() => setSeconds((seconds) => seconds + 1), 20);
    return () => {
      clearInterval(timer);
      undone.push(id);
    };
  }, []);
  return (
    <form
      onSubmit={() => {
        setTodos([...todos, text]);
        setText("");
      }}
    >
      <label htmlFor={id}>New</label>
      <input id={id} name="new" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit">Add</button>
      <output>{seconds}</output>
      <ul>{todos.map((todo) => <Todo key={todo} text={todo} remove={() => setTodos(todos.filter((other) => other !== todo))} />)}</ul>
    </form>
  );
}

function Todo({ text, remove }: { text: string; remove: () => void }) {
  const [done, setDone] = useState(false);
  return (
    <li>
      <input type="checkbox" checked={done} onChange={(event) => setDone(event.currentTarget.checked)} />
      <span>{done ? `${text} (done)` : text}</span>
      <button type="button" class={`remove-${text}`} onClick={remove}>×</button>
    </li>
  );
}

const todos = app({ init: () => 0, update: (model: number, _msg: never) => model, view: () => <Todos /> });

Deno.test("A form of one component: plain handlers type, submit without leaving the page, tick and remove", async () => {
  undone.length = 0;
  // A browser that is closed may leave its links without a word.
  const socket = serve(todos, { linger: 0 });
  await using server = site(socket);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.evaluate("globalThis.same = true");
    assertMatch(await page.getAttribute("input[name=new]", "id") ?? "", /^P[\w-]{4}-0$/);
    await page.getByLabel("New").fill("second");
    await page.click("text=Add");
    await shows(page, "li:nth-child(2) span", "second");
    assertEquals(await page.inputValue("input[name=new]"), "", "the state of the field was set, and so the field");
    // A submitted form would have loaded the page anew.
    assertEquals([await page.evaluate("globalThis.same"), new URL(page.url()).search], [true, ""]);

    await page.click("li:nth-child(2) input");
    await shows(page, "li:nth-child(2) span", "second (done)");
    await page.click(".remove-first");
    await shows(page, "li:nth-child(1) span", "second (done)");
    assertEquals(await page.isChecked("li:nth-child(1) input"), true, "the row moved with its state");

    // A timer of an effect shows itself.
    const before = Number(await page.textContent("output"));
    await page.waitForFunction((before) => Number(document.querySelector("output")?.textContent) > before, before);
  });
  // The page is closed: its runtime ends, and the timer with it.
  await until(() => socket.running === 0);
  await until(() => undone.length === 1);
});

Deno.test("Clicks faster than the server answers are all counted", async () => {
  function Counter() {
    const [n, setN] = useState(0);
    return <button onClick={() => setN(n + 1)}>{n}</button>;
  }
  const socket = serve(app({ init: () => 0, update: (model: number, _msg: never) => model, view: () => <Counter /> }));
  await using server = site(socket);
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    // In one task of the page: they leave, and arrive, together.
    await page.evaluate("for (let i = 0; i < 20; i++) document.querySelector('server-component button').click()");
    await shows(page, "server-component button", "20");
  });
  await until(() => socket.running === 0);
});

Deno.test("A page that loses its link for a while finds its state when it is back", async () => {
  undone.length = 0;
  await using runtime = start(todos);
  await using server = site(serve(runtime));
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    await page.waitForSelector(live);
    await page.getByLabel("New").fill("kept");
    await page.click("text=Add");
    await shows(page, "li:nth-child(2) span", "kept");
    await page.evaluate("__links.at(-1).close()");
    await page.waitForFunction("__links.length > 1");
    await page.waitForSelector(live);
    await shows(page, "li:nth-child(2) span", "kept");
    // And it goes on from there.
    await page.click(".remove-first");
    await shows(page, "li:nth-child(1) span", "kept");
    assertEquals(undone, []);
  }, {
    before: async (page) => {
      await page.addInitScript(`
        globalThis.__links = [];
        globalThis.WebSocket = class extends WebSocket {
          constructor(...given) {
            super(...given);
            __links.push(this);
          }
        };`);
    },
  });
});
