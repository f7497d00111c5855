/** How large an event may be. It is counted in characters of what the user wrote, not of its JSON, where a quote or a line feed takes two. */

/** The most characters of one event, unless the app names another number (`mostText`). */
export const usualText = 65_000;
/** The most UTF-16 units of its JSON: no text is so full of escapes that an honest page reaches it before the characters run out. */
const mostJson = 262_144;

/** Whether an event, as JSON, is within that many characters (UTF-16 units). Reads the text once at most. */
export function fitsIn(json: string, most: number): boolean {
  return json.length <= most || json.length <= mostJson && json.replace(/\\u....|\\./g, "x").length <= most;
}
