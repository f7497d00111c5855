/** A browser engine that the tests drive: which there are, and what each must be able to do. It knows of no library that drives one. */
import type { Tab } from "./tab.ts";

export const engineNames = ["chromium", "firefox", "webkit"] as const;
export type EngineName = typeof engineNames[number];

/** How an engine is started. */
export interface EngineOptions {
  /** Pages prefer a dark colour scheme. */
  readonly dark?: boolean;
}

/** A browser that runs, without a window that anybody sees. It ends with the block: `await using engine = await launchEngine("firefox")`. */
export interface Engine extends AsyncDisposable {
  readonly name: EngineName;
  /** As the engine says it. */
  readonly version: string;
  /** A blank tab without cookies or storage of others. */
  newTab(): Promise<Tab>;
}

/** A point of the viewport, in CSS pixels. */
export type Point = readonly [x: number, y: number];

/** The few things that each engine does in its own way; all else is in `Tab`, once for all. */
export interface Driver {
  /** Goes to a URL, and waits until the page has loaded. */
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /** The value of a JavaScript expression, which is a text or a promise of one. */
  evaluate(expression: string): Promise<string>;
  /** Moves the mouse; with `pressed` its first button is down from the first point to the last. */
  mouse(points: readonly Point[], pressed: boolean): Promise<void>;
  /** Presses keys together, in order, and releases them. The names are those of `KeyboardEvent.key`. */
  press(keys: readonly string[]): Promise<void>;
  /** Types a text, key by key. */
  type(text: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** A PNG of the viewport. */
  screenshot(): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
  /** Shows each text in turn as an input method does while it composes, then enters the last. */
  compose?(texts: readonly string[], done: string): Promise<void>;
}
