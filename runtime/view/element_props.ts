/**
 * The props of an element for Preact, such that it writes what a server writes: styles with units, SVG's attributes under their own names, and
 * nothing that must not come from outside.
 */
import { isUnsafeProperty } from "./raw_text.ts";
import { withUnits } from "./style.ts";

/** Camel case of SVG that has a dash in the attribute; others (viewBox, gradientUnits) keep their capitals. */
const svgCamel =
  /^(?:accentH|alignmentB|arabicF|baselineS|capH|clip(?:P(?!athU)|R)|color[IPR]|dominantB|enableB|fill[OR]|flood[CO]|font[FSVW]|glyph[ON]|horiz[AO]|image[R]|letterS|lightingC|marker[EMS]|overline[PT]|paintO|pointerE|shapeR|stop[CO]|strikethrough[PT]|stroke[DLMOW]|text[ADR]|transformO|underline[PT]|unicode[BR]|unitsP|v(?:Alp|[HIM])|vector|vert|wordS|writingM|xH)/;

/** An attribute of SVG as SVG spells it: `strokeWidth` is `stroke-width`, `viewBox` stays. */
export function svgSpelling(name: string): string {
  return svgCamel.test(name) ? name.replace(/[A-Z0-9]/g, (capital) => `-${capital.toLowerCase()}`) : name;
}

/** One prop's value: a style gets its units. */
export function propValue(name: string, value: unknown): unknown {
  return name === "style" && typeof value === "object" && value !== null ? withUnits(value as Record<string, unknown>) : value;
}

/** Props as they are, or a copy without those that are unsafe in a spread of outside data, and with the values and names that Preact needs. */
export function elementProps<Props extends Record<string, unknown>>(tag: string, props: Props): Props {
  let changed: Record<string, unknown> | undefined;
  for (const name in props) {
    const value = props[name];
    const isUnsafe = isUnsafeProperty(name, value);
    // A custom element may have a property of that name.
    const spelled = tag.includes("-") ? name : svgSpelling(name);
    const written = isUnsafe ? undefined : propValue(name, value);
    if (!isUnsafe && spelled === name && written === value) continue;
    changed ??= { ...props };
    if (isUnsafe || spelled !== name) delete changed[name];
    if (!isUnsafe) changed[spelled] = written;
  }
  return (changed ?? props) as Props;
}
