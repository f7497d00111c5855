/**
 * A form has each of its controls by the control's name, in place of its own properties and methods. Here it has controls of all names that the
 * browser runtime uses, and everything happens to it that can.
 */
import { assertEquals } from "@std/assert";
import { app, page as pageOf, runtimeScript, serve, ServerComponent } from "../mod.ts";
import { clientParts, clientSource } from "../runtime/client.gen.ts";
import { captureScript } from "../runtime/page/capture.ts";
import { launch, serveOn0, visit } from "./kit.ts";

/** All words of the browser runtime, its strings too: the properties that it uses are among them. */
const names = [
  ...new Set(
    [clientSource, ...Object.values(clientParts).map(({ source }) => source), captureScript].flatMap((source) =>
      source.match(/[A-Za-z]{2,}/g)!
    ),
  ),
];

interface Model {
  readonly step: number;
  readonly heard: string;
}
const steps = 6;

/** `prefix`: before the names, where they are to be harmless. */
const formApp = (prefix: string, shadow: boolean) =>
  app<Model, { next: true } | { heard: string }>({
    ...shadow && { shadow: "open" },
    init: () => ({ step: 0, heard: "" }),
    update: (model, msg) => "next" in msg ? { ...model, step: model.step + 1 } : { ...model, heard: msg.heard },
    view: ({ step, heard }, send) => {
      const controls = names.map((name) => <input key={name} name={prefix + name} />);
      const items = ["a", "b", "c", "d"].slice(step % 2, 4 - step % 3).map((key) => <p key={key}>{key}</p>);
      if (step % 2) items.reverse();
      const forms = [
        <form
          key="main"
          class={`step${step}`}
          title={step % 2 ? undefined : "even"}
          style={{ color: step % 2 ? "red" : "green" }}
          onSubmit={send((e) => ({ heard: `${step} ${[...e.formData.keys()].length}` }))}
        >
          <button>send</button>
          {items}
          {controls}
          {step % 3 ? <b>{step}</b> : "text"}
        </form>,
        // All that is in it is one hole.
        <form key={`alone${step > 2}`}>{[...(step % 2 ? controls : controls.toReversed()), ...items]}</form>,
        // Its start is another element.
        step % 2
          ? (
            <form key="other">
              {controls}
              <i>{step}</i>
            </form>
          )
          : <h1 key="other">{step}</h1>,
      ];
      return (
        <main>
          <button id="next" onClick={send({ next: true })}>{step}</button>
          <output>{heard}</output>
          <section>{step % 2 ? forms.toReversed() : forms}</section>
          <div>{step % 2 ? <form>{controls}</form> : "none"}</div>
        </main>
      );
    },
  });

const ways = ["painted", "painted in a shadow root", "mounted"] as const;

for (const way of ways) {
  Deno.test(`a form with controls that are named as its properties is ${way}, patched and submitted as any other`, async () => {
    const shadow = way === "painted in a shadow root";
    const lives = { clobbered: serve(formApp("", shadow)), plain: serve(formApp("x-", shadow)) };
    await using server = serveOn0((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/nacre/runtime.mjs") return runtimeScript(request);
      const name = pathname.slice(1);
      if (name === "clobbered" || name === "plain") return lives[name](request);
      const component = (name: "clobbered" | "plain") => (
        <ServerComponent id={name} route={`/${name}`} of={way === "mounted" ? undefined : lives[name]} request={request} />
      );
      return pageOf(
        <html>
          <body>
            {component("clobbered")}
            {component("plain")}
          </body>
        </html>,
      );
    });
    await using browser = await launch();
    await visit(browser, server.url, async (page) => {
      // What the parser made is marked; then the runtime comes.
      const painted = await page.evaluate(() => {
        const root = (id: string) => document.getElementById(id)!.shadowRoot ?? document.getElementById(id)!;
        const marked = [...root("clobbered").querySelectorAll("form"), ...root("plain").querySelectorAll("form")];
        const world = Object.assign(globalThis, {
          root,
          marked,
          html: (id: string) => root(id).querySelector("main")?.innerHTML.replaceAll('name="x-', 'name="') ?? "",
          isLive: () => ["clobbered", "plain"].every((id) => document.getElementById(id)!.getAttribute("status") === "live"),
        });
        const script = Object.assign(document.createElement("script"), { type: "module", src: "/nacre/runtime.mjs" });
        document.body.append(script);
        return world.marked.length;
      });
      assertEquals(painted, way === "mounted" ? 0 : 4);
      await page.waitForFunction("isLive()");
      assertEquals(
        await page.evaluate("marked.every((form) => Node.prototype.getRootNode.call(form) !== form)"),
        true,
        "adopted, not mounted",
      );
      for (let step = 0; step <= steps; step++) {
        await page.waitForFunction(
          (step) => ["clobbered", "plain"].every((id) => root(id).querySelector("#next")?.textContent === step),
          `${step}`,
        );
        assertEquals(await page.evaluate("html('clobbered') === html('plain')"), true, `step ${step}`);
        // Both have what the view says, so that two wrong ones are no success.
        const [color, title, count] = await page.evaluate(() => {
          const form = root("plain").querySelector("form[class]")! as HTMLElement;
          return [form.style.color, form.getAttribute("title"), form.querySelectorAll("input").length];
        });
        assertEquals([color, title, count], step % 2 ? ["red", null, names.length] : ["green", "even", names.length]);
        for (const id of ["clobbered", "plain"]) {
          await page.evaluate((id) => (root(id).querySelector("form[class] > button") as HTMLElement).click(), id);
          await page.waitForFunction(
            ([id, heard]) => root(id!).querySelector("output")?.textContent === heard,
            [id, `${step} ${names.length}`],
          );
          await page.evaluate((id) => (root(id).querySelector("#next") as HTMLElement).click(), id);
        }
      }
      assertEquals(await page.evaluate("isLive()"), true);
    });
    for (const live of Object.values(lives)) await live.close();
  });
}

Deno.test("a submit of a form with controls of all names is kept until the browser runtime is there", async () => {
  const live = serve(formApp("", false));
  const isWanted = Promise.withResolvers<void>();
  await using server = serveOn0(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/nacre/runtime.mjs") {
      await isWanted.promise;
      return runtimeScript(request);
    }
    if (pathname === "/ws") return live(request);
    return pageOf(
      <body>
        <script type="module" src="/nacre/runtime.mjs"></script>
        <ServerComponent route="/ws" of={live} request={request} />
      </body>,
    );
  });
  await using browser = await launch();
  await visit(browser, server.url, async (page) => {
    // All of it: the element ends with its description.
    await page.waitForFunction(() => document.querySelector("server-component > script"));
    await page.evaluate(() => (document.querySelector("form[class] > button") as HTMLElement).click());
    isWanted.resolve();
    await page.waitForFunction((heard) => document.querySelector("output")?.textContent === heard, `0 ${names.length}`);
    assertEquals(new URL(page.url()).search, "");
  }, { waitUntil: "commit" });
  await live.close();
});

/** What the first test puts into its pages. */
declare const root: (id: string) => ParentNode;
