/** Plain data: what can be written down and read again as the same. */

/** Nested deeper it is not plain: writing it down would end in the engine's limit for calls. */
const deepest = 500;

/**
 * Whether a value is plain data: texts, finite numbers, booleans, nothing, and arrays and plain objects of these, none within itself. It
 * never throws.
 */
export function isPlain(value: unknown): boolean {
  try {
    return isPlainIn([], value);
  } catch {
    // A proxy may do anything; one that was revoked does nothing but throw.
    return false;
  }
}

function isPlainIn(within: object[], value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object": {
      if (value === null) return true;
      if (within.length === deepest || within.includes(value)) return false;
      within.push(value);
      const isSo = Array.isArray(value) ? isPlainArray(within, value) : isPlainObject(within, value);
      within.pop();
      return isSo;
    }
    default:
      return false;
  }
}

/** In JSON an item that is missing, or undefined, would be read as null. */
function isPlainArray(within: object[], array: readonly unknown[]): boolean {
  return Reflect.ownKeys(array).length === array.length + 1 && array.every((item) => item !== undefined && isPlainIn(within, item));
}

function isPlainObject(within: object[], object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Reflect.ownKeys(object).every((name) => {
    const property = Object.getOwnPropertyDescriptor(object, name)!;
    return typeof name === "string" && property.enumerable && "value" in property && isPlainIn(within, property.value);
  });
}
