/** Durations as attributes have them: `500ms`, `5s`, `10m`. */

/** Of an attribute, in ms; nothing where it is none. */
export function durationOf(element: Element, name: string): number | undefined {
  const [, number, unit] = element.getAttribute(name)?.match(/^([\d.]+)(ms|s|m)$/) || [];
  return unit ? +number! * ({ ms: 1, s: 1e3, m: 6e4 })[unit]! : undefined;
}
