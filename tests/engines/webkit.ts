/**
 * Drives WebKitGTK by Selenium, which speaks WebDriver with WebKit's own driver. There is no headless WebKitGTK: an Xvfb is its screen.
 * It has one window, which all tabs use in turn.
 */
// @ts-types="selenium-webdriver-types"
import { Builder, Capabilities, Key, Origin, type WebDriver } from "selenium-webdriver";
import { placesOf } from "../command.ts";
import type { Driver, Engine, EngineOptions, Point } from "./engine.ts";
import { Tab } from "./tab.ts";

/** The programs that it takes. */
export interface WebKitPrograms {
  readonly driver: string;
  readonly screen: string;
}

/** Where WebKit's driver and Xvfb are; undefined when one of them is missing. */
export async function findWebKit(): Promise<WebKitPrograms | undefined> {
  const [driver, screen] = [await firstFile("WebKitWebDriver"), await firstFile("Xvfb")];
  return driver && screen ? { driver, screen } : undefined;
}

async function firstFile(name: string): Promise<string | undefined> {
  for (const path of placesOf([name], "/usr/bin")) {
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

export async function launchWebKit(programs: WebKitPrograms, { dark = false }: EngineOptions = {}): Promise<Engine> {
  await using parts = new AsyncDisposableStack();
  const home = await Deno.makeTempDir({ prefix: "webkit-" });
  parts.defer(() => Deno.remove(home, { recursive: true }));
  const display = await startScreen(programs.screen, parts);
  const url = await startDriver(programs.driver, parts, {
    DISPLAY: display,
    GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
    HOME: home,
    XDG_RUNTIME_DIR: home,
    // Its sandbox takes user namespaces, which a container may not have.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  });
  const browser = await new Builder().usingServer(url).withCapabilities(
    new Capabilities({ browserName: "MiniBrowser", pageLoadStrategy: "none" }),
  ).build();
  parts.defer(() => browser.quit());
  const version = (await browser.getCapabilities()).get("browserVersion") as string;
  const all = parts.move();
  return {
    name: "webkit",
    version,
    newTab() {
      return Promise.resolve(new Tab("webkit", new SeleniumDriver(browser)));
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** An X server without a screen. It chooses a display that is free, and says which. */
async function startScreen(path: string, parts: AsyncDisposableStack): Promise<string> {
  const child = new Deno.Command(path, {
    args: ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  endLater(child, parts);
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("\n")) return `:${said.trim()}`;
  }
  throw new Error("Xvfb ended before it had a display");
}

/** WebKit's driver takes no port 0, so one that is free is guessed: who loses it to another tries the next. */
async function startDriver(path: string, parts: AsyncDisposableStack, env: Record<string, string>): Promise<string> {
  for (let tries = 0; tries < 5; tries++) {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const child = new Deno.Command(path, { args: [`--port=${port}`], env, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    endLater(child, parts);
    let ended = false;
    void child.status.then(() => ended = true);
    const url = `http://127.0.0.1:${port}`;
    while (!ended) {
      try {
        const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(1_000) });
        await response.body?.cancel();
        if (response.ok) return url;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("WebKitWebDriver does not start");
}

function endLater(child: Deno.ChildProcess, parts: AsyncDisposableStack): void {
  parts.defer(async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
  });
}

/** Names of keys as WebDriver has them. */
const keyCodes: Readonly<Record<string, string>> = {
  ArrowDown: Key.ARROW_DOWN,
  ArrowLeft: Key.ARROW_LEFT,
  ArrowRight: Key.ARROW_RIGHT,
  ArrowUp: Key.ARROW_UP,
  Backspace: Key.BACK_SPACE,
  Control: Key.CONTROL,
  Delete: Key.DELETE,
  End: Key.END,
  Enter: Key.ENTER,
  Escape: Key.ESCAPE,
  F2: Key.F2,
  F4: Key.F4,
  F8: Key.F8,
  F9: Key.F9,
  Home: Key.HOME,
  Shift: Key.SHIFT,
  Tab: Key.TAB,
};

class SeleniumDriver implements Driver {
  constructor(readonly browser: WebDriver) {}

  async open(url: string): Promise<void> {
    await this.#leave();
    await this.browser.get(url);
    await this.#arrive();
  }
  async reload(): Promise<void> {
    await this.#leave();
    await this.browser.navigate().refresh();
    await this.#arrive();
  }
  async evaluate(expression: string): Promise<string> {
    // A promise is not left to the driver: it would wait for ever for one of a page that goes away.
    const answer = await this.#run<string | null>(`
      const answer = ${expression};
      if (typeof answer === "string") return answer;
      globalThis.evaluated = undefined;
      answer.then((text) => evaluated = { text }, (error) => evaluated = { error: String(error) });
      return null;`);
    if (answer !== null) return answer;
    while (true) {
      const settled = await this.#run<{ text: string; error?: string } | null>(
        `if (!("evaluated" in globalThis)) throw new Error("The page has gone away"); return evaluated ?? null;`,
      );
      if (settled?.error) throw new Error(settled.error);
      if (settled) return settled.text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  async mouse(points: readonly Point[], pressed: boolean): Promise<void> {
    const actions = this.browser.actions();
    for (const [i, [x, y]] of points.entries()) {
      actions.move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 0 });
      if (pressed && i === 0) actions.press();
    }
    if (pressed) actions.release();
    await actions.perform();
  }
  async press(keys: readonly string[]): Promise<void> {
    const codes = keys.map((key) => keyCodes[key] ?? key);
    const actions = this.browser.actions();
    for (const code of codes) actions.keyDown(code);
    for (const code of codes.reverse()) actions.keyUp(code);
    await actions.perform();
  }
  async type(text: string): Promise<void> {
    await this.browser.actions().sendKeys(text).perform();
  }
  async resize(width: number, height: number): Promise<void> {
    await this.browser.manage().window().setRect({ x: 0, y: 0, width, height });
  }
  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.fromBase64(await this.browser.takeScreenshot());
  }
  async close(): Promise<void> {
    await this.browser.manage().deleteAllCookies();
    await this.open("about:blank");
  }

  /** The driver waits for no page (`pageLoadStrategy`), since some tests act while one loads: the old page is marked, to tell it from the new one. */
  async #leave(): Promise<void> {
    await this.#run("globalThis.isLeft = true");
  }
  /** Runs a script that answers at once. The driver never answers one whose page goes away in that moment: it is given up after 3 s. */
  async #run<Answer>(script: string): Promise<Answer> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("The page has gone away")), 3_000);
    try {
      return await Promise.race([this.browser.executeScript<Answer>(script), promise]);
    } finally {
      clearTimeout(timer);
    }
  }
  async #arrive(): Promise<void> {
    const hasLoaded = () => this.#run<boolean>(`return !globalThis.isLeft && document.readyState === "complete"`);
    while (!await hasLoaded().catch(() => false)) await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
