/** Durations as attributes have them: `500ms`, `5s`, `10m`. */

/** Of an attribute, in ms; 0 or `NaN` where it is none. */
export function durationOf(element: Element, name: string): number {
  const [, number, m, s] = element.getAttribute(name)?.match(/^([\d.]+)(m?)(s?)$/) || [];
  return +number! * (s ? m ? 1 : 1e3 : m ? 6e4 : 0);
}
