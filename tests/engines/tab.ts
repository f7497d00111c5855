/**
 * A tab of an engine, and what a user and a test do in it: the same code for all engines. Selectors are of CSS, and find elements in open
 * shadow roots too. An action waits until its element is there.
 */
import type { Driver, EngineName, Point } from "./engine.ts";

/** How long an action or a condition may take, in milliseconds. */
const patience = 15_000;

export class Tab implements AsyncDisposable {
  readonly #driver: Driver;

  constructor(readonly engine: EngineName, driver: Driver) {
    this.#driver = driver;
  }

  /** Goes to a URL, and waits until the page has loaded; `whileLoading`: until it is parsed, while it may wait for its modules. */
  async open(url: string, { whileLoading = false } = {}): Promise<void> {
    if (whileLoading) {
      await this.evaluate((url) => void setTimeout(() => location.assign(url)), url);
      await this.until((url) => location.href === new URL(url).href && document.readyState !== "loading", url);
    } else await this.#driver.open(url);
    await this.#watch();
  }

  async reload(): Promise<void> {
    await this.#driver.reload();
    await this.#watch();
  }

  /** Goes back as a script does. It does not wait: wait for what the page shows. */
  async back(): Promise<void> {
    await this.evaluate(() => void setTimeout(() => history.back()));
  }

  async forward(): Promise<void> {
    await this.evaluate(() => void setTimeout(() => history.forward()));
  }

  /** Calls a function in the page, with arguments of JSON, and answers what it answers, by JSON. It sees nothing of the test around it. */
  async evaluate<Arguments extends readonly unknown[], Answer>(
    run: (...given: Arguments) => Answer | Promise<Answer>,
    ...given: Arguments
  ): Promise<Answer> {
    const args = given.map((one) => JSON.stringify(one) ?? "undefined").join(",");
    const expression = `((answer) => answer instanceof Promise ? answer.then(asJson) : asJson(answer))((${run})(${args}))`
      .replaceAll("asJson", '((value) => JSON.stringify(value) ?? "null")');
    return JSON.parse(await this.#driver.evaluate(expression)) as Answer;
  }

  /**
   * Waits until a function in the page answers something true. Survives a page that goes away meanwhile.
   *
   * @throws Error that says what the page shows, when it does not within 15 s.
   */
  async until<Arguments extends readonly unknown[]>(condition: (...given: Arguments) => unknown, ...given: Arguments): Promise<void> {
    const end = performance.now() + patience;
    let last: unknown;
    while (performance.now() < end) {
      try {
        if (await this.evaluate(condition, ...given)) return;
        last = undefined;
      } catch (error) {
        // Between two pages there is none to ask.
        last = error;
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    const html = await this.evaluate(() => `${location.href}\n${document.body?.outerHTML}`).catch(String);
    throw new Error(`Still not so after ${patience} ms: ${condition} (${given.join()})${last ? `, ${last}` : ""}\n${html}`);
  }

  /** Waits until an element shows a text, spaces at its ends aside. */
  async shows(selector: string, text: string): Promise<void> {
    await this.until((selector, text) => deepQuery(selector)?.textContent?.trim() === text, selector, text);
  }

  /** Waits until every component in the page is live. */
  async live(): Promise<void> {
    await this.until(() => {
      const all = [...document.querySelectorAll("server-component")];
      return all.length > 0 && all.every((element) => element.getAttribute("status") === "live");
    });
  }

  /** Clicks the middle of an element. */
  async click(selector: string): Promise<void> {
    await this.#driver.mouse([await this.#pointOf(selector, [0.5, 0.5])], true);
  }

  /** Draws a line over an element: presses at the first point, releases at the last. Points are fractions of its width and height. */
  async drag(selector: string, ...points: readonly Point[]): Promise<void> {
    const places: Point[] = [];
    for (const point of points) places.push(await this.#pointOf(selector, point));
    await this.#driver.mouse(places, true);
  }

  async hover(selector: string): Promise<void> {
    await this.#driver.mouse([await this.#pointOf(selector, [0.5, 0.5])], false);
  }

  async type(text: string): Promise<void> {
    await this.#driver.type(text);
  }

  /** Presses a key, such as `Enter`, or several at once: `Shift+Enter`. */
  async press(keys: string): Promise<void> {
    await this.#driver.press(keys.split("+"));
  }

  /** True when this engine's driver can compose a text as an input method does. */
  get composes(): boolean {
    return this.#driver.compose !== undefined;
  }

  async compose(texts: readonly string[], done: string): Promise<void> {
    await this.#driver.compose!(texts, done);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#driver.resize(width, height);
  }

  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#driver.screenshot();
  }

  /** What has gone wrong in the page since it was opened: errors, rejections, `console.error` and violations of its policy. */
  async errors(): Promise<string[]> {
    return await this.evaluate(() => globalThis.pageErrors ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver.close();
  }

  /** Pages of the battery bring `page_watch.js` before all else; to others it comes now, and hears less. */
  async #watch(): Promise<void> {
    await this.#driver.evaluate(`(${watchSource}, "")`);
  }

  async #pointOf(selector: string, [across, down]: Point): Promise<Point> {
    const end = performance.now() + patience;
    while (true) {
      const point = await this.evaluate(
        (selector, across, down) => {
          const element = deepQuery(selector);
          if (!element) return undefined;
          element.scrollIntoView({ block: "nearest", behavior: "instant" });
          const { x, y, width, height } = element.getBoundingClientRect();
          return width > 0 && height > 0 ? [x + width * across, y + height * down] as const : undefined;
        },
        selector,
        across,
        down,
      );
      if (point) return point;
      if (performance.now() > end) throw new Error(`Cannot click ${selector}: it is not there, or not to be seen, after ${patience} ms`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }
}

declare global {
  var pageErrors: string[] | undefined;
  /** The first element that fits, in open shadow roots too. There in each page that a tab has opened. */
  function deepQuery(selector: string, root?: ParentNode): HTMLElement | undefined;
}

/** Run in each page: by the page itself, before its other scripts, or by the tab once it has loaded. */
export const watchSource = `(${watchPage})()`;

function watchPage(): void {
  globalThis.deepQuery ??= (selector, root = document) => {
    const found = root.querySelector<HTMLElement>(selector);
    if (found) return found;
    for (const element of root.querySelectorAll("*")) {
      const inside = element.shadowRoot && deepQuery(selector, element.shadowRoot);
      if (inside) return inside;
    }
    return undefined;
  };
  if (globalThis.pageErrors) return;
  const errors: string[] = globalThis.pageErrors = [];
  addEventListener("error", (event) => void errors.push(`error: ${event.message}`));
  addEventListener("unhandledrejection", (event) => void errors.push(`rejection: ${event.reason}`));
  document.addEventListener(
    "securitypolicyviolation",
    (event) => void errors.push(`policy: ${event.violatedDirective} ${event.sourceFile}`),
  );
  const { error } = console;
  console.error = (...what) => {
    errors.push(`console: ${what.join(" ")}`);
    error.apply(console, what);
  };
}
