/** How a component is named to people. */

/** A component's name, as in a tag. */
export function nameOf(type: unknown): string {
  const { displayName, name } = type as { displayName?: string; name?: string };
  return `<${displayName || name || "a component"}>`;
}
