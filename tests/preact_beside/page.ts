/** The script of the page: it renders a case by Preact's own client or mounts it, does what a step says, and tells what the page shows. */
import { options, render } from "preact";
import { mount, type Mounted } from "../../mod.ts";
import { cases } from "./all.ts";
import { appOf, type Message } from "./app.ts";
import type { Scene, Step } from "./case.ts";
import { Tracer } from "./trace.ts";

/** What a case has come to in this page. */
interface Stage {
  readonly root: HTMLElement;
  readonly tracer: Tracer;
  readonly log: string[];
  readonly scene?: Scene;
  readonly isPreact: boolean;
  mounted?: Mounted<Message>;
}

/** What a page showed after each step, and what was called in it; the last is what was called at the end. */
export interface Course {
  readonly traces: string[];
  readonly logs: string[][];
}

let stage: Stage;
let pings = 0;
const heard: Record<string, () => void> = {};

/** Runs a task after what waits already; a timer in a timer would wait for 4 ms. */
function later(task: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(0);
}

// Effects wait for a frame, which a page that nobody looks at may not have.
options.requestAnimationFrame = later;
for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    const error = (event as ErrorEvent).error ?? (event as PromiseRejectionEvent).reason;
    thrown(error);
  });
}
document.addEventListener("pong", (event) => heard[String((event as CustomEvent).detail)]?.());

function thrown(error: unknown): void {
  stage.log.push(`thrown: ${error instanceof Error ? error.message : error}`);
}

async function settle(rounds = 3): Promise<void> {
  if (stage.isPreact) {
    for (let i = 0; i < 4; i++) await new Promise<void>(later);
    return;
  }
  // What the element says goes up after the events before it, and the answer comes after what came of them.
  for (let i = 0; i < rounds; i++) {
    const ping = String(++pings);
    const { promise, resolve } = Promise.withResolvers<void>();
    heard[ping] = resolve;
    if (stage.mounted) stage.mounted.dispatch({ ping });
    else if (stage.scene) return;
    else stage.root.setAttribute("ping", ping);
    await Promise.race([promise, stopped()]);
    if (stage.scene) await new Promise<void>(later);
  }
}

/** An app that has failed answers nothing, nor does one that is no longer linked. */
async function stopped(): Promise<void> {
  if (stage.mounted) return await stage.mounted.stopped;
  while (stage.root.getAttribute("status") === "live") await new Promise((resolve) => setTimeout(resolve, 20));
}

function find(selector: string): HTMLElement {
  const found = stage.root.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`No ${selector} in ${stage.root.innerHTML}`);
  return found;
}

function inPage(step: Step & { kind: "page" }): void {
  const element = find(step.selector);
  switch (step.does) {
    case "click":
      return element.click();
    case "focus":
      return element.focus();
    case "input":
      (element as HTMLInputElement).value = step.value;
      return void element.dispatchEvent(new InputEvent("input", { bubbles: true, data: step.value }));
    default:
      return void element.dispatchEvent(new Event(step.value, { bubbles: true }));
  }
}

function showIn(scene: Scene, props: unknown): void {
  if (stage.isPreact) render(scene.view(props), stage.root);
  else if (stage.mounted) stage.mounted.dispatch({ props });
  else stage.mounted = mount(appOf(scene, props), stage.root, undefined, { onError: (error) => thrown(error) });
}

const besides = {
  /** Goes through a case in this page. */
  async course(at: number, isPreact: boolean): Promise<Course> {
    const { make, steps } = cases[at]!;
    const root = document.createElement("div");
    document.body.replaceChildren(root);
    const log: string[] = [];
    const scene = make((entry) => log.push(entry));
    stage = { root, tracer: new Tracer(), log, scene, isPreact };
    const course: Course = { traces: [], logs: [] };
    for (const number of steps.keys()) {
      course.traces.push(await besides.step(at, number));
      course.logs.push(log.splice(0));
    }
    if (isPreact) render(null, root);
    await stage.mounted?.stop();
    await settle();
    course.logs.push(log.splice(0));
    return course;
  },
  /** Puts what a server has made in the page, and waits until it is linked; answers what it showed before. */
  async link(html: string): Promise<string> {
    document.body.innerHTML = html;
    const root = document.querySelector<HTMLElement>("server-component")!;
    stage = { root, tracer: new Tracer(), log: [], isPreact: false };
    const before = stage.tracer.trace(root);
    const end = performance.now() + 10_000;
    while (root.getAttribute("status") !== "live" && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
    return before;
  },
  /** Does a step here: all of it where a case runs in the page, else what is done to the page. Answers what is there then. */
  async step(at: number, number: number): Promise<string> {
    const step = cases[at]!.steps[number]!;
    const { scene } = stage;
    try {
      if (step.kind === "page") inPage(step);
      else if (scene) await (step.kind === "render" ? showIn(scene, step.props) : scene[step.name]!(...step.args));
    } catch (error) {
      thrown(error);
    }
    await settle(cases[at]!.isLong ? 1 : 3);
    return stage.tracer.trace(stage.root);
  },
};
Object.assign(globalThis, { besides });
export type Besides = typeof besides;
