/** Facts: what a page says of its element that is no event of a handler. Which ones an app wants, and what message each is. */
import type { Config, FactUp, FormKind } from "../wire/message.ts";
import type { FormHandlers } from "./form.ts";
import type { ShadowOptions } from "./shadow.ts";
import { Unparsed } from "./parse.ts";

/** Messages for what the page says of the element. */
export interface FactHandlers<out Msg> {
  /** The message for an attribute of the element, by its name: also for one that is there when the element connects; `null` when it is removed. */
  readonly onAttribute?: Readonly<Record<string, (value: string | null) => Msg | undefined>>;
  /** The message for a property of the element, by its name: any JSON. */
  readonly onProperty?: Readonly<Record<string, (value: unknown) => Msg | undefined>>;
  /** The message for the page's address: when the element connects, when the user goes back or forward, after `effect.navigate`. */
  readonly onUrl?: (url: URL) => Msg | undefined;
  /** The messages for what a form around the element does to it. */
  readonly onForm?: FormHandlers<Msg>;
}

/** What of an app a page has to know. */
interface Wants {
  readonly facts: FactHandlers<unknown>;
  readonly shadow?: ShadowOptions;
  readonly mostText?: number;
}

/** Why a fact is refused; for a developer, never for the page. */
export interface RefusedFact {
  readonly refused: string;
}

/** What the browser is told of what an app wants, whatever its model; undefined when it wants nothing. */
export function configOf({ facts: { onAttribute, onProperty, onUrl }, shadow, mostText }: Wants): Config | undefined {
  const config: Config = {
    ...(onAttribute && { attributes: Object.keys(onAttribute) }),
    ...(onProperty && { properties: Object.keys(onProperty) }),
    ...(onUrl && { url: 1 }),
    ...(mostText !== undefined && { limit: mostText }),
    ...(shadow && {
      shadow: { mode: shadow.mode, ...(shadow.delegatesFocus && { delegatesFocus: 1 }), ...(shadow.adoptStyles && { adoptStyles: 1 }) },
    }),
  };
  return Object.keys(config).length > 0 ? config : undefined;
}

/** The message that a fact is; or why it is refused. What the app's own function throws is thrown. */
export function messageOfFact<Msg>(handlers: FactHandlers<Msg>, fact: FactUp): { readonly message: Msg | undefined } | RefusedFact {
  const [, kind, name] = fact;
  try {
    switch (kind) {
      case "attribute":
      case "property": {
        const known: Readonly<Record<string, (value: never) => Msg | undefined>> =
          handlers[kind === "attribute" ? "onAttribute" : "onProperty"] ?? {};
        const to = Object.hasOwn(known, name) ? known[name] : undefined;
        return to ? { message: to(fact[3] as never) } : { refused: `${kind} that the app has not asked for` };
      }
      case "url": {
        const url = URL.parse(name);
        if (!handlers.onUrl || !url || !/^https?:$/.test(url.protocol)) return { refused: "URL that is none, or not asked for" };
        return { message: handlers.onUrl(url) };
      }
      case "form": {
        const made = messageOfForm(handlers.onForm ?? {}, name, fact[3]);
        return made ?? { refused: `form ${name} that the app has not asked for` };
      }
      case "context":
        return { refused: "context, which no app has by its options" };
      default:
        return kind satisfies never;
    }
  } catch (error) {
    if (!(error instanceof Unparsed)) throw error;
    return { refused: `${kind} "${name}" is to be ${error.message}, not ${JSON.stringify(fact[3])}` };
  }
}

function messageOfForm<Msg>(
  handlers: FormHandlers<Msg>,
  what: FormKind,
  value: string | boolean | null,
): { message: Msg | undefined } | undefined {
  // Its names are those that the wire lets through.
  if (handlers[what] === undefined) return undefined;
  switch (what) {
    case "reset":
      return { message: handlers.reset };
    case "disabled":
      return { message: handlers.disabled!(value as boolean) };
    case "restore":
    case "autofill":
      return { message: handlers[what]!(value as string) };
    default:
      return what satisfies never;
  }
}
